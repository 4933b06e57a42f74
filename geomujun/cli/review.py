"""`geomujun review` and `geomujun audit`: people's decisions, and the log of who did what."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from geomujun.cli import console, store
from geomujun.cli.options import Json
from geomujun.cli.run_folder import told
from geomujun.errors import DataError, UsageError
from geomujun.lang import t
from geomujun.pipeline import review as reviewing
from geomujun.pipeline import sheet
from geomujun.pipeline.incoming import read_sheet
from geomujun.policy import rights
from geomujun.settings import from_environment
from geomujun.storage import audit, decisions, editions, worklist
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Conn, connect

app = typer.Typer(no_args_is_help=True, help="人工复核 · decisions of people")
audit_app = typer.Typer(no_args_is_help=True, help="审计 · the audit log")
Parcel = Annotated[str, typer.Argument(help="宗地代码 · parcel", metavar="PARCEL")]
Firm = Annotated[str, typer.Argument(help="信用代码 · firm", metavar="USCC")]


@app.command("list")
def listing(
    year: Annotated[int | None, typer.Option("--year", help="年度，默认最新 · year")] = None,
    division: Annotated[
        str, typer.Option("--division", help="行政区划前缀 · division prefix", metavar="CODE")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    as_json: Json = False,
) -> None:
    """复核清单，按次序 · the review queue, in order."""
    with connect(store.ready(), "app") as connection:
        number = _newest(connection, year)
        rows = worklist.items(connection, worklist.Wanted(number, [division], limit=limit))
    lines = [
        f"{r['row_no']}  {r['parcel_code']}  {r['uscc']}  {r['question']}"
        + (f"  [{r['decided']}]" if r["decided"] else "")
        for r in rows
    ]
    told({"edition": number, "items": rows}, lines, as_json)


@app.command("decide")
def decide(  # noqa: PLR0913, PLR0917 - one argument per option; typer passes names
    parcel_code: Parcel,
    uscc: Firm,
    verdict: Annotated[str, typer.Argument(help="same | different | unsure")],
    reason: Annotated[str, typer.Option("--reason", help="理由 · why")],
    relation: Annotated[str, typer.Option("--relation", help="OWN | LEASE | …")] = "",
    area_m2: Annotated[float | None, typer.Option("--area-m2", help="认定面积 · area")] = None,
    replaces: Annotated[
        int | None, typer.Option("--replaces", help="替换的决定编号 · decision it replaces")
    ] = None,
    as_json: Json = False,
) -> None:
    """对一对宗地与企业作决定 · decide on a parcel and an enterprise."""
    target = store.ready()
    with connect(target, "app") as connection:
        edition = _newest(connection, None)
        if not editions.knows(connection, edition, parcel_code, uscc):
            raise UsageError(
                t("第 {n} 号发布里没有宗地 {p} 或企业 {u}",
                  "edition {n} has no plot {p} or no enterprise {u}",
                  n=edition, p=parcel_code, u=uscc),
                hint="geomujun review list",
            )  # fmt: skip
    said = Opinion(
        parcel_code, uscc, verdict, store.actor(), relation, area_m2, reason,
        replaces=replaces, edition=edition,
    )  # fmt: skip
    done = reviewing.decide(target, said, two_persons=from_environment().two_persons)
    told({"kind": done.kind, "id": done.number}, [f"{done.kind} {done.number}"], as_json)


@app.command("export")
def export(
    out: Annotated[
        Path | None, typer.Option("--out", help="文件，默认标准输出 · file", metavar="FILE")
    ] = None,
) -> None:
    """全部决定写成 JSONL，一行一个 · all decisions as JSON Lines."""
    text = reviewing.export_lines(store.ready())
    if out is None:
        for line in text.splitlines():
            console.out(line)
        return
    out.write_text(text, encoding="utf-8", newline="\n")


@app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="JSONL 或 .xlsx · decisions", metavar="FILE")],
    as_json: Json = False,
) -> None:
    """读入决定：JSONL，或填好的复核表 · take decisions in: JSON Lines, or a filled sheet."""
    if file.suffix.lower() == ".xlsx":
        _take_sheet(file, as_json)
        return
    done = reviewing.import_lines(store.ready(), file, store.actor())
    found = {"added": done.added, "same": done.same, "older": done.older,
             "rejected": done.rejected}  # fmt: skip
    line = t("新增 {a}，已有 {s}，较旧未取 {o}，剔除 {r}",
             "{a} added, {s} there already, {o} older, {r} rejected",
             a=done.added, s=done.same, o=done.older, r=len(done.rejected))  # fmt: skip
    lines = [line, *(f"  {r['file']}:{r['row']} {r['field']} {r['reason']}" for r in done.rejected)]
    told(found, lines, as_json)


def _take_sheet(file: Path, as_json: bool) -> None:
    filled = read_sheet(file)
    who = sheet.Who(store.actor(), two_persons=from_environment().two_persons)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with connect(store.ready(), "app") as connection, connection.transaction():
        done = sheet.take_on(connection, filled, digest, who)
    line = t("{r} 行：决定 {d}，待第二人确认 {p}，早已如此 {s}，未填 {b}",
             "{r} rows: {d} decided, {p} wait for a second person, {s} the same, {b} blank",
             r=done.rows, d=done.decided, p=done.proposed, s=done.same, b=done.blank)  # fmt: skip
    told(asdict(done), [line], as_json)


@app.command("sheet")
def write_sheet(
    out: Annotated[Path, typer.Option("--out", help="工作簿 · workbook", metavar="FILE.xlsx")],
    town: Annotated[str, typer.Option("--town", help="只要这个镇街 · only this town")] = "",
    division: Annotated[
        str, typer.Option("--division", help="行政区划前缀 · division prefix", metavar="CODE")
    ] = "",
    year: Annotated[int | None, typer.Option("--year", help="年度，默认最新 · year")] = None,
    as_json: Json = False,
) -> None:
    """把复核清单写成工作簿，填好后用 import 读回 · the queue as a workbook, read back by import."""
    with connect(store.ready(), "app") as connection:
        number = _newest(connection, year)
        whose = rights.reader(store.actor(), "reviewer", [division])
        rows = sheet.write_queue(connection, number, whose, town, out)
    told({"edition": number, "rows": rows, "file": str(out)},
         [t("{n} 行写到 {o}", "{n} rows written to {o}", n=rows, o=out)], as_json)  # fmt: skip


def _newest(connection: Conn, year: int | None) -> int:
    number = editions.current(connection, year)
    if number is None:
        raise DataError(t("还没有发布", "there is no edition yet"), hint="geomujun publish YEAR")
    return number


@app.command("show")
def show(parcel_code: Parcel, uscc: Firm, as_json: Json = False) -> None:
    """一对的现行决定 · the decision in force on a pair."""
    with connect(store.ready(), "app") as connection:
        found = decisions.live(connection, parcel_code, uscc)
    lines = [f"{k}: {v}" for k, v in (found or {}).items() if v not in (None, "")]
    told({"decision": found}, lines or [t("没有决定", "none")], as_json)


@audit_app.command("verify")
def verify(as_json: Json = False) -> None:
    """逐行核对审计链 · walk the chain of the audit log."""
    with connect(store.ready(), "app") as connection:
        chain = audit.verify(connection)
    if chain.broken_at is not None:
        raise DataError(
            t("审计链在第 {n} 行断开", "the audit log is broken at row {n}", n=chain.broken_at)
        )
    line = t("{n} 行完整，末行摘要 {h}", "{n} rows, whole; the last is {h}",
             n=chain.rows, h=chain.last)  # fmt: skip
    told({"rows": chain.rows, "last": chain.last}, [line], as_json)
