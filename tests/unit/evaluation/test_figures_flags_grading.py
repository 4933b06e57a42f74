from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evaluation_small import YEAR, table

from geomujun.evaluation import figures, flags, grading


def test_the_department_of_the_catalogue_answers_for_each_item() -> None:
    rows = [
        {"uscc": "A", "source": "企业直报", "tax_wan_yuan": 9, "employees": 7, "power_wan_kwh": 1},
        {"uscc": "A", "source": "市统计局", "tax_wan_yuan": 5, "revenue_wan_yuan": 50},
        {"uscc": "A", "source": "税务局", "tax_wan_yuan": 6},
        {"uscc": "A", "source": "", "employees": 8},
    ]
    got = figures.pick(table("indicators", [{"year": YEAR} | r for r in rows]), YEAR)
    assert got.loc["A", "tax_wan_yuan"] == 6
    assert got.loc["A", "employees"] == 8
    assert got.loc["A", "power_wan_kwh"] == 1
    assert got.loc["A", "revenue_wan_yuan"] == 50


def test_a_row_without_any_figure_is_still_a_row() -> None:
    got = figures.pick(table("indicators", [{"uscc": "A", "year": YEAR}]), YEAR)
    assert list(got.index) == ["A"]
    assert got.loc["A"].isna().all()


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        ({"year": YEAR}, True),
        ({"year": YEAR - 1}, False),
        ({"year": YEAR + 1}, False),
        ({"start_on": f"{YEAR}-12-31"}, True),
        ({"year": YEAR, "start_on": f"{YEAR + 1}-01-01"}, False),
        ({"year": YEAR, "end_on": f"{YEAR}-12-30"}, False),
        ({"year": YEAR, "end_on": f"{YEAR}-12-31"}, True),
        ({"year": YEAR - 1, "end_on": f"{YEAR + 1}-06-30"}, True),
    ],
)
def test_a_flag_holds_on_31_december(row: dict[str, object], holds: bool) -> None:
    frame = table("flags", [{"uscc": "A", "kind": "否决"} | row])
    assert (len(flags.in_force(frame, YEAR)) == 1) is holds


def test_a_repeated_flag_counts_once_with_its_latest_points() -> None:
    rows = [
        {
            "uscc": "A",
            "kind": "加分",
            "reason": "专利",
            "points": p,
            "year": y,
            "end_on": f"{YEAR}-12-31",
        }
        for p, y in ((2, YEAR - 1), (1, YEAR))
    ]
    rows.append({"uscc": "A", "kind": "加分", "reason": "标准", "points": 4, "year": YEAR})
    assert flags.per_firm(table("flags", rows), YEAR).loc["A", "bonus"] == 5


def test_in_a_unit_a_veto_spreads_and_a_transition_does_not() -> None:
    rows = [{"uscc": "A", "year": YEAR, "kind": k} for k in ("否决", "过渡期", "不评价")]
    members = pd.DataFrame({"uscc": ["A", "B", "C"], "unit_id": ["U", "U", "V"]})
    got = flags.per_unit(members, flags.per_firm(table("flags", rows), YEAR))
    assert got.loc["U", ["veto", "transition", "unrated"]].tolist() == [True, False, False]
    assert not got.loc["V", ["veto", "not_d", "transition", "unrated"]].any()


def test_the_class_cut_of_39_firms() -> None:
    """39 × 25 % = 9.75 → 10, 39 × 75 % = 29.25 → 29, 39 × 95 % = 37.05 → 37."""
    assert grading.cuts(39, (25, 50, 20, 5)) == [10, 29, 37, 39]
    rank = np.arange(1, 40)
    letters = list(grading.letters(rank, (25, 50, 20, 5)))
    assert [letters.count(x) for x in "ABCD"] == [10, 19, 8, 2]


@pytest.mark.parametrize(("n", "a"), [(1, 0), (2, 1), (6, 2), (10, 3), (0, 0)])
def test_a_half_rounds_up(n: int, a: int) -> None:
    assert grading.cuts(n, (25, 50, 20, 5))[0] == a


def test_shares_that_are_no_binary_fraction_cut_exactly() -> None:
    # 0.7 × 15 + 0.5 = 11 exactly; as floats it is 10.999…
    assert grading.cuts(15, (70, 20, 5, 5))[0] == 11
    assert grading.cuts(5, (14.5, 75.5, 5, 5))[1] == 5


def test_the_last_bits_of_a_score_decide_no_rank() -> None:
    scores = np.array([0.1 + 0.2, 0.3, 0.3 + 1e-6])
    keys = np.array(["B", "A", "C"], dtype=object)
    assert list(grading.ranks(scores, np.ones(3, dtype=bool), keys)) == [3, 2, 1]
