"""OWN: right holders against enterprises."""

from __future__ import annotations

import pandas as pd
import pytest
from matching_small import Town, evidence, inside, one, pairs, uscc

from geomujun.matching.weights import shipped

HUALIAN = "绍兴华联纺织有限公司"
FOREIGN = uscc(77)


def held(holder: str, ids: str = "", firm: str = HUALIAN, **more: object) -> pd.DataFrame:
    """Links of a town of one firm and one parcel of this holder."""
    town = Town()
    town.firm(firm, **more)
    town.parcel(holder, ids)
    return town.links()


def test_the_full_name_is_enough() -> None:
    link = held(HUALIAN).iloc[0]
    assert (link["uscc"], link["relation"], link["band"], link["tier"]) == (
        uscc(1),
        "OWN",
        "auto",
        "name",
    )
    assert link["share"] == 1.0
    assert link["counted"]


def test_the_holder_is_found_in_other_writing() -> None:
    town = Town()
    town.firm(HUALIAN)
    for holder in (
        "紹興華聯紡織（有限公司", "绍兴华联纺织有限公司柯桥分公司", "绍兴华联纺织有限公司(暂定名)",
        "绍兴丝路丝绸有限公司（变更为绍兴华联纺织有限公司）",
    ):  # fmt: skip
        town.parcel(holder)
    links = town.links()
    assert links["parcel_code"].tolist() == [p["parcel_code"] for p in town.parcels]
    assert set(links["uscc"]) == {uscc(1)}
    assert set(links["band"]) == {"auto"}


@pytest.mark.parametrize(
    "sibling", ["绍兴华联印染有限公司", "绍兴华丰纺织有限公司", "杭州华联纺织有限公司"]
)
def test_the_holder_that_is_not_registered_is_not_given_to_a_sibling(sibling: str) -> None:
    assert "auto" not in held(HUALIAN, firm=sibling)["band"].tolist()


def test_a_typing_error_is_less_sure_than_the_name_and_another_fact_helps() -> None:
    exact, slip, there = (
        held(holder, **more).iloc[0]
        for holder, more in (
            (HUALIAN, {}),
            ("绍兴华连纺织有限公司", {}),
            ("绍兴华连纺织有限公司", inside(0)),
        )
    )
    assert slip["probability"] < exact["probability"]
    assert slip["probability"] < there["probability"]
    assert there["band"] == "auto"
    assert {slip["tier"], there["tier"]} == {"fuzzy"}


def test_a_real_typing_error_in_a_long_name_is_asked_not_lost() -> None:
    firm = "中国移动通信集团浙江有限公司"
    links = held("中国移动通讯集团浙江有限公司", firm=firm)
    assert links["uscc"].tolist() == [uscc(1)]
    assert links["probability"].iloc[0] < held(firm, firm=firm)["probability"].iloc[0]


@pytest.mark.parametrize(
    ("ids", "bits", "tier"),
    [(uscc(1), "uscc_same", "code"), (uscc(1)[8:17], "org_same", "code"),
     (f"{uscc(1)[8:16]}-{uscc(1)[16]}", "org_same", "code"), (FOREIGN[8:17], "org_other", "name")],
)  # fmt: skip
def test_a_code_of_18_or_9_characters_speaks(ids: str, bits: str, tier: str) -> None:
    link = held(HUALIAN, ids).iloc[0]
    assert evidence(link)["code"] == shipped().bits["code"][bits]
    assert link["tier"] == tier


def test_the_code_finds_the_firm_under_any_name() -> None:
    for ids in (uscc(1), uscc(1)[8:17]):
        link = held("绍兴完全别的名字有限公司", ids).iloc[0]
        assert (link["uscc"], link["band"], link["tier"]) == (uscc(1), "auto", "code")


def test_another_valid_code_speaks_against_the_same_name() -> None:
    assert "auto" not in held(HUALIAN, FOREIGN)["band"].tolist()
    short, none = (held(HUALIAN, ids)["probability"].iloc[0] for ids in (FOREIGN[8:17], ""))
    assert short < none


def test_an_identity_card_or_an_old_number_beside_a_firm_says_nothing() -> None:
    town = Town()
    town.firm(HUALIAN)
    for ids in ("11010519491231002X", "330621********0012", "123456789012345", ""):
        town.parcel(HUALIAN, ids)
    links = town.links()
    assert links["band"].tolist() == ["auto"] * 4
    assert not any("code" in evidence(link) for _, link in links.iterrows())


