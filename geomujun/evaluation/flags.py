"""Flags (评价调整): which hold for a year, and what they add up to per firm and unit.

Evaluation stands at 31 December: a flag holds when that day lies in 起..止 (止 inclusive, blank:
open). A row of an earlier 年度 still holds while its 止 says so; a row with an open end holds in
its own 年度 only; a repeat of the same kind and reason counts once, the latest 年度. Points are
amounts: the kind, not the sign, says whether they are added. A scheme may limit how long 过渡期 and
不评D hold from their 起, price 加分 and 减分 by 事由, and leave industries 不评价 (`of_firms`).

In a unit of several firms (shared parcel, group) points add up; 否决 and 不评D of one member hold
for all, since they share the result; 过渡期 and 不评价 need every member to have them, otherwise
one new firm would take its neighbours out of the ranking.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.keys import among, begins_with, joined, numbered, of, rows_of
from geomujun.lang import t
from geomujun.policy.model import Scheme

VETO, NOT_D, TRANSITION, UNRATED = "否决", "不评D", "过渡期", "不评价"
BONUS, MALUS = "加分", "减分"
_ALL_TRANSITION, _ALL_UNRATED = "transition", "unrated"  # need every member
STATES: Final = {VETO: "veto", NOT_D: "not_d", TRANSITION: "transition", UNRATED: "unrated"}


def in_force(flags: pd.DataFrame, year: int) -> pd.DataFrame:
    """The flags that hold on 31 December of ``year``, one per firm, kind and reason."""
    day = pd.Timestamp(year, 12, 31)
    own = flags["year"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    open_end = flags["end_on"].isna().to_numpy()
    dates = (
        (flags["start_on"].isna() | (flags["start_on"] <= day))
        & (flags["end_on"].isna() | (flags["end_on"] >= day))
    ).to_numpy(dtype=bool)
    years = np.isnan(own) | (own == year) | ((own < year) & ~open_end)
    held = flags[dates & years].assign(_year=own[dates & years])
    held = held.sort_values(["uscc", "kind", "reason", "_year", "points"], na_position="first")
    last = held.drop_duplicates(["uscc", "kind", "reason"], keep="last")
    return pd.DataFrame(last.drop(columns="_year"))


def of_firms(flags: pd.DataFrame, firms: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """`per_firm` under a scheme's own limits, prices and unrated industries.

    Args:
        flags: The case's flags.
        firms: Index uscc: industry (digits of the code).
        scheme: As loaded for the year of the figures.
    """
    made = per_firm(_priced(_within(flags, scheme), scheme), scheme.year)
    if not scheme.unrated_industries:
        return made
    named = firms.index[begins_with(firms["industry"], scheme.unrated_industries)]
    made = made.reindex(made.index.union(named, sort=True))
    for name in STATES.values():
        made[name] = made[name].eq(True)
    made[["bonus", "malus"]] = made[["bonus", "malus"]].astype("float64").fillna(0.0)
    by_industry = made.index.isin(named)
    made["unrated"] |= by_industry
    why = t("不评价（按行业）", "不评价 (by industry)")
    said = made["reasons"].fillna("").astype("str")
    made["reasons"] = said.where(~by_industry | (said != ""), why)
    return made


def _within(flags: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Without the rows that have held longer than the scheme allows, counted from their 起."""
    day = pd.Timestamp(scheme.year, 12, 31)
    keep = np.ones(len(flags), dtype=bool)
    for kind, limit in ((TRANSITION, scheme.transition_years), (NOT_D, scheme.not_d_years)):
        if limit is None:
            continue
        last = flags["start_on"] + pd.DateOffset(months=round(limit * 12))
        keep &= ~((flags["kind"] == kind) & (last <= day)).to_numpy(dtype=bool)
    return flags[keep]


def _priced(flags: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Points a row leaves blank, from the scheme's list of 加减分项."""
    points = flags["points"].copy()
    for item in scheme.point_items:
        named = (flags["kind"] == item.kind) & (flags["reason"] == item.reason) & points.isna()
        points = points.mask(named, item.points)
    return flags.assign(points=points)


def per_firm(flags: pd.DataFrame, year: int) -> pd.DataFrame:
    """Index uscc: veto, not_d, transition, unrated (bool), bonus, malus (≥ 0), reasons (text)."""
    held = in_force(flags, year)
    keys = pd.Index(sorted(held["uscc"].unique()), name="uscc", dtype="str")
    made = pd.DataFrame(index=keys)
    for kind, name in STATES.items():
        made[name] = keys.isin(held.loc[held["kind"] == kind, "uscc"])
    for kind, name in ((BONUS, "bonus"), (MALUS, "malus")):
        rows = held[held["kind"] == kind]
        points = rows["points"].abs().fillna(0.0).groupby(rows["uscc"]).sum()
        made[name] = points.reindex(keys).fillna(0.0)
    states = held[held["kind"].isin(list(STATES))]
    texts = states["kind"] + states["reason"].map(lambda r: f"（{r}）" if r else "")
    made["reasons"] = texts.groupby(states["uscc"]).agg("；".join).reindex(keys).fillna("")
    return made


def per_unit(members: pd.DataFrame, firm: pd.DataFrame) -> pd.DataFrame:
    """The same columns per unit.

    Args:
        members: ``uscc`` and ``unit_id`` of every evaluated firm.
        firm: Result of `per_firm`.

    Returns:
        Index unit_id, sorted.
    """
    at, units = numbered(members["unit_id"])
    size = np.bincount(at, minlength=len(units))
    flagged = among(members["uscc"], firm.index)
    order = np.argsort(numbered(members["uscc"][flagged])[0], kind="stable")
    named = members[flagged].iloc[order]
    unit = at[flagged][order]
    own = rows_of(firm, named["uscc"])
    made = pd.DataFrame(index=units.rename("unit_id"))
    for name in STATES.values():
        n = np.bincount(unit, own[name].to_numpy(dtype=float), minlength=len(units))
        made[name] = (n == size) if name in (_ALL_TRANSITION, _ALL_UNRATED) else (n > 0)
    for name in ("bonus", "malus"):
        sums = own[name].groupby(unit).sum()
        made[name] = sums.reindex(range(len(units)), fill_value=0.0).to_numpy()
    said = (own["reasons"] != "").to_numpy()
    texts = joined(named["unit_id"][said], own["reasons"][said], "；")
    made["reasons"] = of(texts, units).fillna("").astype("str").to_numpy()
    return made
