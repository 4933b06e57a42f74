"""Progress of remediation against the year's target, from the log of field checks.

One line a plot and check; the newest counts. Only finished plots add to what is reached: land and
energy as the checker wrote them, not as the plan estimated.

Source: 浙亩均办〔2022〕2号 一(二) (全年目标), 二(三)11 (大数据筛选和实地核实).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from geomujun.lang import t

STATES: Final = {
    "checked": ("已核查", "checked"),
    "refuted": ("不属实", "not so"),
    "talking": ("洽谈中", "talking"),
    "agreed": ("已签约", "agreed"),
    "done": ("已完成", "done"),
}
NUMBERS: Final = ("area_mu", "released_mu", "energy_tce", "tax_wan_yuan")
LINE: Final = ("parcel_code", "state", "path", "checked_on", "reviewer", "note", *NUMBERS)
TARGETS: Final = {
    "area": "area_mu",
    "mu": "released_mu",
    "tce": "energy_tce",
    "tax": "tax_wan_yuan",
}
Fault = tuple[str, str, str]  # field, value, reason


@dataclass(frozen=True, slots=True)
class Progress:
    """``by_path``: path, state, plots, and sums of `NUMBERS`. ``reached``: target → (done, of).

    ``strange``: parcel codes of the log that are no low-efficiency plot of the run.
    """

    by_path: pd.DataFrame
    reached: Mapping[str, tuple[float, float]]
    checked: int
    plots: int
    strange: tuple[str, ...]


def check_line(row: Mapping[str, Any]) -> Fault | None:
    """What is wrong with one line of the log, None when nothing is."""
    for name in ("parcel_code", "state", "checked_on", "reviewer"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            return name, str(row.get(name) or ""), t("缺少必填项", "missing")
    if row["state"] not in STATES:
        return "state", row["state"], t("只能是 {w}", "must be {w}", w=" | ".join(STATES))
    try:
        date.fromisoformat(row["checked_on"][:10])
    except ValueError:
        return "checked_on", row["checked_on"], t("不是日期 YYYY-MM-DD", "not a date YYYY-MM-DD")
    for name in NUMBERS:
        value = row.get(name)
        if value is None:
            continue
        bad = isinstance(value, bool) or not isinstance(value, int | float)
        if bad or not (math.isfinite(value) and value >= 0):
            return name, str(value), t("不是非负的数", "not a number of 0 or more")
    return None


def measure(log: pd.DataFrame, plots: pd.Series, targets: Mapping[str, float]) -> Progress:
    """Where the year stands.

    Args:
        log: Columns `LINE`, checked, in the order of the file.
        plots: Parcel codes of the run's low-efficiency plots.
        targets: Keys of `TARGETS` → amount of the year.
    """
    rows = log.assign(_line=range(len(log)))
    rows = rows.sort_values(["parcel_code", "checked_on", "_line"], kind="stable")
    rows = rows.drop_duplicates("parcel_code", keep="last")
    for name in NUMBERS:
        rows[name] = pd.to_numeric(rows[name], errors="coerce").fillna(0.0)
    by = rows.groupby(["path", "state"], sort=True)
    table = by.size().rename("plots").to_frame().join(by[list(NUMBERS)].sum().round(2))
    done = rows[rows["state"] == "done"]
    reached = {
        key: (round(float(done[TARGETS[key]].sum()), 2), float(value))
        for key, value in targets.items()
    }
    known = set(plots)
    strange = tuple(code for code in rows["parcel_code"] if code not in known)
    checked = len(rows) - len(strange)
    return Progress(table.reset_index(), reached, checked, len(known), strange)
