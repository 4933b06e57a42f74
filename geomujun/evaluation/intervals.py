"""How far a grade could move: one queued link flipped at a time, all else fixed (CONTRACT §6).

`prepare` freezes the units of an evaluation, those without land among them; `flip` takes, for each
flip, the occupied areas that would change, and says which grades would. Links and areas are the
caller's business (`ledger` re-keeps the few parcels a link touches); who is joined with whom and
all figures stay as they are. Cost of one flip: one scoring of the cohorts it touches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.words import M2_PER_MU
from geomujun.evaluation import enterprises, figures, flags, grading, scoring, tables
from geomujun.evaluation.indicators import AREA, ENTERPRISE, operands
from geomujun.evaluation.keys import among
from geomujun.policy.model import Cohort, Scheme

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NONE: Final = -1  # code of "no grade"; 0..3 are A..D
_NO_STATES: Final = ("veto", "not_d", "transition", "unrated")


@dataclass(frozen=True, slots=True)
class _Group:
    """One cohort's units, in the order of their tie key; arrays of its length."""

    cohort: Cohort
    units: pd.Index
    area_mu: Floats
    min_mu: Floats
    numerators: Floats
    denominators: Floats
    by_area: Bools  # per indicator: whether its denominator is the area
    points: Floats
    veto: Bools
    not_d: Bools
    ranked: Bools

    def grades(self, area_mu: Floats) -> npt.NDArray[np.int8]:
        """Grade code of every unit when areas are these."""
        den = self.denominators.copy()
        den[:, self.by_area] = np.where(area_mu == 0, np.nan, area_mu)[:, None]
        inside = (area_mu > 0) & (area_mu >= self.min_mu)
        got = scoring.score(self.cohort, self.numerators[inside], den[inside], scoring.fast_sum)
        scores = np.full(len(area_mu), -np.inf)
        scores[inside] = np.round(got.total + self.points[inside], grading.TIE_PLACES)
        where = np.flatnonzero(inside & self.ranked)
        order = where[np.argsort(-scores[where], kind="stable")]
        last = grading.cuts(len(order), self.cohort.shares)
        code = np.full(len(area_mu), NONE, dtype=np.int8)
        code[order] = np.minimum(np.searchsorted(last, np.arange(1, len(order) + 1)), 3)
        code[inside & self.not_d & (code == 3)] = 2
        code[inside & self.veto] = 3
        return code


@dataclass(frozen=True, slots=True)
class Stakes:
    """Everything a flip needs. ``members``: index uscc: unit_id, occupied_m2."""

    members: pd.DataFrame
    groups: tuple[_Group, ...]


@dataclass(frozen=True, slots=True)
class Intervals:
    """What the flips do.

    ``grades``: index uscc: grade_best, grade_worst. ``changes``: flip, uscc, before, after,
    for every firm whose grade would change, "" for no grade; sorted.
    """

    grades: pd.DataFrame
    changes: pd.DataFrame


def prepare(
    case: Case, book: tables.BookLike, scheme: Scheme, merge_groups: bool = False
) -> Stakes:
    """Freeze the units of the evaluation of ``case`` under ``scheme``."""
    picked, _ = figures.pick(case.indicators, scheme.year)
    base = tables.base(case, book, scheme, picked)
    formed = enterprises.form_units(case, book, base, scheme, merge_groups)
    members = enterprises.placed(formed, base, scheme)
    frame = enterprises.unit_frame(members, base)
    states = flags.per_unit(members, flags.per_firm(case.flags, scheme.year)).reindex(frame.index)
    points = states["bonus"].clip(upper=scheme.bonus_max) - states["malus"].clip(
        upper=scheme.malus_max
    )
    whole = frame.assign(points=points, **{n: states[n].astype(bool) for n in _NO_STATES})
    whole = whole.sort_values("tie_key")
    groups = tuple(
        _group(c, whole[(whole["cohort"] == c.id).to_numpy()]) for c in scheme.active if c.shares
    )
    own = members.set_index("uscc")[["unit_id"]]
    own["occupied_m2"] = base.firms["occupied_m2"].reindex(own.index)
    return Stakes(own, groups)


