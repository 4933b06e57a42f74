"""The link table: decisions, what counts, and weights that add up."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matching_small import Town, evidence, inside, one, uscc

from geomujun.intake.reader import read_case
from geomujun.matching.engine import COLUMNS, match
from geomujun.matching.identity import settle

A, B, C, D = (
    "绍兴华联纺织有限公司",
    "绍兴越美印染有限公司",
    "绍兴广聚服装有限公司",
    "绍兴宝业针织有限公司",
)
SAMPLE = Path(__file__).parents[2] / "cases" / "sample-town" / "case"


def town() -> tuple[Town, str, str]:
    """A held parcel, one whose holder's name two firms bear (2 and 4), four firms."""
    made = Town()
    for name in (A, B, C, B):
        made.firm(name)
    return made, made.parcel(A), made.parcel(B)


@cache
def sample() -> pd.DataFrame:
    return match(settle(read_case(SAMPLE).case).case, date(2024, 12, 31)).links


@cache
def every_kind() -> pd.DataFrame:
    """Links of every relation but REGISTERED_ONLY's sisters, and a decision."""
    made, held, _ = town()
    made.firm(D, parent_uscc=uscc(1), site_address="绍兴市柯桥区海涂路18号", **inside(0))
    made.firm("绍兴金龙染整有限公司", registered_address="绍兴市柯桥区越秀路9号")
    made.firm("绍兴银河绣品有限公司", site_address="柯桥区岭陈村", **inside(3))
    made.firm("绍兴北斗家纺有限公司")
    made.parcels[0]["location"] = "柯桥区海涂路18号"
    other = made.parcel("绍兴没有名录有限公司", location="柯桥区越秀路9号")
    made.patch()
    made.lease(A, C, held)
    made.lease(C, "绍兴北斗家纺有限公司", held)
    made.decide(other, uscc(3), "same")
    return made.links()


@pytest.mark.parametrize("links", [every_kind, sample])
def test_the_bits_of_the_evidence_add_up_to_the_weight(links: object) -> None:
    table: pd.DataFrame = links()  # type: ignore[operator]
    items = [json.loads(cell) for cell in table["evidence"]]
    total = np.array([sum(i["bits"] for i in row) for row in items])
    rounding = np.array([0.0005 * len(row) for row in items])
    assert (np.abs(total - table["weight_bits"]) <= rounding + 1e-9).all()
    weighed = table["relation"].isin(["OWN", "OCCUPY", "GROUP_USE"]) & (table["tier"] != "decision")
    assert [row[-1]["name"] == "prior" for row in items] == weighed.tolist()


def test_every_relation_is_made_by_some_case() -> None:
    wanted = {"OWN", "LEASE", "SUBLEASE", "GROUP_USE", "OCCUPY", "REGISTERED_ONLY"}
    assert set(every_kind()["relation"]) == wanted
    assert wanted == set(sample()["relation"])


def test_every_item_of_evidence_says_what_was_compared_in_a_sentence() -> None:
    for table in (every_kind(), sample()):
        for cell in table["evidence"]:
            for item in json.loads(cell):
                assert set(item) == {"name", "bits", "left", "right", "line"}
                assert item["line"]
                assert item["name"] == "prior" or item["left"] or item["right"], item


def test_no_comparison_is_named_twice_in_one_link() -> None:
    for table in (every_kind(), sample()):
        for cell in table["evidence"]:
            names = [i["name"] for i in json.loads(cell)]
            assert len(set(names)) == len(names), names


def test_the_links_have_their_columns_and_are_sorted() -> None:
    links = every_kind()
    assert tuple(links.columns) == COLUMNS
    keys = ["parcel_code", "uscc", "relation", "lease_id"]
    pd.testing.assert_frame_equal(links, links.sort_values(keys, ignore_index=True))


def test_probabilities_and_bands_agree() -> None:
    for links in (every_kind(), sample()):
        assert links["probability"].between(0, 1).all()
        auto = (links["probability"] >= 0.95) | (links["relation"] == "REGISTERED_ONLY")
        assert (links["band"] == np.where(auto, "auto", "review")).all()


def test_a_case_without_firms_or_land_has_no_links() -> None:
    for made in (Town(others=False), Town()):
        assert made.links().empty
    lonely = Town(others=False)
    lonely.parcel(A)
    assert lonely.links().empty


