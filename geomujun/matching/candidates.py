"""Candidate pairs of names, linear in the rows: never a full pair table.

Keys are character 2-grams of the distinctive core (字号 and trade, with its edges), of the 字号's
pinyin, and the whole plain name. A key that more names share than ``cap`` is dropped and counted:
有限公司 would make every name a candidate of every other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
CAP: Final = 400
KEEP: Final = 12
CHUNK: Final = 4096


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (query row, register row) with the shared key weight, and what the cap cut."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    keys_dropped: int


def grams(names: pd.DataFrame) -> list[list[str]]:
    """The keys of each name."""
    columns = ["plain", "trade_name", "trade", "pinyin"]
    return [keys_of(*parts) for parts in names[columns].itertuples(index=False, name=None)]


def keys_of(plain: str, trade_name: str, trade: str, sound: str) -> list[str]:
    """The keys of one name, sorted."""
    core = f"^{trade_name}{trade}"
    keys = {core[i : i + 2] for i in range(len(core) - 1)}
    keys.update(f"{a}_{b}" for a, b in zip(trade_name, trade_name[2:], strict=False))
    keys.add(f"={plain}")
    if trade_name:
        keys.add(f"~{sound}")
        keys.add("%" + "".join(sorted(trade_name)))  # two characters swapped
    return sorted(keys)


def key_weights(df: npt.NDArray[np.float64], names: int) -> npt.NDArray[np.float64]:
    """Bits of sharing a key that ``df`` of so many names have; 0 above the cap."""
    return np.where(df <= CAP, np.log2((names + 1) / np.maximum(df, 1)), 0.0)


class NameIndex:
    """Names by their keys, ready to be asked; built once per register.

    Pickles with the register that holds it.
    """

    def __init__(self, names: pd.DataFrame, counted: pd.DataFrame | None = None) -> None:
        """Index ``names``; ``counted`` are those by which the rarity of a key is measured."""
        keys = grams(names)
        self._vocabulary = {k: i for i, k in enumerate(sorted({k for row in keys for k in row}))}
        table = _matrix(keys, self._vocabulary)
        if counted is None or counted is names:
            df, total = table.sum(axis=0), len(names)
        else:
            df, total = _matrix(grams(counted), self._vocabulary).sum(axis=0), len(counted)
        df = np.asarray(df).ravel()
        weighted = (table @ sparse.diags(key_weights(df, total))).tocsr()
        weighted.eliminate_zeros()
        self._by_key = weighted.T.tocsr()
        self.keys_dropped = int((df > CAP).sum())

    def renewed(
        self, was: npt.NDArray[np.int64], names: pd.DataFrame, counts: Mapping[str, int], total: int
    ) -> NameIndex:
        """The index of ``names``, most of which are in this one.

        Args:
            was: Row of each name in this index, -1 for the others.
            names: All names.
            counts: How many of the counted names have each key; ``total``: their number.
        """
        fresh = np.flatnonzero(was < 0)
        keys = grams(names.iloc[fresh])
        vocabulary = dict(self._vocabulary)
        for key in sorted({k for row in keys for k in row} - vocabulary.keys()):
            vocabulary[key] = len(vocabulary)
        df = np.zeros(len(vocabulary))
        for key in {k for row in keys for k in row}:
            df[vocabulary[key]] = counts.get(key, 0)
        come = (_matrix(keys, vocabulary) @ sparse.diags(key_weights(df, total))).tocsr()
        old = self._by_key.T.tocsr()
        old.resize(old.shape[0], len(vocabulary))
        order = was.copy()
        order[fresh] = old.shape[0] + np.arange(len(fresh))
        table = sparse.vstack([old, come]).tocsr()[order]
        table.eliminate_zeros()
        new = object.__new__(NameIndex)
        new._vocabulary, new._by_key = vocabulary, table.T.tocsr()
        new.keys_dropped = self.keys_dropped
        return new

    def shared(self, keys: list[list[str]], rows: npt.NDArray[np.int64]) -> sparse.csr_matrix:
        """Weight of the keys each query shares with each of a few names, (queries, rows)."""
        part = self._by_key[:, rows].tocsr()
        used = np.flatnonzero(np.diff(part.indptr))
        at = set(used.tolist())
        words = [k for k, i in self._vocabulary.items() if i in at]
        where = np.array([self._vocabulary[k] for k in words], dtype=np.int64)
        return _matrix(keys, {k: i for i, k in enumerate(words)}) @ part[where]

    def weights_of(self, keys: list[list[str]], rows: npt.NDArray[np.int64]) -> Floats:
        """Weight of the keys each query shares with the one name beside it, (queries,)."""
        theirs = self._by_key.T.tocsr()[rows]
        return np.asarray(_matrix(keys, self._vocabulary).multiply(theirs).sum(axis=1)).ravel()

    def nearest(self, keys: list[list[str]]) -> Candidates:
        """The best `KEEP` names of each query, given its `keys_of`."""
        left = _matrix(keys, self._vocabulary)
        pairs = [
            _best((left[start : start + CHUNK] @ self._by_key).tocsr(), start)
            for start in range(0, left.shape[0], CHUNK)
        ]
        rows = np.concatenate([p[0] for p in pairs]) if pairs else np.empty(0, np.int64)
        cols = np.concatenate([p[1] for p in pairs]) if pairs else np.empty(0, np.int64)
        return Candidates(rows, cols, self.keys_dropped)


def candidate_pairs(queries: pd.DataFrame, register: pd.DataFrame) -> Candidates:
    """The best `KEEP` register names of each query by shared key weight.

    Args:
        queries: Parsed names with the columns ``plain trade_name trade pinyin``.
        register: The same columns.
    """
    return NameIndex(register).nearest(grams(queries))


def _matrix(keys: list[list[str]], vocabulary: dict[str, int]) -> sparse.csr_matrix:
    ids = [[vocabulary[k] for k in row if k in vocabulary] for row in keys]
    counts = np.fromiter((len(row) for row in ids), dtype=np.int64, count=len(ids))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    indices = np.fromiter((i for row in ids for i in row), dtype=np.int64, count=int(counts.sum()))
    data = np.ones(len(indices), dtype=np.float64)
    return sparse.csr_matrix((data, indices, indptr), shape=(len(keys), len(vocabulary)))


def _best(
    product: sparse.csr_matrix, start: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row and column of the `KEEP` heaviest entries of each row; ties by column."""
    rows = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    order = np.lexsort((product.indices, -product.data, rows))
    rank = np.arange(len(order)) - product.indptr[rows[order]]
    kept = order[rank < KEEP]
    return rows[kept] + start, product.indices[kept].astype(np.int64)
