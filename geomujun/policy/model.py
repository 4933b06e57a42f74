"""What a scheme (评价办法) is made of, resolved for one year. Frozen; made by `policy.schemes`.

Formulas are not here: an indicator is named by its id, and `evaluation.indicators` knows how to
compute it. Shares and weights are percentages, as the documents print them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.reading import Assumed, Undecided

Scoring = Literal["ratio_to_benchmark", "min_max"]
BenchmarkKind = Literal["fixed", "k_mean"]
Direction = Literal["higher", "lower"]
Missing = Literal["zero", "cohort_mean_score"]
Subject = Literal["enterprise", "region"]
Sector = Literal["industry", "services"]


@dataclass(frozen=True, slots=True)
class Source:
    """A document a number comes from. ``verified``: compared with the issuer's own page."""

    id: str
    title: str
    issuer: str = ""
    number: str = ""
    issued: str = ""
    href: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a value is divided by: a fixed number, or ``number`` × the cohort's mean."""

    kind: BenchmarkKind
    number: float


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """How one indicator is scored. ``cap`` and ``floor`` are multiples of the weight or None."""

    id: str
    label: str
    weight: float
    benchmark: Benchmark
    direction: Direction = "higher"
    when_missing: Missing = "zero"
    cap: float | None = None
    floor: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Units ranked against each other. ``shares`` are the percentages of A, B, C and D.

    ``used`` False: the document names it, but the engine leaves it out unless asked
    (`Scheme.using`). ``open`` lists what the document leaves undecided.
    """

    id: str
    label: str
    size: str  # 规上 | 规下 | "" for either
    sector: Sector
    score: Scoring
    indicators: tuple[IndicatorRule, ...]
    shares: tuple[float, ...]  # () for regions, which are only ranked
    min_mu: float = 0.0
    used: bool = True
    open: tuple[Undecided, ...] = ()
    source: str = ""

    def require(self, where: str) -> None:
        """Refuse to go on while a needed number is undecided.

        Raises:
            SchemeError: the first undecided key, with what the document leaves open.
        """
        if self.open:
            first = self.open[0]
            raise SchemeError(
                t(
                    "评价组 {c} 的 {k} 未定：{why}",
                    "{k} of cohort {c} is not decided: {why}",
                    c=self.label,
                    k=first.key,
                    why=first.why,
                ),
                where=where,
                hint=t(
                    "复制该方案文件，把 expected 换成当地公布的数值，再用 --scheme 指定",
                    "copy the scheme file, put the locality's number in place of `expected`, "
                    "and name the copy with --scheme",
                ),
            )


@dataclass(frozen=True, slots=True)
class Scheme:
    """One locality's way of evaluating, as in force on 31 December of ``year``."""

    id: str
    title: str
    subject: Subject
    division: str
    cohorts: tuple[Cohort, ...]
    sources: tuple[Source, ...]
    year: int
    sha256: str  # of the file's bytes
    excluded_industries: tuple[str, ...] = ()  # prefixes of GB/T 4754 codes, digits only
    bonus_max: float | None = None
    malus_max: float | None = None
    region_scheme: str = ""
    assumed: tuple[Assumed, ...] = ()

    @property
    def active(self) -> tuple[Cohort, ...]:
        """The cohorts the engine fills, in the file's order, which is the order of precedence."""
        return tuple(c for c in self.cohorts if c.used)

    def using(self, cohorts: Iterable[str]) -> Scheme:
        """The same scheme with these cohorts used too, by id: ``scheme.using(["services"])``.

        Raises:
            SchemeError: an id the scheme does not have.
        """
        wanted = set(cohorts)
        unknown = sorted(wanted - {c.id for c in self.cohorts})
        if unknown:
            raise SchemeError(
                t("方案没有评价组 {c!r}", "the scheme has no cohort {c!r}", c=unknown[0]),
                where=self.id,
                hint=t("可用：{a}", "allowed: {a}", a=", ".join(c.id for c in self.cohorts)),
            )
        made = tuple(replace(c, used=c.used or c.id in wanted) for c in self.cohorts)
        return replace(self, cohorts=made)

    def indicator_ids(self) -> list[str]:
        """Every indicator of the used cohorts once, in the file's order."""
        return list(dict.fromkeys(i.id for c in self.active for i in c.indicators))

    def label(self, indicator: str) -> str:
        """The Chinese name of an indicator, for headers; the id when the scheme does not use it."""
        for cohort in self.cohorts:
            for rule in cohort.indicators:
                if rule.id == indicator:
                    return rule.label
        return indicator
