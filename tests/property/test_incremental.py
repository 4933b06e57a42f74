"""Matching again from what the last match left: the same bytes as matching everything."""

from __future__ import annotations

import copy
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_small import DAY, Town, inside
from test_matching import DOORS, HOLDERS, NAMES, towns

from geomujun.domain.case import Case
from geomujun.matching.engine import Matches, match
from geomujun.matching.identity import settle
from geomujun.matching.incremental import again, remember

SLOW = (HealthCheck.too_slow,)
HOLDER = ("parcel_code", "holder_name", "holder_id")


@st.composite
def edits(draw: st.DrawFn, before: Town) -> Town:
    """The town with up to four rows of any table added, changed or removed."""
    town = copy.deepcopy(before)
    for _ in range(draw(st.integers(1, 4))):
        kinds = ("firm", "gone", "name", "place", "status", "parcel", "sold", "land", "listed",
                 "lease", "unlet", "term", "door")  # fmt: skip
        _edit(town, draw(st.sampled_from(kinds)), draw)
    return town


def _edit(town: Town, kind: str, draw: st.DrawFn) -> None:
    def some(rows: list[dict[str, Any]]) -> dict[str, Any]:
        return draw(st.sampled_from(rows)) if rows else {}

    names, door = st.sampled_from(NAMES), draw(st.sampled_from(DOORS))
    if kind == "firm":
        town.firm(draw(names), uscc=f"91330603MA9{len(town.firms):07d}", site_address=door)
    elif kind == "gone" and len(town.firms) > 1:
        town.firms.pop(draw(st.integers(0, len(town.firms) - 1)))
    elif kind == "name":
        some(town.firms)["name"] = draw(names)
    elif kind == "place":
        some(town.firms).update({"site_address": door} | inside(draw(st.integers(0, 2))))
    elif kind == "status":
        some(town.firms)["status"] = "注销"
    elif kind == "parcel":
        town.parcel(draw(st.sampled_from(HOLDERS)), parcel_code=f"330603001002GB9{len(town.parcels):04d}")
    elif kind == "sold":
        some(town.parcels)["holder_names"] = draw(st.sampled_from(HOLDERS))
    elif kind == "land":
        some(town.parcels)["location"] = door
    elif kind == "listed":
        row = (some(town.parcels)["parcel_code"], draw(names), "")
        town.holders.append(dict(zip(HOLDER, row, strict=True)))
    elif kind == "lease":
        town.lease(draw(names), draw(names), contract_no=f"N{len(town.leases)}", location=door)
    elif kind == "unlet" and town.leases:
        town.leases.pop(draw(st.integers(0, len(town.leases) - 1)))
    elif kind == "term":
        some(town.leases)["end_on"] = draw(st.sampled_from(("2023-06-30", "2030-06-30")))
    elif kind == "door":
        where = {k: v for k, v in inside(draw(st.integers(0, 2))).items() if k != "datum"}
        town.addresses.append({"address": door} | where)


def settled(town: Town) -> Case:
    return settle(town.case).case


def assert_same(found: Matches, full: Matches) -> None:
    """Links, leases as understood, tenants from outside and groups."""
    for name in ("links", "outside", "groups", "holders"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(full, name), check_exact=True)
    pd.testing.assert_frame_equal(found.case.leases, full.case.leases, check_exact=True)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_edits_are_matched_as_if_everything_were(data: st.DataObject) -> None:
    town = data.draw(towns())
    town.others = True
    first, memory = remember(settled(town), DAY)
    assert_same(first, match(settled(town), DAY))
    for _ in range(2):
        town = data.draw(edits(town))
        case = settled(town)
        found, memory = again(memory, case, DAY)
        assert_same(found, match(case, DAY, frozen=memory.terms.frozen))
