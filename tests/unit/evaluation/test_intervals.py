"""Grade intervals: a flip gives what a whole new evaluation gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from evaluation_small import MU, YEAR, Town

from geomujun.domain.case import Case
from geomujun.evaluation import engine, intervals, joint, moves
from geomujun.evaluation.engine import Evaluation
from geomujun.ledger.flips import Flips
from geomujun.policy import schemes
from geomujun.policy.model import Scheme

ZHEJIANG = schemes.load("zhejiang-2022", YEAR)
PAIR = ["parcel_code", "uscc"]


def flips(*rows: tuple[Any, str, str, float], users: list[dict[str, Any]] | None = None) -> Flips:
    """``rows``: flip, parcel, uscc, occupied_m2 afterwards."""
    areas = pd.DataFrame(rows, columns=["flip", "parcel_code", "uscc", "occupied_m2"])
    asked = areas[["flip", *PAIR]].drop_duplicates("flip", ignore_index=True)
    columns = ["flip", *PAIR, "net_m2", "unsplit"]
    there = pd.DataFrame(users or [], columns=columns)
    there = there.astype({"net_m2": "float64", "unsplit": bool})
    return Flips(asked, areas[["flip", "uscc", "occupied_m2"]].assign(change_m2=0.0), there)


def firm_side(
    case: Case, found: Evaluation, told: Flips, scheme: Scheme = ZHEJIANG
) -> intervals.Intervals:
    return intervals.flip(
        intervals.firm_stakes(found, scheme), moves.firm_moves(case, found, scheme, told)
    )


def four_firms() -> Town:
    town = Town()
    for i, tax in enumerate((400.0, 300.0, 200.0, 100.0)):
        town.firm(f"F{i}", size="规下")
        town.report(f"F{i}", tax_wan_yuan=tax)
        town.use(f"F{i}", f"P{i}", 10, 10)
    return town


def evaluated(town: Town, scheme: Scheme = ZHEJIANG) -> Evaluation:
    return engine.evaluate(town.case, town.book, scheme, YEAR)


def test_a_firm_that_may_use_more_land_may_fall_and_another_rise() -> None:
    town = four_firms()
    got = firm_side(town.case, evaluated(town), flips(("x", "P0", "F0", 100 * MU)))
    assert got.grades.loc["F0"].to_list() == ["A", "C"]
    assert got.grades.loc["F1"].to_list() == ["A", "B"]
    own = got.changes[got.changes["subject"] == "F0"]
    assert own[["before", "after"]].to_numpy().tolist() == [["A", "C"]]


def test_each_flip_stands_alone() -> None:
    town = four_firms()
    found = evaluated(town)
    x, y = ("x", "P0", "F0", 100 * MU), ("y", "P3", "F3", 1 * MU)
    both = firm_side(town.case, found, flips(x, y))
    one, other = (firm_side(town.case, found, flips(row)) for row in (x, y))
    pairs = zip(one.grades["grade_worst"], other.grades["grade_worst"], strict=True)
    assert both.grades["grade_worst"].to_list() == [max(p) for p in pairs]
    assert len(both.changes) == len(one.changes) + len(other.changes)


def test_a_firm_without_land_may_enter_and_one_may_lose_all() -> None:
    town = four_firms()
    town.firm("New", size="规下")
    town.report("New", tax_wan_yuan=1000)
    told = flips(("x", "P9", "New", 10 * MU), ("z", "P0", "F0", 0.0), ("q", "P0", "Nobody", 5.0))
    got = firm_side(town.case, evaluated(town), told)
    changes = got.changes.set_index(["flip", "subject"])
    assert changes.loc[("x", "New")].to_list() == ["", "A"]
    assert changes.loc[("z", "F0")].to_list() == ["A", ""]
    assert got.grades.loc["F0", "grade_worst"] == "B"  # by flip x; leaving is no grade


@pytest.mark.parametrize(
    "name",
    [
        "zhejiang-2022",
        "huangyan-2022",
        "huaian-2024",
        "zhejiang-2022+by-industry",
    ],
)
def test_a_flip_gives_the_grades_of_a_whole_new_evaluation(
    name: str, town: tuple[Case, Any]
) -> None:
    case, book = town
    scheme = schemes.load(name, YEAR)
    found = engine.evaluate(case, book, scheme, YEAR)
    before = found.enterprise_evaluation.set_index("uscc")
    for uscc in before.index[before["unit_kind"] == "enterprise"][::40]:
        area = float(before.loc[uscc, "area_mu"]) * MU * 3
        ledger = book.ledger.assign(
            occupied_m2=book.ledger["occupied_m2"].where(book.ledger["uscc"] != uscc, area)
        )
        fresh = engine.evaluate(case, replace(book, ledger=ledger), scheme, YEAR)
        after = fresh.enterprise_evaluation.set_index("uscc")["grade"].reindex(before.index)
        moved = before.index[(after != before["grade"]).to_numpy()]
        got = firm_side(case, found, flips((0, "P", uscc, area)), scheme).changes
        got = got.set_index("subject")
        assert sorted(got.index) == sorted(moved)
        assert got["after"].reindex(moved).to_list() == after[moved].to_list()


def test_a_flip_that_makes_a_parcel_a_unit_joins_its_firms() -> None:
    town = four_firms()
    town.firm("T", size="规下")
    town.report("T", tax_wan_yuan=5.0)
    users = [
        {"flip": 0, "parcel_code": "P0", "uscc": u, "net_m2": 0.0, "unsplit": True}
        for u in ("F0", "T")
    ]
    told = flips((0, "P0", "F0", 0.0), users=users)
    got = firm_side(town.case, evaluated(town), told)
    shared = four_firms()
    shared.firm("T", size="规下")
    shared.report("T", tax_wan_yuan=5.0)
    shared.links = [x for x in shared.links if x["uscc"] != "F0"]
    shared.use("F0", "P0", None, 10)
    shared.use("T", "P0", None, 10)
    after = evaluated(shared).enterprise_evaluation.set_index("uscc")["grade"]
    assert after["T"] == after["F0"]
    changes = got.changes.set_index("subject")
    assert changes.loc["T"].to_list()[1:] == ["", after["T"]]
    assert got.grades.loc["T"].to_list() == [after["T"], after["T"]]
    for uscc in ("F0", "F1", "F2", "F3"):
        assert after[uscc] in set(got.grades.loc[uscc])


def test_on_the_parcel_side_a_firm_that_comes_brings_less_to_its_other_parcel() -> None:
    town = four_firms()
    found = evaluated(town)
    users = [
        {"flip": 0, "parcel_code": "P3", "uscc": u, "net_m2": a * MU, "unsplit": False}
        for u, a in (("F3", 5.0), ("F0", 5.0))
    ]
    told = flips((0, "P3", "F0", 15 * MU), users=users)
    got = intervals.flip(
        intervals.parcel_stakes(found, ZHEJIANG), moves.parcel_moves(found, ZHEJIANG, told)
    )
    fresh = four_firms()
    fresh.links = [x for x in fresh.links if x["parcel_code"] != "P3"]
    fresh.use("F3", "P3", 5, 10)
    fresh.use("F0", "P3", 5, 10)
    before = found.parcel_evaluation.set_index("parcel_code")["grade"]
    after = evaluated(fresh).parcel_evaluation.set_index("parcel_code")["grade"]
    moved = [p for p in before.index if before[p] != after[p]]
    assert moved
    changes = got.changes.set_index("subject")["after"]
    assert sorted(changes.index) == moved
    assert changes.reindex(moved).to_list() == after[moved].to_list()


def test_the_joint_interval_holds_the_grade_and_follows_the_chances() -> None:
    town = four_firms()
    found = evaluated(town)
    told = flips(("x", "P0", "F0", 100 * MU), ("y", "P3", "F3", 1 * MU))
    stakes = intervals.firm_stakes(found, ZHEJIANG)
    moved = moves.firm_moves(town.case, found, ZHEJIANG, told)

    def between(*chances: float) -> pd.DataFrame:
        single = intervals.flip(stakes, moved).grades.assign(grade_best="", grade_worst="")
        return joint.joint(stakes, moved, told.asked.assign(probability=chances), single)

    never, sure = between(0.0, 0.0), between(1.0, 1.0)
    grade = found.enterprise_evaluation.set_index("uscc")["grade"]
    assert never.loc[grade.index, "joint_best"].to_list() == grade.to_list()
    assert never.loc[grade.index, "joint_worst"].to_list() == grade.to_list()
    # With both: F3 400, F1 300, F2 200, F0 4 per mu, against F0 now A and F3 now C.
    assert sure.loc["F0"].to_list() == ["A", "C"]
    assert sure.loc["F3"].to_list() == ["A", "C"]
    assert between(0.5, 0.5).equals(between(0.5, 0.5))


def test_the_joint_interval_is_never_narrower_than_single_links() -> None:
    town = four_firms()
    found = evaluated(town)
    told = flips(("x", "P0", "F0", 100 * MU))
    stakes = intervals.firm_stakes(found, ZHEJIANG)
    moved = moves.firm_moves(town.case, found, ZHEJIANG, told)
    single = intervals.flip(stakes, moved).grades
    got = joint.joint(stakes, moved, told.asked.assign(probability=0.0), single)
    assert got.loc["F0"].to_list() == single.loc["F0"].to_list() == ["A", "C"]


def test_links_of_one_parcel_stand_against_each_other() -> None:
    town = four_firms()
    town.firm("U", size="规下")
    town.report("U", tax_wan_yuan=900)
    found = evaluated(town)
    told = flips(("x", "P9", "U", 10 * MU), ("y", "P9", "F3", 20 * MU))
    keys = joint._keys(moves.firm_moves(town.case, found, ZHEJIANG, told), told.asked)
    drawn = np.arange(len(keys))
    assert len(joint._standing(drawn, keys)) == 1
