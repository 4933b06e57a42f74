"""Scenarios (情景) of policy simulation, as people write them in YAML, checked against a scheme.

    scenarios:
      heavier-tax:
        title: 税收权重提高
        weights: {规上: {tax_per_mu: 40, value_added_per_mu: 10}}   # what is not named stays
        shares: {规上: [20, 50, 25, 5]}
        min_mu: {规下: 5}
        benchmarks: {规上: {tax_per_mu: 24.097}}                    # fixed
        benchmark_year: 2023                                        # means of that year's figures
        merge_groups: true
        lease: holder                                               # user | holder | holder_grade
        relief: {rate_yuan_per_m2: 8, A: 100, B: 50}
      other-model:
        scheme: huangyan-2022                                       # another scheme, by id

Cohorts are named by id or label. ``lease``: ``user``, the actual user is charged for the land
(市政发〔2022〕11号); ``holder``, land let out stays with its holder; ``holder_grade``, a 规下 firm
without land of its own takes the grade of the holder it rents from (江山 2023年版 征求意见稿; its
scoring text could not be read).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from geomujun.errors import SchemeError
from geomujun.evaluation.indicators import ENTERPRISE
from geomujun.lang import t
from geomujun.policy import schemes
from geomujun.policy.model import Benchmark, Cohort, IndicatorRule, Scheme
from geomujun.policy.reading import Node, parse
from geomujun.policy.relief import Relief

Lease = Literal["user", "holder", "holder_grade"]
LEASES: Final = ("user", "holder", "holder_grade")
KEYS: Final = (
    "title", "weights", "shares", "min_mu", "benchmarks", "benchmark_year", "merge_groups",
    "lease", "relief", "scheme",
)  # fmt: skip
WHOLE: Final = 100.0
RUN: Final = "run"  # name of the rules as the run had them; no scenario may have it
_TOLERANCE: Final = 1e-9
Numbers = Mapping[str, Mapping[str, float]]  # cohort id -> indicator -> number


@dataclass(frozen=True, slots=True)
class Scenario:
    """One what-if. Empty mappings and None leave the run's own rules as they are."""

    name: str
    title: str = ""
    weights: Numbers = field(default_factory=dict)
    shares: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    min_mu: Mapping[str, float] = field(default_factory=dict)
    benchmarks: Numbers = field(default_factory=dict)
    benchmark_year: int | None = None
    merge_groups: bool | None = None
    lease: Lease = "user"
    relief: Relief | None = None
    scheme: Scheme | None = None

    def applied(self, scheme: Scheme) -> Scheme:
        """The scheme with this scenario's numbers.

        Raises:
            SchemeError: weights or shares that do not add up to 100.
        """
        return replace(scheme, cohorts=tuple(self._cohort(c) for c in scheme.cohorts))

    def _cohort(self, cohort: Cohort) -> Cohort:
        weights, marks = self.weights.get(cohort.id, {}), self.benchmarks.get(cohort.id, {})
        rules = tuple(_changed(r, weights, marks) for r in cohort.indicators)
        total = math.fsum(r.weight for r in rules)
        if weights and abs(total - WHOLE) > _TOLERANCE:
            raise SchemeError(
                t(
                    "评价组 {c} 的权重合计 {s:g}，应为 100",
                    "weights of cohort {c} add up to {s:g}, not 100",
                    c=cohort.label, s=total,
                ),
                where=self.name,
            )  # fmt: skip
        shares = self.shares.get(cohort.id, cohort.shares)
        groups = tuple(
            replace(g, shares=() if cohort.id in self.shares else g.shares) for g in cohort.groups
        )
        return replace(
            cohort,
            indicators=rules,
            shares=shares,
            groups=groups,
            min_mu=self.min_mu.get(cohort.id, cohort.min_mu),
        )


def _changed(
    rule: IndicatorRule, weights: Mapping[str, float], marks: Mapping[str, float]
) -> IndicatorRule:
    mark = Benchmark("fixed", marks[rule.id]) if rule.id in marks else rule.benchmark
    return replace(rule, weight=weights.get(rule.id, rule.weight), benchmark=mark)


