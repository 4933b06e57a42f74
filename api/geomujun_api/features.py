"""Features of a collection out of PostGIS, a page at a time in the order of their keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

from psycopg import sql

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.storage.target import Conn
from geomujun_api.collections import Collection
from geomujun_api.service import Caller

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
# CGCS2000 and WGS 84 are one to a few centimetres here: no shift is made between them.
CRS_LIST: Final = (CRS84, f"{EPSG}4326", f"{EPSG}4490")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class Asked:
    """What is wanted of a collection; ``values`` go to the parameters of its source and where."""

    names: Sequence[str]
    values: dict[str, object]
    conditions: list[sql.Composable] = field(default_factory=list)
    after: str = ""  # key of the last feature of the page before
    limit: int = 100
    flipped: bool = False  # latitude first


def flips(crs: str) -> bool:
    """Whether a reference system writes latitude first.

    Raises:
        UsageError: it is none of ours.
    """
    if crs not in CRS_LIST:
        raise UsageError(t("没有这个坐标系", "no such CRS"), hint=", ".join(CRS_LIST))
    return crs != CRS84


def in_box(text: str, flipped: bool) -> tuple[sql.Composable, dict[str, object]]:
    """The condition of a bbox of four or six numbers.

    Raises:
        UsageError: it is no box.
    """
    try:
        found = [float(n) for n in text.split(",")]
    except ValueError:
        found = []
    if len(found) == 6:
        found = [found[0], found[1], found[3], found[4]]
    if len(found) != 4 or not all(abs(n) <= 180 for n in found):
        raise UsageError(
            t("bbox 应为四个数", "a bbox is four numbers"), hint="120.1,30.1,120.2,30.2"
        )
    if flipped:
        found = [found[1], found[0], found[3], found[2]]
    west, south, east, north = found
    if west > east or south > north:
        raise UsageError(t("bbox 的角不对", "the corners of the bbox are wrong"))
    names = {"west": west, "south": south, "east": east, "north": north}
    box: LiteralString = (
        "ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8,"
        " %(north)s::float8, 4490)"
    )
    return sql.SQL("(geom && " + box + " AND ST_Intersects(geom, " + box + "))"), dict(names)


def key_of(collection: Collection, text: str) -> str | int | None:
    """A feature's key as its table has it; None when it can be none."""
    if not collection.numbered:
        return text if text and "\x00" not in text else None
    return int(text) if _NUMBER.fullmatch(text) else None


def page(connection: Conn, collection: Collection, asked: Asked) -> list[tuple[Any, ...]]:
    """At most ``limit`` + 1 rows: key, GeoJSON geometry (text or None), properties."""
    conditions, values = list(asked.conditions), dict(asked.values)
    if asked.after:
        values["after"] = key_of(collection, asked.after)
        if values["after"] is None:
            raise UsageError(t("翻页标记不对", "no such page"))
        conditions.append(sql.SQL("id > %(after)s"))
    values["most"] = asked.limit + 1
    shape = sql.SQL("ST_FlipCoordinates(geom)" if asked.flipped else "geom")
    columns = sql.SQL("").join(sql.SQL(", ") + sql.Identifier(n) for n in asked.names)
    query = sql.SQL(
        "SELECT id, ST_AsGeoJSON({}, 9, 0){} FROM ({}) AS c{} ORDER BY id LIMIT %(most)s"
    ).format(shape, columns, sql.SQL(collection.rows), _all_of(conditions))
    return connection.execute(query, values).fetchall()


def matched(connection: Conn, collection: Collection, asked: Asked) -> int:
    """How many features there are in all."""
    query = sql.SQL("SELECT count(*) FROM ({}) AS c{}").format(
        sql.SQL(collection.rows), _all_of(asked.conditions)
    )
    row = connection.execute(query, asked.values).fetchone()
    return int(row[0]) if row else 0


def extent(
    connection: Conn, collection: Collection, values: Mapping[str, object]
) -> list[float] | None:
    """West, south, east, north of what a reader sees; None when nothing has a shape."""
    query = sql.SQL(
        "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)"
        " FROM (SELECT ST_Extent(geom) AS e FROM ({}) AS c) AS x"
    ).format(sql.SQL(collection.rows))
    row = connection.execute(query, values).fetchone()
    return [float(v) for v in row] if row and row[0] is not None else None


def _all_of(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")


def as_feature(
    caller: Caller, names: Sequence[str], row: Sequence[Any], beside: Mapping[str, object]
) -> str:
    """A row as a GeoJSON feature."""
    told: dict[str, Any] = {n: v for n, v in zip(names, row[2:], strict=True) if v is not None}
    told = caller.told(told) | dict(beside)
    key = json.dumps(row[0], ensure_ascii=False)
    properties = json.dumps(told, ensure_ascii=False, default=str)
    shape = row[1] or "null"
    return f'{{"type":"Feature","id":{key},"geometry":{shape},"properties":{properties}}}'


def as_collection(features: Iterable[str], beside: Mapping[str, object]) -> str:
    """Features as a GeoJSON collection."""
    head = json.dumps(beside, ensure_ascii=False)[1:-1]
    return f'{{"type":"FeatureCollection",{head},"features":[{",".join(features)}]}}'
