"""Short forms (简称) against full names: 川仪股份 ↔ 重庆川仪自动化股份有限公司.

A short form keeps characters of the full name in order, mostly the first of the 字号, drops the
place and shortens the trade. Edit distance punishes all of that, so short forms have candidates
and bits of their own: ordered character pairs find the names, one alignment per pair says which
characters of the full name the short form took, and a linear score in bits is summed from that.

It does not decide: two firms may own the same short form, and the caller weighs them against each
other and against none. Nothing here knows typing errors; those are `names`.

Weights: conditional logit over the candidates of 2,362 pairs of stock short name and registered
name (`benchmarks/fit_short.py` learns them and cross-validates by halves: 0.911 first answers
right), with half of the truths hidden so that "none of them" has its own place. That all of those
names are 股份有限公司 is not used (it would be 0.95): the short form on a parcel need not be a
listed firm's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Codes = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHORT: Final = 8  # characters of a short form that are looked at
FULL: Final = 28  # characters of a full name that are looked at
REACH: Final = 12
CAP: Final = 2000  # an ordered pair of characters that more names share is no key
KEEP: Final = 20
CHUNK: Final = 2_000
_SHIFT: Final = 21  # bits of a code point
_STEP: Final = 2.0  # worth of taking the next character too, in the alignment
_NEAR: Final = 0.25  # of the best weight of a short form; weaker candidates are not sorted
_TAKE: Final = 3.0
_FIRST: Final = 2.0
# Marks of the exchanges around a stock short name: ST, *ST, N, XD before it, A, B, -U behind it.
_MARKS: Final = re.compile(
    r"^(?:S?\*?ST|N|C|XD|XR|DR)(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?:[AB]|-?[UWV])$"
)
_LEGAL: Final = {"share": "股份"}

_SAID: Final = (
    "投资|基金|合伙",
    "分公司|支公司|分厂|办事处",
    "集团|控股",
    r"\(",
)  # vehicle branch group bracket

WEIGHTS: Final[Mapping[str, float]] = {
    "taken_bits": 0.15,  # per bit of rarity of the characters taken
    "missed_first": -4.14,  # the short form's first, second, last character is not in the name
    "missed_second": -3.97,
    "missed_last": -0.31,
    "whole": 6.10,  # all characters stand in the name, in order
    "first_two": 2.48,  # both first characters of the 字号 were taken
    "together": 0.67,  # per two neighbours taken
    "in_place": -0.56,  # per character taken from the place
    "length": -0.50,  # per character of place, 字号 and trade
    "vehicle": -4.13,  # a fund or investment firm that bears another firm's 字号
    "branch": -10.24,
    "group": -1.40,
    "bracket": -0.85,
}
CONSTANT: Final = 7.69


def is_short(queries: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which parsed names are written like short forms: no legal form but 公司, 2–8 characters.

    Args:
        queries: Parsed names (`text.names.parse`): ``places trade_name trade legal``.
    """
    written = queries["places"].str.replace("|", "") + queries["trade_name"] + queries["trade"]
    size = written.str.len().to_numpy()
    loose = queries["legal"].isin(["", "company"]).to_numpy()
    return np.asarray(loose & (size >= 2) & (size <= SHORT))


