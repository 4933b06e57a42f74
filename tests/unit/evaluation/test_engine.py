from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from evaluation_small import MU, YEAR, Town, table
from shapely.geometry import box

from geomujun.domain.case import CRS
from geomujun.errors import SchemeError
from geomujun.evaluation import engine
from geomujun.policy import schemes
from geomujun.policy.model import Scheme

TAX_ONLY = """
id: tax
title: 亩均税收
sources: {d: {title: 办法}}
cohorts:
  above: &c
    label: 规上
    members: {size: 规上}
    score: ratio_to_benchmark
    source: d
    indicators: {tax_per_mu: {label: 亩均税收, weight: {2020-01-01: 100}, benchmark: {2020-01-01: cohort_mean}}}
    grades: {2020-01-01: [25, 50, 20, 5]}
  below:
    label: 规下
    members: {size: 规下}
    score: ratio_to_benchmark
    source: d
    min_mu: {2020-01-01: 3}
    indicators: {tax_per_mu: {label: 亩均税收, weight: {2020-01-01: 100}, benchmark: {2020-01-01: 10}}}
    grades: {2020-01-01: [25, 50, 20, 5]}
""".replace("&c", "")


def run(town: Town, scheme: Scheme | None = None, merge_groups: bool = False) -> engine.Evaluation:
    return engine.evaluate(
        town.case, town.book, scheme or schemes.load(TAX_ONLY, YEAR), YEAR, merge_groups
    )


def row(result: engine.Evaluation, uscc: str) -> Any:
    return result.enterprise_evaluation.set_index("uscc").loc[uscc]


def parcel(result: engine.Evaluation, code: str) -> Any:
    return result.parcel_evaluation.set_index("parcel_code").loc[code]


def simple(*taxes: float) -> Town:
    town = Town()
    for i, tax in enumerate(taxes):
        town.firm(f"F{i}")
        town.report(f"F{i}", tax_wan_yuan=tax)
        town.use(f"F{i}", f"P{i}", 10, 10)
    return town


def test_firms_on_an_unsplittable_parcel_share_one_result() -> None:
    town = simple(200)
    for uscc, tax in (("A", 30.0), ("B", 60.0)):
        town.firm(uscc)
        town.report(uscc, tax_wan_yuan=tax)
        town.use(uscc, "Q", None, 9)
    got = run(town)
    assert row(got, "A")["tax_per_mu"] == pytest.approx(10)
    assert row(got, "A")["unit_kind"] == "parcel"
    assert row(got, "A")["unit_id"] == row(got, "B")["unit_id"] == "Q"
    assert row(got, "A")["rank"] == row(got, "B")["rank"] == 2
    assert "2 家" in row(got, "A")["grade_reason"]
    assert parcel(got, "Q")["tax_per_mu"] == pytest.approx(10)


def test_a_members_other_land_joins_the_unit() -> None:
    town = Town()
    for uscc in ("A", "B"):
        town.firm(uscc)
        town.report(uscc, tax_wan_yuan=50)
        town.use(uscc, "Q", None, 9)
    town.use("A", "R", 1, 1)
    got = run(town)
    assert row(got, "B")["area_mu"] == pytest.approx(10)
    assert row(got, "B")["tax_per_mu"] == pytest.approx(10)


def test_shared_parcels_chain_into_one_unit_under_the_smallest_code() -> None:
    town = Town()
    for uscc, parcels in (("A", ["Q2"]), ("B", ["Q2", "Q1"]), ("C", ["Q1"])):
        town.firm(uscc)
        town.report(uscc, tax_wan_yuan=10)
        for code in parcels:
            town.use(uscc, code, None, 5)
    got = run(town)
    assert set(got.enterprise_evaluation["unit_id"]) == {"Q1"}
    assert row(got, "A")["area_mu"] == pytest.approx(10)


def test_a_non_industrial_neighbour_neither_counts_nor_joins() -> None:
    town = Town()
    for uscc, parcels in (("A", ["Q1"]), ("Shop", ["Q1", "Q2"]), ("C", ["Q2"])):
        town.firm(uscc, industry="F5211" if uscc == "Shop" else "C3311")
        town.report(uscc, tax_wan_yuan=10)
        for code in parcels:
            town.use(uscc, code, None, 5)
    got = run(town)
    assert list(got.enterprise_evaluation["uscc"]) == ["A", "C"]
    assert row(got, "A")["unit_id"] == "Q1"
    assert row(got, "A")["tax_per_mu"] == pytest.approx(2)
    assert parcel(got, "Q1")["left_out"] == "Shop"
    out = got.left_out[got.left_out["uscc"] == "Shop"]
    assert set(out["reason"]) == {"非工业企业"}
    assert set(out["side"]) == {"enterprise", "parcel"}


