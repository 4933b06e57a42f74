"""The screening rules by id, and what a rule gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from geomujun.ledger.sight import Sight, among

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


def supply_of(sight: Sight) -> pd.DataFrame:
    """Supply rows whose parcel is in the case, with registered area and use, by parcel code."""
    supply = sight.case.supply
    supply = supply[among(supply["parcel_resolved"], sight.parcels.index)]
    supply = supply.sort_values(["parcel_resolved", "contract_no"], kind="stable")
    return supply.set_index(supply["parcel_resolved"].rename("parcel_code")).join(
        sight.parcels[["area_m2", "area_mu", "industrial", "state_owned", "right_start_on"]]
    )


def sector_limit(sight: Sight, numbers: Numbers) -> pd.Series:
    """By parcel: the lowest limit of its industrial users' sectors.

    ``numbers`` are keyed by division of GB/T 4754. Parcels with an industrial user whose sector has
    no limit are left out; on a shared parcel nobody is held to another's sector.
    """
    used = sight.used[sight.used["is_industry"].eq(True)]
    sector = used["sector"].map(dict(numbers)).astype(float).groupby(used["parcel_code"])
    found: pd.Series = sector.min()[sector.count() == sector.size()]
    return found.rename("limit")
