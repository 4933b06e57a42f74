"""Reading the cohorts (评价组) of a scheme: indicators, shares, groups, lease penalties."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final, TypeVar

from geomujun.domain.industry import FIRST_INDUSTRIAL, LAST_INDUSTRIAL
from geomujun.lang import t
from geomujun.policy import grammar
from geomujun.policy.fields import Fields, Values
from geomujun.policy.model import (
    BY_CODE,
    SHARED,
    Benchmark,
    Cohort,
    Group,
    IndicatorRule,
    LeasePenalty,
    Subject,
)
from geomujun.policy.reading import Node, Undecided

NAN: Final = float("nan")
MEAN: Final = Benchmark("k_mean", 1.0)
_TOLERANCE: Final = 1e-9
T_ = TypeVar("T_")


class CohortReader:
    """Reads cohorts one by one; ``formulas`` None: any indicator id will do."""

    def __init__(self, fields: Fields, subject: Subject, formulas: Collection[str] | None) -> None:
        self.fields, self.subject, self.formulas = fields, subject, formulas
        self.open: list[Undecided] = []

    def cohort(self, node: Node, key: str) -> Cohort:
        """One cohort with all that belongs to it."""
        self.open = []
        wrong = len(self.fields.faults)
        _check_id(self.fields, node, key)
        v = self.fields.section(node, "cohort")
        members = self.fields.section(v["members"], "members")
        source = v["source"] or ""
        rules = self._indicators(v["indicators"], v["score"], source)
        made = Cohort(
            id=key,
            label=v["label"] or key,
            size=members["size"],
            sector=members["sector"],
            score=v["score"] or "ratio_to_benchmark",
            indicators=rules,
            shares=self._shares(node.child("grades"), v["grades"]),
            min_mu=self._decided(v["min_mu"], 0.0),
            used=v["used"],
            source=source,
            industries=self._decided(members["industries"], ()),
            groups=self._groups(v["groups"], source),
            mean_over=v["mean_over"],
            ties=v["ties"],
            lease=self._lease(v["lease_penalty"]),
            open=tuple(self.open),
        )
        if len(self.fields.faults) == wrong:
            self._check(node, made)
        return made

    def _decided(self, value: Any, otherwise: T_) -> T_:
        """A dated value; an undecided one is kept for the day somebody uses the cohort."""
        if isinstance(value, Undecided):
            self.open.append(value)
            return otherwise
        return otherwise if value is None else value

    def _indicators(self, node: Node, score: str, source: str) -> tuple[IndicatorRule, ...]:
        either: Node | Undecided = node
        whole = self.fields.attempt(lambda: node.settled(self.fields.notes), either)
        if isinstance(whole, Undecided):
            self.open.append(whole)
            return ()
        found = self.fields.mapping(whole)
        if not found and node.value is not None:
            self.fields.fault(node, t("至少要有一个指标", "at least one indicator is needed"))
        return tuple(self._indicator(whole.child(k), str(k), score, source) for k in found)

    def _indicator(self, node: Node, key: str, score: str, source: str) -> IndicatorRule:
        if self.formulas is not None and key not in self.formulas:
            self.fields.fault(
                node,
                t("没有指标 {i!r} 的公式", "no formula for indicator {i!r}", i=key),
                t("可用的指标：{a}", "indicators: {a}", a=", ".join(sorted(self.formulas))),
            )
        v = self.fields.section(node, "indicator")
        return IndicatorRule(
            id=key,
            label=v["label"] or key,
            weight=self._decided(v["weight"], NAN),
            benchmark=self._benchmark(node.child("benchmark"), v["benchmark"], score),
            direction=v["direction"],
            when_missing=v["when_missing"],
            cap=self._optional(node.child("cap"), v["cap"]),
            floor=self._optional(node.child("floor"), v["floor"]),
            source=v["source"] or source,
        )

    def _benchmark(self, node: Node, value: Any, score: str) -> Benchmark:
        if score == "min_max" and node.value is not None:
            self.fields.fault(node, t("min_max 不用基准值", "min_max takes no benchmark"))
        if score == "ratio_to_benchmark" and node.value is None:
            self.fields.fault(
                node,
                t("缺少基准值", "no value"),
                t("如 {2022-01-01: cohort_mean}", "such as {2022-01-01: cohort_mean}"),
            )
        return self._decided(value, MEAN)

    def _optional(self, node: Node, value: Any) -> float | None:
        if isinstance(value, Undecided):
            self.fields.fault(node, t("此处不能用 expected", "`expected` is not possible here"))
            return None
        return None if value is None else float(value)

    def _shares(self, node: Node, value: Any) -> tuple[float, ...]:
        if self.subject == "region":
            if node.value is not None:
                self.fields.fault(node, t("区域只排名不分档", "regions are ranked, not graded"))
            return ()
        if node.value is None:
            self.fields.fault(
                node,
                t("缺少各档占比", "no value"),
                t("如 {2022-01-01: [25, 50, 20, 5]}", "such as {2022-01-01: [25, 50, 20, 5]}"),
            )
        return self._decided(value, ())

    def _groups(self, node: Node, source: str) -> tuple[Group, ...]:
        if node.value == grammar.BY_DIVISION:
            numbers = range(FIRST_INDUSTRIAL, LAST_INDUSTRIAL + 1)
            return tuple(Group(f"{n:02d}", f"{n:02d}", (f"{n:02d}",), (), source) for n in numbers)
        if isinstance(node.value, str):
            word = node.value
            self.fields.attempt(lambda: node.choice((grammar.BY_DIVISION, "{组 id: 行业组}")), word)
            return ()
        found = self.fields.mapping(node)
        groups = [self._group(node.child(k), str(k), source) for k in found]
        for key in list(found)[:-1]:
            if self.fields.attempt(node.child(key).child("industries").mapping, {}) == {}:
                self.fields.fault(
                    node.child(key),
                    t("只有最后一组可以不写 industries", "only the last may have no industries"),
                )
        return tuple(groups)

    def _group(self, node: Node, key: str, source: str) -> Group:
        _check_id(self.fields, node, key)
        v = self.fields.section(node, "group")
        return Group(
            id=key,
            label=v["label"] or key,
            industries=self._decided(v["industries"], ()),
            shares=self._decided(v["grades"], ()),
            source=v["source"] or source,
        )

    def _lease(self, node: Node) -> LeasePenalty | None:
        if node.value is None:
            return None
        v: Values = self.fields.section(node, "lease_penalty")
        return LeasePenalty(
            first=self._decided(v["first"], NAN),
            each_further=self._decided(v["each_further"], NAN),
            tenants=v["tenants"],
            max=self._optional(node.child("max"), v["max"]),
            source=v["source"] or "",
        )

    def _check(self, node: Node, cohort: Cohort) -> None:
        """What only shows when the cohort is whole."""
        weights = [i.weight for i in cohort.indicators]
        known = sum(w for w in weights if w == w)  # noqa: PLR0124 - NaN: undecided
        complete = bool(weights) and all(w == w for w in weights)  # noqa: PLR0124
        if (complete and abs(known - 100) > _TOLERANCE) or known > 100 + _TOLERANCE:
            listed = " + ".join(f"{i.id} {i.weight:g}" for i in cohort.indicators)
            self.fields.fault(
                node.child("indicators"),
                t("权重之和为 {s:g}，应为 100", "weights add up to {s:g}, not 100", s=known),
                listed,
            )
        allowed = [BY_CODE, SHARED, *(i.id for i in cohort.indicators)]
        if cohort.ties not in allowed and cohort.indicators:
            self.fields.attempt(lambda: node.child("ties").choice(allowed), "")
        for rule in cohort.indicators:
            if rule.cap is not None and rule.floor is not None and rule.cap < rule.floor:
                self.fields.fault(
                    node.child("indicators").child(rule.id).child("cap"),
                    t("上限 {c:g} 低于下限 {f:g}", "cap {c:g} is below floor {f:g}",
                      c=rule.cap, f=rule.floor),
                )  # fmt: skip


def _check_id(fields: Fields, node: Node, key: str) -> None:
    if not re.fullmatch(grammar.ID_PATTERN, key):
        fields.fault(
            node,
            t("{k!r} 不能作 id", "{k!r} cannot be an id", k=key),
            t("小写字母开头，后接小写字母、数字、_ 或 -", "lower-case letters, digits, _ or -"),
        )
