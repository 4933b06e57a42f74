"""What is joined to each plot and firm."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from geomujun_maps import joined
from result_builder import empty_result, sample_result

DAY = pd.Timestamp("2024-12-31")


def _one(**values: object) -> pd.DataFrame:
    row = {
        "parcel_code": "P", "uscc": "U", "relation": "LEASE", "area_m2": 1.0, "band": "auto",
        "decision": "", "valid_from": pd.NaT, "valid_to": pd.NaT, **values,
    }  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("values", "use"),
    [
        ({}, "counted"),
        ({"valid_to": DAY}, "counted"),
        ({"valid_from": DAY}, "counted"),
        ({"valid_to": DAY - pd.Timedelta(days=1)}, "other"),
        ({"valid_from": DAY + pd.Timedelta(days=1)}, "other"),
        ({"relation": "REGISTERED_ONLY"}, "other"),
        ({"band": "review"}, "review"),
        ({"band": "review", "decision": "same"}, "counted"),
        ({"band": "review", "decision": "unsure"}, "review"),
        ({"band": "review", "decision": "different"}, "other"),
        ({"decision": "different"}, "other"),
        ({"counted": False}, "other"),
        ({"counted": True, "valid_to": DAY - pd.Timedelta(days=1)}, "counted"),
    ],
)
def test_a_link_is_used_as_the_contract_says(values: dict[str, object], use: str) -> None:
    result = replace(empty_result(), tables={"links": _one(**values)})
    assert joined.links(result)["use"].tolist() == [use]


def test_the_user_with_the_largest_area_comes_first() -> None:
    frame = pd.concat(
        [_one(uscc="A", area_m2=None), _one(uscc="B", area_m2=2.0), _one(uscc="C", area_m2=9.0)]
    )
    result = replace(empty_result(), tables={"links": frame})
    assert joined.links(result)["uscc"].tolist() == ["C", "B", "A"]


def test_evidence_gives_its_lines_and_falls_back_to_the_values() -> None:
    items = [
        {"name": "n", "bits": 2.5, "line": "同名"},
        {"name": "代码", "left": "甲", "right": "乙"},
        "odd",
    ]
    assert joined.evidence_lines(json.dumps(items)) == [("同名", 2.5), ("代码：甲 ↔ 乙", None)]
    assert joined.evidence_lines("") == []
    assert joined.evidence_lines("not json") == [("not json", None)]


def test_firms_of_links_that_the_register_lacks_are_listed_too() -> None:
    result = replace(empty_result(), tables={"links": _one(uscc="91X")})
    assert joined.firms(result).index.tolist() == ["91X"]


def test_plots_are_the_parcels_and_the_linked_patches_once_each() -> None:
    plots = joined.plots(sample_result())
    assert plots["parcel_code"].is_unique
    assert plots["parcel_code"].is_monotonic_increasing
    linked = set(sample_result().tables["links"]["parcel_code"])
    patches = set(plots.loc[plots["kind"] == "patch", "parcel_code"])
    assert patches == linked - set(sample_result().case.parcels["parcel_code"])
    assert len(patches) == 4
