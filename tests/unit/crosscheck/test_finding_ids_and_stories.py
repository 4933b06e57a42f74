"""Ids that last from run to run, the rows a finding rests on, stories, and closed findings."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pandas as pd
import pytest
from small_facts import CODE, cell, facts, frame, link

from geomujun.crosscheck.engine import check
from geomujun.crosscheck.grounds import GROUNDS
from geomujun.crosscheck.lessors import ALIKE, likeness
from geomujun.crosscheck.registry import RULES
from geomujun.crosscheck.rooms import room_keys
from geomujun.crosscheck.stories import CAUSES, ORDER
from geomujun.lang import set_lang
from geomujun.ledger.facts import Facts

A, B, C = "91330603MA0000000A", "91330603MA0000000B", "91330603MA0000000C"
CLOSING = "finding_id rule subject_id other_id facts_digest reason reviewer decided_at"


def firm(uscc: str, **more: Any) -> dict[str, Any]:
    return {"uscc": uscc, "name": f"甲{uscc[-1]}机械有限公司", "industry": "3411", **more}


def parcel(number: int, **more: Any) -> dict[str, Any]:
    row = {"parcel_code": CODE(number), "area_m2": 10_690.0, "land_use": "工业用地"}
    return {**row, "geometry": cell(number), **more}


def lease(**more: Any) -> dict[str, Any]:
    row = {"contract_no": "Z1", "lessor_uscc": A, "lessee": "甲B机械有限公司", "lessee_uscc": B,
           "parcel_code": CODE(1), "start_on": "2020-01-01", "end_on": "2024-06-30"}  # fmt: skip
    return {**row, **more}


def stayed(**more: Any) -> Facts:
    """A tenant whose lease ended stays; a new one has come; together they claim too much."""
    given: dict[str, Any] = {
        "enterprises": [firm(A), firm(B), firm(C)],
        "parcels": [parcel(1, holder_names="甲A机械有限公司")],
        "leases": [lease(), lease(contract_no="Z2", lessee_uscc=C, end_on="2026-01-01")],
        "over": frame("parcel_code claimed_m2 area_m2", [(CODE(1), 15_000.0, 10_690.0)]),
    }
    links = [link(CODE(1), A), link(CODE(1), B, "OCCUPY"), link(CODE(1), C, "LEASE")]
    return facts(links, **{**given, **more})


def test_the_end_of_a_lease_leads_the_story_of_who_stayed_and_of_too_many_claims() -> None:
    table = check(stayed()).sort_values("story_order")
    story = table[table["story_id"] == table.loc[table["rule"] == "AREA_OVER", "story_id"].iloc[0]]

    assert story["rule"].tolist() == ["LEASE_EXPIRED", "TENANT_NO_LEASE", "AREA_OVER"]
    assert story["story_order"].tolist() == [1, 2, 3]
    assert story["headline"].nunique() == 1
    line = story["headline"].iloc[0]
    assert line.startswith("租赁合同 Z1：甲B机械有限公司的租赁合同已于 2024-06-30 到期")
    assert "实际使用人无租约 1 条、主张面积超过宗地 1 条" in line


def test_the_same_matter_on_another_parcel_is_another_story() -> None:
    links = [link(CODE(k), A) for k in (1, 2)] + [link(CODE(k), B, "OCCUPY") for k in (1, 2)]
    ended = [lease(), lease(contract_no="Z9", parcel_code=CODE(2))]
    got = check(facts(links, enterprises=[firm(A), firm(B)], parcels=[parcel(1), parcel(2)],
                      leases=ended))  # fmt: skip

    stories = got.groupby("story_id")["rule"].agg(sorted).tolist()
    assert stories == [["LEASE_EXPIRED", "TENANT_NO_LEASE"]] * 2


def test_every_cause_stands_before_its_effect_and_every_rule_has_its_place() -> None:
    place = {rule: k for k, rule in enumerate(ORDER)}

    assert all(place[cause] < place[effect] for cause, effect, _ in CAUSES)
    assert set(ORDER) == set(RULES) == set(GROUNDS)


def test_ids_do_not_depend_on_row_order_language_or_thresholds() -> None:
    base = stayed()
    case = base.case
    mixed = case.with_tables(
        leases=case.leases.iloc[::-1].reset_index(drop=True).assign(row=[7, 9]),
        enterprises=case.enterprises.iloc[::-1].reset_index(drop=True),
    )
    other = dataclasses.replace(base, case=mixed, thresholds={"AREA_REPORTED": 0.2})
    set_lang("en")
    try:
        again = check(other)
    finally:
        set_lang("zh")

    first = check(base)
    for name in ("finding_id", "facts_digest", "story_id", "story_order"):
        assert again[name].tolist() == first[name].tolist()
    assert first["finding_id"].is_unique
    assert first["finding_id"].str.fullmatch("[0-9a-f]{16}").all()


def test_an_id_moves_with_the_facts_of_its_rule_and_not_with_others() -> None:
    def ids(**more: Any) -> dict[str, str]:
        table = check(stayed(**more))
        return dict(zip(table["rule"], table["finding_id"], strict=True))

    new = lease(contract_no="Z2", lessee_uscc=C, end_on="2026-01-01")
    base, later = ids(), ids(leases=[lease(end_on="2024-07-31"), new])
    moved = ids(enterprises=[firm(A), firm(B, longitude=120.0, founded_on="2011-01-01"), firm(C)])

    assert base["LEASE_EXPIRED"] != later["LEASE_EXPIRED"]
    assert base["AREA_OVER"] == later["AREA_OVER"]  # rests on leases in force only
    assert base == moved


def test_a_finding_names_the_rows_it_rests_on() -> None:
    table = check(stayed()).set_index("rule")
    rows = json.loads(table.loc["AREA_OVER", "rows"])

    assert [(r["table"], r["row"], r["key"]) for r in rows] == [
        ("leases", 2, "Z2"),
        ("parcels", 1, CODE(1)),
    ]
    assert json.loads(table.loc["LEASE_EXPIRED", "rows"]) == [
        {"table": "leases", "row": 1, "key": "Z1"}
    ]


def test_every_finding_of_a_lease_without_a_number_is_kept_apart() -> None:
    rows = [lease(contract_no=""), lease(contract_no="", lessee_uscc=C, lessee="丙")]
    got = check(facts([link(CODE(1), A)], enterprises=[firm(A), firm(B), firm(C)],
                      parcels=[parcel(1)], leases=rows))  # fmt: skip

    assert got.loc[got["rule"] == "LEASE_EXPIRED", "subject_id"].tolist() == ["#1", "#2"]


def closing(table: pd.DataFrame, of: str, **more: str) -> pd.DataFrame:
    row = table[table["rule"] == of].iloc[0]
    named = ("finding_id", "rule", "subject_id", "other_id", "facts_digest")
    told = {name: row[name] for name in named}
    told |= {"reason": "已核实", "reviewer": "王工", "decided_at": "2024-05-01T08:00:00"}
    return frame(CLOSING, [tuple((told | more)[c] for c in CLOSING.split())]).astype("str")


def states(given: Facts, closings: pd.DataFrame) -> dict[str, tuple[str, str]]:
    table = check(dataclasses.replace(given, closings=closings))
    return dict(zip(table["rule"], zip(table["state"], table["state_reason"], strict=True),
                    strict=True))  # fmt: skip


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"rule": "", "subject_id": "", "other_id": "", "facts_digest": ""},  # by id alone
        {"finding_id": ""},  # by sides and facts
    ],
)
def test_a_closed_finding_stays_closed_with_its_reason(named: dict[str, str]) -> None:
    table = check(stayed())
    got = states(stayed(), closing(table, "AREA_OVER", **named))

    assert got["AREA_OVER"] == ("closed", "已核实（王工，2024-05-01）")
    assert got["LEASE_EXPIRED"] == ("open", "")


def test_new_facts_open_a_closed_finding_again_and_say_so() -> None:
    closed = closing(check(stayed()), "AREA_OVER")
    more = frame("parcel_code claimed_m2 area_m2", [(CODE(1), 16_000.0, 10_690.0)])
    state, line = states(stayed(over=more), closed)["AREA_OVER"]

    assert state == "reopened"
    assert "曾关闭：已核实（王工，2024-05-01）" in line


def test_a_closing_without_facts_holds_for_no_facts() -> None:
    """Nobody can say that facts are still those it was closed on."""
    closed = closing(check(stayed()), "AREA_OVER", finding_id="", facts_digest="")

    assert states(stayed(), closed)["AREA_OVER"][0] == "reopened"


def test_of_two_tenants_of_one_parcel_each_is_closed_alone() -> None:
    links = [link(CODE(1), A), link(CODE(1), B, "OCCUPY"), link(CODE(1), C, "OCCUPY")]
    given = facts(links, enterprises=[firm(A), firm(B), firm(C)], parcels=[parcel(1)])
    closed = closing(check(given), "TENANT_NO_LEASE")
    table = check(dataclasses.replace(given, closings=closed))

    got = table[table["rule"] == "TENANT_NO_LEASE"].set_index("other_id")["state"].to_dict()
    assert got == {B: "closed", C: "open"}


REGISTER = pd.Series(
    [f"云岫县{x}{y}有限公司" for x in "甲乙丙丁戊己庚辛" for y in ("纺织", "五金")]
)


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("云岫箬眭仪器有限公司", "箬眭(云岫仪器有限公司", True),  # brackets lost, order changed
        ("中国浙江墨川云岫磊曦窕纺织有限公司", "云岫磊曦窕纺织有限公司", True),
        ("云岫碧磊淇水", "云岫碧垒淇水五金有限公司", True),  # cut off, a look-alike
        ("云岫县荻沅纺织有限公司", "云岫县晷湄纺织有限公司", False),  # the neighbour in the trade
        ("云岫县荻沅五金有限公司", "云岫县人民政府", False),
    ],
)
def test_names_are_alike_by_their_rare_characters(left: str, right: str, alike: bool) -> None:
    got = likeness(pd.Series([left]), pd.Series([right]), REGISTER)[0]

    assert bool(got >= ALIKE) is alike


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("云岫县荻湾镇霁月大道71号1301室", "霁月大道71号1301室（云岫县荻湾镇）", True),
        ("云岫县荻湾镇霁月大道71号1301室", "荻湾镇霁月大道71#1301室", True),
        ("云岫县筠浦街道珩佩路7号201室", "道珩佩路7号201室（云岫县筠浦街）", True),
        ("浙江省墨川市云岫县荻湾镇霁月大道71号1301室", "荻湾镇霁月大道 ７１号1301室（自主申报）", True),
        ("云岫县荻湾镇霁月大道71号1301室", "云岫县荻湾镇霁月大道71号1302室", False),
        ("云岫县荻湾镇霁月大道71号1301室", "云岫县荻湾镇霁月大道17号1301室", False),
        ("云岫县荻湾镇人民路1号101室", "云岫县鹂山镇人民路1号101室", False),  # a road in two towns
    ],
)  # fmt: skip
def test_a_room_is_known_by_its_many_writings(left: str, right: str, same: bool) -> None:
    keys = room_keys(pd.Series([left, right]))

    assert (keys != "").all()
    assert (keys[0] == keys[1]) is same


def test_an_address_without_a_room_is_no_room_but_a_desk_service_is() -> None:
    keys = room_keys(
        pd.Series(["荻湾镇霁月大道71号", "荻湾镇霁月大道71号（集群注册）", "101室", ""])
    )

    assert (keys != "").tolist() == [False, True, False, False]
