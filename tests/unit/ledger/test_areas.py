"""Each area method by hand-computed examples; a parcel of 3,000 ㎡ unless said."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ledger_small import World, account, areas


def world(**parcel: Any) -> World:
    return World().parcel("P", 3000, **parcel)


def test_a_sole_holder_has_the_registered_area() -> None:
    book = world().link("A").book()
    assert areas(book) == {"A": (3000, "registered")}
    assert account(book, "A") == {"registered": 3000, "occupied": 3000}
    assert book.ledger["occupied_mu"][0] == pytest.approx(4.5)


def test_a_holder_keeps_what_its_tenant_does_not_rent() -> None:
    book = world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=1000).book()
    assert areas(book) == {"A": (2000, "residual"), "T": (1000, "contract")}
    assert account(book, "A") == {"registered": 3000, "leased_out": 1000, "occupied": 2000}
    assert account(book, "T") == {"leased_in": 1000, "occupied": 1000}


def test_two_leases_of_one_tenant_add_up() -> None:
    book = (
        world().link("A")
        .link("T", "LEASE", lessor_uscc="A", claim_m2=1000, lease_id="1")
        .link("T", "LEASE", lessor_uscc="A", claim_m2=500, lease_id="2")
        .book()
    )  # fmt: skip
    assert areas(book) == {
        "A": (1500, "residual"),
        "T1": (1000, "contract"),
        "T2": (500, "contract"),
    }
    assert account(book, "T")["leased_in"] == 1500


def test_a_sublessors_link_is_net_and_its_leased_in_gross() -> None:
    book = (
        world().link("A")
        .link("T", "LEASE", lessor_uscc="A", claim_m2=2000, lease_id="1")
        .link("S", "SUBLEASE", lessor_uscc="T", claim_m2=600, lease_id="2", head_lease_id="1")
        .book()
    )  # fmt: skip
    assert areas(book) == {"A": (1000, "residual"), "T": (1400, "contract"), "S": (600, "contract")}
    assert account(book, "T") == {"leased_in": 2000, "leased_out": 600, "occupied": 1400}
    assert account(book, "S") == {"leased_in": 600, "occupied": 600}
    assert account(book, "A")["leased_out"] == 2000


def test_a_chain_of_three_tenants() -> None:
    book = (
        world().link("A")
        .link("T", "LEASE", lessor_uscc="A", claim_m2=2000, lease_id="1")
        .link("S", "SUBLEASE", lessor_uscc="T", claim_m2=900, lease_id="2", head_lease_id="1")
        .link("U", "SUBLEASE", lessor_uscc="S", claim_m2=400, lease_id="3", head_lease_id="2")
        .book()
    )  # fmt: skip
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 1000, "T": 1100, "S": 500, "U": 400}


def test_a_sublease_finds_its_sublessor_by_name_when_it_names_no_lease() -> None:
    book = (
        world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=2000, lease_id="1")
        .link("S", "SUBLEASE", lessor_uscc="T", claim_m2=600, lease_id="2").book()
    )  # fmt: skip
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 1000, "T": 1400, "S": 600}


def test_subleases_above_what_the_sublessor_rents_are_scaled_into_it() -> None:
    book = (
        world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=1000, lease_id="1")
        .link("S", "SUBLEASE", claim_m2=1500, lease_id="2", head_lease_id="1")
        .link("U", "SUBLEASE", claim_m2=500, lease_id="3", head_lease_id="1").book()
    )  # fmt: skip
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 2000, "T": 0, "S": 750, "U": 250}


def test_a_sublease_whose_sublessor_nobody_knows_is_a_claim_on_the_parcel() -> None:
    book = world().link("A").link("S", "SUBLEASE", claim_m2=800, head_lease_id="gone").book()
    assert areas(book) == {"A": (2200, "residual"), "S": (800, "contract")}


def test_tenants_who_sublet_to_each_other_in_a_circle_still_fit() -> None:
    book = (
        world().link("A")
        .link("T", "SUBLEASE", lessor_uscc="S", claim_m2=2000, lease_id="1")
        .link("S", "SUBLEASE", lessor_uscc="T", claim_m2=2000, lease_id="2").book()
    )  # fmt: skip
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 0, "T": 1500, "S": 1500}


def test_claims_above_the_parcel_are_scaled_in_proportion_and_reported() -> None:
    book = (
        world().link("A")
        .link("T", "LEASE", lessor_uscc="A", claim_m2=3000)
        .link("U", "LEASE", lessor_uscc="A", claim_m2=1000).book()
    )  # fmt: skip
    assert areas(book) == {"A": (0, "residual"), "T": (2250, "contract"), "U": (750, "contract")}
    assert book.over.to_numpy().tolist() == [["P", 4000, 3000]]


def test_shares_above_the_parcel_are_reported_with_what_they_claim() -> None:
    w = world().link("A", share=0.5 / 1.1).link("B", share=0.6 / 1.1)
    w.holders += [{"parcel_code": "P", "kind": "firm", "claimed": 1.1}] * 2
    book = w.book()
    assert areas(book) == {"A": (1363.64, "share"), "B": (1636.36, "share")}
    assert book.over.to_numpy().tolist() == [["P", 3300, 3000]]


def test_of_claims_by_shares_and_by_tenants_the_larger_is_reported() -> None:
    w = world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=4000)
    w.holders += [{"parcel_code": "P", "kind": "firm", "claimed": 1.1}]
    assert w.book().over.to_numpy().tolist() == [["P", 4000, 3000]]


def test_claims_that_just_fit_are_not_reported() -> None:
    book = world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=3001).book()
    assert areas(book)["T"][0] == 3000
    assert book.over.empty
    assert (
        len(world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=3001.01).book().over)
        == 1
    )


def test_scaling_shrinks_subleases_with_their_head_lease() -> None:
    book = (
        world().link("A")
        .link("T", "LEASE", lessor_uscc="A", claim_m2=6000, lease_id="1")
        .link("S", "SUBLEASE", lessor_uscc="T", claim_m2=4500, lease_id="2", head_lease_id="1").book()
    )  # fmt: skip
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 0, "T": 0, "S": 3000}


def test_floor_over_all_floors_of_the_parcels_buildings() -> None:
    # 500 of 2,000 + 3,000 ㎡ floor: a tenth of 3,000 ㎡ land.
    w = world(floor_area_ratio=9).building("P", 2000).building("P", 3000)
    book = w.link("A").link("T", "LEASE", lessor_uscc="A", claim_floor_m2=500).book()
    assert areas(book)["T"] == (300, "floor_share")


def test_a_building_without_floor_area_counts_footprint_times_floors() -> None:
    w = world().building("P", None, footprint_m2=1000, floors=3).building("P", 2000)  # type: ignore[arg-type]
    book = w.link("A").link("T", "LEASE", lessor_uscc="A", claim_floor_m2=500).book()
    assert areas(book)["T"][0] == 300


def test_a_building_belongs_by_the_first_19_of_its_unit_number() -> None:
    code = "330603001002GB00018"
    w = World().parcel(code, 3000).building("", 5000, unit_code=f"{code}F00010001")
    w.link("A", code=code).link("T", "LEASE", code, lessor_uscc="A", claim_floor_m2=500)
    assert areas(w.book())["T"] == (300, "floor_share")


def test_floor_over_the_registered_ratio_without_buildings() -> None:
    # 500 ÷ (3,000 × 2) × 3,000 = 250
    w = (
        world(floor_area_ratio=2.0)
        .link("A")
        .link("T", "LEASE", lessor_uscc="A", claim_floor_m2=500)
    )
    assert areas(w.book())["T"] == (250, "floor_share")


@pytest.mark.parametrize(("floor", "land"), [(500, 500), (9000, 3000)])
def test_floor_itself_capped_by_the_parcel_with_neither(floor: float, land: float) -> None:
    w = world().link("A").link("T", "LEASE", lessor_uscc="A", claim_floor_m2=floor)
    assert areas(w.book())["T"] == (land, "floor_share")


def test_land_in_the_contract_goes_before_floor() -> None:
    w = world().building("P", 5000).link("A")
    w.link("T", "LEASE", lessor_uscc="A", claim_m2=100, claim_floor_m2=500)
    assert areas(w.book())["T"] == (100, "contract")


def test_co_owners_with_shares() -> None:
    book = world().link("A", share=0.6).link("B", share=0.4).book()
    assert areas(book) == {"A": (1800, "share"), "B": (1200, "share")}
    assert set(book.ledger_lines["basis"]) == {"share"}


def test_a_person_with_a_share_leaves_its_part_unallocated() -> None:
    book = world().link("A", share=0.6).book()
    assert areas(book) == {"A": (1800, "share")}
    assert book.parcels["unallocated_m2"].tolist() == [1200]


def test_a_co_owner_lets_of_its_own_share_first() -> None:
    w = world().link("A", share=0.6).link("B", share=0.4)
    book = w.link("T", "LEASE", lessor_uscc="B", claim_m2=1000).book()
    assert areas(book) == {"A": (1800, "share"), "B": (200, "residual"), "T": (1000, "contract")}


def test_a_co_owner_that_lets_more_than_its_share_takes_the_rest_from_the_others() -> None:
    w = world().link("A", share=0.6).link("B", share=0.4)
    book = w.link("T", "LEASE", lessor_uscc="B", claim_m2=1500).book()
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 1500, "B": 0, "T": 1500}


def test_a_person_lets_of_its_own_share_first() -> None:
    book = world().link("A", share=0.6).link("T", "LEASE", claim_m2=1000).book()
    assert areas(book) == {"A": (1800, "share"), "T": (1000, "contract")}
    assert book.parcels["unallocated_m2"].tolist() == [200]


def test_land_taken_without_a_lease_comes_off_all_holders_by_share() -> None:
    w = world().link("A", share=0.6).link("B", share=0.4)
    book = w.link("O", "OCCUPY", claim_m2=1000).book()
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 1200, "B": 800, "O": 1000}
    assert account(book, "O") == {"other": 1000, "occupied": 1000}


def test_co_owners_without_shares_are_one_unit() -> None:
    book = world().link("A", share=None).link("B", share=None).book()
    assert areas(book) == {"A": (0, "unsplit"), "B": (0, "unsplit")}
    assert book.parcels[["allocated_m2", "unallocated_m2"]].to_numpy().tolist() == [[0, 3000]]
    assert book.ledger.empty
    assert book.ledger_lines.empty


def test_two_industrial_users_and_one_of_unknown_area_are_one_unit() -> None:
    book = world().link("A").link("T", "LEASE", lessor_uscc="A").book()
    assert areas(book) == {"A": (0, "unsplit"), "T": (0, "unsplit")}


def test_an_office_of_unknown_area_does_not_make_a_unit() -> None:
    book = world().link("A").firm("T", industry="L7211").link("T", "LEASE", lessor_uscc="A").book()
    assert areas(book)["A"] == (3000, "registered")
    assert areas(book)["T"][0] == 0


def test_no_over_claim_is_reported_where_the_parcel_is_the_unit() -> None:
    w = world().link("A").link("T", "LEASE", lessor_uscc="A")
    assert w.link("U", "LEASE", lessor_uscc="A", claim_m2=9000).book().over.empty


@pytest.mark.parametrize("relation", ["OCCUPY", "GROUP_USE"])
def test_the_firms_own_report_where_nothing_else_says_how_much(relation: str) -> None:
    book = world().link("A").firm("O", reported_area_m2=700).link("O", relation).book()
    assert areas(book) == {"A": (2300, "residual"), "O": (700, "declared")}
    assert account(book, "A")["leased_out"] == 700


def test_a_report_of_a_firm_with_other_land_says_nothing_here() -> None:
    w = world().parcel("Q", 500).link("A").firm("O", reported_area_m2=700)
    book = w.link("O", "OCCUPY").link("O", code="Q").book()
    here = book.links[book.links["parcel_code"] == "P"]
    assert here["area_method"].tolist() == ["unsplit", "unsplit"]


@pytest.mark.parametrize("relation", ["LEASE", "OCCUPY", "GROUP_USE"])
def test_the_sole_real_user_of_a_parcel_without_a_live_holder_has_all_of_it(relation: str) -> None:
    book = world().link("O", relation).book()
    assert areas(book) == {"O": (3000, "registered")}


def test_the_sole_user_with_two_leases_without_areas_has_all_of_it_once() -> None:
    book = world().link("O", "LEASE", lease_id="1").link("O", "LEASE", lease_id="2").book()
    assert areas(book) == {"O1": (3000, "registered"), "O2": (0, "registered")}


def test_which_row_of_a_sole_user_has_the_area_does_not_hang_on_their_order() -> None:
    """Both without a lease, so nothing but what they say tells them apart."""
    found = []
    for relations in (("OCCUPY", "GROUP_USE"), ("GROUP_USE", "OCCUPY")):
        w = world()
        for relation in relations:
            w.link("O", relation)
        links = w.book().links
        found.append(dict(zip(links["relation"], links["area_m2"], strict=True)))
    assert found[0] == found[1] == {"GROUP_USE": 3000, "OCCUPY": 0}


def test_a_lease_that_says_how_much_holds_for_a_sole_user_too() -> None:
    book = world().link("O", "LEASE", claim_m2=1000).book()
    assert areas(book) == {"O": (1000, "contract")}
    assert book.parcels["unallocated_m2"].tolist() == [2000]


def test_a_dissolved_holder_is_linked_with_no_area_and_leaves_all_to_the_sole_user() -> None:
    w = world().firm("G", status="注销").link("G", holder_cancelled=True)
    assert areas(w.book()) == {"G": (0, "registered")}
    assert w.book().parcels["bucket"].tolist() == ["holder_cancelled"]
    book = w.link("O", "OCCUPY").book()
    assert areas(book) == {"G": (0, "registered"), "O": (3000, "registered")}
    assert book.parcels["bucket"].tolist() == ["matched"]
    assert book.ledger["uscc"].tolist() == ["O"]


def test_a_tenant_outside_the_register_takes_land_from_the_holder() -> None:
    book = world().link("A").out("A", 1000).book()
    assert areas(book) == {"A": (2000, "residual")}
    assert account(book, "A") == {"registered": 3000, "leased_out": 1000, "occupied": 2000}
    assert book.parcels["unallocated_m2"].tolist() == [1000]


def test_a_tenant_outside_the_register_with_floor_only() -> None:
    book = world().building("P", 5000).link("A").out("A", None, 500).book()
    assert areas(book)["A"][0] == 2700


def test_a_subtenant_outside_the_register_takes_land_from_the_tenant_not_the_holder() -> None:
    w = world().link("A").link("T", "LEASE", lessor_uscc="A", claim_m2=2000).out("T", 500)
    book = w.book()
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 1000, "T": 1500}
    assert account(book, "T") == {"leased_in": 2000, "leased_out": 500, "occupied": 1500}


def test_who_rents_from_a_tenant_outside_the_register_sits_inside_its_land() -> None:
    w = world().link("A").out("A", 2000).link("S", "SUBLEASE", claim_m2=600, head_lease_id="x")
    book = w.book()
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 1000, "S": 600}
    assert book.parcels["unallocated_m2"].tolist() == [1400]


def test_tenants_outside_the_register_count_when_leases_exceed_the_parcel() -> None:
    book = (
        world().link("A").out("A", 1500).link("T", "LEASE", lessor_uscc="A", claim_m2=3000).book()
    )
    assert {k: v[0] for k, v in areas(book).items()} == {"A": 0, "T": 2000}
    assert book.over["claimed_m2"].tolist() == [4500]


@pytest.mark.parametrize(
    ("start", "exempt"),
    [
        ("2021-12-31", 0),  # ends on 31 December 2024: over
        ("2022-01-01", 3000),  # ends on 1 January 2025: one day left
        ("2024-12-31", 3000),
        ("2020-02-29", 0),
        (None, 0),
    ],
)
def test_new_project_land_is_exempt_for_three_years(start: str | None, exempt: float) -> None:
    book = world(construction_start_on=start).link("A").book()
    got = account(book, "A")
    assert got.get("exempt", 0) == exempt
    assert got.get("occupied", 0) == 3000 - exempt
    assert areas(book)["A"][0] == 3000  # the link keeps its area


def test_only_what_the_holder_keeps_is_exempt() -> None:
    w = world(construction_start_on="2023-05-01").link("A")
    book = w.link("T", "LEASE", lessor_uscc="A", claim_m2=1000).book()
    assert account(book, "A") == {"registered": 3000, "leased_out": 1000, "exempt": 2000}
    assert account(book, "T") == {"leased_in": 1000, "occupied": 1000}


def test_links_that_do_not_count_have_no_area() -> None:
    book = world().link("A").link("B", band="review", counted=False).book()
    assert areas(book) == {"A": (3000, "registered"), "B": (0, "")}


def test_a_decided_area_of_a_holder_is_its_part() -> None:
    w = world().link("A", share=None, decision="same", claim_m2=1200)
    book = w.link("B", share=None, decision="same", claim_m2=1800).book()
    assert areas(book) == {"A": (1200, "share"), "B": (1800, "share")}


def test_a_holder_only_a_decision_names_has_the_whole() -> None:
    book = world().link("A", share=None, decision="same", tier="decision").book()
    assert areas(book) == {"A": (3000, "registered")}


def test_a_decided_area_goes_before_the_firms_report() -> None:
    w = world().link("A").firm("O", reported_area_m2=700)
    book = w.link("O", "OCCUPY", decision="same", claim_m2=400).book()
    assert areas(book)["O"] == (400, "declared")


def test_areas_are_rounded_half_up_to_a_hundredth() -> None:
    book = World().parcel("P", 1000.005).link("A").book()
    assert areas(book)["A"][0] == 1000.01


def test_halves_of_an_odd_cent_leave_nothing_below_zero() -> None:
    book = World().parcel("P", 100.01).link("A", share=0.5).link("B", share=0.5).book()
    assert {v[0] for v in areas(book).values()} == {50.01}
    assert book.parcels["unallocated_m2"].tolist() == [0]


def test_nobody_on_any_land_makes_empty_books() -> None:
    book = world().book()
    assert book.links.empty
    assert book.ledger.empty
    assert book.parcels["unallocated_m2"].tolist() == [3000]
    assert isinstance(book.over, pd.DataFrame)
