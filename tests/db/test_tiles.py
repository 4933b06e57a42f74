"""Tiles and rights by division: what is drawn, how large, and by which index."""

from __future__ import annotations

import gzip
import re

import numpy as np
import pandas as pd
import pytest
import shapely
from postgis_fixtures import publication

from geomujun.pipeline.publish import publish
from geomujun.storage import editions, tiles
from geomujun.storage.schema import publications
from geomujun.storage.target import Conn, Target, connect

LIMIT = 300_000
COUNTIES = ("330102", "330105", "330106", "330108")


def test_every_cached_tile_is_what_is_drawn_and_small(town: Target) -> None:
    with connect(town, "app") as connection:
        places = connection.execute(
            "SELECT z, x, y FROM pub.tile_cache WHERE edition = 1 ORDER BY 1, 2, 3"
        ).fetchall()
        assert {z for z, _, _ in places} == set(range(15))
        for place in places:
            kept = tiles.cached(connection, 1, place)
            drawn = tiles.draw(connection, 1, place, tiles.EVERYWHERE)
            assert gzip.decompress(kept.body) == drawn
            assert tiles.packed(drawn) == kept
            assert len(drawn) <= LIMIT


def test_plots_are_in_the_tiles_and_persons_are_not(town: Target) -> None:
    with connect(town, "app") as connection:
        z14 = [
            tiles.draw(connection, 1, (14, x, y), tiles.EVERYWHERE)
            for x, y in connection.execute(
                "SELECT x, y FROM pub.tile_cache WHERE edition = 1 AND z = 14"
            ).fetchall()
        ]
        codes = connection.execute(
            "SELECT parcel_code FROM pub.plots WHERE edition = 1 AND geom IS NOT NULL"
        ).fetchall()
    with connect(town) as connection:
        held = connection.execute("SELECT holder_names, holder_ids FROM core.parcels").fetchall()
    body = b"".join(z14)
    assert all(code.encode() in body for (code,) in codes)
    for names, numbers in held:
        for word in (names, numbers):
            assert not word or word.encode() not in body


def test_the_grid_counts_every_plot_once_at_every_zoom(town: Target) -> None:
    with connect(town, "app") as connection:
        counts = connection.execute(
            "SELECT z, sum(plots), sum(area_m2) FROM pub.grid WHERE edition = 1 GROUP BY z"
        ).fetchall()
        whole = connection.execute(
            "SELECT count(*), sum(area_m2) FROM pub.plots WHERE edition = 1 AND geom IS NOT NULL"
        ).fetchone()
    assert sorted(z for z, _, _ in counts) == list(range(14))
    for _, plots, area in counts:
        assert plots == whole[0]
        assert area == pytest.approx(whole[1])


def test_a_reader_of_another_division_sees_nothing(town: Target) -> None:
    with connect(town, "app") as connection:
        (code,) = connection.execute(
            "SELECT division_code FROM pub.plots WHERE edition = 1 LIMIT 1"
        ).fetchone()
        places = connection.execute(
            "SELECT z, x, y FROM pub.tile_cache WHERE edition = 1 AND z IN (8, 14)"
        ).fetchall()
        for place in places:
            mine = tiles.draw(connection, 1, place, [code])
            assert mine == tiles.draw(connection, 1, place, ["11", code, code])
            assert tiles.draw(connection, 1, place, ["99"]) == b""
            assert tiles.draw(connection, 1, place, []) == b""


