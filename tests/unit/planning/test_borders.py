"""Class borders and what would cross them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomujun.evaluation import grading
from geomujun.evaluation.figures import COLUMNS
from geomujun.planning.borders import Border, Sums, borders, levers
from geomujun.policy import schemes

SHARES = (25.0, 50.0, 20.0, 5.0)
BELOW = next(c for c in schemes.load("zhejiang-2022", 2024).active if c.size == "规下")
MARKS = {"tax_per_mu": (2.0, np.nan, np.nan), "tax_per_power": (5.0, np.nan, np.nan)}


def unit(**figures: float) -> Sums:
    row = pd.DataFrame({c: [figures.get(c, np.nan)] for c in (*COLUMNS, "area_mu")})
    return Sums(row, BELOW, MARKS, {})


@given(
    st.lists(st.floats(-50, 200).map(lambda x: round(x, 2)), min_size=1, max_size=40, unique=True),
    st.data(),
)
def test_a_border_is_where_the_next_class_begins(scores: list[float], data: st.DataObject) -> None:
    lined = np.array(sorted(scores, reverse=True))
    rank = data.draw(st.integers(1, len(lined)))
    grade = grading.letters(np.arange(1, len(lined) + 1), SHARES)
    found = borders(np.array(scores), rank, SHARES)
    better = {g for g in grade if g < grade[rank - 1]}
    worse = {g for g in grade if g > grade[rank - 1]}
    assert [b.up for b in found] == [True] * bool(better) + [False] * bool(worse)
    for border in found:
        assert border.grade == (max(better) if border.up else min(worse))
        assert grade[border.rank - 1] == border.grade
        assert border.score == lined[border.rank - 1]
        moved = lined[rank - 1] + (border.points if border.up else -border.points)
        assert moved > border.score if border.up else moved < border.score
        fresh = np.append(np.delete(lined, rank - 1), moved)
        place = int((fresh > moved).sum()) + 1
        now = grade[place - 1]
        assert now <= border.grade if border.up else now >= border.grade


def test_the_change_of_one_figure_brings_the_points_and_not_much_more() -> None:
    firm = unit(tax_wan_yuan=20.0, power_wan_kwh=4.0, area_mu=10.0)
    assert firm.items(firm.row)[0] == pytest.approx(50 + 50)
    found = {v.field: v for v in levers(firm, Border("A", 3, 130.0, 30.0, up=True))}
    # Tax feeds both items: 100 points for 20, so 130 for 26. Land: 50 × 10 / x = 80.
    assert found["tax_wan_yuan"].then == pytest.approx(26.0, rel=1e-6)
    assert found["area_mu"].then == pytest.approx(6.25, rel=1e-6)
    assert found["power_wan_kwh"].then == pytest.approx(2.5, rel=1e-6)
    assert set(found) == {"tax_wan_yuan", "area_mu", "power_wan_kwh"}


def test_down_the_other_way_round() -> None:
    firm = unit(tax_wan_yuan=20.0, power_wan_kwh=4.0, area_mu=10.0)
    found = {v.field: v for v in levers(firm, Border("C", 9, 60.0, 40.0, up=False))}
    assert found["tax_wan_yuan"].then == pytest.approx(12.0, rel=1e-6)
    assert found["area_mu"].then == pytest.approx(50.0, rel=1e-6)


def test_what_no_single_figure_can_do_is_not_named() -> None:
    firm = unit(tax_wan_yuan=0.0, power_wan_kwh=4.0, area_mu=10.0)
    found = levers(firm, Border("A", 3, 130.0, 130.0, up=True))
    assert [v.field for v in found] == ["tax_wan_yuan"]
    assert found[0].then == pytest.approx(26.0, rel=1e-6)


def test_a_figure_that_is_missing_is_no_lever() -> None:
    firm = unit(tax_wan_yuan=20.0, area_mu=10.0)
    found = levers(firm, Border("A", 3, 60.0, 10.0, up=True))
    assert {v.field for v in found} == {"tax_wan_yuan", "area_mu"}
