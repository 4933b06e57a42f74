"""The review queue: what a person should look at first, and what hangs on it.

Order: land at stake × doubt, and double where a grade would change (CONTRACT §4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.words import M2_PER_MU, UNDECIDED, Band, Relation
from geomujun.lang import t
from geomujun.ledger.rounding import round_m2

GRADE_WEIGHT: Final = 2.0


def review_queue(
    links: pd.DataFrame,
    case: Case,
    areas: pd.Series,
    flips: pd.DataFrame,
    changes: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Queued links in the order a reviewer should take them.

    What was decided unsure is asked on: it settles nothing, the land stays ambiguous, and an undo
    of a first decision is recorded so.

    Args:
        links: Of the book; the index is what ``flips`` and ``changes`` call ``flip``.
        case: Names and holders.
        areas: Area of all land by code, m².
        flips: From `ledger.flips.flipped`: ``flip uscc change_m2``.
        changes: Of enterprise and parcel, from `evaluation.intervals.flip`: ``flip subject before
            after``.
    """
    queued = links[
        (links["band"] == Band.REVIEW)
        & links["decision"].isin(UNDECIDED)
        & (links["relation"] != Relation.REGISTERED_ONLY)
    ]
    at_stake = flips.groupby("flip")["change_m2"].agg(lambda c: float(c.abs().max()))
    whole = queued["parcel_code"].map(areas).astype("float64")
    flip = pd.Series(queued.index, index=queued.index)
    stake = flip.map(at_stake).astype("float64")
    stake = round_m2(stake.fillna(whole))
    grades = flip.map(_grades(changes["enterprise"])).astype("str").fillna("")
    doubt = 4.0 * queued["probability"] * (1.0 - queued["probability"])
    urgency = stake * doubt * np.where(grades != "", GRADE_WEIGHT, 1.0)
    names = case.enterprises.drop_duplicates("uscc").set_index("uscc")["name"]
    frame = pd.DataFrame(
        {
            "parcel_code": queued["parcel_code"],
            "uscc": queued["uscc"],
            "question": _questions(queued, case, names),
            "area_m2": stake,
            "grades": grades,
            "probability": queued["probability"],
            "rival_uscc": queued["rival_uscc"],
            "area_mu": stake / M2_PER_MU,
            "enterprises_changed": flip.map(changes["enterprise"].groupby("flip").size()),
            "parcels_changed": flip.map(changes["parcel"].groupby("flip").size()),
            "_urgency": urgency,
        }
    )
    counts = ["enterprises_changed", "parcels_changed"]
    frame[counts] = frame[counts].astype("float64").fillna(0.0).astype("int64")
    frame = frame.sort_values(["_urgency", "parcel_code", "uscc"], ascending=[False, True, True])
    frame.insert(0, "order", np.arange(1, len(frame) + 1))
    return frame[TABLES["review_queue"].columns].reset_index(drop=True)


def _grades(changes: pd.DataFrame) -> pd.Series:
    """For each flip, the firms whose grade would change: "CODE B→C"."""
    if changes.empty:
        return pd.Series(dtype="str")
    nothing = t("无", "none")
    before = changes["before"].where(changes["before"] != "", nothing)
    after = changes["after"].where(changes["after"] != "", nothing)
    text = changes["subject"] + " " + before + "→" + after
    ordered = changes.assign(text=text).sort_values(["flip", "text"])
    return ordered.groupby("flip")["text"].agg("；".join)


def _questions(queued: pd.DataFrame, case: Case, names: pd.Series) -> list[str]:
    holder = case.parcels.drop_duplicates("parcel_code").set_index("parcel_code")["holder_names"]
    columns = zip(
        queued["relation"],
        queued["parcel_code"],
        queued["parcel_code"].map(holder).fillna(""),
        queued["uscc"].map(names).fillna(""),
        queued["rival_uscc"].map(names).fillna(""),
        strict=True,
    )
    return [_question(*values) for values in columns]


def _question(relation: str, parcel: str, holder: str, name: str, rival: str) -> str:
    other = t("（另一候选：{r}）", " (other candidate: {r})", r=rival) if rival else ""
    if relation == Relation.OWN:
        text = t(
            "宗地 {p} 的权利人“{h}”是不是 {n}？",
            "Is “{h}”, holder of parcel {p}, the enterprise {n}?",
            p=parcel, h=holder, n=name,
        )  # fmt: skip
    elif relation in (Relation.LEASE, Relation.SUBLEASE):
        text = t("{n} 是否租用宗地 {p}？", "Does {n} rent parcel {p}?", n=name, p=parcel)
    else:
        text = t("{n} 是否在 {p} 上生产？", "Does {n} produce on {p}?", n=name, p=parcel)
    return text + other
