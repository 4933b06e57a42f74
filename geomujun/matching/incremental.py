"""Matching again after a few rows changed, at the cost of those rows and what they touch.

A service keeps the `Memory` of its last match; `again` finds the same links as a full match under
the statistics and weights of that one. A title depends on its holder's row, on the parcel's land,
on the enterprises whose names or codes come near, and on what those surely hold elsewhere; a lease
on its row, its parties, the holders of its parcel and the leases above and beside it. Only what is
touched so is compared again; the search for use, which is cheap, is made anew. Where too much is
touched, or what all rows rest on changed (the plane, the day, the language), all is matched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.columns import among
from geomujun.lang import get_lang
from geomujun.matching import explain, upkeep
from geomujun.matching.asked import Asked, asked_of, renewed, texts_of
from geomujun.matching.drafts import Drafts, leases_said, redrafted, use_said
from geomujun.matching.engine import (
    Ground,
    Matches,
    grounded,
    in_force,
    likely,
    owners_of,
    together,
    used,
)
from geomujun.matching.holdings import held_level
from geomujun.matching.lettings import Lettings, let_again, let_from_start, lets_from
from geomujun.matching.register import Frozen, freeze
from geomujun.matching.title import ranked, sure_of, unheld_levels
from geomujun.matching.upkeep import Kept, Moved, Terms, retold_places
from geomujun.matching.weights import Weights, shipped
from geomujun.text.identifiers import org_code

LARGEST: Final = 0.3  # of the parcels touched, beyond which all is matched again
TITLE: Final = ["parcel_code", "seq", "uscc"]


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles and what they were found from."""

    pairs: pd.DataFrame  # title.unheld_levels
    sure: pd.DataFrame  # `TITLE` of title.sure_of
    own: pd.DataFrame  # engine.likely
    links: pd.DataFrame  # explain.own_rows of them


@dataclass(frozen=True, slots=True)
class Memory:
    """All of a match that the next one goes on from; held in memory only."""

    terms: Terms
    kept: Kept
    asked: Asked
    titles: Titles
    lettings: Lettings
    drafts: Drafts


@dataclass(frozen=True, slots=True)
class _Found:
    """A memory before its links are written."""

    kept: Kept
    asked: Asked
    titles: Titles
    lettings: Lettings


def remember(
    case: Case,
    as_of: date,
    decisions: pd.DataFrame | None = None,
    weights: Weights | None = None,
    frozen: Frozen | None = None,
) -> tuple[Matches, Memory]:
    """`engine.match`, and what to go on from. The statistics of this match stay in force."""
    weights = weights or shipped()
    kept = upkeep.read(case, frozen)
    register, holders = kept.base.register, kept.base.holders
    terms = Terms(as_of, weights, freeze(register), get_lang())
    found = lets_from(case, register)
    pairs = unheld_levels(holders, case.parcels, register, kept.base.places, weights, found.lets)
    sure = sure_of(pairs, weights)
    held = pairs.assign(l_held=held_level(pairs, sure, kept.base.places.land))
    own = likely(ranked(held, weights), weights)
    titles = Titles(pairs, sure[TITLE], own, _own_rows(own, kept))
    lettings = let_from_start(kept, found, owners_of(holders, own), terms)
    new = _Found(kept, asked_of(_texts(case, kept), register), titles, lettings)
    return _linked(terms, new, decisions)


def again(
    memory: Memory,
    case: Case,
    as_of: date,
    decisions: pd.DataFrame | None = None,
    largest: float = LARGEST,
) -> tuple[Matches, Memory]:
    """`engine.match` of a changed case under the statistics and weights of ``memory``.

    Args:
        memory: Of the last match; it stays as it is.
        case: From `identity.settle`, as `engine.match` takes it.
        as_of: The day on which leases must be in force.
        decisions: As in `engine.match`; they may be others than before.
        largest: Share of the parcels touched beyond which all is matched.
    """
    terms = memory.terms
    if as_of == terms.as_of and get_lang() == terms.lang and upkeep.renewable(memory.kept, case):
        found = _renewed(memory, case, largest)
        if found is not None:
            return _linked(terms, found[0], decisions, (memory.drafts, found[1]))
    return remember(case, as_of, decisions, terms.weights, terms.frozen)


def _renewed(memory: Memory, case: Case, largest: float) -> tuple[_Found, Moved] | None:
    """What is found in the changed case, and what moved; None where too much is touched."""
    terms = memory.terms
    kept, moved = upkeep.renew(memory.kept, case)
    register, holders = kept.base.register, kept.base.holders
    asked, texts = renewed(
        memory.asked, _texts(case, kept), memory.kept.base.register, register, moved
    )
    found = lets_from(case, register)
    touched = _touched(memory, kept, moved, texts, found.lets)
    if len(touched) > largest * len(case.parcels):
        return None
    titles = _titles_again(memory, kept, moved, touched, found.lets)
    owners = owners_of(holders, titles.own)
    zones, named = retold_places(kept.base.places, moved.told)
    heard = zones, texts_of(asked, register, frozenset(register.firms["uscc"][named]))
    lettings = let_again(
        memory.lettings, memory.kept, kept, found, owners, (terms, moved, texts, heard)
    )
    return _Found(kept, asked, titles, lettings), moved


def _linked(
    terms: Terms,
    found: _Found,
    decisions: pd.DataFrame | None,
    before: tuple[Drafts, Moved] | None = None,
) -> tuple[Matches, Memory]:
    """Links, and the memory that writing them completes; ``before``: the last drafts."""
    kept, titles = found.kept, found.titles
    ground = grounded(kept.base, titles.own, found.lettings.leases, terms.weights)
    drafts = _drafted(ground, terms.weights, before)
    parts = [titles.links, drafts.leases.links, drafts.use.links]
    matches = together(kept.case, ground, parts, terms.as_of, decisions, terms.weights)
    return matches, Memory(terms, kept, found.asked, titles, found.lettings, drafts)


