"""Writing to people: stderr lines, and progress with stage names and row counts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geomujun.lang import t

STAGES = {
    "match": ("匹配", "matching"),
    "ledger": ("建台账", "keeping the ledger"),
    "evaluate": ("评价", "evaluating"),
    "check": ("互校", "cross-checking"),
    "write": ("写出", "writing"),
}


def err(text: str) -> None:
    """One line for people, on stderr; characters the terminal cannot show are replaced."""
    stream = sys.stderr
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def out(text: str) -> None:
    """One line of result, on stdout."""
    stream = sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def stage_name(stage: str) -> str:
    """A stage as people read it; file names stay."""
    head, _, rest = stage.partition(" ")
    zh, en = STAGES.get(head, (head, head))
    return rest or t(zh, en)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str, int], None]]:
    """A callback ``(stage, rows)``: a live line on a terminal, one line per stage elsewhere."""
    if quiet:
        yield lambda _stage, _rows: None
        return
    if not sys.stderr.isatty():
        yield _plain
        return
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("…", total=None)

        def show(stage: str, rows: int) -> None:
            bar.update(task, description=_line(stage, rows))

        yield show


def _line(stage: str, rows: int) -> str:
    count = t("（{n:,} 行）", " ({n:,} rows)", n=rows) if rows else ""
    return stage_name(stage) + count


def _plain(stage: str, rows: int) -> None:
    err(f"· {_line(stage, rows)}")
