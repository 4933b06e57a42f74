"""`explain CODE` and `simulate` on a finished run of the sample town."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cli_calls import TOWN, Call

from geomujun.cli.scheme import load_scheme
from geomujun.pipeline import scored


def table(run: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(run / "tables" / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False)


def told(geomujun: Call, run: Path, code: str) -> dict[str, Any]:
    done = geomujun("explain", code, "--result", run, "--json")
    assert done.code == 0
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_every_item_of_an_enterprise_adds_up_to_its_score(geomujun: Call, run: Path) -> None:
    rows = table(run, "enterprise_evaluation")
    rows = rows[rows["rank"] != ""]
    marks = table(run, "benchmarks").query("side == 'enterprise'")
    for uscc in rows["uscc"].iloc[:: max(len(rows) // 6, 1)]:
        found = told(geomujun, run, uscc)
        points = sum(i["points"] for i in found["items"])
        assert points + found["bonus"] - found["malus"] == pytest.approx(found["score"], abs=1e-5)
        stored = marks[marks["cohort"] == found["cohort"]].set_index("indicator")["value"]
        for item in found["items"]:
            assert item["benchmark"] == pytest.approx(stored[item["indicator"]])
            if item["value"] is not None:
                got = item["value"] / item["benchmark"] * item["weight"]
                assert got == pytest.approx(item["points"], rel=1e-4, abs=1e-5)


def test_the_borders_of_an_enterprise_are_scores_of_its_cohort(geomujun: Call, run: Path) -> None:
    rows = table(run, "enterprise_evaluation")
    row = rows[(rows["grade"] == "B") & (rows["unit_kind"] == "enterprise")].iloc[0]
    found = told(geomujun, run, row["uscc"])
    up, down = found["borders"]
    assert (up["grade"], up["up"], down["grade"], down["up"]) == ("A", True, "C", False)
    cohort = rows[(rows["cohort"] == row["cohort"]) & (rows["rank"] != "")]
    assert float(
        cohort.loc[cohort["rank"].astype(int) == up["rank"], "score"].iloc[0]
    ) == pytest.approx(up["score"])
    assert up["points"] == pytest.approx(up["score"] - found["score"], abs=1e-5)
    taxes = [v for v in up["single"] if v["field"] == "tax_wan_yuan"]
    assert taxes
    assert taxes[0]["then"] > taxes[0]["now"]
    assert found["ranked"] == cohort["unit_id"].nunique()


def test_area_lines_are_those_of_the_ledger(geomujun: Call, run: Path) -> None:
    lines = table(run, "ledger_lines")
    uscc = lines["uscc"].iloc[0]
    found = told(geomujun, run, uscc)
    want = lines.loc[lines["uscc"] == uscc, "area_m2"].astype(float).sum()
    assert sum(x["area_m2"] for x in found["area_lines"]) == pytest.approx(want)


def test_links_a_grade_hangs_on_are_named(geomujun: Call, run: Path) -> None:
    stakes = table(run, "grade_stakes")
    assert len(stakes)
    row = stakes.iloc[0]
    found = told(geomujun, run, row["subject_id"])
    pairs = {(x["parcel_code"], x["uscc"], x["after"] or "") for x in found["hangs_on"]}
    assert (row["parcel_code"], row["uscc"], row["after"]) in pairs


def test_a_parcel_is_explained_too_and_people_read_it(geomujun: Call, run: Path) -> None:
    row = table(run, "parcel_evaluation").iloc[3]
    done = geomujun("explain", row["parcel_code"], "--result", run)
    assert done.code == 0
    assert done.out.startswith(f"宗地 {row['parcel_code']}")
    assert "等级区间" in done.out
    assert row["enterprises"] in done.out
    english = geomujun("--lang", "en", "explain", row["parcel_code"], "--result", run)
    assert "grade interval" in english.out


def test_who_is_not_evaluated_hears_why(geomujun: Call, run: Path) -> None:
    firms = table(run, "enterprise_reconciliation")
    cancelled = firms[firms["bucket"] == "cancelled"].iloc[0]
    done = geomujun("explain", cancelled["uscc"], "--result", run)
    assert f"未评价：{cancelled['reason']}" in done.out


def test_an_unknown_code_and_a_folder_that_is_no_run_are_misuse(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    assert geomujun("explain", "91330603XXXXXXXXXX", "--result", run).code == 2
    assert geomujun("explain", "91330603XXXXXXXXXX", "--result", tmp_path).code in (2, 3)


def test_the_stored_rules_are_those_of_the_run(run: Path) -> None:
    used = load_scheme("zhejiang-2022", 2024)
    assert scored.rules(run).active == tuple(c for c in used.active if not c.open)


def test_a_simulation_starts_from_the_grades_of_the_run(geomujun: Call, run: Path) -> None:
    done = geomujun("simulate", "--result", run, "--shares", "规下=10,40,30,20", "--json")
    assert done.code == 0
    base, quick = json.loads(done.out)["comparison"]
    grades = table(run, "enterprise_evaluation")["grade"].value_counts()
    assert {g: base[g] for g in "ABCD"} == {g: int(grades.get(g, 0)) for g in "ABCD"}
    assert quick["down"] > 0
    assert quick["up"] == 0


def test_scenarios_are_saved_and_give_the_same_again(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "scenarios:\n  税重:\n    weights: {规下: {tax_per_mu: 80, tax_per_power: 20}}\n"
        "  归房东:\n    lease: holder\n",
        encoding="utf-8",
    )
    first, second = tmp_path / "one", tmp_path / "two"
    assert geomujun("simulate", "--result", run, "--scenarios", file, "--out", first).code == 0
    again = first / "scenarios.yaml"
    assert geomujun("simulate", "--result", run, "--scenarios", again, "--out", second).code == 0
    names = sorted(p.name for p in first.iterdir())
    assert names == [
        "comparison.csv", "movers.csv", "scenarios.yaml", "side_by_side.csv", "transitions.csv",
    ]  # fmt: skip
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_case_can_be_simulated_without_a_result(geomujun: Call, run: Path) -> None:
    more = ("--lease", "holder_grade", "--benchmark-year", 2024, "--json")
    by_case = geomujun("simulate", TOWN, "--scheme", "zhejiang-2022", "--year", 2024, *more)
    by_run = geomujun("simulate", "--result", run, *more)
    assert json.loads(by_case.out) == json.loads(by_run.out)


def test_people_read_a_matrix_and_what_is_assumed(geomujun: Call, run: Path) -> None:
    done = geomujun("simulate", "--result", run, "--model", "huangyan-2022")
    assert "现→新" in done.out
    assert "未经确认" in done.out


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--weight", "规下.tax_per_mu"),
        ("--weight", "tax_per_mu=3"),
        ("--shares", "规下=a,b,c,d"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_misuse(
    geomujun: Call, run: Path, args: tuple[str, ...]
) -> None:
    where = ("--result", run) if args else ()
    assert geomujun("simulate", *where, *args).code == 2


def test_a_scenario_that_does_not_fit_is_no_traceback(geomujun: Call, run: Path) -> None:
    done = geomujun("simulate", "--result", run, "--weight", "规下.tax_per_mu=70")
    assert done.code != 0
    assert "120" in done.err
