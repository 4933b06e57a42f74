"""Policy simulation (政策模拟): who changes class under other rules, and what it costs.

Units and their figures are made once for each way of merging and charging land, score columns once
for each of those; a scenario recombines them. Everything is counted by enterprise; land and figures
of a unit of several are spread over its members by the land they occupy, evenly where none does.
Costs are estimates: relief is reckoned on evaluated land, the tax is the holder's.

Source: S0 表9, 表10 (政策模拟, 多模型比较); 浙亩均办〔2022〕2号 二(二)7 (城镇土地使用税减免).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import among, distinct, of
from geomujun.domain.words import M2_PER_MU, Component
from geomujun.evaluation import enterprises
from geomujun.evaluation.indicators import AREA
from geomujun.evaluation.panel import NONE, Panel
from geomujun.planning.ground import Ground
from geomujun.planning.outcomes import Outcome, Simulation, slots
from geomujun.planning.scenarios import RUN, Scenario, widened
from geomujun.planning.stand import Stand, Stands, means_of
from geomujun.policy.model import Benchmark, IndicatorRule, Scheme
from geomujun.policy.relief import Relief

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]
YUAN_PER_WAN: Final = 10_000.0
BELOW: Final = "规下"
DESKS: Final = 6  # schemes, or sets of indicators, whose units are kept


def simulate(
    ground: Ground,
    scheme: Scheme,
    scenarios: Sequence[Scenario],
    relief: Relief,
    merge_groups: bool = False,
) -> Simulation:
    """Grade everyone under the run's rules and under each scenario.

    Args:
        ground: Of the run.
        scheme: The rules of the run, for enterprises.
        scenarios: From `scenarios.read` with the same scheme.
        relief: 城镇土地使用税 relief where a scenario names none.
        merge_groups: Whether the run merged parents with children.

    Raises:
        SchemeError: numbers of a scenario that do not fit.
    """
    return Simulator(ground, scheme, relief, merge_groups).run(scenarios)


class Simulator:
    """What simulations of one run share, kept from question to question; not for two threads."""

    def __init__(
        self, ground: Ground, scheme: Scheme, relief: Relief, merge_groups: bool = False
    ) -> None:
        """See `simulate`; nothing is made until it is asked for."""
        self.ground, self.scheme, self.relief, self.merge = ground, scheme, relief, merge_groups
        self._desks: dict[tuple[object, ...], _Desk] = {}

    def run(self, scenarios: Sequence[Scenario]) -> Simulation:
        """Grade everyone under the run's rules and under each scenario.

        Raises:
            SchemeError: numbers of a scenario that do not fit.
        """
        base = Scenario(RUN)
        desk = self._desk(base, scenarios)
        return Simulation(
            uscc=desk.firms.index.to_numpy(dtype=object),
            name=desk.firms["name"].to_numpy(dtype=object),
            tax_wan_yuan=desk.firms["tax_wan_yuan"].to_numpy(dtype=float),
            base=desk.outcome(base),
            outcomes=tuple(self._desk(s, scenarios).outcome(s) for s in scenarios),
        )

    def _desk(self, scenario: Scenario, scenarios: Sequence[Scenario]) -> _Desk:
        """The desk of a scenario's scheme, with every indicator that one of them weighs."""
        rules = scenario.scheme or self.scheme
        alike = [s for s in scenarios if (s.scheme or self.scheme).id == rules.id]
        wide = widened(rules, alike)
        key = (rules.id, *((c.id, r.id) for c in wide.cohorts for r in c.indicators))
        if key not in self._desks:
            while len(self._desks) >= DESKS:
                self._desks.pop(next(iter(self._desks)))
            self._desks[key] = _Desk(self.ground, wide, self.merge, self.relief)
        return self._desks[key]