def _drafted(ground: Ground, weights: Weights, before: tuple[Drafts, Moved] | None) -> Drafts:
    """Links by leases and use, those that say what they said not written again."""
    old, moved = before or (None, None)
    register, places = ground.register, ground.places
    live, use = in_force(ground.leases), used(ground, weights)
    leases = redrafted(
        old and old.leases, leases_said(live), lambda rows: explain.lease_rows(live.take(rows))
    )
    by_use = redrafted(
        old and old.use,
        use_said(use),
        lambda rows: explain.use_rows(
            use.take(rows).reset_index(drop=True), register, places.sites, places.land
        ),
        moved,
    )
    return Drafts(leases, by_use)


def _texts(case: Case, kept: Kept) -> pd.Series:
    """All names that are looked for in the register."""
    holders = kept.base.holders
    firms = holders.loc[holders["kind"] != "person", "name"]
    return pd.concat([firms, case.leases["lessor"], case.leases["lessee"]], ignore_index=True)


def _own_rows(own: pd.DataFrame, kept: Kept) -> pd.DataFrame:
    places = kept.base.places
    return explain.own_rows(own, kept.base.register, places.sites, places.land)


def _touched(
    memory: Memory, kept: Kept, moved: Moved, texts: frozenset[str], lets: pd.DataFrame
) -> frozenset[str]:
    """Codes of the parcels any of whose titles may be found otherwise than before."""
    holders, pairs = kept.base.holders, memory.titles.pairs
    changed = pd.Series(sorted(moved.firms), dtype="str")
    codes = {*moved.firms, *org_code(changed)} - {""}
    mine = among(holders["name"], texts) | among(holders["holder_id"], codes)
    theirs = among(pairs["uscc"], moved.firms | moved.doors)
    zones, named = retold_places(kept.base.places, moved.told)
    named_codes = kept.base.register.firms["uscc"][named]
    theirs |= among(pairs["parcel_code"], zones) & among(pairs["uscc"], named_codes)
    was, now = (pd.MultiIndex.from_frame(f) for f in (memory.lettings.lets, lets))
    letting = was.symmetric_difference(now).get_level_values(0)
    return (
        moved.parcels
        | frozenset(holders.loc[mine, "parcel_code"])
        | frozenset(pairs.loc[theirs, "parcel_code"])
        | frozenset(letting)
    )


def _titles_again(
    memory: Memory, kept: Kept, moved: Moved, touched: frozenset[str], lets: pd.DataFrame
) -> Titles:
    """Titles of touched parcels, then of those whose candidates hold more or less than before."""
    old, base, weights = memory.titles, kept.base, memory.terms.weights
    holders, parcels = (
        f[among(f["parcel_code"], touched)] for f in (base.holders, kept.case.parcels)
    )
    come = unheld_levels(
        holders, parcels, base.register, base.places, weights,
        lets[among(lets["parcel_code"], touched)],
    )  # fmt: skip
    pairs = _spliced(_placed(old.pairs, kept, moved, touched), come)
    sure_come = sure_of(come, weights)[TITLE]
    sure = pd.concat([old.sure[~among(old.sure["parcel_code"], touched)], sure_come])
    wider = touched | _hold_otherwise(old.sure, sure_come, pairs, touched)
    part = pairs[among(pairs["parcel_code"], wider)].reset_index(drop=True)
    land = base.places.land
    held = sure.assign(land=sure["parcel_code"].map(land.position))
    own_come = likely(ranked(part.assign(l_held=held_level(part, held, land)), weights), weights)
    own = _spliced(_placed(old.own, kept, moved, wider), own_come)
    own = own.sort_values(["parcel_code", "seq", "rank"], ignore_index=True)
    links = _spliced(
        old.links[~among(old.links["parcel_code"], wider)], _own_rows(own_come, kept)
    ).sort_values(["parcel_code", "uscc"], ignore_index=True)
    return Titles(pairs, sure.reset_index(drop=True), own, links)


def _hold_otherwise(
    was: pd.DataFrame, come: pd.DataFrame, pairs: pd.DataFrame, touched: frozenset[str]
) -> frozenset[str]:
    """Codes of parcels with a candidate that surely holds, or held, touched land."""
    firms = pd.concat([was.loc[among(was["parcel_code"], touched), "uscc"], come["uscc"]])
    return frozenset(pairs.loc[among(pairs["uscc"], firms), "parcel_code"])


def _placed(pairs: pd.DataFrame, kept: Kept, moved: Moved, without: frozenset[str]) -> pd.DataFrame:
    """Pairs of the parcels that stay, their row numbers those of the new tables."""
    stay = pairs[~among(pairs["parcel_code"], without)]
    row = stay["name_row"].to_numpy(dtype=np.int64)
    return stay.assign(
        firm=moved.firm[stay["firm"].to_numpy(dtype=np.int64)],
        name_row=np.where(row >= 0, moved.name[row], -1),
        land=stay["parcel_code"].map(kept.base.places.land.position).to_numpy(dtype=np.int64),
    )


def _spliced(stay: pd.DataFrame, come: pd.DataFrame) -> pd.DataFrame:
    """Both; an empty table has nothing to say of types."""
    return pd.concat([f for f in (stay, come) if len(f)] or [stay], ignore_index=True)
