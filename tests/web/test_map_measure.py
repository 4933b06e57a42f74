"""Measuring on the map: what the scale says, and no press lost, however early it comes."""

from __future__ import annotations

import math

import pytest
from app_tab import Opening
from pixels import shows
from serving import Live
from test_map_page import at, drawn, middle, plot, told


def test_a_distance_is_what_the_scale_of_the_map_says(tab: Opening, service: Live) -> None:
    page = tab("viewer").open(at(plot(service, "parcel_grade = 'B'"), 17))
    drawn(page)
    x, y = middle(page)
    lat = float(told(page)["at"].split(",")[1])
    page.get_by_role("button", name="量距").click()
    for shift in (-100, 100):
        page.mouse.click(x + shift, y)
    page.locator(".map-measure output:text-matches('[1-9].* m')").wait_for()
    measured = float(page.locator(".map-measure output").inner_text().split()[0].replace(",", ""))
    across = 200 * 2 * math.pi * 6_378_137 * math.cos(math.radians(lat)) / (512 * 2**17)
    assert measured == pytest.approx(across, rel=0.01)
    assert "sel" not in told(page), "clicks measure, they choose nothing"
    page.get_by_role("button", name="结束").click()
    assert page.locator(".map-measure").count() == 0


CLICKED_AT_ONCE = """async ([x, y]) => {
  [...document.querySelectorAll("button")].find((b) => b.textContent.includes("量距")).click();
  for (let turn = 0; turn < 5; turn++) await null; // the page is told, no frame was drawn
  for (const shift of [-100, 100])
    for (const type of ["mousedown", "mouseup", "click"])
      document.querySelector(".maplibregl-canvas").dispatchEvent(
        new MouseEvent(type, { bubbles: true, clientX: x + shift, clientY: y }));
}"""


def test_clicks_before_the_next_frame_are_measured_too(tab: Opening, service: Live) -> None:
    page = tab("viewer").open(at(plot(service, "parcel_grade = 'B'"), 17))
    drawn(page)
    page.evaluate(CLICKED_AT_ONCE, list(middle(page)))
    page.locator(".map-measure output:text-matches('[1-9].* m')").wait_for()


BEFORE_IT_IS_DRAWN = """
new MutationObserver((_, self) => {
  const button = [...document.querySelectorAll("button")].find((b) => b.textContent.includes("量距"));
  if (!button) return;
  self.disconnect();
  button.click();
}).observe(document, { childList: true, subtree: true });
"""


def test_measuring_may_begin_before_the_map_is_there(tab: Opening, service: Live) -> None:
    one = tab("viewer")
    one.page.add_init_script(BEFORE_IT_IS_DRAWN)
    page = one.open(at(plot(service, "parcel_grade = 'B'"), 17))
    drawn(page)
    x, y = middle(page)
    for shift in (-100, 100):
        page.mouse.click(x + shift, y)
    page.locator(".map-measure output:text-matches('[1-9].* m')").wait_for()
    shows(page, (x, y), "#ff6f00", "the line measured", off=60)
