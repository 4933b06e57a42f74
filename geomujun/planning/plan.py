"""The remediation plan: clusters of low-efficiency land, ranked, and a choice among them.

Clusters are chosen whole. What is gained: land released (腾出), area treated (整治), tax if the
land came to yield its cohort's median, energy released. What it takes: money where the locality
has given costs, and owners to talk to. Numbers are a planner's estimate; every plot stays a
prompt for a field check.

Source: 浙亩均办〔2022〕2号 一(二), 二(三)11–12 (targets in firms, 亩 and 吨标煤).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.planning import paths as remedy_paths
from geomujun.planning import select
from geomujun.planning.clusters import cluster_ids
from geomujun.planning.plots import Ground, plot_table
from geomujun.policy.measures_paths import Remedies

GAINS: Final[Mapping[str, str]] = {
    "mu": "released_mu",
    "area": "area_mu",
    "tax": "uplift_wan_yuan",
    "tce": "released_tce",
}
GOALS: Final[Mapping[str, tuple[str, select.Sense]]] = {
    "least-cost": ("cost_wan_yuan", "min"),
    "fewest-owners": ("owners", "min"),
    "most-mu": ("released_mu", "max"),
    "most-area": ("area_mu", "max"),
    "most-tax": ("uplift_wan_yuan", "max"),
    "most-tce": ("released_tce", "max"),
}
RANKS: Final[Mapping[str, tuple[str, bool]]] = {
    "rank_mu": ("released_mu", False),
    "rank_tax": ("uplift_wan_yuan", False),
    "rank_owners": ("owners", True),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What the planner wants.

    ``targets``: keys of `GAINS` → amount. ``budget_wan_yuan`` and ``max_owners``: limits, None for
    none. ``goal``: key of `GOALS`, "" to follow from the rest. ``include`` / ``exclude``: cluster
    ids taken or left whatever else. ``distinct``: clusters an alternative must differ in.
    """

    targets: Mapping[str, float] = field(default_factory=dict)
    budget_wan_yuan: float | None = None
    max_owners: int | None = None
    goal: str = ""
    alternatives: int = 2
    distinct: int = 1
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    width_m: float | None = None
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan. ``status``: optimal | unproven | infeasible | ranked (nothing was asked to choose).

    ``plots`` and ``clusters`` are tables; ``choices`` mark clusters in the table's order, the best
    first; ``shadows`` belong to the best; ``reach``: of an infeasible ask, what each target could
    reach alone.
    """

    plots: pd.DataFrame
    clusters: pd.DataFrame
    status: str
    goal: str
    choices: tuple[select.Choice, ...] = ()
    shadows: tuple[select.Shadow, ...] = ()
    reach: Mapping[str, int] = field(default_factory=dict)
    width_m: float = 0.0


def make_plan(ground: Ground, remedies: Remedies, ask: Ask) -> Plan:
    """Clusters of a run, and the best choice among them.

    Raises:
        UsageError: an unknown target, goal or cluster; a budget without costs.
    """
    _check(ask)
    width = remedies.road_width_m if ask.width_m is None else ask.width_m
    layer, pairs = plot_table(ground, ask.rules, width)
    layer["cluster_id"] = cluster_ids(layer, pairs)
    plots = pd.concat([layer, remedy_paths.assign(layer, remedies)], axis=1)
    plots["released_mu"] = plots["area_mu"] * plots["land_share"]
    plots["released_tce"] = plots["energy_tce"] * plots["energy_share"]
    plots["cost_wan_yuan"] = plots["area_mu"] * plots["cost_per_mu"]
    clusters = cluster_table(plots, pairs)
    return choose(Plan(plots, clusters, "ranked", "", width_m=width), ask)


def choose(found: Plan, ask: Ask) -> Plan:
    """The best choice among the clusters of a plan that is made; ``ask`` names nothing else.

    Raises:
        UsageError: an unknown target, goal or cluster; a budget without costs.
    """
    _check(ask)
    plots, clusters, width = found.plots, found.clusters, found.width_m
    goal = ask.goal or _goal(ask, clusters)
    if not goal:
        return Plan(plots, clusters, "ranked", "", width_m=width)
    problem = _problem(clusters, ask, goal)
    choices = tuple(select.ranked(problem, 1 + ask.alternatives, ask.distinct))
    if not choices:
        return Plan(plots, clusters, "infeasible", goal, reach=select.reach(problem), width_m=width)
    status = "optimal" if choices[0].proven else "unproven"
    shadows = tuple(select.shadows(problem, choices[0]))
    return Plan(plots, clusters, status, goal, choices, shadows, width_m=width)


def cluster_table(plots: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """One row a cluster, the best rank first.

    Columns: rank, cluster_id, plots, area_mu, released_mu, tax_wan_yuan, uplift_wan_yuan,
    tax_unknown (plots whose tax or median is not known), released_tce, energy_unknown, owners,
    tenants, cost_wan_yuan (NaN when one plot has no cost), road_links, paths, rules, location,
    parcels, rank_mu, rank_tax, rank_owners. Amounts are rounded to hundredths, as they are added.
    """
    by = plots.groupby("cluster_id", sort=True)
    table = by.agg(plots=("parcel_code", "size"), tenants=("tenants", "sum"))
    for name in ("area_mu", "released_mu", "tax_wan_yuan", "uplift_wan_yuan", "released_tce"):
        table[name] = _rounded(by[name].sum())
    table["tax_unknown"] = by.size() - by["uplift_wan_yuan"].count()
    table["energy_unknown"] = by.size() - by["energy_tce"].count()
    table["cost_wan_yuan"] = _rounded(by["cost_wan_yuan"].sum(min_count=1)).where(
        by["cost_wan_yuan"].count() == by.size()
    )
    table["owners"] = _distinct(plots, "owners").groupby(level=0).size().reindex(table.index)
    table["owners"] = table["owners"].fillna(0).astype(int)
    across = pairs[pairs["across_road"]]
    roads = plots["cluster_id"].to_numpy()[across["left"].to_numpy(dtype=np.int64)]
    table["road_links"] = pd.Series(roads).value_counts().reindex(table.index).fillna(0).astype(int)
    sizes = plots.groupby(["cluster_id", "path_label"], sort=True).size()
    words = sizes.index.get_level_values(1) + " " + sizes.astype("str")
    table["paths"] = words.groupby(level=0).agg("、".join)
    table["rules"] = _distinct(plots, "rules").groupby(level=0).agg("|".join)
    table["location"] = by["location"].first()
    table["parcels"] = by["parcel_code"].agg("|".join)
    for rank, (name, ascending) in RANKS.items():
        table[rank] = table[name].rank(method="min", ascending=ascending).astype(int)
    table = table.reset_index().sort_values(
        ["released_mu", "uplift_wan_yuan", "owners", "area_mu", "cluster_id"],
        ascending=[False, False, True, False, True],
        ignore_index=True,
    )
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table


def _rounded(values: pd.Series) -> pd.Series:
    made = pd.Series(select.hundredths(values) / select.UNIT, index=values.index)
    return made.where(values.notna())


def _distinct(plots: pd.DataFrame, column: str) -> pd.Series:
    """The distinct parts of a "|"-joined column, sorted, by cluster."""
    parts = plots.set_index("cluster_id")[column].str.split("|").explode()
    table = parts[parts != ""].reset_index().drop_duplicates()
    table = table.sort_values(["cluster_id", column], kind="stable")
    made: pd.Series = table.set_index("cluster_id")[column]
    return made


def _check(ask: Ask) -> None:
    for name, value in ask.targets.items():
        if name not in GAINS or not value > 0:
            raise UsageError(
                t("不认识的目标 {n}={v}", "no such target {n}={v}", n=name, v=value),
                hint=", ".join(f"{k}=…" for k in GAINS),
            )
    if ask.goal and ask.goal not in GOALS:
        raise UsageError(t("没有目标 {g!r}", "no goal {g!r}", g=ask.goal), hint=" | ".join(GOALS))


def _goal(ask: Ask, clusters: pd.DataFrame) -> str:
    """What to optimise when the planner does not say; "" when there is nothing to choose."""
    if ask.targets:
        return "least-cost" if clusters["cost_wan_yuan"].notna().all() else "fewest-owners"
    limited = ask.budget_wan_yuan is not None or ask.max_owners is not None
    return "most-mu" if limited else ""


def _problem(clusters: pd.DataFrame, ask: Ask, goal: str) -> select.Problem:
    """The programme over the clusters in the table's order."""
    column, sense = GOALS[goal]
    if column == "cost_wan_yuan" or ask.budget_wan_yuan is not None:
        _need_costs(clusters)
    limits = [
        _limit(name, clusters[GAINS[name]], value, True) for name, value in ask.targets.items()
    ]
    if ask.budget_wan_yuan is not None:
        limits.append(_limit("budget", clusters["cost_wan_yuan"], ask.budget_wan_yuan, False))
    if ask.max_owners is not None:
        limits.append(_limit("owners", clusters["owners"], ask.max_owners, False))
    return select.Problem(
        values=select.hundredths(clusters[column]),
        sense=sense,
        limits=tuple(limits),
        must=_marked(clusters, ask.include),
        never=_marked(clusters, ask.exclude),
        seconds=ask.seconds,
    )


