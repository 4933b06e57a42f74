"""Overlap tables in square metres, and nearest parcels."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import Polygon, box

from geomujun.geo.overlay import (
    Plane,
    building_parcel,
    buildings_on_parcels,
    overlaps,
    parcel_parcel,
    patch_parcel,
)

CRS = "EPSG:4490"
GEOD = Geod(a=6378137.0, rf=298.257222101)
STEP = 0.001


def cell(east: float, north: float = 0.0, width: float = 1.0, height: float = 1.0) -> Polygon:
    x, y = 120 + east * STEP, 30 + north * STEP
    return box(x, y, x + width * STEP, y + height * STEP)


def parcels(**shapes: Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"parcel_code": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def test_areas_on_the_plane_are_ellipsoidal_areas_even_far_from_its_centre() -> None:
    shapes = gpd.GeoSeries(
        [box(x, y, x + 0.01, y + 0.01) for x, y in ((118.1, 27.2), (120.0, 29.0), (122.9, 31.0))],
        crs=CRS,
    )
    flat = shapely.area(Plane(shapes).flat(shapes))
    true = [abs(GEOD.geometry_area_perimeter(shape.segmentize(1e-4))[0]) for shape in shapes]

    assert flat == pytest.approx(true, rel=1e-6)


def test_a_patch_over_two_parcels_gives_two_rows_with_both_shares() -> None:
    patches = gpd.GeoDataFrame({"patch_code": ["p"]}, geometry=[cell(0.5)], crs=CRS)
    got = patch_parcel(patches, parcels(A=cell(0), B=cell(1, 0, 1, 0.5))).table

    assert got["parcel_code"].tolist() == ["A", "B"]
    assert got["patch_share"].tolist() == pytest.approx([0.5, 0.25], abs=1e-6)
    assert got["parcel_share"].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)
    assert got["overlap_m2"].iloc[0] == pytest.approx(0.5 * 96.49 * 110.85, rel=1e-3)


def test_slivers_are_left_out_and_counted() -> None:
    patches = gpd.GeoDataFrame({"patch_code": ["p"]}, geometry=[cell(0.99995)], crs=CRS)
    got = patch_parcel(patches, parcels(A=cell(0), B=cell(1)))

    assert got.table["parcel_code"].tolist() == ["B"]
    assert got.slivers == 1
    assert got.sliver_m2 == pytest.approx(0.00005 * 96.49 * 110.85, rel=1e-2)


def test_neighbours_that_share_an_edge_do_not_overlap() -> None:
    got = parcel_parcel(parcels(A=cell(0), B=cell(1), C=cell(0, 1)))

    assert got.table.empty


def test_a_pair_of_parcels_comes_once_in_code_order_whatever_the_row_order() -> None:
    layer = parcels(B=cell(0.5), A=cell(0), C=cell(9))
    tables = [parcel_parcel(layer.iloc[order]).table for order in ([0, 1, 2], [2, 1, 0])]

    assert tables[0][["left_code", "right_code"]].to_numpy().tolist() == [["A", "B"]]
    pd.testing.assert_frame_equal(tables[0], tables[1])


def test_an_invalid_ring_is_mended_and_not_fatal() -> None:
    bow = Polygon([(120, 30), (120.001, 30.001), (120.001, 30), (120, 30.001)])
    got = parcel_parcel(parcels(A=bow, B=cell(0)))

    assert got.table["left_share"].tolist() == pytest.approx([1.0])


def test_a_building_row_names_its_position_and_both_shares() -> None:
    layer = gpd.GeoDataFrame(
        {"building_no": ["x", "y"]}, geometry=[cell(5), cell(0.75, 0, 0.5, 0.5)], crs=CRS
    )
    got = building_parcel(layer, parcels(A=cell(0), B=cell(1))).table

    assert got["building"].tolist() == [1, 1]
    assert got["building_share"].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)


def test_a_building_belongs_by_code_else_by_unit_else_by_its_centre() -> None:
    layer = gpd.GeoDataFrame(
        {
            "parcel_code": ["A", "gone", "", "", ""],
            "real_estate_unit": ["", "B" * 19 + "F00010001", "B" * 19 + "F00010002", "", ""],
        },
        geometry=[cell(1.2, 0, 0.1, 0.1)] * 3 + [cell(0.2, 0, 0.1, 0.1), cell(7)],
        crs=CRS,
    )
    got = buildings_on_parcels(layer, parcels(**{"B" * 19: cell(0), "A": cell(1)}))

    assert got.tolist() == ["A", "B" * 19, "B" * 19, "B" * 19, ""]


def test_empty_layers_give_empty_tables() -> None:
    none = parcels()
    got = overlaps(Plane(none).flat(none), Plane(none).flat(none))

    assert got.table.empty
    assert (got.slivers, got.sliver_m2) == (0, 0.0)
