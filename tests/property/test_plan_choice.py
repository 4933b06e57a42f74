"""The optimiser against brute force: same value, same feasibility, next best ones in order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geomujun.planning.select import Choice, Limit, Problem, choose, ranked, reach, shadows

CASES = 1000


def random_problem(seed: int) -> Problem:
    """Up to ten items, up to four limits, values and limits of very different size."""
    r = np.random.default_rng(seed)
    n = int(r.integers(0, 11))
    scale = int(10 ** r.integers(1, 7))
    values = r.integers(0, scale, n)
    if r.random() < 0.3:
        values = values // max(scale // 4, 1)  # many ties
    limits = []
    for k in range(int(r.integers(0, 5))):
        amounts = r.integers(0, int(10 ** r.integers(1, 7)), n)
        least = bool(r.random() < 0.5)
        limits.append(Limit(f"l{k}", amounts, int(r.uniform(0, 1.05) * amounts.sum()), least))
    pins = r.random(n)
    return Problem(
        values=values,
        sense="min" if r.random() < 0.5 else "max",
        limits=tuple(limits),
        must=pins < 0.04 if r.random() < 0.3 else None,
        never=pins > 0.96 if r.random() < 0.3 else None,
    )


def brute(problem: Problem) -> list[int]:
    """Values of all selections that keep the limits, best first."""
    n = problem.size
    every = np.array(list(itertools.product([False, True], repeat=n)), dtype=bool).reshape(2**n, n)
    good = np.ones(len(every), dtype=bool)
    for limit in problem.limits:
        total = every @ limit.amounts
        good &= (total >= limit.limit) if limit.least else (total <= limit.limit)
    if problem.must is not None:
        good &= ~(problem.must & ~every).any(axis=1)
    if problem.never is not None:
        good &= ~(problem.never & every).any(axis=1)
    found = sorted(int(v) for v in every[good] @ problem.values)
    return found if problem.sense == "min" else found[::-1]


def keeps(problem: Problem, choice: Choice) -> bool:
    return all(limit.slack(choice.chosen) >= 0 for limit in problem.limits)


@pytest.mark.parametrize("block", range(10))
def test_the_choice_and_its_runners_up_are_the_best_there_are(block: int) -> None:
    for seed in range(block * CASES // 10, (block + 1) * CASES // 10):
        problem = random_problem(seed)
        best = brute(problem)
        got = ranked(problem, 3)
        assert [c.value for c in got] == best[:3], seed
        assert all(c.proven and keeps(problem, c) for c in got), seed
        assert len({c.chosen.tobytes() for c in got}) == len(got), seed


def test_alternatives_differ_in_as_many_items_as_asked() -> None:
    for seed in range(60):
        problem = random_problem(seed)
        got = ranked(problem, 3, distinct=3)
        for a, b in itertools.combinations(got, 2):
            assert int((a.chosen != b.chosen).sum()) >= 3


def test_row_order_changes_neither_value_nor_feasibility() -> None:
    for seed in range(60):
        problem = random_problem(seed)
        turn = np.random.default_rng(seed).permutation(problem.size)
        other = Problem(
            problem.values[turn],
            problem.sense,
            tuple(Limit(m.name, m.amounts[turn], m.limit, m.least) for m in problem.limits),
            None if problem.must is None else problem.must[turn],
            None if problem.never is None else problem.never[turn],
        )
        a, b = choose(problem), choose(other)
        assert (a is None) == (b is None)
        assert a is None or b is None or a.value == b.value


def test_what_cannot_be_reached_says_how_far_one_gets() -> None:
    amounts = np.array([500, 300, 200])
    money = np.array([50, 40, 10])
    problem = Problem(
        money,
        "min",
        (Limit("mu", amounts, 900, True), Limit("budget", money, 70, False)),
    )
    assert choose(problem) is None
    assert reach(problem) == {"mu": 700}


def test_a_binding_limit_has_a_price_and_an_idle_one_none() -> None:
    amounts = np.array([400, 400, 400])
    money = np.array([100, 200, 300])
    problem = Problem(
        money, "min", (Limit("mu", amounts, 600, True), Limit("owners", np.ones(3, int), 3, False))
    )
    best = choose(problem)
    assert best is not None
    assert best.value == 300
    mu, owners = shadows(problem, best)
    assert mu.price == pytest.approx(0.5)
    assert (mu.slack, mu.total) == (200, 800)
    assert owners.price == 0
    assert owners.slack == 1
