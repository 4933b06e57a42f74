"""One writing for one text, and the place words of a case."""

from __future__ import annotations

import pandas as pd
import pytest

from geomujun.text.lexicon import case_lexicon, divisions, short_place, words
from geomujun.text.normal import normalise, normalise_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("绍興縣華聯紡織有限公司", "绍兴县华联纺织有限公司"),
        ("智泰科技（湖北（有限公司", "智泰科技(湖北(有限公司"),
        ("甲【乙】〔丙〕《丁》", "甲(乙)(丙)(丁)"),
        (" 华 联\u3000厂\u200b ", "华联厂"),
        ("ａｂｃ厂", "ABC厂"),
        ("华联厂。", "华联厂"),
        ("“华联”厂", "华联厂"),
        ("", ""),
        ("　", ""),
    ],
)
def test_one_writing(text: str, wanted: str) -> None:
    assert normalise_text(text) == wanted


@pytest.mark.parametrize(
    "text", ["绍興縣華聯（紡織）廠", "ＡＢＣ", "智泰科技（湖北（有限公司", "、华联；"]
)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once


def test_a_column_keeps_index_and_order() -> None:
    texts = pd.Series(["華", "华", ""], index=[4, 2, 8], dtype="str")
    assert normalise(texts).to_dict() == {4: "华", 2: "华", 8: ""}


def test_places_are_learned_from_the_cases_addresses_with_what_they_lie_in() -> None:
    addresses = pd.Series(["墨川市云岫县溪镇1号"] * 3 + ["某某省怪怪县1号"], dtype="str")
    lexicon = case_lexicon([addresses])
    assert lexicon.place["云岫县"] == lexicon.place["云岫"] == "云岫"
    assert "墨川" in lexicon.parents["云岫"]
    assert "怪怪县" not in lexicon.place  # one odd text teaches nothing


def test_the_order_of_addresses_teaches_the_same() -> None:
    addresses = pd.Series(["墨川市云岫县溪镇1号"] * 3 + ["墨川市云海区2号"] * 4, dtype="str")
    turned = addresses.iloc[::-1].reset_index(drop=True)
    assert case_lexicon([addresses]) == case_lexicon([turned])


def test_the_countrys_divisions_are_unique_codes_with_short_names() -> None:
    keys = [(d.code, d.level) for d in divisions()]  # 东莞 is prefecture and county at once
    assert len(keys) == len(set(keys)) > 3000
    by_code = {d.code: d for d in divisions()}
    assert by_code["330603"].short == "柯桥"
    assert by_code["150000"].short == "内蒙古"
    assert short_place("赵县") == "赵县"


def test_a_trade_name_is_no_trade() -> None:
    assert {"纺织", "机械", "五金"} <= words().trades
    assert not words().trades & set(words().legal_forms)
