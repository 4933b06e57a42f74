r"""The web app in Chromium: first map on a cold cache, what it fetches, panning and zooming, cards.

    PYTHONPATH=.:api:maps:data:migrations python -m benchmarks.web [--size county|city] \
        [--rounds 5] [--work DIR]

Serves a demo world from a private PostGIS in --work, in a process of its own, and opens it in
Debian's Chromium with WebGL in software, each round in a new context. The first run with --size
city loads and publishes it, which takes minutes; --work keeps it. "First map" is from the request
of the page until no tile of the first view is awaited and a frame is drawn. The tour goes from z8
to z16 at the densest cell of the world and at two others, panning at each zoom, and looks at every
tile and frame on the way. A card's time is that of its one answer. "Next question" is from the key
that gives a decision's reason, a second after the question came, until the next one is painted;
what is decided stays in --work. Prints one JSON object.
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
ZOOMS: Final = range(8, 17)
_WATCH: Final = """() => {
  const frames = performance.frames = [];
  let before = performance.now();
  const next = (now) => {
    frames.push(now - before);
    before = now;
    if (performance.frames === frames) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
_READING_MS: Final = 1000  # nobody judges faster
_QUESTION: Final = "article[data-question]:not(.stale)"
_WATCH_QUESTIONS: Final = """(question) => {
  window.waits = [];
  document.addEventListener('keydown', (event) => {
    if (event.key !== '1') return;
    const begun = performance.now();
    const shown = () => document.querySelector(question)?.dataset.question;
    const before = shown();
    const look = () => shown() && shown() !== before
      ? window.waits.push(performance.now() - begun) : requestAnimationFrame(look);
    look();
  }, true);
}"""
_DRAWN: Final = ".map-box[data-idle]"  # set once no tile is awaited and a frame is drawn


def _run(env: dict[str, str], *asked: str) -> str:
    """What a command of ours prints."""
    command = [sys.executable, "-m", "geomujun", *asked]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def _city(work: Path, env: dict[str, str]) -> str:
    """A key to the city, which is made, loaded and published once."""
    done = work / "published"
    if not done.exists():
        from geomujun_demo import make

        make(work / "world", size="city")
        _run(env, "load", str(work / "world" / "case"))
        _run(env, "publish", "2024")
        done.touch()
    return _run(env, "keys", "create", "bench", "--role", "publisher", "--everywhere")


@contextmanager
def served(work: Path, size: str) -> Iterator[tuple[str, str]]:
    """The address and a key of a demo world's service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"GEOMUJUN_HOME": str(work / "home"), "GEOMUJUN_API_RATE": "10000"}
    known = _city(work, env) if size == "city" else ""
    demo = [] if known else ["--demo"]
    started = subprocess.Popen(
        [sys.executable, "-m", "geomujun", "serve", *demo, "--port", str(port)],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    if started.stdout is None:
        raise RuntimeError("no pipe")
    base = f"http://127.0.0.1:{port}"
    try:
        said = iter([known]) if known else started.stdout
        key = next(m[0] for line in said if (m := re.search(r"gmj_[\w-]+", line)))
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
        subprocess.run(
            [sys.executable, "-m", "geomujun", "db", "down"],
            env=env,
            check=False,
            stdout=subprocess.DEVNULL,
        )


def _opened(browser: Any, key: str) -> Any:
    """A page of a browser that knows nothing yet, signed in."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_init_script(f"sessionStorage.setItem('geomujun.token', {key!r})")
    return context.new_page()


def first_map(browser: Any, base: str, key: str) -> dict[str, float]:
    """One cold opening of the map: seconds, and bytes of code and of tiles as sent."""
    page = _opened(browser, key)
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
    page.context.close()
    return {"seconds": seconds, **{name: float(value) for name, value in sent.items()}}


def _cells(base: str, key: str, **asked: str) -> list[tuple[float, float]]:
    """Middles of the cells of a zoom, those with most land first."""
    params = {"by": "grade_state"} | asked
    headers = {"Authorization": f"Bearer {key}"}
    found = httpx.get(f"{base}/v1/summary/cells", params=params, headers=headers, trust_env=False)
    cells = found.raise_for_status().json()["cells"]
    cells.sort(key=lambda c: -sum(c["m2"].values()))
    return [tuple(cell["at"]) for cell in cells]


def places(base: str, key: str) -> list[tuple[float, float]]:
    """In the densest cell of z9, a middling one and one with little land, the densest of z13."""
    cells = _cells(base, key, zoom="9")
    found = []
    for x, y in (cells[0], cells[len(cells) // 2], cells[len(cells) * 9 // 10]):
        box = f"{x - 0.012},{y - 0.01},{x + 0.012},{y + 0.01}"
        found.append(_cells(base, key, zoom="13", bbox=box)[0])
    return found


def tour(browser: Any, base: str, key: str, at: tuple[float, float]) -> dict[str, dict[str, float]]:
    """From z8 to z16 at a place by the keyboard: by zoom, its tiles in KB and its frames in ms."""
    page, answers = _opened(browser, key), []
    page.on("response", lambda r: answers.append(r) if ".mvt" in r.url and r.status == 200 else 0)
    page.goto(f"{base}/app/map?at={at[0]},{at[1]},{ZOOMS[0]}")
    page.wait_for_selector(_DRAWN, timeout=60_000)
    page.locator(".map-box canvas").focus()
    found: dict[str, dict[str, float]] = {}
    for zoom in ZOOMS:
        page.evaluate(_WATCH)
        for key_pressed in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
            page.keyboard.press(key_pressed)
            page.wait_for_timeout(400)
        page.wait_for_selector(_DRAWN, timeout=60_000)
        frames = page.evaluate("performance.frames")
        sent = [int(r.headers.get("content-length", 0)) / 1000 for r in answers]
        whole = [len(r.body()) / 1000 for r in answers]
        found[f"z{zoom}"] = {
            "tiles": len(answers),
            "largest_sent_kb": round(max(sent, default=0), 1),
            "largest_kb": round(max(whole, default=0), 1),
            "frame_ms_median": round(statistics.median(frames), 1),
            "frame_ms_p95": round(statistics.quantiles(frames, n=20)[-1], 1),
        }
        answers.clear()
        page.keyboard.press("=")  # one zoom nearer
        page.wait_for_timeout(800)
        page.wait_for_selector(_DRAWN, timeout=60_000)
    page.context.close()
    return found


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
    return _middle(took)


def questions(browser: Any, base: str, key: str, count: int = 20) -> dict[str, float]:
    """Milliseconds to the next question of the review workbench, judged by keyboard."""
    page = _opened(browser, key)
    with page.expect_response(lambda r: r.url.endswith("/v1/review/claims")):
        page.goto(f"{base}/app/review")
    page.wait_for_selector(_QUESTION)
    page.evaluate(_WATCH_QUESTIONS, _QUESTION)
    for turn in range(count):
        page.wait_for_timeout(_READING_MS)
        page.keyboard.press("u")
        page.keyboard.press("1")
        page.wait_for_function("before => window.waits.length > before", arg=turn)
    took = page.evaluate("window.waits")
    page.context.close()
    return _middle(took)


def _middle(took: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
        "worst_ms": round(max(took), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["county", "city"], default="county")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    work = asked.work or Path(tempfile.mkdtemp(prefix="geomujun-web-"))
    work.chmod(0o755)
    with served(work, asked.size) as (base, key), sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        opened = [first_map(browser, base, key) for _ in range(asked.rounds)]
        tours = [tour(browser, base, key, at) for at in places(base, key)]
        asked_next = questions(browser, base, key)
        browser.close()
        told = {
            "size": asked.size,
            "first_map_s": [round(one["seconds"], 2) for one in opened],
            "code_kb": round(opened[-1]["code"] / 1000, 1),
            "tiles_kb": round(opened[-1]["tiles"] / 1000, 1),
            "largest_tile_kb": round(opened[-1]["largest_tile"] / 1000, 1),
            "largest_tile_of_tours_kb": max(z["largest_kb"] for t in tours for z in t.values()),
            "tours": tours,
            "parcel_card": cards(base, key, asked.rounds),
            "next_question": asked_next,
        }
    print(json.dumps(told, indent=1))
    if not asked.work:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
