"""What the three evaluations share: membership of firms, sums per key, scores per cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.industry import division2, is_industrial
from geomujun.domain.keys import among, begins_with, distinct, numbered, of, plain, positions
from geomujun.domain.words import EnterpriseBucket
from geomujun.evaluation import grading, scoring
from geomujun.evaluation.figures import OPERANDS
from geomujun.evaluation.indicators import Formula, operands
from geomujun.ledger.newly_above import newly_above
from geomujun.policy.model import SHARED, Benchmark, Cohort, Scheme

Bools = npt.NDArray[np.bool_]
FIRST_SERVICE = (
    51  # GB/T 4754-2017 F 批发和零售业 is the first division of the tertiary sector here
)
LAST_SERVICE = 97


class BookLike(Protocol):
    """What an evaluation reads of the area ledger (`ledger.book.Book`)."""

    @property
    def links(self) -> pd.DataFrame:
        """parcel_code, uscc, area_m2, area_method, counted, on_patch; more for lease penalties."""

    @property
    def ledger(self) -> pd.DataFrame:
        """uscc, occupied_m2."""

    @property
    def ledger_lines(self) -> pd.DataFrame:
        """uscc, parcel_code, component, area_m2."""

    @property
    def parcels(self) -> pd.DataFrame:
        """parcel_code, area_m2."""

    @property
    def enterprises(self) -> pd.DataFrame:
        """uscc, bucket."""


@dataclass(frozen=True, slots=True)
class Base:
    """The common ground of both evaluations.

    ``firms``: index uscc, sorted: name, size, industry (digits of its code), industrial, services,
    excluded, live, reports, occupied_m2. ``figures``: index uscc. ``parcel_m2``: registered area
    by parcel code, patches by BSM among them.
    """

    firms: pd.DataFrame
    figures: pd.DataFrame
    parcel_m2: pd.Series


def base(case: Case, book: BookLike, scheme: Scheme, figures: pd.DataFrame) -> Base:
    """Gather what is known of every firm and parcel. ``figures``: with `OPERANDS`."""
    firms = case.enterprises[["uscc", "name", "size", "industry"]]
    firms = firms.drop_duplicates("uscc").set_index("uscc").sort_index()
    bucket = book.enterprises.drop_duplicates("uscc").set_index("uscc")["bucket"]
    occupied = book.ledger.drop_duplicates("uscc").set_index("uscc")["occupied_m2"]
    made = pd.DataFrame(index=firms.index)
    made["name"] = firms["name"]
    at, words = distinct(firms["size"])
    made["size"] = np.where(words.str.contains("规上|以上"), "规上", "规下")[at]
    if scheme.newly_above_years:
        fresh = among(made.index, newly_above(case, scheme.year, scheme.newly_above_years))
        made["size"] = np.where(fresh, "规下", made["size"])
    for name, values in _sectors(firms["industry"], scheme).items():
        made[name] = values
    made["live"] = (of(bucket, made.index) != EnterpriseBucket.CANCELLED).to_numpy()
    made["reports"] = among(made.index, figures.index)
    made["occupied_m2"] = of(occupied.astype("float64"), made.index).fillna(0.0).to_numpy()
    return Base(made, figures, _parcel_areas(case, book))


def _sectors(codes: pd.Series, scheme: Scheme) -> pd.DataFrame:
    """What the industry codes say; each code is looked at once, there are a few hundred."""
    at, names = pd.factorize(plain(codes))
    known = pd.Series(names, dtype="str")
    number = pd.to_numeric(division2(known), errors="coerce")
    made = pd.DataFrame({"industry": digits(known), "industrial": is_industrial(known)})
    made["services"] = number.between(FIRST_SERVICE, LAST_SERVICE).to_numpy()
    made["excluded"] = begins_with(made["industry"], scheme.excluded_industries)
    return made.iloc[at].set_axis(codes.index)


def digits(codes: pd.Series) -> pd.Series:
    """The digits of industry codes, "" where there are none: "C3823" gives "3823"."""
    return codes.str.extract(r"(\d{2,4})", expand=False).fillna("").astype("str")


def main_industry(keys: pd.Series, uscc: pd.Series, base: Base) -> pd.Series:
    """Industry of each unit or parcel: that of its firm with the largest revenue; index key.

    Firms without revenue come last, equal ones by code.
    """
    revenue = of(base.figures["revenue_wan_yuan"], uscc).to_numpy(dtype=float)
    key, names = numbered(keys)
    firm, codes = numbered(uscc)
    order = np.lexsort((firm, -revenue, key))
    first = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    found = of(base.firms["industry"], codes[firm[first]])
    return pd.Series(found.to_numpy(dtype=object), index=names, dtype="str")


def _parcel_areas(case: Case, book: BookLike) -> pd.Series:
    """Registered area by parcel code, and by BSM of the patches that are linked."""
    linked = book.links.loc[book.links["on_patch"].to_numpy(dtype=bool), "parcel_code"]
    patches = case.patches[["patch_code", "area_m2"]]
    patches = patches[among(patches["patch_code"], linked)]
    codes = np.concatenate([plain(book.parcels["parcel_code"]), plain(patches["patch_code"])])
    area = np.concatenate(
        [book.parcels["area_m2"].to_numpy(dtype=float), patches["area_m2"].to_numpy(dtype=float)]
    )
    whole = pd.Series(area, index=pd.Index(codes, dtype=object))
    return whole[~whole.index.duplicated()]


def sums(
    keys: pd.Series, uscc: pd.Series, weight: pd.Series, figures: pd.DataFrame
) -> pd.DataFrame:
    """Weighted sums of figures per key, missing (NaN) only where no firm of the key reports.

    Rows are added in the order of key and uscc, so that bytes repeat.
    """
    code, names = numbered(keys)
    firm, codes = numbered(uscc)
    order = np.lexsort((firm, code))
    code, w = code[order], weight.to_numpy(dtype=float)[order]
    at = positions(codes, figures.index)[firm[order]]
    made: dict[str, npt.NDArray[np.float64]] = {}
    for name in OPERANDS:
        x = np.append(figures[name].to_numpy(dtype=float), np.nan)[at]  # -1: the NaN behind
        have = ~np.isnan(x)
        total = np.bincount(code[have], weights=x[have] * w[have], minlength=len(names))
        seen = np.bincount(code[have], minlength=len(names)) > 0
        made[name] = np.where(seen, total, np.nan)
    return pd.DataFrame(made, index=names.rename("key"))


def first_cohort(keys: pd.Series, firms: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """Id of the first cohort, in the scheme's order, that any firm of a key belongs to; "" none.

    A unit, or a parcel, is 规上 when one of its firms is. ``firms``: ``industry`` that of the
    whole unit (`main_industry`), so that the unit stands in one group.
    """
    code, names = numbered(keys)
    found = np.full(len(names), "", dtype=object)
    for cohort in reversed(scheme.active):
        found[code[belongs(firms, cohort)]] = cohort.id
    return pd.Series(found, index=names, dtype="str")


def belongs(firms: pd.DataFrame, cohort: Cohort) -> Bools:
    """Whether each firm is of the cohort's sector, size and industries."""
    column = "industrial" if cohort.sector == "industry" else "services"
    fits: Bools = firms[column].to_numpy(dtype=bool).copy()
    if cohort.size:
        fits &= (firms["size"] == cohort.size).to_numpy(dtype=bool)
    if cohort.industries:
        fits &= begins_with(firms["industry"], cohort.industries)
    return fits


