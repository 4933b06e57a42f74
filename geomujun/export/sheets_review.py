"""The review queue as a workbook for a township, and what people wrote into it.

Each row carries, hidden, the edition it was taken from and the number of the decision that counted
then: what was decided meanwhile is found when the workbook comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geomujun.domain.words import Verdict
from geomujun.export.sheets_back import RELATIONS, Fault, FormRow, Known
from geomujun.export.sheets_forms import USES, Form, FormColumn, read_form
from geomujun.lang import t

ANSWERS: Final[Mapping[str, Verdict]] = {
    "对应": Verdict.SAME,
    "不对应": Verdict.DIFFERENT,
    "存疑": Verdict.UNSURE,
}
REVIEW: Final = Form(
    "review",
    "地企对应复核表",
    "灰色列为系统数据，请勿改动；在黄色列填写。“结论”留空的行不作处理。",
    (
        FormColumn("order", "次序", 6),
        FormColumn("parcel_code", "宗地代码", 22),
        FormColumn("uscc", "统一社会信用代码", 22),
        FormColumn("name", "企业名称", 28),
        FormColumn("town", "镇街", 12),
        FormColumn("location", "坐落", 28),
        FormColumn("holder", "权利人", 24),
        FormColumn("question", "问题", 40),
        FormColumn("area_mu", "涉及面积（亩）", 10),
        FormColumn("grades", "涉及等级", 10),
        FormColumn("rival_uscc", "竞争企业", 22),
        FormColumn("decided", "现行决定", 16),
        FormColumn("verdict", "结论", 10, fill=True, choices=tuple(ANSWERS)),
        FormColumn("relation", "认定关系", 10, fill=True, choices=USES),
        FormColumn("area_m2", "认定面积（㎡）", 12, fill=True),
        FormColumn("reason", "理由", 28, fill=True),
        FormColumn("clerk", "经办人", 10, fill=True),
        FormColumn("edition", "发布号", 8, hidden=True),
        FormColumn("replaces", "所见决定", 8, hidden=True),
    ),
)
_REASON_CHARS: Final = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """What one row says. ``row``: of the sheet, 1-based; ``replaces``: the decision it saw."""

    row: int
    parcel_code: str
    uscc: str
    verdict: str
    relation: str
    area_m2: float | None
    reason: str
    edition: int
    replaces: int | None


@dataclass(slots=True)
class Filled:
    """A workbook that came back: what it says, what is wrong in it, rows in all and left blank."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    blank: int = 0


def read_review(path: Path) -> Filled:
    """Read a filled workbook of the queue.

    Raises:
        DataError: the file is none of ours.
    """
    form, table = read_form(path, {REVIEW.kind: REVIEW})
    filled = Filled(rows=len(table))
    names = [c.name for c in form.columns if c.fill]
    seen: dict[tuple[str, str], int] = {}
    for cells in table.to_dict("records"):
        if not any(str(cells[name]).strip() for name in names):
            filled.blank += 1
            continue
        row = FormRow(path.name, form, {str(k): v for k, v in cells.items()})
        line = _line(row)
        pair = (line.parcel_code, line.uscc)
        if pair in seen:
            row.fault("parcel_code", t("与第 {n} 行重复", "the same as row {n}", n=seen[pair]))
        seen.setdefault(pair, row.number)
        if row.faults:
            filled.faults += row.faults
        else:
            filled.lines.append(line)
    return filled


def _line(row: FormRow) -> Line:
    answer = row.needed("verdict")
    verdict = row.word("verdict", dict.fromkeys(ANSWERS, "")) if answer else ""
    if answer in ANSWERS:
        verdict = ANSWERS[answer].value
    relation = row.word("relation", {k: v.value for k, v in RELATIONS.items()})
    area = row.number_of("area_m2")
    if verdict == Verdict.DIFFERENT and (relation or area is not None):
        row.fault("relation", t("不对应就没有关系和面积", "what is different has no relation"))
    clerk = row["clerk"]
    reason = row["reason"] + (t("（经办：{n}）", " ({n})", n=clerk) if clerk else "")
    if len(reason) > _REASON_CHARS:
        row.fault("reason", t("超过 {n} 字", "longer than {n}", n=_REASON_CHARS))
    return Line(
        row.number, row.parcel("parcel_code", Known().parcels), row["uscc"], verdict, relation,
        area, reason, _number(row, "edition", needed=True) or 0, _number(row, "replaces"),
    )  # fmt: skip


def _number(row: FormRow, name: str, *, needed: bool = False) -> int | None:
    """A number of ours, hidden in the sheet; told when somebody changed it."""
    text = row[name]
    if not text and not needed:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) < 1:
        row.fault(
            name, t("隐藏列被改动，请重新下载表格", "a hidden column was changed: download again")
        )
        return None
    return int(text)


def plain(filled: Filled) -> dict[str, Any]:
    """As plain types, for another process."""
    lines = [[getattr(line, name) for name in Line.__slots__] for line in filled.lines]
    return {"lines": lines, "faults": filled.faults, "rows": filled.rows, "blank": filled.blank}


def from_plain(told: Mapping[str, Any]) -> Filled:
    """What `plain` gave."""
    faults: list[Fault] = [tuple(f) for f in told["faults"]]
    return Filled([Line(*line) for line in told["lines"]], faults, told["rows"], told["blank"])
