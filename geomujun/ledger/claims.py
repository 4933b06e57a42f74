"""What each link claims of its parcel, before the parcel is divided.

Contract area, else leased floor ÷ total floor × parcel (the 分摊 of office land in the
explanation to 《工业项目建设用地控制指标》 is the nearest precedent; no official rule for leased
halls was found), else the firm's own report where it uses no other parcel.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.words import AreaMethod, Relation, Verdict
from geomujun.geo.overlay import buildings_on_parcels


def total_floor(case: Case) -> pd.Series:
    """Total floor area of the buildings of each parcel, m², by parcel code.

    A building belongs by its ZDDM, else by the first 19 of its BDCDYH, else by its centroid. A
    missing floor area is footprint × floors.
    """
    layer = case.buildings
    if layer.empty:
        return pd.Series(dtype="float64")
    guess = layer["footprint_m2"] * layer["floors"].where(layer["floors"] > 0, 1.0)
    floor = layer["floor_area_m2"].where(layer["floor_area_m2"] > 0, guess)
    frame = pd.DataFrame(
        {"code": buildings_on_parcels(layer, case.parcels), "floor": floor.to_numpy()}
    )
    frame = frame[frame["code"] != ""].sort_values(["code", "floor"])
    return frame.groupby("code")["floor"].sum()


def claims(use: pd.DataFrame) -> pd.DataFrame:
    """Claims of tenants and occupants.

    Args:
        use: Counted links other than OWN: ``relation claim_m2 claim_floor_m2``, the parcel's
            ``area_m2 built_m2 floor_area_ratio``, the firm's ``reported_m2`` and ``n_parcels``
            (parcels it uses), ``decision`` (a person's area goes before the firm's report).

    Returns:
        ``use`` with ``gross_m2`` (NaN when unknown) and ``method``.
    """
    area, built, ratio = use["area_m2"], use["built_m2"], use["floor_area_ratio"]
    floor = use["claim_floor_m2"]
    by_building = floor / built.where(built > 0, 1.0) * area
    by_ratio = floor / ratio.where(ratio > 0, 1.0)
    share = pd.Series(
        np.select([built > 0, ratio > 0], [by_building, by_ratio], floor), index=use.index
    ).clip(upper=area)
    reported = use["reported_m2"].where((use["reported_m2"] > 0) & (use["n_parcels"] == 1))
    contract = use["claim_m2"].where(use["claim_m2"] > 0)
    lease = use["relation"].isin([Relation.LEASE.value, Relation.SUBLEASE.value])
    decided = use["decision"] == Verdict.SAME
    options = [
        (contract.where(lease), AreaMethod.CONTRACT),
        (share.where(lease & (floor > 0)), AreaMethod.FLOOR_SHARE),
        (contract.where(decided), AreaMethod.DECLARED),
        (reported, AreaMethod.DECLARED),
        (contract, AreaMethod.DECLARED),
    ]
    gross = pd.Series(np.nan, index=use.index)
    method = pd.Series("", index=use.index, dtype="str")
    for value, name in options:
        fresh = gross.isna() & value.notna()
        gross = gross.where(~fresh, value)
        method = method.mask(fresh, name.value)
    return use.assign(gross_m2=gross, method=method)
