"""The layers of the case: parcels, buildings, patches and parks, and points in four datums.

Patches are drawn apart from parcels, as a survey does: shifted by metres, neighbours of one class
merged, some split. GCJ-02 and BD-09 follow the public formulas.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geomujun_demo.codes import code_variant
from geomujun_demo.texts import Writer
from geomujun_demo.truth import Known
from geomujun_demo.truth_evaluation import M2_PER_MU
from geomujun_demo.world import NOBODY, Building, Floats, Plot

NATIVE: Final = 4528
OTHER_WRITING: Final = 0.015  # right-holder rows that write the parcel code in another way
USE_CODE: Final = {
    "工业用地": "0601", "城镇住宅用地": "0701", "零售商业用地": "0501", "商务金融用地": "0505",
    "教育用地": "0803", "公用设施用地": "0809",
}  # fmt: skip
SURVEYED: Final = {
    "0601": ("0601", "工业用地"), "工业用地": ("0601", "工业用地"), "城镇住宅用地": ("0701",
    "城镇住宅用地"),
    "零售商业用地": ("05H1", "商业服务业设施用地"), "商务金融用地": ("05H1", "商业服务业设施用地"),
    "教育用地": ("08H2", "科教文卫用地"), "公用设施用地": ("0809", "公用设施用地"),
}  # fmt: skip

PATCH_COLUMNS: Final = (
    "BSM", "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWMC", "ZLDWDM", "ZLDWMC", "TBMJ", "CZCSXM",
)  # fmt: skip


def polygons(rings: list[Floats]) -> Any:
    """Closed rings as polygons, all at once."""
    counts = np.array([len(r) for r in rings])
    flat = np.vstack(rings)
    return shapely.polygons(
        shapely.linearrings(flat, indices=np.repeat(np.arange(len(rings)), counts))
    )


def in_crs(rows: pd.DataFrame, shapes: Any, epsg: int) -> gpd.GeoDataFrame:
    """Rows with shapes in the wanted CRS, rounded as offices round them."""
    layer = gpd.GeoDataFrame(rows, geometry=shapes, crs=f"EPSG:{NATIVE}")
    if epsg != NATIVE:
        layer = layer.to_crs(f"EPSG:{epsg}")
        digits = 9 if epsg == 4490 else 3
        layer.geometry = shapely.transform(layer.geometry.array, lambda x: np.round(x, digits))
    return layer


def parcels(known: Known, write: Writer) -> tuple[pd.DataFrame, Any, list[tuple[object, ...]]]:
    """宗地 rows and shapes in one shuffled order, and rows of a right-holder table."""
    world = known.world
    plots = [p for p in world.plots if p.in_layer]
    rng = np.random.default_rng([world.seed, 31])
    plots = [plots[i] for i in rng.permutation(len(plots))]
    rows: list[tuple[object, ...]] = []
    holders: list[tuple[object, ...]] = []
    for plot in plots:
        written = write.holders(plot)
        near = _neighbour(known, plot)
        plot.location = write.location(plot, near)
        rows.append(_parcel(write, plot, written.names, written.numbers, written.shares))
        kinds = ["个人" if h.kind == "person" else "企业" for h in plot.holders]
        way = "单独所有" if len(kinds) < 2 else "按份共有" if written.shares else "共同共有"
        for kind, (name, id_kind, number, share) in zip(kinds, written.rows, strict=True):
            varied = write.rng.random() < OTHER_WRITING
            code = code_variant(write.rng, plot.code) if varied else plot.code
            holders.append((code, name, id_kind, number, kind, way, share, plot.right_start))
    columns = (
        "ZDDM", "BDCDYH", "ZL", "ZDMJ", "MJDW", "YT", "QLLX", "QLXZ", "RJL", "JZMD", "QSSJ",
        "JSSJ", "QXDM", "QLRMC",
        "ZJH", "QLBL", "JSQQ", "BZ",
    )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(columns))
    return table, polygons([world.rings[p.index] for p in plots]), holders


def _neighbour(known: Known, plot: Plot) -> str:
    """Name of the firm next door, for locations that name it (a trap)."""
    plots = known.world.plots
    at = plot.index + 2
    if at < len(plots) and plots[at].roads == plot.roads and plots[at].holders:
        holder = plots[at].holders[0]
        return holder.name if holder.kind == "firm" else ""
    return ""


def _parcel(write: Writer, plot: Plot, *texts: str) -> tuple[object, ...]:
    rng, hard = write.rng, write.profile.reuse_holders
    kind = "F00010001" if plot.built != "none" else "W00000000"
    area, unit = plot.area_m2, ""
    if hard and rng.random() < 0.15:
        area, unit = round(plot.area_m2 / M2_PER_MU, 6), "亩"
    elif hard:
        unit = rng.choice(("", "平方米", "㎡"))
    use = USE_CODE[plot.use] if hard and rng.random() < 0.3 else plot.use
    nature = plot.right_nature
    if plot.code[12] == "J" and nature:
        nature = "203"
    end = (
        plot.right_start.replace(year=plot.right_start.year + 50, day=1)
        if plot.right_start
        else None
    )
    return (
        plot.code, plot.code + kind, plot.location, area, unit or None, use,
        plot.right_kind or None, nature or None,
        plot.far, plot.coverage, _iso(plot.right_start), _iso(end), plot.division,
        *(t or None for t in texts), _iso(plot.exempt_from),
        rng.choices((None, "抵押", "查封"), (88, 10, 2))[0],
    )  # fmt: skip


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def buildings(known: Known) -> tuple[pd.DataFrame, Any]:
    """自然幢; some without 宗地代码, a few without any code."""
    world = known.world
    rng = np.random.default_rng([world.seed, 32])
    dice = rng.random(len(world.buildings))
    rows = [
        _building(world.plots[b.plot], b, d) for b, d in zip(world.buildings, dice, strict=True)
    ]
    columns = ["BDCDYH", "ZDDM", "ZRZH", "ZZDMJ", "SCJZMJ", "ZCS", "JZWGD", "JGRQ"]
    return pd.DataFrame(rows, columns=columns), polygons(world.building_rings)


def _building(plot: Plot, b: Building, dice: float) -> tuple[object, ...]:
    code = plot.code if plot.in_layer else ""
    unit = f"{code}F{b.number:04d}0001" if code and dice > 0.02 else ""
    named = code if dice > 0.07 else ""
    return (
        unit, named, f"{b.number:04d}", b.footprint_m2, b.floor_m2, b.floors, b.height_m,
        b.completed.isoformat(),
    )  # fmt: skip


def patches(known: Known) -> tuple[pd.DataFrame, Any]:
    """三调图斑: village industry under its own BSM, the rest redrawn from the plots."""
    world = known.world
    rng = np.random.default_rng([world.seed, 33])
    village = [p for p in world.plots if not p.in_layer]
    groups = _patch_groups(known, rng)
    shapes = polygons([world.rings[p.index] for p in world.plots])
    drawn = [
        shapes[g[0]] if len(g) == 1 else shapely.union_all(shapes[g], grid_size=0.001)
        for g in groups
    ]
    moved = _shift(world.plots, groups, np.array(drawn, dtype=object), rng)
    firsts = [world.plots[g[0]] for g in groups]
    pieces, owners = _split(moved, firsts, rng)
    rows = [_patch(p, None, k) for k, p in enumerate(owners)]
    rows += [_patch(p, p.code, k) for k, p in enumerate(village)]
    every = np.concatenate([pieces, shapes[[p.index for p in village]]])
    table = pd.DataFrame(rows, columns=list(PATCH_COLUMNS))
    areas = np.round(shapely.area(every), 2)
    areas[len(owners) :] = [p.area_m2 for p in village]
    table["TBMJ"] = areas
    return table, every


def _surveyed(plot: Plot) -> tuple[str, str]:
    if plot.scenario == "use_mismatch":
        return SURVEYED["零售商业用地"]
    return SURVEYED["工业用地" if plot.scenario == "use_mismatch_rev" else plot.use]


def _patch_groups(known: Known, rng: np.random.Generator) -> list[list[int]]:
    """Neighbours of one class in one row of a block, sometimes surveyed as one."""
    rows: dict[tuple[str, tuple[str, ...], str], list[Plot]] = defaultdict(list)
    for plot in known.world.plots:
        if plot.in_layer and plot.layer_twin == NOBODY:
            rows[plot.division + plot.code[6:12], plot.roads, plot.side[0]].append(plot)
    dice = rng.random(len(known.world.plots))
    groups: list[list[int]] = []
    for row in rows.values():
        last: Plot | None = None
        for plot in row:
            joined = last is not None and plot.index - last.index == 2 and dice[plot.index] < 0.28
            if (
                joined
                and last is not None
                and _surveyed(last) == _surveyed(plot)
                and len(groups[-1]) < 3
            ):
                groups[-1].append(plot.index)
            else:
                groups.append([plot.index])
            last = plot
    return groups


def _shift(
    plots: list[Plot], groups: list[list[int]], shapes: Any, rng: np.random.Generator
) -> Any:
    """Move each block's patches together by a metre or two."""
    blocks: dict[tuple[str, ...], int] = {}
    at = np.array(
        [blocks.setdefault((plots[g[0]].code[:9], *plots[g[0]].roads), len(blocks)) for g in groups]
    )
    step = np.clip(rng.normal(0, 1.3, (len(blocks), 2)), -3.2, 3.2)
    coords, index = shapely.get_coordinates(shapes, return_index=True)
    return shapely.set_coordinates(shapes.copy(), np.round(coords + step[at[index]], 3))


