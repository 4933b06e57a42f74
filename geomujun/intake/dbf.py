"""Attribute table of a shapefile (.dbf), read from its bytes.

GDAL decodes a .dbf with the declared encoding and says nothing when that is wrong, and it cuts or
drops cells whose last Chinese character was truncated by the field's width. Both have to be seen
here, so the fixed-width records are taken apart as one numpy array and decoded a column at a time.

Source: dBASE III/IV table layout. Order of encodings: .cpg, LDID, strict UTF-8, GB18030.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.intake import encoding
from geomujun.intake.encoding import Encoding
from geomujun.intake.limits import Limits
from geomujun.intake.raw import UnreadableError
from geomujun.lang import t

DELETED: Final = 0x2A  # '*'
NAME_BYTES: Final = 10
SAMPLE_BYTES: Final = 8 << 20
# Language driver ids that name a code page; 0x57 (ANSI) and 0 say nothing.
LDID: Final = {
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x78: "big5",
    0x79: "big5",
    0x03: "cp1252",
    0x58: "cp1252",
}
CPG: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "65001": "utf-8",
    "936": "gb18030",
    "cp936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "54936": "gb18030",
    "ansi 936": "gb18030",
    "oem 936": "gb18030",
    "big5": "big5",
    "950": "big5",
    "cp950": "big5",
    "1252": "cp1252",
    "ansi 1252": "cp1252",
    "iso-8859-1": "latin-1",
    "88591": "latin-1",
    "8859-1": "latin-1",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One field: its name's bytes, type letter, and where its bytes stand in a record."""

    name: bytes
    kind: str  # C N F D L M …
    start: int
    width: int


@dataclass(slots=True)
class Dbf:
    """Decoded table; record ``i`` of the file is row ``i`` of every column."""

    names: list[str]
    truncated_name: list[bool]
    columns: list[pd.Series]
    deleted: npt.NDArray[np.bool_]
    encoding: Encoding
    notes: list[str]


def _fields(data: npt.NDArray[np.uint8], header: int, record: int, where: str) -> list[Column]:
    out, start = [], 1
    for at in range(32, header - 1, 32):
        block = data[at : at + 32].tobytes()
        if len(block) < 32 or block[0] == 0x0D:
            break
        name = block[:11].split(b"\x00")[0].rstrip(b" ")
        kind = chr(block[11])
        # Clipper keeps the high byte of a long text field's width in the decimals byte.
        width = block[16] + (
            256 * block[17] if kind == "C" and block[17] and block[16] < 255 else 0
        )
        out.append(Column(name, kind, start, width))
        start += width
    if not out or start > record:
        raise UnreadableError(
            t(
                "属性表 .dbf 的字段定义与记录长度不符（{a} > {b}）",
                "the field widths of the .dbf do not fit its record length ({a} > {b})",
                a=start,
                b=record,
            ),
            where=where,
        )
    return out


def _records(
    path: Path, limits: Limits
) -> tuple[npt.NDArray[np.uint8], list[Column], int, list[str]]:
    """Records as an (n, length) byte array, the fields, the language id and notes."""
    if path.stat().st_size < 33:
        raise UnreadableError(
            t("属性表 .dbf 是空的或被截断", "the .dbf is empty or cut off"), where=path.name
        )
    data = np.memmap(path, dtype=np.uint8, mode="r")
    claimed, header, record = struct.unpack("<IHH", data[4:12].tobytes())
    if header < 33 or record < 2 or header > len(data):
        raise UnreadableError(t("不是 dBASE 属性表", "not a dBASE table"), where=path.name)
    fields = _fields(data, header, record, path.name)
    present = (len(data) - header) // record
    notes = []
    if present < claimed:
        notes.append(
            t(
                "属性表被截断：声明 {c} 条记录，实有 {p} 条",
                "the attribute table is cut off: {c} records claimed, {p} present",
                c=claimed,
                p=present,
            )
        )
    n = min(claimed, present)
    if n > limits.rows or len(fields) > limits.columns:
        raise UnreadableError(t("行或列数超出上限", "too many rows or columns"), where=path.name)
    body = data[header : header + n * record].reshape(n, record)
    return body, fields, int(data[29]), notes


