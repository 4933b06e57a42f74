"""What the three evaluations share: membership of firms, sums per key, scores per cohort."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.industry import division2, is_industrial
from geomujun.domain.words import EnterpriseBucket
from geomujun.evaluation import scoring
from geomujun.evaluation.figures import COLUMNS
from geomujun.evaluation.indicators import Formula, operands
from geomujun.evaluation.keys import among, plain
from geomujun.policy.model import Cohort, Scheme

Bools = npt.NDArray[np.bool_]
FIRST_SERVICE = (
    51  # GB/T 4754-2017 F 批发和零售业 is the first division of the tertiary sector here
)
LAST_SERVICE = 97


class BookLike(Protocol):
    """What an evaluation reads of the area ledger (`ledger.book.Book`)."""

    @property
    def links(self) -> pd.DataFrame:
        """parcel_code, uscc, area_m2, area_method, counted, on_patch."""

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

    ``firms``: index uscc, sorted: name, size, industrial, services, excluded, live, reports,
    occupied_m2. ``figures``: index uscc. ``parcel_m2``: registered area by parcel code, patches by
    BSM among them.
    """

    firms: pd.DataFrame
    figures: pd.DataFrame
    parcel_m2: pd.Series


def base(case: Case, book: BookLike, scheme: Scheme, figures: pd.DataFrame) -> Base:
    """Gather what is known of every firm and parcel."""
    firms = case.enterprises.drop_duplicates("uscc").set_index("uscc").sort_index()
    bucket = book.enterprises.drop_duplicates("uscc").set_index("uscc")["bucket"]
    occupied = book.ledger.drop_duplicates("uscc").set_index("uscc")["occupied_m2"]
    made = pd.DataFrame(index=firms.index)
    made["name"] = firms["name"]
    made["size"] = np.where(firms["size"].str.contains("规上|以上"), "规上", "规下")
    made["industrial"] = is_industrial(firms["industry"])
    number = pd.to_numeric(division2(firms["industry"]), errors="coerce")
    made["services"] = number.between(FIRST_SERVICE, LAST_SERVICE).to_numpy()
    made["excluded"] = _excluded(firms["industry"], scheme.excluded_industries)
    made["live"] = (bucket.reindex(made.index) != EnterpriseBucket.CANCELLED).to_numpy()
    made["reports"] = among(made.index, figures.index)
    made["occupied_m2"] = occupied.astype("float64").reindex(made.index).fillna(0.0)
    return Base(made, figures, _parcel_areas(case, book))


def _excluded(codes: pd.Series, prefixes: Iterable[str]) -> Bools:
    digits = codes.str.extract(r"(\d{2,4})", expand=False).fillna("").astype("str")
    found = np.zeros(len(codes), dtype=bool)
    for prefix in prefixes:
        found |= digits.str.startswith(prefix).to_numpy(dtype=bool)
    return found


def _parcel_areas(case: Case, book: BookLike) -> pd.Series:
    registered = book.parcels.drop_duplicates("parcel_code").set_index("parcel_code")["area_m2"]
    patches = case.patches[["patch_code", "area_m2"]].drop_duplicates("patch_code")
    patches = patches.set_index("patch_code")["area_m2"]
    extra = patches[~patches.index.isin(registered.index)]
    whole: pd.Series = pd.concat([registered, extra]).astype("float64").sort_index()
    return whole


def sums(
    keys: pd.Series, uscc: pd.Series, weight: pd.Series, figures: pd.DataFrame
) -> pd.DataFrame:
    """Weighted sums of figures per key, missing (NaN) only where no firm of the key reports.

    Rows are added in the order of key and uscc, so that bytes repeat.
    """
    code, names = pd.factorize(plain(keys), sort=True)
    firm, _ = pd.factorize(plain(uscc), sort=True)
    order = np.lexsort((firm, code))
    code, w = code[order], weight.to_numpy(dtype=float)[order]
    own = figures.reindex(plain(uscc)[order])
    made: dict[str, npt.NDArray[np.float64]] = {}
    for name in COLUMNS:
        x = own[name].to_numpy(dtype=float)
        have = ~np.isnan(x)
        total = np.bincount(code[have], weights=x[have] * w[have], minlength=len(names))
        seen = np.bincount(code[have], minlength=len(names)) > 0
        made[name] = np.where(seen, total, np.nan)
    return pd.DataFrame(made, index=pd.Index(names, name="key", dtype="str"))


def first_cohort(keys: pd.Series, firms: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """Id of the first cohort, in the scheme's order, that any firm of a key belongs to; "" none.

    A unit, or a parcel, is 规上 when one of its firms is.
    """
    code, names = pd.factorize(plain(keys), sort=True)
    found = np.full(len(names), "", dtype=object)
    for cohort in reversed(scheme.active):
        found[code[belongs(firms, cohort)]] = cohort.id
    return pd.Series(found, index=pd.Index(names, dtype="str"), dtype="str")


def belongs(firms: pd.DataFrame, cohort: Cohort) -> Bools:
    """Whether each firm is of the cohort's sector and size."""
    column = "industrial" if cohort.sector == "industry" else "services"
    fits: Bools = firms[column].to_numpy(dtype=bool).copy()
    if cohort.size:
        fits &= firms["size"].to_numpy(dtype=str) == cohort.size
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
    ``items`` (their sum). ``benchmarks``: cohort, indicator, value, how.
    """

    frame: pd.DataFrame
    benchmarks: pd.DataFrame


def score_all(units: pd.DataFrame, scheme: Scheme, registry: dict[str, Formula]) -> Sheet:
    """Score every cohort of a frame of sums with ``area_mu`` and ``cohort`` (the id).

    Raises:
        SchemeError: a cohort with units whose numbers the scheme leaves undecided.
    """
    ids = scheme.indicator_ids()
    made = pd.DataFrame(
        np.nan, index=units.index, columns=[c for i in ids for c in (i, f"{i}_score")]
    )
    made.insert(0, "cohort", "")
    made["items"] = 0.0
    marks: list[tuple[str, str, float, str]] = []
    for cohort in scheme.active:
        here = (units["cohort"] == cohort.id).to_numpy(dtype=bool)
        if not here.any():
            continue
        cohort.require(scheme.id)
        names = [r.id for r in cohort.indicators]
        got = scoring.score(cohort, *operands(units[here], names, registry))
        made.loc[here, names] = got.values
        made.loc[here, [f"{n}_score" for n in names]] = got.items
        made.loc[here, "cohort"] = cohort.label
        made.loc[here, "items"] = got.total
        marks += _marks(cohort, got)
    return Sheet(made, pd.DataFrame(marks, columns=["cohort", "indicator", "value", "how"]))


def _marks(cohort: Cohort, got: scoring.Scored) -> list[tuple[str, str, float, str]]:
    if cohort.score == "min_max":
        ends = zip(cohort.indicators, got.low, got.high, strict=True)
        return [
            (cohort.label, r.id, float(v), how)
            for r, low, high in ends
            for how, v in (("min", low), ("max", high))
        ]
    return [
        (cohort.label, r.id, float(m), _how(r.benchmark.kind, r.benchmark.number))
        for r, m in zip(cohort.indicators, got.benchmarks, strict=True)
    ]


def _how(kind: str, number: float) -> str:
    if kind == "fixed":
        return "fixed"
    return "cohort_mean" if number == 1 else f"{number:g} × cohort_mean"
