"""Layers of GeoPackage, FileGDB and GeoJSON, and tables inside geodatabases.

GDAL opens what it recognises whatever the name says, so nothing reaches it unchecked: first bytes
must fit the extension, network access is switched off, a GeoPackage gives only real tables (no
view, no virtual table), GeoJSON is opened by its driver's name.
The case folder is never written to: what has to be made is made in a temporary folder.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
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
from geomujun.intake.folder import Source, escapes
from geomujun.intake.gdal import from_wkb, head, quiet, short
from geomujun.intake.limits import Limits
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Facts, Raw, UnreadableError
from geomujun.intake.sheets import sheet_stem
from geomujun.lang import t

_FEATURES: Final = re.compile(r'"type"\s*:\s*"Feature(?:Collection)?"')
SQLITE_MAGIC: Final = b"SQLite format 3\x00"


def _check_sqlite(path: Path) -> None:
    if not head(path, 16).startswith(SQLITE_MAGIC):
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
        top = f.read(1 << 20).lstrip("\ufeff \t\r\n")
    if not top.startswith("{") or not _FEATURES.search(top):
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
    with opened(source, limits) as name, quiet():
        return _ogr_layers(name)


def _ogr_layers(name: str) -> dict[str, str]:
    try:
        return {str(row[0]): "" for row in pyogrio.list_layers(name)}
    except pyogrio.errors.DataSourceError as e:
        raise UnreadableError(t("打不开：{e}", "cannot be opened: {e}", e=short(e))) from e


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
    with quiet():
        info = pyogrio.read_info(name, layer=layer, **options)
        if len(info["fields"]) > limits.columns or max(info["features"], 0) > limits.rows:
            raise UnreadableError(t("行或列数超出上限", "too many rows or columns"))
        try:
            return _read_plain(name, layer, options)
        except NotImplementedError:  # arcs: only the slower way makes straight segments of them
            return _read_curves(name, layer, options)


def _read_plain(name: str, layer: str | None, options: dict[str, str]) -> Columns:
    meta, table = pyogrio.raw.read_arrow(name, layer=layer, **options)
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
            raise UnreadableError(t("读不出：{e}", "cannot be read: {e}", e=short(e))) from e
        except (ValueError, OSError, RuntimeError, shapely.errors.GEOSException) as e:
            raise UnreadableError(t("读不出：{e}", "cannot be read: {e}", e=short(e))) from e
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
