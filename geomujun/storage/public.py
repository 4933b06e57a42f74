"""What of an edition the public may have, as rows: columns by the locality's word, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from psycopg import sql

from geomujun.policy.publication import Publication
from geomujun.storage import public_tiles, records
from geomujun.storage.target import Conn

ZOOMS: Final = (0, 14)  # of a map in files; the browser draws nearer ones from the last


def rows(
    connection: Conn, edition: int, table: str, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Rows of a table of an edition with these columns only, in the table's order."""
    if not columns:
        return []
    order = {"plots": "parcel_code", "firms": "uscc"}.get(table, "row_no")
    query = sql.SQL("SELECT {} FROM {} WHERE edition = %s ORDER BY {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier("pub", table), sql.Identifier(order),
    )  # fmt: skip
    return records.every(connection, query, (edition,))


def middles(connection: Conn, edition: int) -> dict[str, tuple[float, float]]:
    """A point in each plot, lon/lat in EPSG:4490: what a search flies to."""
    found = connection.execute(
        "SELECT parcel_code, ST_X(c), ST_Y(c) FROM (SELECT parcel_code, ST_PointOnSurface(geom)"
        " AS c FROM pub.plots WHERE edition = %s AND geom IS NOT NULL) AS p",
        (edition,),
    ).fetchall()
    return {code: (round(x, 6), round(y, 6)) for code, x, y in found}


def tiles(
    connection: Conn, edition: int, columns: Sequence[str], policy: Publication
) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """The public's tiles that hold anything, as (z, x, y) and MVT."""
    places = connection.execute(
        "SELECT z, x, y FROM service.tiles_of(%s, %s, %s)", (edition, *ZOOMS)
    ).fetchall()
    for z, x, y in places:
        body = public_tiles.draw(connection, edition, (z, x, y), columns, policy)
        if body:
            yield (z, x, y), body
