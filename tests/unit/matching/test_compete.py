"""Candidates that compete: at most one is right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matching_small import probability

from geomujun.matching.compete import competing


def ran(*weights: float, null: float = 0.0) -> pd.DataFrame:
    pairs = pd.DataFrame(
        {"q": 1, "uscc": [f"F{n}" for n in range(len(weights))], "weight": weights}
    )
    return competing(pairs, ["q"], null)


def test_one_candidate_has_the_logistic_of_its_weight() -> None:
    row = ran(3.0).iloc[0]
    assert row["probability"] == pytest.approx(8 / 9)
    assert row["probability"] == pytest.approx(probability(np.array([3.0]))[0])
    assert row["rank"] == 1
    assert row["rival_uscc"] == ""
    assert np.isnan(row["rival_probability"])


def test_a_close_rival_lowers_both() -> None:
    alone, both = ran(3.0), ran(3.0, 2.0)
    assert both["probability"].tolist() == pytest.approx([8 / 13, 4 / 13])
    assert both["probability"].iloc[0] < alone["probability"].iloc[0]
    assert both["probability"].iloc[1] < ran(2.0)["probability"].iloc[0]
    assert both["rival_uscc"].tolist() == ["F1", "F0"]
    assert both["rival_probability"].tolist() == both["probability"].tolist()[::-1]


def test_a_tie_is_never_more_than_a_half_whatever_the_weight() -> None:
    assert ran(90.0, 90.0)["probability"].tolist() == [0.5, 0.5]


def test_the_third_has_the_first_as_rival() -> None:
    assert ran(5.0, 4.0, 1.0)["rival_uscc"].tolist() == ["F1", "F0", "F0"]


def test_all_candidates_and_none_of_them_add_up_to_one() -> None:
    got = ran(2.0, -1.0, -3.0, null=1.0)["probability"].sum()
    total = 2**2 + 2**-1 + 2**-3
    assert got == pytest.approx(total / (total + 2))


def test_weights_beyond_any_float_stay_probabilities() -> None:
    assert ran(5000.0, -5000.0)["probability"].tolist() == pytest.approx([1.0, 0.0])
    assert ran(-5000.0)["probability"].iloc[0] < 1e-20


def test_groups_do_not_compete_with_each_other() -> None:
    pairs = pd.DataFrame({"q": [1, 2, 2], "uscc": ["A", "B", "C"], "weight": [1.0, 1.0, 1.0]})
    assert competing(pairs, ["q"], 0.0)["probability"].tolist() == pytest.approx([2 / 3, 0.4, 0.4])


def test_no_pairs_give_no_rows_with_all_columns() -> None:
    none = competing(pd.DataFrame({"q": [], "uscc": [], "weight": []}), ["q"], 0.0)
    assert none.empty
    assert {"probability", "rank", "rival_uscc", "rival_probability"} <= set(none.columns)
