"""Decisions of people, as JSON Lines (CONTRACT §2): the one way back into the engine.

Append-only: of several lines on one pair the newest counts, an older one is replaced and kept in
the file. A line that cannot be used is a reject with its number; nothing is guessed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.domain.jsonl import Fault
from geomujun.domain.words import Relation, Verdict
from geomujun.lang import t
from geomujun.pipeline.closings import Closings, no_closings
from geomujun.pipeline.jsonl import Lines, instants, read_lines, time_fault
from geomujun.text.identifiers import normalise_code, normalise_parcel_code

TEXT: Final = (
    "parcel_code", "uscc", "verdict", "relation", "reason", "reviewer", "decided_at",
    "facts_digest", "replaces",
)  # fmt: skip
NEEDED: Final = ("parcel_code", "uscc", "verdict")


@dataclass(frozen=True, slots=True)
class Decisions:
    """Live decisions, what was rejected, the digest of the file, and closed findings."""

    live: pd.DataFrame  # TEXT and area_m2, one row per pair, sorted
    rejects: pd.DataFrame  # columns of rejects
    sha256: str
    lines: int
    closings: Closings = field(default_factory=no_closings)


def no_decisions() -> Decisions:
    """What a run without a decisions file has."""
    return Decisions(frame_of([]), Lines("", [], [], "").rejects([]), "", 0)


def read_decisions(path: Path) -> Decisions:
    """Read a decisions file.

    Raises:
        DataError: the file cannot be read, is too large, or is not UTF-8.
    """
    lines = read_lines(path)
    rows, rejects = lines.checked(_row)
    return Decisions(frame_of(rows), rejects, lines.sha256, lines.count)


def _row(found: dict[str, Any]) -> tuple[dict[str, Any], Fault | None]:
    """One object as a row, or the field, value and reason it is refused for."""
    row: dict[str, Any] = {k: "" if found.get(k) is None else str(found[k]) for k in TEXT}
    row["area_m2"] = _area(found.get("area_m2"))
    area = found.get("area_m2")
    fault = _text_fault(row) or time_fault(row) or _area_fault(row["area_m2"], area)
    return ({}, fault) if fault else (row, None)


def _text_fault(row: dict[str, Any]) -> Fault | None:
    for name in NEEDED:
        if not row[name]:
            return name, "", t("缺少必填项", "missing")
    allowed = {"verdict": [v.value for v in Verdict if v], "relation": ["", *Relation]}
    for name, words in allowed.items():
        if row[name] not in words:
            choice = "|".join(w for w in words if w)
            return name, row[name], t("只能是 {w}", "must be {w}", w=choice)
    return None


def _area(value: object) -> float | None:
    """An area as a number, NaN when there is none, None when it is not one."""
    if value is None or value == "":
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        area = float(value)
    except (OverflowError, ValueError):
        return None
    return None if math.isnan(area) else area


def _area_fault(area: float | None, written: object) -> Fault | None:
    if area is None:
        return "area_m2", str(written), t("不是数", "not a number")
    if area < 0 or math.isinf(area):
        return "area_m2", str(written), t("面积不能为负或无穷", "must be finite, not negative")
    return None


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Live decisions of rows with `TEXT`, ``area_m2`` and ``line``: the newest of each pair."""
    frame = pd.DataFrame(rows, columns=[*TEXT, "area_m2", "line"])
    frame = frame.astype(dict.fromkeys(TEXT, "str") | {"area_m2": "float64", "line": "float64"})
    frame["parcel_code"] = normalise_parcel_code(frame["parcel_code"])
    frame["uscc"] = normalise_code(frame["uscc"])
    # The newest counts; at one moment the later line.
    frame = frame.sort_values("line", kind="stable")
    return newest(frame).drop(columns="line")


def newest(frame: pd.DataFrame) -> pd.DataFrame:
    """The newest decision of each pair, sorted; of several of one moment the last row."""
    keys = ["parcel_code", "uscc", "at"]
    order = frame.assign(at=instants(frame["decided_at"])).sort_values(keys, kind="stable")
    live = order.drop_duplicates(["parcel_code", "uscc"], keep="last")
    return live.drop(columns="at").reset_index(drop=True)
