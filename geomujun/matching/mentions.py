"""Which firms a running text names, wholly or in part: 四川航空咸阳基地 → 四川航空股份有限公司.

Project names, notes and parcel descriptions name a firm in the middle of other words, without its
legal form and often without its place. A cosine over the whole texts drowns in those words; here
the text is asked what of each *name* it says: character pairs of the 字号 count most, of the trade
less, of the place least, each by its rarity, and what of the 字号 it leaves unsaid counts against.
Where the caller knows the place of the land, a name of that place gains and one of another loses.

A mention is weak evidence: 40 % of real project names name somebody else or nobody, and a text of a
location names the neighbour. It proposes, it never links. Weights set by hand and checked against
TF-IDF on real land-supply notices (`benchmarks/real_sets.py`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from geomujun.text.normal import normalise_text

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SAID: Final = {"p": 0.4, "h": 1.0, "t": 0.5, "x": 0.5}  # per bit of rarity of a pair said
UNSAID: Final = {"p": 0.0, "h": 0.4, "t": 0.1, "x": 0.0}  # … left unsaid; x: across two parts
HERE: Final = 4.0  # bits: the name's place is the place of the land
ELSEWHERE: Final = -4.0
DISCOUNT: Final = 6.0  # bits a mention is worth less than its pairs: it may be somebody else's
CAP_SHARE: Final = 0.2  # a pair that more of the names share says nothing
KEEP: Final = 5
CHUNK: Final = 500


def mentioned(texts: pd.Series, names: pd.DataFrame, near: pd.Series | None = None) -> pd.DataFrame:
    """The names each text most likely mentions.

    Args:
        texts: Running texts.
        names: Parsed names: ``places trade_name trade``.
        near: Short names of the land's own divisions, joined by ``|`` ("" unknown), per text.

    Returns:
        ``left`` (position in ``texts``), ``right`` (position in ``names``), ``bits``; at most
        `KEEP` a text, sorted by left, falling bits, right. Texts that share no pair have no row.
    """
    said, burden, vocabulary = _name_weights(names)
    table = _text_pairs(texts, vocabulary)
    local = _local_bits(names["places"], near, len(texts))
    rows: list[tuple[Ints, Ints, Floats]] = []
    for at in range(0, len(texts), CHUNK):
        product = (table[at : at + CHUNK] @ said).tocsr()
        row = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr)) + at
        column = product.indices.astype(np.int64)
        bits = product.data - burden[column] - DISCOUNT + local(row, column)
        order = np.lexsort((column, -bits, row))
        first = np.searchsorted(row[order], row[order])
        kept = order[np.arange(len(order)) - first < KEEP]
        rows.append((row[kept], column[kept], bits[kept]))
    left, right, bits = (np.concatenate(c) for c in zip(*rows, strict=True)) if rows else _NONE
    return pd.DataFrame({"left": left, "right": right, "bits": bits})


_NONE: Final = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def _typed_pairs(place: str, trade_name: str, trade: str) -> dict[str, str]:
    """Character pairs of a name and the part each stands in; a pair keeps its best part."""
    text = place + trade_name + trade
    part = "p" * len(place) + "h" * len(trade_name) + "t" * len(trade)
    out: dict[str, str] = {}
    for i in range(len(text) - 1):
        kind = part[i] if part[i] == part[i + 1] else "x"
        pair = text[i : i + 2]
        if pair not in out or kind == "h":
            out[pair] = kind
    return out


def _name_weights(names: pd.DataFrame) -> tuple[sparse.csr_matrix, Floats, dict[str, int]]:
    """(pairs, names) bits of saying each pair, bits of leaving all unsaid, pair → row."""
    columns = (names["places"].str.replace("|", ""), names["trade_name"], names["trade"])
    typed = [_typed_pairs(*parts) for parts in zip(*columns, strict=True)]
    vocabulary = {p: i for i, p in enumerate(sorted({p for t in typed for p in t}))}
    counts = np.fromiter((len(t) for t in typed), np.int64, len(typed))
    total = int(counts.sum())
    pair = np.fromiter((vocabulary[p] for t in typed for p in t), np.int64, total)
    kind = np.array([k for t in typed for k in t.values()], dtype="U1")
    owner = np.repeat(np.arange(len(typed)), counts)
    df = np.bincount(pair, minlength=len(vocabulary))
    rare = np.log2(max(len(typed), 2) / np.maximum(df, 1))
    rare = np.where(df > CAP_SHARE * max(len(typed), 10), 0.0, rare)[pair]
    unsaid = rare * np.select([kind == k for k in UNSAID], list(UNSAID.values()))
    said = rare * np.select([kind == k for k in SAID], list(SAID.values()))
    matrix = sparse.csr_matrix((said + unsaid, (pair, owner)), (len(vocabulary), len(typed)))
    burden = np.bincount(owner, weights=unsaid, minlength=len(typed)).astype(np.float64)
    return matrix, burden, vocabulary


def _text_pairs(texts: pd.Series, vocabulary: dict[str, int]) -> sparse.csr_matrix:
    norm = [normalise_text(t).replace("(", "").replace(")", "") for t in texts.astype("str")]
    found = [
        sorted(
            {vocabulary[p] for p in (t[i : i + 2] for i in range(len(t) - 1)) if p in vocabulary}
        )
        for t in norm
    ]
    counts = np.fromiter((len(f) for f in found), np.int64, len(found))
    indices = np.fromiter((i for f in found for i in f), np.int64, int(counts.sum()))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    shape = (len(found), len(vocabulary))
    return sparse.csr_matrix((np.ones(len(indices)), indices, indptr), shape=shape)


class _Local:
    """Bits of the place of pairs: a shared division, or none shared though both are known."""

    def __init__(self, places: pd.Series, near: pd.Series) -> None:
        lists = [[p.split("|") if p else [] for p in side] for side in (places, near)]
        words = {w: i for i, w in enumerate(sorted({w for s in lists for p in s for w in p}))}
        self.names, self.land = (_incidence(side, words) for side in lists)
        self.placed = np.asarray(self.names.sum(axis=1)).ravel() > 0
        self.known = np.asarray(self.land.sum(axis=1)).ravel() > 0

    def __call__(self, row: Ints, column: Ints) -> Floats:
        both = self.land[row].multiply(self.names[column]).sum(axis=1)
        shared = np.asarray(both).ravel() > 0
        apart = self.placed[column] & self.known[row] & ~shared
        return np.select([shared, apart], [HERE, ELSEWHERE], 0.0)


def _incidence(lists: list[list[str]], words: dict[str, int]) -> sparse.csr_matrix:
    counts = np.fromiter((len(p) for p in lists), np.int64, len(lists))
    indices = np.fromiter((words[w] for p in lists for w in p), np.int64, int(counts.sum()))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    shape = (len(lists), max(len(words), 1))
    return sparse.csr_matrix((np.ones(len(indices)), indices, indptr), shape=shape)


def _local_bits(places: pd.Series, near: pd.Series | None, texts: int) -> _Local:
    return _Local(places, near if near is not None else pd.Series([""] * texts, dtype="str"))
