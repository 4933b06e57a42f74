"""坐落 and addresses as land-supply notices write them."""

from __future__ import annotations

import pandas as pd
import pytest

from geomujun.text.locations import PARTS, door_key, parse_locations


def parse(text: str) -> dict[str, object]:
    row = parse_locations(pd.Series([text], dtype="str")).iloc[0]
    return {k: v for k, v in row.items() if k in (*PARTS, "relative") and v not in ("", False)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("浙江省绍兴市柯桥区兰亭街道兴越路128号", {"town": "兰亭街道", "road": "兴越路", "number": "128"}),
        ("兰亭街道兴越路128号", {"town": "兰亭街道", "road": "兴越路", "number": "128"}),
        ("中余乡五星村", {"town": "中余乡", "village": "五星村"}),
        ("岭陈村", {"village": "岭陈村"}),
        ("滨海区兴滨路5889号3幢2层201室",
         {"road": "兴滨路", "number": "5889", "building": "3", "floor": "2", "room": "201"}),
        ("长江西路130号A座三楼", {"road": "长江西路", "number": "130", "building": "A", "floor": "3"}),
        ("兴越路128-2号", {"road": "兴越路", "number": "128-2"}),
        ("兴越路128之2号", {"road": "兴越路", "number": "128-2"}),
        ("钱清街道钱门大道东段12号", {"town": "钱清街道", "road": "钱门大道", "number": "12"}),
        ("柯桥经济技术开发区A-12地块", {"park": "柯桥经济技术开发区", "plot": "A-12"}),
        ("杨汛桥街道江桃村工业园区",
         {"town": "杨汛桥街道", "village": "江桃村", "park": "江桃村工业园区"}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_location_falls_into_its_parts(text: str, wanted: dict[str, object]) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["兰亭街道兴越路以东、云集路以北", "兴越路与云集路交叉口东北侧", "东至镜水路，南至群贤路",
     "兴越路与云集路交汇处", "镜水路西侧"],
)  # fmt: skip
def test_a_place_told_by_its_bounds_is_relative_and_has_no_number(text: str) -> None:
    found = parse(text)
    assert found["relative"]
    assert "number" not in found


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("安海塑业有限公司以东", "安海塑业有限公司"),
        ("绍兴华盛纺织有限公司东侧", "绍兴华盛纺织有限公司"),
        ("马鞍街道兴滨路1号（浙江华宇公司对面）", "浙江华宇公司"),
    ],
)
def test_a_neighbours_firm_is_kept_apart(text: str, firm: str) -> None:
    assert parse(text)["neighbour"] == firm


def test_a_road_inside_a_neighbours_name_is_not_this_places_road() -> None:
    assert "road" not in parse("丝绸路服饰有限公司东侧")


def test_a_number_before_a_bracket_with_a_neighbour_stays() -> None:
    found = parse("马鞍街道兴滨路1号（浙江华宇公司对面）")
    assert (found["road"], found["number"]) == ("兴滨路", "1")


def test_one_door_for_every_way_of_writing_it_and_none_without_a_number() -> None:
    texts = [
        "浙江省绍兴市柯桥区兰亭街道兴越路128号",
        "兰亭街道兴越路１２８号",
        "兴越路128号3幢",
        "兴越路以东",
        "",
    ]
    doors = door_key(parse_locations(pd.Series(texts, dtype="str")))
    assert doors.tolist() == ["兴越路128"] * 3 + ["", ""]


def test_two_numbers_are_two_doors() -> None:
    doors = door_key(parse_locations(pd.Series(["兴越路128号", "兴越路128-1号"], dtype="str")))
    assert doors.nunique() == 2


def test_a_column_keeps_its_index() -> None:
    found = parse_locations(pd.Series(["甲村", "甲村", ""], index=[5, 2, 9], dtype="str"))
    assert found.index.tolist() == [5, 2, 9]
