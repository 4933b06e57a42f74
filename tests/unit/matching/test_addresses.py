from __future__ import annotations

import pandas as pd

from geomujun.matching.addresses import FEATURES, address_bits, fold_address, number_tokens

# A little corpus, so that rarity means something.
OTHERS = [
    ("滨海工业区海涂路18号", "滨海工业区海涂路18号"),
    ("解放南路120号", "解放北路7号"),
    ("高新区科创路66号", "经开区创业路66号"),
    ("城东街道新民村3组", "城西街道新民村3组"),
]


def bits(left: str, right: str) -> float:
    pairs = [(left, right), *OTHERS]
    frame = address_bits(pd.Series([a for a, _ in pairs]), pd.Series([b for _, b in pairs]))
    return float(frame["bits"].iloc[0])


def test_numerals_and_words_for_building_have_one_writing() -> None:
    assert fold_address("海涂路十八号三号楼二楼") == "海涂路18号3幢2层"
    assert fold_address("A座") == fold_address("A栋") == "A幢"


def test_a_numeral_that_is_part_of_a_name_stays() -> None:
    assert fold_address("三元桥") == "三元桥"


def test_distances_are_no_numbers_of_a_place() -> None:
    assert number_tokens(fold_address("永和路与新安路交叉口西北200米")) == set()
    assert number_tokens(fold_address("科创路66号4栋")) == {"66号", "4幢"}


def test_the_same_building_beats_another_building_of_the_compound() -> None:
    mine = "科技工业园丰盛园144号楼"
    assert bits(mine, "科技工业园丰盛园144幢") > bits(mine, "科技工业园丰盛园145幢") + 1


def test_a_gate_is_worth_less_than_the_place_itself() -> None:
    mine = "涉外旅游管理学校"
    assert bits(mine, "涉外旅游管理学校") > bits(mine, "涉外旅游管理学校(北门)")


def test_the_road_with_the_same_number_beats_the_road_alone_and_another_number() -> None:
    mine = "海涂路18号"
    assert bits(mine, "滨海海涂路18号") > bits(mine, "滨海海涂路")
    assert bits(mine, "滨海海涂路18号") > bits(mine, "滨海海涂路20号")


def test_an_unrelated_address_speaks_against() -> None:
    assert bits("海涂路18号", "城西街道新民村3组") < -4


def test_the_frame_keeps_index_and_features() -> None:
    left = pd.Series(["海涂路18号", "海涂路18号"], index=[5, 9])
    frame = address_bits(left, pd.Series(["海涂路18号", ""], index=[5, 9]))
    assert frame.index.tolist() == [5, 9]
    assert set(FEATURES) < set(frame.columns)
    assert frame["bits"].notna().all()
