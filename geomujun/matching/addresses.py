"""How likely two addresses mean the same place, from their texts alone.

An address is a road with a number, a compound with a building, a firm at a gate, in any mixture, so
no part is required. What both texts share is weighed by how rare it is among the addresses at hand
(learned from them, no labels); numbers are compared with their unit, since 5幢 and 6幢 of one
compound are two places; what stands last in a text is its most exact part and is looked at apart.

It knows no coordinates and decides nothing: the caller ranks or adds the bits to other evidence.
Weights: conditional logit over 976 labelled queries with a full match, scaled to bits on all 11,528
labelled pairs (`benchmarks/fit_addresses.py`; cross-validated by halves the full match stands first
for 0.755 of the queries, a weighted 2-gram Jaccard puts it there for 0.613).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import LCSseq
from scipy import sparse

from geomujun.text.normal import normalise_text

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Tokens = Callable[[str], set[str]]

_DIGITS: Final = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_UNITS: Final = "号楼|号|栋|幢|座|单元|楼|层|室|弄|组|社|区|期|路|巷|街|村|队|里|条|段|院|坊"
_NUMERAL: Final = re.compile(
    rf"([一二三四五六七八九两]?十[一二三四五六七八九]?|[零〇一二三四五六七八九两]+)(?={_UNITS})"
)
_BUILDING: Final = re.compile(r"(?<=[\dA-Z])(?:号楼|#楼|栋|座|#)")
_FLOOR: Final = re.compile(r"(?<=\d)楼")
_NUMBER: Final = re.compile(
    r"(\d+(?:-\d+)?|[A-Z]\d*)(号|幢|单元|层|室|弄|组|社|区|期|米|巷|队|院)?"
)
_GATE: Final = re.compile(r"门\)|停车场|入口|出口")
_NEAR: Final = re.compile(r"交叉口|交汇|附近|对面|\d米|旁|路口")
COMPARED: Final = ("号", "幢", "弄", "区")
LEFT_END: Final = 6  # characters at the end of the left text that are looked at apart
RIGHT_END: Final = 5

FEATURES: Final = (
    "left_pairs", "right_pairs", "left_chars", "right_chars", "left_end", "right_end",
    "numbers_shared", "numbers_more", "gate", "near", "length",
    *(f"{word}{unit}" for unit in COMPARED for word in ("same", "other", "lacking")),
)  # fmt: skip
WEIGHTS: Final[Mapping[str, float]] = {
    "left_pairs": 1.89,
    "right_pairs": 0.61,
    "left_chars": 1.31,
    "right_chars": 2.47,
    "left_end": 2.98,
    "right_end": 1.52,
    "numbers_shared": 0.85,
    "numbers_more": -0.20,
    "gate": -2.04,
    "near": 0.19,
    "length": 0.56,
    "same号": 0.24,
    "other号": -0.47,
    "lacking号": 0.08,
    "same幢": 1.14,
    "other幢": -1.29,
    "lacking幢": -0.70,
    "same弄": 0.69,
    "other弄": -0.82,
    "lacking弄": -0.38,
    "same区": 0.51,
    "other区": -2.79,
    "lacking区": -0.53,
}
CONSTANT: Final = -7.99


def fold_address(text: str) -> str:
    """One writing of an address: Arabic numerals before a unit, 幢 for every word for building."""
    folded = _NUMERAL.sub(lambda m: str(_value(m.group(1))), normalise_text(text))
    folded = _FLOOR.sub("层", _BUILDING.sub("幢", folded))
    return folded.replace("大街", "街").replace("街道", "").replace("镇", "")


def _value(numeral: str) -> int:
    if "十" in numeral:
        tens, ones = numeral.split("十", 1)
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS[c]) for c in numeral))


def address_bits(left: pd.Series, right: pd.Series) -> pd.DataFrame:
    """Evidence of pairs of address texts that they mean the same place.

    Args:
        left: One text per pair; the more exact one where the caller knows which (the query).
        right: The other text of each pair.

    Returns:
        Frame on the index of ``left``: the `FEATURES` and ``bits``. Rarity is learned from the
        distinct texts of both columns, so give all candidates of a job in one call.
    """
    measured = features(left, right)
    weights = np.array([WEIGHTS[name] for name in FEATURES])
    frame = pd.DataFrame(measured, columns=list(FEATURES), index=left.index)
    return frame.assign(bits=measured @ weights + CONSTANT)


def features(left: pd.Series, right: pd.Series) -> Floats:
    """The `FEATURES` of pairs, (pairs, features); shares are 0…1, counts are small integers."""
    codes, distinct = pd.factorize(pd.concat([left, right]).astype("str").to_numpy(dtype=object))
    folded = np.array([fold_address(str(t)) for t in distinct], dtype=object)
    a, b = codes[: len(left)].astype(np.int64), codes[len(left) :].astype(np.int64)
    pairs, chars = _covered(folded, a, b, _pairs), _covered(folded, a, b, _characters)
    tails = _ends(folded, a, b)
    gate = np.array([bool(_GATE.search(t)) for t in folded])
    near = np.array([bool(_NEAR.search(t)) for t in folded])
    size = np.array([len(t) for t in folded], dtype=np.float64)
    numbers = _numbers(folded, a, b)
    columns = [*pairs, *chars, *tails, *numbers[:2]]
    columns += [gate[b] & ~gate[a], near[b] & ~near[a], np.log2(np.maximum(size[b], 1.0))]
    return np.column_stack([*columns, *numbers[2:]]).astype(np.float64)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _characters(text: str) -> set[str]:
    return {c for c in text if "\u4e00" <= c <= "\u9fff"}


def _bare_numbers(text: str) -> set[str]:
    return {re.sub(r"[^\dA-Z-]", "", token) for token in number_tokens(text)}


def _incidence(texts: Objects, tokens: Tokens) -> tuple[sparse.csr_matrix, list[str]]:
    """Texts × tokens (0 or 1), and the tokens, sorted."""
    sets = [sorted(tokens(t)) for t in texts]
    words = sorted({w for s in sets for w in s})
    column = {w: i for i, w in enumerate(words)}
    counts = np.fromiter((len(s) for s in sets), dtype=np.int64, count=len(sets))
    indices = np.fromiter((column[w] for s in sets for w in s), np.int64, int(counts.sum()))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    shape = (len(texts), max(len(words), 1))
    return sparse.csr_matrix((np.ones(len(indices)), indices, indptr), shape=shape), words


def _covered(texts: Objects, a: Ints, b: Ints, tokens: Tokens) -> list[Floats]:
    """Share of the left and of the right text's rarity that the other one has too."""
    table, _ = _incidence(texts, tokens)
    df = np.asarray(table.sum(axis=0)).ravel()
    rare = np.log2((len(texts) + 1) / np.maximum(df, 1))
    left, right = table[a], table[b]
    shared = left.multiply(right).tocsr() @ rare
    return [shared / np.maximum(side @ rare, 1e-9) for side in (left, right)]


