"""Logs of people's work read back: good lines in order, the others told by line and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geomujun.domain.jsonl import Fault
from geomujun.errors import DataError
from geomujun.pipeline.jsonl import read_log


def _check(row: dict[str, Any]) -> Fault | None:
    return None if row.get("code") else ("code", "", "missing")


def test_good_lines_become_rows_and_the_others_are_told(tmp_path: Path) -> None:
    log = tmp_path / "progress.jsonl"
    lines = ['{"code": "甲", "mu": 2}', "", "[1]", '{"mu": 3}', '{"code": "乙", "x": 1}', "{"]
    log.write_text("\n".join(lines), encoding="utf-8-sig")
    rows, faults = read_log(log, ("code", "mu"), _check)
    assert rows["code"].tolist() == ["甲", "乙"]
    assert rows["mu"].fillna(0.0).tolist() == [2.0, 0.0]
    assert faults[["file", "row", "field"]].to_numpy().tolist() == [
        ["progress.jsonl", 3, ""],
        ["progress.jsonl", 4, "code"],
        ["progress.jsonl", 6, ""],
    ]


def test_an_empty_log_has_its_columns(tmp_path: Path) -> None:
    log = tmp_path / "progress.jsonl"
    log.write_text("", encoding="utf-8")
    rows, faults = read_log(log, ("code", "mu"), _check)
    assert list(rows.columns) == ["code", "mu"]
    assert rows.empty
    assert faults.empty


def test_a_log_that_is_no_utf8_is_refused_by_name(tmp_path: Path) -> None:
    log = tmp_path / "progress.jsonl"
    log.write_bytes("甲".encode("gbk"))
    with pytest.raises(DataError, match=r"progress\.jsonl: "):
        read_log(log, ("code",), _check)
