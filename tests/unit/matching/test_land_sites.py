"""Land and the places of firms on it: points, doors, villages, areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matching_small import Town, inside, parcel_code, places_of, square

from geomujun.geo.datum import write_as
from geomujun.matching.land import Doors, bare_patches, build_land, door_table
from geomujun.matching.sites import area_pairs, door_pairs, near_pairs, place_levels

ROAD = "绍兴市柯桥区海涂路18号"


def levels(town: Town, land: int = 0) -> pd.Series:
    """The levels of the first firm on one piece of land."""
    places = places_of(town)
    told = place_levels(np.array([0]), np.array([land]), places.sites, places.land, places.doors)
    return pd.Series({name: values[0] for name, values in told.items()})


def firm(**more: Any) -> Town:
    town = Town(others=False)
    town.firm("绍兴华联纺织有限公司", **more)
    return town


def beside(metres: float, datum: str = "cgcs2000") -> dict[str, Any]:
    west, south, _, north = square(0).bounds
    return {
        "longitude": west - metres / 111_320 * 1.1547,
        "latitude": (south + north) / 2,
        "datum": datum,
    }


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        (inside(0), "deep"),
        (inside(0, 0.05), "inside"),  # 5 m from the edge
        (beside(20), "near"),
        (beside(60), "none"),
        (beside(20, ""), "hint"),  # no datum declared
        (inside(0) | {"datum": ""}, "reading"),
        ({}, "none"),
    ],
)
def test_a_point_is_deep_inside_near_or_only_a_hint(where: dict[str, Any], wanted: str) -> None:
    town = firm(**where)
    town.parcel()
    assert levels(town)["l_point"] == wanted


def test_a_point_is_read_in_its_declared_datum() -> None:
    town = firm(**inside(0) | {"datum": "gcj02"})
    town.parcel()
    row = levels(town)
    assert row["l_point"] == "recast"  # inside only if it is no gcj02
    assert 300 < row["metres"] < 700


@pytest.mark.parametrize(("datum", "wanted"), [("", "reading"), ("wgs84", "recast")])
def test_a_point_in_an_untold_or_wrong_datum_is_tried_in_the_others(
    datum: str, wanted: str
) -> None:
    where = inside(0)
    lon, lat = write_as(where["longitude"], where["latitude"], "bd09")
    town = firm(longitude=float(lon[0]), latitude=float(lat[0]), datum=datum)
    town.parcel()
    assert levels(town)["l_point"] == wanted
    places = places_of(town)
    assert near_pairs(places.sites, places.land).to_numpy().tolist() == [[0, 0]]


def test_a_point_without_a_datum_proposes_only_land_it_lies_in() -> None:
    town = firm(**beside(20))
    town.firm("绍兴越美印染有限公司", **beside(20, ""))
    town.firm("绍兴广聚服装有限公司")
    town.parcel()
    places = places_of(town)
    assert near_pairs(places.sites, places.land).to_numpy().tolist() == [[0, 0]]


def test_a_door_is_on_one_parcel_only_or_shared() -> None:
    town = firm(site_address=ROAD)
    town.parcel(location="柯桥区海涂路18号")
    assert levels(town)["l_door"] == "only"
    town.parcel(location="海涂路18号内")
    assert [levels(town, n)["l_door"] for n in (0, 1)] == ["shared", "shared"]
    town.parcel(location="海涂路20号")
    assert levels(town, 2)["l_door"] == "none"


def test_doors_of_two_towns_are_told_apart_where_both_are_named() -> None:
    town = firm(site_address="绍兴市柯桥区华舍街道海涂路18号")
    town.parcel(location="华舍街道海涂路18号")
    town.parcel(location="钱清街道海涂路18号")
    assert [levels(town, n)["l_door"] for n in (0, 1)] == ["only", "none"]
    town.firms[0]["site_address"] = ROAD  # the writer leaves the town out
    assert [levels(town, n)["l_door"] for n in (0, 1)] == ["shared", "shared"]


def test_the_registered_door_is_kept_apart_from_the_site() -> None:
    town = firm(registered_address=ROAD)
    town.parcel(location="海涂路18号")
    row = levels(town)
    assert (row["l_door"], row["l_home"]) == ("none", "only")


def test_an_address_point_inside_or_alone_beside_land_puts_its_door_there() -> None:
    town = firm(site_address=ROAD)
    town.parcel()
    west, south, _, north = square(0).bounds
    middle = (south + north) / 2
    town.addresses = [
        {"address": "海涂路18号", "longitude": west + 0.0003, "latitude": middle},
        {"address": "海涂路20号", "longitude": west - 0.0001, "latitude": middle},  # 10 m off
        {"address": "海涂路22号", "longitude": west - 0.0005, "latitude": middle},
    ]
    case = town.case
    table = door_table(case, build_land(case))
    assert table["door"].tolist() == ["海涂路18", "海涂路20"]
    assert levels(town)["l_door"] == "only"


def test_a_location_beside_a_neighbours_firm_gives_no_door_and_no_village() -> None:
    town = firm(site_address="安海村海涂路18号")
    town.parcel(location="安海村塑业有限公司以东")
    row = levels(town)
    assert (row["l_door"], row["l_village"]) == ("none", "none")


@pytest.mark.parametrize(
    ("site", "home", "wanted"),
    [
        ("柯桥区岭陈村", "", "same"),
        ("", "柯桥区岭陈村", "same"),
        ("柯桥区新民村", "柯桥区岭陈村", "other"),  # the site speaks first
        ("柯桥区新民村", "", "other"),
        ("", "", "none"),
    ],
)
def test_a_village_agrees_or_differs_and_the_site_speaks_before_the_seat(
    site: str, home: str, wanted: str
) -> None:
    town = firm(site_address=site, registered_address=home)
    town.parcel(location="柯桥区岭陈村")
    assert levels(town)["l_village"] == wanted


def test_the_same_road_is_as_good_as_the_same_village() -> None:
    town = firm(site_address="海涂路77号")
    town.parcel(location="海涂路以南、越秀路以东")
    assert levels(town)["l_village"] == "same"


@pytest.mark.parametrize(
    ("site", "home", "wanted"),
    [
        ("钱清镇海涂路77号", "", "zone"),  # the road another parcel of the zone names
        ("钱清镇越秀路", "", "town"),
        ("杨汛桥镇岭陈村", "", "far"),
        ("", "杨汛桥镇岭陈村", "home_far"),
        ("钱清镇越秀路", "钱清镇岭陈村", "town"),  # the site speaks first
    ],
)
def test_an_address_is_in_the_zone_the_town_or_far_away(site: str, home: str, wanted: str) -> None:
    town = firm(site_address=site, registered_address=home)
    town.parcel(location="钱清镇岭陈村")
    town.parcel(location="钱清镇海涂路以南")
    assert levels(town)["l_village"] == wanted


def test_the_town_of_a_location_without_one_is_learned_from_its_cadastral_district() -> None:
    town = firm(site_address="杨汛桥镇展望路")
    town.parcel(location="海涂路以南")
    for _ in range(3):
        town.parcel(location="钱清镇江南村")
    assert levels(town)["l_village"] == "far"


@pytest.mark.parametrize(
    ("reported", "wanted"),
    [
        (10_000.0, "equal"),
        (10_000.004, "equal"),
        (10_040.0, "close"),
        (10_060.0, "none"),
        (None, "none"),
    ],
)
def test_areas_are_equal_to_the_centimetre_or_close(reported: float | None, wanted: str) -> None:
    town = firm(reported_area_m2=reported)
    town.parcel(area_m2=10_000.0)
    assert levels(town)["l_area"] == wanted


def test_an_area_proposes_land_only_when_no_other_land_has_it() -> None:
    town = firm(reported_area_m2=10_000.0)
    town.parcel(area_m2=10_000.0)
    assert len(area_pairs(places_of(town).sites, places_of(town).land)) == 1
    town.parcel(area_m2=10_000.0)
    assert area_pairs(places_of(town).sites, places_of(town).land).empty


def test_doors_without_a_number_pair_nothing() -> None:
    doors = Doors.of(pd.DataFrame({"door": ["", "海涂路18"], "town": ["", ""], "land": [0, 0]}))
    asked = np.array(["", "海涂路18"], dtype=object), np.array(["", "钱清镇"], dtype=object)
    assert [found.tolist() for found in door_pairs(*asked, doors)] == [[1], [0], [True]]


@pytest.mark.parametrize(
    ("more", "bare"),
    [
        ({}, True),
        ({"land_class": "0602"}, True),
        ({"land_class": "0101"}, False),
        ({"settlement": "202", "ownership": "30"}, False),  # in a town
        ({"settlement": "", "ownership": "30"}, True),
        ({"settlement": "", "ownership": "20"}, False),  # state land
        ({"geometry": square(0)}, False),  # covered by a parcel
    ],
)
def test_village_industry_without_a_parcel_is_land_of_its_own(
    more: dict[str, Any], bare: bool
) -> None:
    town = Town(others=False)
    town.parcel()
    code = town.patch(**more)
    assert bare_patches(town.case)["patch_code"].tolist() == ([code] if bare else [])


def test_land_is_sorted_by_code_with_its_position() -> None:
    town = Town(others=False)
    town.parcel(parcel_code=parcel_code(9))
    town.parcel(parcel_code=parcel_code(3))
    bsm = town.patch()
    land = build_land(town.case)
    assert land.rows["code"].tolist() == sorted([parcel_code(9), parcel_code(3), bsm])
    assert land.rows.loc[land.position[bsm], "on_patch"]
    assert land.rows.loc[land.position[bsm], "village"] == "岭陈村"
    areas = [g.area for g in land.flat]
    assert np.allclose(areas, 10_000, rtol=0.01)


def test_a_case_without_patches_or_addresses_has_only_its_parcels() -> None:
    town = Town(others=False)
    town.parcel()
    case = town.case
    assert len(build_land(case).rows) == 1
    assert door_table(case, build_land(case)).empty
