"""Enterprise evaluation (企业评价): firms, alone or through their unit, scored, ranked and graded.

Evaluated is a live firm of the scheme's sectors with a row of figures for the year and occupied
area above 0, alone or through its unit; a scheme may add a smallest area and leave out industries.
A firm without land is not scored (finding NO_LAND_ENTERPRISE, by `crosscheck`).

Source: CONTRACT §5; 浙亩均办〔2022〕2号 二(一); 市政发〔2022〕11号 二(一).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among, numbered, of, rows_of
from geomujun.domain.words import M2_PER_MU, UnitKind
from geomujun.evaluation import flags as flag_rules
from geomujun.evaluation import grading, points, reasons, tables, units
from geomujun.evaluation.indicators import ENTERPRISE
from geomujun.lang import t
from geomujun.policy.model import Scheme

HEAD: Final = ("uscc", "name", "cohort", "unit_kind", "unit_id", "area_mu")
TAIL: Final = (
    "bonus", "malus", "score", "rank", "grade", "grade_reason", "grade_best", "grade_worst",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnterpriseSide:
    """What the enterprise side gives.

    ``table``: enterprise_evaluation. ``members``: uscc, unit_id, unit_kind, area_mu, members.
    ``units``: index unit_id: sums, area_mu, cohort, states, rank, grade. ``left_out``: unit_id,
    uscc, reason.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    units: pd.DataFrame
    benchmarks: pd.DataFrame
    left_out: pd.DataFrame


def evaluate(
    case: Case, book: tables.BookLike, base: tables.Base, scheme: Scheme, joined: units.Joins
) -> EnterpriseSide:
    """Score and grade every evaluated firm. See the module for who that is."""
    formed = form_units(base, scheme, joined)
    members = placed(formed, base, scheme)
    members = members[large_enough(members["area_mu"], members["min_mu"])].reset_index(drop=True)
    frame = unit_frame(members, base)
    sheet = tables.score_all(frame, scheme, ENTERPRISE)
    frame["prefer"] = sheet.frame["prefer"]
    states = rows_of(unit_states(case, book, base, scheme, members), frame.index)
    graded = grade(frame, sheet.frame["items"], states, scheme)
    scored = sheet.frame.drop(columns=["cohort", "items", "prefer"])
    whole = pd.concat([graded, scored], axis=1)
    whole["cohort_label"] = sheet.frame["cohort"]
    return EnterpriseSide(
        table=_table(members, base, whole, scheme),
        members=members,
        units=whole,
        benchmarks=sheet.benchmarks,
        left_out=_left_out(book, base, formed, members),
    )


def joins(case: Case, book: tables.BookLike, base: tables.Base, merge_groups: bool) -> units.Joins:
    """Who is evaluated with whom: firms on unsplit parcels, and groups."""
    unsplit = units.unsplit_links(book.links, base.firms.index[able(base.firms)])
    live = base.firms.index[base.firms["live"].to_numpy(dtype=bool)]
    return units.Joins(unsplit, units.group_links(case, live, merge_groups))


