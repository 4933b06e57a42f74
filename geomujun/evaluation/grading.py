"""Ranks and grades (等级) of one cohort.

Order of precedence: 否决 (D, whatever else is said) → 不评D (lifts D to C) → 过渡期 (scored, no
grade) → 不评价 (not scored). 否决, 过渡期 and 不评价 carry no rank; the others rank by score,
descending. A ends after rank ⌊n·a + ½⌋, B after ⌊n·(a+b) + ½⌋, and so
on, n being the ranked units. Scores equal to 9 places are ties and go by key, so that the last bits
of a sum never decide a grade.

Source: CONTRACT §5; 浙亩均办〔2022〕2号 二(一)5–6; 市政发〔2022〕11号 二(一)3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
GRADES: Final = ("A", "B", "C", "D")
TIE_PLACES: Final = 9


def cuts(n: int, shares: Sequence[float]) -> list[int]:
    """Last rank of each grade; ``shares`` are percentages. Halves round up: 39 × 25 % → 10."""
    return [math.floor(n * part + Fraction(1, 2)) for part in _parts(tuple(shares))]


@lru_cache(maxsize=256)
def _parts(shares: tuple[float, ...]) -> tuple[Fraction, ...]:
    """Shares added up, as parts of one."""
    return tuple(accumulate(Fraction(str(share)) / 100 for share in shares))


def ranks(
    scores: Floats,
    ranked: Bools,
    keys: npt.NDArray[np.object_],
    prefer: Floats | None = None,
    shared: bool = False,
) -> npt.NDArray[np.int64]:
    """Rank of each unit from 1, by score descending and key ascending; 0 where not ranked.

    Args:
        scores: Points.
        ranked: Who is ranked.
        keys: Settles ties, ascending.
        prefer: Settles ties before the key, the higher first, NaN last.
        shared: Ties share the best rank of theirs, and so the better grade.
    """
    made = np.zeros(len(scores), dtype=np.int64)
    where = np.flatnonzero(ranked)
    where = where[np.argsort(keys[where].astype(str), kind="stable")]
    if prefer is not None:
        where = where[np.argsort(-np.round(prefer[where], TIE_PLACES), kind="stable")]
    rounded = np.round(scores, TIE_PLACES)
    order = where[np.argsort(-rounded[where], kind="stable")]
    place = np.arange(1, len(order) + 1)
    if shared and len(order):
        fresh = np.append(True, np.diff(rounded[order]) != 0)
        place = np.maximum.accumulate(np.where(fresh, place, 0))
    made[order] = place
    return made


def letters(rank: npt.NDArray[np.int64], shares: Sequence[float]) -> npt.NDArray[np.object_]:
    """Grade by rank, "" where the rank is 0."""
    last = np.array(cuts(int((rank > 0).sum()), shares), dtype=np.int64)
    index = np.minimum(np.searchsorted(last, rank, side="left"), len(GRADES) - 1)
    made = np.array(GRADES, dtype=object)[index]
    made[rank == 0] = ""
    return made


def with_states(
    letter: npt.NDArray[np.object_], veto: Bools, not_d: Bools
) -> npt.NDArray[np.object_]:
    """不评D lifts a D earned by rank to C; a veto is D in any case."""
    made = letter.copy()
    made[not_d & (made == "D")] = "C"
    made[veto] = "D"
    return made
