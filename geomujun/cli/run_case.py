"""`geomujun run`: the main job on a folder of files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from geomujun.cli import console
from geomujun.cli.options import (
    AsOf,
    CaseFolder,
    Json,
    MergeGroups,
    Out,
    Quiet,
    SchemeId,
    WeightsFile,
    Workers,
)
from geomujun.cli.place import load_locality
from geomujun.cli.scheme import load_scheme
from geomujun.cli.summary import summary_lines
from geomujun.errors import UsageError
from geomujun.export.result import Result
from geomujun.lang import t
from geomujun.pipeline import reconcile
from geomujun.pipeline.learning import read_weights
from geomujun.settings import from_environment

Year = Annotated[int, typer.Option("--year", min=1990, max=2100, help="年度 · year of the figures")]
DecisionsFile = Annotated[
    Path | None,
    typer.Option("--decisions", help="人工决定 JSONL · human decisions", metavar="FILE"),
]
Since = Annotated[
    Path | None,
    typer.Option(
        "--since",
        help="接着上次结果：沿用其统计量和权重，写出 diff.csv · go on from an earlier run",
        metavar="DIR",
    ),
]
ClosingsFile = Annotated[
    Path | None,
    typer.Option("--closings", help="已关闭的疑点 JSONL · closed findings", metavar="FILE"),
]


def parse_day(text: str | None, year: int) -> date:
    """The day of ``--as-of``, default 31 December of the year."""
    if text is None:
        return date(year, 12, 31)
    try:
        return date.fromisoformat(text)
    except ValueError as e:
        raise UsageError(
            t("日期写法不对：{v!r}", "not a date: {v!r}", v=text), hint="YYYY-MM-DD"
        ) from e


def run(  # noqa: PLR0913, PLR0917 - one argument per option of CONTRACT §1; typer passes names
    case: CaseFolder,
    out: Out,
    scheme: SchemeId,
    year: Year,
    decisions: DecisionsFile = None,
    as_of: AsOf = None,
    merge_groups: MergeGroups = False,
    workers: Workers = 2,
    since: Since = None,
    closings: ClosingsFile = None,
    weights: WeightsFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """对一个案卷文件夹做全部工作 · do the whole job on a case folder."""
    if since and weights:
        raise UsageError(
            t(
                "--since 沿用上次的权重，不能再给 --weights",
                "--since keeps the weights of that run",
            ),
        )
    job = reconcile.Job(
        folder=case,
        out=out,
        scheme=load_scheme(scheme, year),
        year=year,
        as_of=parse_day(as_of, year),
        decisions=decisions,
        merge_groups=merge_groups,
        locality=load_locality(from_environment().locality),
        workers=workers,
        since=since,
        closings=closings,
        weights=read_weights(weights) if weights else None,
    )
    with console.progress(quiet or as_json) as say:
        result = reconcile.run(job, say)
    report(result, out, as_json)


def report(result: Result, out: Path, as_json: bool) -> None:
    """The closing summary: JSON on stdout, or lines a person can read."""
    if as_json:
        console.out(json.dumps({"out": str(out), **result.run}, ensure_ascii=False, sort_keys=True))
        return
    for line in summary_lines(result, out):
        console.out(line)
