"""Ground: towns of blocks between roads, blocks of plots that share their edges.

All in EPSG:4528 metres. A block is two rows of plots back to back between four roads; dividing
lines and road fronts carry the same extra points on both sides, so neighbours share edges exactly.
A smooth bend and a turn per town keep streets from being a chessboard without opening a gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from geomujun_demo import lexicon
from geomujun_demo.world import Floats, Plot, World

STREET_M: Final = 16.0
ORIGIN: Final = (40_461_500.0, 3_204_000.0)  # about 119.6°E, 28.95°N
TOWN_STEP_M: Final = 7_200.0
COUNTY_STEP_M: Final = 15_500.0
INDUSTRIAL_BLOCKS: Final = 0.62
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Town:
    """One town: where it lies and what its places are called."""

    division: str
    county: str
    name: str
    number: int
    villages: tuple[str, ...]
    across: tuple[str, ...]  # roads running east
    along: tuple[str, ...]  # roads running north
    parks: tuple[str, ...]
    origin: Point
    turn: float


def towns(rng: Random, counties: int, per_county: int) -> list[Town]:
    """The towns of the first counties of the made-up city, each with its villages, roads, parks."""
    found = []
    for c, (division, county) in enumerate(lexicon.COUNTIES[:counties]):
        for t in range(per_county):
            name = lexicon.TOWNS[t] if c == 0 else _town_name(c, t)
            stem = name.removesuffix("街道").rstrip("镇乡")
            x = ORIGIN[0] + (c % 4) * COUNTY_STEP_M * 2 + (t % 4) * TOWN_STEP_M
            y = ORIGIN[1] + (c // 4) * COUNTY_STEP_M * 2 + (t // 4) * TOWN_STEP_M
            roads = _roads(rng)
            found.append(
                Town(
                    division=division,
                    county=county,
                    name=name,
                    number=t + 1,
                    villages=_villages(rng),
                    across=roads[:20],
                    along=roads[20:],
                    parks=(f"{stem}工业功能区", f"{stem}经济开发区", f"{stem}小微企业园"),
                    origin=(x + rng.uniform(-600, 600), y + rng.uniform(-600, 600)),
                    turn=rng.uniform(-0.35, 0.35),
                )
            )
    return found


def _town_name(county: int, town: int) -> str:
    head = lexicon.HEADS[(county * 7 + town * 3) % len(lexicon.HEADS)]
    tail = lexicon.VILLAGE_TAILS[(county * 5 + town) % len(lexicon.VILLAGE_TAILS)]
    return f"{head}{tail}{'镇' if (county + town) % 3 else '街道'}"


def _villages(rng: Random) -> tuple[str, ...]:
    names: list[str] = []
    while len(names) < 9:
        name = rng.choice(lexicon.VILLAGE_HEADS) + rng.choice(lexicon.VILLAGE_TAILS) + "村"
        if name not in names:
            names.append(name)
    return tuple(names)


def _roads(rng: Random) -> tuple[str, ...]:
    names = rng.sample(lexicon.ROAD_NAMES, len(lexicon.ROAD_NAMES))
    return tuple(n + rng.choice(lexicon.ROAD_KINDS) for n in names)


def lay(world: World, rng: Random, where: list[Town], count: int) -> None:
    """Fill ``world`` with ``count`` plots and their rings, spread evenly over the towns."""
    for k, town in enumerate(where):
        want = count * (k + 1) // len(where) - count * k // len(where)
        _lay_town(world, rng, town, want)


def _lay_town(world: World, rng: Random, town: Town, want: int) -> None:
    side = max(2, math.ceil(math.sqrt(want / 9.5)))
    widths = [rng.uniform(190, 420) for _ in range(side)]
    serial: dict[int, int] = {}
    first, y, row = len(world.plots), 0.0, 0
    while len(world.plots) - first < want:
        height = rng.uniform(120, 250)
        x = 0.0
        for column, width in enumerate(widths):
            left = want - (len(world.plots) - first)
            if left <= 0:
                break
            block = Block(town, row, column, x, y, width, height)
            _fill_block(world, rng, block, left, serial)
            x += width + STREET_M
        y += height + STREET_M
        row += 1
    _draw_parks(world, town, first)


@dataclass(frozen=True, slots=True)
class Block:
    """A block between four roads; metres from the town's corner."""

    town: Town
    row: int
    column: int
    x: float
    y: float
    width: float
    height: float

    @property
    def roads(self) -> tuple[str, str, str, str]:
        """South, north, west, east."""
        a, b = self.town.across, self.town.along
        return (
            a[self.row % len(a)],
            a[(self.row + 1) % len(a)],
            b[self.column % len(b)],
            b[(self.column + 1) % len(b)],
        )


