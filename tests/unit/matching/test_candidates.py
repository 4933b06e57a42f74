"""Candidates: what is kept, what the cap cuts and counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geomujun.matching.candidates import (
    CAP,
    KEEP,
    NameIndex,
    candidate_pairs,
    grams,
    key_counts,
)


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
    left, right = (set(grams(names(pair))[0].tolist()) for pair in (a, b))
    return len(left & right)


def test_a_name_shares_all_its_keys_with_itself_and_none_with_a_stranger() -> None:
    name = ("华联", "纺织")
    assert shared(name, name) == len(set(grams(names(name))[0].tolist()))
    assert shared(name, ("越美", "化工")) == 0


def test_keys_are_those_of_each_name_sorted_and_counted_once_a_name() -> None:
    table = names(("华联", "纺织"), ("", ""), ("华联", "纺织"), ("联联联联", ""))
    found = [keys.tolist() for keys in grams(table)]
    assert found[0] == found[2] == sorted(set(found[0]))
    assert found[1]
    assert set(found[0]).isdisjoint(found[1])
    counts = key_counts(table)
    assert counts[found[0][0]] == 2
    assert sum(counts.values()) == sum(map(len, found))  # a key that a name has twice counts once
    assert grams(names()) == []
    assert key_counts(names()) == {}


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
    without = set(grams(left)[0].tolist()) & set(grams(right)[0].tolist())
    here, there = left.assign(places="绍兴"), right.assign(places="绍兴")
    assert len(without) == 2  # 华 at the beginning; no place with 华
    assert len(set(grams(here)[0].tolist()) & set(grams(there)[0].tolist())) == 2
    away = right.assign(places="杭州")
    assert len(set(grams(here)[0].tolist()) & set(grams(away)[0].tolist())) == 1


def test_a_name_without_a_trade_name_has_only_its_trade_and_the_whole() -> None:
    assert len(grams(names(("", "纺织")))[0]) == 4  # beginning, 纺织, the whole, the whole sorted


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
    found = NameIndex(register).nearest(grams(query))
    assert (found.left.tolist(), found.right.tolist()) == ([0], [0])
    assert len(NameIndex(register, crowd).nearest(grams(query)).left) == 0


def test_far_weaker_candidates_are_left_out() -> None:
    register = names(("华联", "纺织"), *((distinct(n), "纺织") for n in range(50)))
    found = candidate_pairs(names(("华联", "纺织")), register)
    assert found.right.tolist() == [0]


def test_chunks_of_queries_say_where_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomujun.matching.candidates.CHUNK", 2)
    register = names(*((distinct(n), "纺织") for n in range(5)))
    index = NameIndex(register)
    chunks = list(index.search(register))
    assert [start for start, _ in chunks] == [0, 2, 4]
    whole = index.nearest(grams(register))
    left = np.concatenate([start + part.left for start, part in chunks])
    assert left.tolist() == whole.left.tolist()
    assert np.concatenate([part.right for _, part in chunks]).tolist() == whole.right.tolist()


def some_names(n: int) -> pd.DataFrame:
    """Names of which many share a 字号, a trade or a character."""
    return names(
        *((distinct(i % 7)[: 1 + i % 2] + "联", ("纺织", "五金")[i % 3 % 2]) for i in range(n))
    )


def test_the_floor_is_the_weight_from_which_a_name_would_be_a_candidate() -> None:
    register = some_names(60)
    index, keys = NameIndex(register), grams(some_names(20))
    found = index.nearest(keys)
    weight = index.shared(keys, np.arange(len(register))).toarray()
    for query in range(20):
        mine = found.right[found.left == query]
        others = np.setdiff1d(np.arange(60), mine)
        assert weight[query, mine].min() >= found.floor[query] > 0
        if len(mine) < KEEP:
            assert weight[query, others].max(initial=0) < found.floor[query]
        else:
            assert weight[query, others].max(initial=0) <= found.floor[query]


def test_a_renewed_index_finds_what_a_new_one_finds() -> None:
    before, queries = some_names(40), grams(some_names(25))
    more = names(("华联", "纺织"), (distinct(3) + "联", "纺织"), ("越美", "化工"))
    was = np.array([*range(5, 30), -1, -1, -1, *range(30, 40)])
    after = pd.concat([before.iloc[5:30], more, before.iloc[30:]], ignore_index=True)
    counts = key_counts(before)
    renewed = NameIndex(before).renewed(was, after, counts, len(before))
    anew = NameIndex(after, before)
    got, wanted = renewed.nearest(queries), anew.nearest(queries)
    assert got.left.tolist() == wanted.left.tolist()
    assert got.right.tolist() == wanted.right.tolist()
    assert got.floor.tolist() == wanted.floor.tolist()
    same = NameIndex(before).renewed(np.arange(40), before, counts, 40)
    assert same.nearest(queries).right.tolist() == NameIndex(before).nearest(queries).right.tolist()
