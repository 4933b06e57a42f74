"""How near an address is to land that has no house number: village, road, cadastral zone, town.

A gazetteer of the case itself: the 坐落 of all parcels of a 地籍子区 (first 12 characters of a
宗地代码) name the villages, roads and parks that lie in it, and those of a 地籍区 (first 9) say its
town. So an address that names only a road and a 坐落 that names only a village are seen to be
neighbours, and an address in another town speaks against.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
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


def gazetteer(rows: pd.DataFrame) -> frozenset[str]:
    """All ``zone|name`` of the villages, roads and parks that parcels of a zone name."""
    zones = rows["zone"].to_numpy(object)
    columns = (rows[name].to_numpy(object) for name in NAMES)
    return frozenset(
        f"{zone}|{name}"
        for column in columns
        for zone, name in zip(zones, column, strict=True)
        if zone and name
    )


def vicinity_level(
    rows: pd.DataFrame,
    known: frozenset[str],
    pairs: tuple[Ints, Ints],
    site: pd.DataFrame,
    home: pd.DataFrame,
) -> Objects:
    """How near each firm's address is to the land of a pair; the production site speaks first.

    Args:
        rows: Land with ``zone town village road park``.
        known: Its `gazetteer`.
        pairs: Row positions of the firms and of the land, (n,) each.
        site, home: Parsed production sites and registered addresses of the firms.

    Returns:
        (n,): ``same`` village or road · ``zone`` a name of the parcel's own 地籍子区 · ``town`` ·
        ``other`` village · ``far`` another town (``home_far`` if only the registered address says
        so) · ``none``.
    """
    firm, place = pairs
    columns = ("town", *NAMES)
    theirs = {name: rows[name].to_numpy(object)[place] for name in ("zone", *columns)}
    at_site, at_home = (
        _level({name: parts[name].to_numpy(object)[firm] for name in columns}, theirs, known)
        for parts in (site, home)
    )
    at_home = np.where(at_home == "far", "home_far", at_home)
    return np.where(at_site == "none", at_home, at_site).astype(object)


def _level(
    mine: Mapping[str, Objects], theirs: Mapping[str, Objects], known: frozenset[str]
) -> Objects:
    """The level of one address role, without ``home_far``."""
    told = (mine["town"] != "") & (theirs["town"] != "")
    apart = told & (mine["town"] != theirs["town"])
    equal = _equal(mine, theirs, "village") | _equal(mine, theirs, "road")
    there = np.zeros(len(told), dtype=bool)
    for name in NAMES:
        words = zip(theirs["zone"], mine[name], strict=True)
        found = [bool(word) and f"{zone}|{word}" in known for zone, word in words]
        there |= np.array(found, dtype=bool)
    differs = (mine["village"] != "") & (theirs["village"] != "")
    differs &= mine["village"] != theirs["village"]
    return np.select(
        [apart, equal, there, differs, told],
        ["far", "same", "zone", "other", "town"],
        "none",
    ).astype(object)


def _equal(mine: Mapping[str, Objects], theirs: Mapping[str, Objects], name: str) -> Bools:
    return np.asarray((mine[name] == theirs[name]) & (mine[name] != ""), dtype=bool)
