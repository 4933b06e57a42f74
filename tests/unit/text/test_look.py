"""How alike characters are written."""

from __future__ import annotations

import pytest

from geomujun.text.look import CLOSE, FAINT, likeness, looks_alike


@pytest.mark.parametrize(
    "pair", ["天夫", "未末", "土士", "联朕", "桥侨", "闰润", "晴睛", "已己", "琪淇"]
)
def test_characters_that_readers_confuse_look_alike(pair: str) -> None:
    assert looks_alike(*pair)
    assert likeness(*pair) == likeness(*reversed(pair))


@pytest.mark.parametrize("pair", ["联丰", "海苏", "天州", "恒永", "华昊", "江河"])
def test_a_shared_radical_or_nothing_is_not_enough(pair: str) -> None:
    assert likeness(*pair) < CLOSE


def test_a_part_shared_at_another_place_is_faint() -> None:
    # 通讯集团 for 通信集团 (a real holder): 讯 and 信 share 言.
    assert FAINT <= likeness("讯", "信") < CLOSE


def test_a_character_is_most_like_itself() -> None:
    assert likeness("天", "天") > likeness("天", "夫") > likeness("天", "海")


def test_signs_without_a_picture_are_unlike() -> None:
    assert likeness("A", "B") == 0.0
    assert not looks_alike("3", "天")
