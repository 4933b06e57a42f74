"""Entry point: the command tree, the language, and the one place that catches our errors.

stdout is for results, stderr for people. Exit codes are those of `geomujun.errors`.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from geomujun import __version__
from geomujun.cli import check, demo, doctor, run_case
from geomujun.cli.console import err
from geomujun.errors import GeomujunError, MachineError
from geomujun.lang import set_lang, t
from geomujun.settings import from_environment

app = typer.Typer(
    name="geomujun",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="地企对应与亩均评价 · who really uses which industrial land, and what it yields per mu.",
)
app.command("demo")(demo.demo)
app.command("check")(check.check)
app.command("run")(run_case.run)
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"geomujun {__version__}")
        raise typer.Exit


@app.callback()
def main(
    lang: Annotated[
        str, typer.Option("--lang", help="zh | en", envvar="GEOMUJUN_LANG", metavar="zh|en")
    ] = "zh",
    version: Annotated[  # noqa: ARG001 - eager, handled by the callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 · version")
    ] = False,
) -> None:
    """地企对应与亩均评价 · parcels, enterprises and what they yield per mu."""
    if lang not in ("zh", "en"):
        raise typer.BadParameter("zh | en", param_hint="--lang")
    set_lang("en" if lang == "en" else "zh")


def run() -> None:
    """Run the command line; every error of ours becomes two lines and its exit code."""
    try:
        set_lang(from_environment().lang)
        app()
    except GeomujunError as e:
        _complain(e)
        sys.exit(e.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as e:
        _complain(MachineError(str(e), hint=t("看看磁盘空间和权限", "check disk space and rights")))
        sys.exit(MachineError.exit_code)


def _complain(error: GeomujunError) -> None:
    label = t("错误", "error")
    for line in str(error).splitlines() or [""]:
        err(f"{label}: {line}")
    if error.hint:
        err(f"{t('提示', 'hint')}: {error.hint}")
