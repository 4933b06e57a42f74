"""The screening rules against the right answers of sample-town, given the true links."""

from __future__ import annotations

import pandas as pd
import pytest
from truth_facts import sample_town, truth

from geomujun.domain.catalogue import TABLES
from geomujun.screening.engine import screen


@pytest.fixture(scope="module")
def hits() -> pd.DataFrame:
    return screen(sample_town())


@pytest.mark.parametrize("rule", ["IDLE_1", "IDLE_2", "JEWT", "COV", "LOW_FAR_OLD"])
def test_a_rule_hits_all_the_truth_and_nothing_beside_it(rule: str, hits: pd.DataFrame) -> None:
    right = truth("low_efficiency")
    right = right[right["rule"] == rule]
    said = set(hits.loc[hits["rule"] == rule, "parcel_code"])

    assert set(right.loc[right["grey"] == "0", "parcel_code"]) - said == set()
    assert said - set(right["parcel_code"]) == set()


def test_a_hit_tells_operands_source_and_that_it_is_no_verdict(hits: pd.DataFrame) -> None:
    assert list(hits.columns) == TABLES["low_efficiency"].columns
    assert hits["basis"].str.contains("提示，不作认定").all()
    assert hits["basis"].str.contains("依据：").all()
    assert (hits["path"] != "").all()
    assert hits["measured"].notna().all()
    assert (hits["area_mu"] > 0).all()


def test_idle_land_is_not_called_low_efficiency_as_well(hits: pd.DataFrame) -> None:
    idle = set(hits.loc[hits["rule"].isin(["IDLE_1", "IDLE_2"]), "parcel_code"])
    low = set(hits.loc[hits["rule"].str.startswith("LOW_"), "parcel_code"])

    assert idle
    assert idle & low == set()
