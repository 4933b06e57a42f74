"""report.xlsx: a summary sheet and one sheet per output table, for people.

Headers and words are Chinese (identifiers when English is chosen), numbers carry the catalogue's
decimals, headers stay in view and filter. Text is always text: nothing a department typed becomes a
formula or a link. A table longer than a sheet goes on in the next. xlsxwriter makes the book with
its styles and headers, `sheet_xml` puts the rows in, whole columns at a time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xlsxwriter

from geomujun.domain.catalogue import TABLES
from geomujun.domain.legend import GRADES, legend
from geomujun.domain.model import Field, Kind
from geomujun.export import sheet_xml, summary
from geomujun.export.frames import OUTPUTS, fields_of, ordered
from geomujun.export.result import Result
from geomujun.export.sheet_xml import Column
from geomujun.lang import get_lang, t

SHEET_ROWS: Final = 1_048_576  # of the format, header included
_CELL_CHARS: Final = 32_767
_UNITS: Final = {"m2": "㎡", "mu": "亩", "points": "分", "bits": "比特", "ratio": ""}
_GRADE_COLUMNS: Final = frozenset({"grade", "grade_best", "grade_worst"})
_CODES: Final = re.compile(r"(?:_code|uscc|_id)$|^id$")
_WIDE: Final = {
    "evidence": 60,
    "message": 50,
    "reason": 40,
    "basis": 36,
    "question": 40,
    "name": 32,
}


@dataclass(slots=True)
class _Book:
    """The open workbook, its formats, each made once, and the rows its sheets are to get."""

    book: Any
    formats: dict[str, Any] = field(default_factory=dict)
    rows: dict[int, list[Column]] = field(default_factory=dict)  # by number of the sheet, from 1

    def style(self, name: str, **values: Any) -> Any:
        if name not in self.formats:
            base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
            self.formats[name] = self.book.add_format({**base, **values})
        return self.formats[name]

    def number(self, decimals: int) -> Any:
        places = "." + "0" * decimals if decimals else ""
        return self.style(f"n{decimals}", num_format=f"#,##0{places}")

    def grade(self, key: str) -> Any:
        swatch = legend().grades.get(key, legend().grades[""])
        return self.style(
            f"grade {swatch.key}", bold=True, align="center",
            bg_color=swatch.colour, font_color=swatch.text,
        )  # fmt: skip


def write(result: Result, path: Path, *, sheet_rows: int = SHEET_ROWS) -> None:
    """Write the workbook of a masked result.

    Args:
        result: The run.
        path: File to write.
        sheet_rows: Rows a sheet may have, header included; smaller only in tests.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    shell = io.BytesIO()
    with xlsxwriter.Workbook(shell, options) as raw:
        made = datetime(result.as_of.year, result.as_of.month, result.as_of.day)  # noqa: DTZ001
        raw.set_properties({"title": result.title, "created": made, "comments": "geomujun"})
        book = _Book(raw)
        _summary(book, result)
        for name in OUTPUTS:
            fields = fields_of(result, name)
            _table(book, TABLES[name].title, ordered(result, name), fields, sheet_rows)
    sheet_xml.fill(shell, path, book.rows)


def header_of(spec: Field) -> str:
    """The header of a column: Chinese label with its unit, or the identifier in English."""
    if get_lang() != "zh":
        return spec.name
    unit = _UNITS.get(spec.unit, "")
    return f"{spec.label}（{unit}）" if unit and "（" not in spec.label else spec.label


def _words(spec: Field, table: str) -> Mapping[str, str]:
    """What people read instead of a column's words; empty when its texts stay as they are."""
    if spec.name == "bucket":
        if table == TABLES["parcel_reconciliation"].title:
            return {k: s.title for k, s in legend().parcel_buckets.items()}
        return {k: legend().bucket(k) for k in legend().enterprise_buckets}
    return {k: legend().word(spec.name, k) for k in legend().words.get(spec.name, ())}


