"""Kept rows that came to nothing are named."""

from __future__ import annotations

from typing import Any

from ledger_small import frame, layer

from geomujun.domain.case import Case
from geomujun.intake.verdict import FileVerdict
from geomujun.pipeline.unused import unused_lines

FIRM, STRANGER = "91330603MA00000019", "91330603MA00000027"
PARCEL, ELSEWHERE = "330603001002GB00018", "330603001002GB00099"
FILES = [FileVerdict("figures.xlsx#indicators", "indicators")]


def case(**tables: list[dict[str, Any]]) -> Case:
    rows = {"indicators": [{"uscc": FIRM, "year": 2024}]} | tables
    return Case(
        parcels=layer("parcels", [{"parcel_code": PARCEL}]),
        enterprises=frame("enterprises", [{"uscc": FIRM}]),
        **{stem: frame(stem, told) for stem, told in rows.items()},
    )


def test_rows_that_are_all_used_say_nothing() -> None:
    whole = case(flags=[{"uscc": FIRM}], supply=[{"parcel_code": f"{PARCEL[:6]}-{PARCEL[6:]}"}])
    assert unused_lines(whole, FILES, 2024) == []


def test_a_veto_of_a_firm_in_no_list_is_told() -> None:
    (line,) = unused_lines(case(flags=[{"uscc": STRANGER}, {"uscc": FIRM}]), FILES, 2024)
    assert line == f"flags：1 行的代码不在企业表中，未用：{STRANGER}"


def test_an_identity_card_in_place_of_a_code_is_masked() -> None:
    person = "11010519491231002X"
    (line,) = unused_lines(case(flags=[{"uscc": person}]), FILES, 2024)
    assert line.endswith("未用：110105****")


def test_holders_and_supply_of_parcels_that_are_not_there_are_told() -> None:
    lost = [{"parcel_code": ELSEWHERE}]
    lines = unused_lines(case(right_holders=lost, supply=lost), FILES, 2024)
    assert [line.split("：")[0] for line in lines] == ["right_holders", "supply"]
    assert all(ELSEWHERE in line for line in lines)


def test_a_year_without_figures_is_told_with_the_years_there_are() -> None:
    (line,) = unused_lines(case(), FILES, 2025)
    assert line.startswith("figures.xlsx#indicators：没有 2025 年的指标")
    assert line.endswith("2024")
    (line,) = unused_lines(case(indicators=[]), [], 2025)
    assert line.startswith("indicators：没有 2025 年的指标")
    assert line.endswith("无")
