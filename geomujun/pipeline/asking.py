"""`geomujun match`: one record against the enterprises of a case folder, with its evidence.

The record's name and code are matched as the job matches a holder; a parcel text may name several
parcels or lots, and each gets its own answer. Only when that finds nobody a short form or a like
address is asked; a running text is asked whom it mentions. Nothing of a record is kept anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.domain.case import Case
from geomujun.export.masking import mask_numbers
from geomujun.intake.reader import read_case
from geomujun.lang import t
from geomujun.matching.identity import settle
from geomujun.matching.lookup import Found, Index
from geomujun.matching.proposals import by_address, by_mention, by_short_form
from geomujun.matching.waterfall import steps_of
from geomujun.matching.whereabouts import Record
from geomujun.text.identifiers import resolve_parcel_codes
from geomujun.text.lots import Lot, parse_lots, split_lots

_BETWEEN: Final = re.compile(r"[、，,;；/|\n]+")


@dataclass(frozen=True, slots=True)
class Place:
    """One parcel or lot that a parcel text names; ``parcel_code`` "" where the case has none."""

    written: str
    parcel_code: str


def ask(folder: Path, record: Record, text: str = "", top: int = 5) -> dict[str, Any]:
    """What a case says of a record.

    Args:
        folder: The case folder.
        record: What is known; its ``parcel_code`` may be a text naming several parcels or lots.
        text: A running text that may name the enterprise.
        top: Candidates of each answer.

    Returns:
        ``answers``: ``how`` (match · short · mention · address), ``written`` and ``parcel_code`` of
        the parcel or lot it is for, and ``candidates``; ``notes``: sentences for people.

    Raises:
        DataError: the case cannot be used.
    """
    case = settle(read_case(folder).case).case
    return answered(case, Index(case), record, text, top)


def answered(case: Case, index: Index, record: Record, text: str, top: int) -> dict[str, Any]:
    """`ask` of a settled case and its index."""
    places = places_meant(record.parcel_code, case)
    notes = [
        t("案卷中没有宗地 {p}", "the case has no parcel {p}", p=p.written)
        for p in places
        if not p.parcel_code
    ]
    answers = []
    if record.name or record.code:
        if index.kind(record.name, record.code) == "person":
            notes.append(
                t(
                    "读作个人，个人不参与匹配",
                    "reads like a natural person: persons are not matched",
                )
            )
        answers = _matched(index, record, places, top)
    if not any(c["band"] for a in answers for c in a["candidates"]):
        answers += _proposals(index, record, top)
    if text:
        answers.append(_answer("mention", by_mention(index, text, top)))
    return {"answers": answers, "notes": notes}


def _matched(
    index: Index, record: Record, places: Sequence[Place], top: int
) -> list[dict[str, Any]]:
    """An answer for each parcel of the case that is named; one without any where none is."""
    known = [p for p in places if p.parcel_code]
    if not known:
        return [_answer("match", index.match(replace(record, parcel_code=""), top))]
    records = [(replace(record, parcel_code=p.parcel_code), p) for p in known]
    return [_answer("match", index.match(one, top), place) for one, place in records]


def _proposals(index: Index, record: Record, top: int) -> list[dict[str, Any]]:
    found = []
    # Three characters are a person's name or a short form: only a likely one is worth a question.
    if record.name and not (record.code and index.kind(record.name, record.code) == "person"):
        likely = [f for f in by_short_form(index, record.name, top) if f.band]
        found.append(_answer("short", likely))
    if record.address:
        found.append(_answer("address", by_address(index, record.address, top)))
    return [answer for answer in found if answer["candidates"]]


def _answer(how: str, found: Sequence[Found], place: Place | None = None) -> dict[str, Any]:
    """Plain values of an answer, phones and ID numbers in its texts masked."""
    said = {"how": how, "written": "", "parcel_code": ""}
    if place:
        said |= {"written": place.written, "parcel_code": place.parcel_code}
    return said | {"candidates": [_candidate(f) for f in found]}


def _candidate(found: Found) -> dict[str, Any]:
    steps = [s.item.as_dict() | {"total": round(s.total, 3)} for s in steps_of(found.evidence)]
    masked = [s | {side: mask_numbers(str(s[side])) for side in ("left", "right")} for s in steps]
    return {
        "uscc": found.uscc, "name": found.name, "parcel_code": found.parcel_code,
        "probability": round(found.probability, 6), "weight_bits": round(found.weight, 3),
        "band": found.band, "evidence": masked,
    }  # fmt: skip


def places_meant(text: str, case: Case) -> list[Place]:
    """The parcels a text names: by code, by several codes, or by section and lots."""
    if not text.strip():
        return []
    lots = split_lots(text)
    if lots:
        return _by_lots(lots, case)
    whole = [text.strip()]
    pieces = [piece.strip() for piece in _BETWEEN.split(text) if piece.strip()]
    known = pd.Index(case.parcels["parcel_code"])
    for written in (pieces, whole):
        codes = resolve_parcel_codes(pd.Series(written, dtype="str"), known)["code"]
        places = [Place(w, str(c)) for w, c in zip(written, codes, strict=True)]
        if any(p.parcel_code for p in places):
            return places
    return places


def _by_lots(lots: Sequence[Lot], case: Case) -> list[Place]:
    """Each lot with the parcel whose number or location names it alone."""
    parcels = case.parcels
    texts = pd.concat([parcels["parcel_code"], parcels["location"]], ignore_index=True)
    named = parse_lots(texts)
    rows = named["row"].to_numpy() % max(len(parcels), 1)
    named["code"] = parcels["parcel_code"].to_numpy(object)[rows]
    return [Place(_written(lot), _parcel_of(lot, named)) for lot in lots]


def _written(lot: Lot) -> str:
    town, section, subsection, note, parent, sub = lot
    number = f"{parent}-{sub}" if sub else str(parent)
    behind = f"（{note}）" if note else ""
    return f"{town}{section}{subsection}{number}{behind}"


def _parcel_of(lot: Lot, named: pd.DataFrame) -> str:
    """The one parcel of a lot; "" where none or several have it. Towns count where both say one."""
    town, section, subsection, _, parent, sub = lot
    here = named[
        (named["section"] == section)
        & (named["subsection"] == subsection)
        & (named["parent"] == parent)
        & (named["sub"] == sub)
    ]
    if town:
        here = here[(here["town"] == town) | (here["town"] == "")]
    codes = here["code"].unique()
    return str(codes[0]) if len(codes) == 1 else ""
