"""Weights learned from a case itself, with nobody labelling anything, and from review decisions.

Many right holders carry a 统一社会信用代码. Where it is that of one enterprise the answer is known,
and where it is a valid code of nobody the answer is "none of them"; with the code hidden
these holders teach what names, places and areas are worth in this county (learning from labelled
code pairs instead of expectation maximisation, whose optimum is not tied to what a match is).
Decisions of reviewers are examples too and weigh more, since they are the hard ones. What is
learned is believed only if it predicts the half of the examples it has not seen better than the
weights one began with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.words import Verdict
from geomujun.matching import learn
from geomujun.matching.compete import total_bits
from geomujun.matching.engine import Ground
from geomujun.matching.title import own_levels
from geomujun.matching.weights import NAME_PARTS, Weights

Ints = npt.NDArray[np.int64]
PARTS: Final = tuple(p for p in learn.OWN_PARTS if p not in {"code", "date"})
ENOUGH: Final = 400  # holders with an answer, below which nothing is learned
GAIN: Final = 0.01  # least part of the unexplained bits that learning must explain
RIDGE: Final = 20.0
REPEAT: Final = 3  # a reviewer's answer counts as so many holders
MOST: Final = 10  # a stranger counts at most so many
_KEYS: Final = ["parcel_code", "seq"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What learning brought: the weights to use, and the measured reason.

    ``before`` and ``after``: bits per holder that the examples not learned from leave unexplained.
    """

    weights: Weights
    holders: int
    reviewed: int
    before: float
    after: float

    @property
    def better(self) -> bool:
        """Whether the new weights predict unseen answers better."""
        return self.before > 0 and self.after <= self.before * (1.0 - GAIN)


def examples(
    ground: Ground,
    parcels: pd.DataFrame,
    lets: pd.DataFrame,
    decisions: pd.DataFrame,
    weights: Weights,
) -> pd.DataFrame:
    """Competing pairs of holders whose answer is known, with the code hidden.

    Args:
        ground: From `engine.prepare` under ``weights``.
        parcels: The parcel table.
        lets: From `tenure.lets_of`.
        decisions: Live decisions ``parcel_code uscc verdict``.
        weights: In force.

    Returns:
        The pairs with ``right`` and ``reviewed`` (bool) and ``times`` (how often the holder
        counts), sorted by holder.
    """
    everything = replace(weights, limits={**weights.limits, "keep": -1e9})
    pairs = own_levels(ground.holders, parcels, ground.register, ground.places, everything, lets)
    same = pairs["l_code"].isin(["uscc_same", "org_same"])
    other = pairs["l_code"].isin(["uscc_other", "org_other"])
    by_holder = pairs[_KEYS].assign(same=same, other=other).groupby(_KEYS)
    sames, others = by_holder["same"].transform("sum"), by_holder["other"].transform("all")
    verdict = _verdicts(pairs, decisions)
    told = (verdict == Verdict.SAME).groupby([pairs[k] for k in _KEYS]).transform("sum")
    asked = (verdict != "").groupby([pairs[k] for k in _KEYS]).transform("any")
    # One answer a holder: a reviewer's, else its code's. Two answers teach nothing.
    known = (asked & (told <= 1)) | (~asked & ((sames == 1) | ((sames == 0) & others)))
    right = np.where(asked, verdict == Verdict.SAME, same)
    times = np.where(asked, REPEAT, 1)
    pairs = pairs.assign(right=right, l_code="none", reviewed=asked, times=times)
    coded = pairs[known.to_numpy(dtype=bool) & ~asked.to_numpy(dtype=bool)]
    uncoded = pairs[(sames == 0).to_numpy() & ~others.to_numpy()]
    pairs.loc[~asked & (sames == 0), "times"] = _strangers(coded, uncoded, weights)
    pairs = pairs[known.to_numpy(dtype=bool)]
    return pairs.sort_values([*_KEYS, "uscc"], ignore_index=True)


