"""Rows of many cells put into a workbook's sheets, a column at a time.

A library that takes one cell per call spends minutes on 10⁷ cells. Here the library writes the
workbook with its styles and header rows (the shell), and the rows below are joined from whole
columns and put into the sheets' XML. Which style a column has is read from pattern rows: blank
cells under the header, one row per style, which give way to the data.

Source: ECMA-376 part 1, 18.3.1 (worksheets: row, c, v, is) and 22.9.2.19 (``_xHHHH_`` escapes).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_ROWS_AT_ONCE: Final = 20_000
_COMPRESSION: Final = 3  # the cells repeat so much that higher levels only take longer
_SHEET: Final = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_PATTERN: Final = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(\d+)"/>')
_DIMENSION: Final = re.compile(rb'<dimension ref="[^"]*"/>')
_ZIP64_BYTES: Final = 1 << 30  # expected size above which a part gets 64-bit fields
_DAY_ZERO: Final = pd.Timestamp(1899, 12, 30)
_FALSE_LEAP_DAY: Final = 60  # the format counts a 29 February 1900


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of one column; null is no cell.

    ``cells`` are escaped texts (`texts`) or written numbers (`numbers`, `days`). ``variant`` is the
    pattern row, from 0, whose style each cell takes; None for the first one throughout.
    """

    cells: Any  # pa.Array of large_string
    is_text: bool
    variant: npt.NDArray[np.int64] | None = None


def texts(values: pd.Series) -> Any:
    """Texts as they stand in XML, null for ""."""
    found = pa.array(values, type=pa.large_string(), from_pandas=True)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    found = pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.large_string()), found)
    found = pc.replace_substring_regex(found, r"_x([0-9A-Fa-f]{4})_", r"_x005F_x\1_")
    found = pc.replace_substring_regex(found, "[\ufffe\uffff]", "")  # no characters of XML 1.0
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "_x000D_")):
        found = pc.replace_substring(found, raw, safe)
    return found


def numbers(values: pd.Series) -> Any:
    """Numbers with as many digits as tell them apart, null for missing ones."""
    array = values.to_numpy(dtype="float64", na_value=np.nan)
    return pc.cast(pa.array(array, mask=~np.isfinite(array)), pa.large_string())


def days(values: pd.Series) -> Any:
    """Dates as the format's day numbers, null for missing ones."""
    day = (values - _DAY_ZERO).dt.days
    return numbers(day.where(day > _FALSE_LEAP_DAY, day - 1))


def fill(shell: IO[bytes], path: Path, sheets: Mapping[int, Sequence[Column]]) -> None:
    """Write the workbook of ``shell`` to ``path`` with rows put under its headers.

    Args:
        shell: A workbook (zip) whose sheets to fill hold a header row and pattern rows only.
        path: File to write.
        sheets: Columns of equal length by the sheet's number, from 1, in the order of the shell.
    """
    with (
        zipfile.ZipFile(shell) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as target,
    ):
        for name in source.namelist():
            found = _SHEET.fullmatch(name)
            columns = sheets.get(int(found[1])) if found else None
            if columns is None:
                with target.open(name, "w") as part:
                    part.write(source.read(name))
            else:
                _fill_sheet(target, name, source.read(name), columns)


def _fill_sheet(target: zipfile.ZipFile, name: str, xml: bytes, columns: Sequence[Column]) -> None:
    rows = len(columns[0].cells)
    head, _, rest = xml.partition(b'<row r="2"')
    patterns, _, tail = rest.partition(b"</sheetData>")
    last = _letters(len(columns) - 1).encode()
    whole = b'<dimension ref="A1:%s%d"/>' % (last, rows + 1)
    head = _DIMENSION.sub(whole, head, count=1)
    large = sum(c.cells.nbytes for c in columns) > _ZIP64_BYTES
    with target.open(name, "w", force_zip64=large) as part:
        part.write(head)
        for chunk in _rows(columns, _styles(patterns)):
            part.write(chunk)
        part.write(b"</sheetData>" + tail)


def _styles(patterns: bytes) -> dict[str, list[str]]:
    """Style numbers of each column's pattern cells, from the top."""
    found: dict[str, list[str]] = {}
    for letters, _, style in _PATTERN.findall(patterns):
        found.setdefault(letters.decode(), []).append(style.decode())
    return found


def _letters(column: int) -> str:
    """A column's name: 0 → A, 26 → AA."""
    out = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(ord("A") + rest) + out
    return out


def _rows(columns: Sequence[Column], styles: Mapping[str, list[str]]) -> Iterator[memoryview]:
    """The XML of all rows, in pieces."""
    names = [_letters(n) for n in range(len(columns))]
    for start in range(0, len(columns[0].cells), _ROWS_AT_ONCE):
        size = min(_ROWS_AT_ONCE, len(columns[0].cells) - start)
        row = pc.cast(pa.array(np.arange(start + 2, start + 2 + size)), pa.large_string())
        cells = [
            _cells(column, start, row, name, styles[name])
            for name, column in zip(names, columns, strict=True)
        ]
        joined = _join('<row r="', row, '">', *cells, "</row>", keep_null=False)
        ends = np.frombuffer(joined.buffers()[1], dtype=np.int64, count=size + 1)
        yield memoryview(joined.buffers()[2])[: int(ends[-1])]


def _cells(column: Column, start: int, row: Any, name: str, styles: list[str]) -> Any:
    """The elements of one column's cells; null where there is none."""
    style: Any = styles[0]
    if column.variant is not None:
        which = pa.array(column.variant[start : start + len(row)])
        style = pa.array(styles, type=pa.large_string()).take(which)
    opening, closing = '"><v>', "</v></c>"
    if column.is_text:
        opening, closing = '" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    value = column.cells.slice(start, len(row))
    return _join(f'<c r="{name}', row, '" s="', style, opening, value, closing)


def _join(*parts: Any, keep_null: bool = True) -> Any:
    """Parts of each row put together; a null part makes the whole null, or is left out."""
    wrapped = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in parts]
    handling = "emit_null" if keep_null else "skip"
    return pc.binary_join_element_wise(
        *wrapped, pa.scalar("", pa.large_string()), null_handling=handling
    )
