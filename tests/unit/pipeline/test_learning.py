"""Weights learned from a case: what is believed, what is written, what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geomujun.errors import DataError
from geomujun.matching.weights import shipped, written
from geomujun.pipeline.learning import learn_case, read_weights

CASE = Path(__file__).parents[2] / "cases" / "sample-town" / "case"
DAY = date(2024, 12, 31)


def test_a_small_case_teaches_nothing_by_itself(tmp_path: Path) -> None:
    found = learn_case(CASE, None, DAY, tmp_path / "w.yaml")
    assert found.file == ""
    assert found.lesson.weights == shipped()
    assert not (tmp_path / "w.yaml").exists()


def test_decisions_of_reviewers_are_learned_from_and_measured_on_what_was_not_seen(
    tmp_path: Path,
) -> None:
    decisions = tmp_path / "decisions.jsonl"
    decisions.write_text(
        '{"parcel_code": "330603001001GB00005", "uscc": "91330603MAMRNLAR9D", '
        '"verdict": "same", "reason": "现场核实", "reviewer": "李", '
        '"decided_at": "2025-03-01"}\n',
        "utf-8",
    )
    found = learn_case(CASE, decisions, DAY, tmp_path / "w.yaml")
    assert found.lesson.reviewed == 1
    assert found.lesson.before > 0
    assert bool(found.file) == (found.lesson.after <= found.lesson.before * 0.99)


@pytest.mark.parametrize(
    "text", ["", "bits: 3", "a: [", written(shipped(), "x").replace("lessor", "lessee")]
)
def test_a_file_that_is_no_weights_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError):
        read_weights(path)


def test_weights_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(written(shipped(), "x"), "utf-8")
    assert read_weights(path) == shipped()
