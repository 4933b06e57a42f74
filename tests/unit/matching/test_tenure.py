"""Leases: which parcel, which parties, by what title."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from ledger_small import frame
from matching_small import Town, evidence, inside, one, pairs, parcel_code, uscc

from geomujun.matching.tenure import resolve_supply

A, B, C, D = (
    "绍兴华联纺织有限公司",
    "绍兴越美印染有限公司",
    "绍兴广聚服装有限公司",
    "绍兴宝业针织有限公司",
)
OWNER, TENANT, THIRD, FOURTH = (uscc(n) for n in (1, 2, 3, 4))


def town(**first_parcel: Any) -> Town:
    """Four firms; the first holds the first parcel."""
    made = Town()
    for name in (A, B, C, D):
        made.firm(name)
    made.parcel(A, **first_parcel)
    return made


P = parcel_code(0)


def relations(made: Town, *firms: str) -> list[str]:
    """Relation of each firm on the first parcel; "" for no link."""
    links = made.links()
    table = links[links["parcel_code"] == P].drop_duplicates("uscc").set_index("uscc")["relation"]
    return [str(table.get(f, "")) for f in firms]


def test_the_tenant_of_the_holder_has_a_lease_with_its_days_and_area() -> None:
    made = town()
    number = made.lease(A, B, P, land_area_m2=1200.0, floor_area_m2=800.0)
    link = one(made.links(), P, TENANT)
    assert (link["relation"], link["band"], link["counted"]) == ("LEASE", "auto", True)
    assert (link["lease_id"], link["lessor_uscc"], link["head_lease_id"]) == (number, OWNER, "")
    assert (link["claim_m2"], link["claim_floor_m2"]) == (1200.0, 800.0)
    assert (link["valid_from"], link["valid_to"]) == (
        pd.Timestamp("2020-01-01"),
        pd.Timestamp("2029-12-31"),
    )


def test_a_chain_of_subleases_goes_to_any_depth_without_naming_the_parcel_again() -> None:
    made = town()
    names = [A, B, C, D, *(f"绍兴{x}源家居有限公司" for x in "甲乙丙丁")]
    for name in names[4:]:
        made.firm(name)
    head, parcel = "", P
    for lessor, lessee in pairwise(names):
        head, parcel = made.lease(lessor, lessee, parcel, head_contract_no=head), ""
    links = made.links()
    kinds = [one(links, P, uscc(n))["relation"] for n in range(2, len(names) + 1)]
    assert kinds == ["LEASE", *["SUBLEASE"] * (len(names) - 2)]
    assert links["counted"].all()
    last = one(links, P, uscc(len(names)))
    assert (last["lessor_uscc"], last["head_lease_id"]) == (uscc(len(names) - 1), "L6")


def test_the_order_in_which_a_chain_is_written_does_not_matter() -> None:
    made = town()
    made.lease(C, D, contract_no="A", head_contract_no="B")
    made.lease(B, C, contract_no="B", head_contract_no="C")
    made.lease(A, B, P, contract_no="C")
    assert relations(made, TENANT, THIRD, FOURTH) == ["LEASE", "SUBLEASE", "SUBLEASE"]


def test_leases_that_hang_on_each_other_without_a_parcel_lead_nowhere() -> None:
    made = town()
    made.lease(B, C, contract_no="X", head_contract_no="Y")
    made.lease(C, B, contract_no="Y", head_contract_no="X")
    assert relations(made, TENANT, THIRD) == ["", ""]


def test_a_renewal_replaces_the_lease_it_renews() -> None:
    made = town()
    made.lease(A, B, P)
    renewed = made.lease(A, B, P, start_on="2023-01-01", end_on="2032-12-31")
    assert one(made.links(), P, TENANT)["lease_id"] == renewed


def test_two_floors_of_one_tenant_are_two_links() -> None:
    made = town()
    for floor in ("1层", "2层"):
        made.lease(A, B, P, floor=floor)
    assert made.links()["relation"].tolist() == ["OWN", "LEASE", "LEASE"]


def test_a_lease_is_in_force_from_its_first_to_its_last_day() -> None:
    days = (
        ("2024-12-31", "2025-12-31", True), ("2025-01-01", "2025-12-31", False),
        ("2020-01-01", "2024-12-31", True), ("2020-01-01", "2024-12-30", False),
        ("2020-01-01", None, True), (None, "2029-01-01", True),
    )  # fmt: skip
    made = town()
    firms = [made.firm(f"绍兴{x}源家居有限公司") for x in "甲乙丙丁戊己"]
    for firm, (start, end, _) in zip(firms, days, strict=True):
        made.lease(A, "", P, lessee_uscc=firm, start_on=start, end_on=end)
    assert relations(made, *firms) == ["LEASE" if there else "" for *_, there in days]


def test_a_lessor_without_title_lets_nothing() -> None:
    made = town()
    made.lease(C, B, P)
    found = made.run()
    # Whether the tenant is there all the same is a question, no lease.
    assert pairs(found.links) == [(P, OWNER, "OWN", "auto"), (P, TENANT, "OCCUPY", "review")]
    assert found.case.leases[["title", "lessee_key"]].to_numpy().tolist() == [["none", TENANT]]


@pytest.mark.parametrize("lease", [{"end_on": "2023-12-31"}, {"lessor": C}])
def test_the_tenant_of_an_ended_or_untitled_lease_occupies_while_it_is_still_there(
    lease: dict[str, str],
) -> None:
    made = town(location="海涂路18号")
    made.firms[1].update(site_address="绍兴市柯桥区海涂路18号", **inside(0))
    number = made.lease(lessee=B, parcel=P, **({"lessor": A} | lease))
    link = one(made.links(), P, TENANT)
    assert (link["relation"], link["band"], link["lease_id"]) == ("OCCUPY", "auto", number)
    assert evidence(link)["dead_lease"] > 0


def test_a_former_tenant_with_only_a_point_there_is_asked_about() -> None:
    made = town()
    made.lease(A, B, P, end_on="2023-12-31")
    assert relations(made, TENANT) == [""]
    made.firms[1].update(inside(0))
    assert one(made.links(), P, TENANT)["relation"] == "OCCUPY"


def test_a_new_lease_outdoes_the_ended_one() -> None:
    made = town()
    made.firms[1].update(inside(0))
    made.lease(A, B, P, end_on="2023-12-31")
    made.lease(A, B, P, start_on="2024-01-01")
    assert relations(made, TENANT) == ["LEASE"]


def test_the_parcel_code_is_understood_in_other_writing() -> None:
    written = (
        P, "330603 001002 GB00000", "330603001002gb00000",
        P + "F00010001",  # a unit of the parcel
        "33O6O3001002GB0000O",  # the letter O for 0
        "001002GB00000",  # without the county
    )  # fmt: skip
    made = town()
    firms = [made.firm(f"绍兴{x}源家居有限公司") for x in "甲乙丙丁戊己"]
    for firm, code in zip(firms, written, strict=True):
        made.lease(A, "", code, lessee_uscc=firm)
    assert relations(made, *firms) == ["LEASE"] * len(written)
    found = made.run().case.leases.set_index("contract_no")["parcel_how"].tolist()
    assert found == ["exact", "variant", "variant", "unit", "typo", "short"]


def test_a_code_that_fits_no_parcel_is_not_replaced_by_a_guess() -> None:
    made = town()
    made.lease(A, B, parcel_code(77))
    assert relations(made, TENANT) == [""]


def test_without_a_code_the_location_of_the_lessors_parcel_tells() -> None:
    made = town(location="柯桥区海涂路18号")
    second = made.parcel(A, location="柯桥区海涂路20号")
    made.parcel("绍兴别家有限公司", location="柯桥区海涂路20号")
    made.lease(A, B, location="绍兴市柯桥区海涂路18号")
    made.lease(A, C, location="海涂路20号")
    made.lease(A, D)  # two parcels: which one is not known
    links = made.links()
    assert one(links, P, TENANT)["relation"] == "LEASE"
    assert one(links, second, THIRD)["relation"] == "LEASE"
    assert FOURTH not in links["uscc"].tolist()


def test_without_code_and_location_the_lessors_only_parcel_is_meant() -> None:
    made = town()
    made.lease(A, B)
    assert relations(made, TENANT) == ["LEASE"]


def test_a_person_may_let_the_land_he_holds() -> None:
    made = town()
    own = made.parcel("王小明")
    made.lease("王小明", B, own)
    assert one(made.links(), own, TENANT)["relation"] == "LEASE"


def test_a_lessor_written_with_a_slip_still_holds_his_parcel() -> None:
    made = town()
    own = made.parcel("绍兴无名氏丝绸印花有限公司")
    made.lease("绍兴无名氐丝绸印花有限公司", B, own)
    assert one(made.links(), own, TENANT)["relation"] == "LEASE"


def test_the_tenants_code_goes_before_its_name() -> None:
    made = town()
    made.lease(A, C, P, lessee_uscc=TENANT)
    assert relations(made, TENANT, THIRD) == ["LEASE", ""]


def test_a_tenant_whose_valid_code_nobody_bears_is_an_outsider() -> None:
    made = town()
    made.lease(A, B, P, lessee_uscc=uscc(77))
    found = made.run()
    assert pairs(found.links) == [(P, OWNER, "OWN", "auto")]
    assert found.outside["contract_no"].tolist() == ["L1"]


def test_a_firm_that_lets_to_itself_is_no_tenant() -> None:
    made = town()
    made.lease(A, A, P)
    assert relations(made, OWNER) == ["OWN"]


def test_tenants_of_one_name_are_told_apart_by_where_they_are() -> None:
    made = town()
    twin = made.firm("杭州越美印染有限公司", **inside(0))
    made.lease(A, "越美印染有限公司", P)
    assert relations(made, TENANT, twin) == ["", "LEASE"]
    made.firms[-1] = {k: v for k, v in made.firms[-1].items() if k not in {"longitude", "latitude"}}
    link = one(made.links(), P, TENANT)  # nobody can tell: a question that names both
    assert (link["relation"], link["band"], link["rival_uscc"]) == ("LEASE", "review", twin)
    assert relations(made, twin) == [""]


def test_a_tenant_by_a_typing_error_is_less_sure_than_by_its_name() -> None:
    exact, slip = town(), town()
    exact.lease(A, B, P)
    slip.lease(A, "绍兴越媄印染有限公司", P)
    sure, unsure = (one(t.links(), P, TENANT)["probability"] for t in (exact, slip))
    assert unsure < sure


def test_a_supply_row_finds_its_parcel_in_other_writing() -> None:
    case = town().case.with_tables(
        supply=frame("supply", [{"parcel_code": "330603 001002 GB00000"}, {"parcel_code": "x"}])
    )
    got = resolve_supply(case)
    assert got["parcel_resolved"].tolist() == [P, ""]
    assert got["parcel_how"].tolist() == ["variant", ""]


def test_a_tenant_named_by_a_person_takes_the_one_contract_nobody_could_read() -> None:
    made = town()
    number = made.lease(A, "某某", P, land_area_m2=1200.0)
    made.decide(P, THIRD, "same", relation="LEASE")
    link = one(made.links(), P, THIRD)
    assert (link["lease_id"], link["claim_m2"], link["lessor_uscc"]) == (number, 1200.0, OWNER)
    made.lease(A, "某人", P)  # two of them: it is not known which
    assert one(made.links(), P, THIRD)["lease_id"] == ""
