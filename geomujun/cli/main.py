"""Entry point: the command tree, the language, and the one place that catches our errors.

stdout is for results, stderr for people. Exit codes are those of `geomujun.errors`.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated, Any, Final, cast

import typer
from typer import rich_utils

from geomujun import __version__
from geomujun.cli.console import err
from geomujun.cli.lazy import LazyGroup, add_stand_ins
from geomujun.errors import GeomujunError, MachineError, UsageError
from geomujun.lang import set_lang, t
from geomujun.settings import from_environment

rich_utils.ARGUMENTS_PANEL_TITLE = "参数 · arguments"
rich_utils.OPTIONS_PANEL_TITLE = "选项 · options"
rich_utils.COMMANDS_PANEL_TITLE = "命令 · commands"
app = typer.Typer(
    name="geomujun",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=LazyGroup,
    help="地企对应与亩均评价 · who really uses which industrial land, and what it yields per mu.",
)
add_stand_ins(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"geomujun {__version__}")
        raise typer.Exit


# The parser's own faults: `click.ClickException`, which newer typer brings along under its name.
ParserFault: Final = cast("type[Exception]", typer.BadParameter.__mro__[2])


@app.callback()
def main(
    lang: Annotated[
        str | None,
        typer.Option("--lang", help="zh | en (GEOMUJUN_LANG)", metavar="zh|en"),
    ] = None,
    version: Annotated[  # noqa: ARG001 - eager, handled by the callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 · version")
    ] = False,
) -> None:
    """地企对应与亩均评价 · parcels, enterprises and what they yield per mu."""
    if lang is not None:
        if lang not in ("zh", "en"):
            raise UsageError(f"--lang {lang!r}", hint="zh | en")
        set_lang("en" if lang == "en" else "zh")


def collect_rarely() -> None:
    """Look for cyclic garbage seldom: tables make none, and each look walks all their rows."""
    gc.set_threshold(100_000, 50, 50)


def run() -> None:
    """Run the command line; every error becomes two lines and its exit code."""
    collect_rarely()
    try:
        set_lang(from_environment().lang)
        code = app(standalone_mode=False)
    except GeomujunError as e:
        _complain(e)
        sys.exit(e.exit_code)
    except ParserFault as e:
        sys.exit(_misused(e))
    except BrokenPipeError:
        sys.exit(0)
    except OSError as e:
        _complain(MachineError(str(e), hint=t("看看磁盘空间和权限", "check disk space and rights")))
        sys.exit(MachineError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _misused(fault: Any) -> int:
    """A command line that cannot be understood; without any command, the help."""
    if type(fault).__name__ == "NoArgsIsHelpError":
        fault.show()
    else:
        path = fault.ctx.command_path if fault.ctx else "geomujun"
        _complain(UsageError(fault.format_message(), hint=f"{path} --help"))
    return UsageError.exit_code


def _complain(error: GeomujunError) -> None:
    label = t("错误", "error")
    for line in str(error).splitlines() or [""]:
        err(f"{label}: {line}")
    for where, what in error.errors:
        err(f"  {where}: {what}")
    if error.hint:
        err(f"{t('提示', 'hint')}: {error.hint}")
