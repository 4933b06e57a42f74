"""What a scheme may ask for beyond the plain rules, through the whole enterprise evaluation."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from evaluation_small import YEAR, Town, table

from geomujun.errors import SchemeError
from geomujun.evaluation import engine, indicators, points
from geomujun.policy import schemes
from geomujun.policy.model import LeasePenalty, Scheme

HEAD = """
id: here
title: 本区办法
sources:
  doc: {title: 办法}
%s
cohorts:
  above:
    label: 规上
    members: {size: 规上}
    score: ratio_to_benchmark
    source: doc
    indicators:
      tax_per_mu:
        label: 亩均税收
        weight: {2024-01-01: 100}
        benchmark: {2024-01-01: %s}
    grades: {2024-01-01: [25, 50, 20, 5]}
%s
"""


def scheme(cohort: str = "", top: str = "", benchmark: str = "cohort_mean") -> Scheme:
    return schemes.load(HEAD % (top, benchmark, cohort), YEAR, "here.yaml")


def town(**taxes: float) -> Town:
    """Firms A, B, … of one mu each with their tax; 34 unless the name says food (F…)."""
    made = Town()
    for name, tax in taxes.items():
        made.firm(name, industry="C1311" if name.startswith("F") else "C3411")
        made.report(name, tax_wan_yuan=tax)
        made.use(name, f"P{name}", 1, 1)
    return made


def result(t: Town, s: Scheme, links: pd.DataFrame | None = None) -> pd.DataFrame:
    book: Any = t.book
    if links is not None:
        book.links = links
    found = engine.evaluate(t.case, book, s, YEAR)
    return found.enterprise_evaluation.set_index("uscc")


GROUPS = """
    groups:
      food: {label: 食品, industries: {2024-01-01: ["13"]}, grades: {2024-01-01: [0, 0, 0, 100]}}
      rest: {label: 其他}
