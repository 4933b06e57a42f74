"""Keys of the API and grants of people who come by OIDC. Only the digest of a key is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from geomujun.storage import records
from geomujun.storage.target import Conn

_SHOWN: Final = (
    "id, hint, subject, role, divisions, scopes, created_by, created_at, expires_at,"
    " revoked_at, rotated_from"
)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is kept of a key: its SHA-256, the first characters, whose it is and what it may."""

    sha256: bytes
    hint: str
    subject: str
    role: str
    divisions: Sequence[str]
    scopes: Sequence[str]
    created_by: str
    expires_at: datetime | None
    rotated_from: int | None = None


def add(connection: Conn, key: NewKey) -> dict[str, Any]:
    """Keep a key; its row."""
    values = asdict(key) | {"divisions": list(key.divisions), "scopes": list(key.scopes)}
    return records.first(connection, _ADD, values) or {}


_ADD: Final = f"""
INSERT INTO auth.api_keys (sha256, hint, subject, role, divisions, scopes, created_by, expires_at,
  rotated_from)
VALUES (%(sha256)s, %(hint)s, %(subject)s, %(role)s, %(divisions)s, %(scopes)s, %(created_by)s,
  %(expires_at)s, %(rotated_from)s)
RETURNING {_SHOWN}
"""  # noqa: S608 - fixed columns


def by_digest(connection: Conn, sha256: bytes) -> dict[str, Any] | None:
    """The key of a digest while it is in force."""
    return records.first(
        connection,
        f"SELECT {_SHOWN} FROM auth.api_keys WHERE sha256 = %s"  # noqa: S608 - fixed columns
        " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
        (sha256,),
    )


def get(connection: Conn, number: int) -> dict[str, Any] | None:
    """A key by its number."""
    return records.first(
        connection,
        f"SELECT {_SHOWN} FROM auth.api_keys WHERE id = %s",  # noqa: S608 - fixed columns
        (number,),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which keys or grants: those whose divisions all lie within these, after a row, at most."""

    divisions: Sequence[str] = ("",)
    after: int | str | None = None
    most: int | None = None

    def values(self) -> dict[str, Any]:
        """As parameters."""
        return {"divisions": list(self.divisions), "after": self.after, "most": self.most}


_WITHIN: Final = (
    "NOT EXISTS (SELECT FROM unnest(divisions) AS d WHERE NOT d ^@ ANY (%(divisions)s))"
)


def listing(connection: Conn, wanted: Wanted | None = None) -> list[dict[str, Any]]:
    """Keys, newest first; never the keys themselves."""
    return records.every(
        connection,
        f"SELECT {_SHOWN} FROM auth.api_keys"  # noqa: S608 - fixed columns
        f" WHERE {_WITHIN} AND (%(after)s::bigint IS NULL OR id < %(after)s)"
        " ORDER BY id DESC LIMIT %(most)s",
        (wanted or Wanted()).values(),
    )


def revoke(connection: Conn, number: int) -> bool:
    """Take a key out of force now; False when there is none in force of that number."""
    row = connection.execute(
        "UPDATE auth.api_keys SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL"
        " RETURNING 1", (number,),
    ).fetchone()  # fmt: skip
    return row is not None


def grant(connection: Conn, subject: str, role: str, divisions: Sequence[str], by: str) -> None:
    """Give a person who comes by OIDC a role within divisions."""
    connection.execute(
        "INSERT INTO auth.grants (subject, role, divisions, granted_by) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (subject) DO UPDATE SET role = excluded.role, active = true,"
        "  divisions = excluded.divisions, granted_by = excluded.granted_by, granted_at = now()",
        (subject, role, list(divisions), by),
    )


def withdraw(connection: Conn, subject: str) -> bool:
    """Take a grant out of force; False when there is none in force."""
    row = connection.execute(
        "UPDATE auth.grants SET active = false WHERE subject = %s AND active RETURNING 1",
        (subject,),
    ).fetchone()
    return row is not None


_GRANT: Final = "SELECT subject, role, divisions, granted_by, granted_at FROM auth.grants"


def grants(connection: Conn, wanted: Wanted | None = None) -> list[dict[str, Any]]:
    """Grants in force, by subject."""
    return records.every(
        connection,
        f"{_GRANT} WHERE active AND {_WITHIN}"
        " AND (%(after)s::text IS NULL OR subject > %(after)s) ORDER BY subject LIMIT %(most)s",
        (wanted or Wanted()).values(),
    )


def granted(connection: Conn, subject: str) -> dict[str, Any] | None:
    """The grant of a person, while it is active."""
    return records.first(connection, f"{_GRANT} WHERE subject = %s AND active", (subject,))
