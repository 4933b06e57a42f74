"""Pictures of the web app for README and docs, from a running service with the demo county.

    make serve                                      # prints a key
    .venv/bin/python scripts/screenshots.py --key KEY [--url http://127.0.0.1:8000] [--out docs/images]

Needs Chromium (`CHROMIUM`, else the one found). What is pictured is chosen by what the service says,
not by codes written here. Big pictures keep their 256 commonest colours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from scipy.spatial import cKDTree

SIZE = {"width": 1366, "height": 768}
ARGS = [
    "--headless",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
COLOURS = 256
LIMIT = 200_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def main() -> None:
    asked = _asked()
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playing:
        browser = playing.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=ARGS
        )
        context = browser.new_context(viewport=SIZE, locale="zh-CN")
        context.add_init_script(f"sessionStorage.setItem('geomujun.token', {asked.key!r})")
        page = context.new_page()
        for name, path in _pages(asked).items():
            page.goto(f"{asked.url}/app{path}")
            _settle(page)
            (out / name).write_bytes(_smaller(page.screenshot()))
            size = (out / name).stat().st_size
            print(f"{out / name}  {size:,} bytes" + ("  TOO BIG" if size > LIMIT else ""))
        browser.close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--key", required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", default="docs/images")
    return parser.parse_args()


def _pages(asked: argparse.Namespace) -> dict[str, str]:
    """Which page each picture shows."""
    with httpx.Client(
        base_url=asked.url, headers={"Authorization": f"Bearer {asked.key}"}, timeout=60
    ) as client:
        leases = client.get("/v1/links", params={"relation": "LEASE", "band": "auto", "limit": 200})
        told = leases.raise_for_status().json()["items"]
    parcel = next(one["parcel_code"] for one in told if one["area_m2"])
    return {
        "web-map.png": f"/map?sel=parcel:{parcel}",
        "web-parcel.png": f"/parcels/{parcel}",
        "web-review.png": "/review",
        "web-overview.png": "/dashboard",
    }


def _settle(page: Any) -> None:
    """Until nothing is loading and the map, where there is one, has drawn."""
    page.wait_for_selector("nav a")  # signed in: else nothing is worth a picture
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("[aria-busy=true]", state="detached")
    page.wait_for_timeout(4000)


def _smaller(png: bytes) -> bytes:
    """A PNG of 8-bit RGB as one of 256 colours: the commonest; every other pixel takes the nearest."""
    pixels = _decoded(png)
    packed = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    found, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    chosen = found[np.sort(np.argsort(-counts, kind="stable")[:COLOURS])]
    nearest = cKDTree(_rgb(chosen)).query(_rgb(found))[1].astype(np.uint8)
    rows = nearest[inverse.reshape(packed.shape)]
    lines = np.pad(rows, ((0, 0), (1, 0))).tobytes()  # filter 0 before each line
    head = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], 8, 3, 0, 0, 0)
    palette = _rgb(chosen).astype(np.uint8).tobytes()
    parts = [
        (b"IHDR", head),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def _rgb(packed: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)


def _decoded(png: bytes) -> np.ndarray[Any, Any]:
    """Rows × columns × 3 of a PNG as Chromium writes it: 8-bit RGB, not interlaced."""
    at, data, width, height = len(SIGNATURE), b"", 0, 0
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, *form = struct.unpack(">IIBBBBB", body)
            if form[:2] != [8, 2] or form[4]:
                raise SystemExit(f"a PNG of another form: {form}")
        data += body if kind == b"IDAT" else b""
        at += size + 12
    lines = zlib.decompress(data)
    rows, above = [], bytearray(width * 3)
    for n in range(height):
        start = n * (width * 3 + 1)
        above = _unfiltered(lines[start], lines[start + 1 : start + 1 + width * 3], above)
        rows.append(np.frombuffer(bytes(above), np.uint8).reshape(width, 3))
    return np.stack(rows)


def _unfiltered(kind: int, line: bytes, above: bytearray) -> bytearray:
    """A line without its filter (PNG 3rd ed., 9.2)."""
    if kind == 0:
        return bytearray(line)
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(line, above, strict=True))
    out = bytearray(line)
    for i, value in enumerate(line):
        left, corner = (out[i - 3], above[i - 3]) if i > 2 else (0, 0)
        up = above[i]
        guess = left if kind == 1 else (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
        out[i] = (value + guess) & 255
    return out


def _paeth(left: int, up: int, corner: int) -> int:
    base = left + up - corner
    return min((left, up, corner), key=lambda v: abs(base - v))


if __name__ == "__main__":
    main()