def test_same_makes_a_doubtful_link_count() -> None:
    made, _, slip = town()
    before = one(made.links(), slip, uscc(2))
    assert (before["band"], before["counted"]) == ("review", False)
    after = one(made.decide(slip, uscc(2), "same").links(), slip, uscc(2))
    assert (after["band"], after["decision"], after["counted"]) == ("review", "same", True)
    assert after["probability"] == before["probability"]  # what the reviewer saw stays


def test_different_takes_a_sure_link_out_and_keeps_it_visible() -> None:
    made, held, _ = town()
    link = one(made.decide(held, uscc(1), "different").links(), held, uscc(1))
    assert (link["band"], link["decision"], link["counted"]) == ("auto", "different", False)


def test_unsure_changes_nothing_that_counts() -> None:
    made, held, slip = town()
    links = made.decide(held, uscc(1), "unsure").decide(slip, uscc(2), "unsure").links()
    assert [one(links, p, f)["counted"] for p, f in ((held, uscc(1)), (slip, uscc(2)))] == [
        True,
        False,
    ]
    assert links["decision"].tolist() == ["unsure", "unsure", ""]


def test_a_decision_corrects_relation_and_area() -> None:
    made, held, _ = town()
    made.decide(held, uscc(1), "same", relation="OCCUPY", area_m2=512.5)
    link = one(made.links(), held, uscc(1))
    assert (link["relation"], link["claim_m2"], link["counted"]) == ("OCCUPY", 512.5, True)


def test_a_pair_corrected_to_its_registered_address_no_longer_counts() -> None:
    made, held, _ = town()
    made.decide(held, uscc(1), "same", relation="REGISTERED_ONLY")
    assert not one(made.links(), held, uscc(1))["counted"]


def test_a_pair_nobody_proposed_becomes_a_link_by_decision() -> None:
    made, held, _ = town()
    link = one(made.decide(held, uscc(3), "same", area_m2=300.0).links(), held, uscc(3))
    assert (link["relation"], link["tier"], link["band"]) == ("OCCUPY", "decision", "auto")
    assert (link["claim_m2"], link["counted"], link["probability"]) == (300.0, True, 1.0)
    assert evidence(link) == {"decision": 0.0}


@pytest.mark.parametrize("verdict", ["different", "unsure"])
def test_a_pair_nobody_proposed_is_not_made_by_doubting_it(verdict: str) -> None:
    made, held, _ = town()
    links = made.decide(held, uscc(3), verdict).links()
    assert uscc(3) not in links["uscc"].tolist()


def test_a_decision_leaves_other_pairs_alone() -> None:
    made, held, slip = town()
    before = one(made.links(), slip, uscc(2))
    after = one(made.decide(held, uscc(1), "different").links(), slip, uscc(2))
    pd.testing.assert_series_equal(before, after, check_names=False)


def test_of_two_decisions_on_a_pair_the_later_line_wins() -> None:
    made, held, _ = town()
    made.decide(held, uscc(1), "different").decide(held, uscc(1), "same")
    assert one(made.links(), held, uscc(1))["decision"] == "same"


@pytest.mark.parametrize("status", ["注销", "吊销"])
def test_a_cancelled_holder_is_linked_and_frees_the_land_for_its_user(status: str) -> None:
    made = Town()
    made.firm(A, status=status, cancelled_on="2019-01-01")
    made.firm(B, site_address="绍兴市柯桥区海涂路18号", **inside(0))
    held = made.parcel(A, location="柯桥区海涂路18号")
    links = made.links()
    assert one(links, held, uscc(1))["holder_cancelled"]
    user = one(links, held, uscc(2))
    assert (user["relation"], user["counted"], user["holder_cancelled"]) == ("OCCUPY", True, False)


def test_the_day_decides_which_leases_hold() -> None:
    made, held, _ = town()
    made.lease(A, C, held, start_on="2022-01-01", end_on="2023-12-31")
    assert one(made.links(date(2023, 12, 31)), held, uscc(3))["relation"] == "LEASE"
    assert uscc(3) not in made.links(date(2024, 1, 1))["uscc"].tolist()
    assert uscc(3) not in made.links(date(2021, 12, 31))["uscc"].tolist()


def test_same_on_land_whose_firm_like_holder_nobody_is_makes_the_firm_its_holder() -> None:
    made, _, _ = town()
    strange = made.parcel("绍兴没有名录有限公司")
    link = one(made.decide(strange, uscc(3), "same").links(), strange, uscc(3))
    assert (link["relation"], link["share"], link["counted"]) == ("OWN", 1.0, True)
    made.decided[0]["relation"] = "OCCUPY"
    assert one(made.links(), strange, uscc(3))["relation"] == "OCCUPY"
