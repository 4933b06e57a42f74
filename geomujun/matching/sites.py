"""Where an enterprise is: point, door, village and reported area against land, in bits.

Roles are kept apart: the production site may show use, the registered address alone never does
(CONTRACT §3 REGISTERED_ONLY). A missing point or address adds nothing and blocks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.geo.datum import to_cgcs2000
from geomujun.lang import t
from geomujun.matching.evidence import Item
from geomujun.matching.land import Land
from geomujun.matching.weights import PLACE
from geomujun.text.locations import door_key, parse_locations

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NEAR_M: Final = 40.0
MARGIN_M: Final = 10.0
HINT_RADIUS_M: Final = 300.0  # a point less certain than this is only a hint
ROOMY: Final = 0.005


@dataclass(frozen=True, slots=True)
class Sites:
    """Places of the enterprises, in the order of the enterprise table."""

    points: npt.NDArray[np.object_]  # metres, None where there is no usable point
    precise: npt.NDArray[np.bool_]  # the datum is declared
    site: pd.DataFrame  # parsed production site, "" when the row has none
    home: pd.DataFrame  # parsed registered address
    has_site: npt.NDArray[np.bool_]
    reported_m2: Floats


@dataclass(frozen=True, slots=True)
class Places:
    """Everything that ties enterprises to land by place."""

    land: Land
    sites: Sites
    doors: pd.DataFrame  # land.door_table


def build_sites(firms: pd.DataFrame, land: Land) -> Sites:
    """Read the places of all enterprises."""
    lon, lat, radius = to_cgcs2000(
        firms["longitude"].to_numpy(), firms["latitude"].to_numpy(), firms["datum"].to_numpy(str)
    )
    x, y = land.plane.xy(lon, lat)
    have = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(firms), None, dtype=object)
    points[have] = shapely.points(x[have], y[have])
    site, home = (
        parse_locations(firms["site_address"]),
        parse_locations(firms["registered_address"]),
    )
    for parts in (site, home):
        parts["door"] = door_key(parts)
    return Sites(
        points=points,
        precise=have & (np.nan_to_num(radius, nan=1e9) < HINT_RADIUS_M),
        site=site.reset_index(drop=True),
        home=home.reset_index(drop=True),
        has_site=(firms["site_address"] != "").to_numpy(dtype=bool),
        reported_m2=firms["reported_area_m2"].to_numpy(dtype=np.float64),
    )


def near_pairs(sites: Sites, land: Land, metres: float = NEAR_M) -> pd.DataFrame:
    """Firm × land pairs whose precise point lies inside or within ``metres``."""
    points = np.where(sites.precise, sites.points, None)
    firm, place = land.tree.query(points, predicate="dwithin", distance=metres)
    return pd.DataFrame({"firm": firm.astype(np.int64), "land": place.astype(np.int64)})


def door_pairs(doors: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """Firm × land pairs that share a door."""
    mine = pd.DataFrame({"door": doors.to_numpy(), "firm": np.arange(len(doors))})
    both = mine[mine["door"] != ""].merge(table, on="door")
    return both[["firm", "land"]]


def area_pairs(sites: Sites, land: Land) -> pd.DataFrame:
    """Firm × land pairs whose areas are equal to the centimetre, when that area is unique."""
    areas = land.rows["area_m2"].round(2)
    unique = areas[~areas.duplicated(keep=False)]
    table = pd.Series(unique.index.to_numpy(), index=unique.to_numpy())
    mine = pd.Series(np.round(sites.reported_m2, 2))
    found = mine.map(table).dropna()
    return pd.DataFrame({"firm": found.index.to_numpy(), "land": found.to_numpy(dtype=np.int64)})


def evidence_columns(
    pairs: pd.DataFrame, sites: Sites, land: Land, doors: pd.DataFrame
) -> pd.DataFrame:
    """Bits of every comparison of place for firm × land pairs.

    Args:
        pairs: ``firm`` and ``land`` (row positions).
        sites: Places of the firms.
        land: The land.
        doors: From `land.door_table`, possibly grown by holders' sites.

    Returns:
        ``pairs`` with ``metres``, ``b_point b_door b_home b_village b_area``.
    """
    firm, place = pairs["firm"].to_numpy(), pairs["land"].to_numpy()
    known = set(zip(doors["door"], doors["land"], strict=True))
    site_door, home_door = sites.site["door"].to_numpy()[firm], sites.home["door"].to_numpy()[firm]
    b_door = np.array([(d, p) in known for d, p in zip(site_door, place, strict=True)], dtype=float)
    b_home = np.array([(d, p) in known for d, p in zip(home_door, place, strict=True)], dtype=float)
    metres, b_point = _point_bits(firm, place, sites, land)
    return pairs.assign(
        metres=metres,
        b_point=b_point,
        b_door=b_door * PLACE["door_same"],
        b_home=b_home * PLACE["door_same"],
        b_village=_village_bits(firm, place, sites, land),
        b_area=_area_bits(firm, place, sites, land),
    )


def _point_bits(firm: Ints, place: Ints, sites: Sites, land: Land) -> tuple[Floats, Floats]:
    points = sites.points[firm]
    metres = shapely.distance(points, land.flat[place])
    inside_by = np.where(
        metres == 0, shapely.distance(points, shapely.boundary(land.flat[place])), 0.0
    )
    precise = sites.precise[firm]
    bits = np.select(
        [precise & (inside_by >= MARGIN_M), precise & (metres == 0), precise & (metres <= NEAR_M)],
        [PLACE["point_inside"] + 1.0, PLACE["point_inside"], PLACE["point_near"]],
        0.0,
    )
    return metres, bits


def _village_bits(firm: Ints, place: Ints, sites: Sites, land: Land) -> Floats:
    theirs = land.rows["village"].to_numpy()[place]
    road = land.rows["road"].to_numpy()[place]
    bits = np.zeros(len(firm))
    for parts in (sites.site, sites.home):
        mine, my_road = parts["village"].to_numpy()[firm], parts["road"].to_numpy()[firm]
        same = ((mine == theirs) & (mine != "")) | ((my_road == road) & (road != ""))
        other = (mine != theirs) & (mine != "") & (theirs != "")
        here = np.where(same, PLACE["village_same"], np.where(other, PLACE["village_other"], 0.0))
        bits = np.where(bits == 0, here, bits)
    return bits


def _area_bits(firm: Ints, place: Ints, sites: Sites, land: Land) -> Floats:
    mine, theirs = sites.reported_m2[firm], land.rows["area_m2"].to_numpy()[place]
    off = np.abs(mine - theirs) / theirs
    equal = np.abs(mine - theirs) < 0.01
    bits = np.select(
        [equal, off < ROOMY, np.isfinite(off)],
        [PLACE["area_equal"], PLACE["area_close"], 0.0],
        0.0,
    )
    return np.asarray(bits)


def place_items(row: dict[str, object]) -> list[Item]:
    """Plain sentences for one pair; ``row`` is a row of `evidence_columns` with the texts beside."""
    items = []
    metres, bits = float(str(row["metres"])), float(str(row["b_point"]))
    if bits:
        line = (
            t("企业坐标落在宗地内", "the point lies inside the parcel")
            if metres == 0
            else t("企业坐标距宗地 {m:.0f} 米", "the point is {m:.0f} m from the parcel", m=metres)
        )
        items.append(Item("point", bits, str(row["point"]), str(row["code"]), line))
    for name, left, zh, en in (
        ("door", "site", "生产地址的门牌在该宗地", "the site's house number is on the parcel"),
        ("home", "home", "注册地址的门牌在该宗地", "the registered house number is on the parcel"),
        ("village", "site", "村或道路与坐落", "village or road against the location"),
    ):
        bits = float(str(row[f"b_{name}"]))
        if bits:
            agree = t("一致", "agree") if bits > 0 else t("不一致", "differ")
            line = t(zh, en) + (agree if name == "village" else "")
            items.append(Item(name, bits, str(row[left]), str(row["location"]), line))
    bits = float(str(row["b_area"]))
    if bits:
        line = t("上报用地面积与登记面积相符", "reported area equals the registered area")
        items.append(Item("area", bits, f"{row['reported']}", f"{row['area_m2']}", line))
    return items
