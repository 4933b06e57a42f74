"""Hostile cases sent over HTTP: refused or told as faulty, nothing of them left."""

from __future__ import annotations

import io
import os
import stat
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from sending import ZIP, left, packed
from serving import key_for

from geomujun.storage.target import Target

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]


def _zip(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return made.getvalue()


def _link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as z:
        info = zipfile.ZipInfo("enterprises.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        z.writestr(info, "/etc/passwd")
    return made.getvalue()


REFUSED = {
    "bomb": _zip(**{"parcels.csv": b"\0" * (200 << 20)}),
    "climbs out": _zip(**{"../../etc/cron.d/x": b"x", "parcels.csv": b"a"}),
    "absolute": _zip(**{"/var/gmj-climbed": b"x"}),
    "windows": _zip(**{"C:\\x\\parcels.csv": b"x"}),
    "link": _link(),
    "many": _zip(**{f"{n}.csv": b"" for n in range(2001)}),
    "empty": _zip(),
    "no archive": b"PK\x03\x04" + b"\0" * 300,
    "nothing": b"",
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_archives_are_refused_and_leave_nothing(
    name: str, api: TestClient, sign: Sign
) -> None:
    found = api.post("/v1/cases", content=REFUSED[name], headers=sign("publisher") | ZIP)
    assert found.status_code == 422, found.text
    assert found.json()["detail"]
    assert left() == []
    assert not Path("/var/gmj-climbed").exists()


VRT = b"""<OGRVRTDataSource><OGRVRTLayer name="parcels">
<SrcDataSource>/vsicurl/http://127.0.0.1:9/x.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""


def _entities() -> bytes:
    """A workbook whose sheet declares an entity of the machine's files."""
    made = io.BytesIO()
    pd.DataFrame({"企业名称": ["甲"]}).to_excel(made, index=False)
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + data
            new.writestr(item, data)
    return out.getvalue()


def _huge_sheet() -> bytes:
    """A workbook that claims a cell in the last row and column: 17 thousand million cells."""
    made = io.BytesIO()
    pd.DataFrame({"企业名称": ["甲"]}).to_excel(made, index=False)
    out = io.BytesIO()
    cell = (
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    )
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", cell)
            new.writestr(item, data)
    return out.getvalue()


FAULTY: dict[str, dict[str, Any]] = {
    "vrt": {"parcels.shp": None, "parcels.vrt": VRT},
    "vrt as json": {"parcels.shp": None, "parcels.geojson": VRT},
    "vrt as gpkg": {"parcels.shp": None, "parcels.gpkg": VRT},
    "entity": {"enterprises.csv": None, "enterprises.xlsx": _entities()},
    "huge sheet": {"enterprises.csv": None, "enterprises.xlsx": _huge_sheet()},
    "bomb within": {"enterprises.csv": None,
                    "enterprises.xlsx": _zip(**{"xl/worksheets/sheet1.xml": b" " * (100 << 20)})},
    "noise": {"enterprises.csv": os.urandom(4000)},
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_hostile_files_have_a_verdict_and_are_not_loaded(
    name: str, database: Target, serve: Serve
) -> None:
    api = serve(database)
    headers = {"Authorization": f"Bearer {key_for(database, 'publisher')}"}
    begun = time.process_time()
    found = api.post("/v1/cases", content=packed(**FAULTY[name]), headers=headers | ZIP)
    assert time.process_time() - begun < 5  # another process bears it
    assert found.status_code in (201, 422), found.text
    assert "root:" not in found.text
    if found.status_code == 201:
        told = found.json()
        assert not told["loadable"], told["faults"]
        assert told["faults"][0]["what"]
        refused = api.post(f"/v1/cases/{told['token']}/load", json={}, headers=headers)
        assert refused.status_code == 422
        api.delete(f"/v1/cases/{told['token']}", headers=headers)
    assert left() == []


def test_reading_is_bounded(town: Target, serve: Serve, sign: Sign) -> None:
    headers = sign("publisher") | ZIP
    slow = serve(town, worker=("/bin/sleep", "60"), case_seconds=5)
    assert slow.post("/v1/cases", content=packed(), headers=headers).status_code == 422
    big = serve(town, case_bytes=50_000)
    assert big.post("/v1/cases", content=packed(), headers=headers).status_code == 413
    chunks = (packed()[i : i + 10_000] for i in range(0, len(packed()), 10_000))
    assert big.post("/v1/cases", content=chunks, headers=headers).status_code == 413
    wide = serve(town, case_unpacked_bytes=100_000)
    assert wide.post("/v1/cases", content=packed(), headers=headers).status_code == 422
    none = serve(town, worker=())
    assert none.post("/v1/cases", content=packed(), headers=headers).status_code == 503
    assert left() == []


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([("files", ("../../x.csv", b"a"))], 201),  # the last part of a name counts
        ([("files", ("..", b"a"))], 400),
        ([("files", (".ssh", b"a"))], 400),
        ([("files", ("a.csv", b"a")), ("files", ("b\\a.csv", b"b"))], 400),
        ([("files", (f"{n}.csv", b"a")) for n in range(201)], 400),
    ],
)
def test_names_of_files_lead_nowhere(
    files: list[Any], status: int, api: TestClient, sign: Sign
) -> None:
    headers = sign("publisher")
    found = api.post("/v1/cases", files=files, headers=headers)
    assert found.status_code == status, found.text
    if status == 201:
        api.delete(f"/v1/cases/{found.json()['token']}", headers=headers)
    assert left() == []


def test_other_bodies_are_not_taken(api: TestClient, sign: Sign) -> None:
    headers = sign("publisher")
    assert api.post("/v1/cases", json={}, headers=headers).status_code == 415
    assert api.post("/v1/cases", headers=headers).status_code == 415
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert api.post("/v1/cases", content=b"--y", headers=headers | form).status_code == 400
    assert left() == []
