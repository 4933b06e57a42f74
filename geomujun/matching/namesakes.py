"""Enterprises of one 字号 in one town: candidates a common 字号 would otherwise crowd out.

The index of names keeps a few candidates of each text. A short form such as 云岫磊竑 fits every
firm of that 字号 alike, so those near the land in question are fetched by 字号 and town as well.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import plain, rows_among
from geomujun.matching.names import compare, parse_queries
from geomujun.matching.register import Register
from geomujun.matching.sites import Places, Sites
from geomujun.matching.weights import Weights

Ints = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]
CAP: Final = 60  # names of one 字号 in one town; more than these are no candidates
COLUMNS: Final = ("name_row", "uscc", "former", "until")


def namesakes(
    asked: pd.DataFrame, known: pd.DataFrame, register: Register, places: Places, weights: Weights
) -> pd.DataFrame:
    """Pairs by 字号 and town that ``known`` lacks.

    Args:
        asked: ``key`` (of the row), ``query`` (name), ``land`` (row of the land, NaN unknown).
        known: Pairs found already: ``key uscc``.
        register: Names of the enterprises.
        places: Where the land and the enterprises are.
        weights: Bits per level.

    Returns:
        ``key``, the columns of `names.match_names` but ``query``; of one key and enterprise the
        best name only. Sorted by key and code.
    """
    rows = asked[asked["land"].notna() & (asked["query"] != "")]
    parsed = parse_queries(rows["query"], register.lexicon)
    parsed = parsed[~parsed.index.duplicated()]
    town = places.land.rows["town"].to_numpy(object)[rows["land"].to_numpy(np.int64)]
    trade_name = plain(parsed["trade_name"].reindex(rows["query"]))
    which, first = _distinct(trade_name, town)
    at, row = namesakes_of(trade_name[first], town[first], register, places.sites)
    found = register.names[list(COLUMNS[1:])].take(row).assign(name_row=row, which=at)
    pairs = rows[["key", "query"]].assign(which=which).merge(found, on="which")
    pairs = pairs[~rows_among(pairs[["key", "uscc"]], known[["key", "uscc"]])]
    pairs = pairs.reset_index(drop=True)
    left = parsed.loc[pairs["query"]].reset_index(drop=True)
    right = register.names.loc[pairs["name_row"]].reset_index(drop=True)
    found = weights.name_bits(pairs[["key", *COLUMNS]].join(compare(left, right, register)))
    found = found.sort_values(
        ["key", "uscc", "bits", "name_row"], ascending=[True, True, False, True]
    )
    return found.drop_duplicates(["key", "uscc"]).reset_index(drop=True)


def _distinct(trade_name: Objects, town: Objects) -> tuple[Ints, Ints]:
    """The number of each 字号 with its town, and where each number stands first."""
    which, distinct = pd.factorize(trade_name + np.full(len(town), "|", dtype=object) + town)
    first = np.full(len(distinct), len(which))
    np.minimum.at(first, which, np.arange(len(which)))
    return which, first


def namesakes_of(
    trade_name: Objects, town: Objects, register: Register, sites: Sites
) -> tuple[Ints, Ints]:
    """Rows of the register's names with a 字号 whose firm's site or seat is in a town.

    Args:
        trade_name: The 字号 asked for, (n,).
        town: The town, (n,); "" finds nothing.
        register: Names of the enterprises.
        sites: Where they are.

    Returns:
        Place in ``trade_name`` and row of ``register.names`` of every pair, sorted; none of a 字号
        that more than `CAP` names of the town bear.
    """
    at, row = register.bearers.find(trade_name)
    firm, wanted = register.names["firm"].to_numpy()[row], town[at]
    here = np.zeros(len(at), dtype=bool)
    for parts in (sites.site, sites.home):
        here |= np.asarray(parts["town"].to_numpy(object)[firm] == wanted, dtype=bool)
    here &= np.asarray(wanted != "", dtype=bool)
    at, row = at[here], row[here]
    few = np.bincount(at, minlength=len(trade_name))[at] <= CAP
    return at[few], row[few]
