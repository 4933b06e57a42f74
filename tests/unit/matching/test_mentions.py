from __future__ import annotations

import pandas as pd

from geomujun.matching.mentions import mentioned
from geomujun.text.lexicon import case_lexicon
from geomujun.text.names import parse

NAMES = [
    "四川航空股份有限公司",
    "湖南唯品会物流有限公司",
    "河南唯品会物流有限公司",
    "山东荣兴投资有限公司",
    "武汉海侨科技有限公司",
    "浙江海天机械有限公司",
]


def parsed() -> pd.DataFrame:
    return parse(pd.Series(NAMES, dtype="str"), case_lexicon([]))


def first(text: str, near: str = "") -> str:
    found = mentioned(pd.Series([text]), parsed(), pd.Series([near]))
    return NAMES[found["right"].iloc[0]]


def test_a_project_name_that_holds_part_of_a_firms_name_finds_it() -> None:
    assert first("四川航空咸阳基地") == "四川航空股份有限公司"
    assert first("公开出让国有建设用地使用权（荣兴投资 13.32亩）") == "山东荣兴投资有限公司"


def test_the_place_of_the_land_decides_between_firms_of_one_trade_name() -> None:
    assert first("唯品会133", "河南|郑州") == "河南唯品会物流有限公司"
    assert first("衡阳县唯品会电子信息产业园", "湖南|衡阳") == "湖南唯品会物流有限公司"


def test_without_a_place_both_firms_of_one_trade_name_weigh_the_same() -> None:
    found = mentioned(pd.Series(["唯品会133"]), parsed())
    assert found["bits"].iloc[0] == found["bits"].iloc[1]


def test_a_text_that_shares_no_pair_has_no_row() -> None:
    assert mentioned(pd.Series(["污水处理厂二期"]), parsed()).empty


def test_no_text_gives_an_empty_frame() -> None:
    assert mentioned(pd.Series([], dtype="str"), parsed()).columns.tolist() == [
        "left",
        "right",
        "bits",
    ]
