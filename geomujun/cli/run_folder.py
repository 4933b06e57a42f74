"""What the commands on a finished run share: opening it, its case, and saying what was written."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomujun.cli import console
from geomujun.domain.case import Case
from geomujun.errors import DataError, SchemeError
from geomujun.evaluation.figures import pick
from geomujun.export.sheets_run import RunFolder
from geomujun.intake.reader import read_case
from geomujun.lang import t
from geomujun.matching.identity import settle
from geomujun.pipeline import planned
from geomujun.planning.plots import Ground
from geomujun.policy import schemes


def settled_case(folder: Path) -> Case:
    """The case of a run, with codes settled as the run settled them.

    Raises:
        DataError: a required file cannot be read.
    """
    return settle(read_case(folder).case).case


def ground_of(run: RunFolder, case: Case | None) -> Ground:
    """What planning reads; with the case, tax and energy of plots from the year's figures too."""
    return planned.ground_of(run, None if case is None else pick(case.indicators, run.year))


def text_of(path: Path) -> str:
    """A UTF-8 text file.

    Raises:
        SchemeError: it cannot be read.
    """
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise SchemeError(
            t("读不出：{e}", "cannot be read: {e}", e=getattr(e, "strerror", None) or e),
            where=str(path),
        ) from e


def indicator_labels(run: RunFolder) -> dict[str, str]:
    """Chinese names of the run's indicators; ids where its scheme is not packaged."""
    table = run.tables["enterprise_evaluation"]
    ids = [c.removesuffix("_score") for c in table.columns if c.endswith("_score")]
    try:
        scheme = schemes.load(str(run.run["scheme"]["id"]), run.year)
    except (DataError, KeyError, TypeError):
        return {i: i for i in ids}
    return {i: scheme.label(i) for i in ids}


def stamp(run: RunFolder) -> datetime:
    """The time written into files: the run's day, so that the same run gives the same bytes."""
    return datetime(run.as_of.year, run.as_of.month, run.as_of.day)  # noqa: DTZ001


def told(found: Mapping[str, Any], lines: list[str], as_json: bool) -> None:
    """The result: JSON for programs, or lines for people."""
    if as_json:
        console.out(json.dumps(found, ensure_ascii=False, sort_keys=True, default=_plain))
        return
    for line in lines:
        console.out(line)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: missing values are null."""
    made: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", force_ascii=False, date_format="iso")
    )
    return made


def as_text(found: Mapping[str, Any]) -> str:
    """A result as indented JSON, keys sorted."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=2, default=_plain)


@contextmanager
def solver_quiet() -> Iterator[None]:
    """Keep stdout for results while the solver works.

    HiGHS (as scipy 1.17 ships it) prints a stray line from C whenever it repairs a solution, so
    the descriptor itself is turned away and C's own buffer emptied before it is turned back.
    """
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # no stdout at all: nothing to keep clean
        yield
        return
    away = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(away, 1)
        yield
    finally:
        _flush_c()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(away)


def _flush_c() -> None:
    """Empty the buffers of C's stdio."""
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    library.fflush(None)
