"""GDAL's own reader of OGC API – Features: layers, boxes, days, filters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from serving import served
from test_ogc import codes

from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
SENT: list[str] = []  # what GDAL says of its requests


def gdal(key: dict[str, str], source: str, **asked: Any) -> Any:
    """What GDAL's OAPIF driver reads, in a process of its own: layers, or columns of one."""
    script = (
        "import json, sys, pyogrio\n"
        "source, asked = json.loads(sys.argv[1])\n"
        "if not asked:\n"
        "    print(json.dumps(sorted(str(n) for n, _ in pyogrio.list_layers(source))))\n"
        "else:\n"
        "    asked['bbox'] = tuple(asked['bbox']) if 'bbox' in asked else None\n"
        "    f = pyogrio.read_dataframe(source, **asked)\n"
        "    print(json.dumps([sorted(f['parcel_code']), f.crs.to_wkt(), list(f.total_bounds)]))\n"
    )
    env = os.environ | {
        "GDAL_HTTP_AUTH": "BEARER",
        "GDAL_HTTP_BEARER": key["Authorization"].removeprefix("Bearer "),
        "NO_PROXY": "127.0.0.1",
        "CPL_DEBUG": "ON",
    }
    command = [sys.executable, "-c", script, json.dumps([source, asked])]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    SENT.append(done.stderr)
    return json.loads(done.stdout)


def test_gdal_reads_collections_boxes_times_and_filters(
    api: TestClient, sign: Sign, town: Target
) -> None:
    mine = sign()
    with served(api.app) as base:
        source = f"OAPIF:{base}/ogc"
        layers = gdal(mine, source)
        assert layers == ["enterprises", "findings", "low_efficiency", "parcels", "parks"]
        found, crs, bounds = gdal(mine, source, layer="parcels")
        assert found == codes(town)
        assert '"EPSG",4490' in crs  # the storage CRS, asked for by Part 2
        west, south, east, north = bounds
        half = [west, south, (west + east) / 2, north]
        inside = gdal(mine, source, layer="parcels", bbox=half)[0]
        assert inside == codes(town, f"ST_Intersects(geom, ST_MakeEnvelope{(*half, 4490)})")
        assert 0 < len(inside) < len(found)
        where = "parcel_grade = 'A' AND area_m2 > 1000"
        assert gdal(mine, source, layer="parcels", where=where)[0] == codes(town, where)
        assert "filter=(parcel_grade" in SENT[-1]  # the server filtered, not GDAL
        assert gdal(mine, source, layer="parcels", DATETIME="2024-01-01/..")[0] == codes(town)
        assert gdal(mine, source, layer="parcels", DATETIME="2020-01-01")[0] == []


def test_gdal_asks_with_quotes_wildcards_boxes_and_days_at_once(
    api: TestClient, sign: Sign, town: Target
) -> None:
    mine = sign()
    with connect(town) as connection:
        connection.execute("UPDATE pub.plots SET location = 'O''Hara 路' WHERE parcel_code = %s",
                           (codes(town, "parcel_grade = 'A' AND geom IS NOT NULL")[0],))  # fmt: skip
        connection.commit()
    with served(api.app) as base:
        source = f"OAPIF:{base}/ogc"
        for where in (
            "location = 'O''Hara 路'",
            "location LIKE 'O''%' AND area_m2 > 1",
            "parcel_grade IN ('A', 'B') AND NOT (area_m2 < 1000)",
            "parcel_grade = 'A' OR (bucket = 'vacant' AND area_m2 > 100)",
        ):
            found = gdal(mine, source, layer="parcels", where=where)[0]
            assert found == codes(town, where), where
            assert found
        west, south, east, north = gdal(mine, source, layer="parcels")[2]
        half = [west, south, (west + east) / 2, north]
        asked = {"bbox": half, "where": "parcel_grade = 'A'", "DATETIME": "2024-12-31"}
        found = gdal(mine, source, layer="parcels", **asked)[0]
        assert found == codes(
            town, f"parcel_grade = 'A' AND ST_Intersects(geom, ST_MakeEnvelope{(*half, 4490)})"
        )
        assert found
        sent = SENT[-1]
        assert all(word in sent for word in ("bbox=", "filter=", "datetime=2024-12-31"))
