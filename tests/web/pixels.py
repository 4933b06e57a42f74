"""What a page's picture shows, waited for: a map is drawn when its machine gets to it."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

WAIT_S = 90.0
Place = tuple[float, float] | Callable[[], tuple[float, float]]
Colour = tuple[float, ...]


def pixel(page: Any, x: float, y: float) -> Colour:
    """Red, green and blue as the screen shows them."""
    png = page.screenshot(clip={"x": round(x), "y": round(y), "width": 1, "height": 1})
    at, data = 8, b""
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    red, green, blue = zlib.decompress(data)[1:4]  # one pixel: every filter leaves it as it is
    return red, green, blue


def rgb(colour: str) -> Colour:
    """The numbers of ``#rrggbb``."""
    return tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))


def until(page: Any, told: Callable[[], Any], wanted: Callable[[Any], bool], what: str = "") -> Any:
    """Look again until what is told is as wanted, and give it; fails with the last that was told."""
    end = time.monotonic() + WAIT_S
    while not wanted(found := told()):
        assert time.monotonic() < end, f"{what}: {str(found)[:200]}"
        page.wait_for_timeout(100)
    return found


def shows(page: Any, place: Place, colour: str | Colour, what: str = "", off: float = 0) -> None:
    """Wait until a place of the page has a colour, each part at most ``off`` from it."""
    wanted = rgb(colour) if isinstance(colour, str) else colour

    def seen() -> Colour:
        return pixel(page, *(place() if callable(place) else place))

    def fits(found: Colour) -> bool:
        return all(abs(f - w) <= off for f, w in zip(found, wanted, strict=True))

    until(page, seen, fits, f"{what} is not {wanted}")
