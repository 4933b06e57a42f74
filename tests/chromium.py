"""Chromium for tests: one Playwright a session.

Without Chromium on the machine the tests are skipped, saying so; REQUIRE_BROWSER=1 makes that a
failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
BUILD = Path(__file__).parents[1] / "maps" / "geomujun_maps" / "web" / "index.html"


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