def test_a_confirmed_group_in_one_county_is_one_unit_and_its_land_counts_whole() -> None:
    town = Town()
    town.firm("Mother")
    town.use("Mother", "P", 20, 20)  # holds the land, reports nothing
    town.firm("Daughter")
    town.report("Daughter", tax_wan_yuan=100)
    town.use("Daughter", "R", 5, 5)
    town.firm("Abroad", division="330602")
    town.report("Abroad", tax_wan_yuan=100)
    town.use("Abroad", "S", 5, 5)
    town.groups = [{"group": "集团", "uscc": u} for u in ("Mother", "Daughter", "Abroad")]
    got = run(town)
    assert row(got, "Daughter")["unit_kind"] == "group"
    assert row(got, "Daughter")["unit_id"] == "集团"
    assert row(got, "Daughter")["tax_per_mu"] == pytest.approx(4)
    assert row(got, "Abroad")["unit_kind"] == "enterprise"


def test_children_join_their_parent_only_when_asked() -> None:
    town = simple(100, 50)
    town.firms[1]["parent_uscc"] = "F0"
    assert set(run(town).enterprise_evaluation["unit_kind"]) == {"enterprise"}
    got = run(town, merge_groups=True)
    assert set(got.enterprise_evaluation["unit_id"]) == {"F0"}
    assert row(got, "F1")["tax_per_mu"] == pytest.approx(7.5)


def test_a_unit_and_a_parcel_are_above_designated_when_one_member_is() -> None:
    town = Town()
    for uscc, size in (("A", "规上"), ("B", "规下")):
        town.firm(uscc, size=size)
        town.report(uscc, tax_wan_yuan=10)
        town.use(uscc, "Q", None, 5)
    got = run(town)
    assert row(got, "B")["cohort"] == "规上"
    assert parcel(got, "Q")["cohort"] == "规上"


def test_who_is_not_evaluated() -> None:
    town = simple(100)
    town.firm("NoFigures")
    town.use("NoFigures", "P1", 5, 5)
    town.firm("NoLand")
    town.report("NoLand", tax_wan_yuan=5)
    town.firm("Gone", bucket="cancelled")
    town.report("Gone", tax_wan_yuan=5)
    town.use("Gone", "P2", 5, 5)
    town.firm("Small", size="规下")
    town.report("Small", tax_wan_yuan=5)
    town.use("Small", "P3", 2.9, 2.9)
    town.firm("LastYear")
    town.report("LastYear", year=YEAR - 1, tax_wan_yuan=5)
    town.use("LastYear", "P4", 5, 5)
    got = run(town)
    assert list(got.enterprise_evaluation["uscc"]) == ["F0"]
    # The parcel counts every real user, however small.
    assert list(got.parcel_evaluation["parcel_code"]) == ["P0", "P3"]


def test_a_units_operand_is_missing_only_when_no_member_reports_it() -> None:
    town = Town()
    for uscc, tax in (("A", 30.0), ("B", None)):
        town.firm(uscc)
        town.report(uscc, **({} if tax is None else {"tax_wan_yuan": tax}))
        town.use(uscc, "Q", None, 10)
    assert row(run(town), "B")["tax_per_mu"] == pytest.approx(3)
    town.figures[0].pop("tax_wan_yuan")
    got = row(run(town), "B")
    assert pd.isna(got["tax_per_mu"])
    assert got["score"] == 0


def test_the_mean_is_of_sums_and_counts_vetoed_and_unrated_firms() -> None:
    town = simple(100, 300)
    town.flags = [{"uscc": "F1", "year": YEAR, "kind": "否决", "reason": "事故"}]
    got = run(town)
    mark = got.benchmarks.set_index(["side", "indicator"])["value"]
    assert mark["enterprise", "tax_per_mu"] == pytest.approx(20)
    assert row(got, "F0")["score"] == pytest.approx(50)


