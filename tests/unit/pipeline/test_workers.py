"""However many processes work on a run, it writes the same bytes."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from geomujun.pipeline.reconcile import Job, run
from geomujun.policy import schemes

TOWN = Path(__file__).parents[2] / "cases" / "sample-town" / "case"


def _written(out: Path, workers: int) -> tuple[dict[str, str], dict[str, object]]:
    scheme = schemes.load("zhejiang-2022", 2024)
    run(Job(TOWN, out, scheme, 2024, as_of=date(2024, 12, 31), workers=workers))
    files = sorted(p for p in out.rglob("*") if p.is_file() and p.name != "run.json")
    digests = {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    return digests, json.loads((out / "run.json").read_text("utf-8"))


@pytest.mark.long
def test_one_process_and_several_write_the_same(tmp_path: Path) -> None:
    one, first = _written(tmp_path / "one", 1)
    three, second = _written(tmp_path / "three", 3)
    assert one == three
    for record in (first, second):
        seconds = record.pop("seconds")
        assert isinstance(seconds, dict)
        assert {"read", "match", "overlay", "check", "screen", "tables_ready"} <= set(seconds)
        assert {"write_tables", "write_geopackage", "write_map", "write_workbook"} <= set(seconds)
        assert record.pop("peak_memory_mb")
    assert first == second
