"""What two names say: 字号 by rarity, trade, place and legal form compared apart, as levels.

A sibling firm shares the 字号 and differs in trade, place or one unlike character; a typing error
differs in a character that sounds or looks the same. The two are told apart here and nowhere
else. Rarity of 字号 and trade is learned from the register itself. Bits per level: `weights`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from geomujun.matching.candidates import grams
from geomujun.matching.register import PARTS, Register
from geomujun.matching.weights import Weights, shipped
from geomujun.text.lexicon import Lexicon, words
from geomujun.text.names import parse
from geomujun.text.sound import looks_alike, sounds, sounds_alike

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
Columns = Mapping[str, Objects]
_FIRMLIKE: Final = frozenset({"limited", "share", "company"})
_RARITY_CAP: Final = 17.0
_SURE_RARITY: Final = 2.0
_POINTS: Final = re.compile(r"[().·\-—:]")
_LONG: Final = 4  # characters of a 字号; in a longer one words of the trade were not known


def parse_queries(texts: pd.Series, lexicon: Lexicon) -> pd.DataFrame:
    """Distinct texts parsed as the register's names: parts and ``pinyin``, indexed by text.

    A text that says what the firm is called now (变更为…) has a second row for that name.
    """
    distinct = pd.Series(pd.unique(texts), dtype="str")
    parts = parse(distinct, lexicon).set_axis(distinct.to_numpy())
    renamed = parts.loc[parts["renamed"] != "", "renamed"]
    parts = pd.concat([parts, parse(renamed, lexicon)])
    parts["pinyin"] = sounds(parts["trade_name"])
    return parts


def match_names(
    queries: pd.DataFrame, register: Register, weights: Weights | None = None
) -> pd.DataFrame:
    """Candidates of each query name among the register's names.

    Args:
        queries: From `parse_queries`.
        register: From `register.build`.
        weights: Bits per level; None for the shipped ones.

    Returns:
        Frame: ``query`` (text), ``name_row`` (row of ``register.names``), ``uscc``, ``former``,
        ``until``, levels ``l_name l_trade l_place l_legal``, ``rarity`` and ``trade_rarity``
        (bits), ``b_name b_trade b_place b_legal`` and their sum ``bits``; of one query and
        enterprise only its best name. Sorted by query, then falling bits.
    """
    names = register.names
    found = register.index.nearest(grams(queries))
    left, right = queries.iloc[found.left], names.iloc[found.right]
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
    pairs = pairs.join(compare(left, right, register))
    pairs = (weights or shipped()).name_bits(pairs)
    pairs = pairs.sort_values(
        ["query", "uscc", "bits", "former", "name_row"], ascending=[True, True, False, True, True]
    ).drop_duplicates(["query", "uscc"])
    return pairs.sort_values(
        ["query", "bits", "uscc"], ascending=[True, False, True], ignore_index=True
    )


def columns_of(names: pd.DataFrame) -> dict[str, Objects]:
    """The parts of parsed names that are compared, as arrays."""
    return {part: names[part].to_numpy(object) for part in PARTS}


def rarities(names: pd.DataFrame, register: Register) -> pd.DataFrame:
    """``rarity`` and ``trade_rarity`` in bits: what sharing 字号 or trade with a name is worth."""
    rare = names["trade_name"].map(register.rare["trade_name"]).astype("float64")
    trade = names["trade"].map(register.rare["trade"]).astype("float64")
    return pd.DataFrame(
        {
            "rarity": rare.fillna(_RARITY_CAP).clip(upper=_RARITY_CAP),
            "trade_rarity": trade.fillna(_SURE_RARITY),
        }
    )


def compare(left: pd.DataFrame, right: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Levels and rarities of pairs of parsed names, row by row."""
    found = levels(columns_of(left), columns_of(right), register.lexicon)
    return pd.DataFrame(found, index=right.index).join(rarities(right, register))


def levels(left: Columns, right: Columns, lexicon: Lexicon) -> dict[str, Objects]:
    """``l_name l_trade l_place l_legal`` of pairs of parsed names (`columns_of`), each (n,)."""
    same = (left["norm"] == right["norm"]) | (left["plain"] == right["plain"])
    same = same & (right["trade_name"] != "")
    return {
        "l_name": np.where(same, "exact", _name_levels(left, right)),
        "l_trade": _by_distinct(left["trade"], right["trade"], trade_level),
        "l_place": _by_distinct(
            left["places"], right["places"], lambda a, b: place_level(a, b, lexicon)
        ),
        "l_legal": _by_distinct(left["legal"], right["legal"], legal_level),
    }


def _by_distinct(left: Objects, right: Objects, rule: Callable[[str, str], str]) -> Objects:
    """A rule applied once per distinct pair of values."""
    mine, theirs = pd.factorize(left)[0], pd.factorize(right)[0]
    _, first, codes = np.unique(
        mine * (theirs.max(initial=0) + 1) + theirs, return_index=True, return_inverse=True
    )
    values = np.array([rule(left[i], right[i]) for i in first], dtype=object)
    return values[codes] if len(values) else np.empty(0, dtype=object)


