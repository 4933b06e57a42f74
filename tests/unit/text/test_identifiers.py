"""Codes as departments write them. Worked check digits: GB 32100-2015, GB 11714-1997."""

from __future__ import annotations

import pandas as pd
import pytest

from geomujun.text.identifiers import (
    ALPHABET,
    looks_like_person_id,
    normalise_code,
    normalise_parcel_code,
    org_code,
    org_code_valid,
    resolve_parcel_codes,
    uscc_check_char,
    uscc_valid,
)

PARCEL = "330603001002GB00018"
KNOWN = pd.Index([
    PARCEL, "330603001002GB00019", "330603002002GB00019", "330603001001JZ00001",
    "津南长(挂)G2024-01号", "12-3-45",
])  # fmt: skip


def column(*texts: str) -> pd.Series:
    return pd.Series(list(texts), dtype="str")


def resolve(text: str) -> tuple[str, str]:
    found = resolve_parcel_codes(column(text), KNOWN)
    return found["code"][0], found["how"][0]


@pytest.mark.parametrize(
    "known", ["330603-001002-GB-00018", "330603001002gb00018", "33060300１００２GB00018"]
)
@pytest.mark.parametrize("written", ["330603001002GB00018", "330603 001002 GB 00018"])
def test_the_parcel_table_too_may_write_a_code_otherwise(known: str, written: str) -> None:
    table = pd.Index([known, "330603001002GB00019"])
    found = resolve_parcel_codes(column(written, known), table)
    assert found.to_numpy().tolist() == [[known, "variant"], [known, "exact"]]


@pytest.mark.parametrize(
    ("first17", "check"),
    [
        ("91350100M000100Y4", "3"),  # Σ = 1640, 1640 mod 31 = 28, 31 - 28 = 3
        ("91110000600037341", "L"),  # Σ = 538, 538 mod 31 = 11, 31 - 11 = 20 = L
    ],
)
def test_worked_check_characters(first17: str, check: str) -> None:
    assert uscc_check_char(first17) == check
    assert uscc_valid(column(first17 + check)).tolist() == [True]
    wrong = [first17 + c for c in ALPHABET if c != check]
    assert not uscc_valid(column(*wrong)).any()


def test_a_sum_that_31_divides_gives_the_check_character_0_and_not_31() -> None:
    first17 = next(
        f"9133060{n:010d}" for n in range(200) if uscc_check_char(f"9133060{n:010d}") == "0"
    )
    assert uscc_valid(column(first17 + "0")).tolist() == [True]


@pytest.mark.parametrize(
    "code",
    [
        "111111111111111111",  # passes many a regular expression
        "91330603MA75WONY35",  # O for 0
        "9I350100M000100Y43",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "９１３５０１００M000100Y43",
        "",
    ],
)
def test_what_is_no_valid_code(code: str) -> None:
    assert uscc_valid(column(code)).tolist() == [False]


def test_an_empty_column_has_no_codes() -> None:
    empty = pd.Series([], dtype="str")
    assert len(uscc_valid(empty)) == len(org_code_valid(empty)) == 0
    assert len(looks_like_person_id(empty)) == 0


@pytest.mark.parametrize("text", ["short", "9135010OM000100Y4"])
def test_a_check_character_needs_17_characters_of_the_alphabet(text: str) -> None:
    with pytest.raises(ValueError, match=r"17 characters|substring"):
        uscc_check_char(text)


@pytest.mark.parametrize(
    "written",
    [
        "９１３５０１００ｍ０００１００ｙ４３", "91350100-M000100Y4-3", " 91350100M000100Y43\u200b",
        "'91350100M000100Y43", "9135 0100 M000 100Y 43", "\ufeff91350100M000100Y43",
    ],
)  # fmt: skip
def test_one_code_for_every_way_of_writing_it(written: str) -> None:
    assert normalise_code(column(written)).tolist() == ["91350100M000100Y43"]


def test_the_organisation_code_is_found_in_both_lengths_and_nowhere_else() -> None:
    codes = column("91350100M000100Y43", "M000100Y-4", "600037341", "330603000012345", "")
    assert org_code(codes).tolist() == ["M000100Y4", "M000100Y4", "600037341", "", ""]


