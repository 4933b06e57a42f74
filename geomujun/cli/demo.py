"""`geomujun demo`: make the demo county, run the whole job on it, say where to look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from geomujun.cli import console
from geomujun.cli.run_case import parse_day, report
from geomujun.cli.scheme import load_scheme
from geomujun.errors import MachineError, UsageError
from geomujun.lang import t
from geomujun.pipeline import reconcile

SCHEME: Final = "zhejiang-2022"
YEAR: Final = 2024


def demo(
    out: Annotated[
        Path, typer.Option("--out", help="输出文件夹 · output folder", metavar="DIR")
    ] = Path("geomujun-demo"),
    size: Annotated[
        str, typer.Option("--size", help="town | county", metavar="town|county")
    ] = "county",
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="只写文件 · only write files")
    ] = False,
) -> None:
    """生成演示县并完成全部工作 · make the demo county and do the whole job on it."""
    if size not in ("town", "county"):
        raise UsageError(
            t("没有这个规模：{s!r}", "no such size: {s!r}", s=size), hint="town | county"
        )
    make_county(out / "world", "town" if size == "town" else "county")
    job = reconcile.Job(
        folder=out / "world" / "case",
        out=out / "result",
        scheme=load_scheme(SCHEME, YEAR),
        year=YEAR,
        as_of=parse_day(None, YEAR),
    )
    with console.progress() as say:
        result = reconcile.run(job, say)
    report(result, out / "result", as_json=False)
    if not no_serve:
        console.err(
            t(
                "直接打开上面的文件即可；接口服务：geomujun serve --demo",
                "open the files above; the service: geomujun serve --demo",
            )
        )


def make_county(folder: Path, size: Literal["town", "county"]) -> None:
    """Make the invented county in a folder; its case is then in ``case``.

    Raises:
        MachineError: the generator is not installed.
    """
    try:
        # Imported here: the generator is no part of the service.
        from geomujun_demo import make
    except ImportError as e:
        raise MachineError(
            t("没有安装演示数据生成器", "the demo generator is not installed"),
            hint=t("在源码目录里运行 make setup", "run `make setup` in the source folder"),
        ) from e
    console.err(t("生成演示数据（虚构）……", "making the demo data (all invented) …"))
    make(folder, size=size)