def _strangers(coded: pd.DataFrame, uncoded: pd.DataFrame, weights: Weights) -> int:
    """How often a holder that is nobody of the register must count.

    Holders with a code are the better kept ones and seldom strangers; those without, for whom the
    weights are made, are so more often. Their share is taken from the weights in force.
    """
    if coded.empty or uncoded.empty:
        return 1
    shares = []
    for pairs in (coded, uncoded):
        _, _, total = _odds(pairs, weights)
        shares.append(float(np.mean(1.0 / total)))
    odds = [max(s, 1e-3) / max(1.0 - s, 1e-3) for s in shares]
    return int(np.clip(round(odds[1] / odds[0]), 1, MOST))


def _verdicts(pairs: pd.DataFrame, decisions: pd.DataFrame) -> pd.Series:
    live = decisions.drop_duplicates(["parcel_code", "uscc"], keep="last")
    said = live.set_index(["parcel_code", "uscc"])["verdict"].astype("object")
    found = said.reindex(pd.MultiIndex.from_frame(pairs[["parcel_code", "uscc"]]))
    return pd.Series(found.fillna("").to_numpy(), index=pairs.index)


def teach(pairs: pd.DataFrame, weights: Weights) -> Lesson:
    """Learn from `examples`, and measure on halves that were not learned from.

    Raises:
        ArithmeticError: a fit did not converge.
    """
    number = pairs.groupby(_KEYS, sort=False).ngroup().to_numpy(dtype=np.int64)
    holders = int(number.max()) + 1 if len(number) else 0
    reviewed = len(pairs.loc[pairs["reviewed"], _KEYS].drop_duplicates())
    if holders < ENOUGH and reviewed == 0:
        return Lesson(weights, holders, reviewed, 0.0, 0.0)
    lost = np.zeros((2, 2))
    for half in (0, 1):
        seen = number % 2 != half
        taught = learn.learn(_set(pairs[seen]), PARTS, weights, RIDGE)
        lost[half] = [unexplained(pairs[~seen], w) for w in (weights, taught)]
    before, after = (float(v) for v in lost.sum(axis=0) / holders)
    new = learn.learn(_set(pairs), PARTS, weights, RIDGE)
    return Lesson(new, holders, reviewed, before, after)


def codeless_bits(pairs: pd.DataFrame, weights: Weights) -> learn.Floats:
    """Prior and bits of every pair without the code."""
    bits = {"name": weights.name_bits(pairs)["bits"].to_numpy(), "prior": pairs["prior"].to_numpy()}
    for part in PARTS:
        if part not in NAME_PARTS:
            bits[part] = weights.column(part, pairs[f"l_{part}"])
    return total_bits(bits, list(bits))


def _odds(pairs: pd.DataFrame, weights: Weights) -> tuple[Ints, learn.Floats, learn.Floats]:
    """The holder of each pair (0 … n-1), the pair's odds, and each holder's odds in all.

    Odds are against "none of them", which counts 1 in the holder's.
    """
    group = pairs.groupby(_KEYS, sort=False).ngroup().to_numpy().astype(np.int64)
    power = np.exp2(np.clip(codeless_bits(pairs, weights), -60.0, 60.0)).astype(np.float64)
    return group, power, np.asarray(1.0 + np.bincount(group, power), dtype=np.float64)


def unexplained(pairs: pd.DataFrame, weights: Weights) -> float:
    """Σ over the holders of -log2 of the probability given to the right answer."""
    group, power, total = _odds(pairs, weights)
    chosen = np.ones(len(total))
    right = pairs["right"].to_numpy(dtype=bool)
    chosen[group[right]] = power[right]
    return float(-np.log2(chosen / total).sum())


def _set(pairs: pd.DataFrame) -> learn.Examples:
    """The pairs as examples; a holder that counts more is repeated."""
    frames: Sequence[pd.DataFrame] = [
        pairs[pairs["times"] > n].assign(_copy=n) for n in range(int(pairs["times"].max()))
    ]
    both = pd.concat(frames, ignore_index=True).sort_values(["_copy", *_KEYS, "uscc"])
    both = both.reset_index(drop=True)
    group = both.groupby(["_copy", *_KEYS], sort=False).ngroup().to_numpy().astype(np.int64)
    right = both["right"].to_numpy(dtype=bool)
    return learn.Examples(both, group, right, both["prior"].to_numpy(dtype=np.float64))