def test_a_former_name_counts_less_once_it_had_ended_before_the_right_began() -> None:
    town = Town()
    firm = town.firm("绍兴新世纪科技有限公司", former_names=f"{HUALIAN}(至2018-05-01)")
    before = town.parcel(HUALIAN, right_start_on="2015-01-01")
    after = town.parcel(HUALIAN, right_start_on="2020-01-01")
    undated = town.parcel(HUALIAN, right_start_on=None)
    links = town.links()
    assert set(links["tier"]) == {"former_name"}
    assert "date" not in evidence(one(links, before, firm))
    assert "date" not in evidence(one(links, undated, firm))
    assert evidence(one(links, after, firm))["date"] == shipped().bits["date"]["former_after"]
    assert one(links, after, firm)["probability"] < one(links, before, firm)["probability"]


def test_a_firm_dissolved_before_the_right_began_is_doubted() -> None:
    link = held(HUALIAN, status="注销", cancelled_on="2010-01-01").iloc[0]
    assert evidence(link)["date"] == shipped().bits["date"]["dissolved"]
    later = held(HUALIAN, status="注销", cancelled_on="2019-01-01").iloc[0]
    assert "date" not in evidence(later)


def test_a_tie_of_two_firms_is_never_automatic() -> None:
    town = Town()
    for _ in range(2):
        town.firm(HUALIAN)
    town.parcel(HUALIAN)
    links = town.links()
    assert links["band"].tolist() == ["review", "review"]
    assert not links["counted"].any()
    assert links["probability"].nunique() == 1
    assert links["rival_uscc"].tolist() == [uscc(2), uscc(1)]


def test_a_rival_lowers_both() -> None:
    holder = "绍兴华连纺织有限公司"
    town = Town()
    alone = town.firm(HUALIAN)
    code = town.parcel(holder)
    before = one(town.links(), code, alone)["probability"]
    rival = town.firm("绍兴华莲纺织有限公司")
    links = town.links()
    assert one(links, code, alone)["probability"] < before - 0.05
    assert one(links, code, alone)["rival_uscc"] == rival
    assert one(links, code, rival)["rival_uscc"] == alone
    assert "auto" not in links["band"].tolist()


def test_a_place_decides_between_two_firms_of_one_name() -> None:
    town = Town()
    here, there = town.firm(HUALIAN, **inside(0)), town.firm(HUALIAN)
    code = town.parcel(HUALIAN)
    links = town.links()
    assert one(links, code, here)["band"] == "auto"
    assert there not in links.loc[links["counted"], "uscc"].tolist()


def test_joint_holders_are_each_linked_with_their_share() -> None:
    town = Town()
    firms = [town.firm(HUALIAN), town.firm("绍兴越美印染有限公司")]
    code = town.parcel(f"{HUALIAN}、绍兴越美印染有限公司", holder_shares="60%、40%")
    links = town.links()
    assert [one(links, code, f)["share"] for f in firms] == [0.6, 0.4]
    assert set(links["band"]) == {"auto"}


def test_one_firm_written_twice_as_holder_is_one_link_with_both_shares() -> None:
    town = Town()
    firm = town.firm(HUALIAN)
    code = town.parcel(f"{HUALIAN}、紹興華聯紡織有限公司", holder_shares="60%、40%")
    assert one(town.links(), code, firm)["share"] == 1.0


def test_persons_villages_and_offices_are_not_forced_on_a_firm() -> None:
    town = Town()
    town.firm("绍兴岭陈村纺织有限公司")
    for holder in ("王小明", "岭陈村村民委员会", "柯桥区自然资源局", ""):
        town.parcel(holder)
    assert town.links().empty


def test_a_neighbours_firm_in_the_location_is_no_name_of_the_holder() -> None:
    town = Town()
    town.firm("安海塑业有限公司", site_address="安海塑业有限公司厂区")
    town.parcel("泉州海峰纺织有限公司", location="安海塑业有限公司以东")
    town.parcel("", location="安海塑业有限公司以东")
    assert pairs(town.links()) == []


def test_a_cancelled_holder_is_linked_and_marked() -> None:
    link = held(HUALIAN, status="注销", cancelled_on="2019-01-01").iloc[0]
    assert (link["relation"], link["band"]) == ("OWN", "auto")
    assert link["holder_cancelled"]


def test_four_characters_with_which_a_firms_name_begins_are_no_person() -> None:
    made = Town()
    firm = made.firm("绍兴霁琮糕点厂")
    land, other = made.parcel("霁琮糕点"), made.parcel("欧阳文轩")
    links = made.links()
    assert links.loc[links["parcel_code"] == land, "uscc"].tolist() == [firm]
    assert other not in set(links["parcel_code"])
