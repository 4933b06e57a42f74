"""Policy simulation (政策模拟): who changes class under other rules, and what it costs.

Units and their figures are made once for each way of merging and charging land, score columns once
for each of those; a scenario recombines them. Everything is counted by enterprise; land and figures
of a unit of several are spread over its members by the land they occupy, evenly where none does.
Costs are estimates: relief is reckoned on evaluated land, the tax is the holder's.

Source: S0 表9, 表10 (政策模拟, 多模型比较); 浙亩均办〔2022〕2号 二(二)7 (城镇土地使用税减免).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.words import M2_PER_MU, Component
from geomujun.errors import SchemeError
from geomujun.evaluation import enterprises, tables
from geomujun.evaluation.figures import COLUMNS
from geomujun.evaluation.indicators import AREA, ENTERPRISE, operands
from geomujun.evaluation.keys import among
from geomujun.evaluation.panel import NONE, STATES, Panel, rows_of
from geomujun.evaluation.units import Joins, group_links
from geomujun.lang import t
from geomujun.planning.ground import Book, Ground
from geomujun.planning.outcomes import Outcome, Simulation, slots
from geomujun.planning.scenarios import Scenario, widened
from geomujun.policy.model import Benchmark, IndicatorRule, Scheme
from geomujun.policy.relief import Relief

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]
YUAN_PER_WAN: Final = 10_000.0
RUN: Final = "run"  # name of the rules as the run had them
BELOW: Final = "规下"


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
    desk = _Desk(ground, widened(scheme, list(scenarios)), merge_groups, relief)
    base = desk.outcome(Scenario(RUN))
    return Simulation(
        uscc=desk.firms.index.to_numpy(dtype=object),
        name=desk.firms["name"].to_numpy(dtype=object),
        tax_wan_yuan=desk.firms["tax_wan_yuan"].to_numpy(dtype=float),
        base=base,
        outcomes=tuple(desk.outcome(s) for s in scenarios),
    )


@dataclass(frozen=True, slots=True)
class _Stand:
    """Units under one way of merging and charging land.

    ``frame``: index unit_id, all units, too small ones among them. ``unit``, ``firm``: for each
    member, the position of its unit in the frame and of itself in the register; ``mu``: its part of
    the unit's land.
    """

    frame: pd.DataFrame
    base: tables.Base
    members: pd.DataFrame
    unit: Ints
    firm: Ints
    mu: Floats


class _Desk:
    """What scenarios share: stands by merging and charging, panels by smallest areas."""

    def __init__(self, ground: Ground, scheme: Scheme, merge: bool, relief: Relief) -> None:
        self.ground, self.scheme, self.merge, self.relief = ground, scheme, merge, relief
        figures = ground.figures[(ground.figures["year"] == scheme.year).to_numpy()]
        tax = figures.drop_duplicates("uscc").set_index("uscc")["tax_wan_yuan"]
        self._common = _Common.of(ground, scheme)
        firms = self._common.base.firms
        self.firms = firms[["name"]].assign(tax_wan_yuan=tax.reindex(firms.index))
        self._stands: dict[tuple[bool, bool], _Stand] = {}
        self._panels: dict[tuple[object, ...], list[tuple[Panel, Ints]]] = {}
        self._means: dict[tuple[object, ...], dict[tuple[str, str], float]] = {}

    def outcome(self, scenario: Scenario) -> Outcome:
        """Everyone under one scenario."""
        merge = self.merge if scenario.merge_groups is None else scenario.merge_groups
        held = scenario.lease == "holder"
        stand = self._stand(merge, held)
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
        self, scenario: Scenario, stand: _Stand, units: tuple[Codes, Floats, npt.NDArray[np.bool_]]
    ) -> Outcome:
        code = np.full(len(self.firms), NONE, dtype=np.int8)
        score = np.full(len(self.firms), np.nan)
        area = np.zeros(len(self.firms))
        code[stand.firm], score[stand.firm] = units[0][stand.unit], units[1][stand.unit]
        area[stand.firm] = np.where(units[2][stand.unit], stand.mu, 0.0)
        if scenario.lease == "holder_grade":
            tenant, holder = _tenants(self.ground, self.firms.index, stand.base.firms["size"])
            code[tenant] = np.where(area[tenant] > 0, code[holder], NONE)
        relief = scenario.relief or self.relief
        share = np.array([*relief.percent, 0.0])[slots(code)] / 100
        cost = area * M2_PER_MU * relief.rate_yuan_per_m2 * share / YUAN_PER_WAN
        return Outcome(scenario, code, score, area, float(cost.sum()))

    def _stand(self, merge: bool, held: bool) -> _Stand:
        if (merge, held) not in self._stands:
            common = self._common
            base = common.held_base(self.ground) if held else common.base
            self._stands[merge, held] = _stand(common, base, common.joins(merge), self.scheme)
        return self._stands[merge, held]

    def _panel(self, merge: bool, held: bool, scheme: Scheme) -> list[tuple[Panel, Ints]]:
        """A panel per pool, without units that are too small, and their places in the stand."""
        least = {c.id: c.min_mu for c in scheme.active}
        key = (merge, held, tuple(sorted(least.items())))
        if key not in self._panels:
            frame = self._stand(merge, held).frame
            smallest = frame["cohort"].map(least).astype("float64")
            fit = frame[enterprises.large_enough(frame[AREA], smallest)]
            made = []
            for pool in self.scheme.pools:
                if pool[0].shares:
                    rows = rows_of(pool, fit)
                    made.append((Panel(pool, rows), frame.index.get_indexer(pd.Index(rows.ids))))
            self._panels[key] = made
        return self._panels[key]

    def _dated(self, scheme: Scheme, stand: tuple[bool, bool], year: int) -> Scheme:
        """Means of another year's figures, on the same land, in place of this year's."""
        key = (*stand, year)
        if key not in self._means:
            self._means[key] = _means(self._stand(*stand), self.ground, self.scheme, year)
        means = self._means[key]
        cohorts = tuple(
            replace(c, indicators=tuple(_fixed(r, means.get((c.id, r.id))) for r in c.indicators))
            for c in scheme.cohorts
        )
        return replace(scheme, cohorts=cohorts)


@dataclass(frozen=True, slots=True)
class _Common:
    """What all stands share: the tables as a case and a ledger, the firms, their flags."""

    case: Case
    book: Book
    base: tables.Base
    unsplit: pd.DataFrame

    @classmethod
    def of(cls, ground: Ground, scheme: Scheme) -> _Common:
        case, book = ground.case, ground.book
        figures = ground.figures[(ground.figures["year"] == scheme.year).to_numpy()]
        picked = figures.drop_duplicates("uscc").set_index("uscc").sort_index()[list(COLUMNS)]
        base = tables.base(case, book, scheme, picked)
        joined = enterprises.joins(case, book, base, merge_groups=False)
        return cls(case, book, base, joined.unsplit)

    def joins(self, merge: bool) -> Joins:
        """Who is evaluated with whom."""
        live = self.base.firms.index[self.base.firms["live"].to_numpy(dtype=bool)]
        return Joins(self.unsplit, group_links(self.case, live, merge))

    def held_base(self, ground: Ground) -> tables.Base:
        """The base when land let out stays with its holder."""
        area = ground.with_holders().book.ledger.set_index("uscc")["occupied_m2"]
        firms = self.base.firms
        held = area.reindex(firms.index).fillna(0.0).to_numpy(dtype=float)
        return replace(self.base, firms=firms.assign(occupied_m2=held))


def _stand(common: _Common, base: tables.Base, joins: Joins, scheme: Scheme) -> _Stand:
    members = enterprises.placed(enterprises.form_units(base, scheme, joins), base, scheme)
    frame = enterprises.unit_frame(members, base)
    states = enterprises.unit_states(common.case, common.book, base, scheme, members)
    states = states.reindex(frame.index)
    frame[list(STATES)] = states[list(STATES)].astype(bool)
    frame["points"] = states["bonus"] - states["malus"]
    unit = frame.index.get_indexer(pd.Index(members["unit_id"]))
    firm = base.firms.index.get_indexer(pd.Index(members["uscc"]))
    own = base.firms["occupied_m2"].to_numpy(dtype=float)[firm]
    total = np.bincount(unit, weights=own, minlength=len(frame))[unit]
    even = 1.0 / np.bincount(unit, minlength=len(frame))[unit]
    part = np.divide(own, total, out=even, where=total > 0)
    return _Stand(
        frame=frame,
        base=base,
        members=members,
        unit=unit.astype(np.int64),
        firm=firm.astype(np.int64),
        mu=members[AREA].to_numpy(dtype=float) * part,
    )


def _means(
    stand: _Stand, ground: Ground, scheme: Scheme, year: int
) -> dict[tuple[str, str], float]:
    """Σ numerators ÷ Σ denominators of another year by cohort and indicator."""
    figures = ground.figures[(ground.figures["year"] == year).to_numpy()]
    if figures.empty:
        raise SchemeError(
            t("没有 {y} 年的数据", "there are no figures of {y}", y=year),
            hint=", ".join(str(y) for y in sorted(ground.figures["year"].unique())),
        )
    picked = figures.drop_duplicates("uscc").set_index("uscc").sort_index()[list(COLUMNS)]
    one = pd.Series(1.0, index=stand.members.index)
    sums = tables.sums(stand.members["unit_id"], stand.members["uscc"], one, picked)
    large = enterprises.large_enough(stand.frame[AREA], stand.frame["min_mu"])
    sums = sums.reindex(stand.frame.index).assign(**{AREA: stand.frame[AREA]})
    means = {}
    for pool in scheme.pools:
        here = large & among(stand.frame["cohort"], pd.Index([c.id for c in pool]))
        names = [r.id for r in pool[0].indicators]
        num, den = operands(sums[here], names, ENTERPRISE)
        both = ~(np.isnan(num) | np.isnan(den))
        top, bottom = np.where(both, num, 0.0).sum(0), np.where(both, den, 0.0).sum(0)
        for name, a, b in zip(names, top, bottom, strict=True):
            means[pool[0].pool or pool[0].id, name] = float(a / b) if b else float("nan")
    return means


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
