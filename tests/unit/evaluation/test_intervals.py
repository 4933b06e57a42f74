from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from evaluation_small import MU, YEAR, Town

from geomujun.domain.case import Case
from geomujun.evaluation import engine, intervals
from geomujun.policy import schemes

ZHEJIANG = schemes.load("zhejiang-2022", YEAR)


def moves(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["flip", "uscc", "occupied_m2"])


def four_firms() -> Town:
    town = Town()
    for i, tax in enumerate((400.0, 300.0, 200.0, 100.0)):
        town.firm(f"F{i}", size="规下")
        town.report(f"F{i}", tax_wan_yuan=tax)
        town.use(f"F{i}", f"P{i}", 10, 10)
    return town


def test_without_flips_best_and_worst_are_the_grade(town: tuple[Case, Any]) -> None:
    case, book = town
    stakes = intervals.prepare(case, book, ZHEJIANG)
    got = intervals.flip(stakes, moves())
    want = engine.evaluate(case, book, ZHEJIANG, YEAR).enterprise_evaluation.set_index("uscc")
    here = got.grades.loc[want.index]
    assert here["grade_best"].to_list() == want["grade"].to_list()
    assert here["grade_worst"].to_list() == want["grade"].to_list()
    assert got.changes.empty


def test_a_firm_that_may_use_more_land_may_fall_and_another_rise() -> None:
    town = four_firms()
    stakes = intervals.prepare(town.case, town.book, ZHEJIANG)
    got = intervals.flip(stakes, moves(("x", "F0", 100 * MU)))
    assert got.grades.loc["F0"].to_list() == ["A", "C"]
    assert got.grades.loc["F1"].to_list() == ["A", "B"]
    assert got.changes.query("uscc == 'F0'")[["before", "after"]].to_numpy().tolist() == [
        ["A", "C"]
    ]


def test_each_flip_stands_alone() -> None:
    town = four_firms()
    stakes = intervals.prepare(town.case, town.book, ZHEJIANG)
    both = intervals.flip(stakes, moves(("x", "F0", 100 * MU), ("y", "F3", 1 * MU)))
    x = intervals.flip(stakes, moves(("x", "F0", 100 * MU)))
    y = intervals.flip(stakes, moves(("y", "F3", 1 * MU)))
    pairs = zip(x.grades["grade_worst"], y.grades["grade_worst"], strict=True)
    assert both.grades["grade_worst"].to_list() == [max(p) for p in pairs]
    assert len(both.changes) == len(x.changes) + len(y.changes)


def test_a_firm_without_land_may_enter_and_one_may_lose_all() -> None:
    town = four_firms()
    town.firm("New", size="规下")
    town.report("New", tax_wan_yuan=1000)
    stakes = intervals.prepare(town.case, town.book, ZHEJIANG)
    got = intervals.flip(
        stakes, moves(("x", "New", 10 * MU), ("z", "F0", 0.0), ("q", "Nobody", 5.0))
    )
    changes = got.changes.set_index(["flip", "uscc"])
    assert changes.loc[("x", "New")].to_list() == ["", "A"]
    assert changes.loc[("z", "F0")].to_list() == ["A", ""]
    assert got.grades.loc["F0", "grade_worst"] == "B"  # by flip x; leaving is no grade


def test_a_flip_gives_the_grades_of_a_whole_new_evaluation(town: tuple[Case, Any]) -> None:
    case, book = town
    for name in ("zhejiang-2022", "huangyan-2022"):
        scheme = schemes.load(name, YEAR)
        before = engine.evaluate(case, book, scheme, YEAR).enterprise_evaluation.set_index("uscc")
        stakes = intervals.prepare(case, book, scheme)
        for uscc in before.index[before["unit_kind"] == "enterprise"][::40]:
            area = float(before.loc[uscc, "area_mu"]) * MU * 3
            ledger = book.ledger.assign(
                occupied_m2=book.ledger["occupied_m2"].where(book.ledger["uscc"] != uscc, area)
            )
            fresh = engine.evaluate(case, replace(book, ledger=ledger), scheme, YEAR)
            after = fresh.enterprise_evaluation.set_index("uscc")["grade"].reindex(before.index)
            moved = before.index[(after != before["grade"]).to_numpy()]
            got = intervals.flip(stakes, moves(("x", uscc, area))).changes.set_index("uscc")
            assert sorted(got.index) == sorted(moved)
            assert got["after"].reindex(moved).to_list() == after[moved].to_list()
