"""Leases: which parcel each row means, who its parties are, by what title the lessor lets.

Parcel: by code in any writing, else by 坐落 among the lessor's parcels, else the head lease's
parcel, else the only parcel of the lessor. Title: the lessor holds the parcel or rents it
himself; chains go to any depth. Parties: `parties`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geomujun.domain.case import Case
from geomujun.domain.keys import among, rows_among
from geomujun.matching.cotenants import each_tenant
from geomujun.matching.holdings import letting
from geomujun.matching.land import Land
from geomujun.matching.parties import lessors, tenants
from geomujun.matching.register import Register
from geomujun.matching.sites import Places
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import normalise_code, resolve_parcel_codes
from geomujun.text.locations import parse_locations
from geomujun.text.normal import normalise

SLIP_LENGTHS: Final = ((5, 1), (9, 2))  # names this long may differ in so many characters
HOW: Final = {"exact": 0.999, "unit": 0.998, "variant": 0.998, "typo": 0.99, "short": 0.985,
              "head": 0.985, "location": 0.985, "only": 0.985}  # fmt: skip


def resolve_leases(
    case: Case, register: Register, places: Places, owners: pd.DataFrame, weights: Weights
) -> pd.DataFrame:
    """Lease rows with what they mean.

    Args:
        case: The case after `identity.settle`.
        register: Names of the enterprises.
        places: Where they are; tells tenants of like names apart.
        weights: Bits per level.
        owners: Best OWN pairs and all holders: ``parcel_code``, ``uscc`` ("" for others), ``name``.

    Returns:
        Lease rows in the order of 合同编号, one a tenant, with ``lessor_key``, ``lessee_key`` (uscc
        or ""), ``lessor_p``, ``lessee_p`` (how sure), ``maybe_key``, ``maybe_p`` (whom to ask about
        where ``lessee_key`` is ""), ``rival_key``, ``rival_p``, ``parcel_resolved``,
        ``parcel_how`` and
        ``parcel_p``.
    """
    leases = case.leases.sort_values(["contract_no", "row"], ignore_index=True)
    leases = each_tenant(leases, register)
    leases[["lessor_key", "lessor_p"]] = lessors(leases, register, weights)
    found = resolve_parcel_codes(leases["parcel_code"], pd.Index(case.parcels["parcel_code"]))
    leases["parcel_resolved"], leases["parcel_how"] = found["code"], found["how"]
    leases = _by_location(leases, places.land, owners)
    leases = _by_head_lease(leases)
    leases = _by_only_parcel(leases, owners)
    parties = ["lessee_key", "lessee_p", "maybe_key", "maybe_p", "rival_key", "rival_p"]
    leases[parties] = tenants(leases, register, places, weights)
    leases["parcel_p"] = leases["parcel_how"].map(HOW).fillna(0.0).astype("float64")
    return leases


def lets_of(case: Case, register: Register) -> pd.DataFrame:
    """Who lets which parcel by a contract that names both: ``parcel_code uscc``."""
    known = pd.Index(case.parcels["parcel_code"])
    found = resolve_parcel_codes(case.leases["parcel_code"], known)
    leases = case.leases.assign(
        parcel_resolved=found["code"],
        lessor_norm=normalise(case.leases["lessor"]),
        lessor_uscc=normalise_code(case.leases["lessor_uscc"]),
    )
    return letting(leases, register.names, register.firms)


def resolve_supply(case: Case) -> pd.DataFrame:
    """Supply rows with ``parcel_resolved`` and ``parcel_how``."""
    known = pd.Index(case.parcels["parcel_code"])
    found = resolve_parcel_codes(case.supply["parcel_code"], known)
    return case.supply.assign(parcel_resolved=found["code"], parcel_how=found["how"])


def _by_location(leases: pd.DataFrame, land: Land, owners: pd.DataFrame) -> pd.DataFrame:
    """Rows without a code whose 坐落 is that of one parcel of their lessor, or of one at all."""
    open_rows = leases[(leases["parcel_resolved"] == "") & (leases["location"] != "")]
    if open_rows.empty:
        return leases
    rows = open_rows.assign(where=place_key(open_rows["location"]), _id=open_rows.index)
    both = rows[["_id", "where", "lessor", "lessor_key"]].merge(_wheres(land), on="where")
    theirs = _owned(both, owners)
    # Land of somebody else with the same 坐落 is no answer for a lessor who has land of his own.
    owning = among(both["lessor_key"], owners["uscc"])
    landless = ~(owning & (both["lessor_key"] != "").to_numpy(dtype=bool))
    for pool in (both[theirs], both[landless]):
        unique = pool[~pool["_id"].duplicated(keep=False)].set_index("_id")["parcel_code"]
        fresh = unique[leases.loc[unique.index, "parcel_resolved"] == ""]
        leases.loc[fresh.index, "parcel_resolved"] = fresh
        leases.loc[fresh.index, "parcel_how"] = "location"
    return leases


def _wheres(land: Land) -> pd.DataFrame:
    """``parcel_code`` and ``where``: the 坐落 of each parcel as `place_key` writes a lease's."""
    rows = land.rows[~land.rows["on_patch"].to_numpy(dtype=bool)]
    return pd.DataFrame(
        {"parcel_code": rows["code"], "where": _local(rows["location"], rows["town"])}
    ).reset_index(drop=True)


def place_key(texts: pd.Series) -> pd.Series:
    """A 坐落 without divisions, town and punctuation, for equality."""
    parts = parse_locations(texts)
    return _local(parts["norm"], parts["town"])


