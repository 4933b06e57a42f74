"""Overview, simulation and plan in the browser: numbers against the tables, sliders, choices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app_tab import Opening, said
from playwright.sync_api import expect
from serving import Live

from geomujun.storage.target import connect


def count(service: Live, query: str) -> int:
    with connect(service.target, "app") as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_overview_adds_up_and_leads_to_the_rows(tab: Opening, service: Live) -> None:
    page = tab("viewer").open("/dashboard")
    panel = page.get_by_role("region", name="以地找企：每宗地归一类")
    total = panel.locator("tfoot td").first.inner_text()
    cells = panel.locator("tbody td:nth-child(2)").all_inner_texts()
    parcels = count(service, "SELECT count(*) FROM pub.parcel_reconciliation")
    assert sum(map(number, cells)) == number(total) == parcels
    firms = page.get_by_role("region", name="以企找地：每家企业归一类")
    assert number(firms.locator("tfoot td").first.inner_text()) == count(
        service, "SELECT count(*) FROM pub.enterprise_reconciliation"
    )
    expect(page.get_by_text("✓ 相符")).to_have_count(2)  # both sums of areas add up
    page.get_by_text("enterprises.csv").wait_for()
    page.get_by_role("button", name="排出各类领跑者名单").click()
    page.locator(".leaders li").first.wait_for()
    panel.get_by_role("link", name="空置", exact=True).click()
    page.wait_for_url("**/lists?table=parcels&bucket=vacant*")
    page.get_by_role("cell", name="空置").first.wait_for()


def test_the_overview_of_a_division_ends_at_it(tab: Opening, service: Live) -> None:
    page = tab("viewer", ("339911",)).open("/dashboard")
    panel = page.get_by_role("region", name="以地找企：每宗地归一类")
    panel.wait_for()
    assert number(panel.locator("tfoot td").first.inner_text()) == count(
        service,
        "SELECT count(*) FROM pub.plots WHERE kind = 'parcel' AND division_code ^@ '339911'",
    )
    assert page.get_by_role("region", name="领跑者").count() == 0


def matrix(page: Any) -> list[list[float]]:
    rows = page.locator("table.matrix tbody tr").all()
    return [[number(c.replace("·", "0")) for c in r.locator("td").all_inner_texts()] for r in rows]


def test_a_slider_moves_firms_and_the_scenario_is_kept(tab: Opening) -> None:
    page = tab("publisher").open("/simulate")
    page.locator("table.matrix td.same").first.wait_for()
    before = matrix(page)
    assert all(cell == 0 for i, row in enumerate(before) for j, cell in enumerate(row) if i != j)
    page.get_by_label("A 类，数值").first.fill("15")
    page.get_by_label("A 类，数值").first.press("Tab")
    page.locator("table.matrix td.down").first.wait_for()
    after = matrix(page)
    assert [sum(r) for r in after] == [sum(r) for r in before], "nobody is lost"
    assert after[0][1] > 0
    page.get_by_label("情景名称").fill("A 类收紧到 15%")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_label("比较 A 类收紧到 15%").check()
    row = page.get_by_role("row", name="A 类收紧到 15%")
    row.wait_for()
    page.get_by_role("button", name="恢复现行规则").click()
    page.get_by_text("没有企业的等级变化").wait_for()
    page.get_by_role("button", name="A 类收紧到 15%", exact=True).click()
    page.locator("table.matrix td.down").first.wait_for()
    page.get_by_label("亩均税收，数值").first.fill("50")
    page.get_by_label("亩均税收，数值").first.press("Tab")
    page.get_by_role("alert").get_by_text("权重合计").wait_for()
    page.get_by_role("button", name="配平到 100").click()
    page.get_by_role("alert").wait_for(state="detached")


def test_only_a_publisher_of_all_divisions_simulates(tab: Opening) -> None:
    page = tab("publisher", ("339911",)).open("/simulate")
    page.get_by_text("只有全部辖区的发布人能试算").wait_for()
    viewer = tab("viewer").open("/dashboard")
    viewer.get_by_role("link", name="整治", exact=True).wait_for()
    assert viewer.get_by_role("link", name="模拟").count() == 0


def test_clusters_are_chosen_for_a_target_exported_and_kept(tab: Opening, tmp_path: Path) -> None:
    page = tab("publisher").open("/plan")
    page.locator("tbody input[type=checkbox]").first.check()
    page.get_by_role("region", name="选定片区的位置").wait_for()
    page.get_by_label("整治面积（亩）的目标").fill("900")
    page.get_by_label("整治面积（亩）的目标").press("Tab")
    page.get_by_role("button", name="按目标补选").click()
    page.get_by_text("已证最优").wait_for()
    told = page.get_by_role("row", name="整治面积（亩）").locator("td").first.inner_text()
    assert number(told) >= 900
    assert page.locator("tbody input[type=checkbox]").first.is_checked(), "what was taken stays"
    with page.expect_download() as waiting:
        page.get_by_role("button", name="图形 GeoJSON").click()
    waiting.value.save_as(tmp_path / "plan.geojson")
    shapes = json.loads((tmp_path / "plan.geojson").read_text("utf-8"))["features"]
    assert sum(s["properties"]["area_mu"] for s in shapes) >= 899
    page.locator(".sheets td").first.wait_for(state="attached")
    page.emulate_media(media="print")
    expect(page.locator(".sheets tbody tr")).to_have_count(len(shapes))
    assert page.locator(".sheets").is_visible()
    page.emulate_media(media="screen")
    page.get_by_label("计划名称").fill("今年的计划")
    page.get_by_role("button", name="保存计划").click()
    said(page, "已保存")
    page.get_by_role("link", name="总览").click()
    page.get_by_role("link", name="今年的计划").wait_for()
    panel = page.get_by_role("region", name="低效整治进度与目标")
    cells = panel.get_by_role("row", name="整治面积（亩）").locator("td")
    assert number(cells.nth(1).inner_text()) == 900
    assert number(cells.nth(2).inner_text()) >= 900
