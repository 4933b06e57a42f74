"""The audit log: a row in the same transaction as the act it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from geomujun.storage.target import Conn


@dataclass(frozen=True, slots=True)
class Chain:
    """Rows of the log, the first broken one (None: whole), and the hash of the last."""

    rows: int
    broken_at: int | None
    last: str


def record(
    connection: Conn, actor: str, action: str, subject: str = "", details: Mapping[str, Any] = {}
) -> None:
    """Add a row; the database numbers, times and chains it. ``details`` hold no personal data."""
    connection.execute(
        "INSERT INTO audit.log (actor, action, subject, details) VALUES (%s, %s, %s, %s)",
        (actor, action, subject, Jsonb(dict(details))),
    )


def verify(connection: Conn) -> Chain:
    """Walk the whole chain."""
    row = connection.execute("SELECT rows, broken_at, last FROM service.audit_verify()").fetchone()
    return Chain(int(row[0]), row[1], str(row[2] or "")) if row else Chain(0, None, "")
