"""Why a unit stands where it stands: its nearest class borders, and what would cross them.

A border is the score of the unit that holds the last place of the better class, or the first of
the worse one. What would cross it is worked out one item at a time, everything else and the stored
benchmarks fixed: with hundreds of units in a cohort one firm hardly moves a mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.evaluation import grading, scoring
from geomujun.evaluation.figures import COLUMNS
from geomujun.evaluation.indicators import AREA, ENTERPRISE, operands
from geomujun.lang import t
from geomujun.policy.model import Cohort

Floats = npt.NDArray[np.float64]
Mark = tuple[float, float, float]  # benchmark, lowest, highest value
STEP: Final = 1e-6  # places of stored scores: less than this is a tie
REACH: Final = np.concatenate([[0.0], np.logspace(-6, 3, 1801)])  # of the value, either way
HALVINGS: Final = 50


@dataclass(frozen=True, slots=True)
class Border:
    """The way to another class: ``points`` is the distance in score, always above 0."""

    grade: str
    rank: int
    score: float
    points: float
    up: bool


@dataclass(frozen=True, slots=True)
class Lever:
    """One figure that alone would cross a border."""

    field: str
    label: str
    unit: str
    now: float
    then: float

    @property
    def change(self) -> float:
        """What it would have to change by."""
        return self.then - self.now


def borders(scores: Floats, rank: int, shares: tuple[float, ...]) -> list[Border]:
    """The nearest border up and the nearest down, as far as there are any.

    Args:
        scores: Of all ranked units of the cohort, any order.
        rank: Of the unit, from 1.
        shares: Percentages of the classes.
    """
    lined = np.sort(scores)[::-1]
    n, own = len(lined), float(lined[rank - 1])
    last = grading.cuts(n, shares)[:3]
    at = int(np.searchsorted(last, rank))
    found = []
    for better in reversed(range(at)):
        if last[better] > 0:
            there = float(lined[last[better] - 1])
            gap = max(there - own, 0.0) + STEP
            found.append(Border(grading.GRADES[better], last[better], there, gap, up=True))
            break
    for worse in range(at, 3):
        if last[worse] < n:
            there = float(lined[last[worse]])
            grade = grading.GRADES[int(np.searchsorted(last, last[worse] + 1))]
            gap = max(own - there, 0.0) + STEP
            found.append(Border(grade, last[worse] + 1, there, gap, up=False))
            break
    return found


@dataclass(frozen=True, slots=True)
class Sums:
    """One unit: its figures with ``area_mu`` (one row), its cohort, the benchmarks used.

    ``missing``: stored points of items without a value, by indicator.
    """

    row: pd.DataFrame
    cohort: Cohort
    marks: Mapping[str, Mark]
    missing: Mapping[str, float]

    def items(self, rows: pd.DataFrame) -> Floats:
        """Sum of the items for rows of figures."""
        names = [r.id for r in self.cohort.indicators]
        num, den = operands(rows, names, ENTERPRISE)
        total = np.zeros(len(rows))
        with np.errstate(invalid="ignore", divide="ignore"):
            values = num / den
        for j, rule in enumerate(self.cohort.indicators):
            x = values[:, j]
            points = scoring.points_of(self.cohort.score, rule, x, self.marks[rule.id])
            total += np.where(np.isnan(x), self.missing.get(rule.id, 0.0), points)
        return total


def levers(unit: Sums, border: Border) -> list[Lever]:
    """For each figure the smallest change that alone crosses a border; smallest part first."""
    found = []
    base = float(unit.items(unit.row)[0])
    for field in (*COLUMNS, AREA):
        value = float(unit.row[field].iloc[0])
        if np.isnan(value):
            continue
        then = _crossing(
            unit, field, value, base + (border.points if border.up else -border.points)
        )
        if then is not None:
            found.append(Lever(field, *_named(field), value, then))
    return sorted(found, key=lambda v: (abs(v.change) / max(abs(v.now), 1e-9), v.field))


def _crossing(unit: Sums, field: str, value: float, target: float) -> float | None:
    """The nearest value of a figure that brings the items to the target; None: out of reach."""
    scale = abs(value) if value else 1.0
    up = target > float(unit.items(unit.row)[0])
    best: float | None = None
    for sign in (1.0, -1.0):
        tried = value + sign * scale * REACH
        if value >= 0:  # what is not negative today will not be
            tried = tried[tried >= 0]
        if field == AREA:
            tried = tried[tried > 0]
        over = _reached(unit, field, tried, target, up)
        if not over.any():
            continue
        first = int(np.argmax(over))
        low, high = float(tried[max(first - 1, 0)]), float(tried[first])
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if _reached(unit, field, np.array([middle]), target, up)[0]:
                high = middle
            else:
                low = middle
        if best is None or abs(high - value) < abs(best - value):
            best = high
    return best


def _reached(
    unit: Sums, field: str, values: Floats, target: float, up: bool
) -> npt.NDArray[np.bool_]:
    rows = unit.row.loc[unit.row.index.repeat(len(values))].assign(**{field: values})
    items = unit.items(rows)
    return items >= target if up else items <= target


def _named(field: str) -> tuple[str, str]:
    if field == AREA:
        return t("用地", "land"), t("亩", "mu")
    spec = TABLES["indicators"].by_name[field]
    units = {"wan_yuan": "万元", "tce": "吨标煤", "wan_kwh": "万千瓦时", "t": "吨", "kg": "千克",
             "person": "人"}  # fmt: skip
    return t(spec.label, field), t(units.get(spec.unit, spec.unit), spec.unit)
