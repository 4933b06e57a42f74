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
from geomujun.domain.keys import among, rows_among
from geomujun.domain.words import Relation
from geomujun.matching.compete import competing, total_bits
from geomujun.matching.land import Doors, Land
from geomujun.matching.register import Register
from geomujun.matching.sites import (
    Places,
    Sites,
    door_pairs,
    doors_of,
    place_levels,
    site_pairs,
)
from geomujun.matching.weights import Weights

CROWD: Final = 8  # this many firms at one room are no users of its land


@dataclass(frozen=True, slots=True)
class Known:
    """What is already established when use is looked for."""

    owners: pd.DataFrame  # parcel_code, uscc of live holders (auto)
    tenants: pd.DataFrame  # parcel_code, uscc of leases in force
    dead: pd.DataFrame  # parcel_code, uscc, why (expired | no_title), lease_id, claim_m2
    parents: pd.DataFrame  # firm (row), parent (uscc), sister groups resolved by parent
    kinds: pd.Series  # by parcel code: gone · firm · person · public · collective, of no live owner


def crowded(firms: pd.DataFrame, sites: Sites) -> np.ndarray:
    """Firms whose registered room is shared by `CROWD` firms or more (集群注册, 商务秘书)."""
    room = sites.home["norm"].str.replace(r"\(.*?\)", "", regex=True)
    keyed = (sites.home["room"] != "") | sites.home["norm"].str.contains("集群|秘书", regex=True)
    count = room.groupby(room).transform("size")
    return ((count >= CROWD) & keyed & (room != "")).to_numpy(dtype=bool) & (len(firms) > 0)


def use_candidates(
    register: Register, places: Places, doors: Doors, known: Known, weights: Weights
) -> pd.DataFrame:
    """Scored firm × land pairs of use without a right.

    Returns:
        ``firm land uscc code relation`` with levels, bits, ``weight``, ``probability``, ``rank``,
        and the dead lease's ``lease_id`` and ``claim_m2``; the best two per firm, none below the
        review limit. Sorted by firm and weight.
    """
    pairs = use_levels(register, places, doors, known)
    return pairs if pairs.empty else weighed(pairs, weights)


def use_levels(register: Register, places: Places, doors: Doors, known: Known) -> pd.DataFrame:
    """The pairs worth a look with their levels, before they are weighed."""
    firms, land, sites = register.firms, places.land, places.sites
    pairs = _wanted_pairs(firms, land, sites, doors, known)
    if pairs.empty:
        return pairs
    told = place_levels(pairs["firm"].to_numpy(), pairs["land"].to_numpy(), sites, land, doors)
    pairs = pairs.assign(**told)
    return _with_context(pairs, firms, land, sites, known)