"""


def test_groups_rank_apart_over_one_mean_and_cut_their_own_shares() -> None:
    got = result(town(A=40, B=30, C=20, D=10, FA=100, FB=50), scheme(GROUPS))
    assert got.loc["FA", "cohort"] == "规上·食品"
    assert list(got.loc[["FA", "FB"], "rank"]) == [1, 2]
    assert list(got.loc[["FA", "FB"], "grade"]) == ["D", "D"]
    assert list(got.loc[["A", "B", "C", "D"], "grade"]) == ["A", "B", "B", "C"]
    assert got.loc["A", "score"] == pytest.approx(100 * 40 / (250 / 6))
    assert got.loc["A", "grade_reason"] == "第 1 名，共 4 个"


def test_groups_may_have_means_of_their_own() -> None:
    apart = scheme("    mean_over: group" + GROUPS)
    got = result(town(A=40, B=30, C=20, D=10, FA=100, FB=50), apart)
    assert got.loc["A", "score"] == pytest.approx(100 * 40 / 25)
    assert got.loc["FA", "score"] == pytest.approx(100 * 100 / 75)


def test_parcels_are_grouped_like_firms() -> None:
    t = town(A=40, B=30, FA=100, FB=50)
    found = engine.evaluate(t.case, t.book, scheme(GROUPS), YEAR).parcel_evaluation
    got = found.set_index("parcel_code")
    assert list(got["cohort"]) == ["规上·其他", "规上·其他", "规上·食品", "规上·食品"]
    assert list(got.loc[["PFA", "PFB"], "rank"]) == [1, 2]


def test_a_unit_stands_in_the_group_of_its_largest_firm() -> None:
    t = town(A=40)
    for name, revenue in (("FX", 10.0), ("M", 900.0)):
        t.firm(name, industry="C1311" if name == "FX" else "C3411")
        t.report(name, tax_wan_yuan=1, revenue_wan_yuan=revenue)
        t.use(name, "SHARED", None, 2)
    got = result(t, scheme(GROUPS))
    assert set(got.loc[["FX", "M"], "cohort"]) == {"规上·其他"}


def test_a_standard_takes_the_place_of_the_mean_in_its_industry() -> None:
    mark = '{standard: {"13": 50}, otherwise: cohort_mean}'
    t = town(A=40, B=20, FA=100)
    got = result(t, scheme(benchmark=mark))
    assert list(got["score"]) == pytest.approx([100 * 40 / 30, 100 * 20 / 30, 100 * 100 / 50])
    marks = engine.evaluate(t.case, t.book, scheme(benchmark=mark), YEAR).benchmarks
    own = marks[marks["side"] == "enterprise"]
    assert list(zip(own["how"], own["value"], strict=True)) == [
        ("cohort_mean", 30.0),
        ("standard 13", 50.0),
    ]


def test_the_mean_of_the_best_takes_those_equal_to_the_last_of_them() -> None:
    got = result(town(A=40, B=30, C=30, D=10), scheme(benchmark="{top_share: 50}"))
    assert got.loc["D", "score"] == pytest.approx(100 * 10 / (100 / 3))


@pytest.mark.parametrize(
    ("rule", "ranks", "grades"),
    [
        ("uscc", [1, 2, 3, 4], ["A", "B", "B", "C"]),
        ("shared", [1, 1, 3, 4], ["A", "A", "B", "C"]),
        ("tax_per_mu", [2, 1, 3, 4], ["B", "A", "B", "C"]),
    ],
)
def test_ties_go_as_the_scheme_says(rule: str, ranks: list[int], grades: list[str]) -> None:
    t = town(A=20, B=25, C=15, D=10)
    t.flags.append({"uscc": "A", "year": YEAR, "kind": "加分", "points": 100 * 5 / 17.5})
    got = result(t, scheme(f"    ties: {rule}"))
    assert got.loc["A", "score"] == pytest.approx(got.loc["B", "score"])
    assert list(got["rank"]) == ranks
    assert list(got["grade"]) == grades


def test_a_transition_ends_when_the_scheme_says_so() -> None:
    t = town(A=40, B=30)
    flag = {"year": 2021, "kind": "过渡期", "end_on": pd.Timestamp("2030-12-31")}
    t.flags += [flag | {"uscc": "A", "start_on": pd.Timestamp("2022-01-01")}]
    t.flags += [flag | {"uscc": "B", "start_on": pd.Timestamp("2021-12-31")}]
    limited = scheme(top="states: {transition_years: {2024-01-01: 3}, source: doc}")
    assert list(result(t, limited)["grade"] == "") == [True, False]
    assert list(result(t, scheme())["grade"] == "") == [True, True]


def test_an_industry_may_be_left_unrated() -> None:
    unrated = scheme(top='states: {unrated_industries: {2024-01-01: ["1311"]}, source: doc}')
    got = result(town(A=40, FA=30), unrated)
    assert got.loc["FA", "grade"] == ""
    assert "按行业" in got.loc["FA", "grade_reason"]
    assert got.loc["A", "rank"] == 1
    assert got.loc["A", "score"] == pytest.approx(100 * 40 / 35)  # still in the mean


def test_a_named_bonus_takes_the_schemes_points_unless_the_row_has_its_own() -> None:
    t = town(A=10, B=10, C=10)
    for name, given in (("A", None), ("B", 1.0)):
        row = {"uscc": name, "year": YEAR, "kind": "加分", "reason": "专精特新", "points": given}
        t.flags.append(row)
    priced = scheme(
        top="points: {items: {专精特新: {kind: 加分, points: {2024-01-01: 3}}}, source: doc}"
    )
    assert list(result(t, priced)["bonus"]) == [3, 1, 0]


LEASE = """
    lease_penalty: {tenants: 规下, first: {2024-01-01: 10}, each_further: {2024-01-01: 5}, source: doc}
