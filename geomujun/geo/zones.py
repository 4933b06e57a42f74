"""CGCS2000 zones and their codes, what kind of coordinates a point has, and names of datums.

3° zones 25–45 (central meridian 3z) and 6° zones 13–23 (6z-3); with the zone in the easting EPSG
4513–4533 and 4491–4501, without it EPSG 4534–4554 and 4502–4512. The two ranges of zone numbers do
not overlap: the first two digits of an eight-digit easting tell 3° from 6°.

Source: GB 22021-2008; EPSG registry; axis order always easting first (`always_xy`).
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

FALSE_EASTING: Final = 500_000.0
MERIDIANS: Final = range(75, 136, 3)


@cache
def known_epsg(text: str) -> bool:
    """Whether "EPSG:n" names a geographic or projected system of the registry."""
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return False
    return bool(crs.is_geographic or crs.is_projected)


def zone_epsg(zone: int) -> str:
    """EPSG code of a CGCS2000 zone whose number stands in the easting; "" when there is none."""
    if 13 <= zone <= 23:
        return f"EPSG:{4491 + zone - 13}"
    return f"EPSG:{4513 + zone - 25}" if 25 <= zone <= 45 else ""


def zone_meridian(zone: int) -> int:
    """Central meridian of a zone, degrees: 6° zones up to 23, 3° zones from 25."""
    return 6 * zone - 3 if zone <= 23 else 3 * zone


def meridian_epsg(meridian: int) -> str:
    """EPSG code of CGCS2000 Gauss–Krüger on a meridian (75, 78 … 135), no zone in the easting."""
    return f"EPSG:{4534 + (meridian - 75) // 3}"


def is_northing(v: float) -> bool:
    return 3e5 <= v <= 6.2e6


def is_zoned(v: float) -> bool:
    return bool(zone_epsg(int(v // 1e6))) and 1e5 <= v % 1e6 <= 9e5


def coordinate_range(x: float, y: float) -> str:
    """The kind of coordinates a point has.

    Returns:
        "degrees", "zoned" (zone in the easting), "plain" (six-digit easting) or "mercator", with
        "_swapped" behind it when they come in the other order; "" when they are none of these.
    """
    if 73 <= x <= 136 and 3 <= y <= 54:
        return "degrees"
    if 73 <= y <= 136 and 3 <= x <= 54:
        return "degrees_swapped"
    for a, b, suffix in ((x, y, ""), (y, x, "_swapped")):
        if is_zoned(a) and is_northing(b):
            return "zoned" + suffix
        if 1e5 <= a < 1e6 and 1e6 <= b <= 6.2e6:
            return "plain" + suffix
    for a, b, suffix in ((x, y, ""), (y, x, "_swapped")):
        if 8.1e6 <= a <= 15.2e6 and 3.3e5 <= b <= 7.2e6:
            return "mercator" + suffix
    return ""


def datum_family(crs: CRS) -> str:
    """Name of the datum: "cgcs2000", "wgs84", "xian80" or "beijing54"; "" for any other."""
    geodetic = crs.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    names = [datum, geodetic.name if geodetic is not None else "", crs.name]
    for name in names:
        key = "".join(c for c in name.lower() if c.isalnum())
        if "xian" in key or "西安" in key:
            return "xian80"
        if "beijing" in key or "北京54" in key:
            return "beijing54"
        if ("china" in key or "cgcs" in key) and "2000" in key:
            return "cgcs2000"
        if "wgs84" in key or "wgs1984" in key or "worldgeodeticsystem1984" in key:
            return "wgs84"
    return ""


def gauss_krueger(crs: CRS) -> tuple[int, float] | None:
    """Central meridian and false easting of a standard Gauss–Krüger zone; None for others."""
    operation = crs.coordinate_operation
    if operation is None or "transverse mercator" not in operation.method_name.lower():
        return None
    p = {param.name.lower(): float(param.value) for param in operation.params}
    meridian = p.get("longitude of natural origin", math.nan)
    if not math.isfinite(meridian):
        return None
    regular = (
        p.get("latitude of natural origin", 0.0) == 0
        and p.get("scale factor at natural origin", 1.0) == 1
        and p.get("false northing", 0.0) == 0
        and round(meridian) in MERIDIANS
        and abs(meridian - round(meridian)) < 1e-9
    )
    easting = p.get("false easting", math.nan)
    if not regular or easting % 1e6 != FALSE_EASTING:
        return None
    return round(meridian), easting


def median_point(geometry: npt.NDArray[Any]) -> tuple[float, float] | None:
    """Median x and median y over all finite coordinates; None when there are none."""
    xy = shapely.get_coordinates(geometry)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return None
    middle = np.median(xy, axis=0)
    return float(middle[0]), float(middle[1])
