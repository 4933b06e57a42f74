"""The simulate page's map: plots in their simulated grades as the sliders move, pixels checked."""

from __future__ import annotations

from typing import Any

import httpx
from app_tab import Opening
from pixels import shows
from serving import Live, key_for

from geomujun.domain.legend import legend
from geomujun.storage.target import connect

STRICT = {"rules": {"shares": {"above_designated": [15, 56, 23, 6]}}, "limit": 5000}


def simulated(service: Live) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key_for(service.target, 'publisher')}"}
    url = f"{service.url}/v1/simulations"
    told: dict[str, Any] = httpx.post(
        url, json=STRICT, headers=headers, timeout=60, trust_env=False
    ).raise_for_status().json()  # fmt: skip
    return told


def test_changed_plots_are_those_whose_main_user_moves(service: Live) -> None:
    told = simulated(service)
    plots = {p["parcel_code"]: p for p in told["plots"]}
    assert plots
    assert len(plots) == len(told["plots"]) == told["plots_total"]
    moved = {m["uscc"]: (m["before"], m["after"]) for m in told["movers"]}
    assert all(moved[p["uscc"]] == (p["before"], p["after"]) for p in plots.values())
    with connect(service.target, "app") as connection:
        rows = connection.execute(
            "SELECT parcel_code, enterprise_grade, ST_Contains(geom, ST_SetSRID("
            " ST_Point((%s::float8[])[n], (%s::float8[])[n]), 4490))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS u(parcel_code, n)"
            " JOIN pub.plots USING (parcel_code) WHERE edition = 1",
            ([p["at"][0] for p in plots.values()], [p["at"][1] for p in plots.values()],
             list(plots)),
        ).fetchall()  # fmt: skip
    assert len(rows) == len(plots)
    for code, grade, inside in rows:
        assert grade == plots[code]["before"], "the grade the map of the edition shows"
        assert inside


def test_a_slider_recolours_the_map_and_the_rules_in_force_bring_it_back(tab: Opening) -> None:
    page = tab("publisher").open("/simulate")
    page.locator("table.matrix td.same").first.wait_for()
    page.wait_for_selector(".change-map[data-idle]")
    page.get_by_label("A 类，数值").first.fill("15")
    page.get_by_label("A 类，数值").first.press("Tab")
    page.locator("table.matrix td.down").first.wait_for()
    shown = page.get_by_role("row").filter(has=page.get_by_role("button", name="在地图上看"))
    before, after = shown.first.locator(".chip").all_inner_texts()
    assert after > before, "a firm that goes down, B to C"
    shown.first.get_by_role("button", name="在地图上看").click()
    shows(page, lambda: middle(page), legend().grades[after].colour)
    page.get_by_role("button", name="恢复现行规则").click()
    page.get_by_text("没有企业的等级变化").wait_for()
    shows(page, lambda: middle(page), legend().grades[before].colour)
    assert page.locator("#changed-land").inner_text().startswith("地图：0 ")


def middle(page: Any) -> tuple[float, float]:
    """The middle of the map as it lies in the window after scrolling to it."""
    page.locator(".change-map").scroll_into_view_if_needed()
    box = page.locator(".change-map").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
