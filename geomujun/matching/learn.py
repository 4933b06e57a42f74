"""Learn the weights again: from cases with known truth, or from the decisions of reviewers.

Conditional logit: the candidates of one holder (or firm) and "none of them" compete, and the bits
of the levels are chosen to make the right one likely. A ridge pulls every bit towards the weights
one starts from, so that a level seen a handful of times keeps a sane value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse

from geomujun.matching.weights import AGREE, EXACT, FUZZY, WHOLE, Weights

Floats = npt.NDArray[np.float64]
OWN_PARTS: Final = (
    "name", "trade", "place", "legal", "code", "date", "point", "village", "area", "lessor", "held",
)  # fmt: skip
USE_PARTS: Final = (
    "point", "door", "village", "area", "lease", "family", "rest", "taken", "seat",
)  # fmt: skip
LN2: Final = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class Examples:
    """Competing pairs with the answer.

    ``pairs``: levels and rarities, sorted by ``group``; ``group``: what competes; ``right``: the
    pair is true; a group without a true pair is one whose answer is "none of them".
    ``offset``: bits that are not learned (the prior).
    """

    pairs: pd.DataFrame
    group: npt.NDArray[np.int64]
    right: npt.NDArray[np.bool_]
    offset: Floats


def features(
    pairs: pd.DataFrame, parts: Sequence[str], weights: Weights
) -> tuple[sparse.csr_matrix, list[tuple[str, str]]]:
    """One column per level (0/1) and per slope (the rarity); names as (table, key)."""
    whole = (
        pairs["l_name"].isin(WHOLE).to_numpy(dtype=bool)
        if "name" in parts
        else np.zeros(len(pairs), bool)
    )
    columns: list[Floats] = []
    names: list[tuple[str, str]] = []
    for part in parts:
        quiet = whole if part in ("trade", "place", "legal") else np.zeros(len(pairs), bool)
        for level in sorted(weights.bits[part]):
            if level == "none" and part != "taken":
                continue
            hit = (pairs[f"l_{part}"] == level).to_numpy() & ~quiet
            columns.append(hit.astype(np.float64))
            names.append((part, level))
    if "name" in parts:
        rare = pairs["rarity"].to_numpy(dtype=np.float64)
        shown = pairs["l_name"]
        for key, kinds in (("exact", EXACT), ("same", AGREE - EXACT), ("fuzzy", FUZZY)):
            columns.append(np.where(shown.isin(kinds), rare, 0.0))
            names.append(("slopes", key))
        trade = (pairs["l_trade"] == "same").to_numpy() & ~whole
        columns.append(np.where(trade, pairs["trade_rarity"].to_numpy(dtype=np.float64), 0.0))
        names.append(("slopes", "trade"))
    return sparse.csr_matrix(np.column_stack(columns)), names


def _start(names: list[tuple[str, str]], weights: Weights) -> Floats:
    table: dict[str, Mapping[str, float]] = {**weights.bits, "slopes": weights.slopes}
    return np.array([table[part][key] for part, key in names], dtype=np.float64)


def learn(
    examples: Examples, parts: Sequence[str], weights: Weights, ridge: float = 0.5
) -> Weights:
    """Bits that fit the examples, near those of ``weights``.

    Args:
        examples: Labelled competing pairs.
        parts: Comparisons to learn (`OWN_PARTS`, `USE_PARTS`).
        weights: Where to start, and what the ridge pulls to.
        ridge: Strength of the pull, in squared bits per example-equivalent.
    """
    x, names = features(examples.pairs, parts, weights)
    start = _start(names, weights)
    groups = int(examples.group.max()) + 1 if len(examples.group) else 0
    answered = np.zeros(groups, dtype=bool)
    answered[examples.group[examples.right]] = True

    def loss(theta: Floats) -> tuple[float, Floats]:
        bits = np.clip((x @ theta + examples.offset) * LN2, -60.0, 60.0)
        power = np.exp(bits)
        total = 1.0 + np.bincount(examples.group, power, minlength=groups)
        share = power / total[examples.group]
        value = np.log(total).sum() - bits[examples.right].sum()
        pull = theta - start
        slope = (x.T @ (share - examples.right)) * LN2 + 2 * ridge * pull
        return float(value + ridge * (pull**2).sum()), np.asarray(slope)

    done = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    if not done.success:
        # Never report a fit that was not reached.
        message = f"weights not learned: {done.message}"
        raise ArithmeticError(message)
    bits = {part: dict(levels) for part, levels in weights.bits.items()}
    slopes = dict(weights.slopes)
    for (part, key), value in zip(names, done.x, strict=True):
        target = slopes if part == "slopes" else bits[part]
        target[key] = round(float(value), 3)
    return replace(weights, bits=bits, slopes=slopes)
