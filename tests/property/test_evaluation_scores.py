"""Scoring against a slow second reading of CONTRACT §5, and properties any scheme must have."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomujun.evaluation import grading, scoring
from geomujun.policy.model import Benchmark, Cohort, IndicatorRule

amounts = st.one_of(
    st.none(),
    st.sampled_from([0.0, 1.0, -1.0, 2.0]),
    st.floats(-1e4, 1e5).filter(lambda x: abs(x) > 1e-6),
)
rules = st.builds(
    lambda weight, kind, number, direction, missing, cap, floor: IndicatorRule(
        "x", "x", weight, Benchmark(kind, number), direction, missing, cap, floor
    ),
    st.floats(1, 100),
    st.sampled_from(["fixed", "k_mean"]),
    st.sampled_from([0.5, 1.0, 2.0, 24.097]),
    st.sampled_from(["higher", "lower"]),
    st.sampled_from(["zero", "cohort_mean_score"]),
    st.sampled_from([None, 1.0, 1.5]),
    st.sampled_from([None, 0.0]),
)
cohorts = st.builds(
    lambda score, r: Cohort("c", "c", "", "industry", score, tuple(r), (25, 50, 20, 5)),
    st.sampled_from(["ratio_to_benchmark", "min_max"]),
    st.lists(rules, min_size=1, max_size=3),
)
Pair = tuple[float | None, float | None]


def slow_items(rule: IndicatorRule, score: str, pairs: list[Pair]) -> list[float]:
    """One indicator, unit by unit, in the words of the contract."""
    values = [
        None if top is None or bottom is None or bottom == 0 else top / bottom
        for top, bottom in pairs
    ]
    data = [v for v in values if v is not None]
    have = [p for p, v in zip(pairs, values, strict=True) if v is not None]
    items: list[float | None] = []
    for value in values:
        if value is None:
            items.append(None)
        elif score == "min_max":
            items.append(slow_min_max(rule, value, min(data), max(data)))
        else:
            items.append(slow_ratio(rule, value, slow_mark(rule, have)))
    bounded = [None if i is None else slow_bounds(rule, i) for i in items]
    known = [i for i in bounded if i is not None]
    fill = 0.0
    if rule.when_missing == "cohort_mean_score" and known:
        fill = math.fsum(known) / len(known)
    return [fill if i is None else i for i in bounded]


def slow_mark(rule: IndicatorRule, have: list[Pair]) -> float | None:
    if rule.benchmark.kind == "fixed":
        return rule.benchmark.number
    bottom = math.fsum(b for _, b in have if b is not None)
    if bottom == 0:
        return None
    return rule.benchmark.number * math.fsum(a for a, _ in have if a is not None) / bottom


def slow_ratio(rule: IndicatorRule, value: float, mark: float | None) -> float:
    if mark is None or mark == 0:
        return 0.0
    if rule.direction == "higher":
        return value / mark * rule.weight
    return rule.weight if value == 0 else mark / value * rule.weight


def slow_min_max(rule: IndicatorRule, value: float, low: float, high: float) -> float:
    if high == low:
        return rule.weight
    part = (value - low if rule.direction == "higher" else high - value) / (high - low)
    return rule.weight * (20 + 80 * part) / 100


def slow_bounds(rule: IndicatorRule, item: float) -> float:
    if rule.cap is not None:
        item = min(item, rule.cap * rule.weight)
    if rule.floor is not None:
        item = max(item, rule.floor * rule.weight)
    return item


@given(data=st.data(), cohort=cohorts, n=st.integers(1, 12))
def test_scores_are_those_of_a_literal_reading(data: st.DataObject, cohort: Cohort, n: int) -> None:
    k = len(cohort.indicators)
    column = st.lists(st.tuples(amounts, amounts), min_size=n, max_size=n)
    columns = data.draw(st.lists(column, min_size=k, max_size=k))
    num = np.array([[np.nan if p[0] is None else p[0] for p in c] for c in columns]).T
    den = np.array([[np.nan if not p[1] else p[1] for p in c] for c in columns]).T
    got = scoring.score(cohort, num, den)

    for j, rule in enumerate(cohort.indicators):
        want = slow_items(rule, cohort.score, columns[j])
        np.testing.assert_allclose(got.items[:, j], want, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(got.total, got.items.sum(axis=1), rtol=1e-12, atol=1e-9)


@given(
    scores=st.lists(st.sampled_from([0.0, -3.5, 1.25, 1.25, 99.0, 100.0]), min_size=0, max_size=60),
    out=st.sets(st.integers(0, 59)),
    shares=st.sampled_from([(25, 50, 20, 5), (15, 75, 5, 5), (20, 40, 35, 5), (12.5, 50, 30, 7.5)]),
)
def test_ranks_and_grades_are_those_of_a_literal_reading(
    scores: list[float], out: set[int], shares: tuple[float, ...]
) -> None:
    keys = [f"K{i * 7 % 61:02d}" for i in range(len(scores))]
    ranked = [i not in out for i in range(len(scores))]
    rank = grading.ranks(np.array(scores), np.array(ranked, bool), np.array(keys, dtype=object))
    letters = grading.letters(rank, shares)

    inside = [i for i in range(len(scores)) if ranked[i]]
    order = sorted(inside, key=lambda i: (-scores[i], keys[i]))
    n = len(order)
    for place, i in enumerate(order, start=1):
        assert rank[i] == place
        total, grade = Fraction(0), "D"
        for letter, share in zip("ABCD", shares, strict=True):
            total += Fraction(str(share)) / 100
            if place <= math.floor(n * total + Fraction(1, 2)):
                grade = letter
                break
        assert letters[i] == grade
    for i in range(len(scores)):
        if not ranked[i]:
            assert rank[i] == 0
            assert letters[i] == ""


@given(
    taxes=st.lists(st.floats(1, 1e4), min_size=2, max_size=20),
    areas=st.lists(st.floats(0.5, 500), min_size=20, max_size=20),
    factor=st.floats(1.01, 10),
    score=st.sampled_from(["ratio_to_benchmark", "min_max"]),
)
def test_more_tax_never_costs_a_firm_its_place(
    taxes: list[float], areas: list[float], factor: float, score: str
) -> None:
    rule = IndicatorRule("x", "x", 100.0, Benchmark("k_mean", 1.0))
    cohort = Cohort("c", "c", "", "industry", score, (rule,), (25, 50, 20, 5))  # type: ignore[arg-type]
    den = np.array(areas[: len(taxes)])[:, None]
    keys = np.array([f"K{i:02d}" for i in range(len(taxes))], dtype=object)
    every = np.ones(len(taxes), dtype=bool)

    def place(first: float) -> int:
        num = np.array([first, *taxes[1:]])[:, None]
        return int(grading.ranks(scoring.score(cohort, num, den).total, every, keys)[0])

    assert place(taxes[0] * factor) <= place(taxes[0])


@settings(max_examples=30)
@given(order=st.permutations(range(9)))
def test_the_order_of_units_changes_no_bit(order: list[int]) -> None:
    rng = np.random.default_rng(7)
    num, den = rng.lognormal(3, 2, (9, 1)), rng.lognormal(2, 1, (9, 1))
    rule = IndicatorRule("x", "x", 30.0, Benchmark("k_mean", 1.0))
    cohort = Cohort("c", "c", "", "industry", "ratio_to_benchmark", (rule,), (25, 50, 20, 5))
    base = scoring.score(cohort, num, den).items
    assert (scoring.score(cohort, num[order], den[order]).items == base[order]).all()


@pytest.mark.parametrize("cap", [None, 1.5])
def test_a_cap_holds_single_items(cap: float | None) -> None:
    rule = IndicatorRule("x", "x", 30.0, Benchmark("fixed", 10.0), cap=cap)
    cohort = Cohort("c", "c", "", "industry", "ratio_to_benchmark", (rule,), (25, 50, 20, 5))
    got = scoring.score(cohort, np.array([[100.0]]), np.array([[1.0]])).total[0]
    assert got == (300 if cap is None else 45)
