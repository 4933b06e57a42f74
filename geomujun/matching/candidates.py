"""Candidate pairs of names, linear in the rows: never a full pair table.

Keys are pairs of characters of the distinctive core (字号 and trade, with its beginning), also one
character apart, the 字号's pinyin, place with each character of the 字号, place with trade, and the
whole plain name, also with its characters sorted. A key that more names share than `CAP` is dropped
and counted: 有限公司 would make every name a candidate of every other. All keys are numbers and are
made for a whole column at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

KEYED: Final = ("plain", "places", "trade_name", "trade", "pinyin")
Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

CAP: Final = 400
KEEP: Final = 12
CHUNK: Final = 4096
FAR: Final = 0.3  # of the heaviest candidate's key weight; lighter names are no candidates
_CHAR_BITS: Final = 21
_BEGIN: Final = 1  # stands before the first character of a core
_SLOT: Final = np.uint64(1 << 59)  # keys of one kind lie in one slot
_NONE: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (query row, register row), sorted by query, the heaviest first.

    ``floor`` is, of each query, the key weight from which a name would be a candidate;
    ``keys_dropped`` the number of keys the cap cut.
    """

    left: Ints
    right: Ints
    floor: Floats
    keys_dropped: int


@dataclass(frozen=True, slots=True)
class _Chars:
    """The characters of a column one after the other: code point, row, place in the row."""

    code: Keys
    row: Rows
    at: Ints


def grams(names: pd.DataFrame | Mapping[str, Objects]) -> list[Keys]:
    """The keys of each name, sorted, each once; ``names``: the columns `KEYED`."""
    row, key = _keys_of(names)
    order = np.lexsort((key, row))
    row, key = row[order], key[order]
    again = (np.diff(row) == 0) & (np.diff(key) == 0)
    once = ~np.concatenate([[False], again])[: len(row)]
    row, key = row[once], key[once]
    return (
        np.split(key, np.searchsorted(row, np.arange(1, len(names["plain"])))) if len(row) else []
    )


def key_counts(names: pd.DataFrame) -> dict[int, int]:
    """How many names have each key."""
    row, key = _keys_of(names)
    known, column = np.unique(key, return_inverse=True)
    marks = _marks(row, column, (len(names), len(known)))
    counts = np.bincount(marks.indices, minlength=len(known))
    return dict(zip(known.tolist(), counts.tolist(), strict=True))


def _keys_of(names: pd.DataFrame | Mapping[str, Objects]) -> tuple[Rows, Keys]:
    """Row and key of every key of every name, in no particular order."""
    plain, places, trade_name, trade, pinyin = (np.asarray(names[p], dtype=object) for p in KEYED)
    count = len(plain)
    core, word = _chars(trade_name + trade), _chars(trade_name)
    size = np.bincount(word.row, minlength=count)
    place = _hashed(places)
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
        (filled, _hashed(pinyin)[filled]),
        (filled, _sorted_hash(trade_name)[filled]),
        (word.row, _mixed(place[word.row], word.code)),
        (filled, _mixed(place, _hashed(trade))[filled]),
        (rows, _hashed(plain)),
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


def _pair(chars: _Chars, at: Ints, gap: int) -> Keys:
    return chars.code[at] << np.uint64(_CHAR_BITS) | chars.code[at + gap]


def _hashed(texts: Objects) -> Keys:
    codes, distinct = pd.factorize(texts)
    return pd.util.hash_array(distinct)[codes]


def _sorted_hash(texts: Objects) -> Keys:
    """Of texts with their characters sorted: two swapped characters leave it."""
    ordered = np.array(["".join(sorted(text)) for text in texts], dtype=object)
    return pd.util.hash_array(ordered, categorize=False)


def _mixed(a: Keys, b: Keys) -> Keys:
    return (a * np.uint64(0x9E3779B97F4A7C15)) ^ (b * np.uint64(0xC2B2AE3D27D4EB4F))


