"""Overlap tables between land patches, buildings and parcels, and the parcels nearest to points.

Whole layers at once on an STRtree. Layers come in CGCS2000 degrees (EPSG:4490, lon/lat) and are put
on one equal-area plane centred on the data (Lambert azimuthal on the CGCS2000 ellipsoid), so that
overlap areas are ellipsoidal areas and, over a county, distances are right to about 0.01 %. A
Gauss–Krüger zone would do for one county but not for a city across two zones. Nothing is measured
in degrees or in web mercator (+34 % at 30°N).

Registered areas (ZDMJ, TBMJ) are other numbers; ratios here are of drawn areas.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Proj

SEMI_MAJOR_M: Final = 6378137.0  # CGCS2000, GB/T 22021
INVERSE_FLATTENING: Final = 298.257222101
SLIVER_M2: Final = 1.0  # overlaps below are drawing noise; they are counted, not listed
_PAIRS_AT_ONCE: Final = 10_000  # of a thread; GEOS works without Python's lock

Geometries = npt.NDArray[np.object_]


class Overlaps(NamedTuple):
    """Overlapping pairs of two layers, and what was dropped as slivers."""

    table: pd.DataFrame  # left, right (row positions), overlap_m2, left_share, right_share
    slivers: int
    sliver_m2: float


class Plane:
    """An equal-area plane for some data; geometries in degrees go in, in metres come out."""

    __slots__ = ("_proj",)

    def __init__(self, *layers: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
        """Centre on the joint bounds, rounded to 0.1°, so that row order changes nothing."""
        bounds = [shapely.total_bounds(layer.geometry.to_numpy()) for layer in layers if len(layer)]
        box = np.array(bounds, dtype=float).reshape(-1, 4)
        box = box[~np.isnan(box).any(axis=1)]
        lon, lat = (0.0, 0.0)
        if len(box):
            lon = round(float(box[:, 0].min() + box[:, 2].max()) / 2, 1)
            lat = round(float(box[:, 1].min() + box[:, 3].max()) / 2, 1)
        self._proj = Proj(
            proj="laea", lat_0=lat, lon_0=lon, a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING, units="m"
        )

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Any, Any]:
        """Metres east and north of the centre; NaN stays NaN."""
        x, y = self._proj(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        good = np.isfinite(x) & np.isfinite(y)
        return np.where(good, x, np.nan), np.where(good, y, np.nan)

    def flat(self, layer: gpd.GeoDataFrame | gpd.GeoSeries) -> Geometries:
        """The layer's geometries in metres, made valid where they were not."""

        def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(self.xy(points[:, 0], points[:, 1]))

        flat = shapely.transform(layer.geometry.to_numpy(), move)
        broken = ~(shapely.is_valid(flat) | shapely.is_missing(flat))
        if broken.any():
            flat[broken] = shapely.make_valid(flat[broken])
        return np.asarray(flat, dtype=object)


def overlaps(left: Geometries, right: Geometries, min_m2: float = SLIVER_M2) -> Overlaps:
    """Pairs of geometries that share area, for flat geometries of one plane.

    Args:
        left: Polygons in metres, shape (n,).
        right: Polygons in metres, shape (m,).
        min_m2: Smaller overlaps are slivers: left out of the table and counted.

    Returns:
        ``table`` sorted by left, right: row positions, overlap in m², and its share of either's
        drawn area in [0, 1].
    """
    tree = shapely.STRtree(right)
    i, j = tree.query(left, predicate="intersects")
    return _measured(left, right, i, j, min_m2)


def self_overlaps(shapes: Geometries, min_m2: float = SLIVER_M2) -> Overlaps:
    """Pairs within one layer that share area, each once with left < right."""
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = i < j
    return _measured(shapes, shapes, i[once], j[once], min_m2)


def _measured(
    left: Geometries,
    right: Geometries,
    i: npt.NDArray[np.intp],
    j: npt.NDArray[np.intp],
    min_m2: float,
) -> Overlaps:
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    area = _common_area(left, right, i, j)
    keep = area >= min_m2
    sliver = (area > 0) & ~keep
    i, j, kept = i[keep], j[keep], area[keep]
    table = pd.DataFrame(
        {
            "left": i,
            "right": j,
            "overlap_m2": kept,
            "left_share": kept / shapely.area(left[i]),
            "right_share": kept / shapely.area(right[j]),
        }
    )
    return Overlaps(table, int(sliver.sum()), float(np.sort(area[sliver]).sum()))


