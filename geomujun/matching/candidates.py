"""Candidate pairs of names, linear in the rows: never a full pair table.

Keys are pairs of characters of the distinctive core (字号 and trade, with its beginning), also one
character apart, the 字号's pinyin, place with each character of the 字号, place with trade, and the
whole plain name, also with its characters sorted. A key that more names share than `CAP` is dropped
and counted: 有限公司 would make every name a candidate of every other. All keys are numbers and are
made for a whole column at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

CAP: Final = 400
KEEP: Final = 12
CHUNK: Final = 4096
FAR: Final = 0.3  # of the heaviest candidate's key weight; lighter ones are not looked at
_CHAR_BITS: Final = 21
_BEGIN: Final = 1  # stands before the first character of a core
_SLOT: Final = np.uint64(1 << 59)  # keys of one kind lie in one slot

KEYED: Final = ("plain", "places", "trade_name", "trade", "pinyin")
Objects = npt.NDArray[np.object_]
Texts = Mapping[str, Objects]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (query row, register row), and what the cap cut."""

    left: Ints
    right: Ints
    keys_dropped: int


@dataclass(frozen=True, slots=True)
class _Chars:
    """The characters of a column one after the other: code point, row, place in the row."""

    code: Keys
    row: Rows
    at: Ints


def texts_of(names: pd.DataFrame) -> Texts:
    """The parts of parsed names that keys are made of, as arrays."""
    return {part: names[part].to_numpy(object) for part in KEYED}


def keys_of(names: Texts) -> tuple[Rows, Keys]:
    """Row and key of every key of every name, in no particular order; ``names``: `texts_of`."""
    trade_name, plain = names["trade_name"], names["plain"]
    count = len(plain)
    core = _chars(trade_name + names["trade"])
    word = _chars(trade_name)
    size = np.bincount(word.row, minlength=count)
    place = _hashed(names["places"])
    rows = np.arange(count, dtype=np.int32)
    filled = np.flatnonzero(size > 0).astype(np.int32)
    first = core.at == 0
    near = _apart(core, 1)
    skip = _apart(core, 2)
    skip = skip[core.at[skip] < size[core.row[skip]]]
    kinds = [
        (core.row[first], np.uint64(_BEGIN << _CHAR_BITS) | core.code[first]),
        (core.row[near], _pair(core, near, 1)),
        (core.row[skip], _pair(core, skip, 2)),
        (filled, _hashed(names["pinyin"])[filled]),
        (filled, _sorted_hash(trade_name)[filled]),
        (word.row, _mixed(place[word.row], word.code)),
        (filled, _mixed(place, _hashed(names["trade"]))[filled]),
        (rows, _hashed(names["plain"])),
        (rows, _sorted_hash(plain)),
    ]
    keys = [key % _SLOT + np.uint64(k) * _SLOT for k, (_, key) in enumerate(kinds)]
    return np.concatenate([row for row, _ in kinds]), np.concatenate(keys)


def _chars(texts: Objects) -> _Chars:
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    code = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    row = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
    starts = np.cumsum(sizes) - sizes
    return _Chars(code, row, np.arange(len(row), dtype=np.int64) - starts[row])


def _apart(chars: _Chars, gap: int) -> Ints:
    """Positions whose partner ``gap`` characters on is of the same row."""
    return np.flatnonzero(chars.row[gap:] == chars.row[:-gap]) if len(chars.row) > gap else _NONE


_NONE: Final = np.empty(0, dtype=np.int64)


def _pair(chars: _Chars, at: Ints, gap: int) -> Keys:
    return chars.code[at] << np.uint64(_CHAR_BITS) | chars.code[at + gap]


def _hashed(texts: Objects) -> Keys:
    codes, distinct = pd.factorize(texts)
    return pd.util.hash_array(np.asarray(distinct, dtype=object), categorize=False)[codes]


def _sorted_hash(texts: Objects) -> Keys:
    """Of texts with their characters sorted: two swapped characters leave it."""
    ordered = np.array(["".join(sorted(text)) for text in texts], dtype=object)
    return pd.util.hash_array(ordered, categorize=False)


