"""Workbooks (.xlsx, .xls): which sheet, header, merged cells, values as Excel keeps them.

calamine reads values only: a formula gives its cached result, never runs. It allocates the whole
rectangle up to the last cell, so the cell references of an .xlsx are looked at before.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import python_calamine as calamine

from geomujun.domain.catalogue import TABLES
from geomujun.intake import headers
from geomujun.intake.archive import DAMAGED, check_zip
from geomujun.intake.folder import STEMS
from geomujun.intake.limits import Limits
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Facts, Raw, UnreadableError
from geomujun.lang import t

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
CHUNK: Final = 4 << 20
ERRORS: Final = (
    calamine.CalamineError,
    calamine.XmlError,
    calamine.ZipError,
    calamine.PasswordError,
    calamine.WorksheetNotFound,
    OSError,
    ValueError,
)
_REF: Final = re.compile(rb"[\s]r\s*=\s*[\"']([A-Za-z]{0,7})(\d{1,12})[\"']")
_OVERLAP: Final = 64


def _column_number(letters: bytes) -> int:
    n = 0
    for c in letters.upper():
        n = n * 26 + c - 64
    return n


def _extent(chunks: Iterable[bytes]) -> tuple[int, int]:
    """Last row and last column that a sheet's XML refers to."""
    columns: set[bytes] = set()
    last_row, tail = 0, b""
    for chunk in chunks:
        block = tail + chunk
        refs = _REF.findall(block)
        columns.update({c for c, _ in refs})
        if refs:
            last_row = max(last_row, *(int(r) for r in {r for _, r in refs}))
        tail = block[-_OVERLAP:]
    return last_row, max((_column_number(c) for c in columns), default=0)


def _guard_extent(path: Path, limits: Limits) -> None:
    """Refuse a sheet whose rectangle would not fit in memory."""
    for info in check_zip(path, limits):
        # Any part may be named as a sheet by the workbook's relations, so all are looked at.
        with zipfile.ZipFile(path) as z, z.open(info) as f:
            rows, columns = _extent(iter(lambda f=f: f.read(CHUNK), b""))  # type: ignore[misc]
        if (
            columns > limits.columns and columns * rows > 2_000_000
        ) or rows * columns > limits.cells:
            raise UnreadableError(
                t(
                    "工作表 {n} 的单元格范围为 {r} 行 × {c} 列，超过上限",
                    "sheet {n} spans {r} rows × {c} columns, above the limit",
                    n=info.filename,
                    r=rows,
                    c=columns,
                ),
                hint=t(
                    "删除表格右侧和下方的空行空列后另存",
                    "delete empty rows and columns, then save again",
                ),
            )


def _check_magic(path: Path, kind: str) -> None:
    with path.open("rb") as f:
        head = f.read(2048)
    if not head:
        raise UnreadableError(t("文件是空的", "the file is empty"))
    if kind == "xlsx" and head.startswith(OLE):
        raise UnreadableError(
            t("工作簿有密码，或其实是 .xls", "the workbook is encrypted, or really an .xls"),
            hint=t("去除密码后另存为 .xlsx", "remove the password and save as .xlsx"),
        )
    wanted = ZIP if kind == "xlsx" else OLE
    if not head.startswith(wanted):
        text = head.lstrip().lower()
        zh, en = ("内容不是 Excel 工作簿", "the content is no Excel workbook")
        if text.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
            zh, en = ("内容其实是网页或 XML", "the content is really HTML or XML")
        elif head.startswith(ZIP):
            zh, en = ("内容其实是 .xlsx", "the content is really an .xlsx")
        raise UnreadableError(
            t(zh, en),
            hint=t(
                "用 Excel 或 WPS 打开后另存为 .xlsx", "open it in Excel or WPS and save as .xlsx"
            ),
        )