def read(text: str, scheme: Scheme, relief: Relief, name: str = "scenarios.yaml") -> list[Scenario]:
    """The scenarios of a YAML text, in its order.

    Raises:
        SchemeError: an unknown key, cohort or indicator, or numbers that do not fit; with the file,
            the key and what is allowed.
    """
    top = parse(text, name)
    top.only(("scenarios",))
    listed = top.child("scenarios")
    if not listed.mapping():
        raise listed.fail(t("至少要有一个情景", "at least one scenario is needed"))
    if RUN in listed.mapping():
        raise listed.child(RUN).fail(t("这个名称指现行规则", "this names the rules of the run"))
    made = [_scenario(listed.child(k), str(k), scheme, relief) for k in listed.mapping()]
    for one in made:
        one.applied(widened(one.scheme or scheme, [one]))
    return made


def _scenario(node: Node, name: str, scheme: Scheme, relief: Relief) -> Scenario:
    node.only(KEYS)
    model = node.child("scheme").text("")
    other = schemes.load(model, scheme.year) if model else None
    scheme = other or scheme
    year = node.child("benchmark_year")
    merge = node.child("merge_groups")
    own = node.child("relief")
    shares = node.child("shares")
    least = node.child("min_mu")
    return Scenario(
        name=name,
        title=node.child("title").text(""),
        weights=_numbers(node.child("weights"), scheme, 0, WHOLE),
        shares={cohort_id(shares, k, scheme): _shares(shares.child(k)) for k in shares.mapping()},
        min_mu={
            cohort_id(least, k, scheme): least.child(k).number(0, 1e6) for k in least.mapping()
        },
        benchmarks=_numbers(node.child("benchmarks"), scheme, -1e12, 1e12),
        benchmark_year=None if year.value is None else int(year.number(1990, 2100)),
        merge_groups=None if merge.value is None else merge.flag(False),
        lease=cast("Lease", node.child("lease").choice(LEASES, "user")),
        relief=relief.with_values(own) if own.mapping() else None,
        scheme=other,
    )


def cohort_id(node: Node, key: object, scheme: Scheme) -> str:
    """Id of a cohort named by id or label."""
    for cohort in scheme.cohorts:
        if cohort.used and str(key) in (cohort.id, cohort.label):
            return cohort.id
    names = ", ".join(f"{c.label}({c.id})" for c in scheme.cohorts if c.used)
    raise node.fail(
        t("没有评价组 {k!r}", "no cohort {k!r}", k=str(key)),
        t("可用：{a}", "allowed: {a}", a=names),
    )


def _numbers(node: Node, scheme: Scheme, low: float, high: float) -> Numbers:
    made: dict[str, dict[str, float]] = {}
    for key in node.mapping():
        part = node.child(key)
        part.only(sorted(ENTERPRISE))
        made[cohort_id(node, key, scheme)] = {
            str(i): part.child(i).number(low, high) for i in part.mapping()
        }
    return made


def _shares(node: Node) -> tuple[float, ...]:
    shares = node.numbers(4)
    if abs(math.fsum(shares) - WHOLE) > _TOLERANCE:
        raise node.fail(
            t(
                "等级比例合计 {s:g}，应为 100",
                "shares add up to {s:g}, not 100",
                s=math.fsum(shares),
            )
        )
    return shares


def widened(scheme: Scheme, scenarios: list[Scenario]) -> Scheme:
    """The scheme with every indicator some scenario weighs, at weight 0 where it has none yet."""
    extra: dict[str, list[str]] = {}
    for one in scenarios:
        for key, weights in one.weights.items():
            extra.setdefault(key, []).extend(weights)
    cohorts = []
    for cohort in scheme.cohorts:
        have = {r.id for r in cohort.indicators}
        more = sorted(set(extra.get(cohort.id, [])) - have)
        rules = tuple(IndicatorRule(i, i, 0.0, Benchmark("k_mean", 1.0)) for i in more)
        cohorts.append(replace(cohort, indicators=cohort.indicators + rules))
    return replace(scheme, cohorts=tuple(cohorts))
