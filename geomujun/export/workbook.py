"""report.xlsx: a summary sheet and one sheet per output table, for people.

Headers and words are Chinese (identifiers when English is chosen), what the tables hold as JSON is
said in words (`readable`), numbers carry the catalogue's decimals, headers stay in view and filter.
Text is always text: nothing a department typed becomes a formula or a link. A table longer than a
sheet goes on in the next. xlsxwriter makes the book with its styles and headers, `sheet_xml` puts
the rows in, whole columns at a time.
"""

from __future__ import annotations

import io
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
from geomujun.export import readable, sheet_xml, summary
from geomujun.export.frames import OUTPUTS, fields_of, ordered
from geomujun.export.result import Result
from geomujun.export.sheet_xml import Column
from geomujun.lang import get_lang, t

SHEET_ROWS: Final = 1_048_576  # of the format, header included
_CELL_CHARS: Final = 32_767
_UNITS: Final = {"m2": "㎡", "mu": "亩", "points": "分", "bits": "比特", "ratio": ""}
_GRADE_COLUMNS: Final = frozenset(
    {"grade", "grade_best", "grade_worst", "joint_best", "joint_worst", "before", "after"}
)
_HIDDEN: Final = frozenset({"facts_digest", "indicator", "title"})  # for programs
_LOOKED_AT: Final = 300  # rows from which a column's width is taken
_NARROW, _BROAD = 10, 60

# What is read first stands first; a table not named here comes after, in the catalogue's order.
_ORDER: Final = (
    "links", "review_queue", "parcel_reconciliation", "enterprise_reconciliation",
    "enterprise_evaluation", "parcel_evaluation", "region_evaluation", "group_evaluation",
    "benchmarks", "ledger", "ledger_lines", "cross_check", "low_efficiency", "screening_rules",
    "rejects", "grade_stakes", "group_suggestions",
)  # fmt: skip


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
        for name in sheet_order():
            frame, fields = ordered(result, name), fields_of(result, name)
            _table(book, name, *readable.beside(result, frame, fields), sheet_rows)
    sheet_xml.fill(shell, path, book.rows)


def sheet_order() -> list[str]:
    """The output tables in the order of their sheets."""
    return sorted(OUTPUTS, key=lambda n: _ORDER.index(n) if n in _ORDER else len(_ORDER))


def header_of(spec: Field) -> str:
    """The header of a column: Chinese label with its unit, or the identifier in English."""
    if get_lang() != "zh":
        return spec.name
    unit = _UNITS.get(spec.unit, "")
    return f"{spec.label}（{unit}）" if unit and "（" not in spec.label else spec.label


def _words(spec: Field, table: str) -> Mapping[str, str]:
    """What people read instead of a column's words; empty when its texts stay as they are."""
    if spec.name == "bucket":
        if table == "parcel_reconciliation":
            return {k: s.title for k, s in legend().parcel_buckets.items()}
        return {k: legend().bucket(k) for k in legend().enterprise_buckets}
    return {k: legend().word(spec.name, k) for k in legend().words.get(spec.name, ())}


def _shown(frame: pd.DataFrame, fields: Sequence[Field], table: str) -> pd.DataFrame:
    """A table of `frames.ordered` with the texts that people read."""
    said = {}
    for spec in fields:
        read = readable.reader(table, spec.name)
        words = _words(spec, table) if spec.kind is Kind.TEXT else {}
        if read or words:
            cells = frame[spec.name].astype("str")
            every = {v: read(v) if read else words.get(v, v) for v in pd.unique(cells)}
            said[spec.name] = cells.map(every).astype("str")
    return frame.assign(**said)


def _column(values: pd.Series, spec: Field) -> Column:
    """The cells of a column of `_shown`."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(sheet_xml.days(values), is_text=False)
    if pd.api.types.is_numeric_dtype(values):
        return Column(sheet_xml.numbers(values), is_text=False)
    long = values.str.len() > _CELL_CHARS
    if long.any():
        values = values.where(~long, values.str.slice(0, _CELL_CHARS - 1) + "…")
    cells = sheet_xml.texts(values)
    if spec.name not in _GRADE_COLUMNS:
        return Column(cells, is_text=True)
    known = pd.Index(list(GRADES)).get_indexer(pd.Index(values))
    return Column(cells, is_text=True, variant=np.asarray(known + 1, dtype=np.int64))


def _letters(text: str) -> int:
    """How many narrow letters a text is wide."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _width(values: pd.Series, spec: Field) -> float:
    """Wide enough for the header (in two lines) and the texts of the first rows."""
    head = min(_letters(header_of(spec)) + 4, 28)
    if not pd.api.types.is_string_dtype(values):
        return max(_NARROW + 2, head)
    widest = max(map(_letters, values.head(_LOOKED_AT)), default=0)
    return max(_NARROW, head, min(widest + 2, _BROAD))


def _table(
    book: _Book, name: str, frame: pd.DataFrame, fields: Sequence[Field], sheet_rows: int
) -> None:
    size = sheet_rows - 1
    shown = _shown(frame, fields, name)
    widths = [_width(shown[spec.name], spec) for spec in fields]
    for part, start in enumerate(range(0, max(len(shown), 1), size), start=1):
        rows = shown.iloc[start : start + size]
        title = TABLES[name].title if part == 1 else f"{TABLES[name].title}_{part}"
        _sheet(book, title[:31], list(zip(fields, widths, strict=True)), len(rows))
        if len(rows):
            number = len(book.book.worksheets())
            book.rows[number] = [_column(rows[spec.name], spec) for spec in fields]


def _sheet(book: _Book, name: str, columns: Sequence[tuple[Field, float]], rows: int) -> None:
    """A sheet with its header and, under it, a blank cell of each style a column has."""
    sheet = book.book.add_worksheet(name)
    plain = book.style("plain")
    for n, (spec, width) in enumerate(columns):
        sheet.set_column(n, n, width, plain, {"hidden": spec.name in _HIDDEN})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, rows, len(columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_footer(f"&L{t('内部资料', 'INTERNAL')}&C&A&R&P / &N")
    head = book.style("head", bold=True, bg_color="#2b3d4a", font_color="#ffffff", text_wrap=True)
    sheet.set_row(0, 32)
    for n, (spec, _) in enumerate(columns):
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
