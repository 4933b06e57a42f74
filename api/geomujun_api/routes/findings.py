"""Findings of the cross-check, with what people closed since; closing and reopening them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from geomujun.errors import ConflictError
from geomujun.lang import t
from geomujun.pipeline import review
from geomujun.storage import findings, records
from geomujun.storage.findings import Closing
from geomujun.storage.target import Conn
from geomujun_api import reading
from geomujun_api.answers import Strict, exactly, problems
from geomujun_api.deps import Reading, Reviewing
from geomujun_api.reading import ListAsked, OneAsked
from geomujun_api.rows import SOURCES, schema_of
from geomujun_api.words import EditionNumber, FindingPath, Reason

router: Final = APIRouter(prefix="/v1/findings", tags=["疑点"], responses=problems())
FINDINGS: Final = SOURCES["cross_check"]


class FindingsAsked(ListAsked):
    """Which findings."""

    rule: Annotated[str | None, Query(pattern=r"^[A-Z_]{1,40}$")] = None
    severity: Literal["high", "medium", "low"] | None = None
    state: Literal["open", "closed", "reopened"] | None = None
    subject_kind: Literal["parcel", "enterprise", "lease", "supply", "patch"] | None = None
    subject_id: Annotated[str | None, Query(pattern=r"^[!-~]{1,60}$")] = None
    story_id: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_-]{1,64}$")] = None


class CloseAsked(Strict):
    """Close a finding, with the reason; or take that back."""

    state: Literal["closed", "open"]
    reason: Reason = ""
    edition: EditionNumber | None = None


class Closed(Strict):
    """What was recorded."""

    id: int
    finding_id: str
    state: Literal["closed", "open"]


@router.get("", summary="互校疑点", response_class=Response,
            responses=reading.list_answers(FINDINGS))  # fmt: skip
def listing(caller: Reading, asked: Annotated[FindingsAsked, Query()]) -> Response:
    """Findings as the edition tells them; ``state`` is that of its day."""
    return reading.listed(caller, FINDINGS, asked)


_CLOSING: Final = {
    "type": "array",
    "items": exactly({
        "id": {"type": "integer"}, "state": {"enum": ["closed", "open"]},
        "reason": {"type": "string"}, "reviewer": {"type": "string"},
        "decided_at": {"type": "string"},
    }),
}  # fmt: skip


def _schema() -> dict[str, Any]:
    schema = schema_of(FINDINGS.table)
    about = {"edition": {"type": "integer"}, "year": {"type": "integer"}, "closings": _CLOSING}
    return schema | {"properties": {**about, **schema["properties"]}}


@router.get("/{finding_id}", summary="一条疑点及其关闭、重开记录", response_class=Response,
            responses=reading.one_answers("疑点", _schema()))  # fmt: skip
def one(caller: Reading, finding_id: FindingPath, asked: Annotated[OneAsked, Query()]) -> Response:
    """A finding, and who closed or reopened it since; read anew each time."""
    edition, row = reading.one(caller, FINDINGS, asked, {"finding_id": finding_id})
    row |= {"edition": edition.number, "year": edition.year}
    if not caller.reader.public:
        with caller.service.reading() as connection:
            row["closings"] = _closings(connection, finding_id)
    return reading.now(caller, row)


def _closings(connection: Conn, finding_id: str) -> list[dict[str, Any]]:
    return records.every(
        connection,
        "SELECT id, state, reason, reviewer, decided_at FROM review.closings"
        " WHERE finding_id = %s ORDER BY id",
        (finding_id,),
    )


@router.post("/{finding_id}/closings", status_code=201, summary="关闭或重开一条疑点",
             responses=problems(404, 409))  # fmt: skip
def close(caller: Reviewing, finding_id: FindingPath, said: CloseAsked) -> Closed:
    """Close a finding with a reason, or reopen it; the next edition shows it so."""
    asked = OneAsked(edition=said.edition, year=None, fields=None)
    edition, _ = reading.one(caller, FINDINGS, asked, {"finding_id": finding_id})
    with caller.service.writing() as connection:
        row = findings.finding(connection, edition.number, finding_id) or {}
        closing = Closing(
            said.state, caller.reader.subject, said.reason, finding_id, row["rule"],
            row["subject_id"], row["other_id"], row["facts_digest"],
        )  # fmt: skip
        _lock(connection, finding_id)
        before = _closings(connection, finding_id)
        now = before[-1]["state"] if before else ("closed" if row["state"] == "closed" else "open")
        if now == said.state:
            raise ConflictError(
                t("疑点已经是这个状态", "the finding is in that state already"), hint=now
            )
        number = review.close_finding_on(connection, closing)
    return Closed(id=number, finding_id=finding_id, state=said.state)


def _lock(connection: Conn, finding_id: str) -> None:
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext('geomujun/finding'), hashtext(%s))", (finding_id,)
    )
