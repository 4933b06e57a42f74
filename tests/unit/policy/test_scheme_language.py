"""The scheme language: faults gathered, variants, groups, benchmarks, states, penalties."""

from __future__ import annotations

import pytest

from geomujun.errors import SchemeError
from geomujun.policy import schemes
from geomujun.policy.model import Benchmark, Cohort, PointItem

FULL = """
id: here
title: 本区办法
sources:
  doc: {title: 办法}
scope:
  excluded_industries: {2024-01-01: ["44"]}
  source: doc
points:
  bonus_max: {2024-01-01: 10}
  items:
    专精特新: {kind: 加分, points: {2024-01-01: 3, 2025-01-01: 4}}
  source: doc
states:
  transition_years: {2024-01-01: 3}
  unrated_industries: {2024-01-01: ["4610"]}
  source: doc
cohorts:
  above:
    label: 规上
    members: {size: 规上, industries: {2024-01-01: ["13", "34"]}}
    score: ratio_to_benchmark
    source: doc
    indicators:
      tax_per_mu:
        label: 亩均税收
        weight: {2024-01-01: 60}
        benchmark: {2024-01-01: {top_share: 20}}
      value_added_per_energy:
        label: 能效
        weight: {2024-01-01: 40}
        benchmark: {2024-01-01: {standard: {"13": 2, "1311": 3}, otherwise: {k_mean: 2}}}
    grades: {2024-01-01: [25, 50, 20, 5]}
    groups:
      food: {label: 食品, industries: {2024-01-01: ["13"]}, grades: {2024-01-01: [10, 60, 20, 10]}}
      rest: {label: 其他}
    ties: tax_per_mu
    lease_penalty: {tenants: 规下, first: {2024-01-01: 0}, each_further: {2024-01-01: 5}, source: doc}
variants:
  milder:
    label: 轻一些
    source: doc
    change:
      points: null
      cohorts:
        above:
          indicators:
            tax_per_mu: {weight: {2024-01-01: 50}}
            value_added_per_energy: {weight: {2024-01-01: 50}}
"""


def above(text: str = FULL, *wanted: str, year: int = 2024) -> Cohort:
    return schemes.load(text, year, "mine.yaml", wanted).cohorts[0]


def faults(old: str, new: str) -> list[str]:
    assert old in FULL
    found = schemes.check(
        FULL.replace(old, new), "mine.yaml", {"tax_per_mu", "value_added_per_energy"}
    )
    return [f"{f.line} {f.key} {f.message} {f.hint}" for f in found]


def test_the_whole_language_is_read() -> None:
    scheme = schemes.load(FULL, 2024)
    cohort = scheme.cohorts[0]
    assert scheme.point_items == (PointItem("专精特新", "加分", 3),)
    assert schemes.load(FULL, 2025).point_items[0].points == 4
    assert (scheme.transition_years, scheme.unrated_industries) == (3, ("4610",))
    assert cohort.industries == ("13", "34")
    assert cohort.indicators[0].benchmark == Benchmark("top_share", 20)
    standard = cohort.indicators[1].benchmark
    assert standard.standards == (("1311", 3.0), ("13", 2.0))
    assert standard.otherwise == Benchmark("k_mean", 2)
    assert cohort.ties == "tax_per_mu"
    assert cohort.lease is not None
    assert (cohort.lease.first, cohort.lease.each_further, cohort.lease.max) == (0, 5, None)


def test_groups_are_ranked_as_cohorts_of_their_own_over_one_mean() -> None:
    scheme = schemes.load(FULL, 2024)
    food, rest = scheme.active
    assert (food.id, food.label, food.industries) == ("above/food", "规上·食品", ("13",))
    assert (food.shares, rest.shares) == ((10, 60, 20, 10), (25, 50, 20, 5))
    assert rest.industries == ("13", "34")
    assert scheme.pools == ((food, rest),)
    apart = schemes.load(FULL.replace("    ties:", "    mean_over: group\n    ties:"), 2024)
    assert [len(p) for p in apart.pools] == [1, 1]


