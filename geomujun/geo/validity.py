"""Mend polygons, or say why one cannot be used.

A layer from a department holds self-crossing rings, empty shapes, stray points and coordinates that
are no numbers. Each geometry ends as a valid Polygon or MultiPolygon, or as None with a state that
says why; nothing is dropped here. Order of the states: the first that applies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7  # shapely.get_type_id
AREA_CHANGE: Final = 0.01  # share of the area that mending may change before it is said


class State(StrEnum):
    """What became of a geometry."""

    VALID = ""
    MENDED = "mended"
    MISSING = "missing"  # the row has none
    EMPTY = "empty"
    NOT_FINITE = "not_finite"  # NaN or infinite coordinates
    NOT_POLYGON = "not_polygon"  # point or line
    COLLAPSED = "collapsed"  # no area left once mended


@dataclass(frozen=True, slots=True)
class Mended:
    """Result of `mend`: arrays as long as the input."""

    geometry: npt.NDArray[Any]  # Polygon, MultiPolygon or None
    state: npt.NDArray[np.str_]
    area_change: npt.NDArray[np.float64]  # |after - before| ÷ before; 0 where not mended


def _ring_area(geometry: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Shapely's own area, which an invalid ring has too; where lobes cancel it comes out small."""
    area: npt.NDArray[np.float64] = np.abs(shapely.area(geometry))
    return area


def _polygons_only(geometry: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Collections reduced to their polygons; other kinds are left alone."""
    out = geometry.copy()
    kinds = shapely.get_type_id(out)
    for at in np.flatnonzero(kinds == COLLECTION):
        # make_valid gives a flat collection; the inner MultiPolygons are opened once more.
        parts = shapely.get_parts(shapely.get_parts(out[at]))
        parts = parts[shapely.get_type_id(parts) == POLYGON]
        out[at] = shapely.multipolygons(parts) if len(parts) > 1 else next(iter(parts), None)
    return out


def _finite(geometry: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    bad = np.bincount(owner[~np.isfinite(xy).all(axis=1)], minlength=len(geometry))
    return np.asarray(bad == 0, dtype=bool)


def mend(geometry: npt.NDArray[Any]) -> Mended:
    """Make every geometry a valid polygon, or None with the reason.

    Args:
        geometry: Shapely objects in any coordinates, 2D or 3D, or None.

    Returns:
        2D polygons, a `State` per row, and how much mending changed the area (share ≥ 0).
    """
    out = shapely.force_2d(np.asarray(geometry, dtype=object))
    state = np.full(len(out), State.VALID.value, dtype="<U16")
    change = np.zeros(len(out))

    def drop(where: npt.NDArray[np.bool_], reason: State) -> None:
        state[where] = reason.value
        out[where] = None

    drop(shapely.is_missing(out), State.MISSING)
    drop(shapely.is_empty(out), State.EMPTY)
    drop(~_finite(out), State.NOT_FINITE)
    out = _polygons_only(out)
    emptied = shapely.is_missing(out) & (state == State.VALID.value)
    kinds = shapely.get_type_id(out)
    drop(((kinds >= 0) & ~np.isin(kinds, (POLYGON, MULTIPOLYGON))) | emptied, State.NOT_POLYGON)

    sick = ~shapely.is_missing(out) & ~shapely.is_valid(out)
    if sick.any():
        before = _ring_area(out[sick])
        out[sick] = _polygons_only(shapely.make_valid(out[sick], method="linework"))
        state[sick] = State.MENDED.value
        after = _ring_area(out[sick])
        with np.errstate(divide="ignore", invalid="ignore"):
            change[sick] = np.nan_to_num(np.abs(after - before) / before, nan=0.0, posinf=1.0)
    present = ~shapely.is_missing(out)
    drop(present & ~(shapely.area(out) > 0), State.COLLAPSED)
    drop(sick & shapely.is_missing(out), State.COLLAPSED)
    return Mended(out, state, change)
