from __future__ import annotations

import pandas as pd
import pytest

from geomujun.text.lots import lot_code, parse_lots, split_lots


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("樹林區東園段1130地號", [("树林区", "东园段", "", "", 1130, 0)]),
        ("八德區東勇段783-12地號", [("八德区", "东勇段", "", "", 783, 12)]),
        ("歸仁區媽祖廟段二小段606地號", [("归仁区", "妈祖庙段", "二小段", "", 606, 0)]),
        ("霧峰區丁台三段534地號", [("雾峰区", "丁台三段", "", "", 534, 0)]),
        ("彰化縣和美鎮和群段309地號", [("彰化县和美镇", "和群段", "", "", 309, 0)]),
        ("平鎮區吉安段１２號", [("平镇区", "吉安段", "", "", 12, 0)]),
        ("建国段212地号", [("", "建国段", "", "", 212, 0)]),
    ],
)
def test_a_text_is_split_into_town_section_and_lot(
    text: str, expected: list[tuple[str, str, str, str, int, int]]
) -> None:
    assert split_lots(text) == expected


def test_several_lots_stand_in_the_section_before_them() -> None:
    got = split_lots("內新段71-2、71-46、72地號")
    assert [(lot, sub) for *_, lot, sub in got] == [(71, 2), (71, 46), (72, 0)]


def test_a_line_broken_in_a_list_of_lots_loses_nothing() -> None:
    got = split_lots("豐工段379、380、\n381地號")
    assert [lot for *_, lot, _ in got] == [379, 380, 381]


def test_a_range_is_all_its_lots() -> None:
    got = split_lots("後壁段956至960地號")
    assert [lot for *_, lot, _ in got] == [956, 957, 958, 959, 960]


def test_a_second_section_keeps_the_town_of_the_first() -> None:
    got = split_lots("大里區大里段12地號及內新段7地號")
    assert got == [("大里区", "大里段", "", "", 12, 0), ("大里区", "内新段", "", "", 7, 0)]


def test_the_number_after_resurvey_is_marked_as_such() -> None:
    first, second = split_lots("屯子腳段195-5地號(重測後枋寮段77地號)")
    assert first == ("", "屯子脚段", "", "", 195, 5)
    assert second == ("", "枋寮段", "", "重测后", 77, 0)


@pytest.mark.parametrize("text", ["", "中余乡五星村", "建设大道以南、解放路以东", "88号"])
def test_a_text_without_a_section_has_no_lot(text: str) -> None:
    assert split_lots(text) == []


def test_a_column_gives_one_row_per_lot_and_keeps_positions() -> None:
    got = parse_lots(pd.Series(["東園段1-2、3地號", "无", "建国段5地号"], index=[7, 8, 9]))
    assert got["row"].tolist() == [0, 0, 2]
    assert got["lot"].tolist() == ["00010002", "00030000", "00050000"]
    assert got.loc[2, "section"] == "建国段"


def test_an_empty_column_gives_typed_columns() -> None:
    got = parse_lots(pd.Series([], dtype="str"))
    assert got["parent"].dtype == "int64"
    assert got["lot"].dtype == "str"


def test_the_lot_code_has_four_digits_each() -> None:
    assert lot_code(120, 3) == "01200003"
