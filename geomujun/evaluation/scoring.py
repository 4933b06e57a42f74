"""Scores of one cohort: values, benchmarks, points per item. Whole columns, no tables.

``ratio_to_benchmark``: value ÷ benchmark × weight; the benchmark is fixed, a multiple of the
cohort's mean, Σ numerators ÷ Σ denominators over the units with data, that mean over the best
units only, or a 标杆值 by industry (`model.Benchmark`). ``min_max``:
weight × (20 + 80 × (x - min) ÷ (max - min)) ÷ 100, full marks when max = min. Lower-is-better items
turn the ratio, or the distance, round. No cap and no floor unless the scheme says so.

Where the documents are silent: an item whose benchmark is 0 or cannot be told scores 0; a
lower-is-better value of 0 scores the full weight, as nothing is better than none.

Sources: 黄岩区 2021 and 2022 公示; 旌德县 2022 政策解读; 浙亩均办〔2022〕2号 二(一)3 (标杆值);
CONTRACT §5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from geomujun.policy.model import Benchmark, Cohort, IndicatorRule

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Summing = Callable[[Floats], float]
MIN_MAX_BASE: Final = 20.0  # points of 100 the last one still gets
MIN_MAX_SPAN: Final = 80.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One cohort scored: ``values`` and ``items`` are (units, indicators), NaN value = missing.

    ``benchmarks``: what each indicator was divided by, (indicators,), with 标杆值 that of the other
    industries; for min_max the lowest and highest value seen are in ``low`` and ``high`` and the
    benchmark is NaN.
    """

    values: Floats
    items: Floats
    benchmarks: Floats
    low: Floats
    high: Floats

    @property
    def total(self) -> Floats:
        """Sum of the items per unit, added in the scheme's order."""
        total = np.zeros(len(self.items))
        for column in self.items.T:
            total = total + column
        return total


def exact_sum(x: Floats) -> float:
    """The sum, correctly rounded, whatever the order."""
    return math.fsum(x.tolist())


def fast_sum(x: Floats) -> float:
    """The sum to the last few bits; for what-if runs that are compared, not written."""
    return float(x.sum())


def score(
    cohort: Cohort,
    numerators: Floats,
    denominators: Floats,
    add: Summing = exact_sum,
    industry: Texts | None = None,
) -> Scored:
    """Score the units of one cohort.

    Args:
        cohort: The rules.
        numerators: (units, indicators), NaN where no member reports.
        denominators: The same; never 0 (`indicators.operands` makes a zero missing).
        add: How means are summed.
        industry: Digits of each unit's industry code, needed where a benchmark is a 标杆值.
    """
    n, k = numerators.shape
    values, items = np.full((n, k), np.nan), np.zeros((n, k))
    marks, low, high = np.full(k, np.nan), np.full(k, np.nan), np.full(k, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        np.divide(numerators, denominators, out=values)
    for j, rule in enumerate(cohort.indicators):
        x = values[:, j]
        have = ~np.isnan(x)
        if have.any():
            low[j], high[j] = x[have].min(), x[have].max()
        if cohort.score == "min_max":
            raw = _min_max(x[have], rule, low[j], high[j])
        else:
            rest = _elsewhere(rule, industry, n)
            usual = rule.benchmark if rest is None else rule.benchmark.otherwise or rule.benchmark
            own = have if rest is None else have & np.isnan(rest)
            marks[j] = benchmark(
                usual, numerators[own, j], denominators[own, j], add, rule.direction
            )
            mark = marks[j] if rest is None else np.where(np.isnan(rest), marks[j], rest)[have]
            raw = _ratio(x[have], rule, mark)
        items[have, j] = _bounded(raw, rule)
        if rule.when_missing == "cohort_mean_score" and have.any():
            items[~have, j] = add(items[have, j]) / int(have.sum())
    return Scored(values, items, marks, low, high)


def benchmark(
    mark: Benchmark,
    numerators: Floats,
    denominators: Floats,
    add: Summing = exact_sum,
    direction: str = "higher",
) -> float:
    """The divisor of one indicator over the units with data; NaN when there is none."""
    if mark.kind == "fixed":
        return mark.number
    factor = mark.number
    if mark.kind == "top_share":
        best = _best(numerators / denominators, mark.number, direction)
        numerators, denominators, factor = numerators[best], denominators[best], 1.0
    bottom = add(denominators)
    if bottom == 0:
        return float("nan")
    return factor * (add(numerators) / bottom)


def _best(values: Floats, percent: float, direction: str) -> npt.NDArray[np.bool_]:
    """The best ``percent`` of the values, at least one, with those equal to the last of them."""
    if not len(values):
        return np.zeros(0, dtype=bool)
    good = values if direction == "higher" else -values
    count = max(1, math.floor(len(values) * Fraction(str(percent)) / 100 + Fraction(1, 2)))
    return np.asarray(good >= np.sort(good)[::-1][count - 1], dtype=bool)


def _elsewhere(rule: IndicatorRule, industry: Texts | None, n: int) -> Floats | None:
    """The 标杆值 of each unit's industry, NaN where it has none; None for other benchmarks."""
    if rule.benchmark.kind != "standard":
        return None
    if industry is None:
        raise ValueError(f"{rule.id}: a benchmark by industry needs the units' industries")
    found, codes = np.full(n, np.nan), industry.astype("U4")
    for prefix, number in reversed(rule.benchmark.standards):  # the longest prefix last
        found[np.strings.startswith(codes, prefix)] = number
    return found


def points_of(how: str, rule: IndicatorRule, x: Floats, mark: tuple[float, float, float]) -> Floats:
    """Points of values under a benchmark already known, missing ones (NaN) 0.

    Args:
        how: The cohort's ``score``.
        rule: The indicator.
        x: Values.
        mark: Benchmark, lowest and highest value, as in `Scored`; what is not used may be NaN.
    """
    have = ~np.isnan(x)
    value, low, high = mark
    raw = _min_max(x[have], rule, low, high) if how == "min_max" else _ratio(x[have], rule, value)
    made = np.zeros(len(x))
    made[have] = _bounded(raw, rule)
    return made


def _ratio(x: Floats, rule: IndicatorRule, mark: float | Floats) -> Floats:
    marks = np.broadcast_to(np.asarray(mark, dtype=float), x.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        if rule.direction == "higher":
            points = x / marks * rule.weight
        else:
            points = np.where(x == 0, rule.weight, marks / x * rule.weight)
    return np.where(np.isnan(marks) | (marks == 0), 0.0, points)


def _min_max(x: Floats, rule: IndicatorRule, low: float, high: float) -> Floats:
    if high == low:
        return np.full(len(x), rule.weight)
    gain = x - low if rule.direction == "higher" else high - x
    return rule.weight * (MIN_MAX_BASE + MIN_MAX_SPAN * gain / (high - low)) / 100


def _bounded(points: Floats, rule: IndicatorRule) -> Floats:
    """``cap`` and ``floor`` are multiples of the weight."""
    if rule.cap is not None:
        points = np.minimum(points, rule.cap * rule.weight)
    if rule.floor is not None:
        points = np.maximum(points, rule.floor * rule.weight)
    return points