def short_candidates(queries: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """The best `KEEP` full names of each short form, with bits.

    Args:
        queries: Parsed short forms: ``norm places trade_name trade legal`` (other queries waste
            time only; see `is_short`).
        names: Parsed full names, the same columns.

    Returns:
        ``left`` and ``right`` (positions in the two frames), ``bits`` (evidence that the full name
        is meant; the caller adds its prior, -log2 of the number of firms), ``whole`` (all
        characters of the short form stand in the name, in order). Sorted by left, falling bits,
        right.
    """
    table, shorts = FullNames(names), short_codes(queries)
    parts = [
        _scored(shorts[at : at + CHUNK], table, pairs, at)
        for at, pairs in _candidate_chunks(shorts, table.codes)
    ]
    if not parts:
        none = np.empty(0, np.int64)
        return _frame(none, none, np.empty((0, len(FEATURES))))
    return pd.concat(parts, ignore_index=True)


def _scored(shorts: Codes, table: FullNames, pairs: tuple[Ints, Ints], offset: int) -> pd.DataFrame:
    left, right = pairs
    frame = _frame(left, right, features(shorts[left - offset], table, right))
    return frame.sort_values(
        ["left", "bits", "right"], ascending=[True, False, True], ignore_index=True
    )


def _frame(left: Ints, right: Ints, measured: Floats) -> pd.DataFrame:
    weights = np.array([WEIGHTS[name] for name in FEATURES])
    bits = measured @ weights + CONSTANT
    whole = measured[:, FEATURES.index("whole")] > 0
    return pd.DataFrame({"left": left, "right": right, "bits": bits, "whole": whole})


class FullNames:
    """Full names as characters: ``codes`` (n, FULL), ``kind`` of each, and bits of rarity.

    ``kind``: 0 place · 1 字号 · 2 trade · 3 legal form · 9 none. ``said`` (4, n): what a name
    says that makes it another firm than the plain bearer of its 字号 (`_SAID`).
    """

    def __init__(self, names: pd.DataFrame) -> None:
        place = names["places"].str.replace("|", "")
        form = names["legal"].map(_LEGAL).fillna("")
        pieces = [place, names["trade_name"], names["trade"], form]
        self.codes = _codes(pieces[0] + pieces[1] + pieces[2] + pieces[3], FULL)
        ends = np.cumsum([p.str.len().to_numpy() for p in pieces], axis=0)
        at = np.arange(FULL)
        self.kind = np.full(self.codes.shape, 9, dtype=np.int8)
        for kind in (3, 2, 1, 0):
            self.kind[at < ends[kind][:, None]] = kind
        self.said = np.stack(
            [names["norm"].str.contains(p, regex=True).to_numpy(bool) for p in _SAID]
        )
        self.rarity = _rarity(self.codes)


def _codes(texts: pd.Series, width: int) -> Codes:
    """Code points of each text, (n, width), 0 behind its end."""
    padded = texts.to_numpy(dtype=f"U{width}")
    return np.ascontiguousarray(padded).view(np.uint32).reshape(len(padded), width)


def short_codes(queries: pd.DataFrame) -> Codes:
    """Characters of the short forms, without brackets, legal form and marks of the exchanges."""
    bare = queries["norm"].str.replace(_MARKS, "", regex=True)
    bare = bare.where(queries["legal"] != "company", bare.str.replace("公司$", "", regex=True))
    return _codes(bare.str.replace(r"[()]", "", regex=True), SHORT)


def _rarity(codes: Codes) -> Floats:
    """log2(names ÷ names that have the character), by code point."""
    rows = np.repeat(np.arange(len(codes), dtype=np.int64), codes.shape[1])
    flat = codes.ravel().astype(np.int64)
    pairs = np.unique((rows << _SHIFT | flat)[flat > 0])
    chars, counts = np.unique(pairs & ((1 << _SHIFT) - 1), return_counts=True)
    out = np.full(1 << _SHIFT, np.log2(max(len(codes), 2)))
    out[chars] = np.log2(max(len(codes), 2) / counts)
    return out


def _ordered_pairs(codes: Codes, wanted: Ints | None) -> tuple[Ints, Ints]:
    """(row, key) of every two characters of a row at most `REACH` apart, in order.

    With ``wanted`` (sorted keys) only those, as positions in it.
    """
    rows, keys = [], []
    for gap in range(1, min(REACH, codes.shape[1] - 1) + 1):
        first, second = codes[:, :-gap].astype(np.int64), codes[:, gap:].astype(np.int64)
        row, at = np.nonzero(second > 0)
        key = first[row, at] << _SHIFT | second[row, at]
        if wanted is not None:
            position = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
            known = wanted[position] == key
            row, key = row[known], position[known]
        rows.append(row)
        keys.append(key)
    return np.concatenate(rows), np.concatenate(keys)


def candidates(shorts: Codes, fulls: Codes) -> tuple[Ints, Ints]:
    """(short, full) rows: of each short form the `KEEP` names sharing most ordered pairs."""
    chunks = [pairs for _, pairs in _candidate_chunks(shorts, fulls)]
    none = [np.empty(0, np.int64)]
    left = np.concatenate([left for left, _ in chunks] or none)
    return left, np.concatenate([right for _, right in chunks] or none)


def _candidate_chunks(shorts: Codes, fulls: Codes) -> Iterator[tuple[int, tuple[Ints, Ints]]]:
    """`candidates` by `CHUNK` short forms: (first short form, pairs)."""
    rows, keys = _ordered_pairs(shorts, None)
    wanted = np.unique(keys)
    if not len(wanted) or not len(fulls):
        return
    left = _incidence(rows, np.searchsorted(wanted, keys), (len(shorts), len(wanted)))
    right = _incidence(*_ordered_pairs(fulls, wanted), (len(fulls), len(wanted)))
    df = np.asarray(right.sum(axis=0)).ravel()
    usable = (df > 0) & (df <= CAP)
    weight = np.where(usable, np.log2(len(fulls) / np.maximum(df, 1)) + 0.01, 0.0)
    weighted = (sparse.diags(weight) @ right.T).tocsr()
    weighted.eliminate_zeros()
    # Of names that share as much, the shorter one leaves less unsaid.
    burden = 0.02 * (fulls > 0).sum(axis=1)
    for at in range(0, len(shorts), CHUNK):
        product = (left[at : at + CHUNK] @ weighted).tocsr()
        row, column = _best(product, burden)
        yield at, (row + at, column)


def _best(product: sparse.csr_matrix, burden: Floats) -> tuple[Ints, Ints]:
    """Row and column of the `KEEP` best entries of each row: weight less burden, then column."""
    row = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    if not len(row):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    value = product.data - burden[product.indices]
    top = np.zeros(product.shape[0])
    np.maximum.at(top, row, value)
    near = np.flatnonzero(value >= _NEAR * top[row])
    row, value, column = row[near], value[near], product.indices[near]
    order = np.lexsort((column, -value, row))
    first = np.searchsorted(row[order], row[order])
    kept = order[np.arange(len(order)) - first < KEEP]
    return row[kept].astype(np.int64), column[kept].astype(np.int64)


def _incidence(rows: Ints, keys: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, keys)), shape=shape)
    matrix.data[:] = 1.0
    return matrix


