"""Backup and restore with pg_dump, and the proof that nothing was lost: digests of every table."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from geomujun.errors import ConflictError, DataError, MachineError
from geomujun.lang import t
from geomujun.storage.binaries import environment
from geomujun.storage.schema.base import METADATA
from geomujun.storage.target import APP_ROLE, Conn, Target, connect

_ENV: Final = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER",
               "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE",
               "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip


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

    Both see one moment. The file appears under its name when it is whole.

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
    file.with_name(file.name + ".json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")
    part.replace(file)
    return found


def restore(target: Target, tools: Path, file: Path, name: str) -> dict[str, str]:
    """Restore a dump into a new database and compare its tables with the digests beside it.

    Args:
        target: Any database of the cluster; not touched.
        tools: Folder of pg_restore.
        file: The dump, with ``file``.json beside it.
        name: The database to make.

    Raises:
        ConflictError: there is such a database.
        DataError: the dump, or what came out of it, is not what was put in.
    """
    expected = _expected(file)
    with connect(target, autocommit=True) as connection:
        _make_database(connection, name)
    fresh = target.database(name)
    _run(fresh, [tools / "pg_restore", "--no-owner", "--exit-on-error", "-d", name, file])
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


def _make_database(connection: Conn, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        raise ConflictError(
            t("已有名为 {n} 的库", "there is a database {n}", n=name), hint="--as NAME"
        )
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name)
            )
        )
        there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
        if not there.fetchone():
            connection.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN NOINHERIT")
    except psycopg.errors.InsufficientPrivilege as e:
        raise MachineError(
            t("没有建库的权限", "no right to make a database"), hint="CREATEDB, CREATEROLE"
        ) from e


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


def _run(target: Target, command: list[str | Path]) -> None:
    """A client program; how to connect goes by environment, so that no list shows a password."""
    info = psycopg.conninfo.conninfo_to_dict(target.conninfo)
    env = {**environment(), **{_ENV[k]: str(v) for k, v in info.items() if k in _ENV and v}}
    try:
        done = subprocess.run(  # noqa: S603 - programs of PostgreSQL, no shell
            [str(w) for w in command], capture_output=True, text=True, check=False,
            env={**env, "PATH": os.environ.get("PATH", "")},
        )  # fmt: skip
    except OSError as e:
        raise MachineError(str(e), where=Path(command[0]).name) from e
    if done.returncode != 0:
        raise MachineError(
            t("{p} 失败", "{p} failed", p=Path(command[0]).name), hint=done.stderr.strip()[-400:]
        )
