"""Forms that go out as workbooks and come back filled in: field checks and 一企一单.

A form is a sheet with a title, a note, a header row and rows; grey columns say what is known,
yellow ones are to be filled in. Read back by header, whatever the order of rows and columns; every
fault names the row of the sheet and the column.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from geomujun.errors import DataError
from geomujun.export.sheets_tables import FONT, OPTIONS, put, unwritable
from geomujun.lang import t

MARK: Final = "geomujun-form"
SHEET: Final = "表单"
_HEADER_ROW: Final = 3  # 1-based: title, note, header
_MOST_ROWS: Final = 100_000
USES: Final = ("自有", "承租", "转租承租", "集团内使用", "实际占用")
STEPS: Final = ("已核查", "洽谈中", "已签约", "已完成")
ANSWERS: Final = ("一致", "有误", "非本企业用地", "补报")


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column. ``fill``: people write here. ``choices``: words they may choose from."""

    name: str
    header: str
    width: int = 12
    fill: bool = False
    choices: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of form."""

    kind: str
    title: str
    note: str
    columns: tuple[FormColumn, ...]


CHECK: Final = Form(
    "check",
    "低效工业用地实地核查表",
    "灰色列为系统数据，黄色列由核查人填写。筛查只是提示，以实地核查和依法认定为准。",
    (
        FormColumn("cluster_id", "片区", 22),
        FormColumn("parcel_code", "宗地代码", 22),
        FormColumn("location", "坐落", 26),
        FormColumn("area_mu", "面积（亩）", 10),
        FormColumn("holder", "权利人", 22),
        FormColumn("user_names", "使用企业", 26),
        FormColumn("rules", "提示规则", 24),
        FormColumn("path_label", "建议路径", 10),
        FormColumn("path_condition", "前提条件", 26),
        FormColumn("result", "核查结果", 10, fill=True, choices=("属实", "不属实")),
        FormColumn("uscc", "实际使用企业代码", 22, fill=True),
        FormColumn("relation", "实际关系", 10, fill=True, choices=USES),
        FormColumn("area_m2", "实际使用面积（㎡）", 12, fill=True),
        FormColumn("path", "处置路径", 10, fill=True),
        FormColumn("state", "进展", 10, fill=True, choices=STEPS),
        FormColumn("released_mu", "腾出土地（亩）", 10, fill=True),
        FormColumn("energy_tce", "腾出能耗（吨标煤）", 10, fill=True),
        FormColumn("note", "说明", 26, fill=True),
        FormColumn("reviewer", "核查人", 10, fill=True),
        FormColumn("decided_at", "日期", 12, fill=True),
    ),
)  # fmt: skip
CONFIRM: Final = Form(
    "confirm",
    "企业用地确认表（一企一单）",
    "请核对灰色列，在黄色列填写结果；漏列的用地可在末尾加行，核对结果填“补报”。",
    (
        FormColumn("uscc", "统一社会信用代码", 22),
        FormColumn("name", "企业名称", 28),
        FormColumn("parcel_code", "宗地代码", 22),
        FormColumn("location", "坐落", 28),
        FormColumn("relation_label", "关系", 10),
        FormColumn("area_m2", "面积（㎡）", 12),
        FormColumn("area_mu", "面积（亩）", 10),
        FormColumn("basis", "面积依据", 14),
        FormColumn("evidence", "证据", 34),
        FormColumn("result", "核对结果", 12, fill=True, choices=ANSWERS),
        FormColumn("relation", "更正关系", 10, fill=True, choices=USES),
        FormColumn("corrected_m2", "更正面积（㎡）", 12, fill=True),
        FormColumn("note", "说明", 26, fill=True),
        FormColumn("reviewer", "确认人", 10, fill=True),
        FormColumn("decided_at", "日期", 12, fill=True),
        FormColumn("facts_digest", "事实摘要", 12, hidden=True),
    ),
)  # fmt: skip
FORMS: Final = {form.kind: form for form in (CHECK, CONFIRM)}


def write_form(form: Form, rows: pd.DataFrame, path: Path, made: datetime, about: str = "") -> None:
    """Write a form; columns of ``rows`` the form does not know are left out.

    Raises:
        MachineError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(path), OPTIONS) as book:
            book.set_properties(
                {"created": made, "comments": "geomujun", "keywords": f"{MARK} {form.kind}"}
            )
            _form(book, form, rows, about)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as e:
        raise unwritable(path, e) from e


