"""Text keys by the hundred thousand: where they stand, which belong, what is said of them.

pandas looks a string up by making a Python object of it, a tenth of a second for a city's keys at
every join. Here both sides are numbered together in one pass over their bytes, a third of that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Keys = pd.Series | pd.Index
_FEW: Final = 64  # keys for each wanted text, from which Arrow is the faster


def numbered(keys: Keys) -> tuple[Ints, pd.Index]:
    """The number of each key in the sorted list of distinct keys, and that list."""
    code, names = pd.factorize(pd.Series(keys).astype("str"), sort=True)
    return np.asarray(code, dtype=np.intp), pd.Index(names, dtype="str")


def distinct(texts: pd.Series) -> tuple[Ints, pd.Series]:
    """Which of the distinct texts each one is, and those: what is told of a text is told once."""
    code, names = pd.factorize(texts.astype("str"), use_na_sentinel=False)
    return np.asarray(code, dtype=np.intp), pd.Series(names, dtype="str")


def plain(keys: Keys) -> npt.NDArray[np.object_]:
    """The keys as Python strings in an object array."""
    return np.asarray(keys.to_numpy(dtype=object), dtype=object)


def shared(keys: Keys) -> pd.Series:
    """The keys as Python strings, equal ones one object: a column taken by row without a copy."""
    code, names = pd.factorize(pd.Series(keys).astype("str"), use_na_sentinel=False)
    return pd.Series(plain(pd.Index(names))[code], dtype=object)


@dataclass(frozen=True, slots=True)
class ByText:
    """Rows of a column by their text, found without a pass over the column. Pickles."""

    spans: dict[str, tuple[int, int]]  # first and last + 1 place in ``rows``
    rows: Ints  # sorted by text, rows of one text in their order

    @classmethod
    def of(cls, keys: Keys) -> ByText:
        """Sort the rows of a column once; "" is a text nobody asks for."""
        code, names = pd.factorize(pd.Series(keys).astype("str"), use_na_sentinel=False)
        order = np.argsort(code, kind="stable").astype(np.intp)
        ends = np.cumsum(np.bincount(code, minlength=len(names))).tolist()
        spans = dict(zip(plain(pd.Index(names)), pairwise([0, *ends]), strict=True))
        spans.pop("", None)
        return cls(spans, order)

    def find(self, wanted: npt.NDArray[np.object_]) -> tuple[Ints, Ints]:
        """Place in ``wanted`` and row of every text that agrees, sorted."""
        spans = [self.spans.get(text, (0, 0)) for text in wanted]
        first, last = np.array(spans, dtype=np.intp).reshape(-1, 2).T
        size = last - first
        asked = np.repeat(np.arange(len(spans)), size)
        at = np.arange(len(asked)) + np.repeat(first - np.cumsum(size) + size, size)
        return asked, self.rows[at]


def positions(keys: Keys, wanted: Keys) -> Ints:
    """Where each key first stands among the wanted; -1 where it does not, or is missing."""
    texts = [pd.Series(k).astype("str") for k in (wanted, keys)]
    code, names = pd.factorize(pd.concat(texts, ignore_index=True))
    count = len(wanted)
    first = np.full(len(names) + 1, -1, dtype=np.intp)  # the last one is for missing keys, code -1
    mine = code[:count][::-1]
    first[mine] = np.arange(count - 1, -1, -1)
    first[-1] = -1
    return np.asarray(first[code[count:]], dtype=np.intp)


def among(keys: Keys, wanted: Iterable[Any]) -> Bools:
    """Whether each key is one of the wanted: a column, an index or a collection of texts.

    `pandas.Series.isin` makes an Arrow scalar of every text it is given: the codes of one county
    take longer than comparing their names.
    """
    if not len(keys):
        return np.zeros(0, dtype=bool)
    if isinstance(wanted, pd.Series | pd.Index):
        return positions(keys, wanted) >= 0 if len(wanted) else np.zeros(len(keys), dtype=bool)
    known = {text for text in wanted if isinstance(text, str)}
    if len(known) * _FEW < len(keys):
        return np.array(keys.isin(list(known)), dtype=bool)
    return np.fromiter((key in known for key in plain(keys)), dtype=bool, count=len(keys))


def rows_among(rows: pd.DataFrame, wanted: pd.DataFrame) -> Bools:
    """Whether each row says in all its columns, in their order, what a row of ``wanted`` says."""
    return np.asarray(pd.MultiIndex.from_frame(rows).isin(pd.MultiIndex.from_frame(wanted)))


def of(values: pd.Series, keys: Keys) -> pd.Series:
    """What ``values`` says of each key, on a plain index; missing (NaN) where it says nothing.

    ``values``: by key, once each. The same as ``values.reindex(keys)`` without that index.
    """
    return _taken(values, positions(keys, values.index))


def rows_of(frame: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """`of` for every column of a frame, on the keys as index."""
    at = positions(keys, frame.index)
    made = pd.DataFrame({name: _taken(frame[name], at) for name in frame.columns})
    return made.set_axis(pd.Index(keys, name=frame.index.name))


def _taken(values: pd.Series, at: Ints) -> pd.Series:
    whole = values.reset_index(drop=True)
    if len(at) and at.min() >= 0:
        return whole.take(at).reset_index(drop=True)
    return whole.reindex(np.where(at >= 0, at, len(whole))).reset_index(drop=True)


def begins_with(codes: pd.Series, prefixes: Iterable[str]) -> Bools:
    """Whether each code begins with one of the prefixes."""
    wanted = tuple(prefixes)
    if not wanted:
        return np.zeros(len(codes), dtype=bool)
    return np.asarray(codes.str.startswith(wanted).to_numpy(dtype=bool), dtype=bool)


def joined(keys: Keys, texts: Keys, sep: str = "|") -> pd.Series:
    """Texts of each key joined, in the order given within a key; index key, sorted."""
    code, names = numbered(keys)
    order = np.argsort(code, kind="stable")
    words = plain(texts)[order].tolist()
    ends = [0, *np.cumsum(np.bincount(code, minlength=len(names))).tolist()]
    made = [sep.join(words[a:b]) for a, b in pairwise(ends)]
    return pd.Series(made, index=names, dtype="str")


def listed(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Distinct values of each key, sorted and joined by "|"; index key, sorted."""
    key, names = numbered(keys)
    value, texts = numbered(values)
    pairs = np.unique(key * max(len(texts), 1) + value)
    return joined(names[pairs // max(len(texts), 1)], texts[pairs % max(len(texts), 1)])
