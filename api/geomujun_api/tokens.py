"""Short-lived tokens for tools that cannot send a header: they stand in an address.

A token names a key and a time, signed with what is stored of the key (its SHA-256), so that
nothing more is stored, and revoking the key ends its tokens. It may read and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import Any, Final

from psycopg.rows import dict_row

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.policy import rights
from geomujun.policy.rights import READ, Reader
from geomujun_api.problems import UnknownReaderError
from geomujun_api.service import Service

LONGEST_S: Final = 12 * 3600
_TOKEN: Final = re.compile(r"([0-9]{1,15})\.([0-9]{10})\.([A-Za-z0-9_-]{43})")
_KEY: Final = (
    "SELECT id, sha256, subject, role, divisions, scopes FROM auth.api_keys WHERE id = %s"
    " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
)


def make(service: Service, reader: Reader, seconds: int) -> tuple[str, int]:
    """A token for a reader with a key, and when it ends (seconds since 1970).

    Raises:
        UsageError: the reader came by a bearer token of the OIDC issuer.
    """
    row = _row(service, reader.key) if reader.key is not None else None
    if row is None:
        raise UsageError(
            t("只能用接口密钥换取", "only a key of this service can be used"), hint="POST /v1/keys"
        )
    until = int(time.time()) + min(seconds, LONGEST_S)
    return f"{row['id']}.{until}.{_sign(row, until)}", until


def reader_of(service: Service, token: str) -> Reader:
    """Who made a token, with the right to read only.

    Raises:
        UnknownReaderError: it is none, has ended, or its key is out of force.
    """
    told = _TOKEN.fullmatch(token)
    row = _row(service, int(told[1])) if told and int(told[2]) > time.time() else None
    if told is None or row is None or not hmac.compare_digest(_sign(row, int(told[2])), told[3]):
        raise UnknownReaderError(t("地址里的令牌无效或已过期", "the token has ended or is none"))
    found = rights.reader(row["subject"], row["role"], row["divisions"], row["scopes"], row["id"])
    if READ not in found.rights:
        raise UnknownReaderError(t("地址里的令牌无效或已过期", "the token has ended or is none"))
    return Reader(found.subject, found.role, found.divisions, frozenset({READ}), found.key)


def _row(service: Service, number: int) -> dict[str, Any] | None:
    with service.reading() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_KEY, (number,)).fetchone()


def _sign(row: dict[str, Any], until: int) -> str:
    said = f"reconcile.{row['id']}.{until}".encode()
    made = hmac.new(bytes(row["sha256"]), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