@contextmanager
def _no_panic() -> Iterator[None]:
    """Turn a panic of calamine's Rust code into a ValueError, its backtrace kept off the screen.

    A damaged .xls makes calamine panic; that exception derives from BaseException and its class
    cannot be imported, and Rust prints to the process's standard error before Python sees it.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    try:
        yield
    except BaseException as e:
        if type(e).__name__ != "PanicException":
            raise
        raise ValueError(str(e).splitlines()[0] if str(e) else "panic") from None
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silent)


def open_workbook(path: Path, kind: str, limits: Limits) -> calamine.CalamineWorkbook:
    """Open a workbook after looking at its first bytes, archive directory and cell ranges.

    Raises:
        UnreadableError: not a workbook, encrypted, damaged or refused.
    """
    _check_magic(path, kind)
    if kind == "xlsx":
        try:
            _guard_extent(path, limits)
        except DAMAGED as e:
            raise UnreadableError(t("工作簿损坏：{e}", "damaged workbook: {e}", e=e)) from e
    try:
        with _no_panic():
            return calamine.CalamineWorkbook.from_path(path)
    except ERRORS as e:
        raise UnreadableError(
            t("工作簿打不开：{e}", "the workbook cannot be opened: {e}", e=e)
        ) from e


def sheet_stem(name: str) -> str:
    """The stem a sheet or layer name stands for: the stem itself or the table's title; else ""."""
    plain = name.strip().lower()
    return next((s for s in STEMS if plain in (s, TABLES[s].title)), "")


def sheet_names(book: calamine.CalamineWorkbook) -> list[str]:
    """Names of the visible worksheets, in order."""
    visible = calamine.SheetVisibleEnum.Visible
    return [
        s.name
        for s in book.sheets_metadata
        if s.visible == visible and s.typ == calamine.SheetTypeEnum.WorkSheet
    ]


def choose_sheet(book: calamine.CalamineWorkbook, stem: str, rule: Rule) -> tuple[str, list[str]]:
    """The sheet that holds a stem in a workbook of that name, and notes on the choice.

    Raises:
        UnreadableError: no sheet as mapping.yaml says, or several that fit equally.
    """
    names = sheet_names(book)
    everything = book.sheet_names
    if rule.sheet:
        if rule.sheet not in everything:
            raise UnreadableError(
                t(
                    "没有 mapping.yaml 指定的工作表“{s}”，有：{n}",
                    "no sheet {s!r} as mapping.yaml says; there are: {n}",
                    s=rule.sheet,
                    n="、".join(everything),
                )
            )
        return rule.sheet, []
    own = [n for n in names if sheet_stem(n) == stem]
    if len(own) == 1:
        return own[0], []
    rest = [n for n in names if not sheet_stem(n)]
    scores = (
        {n: _sheet_score(book, n, stem) for n in rest} if len(rest) > 1 else dict.fromkeys(rest, 1)
    )
    top = max(scores.values(), default=0)
    best = [n for n, s in scores.items() if s == top]
    if not best:
        raise UnreadableError(t("工作簿没有可见的工作表", "the workbook has no visible sheet"))
    if len(best) > 1 and top > 0:
        raise UnreadableError(
            t(
                "有 {n} 个工作表都像{s}：{names}",
                "{n} sheets look like {s}: {names}",
                n=len(best),
                s=stem,
                names="、".join(best),
            ),
            hint=t("在 mapping.yaml 中写 sheet", "say sheet in mapping.yaml"),
        )
    if len(names) == 1:
        return best[0], []
    others = "、".join(n for n in names if n != best[0])
    return best[0], [
        t("取工作表“{s}”；未用：{o}", "sheet {s!r} taken; not used: {o}", s=best[0], o=others)
    ]


def _sheet_score(book: calamine.CalamineWorkbook, name: str, stem: str) -> int:
    try:
        head = _grid(book, name, 12)[0]
    except UnreadableError:
        return 0
    names = headers.names_of(stem)
    return max(
        (len({names[k][0] for c in row if (k := headers.level(c)) in names}) for row in head),
        default=0,
    )


