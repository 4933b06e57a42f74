"""Enterprises of one 字号 in one town: candidates a common 字号 would otherwise crowd out.

The index of names keeps a few candidates of each text. A short form such as 云岫磊竑 fits every
firm of that 字号 alike, so those near the land in question are fetched by 字号 and town as well.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.matching.names import compare, parse_queries
from geomujun.matching.register import Register
from geomujun.matching.sites import Places
from geomujun.matching.weights import Weights

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
    here = rows["land"].to_numpy(np.int64)
    mine = pd.DataFrame(
        {
            "key": rows["key"].to_numpy(),
            "query": rows["query"].to_numpy(),
            "trade_name": parsed["trade_name"].reindex(rows["query"]).to_numpy(),
            "town": places.land.rows["town"].to_numpy()[here],
        }
    )
    mine = mine[(mine["trade_name"] != "") & (mine["town"] != "")]
    pairs = mine.merge(_by_town(mine["trade_name"], register, places), on=["trade_name", "town"])
    seen = pd.MultiIndex.from_frame(known[["key", "uscc"]])
    pairs = pairs[~pd.MultiIndex.from_frame(pairs[["key", "uscc"]]).isin(seen)]
    pairs = pairs.reset_index(drop=True)
    left = parsed.loc[pairs["query"]].reset_index(drop=True)
    right = register.names.loc[pairs["name_row"]].reset_index(drop=True)
    found = weights.name_bits(pairs[["key", *COLUMNS]].join(compare(left, right, register)))
    found = found.sort_values(
        ["key", "uscc", "bits", "name_row"], ascending=[True, True, False, True]
    )
    return found.drop_duplicates(["key", "uscc"]).reset_index(drop=True)


def _by_town(wanted: pd.Series, register: Register, places: Places) -> pd.DataFrame:
    """Names of these 字号 with each town their firm names: ``trade_name town`` and `COLUMNS`."""
    names = register.names[["trade_name", "firm", "uscc", "former", "until"]]
    names = names[among(names["trade_name"], wanted)].reset_index(names="name_row")
    firm = names["firm"].to_numpy()
    towns = [parts["town"].to_numpy()[firm] for parts in (places.sites.site, places.sites.home)]
    both = pd.concat([names.assign(town=town) for town in towns], ignore_index=True)
    both = both[both["town"] != ""].drop_duplicates(["name_row", "town"])
    crowd = both.groupby(["trade_name", "town"])["name_row"].transform("size")
    return both.loc[crowd <= CAP, ["trade_name", "town", *COLUMNS]]
