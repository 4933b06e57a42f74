"""Objections of firms to their area: filed, listed, answered once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from psycopg.rows import dict_row
from pydantic import Field

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.pipeline import review
from geomujun.storage.findings import Objection as Said
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Publishing, Reviewing
from geomujun_api.problems import NotFoundError
from geomujun_api.words import TEXT, EditionNumber, NumberPath, ParcelCode, Uscc

router: Final = APIRouter(prefix="/v1/objections", tags=["异议"], responses=problems())
State = Literal["open", "upheld", "dismissed"]
Words = Annotated[str, Field(pattern=TEXT, min_length=1, max_length=4000)]


class ObjectionSaid(Strict):
    """What a firm objects to, and until when it is answered."""

    edition: EditionNumber | None = None
    uscc: Uscc
    parcel_code: ParcelCode | None = None
    claimed_m2: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    reason: Words
    deadline: date = Field(description="答复期限", examples=["2025-07-31"])


class Filed(Strict):
    """The number of an objection."""

    number: int


class AnswerSaid(Strict):
    """The answer; ``version`` is that of the objection as it was read."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    state: Literal["upheld", "dismissed"]
    answer: Words


class ObjectionRow(Strict):
    """An objection as it stands."""

    id: int
    edition: int
    uscc: str
    parcel_code: str
    claimed_m2: float | None
    reason: str
    filed_by: str
    filed_at: datetime
    deadline: date
    state: State
    answer: str
    answered_by: str
    answered_at: datetime | None
    version: int


class ObjectionListed(ObjectionRow):
    """An objection, whose it is, and the area the edition says."""

    name: str = Field(description="企业名称")
    division_code: str
    recorded_m2: float | None = Field(description="该发布中的用地面积")


class ObjectionsAsked(Strict):
    """Which objections."""

    edition: EditionNumber | None = None
    uscc: Uscc | None = None
    state: State | None = None
    division: Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$")] = None
    after: Annotated[int, Query(ge=0, le=2**53)] = 0
    limit: Annotated[int, Query(ge=1, le=1000)] = 100


_FIELDS: Final = ", ".join(f"o.{name}" for name in ObjectionRow.model_fields)
_LIST: Final = f"""
SELECT {_FIELDS}, f.name, f.division_code, g.occupied_m2 AS recorded_m2
FROM review.objections AS o
JOIN pub.firms AS f ON f.edition = o.edition AND f.uscc = o.uscc
LEFT JOIN pub.ledger AS g ON g.edition = o.edition AND g.uscc = o.uscc
WHERE o.id > %(after)s AND f.division_code ^@ ANY (%(divisions)s)
  AND (%(number)s::bigint IS NULL OR o.id = %(number)s)
  AND (%(edition)s::int IS NULL OR o.edition = %(edition)s)
  AND (%(uscc)s::text IS NULL OR o.uscc = %(uscc)s)
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(division)s::text IS NULL OR f.division_code ^@ %(division)s)
ORDER BY o.id LIMIT %(limit)s
"""  # noqa: S608 - fixed columns


@router.get("", summary="异议列表")
def listing(caller: Reviewing, asked: Annotated[ObjectionsAsked, Query()]) -> list[ObjectionListed]:
    """Objections of firms of the reader's divisions, by number."""
    values: dict[str, Any] = asked.model_dump() | {
        "divisions": list(caller.reader.divisions), "number": None,
    }  # fmt: skip
    with (
        caller.service.reading() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return [ObjectionListed(**r) for r in cursor.execute(_LIST, values).fetchall()]


@router.post("", status_code=201, summary="录入异议", responses=problems(404))
def file(caller: Reviewing, said: ObjectionSaid) -> Filed:
    """File an objection on behalf of a firm."""
    with caller.service.writing() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        within.firm(caller, connection, edition.number, said.uscc)
        if said.parcel_code:
            within.pair(caller, connection, edition.number, said.parcel_code, said.uscc)
        number = review.object_on(
            connection,
            Said(edition.number, said.uscc, said.reason, caller.reader.subject, said.deadline,
                 said.parcel_code or "", said.claimed_m2),
        )  # fmt: skip
    return Filed(number=number)


@router.post("/{number}/answer", summary="答复异议", responses=problems(404, 409))
def answer(caller: Publishing, number: NumberPath, said: AnswerSaid) -> ObjectionRow:
    """Answer an objection: upheld or dismissed, with the text the firm reads."""
    values = ObjectionsAsked(limit=1).model_dump() | {
        "number": number, "divisions": list(caller.reader.divisions),
    }  # fmt: skip
    with caller.service.writing() as connection:
        if connection.execute(_LIST, values).fetchone() is None:
            raise NotFoundError(t("没有异议 {n}", "there is no objection {n}", n=number))
        if not said.answer.strip():
            raise UsageError(t("答复须写明理由", "an answer needs a reason"))
        row = review.answer_objection_on(
            connection, number, said.version, said.state, said.answer, caller.reader.subject
        )
    return ObjectionRow(**{name: row[name] for name in ObjectionRow.model_fields})
