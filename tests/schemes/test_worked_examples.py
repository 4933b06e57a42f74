"""Every packaged scheme has worked examples; each runs through the real formulas.

Numbers are written as the arithmetic of the document ("30 / 24.097 * 30"), computed here in exact
fractions and compared to 1e-9; ``printed`` are the rounded numbers a document or a report shows.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from geomujun.domain.catalogue import TABLES
from geomujun.evaluation import grading, points, scoring
from geomujun.evaluation.indicators import ENTERPRISE, REGION, operands
from geomujun.policy import schemes
from geomujun.policy.model import Cohort

NEAR = 1e-9
HERE = Path(__file__).parent
FILES = {p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(HERE.glob("*.yaml"))}
OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def listed(kind: str) -> list[tuple[str, int]]:
    return [(name, i) for name, file in FILES.items() for i in range(len(file.get(kind, [])))]


def exact(text: str | float) -> Fraction:
    """The arithmetic of a document, in fractions: numbers, + - * / and brackets only."""

    def value(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        assert isinstance(node, ast.Constant)
        return Fraction(str(node.value))

    return value(ast.parse(str(text), mode="eval").body)


def _cohort(file: dict[str, Any], example: dict[str, Any]) -> Cohort:
    scheme = schemes.load(example.get("scheme", file["scheme"]), file["year"])
    cohort = next(c for c in scheme.cohorts if c.id == example["cohort"])
    given = example.get("weights", file.get("weights", {}).get(example["cohort"]))
    if given:
        rules = tuple(replace(r, weight=given[r.id]) for r in cohort.indicators)
        cohort = replace(cohort, indicators=rules)
    return cohort


def _score(name: str, example: dict[str, Any]) -> tuple[list[str], scoring.Scored]:
    cohort = _cohort(FILES[name], example)
    region = FILES[name]["scheme"].endswith("-park")
    columns = TABLES["region_indicators" if region else "indicators"].columns
    rows = [{"area_mu": example["area_mu"]} | example["figures"], *example.get("others", [])]
    frame = pd.DataFrame(rows).reindex(columns=[*columns, "area_mu"])
    ids = [r.id for r in cohort.indicators]
    num, den = operands(frame, ids, REGION if region else ENTERPRISE)
    return ids, scoring.score(cohort, num, den)


def test_every_packaged_scheme_has_worked_examples() -> None:
    assert sorted({f["scheme"] for f in FILES.values() if f["examples"]}) == schemes.available()


@pytest.mark.parametrize(("name", "number"), listed("examples"))
def test_a_worked_example_comes_out_exactly(name: str, number: int) -> None:
    example = FILES[name]["examples"][number]
    ids, got = _score(name, example)
    for indicator, points_ in example["items"].items():
        want = float(exact(points_))
        assert got.items[0, ids.index(indicator)] == pytest.approx(want, rel=0, abs=NEAR), indicator
    for indicator, value in example.get("values", {}).items():
        want = float(exact(value))
        assert got.values[0, ids.index(indicator)] == pytest.approx(want, rel=NEAR)
    if len(example["items"]) == len(ids):
        total = float(sum(exact(p) for p in example["items"].values()))
        assert got.total[0] == pytest.approx(total, rel=0, abs=NEAR)


@pytest.mark.parametrize(("name", "number"), listed("examples"))
def test_a_worked_example_rounds_to_what_is_printed(name: str, number: int) -> None:
    example = FILES[name]["examples"][number]
    ids, got = _score(name, example)
    for indicator, text in example.get("printed", {}).items():
        places = len(str(text).partition(".")[2])
        value = got.total[0] if indicator == "total" else got.items[0, ids.index(indicator)]
        assert f"{value:.{places}f}" == str(text), indicator


@pytest.mark.parametrize(("name", "number"), listed("penalties"))
def test_letting_out_costs_what_the_document_says(name: str, number: int) -> None:
    example = FILES[name]["penalties"][number]
    rule = _cohort(FILES[name], example).lease
    assert rule is not None
    got = points.penalty(rule, np.array(example["tenants"], dtype=float))
    assert got.tolist() == example["points"]


@pytest.mark.parametrize(("name", "number"), listed("shares"))
def test_class_shares_cut_as_the_document_says(name: str, number: int) -> None:
    example = FILES[name]["shares"][number]
    cohort = _cohort(FILES[name], example)
    shares = next(p.shares for p in cohort.parts if p.id.endswith(example.get("group", "")))
    n = example["units"]
    letters = list(grading.letters(np.arange(1, n + 1), shares))
    assert [letters.count(g) for g in "ABCD"] == example["counts"]
