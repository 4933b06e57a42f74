"""What a scheme (评价办法) is made of, resolved for one year. Frozen; made by `policy.schemes`.

Formulas are not here: an indicator is named by its id, and `evaluation.indicators` knows how to
compute it. Shares and weights are percentages, as the documents print them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.reading import Assumed, Undecided

Scoring = Literal["ratio_to_benchmark", "min_max"]
BenchmarkKind = Literal["fixed", "k_mean", "top_share", "standard"]
Direction = Literal["higher", "lower"]
Missing = Literal["zero", "cohort_mean_score"]
Subject = Literal["enterprise", "region"]
Sector = Literal["industry", "services"]
BY_CODE: Final = "uscc"  # ties go by code
SHARED: Final = "shared"  # ties share the rank, and so the better grade


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
    """What a value is divided by (基准值).

    ``fixed``: ``number``. ``k_mean``: ``number`` × the mean, Σ numerators ÷ Σ denominators.
    ``top_share``: that mean over the best ``number`` percent of the units with data, units equal
    to the last of them included. ``standard`` (标杆值): by industry, the longest fitting prefix
    of ``standards``; other industries by ``otherwise``.
    """

    kind: BenchmarkKind
    number: float
    standards: tuple[tuple[str, float], ...] = ()
    otherwise: Benchmark | None = None


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
class Group:
    """Industries ranked apart within a cohort (分行业排名), by prefixes; none: all the others."""

    id: str
    label: str
    industries: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()  # () for those of the cohort
    source: str = ""


@dataclass(frozen=True, slots=True)
class LeasePenalty:
    """Points a landlord loses by the number of its tenants (出租扣分); ``max`` None: no limit.

    ``tenants``: 规下, 规上 or "all", the size of the tenants that count.
    """

    first: float
    each_further: float
    tenants: str = "all"
    max: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class PointItem:
    """A named 加分 or 减分 whose flag row need not repeat the points."""

    reason: str
    kind: str
    points: float


@dataclass(frozen=True, slots=True)
class Cohort:
    """Units scored by the same rules. ``shares`` are the percentages of A, B, C and D.

    ``used`` False: the document names it, but the engine leaves it out unless asked
    (`Scheme.using`). ``open`` lists what the document leaves undecided. ``industries``: prefixes
    the cohort takes, () for all. With ``groups`` units are ranked within their group; `parts`
    gives each as a cohort of its own, ``pool`` naming the cohort whose units make up its means.
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
    industries: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    mean_over: Literal["cohort", "group"] = "cohort"
    ties: str = BY_CODE  # BY_CODE, SHARED or the id of an indicator: its better value goes first
    lease: LeasePenalty | None = None
    pool: str = ""  # "" for its own

    @property
    def parts(self) -> tuple[Cohort, ...]:
        """What is ranked apart: the cohort itself, or one cohort per group in the file's order."""
        if not self.groups:
            return (self,)
        return tuple(self._part(g) for g in self.groups)

    def _part(self, group: Group) -> Cohort:
        return replace(
            self,
            id=f"{self.id}/{group.id}",
            label=f"{self.label}·{group.label}",
            industries=group.industries or self.industries,
            shares=group.shares or self.shares,
            groups=(),
            pool=self.id if self.mean_over == "cohort" else "",
        )

    def require(self, where: str) -> None:
        """Refuse to go on while a needed number is undecided.

        Raises:
            SchemeError: the undecided keys, with what the document leaves open.
        """
        if self.open:
            lines = [
                t(
                    "评价组 {c} 的 {k} 未定：{why}",
                    "{k} of cohort {c} is not decided: {why}",
                    c=self.label,
                    k=o.key,
                    why=o.why,
                )
                for o in self.open
            ]
            raise SchemeError(
                "\n".join(lines),
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

    id: str  # with the variants asked for: zhejiang-2022+carbon
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
    point_items: tuple[PointItem, ...] = ()
    transition_years: float | None = None  # a 过渡期 holds no longer than this
    not_d_years: float | None = None  # nor a 不评D
    newly_above_years: float | None = None  # 新升规 for less than this is scored as 规下
    attainment_months: float | None = None  # 达产 is checked this long after completion
    unrated_industries: tuple[str, ...] = ()  # 不评价 by industry
    variants: tuple[tuple[str, str], ...] = ()  # id and label of every variant the file offers

    @property
    def active(self) -> tuple[Cohort, ...]:
        """The cohorts the engine fills, groups apart, in the file's order of precedence."""
        return tuple(part for c in self.cohorts if c.used for part in c.parts)

    @property
    def pools(self) -> tuple[tuple[Cohort, ...], ...]:
        """`active`, those that share their means and extremes together."""
        found: dict[str, list[Cohort]] = {}
        for cohort in self.active:
            found.setdefault(cohort.pool or cohort.id, []).append(cohort)
        return tuple(tuple(pool) for pool in found.values())

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