def _marks(row: Rows, column: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Names by keys, 1 where a name has a key; one that it has twice counts once."""
    where = (row, column.astype(np.int32))
    marks = sparse.csr_matrix((np.ones(len(row), np.float32), where), shape=shape)
    marks.data[:] = 1.0
    return marks


def key_bits(df: Ints, names: int) -> Floats:
    """Bits of sharing a key that ``df`` of so many names have; 0 above the cap."""
    bits = np.log2((names + 1) / np.maximum(df, 1)).astype(np.float32)
    return np.where(df <= CAP, bits, np.float32(0))


class NameIndex:
    """Names by their keys, ready to be asked; built once per register.

    Pickles with the register that holds it.
    """

    def __init__(self, names: pd.DataFrame, counted: pd.DataFrame | None = None) -> None:
        """Index ``names``; ``counted`` are those by which the rarity of a key is measured."""
        row, key = _keys_of(names)
        self._known, column = np.unique(key, return_inverse=True)
        marks = _marks(row, column, (len(names), len(self._known)))
        del row, key, column
        told, size = marks, len(names)
        if counted is not None and counted is not names:
            told, size = self._looked_up(*_keys_of(counted), len(counted)), len(counted)
        df = np.bincount(told.indices, minlength=len(self._known))
        self.keys_dropped = int((df > CAP).sum())
        self._by_key = marks.multiply(key_bits(df, size)).T.tocsr()
        self._by_key.eliminate_zeros()

    def nearest(self, keys: Sequence[Keys]) -> Candidates:
        """The best `KEEP` names of each query by shared key weight, given its `grams`."""
        row, key = _flat(keys)
        return self._best(self._looked_up(row, key, len(keys)))

    def search(self, queries: pd.DataFrame) -> Iterator[tuple[int, Candidates]]:
        """`nearest` of parsed names, `CHUNK` at a time, with the row of each chunk's first."""
        for start in range(0, max(len(queries), 1), CHUNK):
            part = queries.iloc[start : start + CHUNK]
            yield start, self._best(self._looked_up(*_keys_of(part), len(part)))

    def renewed(
        self, was: Ints, names: pd.DataFrame, counts: Mapping[int, int], total: int
    ) -> NameIndex:
        """The index of ``names``, most of which are in this one.

        Args:
            was: Row of each name in this index, -1 for the others.
            names: All names.
            counts: `key_counts` of the counted names; ``total``: their number.
        """
        fresh = np.flatnonzero(was < 0)
        row, key = _keys_of(names.iloc[fresh])
        new = object.__new__(NameIndex)
        new._known = np.union1d(self._known, key)
        shape = (len(fresh), len(new._known))
        df = np.array([counts.get(k, 0) for k in np.unique(key).tolist()], dtype=np.int64)
        bits = np.zeros(shape[1], dtype=np.float32)
        bits[np.searchsorted(new._known, np.unique(key))] = key_bits(df, total)
        come = _marks(row, np.searchsorted(new._known, key), shape).multiply(bits).tocsr()
        old = self._by_key.T.tocsr()
        moved = np.searchsorted(new._known, self._known)[old.indices]
        old = sparse.csr_matrix((old.data, moved, old.indptr), shape=(old.shape[0], shape[1]))
        order = was.copy()
        order[fresh] = old.shape[0] + np.arange(len(fresh))
        new._by_key = sparse.vstack([old, come]).tocsr()[order].T.tocsr()
        new._by_key.eliminate_zeros()
        new.keys_dropped = self.keys_dropped
        return new

    def shared(self, keys: Sequence[Keys], rows: Ints) -> sparse.csr_matrix:
        """Weight of the keys each query shares with each of a few names, (queries, rows)."""
        part = self._by_key[:, rows].tocsr()
        used = np.flatnonzero(np.diff(part.indptr))
        row, key = _flat(keys)
        at, hit = _found(self._known[used], key)
        return _marks(row[hit], at, (len(keys), len(used))) @ part[used]

    def _looked_up(self, row: Rows, key: Keys, count: int) -> sparse.csr_matrix:
        at, hit = _found(self._known, key)
        return _marks(row[hit], at, (count, len(self._known)))

    def _best(self, marks: sparse.csr_matrix) -> Candidates:
        product = marks @ self._by_key
        sizes = np.diff(product.indptr)
        rows = np.repeat(np.arange(len(sizes)), sizes)
        top = np.zeros(len(sizes), dtype=np.float32)
        some = sizes > 0
        if some.any():
            top[some] = np.maximum.reduceat(product.data, product.indptr[:-1][some])
        floor = np.float32(FAR) * top
        near = np.flatnonzero(product.data >= floor[rows])
        rows, columns, weight = rows[near], product.indices[near], product.data[near]
        order = np.lexsort((columns, -weight, rows))  # ties by column
        rows, columns, weight = rows[order], columns[order], weight[order]
        rank = np.arange(len(rows)) - np.searchsorted(rows, np.arange(len(sizes)))[rows]
        last = rank == KEEP - 1
        floor[rows[last]] = weight[last]
        kept = rank < KEEP
        left, right = rows[kept].astype(np.int64), columns[kept].astype(np.int64)
        return Candidates(left, right, floor, self.keys_dropped)


def _flat(keys: Sequence[Keys]) -> tuple[Rows, Keys]:
    """Row and key of the keys of each name."""
    sizes = np.fromiter(map(len, keys), dtype=np.int64, count=len(keys))
    flat = np.concatenate([np.empty(0, np.uint64), *keys])
    return np.repeat(np.arange(len(keys), dtype=np.int32), sizes), flat


def _found(known: Keys, key: Keys) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where keys are among the known ones, of those that are; which those are."""
    if not len(known):
        return _NONE, np.zeros(len(key), dtype=bool)
    at = np.minimum(np.searchsorted(known, key), len(known) - 1)
    hit = known[at] == key
    return at[hit], hit


def candidate_pairs(queries: pd.DataFrame, register: pd.DataFrame) -> Candidates:
    """The best `KEEP` register names of each query by shared key weight.

    Args:
        queries: Parsed names with the columns `KEYED`.
        register: The same columns.
    """
    return NameIndex(register).nearest(grams(queries))
