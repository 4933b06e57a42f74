"""Flags (评价调整): which hold for a year, and what they add up to per firm and unit.

Evaluation stands at 31 December: a flag holds when that day lies in 起..止 (止 inclusive, blank:
open). A row of an earlier 年度 still holds while its 止 says so; a row with an open end holds in
its own 年度 only; a repeat of the same kind and reason counts once, the latest 年度. Points are
amounts: the kind, not the sign, says whether they are added.

In a unit of several firms (shared parcel, group) points add up; 否决 and 不评D of one member hold
for all, since they share the result; 过渡期 and 不评价 need every member to have them, otherwise
one new firm would take its neighbours out of the ranking.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.evaluation.keys import among, joined

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
    size = members.groupby("unit_id", sort=True).size()
    named = members[among(members["uscc"], firm.index)].sort_values(["unit_id", "uscc"])
    own = firm.reindex(named["uscc"])
    unit = named["unit_id"].to_numpy()
    made = pd.DataFrame(index=size.index)
    for name in STATES.values():
        n = own[name].astype("int64").groupby(unit).sum().reindex(size.index).fillna(0)
        made[name] = (n == size) if name in (_ALL_TRANSITION, _ALL_UNRATED) else (n > 0)
    for name in ("bonus", "malus"):
        made[name] = own[name].groupby(unit).sum().reindex(size.index).fillna(0.0)
    said = (own["reasons"] != "").to_numpy()
    texts = joined(named["unit_id"][said], own["reasons"][said], "；")
    made["reasons"] = texts.reindex(size.index).fillna("").astype("str")
    return made
