"""Lists in the browser: filters, search, columns, pages, files; findings closed with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
from app_tab import Opening, rested
from serving import Live

from geomujun.storage.target import connect


def ask(service: Live, query: str) -> Any:
    with connect(service.target, "app") as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def saved(page: Any, button: str, folder: Path) -> Path:
    """The file that a button gives."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    path = folder / str(waiting.value.suggested_filename)
    waiting.value.save_as(path)
    return path


def test_a_filtered_list_holds_what_the_table_holds_and_goes_into_files(
    tab: Opening, service: Live, tmp_path: Path
) -> None:
    page = tab("viewer").open("/lists?table=parcels&bucket=vacant")
    wanted = ask(service, "SELECT count(*) FROM pub.plots WHERE bucket = 'vacant'")
    page.get_by_role("cell", name="空置").first.wait_for()
    page.get_by_role("button", name="下一页").click()
    page.get_by_text(f"共 {wanted} 行").wait_for()
    text = saved(page, "CSV", tmp_path).read_text("utf-8-sig")
    assert len(text.splitlines()) == wanted + 1
    shapes = json.loads(saved(page, "GeoJSON", tmp_path).read_text("utf-8"))
    assert len(shapes["features"]) == wanted
    sheet = openpyxl.load_workbook(saved(page, "XLSX", tmp_path)).worksheets[0]
    assert sheet.max_row == wanted + 1
    page.get_by_label("清点归类").select_option("ambiguous")
    page.get_by_role("cell", name="待复核").first.wait_for()
    assert "bucket=ambiguous" in page.url
    page.get_by_text("列（").click()
    page.get_by_role("checkbox", name="权利人").uncheck()
    assert page.get_by_role("columnheader", name="权利人").count() == 0
    page.reload()
    page.get_by_role("cell", name="待复核").first.wait_for()
    assert page.get_by_role("columnheader", name="权利人").count() == 0


def test_firms_are_searched_by_a_part_of_the_name_and_lead_to_their_card(tab: Opening) -> None:
    page = tab("viewer").open("/lists?table=enterprises")
    page.get_by_label("查找").fill("机械")
    page.get_by_label("查找").press("Enter")
    page.wait_for_url("**q=*")
    page.locator(".there tbody a").first.wait_for()
    names = page.locator("tbody tr td:first-child").all_inner_texts()
    assert names
    assert page.locator("tbody a").first.get_attribute("href").startswith("/app/enterprises/")


def test_a_click_on_a_head_sorts_the_whole_list(
    tab: Opening, service: Live, tmp_path: Path
) -> None:
    page = tab("viewer").open("/lists?table=low-efficiency")
    head = page.get_by_role("columnheader", name="面积（亩）")
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").click()
    page.wait_for_url("**sort=-area_mu*")
    page.locator("th[aria-sort=descending]").wait_for()
    most = ask(service, "SELECT round(max(area_mu)::numeric * 100) FROM pub.low_efficiency")
    heads = page.locator("thead th").all_inner_texts()
    column = next(n for n, text in enumerate(heads, 1) if text.startswith("面积（亩）"))

    def areas() -> list[float]:
        cells = page.locator(f"tbody td:nth-child({column})").all_inner_texts()
        return [float(c.replace(",", "")) for c in cells]

    first = areas()
    assert round(first[0] * 100) == most
    assert first == sorted(first, reverse=True)
    page.get_by_role("button", name="下一页").dblclick()  # one page on: its end is not known yet
    page.get_by_text("第 101–200 行").wait_for()
    rested(page)
    page.get_by_text("第 101–200 行").wait_for()
    second = areas()
    assert max(second) <= first[-1]
    lines = saved(page, "CSV", tmp_path).read_text("utf-8-sig").splitlines()
    assert len(lines) == ask(service, "SELECT count(*) FROM pub.low_efficiency") + 1
    page.get_by_role("columnheader", name="面积（亩）").get_by_role("button").click()
    page.locator("th[aria-sort=ascending]").wait_for()
    assert areas() == sorted(areas())


def test_a_finding_is_closed_with_a_reason_and_reopened(tab: Opening) -> None:
    page = tab("reviewer").open("/findings?severity=high&rule=IDLE_LAND")
    page.locator(".story summary").first.click()
    story = page.locator(".story").first
    story.get_by_role("button", name="关闭").first.click()
    dialog = page.get_by_role("dialog")
    close = dialog.get_by_role("button", name="关闭", exact=True).last
    assert close.is_disabled(), "no reason, no closing"
    dialog.get_by_label("理由").fill("已到现场核实，正在施工")
    close.click()
    page.get_by_text("理由：已到现场核实，正在施工").wait_for(state="attached")
    story.get_by_role("button", name="重开").first.wait_for(state="attached")


def test_two_people_who_close_one_finding_are_told_of_each_other(tab: Opening) -> None:
    first, second = tab("reviewer"), tab("reviewer")
    second.expected.append(409)
    pages = [one.open("/findings?rule=EXPANSION&severity=high") for one in (first, second)]
    for page in pages:
        page.locator(".story summary").first.click()
        page.locator(".story").first.get_by_role("button", name="关闭").first.click()
        page.get_by_role("dialog").get_by_label("理由").fill("已核实")
    for page in pages:
        page.get_by_role("dialog").get_by_role("button", name="关闭", exact=True).last.click()
        if page is pages[0]:
            page.get_by_role("dialog").wait_for(state="detached")
    pages[1].get_by_role("alert").wait_for()
    pages[1].get_by_role("button", name="重新读取").click()
    pages[1].get_by_role("dialog").wait_for(state="detached")


def test_a_viewer_closes_nothing(tab: Opening) -> None:
    page = tab("viewer").open("/findings?severity=high")
    page.locator(".story summary").first.click()
    page.locator(".finding").first.wait_for()
    assert page.get_by_role("button", name="关闭").count() == 0
