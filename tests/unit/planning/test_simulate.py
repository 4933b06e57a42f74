"""Policy simulation: scenarios give what an evaluation under these rules gives."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evaluation_small import MU, YEAR, Town

from geomujun.errors import SchemeError
from geomujun.evaluation import engine
from geomujun.planning import scenarios as reading
from geomujun.planning.ground import Ground
from geomujun.planning.outcomes import Simulation
from geomujun.planning.scenarios import Scenario
from geomujun.planning.simulate import simulate
from geomujun.policy import relief, schemes
from geomujun.policy.snapshot import from_data, to_data

ZHEJIANG = schemes.load("zhejiang-2022", YEAR)
BELOW, ABOVE = "below_designated", "above_designated"
RELIEF = relief.load()


def town() -> Town:
    """Twelve small firms of their own land, a parent with a child, and two tenants of F0."""
    made = Town()
    for n in range(12):
        made.firm(f"F{n:02d}", size="规下", parent_uscc="F03" if n == 4 else "")
        made.report(f"F{n:02d}", tax_wan_yuan=10.0 + 7 * (n * 5 % 12), power_wan_kwh=1.0 + n % 4)
        made.report(f"F{n:02d}", year=YEAR - 1, tax_wan_yuan=5.0 + n, power_wan_kwh=2.0)
        made.use(f"F{n:02d}", f"P{n:02d}", 4 + n % 3, 10)
    for n in (20, 21):
        made.firm(f"F{n}", size="规下")
        made.report(f"F{n}", tax_wan_yuan=3.0 * n, power_wan_kwh=3.0)
        made.use(f"F{n}", "P00", 2, 10)
    return made


def ground_of(made: Town) -> Ground:
    book = made.book
    lines = book.links[["uscc", "parcel_code", "area_m2"]].assign(component="registered", basis="")
    rented = (lines["parcel_code"] == "P00") & lines["uscc"].isin(["F20", "F21"])
    lines.loc[rented, "component"] = "leased_in"
    whole = lines[~rented].copy()
    own = (whole["uscc"] == "F00") & (whole["parcel_code"] == "P00")
    whole.loc[own, "area_m2"] += lines.loc[rented, "area_m2"].sum()
    let = whole[own].assign(component="leased_out", area_m2=lines.loc[rented, "area_m2"].sum())
    book.ledger_lines = pd.concat([whole, lines[rented], let], ignore_index=True)
    book.links["relation"] = np.where(rented, "LEASE", "OWN")
    for name in ("lease_id", "head_lease_id", "lessor_uscc"):
        book.links[name] = ""
    found = engine.evaluate(made.case, book, ZHEJIANG, YEAR)
    return Ground.of(made.case, book, found, YEAR)


def run(*listed: Scenario, made: Town | None = None) -> Simulation:
    return simulate(ground_of(made or town()), ZHEJIANG, listed, RELIEF)


def graded(found: Simulation, n: int) -> dict[str, str]:
    """Grades of outcome ``n``, -1 for the run's own rules; those without one left out."""
    outcome = found.base if n < 0 else found.outcomes[n]
    return {str(u): "ABCD"[c] for u, c in zip(found.uscc, outcome.code, strict=True) if c >= 0}


def evaluated(scheme: object = ZHEJIANG, merge: bool = False) -> dict[str, str]:
    made = town()
    table = engine.evaluate(made.case, made.book, scheme, YEAR, merge).enterprise_evaluation  # type: ignore[arg-type]
    return dict(zip(table["uscc"], table["grade"], strict=True))


def test_the_rules_of_the_run_give_its_grades() -> None:
    assert graded(run(), -1) == evaluated()


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("w", weights={BELOW: {"tax_per_mu": 90.0, "tax_per_power": 10.0}}),
        Scenario("s", shares={BELOW: (10.0, 30.0, 40.0, 20.0)}),
        Scenario("m", min_mu={BELOW: 4.5}),
        Scenario("b", benchmarks={BELOW: {"tax_per_mu": 1.0, "tax_per_power": 40.0}}),
    ],
)
def test_a_scenario_is_an_evaluation_under_its_rules(scenario: Scenario) -> None:
    assert graded(run(scenario), 0) == evaluated(scenario.applied(ZHEJIANG))


def test_merging_parents_is_an_evaluation_with_groups_merged() -> None:
    found = run(Scenario("g", merge_groups=True))
    assert graded(found, 0) == evaluated(merge=True)
    assert graded(found, 0)["F03"] == graded(found, 0)["F04"]


def test_an_indicator_the_scheme_does_not_have_may_be_weighed() -> None:
    weights = {"tax_per_mu": 50.0, "tax_per_power": 25.0, "revenue_per_mu": 25.0}
    made = town()
    for n in range(12):
        made.figures[2 * n]["revenue_wan_yuan"] = 1e6 if n == 7 else 1.0
    found = run(Scenario("r", weights={BELOW: weights}), made=made)
    assert graded(found, 0)["F07"] == "A"


def test_land_let_out_stays_with_its_holder() -> None:
    found = run(Scenario("h", lease="holder"))
    area = dict(zip(found.uscc, found.outcomes[0].area_mu, strict=True))
    before = dict(zip(found.uscc, found.base.area_mu, strict=True))
    assert (before["F00"], before["F20"], before["F21"]) == pytest.approx((4, 2, 2), abs=1e-4)
    assert (area["F00"], area["F20"], area["F21"]) == pytest.approx((8, 0, 0), abs=1e-4)
    assert {"F20", "F21"}.isdisjoint(graded(found, 0))


