"""CSV and other delimited text: encoding, separator, header, ragged lines.

Values are text as written; nothing is evaluated. A line with more cells than the header is rejected
with its number, a shorter one is filled with blanks; the file goes on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geomujun.intake import encoding, headers
from geomujun.intake.limits import Limits
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Facts, Raw, UnreadableError
from geomujun.lang import t

SEPARATORS: Final = (",", "\t", ";", "|", "，")
BLOCK: Final = 50_000
ROW_PREVIEW: Final = 120  # characters of a broken line shown in rejects


def _separator(stem: str, lines: list[str]) -> str:
    """The separator under which the first lines name most fields, then the most frequent one."""

    def worth(sep: str) -> tuple[int, int]:
        rows = [[headers.level(c) for c in line.split(sep)] for line in lines]
        names = headers.names_of(stem)
        hits = max((sum(c.strip('"') in names for c in row) for row in rows), default=0)
        return hits, sum(line.count(sep) for line in lines)

    return max(SEPARATORS, key=worth)


def _rows(path: Path, codec: str, sep: str) -> Iterator[list[str]]:
    with path.open(encoding=codec, errors="replace", newline="") as f:
        yield from csv.reader((line.replace("\x00", "") for line in f), delimiter=sep, strict=True)


def _first_lines(path: Path, codec: str, count: int) -> list[str]:
    with path.open(encoding=codec, errors="replace", newline=None) as f:
        return [line[:100_000] for line in islice(f, count)]


def _guard_width(path: Path, limits: Limits) -> None:
    """Refuse a header of absurd width before anything is split."""
    with path.open("rb") as f:
        head = f.read(4 << 20).split(b"\n")[: limits.header_scan_rows]
    widest = max((max(line.count(s.encode()) for s in SEPARATORS[:4]) for line in head), default=0)
    if widest >= limits.columns:
        raise UnreadableError(
            t(
                "一行有 {n} 列，超过上限 {m}",
                "a line has {n} columns, more than {m}",
                n=widest + 1,
                m=limits.columns,
            )
        )


class _Columns:
    """Collects rows into text columns, block by block; memory stays near the file's size."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.block: list[list[str]] = []
        self.parts: list[list[pd.Series]] = [[] for _ in range(width)]
        self.rows: list[int] = []

    def add(self, number: int, row: list[str]) -> None:
        self.rows.append(number)
        self.block.append(row)
        if len(self.block) == BLOCK:
            self.flush()

    def flush(self) -> None:
        for part, values in zip(self.parts, zip(*self.block, strict=True), strict=True):
            part.append(pd.Series(values, dtype="str"))
        self.block = []

    def series(self) -> list[pd.Series]:
        if self.block:
            self.flush()
        blank = pd.Series([], dtype="str")
        return [pd.concat(p, ignore_index=True) if p else blank for p in self.parts]


def _collect(rows: Iterator[list[str]], found: headers.Found, limits: Limits) -> Raw:
    width = len(found.headers)
    out = _Columns(width)
    broken: list[tuple[int, str, str]] = []
    too_long = t("列数多于表头", "more cells than the header")
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row):
            continue
        if number > limits.rows:
            raise UnreadableError(t("行数超过上限 {n}", "more than {n} rows", n=limits.rows))
        short = width - len(row)
        if short < 0 and any(cell.strip() for cell in row[width:]):
            broken.append((number, ",".join(row)[:ROW_PREVIEW], too_long))
            continue
        out.add(number, row + [""] * short if short > 0 else row[:width])
    columns = out.series()
    return Raw(
        found.headers,
        columns,
        np.array(out.rows, dtype="int64"),
        broken=broken,
        table_units=found.table_units,
    )


def read_delimited(path: Path, stem: str, rule: Rule, limits: Limits) -> tuple[Raw, Facts]:
    """Read a CSV.

    Args:
        path: The file.
        stem: Table it should hold; tells the separator and the header.
        rule: What mapping.yaml says of it.
        limits: Bounds on size, rows, columns and cells.

    Returns:
        Text columns and what was learned of encoding and header.

    Raises:
        UnreadableError: empty, binary, undecodable, too wide, or without a header.
    """
    if path.stat().st_size > limits.text_bytes:
        raise UnreadableError(
            t("文件超过 {n} MB 的上限", "file above {n} MB", n=limits.text_bytes >> 20)
        )
    found_encoding = encoding.of_file(path, rule.encoding)
    codec = found_encoding.codec
    if not codec.startswith("utf-16"):
        _guard_width(path, limits)
    sep = _separator(stem, _first_lines(path, codec, limits.header_scan_rows))
    csv.field_size_limit(limits.field_chars)
    facts = Facts("CSV", found_encoding.name, found_encoding.how)
    try:
        head = list(islice(_rows(path, codec, sep), limits.header_scan_rows + headers.MAX_DEPTH))
        width = max(map(len, head), default=0)
        if width > limits.columns:
            raise UnreadableError(t("有 {n} 列，超过上限", "{n} columns, above the limit", n=width))
        found = _locate(stem, head, width, rule)
        body = islice(_rows(path, codec, sep), found.data_from, None)
        raw = _collect(body, found, limits)
    except csv.Error as e:
        raise UnreadableError(
            t("CSV 结构损坏（引号不成对等）：{e}", "broken CSV (quotes and the like): {e}", e=e),
            hint=t("用 Excel 或 WPS 另存为 .xlsx", "save it as .xlsx in Excel or WPS"),
        ) from e
    if sep != ",":
        facts.notes.append(t("分隔符为 {s!r}", "separator {s!r}", s=sep))
    if found.data_from > 1:
        facts.notes.append(
            t(
                "表头在第 {a} 行，数据自第 {b} 行起",
                "header in line {a}, data from line {b}",
                a=found.first + 1,
                b=found.data_from + 1,
            )
        )
    if found_encoding.bad:
        facts.notes.append(
            t("{n} 处字符不能解码", "{n} places cannot be decoded", n=found_encoding.bad)
        )
    return raw, facts


def _locate(stem: str, head: list[list[str]], width: int, rule: Rule) -> headers.Found:
    """The header; the table is as wide as its header, blank columns at the right end left out."""
    padded = [row + [""] * (width - len(row)) for row in head]
    found = headers.locate(stem, padded, (), rule)
    last = max((i for i, h in enumerate(found.headers) if h.text), default=-1)
    return headers.Found(found.headers[: last + 1], found.first, found.data_from, found.table_units)