def _ends(texts: Objects, a: Ints, b: Ints) -> list[Floats]:
    """How much of what stands last in one text stands in the other, in order."""
    left, right = texts[a], texts[b]
    last_left = [t[-LEFT_END:] for t in left]
    last_right = [t[-RIGHT_END:] for t in right]
    return [
        process.cpdist(last_left, right, scorer=LCSseq.similarity) / LEFT_END,
        process.cpdist(last_right, left, scorer=LCSseq.similarity) / RIGHT_END,
    ]


def number_tokens(folded: str) -> set[str]:
    """Numbers of a folded address with their unit: {"88号", "4幢"}; distances (米) are left out."""
    found = {number + unit for number, unit in _NUMBER.findall(folded) if unit != "米"}
    return {token for token in found if token}


def _numbers(texts: Objects, a: Ints, b: Ints) -> list[Floats]:
    """Share of the left numbers found on the right, further ones on the right, then per unit."""
    plain, _ = _incidence(texts, _bare_numbers)
    mine, theirs = plain[a], plain[b]
    both = _total(mine.multiply(theirs))
    out = [both / np.maximum(_total(mine), 1.0), _total(theirs) - both]
    table, words = _incidence(texts, number_tokens)
    for unit in COMPARED:
        has = np.array([w.endswith(unit) for w in words] or [False])
        part = table[:, np.flatnonzero(has)] if has.any() else sparse.csr_matrix((len(texts), 1))
        left, right = part[a], part[b]
        same = _total(left.multiply(right)) > 0
        named, other = _total(left) > 0, _total(right) > 0
        out += [c.astype(np.float64) for c in (same, named & other & ~same, named & ~other)]
    return out


def _total(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
