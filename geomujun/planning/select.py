"""Choosing items under limits: a 0–1 programme solved by HiGHS (scipy.optimize.milp).

Amounts are counted in whole hundredths, as they are printed, so that a sum of the table is the sum
the solver saw. A solution is checked once more in whole numbers; one that only holds within the
solver's tolerance is cut off and the search goes on. Column order is the caller's: sort items by
id, and the same data give the same choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Sense = Literal["min", "max"]
UNIT: Final = 100  # hundredths
_SAME: Final = 1e-6
_TRIES: Final = 50
_LARGEST: Final = 256.0  # of a row given to the solver


def hundredths(amounts: npt.ArrayLike) -> Ints:
    """Amounts as whole hundredths, half up; NaN counts 0."""
    values = np.nan_to_num(np.asarray(amounts, dtype=float)) * UNIT
    whole: Ints = np.floor(values + 0.5 + _SAME).astype(np.int64)
    return whole


@dataclass(frozen=True, slots=True)
class Limit:
    """Σ amounts of the chosen must reach (``least``) or stay within a number."""

    name: str
    amounts: Ints  # hundredths, one per item
    limit: int  # hundredths
    least: bool

    def slack(self, chosen: Bools) -> int:
        """How far the limit is kept, hundredths; negative when it is broken."""
        total = int(self.amounts[chosen].sum())
        return total - self.limit if self.least else self.limit - total


@dataclass(frozen=True, slots=True)
class Problem:
    """What is asked: the best sum of ``values`` within the limits.

    ``must`` and ``never`` pin single items; ``seconds`` bounds one solve.
    """

    values: Ints
    sense: Sense
    limits: tuple[Limit, ...] = ()
    must: Bools | None = None
    never: Bools | None = None
    seconds: float = 60.0

    @property
    def size(self) -> int:
        """Number of items."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Choice:
    """One solution. ``proven``: no better one exists; else ``gap`` says how far that is open."""

    chosen: Bools
    value: int
    proven: bool
    gap: float


@dataclass(frozen=True, slots=True)
class Shadow:
    """A limit at the optimum.

    ``price``: change of the objective per unit of the limit in the relaxed programme (parts of
    items allowed), 0 when it does not bind there. ``without``: the objective were the limit gone;
    None when it does not bind there, or when nothing else holds the objective.
    """

    name: str
    limit: int
    total: int
    slack: int
    price: float
    without: int | None


def choose(problem: Problem, apart: Sequence[Bools] = (), distinct: int = 1) -> Choice | None:
    """The best selection, or None when no selection keeps the limits.

    Args:
        problem: Values, sense and limits.
        apart: Selections the answer must differ from.
        distinct: In at least so many items.
    """
    away = list(apart)
    cut: list[Bools] = []
    for _ in range(_TRIES):
        found = _solve(problem, away, distinct, cut)
        if found is None or all(limit.slack(found.chosen) >= 0 for limit in problem.limits):
            return found
        cut.append(found.chosen)
    return None


def ranked(problem: Problem, count: int, distinct: int = 1) -> list[Choice]:
    """The best selection and the next best ones, each differing from all before it."""
    out: list[Choice] = []
    while len(out) < count:
        found = choose(problem, [c.chosen for c in out], distinct)
        if found is None:
            break
        out.append(found)
    return out


def _solve(
    problem: Problem, apart: Sequence[Bools], distinct: int, cut: Sequence[Bools]
) -> Choice | None:
    n = problem.size
    sign = 1.0 if problem.sense == "min" else -1.0
    if n == 0:
        ok = not apart and all(limit.slack(np.zeros(0, bool)) >= 0 for limit in problem.limits)
        return Choice(np.zeros(0, dtype=bool), 0, True, 0.0) if ok else None
    rows = [_row(limit) for limit in problem.limits]
    rows += [_away(seen, distinct) for seen in apart] + [_away(seen, 1) for seen in cut]
    lower, upper = _pins(problem)
    done = milp(
        sign * problem.values,
        constraints=rows,
        integrality=np.ones(n),
        bounds=Bounds(lower, upper),
        options={"mip_rel_gap": 0.0, "time_limit": problem.seconds},
    )
    if done.x is None:
        return None
    chosen = np.asarray(done.x > 0.5, dtype=bool)
    gap = float(done.mip_gap or 0.0)
    return Choice(chosen, int(problem.values[chosen].sum()), done.status == 0 and gap <= 0.0, gap)