def _split(shapes: Any, owners: list[Plot], rng: np.random.Generator) -> tuple[Any, list[Plot]]:
    """Cut one patch in twelve in two by a line through its middle."""
    cut = rng.random(len(shapes)) < 0.08
    box = shapely.bounds(shapes[cut])
    middle = (box[:, 0] + box[:, 2]) / 2
    west = shapely.box(box[:, 0] - 1, box[:, 1] - 1, middle, box[:, 3] + 1)
    east = shapely.box(middle, box[:, 1] - 1, box[:, 2] + 1, box[:, 3] + 1)
    halves = [shapely.intersection(shapes[cut], half, grid_size=0.001) for half in (west, east)]
    some = [p for p, c in zip(owners, cut, strict=True) if c]
    whole = [p for p, c in zip(owners, cut, strict=True) if not c]
    every, names = np.concatenate([shapes[~cut], *halves]), whole + some + some
    good = (shapely.get_type_id(every) == 3) & ~shapely.is_empty(every)
    return every[good], [p for p, g in zip(names, good, strict=True) if g]


def _patch(plot: Plot, bsm: str | None, serial: int) -> tuple[object, ...]:
    code, name = _surveyed(plot) if plot.in_layer else SURVEYED["0601"]
    village = not plot.in_layer
    owner = (
        f"{plot.village}民委员会" if village or plot.code[12] == "J" else f"{plot.town[:3]}人民政府"
    )
    return (
        bsm or f"{plot.division}{serial + 1:012d}", f"{serial % 9999 + 1:04d}", code, name,
        "30" if village or plot.code[12] == "J" else "20", owner,
        f"{plot.division}{plot.code[6:9] if plot.in_layer else '001'}2000000000"[:19],
        plot.village, 0.0,
        "203" if village else "202",
    )  # fmt: skip


