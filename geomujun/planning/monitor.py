"""Monitoring (监测预警): the yearly check-up (体检表单) and the alerts pushed out of it.

Alerts: a lease or an exemption about to end, a right of use running out, a holder cancelled, a
class lost, tax collapsed. What a run cannot tell (no case, no earlier result) is listed as a note.

Source: S0 表10 监测预警 (多维分析和事件预警，定期生成体检表单).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
import pandas as pd

from geomujun.lang import t
from geomujun.policy.reading import Node, parse

ALERT: Final = (
    "alert", "subject_kind", "subject_id", "other_id", "due_on", "measured", "threshold", "unit",
    "severity", "message",
)  # fmt: skip
ALERTS: Final = {
    "LEASE_ENDING": ("租约将到期", "lease ending"),
    "EXEMPTION_ENDING": ("建设期、过渡期将满", "exemption ending"),
    "RIGHT_ENDING": ("土地使用权将到期", "right of use ending"),
    "HOLDER_CANCELLED": ("权利人已注销", "holder cancelled"),
    "CLASS_DROP": ("评价等级下降", "class lost"),
    "TAX_COLLAPSE": ("税收骤降", "tax collapsed"),
}
_GRADES: Final = "ABCD"
_FILE: Final = "measures_monitoring.yaml"


@dataclass(frozen=True, slots=True)
class Marks:
    """Thresholds: months ahead, share of tax lost, tax of the year before worth a look, classes."""

    months: int
    tax_drop: float
    tax_floor_wan_yuan: float
    class_drop: int


@lru_cache(maxsize=1)
def default_marks() -> Marks:
    """The packaged thresholds, all assumed."""
    text = (resources.files("geomujun.policy") / _FILE).read_text(encoding="utf-8")
    return read_marks(text, _FILE)


def read_marks(text: str, name: str) -> Marks:
    """Thresholds of a YAML text.

    Raises:
        SchemeError: an unknown key or a number out of range.
    """
    top: Node = parse(text, name)
    keys = ("months", "tax_drop", "tax_floor_wan_yuan", "class_drop")
    top.only(("id", "title", "source", "confirmed", *keys))
    return Marks(
        months=int(top.child("months").number(0, 240)),
        tax_drop=top.child("tax_drop").number(0, 1),
        tax_floor_wan_yuan=top.child("tax_floor_wan_yuan").number(0, 1e9),
        class_drop=int(top.child("class_drop").number(1, 3)),
    )


def _alerts(name: str, severity: str, unit: str = "", **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    frame["alert"], frame["severity"], frame["unit"] = name, severity, unit
    for column in ("other_id",):
        if column not in frame:
            frame[column] = ""
    for column in ("measured", "threshold"):
        if column not in frame:
            frame[column] = np.nan
    if "due_on" not in frame:
        frame["due_on"] = pd.NaT
    return frame[list(ALERT)]


def ending(days: pd.Series, as_of: date, months: int) -> pd.Series:
    """Whether each day lies after ``as_of`` and no more than so many months later."""
    start = pd.Timestamp(as_of)
    made: pd.Series = (days > start) & (days <= start + pd.DateOffset(months=months))
    return made


def leases_ending(counted: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Counted links whose lease's last day is near: lease, parcel and tenant."""
    due = counted[ending(counted["valid_to"], as_of, months) & (counted["lease_id"] != "")]
    due = due.drop_duplicates(["lease_id", "parcel_code", "uscc"])
    message = [
        t(
            "合同 {c} 于 {d:%Y-%m-%d} 到期，承租面积 {a:.2f} 亩",
            "lease {c} ends on {d:%Y-%m-%d}, {a:.2f} mu",
            c=contract,
            d=day,
            a=area * 15 / 10000,
        )
        for contract, day, area in zip(
            due["lease_id"], due["valid_to"], due["area_m2"].fillna(0.0), strict=True
        )
    ]
    return _alerts(
        "LEASE_ENDING",
        "medium",
        subject_kind="enterprise",
        subject_id=due["uscc"].to_numpy(),
        other_id=(due["parcel_code"] + "|" + due["lease_id"]).to_numpy(),
        due_on=due["valid_to"].to_numpy(),
        message=message,
    )


