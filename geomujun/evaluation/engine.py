"""The evaluation of one case under one scheme: firms, parcels and regions on one base.

Pure: frames in, frames out, unrounded, sorted by key. Who is evaluated and how is CONTRACT §5; the
numbers come from the scheme. `ledger` says who uses which land, `crosscheck` compares the sides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from geomujun.domain.case import Case
from geomujun.errors import SchemeError
from geomujun.evaluation import enterprises, figures, parcels, regions, tables
from geomujun.evaluation.pledges import with_pledges
from geomujun.evaluation.units import Joins
from geomujun.lang import t
from geomujun.policy import schemes
from geomujun.policy.model import Scheme


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results of `evaluate`. The first three are the output tables of the same name.

    ``benchmarks``: side (enterprise | parcel | region), cohort, indicator, value, how.
    ``left_out``: side, unit, uscc, reason: who stands on a parcel or in a unit and was not counted.
    ``members``: uscc, unit_kind, unit_id, area_mu, members, cohort of every evaluated firm.
    ``parcel_users``: parcel_code, uscc, net_m2, unsplit, weight (the part of a firm's figures a
    parcel carries), counts. ``units``, ``parcel_units``: index unit_id, parcel_code: sums, area_mu,
    cohort, industry of everyone evaluated; units with states, points, values and scores.
    ``base``, ``joins``: what both sides stand on.
    """

    enterprise_evaluation: pd.DataFrame
    parcel_evaluation: pd.DataFrame
    region_evaluation: pd.DataFrame
    benchmarks: pd.DataFrame
    left_out: pd.DataFrame
    members: pd.DataFrame
    parcel_users: pd.DataFrame
    units: pd.DataFrame
    parcel_units: pd.DataFrame
    base: tables.Base
    joins: Joins


def evaluate(
    case: Case, book: tables.BookLike, scheme: Scheme, year: int, merge_groups: bool = False
) -> Evaluation:
    """Evaluate firms, parcels and regions.

    Args:
        case: Input tables, codes settled (`matching.identity`).
        book: The area ledger (`ledger.book.keep`), standing at 31 December of ``year``.
        scheme: As loaded for ``year``. A region scheme leaves both other sides empty.
        year: Year of the figures.
        merge_groups: Also treat as one every child whose parent is in the case and county.

    Raises:
        SchemeError: the scheme was loaded for another year, an indicator has no formula, or a
            number a cohort needs is undecided.
    """
    if scheme.year != year:
        raise SchemeError(
            t(
                "方案按 {a} 年载入，评价年份是 {b}",
                "the scheme was loaded for {a}, the evaluation is of {b}",
                a=scheme.year,
                b=year,
            ),
            where=scheme.id,
        )
    picked = with_pledges(figures.pick(case.indicators, year), case, book, scheme)
    base = tables.base(case, book, scheme, picked)
    firm_scheme = scheme if scheme.subject == "enterprise" else _no_firms(scheme)
    joins = enterprises.joins(case, book, base, merge_groups)
    firms = enterprises.evaluate(case, book, base, firm_scheme, joins)
    land = parcels.evaluate(book, base, firm_scheme)
    areas = regions.evaluate(case, book, base, region_scheme(scheme), year)
    return Evaluation(
        enterprise_evaluation=firms.table,
        parcel_evaluation=land.table,
        region_evaluation=areas.table,
        benchmarks=_stacked(
            enterprise=firms.benchmarks, parcel=land.benchmarks, region=areas.benchmarks
        ),
        left_out=_stacked(
            enterprise=firms.left_out.rename(columns={"unit_id": "unit"}),
            parcel=land.left_out.rename(columns={"parcel_code": "unit"}),
        ),
        members=firms.members,
        parcel_users=land.users,
        units=firms.units,
        parcel_units=land.units,
        base=base,
        joins=joins,
    )


def region_scheme(scheme: Scheme) -> Scheme | None:
    """The rules for regions that go with a scheme; None when it names none."""
    if scheme.subject == "region":
        return scheme
    return schemes.load(scheme.region_scheme, scheme.year) if scheme.region_scheme else None


def _no_firms(scheme: Scheme) -> Scheme:
    return replace(scheme, cohorts=())


def _stacked(**frames: pd.DataFrame) -> pd.DataFrame:
    made = []
    for side, frame in frames.items():
        part = frame.copy()
        part.insert(0, "side", side)
        made.append(part)
    return pd.concat(made, ignore_index=True)
