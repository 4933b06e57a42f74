"""How good one top answer per parcel is, and what a method's own process cost.

A method answers each parcel with one register row and a score, or not at all. An answer for a
parcel that has no firm, or for the wrong firm, counts against precision at every threshold it
passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

PRECISIONS: Final = (0.98, 0.995)


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall after each distinct score, from the highest down."""

    score: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]

    def recall_at(self, precision: float) -> float:
        """The greatest recall whose precision is at least this; 0 when none is."""
        fits = self.recall[self.precision >= precision]
        return float(fits.max()) if len(fits) else 0.0

    def threshold_at(self, precision: float) -> float:
        """The score where `recall_at` is reached; +inf when never."""
        fits = np.flatnonzero(self.precision >= precision)
        return float(self.score[fits[-1]]) if len(fits) else float("inf")

    def best(self) -> tuple[float, float, float, float]:
        """F1 at its best, with its precision, recall and score."""
        if not len(self.score):
            return 0.0, 0.0, 0.0, float("inf")
        total = np.maximum(self.precision + self.recall, 1e-12)
        f1 = 2 * self.precision * self.recall / total
        i = int(np.argmax(f1))
        return float(f1[i]), float(self.precision[i]), float(self.recall[i]), float(self.score[i])


def judge(parcels: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Each parcel with its answer judged.

    Args:
        parcels: ``truth kind second on_trade_name`` of a task, rows 0…n-1.
        answers: ``parcel`` (row), ``firm`` (register row), ``score``; at most one row a parcel.

    Returns:
        The parcels with ``score`` (-inf when unanswered), ``right`` (bool) and ``has_firm``.
    """
    if answers["parcel"].duplicated().any():
        message = "a method answered a parcel twice"
        raise ValueError(message)
    by_parcel = answers.set_index("parcel")
    firm = by_parcel["firm"].reindex(range(len(parcels)), fill_value=-1)
    score = by_parcel["score"].astype("float64").reindex(range(len(parcels)), fill_value=-np.inf)
    right = [
        str(int(f)) in truth.split("|") for f, truth in zip(firm, parcels["truth"], strict=True)
    ]
    return parcels.assign(
        score=score.to_numpy(dtype=np.float64),
        right=np.array(right, dtype=bool),
        has_firm=(parcels["truth"] != "").to_numpy(),
    )


def curve(judged: pd.DataFrame) -> Curve:
    """Precision and recall over all thresholds; equal scores pass together."""
    wanted = max(int(judged["has_firm"].sum()), 1)
    given = judged[judged["score"] > -np.inf].sort_values("score", ascending=False, kind="stable")
    score = given["score"].to_numpy()
    hits, asked = np.cumsum(given["right"].to_numpy()), np.arange(1, len(given) + 1)
    last = np.append(score[1:] != score[:-1], True)[: len(score)]
    return Curve(score[last], (hits / asked)[last], (hits / wanted)[last])


def quality(judged: pd.DataFrame) -> dict[str, float]:
    """All measures of one method on one task; shares in 0…1.

    ``sib_*`` share of unregistered siblings refused, ``typo_*`` share of one-character errors in
    the 字号 found; each at the threshold of the best F1 (``_f1``) and of P ≥ .98 (``_98``).
    """
    line = curve(judged)
    f1, precision, recall, at_f1 = line.best()
    at_98 = line.threshold_at(PRECISIONS[0])
    sibling = judged[judged["kind"] == "none_sibling"]["score"].to_numpy()
    typo = judged[judged["on_trade_name"].astype(bool) & (judged["second"] == "")]
    found = typo["right"].to_numpy()
    scores = typo["score"].to_numpy()
    return {
        "P": precision,
        "R": recall,
        "F1": f1,
        "R98": line.recall_at(PRECISIONS[0]),
        "R995": line.recall_at(PRECISIONS[1]),
        "sib_f1": _mean(sibling < at_f1),
        "sib_98": _mean(sibling < at_98),
        "typo_f1": _mean(found & (scores >= at_f1)),
        "typo_98": _mean(found & (scores >= at_98)),
        "top1": _mean(judged.loc[judged["has_firm"], "right"].to_numpy()),
    }


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def by_kind(judged: pd.DataFrame, threshold: float) -> dict[str, float]:
    """Share answered rightly per corruption kind at a threshold; ``none_*`` = rightly refused."""
    passed = (judged["score"] >= threshold).to_numpy()
    good = np.where(judged["has_firm"], judged["right"] & passed, ~passed)
    shares = pd.Series(good.astype(float)).groupby(judged["kind"].to_numpy(), sort=True).mean()
    return {str(kind): float(share) for kind, share in shares.items()}


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Slope of log(seconds) over log(size): 1 is linear; NaN below two sizes."""
    if len(sizes) < 2:
        return float("nan")
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def mcnemar(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> tuple[int, int, float]:
    """Paired test of two methods' hits: (only a right, only b right, exact two-sided p)."""
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    n, k = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(n, i) for i in range(k + 1)) / 2**n if n else 1.0
    return only_a, only_b, min(1.0, 2 * tail)
