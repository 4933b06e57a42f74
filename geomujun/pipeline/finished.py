"""The output tables of a finished run, from its folder or from its result.gpkg alone.

Tables come as they were written: persons masked, numbers rounded. Nothing is computed again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyogrio

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.errors import DataError, UsageError
from geomujun.export.frames import typed
from geomujun.export.sheets_run import read_table
from geomujun.lang import t

Reader = Callable[[str], pd.DataFrame]


def reader_of(source: Path) -> Reader:
    """What reads an output table of the run at ``source`` by its name.

    Raises:
        UsageError: there is no such folder or file, or it holds no run.
    """
    if (source / "tables" / "links.csv").is_file():
        return lambda name: read_table(source / "tables", name)
    file = source / "result.gpkg" if source.is_dir() else source
    if file.is_file() and file.suffix.lower() == ".gpkg":
        return lambda name: _from_package(file, name)
    raise UsageError(
        t("这里没有运行结果", "there is no result of a run here"),
        where=str(source),
        hint="geomujun run CASE --out DIR …",
    )


def _from_package(path: Path, name: str) -> pd.DataFrame:
    """The table without geometry that the GeoPackage keeps under the same name."""
    try:
        raw = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError(
            t("读不出表 {n}", "table {n} cannot be read", n=name), where=str(path)
        ) from error
    specs = TABLES[name].by_name
    kinds = {c: specs[c].kind if c in specs else Kind.NUMBER for c in raw.columns}
    return pd.DataFrame({c: typed(_blank(raw[c], k), k) for c, k in kinds.items()})


def _blank(values: pd.Series, kind: Kind) -> pd.Series:
    text = values.astype("object")
    return text.where(text.notna(), "") if kind is Kind.TEXT else values
