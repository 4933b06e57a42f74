"""`geomujun db`: PostGIS by itself — up, down, status, upgrade, backup, restore."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from geomujun.cli import store
from geomujun.cli.console import err
from geomujun.cli.options import Json
from geomujun.cli.run_folder import told
from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.settings import Settings, from_environment
from geomujun.storage import backup as backups
from geomujun.storage import inputs, migrate
from geomujun.storage.target import Target, connect, from_url

app = typer.Typer(no_args_is_help=True, help="PostGIS 数据库 · the database")


def _target(settings: Settings) -> Target:
    """The server of DATABASE_URL as it is, or the private one, started and at this version."""
    return from_url(settings.database_url) if settings.database_url else store.ready(settings)


@app.command("up")
def up(as_json: Json = False) -> None:
    """启动私有 PostGIS（没有则建），并升级 · start the private PostGIS, made when missing."""
    settings = from_environment()
    target = _target(settings)
    if settings.database_url:
        migrate.upgrade(target)
    told({"database": target.label, "revision": migrate.head()},
         [t("数据库就绪：{d}", "the database is up: {d}", d=target.label)], as_json)  # fmt: skip


@app.command("down")
def down(as_json: Json = False) -> None:
    """停止私有 PostGIS · stop the private PostGIS."""
    settings = from_environment()
    if settings.database_url:
        raise MachineError(
            t("DATABASE_URL 的库不归本程序启停", "the server of DATABASE_URL is not ours to stop")
        )
    stopped = store.cluster(settings).down()
    line = t("已停止", "stopped") if stopped else t("本来就没有运行", "it did not run")
    told({"stopped": stopped}, [line], as_json)


@app.command("status")
def status(as_json: Json = False) -> None:
    """数据库是否可用、版本和行数 · whether it runs, its revision and rows."""
    settings = from_environment()
    found: dict[str, Any] = {"head": migrate.head()}
    if settings.database_url:
        target = from_url(settings.database_url)
        found |= {"kind": "url", "database": target.label}
    else:
        state = store.cluster(settings).status()
        found |= {"kind": "private", **asdict(state)}
        if not state.running:
            line = t("没有启动：geomujun db up", "not running: geomujun db up")
            told(found, [f"{state.home}: {line}"], as_json)
            return
        target = store.cluster(settings).existing()
    with connect(target) as connection:
        found["revision"] = migrate.revision(connection)
        if found["revision"] == found["head"]:
            found["rows"] = inputs.counts(connection)
    lines = [f"{k}: {v}" for k, v in found.items() if k != "rows"]
    lines += [f"  {k}: {v:,}" for k, v in found.get("rows", {}).items()]
    told(found, lines, as_json)


@app.command("upgrade")
def upgrade(as_json: Json = False) -> None:
    """把库的结构升级到本版本 · bring the schema to this version."""
    target = _target(from_environment())
    migrate.upgrade(target)  # views, functions and rights anew, also at the same revision
    told({"revision": migrate.head()}, [f"{target.label}: {migrate.head()}"], as_json)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="写到哪里 · the dump", metavar="FILE")],
    as_json: Json = False,
) -> None:
    """备份，并记下各表摘要 · dump the database and the digests of its tables."""
    settings = from_environment()
    target = store.ready(settings)
    found = backups.backup(target, store.tools(settings), file)
    line = t("已备份 {n} 张表：{f}", "{n} tables: {f}", n=len(found), f=file)
    told({"file": str(file), "tables": found}, [line], as_json)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 · the dump", metavar="FILE")],
    name: Annotated[
        str, typer.Option("--as", help="恢复成的库名 · name of the new database", metavar="NAME")
    ] = "geomujun_restored",
    swap: Annotated[
        bool, typer.Option("--replace", help="校验后换下现用的库 · take the present one's place")
    ] = False,
    as_json: Json = False,
) -> None:
    """恢复到新库并逐表核对 · restore into a new database and compare every table."""
    settings = from_environment()
    named = settings.database_url
    target = from_url(named) if named else store.cluster(settings).up()
    found = backups.restore(target, store.tools(settings), file, name)
    line = t("已恢复到 {d}，{n} 张表与备份时一致", "restored to {d}: {n} tables as backed up",
             d=name, n=len(found))  # fmt: skip
    if swap:
        aside = f"geomujun_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
        backups.replace(target, name, aside)
        err(t("原来的库改名为 {a}", "the former database is now {a}", a=aside))
    told({"database": name, "tables": found}, [line], as_json)
