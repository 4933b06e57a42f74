"""Two parsed names compared part by part, as levels: 字号, trade, place, legal form and the whole.

A sibling firm shares the 字号 and differs in trade, place or one unlike character; a typing error
differs in a character that sounds or looks the same. The two are told apart here and nowhere
else. Bits per level: `weights`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel, LCSseq, Levenshtein, Prefix

from geomujun.text.lexicon import Lexicon, words
from geomujun.text.look import CLOSE, FAINT, likeness
from geomujun.text.sound import sounds_alike

Objects = npt.NDArray[np.object_]
Codes = npt.NDArray[np.int8]
Columns = Mapping[str, npt.NDArray[Any]]

# 字号. sound … swap: one character differs; drop: one too few or too many; sibling: an unlike one;
# begin: one 字号 begins with the other; inside: the text holds 字号 and trade of the register's
# name; order: the same characters in another order; whole1, whole2: the parts were cut apart
# wrongly, the whole name differs in one or two slips.
NAME: Final = (
    "different", "exact", "same", "sound", "look", "faint", "swap", "drop", "double",
    "trade_typo", "sibling", "short", "begin", "inside", "order", "whole1", "whole2",
)  # fmt: skip
# typo, slip: one character differs, alike or not; absent, more: only the register's, only the
# text's name has one; shorter, longer: the text's is the other one with characters left out, added.
TRADE: Final = (
    "none", "same", "typo", "slip", "absent", "more", "shorter", "longer", "near", "other",
)  # fmt: skip
PLACE: Final = ("none", "same", "absent", "more", "part", "parent", "other")
LEGAL: Final = ("none", "same", "absent", "more", "near", "other")
# How much of the whole names agrees, told apart by what is said of the 字号.
_KIND: Final = {
    "same": "same",
    **dict.fromkeys(("sound", "look", "faint", "swap", "drop", "double", "trade_typo"), "slip"),
    **dict.fromkeys(("short", "begin", "inside"), "short"),
    **dict.fromkeys(("sibling", "different"), "apart"),
}
CUTS: Final = (0.6, 0.7, 0.8, 0.88, 0.94, 0.999)
_KINDS: Final = ("same", "slip", "short", "apart")
WHOLE: Final = ("none", *(f"{k}_{i}" for k in _KINDS for i in range(len(CUTS) + 1)))
LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": NAME, "trade": TRADE, "place": PLACE, "legal": LEGAL, "whole": WHOLE,
}  # fmt: skip

_FIRMLIKE: Final = frozenset({"limited", "share", "company"})
_POINTS: Final = re.compile(r"[().·\-—:]")
_LONG: Final = 4  # characters of a 字号; in a longer one words of the trade were not known
_CODE: Final = {level: np.int8(i) for i, level in enumerate(NAME)}
_ALIKE: Final = frozenset({"sound", "look", "faint", "swap"})
_BLOCKS: Final = frozenset({"different", "short", "begin", "inside"})


def columns_of(names: pd.DataFrame | Columns) -> Columns:
    """The parts of parsed names that are compared, and what is made of them, as arrays.

    ``core``: 字号 and trade; ``bare``: the trade without 集团 and the like; ``flat``: the whole
    without marks; numbers instead of texts that are only asked whether they are equal: ``norm``,
    ``letters`` (characters of ``plain`` sorted).
    """
    norm, plain = (np.asarray(names[part], dtype=object) for part in ("norm", "plain"))
    trade_name, trade = np.asarray(names["trade_name"], dtype=object), _shared(names["trade"])
    letters = np.array(["".join(sorted(text)) for text in plain], dtype=object)
    return {
        "norm": pd.util.hash_array(norm, categorize=False),
        "letters": pd.util.hash_array(letters, categorize=False),
        "flat": np.array([flat(text) for text in norm], dtype=object),
        "plain": plain,
        "places": _shared(names["places"]),
        "trade_name": trade_name,
        "core": trade_name + trade,
        "bare": _shared(names["trade"], bare),
        "legal": _shared(names["legal"]),
    }


def _shared(texts: Any, rule: Callable[[str], str] = str) -> Objects:
    """A rule on each distinct text; equal texts are one object."""
    codes, distinct = pd.factorize(texts)
    return np.array([rule(text) for text in distinct], dtype=object)[codes]


def levels(left: Columns, right: Columns, lexicon: Lexicon) -> dict[str, pd.Categorical]:
    """``l_name l_trade l_place l_legal l_whole`` of pairs of parsed names, each (n,).

    Args:
        left: The texts' names, from `columns_of`.
        right: The register's names.
        lexicon: Places of the case.
    """
    name, trade, rests = _name_codes(left, right)
    own = trade < 0
    trade[own] = trade_codes(rests[0][own], rests[1][own])
    exact = (left["norm"] == right["norm"]) | (left["plain"] == right["plain"])
    name[exact & (right["trade_name"] != "")] = _CODE["exact"]
    found = {
        "name": name,
        "trade": trade,
        "place": place_codes(left["places"], right["places"], lexicon),
        "legal": _by_distinct(left["legal"], right["legal"], legal_code),
        "whole": _whole_codes(left["plain"], right["plain"], name),
    }
    return {f"l_{part}": _categorical(part, codes) for part, codes in found.items()}


_DTYPES: Final = {part: pd.CategoricalDtype(list(known)) for part, known in LEVELS.items()}


def _categorical(part: str, codes: Codes) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, dtype=_DTYPES[part])


def _by_distinct(left: Objects, right: Objects, rule: Callable[[str, str], int]) -> Codes:
    """A rule on each distinct pair of texts."""
    (mine, a), (theirs, b) = pd.factorize(left), pd.factorize(right)
    found, codes = np.unique(mine * max(len(b), 1) + theirs, return_inverse=True)
    values = [rule(a[i // len(b)], b[i % len(b)]) for i in found]
    return np.array(values, dtype=np.int8)[codes]


def _pairwise(scorer: Any, left: Objects, right: Objects, **options: Any) -> npt.NDArray[Any]:
    return process.cpdist(left, right, scorer=scorer, **options)


def bare(trade: str) -> str:
    """A trade without words of size: 集团, 控股, 实业, 企业."""
    for word in words().group_words:
        trade = trade.replace(word, "")
    return trade


def flat(norm: str) -> str:
    """A normalised name without brackets and points."""
    return _POINTS.sub("", norm)


# ---- 字号


def _name_codes(left: Columns, right: Columns) -> tuple[Codes, Codes, tuple[Objects, Objects]]:
    """Levels of the 字号; of the trade where the same test tells it, else -1; the trades left.

    Most pairs are decided by whole-column tests; only those one edit apart are looked into.
    """
    a, b, core_a, core_b = left["trade_name"], right["trade_name"], left["core"], right["core"]
    name, trade = np.zeros(len(a), np.int8), np.full(len(a), -1, np.int8)
    rests = left["bare"].copy(), right["bare"].copy()
    equal = ((a == b) & (a != "")) | ((core_a == core_b) & (core_a != ""))
    name[equal] = _CODE["same"]
    rest = np.flatnonzero(~equal)
    for i, edit in _one_edit_apart(core_a, core_b, rest):
        name[i], trade[i] = _in_core(edit, a[i], b[i], core_a[i], core_b[i])
    rest = rest[name[rest] == 0]
    for i, edit in _one_edit_apart(a, b, rest):
        name[i] = _CODE[_late(edit, a[i], b[i])]
    for i in rest[name[rest] == 0]:
        level, mine, theirs = _loosely(a[i], b[i], core_a[i], core_b[i])
        if level:
            name[i], rests[0][i], rests[1][i] = _CODE[level], bare(mine), bare(theirs)
    inside = rest[name[rest] == 0]
    held = [len(core_b[i]) >= 3 and core_b[i] in left["flat"][i] for i in inside]
    name[inside[np.array(held, dtype=bool)]] = _CODE["inside"]
    _as_a_whole(left, right, name)
    return name, trade, rests


def _one_edit_apart(a: Objects, b: Objects, rows: npt.NDArray[np.int64]) -> list[tuple[int, str]]:
    """Rows whose texts are one edit apart, and the kind of the edit with its place: ``sound 1``."""
    edits = _pairwise(OSA.distance, a[rows], b[rows], score_cutoff=1)
    near = rows[edits <= 1]
    shared = _pairwise(Prefix.similarity, a[near], b[near])
    found = [(int(i), one_edit(a[i], b[i], int(at))) for i, at in zip(near, shared, strict=True)]
    return [(i, edit) for i, edit in found if edit]


def one_edit(x: str, y: str, at: int) -> str:
    """Kind and place of the edit between texts that agree before ``at``; "" if too short."""
    if min(len(x), len(y)) < 2:
        return ""
    if len(x) != len(y):
        long = x if len(x) > len(y) else y
        twice = long[at] in (long[at - 1 : at], long[at + 1 : at + 2])
        return f"{'double' if twice else 'drop'} {at}"
    if x[at + 1 : at + 2] != y[at + 1 : at + 2]:
        return f"swap {at}"
    return f"{kind_of(x[at], y[at])} {at}"


def kind_of(x: str, y: str) -> str:
    """What one character written for another is: sound, look, faint or sibling."""
    if sounds_alike(x, y):
        return "sound"
    alike = likeness(x, y)
    if alike >= CLOSE:
        return "look"
    return "faint" if alike >= FAINT else "sibling"


def _in_core(edit: str, a: str, b: str, core_a: str, core_b: str) -> tuple[int, int]:
    """Levels of 字号 and trade when 字号 with trade are one edit apart."""
    kind, at = edit.split()
    # A misspelt trade is cut elsewhere; a 字号 with a character more has the register's behind it.
    within = int(at) < len(b) or (
        int(at) == len(b) < len(a) and core_a[len(a) :] == core_b[len(b) :]
    )
    if within:
        same = TRADE.index("same" if bare(core_b[len(b) :]) else "none")
        return int(_CODE[_late(edit, a, b)]), same
    return int(_CODE["same"]), TRADE.index("typo" if kind in _ALIKE else "slip")


def _late(edit: str, a: str, b: str) -> str:
    """The kind of an edit; an unlike character late in a long 字号 is one of an unknown trade."""
    kind, at = edit.split()
    late = kind in ("faint", "sibling") and int(at) >= _LONG and len(a) == len(b)
    return "trade_typo" if late else kind


def _loosely(a: str, b: str, core_a: str, core_b: str) -> tuple[str, str, str]:
    """short, begin or "", with what is left as trades behind the 字号 that begins the other."""
    if len(b) >= 2 and core_a.startswith(b):
        rest = core_a[len(b) :], core_b[len(b) :]
    elif len(a) >= 2 and core_b.startswith(a):
        rest = core_a[len(a) :], core_b[len(a) :]
    else:
        return (
            ("short" if is_short_of(a, core_a, core_b) else ""),
            core_a[len(a) :],
            core_b[len(b) :],
        )
    return ("short" if is_short_of(a, core_a, core_b) else "begin"), *rest


def is_short_of(trade_name: str, short: str, full: str) -> bool:
    """Whether the short form begins the full one and all its characters follow in order."""
    if not 2 <= len(short) < len(full) or full[: len(trade_name[:2])] != trade_name[:2]:
        return False
    rest = iter(full)
    return all(char in rest for char in short)


def _as_a_whole(left: Columns, right: Columns, name: Codes) -> None:
    """Names whose parts were cut apart wrongly, compared as a whole: order, whole1, whole2.

    An edit inside the 字号 must sound or look alike; elsewhere it is a slip of the pen.
    """
    blocks = np.isin(name, [_CODE[level] for level in sorted(_BLOCKS)])
    moved = blocks & (left["letters"] == right["letters"]) & (right["core"] != "")
    name[moved] = _CODE["order"]
    rows = np.flatnonzero(blocks & ~moved)
    a, b = left["flat"][rows], right["flat"][rows]
    edits = _pairwise(Levenshtein.distance, a, b, score_cutoff=2)
    for k in np.flatnonzero((edits <= 2) & (edits > 0)):
        if len(b[k]) >= 7 and _slips(a[k], b[k], right["trade_name"][rows[k]]):
            name[rows[k]] = _CODE[f"whole{int(edits[k])}"]


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
    return kind_of(x, y) in ("sound", "look")


# ---- trade, place, legal form, the whole


def trade_codes(left: Objects, right: Objects) -> Codes:
    """Levels of two columns of trades without group words."""
    mine, theirs = _sizes(left), _sizes(right)
    shared = _pairwise(LCSseq.similarity, left, right)
    tests = {
        "none": (mine == 0) & (theirs == 0),
        "same": left == right,
        "absent": mine == 0,
        "more": theirs == 0,
        "shorter": shared == mine,
        "longer": shared == theirs,
        "near": 2 * shared >= np.minimum(mine, theirs),
    }
    return _first_of(TRADE, tests, "other")


def place_codes(left: Objects, right: Objects, lexicon: Lexicon) -> Codes:
    """Levels of two columns of places, each joined by |."""
    both, known = pd.factorize(np.concatenate([left, right]))
    a, b = both[: len(left)], both[len(left) :]
    blank, many = known == "", np.array(["|" in text for text in known], dtype=bool)
    code = {text: i for i, text in enumerate(known)}
    above = [
        (i, code[up])
        for text, i in code.items()
        for up in lexicon.parents.get(text, ())
        if up in code
    ]
    over = np.array([i * len(known) + j for i, j in above], dtype=np.int64)
    size = max(len(known), 1)
    tests = {
        "none": blank[a] & blank[b],
        "same": a == b,
        "absent": blank[a],
        "more": blank[b],
        "parent": ~many[a] & ~many[b] & (np.isin(a * size + b, over) | np.isin(b * size + a, over)),
    }
    out = _first_of(PLACE, tests, "other")
    rest = np.flatnonzero((many[a] | many[b]) & (a != b) & ~blank[a] & ~blank[b])
    out[rest] = _by_distinct(left[rest], right[rest], lambda x, y: place_code(x, y, lexicon))
    return out


def place_code(a: str, b: str, lexicon: Lexicon) -> int:
    """Level of two sets of places joined by |, neither of them empty."""
    left, right = set(a.split("|")), set(b.split("|"))
    if left == right:
        return PLACE.index("same")
    if left < right or right < left:
        return PLACE.index("part")
    above = {p for place in left | right for p in lexicon.parents.get(place, frozenset())}
    lower_left, lower_right = left - above, right - above
    up = lower_left <= right or lower_right <= left or not lower_left or not lower_right
    return PLACE.index("parent" if up else "other")


def legal_code(a: str, b: str) -> int:
    """Level of two classes of legal form."""
    if a == b:
        return LEGAL.index("same" if a else "none")
    if not a or not b:
        return LEGAL.index("more" if a else "absent")
    return LEGAL.index("near" if {a, b} <= _FIRMLIKE else "other")


_KIND_OF: Final = np.array([_KINDS.index(_KIND[n]) if n in _KIND else -1 for n in NAME])


def _whole_codes(left: Objects, right: Objects, name: Codes) -> Codes:
    """How much of the plain names agrees, by what is said of the 字号; none where all is said."""
    ratio = _pairwise(Indel.normalized_similarity, left, right)
    kind = _KIND_OF[name]
    step = np.digitize(ratio, CUTS)
    return np.where(kind < 0, 0, 1 + kind * (len(CUTS) + 1) + step).astype(np.int8)


def _sizes(texts: Objects) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def _first_of(
    known: Sequence[str], tests: Mapping[str, npt.NDArray[np.bool_]], default: str
) -> Codes:
    """Code of the first test that holds."""
    codes = [known.index(level) for level in tests]
    return np.select(list(tests.values()), codes, known.index(default)).astype(np.int8)
