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
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
GRADES: Final = ("A", "B", "C", "D")
TIE_PLACES: Final = 9


def cuts(n: int, shares: Sequence[float]) -> list[int]:
    """Last rank of each grade; ``shares`` are percentages. Halves round up: 39 × 25 % → 10."""
    total, found = Fraction(0), []
    for share in shares:
        total += Fraction(str(share)) / 100
        found.append(math.floor(n * total + Fraction(1, 2)))
    return found


def ranks(scores: Floats, ranked: Bools, keys: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Rank of each unit from 1, by score descending and key ascending; 0 where not ranked."""
    made = np.zeros(len(scores), dtype=np.int64)
    where = np.flatnonzero(ranked)
    by_key = where[np.argsort(keys[where].astype(str), kind="stable")]
    order = by_key[np.argsort(-np.round(scores[by_key], TIE_PLACES), kind="stable")]
    made[order] = np.arange(1, len(order) + 1)
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
