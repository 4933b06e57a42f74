"""The web app in Chromium: first map on a cold cache, what it fetches, cards, the next review item.

    PYTHONPATH=.:api:maps:data:migrations python -m benchmarks.web [--rounds 5] [--work DIR]

Serves the demo county from a private PostGIS in --work, in a process of its own as `geomujun serve
--demo` does, and opens it in Debian's Chromium with WebGL in software, each round in a new context.
"First map" is from the request of the page until no tile of the first view is awaited and a frame
is drawn. A card's time is that of its one answer. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

ARGS: Final = ["--headless", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
               "--enable-unsafe-swiftshader"]  # fmt: skip
_DRAWN: Final = ".map-box[data-idle]"  # set once no tile is awaited and a frame is drawn


@contextmanager
def served(work: Path) -> Iterator[tuple[str, str]]:
    """The address and a key of the demo county's service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"GEOMUJUN_HOME": str(work), "GEOMUJUN_API_RATE": "10000"}
    started = subprocess.Popen(
        [sys.executable, "-m", "geomujun", "serve", "--demo", "--port", str(port)],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    if started.stdout is None:
        raise RuntimeError("no pipe")
    base = f"http://127.0.0.1:{port}"
    try:
        key = next(m[0] for line in started.stdout if (m := re.search(r"gmj_[\w-]+", line)))
        while True:
            try:
                if httpx.get(f"{base}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base, key
    finally:
        started.terminate()
        started.wait(60)
        subprocess.run([sys.executable, "-m", "geomujun", "db", "down"], env=env, check=False)


def first_map(browser: Any, base: str, key: str) -> dict[str, float]:
    """One cold opening of the map: seconds, and bytes of code and of tiles as sent."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_init_script(f"sessionStorage.setItem('geomujun.token', {key!r})")
    page = context.new_page()
    sent = {"code": 0, "tiles": 0, "largest_tile": 0}

    def note(response: Any) -> None:
        size = int(response.headers.get("content-length", 0))
        if "/assets/" in response.url:
            sent["code"] += size
        elif ".mvt" in response.url:
            sent["tiles"] += size
            sent["largest_tile"] = max(sent["largest_tile"], size)

    page.on("response", note)
    started = time.perf_counter()
    page.goto(f"{base}/app/map")
    page.wait_for_selector(_DRAWN, timeout=60_000)
    seconds = time.perf_counter() - started
    context.close()
    return {"seconds": seconds, **{name: float(value) for name, value in sent.items()}}


def cards(base: str, key: str, rounds: int) -> dict[str, float]:
    """Milliseconds of cards, one after the other."""
    headers = {"Authorization": f"Bearer {key}"}
    took: list[float] = []
    with httpx.Client(base_url=base, headers=headers, trust_env=False) as client:
        rows = client.get("/v1/low-efficiency", params={"limit": 40 * rounds}).json()["items"]
        for row in rows:
            started = time.perf_counter()
            client.get(f"/v1/cards/parcels/{row['parcel_code']}").raise_for_status()
            took.append((time.perf_counter() - started) * 1000)
    return {"median_ms": statistics.median(took), "p95_ms": statistics.quantiles(took, n=20)[-1]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    work = asked.work or Path(tempfile.mkdtemp(prefix="geomujun-web-"))
    work.chmod(0o755)
    with served(work) as (base, key), sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        opened = [first_map(browser, base, key) for _ in range(asked.rounds)]
        browser.close()
        told = {
            "first_map_s": [round(one["seconds"], 2) for one in opened],
            "code_kb": round(opened[-1]["code"] / 1000, 1),
            "tiles_kb": round(opened[-1]["tiles"] / 1000, 1),
            "largest_tile_kb": round(opened[-1]["largest_tile"] / 1000, 1),
            "parcel_card": {k: round(v, 1) for k, v in cards(base, key, asked.rounds).items()},
        }
    print(json.dumps(told, indent=1))
    if not asked.work:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
