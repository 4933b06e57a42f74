"""Parquet tables and GeoParquet layers.

Source: GeoParquet 1.1 (column metadata under the key ``geo``; without ``crs`` it is OGC:CRS84).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geomujun.intake.gdal import from_wkb
from geomujun.intake.layers import arrow_to_frame, frame_to_raw
from geomujun.intake.limits import Limits
from geomujun.intake.raw import Facts, Raw, UnreadableError
from geomujun.lang import t

GEOMETRY_NAMES: Final = ("geometry", "geom", "wkb_geometry", "shape")


def _geo(file: pq.ParquetFile) -> dict[str, Any]:
    raw = (file.schema_arrow.metadata or {}).get(b"geo")
    if raw is None:
        return {}
    geo: dict[str, Any] = json.loads(raw)
    columns = geo.get("columns")
    if not isinstance(columns, dict) or not isinstance(
        columns.get(geo.get("primary_column")), dict
    ):
        raise UnreadableError(
            t("GeoParquet 的 geo 元数据不完整", "the geo metadata of the GeoParquet is not whole")
        )
    return geo


def _crs(column: dict[str, Any]) -> str:
    if "crs" not in column:
        return "OGC:CRS84"
    return json.dumps(column["crs"]) if column["crs"] is not None else ""


def _guard(file: pq.ParquetFile, limits: Limits) -> None:
    meta = file.metadata
    size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if (
        meta.num_columns > limits.columns
        or meta.num_rows > limits.rows
        or size > limits.unpacked_bytes
    ):
        raise UnreadableError(
            t(
                "{r} 行 × {c} 列、{m} MB，超过上限",
                "{r} rows × {c} columns, {m} MB: above the limit",
                r=meta.num_rows,
                c=meta.num_columns,
                m=size >> 20,
            )
        )


def _native(table: pa.Table, name: str, column: dict[str, Any]) -> np.ndarray:
    encoding = column.get("encoding", "WKB")
    if encoding != "WKB":
        raise UnreadableError(
            t(
                "GeoParquet 的图形编码 {e} 不支持",
                "GeoParquet geometry encoding {e} is not supported",
                e=encoding,
            ),
            hint=t("以 WKB 编码重新导出", "export with WKB encoding"),
        )
    values = table[name].to_numpy(zero_copy_only=False)
    return from_wkb(values)


def _read(path: Path, limits: Limits) -> tuple[Raw, bool]:
    """The table, and whether it declares itself GeoParquet."""
    with pq.ParquetFile(path) as file:
        _guard(file, limits)
        geo = _geo(file)
        table = file.read()
    geometry, declared = None, ""
    name = geo.get("primary_column", "") or _loose_geometry(table)
    if name and name in table.column_names:
        column = geo.get("columns", {}).get(name, {})
        geometry = _native(table, name, column)
        declared = _crs(column) if geo else ""
    drop = sorted({*geo.get("columns", {}), name} & set(table.column_names))
    raw = frame_to_raw(arrow_to_frame(table.drop_columns(drop)), geometry)
    raw.crs_wkt, raw.crs_from = declared, "GeoParquet"
    return raw, bool(geo)


def read_parquet(path: Path, limits: Limits) -> tuple[Raw, Facts]:
    """Read a Parquet file, its geometry when it has one.

    Raises:
        UnreadableError: not Parquet, damaged, or above a limit.
    """
    try:
        raw, geo = _read(path, limits)
    except (pa.ArrowException, OSError, ValueError, shapely.errors.GEOSException) as e:
        what = " ".join(str(e).split())[:160]
        raise UnreadableError(
            t("不是完整的 Parquet：{e}", "not a whole Parquet file: {e}", e=what)
        ) from e
    facts = Facts("GeoParquet" if geo else "Parquet", "UTF-8", t("格式规定", "fixed by the format"))
    return raw, facts


def _loose_geometry(table: pa.Table) -> str:
    """A binary column that is called geometry, in a Parquet without ``geo`` metadata."""
    for field in table.schema:
        if field.name.lower() in GEOMETRY_NAMES and (
            pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
        ):
            return str(field.name)
    return ""
