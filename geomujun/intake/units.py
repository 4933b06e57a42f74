"""Units of columns: the words people write, and the factor to the catalogue's unit.

A unit is claimed by mapping.yaml, by the row (MJDW), by the header, by a unit row or by a line
「单位：万元」 above the header; which claim counts is settled in `columns`.

Factors: 1 亩 = 10000/15 ㎡ (`domain.words.M2_PER_MU`); the others are decimal by definition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from geomujun.domain.words import M2_PER_MU

# Word, levelled as `unit_word` does → factor to the catalogue's unit. The first is the one printed.
_AREA: Final = {
    "㎡": 1.0,
    "平方米": 1.0,
    "平米": 1.0,
    "m2": 1.0,
    "m^2": 1.0,
    "平方": 1.0,
    "sqm": 1.0,
    "亩": M2_PER_MU,
    "mu": M2_PER_MU,
    "市亩": M2_PER_MU,
    "公顷": 10_000.0,
    "hm2": 10_000.0,
    "ha": 10_000.0,
    "万平方米": 10_000.0,
    "万㎡": 10_000.0,
    "万m2": 10_000.0,
    "万平米": 10_000.0,
    "万亩": 10_000 * M2_PER_MU,
    "平方公里": 1_000_000.0,
    "平方千米": 1_000_000.0,
    "km2": 1_000_000.0,
}
_MONEY: Final = {
    "万元": 1.0,
    "万元人民币": 1.0,
    "人民币万元": 1.0,
    "元": 0.0001,
    "人民币元": 0.0001,
    "rmb": 0.0001,
    "千元": 0.1,
    "百万元": 100.0,
    "千万元": 1_000.0,
    "亿元": 10_000.0,
}
_MASS_T: Final = {"吨": 1.0, "t": 1.0, "千克": 0.001, "kg": 0.001, "公斤": 0.001, "万吨": 10_000.0}
_ENERGY: Final = {
    "吨标煤": 1.0,
    "吨标准煤": 1.0,
    "tce": 1.0,
    "吨": 1.0,
    "万吨标煤": 10_000.0,
    "万吨标准煤": 10_000.0,
    "万tce": 10_000.0,
    "千克标煤": 0.001,
    "千克标准煤": 0.001,
    "公斤标准煤": 0.001,
    "kgce": 0.001,
}
_POWER: Final = {
    "万千瓦时": 1.0,
    "万kwh": 1.0,
    "万度": 1.0,
    "千瓦时": 0.0001,
    "kwh": 0.0001,
    "度": 0.0001,
    "兆瓦时": 0.1,
    "mwh": 0.1,
    "亿千瓦时": 10_000.0,
    "亿kwh": 10_000.0,
}
_MASS_KG: Final = {
    "千克": 1.0,
    "kg": 1.0,
    "公斤": 1.0,
    "当量": 1.0,
    "污染当量": 1.0,
    "kg当量": 1.0,
    "千克当量": 1.0,
    "吨": 1_000.0,
    "t": 1_000.0,
    "吨当量": 1_000.0,
    "g": 0.001,
    "克": 0.001,
}
_PER_MU: Final = {
    "万元/亩": 1.0,
    "元/亩": 0.0001,
    "万元/公顷": 1 / 15,
    "元/㎡": 0.0001 * M2_PER_MU,
    "元/平方米": 0.0001 * M2_PER_MU,
    "元/m2": 0.0001 * M2_PER_MU,
}
WORDS: Final[Mapping[str, Mapping[str, float]]] = {
    "m2": _AREA,
    "wan_yuan": _MONEY,
    "tce": _ENERGY,
    "wan_kwh": _POWER,
    "t": _MASS_T,
    "kg": _MASS_KG,
    "wan_yuan_per_mu": _PER_MU,
    "person": {"人": 1.0, "万人": 10_000.0, "名": 1.0},
    "m": {"米": 1.0, "m": 1.0, "厘米": 0.01, "cm": 0.01},
    "percent": {"%": 1.0, "百分比": 1.0, "‰": 0.1},
    "count": {"层": 1.0},
    "points": {"分": 1.0},
    "degree": {"度": 1.0, "°": 1.0},
}
_ALL: Final = frozenset(word for words in WORDS.values() for word in words)
_BLANKS: Final = re.compile(r"\s+")
_SPLIT: Final = re.compile(r"[、,;，；和及|]")
# 「单位：万元、㎡」, not 「填报单位：某某公司」.
_UNIT_LINE: Final = re.compile(
    r"(?<![一-鿿])(?:计量|金额|货币|面积|数量)?单位\s*[:：]\s*([^\s)）】]+(?:\s+[^\s)）】]+)*)"
)


def unit_word(text: str) -> str:
    """A unit as the tables above spell it: half-width, lower case, ㎡ for m², without blanks."""
    text = text.replace("²", "2").replace("㎡", "m2").replace("㎢", "km2")
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower().replace("m^2", "m2")
    return text.strip("()（）[]【】:：").replace("平方公尺", "平方米")


def is_unit(text: str) -> bool:
    """Whether a text is a unit word and nothing else."""
    return unit_word(text) in _ALL


def factor(unit: str, word: str) -> float | None:
    """What to multiply values in ``word`` by to get the catalogue's ``unit``; None when it cannot.

    Args:
        unit: Unit of the catalogue, e.g. "m2", "wan_yuan".
        word: A unit as people write it, e.g. "亩", "（元）".
    """
    return WORDS.get(unit, {}).get(unit_word(word))


def dimension_words(unit: str) -> tuple[str, ...]:
    """All unit words allowed for a catalogue unit, the contract's own first."""
    return tuple(WORDS.get(unit, ()))


def own_word(unit: str) -> str:
    """The catalogue unit as people write it: "m2" gives "㎡"."""
    return next(iter(WORDS.get(unit, {unit: 1.0})), unit)


def unit_tokens(text: str) -> list[str]:
    """The unit words in a short text such as 「万元、㎡」; [] when it holds anything else."""
    parts = [p for p in _SPLIT.split(text) if p.strip()]
    return [p.strip() for p in parts] if parts and all(is_unit(p) for p in parts) else []


def units_of_line(text: str) -> list[str]:
    """Units of a line 「单位：…」 above the header; [] when the line names none."""
    found = _UNIT_LINE.search(unicodedata.normalize("NFC", text))
    return unit_tokens(found.group(1)) if found else []
