"""What two names say: every level of every part, on real and real-shaped names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matching_small import crowd, register_of, uscc

from geomujun.matching.compare import (
    CUTS,
    LEGAL,
    LEVELS,
    PLACE,
    TRADE,
    alike,
    is_short_of,
    kind_of,
    legal_code,
    one_edit,
    place_codes,
    trade_codes,
)
from geomujun.matching.namelines import items_of_names
from geomujun.matching.names import match_names, parse_queries
from geomujun.matching.register import Register, rarity
from geomujun.matching.weights import shipped

HUALIAN = "绍兴华联纺织有限公司"
LEXICON = register_of(HUALIAN).lexicon


def found(query: str, register: Register, firm: int = 1) -> pd.DataFrame:
    """The pair of the query and one firm: a row, or none when it is no candidate."""
    pairs = match_names(parse_queries(pd.Series([query], dtype="str"), register.lexicon), register)
    return pairs[pairs["uscc"] == uscc(firm)]


def level(query: str, name: str, part: str = "name") -> str:
    return str(found(query, register_of(name))[f"l_{part}"].iloc[0])


def bits(query: str, name: str) -> float:
    return float(found(query, register_of(name))["bits"].iloc[0])


@pytest.mark.parametrize(
    ("query", "name", "wanted"),
    [
        (HUALIAN, HUALIAN, "exact"),
        ("绍兴市华联纺织有限责任公司", HUALIAN, "exact"),
        ("《绍兴华联纺织有限公司》", HUALIAN, "exact"),
        ("绍兴华联纺织有限公司 0575-80000000", HUALIAN, "exact"),
        ("绍兴华联纺织有限公司联系人:李某某", HUALIAN, "exact"),
        ("绍兴城关镇华联纺织有限公司", HUALIAN, "exact"),
        ("华联纺织", HUALIAN, "same"),
        ("绍兴华联印染有限公司", HUALIAN, "same"),
        ("绍兴华联纺积有限公司", HUALIAN, "same"),
        ("绍兴华连纺织有限公司", HUALIAN, "sound"),
        ("绍兴花联纺织有限公司", HUALIAN, "sound"),
        ("绍兴市润土化工有限公司", "绍兴闰土化工有限公司", "sound"),
        ("绍兴南翔五金有限公司", "绍兴兰翔五金有限公司", "sound"),
        ("绍兴华朕纺织有限公司", HUALIAN, "look"),
        ("绍兴夫马纺织有限公司", "绍兴天马纺织有限公司", "look"),
        ("绍兴联华纺织有限公司", HUALIAN, "swap"),
        ("绍兴金华联纺织有限公司", HUALIAN, "drop"),
        ("绍兴华纺织有限公司", HUALIAN, "drop"),
        ("绍兴华华联纺织有限公司", HUALIAN, "double"),
        ("海天塑机", "宁波海天塑料机械有限公司", "short"),
        ("绍兴华联化纤", "绍兴华联东方化纤有限公司", "short"),
        ("绍兴华联东方五金有限公司", "绍兴华联化纤有限公司", "begin"),
        ("浙江明达华联纺织有限公司", HUALIAN, "inside"),
        ("华联绍兴纺织有限公司", HUALIAN, "order"),
        ("绍兴华联东方新材有限公司", "绍兴华联东方新型材料有限公司", "whole2"),
        ("绍兴柯侨闰土特种颜料有限公司", "绍兴柯桥闰土特种颜料有限公司", "whole1"),
        ("绍兴柯桥闰土特种颜料限公司", "绍兴柯桥闰土特种颜料有限公司", "same"),
        ("绍兴柯侨越美进出囗有限公司", "绍兴柯桥越美进出口有限公司", "whole2"),
        ("绍兴华丰纺织有限公司", HUALIAN, "sibling"),
        ("绍兴顺康达机械有限公司", "绍兴顺康泰机械有限公司", "sibling"),
    ],
)
def test_each_way_of_writing_a_name_has_its_level(query: str, name: str, wanted: str) -> None:
    assert level(query, name) == wanted


@pytest.mark.parametrize(
    ("query", "part", "wanted"),
    [
        ("绍兴华连纺织有限公司", "trade", "same"),
        ("绍兴华联纺积有限公司", "trade", "typo"),
        ("绍兴华联织纺有限公司", "trade", "typo"),
        ("绍兴华联纺有限公司", "trade", "slip"),
        ("绍兴华联有限公司", "trade", "absent"),
        ("绍兴华联印染有限公司", "trade", "other"),
        ("华联纺织有限公司", "place", "absent"),
        ("绍兴华联纺织", "legal", "absent"),
        ("绍兴华联纺织厂", "legal", "other"),
        ("绍兴华联纺织有限公司", "whole", "none"),
        ("绍兴华连纺织有限公司", "whole", "slip_4"),
    ],
)
def test_the_other_parts_are_compared_apart(query: str, part: str, wanted: str) -> None:
    assert level(query, HUALIAN, part) == wanted


def test_a_name_that_shares_only_its_trade_differs() -> None:
    assert found("绍兴越美纺织有限公司", register_of(HUALIAN))["l_name"].tolist() == ["different"]


@pytest.mark.parametrize(
    "query",
    [
        "绍兴旧友丝绸有限公司（原名绍兴华联纺织有限公司）",
        "紹興華聯紡織有限公司",  # traditional script
        "绍兴华联纺织（有限公司",  # unbalanced
        "绍兴华联纺织(有限公司）",  # half and full width
        "华联纺织（绍兴)有限公司",
        "绍兴华联纺织有限公司(暂定名)",
        "绍兴华联纺织有限公司（B厂）",
        "绍兴华联纺织有限公司（韩某某）",
        "绍兴华联纺织有限公司柯桥分公司",
        "绍兴县华联纺织有限公司",  # a county that became a city
        "绍兴丝路旧名丝绸有限公司（变更为绍兴华联纺织有限公司）",
    ],
)
def test_writing_brackets_branches_and_new_names_do_not_hide_the_firm(query: str) -> None:
    assert level(query, HUALIAN) == "exact"


def test_real_holders_with_unbalanced_brackets_and_branches_are_found() -> None:
    assert level("智泰科技（湖北（有限公司", "智泰科技（湖北）有限公司") == "exact"
    branch = "中国石油天然气股份有限公司甘肃定西销售分公司"
    assert level(branch, "中国石油天然气股份有限公司") == "exact"


def test_the_old_name_of_a_renamed_holder_still_counts() -> None:
    query = "绍兴丝路丝绸有限公司（变更为绍兴华联纺织有限公司）"
    register = register_of("绍兴丝路丝绸有限公司", HUALIAN)
    assert [found(query, register, n)["l_name"].iloc[0] for n in (1, 2)] == ["exact", "exact"]


def test_a_real_typing_error_late_in_a_long_name_is_worth_a_look() -> None:
    # 讯 and 信 hardly sound or look alike; a sibling would differ in the 字号 itself.
    slip = found("中国移动通讯集团浙江有限公司", register_of("中国移动通信集团浙江有限公司"))
    assert slip["l_name"].tolist() == ["trade_typo"]
    assert slip["l_whole"].tolist() == ["slip_5"]
    short = found("中国移动通讯集团", register_of("中国移动通信集团有限公司"))
    assert short["l_name"].tolist() == ["same"]
    assert short["l_trade"].tolist() == ["near"]
    assert slip["bits"].iloc[0] > 0
    assert short["bits"].iloc[0] > 0
    assert level("安宁特变东方浙江有限公司", "安平特变东方浙江有限公司") != "trade_typo"


def test_a_firm_whose_every_character_merely_looks_alike_is_another() -> None:
    # 颖昊 and 华联 share parts of characters pairwise.
    register = register_of("绍兴颖昊纺织有限公司")
    assert found(HUALIAN, register)["l_name"].tolist() in ([], ["different"])


@pytest.mark.parametrize(
    "sibling",
    ["绍兴华联印染有限公司", "绍兴华丰纺织有限公司", "杭州华联纺织有限公司"],
)
def test_a_sibling_is_worth_far_less_than_the_firm_and_less_than_a_typing_error(
    sibling: str,
) -> None:
    assert bits("绍兴华连纺织有限公司", HUALIAN) > bits(HUALIAN, sibling) + 2
    assert bits(HUALIAN, HUALIAN) > bits("绍兴华连纺织有限公司", HUALIAN) + 5


def test_a_rare_trade_name_is_worth_more_than_one_that_many_bear() -> None:
    lonely = register_of("绍兴鑫磊纺织有限公司")
    many = register_of(
        "绍兴鑫磊纺织有限公司", *(f"绍兴鑫磊{t}有限公司" for t in ("印染", "五金", "化纤"))
    )
    query = "绍兴鑫磊针织有限公司"
    assert found(query, lonely)["rarity"].iloc[0] > found(query, many)["rarity"].iloc[0] + 1.5
    assert found(query, lonely)["b_name"].iloc[0] > found(query, many)["b_name"].iloc[0]


def test_rarity_counts_each_enterprise_once() -> None:
    names = pd.DataFrame({"firm": [0, 0, 1, 2, 3], "trade_name": list("AABBC")})
    got = rarity(names, "trade_name")
    assert got["A"] == got["C"] == 2.0  # one of four
    assert got["B"] == 1.0


def column(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object)


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ("纺织", "纺织", "same"),
        ("", "", "none"),
        ("", "纺织", "absent"),
        ("纺织", "", "more"),
        ("纺织", "纺织科技", "shorter"),
        ("塑机", "塑料机械", "shorter"),
        ("纺织科技", "纺织", "longer"),
        ("纺织机械", "印染机械", "near"),
        ("通讯集团", "通信集团", "near"),
        ("纺织", "印染", "other"),
    ],
)
def test_trades_agree_in_part_or_not(a: str, b: str, wanted: str) -> None:
    assert TRADE[trade_codes(column(a), column(b))[0]] == wanted


def test_a_word_of_size_is_no_trade() -> None:
    assert level("绍兴华联集团有限公司", "绍兴华联有限公司", "trade") == "none"


@pytest.mark.parametrize(
    ("a", "b", "wanted", "turned"),
    [
        ("绍兴", "绍兴", "same", "same"),
        ("", "", "none", "none"),
        ("", "绍兴", "absent", "more"),
        ("浙江|绍兴", "绍兴", "part", "part"),
        ("绍兴|浙江", "浙江|绍兴", "same", "same"),
        ("浙江", "绍兴", "parent", "parent"),
        ("诸暨", "绍兴", "parent", "parent"),
        ("浙江|绍兴", "浙江|杭州", "other", "other"),
        ("浙江|诸暨", "绍兴", "parent", "parent"),
        ("杭州", "绍兴", "other", "other"),
    ],
)
def test_a_place_and_its_province_are_no_contradiction(
    a: str, b: str, wanted: str, turned: str
) -> None:
    codes = place_codes(column(a, b), column(b, a), LEXICON)
    assert [PLACE[code] for code in codes] == [wanted, turned]


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ("limited", "limited", "same"),
        ("limited", "share", "near"),
        ("limited", "", "more"),
        ("", "limited", "absent"),
        ("", "", "none"),
        ("limited", "cooperative", "other"),
    ],
)
def test_legal_forms_of_companies_are_near_others_are_not(a: str, b: str, wanted: str) -> None:
    assert LEGAL[legal_code(a, b)] == wanted


@pytest.mark.parametrize(
    ("short", "full", "is_short"),
    [("海天塑机", "海天塑料机械", True), ("华联", "华联", False), ("天海塑机", "海天塑料机械", False),
     ("海机塑", "海天塑料机械", False), ("海", "海天", False)],
)  # fmt: skip
def test_a_short_form_keeps_beginning_and_order(short: str, full: str, is_short: bool) -> None:
    assert is_short_of(short[:2], short, full) is is_short


def test_characters_are_alike_by_sound_or_by_look() -> None:
    assert alike("联", "连")
    assert alike("未", "末")
    assert not alike("联", "丰")
    assert not alike("讯", "信")


@pytest.mark.parametrize(
    ("x", "y", "kind"),
    [("联", "连", "sound"), ("成", "琛", "sound"), ("天", "夫", "look"), ("讯", "信", "faint"), ("联", "丰", "sibling")],
)  # fmt: skip
def test_one_character_for_another_sounds_looks_faintly_looks_alike_or_does_not(
    x: str, y: str, kind: str
) -> None:
    assert kind_of(x, y) == kind_of(y, x) == kind


@pytest.mark.parametrize(
    ("x", "y", "at", "edit"),
    [
        ("华联", "华连", 1, "sound 1"), ("华联", "联华", 0, "swap 0"), ("华联达", "华联", 2, "drop 2"),
        ("华联联", "华联", 2, "double 2"), ("华华联", "华联", 1, "double 1"), ("华", "联", 0, ""),
    ],
)  # fmt: skip
def test_one_edit_has_a_kind_and_a_place(x: str, y: str, at: int, edit: str) -> None:
    assert one_edit(x, y, at) == edit


def test_unlike_names_of_the_survey_are_different() -> None:
    # Byte-wise distances call these half alike (matching facts, B4).
    assert found("杭州恒鑫贸易", register_of("温州永泰五金"))["l_name"].tolist() in (
        [],
        ["different"],
    )
    assert found("海天公司", register_of("苏州公司"))["l_name"].tolist() in ([], ["different"])


def test_every_level_has_bits_and_every_level_a_sentence() -> None:
    for part, known in LEVELS.items():
        assert set(known) == set(shipped().bits[part]), part
    row = {"name": "甲", "written": "乙", "former": False} | {f"b_{p}": 1.0 for p in LEVELS}
    for part, known in LEVELS.items():
        for one in known:
            if (part, one) != ("whole", "none"):
                told = (
                    row
                    | {f"l_{p}": "same" for p in LEVELS}
                    | {"l_whole": "same_0", f"l_{part}": one}
                )
                assert all(item.line for item in items_of_names(told))


def test_evidence_of_a_misspelt_name_reads_aloud() -> None:
    pair = found("绍兴华连纺织有限公司", register_of(HUALIAN)).iloc[0]
    row = pair.to_dict() | {"name": pair["query"], "written": HUALIAN}
    lines = {item.name: item.line for item in items_of_names(row)}
    assert lines["name"] == "字号音近一字之差"
    assert lines["trade"] == "行业用词相符"
    assert lines["place"] == "区划相符"
    assert lines["whole"] == f"不计括注，全名{CUTS[3]:.0%}–{CUTS[4]:.0%}相同".replace("%–", "–")
    row["former"] = True
    assert items_of_names(row)[0].line == "曾用名字号音近一字之差"


def test_of_one_firm_only_its_best_name_is_kept() -> None:
    register = register_of(
        "绍兴新华联科技有限公司", former="绍兴华联纺织有限公司(至2018-05-01)；绍兴华连纺织厂"
    )
    row = found(HUALIAN, register)
    assert len(row) == 1
    assert row["former"].iloc[0]
    assert row["l_name"].iloc[0] == "exact"
    assert row["until"].iloc[0] == pd.Timestamp("2018-05-01")


def test_names_are_found_sorted_and_the_right_one_first() -> None:
    register = register_of(HUALIAN)
    queries = pd.Series([HUALIAN, *(name for _, name in crowd()[:9])], dtype="str")
    pairs = match_names(parse_queries(queries, register.lexicon), register)
    best = pairs.drop_duplicates("query").set_index("query")["uscc"]
    assert best[HUALIAN] == uscc(1)
    assert [best[name] for _, name in crowd()[:9]] == [code for code, _ in crowd()[:9]]
    again = pairs.sort_values(["query", "bits", "uscc"], ascending=[True, False, True])
    assert again.index.is_monotonic_increasing


def test_a_query_without_any_candidate_has_no_row() -> None:
    register = register_of(HUALIAN)
    pairs = match_names(
        parse_queries(pd.Series(["ＸＹＺ", ""], dtype="str"), register.lexicon), register
    )
    assert pairs.empty
    assert {"l_name", "bits", "uscc"} <= set(pairs.columns)
