"""`geomujun match` on the sample town."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_calls import TOWN, Call

from geomujun.domain.case import Case
from geomujun.intake.reader import read_case
from geomujun.text.names import holder_kind


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(TOWN).case


def held(case: Case) -> tuple[str, str, str]:
    """A parcel with its one holder's name as an enterprise bears it, and that enterprise."""
    firms = case.enterprises.drop_duplicates("name", keep=False).set_index("name")["uscc"]
    parcels = case.parcels[case.parcels["holder_names"].isin(firms.index)]
    row = parcels.sort_values("parcel_code").iloc[0]
    return str(row["parcel_code"]), str(row["holder_names"]), str(firms[row["holder_names"]])


def test_a_holder_of_a_parcel_is_found_with_its_evidence(geomujun: Call, case: Case) -> None:
    parcel, name, uscc = held(case)
    done = geomujun("match", TOWN, "--name", name, "--parcel", parcel, "--top", 1)
    assert done.code == 0
    assert f"按名称、代码和位置 · {parcel}" in done.out
    assert f"1. {name}（{uscc}）" in done.out
    assert "全名一致" in done.out
    assert "2. " not in done.out


def test_json_holds_the_same_for_a_program(geomujun: Call, case: Case) -> None:
    parcel, name, uscc = held(case)
    done = geomujun("match", TOWN, "--name", name, "--code", uscc, "--parcel", parcel, "--json")
    found: dict[str, Any] = json.loads(done.out)
    best = found["answers"][0]["candidates"][0]
    assert (best["uscc"], best["parcel_code"], best["band"]) == (uscc, parcel, "auto")
    assert {"prior", "name", "code"} <= {i["name"] for i in best["evidence"]}


def test_english_is_spoken_beside(geomujun: Call, case: Case) -> None:
    _, name, _ = held(case)
    done = geomujun("--lang", "en", "match", TOWN, "--name", name)
    assert "by name, code and place" in done.out
    assert "full name equal" in done.out


def test_a_text_and_an_unknown_parcel_are_answered(geomujun: Call, case: Case) -> None:
    _, name, uscc = held(case)
    done = geomujun("match", TOWN, "--text", f"{name}二期厂房项目", "--parcel", "无此宗地")
    assert "案卷中没有宗地 无此宗地" in done.out
    assert "按文字中提及" in done.out
    assert uscc in done.out


def test_a_person_has_no_candidates_and_is_not_repeated(geomujun: Call, case: Case) -> None:
    persons = [n for n in case.parcels["holder_names"] if n and holder_kind(n) == "person"]
    done = geomujun("match", TOWN, "--name", persons[0])
    assert done.code == 0
    assert "个人不参与匹配" in done.out
    assert persons[0] not in done.out + done.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 2, "没有可匹配的内容"),
        (["--parcel", "330603001001GB00001"], 2, "没有可匹配的内容"),
        (["--name", "甲公司", "--lon", "120"], 2, "经度和纬度"),
        (["--name", "甲公司", "--lon", "120", "--lat", "99"], 2, "--lat"),
        (["--name", "甲公司", "--datum", "mars"], 2, "gcj02"),
        (["--name", "甲公司", "--top", "0"], 2, "--top"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_a_hint(
    geomujun: Call, options: list[str], code: int, said: str
) -> None:
    done = geomujun("match", TOWN, *options)
    assert done.code == code
    assert done.out == ""
    assert said in done.err


def test_a_folder_that_is_no_case_ends_with_3(geomujun: Call) -> None:
    assert geomujun("match", TOWN / "nowhere", "--name", "甲公司").code == 3
