"""Parcel evaluation (宗地评价): the figures of every real user over the registered area.

A firm with several parcels brings its figures in proportion to its area on each, exempt land left
out; on an unsplit parcel it brings them whole. Ranked per cohort over parcels, with means over
parcels; flags and points do not touch it. A parcel nobody counts on, a wholly exempt one among
them, has no row.

Source: S0 六(一) (数据为宗地上实际企业之和, 面积为登记面积); CONTRACT §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.keys import among, joined, numbered, of, rows_of
from geomujun.domain.words import M2_PER_MU, AreaMethod, Component
from geomujun.evaluation import tables
from geomujun.evaluation.enterprises import able, why_left_out
from geomujun.evaluation.indicators import ENTERPRISE
from geomujun.policy.model import Scheme

HEAD: Final = ("parcel_code", "cohort", "area_mu", "enterprises", "left_out")
TAIL: Final = ("score", "rank", "grade")
_CENT: Final = 0.005  # below half a cent of a square metre there is no area


@dataclass(frozen=True, slots=True)
class ParcelSide:
    """What the parcel side gives.

    ``table``: parcel_evaluation. ``users``: parcel_code, uscc, net_m2, unsplit, weight, counts of
    every firm on every parcel by counted links. ``units``: index parcel_code: sums, area_mu,
    cohort, industry of every evaluated parcel. ``left_out``: parcel_code, uscc, reason.
    """

    table: pd.DataFrame
    users: pd.DataFrame
    units: pd.DataFrame
    benchmarks: pd.DataFrame
    left_out: pd.DataFrame


def evaluate(book: tables.BookLike, base: tables.Base, scheme: Scheme) -> ParcelSide:
    """Score and grade every parcel with at least one firm that counts there."""
    users = counted(weighed(users_of(book)), base, scheme)
    chosen = users[users["counts"].to_numpy(dtype=bool)]
    frame = unit_frame(chosen, base, base.parcel_m2, scheme)
    sheet = tables.score_all(frame, scheme, ENTERPRISE)
    here = users[among(users["parcel_code"], frame.index)]
    out = here[~here["counts"].to_numpy(dtype=bool)].copy()
    out["reason"] = why_left_out(rows_of(base.firms, out["uscc"]))
    return ParcelSide(
        table=_table(frame, sheet.frame, here, scheme),
        users=users,
        units=frame,
        benchmarks=sheet.benchmarks,
        left_out=out[["parcel_code", "uscc", "reason"]].reset_index(drop=True),
    )


def unit_frame(
    chosen: pd.DataFrame, base: tables.Base, parcel_m2: pd.Series, scheme: Scheme
) -> pd.DataFrame:
    """One row per evaluated parcel, sorted: sums of figures, area_mu, cohort, industry.

    Args:
        chosen: parcel_code, uscc, weight of those who count.
        base: Firms and figures.
        parcel_m2: Registered area by parcel_code.
        scheme: Cohorts.
    """
    frame = tables.sums(chosen["parcel_code"], chosen["uscc"], chosen["weight"], base.figures)
    frame["area_mu"] = of(parcel_m2, frame.index).to_numpy() / M2_PER_MU
    main = tables.main_industry(chosen["parcel_code"], chosen["uscc"], base)
    frame["industry"] = main.array  # both by the sorted codes of the parcels
    own = rows_of(base.firms[["industrial", "services", "size"]], chosen["uscc"])
    own["industry"] = of(main, chosen["parcel_code"]).to_numpy()
    frame["cohort"] = tables.first_cohort(chosen["parcel_code"], own, scheme).array
    return frame[((frame["area_mu"] > 0) & (frame["cohort"] != "")).to_numpy()]


def users_of(book: tables.BookLike) -> pd.DataFrame:
    """Each firm on each parcel by its counted links: parcel_code, uscc, net_m2, unsplit; sorted.

    ``net_m2`` is without exempt land.
    """
    links = book.links[book.links["counted"].to_numpy(dtype=bool)]
    pair = ["parcel_code", "uscc"]
    unsplit = links["area_method"] == AreaMethod.UNSPLIT
    rows = links.assign(unsplit=unsplit).groupby(pair, sort=True, as_index=False)
    users = rows.agg(area_m2=("area_m2", "sum"), unsplit=("unsplit", "any"))
    lines = book.ledger_lines[book.ledger_lines["component"] == Component.EXEMPT]
    exempt = lines.groupby(pair, sort=True)["area_m2"].sum().rename("exempt_m2")
    users = users.merge(exempt.reset_index(), on=pair, how="left")
    area = users[["area_m2", "exempt_m2"]].astype("float64").fillna(0.0)
    net = area["area_m2"] - area["exempt_m2"]
    users["net_m2"] = net.where(net > _CENT, 0.0)
    return users[["parcel_code", "uscc", "net_m2", "unsplit"]]


def weighed(users: pd.DataFrame) -> pd.DataFrame:
    """``users`` with ``weight``: the part of the firm's figures that belongs there, in [0, 1]."""
    firm, _ = numbered(users["uscc"])
    whole = users["net_m2"].groupby(firm).sum().to_numpy()[firm]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(whole > 0, users["net_m2"].to_numpy() / whole, 0.0)
    return users.assign(weight=np.where(users["unsplit"].to_numpy(dtype=bool), 1.0, part))


def counted(users: pd.DataFrame, base: tables.Base, scheme: Scheme) -> pd.DataFrame:
    """``users`` with ``counts``: whether the firm's figures are in the parcel's."""
    firms = rows_of(base.firms[["live", "industrial", "excluded", "reports"]], users["uscc"])
    counts = able(firms) & firms["reports"].eq(True).to_numpy() & (users["weight"] > 0).to_numpy()
    if not any(c.sector == "industry" for c in scheme.active):
        counts = np.zeros(len(users), dtype=bool)
    return users.assign(counts=counts)


def _table(
    frame: pd.DataFrame, scored: pd.DataFrame, users: pd.DataFrame, scheme: Scheme
) -> pd.DataFrame:
    ids = [c for i in scheme.indicator_ids() for c in (i, f"{i}_score")]
    made = scored[ids].copy()
    made["cohort"] = scored["cohort"]
    made["area_mu"] = frame["area_mu"]
    counts = users["counts"].to_numpy(dtype=bool)
    for name, chosen in (("enterprises", users[counts]), ("left_out", users[~counts])):
        listed = joined(chosen["parcel_code"], chosen["uscc"])
        made[name] = of(listed, made.index).fillna("").astype("str").to_numpy()
    made["score"] = scored["items"]
    rank = np.zeros(len(made), dtype=np.int64)
    letter = np.full(len(made), "", dtype=object)
    keyed = scored.assign(tie_key=scored.index)
    for cohort in scheme.active:
        here = np.flatnonzero((frame["cohort"] == cohort.id).to_numpy())
        every = np.ones(len(here), dtype=bool)
        rank[here], letter[here] = tables.rank_and_grade(
            cohort, keyed.iloc[here], made["score"].to_numpy()[here], every
        )
    made["rank"] = pd.array(rank, dtype="Int64")
    made["grade"] = pd.Series(letter, index=made.index).astype("str")
    made = made.sort_index().reset_index(names="parcel_code")
    return made[[*HEAD, *ids, *TAIL]]
