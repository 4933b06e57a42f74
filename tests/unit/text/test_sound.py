"""How characters sound."""

from __future__ import annotations

import pandas as pd
import pytest

from geomujun.text.sound import sound, sounds, sounds_alike, syllable


def test_sound_is_toneless_pinyin_and_other_signs_stay() -> None:
    assert sound("海天") == "hai tian"
    assert syllable("A") == "A"
    assert sounds(pd.Series(["海天", "苏州", "海天", ""])).tolist() == [
        "hai tian", "su zhou", "hai tian", "",
    ]  # fmt: skip


@pytest.mark.parametrize("pair", ["联连", "闰润", "成陈", "知姿", "兰南", "荣龙", "湖福", "心星"])
def test_what_dialects_confuse_sounds_alike(pair: str) -> None:
    assert sounds_alike(*pair)
    assert sounds_alike(*reversed(pair))


@pytest.mark.parametrize("pair", ["联丰", "海苏", "天州", "讯恒", "AB"])
def test_other_characters_do_not(pair: str) -> None:
    assert not sounds_alike(*pair)
