"""Differential policies by grade: who may be considered, and what became of each application.

The states are a log of events, one a line, never changed: applied → approved → carried out, or
rejected, withdrawn, revoked. A new application may follow a closed one.

Source: S0 表10 分类施策 (上报、审核、情况统计); 浙亩均办〔2022〕2号 三16 (按季度报送).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from geomujun.lang import t
from geomujun.policy.measures import EFFECTS, Measure

AFTER: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("applied",),
    "applied": ("approved", "rejected", "withdrawn"),
    "approved": ("carried_out", "revoked"),
    "carried_out": ("applied",),
    "rejected": ("applied",),
    "withdrawn": ("applied",),
    "revoked": ("applied",),
}
STATES: Final = {
    "applied": ("已申报", "applied"),
    "approved": ("已审核", "approved"),
    "carried_out": ("已兑现", "carried out"),
    "rejected": ("未通过", "rejected"),
    "withdrawn": ("已撤回", "withdrawn"),
    "revoked": ("已撤销", "revoked"),
}
EVENT: Final = ("measure", "uscc", "event", "at", "by", "amount_wan_yuan", "reason", "grade")
ELIGIBLE: Final = (
    "uscc", "name", "grade", "measure", "title", "field", "effect", "condition", "source", "legal",
    "grade_may_change", "unchecked",
)  # fmt: skip
Fault = tuple[str, str, str]  # field, value, reason


def eligible(firms: pd.DataFrame, measures: Sequence[Measure], division: str = "") -> pd.DataFrame:
    """Who may be considered for what.

    Args:
        firms: uscc, name, grade, grade_best, grade_worst, area_mu, size, and outside_parks
            (1 | 0 | NA).
        measures: The catalogue.
        division: The place's division code; measures of other places are left out. "" keeps all.

    Returns:
        `ELIGIBLE`, sorted by uscc and catalogue order. ``grade_may_change``: a link still in review
        could take the firm out of the measure's grades. ``unchecked``: conditions no table tells.
    """
    parts = [pd.DataFrame(columns=list(ELIGIBLE))]
    for order, one in enumerate(measures):
        if division and one.division and not division.startswith(one.division):
            continue
        found, unchecked = _fits(firms, one)
        if found.empty:
            continue
        ends = found[["grade_best", "grade_worst"]].isin([*one.grades, ""]).all(axis=1)
        parts.append(
            pd.DataFrame(
                {
                    "uscc": found["uscc"],
                    "name": found["name"],
                    "grade": found["grade"],
                    "measure": one.id,
                    "title": one.title,
                    "field": one.field,
                    "effect": t(*EFFECTS[one.effect]),
                    "condition": one.condition,
                    "source": one.source,
                    "legal": one.legal,
                    "grade_may_change": np.where(ends, "", t("是", "yes")),
                    "unchecked": unchecked,
                    "_order": order,
                }
            )
        )
    table = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    if "_order" in table:
        table = table.sort_values(["uscc", "_order"], kind="stable", ignore_index=True)
    return table[list(ELIGIBLE)]


def _fits(firms: pd.DataFrame, one: Measure) -> tuple[pd.DataFrame, str]:
    """The firms of a measure's grades whose known facts do not speak against it."""
    keep = firms["grade"].isin(one.grades)
    unchecked = []
    if one.min_mu:
        keep &= firms["area_mu"] >= one.min_mu
    if one.size:
        keep &= firms["size"] == one.size
    if one.outside_parks:
        outside = firms["outside_parks"]
        keep &= outside.ne(0).fillna(True).astype(bool)
        if outside[keep].isna().any():
            unchecked.append(t("园区外", "outside parks"))
    return firms[keep], "；".join(unchecked)


def check_event(row: Mapping[str, Any], states: dict[tuple[str, str], str]) -> Fault | None:
    """What is wrong with one event, given the states before it; else the state moves on.

    Args:
        row: A line of the log.
        states: (measure, uscc) → last event; changed in place.
    """
    for name in ("measure", "uscc", "event", "at", "by"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            return name, str(row.get(name) or ""), t("缺少必填项", "missing")
    try:
        date.fromisoformat(row["at"][:10])
    except ValueError:
        return "at", row["at"], t("不是日期 YYYY-MM-DD", "not a date YYYY-MM-DD")
    amount = row.get("amount_wan_yuan")
    bad = isinstance(amount, bool) or not isinstance(amount, int | float | None)
    if bad or (amount is not None and not (math.isfinite(amount) and amount >= 0)):
        return "amount_wan_yuan", str(amount), t("不是非负的数", "not a number of 0 or more")
    key = row["measure"], row["uscc"]
    allowed = AFTER[states.get(key, "")]
    if row["event"] not in allowed:
        before = states.get(key, "")
        return (
            "event",
            row["event"],
            t(
                "“{b}”之后只能是 {a}",
                "after {b!r} only {a}",
                b=t(*STATES[before]) if before else t("未申报", "nothing"),
                a=" | ".join(allowed),
            ),
        )
    states[key] = row["event"]
    return None


def report(events: pd.DataFrame, measures: Sequence[Measure], quarter: str = "") -> pd.DataFrame:
    """The table handed on each quarter (情况统计), one row per measure and grade.

    Args:
        events: Columns `EVENT`, checked.
        measures: The catalogue; ids it does not know keep their id as title.
        quarter: ``2024Q3``; "" for everything.

    Returns:
        measure, title, field, grade, firms (distinct), applied, approved, carried_out, rejected,
        withdrawn, revoked (events), pending (applied, nothing since, at the end of the quarter),
        amount_wan_yuan (carried out).
    """
    rows = events.copy()
    period = pd.PeriodIndex(pd.to_datetime(rows["at"].str.slice(0, 10)), freq="Q").astype(str)
    last = rows[(period <= quarter) if quarter else np.ones(len(rows), dtype=bool)]
    now = rows[(period == quarter) if quarter else np.ones(len(rows), dtype=bool)]
    ends = last.drop_duplicates(["measure", "uscc"], keep="last")
    waiting = ends[ends["event"] == "applied"]
    keys = ["measure", "grade"]
    index = pd.concat([now[keys], waiting[keys]]).drop_duplicates().sort_values(keys)
    counts = now.groupby([*keys, "event"]).size().unstack(fill_value=0)
    out = index.reset_index(drop=True)
    at = pd.MultiIndex.from_frame(out[keys])
    for event in STATES:
        column = counts[event] if event in counts else pd.Series(dtype="int64")
        out[event] = column.reindex(at).fillna(0).to_numpy(dtype=np.int64) if len(column) else 0
    every = pd.concat([now, waiting]).drop_duplicates([*keys, "uscc"])
    out["firms"] = every.groupby(keys).size().reindex(at).fillna(0).to_numpy(dtype=np.int64)
    out["pending"] = waiting.groupby(keys).size().reindex(at).fillna(0).to_numpy(dtype=np.int64)
    paid = now[now["event"] == "carried_out"].groupby(keys)["amount_wan_yuan"].sum()
    out["amount_wan_yuan"] = paid.reindex(at).fillna(0.0).to_numpy(dtype=float).round(2)
    known = {m.id: m for m in measures}
    out.insert(1, "title", [known[m].title if m in known else m for m in out["measure"]])
    out.insert(2, "field", [known[m].field if m in known else "" for m in out["measure"]])
    return out