def wanted(firms: pd.DataFrame, scheme: Scheme) -> Bools:
    """Whether each firm's sector is evaluated at all under the scheme, whatever its size."""
    fits: Bools = np.zeros(len(firms), dtype=bool)
    for sector in sorted({c.sector for c in scheme.active}):
        fits |= firms["industrial" if sector == "industry" else "services"].to_numpy(dtype=bool)
    fits &= ~firms["excluded"].to_numpy(dtype=bool)
    return fits


@dataclass(frozen=True, slots=True)
class Sheet:
    """Scores of all cohorts of one side.

    ``frame``: index as given, columns cohort (label), ``<id>`` and ``<id>_score`` per indicator,
    ``items`` (their sum), ``prefer`` (what settles ties before the code, NaN where nothing does).
    ``benchmarks``: cohort, indicator, value, how.
    """

    frame: pd.DataFrame
    benchmarks: pd.DataFrame


def score_all(units: pd.DataFrame, scheme: Scheme, registry: dict[str, Formula]) -> Sheet:
    """Score every cohort of a frame of sums with ``area_mu``, ``cohort`` (the id), ``industry``.

    Raises:
        SchemeError: a cohort with units whose numbers the scheme leaves undecided.
    """
    ids = scheme.indicator_ids()
    made = pd.DataFrame(
        np.nan, index=units.index, columns=[c for i in ids for c in (i, f"{i}_score")]
    )
    labels = {c.id: c.label for c in scheme.active}
    made.insert(0, "cohort", units["cohort"].map(labels).fillna("").astype("str"))
    made["items"] = 0.0
    made["prefer"] = np.nan
    marks: list[tuple[str, str, float, str]] = []
    for pool in scheme.pools:
        cohort = pool[0]
        here = among(units["cohort"], pd.Index([c.id for c in pool]))
        if not here.any():
            continue
        cohort.require(scheme.id)
        names = [r.id for r in cohort.indicators]
        num, den = operands(units[here], names, registry)
        industry = units.loc[here, "industry"].to_numpy(dtype=object)
        got = scoring.score(cohort, num, den, industry=industry)
        made.loc[here, names] = got.values
        made.loc[here, [f"{n}_score" for n in names]] = got.items
        made.loc[here, "items"] = got.total
        made.loc[here, "prefer"] = tie_values(cohort, got.values)
        marks += _marks(scheme, cohort, got)
    return Sheet(made, pd.DataFrame(marks, columns=["cohort", "indicator", "value", "how"]))


