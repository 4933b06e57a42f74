"""One record asked of a case: which parcels a text names, and the ways to an enterprise in turn."""

from __future__ import annotations

from typing import Any

import pytest
from matching_small import Town, inside, parcel_code, uscc

from geomujun.domain.case import Case
from geomujun.matching.identity import settle
from geomujun.matching.lookup import Index
from geomujun.matching.whereabouts import Record
from geomujun.pipeline.asking import Place, answered, places_meant

AIR = "四川航空股份有限公司"  # a project name says 四川航空咸阳基地 (mentions)
METER = "重庆川仪自动化股份有限公司"  # 川仪股份 on the exchange (short forms)


@pytest.fixture(scope="module")
def case() -> Case:
    town = Town()
    town.firm(AIR, site_address="柯桥区海涂路18号", **inside(0))
    town.firm(METER, registered_address="柯桥区华舍街道越秀路26号")
    town.firm("绍兴华联纺织有限公司", site_address="柯桥区海涂路20号")
    town.parcel(location="柯桥区海涂路18号")
    town.parcel(location="霧峰區四德段748、748-2地號")
    town.parcel(location="四德段749地號")
    town.parcel(location="四德段750地號")
    town.parcel(location="四德段750地號西侧")
    return settle(town.case).case


@pytest.fixture(scope="module")
def index(case: Case) -> Index:
    return Index(case)


def asked(case: Case, index: Index, record: Record, text: str = "") -> dict[str, Any]:
    return answered(case, index, record, text, 3)


def test_several_codes_in_one_text_are_several_parcels(case: Case) -> None:
    text = f"{parcel_code(0)}、{parcel_code(2)}W00000000；330603009999GB00001"
    assert [p.parcel_code for p in places_meant(text, case)] == [
        parcel_code(0), parcel_code(2), "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("霧峰區四德段748、748-2、749地號", [1, 1, 2]),
        ("四德段748至749", [1, 2]),
        ("烏日區四德段748", [None]),  # another town's
        ("四德段750", [None]),  # two parcels have it
        ("公園段748", [None]),
    ],
)
def test_each_lot_of_a_text_is_looked_up_by_its_section(
    case: Case, text: str, codes: list[int | None]
) -> None:
    found = [p.parcel_code for p in places_meant(text, case)]
    assert found == ["" if n is None else parcel_code(n) for n in codes]


def test_nothing_said_of_a_parcel_names_none(case: Case) -> None:
    assert places_meant("  ", case) == []
    assert places_meant("无此宗地", case) == [Place("无此宗地", "")]


def test_each_parcel_has_its_own_answer_and_an_unknown_one_is_said(
    case: Case, index: Index
) -> None:
    text = f"{parcel_code(0)}、{parcel_code(2)}、330603009999GB00001"
    found = asked(case, index, Record(AIR, parcel_code=text))
    best = [(a["parcel_code"], a["candidates"][0]) for a in found["answers"]]
    assert [code for code, _ in best] == [parcel_code(0), parcel_code(2)]
    assert {c["uscc"] for _, c in best} == {uscc(1)}
    said = [{i["name"] for i in c["evidence"]} for _, c in best]
    assert {"point", "door"} <= said[0]
    assert not {"point", "door"} & said[1]
    assert found["notes"] == ["案卷中没有宗地 330603009999GB00001"]


def test_the_evidence_is_a_waterfall_that_ends_at_the_weight(case: Case, index: Index) -> None:
    best = asked(case, index, Record(AIR, uscc(1)))["answers"][0]["candidates"][0]
    assert best["evidence"][0]["name"] == "prior"
    assert best["evidence"][-1]["total"] == pytest.approx(best["weight_bits"], abs=0.01)
    assert best["band"] == "auto"


def test_a_short_form_is_asked_only_when_the_name_finds_nobody(case: Case, index: Index) -> None:
    found = asked(case, index, Record("川仪股份"))["answers"]
    short = [a for a in found if a["how"] == "short"]
    assert short[0]["candidates"][0]["uscc"] == uscc(2)
    assert short[0]["candidates"][0]["band"] != "auto"
    assert [a["how"] for a in asked(case, index, Record(METER))["answers"]] == ["match"]


def test_a_running_text_says_whom_it_mentions_and_never_links(case: Case, index: Index) -> None:
    found = asked(case, index, Record(), "四川航空咸阳基地二期")["answers"]
    assert [a["how"] for a in found] == ["mention"]
    best = found[0]["candidates"][0]
    assert best["uscc"] == uscc(1)
    assert best["band"] == "review"


def test_an_address_alone_proposes_who_is_there(case: Case, index: Index) -> None:
    found = asked(case, index, Record(address="绍兴市柯桥区越秀路26号2幢"))["answers"]
    assert [a["how"] for a in found] == ["address"]
    best = found[0]["candidates"][0]
    assert (best["uscc"], best["band"]) == (uscc(2), "review")


def test_a_person_is_nobody_even_at_the_place_of_a_firm(case: Case, index: Index) -> None:
    found = asked(case, index, Record("王小明", "330602198001011234", parcel_code(0)))
    assert [a["candidates"] for a in found["answers"]] == [[]]
    assert found["notes"] == ["读作个人，个人不参与匹配"]
    assert "王小明" not in str(found)


def test_numbers_of_persons_in_a_text_are_masked(case: Case, index: Index) -> None:
    found = str(asked(case, index, Record(), "四川航空咸阳基地 13800138000 11010519491231002X"))
    assert "13800138000" not in found
    assert "11010519491231002X" not in found
