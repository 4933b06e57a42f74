"""Findings about figures, grades and decisions: idle land, classes apart, sources apart."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.crosscheck.digest import facts_digests
from geomujun.crosscheck.registry import findings, graded, rule
from geomujun.domain.catalogue import TABLES
from geomujun.domain.keys import among, of
from geomujun.domain.legend import legend
from geomujun.domain.words import Relation, Severity
from geomujun.lang import t
from geomujun.ledger.sight import FIGURES, Sight, of_relation

_GRADES: Final = {"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}
_NAN: Final = float("nan")


@rule("IDLE_LAND")
def idle_land(sight: Sight) -> pd.DataFrame:
    """The holder is known, and neither it nor any other user has tax or power use."""
    limit = sight.facts.values("IDLE_LAND", {"power_wan_kwh": 0.1})["power_wan_kwh"]
    quiet = sight.silent(limit).sort_index()
    held = of_relation(sight.used, Relation.OWN)["parcel_code"]
    quiet = quiet[among(quiet.index, held) & ~sight.fully_exempt(quiet.index)]
    known = among(quiet.index, sight.parcels.index)
    quiet = quiet[known & sight.parcels["industrial"].reindex(quiet.index).eq(True).to_numpy()]
    message = [
        t(
            "{year} 年税收 {tax:.2f} 万元、用电 {power:.3f} 万千瓦时，疑似只占地不经营",
            "{year}: tax {tax:.2f} wan yuan, power {power:.3f} wan kWh; land held, nothing made",
            year=sight.facts.year,
            tax=tax,
            power=power,
        )
        for tax, power in zip(quiet["tax_wan_yuan"], quiet["power_wan_kwh"], strict=True)
    ]
    value = (quiet["power_wan_kwh"], limit, "wan_kwh")
    return findings(("parcel", quiet.index), value, Severity.HIGH, message, quiet["users"])


@rule("GRADE_CONFLICT")
def grade_conflict(sight: Sight) -> pd.DataFrame:
    """An enterprise and a parcel it really uses are graded classes apart."""
    limit = sight.facts.values("GRADE_CONFLICT", {"classes": 2})["classes"]
    firms, parcels = sight.facts.enterprise_evaluation, sight.facts.parcel_evaluation
    pairs = sight.used[["uscc", "parcel_code"]].drop_duplicates()
    own = firms.drop_duplicates("uscc").set_index("uscc")["grade"]
    land = parcels.drop_duplicates("parcel_code").set_index("parcel_code")["grade"]
    pairs["grade_firm"] = of(own, pairs["uscc"]).to_numpy()
    pairs["grade_land"] = of(land, pairs["parcel_code"]).to_numpy()
    gap = (
        pairs["grade_firm"].map(_GRADES).astype("float64")
        - pairs["grade_land"].map(_GRADES).astype("float64")
    ).abs()
    pairs = pairs.assign(gap=gap)[gap >= limit].sort_values(["uscc", "parcel_code"])
    message = [
        t(
            "企业评 {firm} 档，所用宗地评 {land} 档，相差 {gap:.0f} 档",
            "the enterprise is graded {firm}, its parcel {land}: {gap:.0f} classes apart",
            firm=one,
            land=two,
            gap=step,
        )
        for one, two, step in zip(
            pairs["grade_firm"], pairs["grade_land"], pairs["gap"], strict=True
        )
    ]
    value, severity = (pairs["gap"], limit, "class"), graded(pairs["gap"] > limit)
    other = pairs["parcel_code"]
    return findings(("enterprise", pairs["uscc"]), value, severity, message, other)


@rule("FIGURE_CONFLICT")
def figure_conflict(sight: Sight) -> pd.DataFrame:
    """Sources give one figure of one year differently; the catalogue says which one counts."""
    limit = sight.facts.values("FIGURE_CONFLICT", {"share": 0.05})["share"]
    rows = sight.case.indicators
    rows = rows[(rows["year"] == sight.facts.year) & rows.duplicated(["uscc", "year"], keep=False)]
    rows = rows.sort_values(["uscc", "source", "row"], kind="stable")
    long = rows.melt(["uscc", "source"], list(FIGURES), "field", "value").dropna(subset="value")
    group = long.groupby(["uscc", "field"])["value"]
    low, high = group.transform("min"), group.transform("max")
    base = pd.concat([low.abs(), high.abs()], axis=1).max(axis=1)
    long["gap"] = ((high - low) / base.where(base > 0)).fillna(0.0)
    long = long[long["gap"] > limit]
    said = [
        f"{source or '—'} {value:g}"
        for source, value in zip(long["source"], long["value"], strict=True)
    ]
    rows = long.assign(said=said).sort_values(["uscc", "field", "source"], kind="stable")
    first = ~rows.duplicated(["uscc", "field"]).to_numpy()
    table = rows[first].assign(said=_runs(rows["said"], first))
    fields = TABLES["indicators"].by_name
    message = [
        t(
            "{label}各来源不一致（{unit}）：{said}，相差 {gap:.1%}",
            "{label} differs between sources ({unit}): {said}, {gap:.1%} apart",
            label=fields[name].label,
            unit=legend().word("unit", fields[name].unit),
            said=told,
            gap=gap,
        )
        for name, told, gap in zip(table["field"], table["said"], table["gap"], strict=True)
    ]
    value, severity = (table["gap"], limit, "ratio"), graded(table["gap"] > 0.5)
    return findings(("enterprise", table["uscc"]), value, severity, message, table["field"])


def _runs(texts: pd.Series, first: npt.NDArray[np.bool_]) -> list[str]:
    """Texts joined with those that follow up to the next ``first``."""
    words = texts.tolist()
    starts = [*np.flatnonzero(first).tolist(), len(words)]
    return ["、".join(words[a:b]) for a, b in pairwise(starts)]


@rule("DECISION_STALE")
def decision_stale(sight: Sight) -> pd.DataFrame:
    """The facts a decision was taken on have changed since, or its parcel or firm is gone."""
    decisions = sight.facts.decisions
    decisions = decisions.sort_values(["uscc", "parcel_code"], kind="stable", ignore_index=True)
    now = facts_digests(sight.case, decisions[["parcel_code", "uscc"]])
    seen = decisions["facts_digest"].fillna("").astype("str")
    gone = now == ""
    odd = gone | ((seen != "") & (seen != now))
    message = [
        t("人工决定所涉的宗地或企业已不在本次数据中", "its parcel or enterprise is not in the case")
        if lost
        else t(
            "作出人工决定（{reviewer}，{day}）后，所依据的事实有变化，请复核",
            "the facts have changed since the decision ({reviewer}, {day})",
            reviewer=reviewer,
            day=str(day)[:10],
        )
        for lost, reviewer, day in zip(
            gone[odd], decisions.loc[odd, "reviewer"], decisions.loc[odd, "decided_at"], strict=True
        )
    ]
    found = decisions[odd]
    return findings(
        ("enterprise", found["uscc"]),
        (_NAN, _NAN, ""),
        graded(gone[odd]),
        message,
        found["parcel_code"],
    )
