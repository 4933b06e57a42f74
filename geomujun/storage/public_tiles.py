"""Tiles for the public: the columns its locality publishes, and no cell of too few firms.

Which cells are withheld is the policy's word (`Publication.suppressed`), asked for the four cells
of each cell of the zoom before: where one of them is withheld alone, it could be told from that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString

from psycopg import sql

from geomujun.policy.publication import Publication
from geomujun.storage.target import Conn

GRID_BELOW: Final = 12  # zooms that show cells instead of plots
# Attributes of a tile by the column that must be public for them.
PLOTS: Final[Mapping[str, Mapping[str, LiteralString]]] = {
    "parcel_code": {"parcel_code": "p.parcel_code"},
    "parcel_grade": {"parcel_grade": "p.parcel_grade"},
    "enterprise_grade": {"enterprise_grade": "p.enterprise_grade"},
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
  SELECT {} service.tile_shape(
           p.geom_3857, f.square, f.wide, f.east, f.north, f.scale, f.slack) AS geom
  FROM service.frame_of(%(z)s::int, %(x)s::int, %(y)s::int) AS f, pub.plots AS p
  WHERE p.edition = %(edition)s AND p.geom_3857 && f.buffered
  ORDER BY p.parcel_code OFFSET 0
) AS t WHERE NOT ST_IsEmpty(t.geom)
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
    AND NOT EXISTS (SELECT FROM unnest(%(held_x)s::int[], %(held_y)s::int[]) AS h (x, y)
                    WHERE h.x = g.x AND h.y = g.y)
  GROUP BY g.x, g.y
  HAVING sum(g.plots) >= %(fewest)s
  ORDER BY g.x, g.y
) AS t
""")

# Firms that use land of each cell; plots count where their middle lies, as in the grid.
_FIRMS: Final = """
WITH middles AS (
  SELECT p.parcel_code, (ST_X(c) + 20037508.342789244) / 40075016.685578488 AS px,
         (20037508.342789244 - ST_Y(c)) / 40075016.685578488 AS py
  FROM (SELECT q.parcel_code, ST_Centroid(q.geom_3857) AS c FROM pub.plots AS q
        WHERE q.edition = %(edition)s AND q.geom_3857 IS NOT NULL
          AND q.geom_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s)) AS p
)
SELECT floor(px * 2 ^ (%(z)s + 5))::int, floor(py * 2 ^ (%(z)s + 5))::int, count(DISTINCT l.uscc)
FROM middles AS m LEFT JOIN pub.links AS l
  ON l.edition = %(edition)s AND l.parcel_code = m.parcel_code
  AND l.relation <> 'REGISTERED_ONLY' AND (l.band = 'auto' OR l.decision = 'same')
GROUP BY 1, 2
"""


def _held(
    connection: Conn, asked: Mapping[str, object], policy: Publication
) -> tuple[list[int], list[int]]:
    """Columns and rows of the cells that are withheld."""
    families: dict[tuple[int, int], dict[str, int]] = {}
    for x, y, firms in connection.execute(_FIRMS, asked):
        families.setdefault((x // 2, y // 2), {})[f"{x} {y}"] = firms
    held = [name for cells in families.values() for name in sorted(policy.suppressed(cells))]
    places = [tuple(map(int, name.split())) for name in held]
    return [x for x, _ in places], [y for _, y in places]


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
    policy: Publication,
) -> bytes:
    """One tile (z, x, y) of the layer ``land`` as the public may see it, b"" when it is empty.

    Args:
        connection: Any.
        edition: Its number.
        place: Zoom, column, row.
        shown: Columns of plots that are public; none gives an empty tile.
        policy: Says which cells have too few firms; those of too few plots are left out too.
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
    asked: dict[str, object] = {"edition": edition, "z": z, "x": x, "y": y}
    if query is _GRID:
        held_x, held_y = _held(connection, asked, policy)
        asked |= {"held_x": held_x, "held_y": held_y, "fewest": policy.fewest}
    row = connection.execute(query.format(sql.Composed(columns)), asked).fetchone()
    return bytes(row[0] or b"") if row else b""
