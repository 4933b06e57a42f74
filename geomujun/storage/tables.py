"""Frames to tables and back, by COPY: fast, and exact to the last bit of a number."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import shapely
from psycopg import sql

from geomujun.domain.case import CRS
from geomujun.domain.model import Kind
from geomujun.storage.target import Conn

_ARROW: Final[dict[Kind, Any]] = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.DATE: pa.date32(),
}
_CHUNK: Final = 1 << 20


def copy_in(connection: Conn, table: sql.Composable, frame: pd.DataFrame) -> None:
    """COPY a frame into a table whose columns have the frame's names; ``geom`` as shapely objects.

    Missing numbers, dates and shapes become NULL; text stays text, "" included.
    """
    columns = sql.SQL(", ").join(sql.Identifier(str(c)) for c in frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, len(frame), 50_000):
            copy.write(_csv(frame.iloc[start : start + 50_000]))


def _csv(frame: pd.DataFrame) -> bytes:
    arrays = [_arrow(frame[c]) for c in frame.columns]
    table = pa.Table.from_arrays(arrays, names=[str(c) for c in frame.columns])
    buffer = io.BytesIO()
    pa_csv.write_csv(table, buffer, pa_csv.WriteOptions(include_header=False))
    return buffer.getvalue()


def _arrow(values: pd.Series) -> Any:
    if values.name == "geom":
        return pa.array(_hex(values.to_numpy()), type=pa.string())
    kind = values.dtype.kind
    if kind == "M":
        return pa.array(values.to_numpy("datetime64[D]"), type=pa.date32())
    if kind == "f":
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        return pa.array(numbers, from_pandas=True)
    if kind in "iub":
        return pa.array(values.array, from_pandas=True)
    if isinstance(values.dtype, pd.StringDtype):
        return pc.replace_substring(pa.array(values, from_pandas=True), "\x00", "")
    text = [None if v is None or v is pd.NA else str(v).replace("\x00", "") for v in values]
    return pa.array(text, type=pa.string())


def _hex(shapes: Any) -> Any:
    with_srid = shapely.set_srid(shapes, 4490)
    return shapely.to_wkb(with_srid, hex=True, include_srid=True)


def copy_out(
    connection: Conn,
    query: sql.Composable | str,
    kinds: Mapping[str, Kind],
    values: Sequence[object] = (),
) -> pd.DataFrame:
    """The rows of a query as a frame in the catalogue's types.

    Args:
        connection: Open connection.
        query: A SELECT of the columns of ``kinds``, in that order; a shape as ``geom``.
        kinds: Type of each column, ``geom`` left out.
        values: Parameters of the query.
    """
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(
        sql.SQL(query) if isinstance(query, str) else query
    )
    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(statement, values) as copy:
        for part in copy:
            text.write(part)
    text.seek(0)
    types = {name: _ARROW[kind] for name, kind in kinds.items()} | {"geom": pa.string()}
    options = pa_csv.ConvertOptions(
        column_types=types,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    table = pa_csv.read_csv(
        text,
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        read_options=pa_csv.ReadOptions(block_size=64 * _CHUNK),
        convert_options=options,
    )
    return _frame(table, kinds)


def _frame(table: Any, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    columns = {name: _pandas(table.column(name), kind) for name, kind in kinds.items()}
    frame = pd.DataFrame(columns)
    if "geom" not in table.column_names:
        return frame
    hexed = table.column("geom").to_numpy(zero_copy_only=False)
    shapes = shapely.set_srid(shapely.from_wkb(hexed), 0)
    layer: pd.DataFrame = gpd.GeoDataFrame(
        frame, geometry=gpd.GeoSeries(shapes, crs=CRS, index=frame.index)
    )
    return layer


def _pandas(column: Any, kind: Kind) -> pd.Series:
    if kind is Kind.TEXT:
        return pd.Series(column.to_numpy(zero_copy_only=False), dtype="str").fillna("")
    if kind is Kind.NUMBER:
        return pd.Series(column.to_numpy(zero_copy_only=False), dtype="float64")
    if kind is Kind.DATE:
        return pd.Series(column.to_numpy(zero_copy_only=False)).astype("datetime64[s]")
    return pd.Series(column.to_pandas(integer_object_nulls=True), dtype="Int64")
