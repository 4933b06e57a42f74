"""Vendor datums brought to CGCS2000."""

from __future__ import annotations

import numpy as np
import pytest

from geomujun.geo.datum import (
    DATUMS,
    RADIUS_M,
    UNKNOWN_RADIUS_M,
    distance_m,
    read_as,
    to_cgcs2000,
    write_as,
)

LON = np.tile(np.linspace(74.0, 134.0, 61), 35)
LAT = np.repeat(np.linspace(18.5, 53.0, 35), 61)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "metres"),
    [
        ("杭州", 120.15, 30.28, 521),
        ("温州", 120.65, 28.00, 540),
        ("西安", 108.94, 34.34, 462),
        ("广州", 113.26, 23.13, 621),
        ("北京", 116.40, 39.90, 556),
    ],
)
def test_the_gcj02_shift_of_known_cities(place: str, lon: float, lat: float, metres: int) -> None:
    x, y = write_as(lon, lat, "gcj02")
    moved = distance_m(np.array([lon]), np.array([lat]), x, y)[0]

    assert moved == pytest.approx(metres, abs=2), place


@pytest.mark.parametrize("datum", DATUMS)
def test_reading_undoes_writing_to_better_than_a_millimetre_all_over_china(datum: str) -> None:
    x, y = read_as(*write_as(LON, LAT, datum), datum)

    assert distance_m(LON, LAT, x, y).max() < 1e-3


def test_bd09_of_a_point_known_from_the_published_code() -> None:
    """Coordtransform's own example: gcj02 116.404, 39.915 is bd09 116.41036949371029, 39.92133699351022."""
    lon, lat = read_as(116.404, 39.915, "gcj02")
    x, y = write_as(lon, lat, "bd09")

    assert x[0] == pytest.approx(116.41036949371029, abs=1e-9)
    assert y[0] == pytest.approx(39.92133699351022, abs=1e-9)


def test_each_point_goes_by_its_own_datum() -> None:
    words = np.array(["wgs84", " GCJ02", "bd09", "cgcs2000"])
    lon, lat = np.full(4, 120.0), np.full(4, 30.0)
    got = to_cgcs2000(lon, lat, words)

    for k, name in enumerate(("wgs84", "gcj02", "bd09", "cgcs2000")):
        x, y = read_as(120.0, 30.0, name)
        assert (got.lon[k], got.lat[k]) == (x[0], y[0])
        assert got.radius_m[k] == RADIUS_M[name]
    assert got.lon[0] == got.lon[3] == 120.0


@pytest.mark.parametrize("word", ["", "unknown", "西安80", "wgs-84"])
def test_an_unknown_datum_moves_nothing_and_reaches_every_reading(word: str) -> None:
    got = to_cgcs2000(LON, LAT, word)

    assert np.array_equal(got.lon, LON)
    assert np.array_equal(got.lat, LAT)
    assert (got.radius_m >= UNKNOWN_RADIUS_M).all()
    for name in DATUMS:
        x, y = read_as(LON, LAT, name)
        assert (distance_m(LON, LAT, x, y) <= got.radius_m).all()


def test_no_point_stays_no_point() -> None:
    got = to_cgcs2000([np.nan, 120.0], [30.0, 30.0], ["gcj02", ""])

    assert np.isnan([got.lon[0], got.radius_m[0]]).all()
    assert not np.isnan(got.radius_m[1])


def test_outside_china_nothing_is_shifted() -> None:
    x, y = write_as(2.35, 48.85, "gcj02")

    assert (x[0], y[0]) == (2.35, 48.85)