def _group(cohort: Cohort, units: pd.DataFrame) -> _Group:
    names = [r.id for r in cohort.indicators]
    num, den = operands(units, names, ENTERPRISE)
    probe = pd.DataFrame({c: [1.0] for c in figures.COLUMNS} | {AREA: [7.0]})
    _, shown = operands(probe, names, ENTERPRISE)
    flagged = {n: units[n].to_numpy(dtype=bool) for n in _NO_STATES}
    return _Group(
        cohort=cohort,
        units=units.index,
        area_mu=units[AREA].to_numpy(dtype=float),
        min_mu=units["min_mu"].to_numpy(dtype=float),
        numerators=num,
        denominators=den,
        by_area=shown[0] == 7.0,
        points=units["points"].to_numpy(dtype=float),
        veto=flagged["veto"],
        not_d=flagged["not_d"],
        ranked=~(flagged["veto"] | flagged["transition"] | flagged["unrated"]),
    )


def flip(stakes: Stakes, flips: pd.DataFrame) -> Intervals:
    """Best and worst grade of every firm over all flips, and what each flip changes.

    Args:
        stakes: From `prepare`.
        flips: ``flip`` (any id), ``uscc``, ``occupied_m2``: the firm's area after that flip. Firms
            without figures are passed over: they are not evaluated.

    Returns:
        Intervals; without flips, best and worst are the grade itself.
    """
    known = flips[among(flips["uscc"], stakes.members.index)]
    own = stakes.members.reindex(known["uscc"])
    delta = pd.DataFrame(
        {
            "flip": known["flip"].to_numpy(),
            "unit": own["unit_id"].to_numpy(),
            "mu": (known["occupied_m2"].to_numpy() - own["occupied_m2"].to_numpy()) / M2_PER_MU,
        }
    )
    delta = delta.groupby(["flip", "unit"], sort=True)[["mu"]].sum().reset_index()
    best: list[pd.Series] = []
    worst: list[pd.Series] = []
    changed: list[pd.DataFrame] = []
    for group in stakes.groups:
        low, high, change = _flip_group(group, delta)
        best.append(pd.Series(low, index=group.units))
        worst.append(pd.Series(high, index=group.units))
        changed.append(change)
    unit = stakes.members["unit_id"]
    grades = pd.DataFrame(index=stakes.members.index)
    grades["grade_best"] = _text(pd.concat(best).reindex(unit).to_numpy()) if best else ""
    grades["grade_worst"] = _text(pd.concat(worst).reindex(unit).to_numpy()) if worst else ""
    return Intervals(grades, _by_firm(changed, stakes.members))


def _flip_group(
    group: _Group, delta: pd.DataFrame
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8], pd.DataFrame]:
    base = group.grades(group.area_mu)
    best, worst = base.copy(), base.copy()
    at = group.units.get_indexer(pd.Index(delta["unit"]))
    here = np.flatnonzero(at >= 0)
    rows: list[pd.DataFrame] = []
    names = delta["flip"].to_numpy()
    starts = np.flatnonzero(names[here][1:] != names[here][:-1]) + 1
    for part in np.split(here, starts) if len(here) else []:
        area = group.area_mu.copy()
        area[at[part]] += delta["mu"].to_numpy()[part]
        area[area < 1e-9] = 0.0
        code = group.grades(area)
        graded = code != NONE
        best = np.where(graded & ((best == NONE) | (code < best)), code, best)
        worst = np.where(graded & ((worst == NONE) | (code > worst)), code, worst)
        moved = np.flatnonzero(code != base)
        rows.append(
            pd.DataFrame(
                {
                    "flip": names[part[0]],
                    "unit": group.units[moved],
                    "before": _text(base[moved]),
                    "after": _text(code[moved]),
                }
            )
        )
    empty = pd.DataFrame(columns=["flip", "unit", "before", "after"])
    return best, worst, pd.concat(rows, ignore_index=True) if rows else empty


def _text(code: npt.NDArray[np.int8]) -> npt.NDArray[np.object_]:
    return np.array([*grading.GRADES, ""], dtype=object)[code.astype(np.int64)]


def _by_firm(changed: list[pd.DataFrame], members: pd.DataFrame) -> pd.DataFrame:
    frames = [c for c in changed if len(c)]
    if not frames:
        return pd.DataFrame(columns=["flip", "uscc", "before", "after"])
    firms = members.reset_index()[["uscc", "unit_id"]].rename(columns={"unit_id": "unit"})
    rows = pd.concat(frames, ignore_index=True).merge(firms, on="unit")
    return rows[["flip", "uscc", "before", "after"]].sort_values(
        ["flip", "uscc"], ignore_index=True
    )
