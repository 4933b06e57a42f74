"""How characters sound and look: toneless pinyin, for typing errors that keep the sound."""

from __future__ import annotations

from functools import cache

import pandas as pd
from pypinyin import Style, lazy_pinyin


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
