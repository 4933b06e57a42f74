"""Filled forms turned into decisions and progress lines.

A confirmed pair becomes a decision of CONTRACT §2; what a field check found on a plot, and what was
done there, becomes a line of the progress log. A row with a fault gives nothing and is named by row
and column; a row nobody filled in is counted, not complained about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd

from geomujun.domain.words import Relation, Verdict
from geomujun.export.sheets_forms import CONFIRM, Form, read_form
from geomujun.lang import t
from geomujun.text.identifiers import normalise_code, normalise_parcel_code, uscc_valid

RELATIONS: Final[Mapping[str, Relation]] = {
    "自有": Relation.OWN,
    "承租": Relation.LEASE,
    "转租承租": Relation.SUBLEASE,
    "集团内使用": Relation.GROUP_USE,
    "实际占用": Relation.OCCUPY,
}
STATES: Final = {"已核查": "checked", "洽谈中": "talking", "已签约": "agreed", "已完成": "done"}
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_NUMBER: Final = re.compile(r"[+]?\d+(?:\.\d+)?")
_CODE_AS_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?[eE][+]?\d+|\d{15}0{3}")
Fault = tuple[str, int, str, str, str]


@dataclass(slots=True)
class Back:
    """What a form brought back. ``corrected``: the rows people changed, as they wrote them."""

    kind: str
    decisions: list[dict[str, Any]] = field(default_factory=list)
    progress: list[dict[str, Any]] = field(default_factory=list)
    corrected: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    blank: int = 0


class FormRow:
    """One row of a form; reading a cell wrongly written notes a fault."""

    def __init__(self, file: str, form: Form, cells: Mapping[str, str]) -> None:
        self.cells, self.file = cells, file
        self.number = int(cells["_row"])
        self.headers = {c.name: c.header for c in form.columns}
        self.faults: list[Fault] = []

    def __getitem__(self, name: str) -> str:
        return str(self.cells.get(name, "")).strip()

    def fault(self, name: str, reason: str) -> None:
        self.faults.append((self.file, self.number, self.headers[name], self[name][:80], reason))

    def number_of(self, name: str) -> float | None:
        text = self[name].replace(",", "").replace("，", "")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.fault(name, t("不是非负的数", "not a number of 0 or more"))
            return None
        return float(text)

    def day(self, name: str) -> str:
        found = _DATE.fullmatch(self[name])
        if found:
            try:
                return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
            except ValueError:
                pass
        reason = (
            t("不是日期，写成 2024-12-31", "not a date, write 2024-12-31")
            if self[name]
            else t("缺少必填项", "missing")
        )
        self.fault(name, reason)
        return ""

    def needed(self, name: str) -> str:
        if not self[name]:
            self.fault(name, t("缺少必填项", "missing"))
        return self[name]

    def word(self, name: str, words: Mapping[str, str]) -> str:
        text = self[name]
        if text and text not in words and text not in words.values():
            self.fault(name, t("只能填 {w}", "must be {w}", w="、".join(words)))
            return ""
        return words.get(text, text)

    def uscc(self, name: str, known: frozenset[str]) -> str:
        """A code; one the run itself carries is taken as it is, valid or not."""
        text = self[name]
        if not text:
            return ""
        code = str(normalise_code(pd.Series([text], dtype="str")).iloc[0])
        if code in known:
            return code
        if _CODE_AS_NUMBER.fullmatch(text):
            self.fault(name, t("代码被当成了数字，末位已丢失", "the code became a number"))
        elif not uscc_valid(pd.Series([code], dtype="str"))[0]:
            self.fault(name, t("信用代码校验不通过", "the code fails its check digit"))
        return code

    def parcel(self, name: str, known: frozenset[str]) -> str:
        code = str(normalise_parcel_code(pd.Series([self[name]], dtype="str")).iloc[0])
        if not code:
            self.fault(name, t("缺少必填项", "missing"))
        elif known and code not in known:
            self.fault(name, t("本次运行没有这宗地", "no such parcel in the run"))
        return code


class Known(NamedTuple):
    """Codes of the run a form belongs to; empty: not compared."""

    parcels: frozenset[str] = frozenset()
    usccs: frozenset[str] = frozenset()


def read_back(path: Path, known: Known) -> Back:
    """Read a filled form.

    Args:
        path: The workbook.
        known: Codes of the run.

    Raises:
        DataError: the file is no form of ours.
    """
    form, table = read_form(path)
    back = Back(form.kind, rows=len(table))
    fill = [c.name for c in form.columns if c.fill]
    seen: dict[tuple[str, str], int] = {}
    for cells in table.to_dict("records"):
        if not any(str(cells[name]).strip() for name in fill):
            back.blank += 1
            continue
        row = FormRow(path.name, form, {str(k): v for k, v in cells.items()})
        if form is CONFIRM:
            _confirmed(row, back, known, seen)
        else:
            _checked(row, back, known, seen)
    back.decisions.sort(key=lambda d: (d["parcel_code"], d["uscc"]))
    back.progress.sort(key=lambda d: (d["parcel_code"], d["checked_on"]))
    return back


def _once(row: FormRow, key: tuple[str, str], seen: dict[tuple[str, str], int], name: str) -> None:
    if key in seen:
        row.fault(name, t("与第 {n} 行重复", "the same as row {n}", n=seen[key]))
    seen.setdefault(key, row.number)


def _decision(
    row: FormRow, parcel: str, uscc: str, verdict: Verdict, area: float | None
) -> dict[str, Any]:
    made: dict[str, Any] = {"parcel_code": parcel, "uscc": uscc, "verdict": verdict.value}
    relation = row.word("relation", RELATIONS)
    if relation:
        made["relation"] = str(relation)
    if area is not None:
        made["area_m2"] = area
    made["reason"] = row["note"] or row["result"]
    made["reviewer"] = row.needed("reviewer")
    made["decided_at"] = row.day("decided_at")
    if row["facts_digest"]:
        made["facts_digest"] = row["facts_digest"]
    return made


def _confirmed(row: FormRow, back: Back, known: Known, seen: dict[tuple[str, str], int]) -> None:
    """A row of 一企一单."""
    words = next(c.choices for c in CONFIRM.columns if c.name == "result")
    row.word("result", dict.fromkeys(words, ""))
    result = row.needed("result")
    parcel, uscc = row.parcel("parcel_code", known.parcels), row.uscc("uscc", known.usccs)
    row.needed("uscc")
    _once(row, (parcel, uscc), seen, "parcel_code")
    area = row.number_of("corrected_m2")
    if result == "有误" and area is None and not row["relation"]:
        row.fault(
            "corrected_m2",
            t("填“有误”须写更正关系或更正面积", "say what is wrong: relation or area"),
        )
    if result == "补报" and not row["relation"]:
        row.fault("relation", t("补报须写关系", "an added row needs its relation"))
    verdict = Verdict.DIFFERENT if result == "非本企业用地" else Verdict.SAME
    made = _decision(row, parcel, uscc, verdict, area)
    if row.faults:
        back.faults += row.faults
        return
    back.decisions.append(made)
    if result != "一致":
        back.corrected.append(
            {"row": row.number, "uscc": uscc, "parcel_code": parcel, "result": result}
            | {
                k: row[k]
                for k in ("area_m2", "corrected_m2", "relation", "note", "reviewer", "decided_at")
            }
        )


def _checked(row: FormRow, back: Back, known: Known, seen: dict[tuple[str, str], int]) -> None:
    """A row of the field check."""
    row.word("result", {"属实": "", "不属实": ""})
    result = row.needed("result")
    parcel, uscc = row.parcel("parcel_code", known.parcels), row.uscc("uscc", known.usccs)
    _once(row, (parcel, uscc), seen, "parcel_code")
    area = row.number_of("area_m2")
    if (row["relation"] or area is not None) and not uscc:
        row.fault(
            "uscc", t("填了关系或面积，须写企业代码", "a relation or area needs the firm's code")
        )
    state = row.word("state", STATES) or "checked"
    line: dict[str, Any] = {
        "parcel_code": parcel,
        "state": "refuted" if result == "不属实" else state,
        "path": row["path"] or row["path_label"],
        "checked_on": row.day("decided_at"),
        "reviewer": row.needed("reviewer"),
        "note": row["note"],
    }
    for name, column in (("released_mu", "released_mu"), ("energy_tce", "energy_tce")):
        value = row.number_of(column)
        if value is not None:
            line[name] = value
    mu = str(row["area_mu"]).replace(",", "")
    if _NUMBER.fullmatch(mu):
        line["area_mu"] = float(mu)
    decision = _decision(row, parcel, uscc, Verdict.SAME, area) if uscc else None
    if row.faults:
        back.faults += list(dict.fromkeys(row.faults))
        return
    back.progress.append(line)
    if decision:
        back.decisions.append(decision)
