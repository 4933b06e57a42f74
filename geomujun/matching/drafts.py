"""Rows of links with their sentences, written once and kept while what they say stays the same.

Sentences are made row by row; where a few rows changed they cost more than finding the links.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomujun.domain.columns import among
from geomujun.matching.upkeep import Moved, joined, same_rows

_KEY = "_key"


@dataclass(frozen=True, slots=True)
class Draft:
    """Rows that say something, and the links written from them, one for each in their order."""

    said: pd.DataFrame
    links: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Drafts:
    """Links by leases and by use."""

    leases: Draft
    use: Draft


def leases_said(live: pd.DataFrame) -> pd.DataFrame:
    """Leases in force as `redrafted` compares them."""
    again = live.groupby("contract_no").cumcount().astype("str")
    return live.assign(**{_KEY: live["contract_no"] + "|" + again})


def use_said(use: pd.DataFrame) -> pd.DataFrame:
    """Use as `redrafted` compares it: without the rows of tables, which move."""
    return use.drop(columns=["firm", "land"], errors="ignore").assign(
        **{_KEY: use["code"] + "|" + use["uscc"]} if len(use) else {_KEY: ""}
    )


def redrafted(
    old: Draft | None,
    said: pd.DataFrame,
    write: Callable[[np.ndarray], pd.DataFrame],
    moved: Moved | None = None,
) -> Draft:
    """Write the rows that are new or say something else than before.

    Args:
        old: The last draft; None writes all.
        said: From `leases_said` or `use_said`.
        write: Writes some rows, by position.
        moved: Use quotes addresses of enterprises and land, so theirs are written again.
    """
    was = np.full(len(said), -1, dtype=np.int64)
    if old is not None and len(old.said) and len(said):
        was = same_rows(old.said, said, _KEY)
        if moved is not None:
            was[among(said["uscc"], moved.firms) | among(said["code"], moved.parcels)] = -1
    come = write(np.flatnonzero(was < 0))
    if old is None or (was < 0).all():
        return Draft(said, come)
    return Draft(said, joined(old.links, come, was))
