"""Points in vendor datums brought to CGCS2000: GCJ-02 (火星坐标), BD-09 (百度), WGS 84.

Declared datums only: a point without one keeps its numbers and gets a radius that covers every
reading of them, so that it can be no more than a hint. Coordinate systems of layers and files are
the business of `geo.crs`; here are single points in degrees.

GCJ-02 is an offset of up to about 700 m computed from the position (the formula below became known
with the "eviltransform" code, 2011–2013, and is repeated unchanged by coordtransform, gcoord and
pg-coordtransform); it has no official text, so its agreement with the vendors' own shift is known
only to metres. BD-09 rotates GCJ-02 by a further 0.0065°/0.006°. The inverse has no closed form:
it is found by iteration, to better than 0.1 m. Outside the box of mainland China the vendors do
not shift, nor does this.

The legal side of undoing GCJ-02 is disputed (gcoord #12): callers treat it as optional.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

DATUMS: Final = ("cgcs2000", "wgs84", "gcj02", "bd09")
_A: Final = 6378245.0  # Krasovsky 1940, the ellipsoid the published formula uses
_E2: Final = 0.00669342162296594323
_BOX: Final = (72.004, 137.8347, 0.8293, 55.8271)  # west, east, south, north: shifted inside only
_BD: Final = np.pi * 3000.0 / 180.0
_EARTH_M: Final = 6371008.8  # mean radius: distances here are hints of tens of metres
_ROUNDS: Final = 6  # the error falls at least 30-fold a round: below a millimetre after six

# How far the true place may be from the converted one, metres: digitising and vendor placing, plus
# for gcj02 and bd09 what the reconstruction of the shift leaves open.
RADIUS_M: Final = {"cgcs2000": 20.0, "wgs84": 20.0, "gcj02": 30.0, "bd09": 40.0}
UNKNOWN_RADIUS_M: Final = 700.0  # least radius of a point without a datum


class Placed(NamedTuple):
    """Points in CGCS2000 degrees with the radius in metres that holds the true place."""

    lon: Floats
    lat: Floats
    radius_m: Floats


def to_cgcs2000(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: npt.ArrayLike) -> Placed:
    """Points in their declared datums, as CGCS2000.

    WGS 84 and CGCS2000 differ by less than a metre and are taken as one.

    Args:
        lon: Degrees east, shape (n,), NaN for no point.
        lat: Degrees north, shape (n,).
        datum: Words of `DATUMS` in any case, shape (n,) or one word for all; anything else,
            blank included, is unknown.

    Returns:
        Arrays of shape (n,). Unknown datum: the numbers unchanged, and a radius of at least
        700 m that reaches what the numbers would mean in every known datum.
    """
    x, y = _floats(lon), _floats(lat)
    words = np.broadcast_to(_words(datum), x.shape)
    out_x, out_y = x.copy(), y.copy()
    radius = np.full(x.shape, np.nan)
    for name in DATUMS:
        here = words == name
        if here.any():
            out_x[here], out_y[here] = read_as(x[here], y[here], name)
            radius[here] = RADIUS_M[name]
    unknown = ~np.isin(words, DATUMS)
    if unknown.any():
        radius[unknown] = _reach(x[unknown], y[unknown])
    radius[np.isnan(x) | np.isnan(y)] = np.nan
    return Placed(out_x, out_y, radius)


def read_as(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """What the numbers mean in CGCS2000 when they are read as ``datum`` (a word of `DATUMS`)."""
    x, y = _floats(lon), _floats(lat)
    if datum == "gcj02":
        return _undo(_gcj02, x, y)
    if datum == "bd09":
        return _undo(_gcj02, *_undo(_bd09, x, y))
    return x, y


def write_as(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """The numbers a place in CGCS2000 gets in ``datum``: the forward shift."""
    x, y = _floats(lon), _floats(lat)
    if datum == "gcj02":
        return _gcj02(x, y)
    if datum == "bd09":
        return _bd09(*_gcj02(x, y))
    return x, y


def distance_m(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    """Metres between points, on the sphere and for short distances (error under 0.5 %)."""
    dy = np.radians(other_lat - lat)
    dx = np.radians(other_lon - lon) * np.cos(np.radians((lat + other_lat) / 2))
    return np.asarray(np.hypot(dx, dy) * _EARTH_M, dtype=np.float64)


def _reach(lon: Floats, lat: Floats) -> Floats:
    """Largest distance between the raw numbers and any known reading of them, at least 700 m."""
    found = np.full(lon.shape, UNKNOWN_RADIUS_M)
    for name in ("gcj02", "bd09"):
        x, y = read_as(lon, lat, name)
        found = np.fmax(found, distance_m(lon, lat, x, y) + RADIUS_M[name])
    return found


def _floats(values: npt.ArrayLike) -> Floats:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def _words(datum: npt.ArrayLike) -> npt.NDArray[np.str_]:
    return np.char.lower(np.char.strip(np.asarray(datum).astype(np.str_)))


def _undo(shift: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Inverse of a forward shift by fixed-point iteration."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        fx, fy = shift(x, y)
        x, y = x - (fx - lon), y - (fy - lat)
    return x, y


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    west, east, south, north = _BOX
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north_m += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east_m += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    rad = np.radians(lat)
    magic = 1.0 - _E2 * np.sin(rad) ** 2
    meridian = (_A * (1.0 - _E2)) / (magic * np.sqrt(magic))
    parallel = _A / np.sqrt(magic) * np.cos(rad)
    with np.errstate(divide="ignore", invalid="ignore"):
        out_x = lon + np.degrees(east_m / parallel)
        out_y = lat + np.degrees(north_m / meridian)
    return np.where(inside, out_x, lon), np.where(inside, out_y, lat)


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    west, east, south, north = _BOX
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    out_x, out_y = z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006
    return np.where(inside, out_x, lon), np.where(inside, out_y, lat)
