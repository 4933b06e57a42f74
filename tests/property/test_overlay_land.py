"""Land is conserved by overlays: whatever tiles a parcel shares it out completely."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geomujun.geo.overlay import Plane, patch_parcel, self_overlaps

CRS = "EPSG:4490"
grid = st.floats(min_value=0.0, max_value=0.01)
size = st.floats(min_value=0.0005, max_value=0.004)
rectangles = st.lists(st.tuples(grid, grid, size, size), min_size=1, max_size=12)


def layer(name: str, cells: list[tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    shapes = [box(120 + x, 30 + y, 120 + x + w, 30 + y + h) for x, y, w, h in cells]
    codes = [f"{name}{k:02d}" for k in range(len(cells))]
    return gpd.GeoDataFrame({name: codes}, geometry=shapes, crs=CRS)


@settings(max_examples=40, deadline=None)
@given(cells=rectangles, step=st.floats(min_value=0.002, max_value=0.02))
def test_patches_that_tile_the_plane_cover_every_parcel_exactly(
    cells: list[tuple[float, float, float, float]], step: float
) -> None:
    count = int(np.ceil(0.016 / step)) + 1
    tiles = [(-0.001 + i * step, -0.001 + j * step, step, step)
             for i in range(count) for j in range(count)]  # fmt: skip
    parcels = layer("parcel_code", cells)
    got = patch_parcel(layer("patch_code", tiles), parcels, min_m2=0.0).table
    sums = got.groupby("parcel_code")["parcel_share"].sum().reindex(parcels["parcel_code"])

    assert sums.to_numpy() == pytest.approx(np.ones(len(cells)), abs=1e-5)
    assert got["patch_share"].between(0, 1 + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(cells=rectangles)
def test_an_overlap_is_never_larger_than_the_smaller_shape(
    cells: list[tuple[float, float, float, float]],
) -> None:
    shapes = layer("parcel_code", cells)
    table = self_overlaps(Plane(shapes).flat(shapes), min_m2=0.0).table

    assert (table["left"] < table["right"]).all()
    assert (table[["left_share", "right_share"]] <= 1 + 1e-9).all().all()
    assert (table["overlap_m2"] >= 0).all()
