"""Second reading of CONTRACT §5, evaluation: enterprise units and parcels, scored and graded.

Written straight from the contract's sentences, unit by unit; it shares nothing with the engine and
checks itself against the truth of sample-town in `tests/county`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

M2_PER_MU: Final = 10_000 / 15
ABOVE, BELOW = "规上", "规下"
Row = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Indicator:
    """``top`` ÷ ``bottom`` × ``factor``; ``bottom`` "亩" is the unit's area."""

    name: str
    top: str
    bottom: str
    weight: float
    benchmark: float | None = None  # None: mean of the cohort
    mean_when_missing: bool = False
    factor: float = 1.0


def _above(benchmarks: tuple[float, ...] | None) -> tuple[Indicator, ...]:
    b = benchmarks or (None,) * 6
    fixed = benchmarks is not None
    return (
        Indicator("亩均税收", "税收", "亩", 30, b[0]),
        Indicator("亩均增加值", "工业增加值", "亩", 20, b[1]),
        Indicator("单位能耗增加值", "工业增加值", "综合能耗", 20, b[2]),
        Indicator("全员劳动生产率", "工业增加值", "年平均职工人数", 10, b[4]),
        Indicator("单位排放增加值", "工业增加值", "污染物排放", 10, b[3], fixed, 1000.0),
        Indicator("研发占比", "研发经费", "营业收入", 10, b[5]),
    )


SCHEMES: Final[dict[str, dict[str, tuple[Indicator, ...]]]] = {
    "zhejiang-2022": {
        ABOVE: _above(None),
        BELOW: (Indicator("亩均税收", "税收", "亩", 50), Indicator("单位电耗税收", "税收",
        "用电量", 50)),
    },
    "huangyan-2022": {
        ABOVE: _above((24.097, 136.16, 2.694, 4929.81, 18.14, 0.0302)),
        BELOW: (
            Indicator("亩均税收", "税收", "亩", 50, 11.5932),
            Indicator("单位电耗税收", "税收", "用电量", 50, 0.2352),
        ),
    },
}  # fmt: skip
SHARES: Final = (0.25, 0.50, 0.20)  # A, B, C; D takes the rest


@dataclass(frozen=True, slots=True)
class Subject:
    """What evaluation needs to know of an enterprise."""

    name: str
    active: bool
    industrial: bool
    above: bool


@dataclass(frozen=True, slots=True)
class Stake:
    """One counted link: ``area_m2`` net of what is let out and of what is exempt."""

    parcel: str
    uscc: str
    area_m2: float
    unsplit: bool


