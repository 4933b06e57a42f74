"""The exported site in Chromium, from a plain web server that gives no pieces of files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from app_tab import context
from pixels import until

from geomujun.pipeline.publish import advance
from geomujun.pipeline.site import SiteAsked, export_site
from geomujun.policy import locality as localities
from geomujun.storage.target import Target, connect

EVIL = "</script><img src=x onerror=alert(1)>厂"


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site(town: Target, tmp_path: Path) -> Iterator[str]:
    with connect(town) as connection:
        connection.execute(
            "UPDATE pub.firms SET name = %s WHERE uscc ="
            " (SELECT min(uscc) FROM pub.firms WHERE grade = 'A')", (EVIL,),
        )  # fmt: skip
        connection.commit()
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester", "")
    out = tmp_path / "site"
    page = resources.files("geomujun_maps") / "site"
    export_site(town, SiteAsked(out, "浙S(2024)12号", "t"), localities.load("zhejiang"), page)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=out.parent))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/site/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(drawing: Any, site: str) -> Iterator[Any]:
    made = context(drawing)
    page, faults = made.new_page(), []
    page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("dialog", lambda d: (faults.append(d.message), d.dismiss()))
    page.on("request", lambda r: r.url.startswith((site.rsplit("/", 2)[0], "blob:"))
            or faults.append(r.url))  # fmt: skip
    page.goto(site)
    page.locator("canvas").wait_for()
    yield page
    made.close()
    assert faults == []


def drawn(page: Any) -> bytes:
    """The map's picture once it is there and does not change any more."""
    canvas, before = page.locator("canvas"), [b""]

    def still(picture: bytes) -> bool:
        same = picture == before[0] and len(picture) > 5000  # an empty ground is smaller
        before[0] = picture
        return same

    picture: bytes = until(page, canvas.screenshot, still, "nothing is drawn")
    return picture


def test_the_map_is_drawn_and_a_search_shows_the_plot(opened: Any) -> None:
    page = opened
    before = drawn(page)
    assert "审图号：浙S(2024)12号" in page.locator("footer").inner_text()
    page.get_by_label("查企业或宗地代码").fill("GB000")
    page.locator(".hits button").first.click()
    page.get_by_role("heading", name="所选地块").wait_for()
    until(page, page.locator("canvas").screenshot, lambda now: now != before, "the same picture")


LINES = """labels => labels.flatMap(label => [...label.querySelectorAll("span:not(:has(*))")]
    .map(part => Math.round(part.getBoundingClientRect().height
        / parseFloat(getComputedStyle(part).lineHeight))))"""


@pytest.mark.parametrize("width", [1366, 1024, 600])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_legend_breaks_no_line(opened: Any, width: int, lang: str) -> None:
    page = opened
    page.set_viewport_size({"width": width, "height": 768})
    if lang == "en":
        page.get_by_role("button", name="English").click()
    labels = page.locator(".choice:has(.small)")
    assert labels.count() == 5
    # as many firms as a county has
    page.locator(".choice .small").evaluate_all(
        "parts => parts.forEach(p => p.textContent = p.textContent.replace(/[0-9]+/g, '12,147'))"
    )
    assert set(labels.evaluate_all(LINES)) == {1}


def test_a_firms_name_is_text(opened: Any) -> None:
    page = opened
    page.get_by_label("查企业或宗地代码").fill("onerror")
    page.get_by_text(EVIL).wait_for()
    assert page.locator("img").count() == 0


def test_the_legend_counts_and_filters(opened: Any) -> None:
    page = opened
    before = drawn(page)
    box = page.get_by_label("A类")
    assert "宗" in page.locator("fieldset", has_text="图例").inner_text()
    for label in ("B类", "C类", "D类", "未评"):
        page.get_by_label(label).uncheck()
    box.uncheck()
    until(page, page.locator("canvas").screenshot, lambda now: now != before, "nothing is hidden")
    page.get_by_role("button", name="English").click()
    page.get_by_text("Legend (choose what to show)").wait_for()
