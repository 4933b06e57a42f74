"""Persons are hidden, firms and codes are not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from result_builder import sample_result

from geomujun.export.masking import (
    Masker,
    is_person,
    mask_id,
    mask_ids,
    mask_names,
    mask_numbers,
    mask_person,
    masked,
)


@pytest.mark.parametrize(
    "name",
    [
        "王明",
        "王小明",
        "欧阳明",
        "欧阳小明",
        "张三等3人",
        "王小明（已故）",
        "王小明(原柯桥电缆公司)",
        "买买提·艾山",
        "李建行",
        "John Smith",
        "李文化",  # a trade and a given name
        "李建设",
        "张人民",
        "王镇",
        "欧阳建设",
        "张陈健康",  # with both parents' surnames
        "王小明(原柯桥电缆有限公司",
    ],
)
def test_these_are_natural_persons(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "上海银行",
        "柯桥区教育局",
        "岭陈村民委员会",
        "兰亭街道",
        "凯迅化工（绍兴）有限公司",
        "华联超市",
        "柯桥五金厂",
        "华联五金",
        "古风黄酒",
        "环城建设",
        "余杭区",
        "林业局",
        "环城印染（绍兴有限公司",
        "ABC Trading Ltd",
        "绍兴鼎峰国际木业有限公司",
    ],
)
def test_these_are_not(name: str) -> None:
    assert not is_person(name)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("王明", "王*"),
        ("王小明", "王**"),
        ("欧阳明", "欧阳*"),
        ("欧阳小明", "欧阳**"),
        ("买买提·艾山", "买**·**"),
        ("王小明（已故）", "王**"),
    ],
)
def test_only_the_family_name_stays(name: str, hidden: str) -> None:
    assert mask_person(name) == hidden


def test_joined_holders_are_masked_one_by_one() -> None:
    assert mask_names("王小明、绍兴电缆有限公司；李四") == "王**、绍兴电缆有限公司；李*"


@pytest.mark.parametrize(
    ("cell", "hidden"),
    [
        ("王小明 & 李红", "王** & 李*"),
        ("绍兴华联纺织有限公司 & 李红", "绍兴华联纺织有限公司 & 李*"),
        ("王小明&李红", "王**&李*"),
        ("王小明和李红", "王**和李*"),
        ("甲&乙纺织有限公司", "甲&乙纺织有限公司"),
    ],
)
def test_persons_joined_by_words_and_signs_are_masked(cell: str, hidden: str) -> None:
    assert mask_names(cell) == hidden


def test_an_enterprise_of_the_register_keeps_a_name_that_looks_like_a_persons() -> None:
    assert mask_names("金星厂、王明", frozenset({"金星厂"})) == "金星厂、王*"


def test_id_numbers_show_two_characters_and_codes_of_firms_stay() -> None:
    assert mask_id("330621196512010017") == "*" * 16 + "17"
    assert mask_id("12") == "**"
    assert mask_ids("330621196512010017；91330603MA5U44PX52") == "*" * 16 + "17；91330603MA5U44PX52"


def test_numbers_in_sentences_are_masked_only_when_they_are_personal() -> None:
    text = "电话13912345678，证件330621196512010017，宗地330603001006GB00018，图斑330603000900000000，面积13912.35"
    got = mask_numbers(text)
    assert "13912345678" not in got
    assert "330621196512010017" not in got
    assert "330603001006GB00018" in got
    assert "330603000900000000" in got
    assert "13912.35" in got


@pytest.mark.parametrize(
    "text",
    [
        "身份证330602199001012340，电话13812345678。",
        "13812345678",
        "(0575-85123456)",
        "电话：010-8512345;",
        "１３812345678",
        "330602199001012340",
        "宗地330602001001GB00012",
        "合同 2024013812345678",
        "统一社会信用代码 91330600MA2BCDEF1X",
        "面积 13812345678.55",
        "无",
    ],
)
def test_a_column_is_masked_as_its_texts_are(text: str) -> None:
    column = pd.Series([text, "前" + text, text + "后", f"{text} {text}"], dtype="str")
    want = [mask_numbers(t) for t in column]
    assert Masker([], []).column(column).tolist() == want


def test_a_firm_that_bears_a_persons_name_is_not_touched() -> None:
    masker = Masker(["王小明"], ["绍兴王小明制衣有限公司"])
    assert (
        masker.text("权利人王小明与绍兴王小明制衣有限公司相近")
        == "权利人王**与绍兴王小明制衣有限公司相近"
    )


def test_a_name_in_traditional_script_hides_its_normalised_form_too() -> None:
    masker = Masker(["張曉東"], [])
    assert masker.text("权利人张晓东，原写張曉東") == "权利人张**，原写張**"


def test_no_person_of_the_case_is_left_in_any_table_or_layer() -> None:
    result = sample_result()
    cells = result.case.parcels["holder_names"].str.split("[、；;,，]").explode()
    persons = sorted(p for p in set(cells) if is_person(p))
    assert len(persons) > 100
    links = result.tables["links"].copy()
    links.loc[0, "evidence"] = (
        f'[{{"name": "n", "left": "{persons[0]}", "right": "", "line": "{persons[1]}", "bits": 1}}]'
    )
    got = masked(replace(result, tables={**result.tables, "links": links}))
    evidence = "\n".join(got.tables["links"]["evidence"])
    firms = "\n".join(got.case.enterprises["name"])
    left = [
        p
        for p in persons
        if p not in firms and (p in evidence or p in "\n".join(got.case.parcels["holder_names"]))
    ]
    assert left == []
    assert got.tables["rejects"]["value"].tolist() == ["王**"]
    assert got.case.enterprises["name"].tolist() == result.case.enterprises["name"].tolist()
    assert got.masked


def test_a_rejected_value_is_masked_by_its_column() -> None:
    frame = pd.DataFrame(
        {
            "file": ["leases.xlsx"] * 3, "row": [1, 2, 3], "field": ["承租方", "ZJH", "宗地面积"],
            "value": ["赵小兰", "330621196512010017", "12.5"], "reason": [""] * 3,
        }
    )  # fmt: skip
    result = sample_result()
    got = masked(replace(result, tables={**result.tables, "rejects": frame}))
    assert got.tables["rejects"]["value"].tolist() == ["赵**", "*" * 16 + "17", "12.5"]


def test_masking_twice_changes_nothing() -> None:
    once = masked(sample_result())
    assert masked(once) is once


def test_a_person_in_an_address_is_masked_and_a_place_of_that_name_stays() -> None:
    masker = Masker(["诸葛金雀", "金山"], ["绍兴金山机械有限公司"])
    given = pd.Series(
        ["柯桥区金山路8号（联系人诸葛金雀 13912345678）", "金山村东侧", "金山宅旁", ""]
    )
    assert masker.addresses(given).tolist() == [
        "柯桥区金山路8号（联系人诸葛** *********78）", "金山村东侧", "金*宅旁", "",
    ]  # fmt: skip
