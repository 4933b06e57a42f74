"""“标准地” commitments of the land supply contract, and how far they are met (达产复核).

Commitments stay with the parcel: whoever holds or uses it now answers for them (浙亩均办〔2022〕2号
二(三)13). So what was agreed is set against what stands on the parcel and what its present users
yield, whoever signed. Pure: frames in, frames out; both screening and an evaluation scheme may use
it.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.keys import among, rows_of

ITEMS: Final = ("tax", "investment", "floor_area_ratio")
UNITS: Final = {"tax": "万元/亩", "investment": "万元", "floor_area_ratio": ""}


def attainment(supply: pd.DataFrame, tax_per_mu: pd.Series, built_ratio: pd.Series) -> pd.DataFrame:
    """Agreed and reached values of each contract, on the index of ``supply``.

    Args:
        supply: Rows of 供地 with ``parcel_resolved`` (parcel code, "" for none).
        tax_per_mu: 亩均税收 of parcels in 万元/亩, by parcel code.
        built_ratio: Built floor area ratio of parcels, by parcel code.

    Returns:
        For each of `ITEMS` ``<item>_agreed``, ``<item>_reached`` and ``<item>_share`` (reached ÷
        agreed; NaN where nothing was agreed or nothing is known of what was reached), and
        ``share``: the mean of the shares that are known, each at most 1.
    """
    code = supply["parcel_resolved"]
    reached = {
        "tax": code.map(tax_per_mu),
        "investment": supply["invested_wan_yuan"],
        "floor_area_ratio": code.map(built_ratio),
    }
    agreed = {
        "tax": supply["agreed_tax_wan_yuan_per_mu"],
        "investment": supply["agreed_investment_wan_yuan"],
        "floor_area_ratio": supply["agreed_floor_area_ratio"],
    }
    out = pd.DataFrame(index=supply.index)
    for item in ITEMS:
        due = agreed[item].astype("float64")
        out[f"{item}_agreed"] = due
        out[f"{item}_reached"] = reached[item].astype("float64")
        out[f"{item}_share"] = out[f"{item}_reached"] / due.where(due > 0)
    shares = out[[f"{item}_share" for item in ITEMS]].clip(lower=0.0, upper=1.0)
    return out.assign(share=shares.mean(axis=1))


def due(supply: pd.DataFrame, as_of: pd.Timestamp, months: float) -> pd.Series:
    """Whether each contract's ramp-up period (达产期) of so many months since 竣工 is over."""
    return months_past(supply["actual_completion_on"], as_of) >= months


def months_past(days: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Whole months from each day to ``as_of``; negative while it lies ahead, NaN for no day."""
    months = (as_of.year - days.dt.year) * 12 + (as_of.month - days.dt.month)
    whole: pd.Series = (months - (days.dt.day > as_of.day)).astype(float)
    return whole


def pledged(shares: pd.DataFrame, users: pd.DataFrame) -> pd.DataFrame:
    """Land of enterprises under a commitment, and how much of it attains 达产.

    Who uses the parcel now answers for it, by its area there; where the users' areas cannot be told
    each answers for an equal part of the parcel. Both columns add up over enterprises.

    Args:
        shares: ``parcel_code``, ``share`` (0 to 1) of the contracts that are due, ``area_m2`` of
            the parcel. Of several contracts on a parcel the mean counts.
        users: ``parcel_code``, ``uscc``, ``net_m2`` (its area there) and ``unsplit``.

    Returns:
        By uscc, sorted: ``pledged_m2`` and ``attained_m2`` (share × area).
    """
    known = shares.dropna(subset="share").groupby("parcel_code")
    parcels = known.agg(share=("share", "mean"), area_m2=("area_m2", "first"))
    rows = users[among(users["parcel_code"], parcels.index)]
    rows = rows.sort_values(["uscc", "parcel_code"], kind="stable")
    beside = rows_of(parcels, rows["parcel_code"]).set_axis(rows.index)
    part = beside["area_m2"] / rows.groupby("parcel_code")["uscc"].transform("size")
    area = rows["net_m2"].where(~rows["unsplit"].astype(bool), part)
    land = pd.DataFrame({"pledged_m2": area, "attained_m2": area * beside["share"]})
    found: pd.DataFrame = land[area > 0].groupby(rows["uscc"]).sum()
    return found
