"""Every packaged scheme has worked examples; each runs through the real formulas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from geomujun.domain.catalogue import TABLES
from geomujun.evaluation import scoring
from geomujun.evaluation.indicators import ENTERPRISE, REGION, operands
from geomujun.policy import schemes
from geomujun.policy.model import Cohort

HERE = Path(__file__).parent
FILES = {p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(HERE.glob("*.yaml"))}
CASES = [(name, i) for name, file in FILES.items() for i in range(len(file["examples"]))]


def _cohort(file: dict[str, Any], name: str) -> Cohort:
    scheme = schemes.load(file["scheme"], file["year"])
    cohort = next(c for c in scheme.cohorts if c.id == name)
    given = file.get("weights", {}).get(name)
    if given:
        rules = tuple(replace(r, weight=given[r.id]) for r in cohort.indicators)
        cohort = replace(cohort, indicators=rules)
    return cohort


def test_every_packaged_scheme_has_worked_examples() -> None:
    assert sorted(f["scheme"] for f in FILES.values()) == schemes.available()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_worked_example_comes_out_as_printed(name: str, number: int) -> None:
    file = FILES[name]
    example = file["examples"][number]
    cohort = _cohort(file, example["cohort"])
    region = name.endswith("-park")
    columns = TABLES["region_indicators" if region else "indicators"].columns
    rows = [{"area_mu": example["area_mu"]} | example["figures"], *example.get("others", [])]
    frame = pd.DataFrame(rows).reindex(columns=[*columns, "area_mu"])
    ids = [r.id for r in cohort.indicators]
    got = scoring.score(cohort, *operands(frame, ids, REGION if region else ENTERPRISE))

    near = 0.5 * 10 ** -example.get("places", 3) * 1.001
    for indicator, points in example["items"].items():
        assert got.items[0, ids.index(indicator)] == pytest.approx(points, abs=near), indicator
    for indicator, value in example.get("values", {}).items():
        assert got.values[0, ids.index(indicator)] == pytest.approx(value)
    if "total" in example:
        assert got.total[0] == pytest.approx(example["total"], abs=2 * near)
