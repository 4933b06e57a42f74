"""Matching again from what the last match left: the same bytes as matching everything."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_small import DAY, Town, inside
from test_matching import DOORS, HOLDERS, NAMES, towns

from geomujun.domain.case import Case
from geomujun.matching.engine import Matches, match
from geomujun.matching.identity import settle
from geomujun.matching.incremental import again, remember

EVERYTHING = 2.0  # the whole town may be touched and is still gone on from
SLOW = (HealthCheck.too_slow,)
TABLES = ("links", "outside", "groups", "holders")
HOLDER = ("parcel_code", "holder_name", "holder_id")


def _some(rows: list[dict[str, Any]], draw: st.DrawFn) -> dict[str, Any]:
    return draw(st.sampled_from(rows)) if rows else {}


def _edit_firm(town: Town, draw: st.DrawFn) -> None:
    kind = draw(st.sampled_from(("new", "gone", "name", "place", "status")))
    name, door = draw(st.sampled_from(NAMES)), draw(st.sampled_from(DOORS))
    if kind == "new":
        town.firm(name, uscc=f"91330603MA9{len(town.firms):07d}", site_address=door)
    elif kind == "gone" and len(town.firms) > 1:
        town.firms.pop(draw(st.integers(0, len(town.firms) - 1)))
    else:
        told = {"name": {"name": name}, "status": {"status": "注销"}}
        place = {"site_address": door} | inside(draw(st.integers(0, 2)))
        _some(town.firms, draw).update(told.get(kind, place))


def _edit_land(town: Town, draw: st.DrawFn) -> None:
    kind = draw(st.sampled_from(("new", "sold", "place", "listed", "door")))
    name, door = draw(st.sampled_from(HOLDERS)), draw(st.sampled_from(DOORS))
    some = _some(town.parcels, draw)
    if kind == "new":
        town.parcel(name, parcel_code=f"330603001002GB9{len(town.parcels):04d}")
    elif kind == "listed":
        town.holders.append(dict(zip(HOLDER, (some["parcel_code"], name, ""), strict=True)))
    elif kind == "door":
        where = {k: v for k, v in inside(draw(st.integers(0, 2))).items() if k != "datum"}
        town.addresses.append({"address": door} | where)
    else:
        some.update({"holder_names": name} if kind == "sold" else {"location": door})


def _edit_lease(town: Town, draw: st.DrawFn) -> None:
    kind = draw(st.sampled_from(("new", "gone", "term")))
    names, door = st.sampled_from(NAMES), draw(st.sampled_from(DOORS))
    if kind == "new":
        town.lease(draw(names), draw(names), contract_no=f"N{len(town.leases)}", location=door)
    elif kind == "gone" and town.leases:
        town.leases.pop(draw(st.integers(0, len(town.leases) - 1)))
    else:
        ends = st.sampled_from(("2023-06-30", "2030-06-30"))
        _some(town.leases, draw)["end_on"] = draw(ends)


@st.composite
def edits(draw: st.DrawFn, before: Town) -> Town:
    """The town with up to four rows of any table added, changed or removed."""
    town = copy.deepcopy(before)
    for _ in range(draw(st.integers(1, 4))):
        draw(st.sampled_from((_edit_firm, _edit_land, _edit_lease)))(town, draw)
    return town


def settled(town: Town) -> Case:
    return settle(town.case).case


def assert_same(found: Matches, full: Matches) -> None:
    """Links, leases as understood, tenants from outside, groups and holders, byte by byte.

    Types are not compared: a table put together from parts of which one is empty may hold its texts
    as objects, and is written the same.
    """
    pairs = {name: (getattr(found, name), getattr(full, name)) for name in TABLES}
    pairs["leases"] = found.case.leases, full.case.leases
    for name, (one, other) in pairs.items():
        assert one.to_csv() == other.to_csv(), name


@settings(max_examples=6, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_edits_are_matched_as_if_everything_were(data: st.DataObject) -> None:
    town = data.draw(towns())
    town.others = True
    first, memory = remember(settled(town), DAY)
    assert_same(first, match(settled(town), DAY))
    for _ in range(2):
        town = data.draw(edits(town))
        case = settled(town)
        found, memory = again(memory, case, DAY, largest=EVERYTHING)
        assert_same(found, match(case, DAY, frozen=memory.terms.frozen))