@dataclass(slots=True)
class Base:
    """The tables both evaluations stand on."""

    subjects: dict[str, Subject]
    parcels_m2: dict[str, float]
    stakes: list[Stake]
    occupied_m2: dict[str, float]
    figures: dict[str, Row]
    flags: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    groups: list[tuple[str, list[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Unit:
    """What is scored as one."""

    kind: str
    id: str
    members: list[str]
    area_mu: float
    cohort: str
    operands: Row
    flags: list[tuple[str, float]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    values: dict[str, float | None] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    score: float | None = None
    rank: int | None = None
    grade: str = ""

    def has(self, kind: str) -> bool:
        """Whether a flag of this kind stands."""
        return any(k == kind for k, _ in self.flags)

    def points(self, kind: str) -> float:
        """Sum of the points of one kind."""
        return math.fsum(p for k, p in self.flags if k == kind)


def enterprise_units(base: Base) -> list[Unit]:
    """Unsplit parcels, confirmed groups, and every other enterprise alone."""
    units, placed = [], set()
    unsplit: dict[str, list[str]] = defaultdict(list)
    for s in base.stakes:
        if s.unsplit and s.uscc not in unsplit[s.parcel]:
            unsplit[s.parcel].append(s.uscc)
    clusters = [("parcel", p, m, base.parcels_m2[p]) for p, m in sorted(unsplit.items())]
    clusters += [("group", g, m, 0.0) for g, m in base.groups]
    for kind, label, members, extra_m2 in clusters:
        placed.update(members)
        who = sorted(u for u in members if _reports(base, u))
        area = extra_m2 + math.fsum(base.occupied_m2.get(u, 0.0) for u in who)
        if who and area > 0:
            units.append(_unit(base, (kind, label), who, area))
    for uscc in sorted(base.subjects):
        area = base.occupied_m2.get(uscc, 0.0)
        if uscc not in placed and area > 0 and _reports(base, uscc):
            units.append(_unit(base, ("enterprise", uscc), [uscc], area))
    return units


def _reports(base: Base, uscc: str) -> bool:
    who = base.subjects.get(uscc)
    return who is not None and who.active and who.industrial and uscc in base.figures


def _unit(base: Base, key: tuple[str, str], members: list[str], area_m2: float) -> Unit:
    rows = [(base.figures[u], 1.0) for u in members]
    cohort = ABOVE if any(base.subjects[u].above for u in members) else BELOW
    flags = [f for u in members for f in base.flags.get(u, [])]
    return Unit(key[0], key[1], members, area_m2 / M2_PER_MU, cohort, _sum(rows), flags)


def _sum(rows: list[tuple[Row, float]]) -> Row:
    """Weighted sum per operand; missing only when no member reports it."""
    names = sorted({n for row, _ in rows for n in row})
    found: Row = {}
    for name in names:
        told = [v * w for row, w in rows if (v := row.get(name)) is not None]
        found[name] = math.fsum(told) if told else None
    return found


def parcel_units(base: Base) -> list[Unit]:
    """Every parcel with at least one evaluated real user on land that is not exempt."""
    on_parcel: dict[str, list[Stake]] = defaultdict(list)
    whole: dict[str, float] = defaultdict(float)
    for s in base.stakes:
        on_parcel[s.parcel].append(s)
        whole[s.uscc] += s.area_m2
    units = []
    for parcel in sorted(on_parcel):
        rows, members, left_out = [], [], []
        for s in sorted(on_parcel[parcel], key=lambda s: s.uscc):
            if not base.subjects[s.uscc].active:
                continue
            if not _reports(base, s.uscc) or not (s.unsplit or s.area_m2 > 0):
                left_out.append(s.uscc)
                continue
            rows.append((base.figures[s.uscc], 1.0 if s.unsplit else s.area_m2 / whole[s.uscc]))
            members.append(s.uscc)
        if members:
            cohort = ABOVE if any(base.subjects[u].above for u in members) else BELOW
            area = base.parcels_m2[parcel] / M2_PER_MU
            units.append(Unit("parcel", parcel, members, area, cohort, _sum(rows)))
            units[-1].left_out = left_out
    return units


def grade(units: list[Unit], scheme: str) -> list[Unit]:
    """Score, rank and grade ``units`` in place, cohort by cohort."""
    for cohort, indicators in SCHEMES[scheme].items():
        mine = [u for u in units if u.cohort == cohort]
        for unit in mine:
            for i in indicators:
                unit.values[i.name] = _value(unit, i)
        for i in indicators:
            _score(mine, i)
        for unit in mine:
            if not unit.has("不评价"):
                bonus = unit.points("加分") - unit.points("减分")
                unit.score = math.fsum(unit.parts.values()) + bonus
        _cut(mine)
    return units


def _operands(unit: Unit, i: Indicator) -> tuple[float, float] | None:
    top = unit.operands.get(i.top)
    bottom = unit.area_mu if i.bottom == "亩" else unit.operands.get(i.bottom)
    if top is None or bottom is None or bottom == 0:
        return None
    return top * i.factor, bottom


def _value(unit: Unit, i: Indicator) -> float | None:
    pair = _operands(unit, i)
    return None if pair is None else pair[0] / pair[1]


def _score(units: list[Unit], i: Indicator) -> None:
    benchmark = i.benchmark
    if benchmark is None:
        pairs = [p for u in units if (p := _operands(u, i)) is not None]
        bottom = math.fsum(b for _, b in pairs)
        benchmark = math.fsum(t for t, _ in pairs) / bottom if bottom else 0.0
    for u in units:
        value = u.values[i.name]
        if value is not None and benchmark:
            u.parts[i.name] = value / benchmark * i.weight
    missing = 0.0
    if i.mean_when_missing:
        told = [u.parts[i.name] for u in units if i.name in u.parts]
        missing = math.fsum(told) / len(told) if told else 0.0
    for u in units:
        u.parts.setdefault(i.name, missing)


def _cut(units: list[Unit]) -> None:
    ranked = [u for u in units if not any(u.has(k) for k in ("否决", "过渡期", "不评价"))]
    ranked.sort(
        key=lambda u: (-round(u.score or 0.0, 9), min(u.members) if u.kind != "parcel" else u.id)
    )
    n, cuts, share = len(ranked), [], 0.0
    for s in SHARES:
        share += s
        cuts.append(math.floor(n * share + 0.5 + 1e-9))
    for place, unit in enumerate(ranked, start=1):
        unit.rank = place
        unit.grade = "ABCD"[sum(place > c for c in cuts)]
    for unit in units:
        if unit.has("否决"):
            unit.grade = "D"
        elif unit.has("不评D") and unit.grade == "D":
            unit.grade = "C"
