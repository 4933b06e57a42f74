"""Layers with geometry: shapefile, GeoPackage, FileGDB, GeoJSON; and tables inside geodatabases.

GDAL opens what it recognises whatever the name says, so nothing reaches it unchecked: first bytes
must fit the extension, network access is switched off, a shapefile is presented with its .shp and
.shx alone, a GeoPackage only with real tables (no view, no virtual table), GeoJSON by its driver's
name.
The case folder is never written to: what has to be made is made in a temporary folder.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from geomujun.intake import encoding, headers
from geomujun.intake.archive import unpack
from geomujun.intake.dbf import Dbf, read_dbf
from geomujun.intake.folder import Source, escapes
from geomujun.intake.limits import Limits
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Facts, Header, Raw, UnreadableError
from geomujun.intake.sheets import sheet_stem
from geomujun.lang import t

SHP_MAGIC: Final = b"\x00\x00\x27\x0a"
_FEATURES: Final = re.compile(r'"type"\s*:\s*"Feature(?:Collection)?"')
SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_OFFLINE: Final = {
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing",
    "CPL_VSIL_CURL_NON_CACHED": "",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OGR_ENABLE_PARTIAL_REPROJECTION": "NO",
}


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """Run GDAL offline, its warnings gathered instead of printed."""
    pyogrio.set_gdal_config_options(_OFFLINE)
    seen: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield seen
    seen += sorted({str(w.message).replace("\n", " ")[:160] for w in caught})


def _head(path: Path, size: int = 4096) -> bytes:
    with path.open("rb") as f:
        return f.read(size)


# ---- shapefile ---------------------------------------------------------------------------------


def _index(shp: Path) -> bytes:
    """A .shx for a .shp that has none, as far as its records are whole."""
    size = shp.stat().st_size
    out = bytearray()
    with shp.open("rb") as f:
        head = f.read(100)
        at = 100
        while at + 8 <= size:
            f.seek(at)
            length = struct.unpack(">ii", f.read(8))[1]
            if length < 2 or at + 8 + 2 * length > size:
                break
            out += struct.pack(">ii", at // 2, length)
            at += 8 + 2 * length
    return head[:24] + struct.pack(">i", 50 + len(out) // 2) + head[28:100] + bytes(out)


def _check_shp(shp: Path) -> None:
    head = _head(shp, 100)
    if len(head) < 100 or not head.startswith(SHP_MAGIC):
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
        with _quiet() as seen:
            try:
                wkb = pyogrio.raw.read(alone, columns=[], force_2d=True)[2]
            except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, ValueError) as e:
                raise UnreadableError(
                    t(".shp 读不出：{e}", "the .shp cannot be read: {e}", e=_short(e))
                ) from e
        if seen:
            facts.notes.append(t("GDAL：{w}", "GDAL: {w}", w=_short(seen[0])))
    return from_wkb(wkb)


def from_wkb(values: np.ndarray) -> np.ndarray:
    """Shapely objects; None where the bytes are none."""
    with np.errstate(invalid="ignore"):  # NaN coordinates are found and listed later
        shapes: np.ndarray = shapely.from_wkb(values, on_invalid="ignore")
    return shapes


def _present(original: Path, link: Path) -> None:
    """Make a file visible under another name: a link, or a copy where links are not allowed."""
    try:
        link.symlink_to(original.resolve())
    except OSError:
        shutil.copyfile(original, link)


def _short(e: object) -> str:
    text = " ".join(str(e).split())
    return text.replace(tempfile.gettempdir(), "…")[:200]


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


# ---- through GDAL ------------------------------------------------------------------------------


def _check_sqlite(path: Path) -> None:
    if not _head(path, 16).startswith(SQLITE_MAGIC):
        raise UnreadableError(
            t("不是 GeoPackage（首字节不符）", "not a GeoPackage (first bytes)"),
            hint=t("确认扩展名与内容一致", "check that the extension fits the content"),
        )


def geopackage_tables(path: Path) -> dict[str, str]:
    """Tables a GeoPackage declares: name → "" or why it must not be read.

    Views and virtual tables run SQL of whoever made the file, so only plain tables are read.

    Raises:
        UnreadableError: not a GeoPackage, or damaged.
    """
    _check_sqlite(path)
    out = {}
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with sqlite3.connect(uri, uri=True) as db:
            db.execute("PRAGMA trusted_schema=OFF")
            listed = db.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
            ).fetchall()
            kinds = dict(
                db.execute(
                    "SELECT lower(name), type || ' ' || coalesce(sql, '') FROM sqlite_master"
                ).fetchall()
            )
        db.close()
    except (sqlite3.Error, UnicodeDecodeError) as e:
        raise UnreadableError(t("GeoPackage 损坏：{e}", "damaged GeoPackage: {e}", e=e)) from e
    for (name,) in sorted(listed):
        made = " ".join(kinds.get(str(name).lower(), "").split()).lower()
        plain = made.startswith("table create table")
        out[str(name)] = (
            "" if plain else t("是视图或虚拟表，拒绝读取", "a view or virtual table: refused")
        )
    return out


def _folder_fault(folder: Path) -> None:
    for inner in sorted(folder.rglob("*")):
        if inner.is_symlink() and escapes(inner, folder):
            raise UnreadableError(
                t(
                    "{n} 是指向外部的链接，拒绝读取",
                    "{n} is a link leading out: refused",
                    n=inner.name,
                )
            )


@contextmanager
def opened(source: Source, limits: Limits) -> Iterator[str]:
    """The name under which GDAL may open a source; an archive is unpacked for as long as needed.

    Raises:
        UnreadableError: the content does not fit the extension, or is refused.
    """
    path = source.path
    if source.kind == "gpkg":
        geopackage_tables(path)
        yield str(path)
    elif source.kind == "geojson":
        with _utf8_json(path, limits) as plain:
            yield f"GeoJSON:{plain}"
    elif source.kind == "gdb":
        _folder_fault(path)
        _check_gdb(path)
        yield str(path)
    else:
        with tempfile.TemporaryDirectory(prefix="geomujun-") as folder:
            unpack(path, Path(folder), limits)
            yield str(_inner_gdb(Path(folder)))


@contextmanager
def _utf8_json(path: Path, limits: Limits) -> Iterator[Path]:
    """A GeoJSON as UTF-8: itself, or a copy when it is in another encoding.

    GDAL tells JSON dialects by content, and some of them name other files; only a plain feature
    collection goes on.
    """
    if path.stat().st_size > limits.text_bytes:
        raise UnreadableError(t("文件超过上限", "the file is above the limit"))
    found = encoding.of_file(path)
    with path.open(encoding=found.codec, errors="replace") as f:
        head = f.read(1 << 20).lstrip("\ufeff \t\r\n")
    if not head.startswith("{") or not _FEATURES.search(head):
        raise UnreadableError(
            t("不是 GeoJSON 要素集合", "not a GeoJSON feature collection"),
            hint=t("确认扩展名与内容一致", "check that the extension fits the content"),
        )
    if found.codec in ("utf-8", "utf-8-sig"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="geomujun-") as folder:
        copy = Path(folder) / "layer.geojson"
        with (
            path.open(encoding=found.codec, errors="replace") as f,
            copy.open("w", encoding="utf-8") as out,
        ):
            shutil.copyfileobj(f, out)
        yield copy


def _check_gdb(folder: Path) -> None:
    names = {p.name.lower() for p in folder.iterdir()}
    if "a00000001.gdbtable" not in names:
        raise UnreadableError(t("文件夹里不是 FileGDB", "the folder holds no FileGDB"))


def _inner_gdb(folder: Path) -> Path:
    found = sorted(p.parent for p in folder.rglob("*") if p.name.lower() == "a00000001.gdbtable")
    if len(found) != 1:
        raise UnreadableError(
            t(
                "压缩包里有 {n} 个 FileGDB，应当恰有一个",
                "{n} FileGDBs in the archive, one is expected",
                n=len(found),
            )
        )
    if found[0].suffix.lower() == ".gdb":
        return found[0]
    renamed = folder / "layer.gdb"  # GDAL goes by the folder's name
    if found[0] == folder:
        renamed.mkdir()
        for inner in sorted(folder.iterdir()):
            if inner != renamed:
                inner.rename(renamed / inner.name)
        return renamed
    return found[0].rename(renamed)


def list_layers(source: Source, limits: Limits) -> dict[str, str]:
    """Layers and tables of a geodatabase: name → "" or why it is refused."""
    if source.kind == "gpkg":
        return geopackage_tables(source.path)
    with opened(source, limits) as name, _quiet():
        return _ogr_layers(name)


def _ogr_layers(name: str) -> dict[str, str]:
    try:
        return {str(row[0]): "" for row in pyogrio.list_layers(name)}
    except pyogrio.errors.DataSourceError as e:
        raise UnreadableError(t("打不开：{e}", "cannot be opened: {e}", e=_short(e))) from e


def choose_layer(names: dict[str, str], stem: str, rule: Rule) -> str:
    """The layer that holds a stem.

    Raises:
        UnreadableError: none or several fit, it is refused, or not there as mapping.yaml says.
    """
    wanted = rule.layer
    if wanted:
        hits = [n for n in names if n == wanted]
    else:
        hits = [n for n in names if sheet_stem(n) == stem] or [
            n for n in names if not sheet_stem(n)
        ]
    if len(hits) != 1:
        raise UnreadableError(
            t(
                "需要一个图层{w}，符合的有 {n} 个；文件中有：{all}",
                "one layer{w} is needed, {n} fit; the file has: {all}",
                w=f"“{wanted}”" if wanted else "",
                n=len(hits),
                all="、".join(names) or t("无", "none"),
            ),
            hint=t("在 mapping.yaml 中写 layer", "say layer in mapping.yaml"),
        )
    if names[hits[0]]:
        raise UnreadableError(f"{hits[0]}: {names[hits[0]]}")
    return hits[0]


Columns = tuple[pd.DataFrame, np.ndarray | None, dict[str, Any]]


def _read_ogr(name: str, layer: str | None, limits: Limits) -> Columns:
    gpkg = name.lower().endswith(".gpkg")
    options = {"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"} if gpkg else {}
    with _quiet():
        info = pyogrio.read_info(name, layer=layer, **options)
        if len(info["fields"]) > limits.columns or max(info["features"], 0) > limits.rows:
            raise UnreadableError(t("行或列数超出上限", "too many rows or columns"))
        try:
            meta, table = pyogrio.raw.read_arrow(name, layer=layer, **options)
        except NotImplementedError:  # arcs: only the slower way makes straight segments of them
            return _read_curves(name, layer, options)
    geometry = None
    column = meta["geometry_name"] or "wkb_geometry"
    if column in table.column_names:
        geometry = from_wkb(table[column].to_numpy(zero_copy_only=False))
        table = table.drop_columns([column])
    return arrow_to_frame(table), geometry, dict(meta)


def _read_curves(name: str, layer: str | None, options: dict[str, str]) -> Columns:
    meta, _, wkb, values = pyogrio.raw.read(name, layer=layer, **options)
    frame = pd.DataFrame(dict(zip(meta["fields"], values, strict=True)))
    return frame, from_wkb(wkb), dict(meta)


def _decode(value: bytes | None) -> str | None:
    for codec in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return value.decode(codec) if value is not None else None
    return value.decode("utf-8", errors="replace") if value is not None else None


def arrow_to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame; text that some program did not write as UTF-8 is decoded anew."""
    for at, field in enumerate(table.schema):
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            continue
        try:
            table.column(at).validate(full=True)
        except pa.ArrowInvalid:
            kind = pa.binary() if pa.types.is_string(field.type) else pa.large_binary()
            raw = pa.chunked_array([c.view(kind) for c in table.column(at).chunks], type=kind)
            text = pa.array([_decode(v) for v in raw.to_pylist()], type=pa.large_string())
            table = table.set_column(at, field.name, text)
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    return frame


