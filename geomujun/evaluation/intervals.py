"""How far a grade could move: one queued link flipped at a time, all else fixed (CONTRACT §6).

`prepare` freezes an evaluation; `flip` puts each flip's units in the place of those it changes
(`evaluation.moves`) and reads off everyone's grade. Cost of one flip: one pass over the columns of
the cohorts it touches. All links together: `evaluation.joint`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.evaluation import grading
from geomujun.evaluation.engine import Evaluation
from geomujun.evaluation.linear import Codes, Ints, Rows
from geomujun.evaluation.moves import Moves
from geomujun.evaluation.panel import NONE, Panel, panels, rows_of, stateless
from geomujun.policy.model import Scheme

_CHANGES: Final = ["flip", "subject", "before", "after"]


@dataclass(frozen=True, slots=True)
class Stakes:
    """One side frozen. ``unit``: index subject (uscc or parcel code): id of its unit."""

    panels: tuple[Panel, ...]
    unit: pd.Series


@dataclass(frozen=True, slots=True)
class Intervals:
    """What the flips do.

    ``grades``: index subject: grade_best, grade_worst, "" for one that is never graded.
    ``changes``: flip, subject, before, after, for everyone whose grade would change, "" for no
    grade; sorted.
    """

    grades: pd.DataFrame
    changes: pd.DataFrame


def firm_stakes(found: Evaluation, scheme: Scheme) -> Stakes:
    """The enterprise side of an evaluation under ``scheme``."""
    frame = found.units.assign(points=found.units["bonus"] - found.units["malus"])
    unit = found.members.set_index("uscc")["unit_id"]
    return Stakes(tuple(panels(scheme, frame)), unit)


def parcel_stakes(found: Evaluation, scheme: Scheme) -> Stakes:
    """The parcel side."""
    codes = found.parcel_units.index.to_series()
    return Stakes(tuple(panels(scheme, stateless(found.parcel_units))), codes)


def flip(stakes: Stakes, moves: Moves) -> Intervals:
    """Best and worst grade of everyone over all flips, and what each flip changes."""
    best, worst, base = [], [], []
    moved: list[pd.DataFrame] = []
    fresh: list[pd.Series] = []
    for panel in stakes.panels:
        steps = Steps.of(panel, moves)
        low, high, changed = _walk(panel, steps)
        ids = pd.Index(panel.rows.ids)
        best.append(pd.Series(low, index=ids))
        worst.append(pd.Series(high, index=ids))
        base.append(pd.Series(panel.base, index=ids))
        moved.append(changed)
        fresh.append(pd.Series(steps.codes, index=steps.rows.ids))
    now = looked_up(fresh, moves.subjects["now"])
    return Intervals(
        _grades(stakes.unit, best, worst, (moves.subjects["subject"], now)),
        _changes(stakes.unit, moved, moves.subjects, (looked_up(base, moves.subjects["was"]), now)),
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """The flips of one panel in order: who leaves, who comes, by slices of ``rows``."""

    flips: npt.NDArray[np.object_]
    gone: list[Ints]
    come: list[slice]
    rows: Rows
    codes: Codes  # of ``rows``, filled while walking
    left: tuple[Ints, npt.NDArray[np.object_]]  # all that leave, and by which flip
    flip: npt.NDArray[np.object_]  # of ``rows``

    @classmethod
    def of(cls, panel: Panel, moves: Moves) -> Steps:
        """Find the panel's part of the moves."""
        at = pd.Index(panel.rows.ids).get_indexer(pd.Index(moves.gone["id"]))
        rows = rows_of(panel.pool, moves.come)
        flip = moves.come["flip"].reindex(pd.Index(rows.ids)).to_numpy()
        order = np.argsort(flip, kind="stable")  # by tie key within a flip
        rows, flip = rows.at(order), flip[order]
        left = moves.gone["flip"].to_numpy()[at >= 0]
        at = at[at >= 0]
        flips = np.unique(np.concatenate([left, flip]))
        by_flip = np.argsort(left, kind="stable")
        at, left = at[by_flip].astype(np.int64), left[by_flip]
        ends = zip(np.searchsorted(left, flips), np.searchsorted(left, flips, "right"), strict=True)
        spans = zip(
            np.searchsorted(flip, flips), np.searchsorted(flip, flips, "right"), strict=True
        )
        return cls(
            flips=flips,
            gone=[at[a:b] for a, b in ends],
            come=[slice(int(a), int(b)) for a, b in spans],
            rows=rows,
            codes=np.full(len(rows), NONE, dtype=np.int8),
            left=(at, left),
            flip=flip,
        )


