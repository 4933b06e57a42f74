"""Which names of the register come near each name that is looked for, kept between two matches.

A new name of the register changes the candidates of a query only where it comes before the last of
them; a name that went only those of the queries it was a candidate of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.columns import among
from geomujun.matching.candidates import grams
from geomujun.matching.names import parse_queries
from geomujun.matching.register import Register
from geomujun.matching.upkeep import Moved

Ints = npt.NDArray[np.int64]
SLACK: Final = 1e-6  # bits by which sums in another order may differ


@dataclass(frozen=True, slots=True)
class Asked:
    """Parsed queries with their candidates.

    ``queries``: ``text trade_name keys floor``, where ``floor`` is the weight from which a name
    would be a candidate; a text that names two firms has two rows. ``left`` (row of ``queries``)
    and ``right`` (row of the register's names) are the pairs.
    """

    queries: pd.DataFrame
    left: Ints
    right: Ints


def asked_of(texts: pd.Series, register: Register) -> Asked:
    """Look for all distinct texts but the empty one."""
    parsed = parse_queries(texts[texts != ""], register.lexicon)
    keys = grams(parsed)
    found = register.index.nearest(keys)
    queries = pd.DataFrame(
        {
            "text": parsed.index.astype("str"),
            "trade_name": parsed["trade_name"].to_numpy(),
            "keys": pd.Series(keys, dtype="object"),
            "floor": found.floor.astype(np.float64) - SLACK,
        }
    )
    return Asked(queries, found.left, found.right)


def renewed(
    asked: Asked, texts: pd.Series, before: Register, after: Register, moved: Moved
) -> tuple[Asked, frozenset[str]]:
    """The same of the texts and the register of now, and the texts to compare again.

    Those are the new ones, and the old ones of which a changed enterprise is or becomes a
    candidate, by its keys or by its 字号.
    """
    touched = _touched(asked, before, after, moved)
    distinct = pd.Series(pd.unique(texts[texts != ""]), dtype="str")
    known = asked.queries["text"]
    fresh = distinct[~among(distinct, known) | among(distinct, touched)]
    stay = among(known, distinct) & ~among(known, touched)
    number = np.cumsum(stay) - 1
    pairs = stay[asked.left]
    new = asked_of(fresh, after)
    queries = pd.concat([asked.queries[stay], new.queries], ignore_index=True)
    left = np.concatenate([number[asked.left[pairs]], new.left + int(stay.sum())])
    right = np.concatenate([moved.name[asked.right[pairs]], new.right])
    return Asked(queries, left, right), frozenset(fresh)


def texts_of(asked: Asked, register: Register, firms: frozenset[str]) -> frozenset[str]:
    """Texts that have one of these enterprises (codes) as a candidate, by keys or by 字号."""
    mine = among(register.names["uscc"], firms)
    hit = np.zeros(len(asked.queries), dtype=bool)
    hit[asked.left[mine[asked.right]]] = True
    names = register.names["trade_name"][mine]
    hit |= among(asked.queries["trade_name"], names[names != ""])
    return frozenset(asked.queries["text"][hit])


def _touched(asked: Asked, before: Register, after: Register, moved: Moved) -> frozenset[str]:
    """Texts of which an enterprise that changed is or becomes a candidate."""
    queries = asked.queries
    hit = np.zeros(len(queries), dtype=bool)
    if len(moved.come) and len(queries):
        keys: Any = queries["keys"]
        best = after.index.shared(list(keys), moved.come).max(axis=1).toarray().ravel()
        hit |= (best > 0) & (best >= queries["floor"].to_numpy())
    mine = among(after.names["uscc"], moved.firms)
    names = after.names["trade_name"][mine]
    hit |= among(queries["trade_name"], names[names != ""])
    return texts_of(asked, before, moved.firms | moved.doors) | frozenset(queries["text"][hit])
