"""Every finding rule against the right answers of sample-town, given the true links."""

from __future__ import annotations

import pandas as pd
import pytest
from truth_facts import sample_town, truth

from geomujun.crosscheck.engine import check
from geomujun.crosscheck.registry import RULES
from geomujun.domain.catalogue import TABLES

SCHEMES = ("zhejiang-2022", "huangyan-2022")
JUDGED = sorted(set(truth("cross_check")["rule"]))
PAIRS = ("GRADE_CONFLICT", "PARCEL_OVERLAP")
CONTRACT = [
    "AREA_OVER",
    "AREA_UNALLOCATED",
    "AREA_REPORTED",
    "GRADE_CONFLICT",
    "HOLDER_CANCELLED",
    "TENANT_NO_LEASE",
    "LEASE_NO_TITLE",
    "LEASE_EXPIRED",
    "NO_LAND_ENTERPRISE",
    "IDLE_LAND",
    "USE_MISMATCH",
    "EXPANSION",
    "FAR_MISMATCH",
    "VIRTUAL_ADDRESS",
    "USCC_INVALID",
    "USCC_DUPLICATE",
    "PARCEL_OVERLAP",
    "PARCEL_CODE_VARIANT",
    "POINT_DATUM",
    "EXEMPTION_ENDED",
    "DECISION_STALE",
]


@pytest.fixture(scope="module")
def found() -> dict[str, pd.DataFrame]:
    return {scheme: check(sample_town(scheme)) for scheme in SCHEMES}


def ids(*texts: str) -> frozenset[str]:
    return frozenset(part for text in texts for part in text.split("|") if part)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("rule", JUDGED)
def test_a_rule_finds_all_the_truth_and_nothing_beside_it(
    rule: str, scheme: str, found: dict[str, pd.DataFrame]
) -> None:
    right = truth("cross_check")
    right = right[(right["rule"] == rule) & right["scheme"].isin(["", scheme])]
    said = found[scheme][found[scheme]["rule"] == rule]
    allowed = [
        ids(r.subject_id, r.other_id) if rule in PAIRS else ids(r.subject_id, r.other_id, r.alias)
        for r in right.itertuples()
    ]
    needed = [a for a, g in zip(allowed, right["grey"], strict=True) if g == "0"]
    got = [ids(r.subject_id, r.other_id) for r in said.itertuples()]

    if rule in PAIRS:
        assert set(got) == set(needed)
    else:
        assert [n for n in needed if not any(n & g for g in got)] == []
        assert [g for g in got if not any(g & a for a in allowed)] == []


def test_every_rule_of_the_contract_exists() -> None:
    assert set(CONTRACT) <= set(RULES)


def test_findings_carry_the_catalogues_columns_in_key_order(found: dict[str, pd.DataFrame]) -> None:
    table = found["zhejiang-2022"]
    key = list(TABLES["cross_check"].key)

    assert list(table.columns) == TABLES["cross_check"].columns
    assert not table.duplicated(key).any()
    assert table[key].equals(table[key].sort_values(key, ignore_index=True))
    assert table["severity"].isin(["high", "medium", "low"]).all()
    assert table["message"].str.contains("[\u4e00-\u9fff]").all()


def test_every_finding_is_in_one_story_with_one_headline(found: dict[str, pd.DataFrame]) -> None:
    table = found["zhejiang-2022"].sort_values(["story_id", "story_order"])
    stories = table.groupby("story_id")

    assert (stories["headline"].nunique() == 1).all()
    assert (stories.cumcount() + 1 == table["story_order"]).all()
    assert stories.size().max() > 1
    assert table["finding_id"].is_unique
    assert (table["rows"] != "[]").all()


def test_row_order_of_the_inputs_changes_nothing(found: dict[str, pd.DataFrame]) -> None:
    facts = sample_town()
    shuffled = {
        name: getattr(facts.case, name).sample(frac=1, random_state=7).reset_index(drop=True)
        for name in ("parcels", "enterprises", "leases", "indicators", "patches", "buildings")
    }
    frames = {
        name: getattr(facts, name).sample(frac=1, random_state=3)
        for name in ("links", "ledger", "parcels", "enterprises", "parcel_evaluation")
    }
    import dataclasses

    again = dataclasses.replace(facts, case=facts.case.with_tables(**shuffled), **frames)

    pd.testing.assert_frame_equal(check(again), found["zhejiang-2022"])
