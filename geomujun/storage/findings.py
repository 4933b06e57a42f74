"""Closing and reopening of findings, and objections to an area."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from geomujun.errors import ConflictError, DataError
from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.target import Conn


@dataclass(frozen=True, slots=True)
class Closing:
    """A person closes a finding (state closed) or takes that back (open)."""

    state: str
    reviewer: str
    reason: str = ""
    finding_id: str = ""
    rule: str = ""
    subject_id: str = ""
    other_id: str = ""
    facts_digest: str = ""


def close(connection: Conn, said: Closing, decided_at: str) -> int:
    """Add a closing; its number."""
    row = connection.execute(_CLOSE, asdict(said) | {"decided_at": decided_at}).fetchone()
    return int(row[0]) if row else 0


_CLOSE: Final = """
INSERT INTO review.closings (finding_id, rule, subject_id, other_id, facts_digest, state, reason,
  reviewer, decided_at)
VALUES (%(finding_id)s, %(rule)s, %(subject_id)s, %(other_id)s, %(facts_digest)s, %(state)s,
  %(reason)s, %(reviewer)s, %(decided_at)s)
RETURNING id
"""


def closings(connection: Conn, upto: int | None = None) -> list[dict[str, Any]]:
    """Every closing in the order they were added, up to a number."""
    return records.every(
        connection,
        "SELECT * FROM review.closings WHERE %s::bigint IS NULL OR id <= %s ORDER BY id",
        (upto, upto),
    )


def finding(connection: Conn, edition: int, finding_id: str) -> dict[str, Any] | None:
    """A finding of an edition."""
    return records.first(
        connection,
        "SELECT * FROM pub.cross_check WHERE edition = %s AND finding_id = %s LIMIT 1",
        (edition, finding_id),
    )


@dataclass(frozen=True, slots=True)
class Objection:
    """A firm objects to an area of an edition; ``parcel_code`` "" for its total."""

    edition: int
    uscc: str
    reason: str
    filed_by: str
    deadline: date
    parcel_code: str = ""
    claimed_m2: float | None = None


def object_to(connection: Conn, said: Objection) -> int:
    """Note an objection; its number."""
    row = connection.execute(
        "INSERT INTO review.objections (edition, uscc, reason, filed_by, deadline, parcel_code,"
        " claimed_m2) VALUES (%(edition)s, %(uscc)s, %(reason)s, %(filed_by)s, %(deadline)s,"
        " %(parcel_code)s, %(claimed_m2)s) RETURNING id",
        asdict(said),
    ).fetchone()
    return int(row[0]) if row else 0


def answer(
    connection: Conn, number: int, version: int, state: str, text: str, actor: str
) -> dict[str, Any]:
    """Answer an open objection: upheld or dismissed.

    Raises:
        DataError: there is no such objection.
        ConflictError: it was answered or changed meanwhile.
    """
    row = records.first(
        connection,
        "UPDATE review.objections SET state = %s, answer = %s, answered_by = %s,"
        " answered_at = now(), version = version + 1"
        " WHERE id = %s AND version = %s AND state = 'open' RETURNING *",
        (state, text, actor, number, version),
    )
    if row is None:
        found = records.first(
            connection, "SELECT version FROM review.objections WHERE id = %s", (number,)
        )
        if found is None:
            raise DataError(t("没有异议 {n}", "there is no objection {n}", n=number))
        raise ConflictError(
            t("异议 {n} 已被别人答复或改动", "objection {n} was answered meanwhile", n=number)
        )
    return row


def objections(
    connection: Conn, edition: int | None = None, state: str | None = None
) -> list[dict[str, Any]]:
    """Objections, oldest deadline first."""
    return records.every(
        connection,
        "SELECT * FROM review.objections WHERE (%(e)s::int IS NULL OR edition = %(e)s)"
        " AND (%(s)s::text IS NULL OR state = %(s)s) ORDER BY deadline, id",
        {"e": edition, "s": state},
    )
