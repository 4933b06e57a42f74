"""The map page on the real service: colours, filters, search, card, print, swipe, no WebGL."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from app_tab import Opening, Tab, context
from chromium import ARGS, need_chromium
from pixels import shows
from postgis_fixtures import publication
from serving import Live, key_for
from test_accessibility import faults

from geomujun.domain.legend import legend
from geomujun.pipeline.publish import publish
from geomujun.storage import tiles
from geomujun.storage.target import connect

GROUND = "#eef1f3"
FIRST_VIEW = 600_000  # bytes of tiles
# Plots whose middle is plain: large, of one grade, not hatched.
PLAIN = (
    "SELECT parcel_code, ST_X(c) AS x, ST_Y(c) AS y, bucket, tax_class, enterprise_grade FROM"
    " (SELECT p.*, ST_PointOnSurface(p.geom) AS c FROM pub.plots AS p WHERE p.edition = 1"
    "  AND NOT low_efficiency AND kind = 'parcel' AND area_m2 > 5000) AS q WHERE {} ORDER BY area_m2"
    " DESC, parcel_code LIMIT 1"
)


def plot(service: Live, where: str) -> Any:
    with connect(service.target, "app") as connection:
        return connection.execute(PLAIN.format(where)).fetchone()


def asked(service: Live, query: str) -> Any:
    with connect(service.target, "app") as connection:
        return connection.execute(query).fetchone()


def at(found: Any, zoom: float = 18, more: str = "&layers=") -> str:
    return f"/map?at={found[1]:.6f},{found[2]:.6f},{zoom}{more}"


def drawn(page: Any) -> None:
    page.wait_for_selector(".map-box[data-idle]")
    page.wait_for_selector(".map-key-line .number:text-matches('[0-9]')")


def middle(page: Any) -> tuple[float, float]:
    box = page.locator(".map-box").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def told(page: Any) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def test_plots_have_the_colours_of_each_way_to_colour_them(tab: Opening, service: Live) -> None:
    one = tab("viewer")
    for grade in ("A", "B", "C", ""):
        linked = "" if grade else " AND bucket = 'matched'"
        page = one.open(at(plot(service, f"parcel_grade = '{grade}'{linked}")))
        drawn(page)
        shows(page, middle(page), legend().grades[grade].colour, f"grade {grade!r}")
    found = plot(service, "tax_class = 4")
    for mode, colour in (
        ("bucket", legend().parcel_buckets[found[3]].colour),
        ("tax&classes=5", "#2c7fb8"),  # the fourth of YlGnBu's five
        ("parcel&hide=A,B,C,D,-,none", GROUND),
    ):
        page = one.open(at(found, more=f"&layers=&mode={mode}"))
        drawn(page)
        shows(page, middle(page), colour, mode)


def test_the_legend_counts_the_whole_edition_and_filters(tab: Opening, service: Live) -> None:
    page = tab("viewer").open(at(plot(service, "parcel_grade = 'B'")))
    drawn(page)
    count, mu = asked(
        service, "SELECT count(*), sum(area_m2) * 15 / 10000 FROM pub.plots"
        " WHERE edition = 1 AND parcel_grade = 'B'",
    )  # fmt: skip
    row = page.locator("button[data-class=B]")
    assert row.locator(".number").all_inner_texts() == [f"{count:,}", f"{mu:,.0f}"]
    row.click()
    assert row.get_attribute("aria-pressed") == "false"
    shows(page, middle(page), GROUND)
    assert told(page)["hide"] == "B"
    page.get_by_role("button", name="全部显示").click()
    shows(page, middle(page), legend().grades["B"].colour)
    page.locator("button[data-mark=low]").click()
    shows(page, middle(page), GROUND, "the plot has no low-efficiency hint")
    (low,) = asked(
        service, "SELECT count(*) FROM pub.plots WHERE edition = 1 AND low_efficiency"
    )  # fmt: skip
    assert page.locator("button[data-mark=low] .number").first.inner_text() == f"{low:,}"


@pytest.mark.parametrize("column", ["name", "former_names", "uscc", "address"])
def test_a_firm_is_found_by_keyboard(tab: Opening, service: Live, column: str) -> None:
    uscc, text = asked(
        service,
        f"SELECT f.uscc, regexp_replace(f.{column}, '[（(；].*', '') FROM pub.firms AS f"  # noqa: S608 - of this test
        " JOIN pub.links AS l ON l.edition = 1 AND l.uscc = f.uscc AND l.relation = 'OWN'"
        f" WHERE f.edition = 1 AND length(f.{column}) > 6 ORDER BY f.uscc LIMIT 1",
    )
    page = tab("viewer").open("/map")
    box = page.get_by_role("combobox", name=re.compile("查找"))
    box.fill(text)
    page.wait_for_selector("#map-hits li")
    hits = page.locator("#map-hits li").all_inner_texts()
    place = next(n for n, hit in enumerate(hits) if uscc in hit)
    for _ in range(place):
        page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == f"map-hit-{place}"
    page.keyboard.press("Enter")
    card = page.locator(".map-panel")
    card.locator("dl").wait_for()
    assert uscc in card.inner_text()
    assert card.get_by_role("link", name="打开企业卡").get_attribute("href") == (
        f"/app/enterprises/{uscc}"
    )
    assert told(page)["sel"] == f"enterprise:{uscc}"


def test_enter_before_anything_is_found_opens_what_is_found(tab: Opening, service: Live) -> None:
    (uscc,) = asked(service, "SELECT min(uscc) FROM pub.firms WHERE edition = 1")
    page = tab("viewer").open("/map")
    box = page.get_by_role("combobox", name=re.compile("查找"))
    box.fill(uscc)
    box.press("Enter")
    page.locator(".map-panel dl").wait_for()
    assert told(page)["sel"] == f"enterprise:{uscc}"
    assert page.locator("#map-hits").count() == 0


def test_a_click_opens_the_plot_and_a_link_opens_the_same_map(tab: Opening, service: Live) -> None:
    found = plot(service, "parcel_grade = 'B' AND bucket = 'matched'")
    one = tab("viewer")
    page = one.open(at(found, 17, "&layers=parks&mode=firm&hide=A"))
    drawn(page)
    page.mouse.click(*middle(page))
    page.locator(".map-panel dl").wait_for()
    assert found[0] in page.locator(".map-panel h2").inner_text()
    link = page.locator(".map-panel").get_by_role("link", name="打开宗地卡")
    assert link.get_attribute("href") == f"/app/parcels/{found[0]}"
    said = told(page)
    assert said == {
        "edition": "1", "mode": "firm", "hide": "A", "layers": "parks",
        "sel": f"parcel:{found[0]}", "at": f"{found[1]:.5f},{found[2]:.5f},17.00",
    }  # fmt: skip
    page = one.open("/map?" + "&".join(f"{k}={v}" for k, v in said.items()))
    drawn(page)
    page.locator(".map-panel dl").wait_for()
    assert told(page) == said
    assert page.locator("button[data-class=A]").get_attribute("aria-pressed") == "false"


def test_plots_of_the_view_are_reached_without_a_mouse(tab: Opening, service: Live) -> None:
    found = plot(service, "parcel_grade = 'B'")
    page = tab("viewer").open(at(found))
    drawn(page)
    page.get_by_role("button", name="列出图中地块").press("Enter")
    page.locator(".map-listed").get_by_role("button", name=found[0]).press("Enter")
    page.locator(".map-panel dl").wait_for()
    assert page.evaluate("document.activeElement.id") == "map-panel-title"


EDGES = """box => ["Top", "Right", "Bottom", "Left"].map(
    side => getComputedStyle(box)[`border${side}Width`])"""


def test_a_sheet_of_cells_says_what_they_are(tab: Opening, service: Live) -> None:
    page = tab("viewer").open(at(plot(service, "parcel_grade = 'B'"), 10))
    drawn(page)
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="打印").click()
    page.locator("dialog button.main").click()
    sheet = page.locator(".map-sheet[data-ready]")
    sheet.wait_for()
    assert "方格为该处地块按面积的构成" in sheet.inner_text()


@pytest.mark.parametrize(("paper", "size"), [("a4-landscape", (841.92, 594.96)),
                                             ("a3-portrait", (841.92, 1190.88))])  # fmt: skip
def test_a_sheet_is_printed_with_its_title_legend_scale_and_marks(
    tab: Opening, service: Live, paper: str, size: tuple[float, float]
) -> None:
    page = tab("viewer").open(at(plot(service, "parcel_grade = 'B'"), 16, "&hide=D"))
    drawn(page)
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="打印").click()
    page.get_by_label("图名").fill("云岫县 2024 年工业用地")
    page.get_by_label("纸张").select_option(paper)
    page.locator("dialog button.main").click()
    sheet = page.locator(".map-sheet[data-ready]")
    sheet.wait_for()
    assert page.evaluate("window.printed")
    text = sheet.inner_text()
    for word in ("云岫县 2024 年工业用地", "内部资料", "A类", "1 : ", "审图号", "制图日期", "北"):
        assert word in text
    assert "D类" not in text, "what is hidden is not in the key"
    assert "经过筛选" in text
    assert "方格" not in text, "plots are drawn"
    assert sheet.locator(".map-sheet-body > div").first.evaluate(EDGES) == ["2px"] * 4
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    (box,) = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
    assert [float(v) for v in box] == pytest.approx(size, abs=1.5)
    assert pdf.count(b"/Type /Page\n") == 1


def test_english_and_a_tablet(tab: Opening, service: Live) -> None:
    one = tab("viewer", viewport={"width": 1024, "height": 768}, has_touch=True)
    page = one.open(at(plot(service, "parcel_grade = 'B'"), 16))
    drawn(page)
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Print").wait_for()
    page.get_by_label("Match state").check()
    page.locator("button[data-class=matched]", has_text="matched").wait_for()
    page.touchscreen.tap(*middle(page))
    page.locator(".map-panel dl").wait_for()
    text = page.locator(".map-page").inner_text()
    assert not re.search("图例|叠加|上色|宗地", text)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0


def alone(service: Live, zoom: int) -> tuple[float, float, str]:
    """The middle of a cell of a zoom whose plots are all of one bucket, and that bucket."""
    side = 40075016.685578488 / 2 ** (zoom + 5)  # a cell is 1/32 tile
    x, y, bucket = asked(
        service,
        "SELECT min(ST_X(c)), min(ST_Y(c)), min(bucket) FROM (SELECT bucket,"  # noqa: S608 - a number
        " ST_Transform(ST_Centroid(geom_3857), 4490) AS c,"
        f" floor(ST_X(ST_Centroid(geom_3857)) / {side}), "
        f" floor(ST_Y(ST_Centroid(geom_3857)) / {side}) FROM pub.plots WHERE edition = 1)"
        " AS p (bucket, c, i, j) GROUP BY i, j"
        " HAVING count(DISTINCT bucket) = 1 AND min(bucket) <> 'matched' ORDER BY count(*) DESC, 1"
        " LIMIT 1",
    )
    n = 2 ** (zoom + 5)
    column = math.floor((x + 180) / 360 * n)
    row = math.floor((1 - math.asinh(math.tan(math.radians(y))) / math.pi) / 2 * n)
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (row + 0.5) / n))))
    return (column + 0.5) / n * 360 - 180, lat, bucket


def fill_up(service: Live, zoom: int, lng: float, lat: float) -> None:
    """Let the tile of a place be one too full of plots: its cells are what the service sends."""
    n = 2**zoom
    x = math.floor((lng + 180) / 360 * n)
    y = math.floor((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    with connect(service.target) as connection:
        row = connection.execute(
            "SELECT service.grid_tile(1, %s, %s, %s, '{\"\"}')", (zoom, x, y)
        ).fetchone()
        tile = tiles.packed(bytes(row[0]))
        done = connection.execute(
            "UPDATE pub.tile_cache SET body = %s, etag = %s"
            " WHERE edition = 1 AND z = %s AND x = %s AND y = %s",
            (tile.body, tile.etag, zoom, x, y),
        )
        assert done.rowcount == 1
        connection.commit()


@pytest.mark.parametrize(("zoom", "full"), [(11, False), (12, True)])
def test_cells_follow_the_legend_in_each_mode(
    tab: Opening, service: Live, zoom: int, full: bool
) -> None:
    """At low zooms, and in tiles of z12 and z13 that are too full of plots."""
    buckets = legend().parcel_buckets
    lng, lat, bucket = alone(service, zoom)
    if full:
        fill_up(service, zoom, lng, lat)
    here = f"/map?at={lng:.6f},{lat:.6f},{zoom}&layers=&mode=bucket"
    others = ",".join(name for name in buckets if name != bucket)
    one = tab("viewer")
    for hidden in ("", others):
        page = one.open(f"{here}&hide={hidden}" if hidden else here)
        drawn(page)
        shows(page, middle(page), buckets[bucket].colour, hidden)
    page.locator(f"button[data-class='{bucket}']").click()
    shows(page, middle(page), GROUND, "all hidden")
    page.get_by_role("button", name="全部显示").click()
    shows(page, middle(page), buckets[bucket].colour, "all shown")
    page.locator(f"button[data-class='{bucket}']").click()
    shows(page, middle(page), GROUND, f"{bucket} hidden")


def test_the_first_view_asks_for_few_bytes(tab: Opening) -> None:
    one, sizes = tab("viewer"), []
    one.page.on(
        "response",
        lambda r: sizes.append(r.request.sizes()["responseBodySize"]) if ".mvt" in r.url else None,
    )
    drawn(one.open("/map"))
    assert sizes
    assert sum(sizes) <= FIRST_VIEW


def test_a_browser_without_webgl_shows_the_table(playing: Any, service: Live) -> None:
    plain = playing.chromium.launch(
        executable_path=need_chromium(), args=[*ARGS, "--disable-gpu", "--disable-3d-apis"]
    )
    made = context(plain, key_for(service.target, "viewer", ("",)))
    one = Tab(made.new_page(), service.url)
    one.watch()
    page = one.open("/map")
    page.locator("table tbody tr").first.wait_for()
    assert "map.html" in page.get_by_role("note").inner_text()
    page.get_by_label("宗地等级").select_option("A")
    page.locator(".there table tbody tr .chip", has_text="A").first.wait_for()
    first = page.locator("tbody a").first.inner_text()
    page.get_by_role("button", name="下一页").click()
    page.locator("tbody a").first.filter(has_not_text=first).wait_for()
    plain.close()
    assert one.faults == []


def test_two_editions_lie_side_by_side_under_one_divider(tab: Opening, service: Live) -> None:
    found = plot(service, "parcel_grade = 'B'")
    publish(service.target, publication())
    with connect(service.target) as connection:  # edition 1 differs in one plot, seen above z14
        connection.execute(
            "UPDATE pub.plots SET parcel_grade = 'A' WHERE edition = 1 AND parcel_code = %s",
            (found[0],),
        )
    page = tab("viewer").open(at(found, 18, "&layers=&edition=2"))
    drawn(page)
    page.get_by_label("与另一发布对比").select_option("1")
    divider = page.get_by_role("slider")
    page.wait_for_selector(".map-over .map-box[data-idle]")
    divider.focus()
    page.keyboard.press("Home")
    shows(page, middle(page), legend().grades["A"].colour, "edition 1 right of the divider")
    page.keyboard.press("End")
    shows(page, middle(page), legend().grades["B"].colour, "edition 2 left of it")
    assert divider.get_attribute("aria-valuenow") == "100"
    assert told(page)["beside"] == "1"


def test_the_map_with_a_chosen_plot_has_no_serious_accessibility_fault(
    tab: Opening, service: Live
) -> None:
    found = plot(service, "parcel_grade = 'B'")
    page = tab("viewer", bypass_csp=True).open(at(found, 17, f"&sel=parcel:{found[0]}"))
    drawn(page)
    page.locator(".map-panel dl").wait_for()
    assert faults(page) == []
