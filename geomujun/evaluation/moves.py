"""Which units leave and which come when one queued link counts: firms and parcels.

Each flip gets copies, under names of its own, of the firms whose area or company it changes, and
everything that depends on them is made again by the same functions as the evaluation itself; all
flips in one pass. Everyone a flip does not touch stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among, rows_among
from geomujun.evaluation import enterprises, parcels, tables, units
from geomujun.evaluation import flags as flag_rules
from geomujun.evaluation.engine import Evaluation
from geomujun.evaluation.panel import STATES, stateless
from geomujun.ledger.flips import Flips
from geomujun.policy.model import Scheme

_MARK: Final = "#"  # stands in no code
_PAIR: Final = ["flip", "uscc"]
_CENT: Final = 0.005


@dataclass(frozen=True, slots=True)
class Moves:
    """What every flip changes.

    ``gone``: flip, id of the units that leave. ``come``: index new id; flip and the columns of
    `panel.rows_of`. ``subjects``: flip, subject (uscc or parcel code), was, now: unit before and
    after, "" for none.
    """

    gone: pd.DataFrame
    come: pd.DataFrame
    subjects: pd.DataFrame


def firm_moves(case: Case, found: Evaluation, scheme: Scheme, flips: Flips) -> Moves:
    """The enterprise side. A lease penalty goes with the firm the unit's ties are settled by."""
    people = _people(found, flips)
    copies = _copied(found, flips, people)
    formed = enterprises.form_units(copies.base, scheme, copies.joins)
    members = enterprises.placed(formed, copies.base, scheme)
    fit = enterprises.large_enough(members["area_mu"], members["min_mu"])
    members = members[fit].reset_index(drop=True)
    come = enterprises.unit_frame(members, copies.base)
    gone = people.merge(found.members[["uscc", "unit_id"]], on="uscc").rename(
        columns={"unit_id": "id"}
    )
    come = _real(come, people, "uscc")
    flagged = flag_rules.of_firms(case.flags, found.base.firms, scheme)
    own = people[among(people["uscc"], flagged.index)]
    states = flag_rules.per_unit(members, flagged.reindex(own["uscc"]).set_axis(_name(own)))
    come[list(STATES)] = states[list(STATES)].reindex(come.index).astype(bool)
    points = states["bonus"].clip(upper=scheme.bonus_max)
    points = points - states["malus"].clip(upper=scheme.malus_max)
    come["points"] = points.reindex(come.index) - _penalties(found, gone, members, come.index)
    now = pd.Series(members["unit_id"].to_numpy(), index=members["uscc"].to_numpy(), dtype="str")
    was = gone.set_index(_PAIR)["id"].reindex(pd.MultiIndex.from_frame(people[_PAIR]))
    subjects = people.assign(
        was=was.fillna("").to_numpy(), now=now.reindex(_name(people)).fillna("").to_numpy()
    ).rename(columns={"uscc": "subject"})
    return Moves(gone[["flip", "id"]].drop_duplicates(ignore_index=True), come, subjects)


