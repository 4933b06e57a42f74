"""Use without a right: signs of production, families, crowds, registered addresses."""

from __future__ import annotations

from typing import Any

import pytest
from matching_small import Town, evidence, inside, one, pairs, parcel_code, square, uscc

from geomujun.matching.weights import shipped

HOLDER, USER = "绍兴华联纺织有限公司", "绍兴越美印染有限公司"
DOOR = {"site_address": "绍兴市柯桥区海涂路18号"}
SEAT = {"registered_address": "绍兴市柯桥区海涂路18号"}
P = parcel_code(0)


def town(user: dict[str, Any], holder: str = HOLDER, **holder_more: Any) -> Town:
    """The holder is firm 1, the one looked for firm 2."""
    made = Town()
    made.firm(HOLDER, **holder_more)
    made.firm(USER, **user)
    made.parcel(holder, location="柯桥区海涂路18号")
    return made


def user_links(made: Town) -> list[tuple[str, str, str]]:
    return [(p, r, b) for p, u, r, b in pairs(made.links()) if u == uscc(2)]


def test_a_production_site_with_door_and_point_occupies() -> None:
    assert user_links(town(DOOR | inside(0))) == [(P, "OCCUPY", "auto")]


def test_a_registered_address_alone_is_registered_only_and_never_counted() -> None:
    link = one(town(SEAT).links(), P, uscc(2))
    assert (link["relation"], link["counted"]) == ("REGISTERED_ONLY", False)


def test_an_office_in_a_room_of_another_firms_house_is_no_link_at_all() -> None:
    assert user_links(town({"registered_address": "绍兴市柯桥区海涂路18号3幢501室"})) == []


def test_a_firm_that_has_land_is_not_looked_for_elsewhere() -> None:
    made = town(DOOR | inside(0))
    own = made.parcel(USER)
    assert user_links(made) == [(own, "OWN", "auto")]


@pytest.mark.parametrize("more", [{"status": "注销"}, {"status": "迁出"}, {"industry": "F5121"}])
def test_dissolved_moved_or_trading_firms_are_no_occupants(more: dict[str, str]) -> None:
    assert user_links(town(DOOR | inside(0) | more)) == []


def test_a_child_without_a_lease_uses_the_land_of_its_parent() -> None:
    made = town(DOOR | inside(0) | {"parent_uscc": uscc(1)})
    link = one(made.links(), P, uscc(2))
    assert (link["relation"], link["band"]) == ("GROUP_USE", "auto")
    assert evidence(link)["family"] > 0


def test_a_parent_uses_the_land_of_its_child_and_a_sister_that_of_her_sister() -> None:
    assert user_links(town(DOOR | inside(0), parent_uscc=uscc(2))) == [(P, "GROUP_USE", "auto")]
    kin = {"parent_uscc": uscc(50)}
    assert user_links(town(DOOR | inside(0) | kin, **kin)) == [(P, "GROUP_USE", "auto")]


def crowd_at(room: str, firms: int) -> Town:
    made = town({})
    made.firms.pop()
    for n in range(firms):
        made.firm(
            f"绍兴{'甲乙丙丁戊己庚辛'[n]}源服装有限公司",
            registered_address=f"绍兴市柯桥区海涂路18号{room}",
            **DOOR,
        )
    return made


def relations(made: Town) -> list[str]:
    return made.links()["relation"].tolist()


def test_eight_firms_in_one_room_are_nobodys_occupants_seven_may_be() -> None:
    assert relations(crowd_at("3幢501室", 8)) == ["OWN"]
    assert relations(crowd_at("3幢501室", 7)) == ["OWN", *["OCCUPY"] * 7]


def test_a_bracket_behind_the_address_does_not_hide_the_crowd() -> None:
    made = crowd_at("3幢501室", 8)
    for n, row in enumerate(made.firms[1:]):
        row["registered_address"] += f"(工位{n})" if n % 2 else ""
    assert relations(made) == ["OWN"]


def test_a_cluster_address_needs_no_room() -> None:
    assert relations(crowd_at("(集群注册)", 8)) == ["OWN"]
    assert relations(crowd_at("", 8)) == ["OWN", *["OCCUPY"] * 8]  # a yard with many workshops


def test_a_firm_on_village_land_without_a_parcel_is_keyed_by_the_patch() -> None:
    made = town(inside(1) | {"site_address": "柯桥区岭陈村"})
    bsm = made.patch()
    link = one(made.links(), bsm, uscc(2))
    assert (link["relation"], link["band"], link["on_patch"]) == ("OCCUPY", "auto", True)


def test_a_firm_between_two_parcels_is_not_given_to_one_silently() -> None:
    made = Town()
    made.firm(HOLDER)
    made.firm(USER, **DOOR)
    for n in range(2):
        made.parcel(location="海涂路18号", geometry=square(n))
    links = made.links()
    assert links["band"].tolist() == ["review", "review"]
    assert links["probability"].nunique() == 1


def test_land_of_a_dissolved_holder_is_more_likely_used_by_another() -> None:
    alive, gone = town(DOOR), town(DOOR, status="注销", cancelled_on="2019-01-01")
    probabilities = [one(t.links(), P, uscc(2))["probability"] for t in (alive, gone)]
    assert probabilities[0] < probabilities[1]


def test_reported_areas_that_add_up_to_the_parcel_speak_for_use() -> None:
    made = town(DOOR | {"reported_area_m2": 4000.0}, reported_area_m2=6000.0)
    assert evidence(one(made.links(), P, uscc(2)))["rest"] > 0
    made.firms[1]["reported_area_m2"] = 3000.0
    assert "rest" not in evidence(one(made.links(), P, uscc(2)))


def test_a_point_at_the_registered_address_says_nothing_of_a_site_elsewhere() -> None:
    made = town({**SEAT, "site_address": "绍兴市柯桥区越秀路9号", **inside(0)})
    link = one(made.links(), P, uscc(2))
    assert "point" not in evidence(link)
    assert not link["counted"]


def test_the_holders_own_site_teaches_where_its_door_is() -> None:
    made = Town()
    made.firm(HOLDER, site_address="绍兴市柯桥区越秀路9号")
    made.firm(USER, site_address="绍兴市柯桥区越秀路9号")
    made.parcel(HOLDER, location="柯桥区海涂路以南")
    link = one(made.links(), P, uscc(2))
    assert (link["relation"], evidence(link)["door"]) == ("OCCUPY", shipped().bits["door"]["only"])
