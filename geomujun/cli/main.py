"""Entry point: the command tree, the language, and the one place that catches our errors.

stdout is for results, stderr for people. Exit codes are those of `geomujun.errors`.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Annotated, Any, Final, cast

import typer

from geomujun import __version__
from geomujun.cli import doctor
from geomujun.cli.console import err
from geomujun.errors import GeomujunError, MachineError, UsageError
from geomujun.lang import set_lang, t
from geomujun.settings import from_environment

app = typer.Typer(
    name="geomujun",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="地企对应与亩均评价 · who really uses which industrial land, and what it yields per mu.",
)
app.command("doctor")(doctor.doctor)


@lru_cache(maxsize=1)
def add_commands() -> str:
    """Give the tree the commands that need the engine; the name of a missing package, or ""."""
    try:
        from geomujun.cli import (
            after_run,
            check,
            db,
            demo,
            explain,
            keys,
            learn,
            review,
            run_case,
            scheme,
            serve,
            service,
            simulate,
        )
    except ModuleNotFoundError as e:
        return e.name or str(e)
    app.command("demo")(demo.demo)
    app.command("check")(check.check)
    app.command("run")(run_case.run)
    after_run.add(app)
    app.command("explain")(explain.explain)
    app.command("learn")(learn.learn)
    app.command("simulate")(simulate.simulate)
    app.command("load")(service.load)
    app.command("publish")(service.publish)
    app.command("serve")(serve.serve)
    app.add_typer(scheme.app, name="scheme")
    app.add_typer(db.app, name="db")
    app.add_typer(keys.app, name="keys")
    app.add_typer(service.edition, name="edition")
    app.add_typer(review.app, name="review")
    app.add_typer(review.audit_app, name="audit")
    return ""


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


def run() -> None:
    """Run the command line; every error becomes two lines and its exit code."""
    try:
        set_lang(from_environment().lang)
        missing = add_commands()
        if missing and "doctor" not in sys.argv[1:]:
            raise MachineError(
                t("缺少 Python 包 {m}", "the Python package {m} is missing", m=missing),
                hint="make setup；geomujun doctor",
            )
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
    if error.hint:
        err(f"{t('提示', 'hint')}: {error.hint}")