def _grid(
    book: calamine.CalamineWorkbook, name: str, rows: int | None
) -> tuple[list[list[Any]], headers.Merges]:
    try:
        with _no_panic():
            sheet = book.get_sheet_by_name(name)
            merges = sheet.merged_cell_ranges or []
            return sheet.to_python(skip_empty_area=False, nrows=rows), merges
    except ERRORS as e:
        raise UnreadableError(
            t("工作表“{s}”读不出：{e}", "sheet {s!r} cannot be read: {e}", s=name, e=e)
        ) from e


def _fill_merged(
    columns: list[list[Any]], merges: headers.Merges, first: int
) -> dict[int, set[int]]:
    """Copy the value of a merged cell to the rows it covers; says which cells were filled.

    Number columns are blanked again later (`table`): an area or a tax that stands once for two rows
    must not count twice.
    """
    filled: dict[int, set[int]] = {}
    for (r0, c0), (r1, _) in merges:
        if r0 < first or c0 >= len(columns):
            continue
        for r in range(r0 + 1, r1 + 1):
            if r - first < len(columns[c0]):
                columns[c0][r - first] = columns[c0][r0 - first]
                filled.setdefault(c0, set()).add(r - first)
    return filled


def _plain(value: Any) -> Any:
    """Excel values reduced to text, float, bool and datetime."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001  # a calendar day
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return value


def _series(values: list[Any]) -> pd.Series:
    kinds = set(map(type, values))
    if kinds <= {str}:
        return pd.Series(values, dtype="str")
    if kinds <= {float, int}:
        return pd.Series(values, dtype="float64")
    return pd.Series([_plain(v) for v in values], dtype="object")


def read_sheet(
    book: calamine.CalamineWorkbook, sheet: str, stem: str, rule: Rule, limits: Limits
) -> tuple[Raw, Facts]:
    """Read one sheet.

    Args:
        book: An opened workbook.
        sheet: Name of the sheet.
        stem: Table it should hold.
        rule: What mapping.yaml says of it.
        limits: Bounds on columns and rows to scan.

    Returns:
        Columns of text, floats or mixed objects, and what was learned.

    Raises:
        UnreadableError: damaged, empty, too wide, or without a header.
    """
    grid, merges = _grid(book, sheet, None)
    width = max(map(len, grid), default=0)
    if not width:
        raise UnreadableError(t("工作表“{s}”是空的", "sheet {s!r} is empty", s=sheet))
    if width > limits.columns:
        raise UnreadableError(
            t("有 {n} 列，超过上限 {m}", "{n} columns, more than {m}", n=width, m=limits.columns)
        )
    found = headers.locate(stem, grid[: limits.header_scan_rows], merges, rule)
    body = grid[found.data_from :]
    columns = [list(c) for c in zip(*body, strict=True)] or [[] for _ in range(width)]
    filled = _fill_merged(columns, merges, found.data_from)
    used = [i for i, h in enumerate(found.headers) if h.text]
    series = [_series(columns[i]) for i in used]
    keep = np.zeros(len(body), dtype=bool)
    for i in used:
        keep |= np.array(
            [
                v not in ("", None) and (v.__class__ is not str or bool(v.strip()))
                for v in columns[i]
            ],
            dtype=bool,
        )
    rows = np.flatnonzero(keep)
    raw = Raw(
        [found.headers[i] for i in used],
        [s.iloc[rows].reset_index(drop=True) for s in series],
        rows.astype("int64") + 1,
        table_units=found.table_units,
        filled=_renumber(filled, used, rows),
    )
    facts = Facts("XLS/XLSX")
    if found.data_from > 1:
        facts.notes.append(
            t(
                "表头在第 {a} 行，数据自第 {b} 行起",
                "header in row {a}, data from row {b}",
                a=found.first + 1,
                b=found.data_from + 1,
            )
        )
    if filled:
        facts.notes.append(t("合并单元格已按行填充", "merged cells filled downwards"))
    return raw, facts


def _renumber(
    filled: dict[int, set[int]], used: list[int], rows: np.ndarray
) -> dict[int, set[int]]:
    """Filled cells by position in the kept columns and rows."""
    at = {int(r): i for i, r in enumerate(rows)}
    return {
        used.index(c): {at[r] for r in hits if r in at} for c, hits in filled.items() if c in used
    }
