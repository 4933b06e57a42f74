"""Chromium on the real service with the demo county; every page is watched while it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from app_tab import Opening, Tab, context
from serving import Live, key_for

from geomujun.storage.target import Target


@pytest.fixture(scope="module")
def service(county: Target) -> Iterator[Live]:
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
