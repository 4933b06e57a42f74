"""What the map page asks beside tiles: counts by class, shapes of a view, ground maps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from geomujun_api import basemaps

from geomujun.errors import GeomujunError
from geomujun.pipeline.publish import advance
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]
OWN, OTHER = ("3306",), ("99",)
PUBLIC = """id: open
title: 公开地区
sources: {own: {title: 本地办法}}
publication: {columns: [plots.parcel_grade, plots.area_m2], fewest: 40, source: own, confirmed: true}
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def rows(town: Target, query: str) -> list[tuple[Any, ...]]:
    with connect(town, "app") as connection:
        return connection.execute(query).fetchall()


def test_counts_of_each_group_add_up_to_all_plots(town: Target, api: TestClient, sign: Sign) -> None:  # fmt: skip
    told = api.get("/v1/summary/parcels?edition=1", headers=sign()).json()
    ((plots, m2),) = rows(town, "SELECT count(*), sum(area_m2) FROM pub.plots WHERE edition = 1")
    assert set(told["groups"]) == {
        "parcel_grade", "grade_state", "enterprise_grade", "disagree", "bucket", "kind",
        "tax_class", "tax_band", "low_efficiency", "review", "findings",
    }  # fmt: skip
    for name, cells in told["groups"].items():
        assert sum(c["plots"] for c in cells) == plots, name
        assert sum(c["area_mu"] for c in cells) == pytest.approx(m2 * 15 / 10_000, abs=0.01), name
    grades = dict(
        rows(town, "SELECT parcel_grade, count(*) FROM pub.plots WHERE edition = 1 GROUP BY 1")
    )
    assert {c["cell"]: c["plots"] for c in told["groups"]["parcel_grade"]} == grades


def test_bands_are_the_classes_of_every_preset_put_together(api: TestClient, sign: Sign) -> None:
    told = api.get("/v1/summary/parcels?edition=1", headers=sign()).json()
    breaks, groups = told["tax_breaks"], told["groups"]
    assert (len(breaks["5"]), len(breaks["7"])) == (4, 6)
    assert breaks["bands"] == sorted({*breaks["5"], *breaks["7"]})
    of_band = {c["cell"]: c["plots"] for c in groups["tax_band"]}
    lowest = [None, float("-inf"), *breaks["bands"]]
    fifths: dict[str, int] = {}
    for band, count in of_band.items():
        low = lowest[int(band)]
        cell = "0" if low is None else str(1 + sum(b <= low for b in breaks["5"]))
        fifths[cell] = fifths.get(cell, 0) + count
    assert fifths == {c["cell"]: c["plots"] for c in groups["tax_class"]}


def test_counts_keep_to_the_readers_divisions(api: TestClient, sign: Sign) -> None:
    mine = api.get("/v1/summary/parcels", headers=sign("viewer", OWN)).json()
    assert mine == api.get("/v1/summary/parcels", headers=sign()).json()
    none = api.get("/v1/summary/parcels", headers=sign("viewer", OTHER)).json()
    assert all(cells == [] for cells in none["groups"].values())
    part = api.get("/v1/summary/parcels?division=99", headers=sign()).json()
    assert part["groups"] == none["groups"]


def test_the_public_sees_published_groups_and_no_small_cell(town: Target, serve: Serve) -> None:
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester")
    told = serve(town, locality=PUBLIC).get("/v1/summary/parcels").json()
    assert list(told["groups"]) == ["parcel_grade"]
    assert told["tax_breaks"] == {}
    known = dict(
        rows(town, "SELECT parcel_grade, count(*) FROM pub.plots WHERE edition = 1 GROUP BY 1")
    )
    held = [c for c in told["groups"]["parcel_grade"] if c["withheld"]]
    assert held
    assert {c["cell"] for c in held} >= {g for g, n in known.items() if n < 40}
    assert all(c["plots"] is None and c["area_mu"] is None for c in held)
    assert serve(town).get("/v1/summary/parcels").status_code == 401
    assert serve(town, locality=PUBLIC).get("/v1/map/parks").status_code == 401


@pytest.mark.parametrize("layer", ["buildings", "patches", "parks", "firms"])
def test_shapes_of_a_view_lie_in_it_and_in_the_readers_divisions(
    town: Target, api: TestClient, sign: Sign, layer: str
) -> None:
    url = f"/v1/map/{layer}?edition=1"
    every = api.get(url, headers=sign()).json()
    assert every["features"]
    assert not every["more"]
    ((x, y),) = rows(
        town,
        "SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_PointOnSurface(geom) AS c FROM pub.plots"
        " WHERE edition = 1 AND geom IS NOT NULL ORDER BY parcel_code LIMIT 1) AS p",
    )
    box = f"{x - 0.003:.6f},{y - 0.003:.6f},{x + 0.003:.6f},{y + 0.003:.6f}"
    near = api.get(f"{url}&bbox={box}", headers=sign()).json()["features"]
    assert 0 < len(near) <= len(every["features"])
    told = [f for f in every["features"] if f in near]
    assert len(told) == len(near)
    assert api.get(url, headers=sign("viewer", OTHER)).json()["features"] == []
    few = api.get(f"{url}&limit=1", headers=sign()).json()
    assert few["more"] == (sum(f["properties"]["kind"] != "link" for f in every["features"]) > 1)


