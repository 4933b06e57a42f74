"""Backup and restore with pg_dump, and the proof that nothing was lost: digests of every table."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from geomujun.errors import ConflictError, DataError, MachineError
from geomujun.lang import t
from geomujun.storage.binaries import environment
from geomujun.storage.migrate import holds_ours
from geomujun.storage.schema.base import METADATA
from geomujun.storage.target import APP_ROLE, Conn, Target, connect

_ENV: Final = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER",
               "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE",
               "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip

_POSTGIS: Final = re.compile(r" EXTENSION |TABLE DATA \w+ spatial_ref_sys ")  # not ours to restore


def digests(connection: Conn) -> dict[str, str]:
    """By table, its rows and a digest of their content; the order of rows does not matter."""
    out = {}
    for table in sorted(METADATA.tables):
        schema, name = table.split(".")
        there = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
        if not there or there[0] is None:  # a database of an earlier revision
            continue
        row = connection.execute(
            sql.SQL(
                "SELECT count(*), coalesce(md5(string_agg(m, '' ORDER BY m)), '')"
                " FROM (SELECT md5(t::text) AS m FROM {} AS t) AS s"
            ).format(sql.Identifier(schema, name))
        ).fetchone()
        out[table] = f"{row[0]}:{row[1]}" if row else ""
    return out


def backup(target: Target, tools: Path, file: Path) -> dict[str, str]:
    """Dump a database to ``file``, and the digests of its tables to ``file``.json.

    Both see one moment. The file appears under its name when it is whole; both are for their owner
    alone, since a dump holds what persons own.

    Raises:
        ConflictError: the file is there already.
        MachineError: pg_dump fails.
    """
    if file.exists():
        raise ConflictError(t("文件已存在", "the file exists"), where=str(file))
    part = file.with_name(file.name + ".part")
    with connect(target) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = str(row[0]) if row else ""
        found = digests(connection)
        _run(target, [tools / "pg_dump", "-Fc", "--no-owner", f"--snapshot={snapshot}",
                      "-f", part])  # fmt: skip
    note = {"database": target.label, "tables": found}
    beside = file.with_name(file.name + ".json")
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(note, indent=1) + "\n", "utf-8")
    part.replace(file)
    return found


def restore(target: Target, tools: Path, file: Path, name: str) -> dict[str, str]:
    """Restore a dump into a new database and compare its tables with the digests beside it.

    An empty database of that name is taken as it is, so that somebody may restore who may make
    neither databases nor extensions.

    Args:
        target: Any database of the cluster; not touched.
        tools: Folder of pg_restore.
        file: The dump, with ``file``.json beside it.
        name: The database to make, or one without any table of ours.

    Raises:
        ConflictError: there is such a database, and it is not empty.
        DataError: the dump, or what came out of it, is not what was put in.
    """
    expected = _expected(file)
    fresh = target.database(name)
    with connect(target, autocommit=True) as connection:
        if not _there(connection, name):
            _make_database(connection, name)
    with connect(fresh, autocommit=True) as connection:
        _begin(connection, name)
    listed = _run(fresh, [tools / "pg_restore", "--list", file])
    ours = "".join(f"{line}\n" for line in listed.splitlines() if not _POSTGIS.search(line))
    _run(fresh, [tools / "pg_restore", "--no-owner", "--single-transaction",
                 "--use-list=/dev/stdin", "-d", name, file], ours)  # fmt: skip
    with connect(fresh) as connection:
        found = digests(connection)
    wrong = sorted(table for table in expected if found.get(table) != expected[table])
    if wrong:
        raise DataError(
            t("恢复的内容与备份时不同：{w}", "restored tables differ: {w}", w=", ".join(wrong)),
            where=str(file),
        )
    return found


def _expected(file: Path) -> dict[str, str]:
    try:
        note: dict[str, Any] = json.loads(file.with_name(file.name + ".json").read_text("utf-8"))
        return {str(k): str(v) for k, v in note["tables"].items()}
    except (OSError, ValueError, KeyError) as e:
        raise DataError(
            t("备份旁边没有摘要文件", "the digests beside the dump are missing"),
            where=f"{file}.json",
        ) from e


def _there(connection: Conn, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    return found.fetchone() is not None


def _make_database(connection: Conn, name: str) -> None:
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name)
            )
        )
    except psycopg.errors.InsufficientPrivilege as e:
        raise MachineError(
            t("没有建库的权限", "no right to make a database"),
            hint=t("请数据库管理员建一个装好 postgis 的空库 {n}，再做一次",
                   "have the administrator make an empty database {n} with postgis, then again",
                   n=name),
        ) from e  # fmt: skip


def _begin(connection: Conn, name: str) -> None:
    """What a dump needs of the cluster: an empty database, PostGIS, the application's role."""
    if holds_ours(connection):
        raise ConflictError(
            t("已有名为 {n} 的库，且不是空的", "there is a database {n}, not empty", n=name),
            hint="--as NAME",
        )
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
        if not role.fetchone():
            connection.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN NOINHERIT")
    except psycopg.errors.InsufficientPrivilege as e:
        raise MachineError(
            t("缺 postgis 扩展或角色 {r}，又没有建它的权限",
              "postgis or the role {r} is missing, and there is no right to make it", r=APP_ROLE),
            hint=f"CREATE EXTENSION postgis; CREATE ROLE {APP_ROLE} NOLOGIN NOINHERIT",
        ) from e  # fmt: skip


def replace(target: Target, name: str, put_aside: str) -> None:
    """Give a restored database the place of the present one, which keeps another name.

    Raises:
        MachineError: somebody still works on one of them.
    """
    info = psycopg.conninfo.conninfo_to_dict(target.conninfo)
    present = str(info["dbname"])
    with connect(target.database("postgres"), autocommit=True) as connection:
        try:
            for old, new in ((present, put_aside), (name, present)):
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(old), sql.Identifier(new)
                    )
                )
        except psycopg.errors.ObjectInUse as e:
            raise MachineError(
                t("库正在使用，先停服务", "the database is in use: stop the service first")
            ) from e


def _run(target: Target, command: list[str | Path], told: str = "") -> str:
    """What a client program prints; no list of processes shows a password, no other reads files."""
    info = psycopg.conninfo.conninfo_to_dict(target.conninfo)
    env = {**environment(), **{_ENV[k]: str(v) for k, v in info.items() if k in _ENV and v}}
    try:
        done = subprocess.run(  # noqa: S603 - programs of PostgreSQL, no shell
            [str(w) for w in command], capture_output=True, text=True, check=False, input=told,
            umask=0o077, env={**env, "PATH": os.environ.get("PATH", "")},
        )  # fmt: skip
    except OSError as e:
        raise MachineError(str(e), where=Path(command[0]).name) from e
    if done.returncode != 0:
        raise MachineError(
            t("{p} 失败", "{p} failed", p=Path(command[0]).name), hint=done.stderr.strip()[-400:]
        )
    return done.stdout
