"""Units of a simulation, made once for each way of merging firms and of charging for land."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import among, of, positions
from geomujun.domain.keys import rows_of as looked_up
from geomujun.errors import SchemeError
from geomujun.evaluation import enterprises, tables
from geomujun.evaluation.figures import OPERANDS
from geomujun.evaluation.indicators import AREA, ENTERPRISE, operands
from geomujun.evaluation.linear import Rows
from geomujun.evaluation.panel import STATES, rows_of
from geomujun.evaluation.units import Joins, group_links
from geomujun.lang import t
from geomujun.planning.ground import Ground
from geomujun.policy.model import Cohort, Scheme

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stand:
    """Units under one way of merging and charging land.

    ``frame``: index unit_id, all units, too small ones among them. ``rows``: for each pool that
    grades, its units and their positions in the frame. ``unit``, ``firm``: for each of ``members``
    the position of its unit in the frame and of itself in the register; ``mu``: its part of the
    unit's land, by the land it occupies, evenly where none does.
    """

    frame: pd.DataFrame
    members: pd.DataFrame
    rows: tuple[tuple[tuple[Cohort, ...], Rows, Ints], ...]
    unit: Ints
    firm: Ints
    mu: Floats


class Stands:
    """All stands of one ground under one scheme."""

    def __init__(self, ground: Ground, scheme: Scheme) -> None:
        """Gather what they share: the tables as a case and a ledger, the firms."""
        self.ground, self.scheme = ground, scheme
        self.case, self.book = ground.case, ground.book
        self.base = tables.base(self.case, self.book, scheme, figures_of(ground, scheme.year))
        joined = enterprises.joins(self.case, self.book, self.base, merge_groups=False)
        self._joins = {False: joined}
        self._made: dict[tuple[bool, bool], Stand] = {}

    def of(self, merge: bool, held: bool) -> Stand:
        """The stand with or without merged groups, land let out with its user or its holder."""
        if (merge, held) not in self._made:
            made = self._held(merge) if held else self._fresh(merge)
            self._made[merge, held] = made
        return self._made[merge, held]

    def joins(self, merge: bool) -> Joins:
        """Who is evaluated with whom."""
        if merge not in self._joins:
            live = self.base.firms.index[self.base.firms["live"].to_numpy(dtype=bool)]
            groups = group_links(self.case, live, merge)
            self._joins[merge] = Joins(self._joins[False].unsplit, groups)
        return self._joins[merge]

    def _fresh(self, merge: bool) -> Stand:
        base, scheme = self.base, self.scheme
        formed = enterprises.form_units(base, scheme, self.joins(merge))
        members = enterprises.placed(formed, base, scheme)
        frame = enterprises.unit_frame(members, base)
        states = enterprises.unit_states(self.case, self.book, base, scheme, members)
        states = looked_up(states, frame.index)
        frame[list(STATES)] = states[list(STATES)].astype(bool)
        frame["points"] = states["bonus"] - states["malus"]
        return self._placed(frame, members, base)

    def _held(self, merge: bool) -> Stand:
        """The same units on other land."""
        usual = self.of(merge, held=False)
        area = self.ground.with_holders().book.ledger.set_index("uscc")["occupied_m2"]
        firms = self.base.firms
        held = of(area, firms.index).fillna(0.0).to_numpy(dtype=float)
        base = replace(self.base, firms=firms.assign(occupied_m2=held))
        formed = enterprises.form_units(base, self.scheme, self.joins(merge))
        whole = pd.Series(formed[AREA].to_numpy(), index=pd.Index(formed["uscc"]))
        members = usual.members.assign(**{AREA: of(whole, usual.members["uscc"]).to_numpy()})
        land = np.zeros(len(usual.frame))
        land[usual.unit] = members[AREA].to_numpy(dtype=float)
        return self._placed(usual.frame.assign(**{AREA: land}), members, base)

    def _placed(self, frame: pd.DataFrame, members: pd.DataFrame, base: tables.Base) -> Stand:
        unit = positions(members["unit_id"], frame.index).astype(np.int64)
        firm = positions(members["uscc"], base.firms.index).astype(np.int64)
        own = base.firms["occupied_m2"].to_numpy(dtype=float)[firm]
        total = np.bincount(unit, weights=own, minlength=len(frame))[unit]
        even = 1.0 / np.bincount(unit, minlength=len(frame))[unit]
        part = np.divide(own, total, out=even, where=total > 0)
        pools = [pool for pool in self.scheme.pools if pool[0].shares]
        listed = [(pool, rows_of(pool, frame)) for pool in pools]
        rows = tuple((p, r, positions(pd.Index(r.ids), frame.index)) for p, r in listed)
        return Stand(frame, members, rows, unit, firm, members[AREA].to_numpy(dtype=float) * part)


def figures_of(ground: Ground, year: int) -> pd.DataFrame:
    """Figures of a year, index uscc, sorted."""
    figures = ground.figures[(ground.figures["year"] == year).to_numpy()]
    return figures.drop_duplicates("uscc").set_index("uscc").sort_index()[list(OPERANDS)]


def means_of(
    stand: Stand, ground: Ground, scheme: Scheme, year: int
) -> dict[tuple[str, str], float]:
    """Σ numerators ÷ Σ denominators of another year, on the same land, by cohort and indicator.

    Raises:
        SchemeError: there are no figures of that year.
    """
    picked = figures_of(ground, year)
    if picked.empty:
        raise SchemeError(
            t("没有 {y} 年的数据", "there are no figures of {y}", y=year),
            hint=", ".join(str(y) for y in sorted(ground.figures["year"].unique())),
        )
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