def test_states_take_precedence_as_written() -> None:
    town = simple(*[100.0 - i for i in range(14)])
    kinds = {"F0": "否决", "F1": "过渡期", "F2": "不评价", "F13": "不评D"}
    town.flags = [{"uscc": u, "year": YEAR, "kind": k} for u, k in kinds.items()]
    town.flags.append({"uscc": "F0", "year": YEAR, "kind": "不评D"})
    got = run(town)
    assert row(got, "F0")["grade"] == "D"
    assert row(got, "F1")["grade"] == ""
    assert row(got, "F1")["score"] > 0
    assert pd.isna(row(got, "F2")["score"])
    assert row(got, "F13")["rank"] == 11  # the last: a D by rank
    assert row(got, "F13")["grade"] == "C"
    assert "不评为 D" in row(got, "F13")["grade_reason"]
    assert got.enterprise_evaluation.set_index("uscc")["rank"].isna().sum() == 3
    # n = 11: A to ⌊2.75 + ½⌋ = 3, B to ⌊8.25 + ½⌋ = 8, C to ⌊10.45 + ½⌋ = 10
    letters = "".join(row(got, f"F{i}")["grade"] for i in range(3, 14))
    assert letters == "AAABBBBBCCC"
    # Flags do not touch parcels.
    assert parcel(got, "P0")["rank"] == 1


def test_points_are_added_before_ranking() -> None:
    town = simple(100, 101)
    town.flags = [
        {"uscc": "F0", "year": YEAR, "kind": "加分", "points": 5, "reason": "专利"},
        {"uscc": "F1", "year": YEAR, "kind": "减分", "points": -3, "reason": "处罚"},
    ]
    got = run(town)
    assert row(got, "F0")["rank"] == 1
    assert row(got, "F0")["bonus"] == 5
    assert row(got, "F1")["malus"] == 3
    assert row(got, "F1")["score"] == pytest.approx(101 / 100.5 * 100 - 3)


def test_equal_scores_go_by_code() -> None:
    got = run(simple(100, 100, 100))
    assert [row(got, f"F{i}")["rank"] for i in range(3)] == [1, 2, 3]


def test_figures_spread_over_parcels_by_area_without_exempt_land() -> None:
    town = Town()
    town.firm("A")
    town.report("A", tax_wan_yuan=80)
    town.use("A", "P", 6, 6)
    town.use("A", "Q", 2, 4)
    town.use("A", "New", 12, 12, exempt=12)
    got = run(town)
    assert row(got, "A")["area_mu"] == pytest.approx(8)
    assert parcel(got, "P")["tax_per_mu"] == pytest.approx(10)
    assert parcel(got, "Q")["tax_per_mu"] == pytest.approx(5)  # registered 4 mu, 20 of tax
    assert list(got.parcel_evaluation["parcel_code"]) == ["P", "Q"]


def test_xian_evaluates_gross_output_and_leaves_utilities_out() -> None:
    town = simple(100)
    town.figures[0]["gross_output_wan_yuan"] = 500
    town.firm("Power", industry="4411")
    town.report("Power", tax_wan_yuan=10)
    town.use("Power", "Q", 5, 5)
    town.firm("Below", size="规下")
    town.report("Below", tax_wan_yuan=10)
    town.use("Below", "R", 5, 5)
    got = run(town, schemes.load("xian-2022", YEAR))
    assert list(got.enterprise_evaluation["uscc"]) == ["F0"]
    assert row(got, "F0")["gross_output_per_mu"] == pytest.approx(50)
    assert list(got.parcel_evaluation["parcel_code"]) == ["P0"]


def test_the_services_cohort_is_apart_and_only_when_asked() -> None:
    town = simple(100)
    town.firm("Shop", industry="F5211")
    town.report("Shop", tax_wan_yuan=10, revenue_wan_yuan=100)
    town.use("Shop", "Q", 5, 5)
    scheme = schemes.load("zhejiang-2022", YEAR)
    assert len(run(town, scheme).enterprise_evaluation) == 1
    got = run(town, scheme.using(["services"]))
    assert row(got, "Shop")["cohort"] == "服务业"
    assert row(got, "Shop")["score"] == pytest.approx(100)
    assert list(got.parcel_evaluation["parcel_code"]) == ["P0"]


def test_an_undecided_scheme_is_refused_when_a_cohort_has_firms() -> None:
    with pytest.raises(SchemeError, match="权重"):
        run(simple(100), schemes.load("jingde-2022", YEAR))