def _fill_block(world: World, rng: Random, block: Block, left: int, serial: dict[int, int]) -> None:
    industrial = rng.random() < INDUSTRIAL_BLOCKS
    pitch = rng.lognormvariate(4.4, 0.38) if industrial else 44.0
    columns = max(1, round(block.width / pitch))
    cuts = _cuts(rng, block, columns)
    park = ""
    if industrial:
        park = block.town.parks[(block.row // 2 + block.column // 3) % 2]
    for k in range(min(left, columns * 2)):
        column, north = k // 2, k % 2 == 1
        ring, corners = _ring(cuts, column, north=north)
        _add_plot(world, rng, block, serial, industrial)
        plot = world.plots[-1]
        plot.side = ("北" if north else "南", "东" if column * 2 >= columns else "西")
        plot.number = 2 * (block.column * 40 + column * 2) + (2 if north else 1)
        plot.park = park
        world.rings.append(place(ring, block.town))
        world.corners.append(place(corners, block.town))
        plane_m2 = area(world.rings[-1])
        plot.area_m2 = round(plane_m2 * (1 + max(-0.006, min(0.006, rng.gauss(0, 0.002)))), 2)


def _add_plot(
    world: World, rng: Random, block: Block, serial: dict[int, int], industrial: bool
) -> None:
    town = block.town
    zone = block.row // 3 + 1
    serial[zone] = serial.get(zone, 0) + 1
    area_no = int(town.division[-1]) * 20 + town.number  # 地籍区, not used twice
    kind = "GB" if industrial or rng.random() < 0.9 else "JB"
    world.plots.append(
        Plot(
            index=len(world.plots),
            code=f"{_old_code(town)}{area_no:03d}{zone:03d}{kind}{serial[zone]:05d}",
            division=town.division,
            town=f"{town.county}{town.name}",
            village=town.villages[(block.row // 2 * 3 + block.column // 2) % len(town.villages)],
            roads=block.roads,
            side=("南", "西"),
            number=0,
            park="",
            industrial=industrial,
            area_m2=0.0,
        )
    )


def _old_code(town: Town) -> str:
    """County part of parcel codes: towns that came with a merger keep the code of before."""
    return lexicon.MERGED_CODE if town.number % 5 == 3 else town.division


@dataclass(frozen=True, slots=True)
class Cuts:
    """Dividing lines of a block: per line its south, bend, middle, bend and north point."""

    lines: list[list[Point]]
    fronts_south: list[list[Point]]
    fronts_north: list[list[Point]]
    backs: list[list[Point]]


def _cuts(rng: Random, block: Block, columns: int) -> Cuts:
    share = [rng.uniform(0.7, 1.4) for _ in range(columns)]
    total, at, xs = sum(share), 0.0, [block.x]
    for s in share:
        at += s / total * block.width
        xs.append(block.x + at)
    low, high = block.y, block.y + block.height
    middle = low + block.height * rng.uniform(0.44, 0.56)
    lines = []
    for x in xs:
        a, b, m = x, x + rng.uniform(-5, 5), middle + rng.uniform(-4, 4)
        points = [(a, low), (b, m), (x + rng.uniform(-3, 3), high)]
        points.insert(2, ((b + points[-1][0]) / 2 + rng.uniform(-1, 1), (m + high) / 2))
        points.insert(1, ((a + b) / 2 + rng.uniform(-1, 1), (low + m) / 2))
        lines.append(points)
    return Cuts(
        lines,
        [_between(rng, lines[i][0], lines[i + 1][0], 0.6) for i in range(columns)],
        [_between(rng, lines[i][4], lines[i + 1][4], 0.6) for i in range(columns)],
        [_between(rng, lines[i][2], lines[i + 1][2], 0.4) for i in range(columns)],
    )


def _between(rng: Random, a: Point, b: Point, chance: float) -> list[Point]:
    count = 0 if rng.random() > chance else rng.randint(1, 2)
    steps = [(i + 1) / (count + 1) for i in range(count)]
    return [
        (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + rng.uniform(-1.2, 1.2)) for t in steps
    ]


def _ring(cuts: Cuts, column: int, *, north: bool) -> tuple[list[Point], list[Point]]:
    west, east = cuts.lines[column], cuts.lines[column + 1]
    lo = 2 if north else 0
    front, back = (
        (cuts.backs[column], cuts.fronts_north[column])
        if north
        else (cuts.fronts_south[column], cuts.backs[column])
    )
    corners = [west[lo], east[lo], east[lo + 2], west[lo + 2]]
    ring = [
        west[lo], *front, east[lo], east[lo + 1], east[lo + 2],
        *reversed(back), west[lo + 2], west[lo + 1], west[lo],
    ]  # fmt: skip
    return ring, corners


def place(points: list[Point], town: Town) -> Floats:
    """From the town's own metres to EPSG:4528, bent and turned; rounded to millimetres."""
    p = np.array(points)
    x = p[:, 0] + 7.0 * np.sin(p[:, 1] / 190.0)
    y = p[:, 1] + 6.0 * np.sin(p[:, 0] / 230.0)
    c, s = math.cos(town.turn), math.sin(town.turn)
    turned = np.column_stack([x * c - y * s, x * s + y * c]) + np.array(town.origin)
    placed: Floats = np.round(turned, 3)
    return placed


def area(ring: Floats) -> float:
    """Plane area of a closed ring, m²."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _draw_parks(world: World, town: Town, first: int) -> None:
    """Approved boundary of each park: the box around its plots, in the town's turn, plus 25 m."""
    c, s = math.cos(town.turn), math.sin(town.turn)
    for name, level in zip(town.parks, ("县级", "市级", "县级"), strict=True):
        inside = [p.index for p in world.plots[first:] if p.park == name]
        if not inside:
            continue
        xy = np.vstack([world.corners[i] for i in inside]) - np.array(town.origin)
        u, v = xy[:, 0] * c + xy[:, 1] * s, -xy[:, 0] * s + xy[:, 1] * c
        box = np.array(
            [[u.min() - 25, v.min() - 25], [u.max() + 25, v.min() - 25],
             [u.max() + 25, v.max() + 25], [u.min() - 25, v.max() + 25]]
        )  # fmt: skip
        ring = np.column_stack([box[:, 0] * c - box[:, 1] * s, box[:, 0] * s + box[:, 1] * c])
        ring = np.round(np.vstack([ring, ring[:1]]) + np.array(town.origin), 3)
        world.parks.append((name, level, f"YQ{len(world.parks) + 1:03d}", ring))
