"""Coordinate systems are told from declaration, coordinates and place; what stays open is refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geomujun.geo import zones
from geomujun.geo.crs import CrsRefusedError, Place, decide, to_lonlat
from geomujun.geo.places import SEATS

SHAOXING = Place(("330603",))
# System → longitudes it is used for.
CODES = {
    4490: (74.0, 134.0),
    4326: (74.0, 134.0),
    3857: (74.0, 134.0),
    4549: (118.5, 121.5),
    4528: (118.5, 121.5),
    4526: (112.5, 115.5),
    4547: (112.5, 115.5),
    4499: (120.1, 125.9),
}
lats = st.floats(20.0, 50.0)


@st.composite
def places(draw: st.DrawFn, codes: tuple[int, ...] = tuple(CODES)) -> tuple[float, float, int]:
    """A longitude, a latitude and a system used there."""
    code = draw(st.sampled_from(codes))
    return draw(st.floats(*CODES[code])), draw(lats), code


def squares(lon: float, lat: float, code: int) -> np.ndarray:
    """Three squares of about 100 m at a place, in a system."""
    boxes = [shapely.box(lon + d, lat, lon + d + 1e-3, lat + 1e-3) for d in (0, 2e-3, 4e-3)]
    move = Transformer.from_crs(4490, code, always_xy=True).transform
    return shapely.transform(np.array(boxes), lambda c: np.column_stack(move(c[:, 0], c[:, 1])))


@settings(max_examples=60, deadline=None)
@given(place=places())
def test_a_declared_system_brings_every_layer_back_to_its_place(
    place: tuple[float, float, int],
) -> None:
    lon, lat, code = place
    shapes = squares(lon, lat, code)
    found = decide(shapes, CRS.from_epsg(code).to_wkt(), SHAOXING)
    back = shapely.get_coordinates(to_lonlat(shapes, found))
    assert np.abs(back.min(axis=0) - [lon, lat]).max() < 1e-7
    assert found.label in (f"EPSG:{code}", "EPSG:4490")


@settings(max_examples=60, deadline=None)
@given(
    place=places((4490, 4549, 4528, 4526, 4547, 4499)),
    dlon=st.floats(-1.3, 1.3),
    dlat=st.floats(-2, 2),
)
def test_without_a_declaration_range_and_place_decide(
    place: tuple[float, float, int], dlon: float, dlat: float
) -> None:
    lon, lat, code = place
    shapes = squares(lon, lat, code)
    found = decide(shapes, "", Place((), (lon + dlon, lat + dlat)))
    assert found.label == f"EPSG:{code}"
    back = shapely.get_coordinates(to_lonlat(shapes, found))
    assert np.abs(back.min(axis=0) - [lon, lat]).max() < 1e-7


@settings(max_examples=40, deadline=None)
@given(place=places((4490, 4549, 4528, 4526)))
def test_swapped_axes_are_refused_and_mended_only_when_a_person_says_so(
    place: tuple[float, float, int],
) -> None:
    lon, lat, code = place
    swapped = shapely.transform(squares(lon, lat, code), lambda c: c[:, ::-1])
    wkt = CRS.from_epsg(code).to_wkt()
    for declared in (wkt, ""):
        with pytest.raises(CrsRefusedError, match="坐标轴颠倒") as caught:
            decide(swapped, declared, SHAOXING)
        assert "axes: yx" in caught.value.hint
    found = decide(swapped, wkt, SHAOXING, axes="yx")
    back = shapely.get_coordinates(to_lonlat(swapped, found))
    assert np.abs(back.min(axis=0) - [lon, lat]).max() < 1e-7
    assert any("axes" in n or "坐标轴" in n for n in found.notes)


@settings(max_examples=40, deadline=None)
@given(
    seat=st.sampled_from(sorted(SEATS)),
    dlon=st.floats(-0.99, 0.99),
    dlat=st.floats(-1.0, 1.0),
)
def test_a_division_code_tells_the_meridian_of_a_six_digit_easting(
    seat: str, dlon: float, dlat: float
) -> None:
    lon, lat = SEATS[seat][0] + dlon, SEATS[seat][1] + dlat
    meridian = round(lon / 3) * 3
    shapes = squares(lon, lat, int(zones.meridian_epsg(meridian)[5:]))
    if abs(abs(dlon) - 1) < 0.01:
        return
    found = decide(shapes, "", Place((seat + "01",)))
    assert abs(shapely.get_coordinates(to_lonlat(shapes, found))[:, 0].min() - lon) < 1e-6


@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_every_zone_number_has_the_registrys_meridian_and_false_easting(zone: int) -> None:
    params = {
        p.name: p.value
        for p in CRS.from_user_input(zones.zone_epsg(zone)).coordinate_operation.params
    }
    assert params["Longitude of natural origin"] == zones.zone_meridian(zone)
    assert params["False easting"] == zone * 1e6 + 500_000


@pytest.mark.parametrize("meridian", list(zones.MERIDIANS))
def test_every_meridian_has_its_code_without_zone_number(meridian: int) -> None:
    params = {
        p.name: p.value
        for p in CRS.from_user_input(zones.meridian_epsg(meridian)).coordinate_operation.params
    }
    assert params["Longitude of natural origin"] == meridian
    assert params["False easting"] == 500_000


def test_a_false_easting_without_zone_under_zoned_coordinates_is_resolved_by_the_coordinates() -> (
    None
):
    found = decide(squares(120.5, 30.0, 4528), CRS.from_epsg(4549).to_wkt(), SHAOXING)
    assert found.label == "EPSG:4528"
    assert "东偏移" in found.notes[0]
    other = decide(squares(120.5, 30.0, 4549), CRS.from_epsg(4528).to_wkt(), SHAOXING)
    assert other.label == "EPSG:4549"
    assert other.notes


def test_a_declared_meridian_against_the_zone_in_the_easting_is_refused() -> None:
    with pytest.raises(CrsRefusedError, match="带号 40"):
        decide(squares(120.5, 30.0, 4528), CRS.from_epsg(4548).to_wkt(), SHAOXING)


def test_an_easting_that_runs_into_the_next_zones_number_is_read_as_declared() -> None:
    shapes = squares(120.5, 30.0, 4526)
    found = decide(shapes, CRS.from_epsg(4526).to_wkt(), SHAOXING)
    assert shapes[0].bounds[0] > 39_000_000
    assert abs(shapely.get_coordinates(to_lonlat(shapes, found))[:, 0].min() - 120.5) < 1e-6


def test_metres_declared_as_degrees_are_read_as_metres_with_a_note() -> None:
    found = decide(squares(120.5, 30.0, 4528), CRS.from_epsg(4490).to_wkt(), SHAOXING)
    assert found.label == "EPSG:4528"
    assert "坐标单位不符" in found.notes[0]


def test_a_six_digit_easting_without_any_place_is_refused_with_the_candidates() -> None:
    with pytest.raises(CrsRefusedError, match="不能唯一判定") as caught:
        decide(squares(120.5, 30.0, 4549), "", Place())
    assert "EPSG:4549" in str(caught.value)
    assert "mapping.yaml" in caught.value.hint


def test_a_province_too_wide_for_one_meridian_is_asked_for_unless_other_data_tell() -> None:
    shapes = squares(119.66, 29.37, 4549)
    with pytest.raises(CrsRefusedError):
        decide(shapes, "", Place(("339900",)))
    assert decide(shapes, "", Place(("339900",), (119.7, 29.4))).label == "EPSG:4549"


def test_web_mercator_and_the_westernmost_zone_are_told_apart_by_place() -> None:
    assert decide(squares(120.4, 30.0, 3857), "", SHAOXING).label == "EPSG:3857"
    assert (
        decide(squares(75.9, 39.5, 4491), "", Place(("653101",), (76.0, 39.4))).label == "EPSG:4491"
    )


@pytest.mark.parametrize(("code", "word"), [(2364, "西安"), (2436, "北京"), (32651, "")])
def test_old_datums_are_refused_and_utm_is_read(code: int, word: str) -> None:
    declared = CRS.from_epsg(code).to_wkt()
    shapes = squares(120.5, 30.0, code)
    if word:
        with pytest.raises(CrsRefusedError, match=word):
            decide(shapes, declared, SHAOXING)
        found = decide(shapes, declared, SHAOXING, asked=f"EPSG:{code}")
        assert "基准面不同" in found.notes[0]
    else:
        found = decide(shapes, declared, SHAOXING)
    lon = shapely.get_coordinates(to_lonlat(shapes, found))[:, 0].min()
    assert abs(lon - 120.5) < 0.002


def test_local_coordinates_are_refused() -> None:
    shapes = np.array([shapely.box(50_000, 30_000, 50_100, 30_100)])
    with pytest.raises(CrsRefusedError, match="地方坐标系"):
        decide(shapes, "", SHAOXING)


def test_one_stray_polygon_does_not_decide_for_a_layer() -> None:
    shapes = np.append(squares(120.5, 30.0, 4528), shapely.box(0, 0, 1, 1))
    assert decide(shapes, "", SHAOXING).label == "EPSG:4528"


def test_a_layer_outside_its_province_is_noted() -> None:
    found = decide(squares(116.4, 39.9, 4490), CRS.from_epsg(4490).to_wkt(), SHAOXING)
    assert any("330603" in n for n in found.notes)


def test_a_layer_without_coordinates_needs_no_system() -> None:
    assert decide(np.array([None, None]), "", Place()).label == "EPSG:4490"
