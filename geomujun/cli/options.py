"""Arguments and options that several commands take, each with one wording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="用 JSON · as JSON")]
Quiet = Annotated[bool, typer.Option("--quiet", help="不显示进度 · no progress")]
Out = Annotated[Path, typer.Option("--out", help="输出文件夹 · output folder", metavar="DIR")]

CaseFolder = Annotated[Path, typer.Argument(help="案卷文件夹 · case folder", metavar="CASE")]
Result = Annotated[
    Path, typer.Argument(help="运行的输出文件夹 · folder of a run", metavar="RESULT")
]

SchemeId = Annotated[
    str, typer.Option("--scheme", help="评价方案 id 或 YAML 文件 · scheme id or file", metavar="ID")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="对应关系的日期 · day of the links", metavar="DATE")
]
MergeGroups = Annotated[
    bool, typer.Option("--merge-groups", help="母子公司合并评价 · evaluate parents with children")
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        min=1,
        max=256,
        help="同时用几个进程，结果不变 · processes at a time; same results",
    ),
]
WeightsFile = Annotated[
    Path | None,
    typer.Option("--weights", help="本地权重（geomujun learn）· weights of the county"),
]
