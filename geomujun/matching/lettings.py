"""Leases as understood, kept from one match to the next (see `incremental`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.columns import among
from geomujun.matching.holdings import letting
from geomujun.matching.lessors import lessors_there
from geomujun.matching.parties import lessors
from geomujun.matching.register import Register
from geomujun.matching.tenure import place_key, titles, understood
from geomujun.matching.upkeep import Kept, Moved, Terms
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import normalise_code, resolve_parcel_codes
from geomujun.text.normal import normalise

Bools = npt.NDArray[np.bool_]
Owned = tuple[str, str, str]  # parcel, name of a holder, the enterprise it is or ""


@dataclass(frozen=True, slots=True)
class Found:
    """Leases in the order of 合同编号 with the parcel they name, and who lets which parcel."""

    leases: pd.DataFrame  # with parcel_resolved and parcel_how by code alone
    lets: pd.DataFrame  # holdings.letting


@dataclass(frozen=True, slots=True)
class Stirred:
    """Parcels whose rows or holders changed, their 坐落, and the holders that came or went."""

    parcels: frozenset[str]
    wheres: frozenset[str]  # tenure.place_key
    firms: frozenset[str]
    names: frozenset[str]  # normalised


@dataclass(frozen=True, slots=True)
class Lettings:
    """Leases of the last match."""

    found: pd.DataFrame  # Found.leases
    leases: pd.DataFrame  # after tenure.titles, row by row those of ``found``
    lets: pd.DataFrame
    owned: frozenset[Owned]
    norms: Mapping[str, str]  # normalised names of owners


def lets_from(case: Case, register: Register) -> Found:
    """Read what each lease says of its parcel (`tenure.lets_of`, kept apart for the rest)."""
    leases = case.leases.sort_values(["contract_no", "row"], ignore_index=True)
    found = resolve_parcel_codes(leases["parcel_code"], pd.Index(case.parcels["parcel_code"]))
    leases = leases.assign(parcel_resolved=found["code"], parcel_how=found["how"])
    parties = leases.assign(
        lessor_norm=normalise(leases["lessor"]), lessor_uscc=normalise_code(leases["lessor_uscc"])
    )
    return Found(leases, letting(parties, register.names, register.firms))


def let_from_start(kept: Kept, found: Found, owners: pd.DataFrame, terms: Terms) -> Lettings:
    """All leases."""
    names = pd.Series(owners["name"].unique(), dtype="str")
    norms = dict(zip(names, normalise(names), strict=True))
    leases = _with_lessors(found.leases, kept.base.register, terms.weights)
    leases = _read(leases, kept, owners, terms.weights)
    leases = titles(leases, owners, pd.Timestamp(terms.as_of))
    return Lettings(found.leases, leases, found.lets, _owned(owners), norms)


def _owned(owners: pd.DataFrame) -> frozenset[Owned]:
    columns = (owners[name].to_numpy(object) for name in ("parcel_code", "name", "uscc"))
    return frozenset(zip(*columns, strict=True))


def _with_lessors(leases: pd.DataFrame, register: Register, weights: Weights) -> pd.DataFrame:
    """The columns of `tenure.resolve_leases` up to the parcel by code, in its order."""
    by_code = leases[["parcel_resolved", "parcel_how"]]
    leases = leases.drop(columns=list(by_code))
    leases[["lessor_key", "lessor_p"]] = lessors(leases, register, weights)
    return leases.join(by_code)


def _read(leases: pd.DataFrame, kept: Kept, owners: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Parties and parcels of leases; all that these name as their head must be among them."""
    register, places = kept.base.register, kept.base.places
    leases = understood(leases, kept.wheres, register, places, owners, weights)
    return lessors_there(leases, owners, register, weights)


