"""The map over a bureau's WMTS, and what it is for the public of localities that publish or do not."""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from app_tab import Tab, context, rested
from pixels import rgb, shows
from serving import Live, key_for

from geomujun.domain.legend import legend
from geomujun.pipeline.publish import advance
from geomujun.storage.target import Target, connect

GROUND = (0xD8, 0xE4, 0xBC)
APPROVAL = "GS(2024)0001号"


def zhejiang() -> str:
    """The locality that publishes results, as if a department had confirmed it."""
    text = (resources.files("geomujun.policy") / "localities" / "zhejiang.yaml").read_text("utf-8")
    return text.replace("confirmed: false", "confirmed: true")


def png(colour: tuple[int, int, int], side: int = 256) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * side) * side
    return b"".join((b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head),
                     chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")))  # fmt: skip


class _Wmts(BaseHTTPRequestHandler):
    """Answers GetTile in key-value form, for those who have the key, with a tile of one colour."""

    def do_GET(self) -> None:
        asked = {k.upper(): v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        wanted = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "TK": "s3cret"}
        right = wanted.items() <= asked.items()
        z, x, y = (int(asked.get(k, -1)) for k in ("TILEMATRIX", "TILECOL", "TILEROW"))
        right = right and 0 <= x < 2**z and 0 <= y < 2**z
        body = png(GROUND) if right else b""
        self.send_response(200 if right else 400)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def wmts(tmp_path: Path) -> Iterator[str]:
    """The file of ground maps that names a WMTS of this test."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Wmts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "key").write_text("s3cret\n", "utf-8")
    path = tmp_path / "basemaps.yaml"
    url = (
        f"http://127.0.0.1:{server.server_port}/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        "&LAYER=img&TILEMATRIXSET=w&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&TK={key}"
    )
    path.write_text(
        "basemaps:\n  - {id: bureau, title: 局影像, datum: cgcs2000, key_file: key,"
        f" approval: {APPROVAL}, attribution: 某局, url: '{url}'}}\n",
        "utf-8",
    )
    yield str(path)
    server.shutdown()
    server.server_close()


@contextmanager
def opened(drawing: Any, live: Live, role: str) -> Iterator[Tab]:
    """A tab without faults; then the service ends too."""
    made = context(drawing, key_for(live.target, role, ("",)) if role else "")
    try:
        one = Tab(made.new_page(), live.url)
        one.watch()
        yield one
        assert one.faults == []
    finally:
        made.close()
        live.stop()


def plot(target: Target) -> tuple[str, float, float]:
    """The largest plain plot of grade B and a place in it."""
    with connect(target, "app") as connection:
        row = connection.execute(
            "SELECT parcel_code, ST_X(c), ST_Y(c) FROM (SELECT p.*, ST_PointOnSurface(geom) AS c"
            " FROM pub.plots AS p WHERE edition = 1 AND NOT low_efficiency AND parcel_grade = 'B'"
            " ORDER BY area_m2 DESC, parcel_code LIMIT 1) AS q"
        ).fetchone()
    assert row
    return str(row[0]), float(row[1]), float(row[2])


def drawn(page: Any) -> tuple[float, float]:
    """The middle of a map that is drawn."""
    page.wait_for_selector(".map-box[data-idle]")
    box = page.locator(".map-box").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_plots_lie_over_the_bureaus_wmts_with_its_approval_number(
    drawing: Any, town: Target, wmts: str
) -> None:
    live = Live(town, tile_memory_mb=0, basemaps=wmts)
    with opened(drawing, live, "viewer") as one:
        _, x, y = plot(town)
        page = one.open(f"/map?at={x:.6f},{y:.6f},17&layers=&base=bureau")
        grade = rgb(legend().grades["B"].colour or "")
        blended = tuple(0.7 * g + 0.3 * b for g, b in zip(grade, GROUND, strict=True))
        shows(page, drawn(page), blended, off=2)
        assert APPROVAL in page.locator(".map-ground").inner_text()
        page.goto(f"{live.url}/app/map?at={x + 0.9:.6f},{y:.6f},14&base=bureau")
        at = drawn(page)
        shows(page, at, GROUND, "bare ground, no plot")
        page.get_by_label("底图").select_option("")
        shows(page, at, "#eef1f3")


def test_the_public_of_zhejiang_sees_grades_and_nothing_else(drawing: Any, town: Target) -> None:
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester")
    live = Live(town, tile_memory_mb=0, locality=zhejiang())
    with opened(drawing, live, "") as one:
        one.expected.extend((401, 403))  # tables that are not published
        code, x, y = plot(town)
        page = one.open(f"/map?at={x:.6f},{y:.6f},17&layers=")
        at = drawn(page)
        shows(page, at, legend().grades["B"].colour or "")
        page.mouse.click(*at)
        panel = page.locator(".map-panel")
        panel.get_by_text(code).first.wait_for()
        panel.locator(".map-grades").wait_for()
        rested(page)
        text = panel.inner_text()
        assert not any(
            word in text for word in ("权利人", "疑点", "得分", "亩均税收", "用地企业")
        ), text


def test_where_nothing_is_published_the_public_is_asked_to_sign_in(
    drawing: Any, town: Target
) -> None:
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester")
    live = Live(town, tile_memory_mb=0, locality="xian")
    with opened(drawing, live, "") as one:
        page = one.open("/map")
        page.get_by_text("没有公布内容").wait_for()
        page.wait_for_load_state("networkidle")
        assert page.locator("canvas").count() == 0
