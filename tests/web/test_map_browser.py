"""map.html in Chromium, offline: colours, search, popup, filter, and nothing asked of the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from chromium import WAIT_MS
from geomujun_maps.folium_map import write_map
from pixels import shows
from result_builder import county_result, masked_sample, sample_result, with_name

from geomujun.domain.legend import GRADES, legend
from geomujun.export.masking import masked

pytestmark = pytest.mark.browser
EVIL = "</script><img src=x onerror=alert(1)>"
# The map is nearer than before, at rest, and two frames of it were drawn.
NEARER = """before => map_geomujun.getZoom() > before && !map_geomujun._animatingZoom
  && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
PLAIN = "绍兴益联电缆有限责任公司"


@dataclass
class Seen:
    """What a page did that it should not."""

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "map.html"
    write_map(masked(with_name(sample_result(), _evil_code(), EVIL)), path)
    return path


def _evil_code() -> str:
    """An enterprise with land."""
    links = sample_result().tables["links"]
    return str(links[links["band"] == "auto"]["uscc"].iloc[40])


@pytest.fixture
def opened(browser: Any, town: Path) -> Iterator[tuple[Any, Seen]]:
    yield from _open(browser, town)


def _open(browser: Any, path: Path) -> Iterator[tuple[Any, Seen]]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    context.set_default_timeout(WAIT_MS)
    page, seen = context.new_page(), Seen()
    page.on("request", lambda r: seen.requests.append(r.url))
    page.on("console", lambda m: seen.console.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: seen.console.append(str(e)))
    page.on("dialog", lambda d: (seen.dialogs.append(d.message), d.dismiss()))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    yield page, seen
    outside = [u for u in seen.requests if not u.startswith(("file:", "data:"))]
    assert outside == []
    assert seen.console == []
    assert seen.dialogs == []
    context.close()


def _data(page: Any) -> dict[str, Any]:
    data: dict[str, Any] = page.evaluate(
        "JSON.parse(document.getElementById('geomujun-data').textContent)"
    )
    return data


def _fill(page: Any, n: int) -> str | None:
    value: str | None = page.evaluate(
        f"(document.querySelector('path.plot-{n}') || {{getAttribute: () => null}}).getAttribute('fill')"
    )
    return value


def test_each_parcel_is_filled_with_its_grades_colour(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    data = _data(page)
    fills = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('path.plot')].map(p => [p.getAttribute('class').match(/plot-(\\d+)/)[1], p.getAttribute('fill')]))"
    )
    grades = dict(
        zip(
            sample_result().tables["parcel_evaluation"]["parcel_code"],
            sample_result().tables["parcel_evaluation"]["grade"].fillna(""),
            strict=True,
        )
    )
    assert len(fills) == len(data["plots"]["code"]) > 400
    wrong = [
        code
        for n, code in enumerate(data["plots"]["code"])
        if fills[str(n)] != legend().grades[grades.get(code, "")].colour
    ]
    assert wrong == []


@pytest.mark.parametrize("grade", ["A", "B", "C", ""])
def test_the_screen_shows_the_colour_where_the_parcel_is(
    opened: tuple[Any, Seen], grade: str
) -> None:
    page, _ = opened
    plots = _data(page)["plots"]
    plain = [
        n
        for n, g in enumerate(plots["pg"])
        if g == GRADES.index(grade)
        and not plots["low"][n]
        and plots["area"][n] > 1500
        and not plots["patch"][n]
    ]
    n = plain[0]
    page.evaluate(
        "document.querySelectorAll('.leaflet-detail-pane, .leaflet-letters-pane').forEach(e => e.style.visibility = 'hidden')"
    )
    page.evaluate(
        f"map_geomujun.setView([{plots['at'][n][1] / 1e6}, {plots['at'][n][0] / 1e6}], 18, {{animate: false}})"
    )
    box = page.locator("#map_geomujun").bounding_box()
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shows(page, at, legend().grades[grade].colour, f"grade {grade!r}")


