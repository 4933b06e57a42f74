"""A sheet with everything on it still fits one A4 page, and nothing in it is ever run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geomujun.export import sheets_html
from geomujun.export.sheets_book import write_card
from geomujun.export.sheets_card import Card
from geomujun.export.sheets_map import Atlas
from geomujun.export.sheets_rows import CLIP, clip, cut, fitting

EVIL = '<img src=x onerror="alert(1)">"&'


def full_card(text: str, findings: int = 14) -> Card:
    """As long as a card can be: every list longer than the page holds, every text clipped."""
    area = (
        "339921024001GB00079", clip(text, CLIP["place"]), "租入", "1,234,567.89", "1,851.8518",
        clip(text, CLIP["evidence"]),
    )  # fmt: skip
    score = (clip(text, 40), "123,456.7890", "123,456.7890", "12,345%", "1,234.56")
    found = fitting([(clip(text, 16), "高", text)] * findings)
    listings = [
        cut("用地", ("甲",) * 6, [area] * 15, "areas", (20, 22, 7, 11, 9, 31)),
        cut("指标", ("乙",) * 5, [score] * 17, "indicators", (36, 18, 18, 12, 16)),
        cut("疑点", ("丙",) * 3, found, "findings", (20, 8, 72)),
    ]
    listings[0].rows.append(
        ("", "合计", "", "1.00", "1.0000", "登记 + 租入 + 其他 - 租出 - 暂不计入")
    )
    svg, _ = Atlas(street(), street().iloc[:0]).cutout(["P0", "P1"])
    facts = [(f"项目{n}", clip(text, 76)) for n in range(8)]
    return Card(
        "enterprise", "913300000000000000", clip(text, 60), "镇", facts, "C",
        "B – D（待复核对应落定后可能变化）", clip(text, 110), listings, svg, "另有 3 宗在图外",
    )  # fmt: skip


def street() -> gpd.GeoDataFrame:
    shapes = [shapely.box(120 + n / 1e3, 30, 120 + (n + 1) / 1e3, 30.001) for n in range(9)]
    return gpd.GeoDataFrame(
        {"parcel_code": [f"P{n}" for n in range(9)], "parcel_grade": list("ABCD") + [""] * 5},
        geometry=shapes, crs="EPSG:4490",
    )  # fmt: skip


def test_lists_are_cut_and_say_so() -> None:
    page = sheets_html.page(full_card("字" * 300), "关于")
    assert page.count("另有 9 条") == 3
    assert clip("甲乙丙丁", 4) == "甲…"
    assert clip("abcd", 4) == "abcd"


def test_nothing_a_department_typed_becomes_markup(tmp_path: Path) -> None:
    page = sheets_html.page(full_card(EVIL), EVIL)
    assert "<img" not in page
    assert "&lt;img" in page
    assert "<img" not in sheets_html.index([("enterprise", EVIL, EVIL, EVIL)], EVIL)
    assert sheets_html.file_name("../../etc/passwd") == "______etc_passwd"
    path = tmp_path / "card.xlsx"
    write_card(full_card("=1+1"), path, datetime(2024, 12, 31), "关于")  # noqa: DTZ001
    assert b"<f>" not in path.read_bytes()


def test_the_cutout_has_scale_north_neighbours_and_only_near_plots() -> None:
    far = street()
    far.loc[8, "geometry"] = shapely.box(121, 30, 121.001, 30.001)
    svg, outside = Atlas(far, far.iloc[:0]).cutout(["P1", "P8"])
    assert outside == 1
    assert "米" in svg
    assert "北" in svg
    assert svg.count('stroke="#00707d"') == 1
    assert svg.count('stroke="#9aa5ac"') >= 2
    assert Atlas(far, far.iloc[:0]).cutout(["nowhere"]) == ("", 1)


def test_few_findings_are_told_at_length() -> None:
    long = (
        "建筑占地 807.27 ㎡ ÷ 登记面积 3586.37 ㎡ = 0.225（2024 年数据，截至 2024-12-31）"
        + "字" * 20
    )
    for n in (1, 2):
        assert [row[-1] for row in fitting([("规则", "提示", long)] * n)] == [long] * n
    assert fitting([("规则", "提示", long)] * 3)[0][-1].endswith("…")


@pytest.mark.browser
@pytest.mark.parametrize("findings", [1, 2, 5, 14])
def test_the_fullest_sheet_fits_one_page(tmp_path: Path, browser: Any, findings: int) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        sheets_html.page(full_card("溪岫镇涧松路一百六十九号" * 90, findings), "关于"),
        encoding="utf-8",
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    over = page.evaluate(
        "(() => { const p = document.querySelector('.page');"
        " return [p.scrollHeight - p.clientHeight,"
        " p.getBoundingClientRect().bottom - document.querySelector('footer').getBoundingClientRect().bottom] })()"
    )
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    page.close()
    assert over[0] <= 0
    assert over[1] > 0
    assert pdf.count(b"/Type /Page\n") == 1
