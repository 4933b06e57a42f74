"""A scheme in plain words: every rule as a fact, for showing, comparing and documents."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geomujun.lang import t
from geomujun.policy.model import (
    BY_CODE,
    SHARED,
    Benchmark,
    Cohort,
    Group,
    IndicatorRule,
    LeasePenalty,
    Scheme,
    Source,
)

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Fact:
    """One rule: ``section`` (heading), ``item`` (the indicator, if any), ``name``, ``text``.

    ``path`` is the same in any language.
    """

    path: str
    section: str
    name: str
    text: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that two schemes do not share; "" where one has none."""

    fact: Fact
    before: str
    after: str


def facts(scheme: Scheme) -> list[Fact]:
    """Every rule of a scheme, in the file's order."""
    head = t("总则", "general")
    made = [
        Fact("title", head, t("名称", "title"), scheme.title),
        Fact("subject", head, t("评价对象", "subject"), _subject(scheme.subject)),
        Fact("division", head, t("行政区划", "division"), scheme.division),
        Fact("scope.excluded_industries", head, t("不纳入评价的行业", "industries left out"),
             _codes(scheme.excluded_industries)),
        Fact("states.unrated_industries", head, t("不评价分类的行业", "industries not rated"),
             _codes(scheme.unrated_industries)),
        Fact("states.transition_years", head, t("过渡期最长", "longest transition"),
             _years(scheme.transition_years)),
        Fact("states.not_d_years", head, t("“不评D”最长", "longest 不评D"),
             _years(scheme.not_d_years)),
        Fact("states.newly_above_years", head, t("新升规按规下评价", "newly 规上 scored as 规下"),
             _years(scheme.newly_above_years)),
        Fact("states.attainment_months", head, t("达产核查，竣工满", "达产 checked after"),
             _months(scheme.attainment_months)),
        Fact("points.bonus_max", head, t("加分上限", "most bonus"), _limit(scheme.bonus_max)),
        Fact("points.malus_max", head, t("减分上限", "most malus"), _limit(scheme.malus_max)),
    ]  # fmt: skip
    made += [
        Fact(f"points.items.{i.reason}", head, f"{i.kind} {i.reason}", _points(i.points))
        for i in scheme.point_items
    ]
    for cohort in scheme.cohorts:
        made += _cohort(cohort)
    return [f for f in made if f.text]


def lines(scheme: Scheme) -> list[str]:
    """A scheme as a person reads it: rules, what we assumed, what is open, sources, variants."""
    made = [f"{scheme.id} {scheme.title}"]
    made.append(t("数值以 {y}-12-31 为准", "values in force on {y}-12-31", y=scheme.year))
    section = item = ""
    for fact in facts(scheme)[1:]:
        if fact.section != section:
            section = fact.section
            made += ["", f"【{section}】"]
        said = f"{fact.name}{t('：', ': ')}{fact.text}"
        if fact.item and fact.item == item:
            made[-1] += t("；", "; ") + said
        else:
            item = fact.item
            made.append(f"  {item} {said}" if item else f"  {said}")
    made += _listed(
        t("文件未定、本软件代定的数值", "values of ours where the document is silent"),
        [f"{a.key} = {a.value}{t('；', '; ') + a.note if a.note else ''}" for a in scheme.assumed],
    )
    made += _listed(
        t("文件未定、用到时才报错的数值", "values left open, refused only when used"),
        [f"{o.key}{t('：', ': ')}{o.why}" for c in scheme.cohorts for o in c.open],
    )
    made += _listed(t("依据", "sources"), [_source(s) for s in scheme.sources])
    own = scheme.id.split("+", maxsplit=1)[0]
    names = [f"{own}+{key}{t('：', ': ')}{label}" for key, label in scheme.variants]
    return made + _listed(t("变体", "variants"), names)


def compare(before: Scheme, after: Scheme) -> list[Change]:
    """What differs, in the order of ``before``, then what only ``after`` has."""
    left, right = {f.path: f for f in facts(before)}, {f.path: f for f in facts(after)}
    made = []
    for path, fact in {**left, **{p: f for p, f in right.items() if p not in left}}.items():
        a = left[path].text if path in left else ""
        b = right[path].text if path in right else ""
        if a != b:
            made.append(Change(fact, a, b))
    return made


def _cohort(cohort: Cohort) -> list[Fact]:
    path, head = f"cohorts.{cohort.id}", t("评价组 {c}", "cohort {c}", c=cohort.label)
    used = "" if cohort.used else t("默认不启用", "not used unless asked for")
    mean = t("本行业组", "the group") if cohort.mean_over == "group" else t("全组", "the cohort")
    made = [
        Fact(f"{path}.members", head, t("成员", "members"), _members(cohort)),
        Fact(f"{path}.used", head, t("启用", "use"), used),
        Fact(f"{path}.min_mu", head, t("最小用地", "least land"),
             t("{n:g} 亩", "{n:g} mu", n=cohort.min_mu) if cohort.min_mu else ""),
        Fact(f"{path}.score", head, t("计分", "score"), _score(cohort.score)),
    ]  # fmt: skip
    for rule in cohort.indicators:
        made += _indicator(f"{path}.indicators.{rule.id}", head, rule, cohort.score)
    if cohort.shares or not cohort.open:
        made.append(Fact(f"{path}.grades", head, t("各档占比", "shares"), _shares(cohort.shares)))
    for group in cohort.groups:
        place = f"{path}.groups.{group.id}"
        made.append(Fact(place, head, t("行业组 {g}", "group {g}", g=group.label), _group(group)))
    if cohort.groups:
        made.append(Fact(f"{path}.mean_over", head, t("均值范围", "means over"), mean))
    made.append(Fact(f"{path}.ties", head, t("同分", "ties"), _ties(cohort)))
    if cohort.lease:
        text = _lease(cohort.lease)
        made.append(Fact(f"{path}.lease_penalty", head, t("出租扣分", "letting out"), text))
    return made


