"""Use without a right: GROUP_USE, OCCUPY and REGISTERED_ONLY, from places, parents and dead leases.

Only a production site may show use; a registered address alone gives REGISTERED_ONLY. A firm that
already has land by right or lease is not looked for elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.industry import is_industrial
from geomujun.domain.words import Relation
from geomujun.matching.evidence import probability
from geomujun.matching.land import Land
from geomujun.matching.sites import Sites, area_pairs, door_pairs, evidence_columns, near_pairs
from geomujun.matching.weights import PLACE, REVIEW, RIVAL_BITS

PRIOR: Final = -4.5  # that a production site with some sign of this land is really there
NO_OTHER_LAND: Final = 1.0
TAKEN: Final = -2.0  # a live holder is known
FREE: Final = 1.5  # nobody in the register holds the land
CROWD: Final = 8  # this many firms at one room are no users of its land


@dataclass(frozen=True, slots=True)
class Known:
    """What is already established when use is looked for."""

    owners: pd.DataFrame  # parcel_code, uscc of live holders (auto)
    tenants: pd.DataFrame  # parcel_code, uscc of leases in force
    dead: pd.DataFrame  # parcel_code, uscc, why (expired | no_title), lease_id, claim_m2
    parents: pd.DataFrame  # firm (row), parent (uscc), sister groups resolved by parent


def crowded(firms: pd.DataFrame, sites: Sites) -> np.ndarray:
    """Firms whose registered room is shared by `CROWD` firms or more (集群注册, 商务秘书)."""
    room = sites.home["norm"].str.replace(r"\(.*?\)", "", regex=True)
    keyed = (sites.home["room"] != "") | sites.home["norm"].str.contains("集群|秘书", regex=True)
    count = room.groupby(room).transform("size")
    return ((count >= CROWD) & keyed & (room != "")).to_numpy(dtype=bool) & (len(firms) > 0)


def use_candidates(
    firms: pd.DataFrame, land: Land, sites: Sites, doors: pd.DataFrame, known: Known
) -> pd.DataFrame:
    """Scored firm × land pairs of use without a right.

    Returns:
        ``firm land uscc code relation`` with bits, ``weight``, ``probability``, ``rival_uscc`` (""),
        ``rival_code``, ``close``, and the dead lease's ``lease_id`` and ``claim_m2``; the best two
        per firm, none below `REVIEW`. Sorted by firm and weight.
    """
    pairs = _wanted_pairs(firms, land, sites, doors, known)
    if pairs.empty:
        return pairs
    pairs = evidence_columns(pairs, sites, land, doors)
    pairs = _with_context(pairs, firms, land, sites, known)
    bits = [
        "b_point",
        "b_door",
        "b_village",
        "b_area",
        "b_lease",
        "b_parent",
        "b_rest",
        "b_alone",
        "b_taken",
    ]
    pairs["weight"] = PRIOR + pairs[bits].sum(axis=1)
    pairs["probability"] = probability(pairs["weight"].to_numpy(dtype=np.float64))
    pairs = pairs.sort_values(["firm", "weight", "code"], ascending=[True, False, True])
    groups = pairs.groupby("firm", sort=False)
    pairs["rank"] = groups.cumcount() + 1
    best, second = groups["weight"].transform("max"), groups["weight"].shift(-1)
    gap = np.where(pairs["rank"] == 1, best - second.fillna(-np.inf), best - pairs["weight"])
    pairs["close"] = gap < RIVAL_BITS
    keep = (pairs["probability"] >= REVIEW) & ((pairs["rank"] == 1) | pairs["close"])
    return pairs[keep & (pairs["rank"] <= 2)].reset_index(drop=True)


def _wanted_pairs(
    firms: pd.DataFrame, land: Land, sites: Sites, doors: pd.DataFrame, known: Known
) -> pd.DataFrame:
    """Pairs worth a look: near a point, on a door, of equal area, of a parent, of a dead lease."""
    index = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    settled = set(known.owners["uscc"]) | set(known.tenants["uscc"])
    active = (firms["status"] != "注销") & ~firms["status"].isin(["吊销", "迁出"])
    seeks = active & ~firms["uscc"].isin(settled) & ~crowded(firms, sites)
    seeks &= is_industrial(firms["industry"])
    site = seeks.to_numpy(dtype=bool) & sites.has_site
    found = [
        near_pairs(sites, land),
        door_pairs(sites.site["door"], doors),
        area_pairs(sites, land),
    ]
    held = known.owners.assign(land=known.owners["parcel_code"].map(land.position))
    family = known.parents.merge(held[["uscc", "land"]], left_on="parent", right_on="uscc")
    found.append(family[["firm", "land"]])
    dead = pd.DataFrame(
        {
            "firm": known.dead["uscc"].map(index),
            "land": known.dead["parcel_code"].map(land.position),
        }
    ).dropna()
    pairs = pd.concat([*found, dead], ignore_index=True).dropna().astype("int64").drop_duplicates()
    pairs = pairs[site[pairs["firm"].to_numpy()]].sort_values(["firm", "land"], ignore_index=True)
    pairs["uscc"] = firms["uscc"].to_numpy()[pairs["firm"]]
    pairs["code"] = land.rows["code"].to_numpy()[pairs["land"]]
    return pairs


def _with_context(
    pairs: pd.DataFrame, firms: pd.DataFrame, land: Land, sites: Sites, known: Known
) -> pd.DataFrame:
    """Bits of dead leases, family ties, what the holder leaves, and being without other land."""
    dead = known.dead.drop_duplicates(["parcel_code", "uscc"]).rename(
        columns={"parcel_code": "code"}
    )
    pairs = pairs.merge(
        dead[["code", "uscc", "why", "lease_id", "claim_m2"]], on=["code", "uscc"], how="left"
    )
    lease = pairs["why"].map(
        {"expired": PLACE["expired_lease"], "no_title": PLACE["untitled_lease"]}
    )
    owner = known.owners.drop_duplicates("parcel_code").set_index("parcel_code")["uscc"]
    holder = pairs["code"].map(owner).fillna("").astype("str")
    family = set(zip(known.parents["firm"], known.parents["parent"], strict=True))
    kin = [(f, h) in family for f, h in zip(pairs["firm"], holder, strict=True)]
    index = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    holder_row = holder.map(index).fillna(-1).astype("int64").to_numpy()
    theirs = np.where(holder_row >= 0, sites.reported_m2[holder_row], np.nan)
    total = sites.reported_m2[pairs["firm"]] + theirs
    parcel = land.rows["area_m2"].to_numpy()[pairs["land"]]
    rest = np.abs(total - parcel) / parcel < 0.01
    # A point that lies at the registered address and not at the site tells of the address.
    elsewhere = (pairs["b_home"] > 0) & (pairs["b_door"] == 0) & _different_site(pairs, sites)
    same_site = (holder_row >= 0) & _same_door(pairs["firm"].to_numpy(), holder_row, sites)
    return pairs.assign(
        holder=holder,
        b_lease=lease.fillna(0.0).to_numpy(),
        b_point=pairs["b_point"].where(~elsewhere, 0.0),
        b_parent=np.where(kin, PLACE["parent"], 0.0),
        b_rest=np.where(rest, PLACE["rest"], 0.0),
        b_door=np.maximum(pairs["b_door"], np.where(same_site, PLACE["door_same"], 0.0)),
        b_alone=NO_OTHER_LAND,
        b_taken=np.where(kin, 0.0, np.where(holder != "", TAKEN, FREE)),
        relation=np.where(kin, Relation.GROUP_USE.value, Relation.OCCUPY.value),
        lease_id=pairs["lease_id"].fillna("").astype("str"),
    )


def _different_site(pairs: pd.DataFrame, sites: Sites) -> np.ndarray:
    firm = pairs["firm"].to_numpy()
    return sites.site["norm"].to_numpy()[firm] != sites.home["norm"].to_numpy()[firm]


def _same_door(firm: np.ndarray, holder_row: np.ndarray, sites: Sites) -> np.ndarray:
    """Whether the firm's production site has the holder's own house number."""
    mine = sites.site["door"].to_numpy()[firm]
    theirs = [sites.site["door"].to_numpy()[holder_row], sites.home["door"].to_numpy()[holder_row]]
    return (mine != "") & ((mine == theirs[0]) | ((mine == theirs[1]) & (theirs[0] == "")))


def registered_only(
    firms: pd.DataFrame, sites: Sites, doors: pd.DataFrame, land: Land, linked: set[str]
) -> pd.DataFrame:
    """Firms without any land whose registered house number is on one parcel: ``uscc code``."""
    active = ~firms["status"].isin(["注销", "吊销", "迁出"])
    free = active & ~firms["uscc"].isin(linked) & ~crowded(firms, sites)
    office = (sites.home["room"] == "").to_numpy(dtype=bool)
    pairs = door_pairs(sites.home["door"], doors)
    pairs = pairs[(free.to_numpy(dtype=bool) & office)[pairs["firm"].to_numpy()]]
    pairs = pairs[~pairs["firm"].duplicated(keep=False)]
    return pd.DataFrame(
        {
            "uscc": firms["uscc"].to_numpy()[pairs["firm"]],
            "code": land.rows["code"].to_numpy()[pairs["land"]],
            "firm": pairs["firm"].to_numpy(),
            "land": pairs["land"].to_numpy(),
        }
    ).sort_values(["code", "uscc"], ignore_index=True)
