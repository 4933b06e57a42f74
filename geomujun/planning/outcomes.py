"""What a policy simulation gives: everyone under each set of rules, and how they compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.evaluation import grading
from geomujun.evaluation.panel import NONE
from geomujun.planning.scenarios import Scenario

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]
CLASSES: Final = (*grading.GRADES, "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everyone under one scenario, in the order of `Simulation.uscc`.

    ``code``: grade code, `NONE` for no grade. ``score``: NaN where there is none. ``area_mu``:
    evaluated land, 0 where not evaluated.
    """

    scenario: Scenario
    code: Codes
    score: Floats
    area_mu: Floats
    relief_wan_yuan: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """The rules of the run (``base``) and every scenario beside it."""

    uscc: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    tax_wan_yuan: Floats
    base: Outcome
    outcomes: tuple[Outcome, ...]

    def transition(self, outcome: Outcome, by: str = "enterprises") -> pd.DataFrame:
        """Rows: class under the run's rules; columns: under the scenario; A–D and "" for none.

        Args:
            outcome: Of this simulation.
            by: What is added up: enterprises, area_mu (under the run's rules; where it has none,
                under the scenario) or tax_wan_yuan.
        """
        weight = {
            "enterprises": np.ones(len(self.uscc)),
            "area_mu": np.where(self.base.area_mu > 0, self.base.area_mu, outcome.area_mu),
            "tax_wan_yuan": np.nan_to_num(self.tax_wan_yuan),
        }[by]
        seen = (self.base.area_mu > 0) | (outcome.area_mu > 0)
        before, after = slots(self.base.code[seen]), slots(outcome.code[seen])
        size = len(CLASSES)
        flat = np.bincount(before * size + after, weights=weight[seen], minlength=size * size)
        return pd.DataFrame(flat.reshape(size, size), index=list(CLASSES), columns=list(CLASSES))

    def movers(self, outcome: Outcome) -> pd.DataFrame:
        """uscc, name, before, after, score_before, score_after, area_mu, tax_wan_yuan; sorted."""
        at = np.flatnonzero(self.base.code != outcome.code)
        area = np.where(outcome.area_mu > 0, outcome.area_mu, self.base.area_mu)
        letters = np.array([*grading.GRADES, ""], dtype=object)
        return pd.DataFrame(
            {
                "uscc": self.uscc[at],
                "name": self.name[at],
                "before": letters[slots(self.base.code[at])],
                "after": letters[slots(outcome.code[at])],
                "score_before": self.base.score[at],
                "score_after": outcome.score[at],
                "area_mu": area[at],
                "tax_wan_yuan": self.tax_wan_yuan[at],
            }
        )

    def side_by_side(self) -> pd.DataFrame:
        """uscc, name, then score and grade under the run's rules and under each scenario."""
        letters = np.array([*grading.GRADES, ""], dtype=object)
        made: dict[str, npt.NDArray[Any]] = {"uscc": self.uscc, "name": self.name}
        seen = np.zeros(len(self.uscc), dtype=bool)
        for outcome in (self.base, *self.outcomes):
            made[f"{outcome.scenario.name}_score"] = outcome.score
            made[f"{outcome.scenario.name}_grade"] = letters[slots(outcome.code)]
            seen |= outcome.area_mu > 0
        return pd.DataFrame(made)[seen].reset_index(drop=True)

    def comparison(self) -> pd.DataFrame:
        """One row per scenario, the run's rules first.

        Columns: scenario, title, A, B, C, D, no_grade (enterprises evaluated under either), up,
        down, in, out (of the classes), moved_mu, moved_tax_wan_yuan, relief_wan_yuan,
        relief_change_wan_yuan.
        """
        rows = [self._row(o) for o in (self.base, *self.outcomes)]
        return pd.DataFrame(rows)

    def _row(self, outcome: Outcome) -> dict[str, object]:
        before, after = slots(self.base.code), slots(outcome.code)
        seen = (self.base.area_mu > 0) | (outcome.area_mu > 0)
        count = np.bincount(after[seen], minlength=len(CLASSES))
        both = (self.base.code != NONE) & (outcome.code != NONE)
        moved = before != after
        area = np.where(outcome.area_mu > 0, outcome.area_mu, self.base.area_mu)
        return {
            "scenario": outcome.scenario.name,
            "title": outcome.scenario.title,
            **{g: int(n) for g, n in zip((*grading.GRADES, "no_grade"), count, strict=True)},
            "up": int((both & (after < before)).sum()),
            "down": int((both & (after > before)).sum()),
            "in": int((moved & (self.base.code == NONE)).sum()),
            "out": int((moved & (outcome.code == NONE)).sum()),
            "moved_mu": float(area[moved].sum()),
            "moved_tax_wan_yuan": float(np.nansum(self.tax_wan_yuan[moved])),
            "relief_wan_yuan": outcome.relief_wan_yuan,
            "relief_change_wan_yuan": outcome.relief_wan_yuan - self.base.relief_wan_yuan,
        }


def slots(code: Codes) -> Ints:
    """Codes as positions in `CLASSES`."""
    return np.where(code == NONE, len(grading.GRADES), code).astype(np.int64)
