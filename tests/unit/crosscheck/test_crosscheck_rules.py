"""Rules the sample town cannot show, and the edges of those it can."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_facts import CODE, LAT, LON, STEP, cell, facts, frame, link

from geomujun.crosscheck.engine import check
from geomujun.crosscheck.registry import RULES
from geomujun.geo.datum import write_as
from geomujun.ledger.sight import Sight

A, B, C = "91330603MA0000000A", "91330603MA0000000B", "91330603MA0000000C"


def run(rule: str, *args: Any, **given: Any) -> pd.DataFrame:
    return RULES[rule](Sight(facts(*args, **given)))


def firm(uscc: str, **more: Any) -> dict[str, Any]:
    return {"uscc": uscc, "name": f"甲{uscc[-1]}机械有限公司", "industry": "3411", **more}


def parcel(number: int, geometry: Any, **more: Any) -> dict[str, Any]:
    row = {"parcel_code": CODE(number), "area_m2": 10_000.0, "land_use": "工业用地"}
    return {**row, "geometry": geometry, **more}


def test_an_empty_case_has_no_findings() -> None:
    assert check(facts()).empty


def test_sources_that_differ_by_more_than_the_tolerance_are_told_with_their_values() -> None:
    rows = [
        {"uscc": A, "year": 2024, "source": "税务", "tax_wan_yuan": 100.0, "employees": 10},
        {"uscc": A, "year": 2024, "source": "企业直报", "tax_wan_yuan": 80.0, "employees": 10},
        {"uscc": B, "year": 2024, "source": "税务", "tax_wan_yuan": 100.0},
        {"uscc": B, "year": 2024, "source": "企业直报", "tax_wan_yuan": 98.0},
        {"uscc": C, "year": 2023, "source": "税务", "tax_wan_yuan": 1.0},
        {"uscc": C, "year": 2024, "source": "税务", "tax_wan_yuan": 9.0},
    ]
    got = run("FIGURE_CONFLICT", indicators=rows)

    assert got[["subject_id", "other_id"]].to_numpy().tolist() == [[A, "tax_wan_yuan"]]
    assert got["measured"].tolist() == pytest.approx([0.2])
    assert got["message"].iloc[0] == "税收各来源不一致（万元）：企业直报 80、税务 100，相差 20.0%"


def test_a_decision_is_stale_when_its_facts_changed_or_are_gone() -> None:
    from geomujun.crosscheck.digest import facts_digests

    case = facts(enterprises=[firm(A), firm(B)], parcels=[parcel(1, cell(0))]).case
    pairs = frame("parcel_code uscc", [(CODE(1), A), (CODE(1), B), (CODE(2), A)])
    seen = facts_digests(case, pairs)
    decisions = pairs.assign(verdict="same", reviewer="王", decided_at="2024-05-01",
                             facts_digest=[seen[0], seen[1], "0" * 64])  # fmt: skip
    renamed = [firm(A), firm(B, former_names="旧名有限公司")]
    got = run("DECISION_STALE", enterprises=renamed, parcels=[parcel(1, cell(0))],
              decisions=decisions)  # fmt: skip

    assert got[["subject_id", "other_id"]].to_numpy().tolist() == [[A, CODE(2)], [B, CODE(1)]]
    assert len(seen[0]) == 64
    assert seen[2] == ""


def test_the_digest_moves_with_a_lease_between_the_two_and_not_with_others() -> None:
    from geomujun.crosscheck.digest import facts_digests

    pair = frame("parcel_code uscc", [(CODE(1), A)])
    base = {"enterprises": [firm(A), firm(B)], "parcels": [parcel(1, cell(0))]}
    lease = {"contract_no": "Z1", "lessor_uscc": B, "lessee_uscc": A, "parcel_code": CODE(1)}
    elsewhere = {**lease, "parcel_code": CODE(2)}
    digest = [
        facts_digests(facts(**base, leases=rows).case, pair)[0]
        for rows in ([], [lease], [elsewhere])
    ]

    assert digest[0] != digest[1]
    assert digest[0] == digest[2]


@pytest.mark.parametrize(
    ("start", "ended"),
    [("2020-12-31", False), ("2021-01-01", True), ("2021-12-31", True), ("2022-01-01", False)],
)
def test_an_exemption_ends_in_the_year_its_third_year_ends(start: str, ended: bool) -> None:
    got = run("EXEMPTION_ENDED", parcels=[parcel(1, cell(0), construction_start_on=start)])

    assert bool(len(got)) is ended


def lease(**more: Any) -> dict[str, Any]:
    row = {"contract_no": "Z1", "lessor": "甲A机械有限公司", "lessor_uscc": A, "lessee": "乙",
           "lessee_uscc": B, "parcel_code": CODE(1), "start_on": "2020-01-01",
           "end_on": "2026-01-01"}  # fmt: skip
    return {**row, **more}


@pytest.mark.parametrize(
    ("rows", "titled"),
    [
        ([lease()], True),  # linked holder
        ([lease(lessor_uscc=C, lessor="丙贸易有限公司")], False),
        ([lease(lessor_uscc="", lessor="甲Ａ机械有限公司")], True),  # written as holder
        ([lease(lessor_uscc="", lessor="甲A机诫有限公司")], True),  # with a typing error
        ([lease(lessor_uscc="", lessor="丁某")], False),
        ([lease(lessor_uscc=C, lessor="丙", end_on="2024-12-30")], False),  # not in force
    ],
)
def test_a_lessor_has_title_as_holder_by_link_or_by_writing(
    rows: list[dict[str, Any]], titled: bool
) -> None:
    got = run(
        "LEASE_NO_TITLE",
        [link(CODE(1), A)],
        enterprises=[firm(A), firm(B), firm(C)],
        parcels=[parcel(1, cell(0), holder_names="甲A机械有限公司")],
        leases=rows,
    )

    assert got.empty is (titled or rows[0]["end_on"] < "2024-12-31")


def test_a_lessor_that_rents_the_parcel_itself_has_title() -> None:
    rows = [lease(), lease(contract_no="Z2", lessor_uscc=B, lessor="乙", lessee_uscc=C)]
    got = run("LEASE_NO_TITLE", [link(CODE(1), A)], enterprises=[firm(A), firm(B), firm(C)],
              parcels=[parcel(1, cell(0), holder_names="甲A机械有限公司")], leases=rows)  # fmt: skip

    assert got.empty


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([lease(end_on="2024-12-30")], ["Z1"]),
        ([lease(end_on="2024-12-31")], []),  # the last day is inclusive
        ([lease(end_on="2024-06-30"), lease(contract_no="Z2", start_on="2024-07-01")], []),
        ([lease(end_on="2024-06-30"), lease(contract_no="Z2", lessee_uscc=C, lessee="丙")], ["Z1"]),
    ],
)
def test_a_lease_is_expired_after_its_last_day_unless_renewed(
    rows: list[dict[str, Any]], said: list[str]
) -> None:
    assert run("LEASE_EXPIRED", leases=rows)["subject_id"].tolist() == said


def test_a_user_with_a_lease_without_title_is_no_user_without_lease() -> None:
    links = [link(CODE(1), A), link(CODE(1), B, "OCCUPY"), link(CODE(1), C, "OCCUPY")]
    got = run("TENANT_NO_LEASE", links, enterprises=[firm(A), firm(B), firm(C)],
              parcels=[parcel(1, cell(0))], leases=[lease(lessor_uscc=C)])  # fmt: skip

    assert got["other_id"].tolist() == [C]


def test_a_lease_nobody_can_place_is_told() -> None:
    rows = [
        lease(parcel_resolved=""),
        lease(contract_no="Z2", lessee_key="", parcel_resolved=CODE(1)),
    ]
    got = run("LEASE_UNPLACED", leases=rows)

    assert sorted(got["subject_id"]) == ["Z1", "Z2"]


@pytest.mark.parametrize(
    ("datum", "written_in", "said"),
    [
        ("wgs84", "cgcs2000", 0),
        ("gcj02", "gcj02", 0),
        ("wgs84", "gcj02", 1),
        ("gcj02", "bd09", 1),
        ("", "gcj02", 0),  # nothing was declared, nothing is contradicted
    ],
)
def test_a_point_contradicts_its_datum_only_when_another_puts_it_on_its_land(
    datum: str, written_in: str, said: int
) -> None:
    lon, lat = write_as(LON + STEP / 2, LAT + STEP / 2, written_in)
    firms = [firm(A, longitude=lon[0], latitude=lat[0], datum=datum)]
    got = run("POINT_DATUM", [link(CODE(1), A)], enterprises=firms, parcels=[parcel(1, cell(0))])

    assert len(got) == said


def test_a_point_that_fits_no_reading_is_merely_elsewhere() -> None:
    firms = [firm(A, longitude=LON + 0.2, latitude=LAT, datum="wgs84")]
    got = run("POINT_DATUM", [link(CODE(1), A)], enterprises=firms, parcels=[parcel(1, cell(0))])

    assert got.empty


def test_swapped_longitude_and_latitude_are_named() -> None:
    firms = [firm(A, longitude=LAT + STEP / 2, latitude=LON + STEP / 2, datum="wgs84")]
    got = run("POINT_DATUM", [link(CODE(1), A)], enterprises=firms, parcels=[parcel(1, cell(0))])

    assert "对调" in got["message"].iloc[0]


def test_a_building_over_the_line_onto_the_holders_other_parcel_is_no_expansion() -> None:
    parcels = [parcel(1, cell(0)), parcel(2, cell(1)), parcel(3, cell(0, 1))]
    buildings = [
        {"parcel_code": CODE(1), "geometry": cell(0.5, 0.2, 1.0, 0.4)},  # into parcel 2
        {"parcel_code": CODE(2), "geometry": cell(1.2, 0.9, 0.5, 0.3)},  # into nobody's land
    ]
    links = [link(CODE(1), A), link(CODE(2), A), link(CODE(3), B)]
    got = run("EXPANSION", links, enterprises=[firm(A), firm(B)], parcels=parcels,
              buildings=buildings)  # fmt: skip

    assert got["subject_id"].tolist() == [CODE(2)]
    assert got["measured"].iloc[0] == pytest.approx(0.5 * 0.2 * 96.49 * 110.85, rel=0.01)


def test_parcels_of_different_layers_may_lie_over_each_other() -> None:
    above = {**parcel(0, cell(0)), "parcel_code": "330603001001GS00001"}
    below = {**parcel(0, cell(0.5)), "parcel_code": "330603001001JB00001"}
    got = run("PARCEL_OVERLAP", parcels=[parcel(1, cell(0)), above, below])

    assert got[["subject_id", "other_id"]].to_numpy().tolist() == [[CODE(1), "330603001001JB00001"]]
    assert got["measured"].tolist() == pytest.approx([0.5], abs=1e-6)


def test_one_room_of_eight_firms_is_virtual_and_a_village_of_eight_is_not() -> None:
    def eight(address: str, tail: str) -> list[dict[str, Any]]:
        return [firm(f"91330603MA000000{k}{tail}", registered_address=address) for k in range(8)]

    firms = eight("柯桥区同心大道168号402室", "X") + eight("柯桥区兰亭街道岭陈村", "Y")
    got = run("VIRTUAL_ADDRESS", enterprises=firms)

    assert got["measured"].tolist() == [8.0]
    assert got["other_id"].iloc[0].count("|") == 7
    assert got["subject_id"].iloc[0] == "91330603MA0000000X"


def test_idle_land_needs_both_figures_of_every_user_and_no_exemption() -> None:
    none = {"tax_wan_yuan": 0.0, "power_wan_kwh": 0.0}
    firms = [firm(A), firm(B), firm(C)]
    parcels = [parcel(k, cell(k)) for k in (1, 2, 3)]
    parcels.append(parcel(4, cell(4), construction_start_on="2023-01-01"))
    links = [link(CODE(1), A), link(CODE(2), A), link(CODE(2), B, "LEASE"), link(CODE(3), C),
             link(CODE(4), A)]  # fmt: skip
    figures = [{"uscc": A, "year": 2024, **none},
               {"uscc": B, "year": 2024, "tax_wan_yuan": 5.0, "power_wan_kwh": 1.0},
               {"uscc": C, "year": 2024, "tax_wan_yuan": 0.0}]  # fmt: skip
    got = run("IDLE_LAND", links, enterprises=firms, parcels=parcels, indicators=figures)

    assert got["subject_id"].tolist() == [CODE(1)]


def test_a_locality_may_set_another_threshold_as_number_or_mapping() -> None:
    ledger = frame(
        "uscc registered_m2 leased_in_m2 other_m2 leased_out_m2 exempt_m2 occupied_m2 occupied_mu",
        [(A, 1000.0, 0, 0, 0, 0, 1000.0, 1.5)],
    )
    firms = [firm(A, reported_area_m2=1150.0)]
    counts = [
        len(run("AREA_REPORTED", enterprises=firms, ledger=ledger, thresholds=given))
        for given in ({}, {"AREA_REPORTED": 0.2}, {"AREA_REPORTED": {"share": 0.14}})
    ]

    assert counts == [1, 0, 1]


def test_a_firm_whose_land_is_exempt_unsplit_or_let_out_is_not_without_land() -> None:
    ledger = frame(
        "uscc registered_m2 leased_in_m2 other_m2 leased_out_m2 exempt_m2 occupied_m2 occupied_mu",
        [(A, 1000.0, 0, 0, 0, 1000.0, 0.0, 0.0), (B, 1000.0, 0, 0, 1000.0, 0, 0.0, 0.0)],
    )
    figures = [{"uscc": u, "year": 2024, "tax_wan_yuan": 1.0} for u in (A, B, C)]
    firms = [firm(A), firm(B), firm(C)]
    bare = run("NO_LAND_ENTERPRISE", enterprises=firms, indicators=figures, ledger=ledger)
    unsplit = [link(CODE(1), C, "LEASE", area_m2=0.0, area_method="unsplit")]
    shared = run(
        "NO_LAND_ENTERPRISE", unsplit, enterprises=firms, indicators=figures, ledger=ledger
    )

    assert bare["subject_id"].tolist() == [C]
    assert shared.empty


@pytest.mark.parametrize(("probability", "said"), [(0.3, True), (0.8, False)])
def test_a_likely_link_in_review_is_awaited_before_a_firm_is_called_landless(
    probability: float, said: bool
) -> None:
    waits = link(CODE(1), A, band="review", counted=False, probability=probability)
    got = run(
        "NO_LAND_ENTERPRISE",
        [waits],
        enterprises=[firm(A)],
        parcels=[parcel(1, cell(0))],
        indicators=[{"uscc": A, "year": 2024, "tax_wan_yuan": 1.0}],
        buckets=frame("uscc bucket", [(A, "ambiguous")]),
    )

    assert got["subject_id"].tolist() == ([A] if said else [])
    assert set(got["severity"]) <= {"low"}


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({}, ["high"]),
        ({"band": "review", "probability": 0.8}, ["low"]),
        ({"band": "review", "probability": 0.3}, []),
        ({"band": "review", "probability": 0.8, "decision": "different"}, []),
    ],
)
def test_a_holder_that_is_gone_is_told_and_a_likely_one_as_likely(
    more: dict[str, Any], severity: list[str]
) -> None:
    got = run(
        "HOLDER_CANCELLED",
        [link(CODE(1), A, counted=False, **more)],
        enterprises=[firm(A)],
        parcels=[parcel(1, cell(0))],
        buckets=frame("uscc bucket", [(A, "cancelled")]),
    )

    assert got["severity"].tolist() == severity
    assert ["待复核" in line for line in got["message"]] == [s == "low" for s in severity]