def let_again(
    old: Lettings,
    before: Kept,
    kept: Kept,
    found: Found,
    owners: pd.DataFrame,
    by: tuple[Terms, Moved, frozenset[str], tuple[frozenset[str], frozenset[str]]],
) -> Lettings:
    """Leases that are touched, read again among the others.

    ``by``: the terms, what changed, the names to compare again (`asked.renewed`), and the land
    and names among which places of a zone became known or unknown.
    """
    terms, moved, texts, heard = by
    names = pd.Series(owners["name"].unique(), dtype="str")
    unseen = names[~among(names, old.norms)]
    norms = {**old.norms, **dict(zip(unseen, normalise(unseen), strict=True))}
    was = _was(old.found, found.leases)
    owned = _owned(owners)
    stirred = _stirred(old.owned ^ owned, moved.parcels, (before.wheres, kept.wheres), norms)
    fresh = (was < 0) | _touched(old.leases, found.leases, was, (moved, texts, stirred, heard))
    fresh |= _nowhere(old.leases, found.leases, was, stirred)
    gone = set(old.found["contract_no"]) - set(found.leases["contract_no"].to_numpy(object)[~fresh])
    fresh = _with_heads(found.leases, _hanging_on(found.leases, fresh, gone))
    part = found.leases[fresh].reset_index(drop=True)
    part = _with_lessors(part, kept.base.register, terms.weights)
    near = _concerning(part, kept, owners, norms)
    read = _read(part, kept, near, terms.weights)
    leases = _merged(old.leases, found.leases, was, fresh, read)
    leases = _titled(leases, old.leases, (was, fresh), owners, terms.as_of)
    return Lettings(found.leases, leases, found.lets, owned, norms)