def _common_area(
    left: Geometries, right: Geometries, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Area that each pair shares, in m²; pairs are spread over threads."""

    def some(start: int) -> npt.NDArray[np.float64]:
        now = slice(start, start + _PAIRS_AT_ONCE)
        both = shapely.intersection(left[i[now]], right[j[now]])
        return np.asarray(shapely.area(both), dtype=np.float64)

    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(some, range(0, len(i), _PAIRS_AT_ONCE)))
    return np.concatenate([np.empty(0), *parts])


def patch_parcel(
    patches: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, min_m2: float = SLIVER_M2
) -> Overlaps:
    """Land patch × parcel: patch_code, parcel_code, overlap_m2, patch_share, parcel_share."""
    plane = Plane(patches, parcels)
    found = overlaps(plane.flat(patches), plane.flat(parcels), min_m2)
    table = found.table.rename(columns={"left_share": "patch_share", "right_share": "parcel_share"})
    table.insert(0, "patch_code", patches["patch_code"].to_numpy()[table.pop("left")])
    table.insert(1, "parcel_code", parcels["parcel_code"].to_numpy()[table.pop("right")])
    return found._replace(table=_sorted(table, ["patch_code", "parcel_code"]))


def building_parcel(
    buildings: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, min_m2: float = SLIVER_M2
) -> Overlaps:
    """Building × parcel: building (row position), parcel_code, overlap_m2, and both shares.

    Buildings have no key of their own that is always filled, hence the position.
    """
    plane = Plane(buildings, parcels)
    found = overlaps(plane.flat(buildings), plane.flat(parcels), min_m2)
    names = {"left": "building", "left_share": "building_share", "right_share": "parcel_share"}
    table = found.table.rename(columns=names)
    table.insert(1, "parcel_code", parcels["parcel_code"].to_numpy()[table.pop("right")])
    return found._replace(table=_sorted(table, ["building", "parcel_code"]))


def parcel_parcel(parcels: gpd.GeoDataFrame, min_m2: float = SLIVER_M2) -> Overlaps:
    """Parcel × parcel, each pair once: left_code < right_code, overlap_m2, and both shares."""
    ordered = parcels.sort_values("parcel_code", kind="stable")
    found = self_overlaps(Plane(ordered).flat(ordered), min_m2)
    codes = ordered["parcel_code"].to_numpy()
    table = found.table.copy()
    table.insert(0, "left_code", codes[table.pop("left")])
    table.insert(1, "right_code", codes[table.pop("right")])
    return found._replace(table=_sorted(table, ["left_code", "right_code"]))


def buildings_on_parcels(
    buildings: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame
) -> npt.NDArray[np.object_]:
    """The parcel code each building counts to, "" for none; shape (len(buildings),).

    By ZDDM, else the first 19 characters of BDCDYH, else the parcel the centroid lies in
    (CONTRACT §5); of several parcels around a centroid the smallest code.
    """
    known = pd.Index(pd.unique(parcels["parcel_code"]).astype(object))
    code = buildings["parcel_code"].to_numpy(dtype=object)
    unit = buildings["real_estate_unit"].str.slice(0, 19).to_numpy(dtype=object)
    found = np.where((known.get_indexer(code) >= 0), code, "")
    found = np.where((found == "") & (known.get_indexer(unit) >= 0), unit, found)
    rest = np.flatnonzero((found == "") & ~buildings.geometry.is_empty.to_numpy())
    if len(rest) and len(parcels):
        ordered = parcels.sort_values("parcel_code", kind="stable")
        plane = Plane(buildings, ordered)
        centres = shapely.centroid(plane.flat(buildings.iloc[rest]))
        tree = shapely.STRtree(plane.flat(ordered))
        i, j = tree.query(centres, predicate="intersects")
        order = np.lexsort((-j, i))  # written last, so kept: the smallest code
        found[rest[i[order]]] = ordered["parcel_code"].to_numpy(dtype=object)[j[order]]
    return np.asarray(found, dtype=object)


def points_in_parcels(
    lon: npt.ArrayLike, lat: npt.ArrayLike, parcels: gpd.GeoDataFrame, max_m: float = 2000.0
) -> pd.DataFrame:
    """The nearest and second nearest parcel of each point.

    Args:
        lon: CGCS2000 degrees, shape (n,), NaN for no point.
        lat: CGCS2000 degrees, shape (n,).
        parcels: Polygons in EPSG:4490.
        max_m: Parcels farther away are not looked at.

    Returns:
        n rows: ``nearest`` and ``second`` (row positions in ``parcels``, -1 for none), and
        ``distance_m`` and ``second_m`` to their edges, 0 inside, NaN for none. Among parcels at
        one distance the smallest code comes first.
    """
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    columns = {"nearest": -1, "distance_m": np.nan, "second": -1, "second_m": np.nan}
    out = pd.DataFrame(columns, index=pd.RangeIndex(len(x)))
    have = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(have) or not len(parcels):
        return out
    plane = Plane(parcels)
    points = shapely.points(*plane.xy(x[have], y[have]))
    pairs = _nearest_two(points, plane.flat(parcels), max_m)
    pairs["rank"] = parcels["parcel_code"].rank(method="first").to_numpy()[pairs["shape"]]
    pairs = pairs.sort_values(["point", "metres", "rank"], kind="stable")
    place = pairs.groupby("point").cumcount()
    for k, (name, metres) in enumerate((("nearest", "distance_m"), ("second", "second_m"))):
        row = pairs[place == k]
        out.loc[have[row["point"]], name] = row["shape"].to_numpy()
        out.loc[have[row["point"]], metres] = row["metres"].to_numpy()
    return out


def _nearest_two(points: Geometries, shapes: Geometries, max_m: float) -> pd.DataFrame:
    """Pairs (point, shape, metres) holding at least the two nearest shapes of each point."""
    tree = shapely.STRtree(shapes)
    left = np.arange(len(points))
    parts = []
    for reach in (max_m / 40, max_m / 8, max_m):
        i, j = tree.query(points[left], predicate="dwithin", distance=reach)
        count = np.bincount(i, minlength=len(left))
        done = (count >= 2) | (reach == max_m)
        keep = done[i]
        at = left[i[keep]]
        metres = shapely.distance(points[at], shapes[j[keep]])
        parts.append(pd.DataFrame({"point": at, "shape": j[keep], "metres": metres}))
        left = left[~done]
    return pd.concat(parts, ignore_index=True)


def _sorted(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.sort_values(keys, kind="stable", ignore_index=True)
