"""Closings of findings as people send them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geomujun.errors import DataError
from geomujun.pipeline.closings import TEXT, no_closings, read_closings

ONE = {"finding_id": "00ff", "rule": "AREA_OVER", "subject_id": "P1", "facts_digest": "d1",
       "reason": "已核实", "reviewer": "王工", "decided_at": "2024-05-01"}  # fmt: skip


def read(tmp_path: Path, *lines: Any) -> Any:
    path = tmp_path / "findings.jsonl"
    text = "\n".join(x if isinstance(x, str) else json.dumps(x, ensure_ascii=False) for x in lines)
    path.write_text(text, encoding="utf-8")
    return read_closings(path)


def test_no_file_closes_nothing() -> None:
    assert no_closings().live.empty
    assert list(no_closings().live.columns) == list(TEXT)


def test_a_line_of_cross_check_with_a_reason_is_a_closing(tmp_path: Path) -> None:
    got = read(tmp_path, {**ONE, "other_id": None, "measured": 1.2, "state": "closed"})

    assert got.live.loc[0, ["finding_id", "rule", "other_id", "reason"]].tolist() == [
        "00ff", "AREA_OVER", "", "已核实"]  # fmt: skip
    assert got.lines == 1
    assert len(got.sha256) == 64


def test_the_newest_line_counts_and_may_take_the_closing_back(tmp_path: Path) -> None:
    later = {**ONE, "decided_at": "2024-06-01"}

    assert read(tmp_path, {**later, "reason": "再核"}, ONE).live["reason"].tolist() == ["再核"]
    assert read(tmp_path, ONE, {**later, "state": "open", "reason": ""}).live.empty


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"reason": "无"}, "finding_id"),
        ({"rule": "AREA_OVER", "reason": "无"}, "finding_id"),
        ({**ONE, "reason": " "}, "reason"),
        ({**ONE, "state": "done"}, "state"),
        ({**ONE, "rule": "AREA_OVERR"}, "rule"),
        ("[1]", ""),
        ("{", ""),
    ],
)
def test_a_line_that_cannot_be_used_is_told_with_its_number(
    tmp_path: Path, line: Any, field: str
) -> None:
    got = read(tmp_path, ONE, "", line)

    assert len(got.live) == 1
    assert got.rejects[["file", "row", "field"]].to_numpy().tolist() == [
        ["findings.jsonl", 3, field]
    ]


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError):
        read_closings(path)


@pytest.mark.parametrize("named", [{}, {"finding_id": ""}])
def test_a_screening_hit_is_no_finding_and_says_where_its_check_belongs(
    tmp_path: Path, named: dict[str, str]
) -> None:
    got = read(tmp_path, {**ONE, **named, "rule": "LOW_TAX"})

    assert got.live.empty
    assert got.rejects["value"].tolist() == ["LOW_TAX"]
    assert "geomujun progress" in got.rejects["reason"][0]
