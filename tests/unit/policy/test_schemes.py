from __future__ import annotations

import hashlib
import re

import pytest

from geomujun.errors import SchemeError
from geomujun.policy import schemes

GOOD = """
id: here
title: 本区办法
sources:
  doc: {title: 办法, issued: 2024-03-01}
cohorts:
  all:
    label: 规上
    members: {size: 规上}
    score: ratio_to_benchmark
    source: doc
    indicators:
      tax_per_mu:
        label: 亩均税收
        weight: {2023-01-01: 60, 2024-01-01: 70}
        benchmark: {2023-01-01: 20, 2024-01-01: {k_mean: 2}}
      rd_intensity:
        label: 研发
        weight: {2023-01-01: 40, 2024-01-01: 30}
        benchmark: {2023-01-01: {assumed: cohort_mean, note: 未定}}
        cap: {2023-01-01: 1.5}
    grades: {2023-01-01: [25, 50, 20, 5]}
"""


def refused(old: str, new: str, year: int = 2024) -> SchemeError:
    assert old in GOOD
    with pytest.raises(SchemeError) as caught:
        schemes.load(GOOD.replace(old, new), year, "mine.yaml")
    return caught.value


def test_the_presets_are_there_and_load() -> None:
    assert schemes.available() == [
        "huaian-2024",
        "huangyan-2021",
        "huangyan-2022",
        "jiangsu-2017",
        "jingde-2022",
        "shanghai-2019",
        "wenling-2022",
        "xian-2022",
        "xian-2022-park",
        "zhejiang-2022",
    ]
    for name in schemes.available():
        scheme = schemes.load(name, 2024)
        assert scheme.id == name
        assert scheme.sources
        assert schemes.check(schemes.text_of(name), name) == ()
        for variant, label in scheme.variants:
            assert schemes.load(f"{name}+{variant}", 2024).id == f"{name}+{variant}"
            assert label


@pytest.mark.parametrize("name", ["zhejiang-2022", "xian-2022", "huangyan-2022", "huaian-2024"])
def test_weights_and_shares_of_a_preset_add_up_to_100(name: str) -> None:
    for cohort in schemes.load(name, 2024).cohorts:
        assert sum(r.weight for r in cohort.indicators) == 100
        assert sum(cohort.shares) == 100


def test_zhejiang_has_the_weights_and_shares_of_the_document() -> None:
    above, below, services = schemes.load("zhejiang-2022", 2024).cohorts
    assert [r.weight for r in above.indicators] == [30, 20, 20, 10, 10, 10]
    assert above.shares == (25, 50, 20, 5)
    assert [r.id for r in below.indicators] == ["tax_per_mu", "tax_per_power"]
    assert not services.used


def test_the_services_cohort_is_used_when_asked_for() -> None:
    scheme = schemes.load("zhejiang-2022", 2024)
    assert "revenue_per_mu" not in scheme.indicator_ids()
    assert "revenue_per_mu" in scheme.using(["services"]).indicator_ids()
    with pytest.raises(SchemeError, match="service_firms"):
        scheme.using(["service_firms"])


def test_xian_leaves_utilities_out_and_splits_c_and_d_evenly_as_an_assumption() -> None:
    scheme = schemes.load("xian-2022", 2024)
    assert {"44", "45", "46"} <= set(scheme.excluded_industries)
    assert scheme.cohorts[0].shares == (15, 75, 5, 5)
    assert any("grades" in a.key for a in scheme.assumed)


def test_huangyan_2022_gives_firms_without_emission_data_the_mean_and_2021_does_not() -> None:
    def rule(name: str) -> str:
        above = schemes.load(name, 2022).cohorts[0]
        return next(r.when_missing for r in above.indicators if r.id == "value_added_per_emission")

    assert rule("huangyan-2022") == "cohort_mean_score"
    assert rule("huangyan-2021") == "zero"


def test_the_value_in_force_on_31_december_counts() -> None:
    before, after = schemes.load(GOOD, 2023), schemes.load(GOOD, 2025)
    assert [r.weight for r in before.cohorts[0].indicators] == [60, 40]
    assert [r.weight for r in after.cohorts[0].indicators] == [70, 30]
    assert before.cohorts[0].indicators[0].benchmark.kind == "fixed"
    assert after.cohorts[0].indicators[0].benchmark.number == 2
    assert after.cohorts[0].indicators[1].cap == 1.5


def test_an_assumed_value_is_used_and_said() -> None:
    (assumed,) = schemes.load(GOOD, 2024).assumed
    assert assumed.note == "未定"
    assert "rd_intensity.benchmark" in assumed.key


def test_an_expected_value_loads_and_raises_only_when_used() -> None:
    text = GOOD.replace("[25, 50, 20, 5]", "{expected: 待公布}")
    cohort = schemes.load(text, 2024).cohorts[0]
    with pytest.raises(SchemeError, match="待公布") as caught:
        cohort.require("here")
    assert "expected" in caught.value.hint


def test_the_digest_is_of_the_bytes() -> None:
    assert schemes.load(GOOD, 2024).sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2024-01-01: 70", "2024-01-01: 71", "101"),
        ("[25, 50, 20, 5]", "[25, 50, 20, 6]", "101"),
        ("[25, 50, 20, 5]", "[25, 75]", "4"),
        ("score: ratio", "scores: ratio", "scores"),
        ("score: ratio_to_benchmark", "score: ratio", "'ratio'"),
        ("2024-01-01: 70", "2024-01-01: seventy", "seventy"),
        ("2024-01-01: 70", "2024-01-01: .nan", "nan"),
        ("2024-01-01: 70", "2024: 70", "2024"),
        ("source: doc", "source: docs", "docs"),
        ("cap: {2023-01-01: 1.5}", "cap: 1.5", "1.5"),
        ("{k_mean: 2}", "{mean: 2}", "mean"),
        ("{k_mean: 2}", "mean", "mean"),
        ("size: 规上", "size: 大", "大"),
        ("title: 本区办法", "title: ''", "title"),
        ("    label: 规上\n", "    label: 规上\n    label: 规下\n", "label"),
        ("    label: 规上\n", "    label: [\n", "YAML"),
    ],
)
def test_a_wrong_scheme_is_refused_with_file_key_and_value(old: str, new: str, words: str) -> None:
    message = str(refused(old, new))
    assert "mine.yaml" in message
    assert words in message


def test_a_refusal_lists_what_is_allowed() -> None:
    assert "min_max" in refused("score: ratio_to_benchmark", "score: ratio").hint
    assert "weight" in refused("cap:", "roof:").hint
    assert "doc" in refused("source: doc", "source: docs").hint


def test_a_year_before_the_first_value_is_refused_with_the_first_day() -> None:
    with pytest.raises(SchemeError) as caught:
        schemes.load(GOOD, 2020, "mine.yaml")
    assert "2020-12-31" in str(caught.value)
    assert "2023-01-01" in caught.value.hint


def test_an_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(SchemeError, match=re.escape("'zhejiang-2021'")) as caught:
        schemes.load("zhejiang-2021", 2024)
    assert "zhejiang-2022" in caught.value.hint


def test_min_max_takes_no_benchmark() -> None:
    text = GOOD.replace("score: ratio_to_benchmark", "score: min_max")
    with pytest.raises(SchemeError, match=r"tax_per_mu\.benchmark"):
        schemes.load(text, 2024)
