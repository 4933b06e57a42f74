"""All queued links at once: between which grades a unit stays when each may come true.

One link at a time says what a reviewer decides with it. Borders between grades also move because
many links come true together, so each link is drawn with its (calibrated) probability, again and
again, and everyone is graded anew. The interval leaves out the outer half percent of the draws on
either side, and always holds the grade itself and what single links would do. Links that speak of
one parcel, or change one unit, stand against each other: of those drawn together the most probable
counts. The draws repeat: their seed is fixed and links are taken in order of parcel and enterprise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.evaluation.intervals import Stakes, Steps, letters, looked_up
from geomujun.evaluation.linear import Bools, Codes, Ints
from geomujun.evaluation.moves import Moves
from geomujun.evaluation.panel import NONE, Panel

DRAWS: Final = 200
SEED: Final = 20_240_101
TAIL: Final = 0.005  # of the draws, on each side
_NO_GRADE: Final = 9


def joint(
    stakes: Stakes,
    moves: Moves,
    chances: pd.DataFrame,
    single: pd.DataFrame,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Best and worst grade of everyone when all queued links are open.

    Args:
        stakes: One side of the evaluation.
        moves: What every flip changes on that side.
        chances: flip, parcel_code, uscc, probability of every queued link.
        single: ``grades`` of `intervals.flip` on the same side.
        draws: How often everyone is graded anew.

    Returns:
        Index subject: joint_best, joint_worst, "" for one that is never graded.
    """
    worlds = [w for w in _worlds(moves, chances, draws) if len(w)]
    counts: list[pd.DataFrame] = []
    fresh: list[pd.DataFrame] = []
    base: list[pd.Series] = []
    for panel in stakes.panels:
        own, new = _count(panel, Steps.of(panel, moves), worlds)
        counts.append(own)
        fresh.append(new)
        base.append(pd.Series(panel.base, index=pd.Index(panel.rows.ids)))
    homes = pd.DataFrame({"subject": stakes.unit.index, "id": stakes.unit.to_numpy()})
    comers = moves.subjects[["subject", "now"]].rename(columns={"now": "id"})
    total = _totals([(homes, counts), (comers, fresh)])
    total = total.reindex(total.index.union(pd.Index(stakes.unit.index), sort=True)).fillna(0.0)
    now = looked_up(base, stakes.unit.reindex(total.index).fillna(""))
    return _united(_between(total, now), single)


def _united(found: pd.DataFrame, single: pd.DataFrame) -> pd.DataFrame:
    """The joint interval with the single one in it; "" is no grade, and never the better one."""
    whole = single.join(found, how="outer").fillna("")
    best = whole[["grade_best", "joint_best"]].replace("", "Z").min(axis=1).replace("Z", "")
    worst = whole[["grade_worst", "joint_worst"]].max(axis=1)
    return pd.DataFrame({"joint_best": best, "joint_worst": worst})


def _worlds(moves: Moves, chances: pd.DataFrame, draws: int) -> Iterator[Ints]:
    """The flips that come true in each draw, those that stand against each other settled."""
    order = chances.sort_values(["parcel_code", "uscc", "flip"], ignore_index=True)
    chance = order["probability"].to_numpy(dtype=float)
    keys = _keys(moves, order)
    random = np.random.default_rng(SEED)
    first = np.argsort(-chance, kind="stable")
    flips = order["flip"].to_numpy()
    for _ in range(draws):
        on = (random.random(len(order)) < chance)[first]
        yield flips[_standing(first[on], keys)]


def _keys(moves: Moves, order: pd.DataFrame) -> list[list[int]]:
    """For each link in order, numbers of its parcel and of the units it changes."""
    land, _ = pd.factorize(order["parcel_code"])
    unit, _ = pd.factorize(moves.gone["id"])
    made = [[int(n)] for n in land]
    at = pd.Index(order["flip"]).get_indexer(pd.Index(moves.gone["flip"]))
    for n, u in zip(at.tolist(), unit.tolist(), strict=True):
        made[n].append(-1 - u)
    return made


def _standing(drawn: Ints, keys: list[list[int]]) -> Ints:
    taken: set[int] = set()
    kept = []
    for n in drawn.tolist():
        own = keys[n]
        if taken.isdisjoint(own):
            taken.update(own)
            kept.append(n)
    return np.array(sorted(kept), dtype=np.int64)


def _count(panel: Panel, steps: Steps, worlds: list[Ints]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How often each unit, and each unit that comes, has each grade."""
    own = np.zeros((len(panel.rows), 4))
    new = np.zeros((len(steps.rows), 4))
    every = np.arange(len(panel.rows))
    by_key = np.argsort(steps.rows.keys.astype("U"), kind="stable")
    for world in worlds:
        gone = np.unique(steps.left[0][np.isin(steps.left[1], world)])
        rows = by_key[np.isin(steps.flip[by_key], world)]
        code, fresh = panel.codes(gone, steps.rows.at(rows))
        _add(own, every, code)
        _add(new, rows, fresh)
    columns = list("ABCD")
    return (
        pd.DataFrame(own, index=pd.Index(panel.rows.ids, name="id"), columns=columns),
        pd.DataFrame(new, index=pd.Index(steps.rows.ids, name="id"), columns=columns),
    )


def _add(counts: npt.NDArray[np.float64], where: Ints, codes: Codes) -> None:
    graded: Bools = codes != NONE
    counts[where[graded], codes[graded]] += 1


def _totals(sides: list[tuple[pd.DataFrame, list[pd.DataFrame]]]) -> pd.DataFrame:
    """Counts by subject, of their units as they stand and as they come."""
    parts = [
        names.merge(pd.concat(counts), left_on="id", right_index=True)
        for names, counts in sides
        if counts
    ]
    if not parts:
        return pd.DataFrame(columns=list("ABCD"), dtype="float64")
    rows = pd.concat(parts, ignore_index=True)
    return rows.groupby("subject", sort=True)[list("ABCD")].sum()


def _between(counts: pd.DataFrame, now: Codes) -> pd.DataFrame:
    """The grades left when the tails are cut off, the present grade among them."""
    seen = counts.to_numpy(dtype=float)
    least = TAIL * seen.sum(axis=1, keepdims=True)
    some = seen.sum(axis=1) > 0
    best = np.where(some, (np.cumsum(seen, axis=1) > least).argmax(axis=1), _NO_GRADE)
    tail = np.cumsum(seen[:, ::-1], axis=1) > least
    worst = np.where(some, 3 - tail.argmax(axis=1), NONE)
    best = np.minimum(best, np.where(now == NONE, _NO_GRADE, now))
    worst = np.maximum(worst, now)
    best = np.where(best == _NO_GRADE, NONE, best)
    return pd.DataFrame(
        {
            "joint_best": letters(best.astype(np.int8)),
            "joint_worst": letters(worst.astype(np.int8)),
        },
        index=counts.index,
    )