def tie_values(cohort: Cohort, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What settles ties of a cohort, the higher first; NaN where only the code does."""
    for j, rule in enumerate(cohort.indicators):
        if rule.id == cohort.ties:
            return values[:, j] if rule.direction == "higher" else -values[:, j]
    return np.full(len(values), np.nan)


def rank_and_grade(
    cohort: Cohort, frame: pd.DataFrame, scores: npt.NDArray[np.float64], ranked: Bools
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Rank (0: none) and letter ("": none) of one cohort's units.

    ``frame``: ``prefer`` and ``tie_key`` of the units.
    """
    keys = frame["tie_key"].to_numpy(dtype=object)
    prefer = frame["prefer"].to_numpy(dtype=float)
    rank = grading.ranks(scores, ranked, keys, prefer, cohort.ties == SHARED)
    if not cohort.shares:
        return rank, np.full(len(rank), "", dtype=object)
    return rank, grading.letters(rank, cohort.shares)


def _marks(
    scheme: Scheme, cohort: Cohort, got: scoring.Scored
) -> list[tuple[str, str, float, str]]:
    label = next((c.label for c in scheme.cohorts if c.id == cohort.pool), cohort.label)
    if cohort.score == "min_max":
        ends = zip(cohort.indicators, got.low, got.high, strict=True)
        return [
            (label, r.id, float(v), how)
            for r, low, high in ends
            for how, v in (("min", low), ("max", high))
        ]
    made = []
    for r, m in zip(cohort.indicators, got.benchmarks, strict=True):
        made.append((label, r.id, float(m), _how(r.benchmark.otherwise or r.benchmark)))
        standards = sorted(r.benchmark.standards)
        made += [(label, r.id, number, f"standard {code}") for code, number in standards]
    return made


def _how(mark: Benchmark) -> str:
    if mark.kind == "fixed":
        return "fixed"
    if mark.kind == "top_share":
        return f"mean of the best {mark.number:g} %"
    return "cohort_mean" if mark.number == 1 else f"{mark.number:g} × cohort_mean"
