from __future__ import annotations

import numpy as np
import pandas as pd

from geomujun.matching.shortnames import is_short, short_candidates
from geomujun.text.lexicon import case_lexicon
from geomujun.text.names import parse

FULL = [
    "重庆川仪自动化股份有限公司",
    "青岛啤酒股份有限公司",
    "青岛啤酒股份有限公司潍坊分公司",
    "青岛啤酒投资合伙企业（有限合伙）",
    "株洲冶炼集团股份有限公司",
    "上海昊海生物科技股份有限公司",
    "深圳市农产品集团股份有限公司",
    "浙江海天机械有限公司",
    "兰剑智能科技股份有限公司",
]


def parsed(names: list[str]) -> pd.DataFrame:
    return parse(pd.Series(names, dtype="str"), case_lexicon([]))


def first(short: str, names: list[str] = FULL) -> str:
    found = short_candidates(parsed([short]), parsed(names))
    return names[found["right"].iloc[0]]


def test_the_first_characters_of_the_trade_name_find_the_full_name() -> None:
    assert first("川仪股份") == "重庆川仪自动化股份有限公司"
    assert first("昊海生科") == "上海昊海生物科技股份有限公司"


def test_a_place_shortened_into_the_name_is_found() -> None:
    assert first("株冶集团") == "株洲冶炼集团股份有限公司"


def test_marks_of_the_exchange_are_no_part_of_the_short_form() -> None:
    assert first("*ST株冶") == "株洲冶炼集团股份有限公司"
    assert first("川仪股份A") == "重庆川仪自动化股份有限公司"


def test_the_firm_itself_comes_before_its_branch_and_its_fund() -> None:
    assert first("青岛啤酒") == "青岛啤酒股份有限公司"


def test_bits_of_a_good_short_form_outweigh_those_of_a_chance_one() -> None:
    found = short_candidates(parsed(["川仪股份", "海剑"]), parsed(FULL))
    best = found.drop_duplicates("left").set_index("left")["bits"]
    assert best[0] > best.get(1, -np.inf) + 5


def test_a_text_that_shares_no_two_ordered_characters_has_no_candidate() -> None:
    assert short_candidates(parsed(["仪川"]), parsed(["重庆川仪自动化股份有限公司"])).empty


def test_the_order_of_the_register_changes_no_bits() -> None:
    shuffled = FULL[::-1]
    one = short_candidates(parsed(["川仪股份"]), parsed(FULL))
    two = short_candidates(parsed(["川仪股份"]), parsed(shuffled))
    assert [FULL[i] for i in one["right"]] == [shuffled[i] for i in two["right"]]
    assert np.allclose(one["bits"], two["bits"])


def test_only_names_without_a_legal_form_are_taken_for_short() -> None:
    queries = parsed(["川仪股份", "海天公司", "浙江海天机械有限公司", "一个很长很长没有形式的文字"])
    assert is_short(queries).tolist() == [True, True, False, False]


def test_no_query_and_no_register_give_an_empty_frame() -> None:
    none = parsed([])
    assert short_candidates(none, parsed(FULL)).empty
    assert short_candidates(parsed(["川仪"]), none).empty
