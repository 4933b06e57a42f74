"""A resolved scheme as plain data and back: what a run stores, so that its scores can be explained.

Rules only: sources, notes and undecided numbers stay in the scheme's own file, which the run names
with its SHA-256.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from geomujun.errors import DataError
from geomujun.lang import t
from geomujun.policy.model import (
    Benchmark,
    Cohort,
    Group,
    IndicatorRule,
    LeasePenalty,
    PointItem,
    Scheme,
)


def to_data(scheme: Scheme) -> dict[str, Any]:
    """The rules of a scheme: numbers, texts, lists and mappings only."""
    bare = replace(
        scheme,
        cohorts=tuple(replace(c, open=()) for c in scheme.cohorts if c.used and not c.open),
        sources=(),
        assumed=(),
        variants=(),
    )
    return asdict(bare)


def from_data(data: Mapping[str, Any]) -> Scheme:
    """The scheme of `to_data`.

    Raises:
        DataError: not the rules of a scheme.
    """
    try:
        rest = {k: _tuples(v) for k, v in data.items() if k not in {"cohorts", "point_items"}}
        return Scheme(
            cohorts=tuple(_cohort(c) for c in data["cohorts"]),
            point_items=tuple(PointItem(**p) for p in data["point_items"]),
            **rest,
        )
    except (KeyError, TypeError, AttributeError) as e:
        raise DataError(t("不是评价方案：{e}", "no rules of a scheme: {e}", e=e)) from e


def _cohort(data: Mapping[str, Any]) -> Cohort:
    own = {"indicators", "groups", "lease", "open"}
    rest = {k: _tuples(v) for k, v in data.items() if k not in own}
    return Cohort(
        indicators=tuple(_indicator(i) for i in data["indicators"]),
        groups=tuple(Group(**{k: _tuples(v) for k, v in g.items()}) for g in data["groups"]),
        lease=LeasePenalty(**data["lease"]) if data["lease"] else None,
        **rest,
    )


def _indicator(data: Mapping[str, Any]) -> IndicatorRule:
    return IndicatorRule(**{**data, "benchmark": _benchmark(data["benchmark"])})


def _benchmark(data: Mapping[str, Any]) -> Benchmark:
    other = data["otherwise"]
    return Benchmark(
        data["kind"],
        data["number"],
        tuple((code, number) for code, number in data["standards"]),
        _benchmark(other) if other else None,
    )


def _tuples(value: Any) -> Any:
    """Lists, as JSON has them, are tuples here."""
    return tuple(_tuples(v) for v in value) if isinstance(value, list | tuple) else value
