"""The colour of one pixel of a page."""

from __future__ import annotations

import zlib
from typing import Any


def pixel(page: Any, x: float, y: float) -> str:
    """``#rrggbb`` as the screen shows it."""
    png = page.screenshot(clip={"x": round(x), "y": round(y), "width": 1, "height": 1})
    at, data = 8, b""
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    red, green, blue = zlib.decompress(data)[1:4]  # one pixel: every filter leaves it as it is
    return f"#{red:02x}{green:02x}{blue:02x}"
