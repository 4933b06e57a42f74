"""Builds the true world: ground first, then a scenario per plot, then firms without land."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from geomujun_demo import landless, layout, lexicon
from geomujun_demo.maker import Maker
from geomujun_demo.people import Register
from geomujun_demo.scenarios import SCENARIOS
from geomujun_demo.world import NOBODY, Holder, Plot, World

PATCH_SHARE: Final = 0.024  # village industry patches without parcel, per industrial plot
PATCH_USED: Final = 0.8


@dataclass(frozen=True, slots=True)
class Size:
    """How big a demo is."""

    plots: int
    enterprises: int
    counties: int
    towns: int  # per county
    park_share: float  # standard-workshop parks per hundredth of the industrial plots


SIZES: Final = {
    "town": Size(400, 350, 1, 1, 0.6),
    "county": Size(12_000, 9_000, 1, 10, 0.3),
    "city": Size(150_000, 120_000, 8, 12, 1.55),
}


def build(size: str, profile: str, noise: str, seed: int, year: int) -> World:
    """The true world of one demo; the same arguments give the same world."""
    spec = SIZES[size]
    world = World(size, profile, noise, seed, year)
    rng = Random(f"{seed}/{size}")  # noqa: S311  # repeatable, not secret
    where = layout.towns(rng, spec.counties, spec.towns)
    layout.lay(world, rng, where, spec.plots)
    register = Register(world, rng, spec.enterprises)
    maker = Maker(world, rng, register)
    _assign(world, rng, spec)
    _play(maker, [p for p in world.plots if p.scenario])
    _play_other(maker, [p for p in world.plots if not p.scenario])
    _layers(maker)
    _village_patches(maker, where)
    landless.fill(maker, where, spec.enterprises)
    return world


def _assign(world: World, rng: Random, spec: Size) -> None:
    """Give each industrial plot its scenario by quota, at least one of each."""
    plots = [p for p in world.plots if p.industrial]
    rng.shuffle(plots)
    share = {s: w for s, (_, w) in SCENARIOS.items()} | {"std_park": spec.park_share}
    total = sum(share.values())
    names: list[str] = []
    for scenario, weight in share.items():
        if scenario != "own_simple":
            names += [scenario] * max(1, round(len(plots) * weight / total))
    names = names[: len(plots)] + ["own_simple"] * (len(plots) - len(names))
    for plot, name in zip(plots, names, strict=True):
        plot.scenario = name
        plot.use = lexicon.INDUSTRIAL_USE
    _swap_big(plots, "std_park")


def _swap_big(plots: list[Plot], scenario: str) -> None:
    """Workshop parks stand on the biggest plots that are held simply."""
    small = [p for p in plots if p.scenario == scenario]
    big = sorted((p for p in plots if p.scenario == "own_simple"), key=lambda p: -p.area_m2)
    for a, b in zip(small, big, strict=False):
        a.scenario, b.scenario = "own_simple", scenario


def _play(m: Maker, plots: Iterable[Plot]) -> None:
    for plot in plots:
        if plot.built == "normal" and m.rng.random() < 0.09:
            plot.built = "sparse"
        SCENARIOS[plot.scenario][0](m, plot)
        m.floor_m2(plot)
        if plot.scenario == "use_mismatch_rev":
            plot.use = "城镇住宅用地"
        if plot.exempt_from and plot.right_start:
            plot.right_start = min(plot.right_start, plot.exempt_from)


def _play_other(m: Maker, plots: Iterable[Plot]) -> None:
    """Homes, shops, schools: not industrial, mostly held by persons."""
    for plot in plots:
        plot.scenario = "nonind"
        plot.use = m.rng.choices(lexicon.OTHER_USES, (78, 12, 4, 3, 3))[0]
        roll = m.rng.random()
        if roll < 0.69:
            m.person(plot)
        elif roll < 0.85:
            name = f"{plot.village}民委员会" if roll < 0.75 else f"{plot.town[:3]}人民政府"
            plot.holders.append(Holder("public", name))
        elif roll < 0.92:
            name = m.register.name(plot.division, m.rng.choice(lexicon.SERVICES)[0]).full
            plot.holders.append(Holder("stranger", name))
        if plot.holders:
            m.grant(plot)
        if m.rng.random() > 0.6:
            plot.built = "none"
        m.floor_m2(plot)


def _layers(m: Maker) -> None:
    """Rights above or below ground over a plot, and plots drawn over their neighbour."""
    for plot in [p for p in m.world.plots if p.scenario == "sx_layer"]:
        _add_layer(m, plot)
    for plot in [p for p in m.world.plots if p.scenario == "overlap"]:
        _push_line(m.world, plot)


def _add_layer(m: Maker, below: Plot) -> None:
    world = m.world
    sw, se, ne, nw = world.corners[below.index]
    middle = (sw + se + ne + nw) / 4
    corners = np.round(middle + (world.corners[below.index] - middle) * 0.64, 3)
    letter = m.rng.choice("SX")
    twin = Plot(
        index=len(world.plots), code=below.code[:13] + letter + below.code[14:],
        division=below.division, town=below.town, village=below.village, roads=below.roads,
        side=below.side, number=below.number, park=below.park, industrial=True,
        area_m2=round(below.area_m2 * 0.64**2, 2), scenario="sx_layer", use=below.use,
        built="none", layer_twin=below.index,
    )  # fmt: skip
    world.plots.append(twin)
    world.corners.append(corners)
    world.rings.append(np.vstack([corners, corners[:1]]))
    m.owner(twin)


def _push_line(world: World, plot: Plot) -> None:
    """Draw the east line of ``plot`` a few metres into its eastern neighbour."""
    at = plot.index + 2
    near = world.plots[at] if at < len(world.plots) else None
    if near is None or near.roads != plot.roads or near.layer_twin != NOBODY or not near.in_layer:
        plot.scenario = "own_simple"
        _rename(world, plot)
        return
    sw, se = world.corners[plot.index][:2]
    ring = world.rings[plot.index].copy()
    first = int(np.argmin(((ring - se) ** 2).sum(axis=1)))
    step = (se - sw) * 0.05
    ring[first : first + 3] = np.round(ring[first : first + 3] + step, 3)
    world.rings[plot.index] = ring
    plot.overlaps = near.index


def _rename(world: World, plot: Plot) -> None:
    for holder in plot.holders:
        if holder.firm != NOBODY:
            world.firms[holder.firm].scenario = plot.scenario


def _village_patches(m: Maker, where: list[layout.Town]) -> None:
    """Village industry on surveyed land without any parcel (0601, 203)."""
    world = m.world
    count = max(5, round(PATCH_SHARE * sum(p.industrial for p in world.plots)))
    per_town: dict[str, int] = {}
    for k in range(count):
        town = where[k % len(where)]
        spot = per_town.get(town.name + town.division, 0)
        per_town[town.name + town.division] = spot + 1
        _village_patch(m, town, spot, k)


def _village_patch(m: Maker, town: layout.Town, spot: int, serial: int) -> None:
    world, rng = m.world, m.rng
    wide, deep = rng.uniform(70, 190), rng.uniform(80, 160)
    x, y = (spot % 12) * 260.0, -240.0 - (spot // 12) * 220.0
    ring = layout.place([(x, y), (x + wide, y), (x + wide, y + deep), (x, y + deep), (x, y)], town)
    plot = Plot(
        index=len(world.plots), code=f"{town.division}0009{serial:08d}", division=town.division,
        town=f"{town.county}{town.name}", village=rng.choice(town.villages),
        roads=(town.across[0], town.across[0], town.along[0], town.along[0]), side=("南", "西"),
        number=0, park="", industrial=True, area_m2=round(layout.area(ring), 2), in_layer=False,
        scenario="collective_patch", use="0601", built="normal",
    )  # fmt: skip
    world.plots.append(plot)
    world.rings.append(ring)
    world.corners.append(ring[:4])
    if rng.random() < PATCH_USED:
        firm = m.tenant(plot)
        firm.scenario = "collective_patch"
        m.use(plot, firm, "OCCUPY")