def weighed(pairs: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Bits and competing probabilities; the best two of each firm, none below the review limit."""
    weights = weights.for_use()
    for part in ("point", "door", "village", "area", "lease", "family", "rest", "taken", "seat"):
        pairs[f"b_{part}"] = weights.column(part, pairs[f"l_{part}"])
    columns = [c for c in pairs.columns if c.startswith("b_")]
    pairs["prior"] = weights.limits["use_prior"]
    pairs["weight"] = pairs["prior"] + total_bits(pairs, columns)
    pairs = pairs.sort_values(
        ["firm", "weight", "code"], ascending=[True, False, True], ignore_index=True
    )
    pairs = competing(pairs, ["firm"], 0.0)
    keep = (pairs["probability"] >= weights.limits["review"]) & (pairs["rank"] <= 2)
    return pairs[keep].reset_index(drop=True)


def _wanted_pairs(
    firms: pd.DataFrame, land: Land, sites: Sites, doors: Doors, known: Known
) -> pd.DataFrame:
    """Pairs worth a look: near a point, on a door, of equal area, of a parent, of a dead lease.

    A firm without a production site is looked for only on land nobody in the register holds, and
    where it once rented.
    """
    index = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    settled = set(known.owners["uscc"]) | set(known.tenants["uscc"])
    active = ~firms["status"].isin(["注销", "吊销", "迁出"])
    seeks = active & ~among(firms["uscc"], settled) & ~crowded(firms, sites)
    seeks &= is_industrial(firms["industry"])
    found = site_pairs(sites, land, doors)
    held = known.owners.assign(land=known.owners["parcel_code"].map(land.position))
    family = known.parents.merge(held[["uscc", "land"]], left_on="parent", right_on="uscc")
    found.append(family[["firm", "land"]])
    dead = pd.DataFrame(
        {
            "firm": known.dead["uscc"].map(index),
            "land": known.dead["parcel_code"].map(land.position),
        }
    )
    dead = dead.dropna().astype("int64")
    pairs = pd.concat([*found, dead], ignore_index=True).dropna().astype("int64").drop_duplicates()
    firm = pairs["firm"].to_numpy()
    free = ~among(land.rows["code"], known.owners["parcel_code"])[pairs["land"]]
    # The lease that ended says as well as an address where the firm may still be.
    rented = rows_among(pairs, dead)
    wanted = seeks.to_numpy(dtype=bool)[firm] & (sites.has_site[firm] | free | rented)
    pairs = pairs[wanted].sort_values(["firm", "land"], ignore_index=True)
    pairs["uscc"] = firms["uscc"].to_numpy()[pairs["firm"]]
    codes = land.rows["code"].to_numpy()[pairs["land"]]
    return pd.DataFrame(pairs.assign(code=codes))


def _with_context(
    pairs: pd.DataFrame, firms: pd.DataFrame, land: Land, sites: Sites, known: Known
) -> pd.DataFrame:
    """Levels of dead leases, family ties, what the holder leaves, and whose land it is."""
    dead = known.dead.drop_duplicates(["parcel_code", "uscc"])
    dead = dead.rename(columns={"parcel_code": "code"})[
        ["code", "uscc", "why", "lease_id", "claim_m2"]
    ]
    pairs = pairs.merge(dead, on=["code", "uscc"], how="left")
    owner = known.owners.drop_duplicates("parcel_code").set_index("parcel_code")["uscc"]
    holder = pairs["code"].map(owner).astype("object").fillna("").astype("str")
    index = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    holder_row = holder.map(index).fillna(-1).astype("int64").to_numpy()
    firm = pairs["firm"].to_numpy()
    theirs = np.where(holder_row >= 0, sites.reported_m2[holder_row], np.nan)
    parcel = land.rows["area_m2"].to_numpy()[pairs["land"]]
    fits = np.abs(sites.reported_m2[firm] + theirs - parcel) < 0.01 * parcel
    same_site = (holder_row >= 0) & _same_door(firm, holder_row, sites)
    family = _family_level(pairs, holder, known)
    kin = family != "none"
    # A point at the registered address tells nothing of a site that is elsewhere.
    elsewhere = (pairs["l_home"] != "none") & (pairs["l_door"] == "none")
    elsewhere &= sites.has_site[firm] & _different_site(firm, sites)
    return pairs.assign(
        holder=holder,
        l_point=np.where(elsewhere, "none", pairs["l_point"]),
        l_lease=pairs["why"].fillna("none"),
        l_family=family,
        l_rest=np.where(fits, "fits", "none"),
        l_door=np.where(same_site & (pairs["l_door"] == "none"), "shared", pairs["l_door"]),
        l_taken=_taken_level(pairs, holder, kin, land, known),
        l_seat=np.where(sites.has_site[firm], "none", "home_only"),
        relation=np.where(kin, Relation.GROUP_USE.value, Relation.OCCUPY.value),
        lease_id=pairs["lease_id"].fillna("").astype("str"),
    )


def _taken_level(
    pairs: pd.DataFrame, holder: pd.Series, kin: np.ndarray, land: Land, known: Known
) -> np.ndarray:
    """Whose land it is: kin · holder (another enterprise) · patch · gone · firm · person · none.

    ``firm`` is a holder that reads like a firm and was not found: perhaps this very one.
    """
    patch = land.rows["on_patch"].to_numpy()[pairs["land"]]
    kind = pairs["code"].map(known.kinds).astype("object").fillna("none").to_numpy()
    return np.select([kin, (holder != "").to_numpy(), patch], ["kin", "holder", "patch"], kind)


def _family_level(pairs: pd.DataFrame, holder: pd.Series, known: Known) -> np.ndarray:
    """only_parcel · one_of · none: the holder is kin, and has this parcel alone or several."""
    family = set(zip(known.parents["firm"], known.parents["parent"], strict=True))
    kin = np.array([p in family for p in zip(pairs["firm"], holder, strict=True)], dtype=bool)
    held = holder.map(known.owners.groupby("uscc").size()).to_numpy(dtype=np.float64)
    return np.where(kin, np.where(held == 1, "only_parcel", "one_of"), "none").astype(object)


def _different_site(firm: np.ndarray, sites: Sites) -> np.ndarray:
    return np.asarray(sites.site["norm"].to_numpy()[firm] != sites.home["norm"].to_numpy()[firm])


def _same_door(firm: np.ndarray, holder_row: np.ndarray, sites: Sites) -> np.ndarray:
    """Whether the firm's production site has the holder's own house number."""
    mine = sites.site["door"].to_numpy()[firm]
    theirs = [sites.site["door"].to_numpy()[holder_row], sites.home["door"].to_numpy()[holder_row]]
    same = (mine == theirs[0]) | ((mine == theirs[1]) & (theirs[0] == ""))
    return np.asarray((mine != "") & same)


def registered_only(
    firms: pd.DataFrame, sites: Sites, doors: Doors, land: Land, linked: set[str]
) -> pd.DataFrame:
    """Firms without any land whose registered house number is on one parcel: ``uscc code``."""
    active = ~firms["status"].isin(["注销", "吊销", "迁出"])
    free = active & ~among(firms["uscc"], linked) & ~crowded(firms, sites)
    office = (sites.home["room"] == "").to_numpy(dtype=bool)
    firm, place, alone = door_pairs(*doors_of(sites.home), doors)
    wanted = alone & (free.to_numpy(dtype=bool) & office)[firm]
    firm, place = firm[wanted], place[wanted]
    return pd.DataFrame(
        {
            "uscc": firms["uscc"].to_numpy()[firm],
            "code": land.rows["code"].to_numpy()[place],
            "firm": firm,
            "land": place,
        }
    ).sort_values(["code", "uscc"], ignore_index=True)
