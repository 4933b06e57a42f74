"""Plan, leaders, monitor, measures, sheets and forms on a run of the sample town."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import openpyxl
import pytest
from cli_calls import TOWN, Call

from geomujun.pipeline.decisions import read_decisions

COSTS = "costs:\n" + "".join(
    f"  {name}: {{wan_yuan_per_mu: {cost}, source: 测试}}\n"
    for name, cost in (("收储", 45), ("关停", 30), ("兼并", 2), ("入园", 25), ("协议置换", 20), ("改造提升", 3))
)  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(path: Path, cells: dict[int, dict[str, object]]) -> Path:
    """Write into rows of a form (4 is the first) by header."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headers = [c.value for c in sheet[3]]
    for row, values in cells.items():
        for name, value in values.items():
            sheet.cell(row, headers.index(name) + 1, value)
    book.save(path)
    return path


def test_a_plan_meets_its_target_within_the_budget_and_is_written_twice_the_same(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    costs = tmp_path / "costs.yaml"
    costs.write_text(COSTS, encoding="utf-8")
    every = sum(float(r["area_mu"]) for r in rows(run / "tables" / "low_efficiency.csv"))
    assert every > 0
    args = ("--target-area", 20, "--budget", 9000, "--costs", costs, "--json")
    done = geomujun("plan", run, "--out", tmp_path / "a", *args)
    assert done.code == 0
    found = json.loads(done.out)  # stdout holds the result and nothing else
    assert found["status"] == "optimal"
    assert found["goal"] == "least-cost"
    best = found["choices"][0]
    assert best["area_mu"] >= 20
    assert best["cost_wan_yuan"] <= 9000
    chosen = [r for r in rows(tmp_path / "a" / "clusters.csv") if r["chosen"] == "True"]
    assert sorted(r["cluster_id"] for r in chosen) == sorted(best["cluster_ids"])
    assert sum(float(r["area_mu"]) for r in chosen) == pytest.approx(best["area_mu"])
    costs_of = [c["cost_wan_yuan"] for c in found["choices"]]
    assert costs_of == sorted(costs_of)
    geomujun("plan", run, "--out", tmp_path / "b", *args)
    for name in ("clusters.csv", "plots.csv", "plan.json", "field_check.html", "field_check.xlsx"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_without_a_target_the_plan_is_a_ranking(geomujun: Call, run: Path, tmp_path: Path) -> None:
    done = geomujun("plan", run, "--out", tmp_path, "--json")
    assert json.loads(done.out)["status"] == "ranked"
    table = rows(tmp_path / "clusters.csv")
    released = [float(r["released_mu"]) for r in table]
    assert released == sorted(released, reverse=True)
    plots = {r["parcel_code"] for r in rows(run / "tables" / "low_efficiency.csv")}
    assert {r["parcel_code"] for r in rows(tmp_path / "plots.csv")} == plots


@pytest.mark.parametrize(
    "args",
    [
        ("--target-mu", "-1"),
        ("--budget", "5"),
        ("--goal", "gold", "--target-mu", "1"),
        ("--rules", "LOW_MOON"),
        ("--target-mu", "1", "--include", "C1"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    geomujun: Call, run: Path, tmp_path: Path, args: tuple[str, ...]
) -> None:
    done = geomujun("plan", run, "--out", tmp_path, *args)
    assert done.code == 2
    assert done.err.startswith("错误: ")


def test_a_folder_that_is_no_run_is_named(geomujun: Call, tmp_path: Path) -> None:
    for command in ("plan", "leaders", "monitor", "sheets"):
        done = geomujun(command, tmp_path, "--out", tmp_path / "x")
        assert done.code == 3
        assert str(tmp_path) in done.err


def test_field_checks_come_back_as_decisions_and_progress(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    geomujun("plan", run, "--out", tmp_path)
    links = rows(run / "tables" / "links.csv")
    form = fill(
        tmp_path / "field_check.xlsx",
        {
            4: {"核查结果": "属实", "进展": "已完成", "腾出土地（亩）": 12.5, "核查人": "王", "日期": "2025-03-01"},
            5: {"核查结果": "不属实", "说明": "厂房在用", "核查人": "王", "日期": "2025年3月2日"},
            6: {"核查结果": "属实", "实际使用企业代码": links[0]["uscc"], "实际关系": "承租",
                "实际使用面积（㎡）": "1,800.5", "核查人": "王", "日期": "2025/3/3"},
            7: {"核查结果": "大概", "核查人": "王", "日期": "三月"},
        },
    )  # fmt: skip
    done = geomujun("forms", "back", form, "--out", tmp_path / "back", "--result", run, "--json")
    found = json.loads(done.out)
    assert [(f["row"], f["field"]) for f in found["faults"]] == [(7, "核查结果"), (7, "日期")]
    decided = read_decisions(tmp_path / "back" / "decisions.jsonl")
    assert len(decided.rejects) == 0
    assert decided.live[["uscc", "relation", "area_m2"]].to_numpy().tolist() == [
        [links[0]["uscc"], "LEASE", 1800.5]
    ]
    log = tmp_path / "back" / "progress.jsonl"
    checked = [json.loads(x) for x in log.read_text("utf-8").splitlines()]
    assert [c["state"] for c in checked].count("refuted") == 1
    assert [c["note"] for c in checked if c["state"] == "refuted"] == ["厂房在用"]
    assert sorted(f.name for f in (tmp_path / "back").iterdir()) == [
        "decisions.jsonl", "progress.jsonl"]  # fmt: skip
    done = geomujun("progress", run, "--log", log, "--target-mu", 50, "--json")
    assert json.loads(done.out)["reached"] == {"mu": {"done": 12.5, "target": 50.0}}
    before = log.read_bytes()
    geomujun("forms", "back", form, "--out", tmp_path / "back", "--result", run)
    assert log.read_bytes() == before  # reading a form twice adds nothing


def test_confirmation_lists_go_out_by_town_and_come_back(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    done = geomujun("forms", "confirm", run, "--out", tmp_path, "--case", TOWN, "--json")
    sent = json.loads(done.out)
    listed = sum(f["rows"] for f in sent.values())
    links = rows(run / "tables" / "links.csv")
    assert (
        listed
        >= len({(r["parcel_code"], r["uscc"]) for r in links if r["relation"] != "REGISTERED_ONLY"})
        * 0.5
    )
    path = tmp_path / next(f["file"] for f in sent.values() if f["rows"] >= 6)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    first = {c.value: v.value for c, v in zip(sheet[3], sheet[4], strict=True)}
    assert first["宗地代码"] is None or len(first["事实摘要"] or "") == 64
    with_land = [n for n in range(4, sheet.max_row + 1) if sheet.cell(n, 3).value]
    yes, wrong, no, odd = with_land[:4]
    who = {"确认人": "王", "日期": "2025-01-08"}
    fill(path, {
        yes: {"核对结果": "一致", **who},
        wrong: {"核对结果": "有误", "更正面积（㎡）": 1000, "说明": "少算", **who},
        no: {"核对结果": "非本企业用地", **who},
        odd: {"核对结果": "有误", **who},
    })  # fmt: skip
    done = geomujun("forms", "back", path, "--out", tmp_path / "back", "--result", run, "--json")
    found = json.loads(done.out)
    assert [f["row"] for f in found["faults"]] == [odd], found["faults"]
    decided = read_decisions(tmp_path / "back" / "decisions.jsonl")
    assert len(decided.rejects) == 0
    assert sorted(decided.live["verdict"]) == ["different", "same", "same"]
    assert decided.live["facts_digest"].str.len().eq(64).all()
    corrected = rows(tmp_path / "back" / "corrected.csv")
    assert [r["row"] for r in corrected] == [str(wrong), str(no)]


@pytest.mark.parametrize("text", ["not a workbook", ""])
def test_what_is_no_form_is_named(geomujun: Call, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text(text, encoding="utf-8")
    done = geomujun("forms", "back", path, "--out", tmp_path)
    assert done.code == 3
    assert "x.xlsx" in done.err


def test_leaders_say_what_they_lack_and_keep_families_apart(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    done = geomujun("leaders", run, "--out", tmp_path, "--seats", 3, "--json")
    found = json.loads(done.out)
    assert len(found) == 7
    assert any("母子公司" in n for n in found["manufacturing"]["notes"])
    assert len(found["manufacturing"]["chosen"]) == 3
    done = geomujun("leaders", run, "--out", tmp_path, "--case", TOWN, "--json")
    assert not any("没有母子公司关系" in n for n in json.loads(done.out)["manufacturing"]["notes"])


def test_monitoring_writes_a_form_for_every_evaluated_firm_and_parcel(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    done = geomujun("monitor", run, "--out", tmp_path, "--json")
    assert len(json.loads(done.out)["notes"]) == 3
    for name in ("enterprise", "parcel"):
        evaluated = rows(run / "tables" / f"{name}_evaluation.csv")
        assert len(rows(tmp_path / f"checkup_{name}.csv")) == len(evaluated)
    done = geomujun("monitor", run, "--out", tmp_path, "--case", TOWN, "--months", 60, "--json")
    assert json.loads(done.out)["alerts"]["LEASE_ENDING"] > 0
    assert geomujun("monitor", run, "--out", tmp_path, "--previous", run).code == 2


def test_measures_are_listed_applied_for_and_reported(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    done = geomujun("measures", "eligible", run, "--out", tmp_path, "--division", "33", "--json")
    assert done.code == 0
    table = rows(tmp_path / "eligible.csv")
    one = next(r for r in table if r["measure"] == "zj-land-tax")
    log = tmp_path / "log.jsonl"
    base = (
        "measures",
        "record",
        "--log",
        log,
        "--measure",
        "zj-land-tax",
        "--uscc",
        one["uscc"],
        "--by",
        "王",
    )
    assert geomujun(*base, "--event", "approved").code == 2
    assert geomujun(*base, "--event", "applied", "--at", "2024-08-01", "--result", run).code == 0
    assert geomujun(*base, "--event", "approved", "--at", "2024-08-02").code == 0
    assert (
        geomujun(*base, "--event", "carried_out", "--at", "2024-09-02", "--amount", 2.5).code == 0
    )
    done = geomujun(
        "measures", "report", "--log", log, "--out", tmp_path, "--quarter", "2024Q3", "--json"
    )
    assert json.loads(done.out)["rows"][0]["amount_wan_yuan"] == 2.5
    assert rows(tmp_path / "measures_report.csv")[0]["grade"] == one["grade"]


def test_sheets_are_one_page_each_with_nothing_from_outside(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    links = rows(run / "tables" / "links.csv")
    uscc, parcel = links[0]["uscc"], links[0]["parcel_code"]
    done = geomujun("sheets", run, "--out", tmp_path, "--uscc", uscc, "--parcel", parcel, "--json")
    assert json.loads(done.out)["sheets"] == 2
    for path in (tmp_path / "enterprise" / f"{uscc}.html", tmp_path / "parcel" / f"{parcel}.html"):
        text = path.read_text("utf-8")
        assert text.count('class="page"') == 1
        assert "<svg" in text
        assert "内部资料" in text
        outside = [u for u in re.findall(r"(?:https?:)?//[^\s\"'<)]+", text) if "w3.org" not in u]
        assert outside == []
        assert "<script" not in text
        assert path.with_suffix(".xlsx").stat().st_size > 1000
    assert geomujun("sheets", run, "--out", tmp_path, "--uscc", "913").code == 2
    assert geomujun("sheets", run, "--out", tmp_path, "--town", "月亮镇").code == 2
    done = geomujun(
        "--lang", "en", "sheets", run, "--out", tmp_path / "en", "--uscc", uscc, "--format", "html"
    )
    assert "1 sheets" in done.out
    assert "INTERNAL" in (tmp_path / "en" / "enterprise" / f"{uscc}.html").read_text("utf-8")


def test_a_run_since_another_says_what_changed_and_where_it_is_written(
    geomujun: Call, run: Path, tmp_path: Path
) -> None:
    args = ("--out", tmp_path / "x", "--scheme", "zhejiang-2022", "--year", 2024, "--quiet")
    done = geomujun("run", TOWN, *args, "--since", run)
    assert f"对应关系与上次相同：{tmp_path / 'x' / 'diff.csv'}" in done.out
    done = geomujun("run", TOWN, *args, "--since", run, "--as-of", "2026-12-31")
    changed = len(rows(tmp_path / "x" / "diff.csv"))
    assert changed
    assert f"与上次相比 {changed} 条对应有变化" in done.out
    assert "diff.csv" not in geomujun("run", TOWN, *args).out
