"""`geomujun export`: published results as files for others."""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from geomujun.cli import console, store
from geomujun.cli.options import Json
from geomujun.cli.place import load_locality
from geomujun.cli.run_folder import told
from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.pipeline import site as sites
from geomujun.policy import locality as localities
from geomujun.settings import from_environment

app = typer.Typer(no_args_is_help=True, help="导出已发布的结果 · published results as files")


@app.callback()
def main() -> None:
    """导出已发布的结果 · published results as files."""


@app.command("site")
def site(
    out: Annotated[Path, typer.Option("--out", help="输出文件夹 · folder", metavar="DIR")],
    approval: Annotated[
        str, typer.Option("--approval", help="审图号 · approval number of the map")
    ] = "",
    internal: Annotated[
        bool,
        typer.Option("--internal-net", help="只放内网，不公开，无审图号 · not for the public"),
    ] = False,
    number: Annotated[
        int | None, typer.Option("--edition", min=1, help="发布号，默认最新 · edition")
    ] = None,
    as_json: Json = False,
) -> None:
    """把已发布的地图写成静态文件 · the published map as plain files for any web server."""
    given = _approval(approval, internal=internal)
    if sites.odd_approval(given):
        console.err(t("“{a}”不像审图号，请核对", "“{a}” does not look like 审图号", a=given))
    settings = from_environment()
    asked = sites.SiteAsked(out, given, store.actor(), number)
    locality = localities.load(load_locality(settings.locality))
    page = resources.files("geomujun_maps") / "site"
    with console.progress() as say:
        made = sites.export_site(
            store.ready(settings), asked, locality, page, lambda what: say(what, 0)
        )
    lines = [
        t("第 {n} 号发布写入 {o}", "edition {n} written to {o}", n=made.edition, o=out),
        t("地块 {p}，企业 {f}，因企业过少不显示的格 {w}",
          "{p} plots, {f} firms, {w} cells withheld for too few firms",
          p=made.plots, f=made.firms, w=made.withheld),
    ]  # fmt: skip
    about = {"edition": made.edition, "plots": made.plots, "firms": made.firms,
             "withheld": made.withheld, "files": made.files}  # fmt: skip
    told(about, lines, as_json)


def _approval(given: str, *, internal: bool) -> str:
    """The 审图号, asked for where somebody sits at the terminal.

    Raises:
        UsageError: there is none and nobody to ask, or both ways were named.
    """
    if given and internal:
        raise UsageError(t("--approval 和 --internal-net 只能用一个",
                           "either --approval or --internal-net"))  # fmt: skip
    if given or internal:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt(t("审图号", "approval number of the map (审图号)")))
    raise UsageError(
        t("公开的地图要有审图号", "a public map needs an approval number (审图号)"),
        hint="--approval 浙S(9999)99号 | --internal-net",
    )
