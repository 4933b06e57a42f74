"""Rows put into a sheet: what a person typed comes back as typed, and dates are the right day."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from geomujun.export import sheet_xml
from geomujun.export.sheet_xml import Column


def _filled(path: Path, columns: list[Column], styles: int = 1) -> Path:
    """A workbook of one sheet with a header and the columns under it."""
    shell = io.BytesIO()
    with xlsxwriter.Workbook(shell, {"in_memory": True}) as book:
        sheet = book.add_worksheet("s")
        kinds = [book.add_format({"num_format": "0" * (n + 1)}) for n in range(styles)]
        for n in range(len(columns)):
            sheet.write_string(0, n, f"h{n}")
            for row, kind in enumerate(kinds, start=1):
                sheet.write_blank(row, n, None, kind)
    sheet_xml.fill(shell, path, {1: columns})
    return path


def _sheet(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path)["s"]


TYPED = [
    "a & b < c > d",
    "  room on both sides ",
    "two\nlines",
    "\"quoted\" 'too'",
    "𠮷野家 · 東莞",
    "=1+1",
    "_x0041_ is no A",  # openpyxl reads the escape of ECMA-376 22.9.2.19 as it stands
]


def test_texts_come_back_as_typed(tmp_path: Path) -> None:
    texts = pd.Series(TYPED, dtype="str")
    path = _filled(tmp_path / "x.xlsx", [Column(sheet_xml.texts(texts), is_text=True)])
    sheet = _sheet(path)
    assert [sheet.cell(r, 1).value for r in range(2, 1 + len(TYPED))] == TYPED[:-1]
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == TYPED


def test_empty_texts_and_missing_numbers_make_no_cell(tmp_path: Path) -> None:
    texts = Column(sheet_xml.texts(pd.Series(["x", "", "y"], dtype="str")), is_text=True)
    holes = pd.Series([np.nan, 2.5, np.inf])
    sheet = _sheet(_filled(tmp_path / "x.xlsx", [texts, Column(sheet_xml.numbers(holes), False)]))
    assert [c.coordinate for row in sheet.iter_rows(min_row=2) for c in row if c.has_style] == [
        "A2",
        "B3",
        "A4",
    ]


@pytest.mark.parametrize("value", [0.1, -3.0, 1e-7, 123456789.12, 1e21, 0.0])
def test_numbers_keep_every_digit(tmp_path: Path, value: float) -> None:
    cells = sheet_xml.numbers(pd.Series([value]))
    assert _sheet(_filled(tmp_path / "x.xlsx", [Column(cells, False)])).cell(2, 1).value == value


def test_whole_numbers_with_holes_are_taken(tmp_path: Path) -> None:
    cells = sheet_xml.numbers(pd.Series([1, None, 3], dtype="Int64"))
    sheet = _sheet(_filled(tmp_path / "x.xlsx", [Column(cells, False)]))
    assert [sheet.cell(r, 1).value for r in (2, 3, 4)] == [1, None, 3]


def test_days_are_counted_as_the_format_counts_them() -> None:
    days = pd.Series(pd.to_datetime(["1900-01-01", "1900-02-28", "1900-03-01", "2024-12-31"]))
    want = ["1", "59", "61", str((date(2024, 12, 31) - date(1899, 12, 30)).days)]
    assert sheet_xml.days(days.astype("datetime64[s]")).to_pylist() == want
    assert sheet_xml.days(pd.Series([pd.NaT], dtype="datetime64[s]")).to_pylist() == [None]


def test_each_cell_takes_the_style_of_its_pattern_row(tmp_path: Path) -> None:
    texts = sheet_xml.texts(pd.Series(["a", "b", "c"], dtype="str"))
    column = Column(texts, is_text=True, variant=np.array([2, 0, 1]))
    sheet = _sheet(_filled(tmp_path / "x.xlsx", [column], styles=3))
    assert [sheet.cell(r, 1).number_format for r in (2, 3, 4)] == ["000", "0", "00"]
    assert sheet.max_row == 4


def test_many_rows_and_columns_are_where_they_belong(tmp_path: Path) -> None:
    rows, width = 45_000, 30
    columns = [
        Column(sheet_xml.numbers(pd.Series(np.arange(rows) * width + n)), False)
        for n in range(width)
    ]
    path = _filled(tmp_path / "x.xlsx", columns)
    table = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert np.array_equal(np.array(table[1:]), np.arange(rows * width).reshape(rows, width))
    book = openpyxl.load_workbook(path, read_only=True)
    assert book["s"].calculate_dimension() == "A1:AD45001"
    book.close()
