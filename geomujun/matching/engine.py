"""The link table: titles, leases and use put together, decisions applied, bands set.

`match` is the whole of matching as one function from tables to tables. Order of trust: people's
decisions, right holders, leases in force, signs of use, registered addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among, rows_among
from geomujun.domain.words import UNDECIDED, Band, Relation, Verdict
from geomujun.matching import explain
from geomujun.matching.holders import explode
from geomujun.matching.kin import suggest
from geomujun.matching.land import Doors, Land, build_land, door_table
from geomujun.matching.lessors import lessors_there
from geomujun.matching.register import Frozen, Register, build, lexicon_of
from geomujun.matching.sites import Places, Sites, build_sites
from geomujun.matching.tenure import lets_of, resolve_leases, resolve_supply, titles
from geomujun.matching.title import own_candidates
from geomujun.matching.use import Known, registered_only, use_candidates
from geomujun.matching.weights import Weights, shipped

GONE: Final = ("注销", "吊销")
PAIR: Final = ["parcel_code", "uscc"]
COLUMNS: Final = (
    "parcel_code", "uscc", "relation", "share", "valid_from", "valid_to", "probability", "band",
    "tier", "evidence", "rival_uscc", "rival_probability", "decision", "lease_id", "weight_bits",
    "claim_m2", "claim_floor_m2", "head_lease_id", "lessor_uscc", "on_patch", "in_force", "counted",
    "holder_cancelled",
)  # fmt: skip
_CONTRACT: Final = {
    "lease_id": "contract_no",
    "head_lease_id": "head_contract_no",
    "lessor_uscc": "lessor_key",
    "valid_from": "start_on",
    "valid_to": "end_on",
    "claim_floor_m2": "floor_area_m2",
}  # what a link takes from its contract


@dataclass(frozen=True, slots=True)
class Matches:
    """Links without areas, the lease and supply rows as understood, and leases to outsiders."""

    links: pd.DataFrame
    case: Case  # leases and supply carry parcel_resolved, parcel_how, lessor_key, lessee_key …
    holders: pd.DataFrame  # holders.explode
    outside: pd.DataFrame  # leases in force whose tenant is no enterprise of the case
    land: Land
    register: Register
    groups: pd.DataFrame  # kin.suggest


@dataclass(frozen=True, slots=True)
class Ground:
    """What is established before use without a right is looked for."""

    register: Register
    places: Places
    holders: pd.DataFrame
    own: pd.DataFrame  # scored titles above the review limit
    leases: pd.DataFrame  # with parcels, parties and titles
    known: Known
    doors: Doors


def prepare(case: Case, as_of: date, weights: Weights, frozen: Frozen | None = None) -> Ground:
    """Names, land, sites, titles and leases of a settled case."""
    register = build(case, frozen.lexicon if frozen else lexicon_of(case), frozen)
    land = build_land(case)
    sites = build_sites(register.firms, land)
    places = Places(land, sites, Doors.of(door_table(case, land)))
    divisions = tuple(sorted(register.lexicon.sounds.values()))
    holders = explode(case, divisions, register.heads())
    lets = lets_of(case, register)
    own = own_candidates(holders, case.parcels, register, places, weights, lets)
    own = own[(own["probability"] >= weights.limits["review"]) & (own["rank"] <= 2)]
    owners = _owners(holders, own)
    leases = resolve_leases(case, register, places, owners, weights)
    leases = lessors_there(leases, owners, register, weights)
    leases = titles(leases, owners, pd.Timestamp(as_of))
    known = _known(own, leases, holders, register, weights)
    doors = _with_holder_doors(places.doors, known.owners, land, sites, register)
    return Ground(register, places, holders, own, leases, known, doors)


def _owners(holders: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """All holders with ``uscc`` of the enterprise they are, "" where they are none."""
    best = own.loc[own["rank"] == 1, ["parcel_code", "seq", "uscc"]]
    owners = holders.merge(best, on=["parcel_code", "seq"], how="left")
    owners["uscc"] = owners["uscc"].fillna("").astype("str")
    return owners


def match(
    case: Case,
    as_of: date,
    decisions: pd.DataFrame | None = None,
    weights: Weights | None = None,
    frozen: Frozen | None = None,
) -> Matches:
    """Find every link of a settled case.

    Args:
        case: From `identity.settle`.
        as_of: The day on which leases must be in force.
        decisions: Live decisions: ``parcel_code uscc verdict relation area_m2``; None for none.
        weights: Bits per level; None for the shipped ones.
        frozen: Statistics of names to go by; None for those of the case itself.

    Returns:
        The links, sorted by parcel, code, relation and lease; columns `COLUMNS`.
    """
    weights = weights or shipped()
    ground = prepare(case, as_of, weights, frozen)
    register, land, leases = ground.register, ground.places.land, ground.leases
    links = _found(ground, weights)
    links["band"] = _bands(links, weights)
    links["decision"] = Verdict.NONE.value
    outside = _outside(leases)
    if decisions is not None:
        decisions = _of_this_case(decisions, case, land)
    if decisions is not None and len(decisions):
        links = _decide(links, decisions, _untitled(ground.holders, links))
        links = _with_contract(_without_answered(links, ground.holders), outside)
    links = _finish(links, register, land, pd.Timestamp(as_of))
    settled = case.with_tables(leases=leases, supply=resolve_supply(case))
    groups = suggest(register, ground.places.sites, links)
    return Matches(links, settled, ground.holders, outside, land, register, groups)


def _found(ground: Ground, weights: Weights) -> pd.DataFrame:
    """Rows of every link: titles, leases, signs of use, tenants in doubt, registered addresses."""
    register, places, doors = ground.register, ground.places, ground.doors
    firms, land, sites = register.firms, places.land, places.sites
    use = use_candidates(register, places, doors, ground.known, weights)
    use = use[~rows_among(use[["code", "uscc"]], ground.own[PAIR])].reset_index(drop=True)
    parts = [
        explain.own_rows(ground.own, register, land),
        explain.lease_rows(_live(ground.leases)),
        explain.use_rows(use, register, land),
    ]
    maybe = _live(_maybe(ground.leases))
    placed = pd.concat([part[PAIR] for part in parts])
    there = rows_among(maybe[["parcel_resolved", "lessee_key"]], placed)
    parts.append(explain.lease_rows(maybe[~there]))
    linked = {u for part in parts for u in part["uscc"]}
    only = registered_only(firms, sites, doors, land, linked)
    parts.append(explain.address_rows(only, firms, land))
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)


def _outside(leases: pd.DataFrame) -> pd.DataFrame:
    """Leases in force whose parcel is known and whose tenant is not."""
    open_rows = (
        leases["in_force"] & (leases["lessee_key"] == "") & (leases["parcel_resolved"] != "")
    )
    return leases[open_rows].reset_index(drop=True)


def _with_contract(links: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """A tenant only a person names, on land let by one contract to one unread: it is his."""
    once = outside[~outside["parcel_resolved"].duplicated(keep=False)]
    rows = once.set_index("parcel_resolved").reindex(links["parcel_code"])
    tenant = links["relation"].isin([Relation.LEASE.value, Relation.SUBLEASE.value])
    told = tenant & (links["lease_id"] == "") & (links["decision"] == Verdict.SAME)
    told &= rows["contract_no"].notna().to_numpy()
    alone = told & (told.groupby(links["parcel_code"]).transform("sum") == 1)
    mine = rows[alone.to_numpy()]
    for name, source in _CONTRACT.items():
        links.loc[alone, name] = mine[source].to_numpy()
    area = links["claim_m2"].where(links["claim_m2"].notna(), rows["land_area_m2"].to_numpy())
    links["claim_m2"] = links["claim_m2"].where(~alone, area)
    return links


def _live(leases: pd.DataFrame) -> pd.DataFrame:
    """Rows in force with a known parcel, tenant and title; a renewal replaces what it renews."""
    live = leases[
        leases["in_force"]
        & (leases["title"] != "none")
        & (leases["lessee_key"] != "")
        & (leases["parcel_resolved"] != "")
        & (leases["lessee_key"] != leases["lessor_key"])
    ].sort_values(["start_on", "contract_no"], ascending=[False, True], na_position="last")
    same = ["parcel_resolved", "lessor", "lessee_key", "land_area_m2", "floor_area_m2", "floor"]
    return live[~live.duplicated(same)].sort_values("contract_no", ignore_index=True)


def _maybe(leases: pd.DataFrame) -> pd.DataFrame:
    """Rows whose tenant is for a person to name, as if he were the one to ask about."""
    asked = leases[(leases["lessee_key"] == "") & (leases["maybe_key"] != "")]
    return asked.assign(lessee_key=asked["maybe_key"], lessee_p=asked["maybe_p"])


def _known(
    own: pd.DataFrame,
    leases: pd.DataFrame,
    holders: pd.DataFrame,
    register: Register,
    weights: Weights,
) -> Known:
    firms = register.firms
    gone = set(firms.loc[firms["status"].isin(GONE), "uscc"])
    sure = own[(own["rank"] == 1) & (own["probability"] >= weights.limits["auto"])]
    owners = sure.loc[~among(sure["uscc"], gone), ["parcel_code", "uscc"]].drop_duplicates()
    live = _live(leases)
    tenants = live[["parcel_resolved", "lessee_key"]].set_axis(["parcel_code", "uscc"], axis=1)
    kinds = _holder_kinds(holders, sure.loc[among(sure["uscc"], gone), "parcel_code"])
    return Known(owners, tenants, _dead(leases, tenants), _parents(firms), kinds)


def _holder_kinds(holders: pd.DataFrame, gone: pd.Series) -> pd.Series:
    """By parcel code, what its holder is; a firm among several weighs most."""
    order = {"firm": 0, "public": 1, "collective": 2, "person": 3, "none": 4}
    first = holders.assign(_o=holders["kind"].map(order)).sort_values(["parcel_code", "_o"])
    kinds = first.drop_duplicates("parcel_code").set_index("parcel_code")["kind"]
    return kinds.mask(among(kinds.index, gone), "gone")


def _dead(leases: pd.DataFrame, tenants: pd.DataFrame) -> pd.DataFrame:
    """Leases that ended or whose lessor has no title, where the tenant has no live one."""
    ended = leases["ended"]
    untitled = leases["in_force"] & (leases["title"] == "none")
    rows = leases[
        (ended | untitled) & (leases["lessee_key"] != "") & (leases["parcel_resolved"] != "")
    ]
    frame = pd.DataFrame(
        {
            "parcel_code": rows["parcel_resolved"],
            "uscc": rows["lessee_key"],
            "why": np.where(ended[rows.index], "expired", "no_title"),
            "lease_id": rows["contract_no"],
            "claim_m2": rows["land_area_m2"],
            "end_on": rows["end_on"],
        }
    )
    frame = frame[~rows_among(frame[PAIR], tenants[PAIR])]
    order = frame.sort_values(["parcel_code", "uscc", "why", "end_on", "lease_id"],
                              ascending=[True, True, False, False, True])  # fmt: skip
    return order.drop_duplicates(["parcel_code", "uscc"]).reset_index(drop=True)


def _parents(firms: pd.DataFrame) -> pd.DataFrame:
    """Firm rows and the codes of parent, children and sisters."""
    up = pd.DataFrame(
        {"firm": np.arange(len(firms)), "uscc": firms["uscc"], "parent": firms["parent_uscc"]}
    )
    up = up[up["parent"] != ""]
    index = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    down = pd.DataFrame({"firm": up["parent"].map(index), "parent": up["uscc"]}).dropna()
    sisters = up.merge(up, on="parent", suffixes=("", "_other"))
    sisters = sisters[sisters["firm"] != sisters["firm_other"]]
    across = pd.DataFrame({"firm": sisters["firm"], "parent": sisters["uscc_other"]})
    kin = pd.concat([up[["firm", "parent"]], down, across], ignore_index=True)
    return (
        kin.astype({"firm": "int64"})
        .drop_duplicates()
        .sort_values(["firm", "parent"], ignore_index=True)
    )


def _with_holder_doors(
    doors: Doors, owners: pd.DataFrame, land: Land, sites: Sites, register: Register
) -> Doors:
    """Doors grown by the production sites of firms that hold exactly one parcel alone."""
    alone = owners[
        ~owners["parcel_code"].duplicated(keep=False) & ~owners["uscc"].duplicated(keep=False)
    ]
    index = pd.Series(np.arange(len(register.firms)), index=register.firms["uscc"])
    firm = alone["uscc"].map(index).to_numpy(dtype=np.int64)
    site, home = sites.site["door"].to_numpy()[firm], sites.home["door"].to_numpy()[firm]
    site_town = sites.site["town"].to_numpy()[firm]
    home_town = sites.home["town"].to_numpy()[firm]
    home = np.where(sites.home["room"].to_numpy()[firm] == "", home, "")
    grown = pd.DataFrame(
        {
            "door": np.where(sites.has_site[firm], site, home),
            "town": np.where(sites.has_site[firm], site_town, home_town),
            "land": alone["parcel_code"].map(land.position).to_numpy(dtype=np.int64),
        }
    )
    fresh = ~rows_among(grown[["door", "town"]], doors.table[["door", "town"]])
    grown = grown[(grown["door"] != "").to_numpy() & fresh]
    both = pd.concat([doors.table, grown], ignore_index=True).drop_duplicates()
    return Doors.of(both.sort_values(["door", "town", "land"], ignore_index=True))


def _bands(links: pd.DataFrame, weights: Weights) -> np.ndarray:
    sure = links["probability"] >= weights.limits["auto"]
    sure |= links["relation"] == Relation.REGISTERED_ONLY
    return np.where(sure, Band.AUTO.value, Band.REVIEW.value)


def _finish(
    links: pd.DataFrame,
    register: Register,
    land: Land,
    day: pd.Timestamp,
) -> pd.DataFrame:
    """What counts; sorted."""
    links["on_patch"] = (
        links["parcel_code"].map(land.rows.set_index("code")["on_patch"]).fillna(False).astype(bool)
    )
    links["in_force"] = (links["valid_to"].isna() | (links["valid_to"] >= day)) & (
        links["valid_from"].isna() | (links["valid_from"] <= day)
    )
    gone = register.firms.loc[register.firms["status"].isin(GONE), "uscc"]
    links["holder_cancelled"] = among(links["uscc"], gone)
    believed = (links["band"] == Band.AUTO) | (links["decision"] == Verdict.SAME)
    links["counted"] = (
        believed
        & links["in_force"]
        & (links["decision"] != Verdict.DIFFERENT)
        & (links["relation"] != Relation.REGISTERED_ONLY)
    )
    links = links.sort_values(["parcel_code", "uscc", "relation", "lease_id"], ignore_index=True)
    return links[list(COLUMNS)]


def _untitled(holders: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """Number of holders of each parcel whose firm-like holder no automatic title names."""
    titled = links.loc[(links["relation"] == Relation.OWN) & (links["band"] == Band.AUTO)]
    firm = holders[
        (holders["kind"] == "firm") & ~among(holders["parcel_code"], titled["parcel_code"])
    ]
    return firm.drop_duplicates("parcel_code").set_index("parcel_code")["n_holders"]


def _without_answered(links: pd.DataFrame, holders: pd.DataFrame) -> pd.DataFrame:
    """Questions about a sole holder's name fall away once a person has said who it is."""
    own = links["relation"] == Relation.OWN
    said = links.loc[own & (links["decision"] == Verdict.SAME), "parcel_code"]
    sole = holders.loc[holders["n_holders"] == 1, "parcel_code"]
    settled = among(links["parcel_code"], said) & among(links["parcel_code"], sole)
    moot = own & settled & (links["band"] == Band.REVIEW) & links["decision"].isin(UNDECIDED)
    return links[~moot].reset_index(drop=True)