def _limit(name: str, amounts: pd.Series, value: float, least: bool) -> select.Limit:
    whole = value * select.UNIT
    edge = np.ceil(whole - 1e-6) if least else np.floor(whole + 1e-6)
    return select.Limit(name, select.hundredths(amounts), int(edge), least)


def _need_costs(clusters: pd.DataFrame) -> None:
    if clusters["cost_wan_yuan"].isna().any():
        raise UsageError(
            t(
                "有整治路径没有单价，不能算预算或最省钱",
                "some paths have no cost: neither a budget nor the least cost can be reckoned",
            ),
            hint=t(
                "用 --costs 给出每条路径的万元/亩和来源",
                "give 万元 a mu and its source for every path with --costs",
            ),
        )


def _marked(
    clusters: pd.DataFrame, ids: tuple[str, ...]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    known = set(clusters["cluster_id"])
    for one in ids:
        if one not in known:
            raise UsageError(
                t("没有片区 {c!r}", "no cluster {c!r}", c=one),
                hint=t("片区编号见 clusters 表", "cluster ids stand in the clusters table"),
            )
    return clusters["cluster_id"].isin(list(ids)).to_numpy(dtype=bool)


def totals(clusters: pd.DataFrame, choice: select.Choice) -> dict[str, float | None]:
    """Sums over the chosen clusters, as printed; None for a cost nobody told."""
    part = clusters[choice.chosen]
    out: dict[str, float | None] = {"clusters": len(part), "plots": int(part["plots"].sum())}
    for name in ("area_mu", "released_mu", "uplift_wan_yuan", "released_tce", "cost_wan_yuan"):
        missing = name == "cost_wan_yuan" and bool(part[name].isna().any())
        out[name] = None if missing else int(select.hundredths(part[name]).sum()) / select.UNIT
    out["owners"], out["tenants"] = int(part["owners"].sum()), int(part["tenants"].sum())
    return out
