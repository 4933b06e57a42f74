"""Units of one pool, scored and graded again and again: what-if runs without frames.

A `Panel` holds the evaluated units as arrays. `Panel.codes` takes some units out, puts others in,
and says which grade everyone would have. Where the rules are sums of columns times one number each
(`ratio_to_benchmark` with fixed or mean benchmarks, `min_max`), means are updated instead of summed
again and borders are found by selection: one pass over the columns, no sort. Other rules go through
`scoring.score` as the evaluation itself does; both ways give the same grades.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import among, numbered, positions
from geomujun.evaluation import grading, scoring, tables
from geomujun.evaluation.indicators import ENTERPRISE, operands
from geomujun.evaluation.linear import (
    Block,
    Bools,
    Codes,
    Floats,
    Ints,
    Rows,
    Sums,
    Texts,
    is_linear,
    zero_is_best,
)
from geomujun.policy.model import BY_CODE, SHARED, Cohort, Scheme

NONE: Final = -1  # code of "no grade"; 0..3 are A..D
STATES: Final = ("veto", "not_d", "transition", "unrated")


def rows_of(pool: tuple[Cohort, ...], frame: pd.DataFrame) -> Rows:
    """The units of a pool, in the order of their tie key.

    Args:
        pool: One of `Scheme.pools`.
        frame: Index unit id: figures, area_mu, cohort, industry, tie_key, points and `STATES`.
    """
    ids = pd.Index([c.id for c in pool])
    units = frame[among(frame["cohort"], ids)]
    units = units.iloc[np.argsort(numbered(units["tie_key"])[0], kind="stable")]
    num, den = operands(units, [r.id for r in pool[0].indicators], ENTERPRISE)
    state = {n: units[n].to_numpy(dtype=bool) for n in STATES}
    return Rows(
        ids=units.index.to_numpy(dtype=object),
        keys=units["tie_key"].to_numpy(dtype=object),
        part=positions(units["cohort"], ids).astype(np.int8),
        industry=units["industry"].to_numpy(dtype=object),
        numerators=num,
        denominators=den,
        points=units["points"].to_numpy(dtype=float),
        veto=state["veto"],
        not_d=state["not_d"],
        ranked=~(state["veto"] | state["transition"] | state["unrated"]),
    )


def stateless(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of parcels, which know neither flags nor points; their code settles ties."""
    made = frame.assign(points=0.0, tie_key=frame.index)
    return made.assign(**dict.fromkeys(STATES, False))


