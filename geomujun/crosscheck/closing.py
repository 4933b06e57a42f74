"""Findings that people have closed: they stay closed until their facts change."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.crosscheck.grounds import ground_of
from geomujun.lang import t

OPEN, CLOSED, REOPENED = "open", "closed", "reopened"
_KEY: Final = ["rule", "subject_id", "other"]


def states(table: pd.DataFrame, closings: pd.DataFrame) -> pd.DataFrame:
    """``state`` (open, closed, reopened) and ``state_reason``, on the index of ``table``.

    A closing meets its finding by `finding_id`, which holds the facts; or by rule, subject and,
    where the rule needs it, the other side. In the latter case the finding is closed when the
    facts are those it was closed on, else it is open again.

    Args:
        table: Findings with ``finding_id`` and ``facts_digest``.
        closings: The live ones, at most one a finding: ``finding_id rule subject_id other_id
            facts_digest reason reviewer decided_at``, all text.
    """
    out = pd.DataFrame({"state": OPEN, "state_reason": ""}, index=table.index).astype("str")
    if not len(closings) or not len(table):
        return out
    known = closings.assign(other=_other(closings))
    by_id = known[known["finding_id"] != ""].drop_duplicates("finding_id", keep="last")
    hit = by_id.set_index("finding_id").reindex(table["finding_id"])
    shut = hit["reason"].notna().to_numpy()
    keyed = known[known["rule"] != ""].drop_duplicates(_KEY, keep="last").set_index(_KEY)
    keys = pd.MultiIndex.from_arrays([table["rule"], table["subject_id"], _other(table)])
    met = keyed.reindex(keys)
    named = met["reason"].notna().to_numpy()
    same = (met["facts_digest"].to_numpy() == table["facts_digest"].to_numpy()) & named
    again = named & ~same & ~shut
    out.loc[shut | same, "state"] = CLOSED
    out.loc[again, "state"] = REOPENED
    said = hit.reset_index(drop=True).where(pd.Series(shut), met.reset_index(drop=True))
    rows = said[shut | named]
    out.loc[shut | named, "state_reason"] = [
        _line(reason, who, day, changed)
        for reason, who, day, changed in zip(
            rows["reason"], rows["reviewer"], rows["decided_at"], again[shut | named], strict=True
        )
    ]
    return out


def _other(rows: pd.DataFrame) -> pd.Series:
    """The other side where it names the finding, else nothing."""
    paired = {rule: ground_of(rule).paired for rule in set(rows["rule"])}
    return rows["other_id"].where(rows["rule"].map(paired).astype(bool), "")


def _line(reason: str, reviewer: str, decided_at: str, changed: bool) -> str:
    said = t(
        "{reason}（{who}，{day}）", "{reason} ({who}, {day})", reason=reason, who=reviewer,
        day=decided_at[:10],
    )  # fmt: skip
    if not changed:
        return said
    return t(
        "曾关闭：{said}；此后所依据的事实有变化，重新列出",
        "was closed: {said}; its facts have changed since, so it is listed again",
        said=said,
    )