"""


def links(t: Town, rows: list[dict[str, Any]]) -> pd.DataFrame:
    own = t.book.links.assign(relation="OWN", lease_id="", head_lease_id="", lessor_uscc="")
    blank = {"area_m2": 0.0, "area_method": "contract", "counted": True, "on_patch": False,
             "lease_id": "", "head_lease_id": "", "lessor_uscc": ""}  # fmt: skip
    return pd.concat([own, pd.DataFrame([blank | r for r in rows])], ignore_index=True)


def test_penalties_for_letting_out_are_counted_from_the_links() -> None:
    t = town(A=100, B=100, C=100)
    for name in ("t1", "t2", "t3", "t4"):
        t.firm(name, size="规上" if name == "t4" else "规下")
    rows = [
        {"parcel_code": "PA", "uscc": "t1", "relation": "LEASE", "lessor_uscc": "A", "lease_id": "L1"},
        {"parcel_code": "PA", "uscc": "t1", "relation": "LEASE", "lessor_uscc": "A", "lease_id": "L9"},
        {"parcel_code": "PA", "uscc": "t4", "relation": "LEASE", "lessor_uscc": "A"},  # 规上
        {"parcel_code": "PA", "uscc": "gone", "relation": "LEASE", "lessor_uscc": "A"},  # no firm of the case
        {"parcel_code": "PA", "uscc": "t3", "relation": "LEASE", "lessor_uscc": "A", "counted": False},
        {"parcel_code": "PA", "uscc": "B", "relation": "LEASE", "lessor_uscc": "A", "lease_id": "L2"},
        {"parcel_code": "PA", "uscc": "t2", "relation": "SUBLEASE", "head_lease_id": "L2"},
        {"parcel_code": "PC", "uscc": "t1", "relation": "LEASE"},  # lessor unnamed: the holder
        {"parcel_code": "PC", "uscc": "t2", "relation": "LEASE"},
    ]  # fmt: skip
    got = result(t, scheme(LEASE), links(t, rows))
    assert list(got["malus"]) == [10, 10, 15]
    assert got.loc["C", "score"] == pytest.approx(85)
    assert "出租给 2 家企业，扣 15 分" in got.loc["C", "grade_reason"]
    assert list(got["rank"]) == [1, 2, 3]


def test_members_of_one_unit_are_no_tenants_of_each_other() -> None:
    t = town(A=100)
    t.firm("sub", size="规下")
    t.report("sub", tax_wan_yuan=1)
    t.groups += [{"uscc": u, "group": "G", "division": "330603"} for u in ("A", "sub")]
    rows = [{"parcel_code": "PA", "uscc": "sub", "relation": "LEASE", "lessor_uscc": "A"}]
    assert result(t, scheme(LEASE), links(t, rows)).loc["A", "malus"] == 0


def test_a_penalty_may_have_a_limit() -> None:
    rule = LeasePenalty(first=10, each_further=5, max=12)
    assert points.penalty(rule, pd.Series([0.0, 1, 2, 9]).to_numpy()).tolist() == [0, 10, 12, 12]


def test_a_localitys_indicator_is_found_by_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    for registry in (indicators.ENTERPRISE, indicators.UNITS):
        monkeypatch.setattr(indicators, _name(registry), dict(registry))

    @indicators.indicator("万元/人")
    def tax_per_head(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        return f["tax_wan_yuan"], f["employees"]

    frame = pd.DataFrame({"tax_wan_yuan": [10.0, 5.0], "employees": [2.0, 0.0]})
    num, den = indicators.operands(frame, ["tax_per_head"], indicators.ENTERPRISE)
    assert num[:, 0].tolist() == [10, 5]
    assert den[0, 0] == 2
    assert pd.isna(den[1, 0])
    with pytest.raises(SchemeError, match="tax_per_head") as caught:
        indicators.operands(
            frame.drop(columns="employees"), ["tax_per_head"], indicators.ENTERPRISE
        )
    assert "tax_wan_yuan" in caught.value.hint


def _name(registry: object) -> str:
    return next(n for n in ("ENTERPRISE", "UNITS") if getattr(indicators, n) is registry)


def test_an_id_of_ours_cannot_be_taken() -> None:
    def tax_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        return f["tax_wan_yuan"], f["area_mu"]

    with pytest.raises(SchemeError, match="tax_per_mu"):
        indicators.indicator("万元/亩")(tax_per_mu)


NEWLY = """
states:
  newly_above_years: {2024-01-01: %s}
  source: doc
