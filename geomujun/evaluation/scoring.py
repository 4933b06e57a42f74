"""Scores of one cohort: values, benchmarks, points per item. Whole columns, no tables.

``ratio_to_benchmark``: value ÷ benchmark × weight; the benchmark is fixed or a multiple of the
cohort's mean, Σ numerators ÷ Σ denominators over the units with data. ``min_max``:
weight × (20 + 80 × (x - min) ÷ (max - min)) ÷ 100, full marks when max = min. Lower-is-better items
turn the ratio, or the distance, round. No cap and no floor unless the scheme says so.

Where the documents are silent: an item whose benchmark is 0 or cannot be told scores 0; a
lower-is-better value of 0 scores the full weight, as nothing is better than none.

Sources: 黄岩区 2021 and 2022 公示; 旌德县 2022 政策解读; CONTRACT §5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geomujun.policy.model import Cohort, IndicatorRule

Floats = npt.NDArray[np.float64]
Summing = Callable[[Floats], float]
MIN_MAX_BASE: Final = 20.0  # points of 100 the last one still gets
MIN_MAX_SPAN: Final = 80.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One cohort scored: ``values`` and ``items`` are (units, indicators), NaN value = missing.

    ``benchmarks``: what each indicator was divided by, (indicators,); for min_max the lowest and
    highest value seen are in ``low`` and ``high`` and the benchmark is NaN.
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
    cohort: Cohort, numerators: Floats, denominators: Floats, add: Summing = exact_sum
) -> Scored:
    """Score the units of one cohort.

    Args:
        cohort: The rules.
        numerators: (units, indicators), NaN where no member reports.
        denominators: The same; never 0 (`indicators.operands` makes a zero missing).
        add: How means are summed.
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
            marks[j] = benchmark(rule, numerators[have, j], denominators[have, j], add)
            raw = _ratio(x[have], rule, marks[j])
        items[have, j] = _bounded(raw, rule)
        if rule.when_missing == "cohort_mean_score" and have.any():
            items[~have, j] = add(items[have, j]) / int(have.sum())
    return Scored(values, items, marks, low, high)


def benchmark(
    rule: IndicatorRule, numerators: Floats, denominators: Floats, add: Summing = exact_sum
) -> float:
    """The divisor of one indicator over the units with data; NaN when there is none."""
    if rule.benchmark.kind == "fixed":
        return rule.benchmark.number
    bottom = add(denominators)
    if bottom == 0:
        return float("nan")
    return rule.benchmark.number * (add(numerators) / bottom)


def _ratio(x: Floats, rule: IndicatorRule, mark: float) -> Floats:
    if math.isnan(mark) or mark == 0:
        return np.zeros(len(x))
    if rule.direction == "higher":
        return x / mark * rule.weight
    with np.errstate(divide="ignore"):
        turned = mark / x * rule.weight
    return np.where(x == 0, rule.weight, turned)


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
