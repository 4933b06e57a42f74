"""Which PostGIS is meant, and connections to it that have looked at whom they reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Literal
from urllib.parse import urlsplit

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.storage.binaries import OLDEST

APP_ROLE: Final = "geomujun_app"  # no UPDATE or DELETE on decisions and audit
Access = Literal["owner", "app"]
Conn = Connection[TupleRow]
_DRIVER_PREFIX: Final = "postgresql+psycopg://"


@dataclass(frozen=True, slots=True)
class Target:
    """A database: how to reach it, and which cluster it must be.

    ``identity`` is the cluster's system identifier, "" where it is not ours to know.
    """

    conninfo: str = field(repr=False)
    label: str
    identity: str = ""

    def database(self, name: str) -> Target:
        """Another database of the same cluster."""
        info = psycopg.conninfo.make_conninfo(self.conninfo, dbname=name)
        return Target(info, self.label, self.identity)


class _Told(Connection[TupleRow]):
    """A connection whose block ends in our words when the server fails: no space, gone, a limit.

    Only the server's first line is passed on: details may hold what stands in a row.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        except psycopg.Error as e:
            raise _failed(e) from e
        if isinstance(error, psycopg.Error):
            raise _failed(error) from error


def _failed(error: psycopg.Error) -> MachineError:
    if isinstance(error, psycopg.errors.DiskFull):
        return full()
    said = error.diag.message_primary or (str(error).splitlines() or [""])[0]
    return MachineError(
        t("数据库出错：{e}", "the database failed: {e}", e=said),
        hint=t("看磁盘空间和数据库日志；geomujun db status",
               "look at disk space and the server's log; geomujun db status"),
    )  # fmt: skip


def full() -> MachineError:
    """That the server ran out of room; what it was told to write is undone."""
    return MachineError(
        t("数据库所在磁盘已满；这次的写入已全部撤销",
          "the database's disk is full; all was undone"),
        hint=t("清理磁盘，或把数据库移到更大的磁盘，然后重做",
               "make room, or move the database to a larger disk, then do it again"),
    )  # fmt: skip


def from_url(url: str) -> Target:
    """The database a URL names; the password stays out of the label.

    Raises:
        MachineError: it is no PostgreSQL URL.
    """
    url = url.replace(_DRIVER_PREFIX, "postgresql://", 1)
    parts = urlsplit(url)
    try:
        info = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        info = {}
    if not info or parts.scheme not in ("postgresql", "postgres"):
        raise MachineError(
            t("DATABASE_URL 不是 PostgreSQL 地址", "DATABASE_URL is no PostgreSQL URL"),
            hint="postgresql://user@host:5432/geomujun",
        )
    host = parts.hostname or info.get("host") or ""  # a socket's folder stands in the query
    return Target(url, f"{host}:{info.get('port') or 5432}{parts.path}")


def connect(target: Target, access: Access = "owner", *, autocommit: bool = False) -> Conn:
    """An open connection to the cluster that is meant, and to no other.

    Args:
        target: The database.
        access: ``app`` gives up all rights but those of the application.
        autocommit: Each statement for itself.

    Raises:
        MachineError: it cannot be reached, is another cluster, too old, or not in UTF-8.
    """
    try:
        connection = _Told.connect(
            target.conninfo, autocommit=True, connect_timeout=10, application_name="geomujun"
        )
    except psycopg.OperationalError as e:
        raise MachineError(
            t("连不上数据库", "the database cannot be reached"),
            where=target.label,
            hint="; ".join(w for w in (_why(e), target.identity and "geomujun db up") if w),
        ) from e
    try:
        _check(connection, target)
        if access == "app":
            connection.execute(f"SET ROLE {APP_ROLE}")
    except BaseException:
        connection.close()
        raise
    connection.autocommit = autocommit
    return connection


def _why(error: psycopg.Error) -> str:
    """The server's reason without the address line, which may name hosts and users."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rsplit("failed: ", 1)[-1] if lines else ""


def _check(connection: Conn, target: Target) -> None:
    if connection.info.server_version < OLDEST * 10_000:
        raise MachineError(
            t("PostgreSQL 版本过低：{v}", "PostgreSQL is too old: {v}",
              v=connection.info.server_version // 10_000),
            where=target.label, hint=f">= {OLDEST}",
        )  # fmt: skip
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise MachineError(
            t("库的编码是 {e}，应为 UTF8", "the database is in {e}, not UTF8", e=encoding),
            where=target.label,
            hint="CREATE DATABASE geomujun TEMPLATE template0 ENCODING 'UTF8'",
        )
    if target.identity and target.identity != system_identifier(connection):
        raise MachineError(
            t("连到的不是本程序的数据库集群，未写入", "another cluster answered; nothing written"),
            where=target.label,
            hint="geomujun db status",
        )


def system_identifier(connection: Conn) -> str:
    """The identifier the cluster was given when it was made."""
    row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    return str(row[0]) if row else ""