def _form(book: Any, form: Form, rows: pd.DataFrame, about: str) -> None:
    sheet = book.add_worksheet(SHEET)
    title = book.add_format({**FONT, "bold": True, "font_size": 14})
    soft = book.add_format({**FONT, "font_color": "#5b6670"})
    box = {**FONT, "border": 1, "border_color": "#b8c2c8", "text_wrap": True}
    known = book.add_format({**box, "bg_color": "#eef1f3", "num_format": "@"})
    figure = book.add_format({**box, "bg_color": "#eef1f3", "num_format": "#,##0.00"})
    fill = book.add_format({**box, "bg_color": "#fff8d6", "num_format": "@"})
    head = book.add_format({**box, "bold": True, "bg_color": "#2b3d4a", "font_color": "#ffffff"})
    sheet.write_string(0, 0, f"{form.title}　{about}".strip(), title)
    sheet.write_string(1, 0, form.note, soft)
    last = _HEADER_ROW + len(rows) + 200  # room for rows added by hand
    for n, column in enumerate(form.columns):
        sheet.set_column(n, n, column.width, None, {"hidden": 1} if column.hidden else {})
        sheet.write_string(_HEADER_ROW - 1, n, column.header, head)
        cells = rows[column.name].tolist() if column.name in rows else [""] * len(rows)
        for row, cell in enumerate(cells, start=_HEADER_ROW):
            if column.fill:
                sheet.write_blank(row, n, None, fill)
            else:
                sheet.write_blank(row, n, None, known)
                put(sheet, (row, n), cell, known, figure)
        if column.choices:
            sheet.data_validation(
                _HEADER_ROW, n, last, n, {"validate": "list", "source": list(column.choices)}
            )
    sheet.freeze_panes(_HEADER_ROW, 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW - 1)
    sheet.set_footer(f"&L{t('内部资料', 'INTERNAL')}&C{form.title}&R&P / &N")


def read_form(path: Path, forms: Mapping[str, Form] = FORMS) -> tuple[Form, pd.DataFrame]:
    """A filled form: its kind, and its rows as text with ``_row`` (1-based row of the sheet).

    Args:
        path: The workbook.
        forms: Kinds that are expected.

    Raises:
        DataError: no workbook, no form of ours, or a needed column is gone.
    """
    try:
        book = openpyxl.load_workbook(path, data_only=True, read_only=True)
        cells = [
            list(r) for r in book.worksheets[0].iter_rows(max_row=_MOST_ROWS, values_only=True)
        ]
        words = str(book.properties.keywords or "")
        book.close()
    except (
        OSError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        InvalidFileException,
    ) as e:
        raise DataError(
            t("读不出工作簿：{e}", "no workbook: {e}", e=getattr(e, "strerror", None) or e),
            where=str(path),
            hint=t("应为本系统发出的 .xlsx 表单", "an .xlsx form of ours is expected"),
        ) from e
    kind, at = _found(words, cells, forms)
    if not kind:
        raise DataError(
            t("不是本系统发出的表单：找不到表头", "no form of ours: no header row"),
            where=str(path),
            hint=t("表头须保留“宗地代码”等列名", "keep headers such as 宗地代码"),
        )
    form = forms[kind]
    headers = ["" if c is None else str(c).strip() for c in cells[at]]
    gone = [c.header for c in form.columns if c.fill and c.header not in headers]
    if gone:
        raise DataError(
            t("缺少列 {c}", "columns are gone: {c}", c="、".join(gone)), where=str(path)
        )
    names = {c.header: c.name for c in form.columns}
    rows = []
    for number, line in enumerate(cells[at + 1 :], start=at + 2):
        row = {names[h]: cell_text(v) for h, v in zip(headers, line, strict=False) if h in names}
        if any(row.values()):
            rows.append({"_row": number, **row})
    frame = pd.DataFrame(rows, columns=["_row", *(c.name for c in form.columns)])
    return form, frame.fillna("")


def _found(
    words: str, cells: Sequence[Sequence[Any]], forms: Mapping[str, Form]
) -> tuple[str, int]:
    """The kind of form and the position of its header row."""
    for at, line in enumerate(cells[:20]):
        headers = {str(c).strip() for c in line if c is not None}
        for kind, form in forms.items():
            fill = {c.header for c in form.columns if c.fill}
            if len(fill & headers) >= len(fill) - 2 and "宗地代码" in headers:
                told = kind if f"{MARK} {kind}" in words else ""
                if told or not words.startswith(MARK):
                    return kind, at
    return "", 0


def cell_text(value: Any) -> str:
    """A cell as text: dates ISO, whole numbers without point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