def _cells(body: npt.NDArray[np.uint8], column: Column) -> list[bytes]:
    part = np.ascontiguousarray(body[:, column.start : column.start + column.width])
    if not column.width:
        return [b""] * len(body)
    cells: list[Any] = part.view(f"S{column.width}").ravel().tolist()
    return [cell.strip(b" \x00") for cell in cells]


def _cut_tail(cell: bytes, codec: str) -> str:
    """Decode a cell whose last character the field's width cut off; other damage stays visible."""
    for cut in range(4):
        try:
            return cell[: len(cell) - cut].decode(codec)
        except UnicodeDecodeError:
            continue
    return cell.decode(codec, errors="replace")


def _decode(cells: list[bytes], codec: str) -> tuple[list[str], int]:
    """Cells as text, and how many had a truncated last character."""
    joined = b"\n".join(cells)
    if joined.count(b"\n") == len(cells) - 1:
        try:
            return joined.decode(codec).split("\n"), 0
        except UnicodeDecodeError:
            pass
    out, cut = [], 0
    for cell in cells:
        try:
            out.append(cell.decode(codec))
        except UnicodeDecodeError:
            out.append(_cut_tail(cell, codec))
            cut += 1
    return out, cut


def _without_nulls(text: pd.Series, kind: str) -> pd.Series:
    """DBASE writes a missing number as stars, a missing day as zeros, a missing logical as "?"."""
    if kind in "NF":
        return text.mask(text.str.startswith("*"), "")
    if kind == "D":
        return text.mask(text.str.strip("0") == "", "")
    return text.mask(text == "?", "") if kind == "L" else text


def _sample(body: npt.NDArray[np.uint8], fields: list[Column]) -> list[bytes]:
    """Text to judge the encoding by: field names and the cells of the first 8 MiB."""
    out = [f.name for f in fields]
    rows = body[: max(1, SAMPLE_BYTES // max(1, body.shape[1]))]
    for f in fields:
        if f.kind == "C":
            out += [cell for cell in _cells(rows, f) if not cell.isascii()]
    return out


def declared_codec(cpg: Path | None, ldid: int) -> tuple[str, str, str]:
    """What the .cpg, else the language id, declares: codec ("" for nothing), source, its words."""
    if cpg is not None:
        words = cpg.read_bytes()[:64].decode("ascii", errors="replace").strip(" \r\n\t\x00").lower()
        return CPG.get(words, ""), ".cpg", words
    return LDID.get(ldid, ""), "LDID", f"0x{ldid:02X}"


def read_dbf(path: Path, cpg: Path | None, forced: str, limits: Limits) -> Dbf:
    """Read an attribute table.

    Args:
        path: The .dbf.
        cpg: The .cpg beside it, if there is one.
        forced: Codec that mapping.yaml names, "" for none.
        limits: Bounds on rows and columns.

    Returns:
        All records, deleted ones marked; every column as text ("" for blank).

    Raises:
        UnreadableError: not a dBASE table, or its text is in no known encoding.
    """
    body, fields, ldid, notes = _records(path, limits)
    codec, source, words = declared_codec(cpg, ldid)
    sample = _sample(body, fields)
    if forced:
        found = Encoding(forced, forced.upper(), "mapping.yaml")
    else:
        found = encoding.of_declared(sample, codec, source, path.name)
        if found.declared_wrong:
            notes.append(found.how)
        elif not codec and cpg is not None:
            notes.append(
                t(".cpg 的内容“{w}”不认识", "the .cpg says {w!r}, which is unknown", w=words)
            )
    names, columns, cut_all = [], [], 0
    for f in fields:
        text, cut = _decode(_cells(body, f), found.codec)
        cut_all += cut
        columns.append(_without_nulls(pd.Series(text, dtype="str"), f.kind))
        names.append(_cut_tail(f.name, found.codec))
    if cut_all:
        notes.append(
            t(
                "{n} 个单元格末尾的汉字被字段宽度截断",
                "{n} cells end in a character cut by the width",
                n=cut_all,
            )
        )
    return Dbf(
        names,
        [len(f.name) >= NAME_BYTES - 1 for f in fields],
        columns,
        body[:, 0] == DELETED,
        found,
        notes,
    )
