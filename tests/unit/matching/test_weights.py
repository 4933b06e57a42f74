"""Weights in bits: read, written, applied to levels; evidence cells."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from geomujun.matching.evidence import PRIOR, Item, as_json
from geomujun.matching.weights import NAME_PARTS, QUIET, Weights, read, shipped, written


def priced(**levels: object) -> pd.Series:
    row = {"l_name": "same", "l_trade": "none", "l_place": "none", "l_legal": "none", "l_whole": "none",
           "rarity": 0.0, "trade_rarity": 0.0} | levels  # fmt: skip
    return shipped().name_bits(pd.DataFrame([row])).iloc[0]


def test_weights_written_and_read_again_are_the_same() -> None:
    assert read(written(shipped(), "test")) == shipped()


@pytest.mark.parametrize(
    ("part", "falling"),
    [
        ("name", ["exact", "whole1", "whole2", "sibling", "different"]),
        ("trade", ["same", "none", "other"]),
        ("place", ["same", "part", "none", "parent", "other"]),
        ("legal", ["same", "near", "other"]),
        ("legal", ["same", "none", "absent"]),
        ("trade", ["same", "none", "absent", "more", "other"]),
        ("trade", ["typo", "slip"]),
        ("place", ["same", "none", "absent", "more", "other"]),
        ("whole", ["slip_5", "slip_4", "slip_2", "slip_0"]),
        ("whole", ["apart_5", "apart_3", "none", "apart_0"]),
        ("code", ["uscc_same", "org_same", "near", "none", "org_other", "uscc_other"]),
        ("point", ["deep", "inside", "reading", "recast", "hint", "none"]),
        ("door", ["only", "shared", "none"]),
        ("village", ["same", "zone", "town", "none", "home_far", "far"]),
        ("held", ["beside", "zone", "town", "none", "elsewhere"]),
        ("area", ["equal", "close", "none"]),
        ("family", ["only_parcel", "one_of", "none"]),
    ],
)
def test_better_agreement_has_more_bits_and_silence_none(part: str, falling: list[str]) -> None:
    bits = [shipped().bits[part][level] for level in falling]
    assert bits == sorted(bits, reverse=True)
    assert shipped().bits[part].get("none", 0.0) == 0.0


def test_the_rarity_of_the_trade_name_counts_when_it_agrees_and_only_then() -> None:
    slopes = shipped().slopes
    for level, slope in (
        ("exact", "exact"),
        ("same", "same"),
        ("sound", "fuzzy"),
        ("whole1", "fuzzy"),
        ("short", "short"),
        ("sibling", "sibling"),
    ):
        gain = priced(l_name=level, rarity=10.0)["b_name"] - priced(l_name=level)["b_name"]
        assert gain == pytest.approx(10 * slopes[slope])
    other = priced(l_name="different", rarity=10.0)
    assert other["b_name"] == priced(l_name="different")["b_name"]


def test_the_rarity_of_a_trade_counts_when_the_trade_agrees() -> None:
    gain = priced(l_trade="same", trade_rarity=4.0)["b_trade"] - priced(l_trade="same")["b_trade"]
    assert gain == pytest.approx(4 * shipped().slopes["trade"])
    assert priced(l_trade="typo", trade_rarity=4.0)["b_trade"] == shipped().bits["trade"]["typo"]


@pytest.mark.parametrize("level", sorted(QUIET))
def test_a_name_that_agrees_as_a_whole_is_not_praised_again_for_its_parts(level: str) -> None:
    row = priced(l_name=level, l_trade="same", l_place="same", l_legal="same", l_whole="same_5")
    assert [row[f"b_{part}"] for part in NAME_PARTS[1:]] == [0.0] * 4
    assert row["bits"] == row["b_name"]


def test_the_bits_of_a_name_are_the_sum_of_its_parts() -> None:
    row = priced(
        l_trade="same",
        l_place="other",
        l_legal="near",
        l_whole="same_5",
        rarity=5.0,
        trade_rarity=2.0,
    )
    assert row["bits"] == pytest.approx(sum(row[f"b_{part}"] for part in NAME_PARTS))


def test_an_unknown_level_says_nothing() -> None:
    assert shipped().column("point", pd.Series(["deep", "never heard"])).tolist() == [
        shipped().bits["point"]["deep"], 0.0,
    ]  # fmt: skip


def test_use_has_its_own_bits_for_point_village_and_area() -> None:
    own, use = shipped(), shipped().for_use()
    assert use.bits["point"] == own.use["point"] != own.bits["point"]
    assert use.bits["door"] == own.bits["door"]


def test_what_was_learned_of_use_leaves_titles_alone() -> None:
    doubled = {p: {k: 2 * v for k, v in t.items()} for p, t in shipped().for_use().bits.items()}
    learned: Weights = replace(shipped(), bits=doubled)
    merged = shipped().with_use(learned)
    assert merged.bits["point"] == shipped().bits["point"]
    assert merged.use["point"] == doubled["point"]
    assert merged.bits["door"] == doubled["door"]
    assert merged.bits["name"] == shipped().bits["name"]


def test_evidence_puts_the_strongest_first_and_the_prior_last() -> None:
    items = [
        Item(PRIOR, -8.0, "", "", "先验"),
        Item("a", 1.0, "x", "y", "甲"),
        Item("b", -3.00049, "x", "y", "乙"),
    ]
    read_back = json.loads(as_json(items))
    assert [i["name"] for i in read_back] == ["b", "a", "prior"]
    assert read_back[0] == {"name": "b", "bits": -3.0, "left": "x", "right": "y", "line": "乙"}


def test_evidence_does_not_depend_on_the_order_it_was_found_in() -> None:
    items = [Item(n, 2.0, "", r, "甲") for n, r in (("a", "2"), ("a", "1"), ("b", "0"))]
    assert as_json(items) == as_json(items[::-1])