def test_organisation_codes_are_checked_modulo_11() -> None:
    # 6·3 + 3·5 + 7·8 + 3·4 + 4·2 = 109; 109 mod 11 = 10; 11 - 10 = 1.
    codes = column("600037341", "600037342", "60003734-1", "60003734")
    assert org_code_valid(codes).tolist() == [True, False, False, False]


def test_a_remainder_of_10_is_written_x() -> None:
    # 1·3 + 3·10 + 1·8 + 1·4 = 45; 45 mod 11 = 1; 11 - 1 = 10 = X.
    assert org_code_valid(column("10030110X", "100301101")).tolist() == [True, False]


@pytest.mark.parametrize(
    ("code", "person"),
    [
        ("11010519491231002X", True),  # the sample of GB 11643
        ("11010519491231002x", True),
        ("110105194912310021", False),  # wrong check character
        ("330621********0012", True),
        ("3306211980****0012", True),
        ("330***********001X", True),
        ("91350100M000100Y43", False),
        ("91330603****0012", False),  # a masked credit code
        ("330603000012345", False),  # 15-digit registration number
        ("", False),
    ],
)
def test_identity_cards_are_told_from_credit_codes(code: str, person: bool) -> None:
    assert looks_like_person_id(column(code)).tolist() == [person]


def test_an_identity_card_that_passes_the_credit_codes_check_is_still_a_person() -> None:
    base = "3306211980010{:04d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    both = []
    for n in range(10_000):
        first17 = base.format(n)
        check = "10X98765432"[sum(int(c) * w for c, w in zip(first17, weights, strict=True)) % 11]
        if uscc_check_char(first17) == check:
            both.append(first17 + check)
    dated = [c for c in both if 1 <= int(c[12:14]) <= 31]
    assert dated
    assert uscc_valid(column(*dated)).all()
    assert looks_like_person_id(column(*dated)).all()


@pytest.mark.parametrize(
    ("written", "how"),
    [
        (PARCEL, "exact"),
        (" 330603001002gb00018 ", "variant"),
        ("330603 001002 GB 00018", "variant"),
        ("330603-001002-GB-00018", "variant"),
        ("３３０６０３００１００２ＧＢ０００１８", "variant"),
        ("宗地330603001002GB00018号", "variant"),
        ("330603001002GB00018W00000000", "unit"),
        ("330603001002GB00018F00010001", "unit"),
        ("330603001002GBOOO18", "typo"),
        ("3306O3OO1002GB00018", "typo"),
        ("330603001002G800018", "typo"),
        ("001002GB00018", "short"),
    ],
)
def test_every_way_of_writing_a_parcel_code_finds_its_parcel(written: str, how: str) -> None:
    assert resolve(written) == (PARCEL, how)


@pytest.mark.parametrize(
    "written",
    ["", "330603001002GB99999", "002GB00019", "兰亭街道兴越路", "330603001002GB0001", "1-23-45"],
)
def test_a_code_that_means_no_parcel_or_several_finds_none(written: str) -> None:
    assert resolve(written) == ("", "")


@pytest.mark.parametrize(
    "written", ["津南长（挂）G2024-01", "津南长(挂)G2024-01号", "津南长 (挂)G2024-01 号"]
)
def test_local_numbers_differ_in_brackets_and_a_missing_word_only(written: str) -> None:
    assert resolve(written)[0] == "津南长(挂)G2024-01号"


def test_unregistered_land_and_places_above_and_below_ground_have_codes_too() -> None:
    codes = column("330603001001JZ00001", "330603001001GS00002", "330603001001GX00003",
                   "330603001001ZB00004", "330603001001GW00005")  # fmt: skip
    assert normalise_parcel_code(codes).tolist() == codes.tolist()


def test_other_numbers_keep_their_writing() -> None:
    assert normalise_parcel_code(column(" 12-3-45 ", "330603000900000001")).tolist() == [
        "12-3-45",
        "330603000900000001",
    ]
