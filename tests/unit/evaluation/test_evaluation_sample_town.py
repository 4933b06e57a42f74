"""The sample town's evaluation, given its true links and ledger."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from evaluation_truth import YEAR, truth

from geomujun.domain.case import Case
from geomujun.evaluation import engine
from geomujun.policy import schemes

SIDES = [("enterprise", "uscc"), ("parcel", "parcel_code")]
SCHEMES = ["zhejiang-2022", "huangyan-2022"]


@pytest.fixture(scope="module", params=SCHEMES)
def result(request: pytest.FixtureRequest, town: tuple[Case, Any]) -> tuple[str, engine.Evaluation]:
    case, book = town
    name: str = request.param
    return name, engine.evaluate(case, book, schemes.load(name, YEAR), YEAR)


def pair(result: tuple[str, engine.Evaluation], side: str, key: str) -> tuple[Any, Any]:
    name, evaluation = result
    want = truth(f"{side}_evaluation_{name}").set_index(key)
    got = getattr(evaluation, f"{side}_evaluation").set_index(key)
    assert sorted(got.index) == sorted(want.index)
    return want, got.loc[want.index]


def number(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text.replace("", None)).astype("float64")


@pytest.mark.parametrize(("side", "key"), SIDES)
def test_every_score_is_the_true_one(result: Any, side: str, key: str) -> None:
    want, got = pair(result, side, key)
    np.testing.assert_allclose(got["score"], number(want["score"]), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("side", "key"), SIDES)
def test_every_grade_and_cohort_is_the_true_one(result: Any, side: str, key: str) -> None:
    want, got = pair(result, side, key)
    assert got["grade"].to_list() == want["grade"].to_list()
    assert got["cohort"].to_list() == want["cohort"].to_list()
    np.testing.assert_allclose(got["area_mu"], number(want["area_mu"]), atol=5e-5)


def test_every_firm_has_its_true_rank_and_unit(result: Any) -> None:
    want, got = pair(result, "enterprise", "uscc")
    rank = got["rank"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    np.testing.assert_array_equal(rank, number(want["rank"]))
    assert got["unit_kind"].to_list() == want["unit_kind"].to_list()
    assert got["unit_id"].to_list() == want["unit_id"].to_list()


def test_every_parcel_has_its_true_rank_up_to_exact_ties(result: Any) -> None:
    """Parcels of one firm have the same ratios, so exactly the same score.

    The truth file ordered such ties by the last bit of its own sums (three parcels of one firm come
    61, 62, 60 under one scheme and 56, 57, 58 under the other); here the parcel code decides.
    """
    want, got = pair(result, "parcel", "parcel_code")
    frame = pd.DataFrame(
        {
            "want": number(want["rank"]).astype(int),
            "got": got["rank"].astype(int),
            "tie": want["cohort"] + want["score"].map(lambda s: f"{float(s):.6f}"),
        }
    )
    alone = ~frame["tie"].duplicated(keep=False)
    assert alone.sum() > 100
    assert (frame["want"] == frame["got"])[alone].all()
    for _, tied in frame[~alone].groupby("tie"):
        assert sorted(tied["want"]) == sorted(tied["got"])
        assert tied.sort_index()["got"].is_monotonic_increasing


def test_every_indicator_value_and_item_is_the_true_one(result: Any) -> None:
    chinese = {
        "亩均税收": "tax_per_mu",
        "亩均增加值": "value_added_per_mu",
        "单位能耗增加值": "value_added_per_energy",
        "全员劳动生产率": "labour_productivity",
        "单位排放增加值": "value_added_per_emission",
        "研发占比": "rd_intensity",
        "单位电耗税收": "tax_per_power",
    }
    for side, key in SIDES:
        want, got = pair(result, side, key)
        for label, name in chinese.items():
            np.testing.assert_allclose(got[name], number(want[label]), atol=1e-6)
            np.testing.assert_allclose(
                got[f"{name}_score"], number(want[f"{label}_score"]), atol=1e-6
            )


def test_parcels_list_who_counts_and_who_does_not(result: Any) -> None:
    want, got = pair(result, "parcel", "parcel_code")
    assert got["enterprises"].to_list() == want["enterprises"].to_list()
    assert got["left_out"].to_list() == want["left_out"].to_list()


def test_everyone_left_out_has_a_reason(result: Any) -> None:
    _, evaluation = result
    out = evaluation.left_out[evaluation.left_out["side"] == "parcel"]
    listed = evaluation.parcel_evaluation["left_out"].str.split("|").explode()
    assert sorted(out["uscc"]) == sorted(x for x in listed if x)
    assert set(out["reason"]) == {"非工业企业", "无年度数据", "对应面积为 0"}


def test_row_order_of_the_inputs_changes_nothing(town: tuple[Case, Any]) -> None:
    case, book = town
    scheme = schemes.load("zhejiang-2022", YEAR)
    mixed = Case(
        enterprises=case.enterprises.sample(frac=1, random_state=3),
        indicators=case.indicators.sample(frac=1, random_state=4),
        flags=case.flags.sample(frac=1, random_state=5),
    )
    names = ("links", "ledger", "ledger_lines", "parcels", "enterprises")
    shuffled = type(book)(**{n: getattr(book, n).sample(frac=1, random_state=6) for n in names})
    a = engine.evaluate(case, book, scheme, YEAR)
    b = engine.evaluate(mixed, shuffled, scheme, YEAR)
    pd.testing.assert_frame_equal(a.enterprise_evaluation, b.enterprise_evaluation, rtol=0, atol=0)
    pd.testing.assert_frame_equal(a.parcel_evaluation, b.parcel_evaluation, rtol=0, atol=0)
    pd.testing.assert_frame_equal(a.benchmarks, b.benchmarks, rtol=0, atol=0)
