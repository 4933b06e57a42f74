"""The language of scheme files: every key once, with its meaning, kind, bounds and default.

`policy.fields` reads files by this table and `policy.schema` makes the JSON Schema from it, so that
an editor and the reader never disagree. ``dated``: the value is keyed by the day it takes effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal[
    "text", "day", "choice", "flag", "number", "shares", "codes", "source", "benchmark",
    "section", "map", "groups", "overlay",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section.

    ``section``: the section under it, of kind section (one) or map (many, by id). ``low`` and
    ``high``: bounds of a number, inclusive. ``needs_source``: refused without ``source`` beside it.
    """

    name: str
    kind: Kind
    zh: str
    dated: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    section: str = ""
    default: Any = None
    needs_source: bool = False


_NOTE: Final = Key("note", "text", "给后来人看的说明，不参与计算", default="")
_SOURCE: Final = Key("source", "source", "依据：sources 中的一个 id", required=True)
_CODES_ZH: Final = '行业代码前缀（GB/T 4754-2017，两至四位数字，如 ["17", "2311"]）'

SECTIONS: Final[dict[str, tuple[Key, ...]]] = {
    "scheme": (
        Key("id", "text", "方案 id：小写字母、数字和连字符，如 hexi-2024", required=True),
        Key("title", "text", "方案名称", required=True),
        Key("subject", "choice", "评价对象：enterprise 企业和宗地，region 园区和区域",
            choices=("enterprise", "region"), default="enterprise"),
        Key("division", "text", "行政区划代码，省 2 位、市 4 位、县 6 位", default=""),
        Key("sources", "map", "依据文件：id → 文件", required=True, section="source"),
        Key("scope", "section", "评价范围", section="scope"),
        Key("points", "section", "加减分", section="points"),
        Key("states", "section", "否决以外的状态：过渡期、豁免、不评价的期限与行业",
            section="states"),
        Key("region_scheme", "text", "园区、区域评价用哪个方案（id）", default=""),
        Key("cohorts", "map", "评价组：id → 评价组；在前的优先", required=True, section="cohort"),
        Key("variants", "map", "变体：id → 改动；用“方案id+变体id”选用", section="variant"),
    ),
    "source": (
        Key("title", "text", "文件名称", required=True),
        Key("issuer", "text", "发文机关", default=""),
        Key("number", "text", "文号", default=""),
        Key("issued", "day", "发文日期", default=""),
        Key("href", "text", "网址", default=""),
        Key("verified", "flag", "是否与发文机关的原文核对过", default=False),
        _NOTE,
    ),
    "scope": (
        Key("excluded_industries", "codes", f"不纳入评价的行业：{_CODES_ZH}", dated=True,
            needs_source=True),
        Key("source", "source", "依据：sources 中的一个 id"),
        _NOTE,
    ),
    "points": (
        Key("bonus_max", "number", "加分合计上限", dated=True, low=0, high=1000),
        Key("malus_max", "number", "减分合计上限（出租扣分另计）", dated=True, low=0, high=1000),
        Key("items", "map", "加减分项：事由 → 分值；flags 表中该事由未填分值时用此分值",
            section="point"),
        Key("source", "source", "依据：sources 中的一个 id"),
        _NOTE,
    ),
    "point": (
        Key("kind", "choice", "加分或减分", required=True, choices=("加分", "减分")),
        Key("points", "number", "分值", dated=True, required=True, low=0, high=1000),
        _NOTE,
    ),
    "states": (
        Key("transition_years", "number", "过渡期最长几年，自 flags 的“起”算", dated=True, low=0,
            high=10, needs_source=True),
        Key("not_d_years", "number", "“不评D”最长几年，自 flags 的“起”算", dated=True, low=0,
            high=10, needs_source=True),
        Key("newly_above_years", "number", "新升规未满几年的按规下评价：flags 事由写明新升规的"
            "自“起”算，否则看上年评价是否规下", dated=True, low=0, high=5, needs_source=True),
        Key("attainment_months", "number", "标准地合同竣工满几个月后核查达产，计入指标 "
            "commitment_attainment", dated=True, low=0, high=120, needs_source=True),
        Key("unrated_industries", "codes", f"不评价分类的行业：{_CODES_ZH}", dated=True,
            needs_source=True),
        Key("source", "source", "依据：sources 中的一个 id"),
        _NOTE,
    ),
    "cohort": (
        Key("label", "text", "名称，如 规上", required=True),
        Key("members", "section", "谁在这一组", section="members"),
        Key("used", "flag", "默认是否启用", default=True),
        Key("min_mu", "number", "最小用地面积（亩）", dated=True, low=0, high=1e6),
        Key("score", "choice", "计分：ratio_to_benchmark 指标值÷基准值×权重；"
            "min_max 权重×〔20+80×(x-最小)/(最大-最小)〕/100", required=True,
            choices=("ratio_to_benchmark", "min_max")),
        Key("indicators", "map", "指标：id → 指标；权重合计 100", required=True,
            section="indicator"),
        Key("grades", "shares", "A、B、C、D 占比（%），合计 100；区域方案不写", dated=True),
        Key("groups", "groups", "分行业排名：组 id → 行业组；或写 division，按两位行业各自排名",
            section="group"),
        Key("mean_over", "choice", "分行业排名时均值、最大最小值取全组 cohort 还是本行业组 group",
            choices=("cohort", "group"), default="cohort"),
        Key("ties", "text", "同分时：uscc 按信用代码先后；shared 并列，同入较高一档；"
            "或写一个指标 id，该指标高者在前", default="uscc"),
        Key("lease_penalty", "section", "出租扣分，按链接表中的承租企业数计算",
            section="lease_penalty"),
        _SOURCE,
        _NOTE,
    ),
    "members": (
        Key("size", "choice", "规模；留空则不分规模", choices=("规上", "规下", ""), default=""),
        Key("sector", "choice", "industry 工业（GB/T 4754 B–D），services 服务业",
            choices=("industry", "services"), default="industry"),
        Key("industries", "codes", f"只收这些行业：{_CODES_ZH}", dated=True),
    ),
    "indicator": (
        Key("label", "text", "指标名称", required=True),
        Key("weight", "number", "权重", dated=True, required=True, low=0, high=100),
        Key("benchmark", "benchmark", "基准值：数；cohort_mean；{k_mean: 倍数}；"
            "{top_share: 前百分之几}；{standard: {行业: 标杆值}, otherwise: 其他行业的基准值}",
            dated=True),
        Key("direction", "choice", "higher 越大越好，lower 越小越好", choices=("higher", "lower"),
            default="higher"),
        Key("when_missing", "choice", "缺数时：zero 计 0 分，cohort_mean_score 计本组该项平均得分",
            choices=("zero", "cohort_mean_score"), default="zero"),
        Key("cap", "number", "单项得分上限，权重的倍数；不写则不封顶", dated=True, low=0,
            high=1000),
        Key("floor", "number", "单项得分下限，权重的倍数；不写则不保底", dated=True, low=-1000,
            high=1000),
        Key("source", "source", "依据；不写则同评价组"),
        _NOTE,
    ),
    "group": (
        Key("label", "text", "行业组名称", required=True),
        Key("industries", "codes", f"{_CODES_ZH}；最后一组可不写，收其余行业", dated=True),
        Key("grades", "shares", "本行业组的 A、B、C、D 占比（%）；不写则同评价组", dated=True),
        Key("source", "source", "依据；不写则同评价组"),
        _NOTE,
    ),
    "lease_penalty": (
        Key("tenants", "choice", "哪些承租企业计数", choices=("规下", "规上", "all"),
            default="all"),
        Key("first", "number", "出租给第一家扣几分", dated=True, required=True, low=0, high=1000),
        Key("each_further", "number", "每增加一家再扣几分", dated=True, required=True, low=0,
            high=1000),
        Key("max", "number", "扣分上限；不写则不设上限", dated=True, low=0, high=100000),
        _SOURCE,
        _NOTE,
    ),
    "variant": (
        Key("label", "text", "变体名称", required=True),
        Key("change", "overlay", "要改动的键，写法同方案；null 表示删去", required=True),
        _SOURCE,
        _NOTE,
    ),
}  # fmt: skip

BENCHMARK_WORD: Final = "cohort_mean"
BENCHMARK_KEYS: Final = ("k_mean", "top_share", "standard", "otherwise")
BY_DIVISION: Final = "division"  # the word that stands for groups of every two-digit division
ID_PATTERN: Final = r"^[a-z][a-z0-9_-]*$"


def keys(section: str) -> dict[str, Key]:
    """The keys of a section by name, in the order a file is written."""
    return {k.name: k for k in SECTIONS[section]}
