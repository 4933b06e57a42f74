"""Headers are found under title rows and over two rows; units are claimed, never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import intake_files as files
import pytest

from geomujun.intake import headers, units
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import UnreadableError
from geomujun.intake.reader import examine

USCC = files.USCC


def indicators(folder: Path, rows: list[list[Any]], **more: Any) -> Any:
    """The case with an indicators workbook of these rows."""
    files.sound_case(folder)
    files.write_sheets(folder / "indicators.xlsx", {"Sheet1": rows}, **more)
    intake = examine(folder)
    return intake, next(v for v in intake.files if v.file == "indicators.xlsx")


def test_a_header_below_title_rows_is_found(tmp_path: Path) -> None:
    rows = [
        ["2024年度指标表"],
        ["填报单位：某某局（盖章）", None, "单位：万元"],
        ["税收", "年度", "统一社会信用代码"],
        [1.5, 2024, USCC[0]],
    ]
    intake, verdict = indicators(tmp_path, rows)
    assert intake.case.indicators["tax_wan_yuan"].tolist() == [1.5]
    assert verdict.units["tax_wan_yuan"] == ("万元", "表头上方“单位：”")
    assert "表头在第 3 行，数据自第 4 行起" in verdict.notes


def test_the_units_line_above_applies_where_the_header_is_silent(tmp_path: Path) -> None:
    rows = [
        ["单位：元"],
        ["统一社会信用代码", "年度", "税收", "营业收入（亿元）", "综合能耗"],
        [USCC[0], 2024, 20000, 2, 7],
    ]
    intake, verdict = indicators(tmp_path, rows)
    row = intake.case.indicators.iloc[0]
    assert (row["tax_wan_yuan"], row["revenue_wan_yuan"], row["energy_tce"]) == (2.0, 20000.0, 7.0)
    assert verdict.units["energy_tce"][1] == "约定"


def test_two_money_units_in_the_line_above_are_refused(tmp_path: Path) -> None:
    rows = [["单位：万元、元"], ["统一社会信用代码", "年度", "税收"], [USCC[0], 2024, 20000]]
    intake, verdict = indicators(tmp_path, rows)
    assert "两种说法" in verdict.problems[0]
    assert "mapping.yaml" in verdict.hint
    assert intake.case.indicators.empty


def test_a_person_settles_an_ambiguous_unit(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("indicators: {units: {税收: 元}}", encoding="utf-8")
    rows = [["单位：万元、元"], ["统一社会信用代码", "年度", "税收"], [USCC[0], 2024, 20000]]
    intake, verdict = indicators(tmp_path, rows)
    assert intake.case.indicators["tax_wan_yuan"].tolist() == [2.0]
    assert verdict.units["tax_wan_yuan"] == ("元", "mapping.yaml")


def test_a_header_over_two_rows_with_merged_cells(tmp_path: Path) -> None:
    rows = [
        ["统一社会信用代码", "年度", "财务指标", None, "能源"],
        [None, None, "税收（元）", "营业收入（万元）", "综合能耗（吨标准煤）"],
        ["甲", "乙", 1, 2, 3],
        [USCC[0], "2024年", "30,000", "５", "7.5"],
    ]
    intake, verdict = indicators(tmp_path, rows, merges=["A1:A2", "B1:B2", "C1:D1"])
    row = intake.case.indicators.iloc[0]
    assert (row["tax_wan_yuan"], row["revenue_wan_yuan"], row["energy_tce"]) == (3.0, 5.0, 7.5)
    assert verdict.rows_in == 1
    assert row["year"] == 2024


def test_unit_rows_and_code_rows_below_the_header_are_no_data(tmp_path: Path) -> None:
    rows = [
        ["统一社会信用代码", "年度", "税收", "用电量"],
        ["", "", "元", "千瓦时"],
        ["G1", "G2", "G3", "G4"],
        [USCC[0], 2024, 10000, 20000],
    ]
    intake, verdict = indicators(tmp_path, rows)
    row = intake.case.indicators.iloc[0]
    assert (row["tax_wan_yuan"], row["power_wan_kwh"]) == (1.0, 2.0)
    assert verdict.units["tax_wan_yuan"] == ("元", "单位行")
    assert row["row"] == 1


def test_a_short_first_row_of_data_is_not_taken_for_a_code_row(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    files.write_sheets(
        tmp_path / "leases.xlsx",
        {"leases": [["合同编号", "出租方", "租赁土地面积"], ["A1", "甲", 2.0], ["A2", "乙", 3.0]]},
    )
    assert examine(tmp_path).case.leases["contract_no"].tolist() == ["A1", "A2"]


def test_merged_cells_are_filled_downwards_except_for_numbers(tmp_path: Path) -> None:
    rows = [["统一社会信用代码", "年度", "税收"], [USCC[0], 2023, 5], [None, 2024, None]]
    intake, verdict = indicators(tmp_path, rows, merges=["A2:A3", "C2:C3"])
    table = intake.case.indicators
    assert table["uscc"].tolist() == [USCC[0]] * 2
    assert table["tax_wan_yuan"].tolist()[0] == 5
    assert table["tax_wan_yuan"].isna().tolist() == [False, True]
    assert any("合并单元格" in n for n in verdict.notes)


def test_blank_rows_are_no_rows_but_keep_the_count_of_lines(tmp_path: Path) -> None:
    rows = [
        ["统一社会信用代码", "年度"],
        [USCC[0], 2023],
        [None, None],
        ["  ", None],
        [USCC[0], 2024],
    ]
    intake, verdict = indicators(tmp_path, rows)
    assert intake.case.indicators["row"].tolist() == [1, 4]
    assert verdict.rows_in == 2


def test_header_rows_of_mapping_win(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("indicators: {header_rows: [2]}", encoding="utf-8")
    rows = [
        ["统一社会信用代码", "年度", "税收"],
        ["统一社会信用代码", "年度", "营业收入"],
        [USCC[0], 2024, 3],
    ]
    intake, _ = indicators(tmp_path, rows)
    assert intake.case.indicators["revenue_wan_yuan"].tolist() == [3.0]
    assert intake.case.indicators["tax_wan_yuan"].isna().all()


def test_columns_of_mapping_win_and_other_columns_stay_aside(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(
        "indicators: {columns: {税收: 实缴数}}", encoding="utf-8"
    )
    rows = [["统一社会信用代码", "年度", "税收", "实缴数", "备注"], [USCC[0], 2024, 3, 4, "x"]]
    intake, verdict = indicators(tmp_path, rows)
    assert intake.case.indicators["tax_wan_yuan"].tolist() == [4.0]
    assert verdict.extra == ["税收", "备注"]


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("ZDDM", "parcel_code"),
        ("zddm", "parcel_code"),
        ("宗地代码", "parcel_code"),
        (" 宗 地 代 码 ", "parcel_code"),
        ("*宗地代码：", "parcel_code"),
        ("宗地编码", "parcel_code"),
        ("宗地面积（㎡）", "area_m2"),
        ("宗地面积(平方米)", "area_m2"),
        ("宗地面积/亩", "area_m2"),
        ("土地使用权人", "holder_names"),
        ("坐落（详细）", "location"),
        ("ＺＤＭＪ", "area_m2"),
    ],
)
def test_headers_are_known_by_standard_name_label_and_alias(text: str, identifier: str) -> None:
    found = headers.match("parcels", [headers.describe([text])], Rule())
    assert found.columns == {identifier: 0}


def test_a_standard_name_beats_an_alias_for_the_same_field() -> None:
    made = [headers.describe([x]) for x in ("面积", "ZDMJ", "宗地面积")]
    found = headers.match("parcels", made, Rule())
    assert found.columns == {"area_m2": 1}
    assert found.extra == [0, 2]


def test_a_name_cut_to_ten_bytes_is_known_only_when_one_field_fits() -> None:
    made = [headers.describe(["统一社会信"]), headers.describe(["使用权"])]
    for header in made:
        header.truncated = True
    assert headers.match("enterprises", made[:1], Rule()).columns == {"uscc": 0}
    assert headers.match("parcels", made[1:], Rule()).columns == {}


def test_no_header_is_told_with_what_was_seen() -> None:
    with pytest.raises(UnreadableError, match="没有找到企业的表头；首行为：甲、乙"):
        headers.locate("enterprises", [["甲", "乙"], ["1", "2"]], (), Rule())


@pytest.mark.parametrize(
    ("unit", "word", "factor"),
    [
        ("m2", "㎡", 1),
        ("m2", "m²", 1),
        ("m2", "（亩）", 10000 / 15),
        ("m2", "公顷", 1e4),
        ("m2", "hm²", 1e4),
        ("m2", "km²", 1e6),
        ("wan_yuan", "元", 1e-4),
        ("wan_yuan", "亿元", 1e4),
        ("wan_yuan", "千元", 0.1),
        ("tce", "吨标准煤", 1),
        ("tce", "万吨标准煤", 1e4),
        ("wan_kwh", "千瓦时", 1e-4),
        ("wan_kwh", "kW·h".replace("·", ""), 1e-4),
        ("kg", "吨", 1000),
        ("wan_yuan_per_mu", "万元/公顷", 1 / 15),
    ],
)
def test_unit_words_have_their_factor(unit: str, word: str, factor: float) -> None:
    assert units.factor(unit, word) == pytest.approx(factor)


def test_a_unit_of_another_kind_is_no_unit_here() -> None:
    assert units.factor("m2", "万元") is None
    assert units.factor("wan_yuan", "亩") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("单位：万元、㎡", ["万元", "㎡"]),
        ("（单位：亩）", ["亩"]),
        ("金额单位:元", ["元"]),
        ("填报单位：某公司", []),
        ("报送单位：亩产办", []),
        ("单位名称", []),
    ],
)
def test_a_units_line_is_told_from_an_organisation(text: str, found: list[str]) -> None:
    assert units.units_of_line(text) == found
