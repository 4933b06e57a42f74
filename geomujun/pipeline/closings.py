"""Findings that people have closed, as JSON Lines: one closing a line.

``finding_id`` or ``rule`` with ``subject_id`` (and ``other_id``, ``facts_digest``) say which
finding is meant; ``reason``, ``reviewer`` and ``decided_at`` who closed it, when and why.
``state`` is ``closed``, or ``open`` to take an earlier closing back. Append-only: of several lines
on one finding the newest counts. All that is copied from ``cross_check`` may be written as it
stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.crosscheck.closing import CLOSED, OPEN
from geomujun.crosscheck.grounds import GROUNDS
from geomujun.domain.jsonl import Fault
from geomujun.lang import t
from geomujun.pipeline.jsonl import Lines, instants, read_lines, time_fault
from geomujun.screening.table import rule_table

TEXT: Final = (
    "finding_id", "rule", "subject_id", "other_id", "facts_digest", "reason", "reviewer",
    "decided_at",
)  # fmt: skip
_NAMED: Final = ["finding_id", "rule", "subject_id", "other_id"]


@dataclass(frozen=True, slots=True)
class Closings:
    """Live closings, what was rejected, and the digest of the file."""

    live: pd.DataFrame  # TEXT, one row a finding, sorted
    rejects: pd.DataFrame  # columns of rejects
    sha256: str
    lines: int


def no_closings() -> Closings:
    """What a run without a closings file has."""
    none = Lines("", [], [], "")
    return Closings(live_of([]), none.rejects([]), "", 0)


def read_closings(path: Path) -> Closings:
    """Read a file of closings.

    Raises:
        DataError: the file cannot be read, is too large, or is not UTF-8.
    """
    lines = read_lines(path)
    rows, rejects = lines.checked(_row)
    return Closings(live_of(rows), rejects, lines.sha256, lines.count)


def _row(found: dict[str, Any]) -> tuple[dict[str, Any], Fault | None]:
    """One object as a row, or the field, value and reason it is refused for."""
    row = {k: "" if found.get(k) is None else str(found[k]) for k in TEXT}
    state = str(found.get("state") or CLOSED)
    return {**row, "state": state}, _fault(row, state) or time_fault(row)


def _fault(row: dict[str, str], state: str) -> Fault | None:
    """The field, value and reason a line is refused for."""
    if not row["finding_id"] and not (row["rule"] and row["subject_id"]):
        return (
            "finding_id",
            "",
            t(
                "没有说明是哪条疑点：应有 finding_id，或 rule 和 subject_id",
                "names no finding: finding_id is needed, or rule and subject_id",
            ),
        )
    if row["rule"] and row["rule"] not in GROUNDS:
        return "rule", row["rule"], _no_finding(row["rule"])
    if state not in (CLOSED, OPEN):
        return "state", state, t("只能是 closed|open", "must be closed|open")
    if state == CLOSED and not row["reason"].strip():
        return "reason", "", t("关闭疑点须写明理由", "a finding is closed with a reason")
    return None


def _no_finding(rule: str) -> str:
    """Why findings of a rule cannot be closed."""
    if rule in rule_table().rules:
        return t(
            "是低效用地提示，不在这里关闭；核查结果记入 geomujun progress 的进展记录",
            "a hint of low-efficiency land is not closed here; what the field check found goes to"
            " the log of geomujun progress",
        )
    return t("没有这条疑点规则", "no rule of findings")


def live_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Live closings of rows with `TEXT`, ``state`` and ``line``: the newest of each finding."""
    frame = pd.DataFrame(rows, columns=[*TEXT, "state", "line"])
    frame = frame.astype(dict.fromkeys((*TEXT, "state"), "str") | {"line": "int64"})
    frame["at"] = instants(frame["decided_at"])
    frame = frame.sort_values([*_NAMED, "at", "line"], kind="stable")
    # A finding may be named by its id once and by its sides another time: the newest counts.
    whole = (frame["rule"] != "") & (frame["subject_id"] != "")
    sides = frame["rule"] + "\n" + frame["subject_id"] + "\n" + frame["other_id"]
    key = sides.where(whole, frame["finding_id"])
    order = frame.assign(key=key).sort_values(["key", "at", "line"], kind="stable")
    newest = order.drop_duplicates("key", keep="last")
    live = newest.loc[newest["state"] == CLOSED, list(TEXT)]
    return live.sort_values(_NAMED, kind="stable", ignore_index=True)
