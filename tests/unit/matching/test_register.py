"""The register of names: current, former, dated."""

from __future__ import annotations

import pandas as pd
import pytest
from ledger_small import frame
from matching_small import Town, register_of, uscc

from geomujun.domain.case import Case
from geomujun.matching.register import build, lexicon_of, split_former


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("", []),
        ("旧名厂", [("旧名厂", "")]),
        ("旧名厂(至2018-05-01)", [("旧名厂", "2018-05-01")]),
        ("旧名厂（截至2018-5-1止）；更旧厂", [("旧名厂", "2018-5-1"), ("更旧厂", "")]),
        ("甲厂；；乙厂|丙厂;丁厂\n戊厂", [(n, "") for n in ("甲厂", "乙厂", "丙厂", "丁厂", "戊厂")]),
        ("甲（绍兴）厂(至2018-05-01)", [("甲（绍兴）厂", "2018-05-01")]),
        ("甲厂（使用至2018-05-01）", [("甲厂", "2018-05-01")]),
    ],
)  # fmt: skip
def test_former_names_may_end_in_their_last_day(cell: str, names: list[tuple[str, str]]) -> None:
    assert split_former(cell) == names


def test_current_and_former_names_of_one_firm_are_rows_of_one_code() -> None:
    names = register_of(
        "绍兴华联纺织有限公司", former="绍兴旧名丝绸厂(至2018-05-01)；紹興老厂"
    ).names
    mine = names[names["uscc"] == uscc(1)]
    assert mine["written"].tolist() == ["绍兴华联纺织有限公司", "紹興老厂", "绍兴旧名丝绸厂"]
    assert mine["former"].tolist() == [False, True, True]
    assert mine["until"].isna().tolist() == [True, True, False]
    assert mine["norm"].tolist()[1] == "绍兴老厂"
    assert mine["pinyin"].tolist()[0] == "hua lian"


def test_a_day_that_does_not_exist_leaves_the_name_undated() -> None:
    names = register_of("绍兴华联纺织有限公司", former="绍兴旧名丝绸厂(至2018-13-41)").names
    assert names.loc[names["former"], "until"].isna().all()


def test_an_enterprise_without_a_name_is_no_row_but_stays_a_firm() -> None:
    case = Case(
        enterprises=frame(
            "enterprises", [{"uscc": uscc(1), "name": ""}, {"uscc": uscc(2), "name": "甲厂"}]
        )
    )
    register = build(case, lexicon_of(case))
    assert register.names["uscc"].tolist() == [uscc(2)]
    assert len(register.firms) == 2


def test_a_place_the_country_list_lacks_is_learned_from_three_addresses() -> None:
    def places(times: int) -> str:
        town = Town(others=False)
        town.firm("云岫华联纺织有限公司")
        for n in range(times):
            town.firm(f"甲{n}厂", registered_address=f"云岫县海涂路{n}号")
        case = town.case
        names = build(case, lexicon_of(case)).names.set_index("written")
        return str(names.loc["云岫华联纺织有限公司", "places"])

    assert places(3) == "云岫"
    assert places(2) == ""


def test_the_order_of_the_firms_changes_only_their_positions() -> None:
    rows = [{"uscc": uscc(n), "name": f"绍兴{n}号纺织有限公司"} for n in range(1, 6)]
    frames = [frame("enterprises", r) for r in (rows, rows[::-1])]
    a, b = (
        build(Case(enterprises=f), lexicon_of(Case())).names.drop(columns="firm") for f in frames
    )
    pd.testing.assert_frame_equal(a, b)