def test_a_scheme_of_another_year_or_with_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(SchemeError, match="2023"):
        run(simple(100), schemes.load(TAX_ONLY, 2023))
    text = TAX_ONLY.replace("tax_per_mu", "tax_per_acre")
    with pytest.raises(SchemeError, match="tax_per_acre") as caught:
        run(simple(100), schemes.load(text, YEAR))
    assert "tax_per_mu" in caught.value.hint


def test_an_empty_case_gives_empty_tables_with_their_columns() -> None:
    got = run(Town(), schemes.load("zhejiang-2022", YEAR))
    assert len(got.enterprise_evaluation) == len(got.parcel_evaluation) == 0
    assert "tax_per_mu_score" in got.enterprise_evaluation
    assert "grade" in got.parcel_evaluation


def park_layer(level: str = "省级") -> gpd.GeoDataFrame:
    rows = table("parks", [{"name": "园甲", "code": "Y1", "level": level}])
    return gpd.GeoDataFrame(rows, geometry=[box(120.0, 30.0, 120.02, 30.02)], crs=CRS)


def patch_layer() -> gpd.GeoDataFrame:
    rows = [
        {
            "patch_code": "1",
            "land_class": "0601",
            "area_m2": 40000,
            "location_unit_code": "330603001",
        },
        {
            "patch_code": "2",
            "land_class": "1006",
            "area_m2": 9000,
            "location_unit_code": "330603001",
        },
        {
            "patch_code": "3",
            "land_class": "05H1",
            "area_m2": 10000,
            "location_unit_code": "330603002",
        },
    ]
    shapes = [
        box(120.01, 30.0, 120.03, 30.01),
        box(120.0, 30.0, 120.01, 30.01),
        box(120, 30.01, 120.01, 30.02),
    ]
    return gpd.GeoDataFrame(table("patches", rows), geometry=shapes, crs=CRS)


def test_a_parks_area_is_its_construction_land_clipped_to_the_approved_boundary() -> None:
    town = simple(100)
    town.extra = {"parks": park_layer(), "patches": patch_layer()}
    got = run(town).region_evaluation
    # Half of the industrial patch lies inside, the farm road does not count, the shop whole.
    assert got.loc[0, "area_mu"] == pytest.approx((20000 + 10000) / MU, rel=1e-4)
    assert pd.isna(got.loc[0, "score"])


def test_regions_are_ranked_within_their_level_by_gdp_per_mu() -> None:
    town = Town()
    rows = [
        {"name": "园甲", "code": "Y1", "gdp_wan_yuan": 9000},
        {
            "name": "园乙",
            "code": "Y2",
            "level": "省级",
            "gdp_wan_yuan": 3000,
            "construction_land_m2": 60 * MU,
        },
        {
            "name": "园丙",
            "code": "Y3",
            "level": "国家级",
            "gdp_wan_yuan": 600,
            "construction_land_m2": 60 * MU,
        },
        {"name": "柯桥区", "code": "330603", "gdp_wan_yuan": 50000},
    ]
    figures = table("region_indicators", [{"year": YEAR} | r for r in rows])
    town.extra = {"parks": park_layer(), "patches": patch_layer(), "region_indicators": figures}
    got = run(town, schemes.load("xian-2022-park", YEAR)).region_evaluation.set_index("id")
    assert got["kind"].to_dict() == {"330603": "county", "Y1": "park", "Y2": "park", "Y3": "park"}
    assert got.loc["Y2", "value_added_per_mu"] == pytest.approx(50)
    assert got.loc["Y1", "value_added_per_mu"] == pytest.approx(200, rel=1e-4)
    assert got["rank"].to_dict() == {"330603": 1, "Y1": 1, "Y2": 2, "Y3": 1}
    assert got.loc["330603", "area_mu"] == pytest.approx(50000 / MU)
    empty = run(town, schemes.load("xian-2022-park", YEAR))
    assert len(empty.enterprise_evaluation) == len(empty.parcel_evaluation) == 0


def test_a_hectare_is_fifteen_mu() -> None:
    """S0 prints Sichuan's 5,818.6 万元/公顷; that is 387.9 万元/亩."""
    town = simple(5818.6)
    town.links[0]["area_m2"] = town.parcels["P0"] = 10_000.0
    assert row(run(town), "F0")["tax_per_mu"] == pytest.approx(387.9, abs=0.05)
