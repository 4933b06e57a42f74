"""Candidates: what is kept, what the cap cuts and counts."""

from __future__ import annotations

import pandas as pd

from geomujun.matching.candidates import CAP, KEEP, candidate_pairs, grams


def names(*rows: tuple[str, str]) -> pd.DataFrame:
    """Parsed names from (字号, trade); the sound is the 字号 itself."""
    return pd.DataFrame(
        [{"plain": a + b, "trade_name": a, "trade": b, "pinyin": a} for a, b in rows],
        columns=["plain", "trade_name", "trade", "pinyin"],
    )


def distinct(n: int) -> str:
    """Two characters nobody else has."""
    return chr(0x4E00 + 2 * n) + chr(0x4E01 + 2 * n)


def test_keys_are_pairs_of_characters_with_the_edge_the_sound_and_the_whole() -> None:
    keys = grams(names(("华联", "纺织")))[0]
    assert {"=华联纺织", "^华", "~华联", "华联", "纺织", "联纺"} <= set(keys)
    assert keys == sorted(set(keys))


def test_a_character_left_out_in_the_middle_keeps_a_key() -> None:
    long, short = grams(names(("华东联", ""), ("华联", "")))
    assert "华_联" in long
    assert "华_联" not in short


def test_a_name_without_a_trade_name_has_no_sound_key() -> None:
    assert not [k for k in grams(names(("", "纺织")))[0] if k.startswith("~")]


def test_the_same_name_is_found_among_many() -> None:
    register = names(*((distinct(n), "纺织") for n in range(50)))
    found = candidate_pairs(register.iloc[[7]], register)
    assert found.right[0] == 7
    assert found.keys_dropped == 0


def test_a_key_that_more_names_share_than_the_cap_is_dropped_and_counted() -> None:
    register = names(*((distinct(n), "纺织") for n in range(CAP + 1)))
    stranger = names((distinct(5000), "纺织"))
    found = candidate_pairs(stranger, register)
    assert found.keys_dropped == 1  # 纺织
    assert len(found.left) == 0
    friend = candidate_pairs(register.iloc[[3]], register)
    assert friend.right.tolist() == [3]


def test_a_key_at_the_cap_is_kept() -> None:
    register = names(*((distinct(n), "纺织") for n in range(CAP)))
    found = candidate_pairs(names((distinct(5000), "纺织")), register)
    assert found.keys_dropped == 0
    assert len(found.left) == KEEP


def test_each_query_keeps_its_heaviest_few_ties_by_place_in_the_register() -> None:
    register = names(*((distinct(n), "纺织") for n in range(30)))
    found = candidate_pairs(names((distinct(5000), "纺织"), (distinct(20), "纺织")), register)
    first, second = (found.right[found.left == q].tolist() for q in (0, 1))
    assert first == list(range(KEEP))
    assert second[0] == 20
    assert second[1:] == list(range(KEEP - 1))


def test_no_queries_and_no_register_give_no_pairs() -> None:
    some, none = names(("华联", "纺织")), names()
    for left, right in ((some, none), (none, some), (none, none)):
        assert len(candidate_pairs(left, right).left) == 0
