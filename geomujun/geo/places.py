"""Where a division code (行政区划代码) lies, roughly: boxes of longitude and latitude by province.

Used only to tell candidates of a central meridian apart, which lie 3° from each other, and to warn
when coordinates land in another part of the country. Never used to place anything.

Source: extents of the provinces in degrees, rounded outwards to 0.1° from 《中华人民共和国分省地图集》;
codes GB/T 2260.
"""

from __future__ import annotations

from typing import Final

# code → (west, east, south, north), degrees
PROVINCES: Final[dict[str, tuple[float, float, float, float]]] = {
    "11": (115.4, 117.6, 39.4, 41.1),
    "12": (116.7, 118.1, 38.5, 40.3),
    "13": (113.4, 119.9, 36.0, 42.7),
    "14": (110.2, 114.6, 34.5, 40.8),
    "15": (97.1, 126.1, 37.4, 53.4),
    "21": (118.8, 125.8, 38.7, 43.5),
    "22": (121.6, 131.4, 40.8, 46.4),
    "23": (121.1, 135.1, 43.4, 53.6),
    "31": (120.8, 122.3, 30.6, 31.9),
    "32": (116.3, 122.0, 30.7, 35.2),
    "33": (118.0, 123.2, 27.0, 31.2),
    "34": (114.8, 119.7, 29.4, 34.7),
    "35": (115.8, 120.8, 23.5, 28.4),
    "36": (113.5, 118.5, 24.4, 30.1),
    "37": (114.7, 122.8, 34.3, 38.5),
    "41": (110.3, 116.7, 31.3, 36.4),
    "42": (108.3, 116.2, 29.0, 33.3),
    "43": (108.7, 114.3, 24.6, 30.2),
    "44": (109.6, 117.4, 20.2, 25.6),
    "45": (104.4, 112.1, 20.9, 26.4),
    "46": (108.6, 112.5, 3.4, 20.2),
    "50": (105.2, 110.2, 28.1, 32.3),
    "51": (97.3, 108.6, 26.0, 34.4),
    "52": (103.6, 109.6, 24.6, 29.3),
    "53": (97.5, 106.2, 21.1, 29.3),
    "54": (78.3, 99.2, 26.8, 36.6),
    "61": (105.4, 111.3, 31.7, 39.6),
    "62": (92.3, 108.8, 32.5, 42.8),
    "63": (89.4, 103.1, 31.6, 39.3),
    "64": (104.2, 107.7, 35.2, 39.4),
    "65": (73.4, 96.4, 34.3, 49.2),
    "71": (119.3, 124.6, 20.7, 26.4),
    "81": (113.8, 114.5, 22.1, 22.6),
    "82": (113.5, 113.6, 22.1, 22.3),
}
CHINA: Final = (73.0, 136.0, 3.0, 54.0)


def box_of(division: str) -> tuple[float, float, float, float] | None:
    """West, east, south, north of a division code, in degrees; None when unknown."""
    return PROVINCES.get(division[:2])


def distance_deg(lon: float, lat: float, box: tuple[float, float, float, float]) -> float:
    """How far a point lies outside a box, in degrees of the larger axis; 0 inside."""
    west, east, south, north = box
    return max(west - lon, lon - east, south - lat, lat - north, 0.0)