def test_a_tenant_may_take_its_holders_grade() -> None:
    found = run(Scenario("h", lease="holder_grade"))
    grade = graded(found, 0)
    assert grade["F20"] == grade["F21"] == grade["F00"]


def test_means_of_another_year_are_divisors_like_any_other() -> None:
    made = town()
    ground = ground_of(made)
    last = ground.figures[ground.figures["year"] == YEAR - 1].set_index("uscc")
    units = engine.evaluate(made.case, made.book, ZHEJIANG, YEAR).units
    here = last.reindex(units.index).dropna(subset=["tax_wan_yuan"])
    per_mu = here["tax_wan_yuan"].sum() / units["area_mu"].reindex(here.index).sum()
    power = here["tax_wan_yuan"].sum() / here["power_wan_kwh"].sum()
    fixed = Scenario("f", benchmarks={BELOW: {"tax_per_mu": per_mu, "tax_per_power": power}})
    found = run(Scenario("y", benchmark_year=YEAR - 1), fixed)
    assert np.allclose(found.outcomes[0].score, found.outcomes[1].score, equal_nan=True)
    with pytest.raises(SchemeError, match="1999"):
        run(Scenario("y", benchmark_year=1999))


def test_relief_is_the_tax_on_the_land_of_each_grade() -> None:
    own = replace(RELIEF, rate_yuan_per_m2=10.0, percent=(100.0, 50.0, 0.0, 0.0))
    found = run(Scenario("r", relief=own))
    code, area = found.outcomes[0].code, found.outcomes[0].area_mu
    want = (area[code == 0].sum() + area[code == 1].sum() / 2) * MU * 10 / 10_000
    assert found.outcomes[0].relief_wan_yuan == pytest.approx(want)


def test_transitions_movers_and_comparison_agree() -> None:
    found = run(Scenario("s", shares={BELOW: (10.0, 30.0, 40.0, 20.0)}))
    outcome = found.outcomes[0]
    matrix, movers = found.transition(outcome), found.movers(outcome)
    row = found.comparison().iloc[1]
    assert matrix.to_numpy().sum() == 14
    assert matrix.to_numpy().sum() - np.trace(matrix) == len(movers) == row["up"] + row["down"]
    assert row["down"] == len(movers) > 0
    assert row["moved_mu"] == pytest.approx(movers["area_mu"].sum())
    land = found.transition(outcome, "area_mu").to_numpy().sum()
    assert land == pytest.approx(found.base.area_mu.sum())
    tax = found.transition(outcome, "tax_wan_yuan").to_numpy().sum()
    assert tax == pytest.approx(np.nansum(found.tax_wan_yuan))


def test_another_scheme_stands_beside() -> None:
    huangyan = schemes.load("huangyan-2022", YEAR)
    found = run(Scenario("h", scheme=huangyan))
    assert graded(found, 0) == evaluated(huangyan)
    table = found.side_by_side().set_index("uscc")
    assert table["h_grade"].to_dict() == evaluated(huangyan)
    assert table["run_grade"].to_dict() == evaluated()


TEXT = """
scenarios:
  one:
    title: 试
    weights: {规下: {tax_per_mu: 70, tax_per_power: 30}}
    shares: {below_designated: [20, 50, 25, 5]}
    min_mu: {规下: 5}
    benchmark_year: 2023
    merge_groups: true
    lease: holder
    relief: {A: 80}
"""


def test_scenarios_are_read_with_labels_or_ids() -> None:
    (one,) = reading.read(TEXT, ZHEJIANG, RELIEF)
    assert one.weights == {BELOW: {"tax_per_mu": 70.0, "tax_per_power": 30.0}}
    assert one.shares == {BELOW: (20.0, 50.0, 25.0, 5.0)}
    assert (one.benchmark_year, one.merge_groups, one.lease) == (2023, True, "holder")
    assert one.relief is not None
    assert one.relief.percent == (80.0, *RELIEF.percent[1:])


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("weights: {规下: {tax_per_mu: 70}}", "120"),
        ("weights: {规下: {nothing: 70}}", "nothing"),
        ("weights: {中等: {tax_per_mu: 70}}", "规下"),
        ("shares: {规下: [20, 50, 25, 6]}", "101"),
        ("lease: owner", "holder_grade"),
        ("thresholds: 3", "min_mu"),
        ("scheme: none", "zhejiang-2022"),
        ("relief: {E: 3}", "rate_yuan_per_m2"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_with_what_is_allowed(body: str, word: str) -> None:
    with pytest.raises(SchemeError) as error:
        reading.read(f"scenarios:\n  one:\n    {body}\n", ZHEJIANG, RELIEF)
    assert word in f"{error.value} {error.value.hint}"


def test_no_scenario_may_be_called_like_the_run() -> None:
    with pytest.raises(SchemeError, match="run"):
        reading.read("scenarios: {run: {lease: holder}}", ZHEJIANG, RELIEF)


@pytest.mark.parametrize(
    "name",
    ["zhejiang-2022", "zhejiang-2022+by-industry", "zhejiang-2022+newly-above", "huaian-2024"],
)
def test_a_stored_scheme_is_the_scheme(name: str) -> None:
    scheme = schemes.load(name, YEAR)
    back = from_data(json.loads(json.dumps(to_data(scheme))))
    used = [c for c in scheme.cohorts if c.used and not c.open]
    assert list(back.cohorts) == used
    assert (back.id, back.year, back.excluded_industries, back.point_items) == (
        scheme.id, scheme.year, scheme.excluded_industries, scheme.point_items,
    )  # fmt: skip