@pytest.fixture
def many(database: Target) -> Conn:
    """40,000 plots in four counties side by side, as an edition of their own."""
    rows, columns = 200, 200
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    west, south = 120.0 + x.ravel() * 0.001, 30.0 + y.ravel() * 0.001
    county = np.array(COUNTIES)[(x.ravel() * len(COUNTIES)) // columns]
    boxes = shapely.multipolygons(shapely.box(west, south, west + 0.0008, south + 0.0008)[:, None])
    frame = pd.DataFrame(
        {
            "parcel_code": [f"{c}001001GB{n:05d}" for n, c in enumerate(county)],
            "division_code": pd.Series(county, dtype="str"),
            "kind": "parcel", "tax_class": 1, "low_efficiency": False, "review": False,
            "findings": 0, "area_m2": 1000.0, "geom": boxes,
        }
    )  # fmt: skip
    with connect(database) as connection:
        editions.begin(connection, 1)
        editions.write_frame(connection, 1, "plots", frame)
        editions.attach(connection, 1, [publications.plots])
        yield connection


@pytest.mark.parametrize("zoom", [14, 16])
def test_a_limited_reader_keeps_the_spatial_index(many: Conn, zoom: int) -> None:
    _, tile_x, tile_y = _tile(zoom)
    body = re.search(
        r"FROM \(\s*(SELECT p\.parcel_code.*?ANY \(divisions\))", _source(many), re.DOTALL
    )[1]
    frame = many.execute(
        "SELECT * FROM service.frame_of(%s::int, %s::int, %s::int)", (zoom, tile_x, tile_y)
    )
    names = [column.name for column in frame.description]
    values = dict(zip(names, frame.fetchone(), strict=True))
    told = {rf"f\.{n}": f"'{v}'::geometry" if isinstance(v, str) else str(v)
            for n, v in values.items()}  # fmt: skip
    told |= {r"\bnumber\b": "1", r"\bdivisions\b": f"'{{{COUNTIES[1]}}}'::text[]"}
    for name, value in told.items():
        body = re.sub(name, value, body)
    plan = "\n".join(row[0] for row in many.execute("EXPLAIN ANALYZE " + body).fetchall())
    assert re.search(r"(Index|Bitmap Index) Scan (using|on) plots_e1_geom_3857_idx", plan), plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize(("zoom", "layer"), [(12, b"grid"), (13, b"plots"), (14, b"plots")])
def test_a_crowded_tile_shows_cells_instead_of_passing_the_limit(
    many: Conn, zoom: int, layer: bytes
) -> None:
    editions.fill_grid(many, 1)
    editions.attach(many, 1, [publications.grid])
    place = _tile(zoom)
    drawn = tiles.draw(many, 1, place, tiles.EVERYWHERE)
    assert layer in drawn[:20]
    assert len(drawn) <= LIMIT
    whole = many.execute("SELECT service.plots_tile(1, %s, %s, %s, %s)", (*place, [""])).fetchone()
    assert (len(whole[0]) > LIMIT) == (layer == b"grid")


def _tile(zoom: int) -> tuple[int, int, int]:
    """The tile in the middle of the many plots."""
    x = int((120.1 + 180) / 360 * 2**zoom)
    y = int((1 - np.arcsinh(np.tan(np.radians(30.1))) / np.pi) / 2 * 2**zoom)
    return zoom, x, y


def _source(connection: Conn) -> str:
    return connection.execute("SELECT prosrc FROM pg_proc WHERE proname = 'plots_tile'").fetchone()[
        0
    ]


def test_a_new_edition_has_tiles_of_its_own(town: Target) -> None:
    with connect(town) as connection:
        connection.execute(
            "INSERT INTO review.decisions (parcel_code, uscc, verdict, reviewer, decided_at)"
            " SELECT parcel_code, uscc, 'same', 'x', '2024' FROM pub.review_queue"
        )
    second = publish(town, publication()).number
    with connect(town, "app") as connection:
        differ = connection.execute(
            "SELECT count(*) FROM pub.tile_cache AS a JOIN pub.tile_cache AS b"
            " USING (layer, z, x, y) WHERE a.edition = 1 AND b.edition = %s AND a.etag <> b.etag",
            (second,),
        ).fetchone()
    assert differ[0] > 0


@pytest.mark.parametrize("zoom", [12, 13, 14, 16])
def test_shapes_are_whole_turned_right_and_where_they_were(town: Target, zoom: int) -> None:
    """Not clipped near the border, and no further from the clipped ones than lines may move."""
    with connect(town) as connection:
        found = connection.execute(
            "WITH tiles AS (SELECT DISTINCT x, y FROM service.tiles_of(1, %(z)s, %(z)s)),"
            " drawn AS (SELECT f.slack, ST_SetSRID(ST_AsMVTGeom(p.geom_3857, f.square, 4096, 64), 3857) AS clipped,"
            "  service.tile_shape(p.geom_3857, f.square, f.wide, f.east, f.north, f.scale, f.slack)"
            "   AS whole, ST_MakeEnvelope(-64, -64, 4160, 4160, 3857) AS kept"
            "  FROM tiles, service.frame_of(%(z)s, x, y) AS f, pub.plots AS p"
            "  WHERE p.edition = 1 AND p.geom_3857 && f.buffered)"
            " SELECT count(*), bool_and(ST_IsPolygonCCW(whole)), bool_and(ST_IsValid(whole)),"
            " max(ST_HausdorffDistance(ST_Intersection(whole, kept), clipped) - slack),"
            " bool_or(ST_IsEmpty(whole))"
            " FROM drawn WHERE clipped IS NOT NULL",
            {"z": zoom},
        ).fetchone()
    count, turned, valid, apart, lost = found
    assert count > 20
    assert turned
    assert valid
    assert not lost
    assert apart <= 2  # units of a tile's 4096, of rounding