class _Desk:
    """What scenarios share: stands by merging and charging, panels by smallest areas."""

    def __init__(self, ground: Ground, scheme: Scheme, merge: bool, relief: Relief) -> None:
        self.ground, self.scheme, self.merge, self.relief = ground, scheme, merge, relief
        figures = ground.figures[(ground.figures["year"] == scheme.year).to_numpy()]
        tax = figures.drop_duplicates("uscc").set_index("uscc")["tax_wan_yuan"]
        self.stands = Stands(ground, scheme)
        firms = self.stands.base.firms
        self.firms = firms[["name"]].assign(tax_wan_yuan=of(tax, firms.index).to_numpy())
        self._panels: dict[tuple[object, ...], list[tuple[Panel, Ints]]] = {}
        self._means: dict[tuple[object, ...], dict[tuple[str, str], float]] = {}

    def outcome(self, scenario: Scenario) -> Outcome:
        """Everyone under one scenario."""
        merge = self.merge if scenario.merge_groups is None else scenario.merge_groups
        held = scenario.lease == "holder"
        stand = self.stands.of(merge, held)
        scheme = scenario.applied(self.scheme)
        if scenario.benchmark_year is not None:
            scheme = self._dated(scheme, (merge, held), scenario.benchmark_year)
        code = np.full(len(stand.frame), NONE, dtype=np.int8)
        score = np.full(len(stand.frame), np.nan)
        inside = np.zeros(len(stand.frame), dtype=bool)
        pools = [p for p in scheme.pools if p[0].shares]
        for pool, (panel, at) in zip(pools, self._panel(merge, held, scheme), strict=True):
            score[at], code[at] = panel.regraded(pool)
            inside[at] = True
        return self._by_firm(scenario, stand, (code, score, inside))

    def _by_firm(
        self, scenario: Scenario, stand: Stand, units: tuple[Codes, Floats, npt.NDArray[np.bool_]]
    ) -> Outcome:
        code = np.full(len(self.firms), NONE, dtype=np.int8)
        score = np.full(len(self.firms), np.nan)
        area = np.zeros(len(self.firms))
        code[stand.firm], score[stand.firm] = units[0][stand.unit], units[1][stand.unit]
        area[stand.firm] = np.where(units[2][stand.unit], stand.mu, 0.0)
        if scenario.lease == "holder_grade":
            tenant, holder = _tenants(self.ground, self.firms.index, self.stands.base.firms["size"])
            code[tenant] = np.where(area[tenant] > 0, code[holder], NONE)
        relief = scenario.relief or self.relief
        share = np.array([*relief.percent, 0.0])[slots(code)] / 100
        cost = area * M2_PER_MU * relief.rate_yuan_per_m2 * share / YUAN_PER_WAN
        return Outcome(scenario, code, score, area, float(cost.sum()))

    def _panel(self, merge: bool, held: bool, scheme: Scheme) -> list[tuple[Panel, Ints]]:
        """A panel per pool, without units that are too small, and their places in the stand."""
        least = {c.id: c.min_mu for c in scheme.active}
        key = (merge, held, tuple(sorted(least.items())))
        if key not in self._panels:
            stand = self.stands.of(merge, held)
            at, cohorts = distinct(stand.frame["cohort"])
            smallest = cohorts.map(least).astype("float64").take(at).set_axis(stand.frame.index)
            fit = enterprises.large_enough(stand.frame[AREA], smallest)
            made = []
            for pool, rows, at in stand.rows:
                inside = np.flatnonzero(fit[at])
                made.append((Panel(pool, rows.at(inside)), at[inside]))
            self._panels[key] = made
        return self._panels[key]

    def _dated(self, scheme: Scheme, stand: tuple[bool, bool], year: int) -> Scheme:
        """Means of another year's figures, on the same land, in place of this year's."""
        key = (*stand, year)
        if key not in self._means:
            self._means[key] = means_of(self.stands.of(*stand), self.ground, self.scheme, year)
        means = self._means[key]
        cohorts = tuple(
            replace(c, indicators=tuple(_fixed(r, means.get((c.id, r.id))) for r in c.indicators))
            for c in scheme.cohorts
        )
        return replace(scheme, cohorts=cohorts)


def _fixed(rule: IndicatorRule, mean: float | None) -> IndicatorRule:
    """A rule that divides by a multiple of the mean, with the mean given."""
    if rule.benchmark.kind != "k_mean" or mean is None or np.isnan(mean):
        return rule
    return replace(rule, benchmark=Benchmark("fixed", rule.benchmark.number * mean))


def _tenants(ground: Ground, firms: pd.Index, size: pd.Series) -> tuple[Ints, Ints]:
    """规下 firms that only rent, and for each the holder it rents most land from; positions."""
    lines = ground.lines
    own = lines[(lines["component"] == Component.REGISTERED).to_numpy()]
    rented = lines[(lines["component"] == Component.LEASED_IN).to_numpy()]
    small = size.index[(size == BELOW).to_numpy()]
    rented = rented[among(rented["uscc"], small) & ~among(rented["uscc"], pd.Index(own["uscc"]))]
    first = own.sort_values(["parcel_code", "area_m2", "uscc"], ascending=[True, False, True])
    holder = first.drop_duplicates("parcel_code").set_index("parcel_code")["uscc"]
    rented = rented.assign(holder=rented["parcel_code"].map(holder))
    rented = rented[rented["holder"].notna().to_numpy()]
    rented = rented.sort_values(["uscc", "area_m2", "parcel_code"], ascending=[True, False, True])
    rented = rented.drop_duplicates("uscc")
    at = firms.get_indexer(pd.Index(rented["uscc"])), firms.get_indexer(pd.Index(rented["holder"]))
    known = (at[0] >= 0) & (at[1] >= 0)
    return at[0][known].astype(np.int64), at[1][known].astype(np.int64)
