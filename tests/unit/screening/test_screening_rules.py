"""Screening rules on parcels of a few rows, with numbers a reader can check."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_facts import CODE, cell, facts, frame, link

from geomujun.errors import SchemeError
from geomujun.ledger.commitments import months_past, pledged
from geomujun.ledger.newly_above import newly_above
from geomujun.policy.locality import Provenance
from geomujun.screening.engine import screen, screened
from geomujun.screening.registry import SCREENS
from geomujun.screening.table import numbers_in_force, parse_table, rule_table

A, B, C, D = (f"91330603MA0000000{k}" for k in "ABCD")
MU = 10_000 / 15


def firm(uscc: str, **more: Any) -> dict[str, Any]:
    return {"uscc": uscc, "name": uscc, "industry": "1711", "size": "规上", **more}


def parcel(number: int, **more: Any) -> dict[str, Any]:
    row = {"parcel_code": CODE(number), "area_m2": 10 * MU, "land_use": "工业用地"}
    return {**row, "geometry": cell(number), **more}


def building(number: int, **more: Any) -> dict[str, Any]:
    row = {"parcel_code": CODE(number), "footprint_m2": 4000.0, "floor_area_m2": 9000.0}
    return {**row, "geometry": cell(number, 0, 0.5, 0.5), **more}


def rules(*args: Any, **given: Any) -> dict[str, list[str]]:
    rows = screen(facts(*args, **given))
    return rows.groupby("rule")["parcel_code"].agg(list).to_dict()


def supply(number: int, **more: Any) -> dict[str, Any]:
    return {"parcel_code": CODE(number), "contract_no": f"C{number}", **more}


def test_an_empty_case_has_no_hits() -> None:
    assert screen(facts()).empty


@pytest.mark.parametrize(
    ("agreed", "hit"), [("2023-12-31", True), ("2024-01-01", False), ("2025-06-01", False)]
)
def test_idle_land_counts_twelve_full_months_from_the_agreed_start(agreed: str, hit: bool) -> None:
    got = rules(parcels=[parcel(1)], supply=[supply(1, agreed_start_on=agreed)])

    assert ("IDLE_1" in got) is hit


def test_collective_land_is_not_idle_land_of_the_state() -> None:
    code = "330603001001JB00001"
    got = rules(parcels=[{**parcel(1), "parcel_code": code}],
                supply=[{**supply(1, agreed_start_on="2020-01-01"), "parcel_code": code}])  # fmt: skip

    assert "IDLE_1" not in got


def test_supplied_and_empty_is_told_only_where_there_is_a_building_layer() -> None:
    late = [supply(1, agreed_start_on="2024-06-01")]
    parcels = [parcel(1), parcel(2)]

    assert rules(parcels=parcels, supply=late) == {}
    assert rules(parcels=parcels, supply=late, buildings=[building(2)])["GEWY"] == [CODE(1)]
    assert "GEWY" not in rules(parcels=parcels, supply=late, buildings=[building(1)])


def test_idle_land_loses_its_low_efficiency_hits() -> None:
    given: dict[str, Any] = {
        "enterprises": [firm(A)],
        "parcels": [parcel(1)],
        "buildings": [building(1, floor_area_m2=4000.0)],  # 0.6 under 0.8 of 17 纺织
    }
    idle = [supply(1, agreed_start_on="2020-01-01")]

    assert rules([link(CODE(1), A)], **given)["LOW_FAR_OLD"] == [CODE(1)]
    assert "LOW_FAR_OLD" not in rules([link(CODE(1), A)], supply=idle, **given)


def test_high_storeys_count_twice_for_the_floor_area_ratio() -> None:
    given: dict[str, Any] = {"enterprises": [firm(A)], "parcels": [parcel(1)]}
    low = [building(1, floor_area_m2=4000.0, floors=1, height_m=8.0)]
    high = [building(1, floor_area_m2=4000.0, floors=1, height_m=8.1)]

    assert "LOW_FAR_OLD" in rules([link(CODE(1), A)], buildings=low, **given)
    assert "LOW_FAR_OLD" not in rules([link(CODE(1), A)], buildings=high, **given)


def test_a_parcel_with_a_sector_without_limit_is_left_out() -> None:
    given: dict[str, Any] = {
        "enterprises": [firm(A), firm(B, industry="3911")],
        "parcels": [parcel(1)],
        "buildings": [building(1, floor_area_m2=3000.0)],
    }
    both = [link(CODE(1), A), link(CODE(1), B, "LEASE")]

    assert "LOW_FAR_OLD" in rules(both[:1], **given)
    assert "LOW_FAR_OLD" not in rules(both, **given)


def test_tax_per_mu_spreads_a_firm_over_its_parcels_by_area() -> None:
    """9 万元 over 2000 and 1000 m² on parcels of 10 亩: 0.6 and 0.3 万元/亩."""
    links = [link(CODE(1), A, area_m2=2000.0), link(CODE(2), A, area_m2=1000.0)]
    rows = screen(facts(links, enterprises=[firm(A)], parcels=[parcel(1), parcel(2)],
                        indicators=[{"uscc": A, "year": 2024, "tax_wan_yuan": 9.0}]))  # fmt: skip
    low = rows[rows["rule"] == "LOW_TAX"]

    assert low["measured"].tolist() == pytest.approx([0.6, 0.3])


def test_an_unknown_tax_is_not_a_low_tax() -> None:
    links = [link(CODE(1), A), link(CODE(1), B, "LEASE")]
    got = rules(links, enterprises=[firm(A), firm(B)], parcels=[parcel(1)],
                indicators=[{"uscc": A, "year": 2024, "tax_wan_yuan": 1.0}])  # fmt: skip

    assert "LOW_TAX" not in got


def test_a_commitment_is_checked_after_the_ramp_up_period_only() -> None:
    given: dict[str, Any] = {
        "enterprises": [firm(A)],
        "parcels": [parcel(1)],
        "indicators": [{"uscc": A, "year": 2024, "tax_wan_yuan": 150.0}],
    }
    links = [link(CODE(1), A)]
    old = [supply(1, agreed_tax_wan_yuan_per_mu=20.0, actual_completion_on="2022-12-31")]
    new = [supply(1, agreed_tax_wan_yuan_per_mu=20.0, actual_completion_on="2023-01-01")]
    met = [supply(1, agreed_tax_wan_yuan_per_mu=15.0, actual_completion_on="2022-12-31")]

    assert [("TEWD" in rules(links, supply=s, **given)) for s in (old, new, met)] == [1, 0, 0]


def test_two_years_of_c_and_d_need_both_years() -> None:
    now = frame("uscc grade", [(A, "C"), (B, "D")])
    then = [{"uscc": A, "year": 2023, "grade": "d"}, {"uscc": B, "year": 2023, "grade": "B"}]
    links = [link(CODE(1), A), link(CODE(2), B)]
    given: dict[str, Any] = {
        "enterprises": [firm(A), firm(B)],
        "parcels": [parcel(1), parcel(2)],
        "enterprise_evaluation": now,
    }

    assert "LOW_CLASS" not in rules(links, **given)
    assert rules(links, previous_grades=then, **given)["LOW_CLASS"] == [CODE(1)]


def test_letting_to_many_is_told_of_makers_and_not_of_park_operators() -> None:
    tenants = [link(CODE(1), u, "LEASE") for u in (B, C, D)]
    given: dict[str, Any] = {"parcels": [parcel(1)], "leases": [{"contract_no": "Z1"}]}
    others = [firm(B), firm(C), firm(D)]
    links = [link(CODE(1), A), *tenants]

    assert "RENT_LOOP" in rules(links, enterprises=[firm(A), *others], **given)
    assert "RENT_LOOP" not in rules(links, enterprises=[firm(A, industry="7040"), *others], **given)
    assert "RENT_LOOP" not in rules(links[:3], enterprises=[firm(A), *others], **given)


def test_a_rule_without_a_number_sleeps_until_the_locality_sets_one() -> None:
    given: dict[str, Any] = {
        "enterprises": [firm(A)],
        "parcels": [parcel(1)],
        "indicators": [
            {"uscc": A, "year": 2024, "value_added_wan_yuan": 10.0, "energy_tce": 100.0}
        ],
    }
    links = [link(CODE(1), A)]
    local = {"HIGH_LOW": {"value_added_per_tce": 0.5}}

    assert "HIGH_LOW" not in rules(links, **given)
    assert rules(links, thresholds=local, **given)["HIGH_LOW"] == [CODE(1)]


def test_a_place_asks_its_own_ratio_of_new_projects() -> None:
    code = "320505001001GB00001"
    given: dict[str, Any] = {
        "parcels": [{**parcel(1), "parcel_code": code}],
        "buildings": [{**building(1), "parcel_code": code}],  # 9000 / 6667 = 1.35
    }
    new = {"agreed_start_on": "2022-01-01", "agreed_completion_on": "2024-01-01",
           "actual_start_on": "2022-01-01"}  # fmt: skip
    old = new | {"agreed_start_on": "2021-12-31"}
    given["supply"] = [{**supply(1, **new), "parcel_code": code}]
    before = given | {"supply": [{**supply(1, **old), "parcel_code": code}]}

    assert rules(**given)["LOW_FAR_NEW"] == [code]
    assert "LOW_FAR_NEW" not in rules(**before)  # older than the demand
    assert "LOW_FAR_NEW" not in rules(thresholds={"LOW_FAR_NEW": {"3205": 1.3}}, **given)


def test_partly_used_land_needs_empty_land_beside_the_missing_floors() -> None:
    """30 亩, agreed 1.5, built 0.45; 3000 m² at 30 % need 15 亩, so 15 亩 are empty."""
    row = supply(1, agreed_completion_on="2022-01-01", agreed_floor_area_ratio=1.5)
    small = [building(1, footprint_m2=3000.0, floor_area_m2=9000.0)]
    wide = [building(1, footprint_m2=9000.0, floor_area_m2=9000.0)]
    land = [parcel(1, area_m2=30 * MU)]

    assert rules(parcels=land, supply=[row], buildings=small)["YEWJ"] == [CODE(1)]
    assert "YEWJ" not in rules(parcels=land, supply=[row], buildings=wide)


def test_whole_months_count_days_of_the_month() -> None:
    days = pd.Series(pd.to_datetime(["2023-12-31", "2024-01-01", "2024-12-31", "2025-02-01", None]))
    got = months_past(days, pd.Timestamp(2024, 12, 31))

    assert got.tolist()[:4] == [12.0, 11.0, 0.0, -2.0]
    assert pd.isna(got.iloc[4])


def test_every_function_has_a_row_in_the_table_and_every_active_row_a_function() -> None:
    table = rule_table()

    assert set(SCREENS) == {rule_id for rule_id, rule in table.rules.items() if rule.active}


def test_a_table_that_lacks_a_source_is_refused() -> None:
    text = """
