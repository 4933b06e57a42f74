"""axe-core finds no serious fault on any page, in either language, with the county's data in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_tab import Opening, rested
from serving import Live

from geomujun.storage.target import connect

AXE = Path(__file__).parents[2] / "maps" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("map", "dashboard", "lists", "findings", "simulate", "plan", "review", "objections",
         "upload", "editions")  # fmt: skip


def faults(page: Any) -> list[str]:
    """Rules that are broken seriously, and where."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {n['target']} {n['failureSummary'][:200]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"][:3]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_a_publisher(tab: Opening, path: str) -> None:
    page = tab("publisher", bypass_csp=True).open(f"/{path}")
    page.locator("main h1, canvas").first.wait_for()
    rested(page)
    assert faults(page) == []


@pytest.mark.parametrize(
    ("role", "path"), [("admin", "keys"), ("auditor", "audit"), ("", "sign-in")]
)
def test_pages_of_others(tab: Opening, role: str, path: str) -> None:
    page = tab(role, bypass_csp=True).open(f"/{path}")
    page.locator("main h1").first.wait_for()
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en]").wait_for()
    rested(page)
    assert faults(page) == []


def test_cards(tab: Opening, service: Live) -> None:
    with connect(service.target, "app") as connection:
        row = connection.execute(
            "SELECT parcel_code, uscc FROM pub.ledger_lines JOIN pub.low_efficiency"
            " USING (edition, parcel_code) ORDER BY 1, 2 LIMIT 1"
        ).fetchone()
    assert row
    for path in (f"parcels/{row[0]}", f"enterprises/{row[1]}"):
        page = tab("viewer", bypass_csp=True).open(f"/{path}")
        page.get_by_role("heading", name="来源").wait_for()
        rested(page)
        assert faults(page) == []
