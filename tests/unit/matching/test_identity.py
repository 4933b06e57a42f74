"""One code per enterprise in every table."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from ledger_small import frame

from geomujun.domain.case import Case
from geomujun.matching.identity import Identity, settle
from geomujun.text.identifiers import uscc_check_char


def code(n: int) -> str:
    first17 = f"91330603MA{n:07d}"
    return first17 + uscc_check_char(first17)


GOOD, OTHER, THIRD = code(1), code(2), code(3)


def settled(firms: list[dict[str, Any]], **tables: list[dict[str, Any]]) -> Identity:
    frames: dict[str, pd.DataFrame] = {stem: frame(stem, rows) for stem, rows in tables.items()}
    if "parcels" in frames:
        frames["parcels"] = gpd.GeoDataFrame(frames["parcels"])
    return settle(Case(enterprises=frame("enterprises", firms)).with_tables(**frames))


def states(found: Identity) -> dict[str, tuple[str, str]]:
    rows = found.codes[["written", "uscc", "state"]].itertuples(index=False, name=None)
    return {w: (u, s) for w, u, s in rows}


def test_a_valid_code_stays_in_every_way_of_writing_it() -> None:
    found = settled([{"uscc": f" {GOOD.lower()[:9]}-{GOOD[9:]}", "name": "甲厂"}])
    assert found.case.enterprises["uscc"].tolist() == [GOOD]
    assert states(found) == {GOOD: (GOOD, "ok")}


@pytest.mark.parametrize(
    "tables",
    [
        {"parcels": [{"parcel_code": "P", "holder_names": "甲纺织厂", "holder_ids": GOOD}]},
        {"parcels": [{"parcel_code": "P", "holder_names": "乙厂、甲纺织厂", "holder_ids": f"{OTHER}、{GOOD}"}]},
        {"right_holders": [{"parcel_code": "P", "holder_name": "甲纺织厂", "holder_id": GOOD}]},
        {"leases": [{"contract_no": "L", "lessor": "甲纺织厂", "lessor_uscc": GOOD}]},
        {"leases": [{"contract_no": "L", "lessee": "甲 紡織厂", "lessee_uscc": GOOD}]},
    ],
)  # fmt: skip
def test_the_same_name_beside_a_valid_code_mends_a_broken_one(tables: Any) -> None:
    found = settled([{"uscc": "91330603XX", "name": "甲纺织厂"}], **tables)
    assert states(found) == {"91330603XX": (GOOD, "repaired")}
    assert found.case.enterprises["uscc_written"].tolist() == ["91330603XX"]


def test_letters_no_code_has_are_read_as_digits_when_the_code_then_checks() -> None:
    written = GOOD[:10] + GOOD[10:].replace("0", "O", 2)
    assert states(settled([{"uscc": written, "name": "甲厂"}])) == {written: (GOOD, "repaired")}


def test_a_code_cut_short_is_the_one_of_another_table_that_holds_it() -> None:
    found = settled(
        [{"uscc": GOOD[:-1], "name": "甲厂"}], indicators=[{"uscc": GOOD, "year": 2024}]
    )
    assert states(found) == {GOOD[:-1]: (GOOD, "repaired")}


def test_one_wrong_character_is_mended_from_the_years_figures() -> None:
    written = GOOD[:12] + ("8" if GOOD[12] != "8" else "7") + GOOD[13:]
    found = settled([{"uscc": written, "name": "甲厂"}], flags=[{"uscc": GOOD, "year": 2024}])
    assert states(found) == {written: (GOOD, "repaired")}


def test_without_evidence_a_broken_code_stays_and_is_invalid() -> None:
    written = GOOD[:-1]
    found = settled([{"uscc": written, "name": "甲厂"}])
    assert states(found) == {written: (written, "invalid")}
    assert found.case.enterprises["uscc"].tolist() == [written]


def test_a_code_another_enterprise_bears_mends_nothing() -> None:
    firms = [{"uscc": GOOD, "name": "乙厂"}, {"uscc": GOOD[:-1], "name": "甲纺织厂"}]
    found = settled(firms, leases=[{"contract_no": "L", "lessee": "甲纺织厂", "lessee_uscc": GOOD}])
    assert states(found)[GOOD[:-1]] == (GOOD[:-1], "invalid")


def test_two_enterprises_are_not_mended_with_one_code() -> None:
    firms = [{"uscc": "9133", "name": "甲纺织厂"}, {"uscc": "9144", "name": "甲纺织厂"}]
    found = settled(firms, leases=[{"contract_no": "L", "lessee": "甲纺织厂", "lessee_uscc": GOOD}])
    assert {s for _, s in states(found).values()} == {"invalid"}


def test_a_name_with_two_codes_is_no_evidence() -> None:
    leases = [
        {"contract_no": n, "lessee": "甲纺织厂", "lessee_uscc": c}
        for n, c in (("L", GOOD), ("M", OTHER))
    ]
    found = settled([{"uscc": "9133", "name": "甲纺织厂"}], leases=leases)
    assert states(found) == {"9133": ("9133", "invalid")}


def test_an_identity_card_beside_the_name_is_no_evidence() -> None:
    leases = [{"contract_no": "L", "lessor": "甲纺织厂", "lessor_uscc": "11010519491231002X"}]
    found = settled([{"uscc": "9133", "name": "甲纺织厂"}], leases=leases)
    assert states(found) == {"9133": ("9133", "invalid")}


def test_the_mended_code_stands_in_every_table() -> None:
    broken = GOOD[:-1]
    found = settled(
        [{"uscc": broken, "name": "甲纺织厂"}, {"uscc": OTHER, "name": "乙厂", "parent_uscc": broken}],
        indicators=[{"uscc": broken, "year": 2024}],
        flags=[{"uscc": broken, "year": 2024}],
        groups=[{"group": "G", "uscc": broken}],
        right_holders=[{"parcel_code": "P", "holder_name": "甲纺织厂", "holder_id": GOOD},
                       {"parcel_code": "Q", "holder_name": "甲厂", "holder_id": broken}],
        leases=[{"contract_no": "L", "lessor_uscc": broken, "lessee_uscc": OTHER}],
    )  # fmt: skip
    case = found.case
    assert sorted(case.enterprises["uscc"]) == sorted([GOOD, OTHER])
    assert case.enterprises["parent_uscc"].tolist().count(GOOD) == 1
    for table, column in (("indicators", "uscc"), ("flags", "uscc"), ("groups", "uscc"),
                          ("leases", "lessor_uscc")):  # fmt: skip
        assert getattr(case, table)[column].tolist() == [GOOD], table
    assert case.right_holders["holder_id"].tolist() == [GOOD, GOOD]


FIRST = {"uscc": GOOD, "name": "甲厂", "founded_on": "2010-01-01"}
LATER = {"uscc": GOOD, "name": "乙厂", "founded_on": "2015-01-01"}


@pytest.mark.parametrize(
    ("a", "b", "kept"),
    [
        (FIRST, LATER, "乙厂"),  # the later founding
        (FIRST | {"cancelled_on": "2020-01-01"}, LATER, "甲厂"),  # the later cancellation
        (FIRST, {"uscc": GOOD, "name": "丙厂"}, "甲厂"),  # any day goes before none
        (FIRST, LATER | {"founded_on": "2010-01-01"}, "乙厂"),  # borne by a parcel
        (
            FIRST,
            {"uscc": GOOD, "name": "丁厂", "founded_on": "2010-01-01"},
            "丁厂",
        ),  # the smaller name
    ],
)
def test_of_rows_with_one_code_one_is_kept_whatever_their_order(a: Any, b: Any, kept: str) -> None:
    parcels = [{"parcel_code": "P", "holder_names": "乙厂"}]
    for rows in ([a, b], [b, a]):
        found = settled(rows, parcels=parcels)
        assert found.case.enterprises["name"].tolist() == [kept]
        assert found.rejects["reason"].str.startswith("USCC_DUPLICATE").tolist() == [True]
        assert len(found.duplicates) == 1


def test_rows_alike_in_name_and_days_are_chosen_by_what_else_they_say() -> None:
    a, b = FIRST | {"registered_address": "兴越路1号"}, FIRST | {"registered_address": "兴越路2号"}
    got = {settled(rows).case.enterprises["registered_address"][0] for rows in ([a, b], [b, a])}
    assert len(got) == 1


def test_different_codes_are_no_duplicates() -> None:
    firms = [{"uscc": code(n), "name": f"{n}厂"} for n in range(5)]
    found = settled(firms)
    assert found.rejects.empty
    assert len(found.case.enterprises) == 5


def test_three_rows_leave_two_rejects_with_their_row_numbers() -> None:
    rows = [FIRST | {"row": 7}, LATER | {"row": 3}, {"uscc": GOOD, "name": "丙厂", "row": 5}]
    found = settled(rows)
    assert sorted(found.rejects["row"]) == [5, 7]
    assert set(found.rejects["stem"]) == {"enterprises"}


def test_an_empty_register_settles_to_an_empty_one() -> None:
    found = settle(Case())
    assert found.case.enterprises.empty
    assert found.codes.empty
    assert found.rejects.empty