def _local(norms: pd.Series, towns: pd.Series) -> pd.Series:
    pairs = zip(norms.to_numpy(object), towns.to_numpy(object), strict=True)
    local = [norm.removeprefix(town) for norm, town in pairs]
    return pd.Series(local, index=norms.index, dtype="str").str.replace(r"[,、]", "", regex=True)


def _owned(pairs: pd.DataFrame, owners: pd.DataFrame) -> np.ndarray:
    """Whether each row's lessor is a holder of the row's parcel, by code or by name."""
    owners = owners[among(owners["parcel_code"], pairs["parcel_code"])]
    names = normalise(pairs["lessor"])
    asked = pairs[["parcel_code"]].assign(code=pairs["lessor_key"], name=names)
    held = owners[["parcel_code", "uscc"]].assign(name=normalise(owners["name"]))
    by_code = (asked["code"] != "") & rows_among(
        asked[["parcel_code", "code"]], held[["parcel_code", "uscc"]]
    )
    by_name = (names != "") & rows_among(
        asked[["parcel_code", "name"]], held[["parcel_code", "name"]]
    )
    exact = (by_code | by_name).to_numpy(dtype=bool)
    return np.asarray(exact | _owned_nearly(pairs.assign(_name=names), owners))


def _owned_nearly(pairs: pd.DataFrame, owners: pd.DataFrame) -> np.ndarray:
    """Whether a lessor's name is that of a holder of the parcel but for a slip or two."""
    rows = pairs.reset_index(drop=True).reset_index(names="_row")[["_row", "parcel_code", "_name"]]
    there = pd.DataFrame({"parcel_code": owners["parcel_code"], "_held": normalise(owners["name"])})
    both = rows[(rows["_name"] != "") & (rows["parcel_code"] != "")].merge(there, on="parcel_code")
    a, b = both["_name"].to_numpy(object), both["_held"].to_numpy(object)
    edits = process.cpdist(a, b, scorer=OSA.distance, score_cutoff=2)
    lengths = pd.DataFrame({"a": both["_name"].str.len(), "b": both["_held"].str.len()})
    shorter = lengths.min(axis=1).to_numpy()
    near = np.zeros(len(both), dtype=bool)
    for length, slips in SLIP_LENGTHS:
        near |= (shorter >= length) & (edits <= slips)
    return rows["_row"].isin(both.loc[near, "_row"]).to_numpy(dtype=bool)


def _by_head_lease(leases: pd.DataFrame) -> pd.DataFrame:
    """A sublease without a parcel stands where its head lease does; to any depth."""
    for _ in range(len(leases)):
        table = leases.drop_duplicates("contract_no").set_index("contract_no")["parcel_resolved"]
        above = leases["head_contract_no"].map(table).fillna("").astype("str")
        fresh = (leases["parcel_resolved"] == "") & (above != "")
        if not fresh.any():
            break
        leases.loc[fresh, "parcel_resolved"] = above[fresh]
        leases.loc[fresh, "parcel_how"] = "head"
    return leases


def _by_only_parcel(leases: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """A row whose lessor holds exactly one parcel of the case can mean no other."""
    held = owners[owners["uscc"] != ""].drop_duplicates(["parcel_code", "uscc"])
    single = held[~held["uscc"].duplicated(keep=False)].set_index("uscc")["parcel_code"]
    names = owners.assign(name=normalise(owners["name"])).drop_duplicates(["parcel_code", "name"])
    one = names[~names["name"].duplicated(keep=False)].set_index("name")["parcel_code"]
    by_key = leases["lessor_key"].map(single).astype("object").fillna("").astype("str")
    by_name = normalise(leases["lessor"]).map(one).astype("object").fillna("").astype("str")
    guess = by_key.where(by_key != "", by_name.where(leases["lessor"] != "", "")).astype("str")
    fresh = (leases["parcel_resolved"] == "") & (guess != "") & (leases["parcel_code"] == "")
    leases.loc[fresh, "parcel_resolved"] = guess[fresh]
    leases.loc[fresh, "parcel_how"] = "only"
    return leases


def titles(leases: pd.DataFrame, owners: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """By what title each lessor lets on ``day``; ``leases`` from `lessors.lessors_there`.

    Returns:
        ``leases`` with ``in_force`` (起始 ≤ day ≤ 终止; an open end counts), ``ended``, ``title``:
        ``holder`` · ``tenant`` (holds a lease in force there, or names one) · ``none``.
    """
    begun = leases["start_on"].isna() | (leases["start_on"] <= day)
    lasts = leases["end_on"].isna() | (leases["end_on"] >= day)
    leases = leases.assign(
        in_force=(begun & lasts).to_numpy(dtype=bool),
        ended=(leases["end_on"] < day).to_numpy(dtype=bool),
    )
    pairs = leases.rename(columns={"parcel_code": "written"}).rename(
        columns={"parcel_resolved": "parcel_code"}
    )
    holder = _owned(pairs, owners) | leases["lets_own"].to_numpy(dtype=bool)
    live = leases[leases["in_force"] & (leases["lessee_key"] != "")]
    rents = rows_among(
        leases[["parcel_resolved", "lessor_key"]], live[["parcel_resolved", "lessee_key"]]
    )
    named = among(leases["head_contract_no"], leases.loc[leases["in_force"], "contract_no"])
    tenant = (rents & (leases["lessor_key"] != "")) | (named & (leases["head_contract_no"] != ""))
    title = np.where(holder, "holder", np.where(tenant, "tenant", "none"))
    return leases.assign(title=title)
