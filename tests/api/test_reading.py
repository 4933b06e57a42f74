"""Lists and single things: paging, filters, columns, forms, ETags, search."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from geomujun.storage.editions import read_result
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]


def walk(api: TestClient, url: str, headers: dict[str, str], limit: int) -> list[dict[str, object]]:
    rows, cursor = [], ""
    while True:
        page = api.get(
            f"{url}{'&' if '?' in url else '?'}limit={limit}{cursor}", headers=headers
        ).json()
        rows += page["items"]
        if not page["next"]:
            return rows
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize(("path", "table"), [
    ("/v1/links", "links"), ("/v1/ledger", "ledger"), ("/v1/findings", "cross_check"),
    ("/v1/evaluations/enterprises", "enterprise_evaluation"), ("/v1/low-efficiency", "low_efficiency"),
])  # fmt: skip
def test_pages_hold_every_row_once_and_in_order(
    api: TestClient, sign: Sign, town: Target, path: str, table: str
) -> None:
    headers = sign("viewer")
    rows = walk(api, path, headers, 37)
    with connect(town, "app") as connection:
        frame = read_result(connection, 1, table)
    key = [c for c in ("parcel_code", "uscc", "rule", "subject_id") if c in frame.columns]
    assert [[r[k] for k in key] for r in rows] == frame[key].to_numpy().tolist()
    one = api.get(f"{path}?limit=20000", headers=headers).json()["items"]
    assert one == rows


def test_a_page_stays_in_its_edition_and_its_question(
    api: TestClient, sign: Sign, town: Target
) -> None:
    from postgis_fixtures import publication

    from geomujun.pipeline.publish import publish

    headers = sign("viewer")
    first = api.get("/v1/ledger?limit=5", headers=headers).json()
    publish(town, publication())
    second = api.get(f"/v1/ledger?limit=5&cursor={first['next']}", headers=headers).json()
    assert (first["edition"], second["edition"]) == (1, 1)
    assert api.get("/v1/ledger", headers=headers).json()["edition"] == 2
    for url in (f"/v1/links?cursor={first['next']}", f"/v1/ledger?year=2024&cursor={first['next']}",
                "/v1/ledger?cursor=WzFd"):  # fmt: skip
        assert api.get(url, headers=headers).status_code == 400, url


def test_columns_and_filters_are_those_of_the_catalogue(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    rows = api.get("/v1/links?relation=LEASE&fields=uscc,relation", headers=headers).json()["items"]
    assert rows
    assert {json.dumps(list(r)) for r in rows} == {'["uscc", "relation"]'}
    assert {r["relation"] for r in rows} == {"LEASE"}
    for url in ("/v1/links?fields=uscc,secret", "/v1/links?fields=edition"):
        assert api.get(url, headers=headers).status_code == 400
    for url in ("/v1/links?relation=X", "/v1/links?nonsense=1", "/v1/links?limit=0",
                "/v1/links?fields=a;drop table", "/v1/links?uscc=%00"):  # fmt: skip
        assert api.get(url, headers=headers).status_code == 422, url
    assert api.get("/v1/parcels?review=true", headers=headers).json()["items"]


def test_every_form_holds_the_same_rows(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    rows = api.get("/v1/parcels?limit=20000", headers=headers).json()["items"]
    codes = [r["parcel_code"] for r in rows]

    def form(accept: str, path: str = "/v1/parcels") -> bytes:
        answer = api.get(f"{path}?limit=20000", headers=headers | {"Accept": accept})
        assert answer.headers["content-type"].startswith(accept)
        return answer.content

    frame = pd.read_csv(io.BytesIO(form("text/csv")), dtype=str, keep_default_na=False)
    assert list(frame["parcel_code"]) == codes
    layer = gpd.read_parquet(io.BytesIO(form("application/vnd.apache.parquet")))
    assert list(layer["parcel_code"]) == codes
    assert layer.crs.to_epsg() == 4490
    geojson = json.loads(form("application/geo+json"))
    assert [f["id"] for f in geojson["features"]] == codes
    shapes = gpd.GeoDataFrame.from_features(geojson["features"], crs=4490)
    assert shapes.geom_equals_exact(layer.geometry, 1e-6).all()
    sheet = openpyxl.load_workbook(io.BytesIO(form(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))).active  # fmt: skip
    assert [c.value for c in sheet["A"]] == ["宗地代码", *codes]
    assert (
        api.get("/v1/links", headers=headers | {"Accept": "application/geo+json"}).status_code
        == 406
    )
    table = pd.read_csv(io.BytesIO(form("text/csv", "/v1/evaluations/regions")))
    assert "name" in table.columns


def test_one_plot_and_one_firm(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    links = api.get("/v1/links?relation=OWN&limit=100", headers=headers).json()["items"]
    link = next(link for link in links if link["band"] == "auto")  # a question gives no area
    plot = api.get(f"/v1/parcels/{link['parcel_code']}", headers=headers).json()
    assert plot["geometry"]["type"] == "MultiPolygon"
    feature = api.get(f"/v1/parcels/{link['parcel_code']}",
                      headers=headers | {"Accept": "application/geo+json"}).json()  # fmt: skip
    assert feature["geometry"] == plot["geometry"]
    firm = api.get(f"/v1/enterprises/{link['uscc']}", headers=headers).json()
    assert firm["ledger"]["uscc"] == firm["uscc"] == link["uscc"]
    evidence = api.get(f"/v1/enterprises/{link['uscc']}/links", headers=headers).json()["items"]
    assert {"name", "bits", "left", "right", "line"} <= set(evidence[0]["evidence"][0])
    for missing in ("/v1/parcels/X1", "/v1/enterprises/X1", "/v1/findings/ab12"):
        assert api.get(missing, headers=headers).status_code == 404
    assert api.get("/v1/parcels/X1/links", headers=headers).json()["items"] == []


def test_what_did_not_change_is_not_sent_again(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    for url in ("/v1/ledger", "/v1/parcels?limit=2"):
        first = api.get(url, headers=headers)
        known = headers | {"If-None-Match": first.headers["etag"]}
        again = api.get(url, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert api.get(url, headers=headers | {"If-None-Match": "*"}).status_code == 304
        other = api.get(
            url, headers=sign("viewer", ("99",)) | {"If-None-Match": first.headers["etag"]}
        )
        assert other.status_code == 200
        fixed = api.get(first.headers["content-location"], headers=headers)
        assert "immutable" in fixed.headers["cache-control"]
        assert fixed.json() == first.json()


def test_search_finds_any_part_of_names_codes_and_addresses(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    everyone = walk(api, "/v1/enterprises", headers, 1000)
    for part in ("机械", "绍兴", "９１３３", "有限公司"):
        found = {r["uscc"] for r in walk(api, f"/v1/enterprises?q={part}", headers, 7)}
        plain = "9133" if part == "９１３３" else part
        expected = {r["uscc"] for r in everyone
                    if any(plain in str(r[n]) for n in ("uscc", "name", "former_names", "address"))}  # fmt: skip
        assert found == expected
        assert found
    graded = walk(api, "/v1/enterprises?q=机械&grade=A", headers, 2)
    assert {r["grade"] for r in graded} == {"A"}
    limited = api.get("/v1/enterprises?q=机械", headers=sign("viewer", ("99",))).json()
    assert limited["items"] == []
    assert api.get("/v1/parcels?q=330603001", headers=headers).json()["items"]


def test_the_page_that_explains_needs_nothing_from_elsewhere(api: TestClient) -> None:
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css"):
        found = api.get(path)
        assert found.status_code == 200
        assert "//" not in found.text.replace("// Renders", "")