def _name_levels(left: Columns, right: Columns) -> Objects:
    """Level of the 字号, with the trade where a typing error hides the border between them.

    Most pairs are decided by whole-column tests; only those one edit apart are looked into.
    """
    a, b = left["trade_name"], right["trade_name"]
    core_a, core_b = a + left["trade"], b + right["trade"]
    level = np.full(len(a), "different", dtype=object)
    equal = ((a == b) & (a != "")) | ((core_a == core_b) & (core_a != ""))
    level[equal] = "same"
    rest = np.flatnonzero(~equal)
    edits = process.cpdist(core_a[rest], core_b[rest], scorer=OSA.distance, score_cutoff=1)
    for i in rest[edits <= 1]:
        level[i] = _one_edit(a[i], b[i], core_a[i], core_b[i])
    far = rest[edits > 1]
    names = process.cpdist(a[far], b[far], scorer=OSA.distance, score_cutoff=1)
    for i in far[names <= 1]:
        level[i] = _one_edit(a[i], b[i], a[i], b[i])
    for i in far[names > 1]:
        if is_short_of(a[i], core_a[i], core_b[i]):
            level[i] = "short"
    return _whole_levels(left, right, level)


def _whole_levels(left: Columns, right: Columns, level: Objects) -> Objects:
    """Names whose parts were cut apart wrongly, compared as a whole: one or two edits in ≥ 7.

    An edit inside the 字号 must sound or look alike; elsewhere it is a slip of the pen.
    """
    open_rows = np.flatnonzero(np.isin(level, ["different", "drop", "short"]))
    a, b = flat(left["norm"][open_rows]), flat(right["norm"][open_rows])
    edits = process.cpdist(a, b, scorer=Levenshtein.distance, score_cutoff=2)
    trade_name = right["trade_name"][open_rows]
    for k in np.flatnonzero((edits <= 2) & (edits > 0)):
        if len(b[k]) >= 7 and _slips(a[k], b[k], trade_name[k]):
            level[open_rows[k]] = f"whole{int(edits[k])}"
    return level


def _slips(a: str, b: str, trade_name: str) -> bool:
    """Whether all edits are slips: outside the 字号 of ``b``, or alike in sound or look.

    A 字号 of which no character is left is another one, however alike the characters are.
    """
    start = b.find(trade_name)
    inside = range(start, start + len(trade_name))
    ops = Levenshtein.editops(a, b)
    if sum(op.dest_pos in inside for op in ops) >= len(inside):
        return False
    for op in ops:
        at_a, at_b = op.src_pos, op.dest_pos
        if at_b not in inside:
            continue
        if op.tag == "replace" and alike(a[at_a], b[at_b]):
            continue
        if op.tag == "delete" and at_a and a[at_a] == a[at_a - 1]:
            continue  # a character written twice
        return False
    return True


def alike(x: str, y: str) -> bool:
    """Whether two characters sound or look alike."""
    return sounds_alike(x, y) or looks_alike(x, y)


def flat(norms: Objects) -> Objects:
    """Normalised names without brackets and points."""
    return np.array([_POINTS.sub("", norm) for norm in norms], dtype=object)


def _one_edit(a: str, b: str, core_a: str, core_b: str) -> str:
    """Level of two texts one edit apart: sound, look, swap, drop, trade_typo or sibling."""
    if min(len(core_a), len(core_b)) < 2:
        return "different"
    if len(core_a) != len(core_b):
        return "drop"
    at = [i for i, (x, y) in enumerate(zip(core_a, core_b, strict=True)) if x != y]
    x, y = core_a[at[0]], core_b[at[0]]
    levels = (
        ("swap", len(at) == 2),
        # The 字号 is whole; a misspelt trade was cut elsewhere.
        ("trade_typo", at[0] >= len(b) and a[: len(b)] == b),
        ("sound", sounds_alike(x, y)),
        ("look", looks_alike(x, y)),
        ("trade_typo", at[0] >= _LONG),
    )
    return next((level for level, holds in levels if holds), "sibling")


def is_short_of(trade_name: str, short: str, full: str) -> bool:
    """Whether the short form begins the full one and all its characters follow in order."""
    if not 2 <= len(short) < len(full) or full[: len(trade_name[:2])] != trade_name[:2]:
        return False
    rest = iter(full)
    return all(char in rest for char in short)


def trade_level(a: str, b: str) -> str:
    """None · same · part · near · missing · other for two trades."""
    for word in words().group_words:
        a, b = a.replace(word, ""), b.replace(word, "")
    if a == b:
        return "same" if a else "none"
    if not a or not b:
        return "missing"
    if a in b or b in a:
        return "part"
    shared = len(set(a) & set(b)) / min(len(set(a)), len(set(b)))
    return "near" if shared >= 0.5 else "other"


def place_level(a: str, b: str, lexicon: Lexicon) -> str:
    """None · same · missing · part · parent · other for two sets of places joined by |."""
    left, right = set(a.split("|")) - {""}, set(b.split("|")) - {""}
    if left == right:
        return "same" if left else "none"
    if not left or not right:
        return "missing"
    if left < right or right < left:
        return "part"
    above = {p for place in left | right for p in lexicon.parents.get(place, frozenset())}
    lower_left, lower_right = left - above, right - above
    if lower_left <= right or lower_right <= left or not lower_left or not lower_right:
        return "parent"
    return "other"


def legal_level(a: str, b: str) -> str:
    """None · same · near · other for two classes of legal form."""
    if a == b:
        return "same" if a else "none"
    if not a or not b:
        return "none"
    return "near" if {a, b} <= _FIRMLIKE else "other"
