"""Where an enterprise is: point, door, village and reported area against land, in bits.

Roles are kept apart: the production site may show use, the registered address alone never does
(CONTRACT §3 REGISTERED_ONLY). A missing point or address adds nothing and blocks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.keys import shared
from geomujun.geo.datum import read_as, to_cgcs2000
from geomujun.lang import t
from geomujun.matching.evidence import Item
from geomujun.matching.land import Doors, Land
from geomujun.matching.vicinity import NAMES, vicinity_level
from geomujun.text.locations import door_key, parse_locations

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
NEAR_M: Final = 40.0
MARGIN_M: Final = 10.0
HINT_RADIUS_M: Final = 300.0  # a point less certain than this is only a hint
READINGS: Final = ("wgs84", "gcj02", "bd09")  # cgcs2000 is wgs84 to less than a metre
ROOMY: Final = 0.005


@dataclass(frozen=True, slots=True)
class Sites:
    """Places of the enterprises, in the order of the enterprise table."""

    points: npt.NDArray[np.object_]  # metres, None where there is no usable point
    precise: npt.NDArray[np.bool_]  # the datum is declared
    readings: npt.NDArray[np.object_]  # (3, n): the point read in each of `READINGS`, else None
    site: pd.DataFrame  # parsed production site, "" when the row has none
    home: pd.DataFrame  # parsed registered address
    has_site: npt.NDArray[np.bool_]
    reported_m2: Floats


@dataclass(frozen=True, slots=True)
class Places:
    """Everything that ties enterprises to land by place."""

    land: Land
    sites: Sites
    doors: Doors


def build_sites(firms: pd.DataFrame, land: Land) -> Sites:
    """Read the places of all enterprises."""
    lon, lat, radius = to_cgcs2000(
        firms["longitude"].to_numpy(), firms["latitude"].to_numpy(), firms["datum"].to_numpy(str)
    )
    points = _points(lon, lat, land)
    have = ~shapely.is_missing(points)
    raw = firms["longitude"].to_numpy(), firms["latitude"].to_numpy()
    site, home = (_parsed(firms[c]) for c in ("site_address", "registered_address"))
    return Sites(
        points=points,
        precise=have & (np.nan_to_num(radius, nan=1e9) < HINT_RADIUS_M),
        readings=np.stack([_points(*read_as(*raw, datum), land) for datum in READINGS]),
        site=site,
        home=home,
        has_site=(firms["site_address"] != "").to_numpy(dtype=bool),
        reported_m2=firms["reported_area_m2"].to_numpy(dtype=np.float64),
    )


def _parsed(addresses: pd.Series) -> pd.DataFrame:
    """Addresses taken apart, with their ``door``; what pairs are compared by is `shared`."""
    parts = parse_locations(addresses).reset_index(drop=True)
    parts["door"] = door_key(parts)
    return parts.assign(**{name: shared(parts[name]) for name in ("town", "door", *NAMES)})


def _points(lon: Floats, lat: Floats, land: Land) -> Objects:
    """Points in metres of the land's plane, None where a coordinate is missing."""
    x, y = land.plane.xy(lon, lat)
    have = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(have), None, dtype=object)
    points[have] = shapely.points(x[have], y[have])
    return points


def near_pairs(sites: Sites, land: Land, metres: float = NEAR_M) -> pd.DataFrame:
    """Firm × land pairs whose precise point lies inside or within ``metres``.

    A point without a datum, or one that lies on no land as declared, is tried in all `READINGS`.
    """
    points = sites.points.copy()
    points[~sites.precise] = None
    firm, place = land.tree.query(points, predicate="dwithin", distance=metres)
    found = [(firm, place)]
    lost = ~np.isin(np.arange(len(points)), firm)
    for reading in sites.readings:
        elsewhere = reading.copy()
        elsewhere[~lost] = None
        found.append(tuple(land.tree.query(elsewhere, predicate="intersects")))
    firm, place = (np.concatenate([f[i] for f in found]).astype(np.int64) for i in (0, 1))
    return pd.DataFrame({"firm": firm, "land": place}).drop_duplicates(ignore_index=True)


