"""The screening rules by id, and what a rule gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from geomujun.ledger.sight import Sight

Numbers = Mapping[str, float]
Screen = Callable[[Sight, Numbers], pd.DataFrame]
SCREENS: Final[dict[str, Screen]] = {}


def screening(rule_id: str) -> Callable[[Screen], Screen]:
    """Register a function as the screening rule of an id."""

    def register(function: Screen) -> Screen:
        if rule_id in SCREENS:
            msg = f"two screening rules are called {rule_id}"
            raise ValueError(msg)
        SCREENS[rule_id] = function
        return function

    return register


def hits(measured: pd.Series, threshold: pd.Series | float, operands: list[str]) -> pd.DataFrame:
    """Hits of one rule, indexed by parcel code: measured, threshold and the operands in words."""
    frame = pd.DataFrame({"measured": measured.astype(float)})
    frame["threshold"] = threshold
    frame["operands"] = operands
    return frame


def sector_limit(sight: Sight, numbers: Numbers) -> pd.Series:
    """By parcel: the lowest limit of its industrial users' sectors.

    ``numbers`` are keyed by division of GB/T 4754. Parcels with an industrial user whose sector has
    no limit are left out; on a shared parcel nobody is held to another's sector.
    """
    used = sight.used[sight.used["is_industry"].eq(True)]
    sector = used["sector"].map(dict(numbers)).astype(float).groupby(used["parcel_code"])
    found: pd.Series = sector.min()[sector.count() == sector.size()]
    return found.rename("limit")