def parks(known: Known) -> tuple[pd.DataFrame, Any]:
    """园区批准范围."""
    world = known.world
    rows = [(name, level, code) for name, level, code, _ in world.parks]
    return pd.DataFrame(rows, columns=["名称", "级别", "代码"]), polygons(
        [r for *_, r in world.parks]
    )


def centres(known: Known) -> Floats:
    """Centre of every plot in degrees (CGCS2000)."""
    middle = np.array([c.mean(axis=0) for c in known.world.corners])
    to_degrees = Transformer.from_crs(NATIVE, 4490, always_xy=True)
    found: Floats = np.column_stack(to_degrees.transform(middle[:, 0], middle[:, 1]))
    return found


def firm_points(known: Known, middle: Floats) -> Floats:
    """Each firm's point as written, NaN where it has none; off the centre by some metres.

    Firms without land have theirs at an office, on land that is not industrial.
    """
    world = known.world
    rng = np.random.default_rng([world.seed, 34])
    n = len(world.firms)
    home = np.array([f.home for f in world.firms])
    offices = np.array([p.index for p in world.plots if not p.industrial])
    anywhere = offices[rng.integers(0, len(offices), n)]
    sizes = np.sqrt(np.array([p.area_m2 for p in world.plots]))
    spot = np.where(home >= 0, home, anywhere)
    off = rng.normal(0, 0.11, (n, 2)) * sizes[spot][:, None]
    point = middle[spot] + off / np.array([97_400.0, 110_900.0])
    for name, change in (("gcj02", gcj02), ("bd09", lambda x: bd09(gcj02(x)))):
        mine = np.array([f.point_as == name for f in world.firms])
        point[mine] = change(point[mine])
    point[np.array([not f.point_as for f in world.firms])] = np.nan
    found: Floats = point
    return found


def gcj02(lonlat: Floats) -> Floats:
    """WGS 84 to GCJ-02, the public formula (eviltransform); degrees."""
    a, ee = 6378245.0, 0.00669342162296594323
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20 * np.sin(6 * x * math.pi) + 20 * np.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(y * math.pi) + 40 * np.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * math.pi) + 320 * np.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(x * math.pi) + 40 * np.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * math.pi) + 300 * np.sin(x / 30 * math.pi)) * 2 / 3
    rad = np.radians(lonlat[:, 1])
    magic = 1 - ee * np.sin(rad) ** 2
    north = north * 180 / (a * (1 - ee) / (magic * np.sqrt(magic)) * math.pi)
    east = east * 180 / (a / np.sqrt(magic) * np.cos(rad) * math.pi)
    found: Floats = lonlat + np.column_stack([east, north])
    return found


def bd09(lonlat: Floats) -> Floats:
    """GCJ-02 to BD-09, the public formula; degrees."""
    x, y, turn = lonlat[:, 0], lonlat[:, 1], math.pi * 3000 / 180
    z = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return np.column_stack([z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006])
