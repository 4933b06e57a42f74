"""Text keys by the hundred thousand: membership, joins and order, faster than string columns do."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]


def plain(keys: pd.Series | pd.Index) -> npt.NDArray[np.object_]:
    """The keys as Python strings in an object array."""
    return np.asarray(keys.to_numpy(dtype=object), dtype=object)


def among(keys: pd.Series | pd.Index, wanted: pd.Series | pd.Index) -> Bools:
    """Whether each key is one of the wanted."""
    return np.asarray(pd.Series(plain(keys), dtype=object).isin(plain(wanted)), dtype=bool)


def begins_with(codes: pd.Series, prefixes: Iterable[str]) -> Bools:
    """Whether each code begins with one of the prefixes."""
    wanted = tuple(prefixes)
    if not wanted:
        return np.zeros(len(codes), dtype=bool)
    return np.asarray(codes.str.startswith(wanted).to_numpy(dtype=bool), dtype=bool)


def joined(keys: pd.Series, texts: pd.Series, sep: str = "|") -> pd.Series:
    """Texts of each key joined, in the order given within a key; index key, sorted."""
    code, names = pd.factorize(plain(keys), sort=True)
    order = np.argsort(code, kind="stable")
    words = plain(texts)[order].tolist()
    ends = [0, *np.cumsum(np.bincount(code, minlength=len(names))).tolist()]
    made = [sep.join(words[a:b]) for a, b in pairwise(ends)]
    return pd.Series(made, index=pd.Index(names, dtype="str"), dtype="str")
