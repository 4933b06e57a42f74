"""Keys of the API: made, replaced and taken back, each with its audit row."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from geomujun.errors import DataError, UsageError
from geomujun.lang import t
from geomujun.policy.rights import ROLES
from geomujun.storage import audit, keys
from geomujun.storage.target import Conn

PREFIX: Final = "gmj_"
LONGEST: Final = 366  # days a key may live
_HINT: Final = 10  # characters that are kept readable, of 47


@dataclass(frozen=True, slots=True)
class KeyFor:
    """Whom a key is for and what it may: a role within divisions, narrowed by scopes."""

    subject: str
    role: str
    divisions: Sequence[str]
    scopes: Sequence[str] = ()
    days: int = 90


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key, seen this once, and the row that is kept of it."""

    key: str
    row: dict[str, Any]


def digest(key: str) -> bytes:
    """SHA-256 of a key: all that is stored. Keys hold 256 random bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).digest()


def check(asked: KeyFor) -> None:
    """Refuse roles, scopes, divisions and lives that are none.

    Raises:
        UsageError: what is wrong.
    """
    if asked.role not in ROLES:
        raise UsageError(t("没有角色 {r}", "no role {r}", r=asked.role), hint="|".join(ROLES))
    beyond = sorted(set(asked.scopes) - ROLES[asked.role])
    if beyond:
        raise UsageError(
            t("角色 {r} 没有权限 {s}", "role {r} has no right {s}", r=asked.role, s=beyond[0]),
            hint="|".join(sorted(ROLES[asked.role])),
        )
    check_divisions(asked.divisions)
    if not asked.subject.strip():
        raise UsageError(t("没有写明密钥给谁", "for whom the key is, is missing"))
    if not 1 <= asked.days <= LONGEST:
        raise UsageError(
            t("有效期为 1–{n} 天", "a key lives 1 to {n} days", n=LONGEST), hint=str(asked.days)
        )


def check_divisions(divisions: Iterable[str]) -> None:
    """Division prefixes are digits, at most twelve; "" stands for all.

    Raises:
        UsageError: one is not, or there is none.
    """
    found = list(divisions)
    if not found:
        raise UsageError(t("没有写明行政区划", "no division is named"))
    for code in found:
        if code and not (code.isascii() and code.isdigit() and len(code) <= 12):
            raise UsageError(t("不是行政区划前缀：{c!r}", "no division prefix: {c!r}", c=code))


def issue_on(connection: Conn, asked: KeyFor, actor: str, replaces: int | None = None) -> Issued:
    """Make a key. The caller commits.

    Raises:
        UsageError: see `check`.
    """
    check(asked)
    key = PREFIX + secrets.token_urlsafe(32)
    row = keys.add(
        connection,
        keys.NewKey(
            digest(key), key[:_HINT], asked.subject, asked.role, asked.divisions, asked.scopes,
            actor, datetime.now(UTC) + timedelta(days=asked.days), replaces,
        ),
    )  # fmt: skip
    audit.record(
        connection, actor, "key", f"key/{row['id']}",
        {"role": asked.role, "divisions": list(asked.divisions), "rotated_from": replaces},
    )  # fmt: skip
    return Issued(key, row)


def rotate_on(connection: Conn, number: int, actor: str, days: int) -> Issued:
    """A new key with the rights of another, which is out of force from now on.

    Raises:
        DataError: no key of that number is in force.
    """
    old = keys.get(connection, number)
    if old is None or not keys.revoke(connection, number):
        raise DataError(t("没有有效的密钥 {n}", "no key {n} is in force", n=number))
    asked = KeyFor(old["subject"], old["role"], old["divisions"], old["scopes"], days)
    return issue_on(connection, asked, actor, number)


def revoke_on(connection: Conn, number: int, actor: str) -> None:
    """Take a key out of force.

    Raises:
        DataError: no key of that number is in force.
    """
    if not keys.revoke(connection, number):
        raise DataError(t("没有有效的密钥 {n}", "no key {n} is in force", n=number))
    audit.record(connection, actor, "revoke", f"key/{number}")


def grant_on(
    connection: Conn, subject: str, role: str, divisions: Sequence[str], actor: str
) -> None:
    """Give a person who comes by OIDC a role within divisions.

    Raises:
        UsageError: no such role, or no division.
    """
    check(KeyFor(subject, role, divisions))
    keys.grant(connection, subject, role, divisions, actor)
    audit.record(connection, actor, "grant", f"subject/{subject}",
                 {"role": role, "divisions": list(divisions)})  # fmt: skip


def withdraw_on(connection: Conn, subject: str, actor: str) -> None:
    """Take back the role of a person who comes by OIDC.

    Raises:
        DataError: there is no grant in force.
    """
    if not keys.withdraw(connection, subject):
        raise DataError(t("{s} 没有角色", "{s} has no role", s=subject))
    audit.record(connection, actor, "withdraw", f"subject/{subject}")
