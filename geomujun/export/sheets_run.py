"""A run's output folder read back: tables/*.csv typed as the catalogue says, layers of result.gpkg.

Tables and layers are read when first asked for. Names of persons were masked when the run was
written, and stay so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from geomujun_maps import joined

from geomujun.domain.case import CRS, Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.errors import DataError
from geomujun.export.folder import MADE_BY
from geomujun.export.result import Result
from geomujun.lang import t

_GUARDED: Final = r"^'(?=[=+\-@\t\r])"  # what export.frames puts before a cell like a formula


class _Tables(Mapping[str, pd.DataFrame]):
    """Output tables by name, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, pd.DataFrame] = {}
        self._names = [n for n, spec in TABLES.items() if spec.role == "output"]

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = read_table(self._folder, name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(slots=True)
class RunFolder:
    """One finished run on disk."""

    path: Path
    run: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    as_of: date
    year: int
    _layers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    _links: list[pd.DataFrame] = field(default_factory=list)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """A layer of result.gpkg in EPSG:4490; an empty one when the run has none of that name."""
        if name not in self._layers:
            self._layers[name] = _layer(self.path / "result.gpkg", name)
        return self._layers[name]

    def links(self) -> pd.DataFrame:
        """Links with ``use`` = counted | review | other, the largest user of a plot first."""
        if not self._links:
            source = Result(self.tables, Case(), "", "", "", self.year, self.as_of, masked=True)
            self._links.append(joined.links(source))
        return self._links[0]

    def counted(self) -> pd.DataFrame:
        """Counted links."""
        links = self.links()
        return links[links["use"] == "counted"].reset_index(drop=True)

    def firms(self) -> pd.DataFrame:
        """Enterprises, index uscc, sorted: the layer's columns."""
        frame = pd.DataFrame(self.layer("enterprises").drop(columns="geometry"))
        for name in ("name", "former", "address", "industry", "size", "bucket", "grade"):
            frame[name] = joined.text(frame[name])
        return frame.drop_duplicates("uscc").set_index("uscc").sort_index()


def open_run(path: Path) -> RunFolder:
    """A run's output folder.

    Raises:
        DataError: the folder is no run of ours, or a file of it cannot be read.
    """
    try:
        run = json.loads((path / "run.json").read_text("utf-8"))
    except (OSError, ValueError) as e:
        raise _no_run(path) from e
    if not isinstance(run, dict) or run.get("made_by") != MADE_BY:
        raise _no_run(path)
    try:
        day = date.fromisoformat(str(run["as_of"]))
        year = int(run["year"])
    except (KeyError, TypeError, ValueError) as e:
        raise DataError(
            t("缺少 as_of 或 year", "as_of or year is missing"), where=str(path / "run.json")
        ) from e
    return RunFolder(path, run, _Tables(path / "tables"), day, year)


def _no_run(path: Path) -> DataError:
    return DataError(
        t("不是一次运行的输出文件夹", "not the output folder of a run"),
        where=str(path),
        hint=t("先运行 geomujun run 案卷 --out 文件夹", "first: geomujun run CASE --out FOLDER"),
    )


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """One CSV of a run, typed; columns the catalogue does not know are numbers (indicators).

    Raises:
        DataError: the file is missing or no table.
    """
    where = folder.parent if name == "review_queue" else folder
    path = where / f"{name}.csv"
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as e:
        raise DataError(
            t("读不出：{e}", "cannot be read: {e}", e=getattr(e, "strerror", None) or e),
            where=str(path),
        ) from e
    known = TABLES[name].by_name
    missing = [c for c in TABLES[name].key if c not in raw.columns]
    if missing:
        raise DataError(
            t("缺少列 {c}", "column {c} is missing", c=", ".join(missing)), where=str(path)
        )
    kinds = {c: known[c].kind if c in known else Kind.NUMBER for c in raw.columns}
    return pd.DataFrame({c: _typed(raw[c], kind) for c, kind in kinds.items()})


def _typed(cells: pd.Series, kind: Kind) -> pd.Series:
    if kind is Kind.TEXT:
        return cells.str.replace(_GUARDED, "", regex=True).astype("str")
    if kind is Kind.DATE:
        return pd.to_datetime(cells.where(cells != ""), errors="coerce").astype("datetime64[s]")
    numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce")
    return pd.Series(numbers.astype("Int64" if kind is Kind.INTEGER else "float64"))


def _layer(path: Path, name: str) -> gpd.GeoDataFrame:
    try:
        there = [str(row[0]) for row in pyogrio.list_layers(path)]
        if name in there:
            frame = pyogrio.read_dataframe(path, layer=name, use_arrow=True)
            return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    except (OSError, pyogrio.errors.DataSourceError) as e:
        raise DataError(t("读不出：{e}", "cannot be read: {e}", e=e), where=str(path)) from e
    return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=CRS)
