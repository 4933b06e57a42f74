"""Learning the weights again from labelled examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geomujun.matching.learn import OWN_PARTS, Examples, features, learn
from geomujun.matching.weights import NAME_PARTS, Weights, shipped

PLANTED = {"point": {"deep": 4.0, "near": -2.0, "none": 0.0}, "door": {"only": 3.0, "none": 0.0}}


def planted(groups: int = 1500, size: int = 3, offset: float = -1.0) -> Examples:
    """Groups whose answers are drawn with the `PLANTED` bits; the last answer is "none"."""
    rng = np.random.default_rng(7)
    point = rng.choice(["deep", "near", "none"], groups * size)
    door = rng.choice(["only", "none"], groups * size)
    table = pd.DataFrame({"l_point": point, "l_door": door})
    bits = offset + sum(table[f"l_{part}"].map(PLANTED[part]) for part in PLANTED)
    power = np.exp2(np.asarray(bits)).reshape(groups, size)
    share = power / (1 + power.sum(axis=1, keepdims=True))
    drawn = rng.random((groups, 1)) > share.cumsum(axis=1)
    answer = drawn.sum(axis=1)  # `size` means none of them
    right = (np.arange(size) == answer[:, None]).ravel()
    group = np.repeat(np.arange(groups), size)
    return Examples(table, group, right, np.full(groups * size, offset))


def start(value: float = 0.0) -> Weights:
    bits = {part: dict.fromkeys(levels, value) | {"none": 0.0} for part, levels in PLANTED.items()}
    return replace(shipped(), bits={**shipped().bits, **bits})


def test_planted_weights_are_found_again() -> None:
    got = learn(planted(), ("point", "door"), start(), ridge=0.01)
    for part, levels in PLANTED.items():
        for level, bits in levels.items():
            assert got.bits[part][level] == pytest.approx(bits, abs=0.35), (part, level)


def test_silence_stays_without_weight_and_other_parts_as_they_were() -> None:
    got = learn(planted(200), ("point", "door"), start())
    assert got.bits["point"]["none"] == got.bits["door"]["none"] == 0.0
    assert got.bits["name"] == shipped().bits["name"]
    assert got.slopes == shipped().slopes


def test_a_strong_ridge_keeps_what_one_started_from() -> None:
    got = learn(planted(200), ("point", "door"), start(1.5), ridge=1e6)
    assert got.bits["point"]["deep"] == pytest.approx(1.5, abs=0.01)


def test_a_level_never_seen_keeps_its_value() -> None:
    seen = planted(200)
    weights = start()
    bits = {**weights.bits, "point": {**weights.bits["point"], "inside": 2.25}}
    assert (
        learn(seen, ("point", "door"), replace(weights, bits=bits)).bits["point"]["inside"] == 2.25
    )


def test_the_same_examples_give_the_same_weights() -> None:
    first, second = (learn(planted(300), ("point", "door"), start()) for _ in range(2))
    assert first == second


def test_no_examples_change_nothing() -> None:
    none = Examples(
        planted(1).pairs.iloc[:0], np.empty(0, np.int64), np.empty(0, bool), np.empty(0)
    )
    assert learn(none, ("point", "door"), start(1.0)) == start(1.0)


def test_a_fit_that_was_not_reached_is_an_error_not_a_result() -> None:
    some = planted(50)
    broken = replace(some, offset=np.full(len(some.offset), np.nan))
    with pytest.raises(ArithmeticError, match="not learned"):
        learn(broken, ("point", "door"), start())


def test_features_of_names_are_levels_and_rarities_and_whole_names_silence_their_parts() -> None:
    shared = {"l_trade": "same", "l_place": "same", "l_legal": "same", "l_whole": "same_3", "l_code": "none", "l_date": "none",
              "l_point": "none", "l_village": "none", "l_area": "none",
              "l_lessor": "none", "l_held": "none", "rarity": 5.0, "trade_rarity": 2.0}  # fmt: skip
    pairs = pd.DataFrame([shared | {"l_name": n} for n in ("exact", "same", "sound")])
    matrix, names = features(pairs, OWN_PARTS, shipped())
    table = pd.DataFrame(matrix.toarray(), columns=pd.MultiIndex.from_tuples(names))
    assert table[("name", "exact")].tolist() == [1, 0, 0]
    assert table[("trade", "same")].tolist() == [0, 1, 1]
    assert table[("slopes", "exact")].tolist() == [5, 0, 0]
    assert table[("slopes", "same")].tolist() == [0, 5, 0]
    assert table[("slopes", "fuzzy")].tolist() == [0, 0, 5]
    assert table[("slopes", "trade")].tolist() == [0, 2, 2]


def test_features_times_weights_are_the_bits_that_matching_gives() -> None:
    rows = [
        {"l_name": n, "l_trade": t, "l_place": p, "l_legal": "near", "l_whole": "slip_2", "rarity": 6.0, "trade_rarity": 3.0}
        for n in shipped().bits["name"] for t in ("same", "other") for p in ("same", "parent")
    ]  # fmt: skip
    pairs = pd.DataFrame(rows)
    matrix, names = features(pairs, NAME_PARTS, shipped())
    tables = {**shipped().bits, "slopes": shipped().slopes}
    theta = np.array([tables[part][key] for part, key in names])
    assert matrix @ theta == pytest.approx(shipped().name_bits(pairs)["bits"].to_numpy())


def test_what_an_official_would_not_believe_is_not_learned() -> None:
    # Examples in which a place left out is always right and the same place always wrong.
    place = np.tile(["absent", "same"], 400)
    none = dict.fromkeys(("l_trade", "l_legal", "l_whole"), "none")
    fixed = {"l_name": "same", "rarity": 8.0, "trade_rarity": 2.0, **none}
    pairs = pd.DataFrame({"l_place": place, **fixed})
    some = Examples(pairs, np.repeat(np.arange(400), 2), place == "absent", np.full(800, -8.0))
    got = learn(some, NAME_PARTS, shipped(), ridge=0.01).bits["place"]
    assert got["absent"] <= 0.0 <= got["part"] <= got["same"]


def test_a_level_is_worth_at_least_as_much_as_the_one_below() -> None:
    step = np.tile(["slip_2", "slip_4"], 400)
    none = dict.fromkeys(("l_trade", "l_legal", "l_place"), "none")
    fixed = {"l_name": "sound", "rarity": 8.0, "trade_rarity": 2.0, **none}
    pairs = pd.DataFrame({"l_whole": step, **fixed})
    some = Examples(pairs, np.repeat(np.arange(400), 2), step == "slip_2", np.full(800, -8.0))
    got = learn(some, NAME_PARTS, shipped(), ridge=0.01).bits["whole"]
    rising = [got[f"slip_{i}"] for i in range(7)]
    assert rising == sorted(rising)
    assert rising[4] == rising[2]


def test_names_may_have_a_ridge_of_their_own() -> None:
    some = planted(200)
    one, other = (learn(some, ("point", "door"), start(), 1.0, ridge) for ridge in (None, 1e9))
    assert one == other  # neither is a comparison of names
