"""Polygons are mended or dropped with a reason; areas are those of the ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geomujun.geo.area import ellipsoid_area_m2
from geomujun.geo.validity import State, mend

CGCS2000 = Geod(a=6378137, rf=298.257222101)
SQUARE = shapely.box(120, 30, 120.001, 30.001)
BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 1), (0, 0)])


@pytest.mark.parametrize(
    ("shape", "state"),
    [
        (SQUARE, State.VALID),
        (None, State.MISSING),
        (shapely.Polygon(), State.EMPTY),
        (shapely.Point(1, 2), State.NOT_POLYGON),
        (shapely.LineString([(0, 0), (1, 1)]), State.NOT_POLYGON),
        (shapely.transform(SQUARE, lambda c: c * np.inf), State.NOT_FINITE),
        (BOW_TIE, State.MENDED),
        (shapely.Polygon([(0, 0), (1, 0), (0, 0), (0, 0)]), State.COLLAPSED),
        (shapely.GeometryCollection([SQUARE, shapely.Point(1, 2)]), State.VALID),
        (shapely.GeometryCollection([shapely.Point(1, 2)]), State.NOT_POLYGON),
        (shapely.force_3d(SQUARE), State.VALID),
    ],
)
def test_each_geometry_ends_in_one_state(shape: object, state: State) -> None:
    found = mend(np.array([shape], dtype=object))
    assert found.state[0] == state.value
    usable = state in (State.VALID, State.MENDED)
    assert (found.geometry[0] is not None) == usable
    if usable:
        assert shapely.is_valid(found.geometry[0])
        assert found.geometry[0].geom_type in ("Polygon", "MultiPolygon")
        assert not shapely.has_z(found.geometry[0])


def test_a_change_of_area_is_told_and_a_valid_polygon_is_left_alone() -> None:
    found = mend(np.array([SQUARE, BOW_TIE], dtype=object))
    assert found.area_change[0] == 0
    assert found.area_change[1] > 0.01
    assert found.geometry[0].equals_exact(SQUARE)


@settings(max_examples=50, deadline=None)
@given(
    points=st.lists(
        st.tuples(st.floats(0, 10, allow_nan=False), st.floats(0, 10, allow_nan=False)),
        min_size=3,
        max_size=9,
    )
)
def test_mending_always_gives_valid_polygons_or_a_reason(points: list[tuple[float, float]]) -> None:
    found = mend(np.array([shapely.Polygon(points)], dtype=object))
    if found.geometry[0] is None:
        assert found.state[0] in (State.COLLAPSED.value, State.EMPTY.value, State.NOT_POLYGON.value)
    else:
        assert shapely.is_valid(found.geometry[0])
        assert found.geometry[0].area > 0


@settings(max_examples=50, deadline=None)
@given(lon=st.floats(75, 134), lat=st.floats(18, 53), side=st.floats(1e-4, 2e-2))
def test_the_area_is_the_geodesic_one(lon: float, lat: float, side: float) -> None:
    shape = shapely.box(lon, lat, lon + side, lat + side)
    exact = abs(CGCS2000.geometry_area_perimeter(shape)[0])
    assert ellipsoid_area_m2(np.array([shape]))[0] == pytest.approx(exact, rel=2e-6)


def test_a_missing_geometry_has_no_area() -> None:
    assert np.isnan(ellipsoid_area_m2(np.array([None], dtype=object))[0])
