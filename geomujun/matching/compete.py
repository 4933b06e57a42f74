"""Probabilities that compete: of several candidates at most one is right.

A holder is one enterprise or none in the register; a firm without land produces in one place or
in none we know. With weight wᵢ (bits, prior included) and w₀ for "none of them", the probability
of candidate i is 2^wᵢ ÷ (2^w₀ + Σ 2^wⱼ): a close rival lowers both, a tie is never automatic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def total_bits(
    pairs: pd.DataFrame | Mapping[str, npt.NDArray[Any]], columns: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Sum of the columns of each row, added in order: a row's sum is the same in any table."""
    total = np.zeros(len(pairs[columns[0]]))
    for column in columns:
        total = total + np.asarray(pairs[column], dtype=np.float64)
    return total


def chances(
    weight: npt.NDArray[np.float64], group: npt.NDArray[np.integer[Any]], null_bits: float
) -> npt.NDArray[np.float64]:
    """Probability of each candidate within its group (0 … n-1, none empty).

    ``null_bits``: weight of "none of them".
    """
    weight = np.clip(weight, -80.0, 80.0)
    n_groups = int(group.max()) + 1 if len(group) else 0
    top = np.full(n_groups, null_bits)
    np.maximum.at(top, group, weight)
    power = np.exp2(weight - top[group])
    total = np.bincount(group, power, minlength=n_groups) + np.exp2(null_bits - top)
    return np.asarray(power / total[group], dtype=np.float64)


def competing(pairs: pd.DataFrame, keys: list[str], null_bits: float) -> pd.DataFrame:
    """``pairs`` with ``probability``, ``rank``, ``rival_uscc``, ``rival_probability``.

    Args:
        pairs: Sorted by ``keys`` and falling ``weight``; ``uscc`` names the candidate.
        keys: What the candidates compete for.
        null_bits: Weight of "none of them".
    """
    weight = pairs["weight"].to_numpy(dtype=np.float64)
    group = pairs.groupby(keys, sort=False).ngroup().to_numpy(dtype=np.intp)
    pairs = pairs.assign(probability=chances(weight, group, null_bits))
    groups = pairs.groupby(keys, sort=False)
    pairs["rank"] = groups.cumcount() + 1
    first = (pairs["rank"] == 1).to_numpy()
    pairs["rival_uscc"] = np.where(
        first, groups["uscc"].shift(-1).fillna(""), groups["uscc"].transform("first")
    )
    pairs["rival_probability"] = np.where(
        first, groups["probability"].shift(-1), groups["probability"].transform("first")
    )
    return pairs
