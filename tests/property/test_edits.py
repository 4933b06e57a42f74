"""Going on from an earlier run: whatever rows change, names weigh what they weighed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_small import DAY, Town
from test_matching import NAMES, towns

from geomujun.matching.diff import KEY, Circumstances, difference
from geomujun.matching.engine import match
from geomujun.matching.identity import settle
from geomujun.matching.register import freeze
from geomujun.pipeline.rerun import changed_rows
from geomujun.pipeline.state import digests

OWN_FACTS = ("name", "former_name", "trade", "place", "legal", "code", "prior")
SLOW = (HealthCheck.too_slow,)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Town, Town]:
    """A town, and the same with rows added, changed and removed."""
    before = draw(towns())
    after = copy.deepcopy(before)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("firm", "name", "gone", "holder", "lease", "unlet")))
        if kind == "firm":
            after.firm(draw(st.sampled_from(NAMES)), uscc=f"91330603MA9{len(after.firms):07d}")
        elif kind == "name":
            draw(st.sampled_from(after.firms))["name"] = draw(st.sampled_from(NAMES))
        elif kind == "gone" and len(after.firms) > 1:
            after.firms.pop(draw(st.integers(0, len(after.firms) - 1)))
        elif kind == "holder":
            draw(st.sampled_from(after.parcels))["holder_names"] = draw(st.sampled_from(NAMES))
        elif kind == "lease":
            after.lease(*draw(st.tuples(*[st.sampled_from(NAMES)] * 2)), contract_no="N1")
        elif kind == "unlet" and after.leases:
            after.leases.pop()
    return before, after


def facts(links: pd.DataFrame) -> dict[tuple[str, str], dict[str, float]]:
    """Bits of what the two names and codes of each title say."""
    own = links[links["relation"] == "OWN"]
    out = {}
    for parcel, uscc, cell in own[["parcel_code", "uscc", "evidence"]].itertuples(index=False):
        items = [i for i in json.loads(cell) if i["name"] in OWN_FACTS]
        out[str(parcel), str(uscc)] = {i["name"]: i["bits"] for i in items}
    return out


def rows_of(rows: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {r[key]: {k: v for k, v in r.items() if k != "geometry"} for r in rows}


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(edits())
def test_under_frozen_statistics_names_that_did_not_change_weigh_the_same(
    pair: tuple[Town, Town],
) -> None:
    before, after = pair
    first = match(settle(before.case).case, DAY)
    again = match(settle(after.case).case, DAY, frozen=freeze(first.register))
    was, now = facts(first.links), facts(again.links)
    firms = [rows_of(t.firms, "uscc") for t in pair]
    parcels = [rows_of(t.parcels, "parcel_code") for t in pair]
    for parcel, uscc in was.keys() & now.keys():
        same_firm = firms[0].get(uscc) == firms[1].get(uscc)
        if same_firm and parcels[0][parcel] == parcels[1][parcel]:
            assert now[parcel, uscc] == was[parcel, uscc]


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(edits())
def test_changed_rows_account_for_every_row(pair: tuple[Town, Town]) -> None:
    was, now = (digests(settle(t.case).case) for t in pair)
    found = changed_rows(was, now)
    how = found["how"].value_counts()
    assert len(now) - len(was) == how.get("added", 0) - how.get("removed", 0)
    assert changed_rows(now, now).empty
    back = changed_rows(now, was)
    assert sorted(back["how"].replace({"added": "removed", "removed": "added"})) == sorted(
        found["how"]
    )


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(edits())
def test_the_difference_turns_the_links_before_into_those_after(pair: tuple[Town, Town]) -> None:
    links = []
    for town in pair:
        found = match(settle(town.case).case, DAY).links
        links.append(found.assign(area_m2=1.0, area_method="registered"))
    rows = changed_rows(*(digests(settle(t.case).case) for t in pair))
    found = difference(*links, Circumstances(rows, DAY, DAY))
    was, now = ({tuple(map(str, k)) for k in f[list(KEY)].to_numpy(object)} for f in links)
    told = {
        change: {tuple(k) for k in group[list(KEY)].to_numpy(object)}
        for change, group in found.groupby("change")
    }
    assert told.get("new", set()) == now - was
    assert told.get("lost", set()) == was - now
    assert told.get("changed", set()) <= was & now
    assert (found["cause"] != "").all()