def _people(found: Evaluation, flips: Flips) -> pd.DataFrame:
    """flip, uscc of everyone in a unit that changes: by area, by a parcel split or shared."""
    shared = flips.users[flips.users["unsplit"].to_numpy(dtype=bool)]
    before = flips.asked[["flip", "parcel_code"]].merge(found.joins.unsplit, on="parcel_code")
    touched = pd.concat([flips.areas[_PAIR], shared[_PAIR], before[_PAIR]], ignore_index=True)
    firms = found.base.firms
    live = firms.index[firms["live"].to_numpy(dtype=bool)]
    labels = units.components(pd.Series(live), found.joins)[0][: len(live)]
    rows = pd.DataFrame({"uscc": live, "component": labels})
    hit = touched.drop_duplicates().merge(rows, on="uscc")
    company = hit[["flip", "component"]].drop_duplicates().merge(rows, on="component")
    return company[_PAIR].sort_values(_PAIR, ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Copies:
    base: tables.Base
    joins: units.Joins


def _copied(found: Evaluation, flips: Flips, people: pd.DataFrame) -> _Copies:
    """The base and the joins of all copies, under their own names."""
    base, names = found.base, _name(people)
    firms = base.firms.reindex(people["uscc"]).set_axis(names)
    area = flips.areas.set_index(_PAIR)["occupied_m2"]
    fresh = area.reindex(pd.MultiIndex.from_frame(people)).to_numpy(dtype=float)
    old = firms["occupied_m2"].to_numpy(dtype=float)
    firms["occupied_m2"] = np.where(np.isnan(fresh), old, fresh)
    reports = firms["reports"].to_numpy(dtype=bool)
    own = base.figures.reindex(people["uscc"][reports]).set_axis(names[reports])
    unsplit = _unsplit(found, flips, people)
    land = unsplit[["flip", "parcel_code"]].drop_duplicates()
    area_m2 = pd.Series(
        base.parcel_m2.reindex(land["parcel_code"]).to_numpy(), index=_name(land, "parcel_code")
    )
    groups = found.joins.groups.merge(people, on="uscc")
    joins = units.Joins(
        unsplit.assign(uscc=_name(unsplit), parcel_code=_name(unsplit, "parcel_code")),
        groups.assign(uscc=_name(groups), key=groups["flip"].astype("str") + _MARK + groups["key"]),
    )
    return _Copies(tables.Base(firms.sort_index(), own.sort_index(), area_m2.sort_index()), joins)


def _unsplit(found: Evaluation, flips: Flips, people: pd.DataFrame) -> pd.DataFrame:
    """flip, parcel_code, uscc of industrial firms on unsplit parcels, as each flip leaves them."""
    asked = flips.asked.set_index("flip")["parcel_code"]
    other = found.joins.unsplit.merge(people, on="uscc")
    other = other[(other["parcel_code"] != other["flip"].map(asked)).to_numpy(dtype=bool)]
    here = flips.users[flips.users["unsplit"].to_numpy(dtype=bool)]
    here = here[enterprises.able(found.base.firms.reindex(here["uscc"]))]
    columns = ["flip", "parcel_code", "uscc"]
    return pd.concat([other[columns], here[columns]], ignore_index=True)


def _penalties(
    found: Evaluation, gone: pd.DataFrame, members: pd.DataFrame, come: pd.Index
) -> npt.NDArray[np.float64]:
    """出租扣分 of the units that come: those of the units that went, by their first firm."""
    lost = found.units.loc[found.units["lease_malus"] > 0, ["tie_key", "lease_malus"]]
    held = gone[["flip", "id"]].drop_duplicates().merge(lost, left_on="id", right_index=True)
    unit = members.drop_duplicates("uscc").set_index("uscc")["unit_id"]
    home = unit.reindex(_name(held, "tie_key"))
    total = held["lease_malus"].groupby(home.to_numpy(dtype=object)).sum()
    return total.reindex(come).fillna(0.0).to_numpy(dtype=float)


def parcel_moves(found: Evaluation, scheme: Scheme, flips: Flips) -> Moves:
    """The parcel side: a firm that comes to a parcel brings less to its others."""
    users = found.parcel_users
    before = flips.asked[["flip", "parcel_code"]].merge(users, on="parcel_code")
    changed = _changed(before, flips.users)
    elsewhere = changed.merge(users, on="uscc")
    asked = flips.asked.set_index("flip")["parcel_code"]
    elsewhere = elsewhere[(elsewhere["parcel_code"] != elsewhere["flip"].map(asked)).to_numpy()]
    land = elsewhere[["flip", "parcel_code"]].drop_duplicates().merge(users, on="parcel_code")
    known = users[["parcel_code", "uscc", "weight"]]
    here = flips.users.merge(known, on=["parcel_code", "uscc"], how="left")
    rows = _weighed(pd.concat([land, here], ignore_index=True), changed)
    rows = parcels.counted(rows, found.base, scheme)
    chosen = rows[rows["counts"].to_numpy(dtype=bool)]
    places = chosen[["flip", "parcel_code"]].drop_duplicates()
    area_m2 = pd.Series(
        found.base.parcel_m2.reindex(places["parcel_code"]).to_numpy(),
        index=_name(places, "parcel_code"),
        dtype="float64",
    )
    named = chosen.assign(parcel_code=_name(chosen, "parcel_code"))
    come = stateless(parcels.unit_frame(named, found.base, area_m2, scheme))
    come = _real(come, places, "parcel_code")
    every = pd.concat([land[["flip", "parcel_code"]], flips.asked[["flip", "parcel_code"]]])
    every = every.drop_duplicates().sort_values(["flip", "parcel_code"], ignore_index=True)
    code, names = every["parcel_code"], _name(every, "parcel_code")
    subjects = pd.DataFrame(
        {
            "flip": every["flip"],
            "subject": code,
            "was": code.where(among(code, found.parcel_units.index), ""),
            "now": pd.Series(names, dtype="str").where(pd.Index(names).isin(come.index), ""),
        }
    )
    gone = subjects.loc[subjects["was"] != "", ["flip", "was"]].rename(columns={"was": "id"})
    return Moves(gone.reset_index(drop=True), come, subjects)


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """flip, uscc of everyone whose part of the flip's parcel would change."""
    keys = ["flip", "parcel_code", "uscc"]
    both = before[[*keys, "net_m2", "unsplit"]].merge(
        after, on=keys, how="outer", suffixes=("_old", "")
    )
    same = (both["net_m2"] - both["net_m2_old"]).abs() < _CENT
    other = ~same | (both["unsplit"] != both["unsplit_old"])
    return both.loc[other, _PAIR].drop_duplicates(ignore_index=True)


def _weighed(rows: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """New weights for firms that changed, whose parcels are all here; the others keep theirs."""
    fresh = rows_among(rows[_PAIR], changed)
    moved = rows[fresh]
    named = moved.assign(uscc=_name(moved))
    made = parcels.weighed(named[["parcel_code", "uscc", "net_m2", "unsplit"]])
    return rows.assign(weight=rows["weight"].mask(fresh, made["weight"].reindex(rows.index)))


def _name(rows: pd.DataFrame, column: str = "uscc") -> npt.NDArray[np.object_]:
    """The names of the copies: code, mark, flip."""
    made = rows[column].astype("str") + _MARK + rows["flip"].astype("str")
    return np.asarray(made.to_numpy(dtype=object), dtype=object)


def _real(come: pd.DataFrame, copies: pd.DataFrame, column: str) -> pd.DataFrame:
    """The units with their flip, and with the code behind the name their ties are settled by."""
    names = pd.Index(_name(copies, column))
    at = names.get_indexer(pd.Index(come["tie_key"]))
    code = copies[column].to_numpy(dtype=object)[at]
    return come.assign(tie_key=code, flip=copies["flip"].to_numpy()[at])
