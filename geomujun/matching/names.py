"""What two names say: 字号 by rarity, trade, place and legal form compared apart, in bits.

A sibling firm shares the 字号 and differs in trade, place or one unlike character; a typing error
differs in a character that sounds or looks the same. The two are told apart here and nowhere else.
Rarity of a 字号 is learned from the register itself. Weights: `weights.py`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA

from geomujun.matching.candidates import candidate_pairs
from geomujun.matching.register import Register
from geomujun.matching.weights import NAME
from geomujun.text.lexicon import Lexicon, words
from geomujun.text.names import parse
from geomujun.text.sound import sounds, syllable

Floats = npt.NDArray[np.float64]
_FIRMLIKE: Final = frozenset({"limited", "share", "company"})


def parse_queries(texts: pd.Series, lexicon: Lexicon) -> pd.DataFrame:
    """Distinct texts parsed as the register's names are: the parts and ``pinyin``, indexed by text."""
    distinct = pd.Series(pd.unique(texts), dtype="str")
    parts = parse(distinct, lexicon)
    parts["pinyin"] = sounds(parts["trade_name"])
    return parts.set_axis(distinct.to_numpy())


def match_names(queries: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Candidates of each query name among the register's names.

    Args:
        queries: From `parse_queries`.
        register: From `register.build`.

    Returns:
        Frame: ``query`` (text), ``name_row`` (row of ``register.names``), ``uscc``, ``former``,
        ``until``, ``level``, ``b_name b_trade b_place b_legal`` (bits) and their sum ``bits``;
        for one query and enterprise only its best name. Sorted by query, then falling bits.
    """
    names = register.names
    found = candidate_pairs(queries, names)
    left = queries.iloc[found.left]
    right = names.iloc[found.right]
    pairs = pd.DataFrame(
        {
            "query": left.index.to_numpy(),
            "name_row": right.index.to_numpy(),
            "uscc": right["uscc"].to_numpy(),
            "former": right["former"].to_numpy(),
            "until": right["until"].to_numpy(),
        }
    )
    left, right = left.reset_index(drop=True), right.reset_index(drop=True)
    pairs[["level", "b_name", "b_trade", "b_place", "b_legal"]] = _compare(
        left, right, names, register.lexicon
    )
    pairs["bits"] = pairs[["b_name", "b_trade", "b_place", "b_legal"]].sum(axis=1)
    pairs = pairs.sort_values(
        ["query", "uscc", "bits", "former", "name_row"], ascending=[True, True, False, True, True]
    ).drop_duplicates(["query", "uscc"])
    return pairs.sort_values(
        ["query", "bits", "uscc"], ascending=[True, False, True], ignore_index=True
    )


def rarity(names: pd.DataFrame) -> pd.Series:
    """Bits that sharing a 字号 is worth: log2(N ÷ enterprises that bear it), by 字号."""
    bearers = names.drop_duplicates(["firm", "trade_name"])["trade_name"].value_counts()
    total = max(names["firm"].nunique(), 2)
    return np.log2(total / bearers).clip(NAME["rarity_floor"], NAME["rarity_cap"])


def _compare(
    left: pd.DataFrame, right: pd.DataFrame, names: pd.DataFrame, lexicon: Lexicon
) -> pd.DataFrame:
    rare = right["trade_name"].map(rarity(names)).fillna(NAME["rarity_cap"]).to_numpy(float)
    same = (left["norm"] == right["norm"]).to_numpy() | (
        (left["plain"] == right["plain"]) & (left["trade_name"] != "")
    ).to_numpy()
    level, b_name = _trade_name_bits(left, right, rare)
    b_trade = _by_distinct(left["trade"], right["trade"], _trade_bits)
    core_edit = np.isin(level, ["core_typo"])
    b_trade = np.where(core_edit, NAME["trade_same"], b_trade)
    b_place = _by_distinct(left["places"], right["places"], lambda a, b: _place_bits(a, b, lexicon))
    b_legal = _by_distinct(left["legal"], right["legal"], _legal_bits)
    exact = np.maximum(rare + NAME["exact_bonus"], NAME["exact_floor"])
    return pd.DataFrame(
        {
            "level": np.where(same, "exact", level),
            "b_name": np.where(same, exact, b_name),
            "b_trade": np.where(same, NAME["trade_same"], b_trade),
            "b_place": np.where(same, NAME["place_same"], b_place),
            "b_legal": np.where(same, NAME["legal_same"], b_legal),
        }
    )


def _by_distinct(left: pd.Series, right: pd.Series, rule: object) -> Floats:
    """A rule applied once per distinct pair of values."""
    assert callable(rule)
    codes, distinct = pd.factorize(pd.MultiIndex.from_arrays([left, right]))
    values = np.array([rule(a, b) for a, b in distinct], dtype=np.float64)
    return values[codes] if len(values) else np.empty(0)


def _trade_name_bits(
    left: pd.DataFrame, right: pd.DataFrame, rare: Floats
) -> tuple[npt.NDArray[np.object_], Floats]:
    """Level and bits of the 字号 (with the trade where a typing error hides the border)."""
    a, b = left["trade_name"], right["trade_name"]
    core_a, core_b = a + left["trade"], b + right["trade"]
    codes, distinct = pd.factorize(pd.MultiIndex.from_arrays([a, b, core_a, core_b]))
    levels = np.array([_level(*pair) for pair in distinct], dtype=object)
    level = levels[codes] if len(levels) else np.empty(0, dtype=object)
    discount = np.array([NAME.get(f"discount_{k}", 0.0) for k in level], dtype=np.float64)
    bits = np.where(np.isin(level, ["different", "sibling"]), NAME["different"], rare - discount)
    return level, np.where(level == "sibling", NAME["sibling"], bits)


def _level(a: str, b: str, core_a: str, core_b: str) -> str:
    """same · sound · look · edit · core_typo · short · sibling · different for two 字号."""
    if a == b:
        return "same" if a else "different"
    if core_a == core_b:
        return "same"
    if OSA.distance(core_a, core_b, score_cutoff=1) <= 1 and min(len(core_a), len(core_b)) >= 3:
        return _one_edit(a, b, core_a, core_b)
    if len(a) >= 2 and len(a) < len(b) and _is_short_of(core_a, core_b):
        return "short"
    return "different"


def _one_edit(a: str, b: str, core_a: str, core_b: str) -> str:
    if len(core_a) != len(core_b):
        return "edit"
    at = [i for i, (x, y) in enumerate(zip(core_a, core_b, strict=True)) if x != y]
    if len(at) == 2:
        return "edit"  # two neighbours swapped
    x, y = core_a[at[0]], core_b[at[0]]
    alike = sounds_alike(x, y) or looks_alike(x, y)
    if at[0] >= len(b):  # outside the 字号: the trade is misspelt
        # The left trade is no known word, else both 字号 had been cut at the same place.
        return "core_typo" if alike or len(core_b) >= 5 else "different"
    if sounds_alike(x, y):
        return "sound"
    if looks_alike(x, y):
        return "look"
    return "sibling"


def sounds_alike(x: str, y: str) -> bool:
    """Whether two characters share their toneless pinyin."""
    return syllable(x) == syllable(y)


LOOKALIKE: Final = (
    "大太犬天夫", "已己巳", "未末", "土士", "日曰目", "人入八", "千干于", "田由甲申", "木本术",
    "王玉主", "今令", "乌鸟", "贝见", "力刀", "夭天", "戊戍戌", "候侯", "晴睛", "析折", "毫豪",
    "茂戊", "洋样", "海每", "钢纲", "铜桐", "昌晶", "华毕", "永水", "元无", "风凤", "几凡", "广厂",
    "石右", "立位", "兰三", "圆园", "园元", "辉挥", "恒桓", "宏宠", "泰秦", "亨享", "科料", "佳桂",
    "源原", "丰羊", "远运", "达过", "博搏", "诚城", "盛成", "金全", "利刹", "瑞端", "建健", "隆降",
)  # fmt: skip
_LOOKS: Final = {frozenset((x, y)) for group in LOOKALIKE for x in group for y in group if x != y}


def looks_alike(x: str, y: str) -> bool:
    """Whether two characters are written alike (a small list of frequent confusions)."""
    return frozenset((x, y)) in _LOOKS


def _is_short_of(short: str, full: str) -> bool:
    """Whether all characters of the short form stand in the full one in order, beginning with it."""
    if full[:1] != short[:1]:
        return False
    rest = iter(full)
    return all(char in rest for char in short)


def _trade_bits(a: str, b: str) -> float:
    groups = words().group_words
    for word in groups:
        a, b = a.replace(word, ""), b.replace(word, "")
    if a == b:
        return NAME["trade_same"] if a else 0.0
    if not a or not b:
        return NAME["trade_missing"]
    if a in b or b in a:
        return NAME["trade_part"]
    shared = len(set(a) & set(b)) / min(len(set(a)), len(set(b)))
    return NAME["trade_near"] if shared >= 0.5 else NAME["trade_other"]


def _place_bits(a: str, b: str, lexicon: Lexicon) -> float:
    left, right = set(a.split("|")) - {""}, set(b.split("|")) - {""}
    if left == right:
        return NAME["place_same"] if left else 0.0
    if not left or not right:
        return NAME["place_missing"]
    if left < right or right < left:
        return NAME["place_part"]
    above = {p for place in left | right for p in lexicon.parents.get(place, frozenset())}
    lower_left, lower_right = left - above, right - above
    if lower_left <= right or lower_right <= left or not lower_left or not lower_right:
        return NAME["place_parent"]
    return NAME["place_other"]


def _legal_bits(a: str, b: str) -> float:
    if a == b:
        return NAME["legal_same"] if a else 0.0
    if not a or not b:
        return 0.0
    return NAME["legal_near"] if {a, b} <= _FIRMLIKE else NAME["legal_other"]