def frame_to_raw(frame: pd.DataFrame, geometry: np.ndarray | None) -> Raw:
    """A frame with named columns as a `Raw` table."""
    made = [headers.describe([str(c)]) for c in frame.columns]
    columns = [frame.iloc[:, i].reset_index(drop=True) for i in range(frame.shape[1])]
    columns = [
        c.astype("object") if isinstance(c.dtype, pd.CategoricalDtype) else c for c in columns
    ]
    return Raw(made, columns, np.arange(1, len(frame) + 1, dtype="int64"), geometry)


def read_ogr(source: Source, layer: str | None, limits: Limits) -> tuple[Raw, Facts]:
    """Read one layer of a GeoPackage, FileGDB or GeoJSON.

    Raises:
        UnreadableError: damaged or refused.
    """
    with opened(source, limits) as name:
        try:
            frame, geometry, meta = _read_ogr(name, layer, limits)
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
        ) as e:
            raise UnreadableError(t("读不出：{e}", "cannot be read: {e}", e=_short(e))) from e
        except (ValueError, OSError, RuntimeError, shapely.errors.GEOSException) as e:
            raise UnreadableError(t("读不出：{e}", "cannot be read: {e}", e=_short(e))) from e
    raw = frame_to_raw(frame, geometry)
    raw.crs_wkt = str(meta.get("crs") or "")
    formats = {
        "gpkg": "GeoPackage",
        "gdb": "FileGDB",
        "gdb.zip": "FileGDB (zip)",
        "geojson": "GeoJSON",
    }
    facts = Facts(formats[source.kind], "UTF-8", t("格式规定", "fixed by the format"))
    if source.kind == "geojson":
        found = encoding.of_file(source.path)
        facts.encoding, facts.encoding_how = found.name, found.how
    raw.crs_from = facts.format
    return raw, facts
