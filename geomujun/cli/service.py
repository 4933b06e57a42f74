"""`geomujun load`, `publish` and `edition`: the main job kept in PostGIS."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from geomujun.cli import console, store
from geomujun.cli.options import (
    AsOf,
    CaseFolder,
    Json,
    MergeGroups,
    Quiet,
    SchemeId,
    WeightsFile,
    Workers,
)
from geomujun.cli.place import load_locality
from geomujun.cli.run_case import parse_day
from geomujun.cli.run_folder import told
from geomujun.cli.scheme import load_scheme
from geomujun.intake.verdict import attention_lines
from geomujun.lang import t
from geomujun.pipeline import compare
from geomujun.pipeline import load as loading
from geomujun.pipeline import publish as publishing
from geomujun.pipeline.learning import read_weights
from geomujun.settings import from_environment
from geomujun.storage import editions
from geomujun.storage.target import connect

edition = typer.Typer(no_args_is_help=True, help="已发布的结果 · publications")
Number = Annotated[int, typer.Argument(min=1, help="发布号 · number", metavar="N")]


def load(
    case: CaseFolder,
    scope: Annotated[
        str,
        typer.Option("--scope", help="只替换这个行政区划的数据 · division", metavar="CODE"),
    ] = "",
    partial: Annotated[
        bool,
        typer.Option("--partial", help="文件里没有的行仍有效 · rows not in the files stay"),
    ] = False,
    valid_on: Annotated[
        str | None,
        typer.Option("--valid-on", help="数据自哪天起有效，默认今天 · day", metavar="DATE"),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """把一个案卷导入 PostGIS：全部导入或不留痕迹 · load a case, whole or not at all."""
    today = datetime.now(UTC).astimezone().date()
    day = parse_day(valid_on, today.year) if valid_on else today
    asked = loading.Load(case, store.actor(), day, scope, partial)
    with console.progress(quiet or as_json) as say:
        done = loading.load(store.ready(), asked, say)
    changes = {stem: asdict(c) for stem, c in sorted(done.changes.items())}
    told({"load": done.number, "changes": changes, "unchanged": done.same}, _load_lines(done),
         as_json)  # fmt: skip


def _load_lines(done: loading.Loaded) -> list[str]:
    if not done.number:
        return [
            t("这些文件已在库中，没有变化", "these files are in force already; nothing changed")
        ]
    lines = [f"! {line}" for line in attention_lines(done.files)]
    lines.append(t("第 {n} 次导入", "load {n}", n=done.number))
    for stem, c in sorted(done.changes.items()):
        lines.append(
            t(
                "  {s}：新增 {a}，修改 {c}，终止 {e}，不变 {k}",
                "  {s}: {a} added, {c} changed, {e} ended, {k} the same",
                s=stem, a=c.added, c=c.changed, e=c.ended, k=c.same,
            )
        )  # fmt: skip
    return lines


def publish(  # noqa: PLR0913, PLR0917 - one argument per option; typer passes names
    year: Annotated[int, typer.Argument(min=1990, max=2100, help="年度 · year", metavar="YEAR")],
    scheme: SchemeId = "zhejiang-2022",
    as_of: AsOf = None,
    merge_groups: MergeGroups = False,
    workers: Workers = 2,
    weights: WeightsFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """计算并生成一个新的发布（草稿） · run the engine and keep a new edition, as a draft."""
    asked = publishing.Publication(
        year=year,
        scheme=load_scheme(scheme, year),
        as_of=parse_day(as_of, year),
        actor=store.actor(),
        merge_groups=merge_groups,
        locality=load_locality(from_environment().locality),
        workers=workers,
        weights=read_weights(weights) if weights else None,
    )
    with console.progress(quiet or as_json) as say:
        done = publishing.publish(store.ready(), asked, say)
    told(
        {"edition": done.number, "tiles": done.tiles, **done.result.run},
        [
            *(f"! {line}" for line in done.result.run["attention"]),
            t("第 {n} 号发布已生成（草稿），瓦片 {k} 幅", "edition {n} is a draft; {k} tiles",
              n=done.number, k=done.tiles),
            t("下一步：geomujun edition advance {n} objection",
              "next: geomujun edition advance {n} objection", n=done.number),
        ],
        as_json,
    )  # fmt: skip


@edition.command("list")
def listing(as_json: Json = False) -> None:
    """全部发布、状态和经手人 · all editions, their states and who brought them there."""
    with connect(store.ready(), "app") as connection:
        rows = editions.listing(connection)
    told({"editions": rows}, [_edition_line(r) for r in rows], as_json)


def _edition_line(row: dict[str, Any]) -> str:
    shown = f" [{', '.join(row['channels'])}]" if row["channels"] else ""
    return (
        f"{row['number']}  {row['year']}  {row['state']}{shown}  {row['scheme_id']}"
        f"  {row['built_at']:%Y-%m-%d %H:%M}  {row['built_by']}  {row['title']}"
    )


@edition.command("advance")
def advance(
    number: Number,
    state: Annotated[str, typer.Argument(help="objection | approved | published | withdrawn")],
    note: Annotated[str, typer.Option("--note", help="说明 · note")] = "",
    as_json: Json = False,
) -> None:
    """转到下一状态：征求异议、审定、发布、撤回 · bring an edition to its next state."""
    publishing.advance(store.ready(), number, state, store.actor(), note)
    told({"edition": number, "state": state}, [f"{number}: {state}"], as_json)


@edition.command("diff")
def diff(
    before: Number,
    after: Annotated[int, typer.Argument(min=1, help="与哪一号比 · with", metavar="M")],
    as_json: Json = False,
) -> None:
    """两个发布之间对应、面积、等级的差别及原因 · links, areas, grades that differ, and why."""
    found = compare.compare(store.ready(), before, after)
    if as_json:
        told({k: compare.records(v) for k, v in found.tables().items()}, [], as_json=True)
        return
    told({}, compare.lines(found), as_json=False)


@edition.command("tables")
def tables(
    number: Number,
    out: Annotated[Path, typer.Option("--out", help="输出文件夹 · folder", metavar="DIR")],
    as_json: Json = False,
) -> None:
    """把一个发布的各表写成 CSV · write the tables of an edition as CSV."""
    done = compare.write_tables(store.ready(), number, out)
    told({"tables": done}, [str(out / name) for name in done], as_json)
