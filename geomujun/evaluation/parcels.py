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

from geomujun.domain.words import M2_PER_MU, AreaMethod, Component
from geomujun.evaluation import grading, tables
from geomujun.evaluation.enterprises import why_left_out
from geomujun.evaluation.indicators import ENTERPRISE
from geomujun.evaluation.keys import among, joined
from geomujun.policy.model import Scheme

HEAD: Final = ("parcel_code", "cohort", "area_mu", "enterprises", "left_out")
TAIL: Final = ("score", "rank", "grade")
_CENT: Final = 0.005  # below half a cent of a square metre there is no area


@dataclass(frozen=True, slots=True)
class ParcelSide:
    """What the parcel side gives.

    ``table``: parcel_evaluation. ``shares``: parcel_code, uscc, weight of the firm's figures
    there. ``left_out``: parcel_code, uscc, reason.
    """

    table: pd.DataFrame
    shares: pd.DataFrame
    benchmarks: pd.DataFrame
    left_out: pd.DataFrame


def evaluate(book: tables.BookLike, base: tables.Base, scheme: Scheme) -> ParcelSide:
    """Score and grade every parcel with at least one firm that counts there."""
    users = real_users(book, base, scheme)
    counted = users[users["counts"].to_numpy(dtype=bool)]
    frame = tables.sums(counted["parcel_code"], counted["uscc"], counted["weight"], base.figures)
    frame["area_mu"] = base.parcel_m2.reindex(frame.index).to_numpy() / M2_PER_MU
    cohort = tables.first_cohort(
        counted["parcel_code"], base.firms.reindex(counted["uscc"]), scheme
    )
    frame["cohort"] = cohort.reindex(frame.index)
    frame = frame[((frame["area_mu"] > 0) & (frame["cohort"] != "")).to_numpy()]
    sheet = tables.score_all(frame, scheme, ENTERPRISE)
    here = users[among(users["parcel_code"], frame.index)]
    out = here[~here["counts"].to_numpy(dtype=bool)].copy()
    out["reason"] = why_left_out(base.firms.reindex(out["uscc"]))
    return ParcelSide(
        table=_table(frame, sheet.frame, here, scheme),
        shares=counted[["parcel_code", "uscc", "weight"]].reset_index(drop=True),
        benchmarks=sheet.benchmarks,
        left_out=out[["parcel_code", "uscc", "reason"]].reset_index(drop=True),
    )


def real_users(book: tables.BookLike, base: tables.Base, scheme: Scheme) -> pd.DataFrame:
    """Each firm on each parcel by its counted links: parcel_code, uscc, weight, counts; sorted.

    ``weight`` is the part of the firm's figures that belongs to the parcel, in [0, 1].
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
    whole = users.groupby("uscc", sort=True)["net_m2"].sum().reindex(users["uscc"]).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(whole > 0, users["net_m2"].to_numpy() / whole, 0.0)
    users["weight"] = np.where(users["unsplit"].to_numpy(dtype=bool), 1.0, part)
    firms = base.firms.reindex(users["uscc"])
    able = (
        firms["live"].eq(True) & firms["reports"].eq(True) & firms["industrial"].eq(True)
    ).to_numpy() & ~firms["excluded"].eq(True).to_numpy()
    users["counts"] = able & (users["weight"] > 0).to_numpy()
    if not any(c.sector == "industry" for c in scheme.active):
        users["counts"] = False
    return users[["parcel_code", "uscc", "weight", "counts"]]


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
        made[name] = listed.reindex(made.index).fillna("").astype("str")
    made["score"] = scored["items"]
    rank = np.zeros(len(made), dtype=np.int64)
    letter = np.full(len(made), "", dtype=object)
    for cohort in scheme.active:
        here = np.flatnonzero((frame["cohort"] == cohort.id).to_numpy())
        keys = made.index.to_numpy(dtype=object)[here]
        rank[here] = grading.ranks(
            made["score"].to_numpy()[here], np.ones(len(here), dtype=bool), keys
        )
        if cohort.shares:
            letter[here] = grading.letters(rank[here], cohort.shares)
    made["rank"] = pd.array(rank, dtype="Int64")
    made["grade"] = pd.Series(letter, index=made.index).astype("str")
    made = made.sort_index().reset_index(names="parcel_code")
    return made[[*HEAD, *ids, *TAIL]]
