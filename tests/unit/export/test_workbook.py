"""report.xlsx as a person opens it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from result_builder import masked_sample, sample_result

from geomujun.domain.catalogue import TABLES
from geomujun.export import workbook
from geomujun.export.masking import masked
from geomujun.export.summary import blocks


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("xlsx") / "report.xlsx"
    workbook.write(masked_sample(), path)
    return openpyxl.load_workbook(path)


def _column(sheet: Worksheet, header: str) -> list[object]:
    names = [c.value for c in sheet[1]]
    at = names.index(header) + 1
    return [sheet.cell(r, at).value for r in range(2, sheet.max_row + 1)]


def test_a_summary_comes_first_then_a_sheet_per_table(book: openpyxl.Workbook) -> None:
    titles = [t.title for t in TABLES.values() if t.role == "output"]
    assert book.sheetnames[:3] == ["汇总", "地企对应", "复核清单"]
    assert sorted(book.sheetnames[1:]) == sorted(titles)


def test_headers_are_chinese_frozen_and_filter(book: openpyxl.Workbook) -> None:
    sheet = book["企业评价"]
    headers = [c.value for c in sheet[1]]
    assert headers[:2] == ["统一社会信用代码", "企业名称"]
    assert "亩均税收（万元/亩）" in headers
    assert "亩均税收得分（分）" in headers
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref is not None
    assert sheet.column_dimensions["A"].width >= 18


@pytest.mark.parametrize(
    ("title", "header"),
    [("用地台账明细", "依据"), ("地企对应", "依据层级"), ("评价基准", "评价对象"),
     ("评价基准", "基准来历"), ("园区与区域评价", "园区类别"), ("筛查规则执行情况", "单位")],
)  # fmt: skip
def test_no_word_of_the_program_is_left_for_an_official_to_guess(
    book: openpyxl.Workbook, title: str, header: str
) -> None:
    cells = {str(value) for value in _column(book[title], header) if value}
    assert not [cell for cell in cells if re.search("[a-z]{2}", cell)]


def test_codes_have_the_firms_name_and_the_plots_place_beside_them(
    book: openpyxl.Workbook,
) -> None:
    result = masked_sample()
    names = result.tables["enterprise_reconciliation"].set_index("uscc")["name"]
    places = result.case.parcels.set_index("parcel_code")["location"]
    sheet = book["地企对应"]
    headers = [c.value for c in sheet[1]]
    for code, beside, known in (
        ("统一社会信用代码", "企业名称", names),
        ("宗地代码", "坐落", places),
    ):
        assert headers.index(beside) == headers.index(code) + 1
        pairs = zip(_column(sheet, code), _column(sheet, beside), strict=True)
        assert [(a, b) for a, b in pairs if (b or "") != known.get(a, "")] == []


def test_no_cell_holds_json_or_codes_joined_by_a_stroke(book: openpyxl.Workbook) -> None:
    cells = [c.value for sheet in book for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if isinstance(c, str) and (re.match(r"[\[{]", c) or "|" in c)]


def test_words_are_chinese_and_areas_are_numbers(book: openpyxl.Workbook) -> None:
    links = book["地企对应"]
    assert set(_column(links, "关系")) <= {
        "自有",
        "承租",
        "转租承租",
        "集团内使用",
        "实际占用",
        "仅注册地址",
    }
    areas = _column(links, "对应面积（㎡）")
    assert all(isinstance(a, int | float) for a in areas)
    column = [c.value for c in links[1]].index("对应面积（㎡）") + 1
    assert links.cell(2, column).number_format == "#,##0.00"
    assert "已对应" in _column(book["宗地清点"], "归类")


def test_the_summary_marks_itself_internal_and_its_counts_are_the_tables(
    book: openpyxl.Workbook,
) -> None:
    sheet = book["汇总"]
    cells = [[c.value for c in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "内部资料"
    rows = {r[0]: r for r in cells if r[1] == "matched"}
    truth = sample_result().tables["parcel_reconciliation"]
    assert cells[[r[0] for r in cells].index("宗地清点") + 2][:3] == [
        "已对应",
        "matched",
        (truth["bucket"] == "matched").sum(),
    ]
    assert "已对应" in rows
    balances = [r for r in cells if r[1] in ("平", "不平")]
    assert len(balances) >= 8
    assert all(r[1] == "平" for r in balances)


def test_a_broken_balance_is_said() -> None:
    result = sample_result()
    ledger = result.tables["ledger"].copy()
    ledger.loc[0, "occupied_m2"] += 100
    found = blocks(replace(result, tables={**result.tables, "ledger": ledger}))
    balances = next(b for b in found if b.title == "平衡关系")
    assert [r[1] for r in balances.rows][:2] == ["平", "不平"]


def test_what_people_typed_never_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    evil = ["=1+1", "+1", "-1", "@x", "http://example.org/x", "{=1}", "mailto:a@b"]
    frame = pd.DataFrame(
        {"uscc": [f"U{n}" for n in range(len(evil))], "name": evil, "bucket": "matched"}
    )
    result = replace(sample_result(), tables={"enterprise_reconciliation": frame})
    workbook.write(masked(result), tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["企业清点"]
    got = [sheet.cell(r, 2) for r in range(2, 2 + len(evil))]
    assert [c.value for c in got] == evil
    assert {c.data_type for c in got} == {"s"}
    assert all(c.hyperlink is None for c in got)
    with zipfile.ZipFile(tmp_path / "x.xlsx") as files:
        assert not [n for n in files.namelist() if b"<f>" in files.read(n)]


def test_a_long_table_goes_on_in_the_next_sheet(tmp_path: Path) -> None:
    result = masked_sample()
    workbook.write(result, tmp_path / "x.xlsx", sheet_rows=101)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    parts = [book[n] for n in book.sheetnames if n.startswith("地企对应")]
    rows = [sheet.max_row - 1 for sheet in parts]
    assert rows == [100, 100, len(result.tables["links"]) - 200]
    assert [c.value for c in parts[0][1]] == [c.value for c in parts[2][1]]


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    frame = pd.DataFrame({"uscc": ["U"], "name": ["长" * 40_000], "bucket": "matched"})
    workbook.write(
        masked(replace(sample_result(), tables={"enterprise_reconciliation": frame})),
        tmp_path / "x.xlsx",
    )
    value = openpyxl.load_workbook(tmp_path / "x.xlsx")["企业清点"].cell(2, 2).value
    assert isinstance(value, str)
    assert len(value) == 32_767
    assert value.endswith("…")