def _of_this_case(decisions: pd.DataFrame, case: Case, land: Land) -> pd.DataFrame:
    """Decisions whose land and enterprise are there; of others `DECISION_STALE` tells."""
    there = among(decisions["parcel_code"], land.rows["code"])
    there &= among(decisions["uscc"], case.enterprises["uscc"])
    return decisions[there]


def _decide(links: pd.DataFrame, decisions: pd.DataFrame, untitled: pd.Series) -> pd.DataFrame:
    """Decisions win: they mark their pair, correct its relation and area, or make a new link."""
    table = decisions.drop_duplicates(["parcel_code", "uscc"], keep="last")
    keyed = table.set_index(["parcel_code", "uscc"])
    pairs = pd.MultiIndex.from_frame(links[["parcel_code", "uscc"]])
    found = keyed.reindex(pairs)
    links["decision"] = found["verdict"].fillna("").to_numpy()
    relation = found["relation"].fillna("").to_numpy()
    links["relation"] = np.where(relation != "", relation, links["relation"])
    area = found["area_m2"].to_numpy(dtype=np.float64)
    links["claim_m2"] = np.where(np.isfinite(area), area, links["claim_m2"])
    new = table[(table["verdict"] == Verdict.SAME) & ~keyed.index.isin(pairs)]
    return (
        pd.concat([links, explain.decided_rows(new, untitled)], ignore_index=True)
        if len(new)
        else links
    )