sources: {s: {title: 文}}
rules:
  X: {title: 甲, scope: 乙, threshold: {a: 1}, evidence: [], basis: 丙, source: none,
      confirmed: true, path: 丁}
exclusive: {idle: [], low: []}
"""
    with pytest.raises(SchemeError, match="unknown source"):
        parse_table(text)
    with pytest.raises(SchemeError, match="lacks path"):
        parse_table(text.replace(", path: 丁", ""))


def test_a_threshold_that_is_no_number_is_refused() -> None:
    with pytest.raises(SchemeError, match="no number"):
        numbers_in_force(rule_table().rules["COV"], {"COV": {"coverage": "三成"}})


def state(rule: str, *args: Any, **given: Any) -> tuple[str, str]:
    row = screened(facts(*args, **given)).rules.set_index("rule").loc[rule]
    return row["state"], row["reason"]


def test_a_rule_without_its_data_says_what_is_missing_and_never_nothing() -> None:
    whole = screened(facts()).rules

    assert set(whole["rule"]) == set(rule_table().rules)
    assert (whole["reason"] != "").all()
    assert whole["reason"].str.endswith(("未查", "设定")).all()
    assert state("COV") == ("not_checked", "缺自然幢，未查")
    assert state("OFFICE", buildings=[building(1)], parcels=[parcel(1)]) == (
        "not_checked",
        "缺自然幢·规划用途，未查",
    )
    assert state("BEWG")[1] == "缺农转用批文清单（批次或单独选址），未查"
    assert state("LOW_CLASS")[1] == "缺往年评价结果·等级，未查"
    assert "缺门槛值" in state("INVEST")[1]


def test_a_checked_rule_tells_its_hits_and_what_idle_land_set_aside() -> None:
    given: dict[str, Any] = {
        "enterprises": [firm(A)],
        "parcels": [parcel(1)],
        "buildings": [building(1, floor_area_m2=4000.0, footprint_m2=4000.0)],
        "supply": [supply(1, agreed_start_on="2020-01-01")],
    }
    table = screened(facts([link(CODE(1), A)], **given)).rules.set_index("rule")

    assert tuple(table.loc["IDLE_1", ["state", "hits", "set_aside"]]) == ("checked", 1, 0)
    assert tuple(table.loc["LOW_FAR_OLD", ["state", "hits", "set_aside"]]) == ("checked", 0, 1)


def test_a_locality_puts_its_number_its_words_and_its_source_into_the_hit() -> None:
    given: dict[str, Any] = {"parcels": [parcel(1)], "buildings": [building(1)]}  # 4000 / 6667
    own = Provenance("本区办法", True, basis="本区要求建筑系数不低于65%", path="限期补建")
    rows = screen(
        facts(**given, thresholds={"COV": {"coverage": 0.65}}, provenance={"COV": own})
    ).set_index("rule")

    assert rows.loc["COV", "threshold"] == 0.65
    assert "本区要求建筑系数不低于65%，本区办法（已核对文本）" in rows.loc["COV", "basis"]
    assert rows.loc["COV", "path"] == "限期补建"
    assert "COV" not in rules(**given)


def test_a_locality_may_put_a_rule_to_rest() -> None:
    given: dict[str, Any] = {
        "parcels": [parcel(1)],
        "buildings": [building(1, footprint_m2=100.0)],
        "provenance": {"COV": Provenance("本区办法", True, active=False)},
    }

    assert "COV" not in rules(**given)
    assert state("COV", **given) == ("off", "当地停用，未查")


def test_every_item_of_a_commitment_counts_and_stays_with_the_parcel() -> None:
    """20 万元/亩 agreed and 15 reached; 900 of 1000 万元; the holder came five years later."""
    row = supply(1, agreed_tax_wan_yuan_per_mu=20.0, agreed_investment_wan_yuan=1000.0,
                 invested_wan_yuan=900.0, agreed_start_on="2015-01-01",
                 actual_completion_on="2018-01-01")  # fmt: skip
    given: dict[str, Any] = {
        "enterprises": [firm(A)],
        "parcels": [parcel(1, right_start_on="2020-01-01")],
        "indicators": [{"uscc": A, "year": 2024, "tax_wan_yuan": 150.0}],
        "supply": [row],
    }
    rows = screen(facts([link(CODE(1), A)], **given)).set_index("rule")

    assert rows.loc["TEWD", "measured"] == pytest.approx(0.75)
    assert "亩均税收约定 20.00 万元/亩、达到 15.00 万元/亩" in rows.loc["TEWD", "basis"]
    assert "投资约定 1000.00 万元、达到 900.00 万元" in rows.loc["TEWD", "basis"]
    assert "承诺随宗地转移" in rows.loc["TEWD", "basis"]
    off = {"TEWD": {"tax": 0.0, "investment": 0.9}}
    assert "TEWD" not in rules([link(CODE(1), A)], **given, thresholds=off)


def test_attainment_of_a_firm_is_weighed_by_its_area_on_each_parcel() -> None:
    nothing = float("nan")
    shares = frame(
        "parcel_code share area_m2",
        [("P", 0.5, 400.0), ("Q", 1.0, 100.0), ("R", nothing, 9.0), ("S", 0.4, 60.0)],
    )
    users = frame(
        "parcel_code uscc net_m2 unsplit",
        [("P", A, 300.0, False), ("Q", A, 100.0, False), ("R", B, 1.0, False),
         ("S", B, 0.0, True), ("S", C, 0.0, True)],
    )  # fmt: skip
    got = pledged(shares, users)

    assert got.loc[A].to_dict() == {"pledged_m2": 400.0, "attained_m2": 250.0}
    assert got.loc[[B, C], "pledged_m2"].tolist() == [30.0, 30.0], "an equal part each"
    assert got.loc[B, "attained_m2"] == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("flags", "before", "found"),
    [
        ([{"uscc": A, "year": 2024, "reason": "新升规", "start_on": "2024-03-01"}], [], True),
        ([{"uscc": A, "year": 2024, "reason": "新升规", "start_on": "2023-12-31"}], [], False),
        (
            [{"uscc": A, "year": 2024, "reason": "高新技术企业", "start_on": "2024-03-01"}],
            [],
            False,
        ),
        ([], [{"uscc": A, "year": 2023, "grade": "B", "size": "规下"}], True),
        ([], [{"uscc": A, "year": 2023, "grade": "B", "size": "规上"}], False),
        ([], [], False),
    ],
)
def test_a_firm_is_newly_above_for_less_than_a_year(
    flags: list[dict[str, Any]], before: list[dict[str, Any]], found: bool
) -> None:
    case = facts(enterprises=[firm(A), firm(B, size="规下")], flags=flags,
                 previous_grades=before).case  # fmt: skip

    assert newly_above(case, 2024).tolist() == ([A] if found else [])


def test_offices_are_reckoned_by_floor_where_every_building_has_a_use() -> None:
    hall = building(1, floor_area_m2=9000.0, planned_use="厂房")
    house = building(1, floor_area_m2=1000.0, planned_use="办公楼")
    given: dict[str, Any] = {"parcels": [parcel(1)]}

    assert rules(**given, buildings=[hall, house])["OFFICE"] == [CODE(1)]
    assert "OFFICE" not in rules(**given, buildings=[hall, {**house, "planned_use": ""}])
    assert "OFFICE" not in rules(**given, buildings=[hall, {**house, "floor_area_m2": 600.0}])


def test_investment_is_judged_by_the_sector_once_the_locality_sets_a_number() -> None:
    """10 亩 = 0.6667 公顷; 1000 万元 are 1500 a hectare."""
    row = supply(1, agreed_completion_on="2023-01-01", invested_wan_yuan=1000.0)
    given: dict[str, Any] = {"enterprises": [firm(A)], "parcels": [parcel(1)], "supply": [row]}
    links = [link(CODE(1), A)]

    assert "INVEST" in rules(links, **given, thresholds={"INVEST": {"17": 1600.0}})
    assert "INVEST" not in rules(links, **given, thresholds={"INVEST": {"17": 1400.0}})
    assert "INVEST" not in rules(links, **given, thresholds={"INVEST": {"18": 1600.0}})
