"""Who works on which item of the review queue: a claim that runs out by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from geomujun.storage import records
from geomujun.storage.target import Conn

LASTS: Final = timedelta(hours=8)


def claim(connection: Conn, parcel_code: str, uscc: str, reviewer: str) -> bool:
    """Take an item; False when another person holds it."""
    row = connection.execute(
        "INSERT INTO review.claims AS c (parcel_code, uscc, reviewer, expires_at)"
        " VALUES (%(p)s, %(u)s, %(who)s, now() + %(lasts)s)"
        " ON CONFLICT (parcel_code, uscc) DO UPDATE SET reviewer = excluded.reviewer,"
        "  claimed_at = now(), expires_at = excluded.expires_at"
        "  WHERE c.reviewer = excluded.reviewer OR c.expires_at <= now() RETURNING 1",
        {"p": parcel_code, "u": uscc, "who": reviewer, "lasts": LASTS},
    ).fetchone()
    return row is not None


def release(connection: Conn, parcel_code: str, uscc: str, reviewer: str) -> bool:
    """Give an item back; False when it was not ours."""
    row = connection.execute(
        "DELETE FROM review.claims WHERE parcel_code = %s AND uscc = %s AND reviewer = %s"
        " RETURNING 1", (parcel_code, uscc, reviewer),
    ).fetchone()  # fmt: skip
    return row is not None


def holder(connection: Conn, parcel_code: str, uscc: str) -> str:
    """Who holds an item, "" for nobody."""
    row = connection.execute(
        "SELECT reviewer FROM review.claims"
        " WHERE parcel_code = %s AND uscc = %s AND expires_at > now()",
        (parcel_code, uscc),
    ).fetchone()
    return str(row[0]) if row else ""


def item(connection: Conn, edition: int, parcel_code: str, uscc: str) -> dict[str, Any] | None:
    """One item of an edition's queue."""
    return records.first(
        connection,
        "SELECT * FROM service.queue WHERE edition = %s AND parcel_code = %s AND uscc = %s",
        (edition, parcel_code, uscc),
    )
