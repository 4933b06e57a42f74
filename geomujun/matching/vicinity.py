"""How near an address is to land that has no house number: village, road, cadastral zone, town.

A gazetteer of the case itself: the 坐落 of all parcels of a 地籍子区 (first 12 characters of a
宗地代码) name the villages, roads and parks that lie in it, and those of a 地籍区 (first 9) say its
town. So an address that names only a road and a 坐落 that names only a village are seen to be
neighbours, and an address in another town speaks against.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
ZONE, DISTRICT, CODE = 12, 9, 19
MIN_SEEN: Final = 3  # parcels of a 地籍区 that name their town before it speaks for the others
MIN_SHARE: Final = 0.8
NAMES: Final = ("village", "road", "park")


def zones(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` (``code on_patch town``) with ``zone`` ("" for patches) and blank towns filled.

    A town is filled where at least `MIN_SHARE` of the parcels of the 地籍区 that name one agree.
    """
    coded = (rows["code"].str.len() == CODE) & ~rows["on_patch"].astype(bool)
    zone = rows["code"].str[:ZONE].where(coded, "").astype("str")
    district = zone.str[:DISTRICT]
    named = pd.DataFrame({"district": district, "town": rows["town"]})
    named = named[coded & (rows["town"] != "")]
    count = named.groupby(["district", "town"]).size().rename("n").reset_index()
    total = count.groupby("district")["n"].transform("sum")
    sure = count[(total >= MIN_SEEN) & (count["n"] >= MIN_SHARE * total)]
    towns = sure.set_index("district")["town"].astype("object")
    town = district.map(towns).astype("object").fillna("").astype("str")
    return rows.assign(zone=zone, town=rows["town"].where(rows["town"] != "", town))


def gazetteer(rows: pd.DataFrame) -> pd.Index:
    """All ``zone|name`` of the villages, roads and parks that parcels of a zone name."""
    found = [rows["zone"] + "|" + rows[n] for n in NAMES]
    some = [(rows["zone"] != "") & (rows[n] != "") for n in NAMES]
    names: pd.Index = pd.Index(pd.concat([f[s] for f, s in zip(found, some, strict=True)]))
    return names.unique()


def vicinity_level(
    rows: pd.DataFrame, place: Ints, firm: Ints, site: pd.DataFrame, home: pd.DataFrame
) -> Objects:
    """How near each firm's address is to the land of a pair; the production site speaks first.

    Args:
        rows: Land with ``zone town village road park``.
        place, firm: Row positions of the pairs, (n,).
        site, home: Parsed production sites and registered addresses of the firms.

    Returns:
        (n,): ``same`` village or road · ``zone`` a name of the parcel's own 地籍子区 · ``town`` ·
        ``other`` village · ``far`` another town (``home_far`` if only the registered address says
        so) · ``none``.
    """
    known = gazetteer(rows)
    theirs = rows[["zone", "town", *NAMES]].take(place).reset_index(drop=True)
    at_site = _level(site[["town", *NAMES]].take(firm).reset_index(drop=True), theirs, known)
    at_home = _level(home[["town", *NAMES]].take(firm).reset_index(drop=True), theirs, known)
    at_home = np.where(at_home == "far", "home_far", at_home)
    return np.where(at_site == "none", at_home, at_site).astype(object)


def _level(mine: pd.DataFrame, theirs: pd.DataFrame, known: pd.Index) -> Objects:
    """The level of one address role, without ``home_far``."""
    told = (mine["town"] != "") & (theirs["town"] != "")
    apart = told & (mine["town"] != theirs["town"])
    equal = _equal(mine, theirs, "village") | _equal(mine, theirs, "road")
    there = pd.Series(False, index=mine.index)
    for name in NAMES:
        there |= (mine[name] != "") & (theirs["zone"] + "|" + mine[name]).isin(known)
    differs = (mine["village"] != "") & (theirs["village"] != "")
    differs &= mine["village"] != theirs["village"]
    return np.select(
        [apart, equal, there, differs, told],
        ["far", "same", "zone", "other", "town"],
        "none",
    ).astype(object)


def _equal(mine: pd.DataFrame, theirs: pd.DataFrame, name: str) -> pd.Series:
    return (mine[name] == theirs[name]) & (mine[name] != "")
