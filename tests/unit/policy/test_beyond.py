"""What a reader of some divisions is told of firms and land of other ones."""

from __future__ import annotations

import pytest

from geomujun.policy.beyond import flipped, flips_told, land_hidden, row_told
from geomujun.policy.rights import PUBLIC, reader
from geomujun.text.identifiers import uscc_check_char

KEQIAO = reader("li", "reviewer", ("330603",))
CITY = reader("wang", "viewer", ("3306", "110101"))
OWN, OTHER = "330603001001GB00043", "330108002003GB00001"
FIRM = "91330108809791695T"
BSM_OWN, BSM_OTHER = "330603000900000000", "330108000900000000"


@pytest.mark.parametrize(("text", "told"), [
    (f"与宗地 {OTHER} 重叠 2862.54 ㎡", "与宗地 330108… 重叠 2862.54 ㎡"),
    (f"与宗地 {OWN} 重叠", f"与宗地 {OWN} 重叠"),
    (f"{OWN}|{OTHER}|{BSM_OTHER}|{BSM_OWN}", f"{OWN}|330108…|330108…|{BSM_OWN}"),
    (f"承租方 {FIRM} 杭州某某机械有限公司", f"承租方 {FIRM} 杭州某某机械有限公司"),
    (f"宗地{OTHER}号", "宗地330108…号"),
    ("119.681008,29.372429", "119.681008,29.372429"),
    ("合同 ZL2020-00084，面积 123456789012345678901", "合同 ZL2020-00084，面积 123456789012345678901"),
    ("913306038449867469", "913306038449867469"),  # digits only, and a firm's
])  # fmt: skip
def test_land_beyond_is_cut_to_the_county_and_firms_stay(text: str, told: str) -> None:
    assert land_hidden(text, KEQIAO) == told


def test_readers_of_all_and_the_public_read_what_is_theirs() -> None:
    everything = reader("x", "viewer", ("",))
    assert land_hidden(OTHER, everything) == land_hidden(OTHER, PUBLIC) == OTHER
    assert land_hidden(OTHER, CITY) == "330108…"
    assert land_hidden(OWN, CITY) == OWN


def test_a_code_of_an_organisation_that_looks_like_land_stays() -> None:
    body = "11110108000000012"
    code = body + uscc_check_char(body)
    assert len(code) == 18
    if code.isdigit():
        assert land_hidden(code, KEQIAO) == code
    assert land_hidden("111101080000000120", KEQIAO) in ("111101…", "111101080000000120")


def test_texts_inside_lists_and_objects_are_told_alike() -> None:
    row = {
        "parcel_code": BSM_OTHER, "unit_id": OTHER, "other_id": f"{OTHER}|{FIRM}", "area_m2": 1.5,
        "evidence": [{"line": f"与 {OTHER} 同一权利人", "bits": 3.0, "left": None}],
        "ledger": {"reason": OTHER}, "geometry": {"coordinates": [[1, 2]]},
    }  # fmt: skip
    told = row_told(row, KEQIAO)
    assert told["parcel_code"] == BSM_OTHER  # by it the row was given to this reader
    assert told["unit_id"] == OTHER
    assert told["other_id"] == f"330108…|{FIRM}"
    assert told["evidence"] == [{"line": "与 330108… 同一权利人", "bits": 3.0, "left": None}]
    assert told["ledger"] == {"reason": "330108…"}
    assert (told["area_m2"], told["geometry"]) == (1.5, row["geometry"])
    assert row["other_id"] == f"{OTHER}|{FIRM}"  # the caller's row is not changed


def test_changes_of_grades_are_told_of_known_firms_only() -> None:
    text = f"91330603MA2K4C759D B→A；{FIRM} 无→B；91330603MA325RXF8H A→B"
    assert flipped(text) == ["91330603MA2K4C759D", FIRM, "91330603MA325RXF8H"]
    mine = {"91330603MA2K4C759D", "91330603MA325RXF8H"}
    assert flips_told(text, mine) == "91330603MA2K4C759D B→A；91330603MA325RXF8H A→B"
    assert flips_told(text, ()) == flips_told("", mine) == ""
