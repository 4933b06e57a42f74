"""Learn the weights again: from cases with known truth, or from the decisions of reviewers.

Conditional logit: the candidates of one holder (or firm) and "none of them" compete, and the bits
of the levels are chosen to make the right one likely. A ridge pulls every bit towards the weights
one starts from, so that a level seen a handful of times keeps a sane value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse

from geomujun.matching.compare import WHOLE
from geomujun.matching.weights import NAME_PARTS, QUIET, SLOPES, Weights

Floats = npt.NDArray[np.float64]
OWN_PARTS: Final = (
    *NAME_PARTS, "code", "date", "point", "village", "area", "lessor", "held",
)  # fmt: skip
USE_PARTS: Final = (
    "point", "door", "village", "area", "lease", "family", "rest", "taken", "seat",
)  # fmt: skip
LN2: Final = float(np.log(2.0))
# What an official would not believe is not learned, however well it fits the examples: agreement
# never speaks against, contradiction never for, and what a name leaves out speaks for nobody.
BOUNDS: Final[Mapping[tuple[str, str], tuple[float | None, float | None]]] = {
    **{(part, level): (None, 0.0) for part in NAME_PARTS for level in ("absent", "more")},
    **{(part, "same"): (0.5, None) for part in ("trade", "legal")},
    **{(part, "other"): (None, -1.0) for part in ("trade", "place", "legal")},
    ("place", "part"): (0.5, None), ("place", "parent"): (None, 0.0),
    ("legal", "near"): (None, 0.0),
    **{("whole", level): (None, 0.0) for level in WHOLE if level.endswith("_0")},
    ("name", "different"): (None, -5.0),
}  # fmt: skip
# A level is worth at least as much as this other one of the same comparison.
AT_LEAST: Final[Mapping[tuple[str, str], str]] = {
    ("name", "sibling"): "different", ("name", "faint"): "sibling", ("name", "look"): "faint",
    ("name", "whole2"): "sibling", ("name", "whole1"): "whole2", ("name", "exact"): "whole1",
    ("trade", "typo"): "slip", ("place", "same"): "part",
    **{("whole", high): low for low, high in pairwise(WHOLE[1:]) if low[:3] == high[:3]},
}  # fmt: skip


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
    name = pairs["l_name"].astype("str") if "name" in parts else pd.Series("", index=pairs.index)
    quiet = name.isin(QUIET).to_numpy(dtype=bool)
    columns: list[sparse.csc_matrix] = []
    names: list[tuple[str, str]] = []

    def add(part: str, key: str, values: Floats) -> None:
        columns.append(sparse.csc_matrix(values[:, None]))
        names.append((part, key))

    for part in parts:
        hidden = quiet if part in NAME_PARTS[1:] else np.zeros(len(pairs), bool)
        for level in sorted(weights.bits[part]):
            if level != "none" or part == "taken":
                hit = (pairs[f"l_{part}"] == level).to_numpy(dtype=bool) & ~hidden
                add(part, level, hit.astype(np.float64))
    if "name" in parts:
        rare = pairs["rarity"].to_numpy(dtype=np.float64)
        slope = name.map(dict(SLOPES))
        for key in sorted(set(SLOPES.values())):
            add("slopes", key, np.where(slope == key, rare, 0.0))
        trade = (pairs["l_trade"] == "same").to_numpy(dtype=bool) & ~quiet
        add("slopes", "trade", np.where(trade, pairs["trade_rarity"].to_numpy(np.float64), 0.0))
    return sparse.hstack(columns).tocsr(), names


def _start(names: list[tuple[str, str]], weights: Weights) -> Floats:
    table: dict[str, Mapping[str, float]] = {**weights.bits, "slopes": weights.slopes}
    return np.array([table[part][key] for part, key in names], dtype=np.float64)


def _steps(names: list[tuple[str, str]]) -> sparse.csr_matrix:
    """Bits from steps: a level of `AT_LEAST` is the one below it and a step of its own."""
    at = {name: i for i, name in enumerate(names)}
    rows, columns = [], []
    for i, name in enumerate(names):
        while name in at:
            rows.append(i)
            columns.append(at[name])
            name = (name[0], AT_LEAST.get(name, ""))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names),) * 2)


def learn(
    examples: Examples,
    parts: Sequence[str],
    weights: Weights,
    ridge: float = 0.5,
    name_ridge: float | None = None,
) -> Weights:
    """Bits that fit the examples, near those of ``weights``.

    Args:
        examples: Labelled competing pairs.
        parts: Comparisons to learn (`OWN_PARTS`, `USE_PARTS`).
        weights: Where to start, and what the ridge pulls to.
        ridge: Strength of the pull, in squared bits per example-equivalent.
        name_ridge: That of the comparisons of names, where it is another.
    """
    x, names = features(examples.pairs, parts, weights)
    start, steps = _start(names, weights), _steps(names)
    of_name = np.array([part in (*NAME_PARTS, "slopes") for part, _ in names])
    pulls = np.where(of_name, ridge if name_ridge is None else name_ridge, ridge)
    groups = int(examples.group.max()) + 1 if len(examples.group) else 0
    answered = np.zeros(groups, dtype=bool)
    answered[examples.group[examples.right]] = True

    def loss(given: Floats) -> tuple[float, Floats]:
        theta = steps @ given
        bits = np.clip((x @ theta + examples.offset) * LN2, -60.0, 60.0)
        power = np.exp(bits)
        total = 1.0 + np.bincount(examples.group, power, minlength=groups)
        share = power / total[examples.group]
        value = np.log(total).sum() - bits[examples.right].sum()
        pull = theta - start
        slope = (x.T @ (share - examples.right)) * LN2 + 2 * pulls * pull
        return float(value + (pulls * pull**2).sum()), np.asarray(steps.T @ slope)

    bounds = [(0.0, None) if n in AT_LEAST else BOUNDS.get(n, (None, None)) for n in names]
    begin = sparse.linalg.spsolve(steps.tocsc(), start)
    done = optimize.minimize(
        loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}
    )
    if not done.success:
        # Never report a fit that was not reached.
        message = f"weights not learned: {done.message}"
        raise ArithmeticError(message)
    found = steps @ done.x
    bits = {part: dict(levels) for part, levels in weights.bits.items()}
    slopes = dict(weights.slopes)
    for (part, key), value in zip(names, found, strict=True):
        target = slopes if part == "slopes" else bits[part]
        target[key] = round(float(value), 3)
    return replace(weights, bits=bits, slopes=slopes)