"""
BELOW = """
  below:
    label: 规下
    members: {size: 规下}
    score: ratio_to_benchmark
    source: doc
    indicators:
      tax_per_mu: {label: 亩均税收, weight: {2024-01-01: 100}, benchmark: {2024-01-01: 10}}
    grades: {2024-01-01: [25, 50, 20, 5]}
"""


@pytest.mark.parametrize(
    ("years", "start", "cohort"),
    [
        ("1", "2024-03-01", "规下"),
        ("1", "2023-12-31", "规上"),
        ("0.5", "2024-08-01", "规下"),
        ("0.5", "2024-03-01", "规上"),
    ],
)
def test_a_firm_newly_above_designated_size_is_scored_as_one_below(
    years: str, start: str, cohort: str
) -> None:
    made = town(A=40, B=30)
    made.flags = [{"uscc": "A", "year": YEAR, "kind": "不评D", "reason": "新升规",
                   "start_on": pd.Timestamp(start)}]  # fmt: skip
    got = result(made, scheme(BELOW, NEWLY % years))

    assert got.loc["A", "cohort"] == cohort
    assert got.loc["B", "cohort"] == "规上"
    assert result(made, scheme(BELOW)).loc["A", "cohort"] == "规上", "only where the scheme says so"


def test_last_years_result_tells_who_is_newly_above() -> None:
    made = town(A=40, B=30)
    rows = [{"uscc": "A", "year": YEAR - 1, "size": "规下", "grade": "B"},
            {"uscc": "B", "year": YEAR - 1, "size": "规上", "grade": "B"}]  # fmt: skip
    made.extra["previous_grades"] = table("previous_grades", rows)
    got = result(made, scheme(BELOW, NEWLY % 1))

    assert got["cohort"].to_dict() == {"A": "规下", "B": "规上"}
    assert got.loc["A", "score"] == pytest.approx(400)


def test_zhejiang_offers_the_choice_and_says_where_it_is_written() -> None:
    plain = schemes.load("zhejiang-2022", 2023)
    chosen = schemes.load("zhejiang-2022+newly-above", 2023)

    assert (plain.newly_above_years, chosen.newly_above_years) == (None, 1)
    assert "“对新升规未满 1 年的企业，可按规下企业评价。”" in schemes.text_of("zhejiang-2022")


PLEDGE = """
    indicators:
      tax_per_mu: {label: 亩均税收, weight: {2024-01-01: 80}, benchmark: {2024-01-01: 10}}
      commitment_attainment: {label: 达产, weight: {2024-01-01: 20}, benchmark: {2024-01-01: 1}}
"""


def test_commitments_of_the_land_are_scored_by_who_uses_it_now() -> None:
    """A yields 15 of 20 万元/亩 agreed and has invested 900 of 1000: (0.75 + 0.9) / 2 of 20 points."""
    made = town(A=15, B=15, C=15)
    due = {"contract_no": "1", "parcel_code": "PA", "actual_completion_on": pd.Timestamp("2020-01-01"),
           "agreed_tax_wan_yuan_per_mu": 20.0, "agreed_investment_wan_yuan": 1000.0,
           "invested_wan_yuan": 900.0}  # fmt: skip
    young = due | {"contract_no": "2", "parcel_code": "PB",
                   "actual_completion_on": pd.Timestamp("2024-02-01")}  # fmt: skip
    supply = table("supply", [due, young])
    made.extra["supply"] = supply.assign(parcel_resolved=supply["parcel_code"])
    text = HEAD % ("\nstates:\n  attainment_months: {2024-01-01: 24}\n  source: doc\n", "10", "")
    start, end = text.index("    indicators:"), text.index("    grades:")
    rules = schemes.load(text[:start] + PLEDGE.lstrip("\n") + text[end:], YEAR, "here.yaml")
    got = result(made, rules)

    assert got.loc["A", "commitment_attainment"] == pytest.approx(0.825, abs=1e-9)
    assert got.loc["A", "commitment_attainment_score"] == pytest.approx(16.5, abs=1e-9)
    assert got.loc[["B", "C"], "commitment_attainment"].isna().all(), "not due, no contract"
