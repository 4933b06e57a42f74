"""All files of one run (CONTRACT §4), written together or not at all.

    OUT/  tables/*.csv · result.gpkg · report.xlsx · map.html (map/*.html)
          review_queue.csv · run.json

Persons are masked first, whatever the caller gives. CSV cells that a spreadsheet would run as a
formula get an apostrophe (see `frames.guarded`); codes are never touched.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from geomujun_maps.folium_map import write_map

from geomujun.export import geopackage, parallel, workbook
from geomujun.export.folder import MADE_BY, staged
from geomujun.export.frames import OUTPUTS, fields_of, ordered, write_csv
from geomujun.export.masking import masked
from geomujun.export.result import Result
from geomujun.lang import get_lang, set_lang, t

Progress = Callable[[str], None]
Done = Callable[[str, float], None]
Beside = Callable[[Result, Path], object]
TABLES_READY: Final = "tables_ready"  # the CSV tables and the GeoPackage are there


def write(
    result: Result,
    out: Path,
    *,
    progress: Progress | None = None,
    done: Done | None = None,
    beside: Beside | None = None,
    workers: int = 1,
) -> None:
    """Write everything of a run to ``out``.

    Args:
        result: The run; persons in it are masked here.
        out: Folder to make. An earlier run of ours, or an empty folder, is replaced once all is
            written; files other people put there stay.
        progress: Told the name of each step, and "" when only run.json is left.
        done: Told the seconds of each step (tables, geopackage, map, workbook) as it ends, and
            those until the CSV tables and the GeoPackage are there (``TABLES_READY``).
        beside: Called with the masked result and the folder, to write more files there.
        workers: Files written at the same time, each by a process of its own; the bytes do not
            depend on it.

    Raises:
        UsageError: ``out`` holds something that is not ours.
        MachineError: ``out`` cannot be written, or a writing process was killed.
    """
    before = get_lang()
    set_lang(result.lang)
    try:
        with staged(out) as folder:
            shown = masked(result)
            told = _Told(progress or _silent, done or _untimed)
            parallel.do(_steps(shown, folder, beside), workers, told.started, told.finished)
            told.progress("")
            _write_run(shown, folder)
    finally:
        set_lang(before)


def _silent(step: str) -> None:
    """No one listens."""


def _untimed(step: str, seconds: float) -> None:
    """No one takes the time."""


class _Told:
    """Passes on which step begins and ends."""

    def __init__(self, progress: Progress, done: Done) -> None:
        self.progress, self.done = progress, done
        self.begun = time.perf_counter()
        self.first = {"tables", "geopackage"}

    def started(self, step: parallel.Step) -> None:
        self.progress(step.title)

    def finished(self, step: parallel.Step, seconds: float) -> None:
        self.done(step.name, seconds)
        if step.name in self.first:
            self.first.remove(step.name)
            if not self.first:
                self.done(TABLES_READY, time.perf_counter() - self.begun)


def _steps(result: Result, folder: Path, beside: Beside | None) -> list[parallel.Step]:
    """What is written, the tables and the GeoPackage first."""
    steps = [
        parallel.Step(
            "geopackage",
            t("写出 GeoPackage", "writing GeoPackage"),
            lambda: geopackage.write(result, folder / "result.gpkg"),
        ),
        parallel.Step(
            "tables", t("写出表格", "writing tables"), lambda: write_tables(result, folder)
        ),
        parallel.Step(
            "map", t("写出地图", "writing map"), lambda: write_map(result, folder / "map.html")
        ),
        parallel.Step(
            "workbook",
            t("写出工作簿", "writing workbook"),
            lambda: workbook.write(result, folder / "report.xlsx"),
        ),
    ]
    if beside:
        extra = t("写出供下次沿用的状态", "writing the state for the next run")
        steps.append(parallel.Step("state", extra, lambda: beside(result, folder)))
    return steps


def _write_run(result: Result, folder: Path) -> None:
    run = {"made_by": MADE_BY, **result.run}
    text = json.dumps(run, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def write_tables(result: Result, folder: Path) -> None:
    """The CSV tables of a masked result; the review queue stands at the top of ``folder``."""
    tables = folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    for name in OUTPUTS:
        target = folder if name == "review_queue" else tables
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(ordered(result, name), fields_of(result, name), file)