def _indicator(path: str, head: str, rule: IndicatorRule, score: str) -> list[Fact]:
    """Facts of one indicator; the usual ones (higher is better, no bounds) go unsaid."""
    name = f"{rule.label}（{rule.id}）"
    weight = t("未定", "open") if math.isnan(rule.weight) else f"{rule.weight:g}"
    missing = {
        "zero": t("计 0 分", "0 points"),
        "cohort_mean_score": t("计本组该项平均得分", "the cohort's mean points"),
    }[rule.when_missing]
    lower = t("越小越好", "lower is better") if rule.direction == "lower" else ""
    parts = [
        ("weight", t("权重", "weight"), weight),
        ("benchmark", t("基准值", "benchmark"), mark(rule.benchmark) if score[0] == "r" else ""),
        ("direction", t("方向", "direction"), lower),
        ("cap", t("单项最高", "cap"), _times(rule.cap)),
        ("floor", t("单项最低", "floor"), _times(rule.floor)),
        ("when_missing", t("缺数", "missing"), missing),
    ]
    return [Fact(f"{path}.{key}", head, label, text, name) for key, label, text in parts]


def mark(benchmark: Benchmark) -> str:
    """A benchmark in words."""
    if benchmark.kind == "fixed":
        return f"{benchmark.number:.10g}"
    if benchmark.kind == "top_share":
        return t("前 {n:g}% 的均值", "mean of the best {n:g} %", n=benchmark.number)
    if benchmark.kind == "standard" and benchmark.otherwise is not None:
        listed = t("、", ", ").join(f"{c} {n:g}" for c, n in sorted(benchmark.standards))
        zh, en = "标杆值（{a}），其他行业 {b}", "by industry ({a}), others {b}"
        return t(zh, en, a=listed, b=mark(benchmark.otherwise))
    if benchmark.number == 1:
        return t("评价组均值", "the cohort's mean")
    return t("评价组均值 × {n:g}", "{n:g} × the cohort's mean", n=benchmark.number)


def _members(cohort: Cohort) -> str:
    sector = t("工业", "industry") if cohort.sector == "industry" else t("服务业", "services")
    parts = [sector, cohort.size, _codes(cohort.industries)]
    return t("，", ", ").join(p for p in parts if p)


def _group(group: Group) -> str:
    codes = _codes(group.industries) or t("其余行业", "all other industries")
    shares = _shares(group.shares) if group.shares else ""
    return codes + (t("；", "; ") + shares if shares else "")


def _ties(cohort: Cohort) -> str:
    words = {
        BY_CODE: t("按信用代码先后", "by code"),
        SHARED: t("并列，同入较高一档", "they share the rank and the better grade"),
    }
    named = {r.id: t("{l}高者在前", "by {l}", l=r.label) for r in cohort.indicators}
    return (words | named).get(cohort.ties, cohort.ties)


def _lease(rule: LeasePenalty) -> str:
    size = t("企业", "firm") if rule.tenants == "all" else t("{s}企业", "{s} firm", s=rule.tenants)
    text = t(
        "出租给第一家{s}扣 {a:g} 分，每增加一家再扣 {b:g} 分",
        "{a:g} for the first {s}, {b:g} for each further one",
        s=size,
        a=rule.first,
        b=rule.each_further,
    )
    limit = (
        t("，不设上限", ", no limit")
        if rule.max is None
        else f"{t('，最多', ', at most')} {rule.max:g}"
    )
    return text + limit


def _score(score: str) -> str:
    if score == "min_max":
        return t(
            "权重 ×〔20 + 80 ×（x－最小）÷（最大－最小）〕÷ 100",
            "min-max, from 20 to 100 % of the weight",
        )
    return t("指标值 ÷ 基准值 × 权重", "value ÷ benchmark × weight")


def _shares(shares: tuple[float, ...]) -> str:
    return " ".join(f"{g} {s:g}%" for g, s in zip(GRADES, shares, strict=False))


def _subject(subject: str) -> str:
    return (
        t("企业、宗地", "enterprises, parcels")
        if subject == "enterprise"
        else t("园区、区域", "regions")
    )


def _codes(codes: tuple[str, ...]) -> str:
    return t("行业 {c}", "industries {c}", c="、".join(codes)) if codes else ""


def _years(years: float | None) -> str:
    return "" if years is None else t("{n:g} 年", "{n:g} years", n=years)


def _months(months: float | None) -> str:
    return "" if months is None else t("{n:g} 个月", "{n:g} months", n=months)


def _limit(points: float | None) -> str:
    return "" if points is None else _points(points)


def _points(points: float) -> str:
    return t("{n:g} 分", "{n:g} points", n=points)


def _times(factor: float | None) -> str:
    return "" if factor is None else t("权重的 {n:g} 倍", "{n:g} × the weight", n=factor)


def _source(source: Source) -> str:
    known = t("已核对", "verified") if source.verified else t("未核对", "not verified")
    parts = [f"{source.id} {source.title}", source.issuer, source.number, source.issued,
             source.href, known]  # fmt: skip
    return t("，", ", ").join(p for p in parts if p)


def _listed(title: str, items: list[str]) -> list[str]:
    return ["", f"【{title}】", *(f"  {i}" for i in items)] if items else []
