from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from benchmarks import ours, real_sets, run
from benchmarks.base_names import load
from benchmarks.method import in_chunks
from benchmarks.run import Method


def test_a_method_out_of_time_is_stopped_after_the_chunk_it_is_in() -> None:
    got = in_chunks(["a"] * 10, lambda c: ([0] * len(c), [1.0] * len(c)), limit_s=-1, size=4)
    assert (got.asked, got.total) == (4, 10)


def test_the_product_answers_a_miswritten_name_in_a_process_of_its_own(tmp_path: Path) -> None:
    base = load(None)
    parcels = run.write_task(base, 60, 1, "a", tmp_path)
    me = Method("geomujun", "ours:names_only", ours=True)
    cost = run.measure(me, tmp_path, tmp_path / "out", {True: Path(sys.executable)}, 10)
    assert "missing" not in cost, cost
    assert cost["asked"] == cost["total"] == 60
    assert run.judge(parcels, tmp_path / "out", cost["asked"])["top1"] > 0.6
    json.dumps(cost)


def test_a_method_that_breaks_is_reported_and_not_judged(tmp_path: Path) -> None:
    run.write_task(load(None), 20, 1, "a", tmp_path)
    broken = Method("broken", "ours:no_such_function", ours=True)
    cost = run.measure(broken, tmp_path, tmp_path / "out", {True: Path(sys.executable)}, 10)
    assert "no_such_function" in cost["missing"]


def test_a_close_rival_lowers_the_score_of_the_best() -> None:
    found = pd.DataFrame(
        {"parcel": [0, 0, 1], "query": ["x", "x", "y"], "firm": [1, 2, 3], "bits": [20.0, 20, 20]}
    )
    got = ours.scored(found, 1024).set_index("parcel")["score"]
    assert got[1] == 10
    assert got[0] < 0.1


def test_made_up_firms_have_codes_that_pass_the_check() -> None:
    case = ours.case_of(["绍兴恒鑫机械有限公司", "杭州海天五金厂"])
    assert case.enterprises["uscc"].str.len().tolist() == [18, 18]
    assert case.enterprises["uscc"].is_unique


def test_real_sets_that_are_not_there_are_skipped_loudly(tmp_path: Path, capsys: object) -> None:
    assert real_sets.run(str(tmp_path)) == {}
    assert "skipped" in capsys.readouterr().err  # type: ignore[attr-defined]


def test_the_longest_run_is_of_neighbouring_characters() -> None:
    assert real_sets.longest_run("荣兴投资", "山东荣兴置业投资") == 2
    assert real_sets.longest_run("", "山东") == 0
