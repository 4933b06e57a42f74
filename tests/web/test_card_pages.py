"""The parcel's and the firm's card: areas that add up, reasons, sources; one leads to the other."""

from __future__ import annotations

import re

import pytest
from app_tab import Opening, rested
from pixels import until
from serving import Live

from geomujun.storage.target import connect


@pytest.fixture(scope="module")
def shared(service: Live) -> tuple[str, str]:
    """A plot that several firms share, graded, found low and doubted, and one of the firms."""
    with connect(service.target, "app") as connection:
        row = connection.execute(
            "SELECT l.parcel_code, min(l.uscc) FROM pub.ledger_lines AS l"
            " JOIN pub.low_efficiency AS w USING (edition, parcel_code)"
            " JOIN pub.parcel_evaluation AS e USING (edition, parcel_code)"
            " JOIN pub.cross_check AS c ON c.edition = l.edition AND c.subject_id = l.parcel_code"
            "  AND c.rows LIKE '%\"parcels\"%'"
            " WHERE l.area_m2 > 0 AND l.component <> 'leased_out' AND e.grade <> ''"
            " GROUP BY 1 HAVING count(DISTINCT l.uscc) > 1 ORDER BY count(DISTINCT l.uscc) DESC, 1"
            " LIMIT 1"
        ).fetchone()
    assert row
    return row[0], row[1]


def test_the_areas_on_a_parcel_card_add_up_to_the_registered_area(
    tab: Opening, shared: tuple[str, str]
) -> None:
    page = tab("viewer").open(f"/parcels/{shared[0]}")
    bar = page.locator("figure.bar").first
    bar.wait_for()
    parts = [float(b.replace(",", "").split()[0]) for b in bar.locator("b").all_inner_texts()]
    text = page.get_by_text("登记面积").first.inner_text()
    registered = float(re.search(r"登记面积 ([\d,.]+) 亩", text)[1].replace(",", ""))
    assert sum(parts) == pytest.approx(registered, abs=0.01 * len(parts))


def test_a_firm_leads_to_its_card_and_a_finding_to_its_row(
    tab: Opening, shared: tuple[str, str]
) -> None:
    page = tab("viewer").open(f"/parcels/{shared[0]}")
    page.locator("article.link h3 a").first.click()
    page.wait_for_url("**/enterprises/**")
    page.get_by_role("heading", name="来源").wait_for()
    page.go_back()
    page.get_by_role("heading", name=re.compile("疑点")).wait_for()
    pointer = page.locator("a", has_text=re.compile(r"宗地 第 \d+ 行")).first
    pointer.click()
    opened = page.locator("details[open]", has_text="parcels.gpkg")
    opened.filter(has_text=shared[0]).wait_for()


def test_the_reasons_of_a_link_add_up_to_its_weight(
    tab: Opening, service: Live, shared: tuple[str, str]
) -> None:
    page = tab("viewer").open(f"/parcels/{shared[0]}")
    link = page.locator("article.link").first
    table = link.locator("table.evidence")
    table.wait_for()
    uscc = link.locator("h3 a").first.get_attribute("href").split("/")[-1]
    with connect(service.target, "app") as connection:
        weights = connection.execute(
            "SELECT weight_bits FROM pub.links WHERE parcel_code = %s AND uscc = %s",
            (shared[0], uscc),
        ).fetchall()
    bits = [float(b.replace("−", "-")) for b in table.locator("tbody .number").all_inner_texts()]
    total = float(table.locator("tfoot .number").inner_text().replace("−", "-"))
    assert sum(bits) == pytest.approx(total, abs=0.01 * len(bits))
    assert any(total == pytest.approx(w, abs=0.01) for (w,) in weights)


def test_the_small_map_shows_the_plot(tab: Opening, shared: tuple[str, str]) -> None:
    page = tab("viewer").open(f"/parcels/{shared[0]}")
    drawing = page.locator(".minimap canvas")
    until(page, lambda: len(drawing.screenshot()), lambda size: size > 2000, "an empty ground")


def test_holders_who_are_persons_stay_masked_on_the_card(tab: Opening, service: Live) -> None:
    with connect(service.target) as connection:
        code, name = connection.execute(
            "SELECT c.parcel_code, c.holder_names FROM core.parcels AS c JOIN pub.plots AS p"
            " USING (parcel_code) WHERE p.bucket = 'individual_holder' AND p.edition = 1"
            " ORDER BY 1 LIMIT 1"
        ).fetchone()
    page = tab("publisher").open(f"/parcels/{code}")
    page.get_by_role("heading", name="来源").wait_for()
    rested(page)
    for details in page.locator("details").all():
        details.evaluate("d => d.open = true")
    assert name not in page.locator("main").inner_text()
    assert f"{name[0]}**" in page.locator("main").inner_text()


def test_a_card_in_english(tab: Opening, shared: tuple[str, str]) -> None:
    page = tab("viewer").open(f"/enterprises/{shared[1]}")
    page.get_by_role("heading", name="来源").wait_for()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Sources").wait_for()
    page.get_by_role("heading", name=re.compile("Which land")).wait_for()


def test_what_is_not_there_is_said(tab: Opening) -> None:
    one = tab("viewer")
    one.expected.append(404)
    page = one.open("/parcels/339999999999GB99999")
    page.get_by_role("alert").wait_for()


def test_a_field_check_is_recorded_on_the_card_and_counted_on_the_overview(
    tab: Opening, service: Live, shared: tuple[str, str]
) -> None:
    reader = tab("viewer").open(f"/parcels/{shared[0]}")
    reader.get_by_role("region", name="实地核查与整治").get_by_text("待核查").wait_for()
    assert reader.get_by_role("button", name="记一次核查").count() == 0
    one, late = tab("reviewer"), tab("publisher")
    late.expected.append(409)
    pages = [who.open(f"/parcels/{shared[0]}") for who in (one, late)]
    for page in pages:
        page.get_by_role("button", name="记一次核查").click()
    page = pages[0]
    page.get_by_label("结果").select_option(label="不属实")
    record = page.get_by_role("button", name="记下", exact=True)
    assert record.is_disabled(), "what is not so is explained"
    page.get_by_label("说明").fill("已在生产，<b>误判</b>")
    record.click()
    told = page.get_by_role("region", name="实地核查与整治")
    told.get_by_text("已在生产，<b>误判</b>").wait_for()
    assert "a reviewer" in told.inner_text()
    pages[1].get_by_role("button", name="记下", exact=True).click()
    pages[1].get_by_role("alert").get_by_text("已有别人的核查记录").wait_for()
    pages[1].get_by_role("button", name="重新读取").click()
    pages[1].get_by_role("button", name="记一次核查").click()
    pages[1].get_by_label("结果").select_option(label="已完成")
    pages[1].get_by_label("腾出土地（亩）").fill("0.5")
    pages[1].get_by_role("button", name="记下", exact=True).click()
    pages[1].get_by_role("dialog").wait_for(state="detached")
    with connect(service.target, "app") as connection:
        kept = connection.execute(
            "SELECT state, reviewer, released_mu FROM review.field_checks"
            " WHERE parcel_code = %s ORDER BY id", (shared[0],),
        ).fetchall()  # fmt: skip
    assert kept == [("refuted", "a reviewer", None), ("done", "a publisher", 0.5)]
    page.get_by_role("link", name="总览").click()
    panel = page.get_by_role("region", name="低效整治进度与目标")
    row = panel.get_by_role("row", name=re.compile("^已完成"))
    row.wait_for()
    assert int(row.locator("td").nth(1).inner_text()) >= 1