def _readable(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    if words:
        return values.map({v: words.get(v, v) for v in pd.unique(values)}).astype("str")
    long = values.str.len() > _CELL_CHARS
    if long.any():
        return values.where(~long, values.str.slice(0, _CELL_CHARS - 1) + "…")
    return values


def _column(values: pd.Series, spec: Field, table: str) -> Column:
    """The cells of a column of `frames.ordered`."""
    if spec.kind is Kind.DATE:
        return Column(sheet_xml.days(values), is_text=False)
    if spec.kind is not Kind.TEXT:
        return Column(sheet_xml.numbers(values), is_text=False)
    cells = sheet_xml.texts(_readable(values, _words(spec, table)))
    if spec.name not in _GRADE_COLUMNS:
        return Column(cells, is_text=True)
    known = pd.Index(list(GRADES)).get_indexer(pd.Index(values))
    return Column(cells, is_text=True, variant=np.asarray(known + 1, dtype=np.int64))


def _width(spec: Field) -> float:
    if spec.name in _WIDE:
        return _WIDE[spec.name]
    if _CODES.search(spec.name):
        return 22
    letters = sum(2 if ord(c) > 0x2E7F else 1 for c in header_of(spec))
    return max(10, min(28, letters + 4))


def _table(
    book: _Book, title: str, frame: pd.DataFrame, fields: Sequence[Field], sheet_rows: int
) -> None:
    size = sheet_rows - 1
    for part, start in enumerate(range(0, max(len(frame), 1), size), start=1):
        name = title if part == 1 else f"{title}_{part}"
        rows = frame.iloc[start : start + size]
        _sheet(book, name[:31], fields, len(rows))
        if len(rows):
            number = len(book.book.worksheets())
            book.rows[number] = [_column(rows[spec.name], spec, title) for spec in fields]


def _sheet(book: _Book, name: str, fields: Sequence[Field], rows: int) -> None:
    """A sheet with its header and, under it, a blank cell of each style a column has."""
    sheet = book.book.add_worksheet(name)
    plain = book.style("plain")
    for n, spec in enumerate(fields):
        sheet.set_column(n, n, _width(spec), plain)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, rows, len(fields) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_footer(f"&L{t('内部资料', 'INTERNAL')}&C&A&R&P / &N")
    head = book.style("head", bold=True, bg_color="#2b3d4a", font_color="#ffffff", text_wrap=True)
    sheet.set_row(0, 32)
    for n, spec in enumerate(fields):
        sheet.write_string(0, n, header_of(spec), head)
        if rows:
            for row, style in enumerate(_styles(book, spec), start=1):
                sheet.write_blank(row, n, None, style)


def _styles(book: _Book, spec: Field) -> list[Any]:
    """The styles a column's cells may have; the first one is the usual one."""
    plain = book.style("plain")
    if spec.name in _GRADE_COLUMNS:
        return [plain, *(book.grade(g) for g in GRADES)]
    if spec.kind is Kind.TEXT:
        return [plain]
    if spec.kind is Kind.DATE:
        return [book.style("date", num_format="yyyy-mm-dd")]
    return [book.number(spec.decimals or 0)]


def _summary(book: _Book, result: Result) -> None:
    sheet = book.book.add_worksheet(t("汇总", "Summary"))
    for n, width in enumerate((46, 20, 14, 16, 12)):
        sheet.set_column(n, n, width, book.style("plain"))
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L{t('内部资料', 'INTERNAL')}&C&A&R&P / &N")
    mark = book.style("mark", bold=True, font_color="#b2182b", font_size=11)
    sheet.write_string(0, 0, t("内部资料", "INTERNAL"), mark)
    sheet.set_row(1, 28)
    sheet.write_string(1, 0, result.title, book.style("title", bold=True, font_size=16))
    scheme = f"{result.scheme_title}（{result.scheme_id}）"
    facts = [
        (t("年度", "year"), str(result.year)),
        (t("截至", "as of"), result.as_of.isoformat()),
        (t("评价办法", "scheme"), scheme),
        (t("程序", "program"), f"geomujun {result.version}".strip()),
        (
            t("说明", "note"),
            t("低效用地为筛查提示，不作认定。", "Low efficiency is a hint, no verdict."),
        ),
    ]
    row = 2
    for key, text in facts:
        sheet.write_string(row, 0, key, book.style("soft", font_color="#5b6670"))
        sheet.write_string(row, 1, text, book.style("plain"))
        row += 1
    for block in summary.blocks(result):
        row = _block(book, sheet, row + 1, block)


def _block(book: _Book, sheet: Any, row: int, block: summary.Block) -> int:
    sheet.write_string(row, 0, block.title, book.style("h2", bold=True, font_size=12))
    head = book.style("head2", bold=True, bottom=1, font_color="#3c4650", bg_color="#e9eef1")
    row += 1
    for n, text in enumerate(block.header):
        sheet.write_string(row, n, text, head)
    for cells in block.rows:
        row += 1
        for column, cell in enumerate(cells):
            _cell(book, sheet, (row, column), cell, block)
    return row + 1


def _cell(book: _Book, sheet: Any, at: tuple[int, int], cell: Any, block: summary.Block) -> None:
    row, column = at
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        style = book.grade(cell) if column == block.grade_column else book.style("plain")
        if cell in ("不平", "BROKEN"):
            style = book.style("bad", bold=True, font_color="#b2182b")
        sheet.write_string(row, column, cell, style)
    elif block.header[column] in ("占比", "share"):
        sheet.write_number(row, column, cell, book.style("pct", num_format="0.0%"))
    else:
        sheet.write_number(row, column, cell, book.number(0 if isinstance(cell, int) else 2))
