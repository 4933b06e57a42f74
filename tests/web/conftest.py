"""Chromium on the real service with the demo county; every page is watched while it is used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from app_tab import SAID, Opening, Tab
from postgis_fixtures import (  # noqa: F401
    cluster,
    county,
    county_template,
    empty_template,
    town,
    town_template,
)
from serving import Live, key_for

from geomujun.storage.target import Target

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
ARGS = [
    "--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
# A machine may be busy: what is waited for is a state, and this is when it is given up.
WAIT_MS = 90_000
# The web app draws by WebGL2, here in software.
DRAWING = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
BUILD = Path(__file__).parents[2] / "maps" / "geomujun_maps" / "web" / "index.html"


def need_chromium() -> str:
    """Skip, or fail where Chromium is required."""
    if CHROMIUM:
        return CHROMIUM
    reason = "no Chromium: set CHROMIUM, or `apt-get install chromium`"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def playing() -> Iterator[Any]:
    """Playwright."""
    need_chromium()
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playing: Any) -> Iterator[Any]:
    """Chromium without WebGL, for the map as one file."""
    yield from _launched(playing, "--disable-gpu")


def _launched(playing: Any, *more: str) -> Iterator[Any]:
    found = playing.chromium.launch(executable_path=need_chromium(), args=[*ARGS, *more])
    yield found
    found.close()


@pytest.fixture(scope="session")
def drawing(playing: Any) -> Iterator[Any]:
    """Chromium with WebGL in software, for the web app."""
    if not BUILD.exists():
        pytest.fail("the web app is not built: run `make web`")
    yield from _launched(playing, *DRAWING)


def context(browser: Any, key: str = "", **given: Any) -> Any:
    """A context of a usual screen, its tabs signed in with a key; it waits long."""
    made = browser.new_context(
        **{"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"} | given
    )
    made.set_default_timeout(WAIT_MS)
    made.add_init_script(SAID)
    if key:
        made.add_init_script(
            f"if (!sessionStorage.getItem('geomujun.begun')) {{"
            f"sessionStorage.setItem('geomujun.begun', '1');"
            f"sessionStorage.setItem('geomujun.token', {key!r})}}"
        )
    return made


@pytest.fixture(scope="module")
def service(county: Target) -> Iterator[Live]:  # noqa: F811
    """The demo county's service on a free port of the loopback."""
    # Tests change rows of an edition, which never happens outside.
    live = Live(county, tile_memory_mb=0)
    yield live
    live.stop()


@pytest.fixture
def tab(drawing: Any, service: Live) -> Iterator[Opening]:
    """``tab("reviewer", ("3399",))``: a tab signed in with a new key of a role; none for "".

    At the end of the test no tab may have had a fault.
    """
    opened: list[Tab] = []
    with ExitStack() as stack:

        def make(role: str = "publisher", divisions: tuple[str, ...] = ("",), **given: Any) -> Tab:
            key = key_for(service.target, role, divisions) if role else ""
            made = context(drawing, key, **given)
            stack.callback(made.close)
            one = Tab(made.new_page(), service.url)
            one.watch()
            opened.append(one)
            return one

        yield make
        faults = [fault for one in opened for fault in one.faults]
    assert faults == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            if "tab" in getattr(item, "fixturenames", ()):
                item.add_marker("postgis")
