"""Weights learned from a case: what is believed, what is written, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geomujun.errors import DataError
from geomujun.matching.weights import shipped, written
from geomujun.pipeline import learning
from geomujun.pipeline.learning import learn_case, read_weights

CASE = Path(__file__).parents[2] / "cases" / "sample-town" / "case"
DAY = date(2024, 12, 31)


def test_a_small_case_teaches_nothing_by_itself(tmp_path: Path) -> None:
    found = learn_case(CASE, None, DAY, tmp_path / "w.yaml")
    assert found.file == ""
    assert found.lesson.weights == shipped()
    assert not (tmp_path / "w.yaml").exists()


def reviewed(folder: Path) -> Path:
    """One decision of a reviewer: too little alone, enough for the case to be asked."""
    path = folder / "decisions.jsonl"
    path.write_text(
        '{"parcel_code": "330603001001GB00005", "uscc": "91330603MAMRNLAR9D", '
        '"verdict": "same", "reason": "现场核实", "reviewer": "李", '
        '"decided_at": "2025-03-01"}\n',
        "utf-8",
    )
    return path


def test_what_does_not_foretell_the_unseen_half_better_is_not_written(tmp_path: Path) -> None:
    found = learn_case(CASE, reviewed(tmp_path), DAY, tmp_path / "w.yaml")
    assert found.lesson.reviewed == 1
    assert 0 < found.lesson.before < found.lesson.after
    assert found.file == ""
    assert not (tmp_path / "w.yaml").exists()


def test_weights_that_are_wrong_for_the_case_are_set_right_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bits = {part: dict(levels) for part, levels in shipped().bits.items()}
    bits["name"] |= {"exact": -4.0, "same": -4.0}  # as if equal names spoke against a match
    monkeypatch.setattr(learning, "shipped", lambda: replace(shipped(), bits=bits))
    found = learn_case(CASE, reviewed(tmp_path), DAY, tmp_path / "w.yaml")
    assert found.lesson.after < found.lesson.before / 2
    assert read_weights(Path(found.file)) == found.lesson.weights


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