def _walk(panel: Panel, steps: Steps) -> tuple[Codes, Codes, pd.DataFrame]:
    """One flip after the other; NONE never counts as best or worst."""
    high = np.where(panel.base == NONE, 9, panel.base).astype(np.int8)
    best, worst = high.copy(), panel.base.copy()
    where: list[Ints] = []
    after: list[Codes] = []
    for gone, span in zip(steps.gone, steps.come, strict=True):
        code, new = panel.codes(gone, steps.rows.at(span))
        steps.codes[span] = new
        np.minimum(best, np.where(code == NONE, 9, code), out=best, casting="unsafe")
        np.maximum(worst, code, out=worst)
        code[gone] = panel.base[gone]
        at = np.flatnonzero(code != panel.base)
        where.append(at)
        after.append(code[at])
    at = np.concatenate([*where, np.zeros(0, dtype=np.int64)])
    changed = pd.DataFrame(
        {
            "flip": np.repeat(steps.flips, [len(w) for w in where]),
            "id": panel.rows.ids[at],
            "before": panel.base[at],
            "after": np.concatenate([*after, np.zeros(0, dtype=np.int8)]),
        }
    )
    return np.where(best == 9, NONE, best).astype(np.int8), worst, changed


def looked_up(codes: list[pd.Series], ids: pd.Series) -> Codes:
    """Code of each id, NONE where no panel has it."""
    whole = pd.concat(codes) if codes else pd.Series(dtype="int8")
    whole = whole[~whole.index.duplicated()]
    return whole.reindex(pd.Index(ids)).fillna(NONE).to_numpy(dtype=np.int8)


def _grades(
    unit: pd.Series,
    best: list[pd.Series],
    worst: list[pd.Series],
    fresh: tuple[pd.Series, Codes],
) -> pd.DataFrame:
    """Best and worst of every subject: with its unit as it stands, and in those that come."""
    own = pd.DataFrame(
        {
            "subject": unit.index.to_numpy(),
            "best": looked_up(best, unit),
            "worst": looked_up(worst, unit),
        }
    )
    new = pd.DataFrame({"subject": fresh[0].to_numpy(), "best": fresh[1], "worst": fresh[1]})
    rows = pd.concat([own, new], ignore_index=True)
    rows["best"] = rows["best"].where(rows["best"] != NONE, 9)
    found = rows.groupby("subject", sort=True).agg(best=("best", "min"), worst=("worst", "max"))
    low = found["best"].where(found["best"] != 9, NONE)
    return pd.DataFrame(
        {
            "grade_best": letters(low.to_numpy(dtype=np.int8)),
            "grade_worst": letters(found["worst"].to_numpy(dtype=np.int8)),
        },
        index=found.index,
    )


def _changes(
    unit: pd.Series,
    moved: list[pd.DataFrame],
    subjects: pd.DataFrame,
    codes: tuple[Codes, Codes],
) -> pd.DataFrame:
    """Those whom a flip touches by their own unit, and those whom only the borders pass."""
    own = subjects[["flip", "subject"]].assign(before=codes[0], after=codes[1])
    own = own[(own["before"] != own["after"]).to_numpy(dtype=bool)]
    homes = pd.DataFrame({"id": unit.to_numpy(), "subject": unit.index.to_numpy()})
    others = pd.concat([own.iloc[:0].assign(id=""), *moved], ignore_index=True)
    others = others.drop(columns="subject").merge(homes, on="id")
    rows = pd.concat([own, others[_CHANGES]], ignore_index=True)
    rows["before"] = letters(rows["before"].to_numpy(dtype=np.int8))
    rows["after"] = letters(rows["after"].to_numpy(dtype=np.int8))
    return rows.sort_values(["flip", "subject"], ignore_index=True)


def letters(codes: Codes) -> npt.NDArray[np.object_]:
    """Grade letters of codes, "" for none."""
    return np.array([*grading.GRADES, ""], dtype=object)[codes.astype(np.int64)]
