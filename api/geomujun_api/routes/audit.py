"""The audit log: whether its chain is whole, and its rows, for auditors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from psycopg.rows import dict_row

from geomujun.storage import audit
from geomujun_api import within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Auditing
from geomujun_api.words import ONE_LINE

router: Final = APIRouter(prefix="/v1/audit", tags=["审计"], responses=problems())


class Chain(Strict):
    """Rows of the log, the first that does not follow from the one before, the last hash."""

    whole: bool
    rows: int
    broken_at: int | None
    last: str


class Entry(Strict):
    """Who did what, when."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    hash: str


class LogAsked(Strict):
    """A page of the log."""

    after: Annotated[int, Query(ge=0, le=2**53, description="编号大于它的，旧的在前")] = 0
    before: Annotated[int | None, Query(ge=1, le=2**53, description="编号小于它的，新的在前")] = (
        None
    )
    actor: Annotated[str | None, Query(pattern=ONE_LINE, max_length=300)] = None
    action: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None
    subject: Annotated[
        str | None, Query(pattern=ONE_LINE, max_length=300, description="对象以它开头")
    ] = None
    limit: Annotated[int, Query(ge=1, le=1000)] = 100


_LOG: Final = """
SELECT id, at, actor, action, subject, details, encode(hash, 'hex') AS hash FROM audit.log
WHERE id > %(after)s AND (%(before)s::bigint IS NULL OR id < %(before)s)
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
  AND (%(action)s::text IS NULL OR action = %(action)s)
  AND (%(subject)s::text IS NULL OR subject ^@ %(subject)s)
ORDER BY id {order} LIMIT %(limit)s
"""


@router.get("/verify", summary="核对审计链")
def verify(caller: Auditing) -> Chain:
    """Walks the whole chain."""
    with caller.service.streaming() as connection:
        found = audit.verify(connection)
    return Chain(whole=found.broken_at is None, rows=found.rows, broken_at=found.broken_at,
                 last=found.last)  # fmt: skip


@router.get("/log", summary="审计记录")
def log(caller: Auditing, asked: Annotated[LogAsked, Query()]) -> list[Entry]:
    """Rows in order, for auditors of all divisions: an act tells no division."""
    within.whole(caller)
    with (
        caller.service.reading() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        rows = cursor.execute(_LOG.format(order="ASC" if asked.before is None else "DESC"),
                              asked.model_dump()).fetchall()  # fmt: skip
    return [Entry(**row) for row in rows]
