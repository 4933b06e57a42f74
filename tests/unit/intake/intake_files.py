"""Small case folders for the intake tests: a sound one, and the means to spoil it.

Coordinates lie near 柯桥; codes are invented and not checked by intake.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import xlsxwriter
from pyproj import Transformer

LON, LAT = 120.45, 30.08
CODES = [f"330603001001GB{i:05d}" for i in range(1, 5)]
HOLDERS = ["绍兴甲纺织有限公司", "绍兴乙印染有限公司", "绍兴丙机械有限公司", "柯桥丁塑业有限公司"]
USCC = ["91330603MA2880001A", "91330603MA2880002B", "91330603MA2880003C", "91330603MA2880004D"]


def squares(epsg: int = 4490, n: int = 4, side: float = 100.0) -> list[Any]:
    """``n`` squares of ``side`` metres beside each other, drawn in EPSG:4549, given in ``epsg``."""
    to_plane = Transformer.from_crs(4490, 4549, always_xy=True)
    x, y = to_plane.transform(LON, LAT)
    boxes = [shapely.box(x + 200 * i, y, x + 200 * i + side, y + side) for i in range(n)]
    moved = gpd.GeoSeries(boxes, crs=4549).to_crs(epsg)
    return list(moved)


def parcels(epsg: int = 4490, n: int = 4, **more: Any) -> gpd.GeoDataFrame:
    """Sound parcels; ``more`` replaces or adds columns."""
    data = {
        "ZDDM": CODES[:n],
        "ZL": ["柯桥区兰亭街道科技路1号"] * n,
        "ZDMJ": [10000.0] * n,
        "YT": ["0601"] * n,
        "QLRMC": HOLDERS[:n],
    }
    return gpd.GeoDataFrame(data | more, geometry=squares(epsg, n), crs=epsg)


def enterprises(**more: Any) -> pd.DataFrame:
    """Sound enterprises; ``more`` replaces or adds columns."""
    data = {"统一社会信用代码": USCC, "企业名称": HOLDERS, "登记状态": ["存续"] * 4}
    return pd.DataFrame(data | more)


def write_geojson(path: Path, frame: gpd.GeoDataFrame | None = None) -> Path:
    """Parcels as GeoJSON (UTF-8)."""
    path.write_text((parcels() if frame is None else frame).to_json(), encoding="utf-8")
    return path


def sound_case(folder: Path) -> Path:
    """The smallest case that can be read: parcels.geojson and enterprises.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    write_geojson(folder / "parcels.geojson")
    enterprises().to_csv(folder / "enterprises.csv", index=False)
    return folder


def features(geometries: Sequence[Mapping[str, Any] | None], **properties: Sequence[Any]) -> str:
    """GeoJSON text out of raw geometry members, so that broken ones can be written."""
    rows = [
        {
            "type": "Feature",
            "properties": {k: v[i] for k, v in properties.items()},
            "geometry": g,
        }
        for i, g in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False)


def write_shapefile(
    folder: Path,
    stem: str,
    frame: gpd.GeoDataFrame,
    encoding: str = "GB18030",
    cpg: str | None = None,
) -> Path:
    """A shapefile; ``cpg`` is the text of the .cpg, None for no .cpg."""
    path = folder / f"{stem}.shp"
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def write_dbf(
    path: Path, fields: Sequence[tuple[bytes, int]], rows: Sequence[Sequence[bytes]], ldid: int = 0
) -> None:
    """An attribute table of text fields out of raw bytes, cut at the field's width."""
    length = 1 + sum(width for _, width in fields)
    head = struct.pack("<BBBBIHH", 3, 126, 11, 20, len(rows), 33 + 32 * len(fields), length)
    out = head + b"\x00" * 17 + bytes([ldid]) + b"\x00" * 2
    for name, width in fields:
        out += name[:11].ljust(11, b"\x00") + b"C" + b"\x00" * 4 + bytes([width, 0]) + b"\x00" * 14
    out += b"\r"
    for row in rows:
        cells = (v[:w].ljust(w, b" ") for v, (_, w) in zip(row, fields, strict=True))
        out += b" " + b"".join(cells)
    path.write_bytes(out + b"\x1a")


def write_sheets(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], merges: Sequence[str] = ()
) -> Path:
    """A workbook of plain rows; ``merges`` are ranges of the first sheet such as "A1:C1"."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if value is not None:
                        sheet.write(r, c, value)
            if name == next(iter(sheets)):
                for area in merges:
                    first = rows[int("".join(c for c in area.split(":")[0] if c.isdigit())) - 1]
                    column = ord(area[0]) - 65
                    sheet.merge_range(area, first[column])
    return path


def write_xls(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A BIFF8 workbook in its OLE container, one sheet named "Sheet1"."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += record(0x0204, struct.pack("<HHHHB", r, c, 0, len(value), 1) + text)
            elif value is not None:
                cells += record(0x0203, struct.pack("<HHHd", r, c, 0, value))
    name = b"Sheet1"
    globals_ = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    globals_ += record(0x0042, struct.pack("<H", 1200))
    offset = len(globals_) + 4 + 8 + len(name) + 4
    globals_ += record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name), 0) + name) + record(
        0x000A
    )
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    sheet += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    stream = globals_ + sheet + cells + record(0x000A)
    path.write_bytes(_ole(stream))
    return path


def _ole(stream: bytes) -> bytes:
    """The smallest OLE container with one stream "Workbook" of at least 4096 bytes."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00")
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat = b"".join(struct.pack("<I", v) for v in chain).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (4 * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le")
        out = text.ljust(64, b"\x00") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, 1)
        out += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\x00" * 36
        return out + struct.pack("<IQ", start, size)

    empty = entry("", 0, 0xFFFFFFFF, 0, 0)
    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    directory += entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + empty + empty
    return head + fat + directory + stream
