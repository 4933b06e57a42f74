"""What is known of an enterprise beforehand: plots it holds, parcels it lets, namesakes in town."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matching_small import Town, evidence, inside, one, parcel_code, places_of, square, uscc

from geomujun.matching.holdings import held_level, letting
from geomujun.matching.namesakes import namesakes
from geomujun.matching.register import build, lexicon_of
from geomujun.matching.weights import shipped

A = "绍兴华联纺织有限公司"
P = parcel_code(0)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ({"geometry": square(0.35)}, "beside"),  # 5 m from the first square
        ({}, "zone"),
        ({"parcel_code": "330603001009GB00001", "location": "钱清镇岭陈村"}, "town"),
        ({"parcel_code": "330603002001GB00001", "location": "兰亭镇桃源村"}, "elsewhere"),
    ],
)
def test_the_nearest_other_land_of_the_enterprise_counts(
    other: dict[str, Any], wanted: str
) -> None:
    town = Town(others=False)
    town.firm(A)
    town.parcel(location="钱清镇江南村")
    town.parcel(**other)
    land = places_of(town).land
    here, there = int(land.position[P]), int(land.position[town.parcels[1]["parcel_code"]])
    pair = pd.DataFrame({"uscc": [uscc(1)], "land": [here]})
    sure = pd.DataFrame({"uscc": [uscc(1), uscc(1)], "land": [here, there]})
    assert held_level(pair, sure, land).tolist() == [wanted]
    assert held_level(pair, sure.iloc[:1], land).tolist() == ["none"]


def test_a_lessor_is_known_by_code_or_by_a_name_that_is_one_enterprises_alone() -> None:
    leases = pd.DataFrame(
        [
            {"parcel_resolved": "P1", "lessor_uscc": "U1", "lessor_norm": "甲", "head_contract_no": ""},
            {"parcel_resolved": "P2", "lessor_uscc": "", "lessor_norm": "乙", "head_contract_no": ""},
            {"parcel_resolved": "P3", "lessor_uscc": "", "lessor_norm": "丙", "head_contract_no": ""},
            {"parcel_resolved": "P4", "lessor_uscc": "U1", "lessor_norm": "甲", "head_contract_no": "L1"},
            {"parcel_resolved": "", "lessor_uscc": "U1", "lessor_norm": "甲", "head_contract_no": ""},
        ]
    )  # fmt: skip
    names = pd.DataFrame(
        {
            "norm": ["甲", "乙", "丙", "丙", "乙"],
            "uscc": ["U1", "U2", "U3", "U4", "U5"],
            "former": [False, False, False, False, True],
        }
    )
    found = letting(leases, names, pd.DataFrame({"uscc": ["U1", "U2", "U3", "U4", "U5"]}))
    assert found.to_numpy().tolist() == [["P1", "U1"], ["P2", "U2"]]


def test_the_lessor_of_a_lease_is_believed_to_be_the_holder_written_wrongly() -> None:
    town = Town()
    for name in (A, "绍兴越美印染有限公司"):
        town.firm(name)
    town.parcel("绍兴华连纺织")
    alone = town.links()
    town.lease("", "绍兴越美印染有限公司", P, lessor_uscc=uscc(1))
    let = one(town.links(), P, uscc(1))
    assert evidence(let)["lessor"] == pytest.approx(shipped().bits["lessor"]["lets"])
    before = alone[(alone["parcel_code"] == P) & (alone["uscc"] == uscc(1))]["probability"]
    assert let["probability"] > before.max()


@pytest.mark.parametrize(
    ("lessor", "relation"),
    [
        ("华联集团", "LEASE"),  # a short form of the holder
        ("华联纺织", "LEASE"),
        ("绍兴广聚服装有限公司", "OCCUPY"),  # another firm, which has no title
    ],
)
def test_a_loosely_written_lessor_is_read_among_the_holders_of_the_parcel(
    lessor: str, relation: str
) -> None:
    town = Town()
    town.firm(A)
    town.firm("绍兴越美印染有限公司", site_address="海涂路18号", **inside(0))
    for name in ("绍兴华联印染有限公司", "绍兴华联服装有限公司", "绍兴广聚服装有限公司"):
        town.firm(name)
    town.parcel(A)
    town.lease(lessor, "绍兴越美印染有限公司", P)
    assert one(town.links(), P, uscc(2))["relation"] == relation


def test_firms_of_a_common_trade_name_are_found_where_the_land_is() -> None:
    town = Town(others=False)
    names = [f"绍兴鼎盛{trade}有限公司" for trade in ("机械", "纺织", "印染", "化纤")]
    for n, name in enumerate(names):
        town.firm(
            name, site_address=f"绍兴市柯桥区{'钱清镇' if n == 2 else '兰亭镇'}江南路{n + 1}号"
        )
    town.parcel("绍兴鼎盛", location="钱清镇岭陈村")
    case = town.case
    register = build(case, lexicon_of(case))
    asked = pd.DataFrame({"key": [7], "query": ["绍兴鼎盛"], "land": [0.0]})
    none = pd.DataFrame({"key": pd.Series(dtype="int64"), "uscc": pd.Series(dtype="str")})
    found = namesakes(asked, none, register, places_of(town), shipped())
    assert found[["key", "uscc", "l_name"]].to_numpy().tolist() == [[7, uscc(3), "same"]]
    known = pd.DataFrame({"key": [7], "uscc": [uscc(3)]})
    assert namesakes(asked, known, register, places_of(town), shipped()).empty
    nowhere = asked.assign(land=float("nan"))
    assert namesakes(nowhere, none, register, places_of(town), shipped()).empty
