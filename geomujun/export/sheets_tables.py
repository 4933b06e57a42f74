"""Small tables for people and programs: CSV as the run writes it, and a workbook of sheets."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pandas as pd
import xlsxwriter
import yaml

from geomujun.domain.catalogue import TABLES
from geomujun.domain.legend import legend
from geomujun.errors import MachineError
from geomujun.export.frames import guarded
from geomujun.lang import get_lang, t

OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}


@cache
def _labels() -> dict[str, str]:
    text = (resources.files("geomujun.export") / "sheets_labels.yaml").read_text("utf-8")
    return {str(k): str(v) for k, v in yaml.safe_load(text).items()}


def label(column: str) -> str:
    """The header people read: Chinese, or the identifier in English."""
    if get_lang() != "zh":
        return column
    if column in _labels():
        return _labels()[column]
    for table in ("enterprise_evaluation", "parcel_evaluation", "enterprises", "parcels"):
        if column in TABLES[table].by_name:
            return TABLES[table].by_name[column].label
    return column


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """A table as CSV: UTF-8 with BOM, identifiers as headers, formulas guarded.

    Raises:
        MachineError: the file cannot be written.
    """
    out = frame.copy()
    for name in out.columns:
        if not pd.api.types.is_numeric_dtype(out[name]) and out[name].dtype.kind != "M":
            out[name] = guarded(
                out[name].astype("object").where(out[name].notna(), "").astype("str")
            )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        out.to_csv(
            path, index=False, encoding="utf-8-sig", lineterminator="\n", date_format="%Y-%m-%d"
        )
    except OSError as e:
        raise unwritable(path, e) from e


def unwritable(path: Path, error: Exception) -> MachineError:
    """The error of a file that cannot be written."""
    return MachineError(
        t("写不进去：{e}", "cannot be written: {e}", e=getattr(error, "strerror", None) or error),
        where=str(path),
        hint=t("检查权限和磁盘空间，关闭正在打开它的程序", "check rights, space, open programs"),
    )


def write_book(sheets: Mapping[str, pd.DataFrame], path: Path, made: datetime) -> None:
    """A workbook with one plain sheet per table, headers in view, for reading and printing.

    Raises:
        MachineError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(path), OPTIONS) as book:
            book.set_properties({"created": made, "comments": "geomujun"})
            for name, frame in sheets.items():
                _sheet(book, name, frame)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as e:
        raise unwritable(path, e) from e


def _sheet(book: Any, name: str, frame: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name[:31])
    head = book.add_format({**FONT, "bold": True, "bg_color": "#2b3d4a", "font_color": "#ffffff"})
    text = book.add_format(FONT)
    number = book.add_format({**FONT, "num_format": "#,##0.00"})
    whole = book.add_format({**FONT, "num_format": "#,##0"})
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_footer(f"&L{t('内部资料', 'INTERNAL')}&C&A&R&P / &N")
    if len(frame.columns):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    for column, key in enumerate(frame.columns):
        sheet.write_string(0, column, label(key), head)
        cells = frame[key].tolist()
        style = whole if pd.api.types.is_integer_dtype(frame[key]) else number
        for row, cell in enumerate(cells, start=1):
            put(sheet, (row, column), cell, text, style)
        longest = max((len(str(c)) for c in cells[:200]), default=0)
        sheet.set_column(column, column, max(9, min(44, longest * 1.6, 44)))


def put(sheet: Any, at: tuple[int, int], cell: Any, text: Any, number: Any) -> None:
    """One cell by its own kind; blanks stay blank, text is never a formula."""
    if cell is None or cell is pd.NaT or cell is pd.NA or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_string(*at, t("是", "yes") if cell else "", text)
    elif isinstance(cell, numbers.Real):
        if math.isfinite(cell):
            sheet.write_number(*at, float(cell), number)
    elif isinstance(cell, datetime):
        sheet.write_string(*at, cell.strftime("%Y-%m-%d"), text)
    else:
        sheet.write_string(*at, str(cell)[:32_000], text)


def rule_words(rules: str) -> str:
    """Rule ids joined by "|" as people read them."""
    return "、".join(legend().word("rule", r) for r in rules.split("|") if r)