def door_pairs(
    door: Objects, town: Objects, doors: Doors
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """House numbers and the land that has them, in one town where both name it.

    Args:
        door: House numbers asked for, (n,); "" has no land.
        town: Their towns, (n,), "" unknown.
        doors: House numbers and their land.

    Returns:
        Place in ``door``, land, and whether no other land has it; once each, sorted.
    """
    at, row = doors.found.find(door)
    mine, there = town[at], doors.town[row]
    same = np.asarray((mine == there) | (mine == "") | (there == ""), dtype=bool)
    at, land = at[same], doors.land[row[same]]
    wide = int(land.max(initial=0)) + 1
    at, land = np.divmod(np.unique(at * wide + land), wide)
    alone = (np.diff(at, prepend=-1) != 0) & (np.diff(at, append=-1) != 0)
    return at, land, alone


def area_pairs(sites: Sites, land: Land) -> pd.DataFrame:
    """Firm × land pairs whose areas are equal to the centimetre, when that area is unique."""
    areas = land.rows["area_m2"].round(2)
    unique = areas[~areas.duplicated(keep=False)]
    table = pd.Series(unique.index.to_numpy(), index=unique.to_numpy())
    mine = pd.Series(np.round(sites.reported_m2, 2))
    found = mine.map(table).dropna()
    return pd.DataFrame({"firm": found.index.to_numpy(), "land": found.to_numpy(dtype=np.int64)})


def site_pairs(sites: Sites, land: Land, doors: Doors) -> list[pd.DataFrame]:
    """Firm × land pairs that a site proposes: by its point, its house number, its area."""
    firm, place, _ = door_pairs(*doors_of(sites.site), doors)
    by_door = pd.DataFrame({"firm": firm, "land": place})
    return [near_pairs(sites, land), by_door, area_pairs(sites, land)]


def place_levels(
    firm: Ints, place: Ints, sites: Sites, land: Land, doors: Doors
) -> dict[str, npt.NDArray[Any]]:
    """Levels of every comparison of place for firm × land pairs.

    Args:
        firm: Rows of the firms, (n,).
        place: Rows of the land, (n,).
        sites: Places of the firms.
        land: The land.
        doors: House numbers, possibly grown by holders' sites.

    Returns:
        ``metres`` and ``l_point l_door l_home l_village l_area``, each (n,).
    """
    metres, point = _point_level(firm, place, sites, land)
    return {
        "metres": metres,
        "l_point": point,
        "l_door": _door_level(firm, place, sites.site, doors),
        "l_home": _door_level(firm, place, sites.home, doors),
        "l_village": vicinity_level(land.rows, land.named, (firm, place), sites.site, sites.home),
        "l_area": _area_level(firm, place, sites, land),
    }


def doors_of(parts: pd.DataFrame, rows: Ints | slice = slice(None)) -> tuple[Objects, Objects]:
    """``door`` and ``town`` of parsed addresses."""
    return parts["door"].to_numpy(object)[rows], parts["town"].to_numpy(object)[rows]


def _door_level(firm: Ints, place: Ints, parts: pd.DataFrame, doors: Doors) -> Objects:
    """Whether the land of a pair has the firm's door: only · shared (with other land) · none."""
    asked = np.unique(firm)
    at, there, alone = door_pairs(*doors_of(parts, asked), doors)
    theirs = asked[at]
    wide = int(max(there.max(initial=0), place.max(initial=0))) + 1
    known, wanted = theirs * wide + there, firm * wide + place
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    level = np.full(len(firm), "none", dtype=object)
    if len(known):
        hit = known[at] == wanted
        level[hit] = np.where(alone[at[hit]], "only", "shared")
    return level


def _point_level(firm: Ints, place: Ints, sites: Sites, land: Land) -> tuple[Floats, Objects]:
    """Deep · inside · near for points with a declared datum, else hint · reading · recast.

    ``reading``: without a datum, and inside in one of `READINGS`; ``recast``: declared, but inside
    in another one only; ``hint``: without a datum, and close by as it is written.
    """
    points = sites.points[firm]
    shapes = land.flat[place]
    metres = np.asarray(shapely.distance(points, shapes), dtype=np.float64)
    margin = np.where(metres == 0, shapely.distance(points, shapely.boundary(shapes)), 0.0)
    precise = sites.precise[firm]
    read = np.zeros(len(firm), dtype=bool)
    astray = ~shapely.is_missing(points) & ~(precise & (metres <= NEAR_M))
    for reading in sites.readings:
        read[astray] |= shapely.intersects(reading[firm[astray]], shapes[astray])
    level = np.select(
        [
            precise & (margin >= MARGIN_M),
            precise & (metres == 0),
            precise & (metres <= NEAR_M),
            ~precise & read,
            ~precise & (metres <= NEAR_M),
            read,
        ],
        ["deep", "inside", "near", "reading", "hint", "recast"],
        "none",
    )
    return metres, level.astype(object)


def _area_level(firm: Ints, place: Ints, sites: Sites, land: Land) -> Objects:
    """Equal (to the centimetre) · close (within 0.5 %) · none: reported and registered area."""
    mine, theirs = sites.reported_m2[firm], land.rows["area_m2"].to_numpy()[place]
    off = np.abs(mine - theirs)
    level = np.select([off < 0.01, off < ROOMY * theirs], ["equal", "close"], "none")
    return level.astype(object)


def place_items(row: Mapping[Any, Any]) -> list[Item]:
    """Plain sentences for one pair; ``row``: levels, bits and the texts they were read from."""
    items = []
    if row["b_point"]:
        line = _point_line(row["l_point"], row["metres"])
        items.append(Item("point", row["b_point"], row["point"], row["code"], line))
    for name, left, zh, en in (
        ("door", "site", "生产地址的门牌在该宗地", "the site's house number is on the parcel"),
        ("home", "home", "注册地址的门牌在该宗地", "the registered house number is on it"),
    ):
        if row.get(f"b_{name}"):
            items.append(Item(name, row[f"b_{name}"], row[left], row["location"], t(zh, en)))
    if row["b_village"]:
        left = row["site"] or row["home"]
        line = _vicinity_line(row["l_village"])
        items.append(Item("village", row["b_village"], left, row["location"], line))
    if row["b_area"]:
        line = t("上报用地面积与登记面积相符", "reported area equals the registered area")
        items.append(
            Item("area", row["b_area"], f"{row['reported']:.2f}", f"{row['area_m2']:.2f}", line)
        )
    return items


def _point_line(level: str, metres: float) -> str:
    if level == "reading":
        return t("坐标未注明坐标系，按其中一种落在宗地内", "inside in one reading of its datum")
    if level == "recast":
        return t("坐标换一种坐标系则落在宗地内", "inside if read in another datum")
    if metres == 0:
        return t("企业坐标落在宗地内", "the point lies inside the parcel")
    return t("企业坐标距宗地 {m:.0f} 米", "the point is {m:.0f} m from it", m=metres)


def _vicinity_line(level: str) -> str:
    said = {
        "same": t("村或道路与坐落一致", "village or road agrees"),
        "zone": t("所在村、路或园区属同一地籍子区", "its road or village is in the same zone"),
        "town": t("与宗地同在一个乡镇街道", "in the same town"),
        "other": t("村与坐落不一致", "the village differs"),
        "far": t("生产地址在别的乡镇街道", "the site is in another town"),
        "home_far": t("注册地址在别的乡镇街道", "registered in another town"),
    }
    return said[level]
