"""Names of real land-supply notices (January 2017) and the shapes they stand for."""

from __future__ import annotations

import pandas as pd
import pytest

from geomujun.text.lexicon import Lexicon, case_lexicon
from geomujun.text.names import holder_kind, parse, parse_name, split_brackets


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return case_lexicon([pd.Series(["绍兴市柯桥区兰亭街道1号"] * 3, dtype="str")])


def parts(text: str, lexicon: Lexicon) -> tuple[str, str, str, str]:
    p = parse_name(text, lexicon)
    return p.places, p.trade_name, p.trade, p.legal


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("绍兴市柯桥区华联纺织有限公司", ("绍兴|柯桥", "华联", "纺织", "limited")),
        ("浙江省绍兴市华联布厂", ("浙江|绍兴", "华联布", "", "works")),
        ("华联纺织（绍兴）有限公司", ("绍兴", "华联", "纺织", "limited")),
        ("浙江（绍兴）海亮铜业股份有限公司", ("浙江|绍兴", "海亮", "铜业", "share")),
        ("绍兴达宏服饰合伙企业（有限合伙）", ("绍兴", "达宏", "服饰", "partnership")),
        ("智泰科技（湖北（有限公司", ("湖北", "智泰", "科技", "limited")),
        ("智泰科技（湖北有限公司", ("湖北", "智泰", "科技", "limited")),
        ("智泰-湖北-科技有限公司", ("湖北", "智泰", "科技", "limited")),
        ("中国浙江绍兴华联纺织有限公司", ("浙江|绍兴", "华联", "纺织", "limited")),
        ("中国石化有限公司", ("", "中国", "石化", "limited")),
        ("华联日用", ("", "华联", "日用", "")),
        ("绍兴華聯糕点厂仓储中心", ("绍兴", "华联", "糕点", "works")),
        ("绍興縣華聯紡織有限公司", ("绍兴", "华联", "纺织", "limited")),
        ("ＡＢＣ纺织（绍兴）有限公司", ("绍兴", "ABC", "纺织", "limited")),
        ("绍兴市政工程有限公司", ("绍兴", "市政", "工程", "limited")),
        ("绍兴新城置业有限公司", ("绍兴", "新城", "置业", "limited")),
        ("内蒙古华联纺织有限公司", ("内蒙古", "华联", "纺织", "limited")),
        ("华联", ("", "华联", "", "")),
    ],
)
def test_a_name_falls_into_place_trade_name_trade_and_form(
    name: str, wanted: tuple[str, ...], lexicon: Lexicon
) -> None:
    assert parts(name, lexicon) == wanted


def test_the_place_may_stand_before_within_or_be_missing_without_changing_the_rest(
    lexicon: Lexicon,
) -> None:
    names = [
        "绍兴华联纺织有限公司",
        "华联纺织（绍兴）有限公司",
        "华联纺织(绍兴）有限公司",
        "华联纺织有限公司",
    ]
    assert {parts(n, lexicon)[1:] for n in names} == {("华联", "纺织", "limited")}


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("绍兴华盛纺织有限公司（变更为绍兴新盛纺织有限公司）", "renamed", "绍兴新盛纺织有限公司"),
        ("绍兴华盛纺织有限公司（现更名为绍兴新盛纺织有限公司）", "renamed", "绍兴新盛纺织有限公司"),
        ("绍兴华盛纺织有限公司(原绍兴老盛布厂)", "former", "绍兴老盛布厂"),
        ("绍兴华盛纺织有限公司（曾用名：绍兴老盛布厂）", "former", "绍兴老盛布厂"),
        ("绍兴华盛纺织有限公司（B厂）", "branch", "B厂"),
        ("绍兴华盛纺织有限公司第二分厂", "branch", "第二分厂"),
        ("中国石油天然气股份有限公司甘肃定西销售分公司", "branch", "甘肃定西销售分公司"),
        ("绍兴某公司（韩某某）", "note", "韩某某"),
        ("绍兴新城置业有限公司(暂定名)", "note", "暂定名"),
    ],
)
def test_brackets_and_branches_are_typed(
    name: str, field: str, value: str, lexicon: Lexicon
) -> None:
    assert getattr(parse_name(name, lexicon), field) == value


def test_a_renamed_holder_keeps_the_name_outside_the_bracket(lexicon: Lexicon) -> None:
    found = parse_name("绍兴华盛纺织有限公司（变更为绍兴新盛纺织有限公司）", lexicon)
    assert found.plain == parse_name("绍兴华盛纺织有限公司", lexicon).plain
    assert found.trade_name == "华盛"


def test_a_branch_is_its_legal_person_in_the_key(lexicon: Lexicon) -> None:
    branch = parse_name("绍兴华盛纺织有限公司第二分厂", lexicon)
    assert branch.plain == parse_name("绍兴华盛纺织有限公司", lexicon).plain


@pytest.mark.parametrize(
    ("text", "outside", "inside"),
    [
        ("甲(乙)丙", "甲丙", ["乙"]),
        ("甲(乙(丙", "甲", ["乙", "丙"]),
        ("甲)乙", "甲乙", []),
        ("甲()乙", "甲乙", []),
        ("(甲", "", ["甲"]),
        ("", "", []),
    ],
)
def test_unbalanced_brackets_never_lose_text(text: str, outside: str, inside: list[str]) -> None:
    assert split_brackets(text) == (outside, inside)


def test_a_column_is_parsed_once_per_text_and_keeps_its_index(lexicon: Lexicon) -> None:
    texts = pd.Series(["甲厂", "乙厂", "甲厂", ""], index=[7, 3, 9, 1], dtype="str")
    found = parse(texts, lexicon)
    assert found.index.tolist() == [7, 3, 9, 1]
    assert found["norm"].tolist() == texts.tolist()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("绍兴华联纺织有限公司", "firm"),
        ("绍兴县环城机械厂", "firm"),
        ("华联五金", "firm"),
        ("某公司", "firm"),
        ("智泰科技（湖北（有限公司", "firm"),
        ("漓渚铁矿", "firm"),
        ("粮库", "firm"),
        ("王记豆坊", "firm"),
        ("华联（绍兴纺织有限公司", "firm"),
        ("王小明", "person"),
        ("王小明（绍兴华联纺织有限公司）", "person"),
        ("李文化", "person"),
        ("欧阳小明", "person"),
        ("买买提·艾山", "person"),
        ("王**", "person"),
        ("王某某", "person"),
        ("张三等3人", "person"),
        ("某某等756户", "person"),
        ("王小明（已故）", "person"),
        ("柯桥区人民政府兰亭街道办事处", "public"),
        ("绍兴市柯桥区土地储备中心", "public"),
        ("绍兴第一人民医院", "public"),
        ("杭州市公安局", "public"),
        ("岭陈村村民委员会", "collective"),
        ("兰亭镇岭陈村股份经济合作社", "collective"),
        ("", "none"),
        ("（）", "none"),
    ],
)
def test_holders_are_firms_persons_public_or_collective_bodies(name: str, kind: str) -> None:
    assert holder_kind(name) == kind
