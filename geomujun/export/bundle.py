"""All files of one run (CONTRACT §4), written together or not at all.

    OUT/  tables/*.csv · result.gpkg · report.xlsx · map.html (map/*.html)
          review_queue.csv · run.json

Persons are masked first, whatever the caller gives. CSV cells that a spreadsheet would run as a
formula get an apostrophe (see `frames.guarded`); codes are never touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from geomujun_maps.folium_map import write_map

from geomujun.export import geopackage, workbook
from geomujun.export.folder import MADE_BY, staged
from geomujun.export.frames import OUTPUTS, as_text, fields_of, ordered
from geomujun.export.masking import masked
from geomujun.export.result import Result
from geomujun.lang import get_lang, set_lang, t

Progress = Callable[[str], None]


def write(
    result: Result,
    out: Path,
    *,
    progress: Progress | None = None,
    workers: int = 1,
) -> None:
    """Write everything of a run to ``out``.

    Args:
        result: The run; persons in it are masked here.
        out: Folder to make. An earlier run of ours, or an empty folder, is replaced once all is
            written; files other people put there stay.
        progress: Told the name of each step, and "" when only run.json is left.
        workers: Files written at the same time; the bytes do not depend on it.

    Raises:
        UsageError: ``out`` holds something that is not ours.
        MachineError: ``out`` cannot be written.
    """
    before = get_lang()
    set_lang(result.lang)
    try:
        with staged(out) as folder:
            _write_all(masked(result), folder, progress or _silent, workers)
    finally:
        set_lang(before)


def _silent(step: str) -> None:
    """No one listens."""


def _write_all(result: Result, folder: Path, progress: Progress, workers: int) -> None:
    steps: list[tuple[str, Callable[[], object]]] = [
        (t("写出表格", "writing tables"), lambda: write_tables(result, folder)),
        (
            t("写出 GeoPackage", "writing GeoPackage"),
            lambda: geopackage.write(result, folder / "result.gpkg"),
        ),
        (
            t("写出工作簿", "writing workbook"),
            lambda: workbook.write(result, folder / "report.xlsx"),
        ),
        (t("写出地图", "writing map"), lambda: write_map(result, folder / "map.html")),
    ]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        # The language is a context variable: each step runs in a copy of this context.
        waiting = [
            pool.submit(copy_context().run, _told, progress, name, step) for name, step in steps
        ]
        for done in waiting:
            done.result()
    progress("")
    run = {"made_by": MADE_BY, **result.run}
    text = json.dumps(run, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _told(progress: Progress, name: str, step: Callable[[], object]) -> None:
    progress(name)
    step()


def write_tables(result: Result, folder: Path) -> None:
    """The CSV tables of a masked result; the review queue stands at the top of ``folder``."""
    tables = folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    for name in OUTPUTS:
        cells = as_text(ordered(result, name), fields_of(result, name))
        target = folder if name == "review_queue" else tables
        cells.to_csv(target / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
