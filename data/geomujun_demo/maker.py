"""What scenarios are told with: holders, leases, uses, buildings of one plot at a time."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import numpy as np

from geomujun_demo import lexicon
from geomujun_demo.people import Register
from geomujun_demo.world import NOBODY, Building, Firm, Holder, Lease, Plot, Use, World

ELSEWHERE = 0.015  # simple holders registered in another county
HALL_HEIGHT_M = (6.0, 11.5)  # of one-storey halls; above 8 m a floor counts twice in 容积率


class Maker:
    """Adds to a world; the random source is its own, so scenarios do not disturb one another."""

    def __init__(self, world: World, rng: Random, register: Register) -> None:
        self.world, self.rng, self.register = world, rng, register
        self.multi: list[Firm] = []  # firms that may take one more parcel
        self._floor: dict[int, float] = {}
        self._contracts = 0

    def owner(self, plot: Plot, share: float | None = None, firm: Firm | None = None) -> Firm:
        """A live industrial firm as right holder of ``plot``, new unless given."""
        firm = firm or self._new_owner(plot)
        plot.holders.append(Holder("firm", firm.name.full, firm.index, share))
        self.grant(plot, firm)
        self.settle(firm, plot)
        return firm

    def _new_owner(self, plot: Plot) -> Firm:
        """Mostly a firm of the county; now and then one of another that declares this one."""
        if plot.scenario == "own_simple" and self.rng.random() < ELSEWHERE:
            division = self.rng.choice(lexicon.OTHER_DIVISIONS)[0]
            firm = self.register.firm(division, scenario=plot.scenario)
            firm.declared_division = plot.division
            return firm
        return self.register.firm(plot.division, scenario=plot.scenario)

    def grant(self, plot: Plot, firm: Firm | None = None) -> None:
        """A right since some day after the holder was founded."""
        first = max(1999, firm.founded.year + 1 if firm else 1999)
        day = self.register.day(first, max(first, self.world.year - 2))
        plot.right_start = max(plot.right_start, day) if plot.right_start else day
        plot.right_nature = plot.right_nature or self.rng.choice(
            ("102", "102", "102", "101", "103")
        )
        plot.right_kind = plot.right_kind or self.rng.choice(("3", "4"))

    def person(self, plot: Plot, share: float | None = None) -> Holder:
        """A natural person as right holder."""
        holder = Holder("person", self.register.person(), NOBODY, share)
        plot.holders.append(holder)
        self.grant(plot)
        return holder

    def settle(self, firm: Firm, plot: Plot) -> None:
        """The firm works here, unless it already works elsewhere."""
        if firm.home == NOBODY:
            firm.home = plot.index

    def tenant(self, plot: Plot, *, service: bool = False) -> Firm:
        """A new firm that works on ``plot`` without owning it."""
        scenario = f"{plot.scenario}:user"
        firm = self.register.firm(plot.division, service=service, scenario=scenario)
        firm.above = firm.above and self.rng.random() < 0.5
        self.settle(firm, plot)
        return firm

    def lease(self, plot: Plot, lessor: tuple[int, str], lessee: Firm) -> Lease:
        """A contract in force on the day; areas are for the scenario to fill."""
        self._contracts += 1
        year = self.world.year
        start = self.register.day(year - 5, year - 1)
        lease = Lease(
            number=f"ZL{start.year}-{self._contracts:06d}",
            plot=plot.index,
            lessor=lessor[0],
            lessor_name=lessor[1],
            lessee=lessee.index,
            start=start,
            end=self.register.day(year + 1, year + 6),
            scenario=plot.scenario,
        )
        self.world.leases.append(lease)
        return lease

    def expire(self, lease: Lease, *, long_ago: bool = False) -> None:
        """Let the contract end before the day."""
        last = date(self.world.year, 11, 30) - timedelta(days=self.rng.randrange(20, 300))
        lease.end = last - timedelta(days=500) if long_ago else last
        lease.start = lease.end - timedelta(days=self.rng.randrange(700, 1500))

    def use(self, plot: Plot, firm: Firm, relation: str, part: float | None = None) -> None:
        """Real use without a lease; the firm reports ``part`` of the plot, or nothing."""
        self.world.uses.append(Use(plot.index, firm.index, relation, plot.scenario))
        if part is not None:
            firm.reported_m2 = round(plot.area_m2 * part, 1)

    def floor_m2(self, plot: Plot) -> float:
        """Total floor of the plot's buildings, which are raised now if they were not."""
        if plot.index not in self._floor:
            self._floor[plot.index] = self._raise(plot)
        return self._floor[plot.index]

    def _raise(self, plot: Plot) -> float:
        total = 0.0
        if plot.built != "none":
            total = sum(self._building(plot, k, n) for k, n in self._spots(plot))
        self._register_far(plot, total)
        return total

    def _spots(self, plot: Plot) -> list[tuple[int, int]]:
        count = 1
        if plot.industrial and plot.built == "normal" and plot.area_m2 > 4000:
            count = self.rng.choice((1, 1, 2, 3))
        return [(k, count) for k in range(count)]

    def _building(self, plot: Plot, k: int, count: int) -> float:
        rng = self.rng
        cover = rng.uniform(0.19, 0.27) if plot.built == "sparse" else rng.uniform(0.36, 0.58)
        deep = 0.78
        wide = cover / deep / count
        left = (k + 0.5) / count - wide / 2
        low = 0.11
        if plot.built == "beyond":
            left = 1.0 - wide * 0.8  # a fifth of it stands over the east line
        ring = self._quad(plot, (left, left + wide), (low, low + deep))
        print_m2 = _area(ring)
        floors = rng.choices((1, 2, 3, 4, 5, 6), (45, 18, 15, 10, 7, 5))[0]
        if not plot.industrial:
            floors = rng.randint(2, 6)
        per_floor = rng.uniform(3.2, 4.6)
        height = rng.uniform(*HALL_HEIGHT_M) if floors == 1 else floors * per_floor
        since = plot.right_start.year + 1 if plot.right_start else 2005
        done = self.register.day(since, max(since, self.world.year - 1))
        inside = 0.8 if plot.built == "beyond" else 1.0
        floor = round(print_m2 * floors, 2)
        self.world.buildings.append(
            Building(plot.index, k + 1, round(print_m2, 2), floor, floors, round(height, 1), done,
                     round(print_m2 * (1 - inside), 2))
        )  # fmt: skip
        self.world.building_rings.append(ring)
        return floor

    def _quad(
        self, plot: Plot, u: tuple[float, float], v: tuple[float, float]
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Four corners by bilinear place in the plot's quad; u runs east, v north."""
        sw, se, ne, nw = self.world.corners[plot.index]
        at = [(u[0], v[0]), (u[1], v[0]), (u[1], v[1]), (u[0], v[1]), (u[0], v[0])]
        ring = [
            sw * (1 - a) * (1 - b) + se * a * (1 - b) + ne * a * b + nw * (1 - a) * b for a, b in at
        ]
        return np.round(np.array(ring), 3)

    def _register_far(self, plot: Plot, floor_m2: float) -> None:
        rng = self.rng
        if plot.built == "none":
            plot.far = rng.choice((1.0, 1.2, 1.4)) if plot.scenario != "nonind" else None
            return
        built = floor_m2 / plot.area_m2
        ratio = rng.uniform(0.78, 1.28)
        if plot.built == "over_far":
            ratio = rng.uniform(1.6, 2.2)
        elif plot.built == "under_far":
            ratio = rng.uniform(0.35, 0.6)
        elif rng.random() < 0.3:
            return
        plot.far = round(built / ratio, 2)
        print_m2 = sum(b.footprint_m2 for b in self.world.buildings[-3:] if b.plot == plot.index)
        plot.coverage = round(100 * print_m2 / plot.area_m2, 1) if rng.random() < 0.6 else None


def _area(ring: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)
