"""Tiles for the public: the columns its locality publishes, and no cell of too few plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString

from psycopg import sql

from geomujun.storage.target import Conn

GRID_BELOW: Final = 12  # zooms that show cells instead of plots
# Attributes of a tile by the column that must be public for them.
PLOTS: Final[Mapping[str, Mapping[str, LiteralString]]] = {
    "parcel_code": {"parcel_code": "p.parcel_code"},
    "parcel_grade": {"parcel_grade": "p.parcel_grade"},
    "enterprise_grade": {"enterprise_grade": "p.enterprise_grade"},
    "bucket": {"bucket": "p.bucket"},
    "kind": {"kind": "nullif(p.kind, 'parcel')"},
    "tax_class": {"tax_class": "p.tax_class"},
    "low_efficiency": {"flags": "p.low_efficiency::int"},  # its other two are never public
}
CELLS: Final[Mapping[str, Mapping[str, LiteralString]]] = {
    "parcel_grade": {
        "parcel_a": "round(sum(g.parcel_a_m2))::bigint",
        "parcel_b": "round(sum(g.parcel_b_m2))::bigint",
        "parcel_c": "round(sum(g.parcel_c_m2))::bigint",
        "parcel_d": "round(sum(g.parcel_d_m2))::bigint",
    },
    "enterprise_grade": {
        "firm_a": "round(sum(g.firm_a_m2))::bigint",
        "firm_b": "round(sum(g.firm_b_m2))::bigint",
        "firm_c": "round(sum(g.firm_c_m2))::bigint",
        "firm_d": "round(sum(g.firm_d_m2))::bigint",
    },
    "area_m2": {"area_m2": "round(sum(g.area_m2))::bigint"},
    "low_efficiency": {"low": "round(sum(g.low_m2))::bigint"},
}
COUNT: Final = "plots"  # of a cell; shown whenever anything is

_PLOTS: Final = sql.SQL("""
SELECT ST_AsMVT(t, 'plots', 4096, 'geom') FROM (
  SELECT {} ST_AsMVTGeom(p.geom_3857, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64) AS geom
  FROM pub.plots AS p
  WHERE p.edition = %(edition)s
    AND p.geom_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)
  ORDER BY p.parcel_code
) AS t WHERE t.geom IS NOT NULL
""")
_GRID: Final = sql.SQL("""
SELECT ST_AsMVT(t, 'grid', 4096, 'geom') FROM (
  SELECT sum(g.plots)::int AS plots, {}
         ST_MakeEnvelope((g.x - %(x)s * 32) * 128, (g.y - %(y)s * 32) * 128,
                         (g.x - %(x)s * 32 + 1) * 128, (g.y - %(y)s * 32 + 1) * 128) AS geom
  FROM pub.grid AS g
  WHERE g.edition = %(edition)s AND g.z = %(z)s
    AND g.x BETWEEN %(x)s * 32 AND %(x)s * 32 + 31
    AND g.y BETWEEN %(y)s * 32 AND %(y)s * 32 + 31
  GROUP BY g.x, g.y
  HAVING sum(g.plots) >= %(fewest)s
  ORDER BY g.x, g.y
) AS t
""")


def attributes(zoom: int, shown: Sequence[str]) -> tuple[str, ...]:
    """What a public tile of a zoom carries, given the columns of plots that are public."""
    told = CELLS if zoom < GRID_BELOW else PLOTS
    names = [n for column in told if column in shown for n in told[column]]
    return (COUNT, *names) if shown and told is CELLS else tuple(names)


def draw(
    connection: Conn,
    edition: int,
    place: tuple[int, int, int],
    shown: Sequence[str],
    fewest: int,
) -> bytes:
    """One tile (z, x, y) of the layer ``land`` as the public may see it, b"" when it is empty.

    Args:
        connection: Any.
        edition: Its number.
        place: Zoom, column, row.
        shown: Columns of plots that are public; none gives an empty tile.
        fewest: Plots in a cell below which it is left out.
    """
    if not shown:
        return b""
    z, x, y = place
    told, query = (CELLS, _GRID) if z < GRID_BELOW else (PLOTS, _PLOTS)
    columns = [
        sql.SQL(text) + sql.SQL(" AS {}, ").format(sql.Identifier(name))
        for column in told
        if column in shown
        for name, text in told[column].items()
    ]
    asked = {"edition": edition, "z": z, "x": x, "y": y, "fewest": fewest}
    row = connection.execute(query.format(sql.Composed(columns)), asked).fetchone()
    return bytes(row[0] or b"") if row else b""
