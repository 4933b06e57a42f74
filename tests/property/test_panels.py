"""Quick what-if runs give the grades of a scoring from scratch, whatever the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geomujun.evaluation import grading, scoring, tables
from geomujun.evaluation.linear import Rows
from geomujun.evaluation.panel import NONE, Panel
from geomujun.policy.model import SHARED, Benchmark, Cohort, IndicatorRule

numbers = st.sampled_from([float("nan"), -3.0, 0.0, 0.5, 1.0, 1.0, 2.0, 7.5, 40.0])
amounts = st.sampled_from([float("nan"), 0.5, 1.0, 2.0, 10.0])


@st.composite
def cohorts(draw: st.DrawFn) -> Cohort:
    how = draw(st.sampled_from(["ratio_to_benchmark", "min_max"]))
    rules = tuple(
        IndicatorRule(
            id=f"i{j}",
            label="",
            weight=draw(st.sampled_from([0.0, 20.0, 50.0])),
            benchmark=draw(
                st.sampled_from(
                    [Benchmark("fixed", 2.0), Benchmark("k_mean", 1.0), Benchmark("k_mean", 2.0)]
                )
            ),
            direction=draw(st.sampled_from(["higher", "lower"])),
            when_missing=draw(st.sampled_from(["zero", "cohort_mean_score"])),
            cap=draw(st.sampled_from([None, None, 1.5])),
            floor=draw(st.sampled_from([None, None, 0.0])),
        )
        for j in range(draw(st.integers(1, 3)))
    )
    ties = draw(st.sampled_from(["uscc", SHARED, "i0"]))
    shares = draw(st.sampled_from([(25.0, 50.0, 20.0, 5.0), (0.0, 50.0, 50.0, 0.0)]))
    return Cohort("c", "c", "", "industry", how, rules, shares, ties=ties)


def rows(draw: st.DrawFn, names: list[str], k: int) -> Rows:
    n = len(names)
    flags = np.array([draw(st.sampled_from([0, 0, 0, 1, 2, 3])) for _ in names])
    shape = (n, k)
    top = np.array([draw(numbers) for _ in range(n * k)], dtype=float).reshape(shape)
    bottom = np.array([draw(amounts) for _ in range(n * k)], dtype=float).reshape(shape)
    return Rows(
        ids=np.array(names, dtype=object),
        keys=np.array(names, dtype=object),
        part=np.zeros(n, dtype=np.int8),
        industry=np.full(n, "33", dtype=object),
        numerators=top,
        denominators=bottom,
        points=np.array([draw(st.sampled_from([0.0, 0.0, 5.0])) for _ in names]),
        veto=flags == 1,
        not_d=flags == 2,
        ranked=(flags != 1) & (flags != 3),
    )


@st.composite
def moved(draw: st.DrawFn) -> tuple[Cohort, Rows, Any, Rows]:
    cohort = draw(cohorts())
    k = len(cohort.indicators)
    names = [f"U{n:02d}" for n in range(draw(st.integers(1, 14)))]
    base = rows(draw, names, k)
    gone = draw(st.lists(st.integers(0, len(names) - 1), unique=True, max_size=4))
    fresh = sorted(draw(st.lists(st.sampled_from(["A", "U03b", "U07b", "Z"]), unique=True)))
    return cohort, base, np.array(sorted(gone), dtype=np.int64), rows(draw, fresh, k)


def from_scratch(cohort: Cohort, units: Rows) -> dict[str, int]:
    """Grade codes by id, by the functions the evaluation uses."""
    got = scoring.score(cohort, units.numerators, units.denominators)
    scores = got.total + units.points
    prefer = tables.tie_values(cohort, got.values)
    rank = grading.ranks(scores, units.ranked, units.keys, prefer, cohort.ties == SHARED)
    letter = grading.letters(rank, cohort.shares)
    letter = grading.with_states(letter, units.veto, units.not_d)
    return {
        str(u): grading.GRADES.index(g) if g else NONE
        for u, g in zip(units.ids, letter, strict=True)
    }


def joined(one: Rows, other: Rows) -> Rows:
    return Rows(*(np.concatenate([getattr(one, n), getattr(other, n)]) for n in Rows.__slots__))


@settings(max_examples=300, deadline=None)
@given(moved())
def test_taking_out_and_putting_in_is_scoring_from_scratch(
    given_: tuple[Cohort, Rows, Any, Rows],
) -> None:
    cohort, base, gone, fresh = given_
    panel = Panel((cohort,), base)
    code, new = panel.codes(gone, fresh)
    left = np.setdiff1d(np.arange(len(base)), gone)
    want = from_scratch(cohort, joined(base.at(left), fresh))
    assert {str(base.ids[i]): int(code[i]) for i in left} | {
        str(u): int(c) for u, c in zip(fresh.ids, new, strict=True)
    } == want
    assert (code[gone] == NONE).all()


@settings(max_examples=200, deadline=None)
@given(moved(), st.lists(st.sampled_from([0.0, 10.0, 70.0]), min_size=3, max_size=3))
def test_other_weights_give_the_grades_of_a_cohort_with_these_weights(
    given_: tuple[Cohort, Rows, Any, Rows], weights: list[float]
) -> None:
    from dataclasses import replace

    cohort, base, _, _ = given_
    rules = tuple(replace(r, weight=w) for r, w in zip(cohort.indicators, weights, strict=False))
    other = replace(cohort, indicators=rules, shares=(10.0, 40.0, 40.0, 10.0))
    scores, code = Panel((cohort,), base).regraded((other,))
    want = from_scratch(other, base)
    assert {str(u): int(c) for u, c in zip(base.ids, code, strict=True)} == want
    total = scoring.score(other, base.numerators, base.denominators).total + base.points
    assert np.allclose(scores, total, atol=1e-8)
