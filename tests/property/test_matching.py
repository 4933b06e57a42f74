"""Matching whatever the order of rows: the same links, the same evidence, and what always holds."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_small import Town, inside, parcel_code, uscc

NAMES = (
    "绍兴华联纺织有限公司", "绍兴华莲纺织有限公司", "杭州华联纺织有限公司", "绍兴华联印染有限公司",
    "绍兴越美印染有限公司", "越美印染(绍兴)有限公司", "绍兴广聚服装有限公司",
)  # fmt: skip
HOLDERS = (
    *NAMES,
    "绍兴华连纺织有限公司",
    "紹興廣聚服裝(有限公司",
    "王小明",
    "",
    f"{NAMES[0]}、{NAMES[4]}",
)
DOORS = ("", "绍兴市柯桥区海涂路18号", "绍兴市柯桥区海涂路20号", "柯桥区岭陈村")


def _firm(n: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "uscc": st.just(uscc(n + 1)),
            "name": st.sampled_from(NAMES),
            "former_names": st.sampled_from(("", f"{NAMES[6]}(至2014-01-01)")),
            "status": st.sampled_from(("存续", "存续", "注销")),
            "industry": st.just("C1751"),
            "site_address": st.sampled_from(DOORS),
            "registered_address": st.sampled_from(DOORS),
            "parent_uscc": st.sampled_from(("", uscc(1), uscc(2))),
            "reported_area_m2": st.sampled_from((None, 10_000.0, 4000.0)),
        }
    ).flatmap(lambda row: st.sampled_from([row, row | inside(0), row | inside(1)]))


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Up to six firms of like names, four parcels, five leases among them."""
    town = Town(others=False)
    town.firms = [draw(_firm(n)) for n in range(draw(st.integers(1, 6)))]
    for _ in range(draw(st.integers(1, 4))):
        town.parcel(draw(st.sampled_from(HOLDERS)), location=draw(st.sampled_from(DOORS)),
                    ids=draw(st.sampled_from(("", "", uscc(1), uscc(2)[8:17]))))  # fmt: skip
    codes = ("", *(parcel_code(n) for n in range(len(town.parcels))))
    for n in range(draw(st.integers(0, 5))):
        town.lease(
            draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES)), draw(st.sampled_from(codes)),
            head_contract_no=draw(st.sampled_from(["", *(f"L{k}" for k in range(1, n + 1))])),
            end_on=draw(st.sampled_from(("2029-12-31", "2023-12-31"))),
            location=draw(st.sampled_from(DOORS)),
        )  # fmt: skip
    return town


def shuffled(town: Town, seed: int) -> Town:
    """The same rows in another order."""

    def mixed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        order = pd.Series(range(len(rows))).sample(frac=1, random_state=seed)
        return [rows[i] for i in order]

    return Town(False, mixed(town.firms), mixed(town.parcels), mixed(town.leases))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(towns(), st.integers(0, 1000))
def test_links_do_not_depend_on_the_order_of_rows_and_are_sound(town: Town, seed: int) -> None:
    links = town.links()
    pd.testing.assert_frame_equal(shuffled(town, seed).links(), links, check_exact=True)
    check(links, town)


def check(links: pd.DataFrame, town: Town) -> None:
    """What holds of every link table."""
    assert set(links["parcel_code"]) <= {p["parcel_code"] for p in town.parcels}
    assert set(links["uscc"]) <= {f["uscc"] for f in town.firms}
    assert not links.duplicated(["parcel_code", "uscc", "relation", "lease_id"]).any()
    assert links["probability"].between(0, 1).all()
    assert links.loc[links["counted"], "in_force"].all()
    assert (links.loc[links["counted"], "band"] == "auto").all()
    for cell, weight in zip(links["evidence"], links["weight_bits"], strict=True):
        items = json.loads(cell)
        assert abs(sum(i["bits"] for i in items) - weight) <= 0.0005 * len(items) + 1e-9
    own = links[links["relation"] == "OWN"].merge(
        pd.DataFrame(town.parcels)[["parcel_code", "holder_names"]], on="parcel_code"
    )
    sole = own[own["counted"] & ~own["holder_names"].str.contains("、")]
    assert not sole["parcel_code"].duplicated().any()  # one holder is one enterprise
