"""How characters sound, for typing errors that keep the sound: toneless pinyin (pypinyin)."""

from __future__ import annotations

from functools import cache
from typing import Final

import pandas as pd
from pypinyin import Style, lazy_pinyin

# What input methods offer as 模糊音, because many dialects do not tell it apart.
_ENDS: Final = (("ing", "in"), ("eng", "en"), ("ang", "an"))
_BEGINNINGS: Final = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("f", "h"),
)  # fmt: skip


@cache
def syllable(char: str) -> str:
    """Toneless pinyin of one character; other characters stay as they are."""
    return str(lazy_pinyin(char, style=Style.NORMAL, errors="default")[0])


def sound(text: str) -> str:
    """Toneless pinyin of a text, syllables joined by a blank."""
    return " ".join(map(syllable, text))


def sounds(texts: pd.Series) -> pd.Series:
    """`sound` of a column, each distinct text once."""
    table = {text: sound(text) for text in pd.unique(texts)}
    return texts.map(table).astype("str")


@cache
def sounds_alike(x: str, y: str) -> bool:
    """Whether two characters share their pinyin, tones and what dialects confuse aside."""
    return _loose(syllable(x)) == _loose(syllable(y))


def _loose(pinyin: str) -> str:
    for strict, loose in _BEGINNINGS:
        if pinyin.startswith(strict):
            pinyin = loose + pinyin[len(strict) :]
            break
    for strict, loose in _ENDS:
        if pinyin.endswith(strict):
            return pinyin[: -len(strict)] + loose
    return pinyin