def _mixed(a: Keys, b: Keys) -> Keys:
    return (a * np.uint64(0x9E3779B97F4A7C15)) ^ (b * np.uint64(0xC2B2AE3D27D4EB4F))


class NameIndex:
    """Names by their keys, ready to be asked; built once per register.

    Pickles with the register that holds it.
    """

    def __init__(self, names: pd.DataFrame, counted: pd.DataFrame | None = None) -> None:
        """Index ``names``; ``counted`` are those by which the rarity of a key is measured."""
        row, key = keys_of(texts_of(names))
        self._known, column = np.unique(key, return_inverse=True)
        marks = self._marks(row, column, len(names))
        del row, key, column
        df, size = np.bincount(marks.indices, minlength=len(self._known)), len(names)
        if counted is not None and counted is not names:
            told = self._marks(*self._looked_up(texts_of(counted)), len(counted))
            df, size = np.bincount(told.indices, minlength=len(self._known)), len(counted)
        common = df > CAP
        bits = np.log2((size + 1) / np.maximum(df, 1)).astype(np.float32)
        self.keys_dropped = int(common.sum())
        self._by_key = marks.multiply(np.where(common, np.float32(0), bits)).T.tocsr()
        self._by_key.eliminate_zeros()

    def nearest(self, names: Texts) -> tuple[Ints, Ints]:
        """Rows of ``names`` and of the index: the best `KEEP` of each by shared key weight."""
        marks = self._marks(*self._looked_up(names), len(names["plain"]))
        return _best(marks @ self._by_key)

    def search(self, queries: pd.DataFrame) -> Iterator[tuple[int, Ints, Ints]]:
        """`nearest` of `CHUNK` queries at a time: the first one's row, rows from there."""
        for start in range(0, max(len(queries), 1), CHUNK):
            yield start, *self.nearest(texts_of(queries.iloc[start : start + CHUNK]))

    def _marks(self, row: Rows, column: Ints, rows: int) -> sparse.csr_matrix:
        """Names by keys, 1 where a name has a key; one that it has twice counts once."""
        shape = (rows, len(self._known))
        where = (row, column.astype(np.int32))
        marks = sparse.csr_matrix((np.ones(len(row), np.float32), where), shape=shape)
        marks.data[:] = 1.0
        return marks

    def _looked_up(self, names: Texts) -> tuple[Rows, Ints]:
        row, key = keys_of(names)
        if not len(self._known):
            return _NONE.astype(np.int32), _NONE
        at = np.minimum(np.searchsorted(self._known, key), len(self._known) - 1)
        hit = self._known[at] == key
        return row[hit], at[hit]


def candidate_pairs(queries: pd.DataFrame, register: pd.DataFrame) -> Candidates:
    """The best `KEEP` register names of each query by shared key weight.

    Args:
        queries: Parsed names with the columns `KEYED`.
        register: The same columns.
    """
    index = NameIndex(register)
    start, left, right = zip(*index.search(queries), strict=True)
    shifted = [rows + at for at, rows in zip(start, left, strict=True)]
    return Candidates(np.concatenate(shifted), np.concatenate(right), index.keys_dropped)


def _best(product: sparse.csr_matrix) -> tuple[Ints, Ints]:
    """Row and column of the `KEEP` heaviest entries of each row; ties by column."""
    sizes = np.diff(product.indptr)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    top = np.zeros(len(sizes), dtype=np.float32)
    some = sizes > 0
    if some.any():
        top[some] = np.maximum.reduceat(product.data, product.indptr[:-1][some])
    near = np.flatnonzero(product.data >= np.float32(FAR) * top[rows])
    rows, columns, weight = rows[near], product.indices[near], product.data[near]
    order = np.lexsort((columns, -weight, rows))
    rows = rows[order]
    starts = np.searchsorted(rows, np.arange(len(sizes)))
    kept = np.arange(len(rows)) - starts[rows] < KEEP
    return rows[kept].astype(np.int64), columns[order][kept].astype(np.int64)
