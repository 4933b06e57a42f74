"""Candidates: what is kept, what the cap cuts and counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geomujun.matching.candidates import CAP, KEEP, NameIndex, candidate_pairs, keys_of, texts_of


def names(*rows: tuple[str, str]) -> pd.DataFrame:
    """Parsed names from (字号, trade), without a place; the sound is the 字号 itself."""
    columns = ["plain", "places", "trade_name", "trade", "pinyin"]
    table = [(a + b, "", a, b, a) for a, b in rows]
    return pd.DataFrame(table, columns=columns, dtype="str")


def distinct(n: int) -> str:
    """Two characters nobody else has."""
    return chr(0x4E00 + 2 * n) + chr(0x4E01 + 2 * n)


def shared(a: tuple[str, str], b: tuple[str, str]) -> int:
    """How many keys two names have in common."""
    left, right = (set(keys_of(texts_of(names(pair)))[1].tolist()) for pair in (a, b))
    return len(left & right)


def test_a_name_shares_all_its_keys_with_itself_and_none_with_a_stranger() -> None:
    name = ("华联", "纺织")
    assert shared(name, name) == len(set(keys_of(texts_of(names(name)))[1].tolist()))
    assert shared(name, ("越美", "化工")) == 0


def test_rows_of_keys_are_those_of_the_names() -> None:
    row, key = keys_of(texts_of(names(("华联", "纺织"), ("", ""), ("华联", "纺织"))))
    assert set(row.tolist()) == {0, 1, 2}
    assert sorted(key[row == 0].tolist()) == sorted(key[row == 2].tolist())


def test_one_wrong_lost_or_swapped_character_leaves_keys_beyond_the_trade() -> None:
    name, trade_alone = ("华联", "纺织"), shared(("越美", "纺织"), ("华联", "纺织"))
    for slip in ("华朕", "桦联", "华", "联华", "华东联"):
        assert shared(name, (slip, "纺织")) > trade_alone, slip


def test_the_whole_with_its_characters_in_another_order_is_a_key() -> None:
    # 字号 and trade exchanged share nothing else but pairs of characters.
    assert shared(("华联", "纺织"), ("纺织", "华联")) == 3
    assert shared(("华联", "纺织"), ("纺织", "华丰")) == 1


def test_place_with_a_character_of_the_trade_name_is_a_key() -> None:
    left, right = names(("华联", "纺织")), names(("华丰", "五金"))
    without = set(keys_of(texts_of(left))[1].tolist()) & set(keys_of(texts_of(right))[1].tolist())
    here, there = left.assign(places="绍兴"), right.assign(places="绍兴")
    assert len(without) == 2  # 华 at the beginning; no place with 华
    assert (
        len(set(keys_of(texts_of(here))[1].tolist()) & set(keys_of(texts_of(there))[1].tolist()))
        == 2
    )
    away = right.assign(places="杭州")
    assert (
        len(set(keys_of(texts_of(here))[1].tolist()) & set(keys_of(texts_of(away))[1].tolist()))
        == 1
    )


def test_a_name_without_a_trade_name_has_only_its_trade_and_the_whole() -> None:
    _, key = keys_of(texts_of(names(("", "纺织"))))
    assert len(set(key.tolist())) == 4  # beginning, 纺织, the whole, the whole sorted


def test_the_same_name_is_found_among_many() -> None:
    register = names(*((distinct(n), "纺织") for n in range(50)))
    found = candidate_pairs(register.iloc[[7]], register)
    assert found.right[0] == 7
    assert found.keys_dropped == 0


def test_a_key_that_more_names_share_than_the_cap_is_dropped_and_counted() -> None:
    register = names(*((distinct(n), "纺织") for n in range(CAP + 1)))
    stranger = names((distinct(5000), "纺织"))
    found = candidate_pairs(stranger, register)
    assert found.keys_dropped == 2  # 纺织, and 纺织 without a place
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
    assert second == [20]  # the same name, far before all others


def test_no_queries_and_no_register_give_no_pairs() -> None:
    some, none = names(("华联", "纺织")), names()
    for left, right in ((some, none), (none, some), (none, none)):
        assert len(candidate_pairs(left, right).left) == 0


def test_keys_are_weighed_by_the_names_that_are_counted() -> None:
    register = names(("华联", "纺织"), ("越美", "纺织"))
    crowd = names(*[("华联", "纺织")] * (CAP + 1))
    query = names(("华联", "五金"))
    [(_, left, right)] = NameIndex(register).search(query)
    assert (left.tolist(), right.tolist()) == ([0], [0])
    [(_, left, right)] = NameIndex(register, crowd).search(query)
    assert len(left) == len(right) == 0


def test_far_weaker_candidates_are_left_out() -> None:
    register = names(("华联", "纺织"), *((distinct(n), "纺织") for n in range(50)))
    found = candidate_pairs(names(("华联", "纺织")), register)
    assert found.right.tolist() == [0]


def test_chunks_of_queries_say_where_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomujun.matching.candidates.CHUNK", 2)
    register = names(*((distinct(n), "纺织") for n in range(5)))
    whole = [
        (int(s), a.tolist(), b[:1].tolist()) for s, a, b in NameIndex(register).search(register)
    ]
    assert [start for start, _, _ in whole] == [0, 2, 4]
    found = candidate_pairs(register, register)
    first = np.unique(found.left, return_index=True)[1]
    assert found.right[first].tolist() == list(range(5))
