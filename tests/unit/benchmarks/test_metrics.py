from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks import metrics
from benchmarks.report import growth_table, names_table, with_ratios


def parcels(*rows: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["truth", "kind"])
    return frame.assign(second="", on_trade_name=frame["kind"] == "homophone")


def answers(*rows: tuple[int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["parcel", "firm", "score"])


FOUR = parcels(("0", "clean"), ("1|2", "joint"), ("3", "homophone"), ("", "none_sibling"))


def test_an_answer_for_a_parcel_without_a_firm_costs_precision() -> None:
    judged = metrics.judge(FOUR, answers((0, 0, 9), (3, 5, 8), (1, 2, 7)))
    line = metrics.curve(judged)
    assert line.precision.tolist() == pytest.approx([1, 1 / 2, 2 / 3])
    assert line.recall.tolist() == pytest.approx([1 / 3, 1 / 3, 2 / 3])


def test_recall_at_a_precision_is_the_greatest_that_keeps_it() -> None:
    judged = metrics.judge(FOUR, answers((0, 0, 9), (1, 1, 8), (3, 5, 7), (2, 3, 6)))
    line = metrics.curve(judged)
    assert line.recall_at(0.98) == pytest.approx(2 / 3)
    assert line.threshold_at(0.98) == 8
    assert line.recall_at(0.75) == 1


def test_equal_scores_pass_together() -> None:
    judged = metrics.judge(FOUR, answers((0, 0, 5), (3, 5, 5)))
    assert metrics.curve(judged).precision.tolist() == [0.5]


def test_refused_siblings_and_found_errors_are_counted_at_the_threshold() -> None:
    judged = metrics.judge(FOUR, answers((0, 0, 9), (1, 1, 8), (2, 3, 7), (3, 5, 2)))
    got = metrics.quality(judged)
    assert got["sib_98"] == 1
    assert got["typo_98"] == 1
    assert got["F1"] == 1


def test_no_answer_at_all_is_no_crash() -> None:
    got = metrics.quality(metrics.judge(FOUR, answers()))
    assert got["R98"] == 0
    assert got["sib_f1"] == 1


def test_a_parcel_answered_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        metrics.judge(FOUR, answers((0, 0, 1), (0, 1, 1)))


def test_by_kind_counts_refusals_for_parcels_without_a_firm() -> None:
    judged = metrics.judge(FOUR, answers((0, 0, 9), (3, 5, 2)))
    got = metrics.by_kind(judged, 5)
    assert got == {"clean": 1.0, "homophone": 0.0, "joint": 0.0, "none_sibling": 1.0}


def test_the_exponent_of_linear_growth_is_one() -> None:
    assert metrics.exponent([10, 100, 1000], [2, 20, 200]) == pytest.approx(1)


def test_mcnemar_is_the_exact_sign_test_of_the_differences() -> None:
    a = np.array([True] * 8 + [False] * 2)
    b = np.array([False] * 8 + [False] * 2)
    assert metrics.mcnemar(a, b) == (8, 0, pytest.approx(2 / 2**8))
    assert metrics.mcnemar(a, a) == (0, 0, 1.0)


def row(method: str, size: int, wall: float) -> dict[str, object]:
    keys = ("cpu_s", "peak_mb", "P", "R", "F1", "R98", "R995", "sib_f1", "sib_98", "typo_f1")
    zero = dict.fromkeys((*keys, "typo_98", "load"), 0.5)
    return zero | {"method": method, "size": size, "recipe": "a", "wall_s": wall,
                   "asked": 10, "total": size, "note": ""}  # fmt: skip


def test_tables_show_ratios_extrapolation_and_skipped_methods() -> None:
    rows = with_ratios([row("one", 10, 2.0), row("two", 10, 6.0), row("one", 100, 20.0)])
    rows.append({"method": "three", "size": 10, "recipe": "a", "missing": "no server"})
    table = names_table(rows)
    assert "| two | 6.0 | 3.0 |" in table
    assert "(from 10 queries)" in table
    assert "skipped: no server" in table
    assert "| one | a | 10, 100 | 1.00 |" in growth_table(rows)
