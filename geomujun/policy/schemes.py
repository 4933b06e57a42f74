"""Reading schemes: one YAML per jurisdiction, packaged in `schemes/` or handed in as text.

`load` is pure: packaged files through importlib.resources, anything else as YAML text the caller
read. All keys are known keys, weights add up to 100, every number is dated and sourced.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from datetime import date
from importlib import resources
from typing import Final, TypeVar, cast

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.model import (
    Benchmark,
    Cohort,
    Direction,
    IndicatorRule,
    Missing,
    Scheme,
    Scoring,
    Sector,
    Source,
    Subject,
)
from geomujun.policy.reading import Node, Notes, Undecided, parse

_TOP: Final = (
    "id title subject division sources scope points region_scheme cohorts".split()  # noqa: SIM905
)
_COHORT: Final = "label members score indicators grades min_mu used source note".split()  # noqa: SIM905
_INDICATOR: Final = (
    "label weight benchmark direction when_missing cap floor source note".split()  # noqa: SIM905
)
_SOURCE: Final = "title issuer number issued href verified note".split()  # noqa: SIM905
_TOLERANCE: Final = 1e-9
T_ = TypeVar("T_")


def available() -> list[str]:
    """Ids of the packaged schemes, sorted."""
    folder = resources.files("geomujun.policy") / "schemes"
    return sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))


def text_of(scheme_id: str) -> str:
    """The YAML text of a packaged scheme.

    Raises:
        SchemeError: no such scheme.
    """
    if scheme_id not in available():
        raise SchemeError(
            t("没有方案 {s!r}", "no scheme {s!r}", s=scheme_id),
            hint=t(
                "可用方案：{a}；或给出方案文件的路径",
                "schemes: {a}; or give the path of a scheme file",
                a=", ".join(available()),
            ),
        )
    file = resources.files("geomujun.policy") / "schemes" / f"{scheme_id}.yaml"
    return file.read_text(encoding="utf-8")


def load(id_or_text: str, year: int, name: str = "") -> Scheme:
    """A scheme as in force on 31 December of ``year``.

    Args:
        id_or_text: The id of a packaged scheme, or the YAML text of another one (it has a colon).
        year: Year of the figures.
        name: The file's name for messages, when a text is given.

    Raises:
        SchemeError: unknown id or key, a wrong kind, weights that do not add up to 100, no value
            in force; with file, key, value seen and what is allowed.
    """
    packaged = ":" not in id_or_text
    text = text_of(id_or_text) if packaged else id_or_text
    top = parse(text, name or (f"{id_or_text}.yaml" if packaged else "scheme.yaml"))
    scheme = _scheme(top, date(year, 12, 31), hashlib.sha256(text.encode()).hexdigest())
    if packaged and scheme.id != id_or_text:
        raise top.child("id").fail(t("与文件名不符", "differs from the file's name"))
    return scheme


def _scheme(top: Node, day: date, digest: str) -> Scheme:
    top.only(_TOP)
    subject = cast("Subject", top.child("subject").choice(("enterprise", "region"), "enterprise"))
    sources = tuple(_source(top.child("sources"), k) for k in top.child("sources").mapping())
    notes = Notes()
    read = _Reading(day, notes, frozenset(s.id for s in sources), subject)
    listed = top.child("cohorts")
    if not listed.mapping():
        raise listed.fail(t("至少要有一个评价组", "at least one cohort is needed"))
    cohorts = tuple(read.cohort(listed.child(k), str(k)) for k in listed.mapping())
    scope, points = top.child("scope"), top.child("points")
    scope.only(("excluded_industries", "source", "note"))
    points.only(("bonus_max", "malus_max", "source", "note"))
    return Scheme(
        id=top.child("id").text(),
        title=top.child("title").text(),
        subject=subject,
        division=top.child("division").text(""),
        cohorts=cohorts,
        sources=sources,
        year=day.year,
        sha256=digest,
        excluded_industries=read.industries(scope),
        bonus_max=read.optional(points.child("bonus_max"), 0, 1000),
        malus_max=read.optional(points.child("malus_max"), 0, 1000),
        region_scheme=top.child("region_scheme").text(""),
        assumed=tuple(notes.assumed),
    )


def _source(sources: Node, key: object) -> Source:
    node = sources.child(str(key))
    node.only(_SOURCE)
    issued = node.child("issued").value
    return Source(
        id=str(key),
        title=node.child("title").text(),
        issuer=node.child("issuer").text(""),
        number=node.child("number").text(""),
        issued=issued.isoformat() if isinstance(issued, date) else node.child("issued").text(""),
        href=node.child("href").text(""),
        verified=node.child("verified").flag(False),
    )


class _Reading:
    """Reads cohorts of one file for one day."""

    def __init__(self, day: date, notes: Notes, sources: frozenset[str], subject: Subject) -> None:
        self.day, self.notes, self.sources, self.subject = day, notes, sources, subject
        self.divides = True  # whether the cohort being read divides by a benchmark

    def cohort(self, node: Node, key: str) -> Cohort:
        node.only(_COHORT)
        members = node.child("members")
        members.only(("size", "sector"))
        open_: list[Undecided] = []
        source = self.cited(node.child("source"))
        score = cast("Scoring", node.child("score").choice(("ratio_to_benchmark", "min_max")))
        self.divides = score == "ratio_to_benchmark"
        indicators = self.indicators(node.child("indicators"), source, open_)
        cohort = Cohort(
            id=key,
            label=node.child("label").text(),
            size=members.child("size").choice(("规上", "规下", ""), ""),
            sector=cast(
                "Sector", members.child("sector").choice(("industry", "services"), "industry")
            ),
            score=score,
            indicators=indicators,
            shares=self.shares(node.child("grades"), open_),
            min_mu=self.optional(node.child("min_mu"), 0, 1e6) or 0.0,
            used=node.child("used").flag(True),
            open=tuple(open_),
            source=source,
        )
        _weights_add_up(node.child("indicators"), cohort)
        return cohort

    def indicators(
        self, node: Node, source: str, open_: list[Undecided]
    ) -> tuple[IndicatorRule, ...]:
        whole = node.settled(self.notes)
        if isinstance(whole, Undecided):
            open_.append(whole)
            return ()
        if not node.mapping():
            raise node.fail(t("至少要有一个指标", "at least one indicator is needed"))
        return tuple(self.indicator(node.child(k), str(k), source, open_) for k in node.mapping())

    def indicator(self, node: Node, key: str, source: str, open_: list[Undecided]) -> IndicatorRule:
        node.only(_INDICATOR)
        weight = self.decided(node.child("weight"), open_, lambda n: n.number(0, 100))
        benchmark = self.benchmark(node.child("benchmark"), open_)
        own = node.child("source")
        return IndicatorRule(
            id=key,
            label=node.child("label").text(),
            weight=float("nan") if weight is None else weight,
            benchmark=benchmark,
            direction=cast(
                "Direction", node.child("direction").choice(("higher", "lower"), "higher")
            ),
            when_missing=cast(
                "Missing",
                node.child("when_missing").choice(("zero", "cohort_mean_score"), "zero"),
            ),
            cap=self.optional(node.child("cap"), 0, 1000),
            floor=self.optional(node.child("floor"), -1000, 1000),
            source=self.cited(own) if own.value is not None else source,
        )

    def benchmark(self, node: Node, open_: list[Undecided]) -> Benchmark:
        if not self.divides:
            if node.value is not None:
                raise node.fail(t("min_max 不用基准值", "min_max takes no benchmark"))
            return Benchmark("k_mean", 1.0)
        return self.decided(node, open_, _benchmark) or Benchmark("k_mean", 1.0)

    def shares(self, node: Node, open_: list[Undecided]) -> tuple[float, ...]:
        if self.subject == "region":
            if node.value is not None:
                raise node.fail(t("区域只排名不分档", "regions are ranked, not graded"))
            return ()
        shares = self.decided(node, open_, lambda n: n.numbers(4)) or ()
        if shares and abs(sum(shares) - 100) > _TOLERANCE:
            raise node.fail(
                t(
                    "各档占比之和为 {s:g}，应为 100",
                    "shares add up to {s:g}, not 100",
                    s=sum(shares),
                )
            )
        return shares

    def decided(self, node: Node, open_: list[Undecided], read: Callable[[Node], T_]) -> T_ | None:
        found = node.on(self.day, self.notes)
        if isinstance(found, Undecided):
            open_.append(found)
            return None
        return read(found)

    def optional(self, node: Node, low: float, high: float) -> float | None:
        if node.value is None:
            return None
        found = node.on(self.day, self.notes)
        if isinstance(found, Undecided):
            raise node.fail(t("此处不能用 expected", "`expected` is not possible here"))
        return found.number(low, high)

    def cited(self, node: Node) -> str:
        name = node.text()
        if name not in self.sources:
            raise node.fail(
                t("sources 中没有 {s!r}", "{s!r} is not among the sources", s=name),
                t("可用：{a}", "allowed: {a}", a=", ".join(sorted(self.sources))),
            )
        return name

    def industries(self, scope: Node) -> tuple[str, ...]:
        node = scope.child("excluded_industries")
        if node.value is None:
            return ()
        self.cited(scope.child("source"))
        found = node.on(self.day, self.notes)
        codes = () if isinstance(found, Undecided) else found.words()
        for code in codes:
            if not (code.isdigit() and 2 <= len(code) <= 4):
                raise node.fail(
                    t("{c!r} 不是行业代码", "{c!r} is not an industry code", c=code),
                    t('两至四位数字,如 "44"', 'two to four digits, such as "44"'),
                )
        return codes


def _benchmark(node: Node) -> Benchmark:
    value = node.value
    if value == "cohort_mean":
        return Benchmark("k_mean", 1.0)
    if isinstance(value, Mapping):
        node.only(("k_mean",))
        return Benchmark("k_mean", node.child("k_mean").number(1e-9))
    if isinstance(value, str):
        node.choice(("cohort_mean", "{k_mean: 数}", "数"))
    return Benchmark("fixed", node.number(1e-12))


def _weights_add_up(node: Node, cohort: Cohort) -> None:
    weights = [i.weight for i in cohort.indicators]
    known = sum(w for w in weights if not math.isnan(w))
    complete = bool(weights) and not any(math.isnan(w) for w in weights)
    if (complete and abs(known - 100) > _TOLERANCE) or known > 100 + _TOLERANCE:
        listed = " + ".join(f"{i.id} {i.weight:g}" for i in cohort.indicators)
        raise node.fail(
            t("权重之和为 {s:g}，应为 100", "weights add up to {s:g}, not 100", s=known), listed
        )