def test_division_stands_for_every_two_digit_industry() -> None:
    head, tail = FULL.split("    groups:\n")
    text = head + "    groups: division\n" + tail[tail.index("    ties:") :]
    active = schemes.load(text, 2024).active
    assert [c.industries[0] for c in active] == [f"{n:02d}" for n in range(6, 47)]


def test_a_variant_lies_over_the_scheme_and_leaves_the_rest() -> None:
    scheme = schemes.load(FULL, 2024, "mine.yaml", ["milder"])
    assert scheme.id == "here+milder"
    assert [r.weight for r in scheme.cohorts[0].indicators] == [50, 50]
    assert scheme.cohorts[0].indicators[0].benchmark == Benchmark("top_share", 20)
    assert scheme.bonus_max is None
    assert schemes.load(FULL, 2024).variants == (("milder", "轻一些"),)
    with pytest.raises(SchemeError, match="harder") as caught:
        above(FULL, "harder")
    assert "milder" in caught.value.hint
    with pytest.raises(SchemeError, match=r"change\.id"):
        above(FULL.replace("      points: null", "      id: other"), "milder")


def test_all_faults_of_a_file_come_at_once_with_their_lines() -> None:
    text = FULL.replace("label: 规上", "lable: 规上").replace("size: 规上", "size: 大")
    text = text.replace("first: {2024-01-01: 0}", "first: {2024-01-01: zero}")
    with pytest.raises(SchemeError) as caught:
        schemes.load(text, 2024, "mine.yaml")
    said = str(caught.value)
    for words in ("mine.yaml:20", "lable", "是不是 label", "大", "规下", "zero"):
        assert words in said
    assert len(schemes.check(text, "mine.yaml")) == 4  # the wrong key and the missing one


def test_a_fault_in_a_variant_or_a_later_year_is_found() -> None:
    assert (
        "110"
        in faults(
            "weight: {2024-01-01: 50}}\n            value",
            "weight: {2024-01-01: 60}}\n            value",
        )[0]
    )
    assert (
        "105" in faults("weight: {2024-01-01: 60}", "weight: {2024-01-01: 60, 2026-01-01: 65}")[0]
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{top_share: 20}", "{top_share: 120}", "120"),
        ("{top_share: 20}", "{top_share: 20, k_mean: 2}", "k_mean"),
        ("{top_share: 20}", "{}", "一种"),
        (', otherwise: {k_mean: 2}', "", "otherwise"),
        ('"1311": 3', '1311: 3', "1311"),
        ("otherwise: {k_mean: 2}", 'otherwise: {standard: {"13": 1}, otherwise: 1}', "standard"),
        ("ties: tax_per_mu", "ties: tax", "tax_per_mu"),
        ("food: {label: 食品, industries: {2024-01-01: [\"13\"]}", "food: {label: 食品", "最后一组"),
        ('["4610"]', '["461a"]', "461a"),
        ('["4610"]}\n  source: doc', '["4610"]}', "source"),
        ("      tax_per_mu:\n        label: 亩均税收", "      tax_pre_mu:\n        label: 亩均税收", "tax_per_mu"),
        ("kind: 加分", "kind: 奖励", "减分"),
        ("weight: {2024-01-01: 60}", "weight: 60", "60"),
        ("  above:\n", "  Above one:\n", "Above one"),
        ("first: {2024-01-01: 0}, ", "", "first"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_is_allowed(old: str, new: str, words: str) -> None:
    assert any(words in f for f in faults(old, new))


def test_an_expected_number_of_the_whole_scheme_is_refused() -> None:
    assert (
        "expected"
        in faults("bonus_max: {2024-01-01: 10}", "bonus_max: {2024-01-01: {expected: 待定}}")[0]
    )


def test_the_same_fault_of_many_keys_is_said_once() -> None:
    with pytest.raises(SchemeError) as caught:
        schemes.load(FULL, 2020, "mine.yaml")
    assert len(str(caught.value).splitlines()) == 1
    assert "2024-01-01" in caught.value.hint