def test_a_firms_line_ends_on_the_plot_it_is_linked_with(town: Target, api: TestClient, sign: Sign) -> None:  # fmt: skip
    told = api.get("/v1/map/firms?edition=1", headers=sign()).json()["features"]
    lines = [f for f in told if f["properties"]["kind"] == "link"]
    points = {f["properties"]["uscc"]: f["geometry"]["coordinates"] for f in told
              if f["properties"]["kind"] == "firm"}  # fmt: skip
    assert lines
    with connect(town, "app") as connection:
        for line in lines[:40]:
            first, last = line["geometry"]["coordinates"]
            assert first == points[line["properties"]["uscc"]]
            (inside,) = connection.execute(
                "SELECT ST_DWithin(geom, ST_SetSRID(ST_MakePoint(%s, %s), 4490), 1e-6)"
                " FROM pub.plots WHERE edition = 1 AND parcel_code = %s",
                (*last, line["properties"]["parcel_code"]),
            ).fetchone()
            assert inside


def test_a_box_that_is_none_is_refused(api: TestClient, sign: Sign) -> None:
    for box in ("1,2,3", "3,1,2,4", "1,2,3,99", "..,1,2,3", "a,b,c,d"):
        assert api.get(f"/v1/map/firms?bbox={box}", headers=sign()).status_code in (400, 422)


def test_firms_are_found_by_a_part_of_their_address(town: Target, api: TestClient, sign: Sign) -> None:  # fmt: skip
    ((uscc, address),) = rows(
        town, "SELECT uscc, address FROM pub.firms WHERE edition = 1 AND length(address) > 8"
        " ORDER BY uscc LIMIT 1",
    )  # fmt: skip
    found = api.get("/v1/enterprises", params={"q": address[2:], "limit": 1000}, headers=sign())
    assert uscc in {row["uscc"] for row in found.json()["items"]}


# -- ground maps


class _Source(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        kind = self.path.split("/")[1]
        if kind == "moved":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            return
        body = {"tiles": PNG, "text": b"<html>", "huge": PNG + b"0" * basemaps.LARGEST}.get(kind)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def source() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Source)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def _listed(folder: Path, source: HTTPServer, kind: str = "tiles", **more: str) -> str:
    told = {"id": "local", "title": "局里的底图", "datum": "cgcs2000", "key_file": "key",
            "url": f"http://127.0.0.1:{source.server_port}/{kind}/{{z}}/{{x}}/{{y}}?k={{key}}",
            "approval": "GS(2024)0001号"} | more  # fmt: skip
    (folder / "key").write_text("s&cret\n", "utf-8")
    lines = "\n".join(f"    {k}: {v!r}" for k, v in told.items() if v)
    path = folder / "basemaps.yaml"
    path.write_text("basemaps:\n  -\n" + lines + "\n", "utf-8")
    return str(path)


def test_a_ground_map_is_fetched_with_its_key_once_and_remembered(
    town: Target, serve: Serve, sign: Sign, source: Any, tmp_path: Path
) -> None:
    client, mine = serve(town, basemaps=_listed(tmp_path, source)), sign()
    (told,) = client.get("/v1/basemaps", headers=mine).json()
    assert (told["id"], told["approval"], told["labels"]) == ("local", "GS(2024)0001号", False)
    assert "url" not in told
    for _ in range(2):
        found = client.get("/basemap/local/3/5/2", headers=mine)
        assert (found.status_code, found.content) == (200, PNG)
        assert found.headers["content-type"] == "image/png"
    assert source.asked == ["/tiles/3/5/2?k=s%26cret"]
    for wrong in ("/basemap/other/3/5/2", "/basemap/local/3/8/2", "/basemap/local/19/5/2",
                  "/basemap/local/3/5/2?part=labels"):  # fmt: skip
        assert client.get(wrong, headers=mine).status_code == 404
    for path in ("/v1/basemaps", "/basemap/local/3/5/2"):
        assert client.get(path).status_code == 401


def test_what_is_no_image_or_comes_from_elsewhere_is_not_passed_on(
    town: Target, serve: Serve, sign: Sign, source: Any, tmp_path: Path
) -> None:
    for kind, status in (("none", 204), ("text", 503), ("huge", 503), ("moved", 503)):
        client = serve(town, basemaps=_listed(tmp_path, source, kind))
        found = client.get("/basemap/local/3/5/2", headers=sign())
        assert found.status_code == status, kind
        assert b"cret" not in found.content, "the key stays with the service"


@pytest.mark.parametrize("more", [
    {"datum": "gcj02"}, {"datum": "bd09"}, {"url": "https://webrd01.is.autonavi.com/{z}/{x}/{y}"},
    {"url": "file:///etc/{z}/{x}/{y}"}, {"url": "http://{key}.org/{z}/{x}/{y}"},
    {"url": "http://map.org/{z}"}, {"labels": "https://p2.map.gtimg.com/{z}/{x}/{y}"},
    {"id": "../x"}, {"key_file": "missing"}, {"wrong": "1"},
])  # fmt: skip
def test_sources_that_are_shifted_or_no_addresses_are_refused_at_the_start(
    tmp_path: Path, more: dict[str, str]
) -> None:
    class Nobody:
        server_port = 1

    with pytest.raises(GeomujunError):
        basemaps.read(_listed(tmp_path, Nobody(), **more))  # type: ignore[arg-type]


def test_tianditu_is_one_word_with_its_labels(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("abc", "utf-8")
    path = tmp_path / "b.yaml"
    path.write_text(
        "basemaps:\n- {id: t, title: 天地图, preset: tianditu-vec, key_file: k}\n", "utf-8"
    )
    one = basemaps.read(str(path))["t"]
    address = one.address((12, 3411, 1702), "labels")
    assert address.startswith("http://t0.tianditu.gov.cn/cva_w/wmts?")
    assert address.endswith("&TILEMATRIX=12&TILEROW=1702&TILECOL=3411&tk=abc")
