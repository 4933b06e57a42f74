"""Each parcel and each enterprise in exactly one bucket, by the contract's order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from ledger_small import World

from geomujun.domain.words import EnterpriseBucket, ParcelBucket
from geomujun.lang import set_lang
from geomujun.ledger.book import keep
from geomujun.ledger.buckets import ENTERPRISE_REASONS, PARCEL_REASONS

REVIEW = {"band": "review", "counted": False}


def parcel_bucket(world: World) -> str:
    return str(world.book().parcels["bucket"].item())


def firm_bucket(world: World, uscc: str = "A") -> str:
    return str(world.book().enterprises.set_index("uscc")["bucket"][uscc])


@pytest.mark.parametrize(
    ("kinds", "code", "bucket"),
    [
        (["person"], "G", "individual_holder"),
        (["public"], "G", "public_holder"),
        (["collective"], "G", "collective_no_certificate"),
        (["firm"], "G", "unmatched"),
        (["firm", "person"], "G", "unmatched"),
        (["person", "public"], "G", "individual_holder"),
        ([], "G", "vacant"),
        ([], "J", "collective_no_certificate"),
        ([], "Z", "collective_no_certificate"),
    ],
)
def test_a_parcel_nobody_is_linked_to_goes_by_its_holder(
    kinds: list[str], code: str, bucket: str
) -> None:
    parcel = f"330603001002{code}B00018"
    world = World().parcel(parcel)
    world.holders = [{"parcel_code": parcel, "kind": k} for k in kinds]
    assert parcel_bucket(world) == bucket


def test_a_counted_link_goes_before_everything() -> None:
    world = World().parcel(land_use="住宅用地").link("A").link("B", **REVIEW)
    assert parcel_bucket(world) == "matched"


def test_review_links_go_before_use_and_use_before_holders() -> None:
    world = World().parcel(land_use="住宅用地")
    world.holders = [{"parcel_code": "P", "kind": "person"}]
    assert parcel_bucket(world) == "not_industrial"
    assert parcel_bucket(world.link("A", **REVIEW)) == "ambiguous"


def test_a_blank_use_is_not_taken_for_another_one() -> None:
    assert parcel_bucket(World().parcel(land_use=" ")) == "vacant"


@pytest.mark.parametrize(
    "use", ["工业用地", "0601", "061", "仓储用地", "0602 采矿用地", "工业用地、办公", "100102"]
)
def test_industrial_uses_in_words_and_codes(use: str) -> None:
    assert parcel_bucket(World().parcel(land_use=use)) == "vacant"


@pytest.mark.parametrize("use", ["住宅用地", "0701", "商务金融用地", "1001", "0901"])
def test_other_uses_are_not_industrial(use: str) -> None:
    assert parcel_bucket(World().parcel(land_use=use)) == "not_industrial"


def test_a_registered_address_or_a_rejected_link_is_no_match() -> None:
    code = "330603001002GB00018"
    world = World().parcel(code).link("A", "REGISTERED_ONLY", code, counted=False)
    world.link("B", code=code, decision="different", band="review", counted=False)
    assert parcel_bucket(world) == "vacant"
    assert firm_bucket(world) == "registered_only"
    assert firm_bucket(world, "B") == "no_land"


@pytest.mark.parametrize(
    ("firm", "bucket"),
    [
        ({"status": "注销"}, "cancelled"),
        ({"status": "吊销"}, "cancelled"),
        ({"status": "迁出"}, "out_of_region"),
        ({"division": "330602"}, "out_of_region"),
        ({"division": "330603104"}, "no_land"),
        ({"division": ""}, "no_land"),
        ({}, "no_land"),
    ],
)
def test_a_firm_nothing_links_goes_by_its_status_and_division(
    firm: dict[str, Any], bucket: str
) -> None:
    assert firm_bucket(World().parcel("330603001002GB00018").firm("A", **firm)) == bucket


@pytest.mark.parametrize(
    ("firm", "link", "bucket"),
    [
        ({"status": "注销"}, {"holder_cancelled": True}, "cancelled"),
        ({"division": "330602"}, {}, "matched"),
        ({"status": "迁出"}, REVIEW, "ambiguous"),
        (
            {"division": "330602"},
            {"relation": "REGISTERED_ONLY", "counted": False},
            "out_of_region",
        ),
    ],
)
def test_the_order_of_a_firms_buckets(
    firm: dict[str, Any], link: dict[str, Any], bucket: str
) -> None:
    code = "330603001002GB00018"
    assert (
        firm_bucket(World().parcel(code).firm("A", **firm).link("A", code=code, **link)) == bucket
    )


def test_an_invalid_code_is_a_bucket_only_when_nothing_links() -> None:
    world = World().parcel("330603001002GB00018").firm("A")
    inputs = world.inputs
    bad = pd.DataFrame({"uscc": ["A"], "state": ["invalid"]}, dtype="str")
    assert keep(replace(inputs, codes=bad), 2024).enterprises["bucket"].tolist() == ["invalid"]
    linked = replace(world.link("A", code="330603001002GB00018").inputs, codes=bad)
    assert keep(linked, 2024).enterprises["bucket"].tolist() == ["matched"]


def test_every_bucket_has_a_reason_in_both_languages() -> None:
    assert set(PARCEL_REASONS) == set(ParcelBucket)
    assert set(ENTERPRISE_REASONS) == set(EnterpriseBucket)
    world = World().parcel().firm("A")
    assert world.book().parcels["reason"].tolist() == ["没有权利人登记，也没有使用迹象"]
    set_lang("en")
    try:
        assert world.book().parcels["reason"].tolist() == ["no holder and no sign of use"]
    finally:
        set_lang("zh")
