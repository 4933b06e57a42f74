"""Same inputs, same bytes: whatever the row order, place, locale and hash seed."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from geomujun.export.frames import OUTPUTS

CASE = Path(__file__).parents[1] / "cases" / "sample-town" / "case"
COMMAND = "from geomujun.cli.main import run; run()"


def run(case: Path | str, out: Path | str, cwd: Path, **env: str) -> None:
    """The main job in a process of its own."""
    args = ["run", str(case), "--out", str(out), "--scheme", "zhejiang-2022", "--year", "2024"]
    subprocess.run(
        [sys.executable, "-c", COMMAND, *args, "--quiet"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **env},
        cwd=cwd, check=True, capture_output=True,
    )  # fmt: skip


def tables(out: Path) -> dict[str, bytes]:
    files = [*sorted((out / "tables").glob("*.csv")), out / "review_queue.csv"]
    assert len(files) == len(OUTPUTS)
    return {f.name: f.read_bytes() for f in files}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("first") / "out"
    run(CASE, out, out.parent, PYTHONHASHSEED="0")
    return out


def test_two_runs_write_the_same_bytes_in_another_place_locale_and_hash_seed(
    first: Path, tmp_path: Path
) -> None:
    shutil.copytree(CASE, tmp_path / "elsewhere" / "case")
    run("elsewhere/case", "out", tmp_path, PYTHONHASHSEED="1", LC_ALL="C", TZ="Asia/Shanghai")
    assert tables(tmp_path / "out") == tables(first)


def test_a_utf8_locale_and_a_random_hash_seed_change_nothing(first: Path, tmp_path: Path) -> None:
    run(CASE, "out", tmp_path, PYTHONHASHSEED="random", LC_ALL="C.UTF-8", LANG="C.UTF-8", TZ="UTC")
    assert tables(tmp_path / "out") == tables(first)


def shuffled(case: Path, to: Path, seed: int) -> None:
    """A copy of a case whose files hold the same rows in another order."""
    to.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for path in sorted(case.iterdir()):
        if path.suffix == ".csv":
            head, *rows = path.read_bytes().splitlines(keepends=True)
            order = rng.permutation(len(rows))
            (to / path.name).write_bytes(head + b"".join(rows[i] for i in order))
        elif path.suffix == ".parquet":
            geo = path.stem == "buildings"
            frame = gpd.read_parquet(path) if geo else pd.read_parquet(path)
            frame.iloc[rng.permutation(len(frame))].to_parquet(to / path.name, index=False)
        elif path.suffix == ".xlsx":
            shuffle_sheet(path, to / path.name, rng)
        elif path.suffix == ".shp":
            shuffle_layer(path, to / path.name, rng)


def shuffle_sheet(path: Path, to: Path, rng: np.random.Generator) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        widths = [sum(v is not None for v in row) for row in rows]
        head = widths.index(max(widths))  # titles stand above the header
        body = rows[head + 1 :]
        for n, i in enumerate(rng.permutation(len(body)), head + 2):
            for column, value in enumerate(body[i], 1):
                sheet.cell(n, column).value = value
    book.save(to)


def shuffle_layer(path: Path, to: Path, rng: np.random.Generator) -> None:
    """Geometry bytes and texts as they are; GBK without a `.cpg`, as the original."""
    meta, _, shapes, values = pyogrio.raw.read(path, encoding="GB18030")
    order = rng.permutation(len(shapes))
    pyogrio.raw.write(
        to, shapes[order], [v[order] for v in values], meta["fields"],
        geometry_type=meta["geometry_type"], crs=meta["crs"], encoding="GB18030", driver="ESRI Shapefile",
    )  # fmt: skip
    to.with_suffix(".cpg").unlink()
    shutil.copy(path.with_suffix(".prj"), to.with_suffix(".prj"))


def without_rows(name: str, table: bytes) -> object:
    """The table as compared: row numbers of the inputs follow the order of the file, so they go."""
    if name == "rejects.csv":
        rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
        return sorted(row[:1] + row[2:] for row in rows)
    if name == "cross_check.csv":
        return re.sub(rb'""row"": ?\d+', b"", table)
    return table


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_in_every_file_changes_nothing(
    first: Path, tmp_path: Path, seed: int
) -> None:
    shuffled(CASE, tmp_path / "case", seed)
    assert (tmp_path / "case" / "enterprises.csv").read_bytes() != (
        CASE / "enterprises.csv"
    ).read_bytes()
    run(tmp_path / "case", "out", tmp_path, PYTHONHASHSEED=str(seed))
    ours, theirs = tables(tmp_path / "out"), tables(first)
    for name, table in theirs.items():
        assert without_rows(name, ours[name]) == without_rows(name, table), name
