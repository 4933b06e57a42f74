"""Shapefiles: shapes through GDAL, attributes from the bytes of the .dbf.

GDAL sees the .shp and its index alone, in a temporary folder: it decodes a .dbf with the declared
encoding whether that is right or not, and would write a missing index beside the original.

Source: ESRI Shapefile Technical Description (1998).
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio

from geomujun.intake import headers
from geomujun.intake.dbf import Dbf, read_dbf
from geomujun.intake.folder import Source
from geomujun.intake.gdal import from_wkb, head, quiet, short
from geomujun.intake.limits import Limits
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Facts, Header, Raw, UnreadableError
from geomujun.lang import t

SHP_MAGIC: Final = b"\x00\x00\x27\x0a"


def _index(shp: Path) -> bytes:
    """A .shx for a .shp that has none, as far as its records are whole."""
    size = shp.stat().st_size
    out = bytearray()
    with shp.open("rb") as f:
        top = f.read(100)
        at = 100
        while at + 8 <= size:
            f.seek(at)
            length = struct.unpack(">ii", f.read(8))[1]
            if length < 2 or at + 8 + 2 * length > size:
                break
            out += struct.pack(">ii", at // 2, length)
            at += 8 + 2 * length
    return top[:24] + struct.pack(">i", 50 + len(out) // 2) + top[28:100] + bytes(out)


def _check_shp(shp: Path) -> None:
    top = head(shp, 100)
    if len(top) < 100 or not top.startswith(SHP_MAGIC):
        raise UnreadableError(
            t(".shp 是空的、被截断或不是 shapefile", "the .shp is empty, cut off or no shapefile")
        )


def _shapes(source: Source, facts: Facts) -> np.ndarray:
    """Geometry of every record of the .shp, None where it cannot be read."""
    shp = source.parts[".shp"]
    _check_shp(shp)
    with tempfile.TemporaryDirectory(prefix="geomujun-") as folder:
        alone = Path(folder) / "layer.shp"
        _present(shp, alone)
        if ".shx" in source.parts:
            _present(source.parts[".shx"], alone.with_suffix(".shx"))
        else:
            alone.with_suffix(".shx").write_bytes(_index(shp))
            facts.notes.append(
                t("缺少 .shx，已按 .shp 重建索引", "no .shx: index rebuilt from the .shp")
            )
        with quiet() as seen:
            try:
                wkb = pyogrio.raw.read(alone, columns=[], force_2d=True)[2]
            except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, ValueError) as e:
                raise UnreadableError(
                    t(".shp 读不出：{e}", "the .shp cannot be read: {e}", e=short(e))
                ) from e
        if seen:
            facts.notes.append(t("GDAL：{w}", "GDAL: {w}", w=short(seen[0])))
    return from_wkb(wkb)


def _present(original: Path, link: Path) -> None:
    """Make a file visible under another name: a link, or a copy where links are not allowed."""
    try:
        link.symlink_to(original.resolve())
    except OSError:
        shutil.copyfile(original, link)


def _join_shapes(
    table: Dbf | None, shapes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[tuple[int, str, str]]]:
    """Record numbers that are alive, their geometry, and shapes without attributes."""
    n = len(table.deleted) if table is not None else len(shapes)
    alive = ~table.deleted if table is not None else np.ones(n, dtype=bool)
    geometry = np.full(n, None, dtype=object)
    shared = min(n, len(shapes))
    geometry[:shared] = shapes[:shared]
    reason = t("有图形而没有属性记录", "a shape without an attribute record")
    broken = [(i + 1, "", reason) for i in range(n, len(shapes))]
    return np.flatnonzero(alive), geometry[alive], broken


def read_shapefile(source: Source, rule: Rule, limits: Limits) -> tuple[Raw, Facts]:
    """Read a shapefile: shapes through GDAL, attributes from the .dbf's bytes.

    Raises:
        UnreadableError: no .dbf, or a part that is broken beyond reading.
    """
    facts = Facts("ESRI Shapefile")
    if ".dbf" not in source.parts:
        raise UnreadableError(
            t("缺少同名的 .dbf 属性表", "no .dbf of the same name"),
            hint=t("补齐 .shp、.shx、.dbf、.prj", "supply .shp, .shx, .dbf and .prj together"),
        )
    table = read_dbf(source.parts[".dbf"], source.parts.get(".cpg"), rule.encoding, limits)
    facts.encoding, facts.encoding_how = table.encoding.name, table.encoding.how
    facts.notes += table.notes
    shapes = _shapes(source, facts)
    records, geometry, broken = _join_shapes(table, shapes)
    if table.deleted.any():
        facts.notes.append(
            t(
                "{n} 条已标记删除的记录不读",
                "{n} records marked deleted are not read",
                n=int(table.deleted.sum()),
            )
        )
    prj = source.parts.get(".prj")
    raw = Raw(
        [
            Header(name, headers.describe([name]).names, headers.describe([name]).units, cut)
            for name, cut in zip(table.names, table.truncated_name, strict=True)
        ],
        [c.iloc[records].reset_index(drop=True) for c in table.columns],
        records.astype("int64") + 1,
        geometry,
        _prj_text(prj),
        ".prj" if prj else "",
        broken,
    )
    return raw, facts


def _prj_text(prj: Path | None) -> str:
    return (
        prj.read_bytes()[:20_000].decode("utf-8", errors="replace").strip("\x00 \r\n\t﻿")
        if prj
        else ""
    )
