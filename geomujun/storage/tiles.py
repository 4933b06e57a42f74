"""Vector tiles: drawn by PostGIS, cached gzipped for readers who may see all divisions."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from geomujun.storage.editions import partition
from geomujun.storage.target import Conn

LAYER: Final = "land"  # see service.land_tile
CACHED_ZOOM: Final = (0, 14)
EVERYWHERE: Final = ("",)
KEPT: Final = 6  # gzip level of what is drawn once and kept
QUICK: Final = 3  # of what is drawn for one reader: three times faster, 6 % larger
LIVE: Final = "SELECT service.land_tile($1::int, $2::int, $3::int, $4::int, $5::text[])"


@dataclass(frozen=True, slots=True)
class Tile:
    """A gzipped tile and the digest of its content."""

    body: bytes
    etag: str


def draw(
    connection: Conn, edition: int, place: tuple[int, int, int], divisions: Sequence[str]
) -> bytes:
    """One tile (z, x, y) of the layer ``land`` as MVT, b"" when it is empty.

    ``divisions``: prefixes the reader may see; ("",) for all.
    """
    row = connection.execute(
        "SELECT service.land_tile(%s, %s, %s, %s, %s)", (edition, *place, list(divisions))
    ).fetchone()
    return bytes(row[0] or b"") if row else b""


def packed(body: bytes, level: int = KEPT) -> Tile:
    """A tile gzipped, always to the same bytes."""
    return Tile(gzip.compress(body, level, mtime=0), hashlib.sha256(body).hexdigest()[:32])


def fill_cache(connection: Conn, edition: int) -> int:
    """Draw all tiles of the cached zooms that hold a plot; their number."""
    places = connection.execute(
        "SELECT z, x, y FROM service.tiles_of(%s, %s, %s)", (edition, *CACHED_ZOOM)
    ).fetchall()
    statement = sql.SQL("COPY {} (edition, layer, z, x, y, etag, body) FROM STDIN (FORMAT binary)")
    made = list(_drawn(connection, edition, [(z, x, y) for z, x, y in places]))
    into = statement.format(partition("tile_cache", edition))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.set_types(["int4", "text", "int2", "int4", "int4", "text", "bytea"])
        for (z, x, y), tile in made:
            copy.write_row((edition, LAYER, z, x, y, tile.etag, tile.body))
    return len(made)


def _drawn(
    connection: Conn, edition: int, places: list[tuple[int, int, int]]
) -> Iterator[tuple[tuple[int, int, int], Tile]]:
    for place in places:
        body = draw(connection, edition, place, EVERYWHERE)
        if body:
            yield place, packed(body)


def cached(connection: Conn, edition: int, place: tuple[int, int, int]) -> Tile | None:
    """A tile of the cache, for readers of all divisions only."""
    row = connection.execute(
        "SELECT body, etag FROM pub.tile_cache"
        " WHERE edition = %s AND layer = %s AND z = %s AND x = %s AND y = %s",
        (edition, LAYER, *place),
    ).fetchone()
    return Tile(bytes(row[0]), str(row[1])) if row else None
