"""Clusters, what they give and take, the path of each plot, and the choice among them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from planning_small import CODES, ground

from geomujun.errors import SchemeError, UsageError
from geomujun.planning.clusters import cluster_ids
from geomujun.planning.plan import Ask, Plan, make_plan
from geomujun.planning.plots import plot_table
from geomujun.policy import measures_paths
from geomujun.policy.measures_paths import Cost

REMEDIES = measures_paths.load()
PRICED = REMEDIES.with_costs({p.id: Cost(10.0, "测试") for p in REMEDIES.paths})


def groups(width_m: float) -> list[list[int]]:
    plots, pairs = plot_table(ground(), (), width_m)
    ids = pd.Series(cluster_ids(plots, pairs))
    return [
        [CODES.index(c) + 1 for c in plots.loc[ids == i, "parcel_code"]] for i in sorted(set(ids))
    ]


def test_plots_join_over_edges_and_roads_no_wider_than_said() -> None:
    assert groups(0) == [[1, 2, 5], [3, 6], [4]]
    assert groups(11) == [[1, 2, 5], [3, 6], [4]]
    assert groups(13) == [[1, 2, 3, 5, 6], [4]]
    assert groups(500) == [[1, 2, 3, 4, 5, 6]]


def plots() -> pd.DataFrame:
    return make_plan(ground(), REMEDIES, Ask()).plots.set_index("parcel_code")


def test_a_cluster_is_named_after_its_smallest_plot_whatever_the_row_order() -> None:
    one = ground()
    turned = replace(one, plots=one.plots.sort_values("parcel_code", ascending=False))
    first = make_plan(one, REMEDIES, Ask()).clusters
    pd.testing.assert_frame_equal(first, make_plan(turned, REMEDIES, Ask()).clusters)
    assert set(first["cluster_id"]) == {"C" + CODES[0], "C" + CODES[3]}


def test_owners_are_firms_where_known_and_a_masked_name_is_never_the_same_person_twice() -> None:
    table = plots()
    assert table.loc[CODES[0], "owners"] == "U1"
    assert table.loc[CODES[3], "owners"] == f"王**@{CODES[3]}"
    clusters = make_plan(ground(), REMEDIES, Ask(width_m=0)).clusters.set_index("cluster_id")
    assert clusters.loc["C" + CODES[0], "owners"] == 2  # U1 holds two plots, 乙厂 one
    assert clusters.loc["C" + CODES[0], "tenants"] == 1


def test_uplift_is_up_to_the_cohorts_median_and_unknown_is_not_zero() -> None:
    table = plots()
    assert table.loc[CODES[0], "median_per_mu"] == 1.5
    assert table.loc[CODES[0], "uplift_wan_yuan"] == pytest.approx(0.5)
    assert table.loc[CODES[1], "uplift_wan_yuan"] == pytest.approx(3.0)
    assert table.loc[CODES[2], "uplift_wan_yuan"] == 0.0
    assert pd.isna(table.loc[CODES[3], "uplift_wan_yuan"])
    clusters = make_plan(ground(), REMEDIES, Ask(width_m=0)).clusters.set_index("cluster_id")
    assert clusters.loc["C" + CODES[0], "tax_unknown"] == 1
    assert clusters.loc["C" + CODES[3], "tax_unknown"] == 1


def test_energy_comes_from_two_indicators_with_one_numerator() -> None:
    table = plots()
    assert table.loc[CODES[0], "energy_tce"] == pytest.approx(10.0 * 1 / 2)
    assert table.loc[CODES[1], "energy_tce"] == pytest.approx(8.0 * 2 / 4)
    assert pd.isna(table.loc[CODES[2], "energy_tce"])


def test_every_plot_has_a_path_with_condition_and_source() -> None:
    table = plots()
    got = table["path"].to_dict()
    assert got[CODES[4]] == "reserve"  # idle
    assert got[CODES[5]] == "reserve"  # vacant
    assert got[CODES[1]] == "close"  # all D, no tax
    assert got[CODES[2]] == "swap"  # outside the park, user above designated size
    assert got[CODES[3]] == "upgrade"  # nobody known there
    assert (table["path_condition"] != "").all()
    assert table["path_basis"].str.contains("未核实|已核对").all()


def test_where_no_park_is_known_nobody_is_sent_into_one() -> None:
    table = make_plan(ground(parks=False), REMEDIES, Ask()).plots.set_index("parcel_code")
    assert table.loc[CODES[2], "path"] == "upgrade"
    assert table["in_park"].isna().all()


def choice(plan: Plan) -> set[str]:
    return set(plan.clusters["cluster_id"][plan.choices[0].chosen])


def test_a_target_is_met_with_the_fewest_owners_when_no_cost_is_known() -> None:
    plan = make_plan(ground(), REMEDIES, Ask(targets={"area": 4}, width_m=0))
    assert plan.goal == "fewest-owners"
    assert choice(plan) == {"C" + CODES[3]}  # 4 mu, one owner
    assert plan.status == "optimal"


def test_a_budget_without_costs_is_refused_and_never_guessed() -> None:
    with pytest.raises(UsageError, match="单价"):
        make_plan(ground(), REMEDIES, Ask(budget_wan_yuan=100))


def test_a_budget_buys_the_most_land() -> None:
    plan = make_plan(ground(), PRICED, Ask(budget_wan_yuan=90, width_m=0, goal="most-area"))
    assert choice(plan) == {"C" + CODES[2]}  # 3 + 6 mu for 90
    assert plan.clusters["cost_wan_yuan"].tolist() == [90.0, 80.0, 40.0]


def test_an_ask_that_cannot_be_met_says_how_far_one_gets() -> None:
    plan = make_plan(ground(), PRICED, Ask(targets={"area": 20}, budget_wan_yuan=100, width_m=0))
    assert plan.status == "infeasible"
    assert plan.reach == {"area": 900}


def test_clusters_can_be_taken_and_left_by_name() -> None:
    ask = Ask(targets={"area": 4}, width_m=0, exclude=("C" + CODES[3],))
    assert choice(make_plan(ground(), REMEDIES, ask)) == {"C" + CODES[0]} or choice(
        make_plan(ground(), REMEDIES, ask)
    ) == {"C" + CODES[2]}
    with pytest.raises(UsageError, match="没有片区"):
        make_plan(ground(), REMEDIES, Ask(targets={"area": 1}, include=("C0",)))


@pytest.mark.parametrize("ask", [Ask(targets={"gold": 1}), Ask(targets={"mu": -1}), Ask(goal="x")])
def test_odd_asks_are_refused(ask: Ask) -> None:
    with pytest.raises(UsageError):
        make_plan(ground(), REMEDIES, ask)


def test_costs_need_a_known_path_and_a_source() -> None:
    good = measures_paths.load_costs(
        "costs: {收储: {wan_yuan_per_mu: 45, source: 某文}}", "c", REMEDIES
    )
    assert good == {"reserve": Cost(45.0, "某文")}
    for text in (
        "costs: {gold: {wan_yuan_per_mu: 1, source: x}}",
        "costs: {收储: {wan_yuan_per_mu: 1}}",
        "costs: {收储: {wan_yuan_per_mu: -1, source: x}}",
    ):
        with pytest.raises(SchemeError):
            measures_paths.load_costs(text, "c.yaml", REMEDIES)


def test_an_unknown_condition_is_named() -> None:
    text = measures_paths.packaged_text().replace("[idle]", "[lazy]")
    with pytest.raises(SchemeError, match="lazy"):
        make_plan(ground(), measures_paths.load(text), Ask())
