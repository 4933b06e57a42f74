"""OGC API – Features: what it says of itself, pages, filters, rights; and GDAL's own reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geomujun.pipeline.publish import advance
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]
ITEMS = "/ogc/collections/parcels/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def ids(found: Any) -> list[Any]:
    assert found.status_code == 200, found.text
    return [f["id"] for f in found.json()["features"]]


def rows(town: Target, query: str) -> list[Any]:
    with connect(town) as connection:
        return connection.execute(query).fetchall()


def codes(town: Target, where: str = "true") -> list[str]:
    query = f"SELECT parcel_code FROM pub.plots WHERE edition = 1 AND {where} ORDER BY 1"  # noqa: S608
    return [code for (code,) in rows(town, query)]


def test_it_says_what_it_is(api: TestClient, sign: Sign) -> None:
    mine = sign()
    landing = api.get("/ogc", headers=mine).json()
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= set(links)
    assert api.get(links["service-desc"], headers=mine).json()["openapi"].startswith("3.")
    conforms = api.get(links["conformance"], headers=mine).json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms
    listed = api.get(links["data"], headers=mine).json()["collections"]
    names = [c["id"] for c in listed]
    assert names == ["parcels", "enterprises", "low_efficiency", "findings", "parks"]
    for one in listed:
        told = api.get(f"/ogc/collections/{one['id']}", headers=mine).json()
        assert told == one
        fields = api.get(f"/ogc/collections/{one['id']}/queryables", headers=mine).json()
        page = api.get(f"/ogc/collections/{one['id']}/items?limit=3", headers=mine)
        assert page.headers["content-type"] == "application/geo+json"
        for feature in page.json()["features"]:
            assert set(feature["properties"]) - {"as_of", "edition"} <= set(fields["properties"])


def test_pages_lead_through_every_feature_once(api: TestClient, sign: Sign, town: Target) -> None:
    for name, table in (
        ("parcels", "plots"),
        ("findings", "cross_check"),
        ("enterprises", "firms"),
    ):
        url, seen, first = f"/ogc/collections/{name}/items?limit=7", [], True
        matched = 0
        while url:
            found = api.get(url, headers=sign()).json()
            assert ("numberMatched" in found) == first
            matched = found["numberMatched"] if first else matched
            first = False
            seen += [f["id"] for f in found["features"]]
            url = next((k["href"] for k in found["links"] if k["rel"] == "next"), "")
        assert len(seen) == len(set(seen)) == matched
        assert matched == rows(town, f"SELECT count(*) FROM pub.{table} WHERE edition = 1")[0][0]  # noqa: S608


def test_every_finding_about_land_has_its_shape(api: TestClient, sign: Sign, town: Target) -> None:
    found = api.get("/ogc/collections/findings/items?limit=10000", headers=sign()).json()
    shaped = {f["id"] for f in found["features"] if f["geometry"]}
    about = rows(
        town,
        "SELECT c.row_no FROM pub.cross_check c JOIN pub.plots p USING (edition)"
        " WHERE p.parcel_code IN (c.subject_id, c.other_id) AND p.geom IS NOT NULL",
    )
    assert about
    assert {number for (number,) in about} <= shaped


def test_boxes_in_three_systems(api: TestClient, sign: Sign, town: Target) -> None:
    box = rows(
        town,
        "SELECT ST_XMin(e), ST_YMin(e), (ST_XMin(e) + ST_XMax(e)) / 2, ST_YMax(e) FROM"
        " (SELECT ST_Extent(geom) AS e FROM pub.plots) AS x",
    )[0]
    inside = codes(town, f"ST_Intersects(geom, ST_MakeEnvelope{(*map(float, box), 4490)})")
    every = codes(town)
    assert 0 < len(inside) < len(every)
    west, south, east, north = box
    mine = sign()
    assert (
        ids(api.get(f"{ITEMS}?limit=9999&bbox={west},{south},{east},{north}", headers=mine))
        == inside
    )
    for code in ("4326", "4490"):
        asked = {"limit": 9999, "bbox": f"{south},{west},{north},{east}",
                 "bbox-crs": EPSG + code, "crs": EPSG + code}  # fmt: skip
        found = api.get(ITEMS, params=asked, headers=mine)
        assert ids(found) == inside
        assert found.headers["content-crs"] == f"<{EPSG}{code}>"
        first = found.json()["features"][0]["geometry"]["coordinates"][0][0][0]
        assert 25 < first[0] < 35
        assert 115 < first[1] < 125
    far = api.get(f"{ITEMS}?bbox=10,10,11,11", headers=mine).json()
    assert (far["features"], far["numberMatched"]) == ([], 0)


AREA = "POLYGON((119.6 29.3, 119.7 29.3, 119.7 29.4, 119.6 29.3))"
TEXTS = [
    ("parcel_grade = 'A'", "parcel_grade = 'A'"),
    ("parcel_grade IN ('A', 'B') AND area_m2 > 10000", "parcel_grade IN ('A','B') AND area_m2 > 10000"),
    ("parcel_grade = 'A' OR parcel_grade = 'B' AND area_m2 > 20000",
     "parcel_grade = 'A' OR (parcel_grade = 'B' AND area_m2 > 20000)"),
    ("area_m2 BETWEEN 5000 AND 20000 AND NOT (bucket = 'matched')",
     "area_m2 BETWEEN 5000 AND 20000 AND NOT bucket = 'matched'"),
    ("location LIKE '%路%'", "location LIKE '%路%'"),
    ("CASEI(parcel_code) = CASEI('x')", "false"),
    ("parcel_grade IS NULL", "parcel_grade = ''"),
    ("parcel_grade IS NOT NULL", "parcel_grade <> ''"),
    ("low_efficiency = 1", "low_efficiency"),
    ("bucket = 'no OR yes' OR bucket = 'vacant'", "bucket = 'vacant'"),
    ("NOT (parcel_grade = 'A' OR bucket = 'vacant') AND area_m2 > 100",
     "NOT (parcel_grade = 'A' OR bucket = 'vacant') AND area_m2 > 100"),
    ("NOT parcel_grade = 'A' AND parcel_grade = 'B'", "parcel_grade = 'B'"),
    ("NOT (NOT (parcel_grade = 'A'))", "parcel_grade = 'A'"),
    ("parcel_grade NOT IN ('A', 'B', '')", "parcel_grade IN ('C', 'D')"),
    ("area_m2 NOT BETWEEN 5000 AND 20000", "NOT area_m2 BETWEEN 5000 AND 20000"),
    ("parcel_code NOT LIKE '%1'", "parcel_code NOT LIKE '%1'"),
    ("parcel_code LIKE '33060300100_GB0000_'", "parcel_code LIKE '33060300100_GB0000_'"),
    ("CASEI(parcel_code) LIKE CASEI('%gb0001%')", "parcel_code LIKE '%GB0001%'"),
    ("CASEI(parcel_grade) IN (CASEI('a'), CASEI('b'))", "parcel_grade IN ('A', 'B')"),
    ("parcel_grade <> 'A'\n and  \"area_m2\" >= 1.5e4", "parcel_grade <> 'A' AND area_m2 >= 15000"),
    ("TRUE AND parcel_grade = 'A'", "parcel_grade = 'A'"),
    ("FALSE", "false"),
    ("S_INTERSECTS(geom, BBOX(119.6, 29.3, 119.7, 29.4))",
     "ST_Intersects(geom, ST_MakeEnvelope(119.6, 29.3, 119.7, 29.4, 4490))"),
    ("S_WITHIN(geom, BBOX(119.6, 29.3, 119.7, 29.4))",
     "ST_Within(geom, ST_MakeEnvelope(119.6, 29.3, 119.7, 29.4, 4490))"),
    (f"S_DISJOINT(geom, {AREA})", f"ST_Disjoint(geom, ST_GeomFromText('{AREA}', 4490))"),
    ("S_TOUCHES(geom, MULTIPOINT((119.6 29.3), (119.7 29.4)))", "false"),
    (f"S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(0 0), {AREA}))",
     f"ST_Intersects(geom, ST_GeomFromText('{AREA}', 4490))"),
    (f"S_OVERLAPS(geom, GEOMETRYCOLLECTION({AREA}))",
     f"ST_Overlaps(geom, ST_GeomFromText('{AREA}', 4490))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "same"), TEXTS)
def test_filters_in_text(text: str, same: str, api: TestClient, sign: Sign, town: Target) -> None:
    found = api.get(ITEMS, params={"filter": text, "limit": 9999}, headers=sign())
    assert ids(found) == codes(town, same)


def test_quotes_and_wildcards_in_texts(api: TestClient, sign: Sign, town: Target) -> None:
    first, second = codes(town)[:2]
    with connect(town) as connection:
        for code, text in ((first, "O'Hara 100% _x\\路"), (second, "OHara 1000 ax/路")):
            connection.execute("UPDATE pub.plots SET location = %s WHERE parcel_code = %s",
                               (text, code))  # fmt: skip
        connection.commit()
    for text, same in (
        (r"location = 'O''Hara 100% _x\路'", [first]),
        ("location LIKE 'O''%'", [first]),
        (r"location LIKE 'O\'%'", [first]),
        (r"location LIKE '%100\%%'", [first]),
        (r"location LIKE '%\_x%'", [first]),
        ("location LIKE '%100% _x_路'", [first, second]),
        ("location LIKE '%1000 _x_路'", [second]),
        ("location = ''' OR true --'", []),
    ):
        found = api.get(ITEMS, params={"filter": text, "limit": 9999}, headers=sign())
        assert ids(found) == same, text


SAID = [
    ({"op": "between", "args": [{"property": "area_m2"}, 5000, 20000]},
     "area_m2 BETWEEN 5000 AND 20000"),
    ({"op": "not", "args": [{"op": "like", "args": [{"property": "parcel_code"}, "%1"]}]},
     "parcel_code NOT LIKE '%1'"),
    ({"op": "isNull", "args": [{"property": "parcel_grade"}]}, "parcel_grade = ''"),
    ({"op": "=", "args": [{"op": "casei", "args": [{"property": "parcel_grade"}]},
                          {"op": "casei", "args": ["a"]}]}, "parcel_grade = 'A'"),
    ({"op": "or", "args": [{"op": "=", "args": [{"property": "parcel_grade"}, g]} for g in "ABC"]},
     "parcel_grade IN ('A', 'B', 'C')"),
    ({"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": [119.6, 29.3, 119.7, 29.4]}]},
     "ST_Intersects(geom, ST_MakeEnvelope(119.6, 29.3, 119.7, 29.4, 4490))"),
    ({"op": "s_within", "args": [{"property": "geom"}, {
        "type": "Polygon",
        "coordinates": [[[119.6, 29.3], [119.7, 29.3], [119.7, 29.4], [119.6, 29.3]]]}]},
     f"ST_Within(geom, ST_GeomFromText('{AREA}', 4490))"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "same"), SAID)
def test_filters_in_json(
    said: dict[str, Any], same: str, api: TestClient, sign: Sign, town: Target
) -> None:
    asked = {"filter": json.dumps(said), "filter-lang": "cql2-json", "limit": 9999}
    assert ids(api.get(ITEMS, params=asked, headers=sign())) == codes(town, same)


def test_filters_in_json_and_by_shape(api: TestClient, sign: Sign, town: Target) -> None:
    said = {"op": "and", "args": [
        {"op": "in", "args": [{"property": "parcel_grade"}, ["A", "B"]]},
        {"op": ">", "args": [{"property": "area_m2"}, 100]},
    ]}  # fmt: skip
    asked = {"filter": json.dumps(said), "filter-lang": "cql2-json", "limit": 9999}
    assert ids(api.get(ITEMS, params=asked, headers=sign())) == codes(
        town, "parcel_grade IN ('A','B')"
    )
    one = codes(town, "geom IS NOT NULL")[0]
    x, y = rows(
        town,
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geom) AS p FROM pub.plots"
        " WHERE geom IS NOT NULL ORDER BY parcel_code LIMIT 1) AS s",
    )[0]
    for text, crs in ((f"POINT({x} {y})", ""), (f"POINT({y} {x})", EPSG + "4490")):
        asked = {"filter": f"S_INTERSECTS(geom, {text})"} | ({"filter-crs": crs} if crs else {})
        assert one in ids(api.get(ITEMS, params=asked, headers=sign()))
    assert ids(api.get(f"{ITEMS}?parcel_code={one}", headers=sign())) == [one]
    whole = api.get(f"{ITEMS}/{one}", headers=sign()).json()
    assert (whole["id"], whole["properties"]["edition"]) == (one, 1)


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "holder_id = '1'"},
        {"filter": "geom_3857 IS NULL"},
        {"filter": "edition = 1"},
        {"filter": "parcel_grade = 1"},
        {"filter": "area_m2 = 'x'"},
        {"filter": "pg_sleep(5) = 1"},
        {"filter": "lower(area_m2) = 'a'"},
        {"filter": "area_m2 / 0 > 1"},
        {"filter": "(" * 300 + "area_m2 > 1" + ")" * 300},
        {"filter": "area_m2 >"},
        {"filter": "parcel_code = '''' OR true --'"},
        {"filter": "T_AFTER(parcel_code, DATE('2024-01-01'))"},  # no class of it is declared
        {"filter": "area_m2 + 1 > 2"},
        {"filter": "location LIKE 'x\\'"},
        {"filter": "parcel_grade IN ()"},
        {"filter": "S_TOUCHES(geom, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 2)))"},
        {"filter": "S_INTERSECTS(geom, BBOX(1, 2))"},
        {"filter": "S_INTERSECTS(geom, POLYGON((0 0, 1 1)))"},
        {
            "filter": '{"op":"=","args":[{"property":"location"},"\\ud800"]}',
            "filter-lang": "cql2-json",
        },
        {
            "filter": '{"op":">","args":[{"property":"area_m2"},1' + "0" * 400 + "]}",
            "filter-lang": "cql2-json",
        },
        {"filter": '{"op":"and","args":[]}', "filter-lang": "cql2-json"},
        {"filter": '{"\\u0066ilter-lang":"x","op":"="}', "filter-lang": "cql2-json"},
        {
            "filter": '{"op":"s_within","args":[{"property":"geom"},{"bbox":[1]}]}',
            "filter-lang": "cql2-json",
        },
        {
            "filter": '{"op":"t_after","args":[{"property":"location"},{"date":"2024-01-01"}]}',
            "filter-lang": "cql2-json",
        },
        {"datetime": "2024-12-31Tnoon"},
        {"location": "\x00"},
        {"filter": "S_INTERSECTS(geom, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))"},
        {"filter": "S_INTERSECTS(POINT(0 0), POINT(0 0))"},
        {"filter": '{"op":"=","args":[{"property":"edition"},1]}', "filter-lang": "cql2-json"},
        {"filter": '{"op":"="}', "filter-lang": "cql2-json"},
        {"filter": "[]", "filter-lang": "cql2-json"},
        {"filter": '{"op":"lower","filter-lang":"x"}', "filter-lang": "cql2-json"},
        {"filter": '{"op":"not","args":' * 100 + "1" + "}" * 100, "filter-lang": "cql2-json"},
        {"bbox": "1,2,3"},
        {"bbox": "3,3,1,1"},
        {"bbox": "nan,1,2,3"},
        {"datetime": "yesterday"},
        {"datetime": "2024-12-31/2020-01-01"},
        {"crs": "EPSG:3857"},
        {"bbox-crs": "x", "bbox": "1,1,2,2"},
        {"nothing": "1"},
        {"area_m2": "x"},
    ],
)
def test_what_is_not_allowed_is_a_plain_400(
    asked: dict[str, str], api: TestClient, sign: Sign
) -> None:
    found = api.get(ITEMS, params=asked, headers=sign())
    assert found.status_code == 400, found.text[:200]
    assert found.headers["content-type"] == "application/problem+json"
    if asked.get("filter", "").startswith(("T_", "area_m2 +")):  # what may be written is told
        assert "BETWEEN" in found.json()["hint"]


def test_time_chooses_the_edition(api: TestClient, sign: Sign, town: Target) -> None:
    every = codes(town)
    for when in (
        "2024-12-31",
        "2024-12-31T00:00:00Z",
        "2024-01-01/..",
        "../2025-01-01",
        "2024-12-01/2024-12-31",
    ):
        assert (
            ids(api.get(ITEMS, params={"datetime": when, "limit": 9999}, headers=sign())) == every
        )
    for when in ("2023-12-31", "../2024-12-30", "2025-01-01/.."):
        found = api.get(ITEMS, params={"datetime": when}, headers=sign()).json()
        assert (found["features"], found["numberMatched"]) == ([], 0)
    assert api.get(f"{ITEMS}?edition=9", headers=sign()).status_code == 404


def test_rights_by_division_and_policy(town: Target, serve: Serve, sign: Sign) -> None:
    client = serve(town, locality="zhejiang")
    assert client.get("/ogc/collections").status_code == 404  # nothing is published yet
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester")
    with connect(town) as connection:
        connection.execute("UPDATE pub.plots SET division_code = '110101' WHERE parcel_code = %s",
                           (codes(town)[0],))  # fmt: skip
        connection.commit()
    mine = sign("viewer", ("11",))
    assert ids(client.get(ITEMS, headers=mine)) == [codes(town)[0]]
    assert client.get(f"{ITEMS}/{codes(town)[1]}", headers=mine).status_code == 404
    assert client.get("/ogc/collections/parks/items", headers=mine).status_code == 404
    listed = client.get("/ogc/collections").json()["collections"]
    assert [c["id"] for c in listed] == ["parcels", "enterprises"]
    seen = client.get(f"{ITEMS}?limit=9999").json()["features"]
    assert {k for f in seen for k in f["properties"]} <= {
        "parcel_code", "parcel_grade", "enterprise_grade", "as_of", "edition",
    }  # fmt: skip
    hidden = client.get(ITEMS, params={"filter": "area_m2 > 1"})
    assert hidden.status_code == 400
    assert client.get(f"{ITEMS}?tax_class=1").status_code == 400
    closed = serve(town, locality="xian")
    assert closed.get("/ogc/collections").json()["collections"] == []
    assert closed.get(ITEMS).status_code == 404
