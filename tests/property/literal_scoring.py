"""A second reading of CONTRACT §5 and of the scheme language: unit by unit, in plain numbers.

Written apart from `geomujun.evaluation`, slow on purpose: no arrays, exact sums, fractions for the
cuts. It knows the rules only as data (`geomujun.policy.model`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from geomujun.policy.model import Benchmark, Cohort, IndicatorRule, Scheme

Pair = tuple[float | None, float | None]


@dataclass
class Unit:
    """One unit: figures as they came, what the flags say of it."""

    key: str
    cohort: str
    industry: str
    pairs: dict[str, Pair]  # indicator → numerator, denominator
    bonus: float = 0.0
    malus: float = 0.0
    states: set[str] = field(default_factory=set)  # veto, not_d, transition, unrated
    items: dict[str, float] = field(default_factory=dict)
    score: float | None = None
    rank: int = 0
    grade: str = ""


def evaluate(scheme: Scheme, units: list[Unit]) -> None:
    """Items, score, rank and grade of every unit."""
    for cohort in scheme.active:
        own = [u for u in units if u.cohort == cohort.id]
        parent = cohort.id.partition("/")[0]
        whole = [u for u in units if u.cohort.partition("/")[0] == parent]
        meant = whole if cohort.mean_over == "cohort" else own
        for rule in cohort.indicators:
            fill_items(rule, cohort.score, own, meant)
        grade(cohort, own, scheme)


def value(pair: Pair) -> float | None:
    top, bottom = pair
    return None if top is None or bottom is None or bottom == 0 else top / bottom


def fill_items(rule: IndicatorRule, score: str, units: list[Unit], meant: list[Unit]) -> None:
    """Items of ``units``; means and extremes are those of ``meant``, ``units`` among them."""
    known = [u for u in meant if value(u.pairs[rule.id]) is not None]
    earned = {id(u): bounded(rule, points(rule, score, u, known)) for u in known}
    fill = 0.0
    if rule.when_missing == "cohort_mean_score" and known:
        fill = math.fsum(earned.values()) / len(known)
    for u in units:
        u.items[rule.id] = earned.get(id(u), fill)


def points(rule: IndicatorRule, score: str, unit: Unit, known: list[Unit]) -> float:
    x = value(unit.pairs[rule.id])
    assert x is not None
    if score == "min_max":
        every = [v for u in known if (v := value(u.pairs[rule.id])) is not None]
        low, high = min(every), max(every)
        if high == low:
            return rule.weight
        gain = x - low if rule.direction == "higher" else high - x
        return rule.weight * (20 + 80 * (gain / (high - low))) / 100
    mark = mark_of(rule, unit, known)
    if mark is None or mark == 0:
        return 0.0
    if rule.direction == "higher":
        return x / mark * rule.weight
    return rule.weight if x == 0 else mark / x * rule.weight


def mark_of(rule: IndicatorRule, unit: Unit, known: list[Unit]) -> float | None:
    if rule.benchmark.kind != "standard":
        return mean_mark(rule.benchmark, rule, known)
    own = standard(rule.benchmark, unit)
    if own is not None:
        return own
    assert rule.benchmark.otherwise is not None
    others = [u for u in known if standard(rule.benchmark, u) is None]
    return mean_mark(rule.benchmark.otherwise, rule, others)


def standard(mark: Benchmark, unit: Unit) -> float | None:
    fitting = [(len(p), n) for p, n in mark.standards if unit.industry.startswith(p)]
    return max(fitting)[1] if fitting else None


def mean_mark(mark: Benchmark, rule: IndicatorRule, known: list[Unit]) -> float | None:
    if mark.kind == "fixed":
        return mark.number
    chosen, factor = known, mark.number
    if mark.kind == "top_share":
        sign = -1 if rule.direction == "higher" else 1
        best = sorted(sign * (value(u.pairs[rule.id]) or 0.0) for u in known)
        count = math.floor(len(known) * Fraction(str(mark.number)) / 100 + Fraction(1, 2))
        last = best[max(count, 1) - 1]
        chosen = [u for u in known if sign * (value(u.pairs[rule.id]) or 0.0) <= last]
        factor = 1.0
    top = math.fsum(u.pairs[rule.id][0] or 0.0 for u in chosen)
    bottom = math.fsum(u.pairs[rule.id][1] or 0.0 for u in chosen)
    return None if bottom == 0 else factor * (top / bottom)


def bounded(rule: IndicatorRule, item: float) -> float:
    if rule.cap is not None:
        item = min(item, rule.cap * rule.weight)
    if rule.floor is not None:
        item = max(item, rule.floor * rule.weight)
    return item


def grade(cohort: Cohort, units: list[Unit], scheme: Scheme) -> None:
    for u in units:
        total = 0.0
        for rule in cohort.indicators:
            total += u.items[rule.id]
        more = u.bonus if scheme.bonus_max is None else min(u.bonus, scheme.bonus_max)
        less = u.malus if scheme.malus_max is None else min(u.malus, scheme.malus_max)
        if "unrated" not in u.states or "veto" in u.states:
            u.score = total + more - less
    ranked = [u for u in units if not u.states & {"veto", "transition", "unrated"}]
    ranked.sort(key=lambda u: (-told(u.score), before(cohort, u), u.key))
    for place, u in enumerate(ranked, start=1):
        tied = place > 1 and told(u.score) == told(ranked[place - 2].score)
        u.rank = ranked[place - 2].rank if tied and cohort.ties == "shared" else place
        u.grade = letter(u.rank, len(ranked), cohort.shares)
        if u.grade == "D" and "not_d" in u.states:
            u.grade = "C"
    for u in units:
        if "veto" in u.states:
            u.grade = "D"


def told(score: float | None) -> float:
    assert score is not None
    return round(score, 9)


def before(cohort: Cohort, unit: Unit) -> tuple[int, float]:
    """Where a unit stands among equals: by the indicator that settles ties, missing last."""
    for rule in cohort.indicators:
        if rule.id == cohort.ties:
            x = value(unit.pairs[rule.id])
            if x is None:
                return (1, 0.0)
            return (0, round(-x if rule.direction == "higher" else x, 9))
    return (0, 0.0)


def letter(rank: int, n: int, shares: tuple[float, ...]) -> str:
    total = Fraction(0)
    for name, share in zip("ABCD", shares, strict=True):
        total += Fraction(str(share)) / 100
        if rank <= math.floor(n * total + Fraction(1, 2)):
            return name
    return "D"
