"""Writes tables and layers in the formats departments send, with no clock in any byte.

Source of the settings: GDAL, OGR_CURRENT_DATE (GeoPackage), DBF_DATE_LAST_UPDATE (shapefile).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
import xlsxwriter

STAMP: Final = "2024-12-31T00:00:00.000Z"
STAMP_DAY: Final = "2024-12-31"
FOLDER_OF_CODE_PAGE: Final = 29  # offset of the language byte in a DBF header


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on its way to a workbook."""

    name: str
    frame: pd.DataFrame
    title: str = ""  # with a title, two rows stand above the header and cells are merged
    as_text: bool = False  # numbers stored as text


@dataclass(slots=True)
class Formats:
    """Format per stem; ``labels``: headers in Chinese; ``book``/``package``: shared files."""

    of: dict[str, str] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    book: tuple[str, ...] = ()
    package: tuple[str, ...] = ()


def write_table(folder: Path, stem: str, frame: pd.DataFrame, kind: str) -> None:
    """Write one table as ``csv``, ``csv-gb18030``, ``parquet``, ``xlsx`` or ``xlsx-title``."""
    if kind == "parquet":
        frame.to_parquet(folder / f"{stem}.parquet", index=False)
    elif kind.startswith("csv"):
        code = {"csv": "utf-8", "csv-bom": "utf-8-sig", "csv-gb18030": "gb18030"}[kind]
        frame.to_csv(folder / f"{stem}.csv", index=False, encoding=code, lineterminator="\r\n")
    else:
        title = "台账" if kind == "xlsx-title" else ""
        sheet = Sheet(stem, frame, title, as_text=kind == "xlsx-title")
        write_book(folder / f"{stem}.xlsx", [sheet])


def write_book(path: Path, sheets: list[Sheet]) -> None:
    """Write a workbook of several sheets; the file's own dates are fixed."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": datetime(2024, 12, 31)})  # noqa: DTZ001  # a label, no moment
    centred = book.add_format({"align": "center", "bold": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        columns, first = list(sheet.frame.columns), 0
        if sheet.title:
            page.merge_range(
                0, 0, 0, max(1, len(columns) - 1), f"{sheet.title}（{sheet.name}）", centred
            )
            page.write_string(1, 0, "填报单位：（盖章）")
            page.write_string(1, max(1, len(columns) - 1), "单位：万元、㎡")
            first = 2
        page.write_row(first, 0, columns)
        for k, row in enumerate(sheet.frame.itertuples(index=False), start=first + 1):
            _write_row(page, k, row, as_text=sheet.as_text)
    book.close()


def _write_row(
    page: xlsxwriter.worksheet.Worksheet, k: int, row: tuple[object, ...], *, as_text: bool
) -> None:
    for c, value in enumerate(row):
        if value is None or value == "" or value != value:  # noqa: PLR0124  # NaN
            continue
        if isinstance(value, str) or as_text:
            page.write_string(k, c, f"{value:g}" if isinstance(value, float) else str(value))
        else:
            page.write(k, c, value)


def write_layer(
    path: Path, frame: gpd.GeoDataFrame, *, layer: str = "", append: bool = False
) -> None:
    """Write one layer; the suffix says how. Shapefiles are GBK and lose their ``.cpg``."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
        return
    if path.suffix == ".shp":
        frame.to_file(path, engine="pyogrio", encoding="GBK", DBF_DATE_LAST_UPDATE=STAMP_DAY)
        path.with_suffix(".cpg").unlink(missing_ok=True)
        _forget_code_page(path.with_suffix(".dbf"))
        return
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        frame.to_file(path, engine="pyogrio", layer=layer or path.stem, append=append)
    finally:  # the option is global
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _forget_code_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(FOLDER_OF_CODE_PAGE)
        file.write(b"\0")
