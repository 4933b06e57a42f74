"""Which feature of a case lies on which: all overlap tables that rules ask for.

They follow from the layers alone, so they can be made while the case is being matched.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geomujun.domain.case import Case
from geomujun.geo.overlay import building_parcel, buildings_on_parcels, parcel_parcel, patch_parcel


@dataclass(frozen=True, slots=True)
class Overlays:
    """The tables of `lay_over`."""

    homes: pd.Series
    buildings: pd.DataFrame
    patches: pd.DataFrame
    parcels: pd.DataFrame


def lay_over(case: Case) -> Overlays:
    """Lay the layers of a case over each other.

    Returns:
        ``homes``, the parcel code of each building ("" for none) by the buildings' own index;
        ``buildings`` × parcels, ``patches`` × parcels (parcels above or below ground, S and X, left
        out) and ``parcels`` × parcels, each pair once, as `geo.overlay` has them.
    """
    homes = buildings_on_parcels(case.buildings, case.parcels)
    return Overlays(
        pd.Series(homes, index=case.buildings.index, dtype="str"),
        _buildings(case),
        _patches(case),
        _parcels(case),
    )


def _buildings(case: Case) -> pd.DataFrame:
    if not len(case.buildings) or not len(case.parcels):
        return _nothing("building", "parcel_code", "overlap_m2")
    return building_parcel(case.buildings, case.parcels).table


def _patches(case: Case) -> pd.DataFrame:
    layer = case.parcels
    surface = layer[~layer["parcel_code"].str.slice(13, 14).isin(["S", "X"])]
    if not len(case.patches) or not len(surface):
        return _nothing("patch_code", "parcel_code", "overlap_m2", "parcel_share")
    return patch_parcel(case.patches, surface).table


def _parcels(case: Case) -> pd.DataFrame:
    if not len(case.parcels):
        return _nothing("left_code", "right_code", "overlap_m2", "left_share", "right_share")
    return parcel_parcel(case.parcels).table


def _nothing(*columns: str) -> pd.DataFrame:
    """An overlap table of layers that are not there."""
    kinds = {"building": "int64", "patch_code": "str", "parcel_code": "str", "left_code": "str",
             "right_code": "str"}  # fmt: skip
    return pd.DataFrame({c: pd.Series(dtype=kinds.get(c, "float64")) for c in columns})