FEATURES: Final = (
    "taken_bits", "missed_first", "missed_second", "missed_last", "whole", "first_two", "together",
    "in_place", "length", "vehicle", "branch", "group", "bracket",
)  # fmt: skip


def features(shorts: Codes, table: FullNames, right: Ints) -> Floats:
    """The `FEATURES` of pairs, (pairs, features); ``shorts`` has one row per pair."""
    full, kind = table.codes[right], table.kind[right]
    rare = table.rarity[full]
    is_first = np.zeros(full.shape, dtype=bool)
    own = kind == 1
    is_first[np.arange(len(full)), own.argmax(axis=1)] = own.any(axis=1)
    took, used = align(shorts, full, rare, is_first)
    written = shorts > 0
    lacking = written & ~used
    last = np.maximum(written.sum(axis=1) - 1, 0)
    return np.column_stack(
        [
            np.where(took, rare, 0.0).sum(axis=1),
            lacking[:, 0],
            lacking[:, 1],
            lacking[np.arange(len(last)), last],
            ~lacking.any(axis=1),
            (took & is_first).any(axis=1) & (took[:, 1:] & is_first[:, :-1]).any(axis=1),
            (took[:, 1:] & took[:, :-1]).sum(axis=1),
            (took & (kind == 0)).sum(axis=1),
            (kind <= 2).sum(axis=1),
            *table.said[:, right],
        ]
    ).astype(np.float64)


def align(
    shorts: Codes, full: Codes, rare: Floats, is_first: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which characters of each full name its short form took, in order, and which it used for it.

    The best alignment of each pair by dynamic programming over all pairs at once: a character
    taken is worth more when it is rare, when it follows the one taken before, and when it
    begins the 字号. The characters taken ride along as bits of one integer.

    Returns:
        (pairs, FULL) of the full names and (pairs, SHORT) of the short forms.
    """
    pairs = len(full)
    gain = np.ascontiguousarray((rare * 0.5 + _TAKE + _FIRST * is_first).T)
    theirs, mine = np.ascontiguousarray(full.T), np.ascontiguousarray(shorts.T)
    best, bits = np.zeros((FULL + 1, pairs)), np.zeros((FULL + 1, pairs), dtype=np.uint64)
    ends = np.full((FULL + 1, pairs), -np.inf)
    end_bits = np.zeros_like(bits)
    for i in range(SHORT):
        now, now_bits = best.copy(), bits.copy()
        here, here_bits = np.full_like(ends, -np.inf), np.zeros_like(bits)
        own = np.uint64(1 << (FULL + i))
        for j in range(FULL):
            equal = (mine[i] == theirs[j]) & (mine[i] > 0)
            next_to = ends[j] + _STEP > best[j]
            worth = np.where(next_to, ends[j] + _STEP, best[j]) + gain[j]
            here[j + 1] = np.where(equal, worth, -np.inf)
            here_bits[j + 1] = np.where(next_to, end_bits[j], bits[j]) | own | np.uint64(1 << j)
            for value, what in ((now[j], now_bits[j]), (here[j + 1], here_bits[j + 1])):
                better = value > now[j + 1]
                now[j + 1] = np.where(better, value, now[j + 1])
                now_bits[j + 1] = np.where(better, what, now_bits[j + 1])
        best, bits, ends, end_bits = now, now_bits, here, here_bits
    spread = (bits[FULL][:, None] >> np.arange(FULL + SHORT, dtype=np.uint64)) & np.uint64(1)
    done = spread.astype(bool)
    return done[:, :FULL], done[:, FULL:]