def test_low_efficiency_and_grade_d_are_hatched(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    plots = _data(page)["plots"]
    assert page.locator("path.hatch-low_efficiency").count() == sum(1 for x in plots["low"] if x)
    assert page.locator("path.hatch-grade_d").count() == plots["pg"].count(GRADES.index("D"))
    fill = page.locator("path.hatch-grade_d").first.get_attribute("fill")
    assert page.locator(f"pattern{fill[4:-1]}").count() == 1


def test_the_other_switches_recolour(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    data = _data(page)
    for mode in data["modes"][1:]:
        page.click(f"button[data-mode={mode['key']}]")
        for n in range(0, len(data["plots"]["code"]), 37):
            assert _fill(page, n) == mode["classes"][data["plots"][mode["field"]][n]]["colour"]


@pytest.mark.parametrize("what", ["name", "former", "uscc", "addr"])
def test_search_finds_a_firm_and_opens_the_plot_with_the_reasons(
    opened: tuple[Any, Seen], what: str
) -> None:
    page, _ = opened
    firms = _data(page)["firms"]
    n = next(
        i
        for i, p in enumerate(firms["plots"])
        if p and firms[what][i] and firms[what].count(firms[what][i]) == 1
    )
    page.fill("#search", firms[what][n])
    page.wait_for_selector("#results li[role=option]")
    page.locator("#results li", has_text=firms["uscc"][n]).first.dispatch_event("mousedown")
    card = page.locator(".leaflet-popup article.card")
    card.wait_for()
    assert firms["name"][n] in card.inner_text()
    assert card.locator("ul.why li").count() >= 1


def test_search_finds_a_parcel_by_its_code_with_the_keyboard(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    page.fill("#search", "330603001001GB00022")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.card[data-code='330603001001GB00022']")
    text = page.locator("article.card").inner_text()
    assert PLAIN in text
    assert "自有" in text
    assert "亩" in text
    assert "容积率低于行业下限" in text
    assert page.locator("path.selected").count() == 1


def test_a_firm_without_land_is_found_and_says_why(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    firms = _data(page)["firms"]
    n = next(i for i, p in enumerate(firms["plots"]) if not p)
    page.fill("#search", firms["uscc"][n])
    page.keyboard.press("Enter")
    card = page.locator("article.card")
    card.wait_for()
    assert "未对应到图上的宗地" in card.inner_text()
    assert firms["bucket"][n] in card.inner_text()


def test_a_click_on_a_plot_opens_its_card(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    box = page.locator("path.plot-30").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("article.card h2")


def test_the_legend_counts_and_hides(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    plots = _data(page)["plots"]
    row = page.locator("#legend button[data-class=B]")
    count = plots["pg"].count(GRADES.index("B"))
    mu = sum(
        a * 15 / 10000
        for a, g in zip(plots["area"], plots["pg"], strict=True)
        if g == GRADES.index("B")
    )
    assert row.locator(".count").inner_text() == str(count)
    assert row.locator(".mu").inner_text() == f"{mu:,.0f}"
    before = page.locator("path.plot").count()
    row.click()
    assert page.locator("path.plot").count() == before - count
    assert page.locator("#legend button[data-class=B]").get_attribute("aria-pressed") == "false"
    page.click("#legend button.reset")
    assert page.locator("path.plot").count() == before


def test_low_efficiency_can_be_shown_alone(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    plots = _data(page)["plots"]
    page.click("#legend button[data-row=low]")
    assert page.locator("path.plot").count() == sum(1 for x in plots["low"] if x)


def test_letters_scale_north_mark_and_title_are_on_the_page(opened: tuple[Any, Seen]) -> None:
    page, _ = opened
    assert set(page.locator(".letter").all_inner_texts()) == {"A", "B", "C", "D"}
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("m")
    assert page.locator(".north").is_visible()
    panel = page.locator("#panel").inner_text()
    for text in ("内部资料", "兰亭街道", "2024 年度", "zhejiang-2022", "geomujun 0.1.0"):
        assert text in panel


def test_a_hostile_name_is_shown_as_text(opened: tuple[Any, Seen]) -> None:
    page, seen = opened
    page.fill("#search", _evil_code())
    page.wait_for_selector("#results li[role=option]")
    assert page.locator("#results .hit").first.inner_text() == EVIL
    page.keyboard.press("Enter")
    page.wait_for_selector("article.card")
    assert EVIL in page.locator("article.card").inner_text()
    assert page.locator("#panel img, article.card img").count() == 0
    assert seen.dialogs == []


def test_a_script_that_slipped_in_would_not_run(opened: tuple[Any, Seen]) -> None:
    page, seen = opened
    page.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.appendChild(s); })()"
    )
    assert page.evaluate("window.ran") is None
    blocked = [line for line in seen.console if "Content Security Policy" in line]
    assert blocked
    seen.console.clear()


def test_english_page_opens(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    write_map(replace(masked_sample(), lang="en"), path)
    for page, _ in _open(browser, path):
        assert "INTERNAL" in page.locator("#panel").inner_text()
        assert page.evaluate("document.documentElement.lang") == "en"


def test_a_countys_index_leads_to_the_right_page(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    write_map(masked(county_result(1_600)), path, max_plots=450)
    for page, _ in _open(browser, path):
        index = _data(page)
        firm = next(e for e in index["index"] if e[3] == 2)
        page.fill("#search", firm[1][:18])
        page.keyboard.press("Enter")
        page.wait_for_selector(f"article.card[data-code='{firm[4]}']")
        assert page.url.split("/map/")[1].startswith(index["pages"][2]["href"].removeprefix("map/"))
        assert firm[0] in page.locator("article.card").inner_text()
        page.click("a.back")
        page.wait_for_selector(".arearow")
        assert page.locator("path.cell").count() > 10
        page.click("#legend button[data-class=A]")
        assert page.locator("path.cell-0").count() == 0


def test_names_on_a_countys_index_never_lie_on_each_other(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    write_map(masked(county_result(1_600)), path, max_plots=150)  # streets in parts, side by side
    for page, _ in _open(browser, path):
        shown = []
        for turn in range(3):
            if turn:
                zoom = page.evaluate("map_geomujun.getZoom()")
                page.click(".leaflet-control-zoom-in")
                page.wait_for_function(NEARER, arg=zoom)
            boxes = [a.bounding_box() for a in page.locator("a.town").all() if a.is_visible()]
            for n, a in enumerate(boxes):
                for b in boxes[:n]:
                    apart = abs(a["x"] - b["x"]) >= min(a["width"], b["width"])
                    assert apart or abs(a["y"] - b["y"]) >= min(a["height"], b["height"])
            shown.append(len(boxes))
        assert 0 < shown[0] < shown[2]
        assert page.locator(".arearow").count() == page.locator("a.town").count()