def able(firms: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Live industrial firms the scheme does not leave out: those that may share a unit."""
    live = firms["live"].eq(True) & firms["industrial"].eq(True)
    return live.to_numpy(dtype=bool) & ~firms["excluded"].eq(True).to_numpy(dtype=bool)


def form_units(base: tables.Base, scheme: Scheme, joined: units.Joins) -> pd.DataFrame:
    """Units of all live firms the scheme's sectors name, with those that stand alone."""
    firms = base.firms[base.firms["live"].to_numpy(dtype=bool)]
    together = able(firms)
    rows = firms.assign(industrial=together).reset_index(names="uscc")
    formed = units.form(
        rows[["uscc", "occupied_m2", "reports", "industrial"]], joined, base.parcel_m2
    )
    alone = firms[tables.wanted(firms, scheme) & ~together]
    extra = pd.DataFrame(
        {
            "uscc": alone.index.to_numpy(),
            "unit_kind": str(UnitKind.ENTERPRISE),
            "unit_id": alone.index.to_numpy(),
            "area_mu": alone["occupied_m2"].to_numpy() / M2_PER_MU,
            "members": 1,
        }
    )
    whole = pd.concat([formed, extra], ignore_index=True) if len(extra) else formed
    return whole.sort_values("uscc", ignore_index=True)


def placed(formed: pd.DataFrame, base: tables.Base, scheme: Scheme) -> pd.DataFrame:
    """The firms with figures, whatever their area, with ``cohort`` and ``min_mu`` of their unit."""
    sectors = base.firms[["industrial", "services", "excluded", "reports"]]
    firms = rows_of(sectors, formed["uscc"])
    fit = firms["reports"].to_numpy(dtype=bool) & tables.wanted(firms, scheme)
    rows = formed[fit].reset_index(drop=True)
    main = tables.main_industry(rows["unit_id"], rows["uscc"], base)
    rows["industry"] = of(main, rows["unit_id"]).to_numpy()
    own = rows_of(base.firms[["industrial", "services", "size"]], rows["uscc"])
    own["industry"] = rows["industry"].to_numpy()
    cohort = tables.first_cohort(rows["unit_id"], own, scheme)
    rows["cohort"] = of(cohort, rows["unit_id"]).to_numpy()
    smallest = {c.id: c.min_mu for c in scheme.active}
    rows["min_mu"] = rows["cohort"].map(smallest).astype("float64")
    return rows[rows["min_mu"].notna().to_numpy()].reset_index(drop=True)  # NaN: no cohort takes it


def large_enough(area_mu: pd.Series, min_mu: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether a unit has land, and as much as its cohort asks for."""
    return ((area_mu > 0) & (area_mu >= min_mu)).to_numpy(dtype=bool)


def unit_frame(members: pd.DataFrame, base: tables.Base) -> pd.DataFrame:
    """One row per unit, index unit_id, sorted: sums of figures, area_mu, cohort, key for ties."""
    one = pd.Series(1.0, index=members.index)
    frame = tables.sums(members["unit_id"], members["uscc"], one, base.figures)
    unit, _ = numbered(members["unit_id"])
    firm, _ = numbered(members["uscc"])
    order = np.lexsort((firm, unit))
    first = members.iloc[order[np.flatnonzero(np.diff(unit[order], prepend=-1))]]
    for name in ("area_mu", "min_mu", "cohort", "unit_kind", "industry"):
        frame[name] = first[name].array
    frame["tie_key"] = first["uscc"].array
    return frame


def unit_states(
    case: Case, book: tables.BookLike, base: tables.Base, scheme: Scheme, members: pd.DataFrame
) -> pd.DataFrame:
    """Index unit_id: flags of the year within the scheme's limits, and all points.

    ``members``: uscc, unit_id, cohort. Columns: veto, not_d, transition, unrated, reasons, bonus,
    malus, tenants, lease_malus.
    """
    firm = flag_rules.of_firms(case.flags, base.firms, scheme)
    states = flag_rules.per_unit(members, firm)
    cohort = members.drop_duplicates("unit_id").set_index("unit_id")["cohort"]
    found = points.per_unit(points.Units(members, cohort), states, book.links, base, scheme)
    return states.drop(columns=["bonus", "malus"]).join(found)


def grade(
    frame: pd.DataFrame, items: pd.Series, states: pd.DataFrame, scheme: Scheme
) -> pd.DataFrame:
    """Score with points, rank and grade of every unit, cohort by cohort.

    Args:
        frame: From `unit_frame`, with ``prefer`` of the sheet.
        items: Sum of the items per unit.
        states: From `unit_states`, in the order of the frame.
        scheme: Cohorts, shares, ties.
    """
    made = frame.copy()
    for name in ("veto", "not_d", "transition", "unrated"):
        made[name] = states[name].to_numpy(dtype=bool)
    for name in ("reasons", "bonus", "malus", "tenants", "lease_malus"):
        made[name] = states[name].to_numpy()
    scores = items.to_numpy() + made["bonus"].to_numpy() - made["malus"].to_numpy()
    scored = ~made["unrated"] | made["veto"]
    ranked = ~(made["veto"] | made["transition"] | made["unrated"]).to_numpy()
    rank = np.zeros(len(made), dtype=np.int64)
    letter = np.full(len(made), "", dtype=object)
    for cohort in scheme.active:
        here = np.flatnonzero((made["cohort"] == cohort.id).to_numpy())
        rank[here], letter[here] = tables.rank_and_grade(
            cohort, made.iloc[here], scores[here], ranked[here]
        )
    made["raw_grade"] = letter
    final = grading.with_states(letter, made["veto"].to_numpy(), made["not_d"].to_numpy())
    made["score"] = np.where(scored, scores, np.nan)
    made["rank"] = pd.array(rank, dtype="Int64")
    made.loc[rank == 0, "rank"] = pd.NA
    made["grade"] = pd.Series(final, index=made.index).astype("str")
    return made


def _table(
    members: pd.DataFrame, base: tables.Base, whole: pd.DataFrame, scheme: Scheme
) -> pd.DataFrame:
    ids = [c for i in scheme.indicator_ids() for c in (i, f"{i}_score")]
    told = [*ids, "bonus", "malus", "score", "rank", "grade"]
    own = rows_of(whole[["cohort_label", *told]], members["unit_id"])
    made = pd.DataFrame({"uscc": members["uscc"].to_numpy()})
    made["name"] = of(base.firms["name"], members["uscc"]).to_numpy()
    made["cohort"] = own["cohort_label"].to_numpy()
    for name in ("unit_kind", "unit_id", "area_mu"):
        made[name] = members[name].to_numpy()
    rest = own[told].reset_index(drop=True)
    made = pd.concat([made, rest], axis=1)
    made["grade_reason"] = reasons.per_firm(members, whole)
    made["grade_best"] = made["grade"]
    made["grade_worst"] = made["grade"]
    return made[[*HEAD, *ids, *TAIL]].sort_values("uscc", ignore_index=True)


def _left_out(
    book: tables.BookLike, base: tables.Base, formed: pd.DataFrame, members: pd.DataFrame
) -> pd.DataFrame:
    """Who is on a unit's shared parcel, or in its group, and was not counted, with the reason."""
    shared = units.unsplit_links(book.links, base.firms.index)
    home = shared.merge(formed[["uscc", "unit_id"]], on="uscc")
    unit_of = home.drop_duplicates("parcel_code").set_index("parcel_code")["unit_id"]
    rows = shared.assign(unit_id=of(unit_of, shared["parcel_code"]).to_numpy())
    joint = formed.loc[formed["unit_kind"] != UnitKind.ENTERPRISE, ["unit_id", "uscc"]]
    rows = pd.concat([rows[["unit_id", "uscc"]], joint], ignore_index=True).drop_duplicates()
    rows = rows[among(rows["unit_id"], members["unit_id"]) & ~among(rows["uscc"], members["uscc"])]
    rows["reason"] = why_left_out(rows_of(base.firms, rows["uscc"]))
    return rows.sort_values(["unit_id", "uscc"], ignore_index=True)


def why_left_out(firms: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The reason a firm's figures are not counted; the last one, no area, when nothing else is."""
    return np.select(
        [
            ~firms["live"].eq(True).to_numpy(),
            firms["excluded"].eq(True).to_numpy(),
            ~firms["industrial"].eq(True).to_numpy(),
            ~firms["reports"].eq(True).to_numpy(),
        ],
        [
            t("不在业", "not active"),
            t("不在评价范围的行业", "industry out of scope"),
            t("非工业企业", "other industry"),
            t("无年度数据", "no figures"),
        ],
        default=t("对应面积为 0", "area 0"),
    ).astype(object)
