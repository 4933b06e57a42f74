"""Scores that are columns times one number each: sums are updated, not made again.

With fixed or mean benchmarks an item is its value times weight ÷ benchmark; with `min_max` it is
linear in the value too. When some units leave and others come, the few sums and extremes behind
those numbers follow, and every score is one pass over the columns. Equal to `scoring.score` to the
last few bits; `Panel` compares both before it relies on this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geomujun.evaluation import grading, scoring
from geomujun.policy.model import BY_CODE, SHARED, Cohort, IndicatorRule

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Units of one pool; arrays of one length, (n, indicators) for the operands.

    ``keys`` settle ties, ``part`` says in which of the pool's cohorts a unit is ranked.
    """

    ids: Texts
    keys: Texts
    part: Codes
    industry: Texts
    numerators: Floats
    denominators: Floats
    points: Floats
    veto: Bools
    not_d: Bools
    ranked: Bools

    def __len__(self) -> int:
        """How many units."""
        return len(self.ids)

    def at(self, where: Ints | slice) -> Rows:
        """Some of them."""
        return Rows(*(getattr(self, name)[where] for name in self.__slots__))


def is_linear(cohort: Cohort) -> bool:
    """Whether the rules of a cohort have this form."""
    if cohort.ties not in (BY_CODE, SHARED):
        return False
    if any(_bounded(r) and r.when_missing == "cohort_mean_score" for r in cohort.indicators):
        return False
    kinds = {r.benchmark.kind for r in cohort.indicators}
    return cohort.score == "min_max" or kinds <= {"fixed", "k_mean"}


def _bounded(rule: IndicatorRule) -> bool:
    return rule.cap is not None or rule.floor is not None


def zero_is_best(cohort: Cohort, rows: Rows) -> bool:
    """A lower-is-better value of 0 has no reciprocal: such cohorts take the other way."""
    lower = np.array([r.direction == "lower" for r in cohort.indicators])
    return cohort.score != "min_max" and bool((rows.numerators[:, lower] == 0).any())


@dataclass(frozen=True, slots=True)
class Block:
    """Units turned on their side, (indicators, units), 0 where missing.

    ``x`` is what one number is multiplied with: the value, or its reciprocal where lower is better.
    """

    top: Floats
    bottom: Floats
    x: Floats
    have: Bools
    points: Floats

    @classmethod
    def of(cls, cohort: Cohort, rows: Rows) -> Block:
        num, den = rows.numerators.T, rows.denominators.T
        have = ~(np.isnan(num) | np.isnan(den))
        top = np.ascontiguousarray(np.where(have, num, 0.0))
        bottom = np.ascontiguousarray(np.where(have, den, 0.0))
        x = np.zeros(top.shape)
        lower = np.array([r.direction == "lower" for r in cohort.indicators])
        turned = (lower & (cohort.score != "min_max"))[:, None]
        above, below = np.where(turned, bottom, top), np.where(turned, top, bottom)
        np.divide(above, below, out=x, where=have)
        return cls(top, bottom, x, np.ascontiguousarray(have), rows.points)

    def at(self, where: Ints) -> Block:
        """Some units."""
        top, bottom, x = self.top[:, where], self.bottom[:, where], self.x[:, where]
        return Block(top, bottom, x, self.have[:, where], self.points[where])

    def sums(self) -> Floats:
        """Σ numerators, Σ denominators, Σ x and count, (4, indicators)."""
        return np.stack([self.top.sum(1), self.bottom.sum(1), self.x.sum(1), self.have.sum(1)])

    def ends(self) -> Floats:
        """Smallest and largest x, (2, indicators); infinite where there is none."""
        low = np.min(self.x, axis=1, initial=np.inf, where=self.have)
        return np.stack([low, np.max(self.x, axis=1, initial=-np.inf, where=self.have)])


class Sums:
    """A panel whose items are columns times one number, which follows from sums and extremes."""

    def __init__(self, cohort: Cohort, block: Block) -> None:
        """Sum the columns once."""
        self.cohort, self.block = cohort, block
        self.sums, self.ends = self.block.sums(), self.block.ends()

    def scores(self, gone: Ints, added: Rows) -> tuple[Floats, Floats]:
        """Rounded scores of the panel's units (those gone among them) and of the added ones."""
        more, sums, ends = Block.of(self.cohort, added), self.sums, self.ends
        if len(added):
            sums = sums + more.sums()
        if len(gone):
            out = self.block.at(gone)
            sums = sums - out.sums()
            ends = self._ends_without(gone, out)
        if len(added):
            new = more.ends()
            ends = np.stack([np.minimum(ends[0], new[0]), np.maximum(ends[1], new[1])])
        return self._scored(self.block, sums, ends), self._scored(more, sums, ends)

    def _ends_without(self, gone: Ints, out: Block) -> Floats:
        touched = out.have & ((out.x == self.ends[0][:, None]) | (out.x == self.ends[1][:, None]))
        if not touched.any():
            return self.ends
        left = np.ones(self.block.x.shape[1], dtype=bool)
        left[gone] = False
        return self.block.at(np.flatnonzero(left)).ends()

    def _scored(self, block: Block, sums: Floats, ends: Floats) -> Floats:
        total = np.zeros(len(block.points))
        for j, rule in enumerate(self.cohort.indicators):
            total += _item(self.cohort.score, rule, (block.x[j], block.have[j]), (sums, ends, j))
        return np.round(total + block.points, grading.TIE_PLACES)


def _item(
    how: str, rule: IndicatorRule, column: tuple[Floats, Bools], at: tuple[Floats, Floats, int]
) -> Floats:
    """Points of one indicator; as `scoring.score` gives them, to the last few bits."""
    (x, have), (sums, ends, j) = column, at
    top, bottom, total, count = sums[:, j]
    if how == "min_max":
        add, times = _stretch(rule, float(ends[0, j]), float(ends[1, j]))
    else:
        add, times = 0.0, _times(rule, float(top), float(bottom))
    item = x * times
    if add:
        item += have * add
    if rule.cap is not None:
        item = np.where(have, np.minimum(item, rule.cap * rule.weight), 0.0)
    if rule.floor is not None:
        item = np.where(have, np.maximum(item, rule.floor * rule.weight), 0.0)
    if rule.when_missing == "cohort_mean_score" and count > 0:
        item += ~have * (add + times * total / count)
    return item


def _times(rule: IndicatorRule, top: float, bottom: float) -> float:
    fixed = rule.benchmark.kind == "fixed"
    mark = rule.benchmark.number
    if not fixed:
        mark = mark * (top / bottom) if bottom else 0.0
    if mark == 0:
        return 0.0
    return mark * rule.weight if rule.direction == "lower" else rule.weight / mark


def _stretch(rule: IndicatorRule, low: float, high: float) -> tuple[float, float]:
    if high <= low:
        return rule.weight, 0.0
    base, span = scoring.MIN_MAX_BASE / 100, scoring.MIN_MAX_SPAN / 100
    times = rule.weight * span / (high - low)
    if rule.direction == "higher":
        return rule.weight * base - times * low, times
    return rule.weight * base + times * high, -times
