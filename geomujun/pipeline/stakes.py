"""What hangs on the review queue: grade intervals of both sides, and grades behind each link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from geomujun.domain.words import M2_PER_MU
from geomujun.evaluation import intervals, joint, moves
from geomujun.evaluation.engine import Evaluation
from geomujun.ledger.book import Book, Inputs
from geomujun.ledger.flips import Flips, flipped
from geomujun.pipeline.queue import review_queue
from geomujun.policy.model import Scheme

COLUMNS: Final = ("grade_best", "grade_worst", "joint_best", "joint_worst")
_CHANGES: Final = ["flip", "subject", "before", "after"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The evaluation with its intervals, the review queue, and `grade_stakes`."""

    evaluation: Evaluation
    queue: pd.DataFrame
    stakes: pd.DataFrame


def weigh(inputs: Inputs, book: Book, evaluation: Evaluation, scheme: Scheme) -> Weighed:
    """Flip every queued link, one at a time and all together.

    Args:
        inputs: What the book was kept from.
        book: Standing at 31 December.
        evaluation: Of that book, under ``scheme``.
        scheme: As loaded for the year.
    """
    flips = flipped(inputs, book, scheme.year)
    firms = evaluation.enterprise_evaluation
    land = evaluation.parcel_evaluation
    changes = {kind: pd.DataFrame(columns=_CHANGES) for kind in ("enterprise", "parcel")}
    if scheme.subject == "enterprise" and len(flips.asked):
        chances = flips.asked.assign(
            probability=book.links["probability"].reindex(flips.asked["flip"]).to_numpy()
        )
        sides = {
            "enterprise": (
                intervals.firm_stakes(evaluation, scheme),
                moves.firm_moves(inputs.case, evaluation, scheme, flips),
            ),
            "parcel": (
                intervals.parcel_stakes(evaluation, scheme),
                moves.parcel_moves(evaluation, scheme, flips),
            ),
        }
        found = {}
        for kind, (frozen, moved) in sides.items():
            single = intervals.flip(frozen, moved)
            changes[kind] = single.changes
            found[kind] = single.grades.join(
                joint.joint(frozen, moved, chances, single.grades), how="outer"
            )
        firms = _with(firms, firms["uscc"], found["enterprise"])
        land = _with(land, land["parcel_code"], found["parcel"])
    else:
        firms = _with(firms, firms["uscc"], pd.DataFrame(columns=list(COLUMNS)))
        land = _with(land, land["parcel_code"], pd.DataFrame(columns=list(COLUMNS)))
    areas = inputs.land.drop_duplicates("code").set_index("code")["area_m2"]
    return Weighed(
        replace(evaluation, enterprise_evaluation=firms, parcel_evaluation=land),
        review_queue(book.links, inputs.case, areas, flips.areas, changes),
        _stakes(flips, changes, book.links),
    )


def _with(table: pd.DataFrame, key: pd.Series, found: pd.DataFrame) -> pd.DataFrame:
    """The table with its interval columns; the grade itself where nothing is known."""
    made = table.copy()
    for column in COLUMNS:
        told = key.map(found[column]).astype("object")
        made[column] = told.where(told.notna(), made["grade"]).astype("str")
    return made


def _stakes(flips: Flips, changes: dict[str, pd.DataFrame], links: pd.DataFrame) -> pd.DataFrame:
    """`grade_stakes`: one row per queued link and subject whose grade would change."""
    parts = [frame.assign(subject_kind=kind) for kind, frame in changes.items()]
    rows = pd.concat(parts, ignore_index=True).rename(columns={"subject": "subject_id"})
    rows = rows.merge(flips.asked, on="flip")
    moved = flips.areas.rename(columns={"uscc": "subject_id"})[["flip", "subject_id", "change_m2"]]
    rows = rows.merge(moved, on=["flip", "subject_id"], how="left")
    rows["change_mu"] = rows["change_m2"].astype("float64").fillna(0.0) / M2_PER_MU
    rows["probability"] = links["probability"].reindex(rows["flip"]).to_numpy(dtype=float)
    columns = [
        "parcel_code", "uscc", "subject_kind", "subject_id", "before", "after", "change_mu",
        "probability",
    ]  # fmt: skip
    rows = rows.sort_values(columns[:4], kind="stable")
    return rows[columns].drop_duplicates(columns[:4], ignore_index=True)
