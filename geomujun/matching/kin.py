"""Suggested groups (集团): enterprises that probably are one owner's, for people to confirm.

Nothing is merged on a suggestion: a confirmed group is the input table ``groups`` (CONTRACT §2). A
parent's code is enough; a shared 字号 alone is not, since unrelated firms share one, so it needs a
shared site or shared land beside it. Brakes keep clusters from growing together: a 字号 or a door
that many firms share says nothing, and a cluster too large falls back to its parents' codes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from geomujun.lang import t
from geomujun.matching.register import Register
from geomujun.matching.sites import Sites

STEM_CAP: Final = 12  # enterprises of one 字号, beyond which it says nothing
DOOR_CAP: Final = 6
LAND_CAP: Final = 8
LARGEST: Final = 15  # members of a group that is not held together by parents' codes alone
COLUMNS: Final = ("group_id", "uscc", "name", "members", "why")
_WHY: Final = {
    "parent": ("母公司代码", "parent's code"),
    "stem": ("字号相同", "same trade name"),
    "site": ("门牌相同", "same house number"),
    "land": ("共用宗地", "shared land"),
}


def suggest(register: Register, sites: Sites, links: pd.DataFrame) -> pd.DataFrame:
    """Groups worth a question, largest evidence first within each enterprise.

    Args:
        register: Names of the enterprises.
        sites: Their places, in the order of ``register.firms``.
        links: ``parcel_code uscc relation counted`` of all links.

    Returns:
        Columns `COLUMNS`, one row per member, sorted by group and code. ``group_id`` is the
        smallest member's code, ``members`` their number, ``why`` the signs in words.
    """
    firms = register.firms
    signs = _signs(register, sites, links)
    signs = signs.groupby(["a", "b"], as_index=False)[list(_WHY)].max()
    joined = signs["parent"] | (signs["stem"] & (signs["site"] | signs["land"]))
    edges = signs[joined]
    edges = edges[~_too_large(edges, len(firms)) | edges["parent"]]
    label = _clusters(edges, len(firms))
    return _described(edges, label, firms)


def _signs(register: Register, sites: Sites, links: pd.DataFrame) -> pd.DataFrame:
    """Pairs of enterprises (rows a < b) with what they share, a column per sign."""
    firms = register.firms
    row = pd.Series(np.arange(len(firms)), index=firms["uscc"])
    names = register.names.loc[~register.names["former"], ["firm", "trade_name"]]
    stems = names.set_axis(["firm", "key"], axis=1)
    rooms = sites.site["room"] + sites.home["room"]
    doors = pd.concat(
        [
            pd.DataFrame({"firm": np.arange(len(firms)), "key": p["town"] + p["door"]})[
                ((p["door"] != "") & (rooms == "")).to_numpy()
            ]
            for p in (sites.site, sites.home)
        ]
    )
    used = links[links["counted"] & links["relation"].isin(["OWN", "GROUP_USE"])]
    land = pd.DataFrame({"firm": used["uscc"].map(row), "key": used["parcel_code"]}).dropna()
    up = pd.DataFrame({"firm": row.to_numpy(), "up": firms["parent_uscc"].map(row)}).dropna()
    found = {
        "parent": _ordered(up["firm"].to_numpy(np.int64), up["up"].to_numpy(np.int64)),
        "stem": _sharing(stems, STEM_CAP),
        "site": _sharing(doors, DOOR_CAP),
        "land": _sharing(land.astype({"firm": "int64"}), LAND_CAP),
    }
    parts = [pairs.assign(**{s: s == name for s in _WHY}) for name, pairs in found.items()]
    return pd.concat(parts, ignore_index=True)


def _sharing(bearers: pd.DataFrame, cap: int) -> pd.DataFrame:
    """Pairs of firms with one ``key``, where at most ``cap`` have it."""
    bearers = bearers[bearers["key"] != ""].drop_duplicates()
    bearers = bearers[bearers.groupby("key")["firm"].transform("size").le(cap)]
    both = bearers.merge(bearers, on="key", suffixes=("", "_b"))
    return _ordered(both["firm"].to_numpy(np.int64), both["firm_b"].to_numpy(np.int64))


def _ordered(a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    pairs = pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b)})
    return pairs[pairs["a"] < pairs["b"]].drop_duplicates()


def _clusters(edges: pd.DataFrame, n: int) -> np.ndarray:
    """Cluster number of every firm row."""
    ones = np.ones(len(edges))
    graph = sparse.coo_matrix((ones, (edges["a"], edges["b"])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def _too_large(edges: pd.DataFrame, n: int) -> np.ndarray:
    """Edges of clusters beyond `LARGEST`."""
    label = _clusters(edges, n)
    size = np.bincount(label, minlength=n)
    return np.asarray(size[label[edges["a"].to_numpy(np.int64)]] > LARGEST)


def _described(edges: pd.DataFrame, label: np.ndarray, firms: pd.DataFrame) -> pd.DataFrame:
    signs = list(_WHY)
    ends = [edges[[end, *signs]].rename(columns={end: "firm"}) for end in ("a", "b")]
    member = pd.concat(ends, ignore_index=True).groupby("firm")[signs].max()
    at = member.index.to_numpy(np.int64)
    words = [t(*_WHY[s]) for s in signs]
    why = [
        t("、", ", ").join(w for w, has in zip(words, row, strict=True) if has)
        for row in member.to_numpy(dtype=bool)
    ]
    out = pd.DataFrame(
        {
            "uscc": firms["uscc"].to_numpy()[at],
            "name": firms["name"].to_numpy()[at],
            "cluster": label[at],
            "why": why,
        }
    )
    clusters = out.groupby("cluster")["uscc"]
    out["group_id"], out["members"] = clusters.transform("min"), clusters.transform("size")
    return out.sort_values(["group_id", "uscc"], ignore_index=True)[list(COLUMNS)]