def _pins(problem: Problem) -> tuple[Floats, Floats]:
    lower, upper = np.zeros(problem.size), np.ones(problem.size)
    if problem.must is not None:
        lower[problem.must] = 1.0
    if problem.never is not None:
        upper[problem.never] = 0.0
    return lower, upper


def _row(limit: Limit) -> LinearConstraint:
    """A limit for the solver, which tolerates 1e-6 in a row.

    Large whole numbers would turn rounding of a variable by 1e-9 into a broken row, so the row is
    scaled down by a power of two; half a unit of room changes nothing for whole numbers and keeps
    the tolerance away from the limit.
    """
    most = float(np.abs(limit.amounts).max(initial=1))
    scale = 2.0 ** -max(0, math.ceil(math.log2(max(most, 1.0) / _LARGEST)))
    row = csr_matrix(limit.amounts.astype(float)[None, :] * scale)
    edge = (limit.limit - 0.5 if limit.least else limit.limit + 0.5) * scale
    low, high = (edge, np.inf) if limit.least else (-np.inf, edge)
    return LinearConstraint(row, low, high)


def _away(seen: Bools, distinct: int) -> LinearConstraint:
    """At least ``distinct`` items other than in ``seen``."""
    row = np.where(seen, -1.0, 1.0)
    return LinearConstraint(csr_matrix(row[None, :]), distinct - int(seen.sum()) - 0.5, np.inf)


def shadows(problem: Problem, best: Choice) -> list[Shadow]:
    """What each limit costs at the optimum.

    The price comes from the relaxed programme, hence "about"; ``without`` is exact: the whole
    programme solved again with the limit left out.
    """
    prices = _prices(problem)
    out = []
    for k, limit in enumerate(problem.limits):
        rest = tuple(other for i, other in enumerate(problem.limits) if i != k)
        asked = prices[k] != 0 and not _open_ended(problem, rest)
        free = choose(_replaced(problem, rest)) if asked else None
        out.append(
            Shadow(
                name=limit.name,
                limit=limit.limit,
                total=int(limit.amounts[best.chosen].sum()),
                slack=limit.slack(best.chosen),
                price=prices[k],
                without=None if free is None else free.value,
            )
        )
    return out


def _replaced(problem: Problem, limits: tuple[Limit, ...]) -> Problem:
    return Problem(
        problem.values, problem.sense, limits, problem.must, problem.never, problem.seconds
    )


def _open_ended(problem: Problem, limits: tuple[Limit, ...]) -> bool:
    """Without any such limit the answer would be everything, or nothing: no news."""
    wanted = problem.sense == "min"
    return not any(limit.least is wanted for limit in limits)


def _prices(problem: Problem) -> list[float]:
    if not problem.limits or not problem.size:
        return [0.0] * len(problem.limits)
    sign = 1.0 if problem.sense == "min" else -1.0
    turn = np.array([-1.0 if limit.least else 1.0 for limit in problem.limits])
    matrix = np.array([limit.amounts for limit in problem.limits], dtype=float) * turn[:, None]
    right = np.array([limit.limit for limit in problem.limits], dtype=float) * turn
    lower, upper = _pins(problem)
    done = linprog(
        sign * problem.values,
        A_ub=matrix,
        b_ub=right,
        bounds=np.column_stack([lower, upper]),
        method="highs",
    )
    if done.status != 0:
        return [0.0] * len(problem.limits)
    # marginals: d(minimised objective)/d(right side); back to the objective and limit as asked.
    return [float(m * sign * s) + 0.0 for m, s in zip(done.ineqlin.marginals, turn, strict=True)]


def reach(problem: Problem) -> dict[str, int]:
    """The most each lower limit could reach alone under the upper limits, hundredths.

    Says why a problem has no solution: a target that is above its reach, or targets that
    are reachable one by one and not together. Empty when even the upper limits cannot be kept.
    """
    upper = tuple(limit for limit in problem.limits if not limit.least)
    out = {}
    for limit in problem.limits:
        if limit.least:
            best = choose(
                Problem(limit.amounts, "max", upper, problem.must, problem.never, problem.seconds)
            )
            if best is None:
                return {}
            out[limit.name] = best.value
    return out
