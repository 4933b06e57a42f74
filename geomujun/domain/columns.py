"""Columns of texts asked whether they are among others, at the cost of a set.

`pandas.Series.isin` makes an Arrow scalar of every text it is given: the codes of one county take
longer than comparing their names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_FEW: Final = 64  # rows of the column for each text, from which Arrow is the faster


def among(column: pd.Series | pd.Index, texts: Iterable[Any]) -> npt.NDArray[np.bool_]:
    """Which texts of a column, (n,), are one of ``texts``: a column, an index or a collection."""
    known = texts if isinstance(texts, (set, frozenset)) else set(_objects(texts))
    if len(known) * _FEW < len(column):
        return np.array(column.isin(list(known)), dtype=bool)
    values = column.to_numpy(dtype=object)
    return np.fromiter((text in known for text in values), dtype=bool, count=len(values))


def _objects(texts: Iterable[Any]) -> Iterable[Any]:
    return texts.to_numpy(dtype=object) if isinstance(texts, (pd.Series, pd.Index)) else texts