class Panel:
    """One pool of units; ``base`` is everyone's grade code as it stands."""

    def __init__(self, pool: tuple[Cohort, ...], rows: Rows) -> None:
        """Freeze the units; rows come sorted by tie key (`rows_of`)."""
        self.pool, self.rows = pool, rows
        self._nobody = rows.at(slice(0, 0))

    @cached_property
    def base(self) -> Codes:
        """Grade codes as the evaluation gives them."""
        left = np.ones(len(self.rows), dtype=bool)
        found = self._slow(self.pool[0], left, self._nobody)
        return self._codes(self.pool, left, self._nobody, found)[0]

    @cached_property
    def _keys(self) -> npt.NDArray[np.str_]:
        return self.rows.keys.astype("U")

    @cached_property
    def _block(self) -> Block | None:
        """The columns, where one number each makes points of them."""
        if not is_linear(self.pool[0]) or zero_is_best(self.pool[0], self.rows):
            return None
        return Block.of(self.pool[0], self.rows)

    @cached_property
    def _sums(self) -> Sums | None:
        """The quick way, once it has given the same grades as the evaluation's."""
        if self._block is None:
            return None
        sums = Sums(self.pool[0], self._block)
        left, nothing = np.ones(len(self.rows), dtype=bool), np.zeros(0, dtype=np.int64)
        scores, fresh = sums.scores(nothing, self._nobody)
        found = _Scores(scores, fresh, None, None)
        quick = self._codes(self.pool, left, self._nobody, found)[0]
        return sums if np.array_equal(quick, self.base) else None

    def codes(self, gone: Ints, added: Rows) -> tuple[Codes, Codes]:
        """Grade codes of all units when some are taken out and others put in.

        Args:
            gone: Positions of the units taken out; their code is NONE.
            added: Units put in.

        Returns:
            Codes of the panel's units and of the added ones, `NONE` for no grade.
        """
        left = np.ones(len(self.rows), dtype=bool)
        left[gone] = False
        if self._sums is not None and not zero_is_best(self.pool[0], added):
            found = _Scores(*self._sums.scores(gone, added), None, None)
        else:
            found = self._slow(self.pool[0], left, added)
        return self._codes(self.pool, left, added, found)

    def regraded(self, pool: tuple[Cohort, ...]) -> tuple[Floats, Codes]:
        """Scores and grade codes under other weights, shares or benchmarks.

        ``pool``: the same cohorts with the same indicators in the same order and direction.
        """
        left, nothing = np.ones(len(self.rows), dtype=bool), np.zeros(0, dtype=np.int64)
        if self._block is not None and is_linear(pool[0]):
            scores, fresh = Sums(pool[0], self._block).scores(nothing, self._nobody)
            found = _Scores(scores, fresh, None, None)
        else:
            found = self._slow(pool[0], left, self._nobody)
        return found.scores, self._codes(pool, left, self._nobody, found)[0]

    def _codes(
        self, pool: tuple[Cohort, ...], left: Bools, added: Rows, found: _Scores
    ) -> tuple[Codes, Codes]:
        code = np.full(len(found.scores), NONE, dtype=np.int8)
        new = np.full(len(found.fresh), NONE, dtype=np.int8)
        for part, cohort in enumerate(pool):
            if not cohort.shares:
                continue
            here = np.flatnonzero(left & self.rows.ranked & (self.rows.part == part))
            there = np.flatnonzero(added.ranked & (added.part == part))
            ranked = _Ranked(
                np.concatenate([found.scores[here], found.fresh[there]]),
                self._places(here, added.keys[there]),
                found.preferred(here, there),
            )
            both = ranked.codes(cohort)
            code[here], new[there] = both[: len(here)], both[len(here) :]
        for given, who in ((code, self.rows), (new, added)):
            given[who.not_d & (given == 3)] = 2
            given[who.veto] = 3
        code[~left] = NONE
        return code, new

    def _places(self, here: Ints, fresh: Texts) -> Floats:
        """Where each unit stands by tie key: the position in the panel, new ones between."""
        if not len(fresh):
            return here.astype(np.float64)
        return np.concatenate([here, np.searchsorted(self._keys, fresh.astype("U")) - 0.5])

    def _slow(self, rules: Cohort, left: Bools, added: Rows) -> _Scores:
        """Scores and tie values, computed as the evaluation does."""
        rows = self.rows
        num = np.concatenate([rows.numerators[left], added.numerators])
        den = np.concatenate([rows.denominators[left], added.denominators])
        industry = np.concatenate([rows.industry[left], added.industry])
        got = scoring.score(rules, num, den, scoring.fast_sum, industry)
        points = np.concatenate([rows.points[left], added.points])
        total = np.round(got.total + points, grading.TIE_PLACES)
        better = np.round(tables.tie_values(rules, got.values), grading.TIE_PLACES)
        kept = int(left.sum())
        scores, prefer = np.full(len(rows), -np.inf), np.full(len(rows), np.nan)
        scores[left], prefer[left] = total[:kept], better[:kept]
        return _Scores(scores, total[kept:], prefer, better[kept:])


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores of a panel's units and of those put in, and what settles their ties, if anything."""

    scores: Floats
    fresh: Floats
    prefer: Floats | None
    fresh_prefer: Floats | None

    def preferred(self, here: Ints, there: Ints) -> Floats | None:
        """What settles ties among these."""
        if self.prefer is None or self.fresh_prefer is None:
            return None
        return np.concatenate([self.prefer[here], self.fresh_prefer[there]])


def panels(scheme: Scheme, frame: pd.DataFrame) -> list[Panel]:
    """A panel for each pool whose cohorts grade; ``frame`` as for `rows_of`."""
    return [Panel(pool, rows_of(pool, frame)) for pool in scheme.pools if pool[0].shares]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The ranked units of one cohort: scores, place by tie key, and what settles ties before it."""

    scores: Floats
    places: Floats
    prefer: Floats | None

    def codes(self, cohort: Cohort) -> Codes:
        """Grade codes by rank."""
        n = len(self.scores)
        last = grading.cuts(n, cohort.shares)[:3]
        if cohort.ties not in (BY_CODE, SHARED):
            prefer = np.full(n, np.nan) if self.prefer is None else self.prefer
            place = np.empty(n, dtype=np.int64)
            place[np.lexsort((self.places, -prefer, -self.scores))] = np.arange(1, n + 1)
            return np.searchsorted(last, place).astype(np.int8)
        code = np.zeros(n, dtype=np.int8)
        inner = sorted({n - c for c in last if 0 < c < n})
        lined = np.partition(self.scores, inner) if inner else self.scores
        for cut in last:
            if cut >= n:
                continue
            if cut <= 0:
                code += 1
                continue
            border = lined[n - cut]
            code += self.scores < border
            if cohort.ties == BY_CODE:
                code[self._beyond(border, cut)] += 1
        return code

    def _beyond(self, border: float, cut: int) -> Ints:
        """Units on the border for which there is no room left above it."""
        equal = np.flatnonzero(self.scores == border)
        if len(equal) == 1:
            return equal[:0]
        room = cut - int(np.count_nonzero(self.scores > border))
        return equal[np.argsort(self.places[equal], kind="stable")][room:]