def rights_ending(parcels: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Exemptions (JSQQ + 3 years) and rights of use (JSSJ) of the register that end soon."""
    until = parcels["construction_start_on"] + pd.DateOffset(years=3)
    parts = []
    words = {
        "EXEMPTION_ENDING": (
            "建设期、过渡期 {d:%Y-%m-%d} 期满，之后计入用地",
            "exempt to {d:%Y-%m-%d}",
        ),
        "RIGHT_ENDING": ("土地使用权 {d:%Y-%m-%d} 到期", "right of use ends {d:%Y-%m-%d}"),
    }
    for name, days in (("EXEMPTION_ENDING", until), ("RIGHT_ENDING", parcels["right_end_on"])):
        due = ending(days, as_of, months).to_numpy(dtype=bool)
        parts.append(
            _alerts(
                name,
                "medium",
                subject_kind="parcel",
                subject_id=parcels.loc[due, "parcel_code"].to_numpy(),
                due_on=days[due].to_numpy(),
                message=[t(*words[name], d=day) for day in days[due]],
            )
        )
    return pd.concat(parts, ignore_index=True)


def holders_cancelled(findings: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Findings HOLDER_CANCELLED; new ones since an earlier run weigh more."""
    now = findings[findings["rule"] == "HOLDER_CANCELLED"]
    old = (
        set()
        if before is None
        else set(before.loc[before["rule"] == "HOLDER_CANCELLED", "subject_id"])
    )
    fresh = ~now["subject_id"].isin(sorted(old))
    made = _alerts(
        "HOLDER_CANCELLED",
        "medium",
        subject_kind="parcel",
        subject_id=now["subject_id"].to_numpy(),
        other_id=now["other_id"].to_numpy(),
        message=now["message"].to_numpy(),
    )
    made["severity"] = np.where(fresh & (before is not None), "high", "medium")
    return made


def classes_lost(now: pd.DataFrame, before: pd.DataFrame, drop: int) -> pd.DataFrame:
    """Enterprises graded ``drop`` classes or more below the earlier result."""
    both = now[["uscc", "grade"]].merge(
        before[["uscc", "grade"]], on="uscc", suffixes=("", "_before")
    )
    both = both[(both["grade"] != "") & (both["grade_before"] != "")]
    step = both["grade"].map(_GRADES.index) - both["grade_before"].map(_GRADES.index)
    both = both[step >= drop]
    return _alerts(
        "CLASS_DROP",
        "high",
        "class",
        subject_kind="enterprise",
        subject_id=both["uscc"].to_numpy(),
        measured=step[step >= drop].to_numpy(dtype=float),
        threshold=float(drop),
        message=[
            t("等级由 {b} 降为 {n}", "grade {b} → {n}", b=b, n=n)
            for b, n in zip(both["grade_before"], both["grade"], strict=True)
        ],
    )


def tax_collapsed(now: pd.Series, before: pd.Series, marks: Marks) -> pd.DataFrame:
    """Tax in 万元 by uscc, this year and the year before."""
    both = pd.DataFrame({"now": now, "before": before}).dropna().sort_index()
    both = both[both["before"] >= max(marks.tax_floor_wan_yuan, 1e-9)]
    lost = 1 - both["now"] / both["before"]
    both, lost = both[lost > marks.tax_drop], lost[lost > marks.tax_drop]
    return _alerts(
        "TAX_COLLAPSE",
        "high",
        "ratio",
        subject_kind="enterprise",
        subject_id=both.index.to_numpy(),
        measured=lost.to_numpy(dtype=float),
        threshold=marks.tax_drop,
        message=[
            t(
                "税收 {b:.2f} → {n:.2f} 万元，下降 {d:.0%}",
                "tax {b:.2f} → {n:.2f}, down {d:.0%}",
                b=b,
                n=n,
                d=d,
            )
            for b, n, d in zip(both["before"], both["now"], lost, strict=True)
        ],
    )


def gathered(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All alerts, sorted: severity, kind, day, subject."""
    full = [p for p in parts if len(p)]
    table = pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=list(ALERT))
    weight = table["severity"].map({"high": 0, "medium": 1, "low": 2})
    table = table.assign(_weight=weight)
    keys = ["_weight", "alert", "due_on", "subject_id", "other_id"]
    return table.sort_values(keys, kind="stable", ignore_index=True).drop(columns="_weight")


def checkup(
    evaluation: pd.DataFrame,
    key: str,
    findings: pd.DataFrame,
    alerts: pd.DataFrame,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The check-up form of every enterprise or parcel that was evaluated.

    Args:
        evaluation: `enterprise_evaluation` or `parcel_evaluation`.
        key: ``uscc`` or ``parcel_code``.
        findings: `cross_check`.
        alerts: Of this module.
        before: The same evaluation of an earlier run, or None.

    Returns:
        key, cohort, area_mu, per indicator its value and ``<id>_of_median`` (value ÷ median of the
        cohort), score, rank, grade, grade_before, findings, high_findings, alerts.
    """
    items = [c.removesuffix("_score") for c in evaluation.columns if c.endswith("_score")]
    keep = [c for c in ("name",) if c in evaluation]
    out = evaluation[[key, *keep, "cohort", "area_mu"]].copy()
    for item in items:
        median = evaluation.groupby("cohort")[item].transform("median")
        out[item] = evaluation[item]
        out[f"{item}_of_median"] = (evaluation[item] / median.where(median > 0)).round(4)
    for name in ("score", "rank", "grade"):
        out[name] = evaluation[name]
    out["grade_before"] = ""
    if before is not None:
        earlier = before.drop_duplicates(key).set_index(key)["grade"]
        out["grade_before"] = out[key].map(earlier).fillna("").astype("str")
    told = findings["subject_id"], findings["other_id"]
    subject = pd.concat(told, ignore_index=True)
    severity = pd.concat([findings["severity"]] * 2, ignore_index=True)
    out["findings"] = out[key].map(subject.value_counts()).fillna(0).astype(int)
    high = subject[severity == "high"].value_counts()
    out["high_findings"] = out[key].map(high).fillna(0).astype(int)
    out["alerts"] = out[key].map(alerts["subject_id"].value_counts()).fillna(0).astype(int)
    return out.sort_values(key, ignore_index=True)
