"""Which path of remediation is suggested for a plot: conditions by name, paths as data.

Each condition is a function of the plot table (`planning.plots`), named as in
`policy/measures_paths.yaml`. What a condition needs and does not know makes it false, so that an
unknown never leads to a harder path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.measures_paths import Remedies

Bools = npt.NDArray[np.bool_]
Condition = Callable[[pd.DataFrame], Bools]
CONDITIONS: Final[dict[str, Condition]] = {}
_IDLE: Final = r"(?:^|\|)(?:IDLE_1|IDLE_2|GEWY)(?:\||$)"


def _condition(function: Condition) -> Condition:
    CONDITIONS[function.__name__] = function
    return function


@_condition
def idle(plots: pd.DataFrame) -> Bools:
    """Screened as idle or supplied and not used."""
    return plots["rules"].str.contains(_IDLE, regex=True).to_numpy(dtype=bool)


@_condition
def no_live_holder(plots: pd.DataFrame) -> Bools:
    """The holder is cancelled, or nobody holds or uses the plot."""
    return plots["bucket"].isin(["holder_cancelled", "vacant"]).to_numpy(dtype=bool)


@_condition
def has_users(plots: pd.DataFrame) -> Bools:
    """An enterprise really uses the plot."""
    return (plots["users"] > 0).to_numpy(dtype=bool)


@_condition
def all_users_d(plots: pd.DataFrame) -> Bools:
    """Every user is graded, and D."""
    return (plots["grades"] == "D").to_numpy(dtype=bool)


@_condition
def weak_users(plots: pd.DataFrame) -> Bools:
    """Every user is graded, C or D."""
    return plots["grades"].isin(["C", "D", "CD"]).to_numpy(dtype=bool)


@_condition
def no_tax(plots: pd.DataFrame) -> Bools:
    """The year's tax of the plot is known, and not above 0."""
    return (plots["tax_wan_yuan"] <= 0).to_numpy(dtype=bool)


@_condition
def outside_parks(plots: pd.DataFrame) -> Bools:
    """The plot lies outside every approved park boundary; false where no parks are known."""
    return plots["in_park"].eq(0).fillna(False).to_numpy(dtype=bool)


@_condition
def small_users(plots: pd.DataFrame) -> Bools:
    """It has users, and none of them is above designated size (规上)."""
    return ((plots["users"] > 0) & (plots["big_users"] == 0)).to_numpy(dtype=bool)


@_condition
def strong_neighbour(plots: pd.DataFrame) -> Bools:
    """A user graded A or B stands on a neighbouring plot."""
    return (plots["neighbour"] != "").to_numpy(dtype=bool)


def assign(plots: pd.DataFrame, remedies: Remedies) -> pd.DataFrame:
    """The suggested path of each plot.

    Args:
        plots: As `planning.plots.plot_table` makes them.
        remedies: Paths in the order in which they are tried.

    Returns:
        On the plots' index: ``path`` (id), ``path_label``, ``path_condition``, ``path_basis``,
        ``land_share``, ``energy_share``, ``cost_per_mu`` (万元, NaN unknown), ``cost_source``.

    Raises:
        SchemeError: a path names a condition nobody wrote.
    """
    holds: dict[str, Bools] = {}
    for name in sorted({c for p in remedies.paths for branch in p.when for c in branch}):
        if name not in CONDITIONS:
            raise SchemeError(
                t("没有条件 {n!r}", "no condition {n!r}", n=name),
                hint=t("可用：{a}", "allowed: {a}", a=", ".join(sorted(CONDITIONS))),
            )
        holds[name] = CONDITIONS[name](plots)
    pick = np.full(len(plots), -1, dtype=np.int64)
    for k, path in enumerate(remedies.paths):
        fits = np.zeros(len(plots), dtype=bool)
        for branch in path.when:
            every = np.ones(len(plots), dtype=bool)
            for name in branch:
                every &= holds[name]
            fits |= every
        pick[(pick < 0) & fits] = k
    table = pd.DataFrame(
        [
            {
                "path": p.id,
                "path_label": p.label,
                "path_condition": p.condition,
                "path_basis": t(
                    "{basis}，{source}（{checked}）",
                    "{basis}, {source} ({checked})",
                    basis=p.basis,
                    source=p.source,
                    checked=t("已核对文本", "text checked")
                    if p.confirmed
                    else t("未核实，由当地确认", "not confirmed"),
                ),
                "land_share": p.land,
                "energy_share": p.energy,
                "cost_per_mu": np.nan if p.cost is None else p.cost.wan_yuan_per_mu,
                "cost_source": "" if p.cost is None else p.cost.source,
            }
            for p in remedies.paths
        ]
    )
    return table.iloc[pick].set_index(plots.index)