def _was(old: pd.DataFrame, new: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Row of the equal lease before, -1 for none; of several under one number all or none."""
    columns = list(new.columns.drop("row"))
    keyed = [f.assign(_n=f.groupby("contract_no").cumcount()) for f in (old, new)]
    at = pd.MultiIndex.from_frame(keyed[0][["contract_no", "_n"]]).get_indexer(
        pd.MultiIndex.from_frame(keyed[1][["contract_no", "_n"]])
    )
    was = old.take(np.maximum(at, 0)).reset_index(drop=True) if len(old) else new.head(0)
    same = at >= 0
    for column in columns if len(old) else []:
        a, b = was[column], new[column]
        equal = (a == b).fillna(value=False) | (a.isna() & b.isna())
        same &= equal.to_numpy(dtype=bool)
    sizes = [f["contract_no"].map(f["contract_no"].value_counts()) for f in (old, new)]
    if len(old):
        same &= sizes[0].to_numpy()[np.maximum(at, 0)] == sizes[1].to_numpy()
    whole = pd.Series(same).groupby(new["contract_no"]).transform("all").to_numpy(dtype=bool)
    return np.where(same & whole, at, -1)


def _stirred(
    differ: frozenset[Owned],
    moved: frozenset[str],
    wheres: tuple[pd.DataFrame, pd.DataFrame],
    norms: Mapping[str, str],
) -> Stirred:
    """What changed around leases, by the holders that came or went and the parcels that moved."""
    parcels = moved | {parcel for parcel, _, _ in differ}
    there = [f["where"].to_numpy(object)[among(f["parcel_code"], parcels)] for f in wheres]
    return Stirred(
        parcels,
        frozenset(np.concatenate(there)),
        frozenset(uscc for _, _, uscc in differ) - {""},
        frozenset(norms.get(name, "") for _, name, _ in differ),
    )


def _touched(
    old: pd.DataFrame,
    new: pd.DataFrame,
    was: npt.NDArray[np.int64],
    by: tuple[Moved, frozenset[str], Stirred, tuple[frozenset[str], frozenset[str]]],
) -> Bools:
    """Leases that read alike and may yet mean something else than before."""
    moved, texts, stirred, (zones, heard) = by
    firms = moved.firms | moved.doors
    out = np.zeros(len(new), dtype=bool)
    for party in ("lessor", "lessee"):
        out |= among(new[party], texts)
        out |= among(normalise_code(new[f"{party}_uscc"]), firms)
    before = old[["parcel_resolved", "lessor_key", "lessee_key"]].take(was[was >= 0])
    before = before.set_axis(new.index[was >= 0]).reindex(new.index)
    out |= among(before["parcel_resolved"], stirred.parcels)
    out |= among(before["lessor_key"], firms) | among(before["lessee_key"], firms)
    out |= among(before["parcel_resolved"], zones) & among(new["lessee"], heard)
    return out


def _nowhere(
    old: pd.DataFrame, new: pd.DataFrame, was: npt.NDArray[np.int64], stirred: Stirred
) -> Bools:
    """Leases whose parcel no code tells, if their 坐落 or their lessor's land may tell another."""
    rows = np.flatnonzero((new["parcel_resolved"] == "").to_numpy(dtype=bool) & (was >= 0))
    part = new.take(rows)
    hit = among(place_key(part["location"]), stirred.wheres)
    hit &= (part["location"] != "").to_numpy(dtype=bool)
    hit |= among(normalise(part["lessor"]), stirred.names)
    hit |= among(old["lessor_key"].take(was[rows]), stirred.firms)
    out = np.zeros(len(new), dtype=bool)
    out[rows[hit]] = True
    return out


def _hanging_on(leases: pd.DataFrame, some: Bools, gone: set[str]) -> Bools:
    """Rows and those without a parcel of their own that hang on them, to any depth."""
    head = leases["head_contract_no"]
    open_rows = (leases["parcel_resolved"] == "").to_numpy(dtype=bool) & (head != "").to_numpy(bool)
    while True:
        numbers = gone | set(leases["contract_no"].to_numpy(object)[some])
        more = some | (open_rows & among(head, numbers))
        if (more == some).all():
            return some
        some = more


def _with_heads(leases: pd.DataFrame, some: Bools) -> Bools:
    """Rows and those they name as their head, to any depth, with all rows of one number."""
    number, head = leases["contract_no"], leases["head_contract_no"]
    while True:
        wanted = set(number[some]) | set(head[some]) - {""}
        more = among(number, wanted) | some
        if (more == some).all():
            return some
        some = more


def _concerning(
    part: pd.DataFrame, kept: Kept, owners: pd.DataFrame, norms: Mapping[str, str]
) -> pd.DataFrame:
    """Holders of the land these leases may mean, and all land of their lessors."""
    keys = set(part["lessor_key"]) - {""}
    said = set(normalise(part["lessor"])) - {""}
    where = set(place_key(part.loc[part["location"] != "", "location"]))
    there = kept.wheres.loc[among(kept.wheres["where"], where), "parcel_code"]
    theirs = among(owners["uscc"], keys) | among(owners["name"].map(norms), said)
    codes = {*there, *part["parcel_resolved"], *owners.loc[theirs, "parcel_code"]}
    return owners[theirs | among(owners["parcel_code"], codes)].reset_index(drop=True)


def _merged(
    old: pd.DataFrame,
    new: pd.DataFrame,
    was: npt.NDArray[np.int64],
    fresh: Bools,
    read: pd.DataFrame,
) -> pd.DataFrame:
    """The leases of now: as read again, or with what was known of them."""
    said = [c for c in read.columns if c not in new.columns] + ["parcel_resolved", "parcel_how"]
    stay = old.take(was[~fresh])[said].reset_index(drop=True)
    both = pd.concat([f for f in (stay, read[said]) if len(f)] or [read[said]], ignore_index=True)
    order = np.argsort(np.concatenate([np.flatnonzero(~fresh), np.flatnonzero(fresh)]))
    out = new.drop(columns=["parcel_resolved", "parcel_how"])
    out[said] = both.take(order).reset_index(drop=True)[said]
    return out[list(read.columns)]


def _titled(
    leases: pd.DataFrame,
    old: pd.DataFrame,
    rows: tuple[npt.NDArray[np.int64], Bools],
    owners: pd.DataFrame,
    as_of: date,
) -> pd.DataFrame:
    """`tenure.titles`, made again where leases were read again or are gone."""
    was, fresh = rows
    gone = old.take(np.setdiff1d(np.arange(len(old)), was[~fresh]))
    parcels = {*gone["parcel_resolved"], *leases.loc[fresh, "parcel_resolved"]}
    numbers = {*gone["contract_no"], *leases.loc[fresh, "contract_no"]}
    asked = fresh | among(leases["parcel_resolved"], parcels)
    asked |= among(leases["head_contract_no"], numbers)
    around = among(leases["parcel_resolved"], leases.loc[asked, "parcel_resolved"])
    around |= among(leases["contract_no"], leases.loc[asked, "head_contract_no"])
    context = leases[asked | around]
    there = owners[among(owners["parcel_code"], context["parcel_resolved"])]
    come = titles(context, there, pd.Timestamp(as_of))
    said = [c for c in come.columns if c not in leases.columns]
    stay = old.take(was[~asked]).set_axis(leases.index[~asked])
    both = pd.concat(
        [f[said] for f in (stay, come.loc[asked[come.index]]) if len(f)] or [come[said]]
    )
    return leases.join(both)
