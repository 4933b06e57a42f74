"""Room on the disk of the database, looked at before work that would surely not fit.

Only where the server is on this machine (a unix socket) and lets its folder be known. What is asked
for is the least a write takes: indexes and the log of the server come on top, so that a disk that
passes may still fill up; then the server refuses and the transaction leaves no trace.
"""

from __future__ import annotations

import shutil
from typing import Any

from psycopg import errors as pg

from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.storage.target import Conn


def check(connection: Conn, wanted: int) -> None:
    """Refuse work for which the disk has no room.

    Args:
        connection: In a transaction, or in autocommit.
        wanted: Bytes it takes at least.

    Raises:
        MachineError: less is free.
    """
    free = _free(connection)
    if free is not None and free < wanted:
        raise MachineError(
            t("数据库所在磁盘空间不足：至少需要 {w} MB，只剩 {f} MB；什么也没有写入",
              "no room on the database's disk: {w} MB at least, {f} MB are free; nothing written",
              w=-(-wanted >> 20), f=free >> 20),
            hint=t("清理磁盘，或把数据库移到更大的磁盘，然后重做",
                   "make room, or move the database to a larger disk, then do it again"),
        )  # fmt: skip


def of_newest_edition(connection: Conn) -> int:
    """Bytes of the newest edition's tables, indexes included; 0 when there is none."""
    row = connection.execute(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'pub'"
        "  AND c.relkind = 'r' AND c.relname ~"
        "   ('_e' || (SELECT max(number) FROM pub.editions)::text || '$')"
    ).fetchone()
    return int(row[0]) if row else 0


def _free(connection: Conn) -> int | None:
    """Free bytes where the database's tables lie; None when that cannot be known."""
    if not (connection.info.host or "").startswith("/"):
        return None
    row: Any
    try:
        with connection.transaction():  # a refusal must not end the caller's
            row = connection.execute(
                "SELECT coalesce(nullif(pg_tablespace_location(dattablespace), ''),"
                " current_setting('data_directory')) FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
    except pg.InsufficientPrivilege:
        return None
    try:
        return shutil.disk_usage(str(row[0])).free
    except OSError:  # the server's folder is not ours to look at
        return None
