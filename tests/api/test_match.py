"""Single records and OpenRefine: what is found, for whom, in whose form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from geomujun.export.masking import is_person
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
# The shapes of the Reconciliation Service API 0.2, written from its text.
_TYPE: dict[str, Any] = {
    "type": "object", "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}  # fmt: skip
_TYPES = {"type": "array", "items": {"oneOf": [_TYPE, {"type": "string"}]}}
_SERVICE = {
    "type": "object",
    "properties": {"service_url": {"type": "string"}, "service_path": {"type": "string"}},
}
_WITH_ID = {"type": "string", "pattern": r"\{\{id\}\}"}
MANIFEST = {
    "type": "object", "required": ["versions", "name", "identifierSpace", "schemaSpace"],
    "properties": {
        "versions": {"type": "array", "items": {"type": "string"}, "contains": {"const": "0.2"}},
        "name": {"type": "string"}, "identifierSpace": {"type": "string"},
        "schemaSpace": {"type": "string"},
        "defaultTypes": {"type": "array", "items": _TYPE, "uniqueItems": True},
        "view": {"type": "object", "required": ["url"], "properties": {"url": _WITH_ID}},
        "preview": {
            "type": "object", "required": ["url", "width", "height"],
            "properties": {"url": _WITH_ID, "width": {"type": "integer"}, "height": {"type": "integer"}},
        },
        "suggest": {"type": "object", "properties": dict.fromkeys(["entity", "type", "property"], _SERVICE)},
    },
}  # fmt: skip
RESULTS = {
    "type": "object",
    "additionalProperties": {
        "type": "object", "required": ["result"],
        "properties": {"result": {"type": "array", "items": {
            "type": "object", "required": ["id", "name", "score"],
            "properties": {
                "id": {"type": "string"}, "name": {"type": "string"}, "score": {"type": "number"},
                "match": {"type": "boolean"}, "description": {"type": "string"}, "type": _TYPES,
                "features": {"type": "array", "items": {"type": "object", "properties": {
                    "id": {"type": "string"}, "value": {"type": ["boolean", "number"]}}}},
            },
        }}},
    },
}  # fmt: skip
SUGGESTED = {
    "type": "object", "required": ["result"],
    "properties": {"result": {"type": "array", "items": {
        "type": "object", "required": ["id", "name"],
        "properties": {"id": {"type": "string"}, "name": {"type": "string"},
                       "description": {"type": "string"}, "notable": _TYPES},
    }}},
}  # fmt: skip


def valid(schema: dict[str, Any], body: Any) -> None:
    jsonschema_rs.Draft202012Validator(schema).validate(body)


def rows(town: Target, query: str) -> list[Any]:
    with connect(town) as connection:
        return connection.execute(query).fetchall()


def firms(town: Target) -> list[tuple[str, str, str]]:
    return rows(
        town,
        "SELECT uscc, name, division_code FROM pub.firms WHERE edition = 1 AND length(name) > 6"
        " AND status = '存续' AND (SELECT count(*) FROM pub.firms f WHERE f.name = firms.name) = 1"
        " ORDER BY 1",
    )


def persons(town: Target) -> list[str]:
    cells = rows(town, "SELECT holder_names FROM core.parcels")
    found = {part for (cell,) in cells for part in cell.replace("、", ";").split(";")}
    return sorted(p for p in found if is_person(p))


def address(api: TestClient, headers: dict[str, str], **asked: Any) -> str:
    made = api.post("/v1/reconcile/tokens", json=asked, headers=headers)
    assert made.status_code == 201
    return made.json()["url"]


def test_a_name_and_a_code_find_their_firm_with_evidence(
    api: TestClient, sign: Sign, town: Target
) -> None:
    for uscc, name, _ in firms(town)[:15]:
        for asked in ({"name": name}, {"name": name, "code": uscc}):
            found = api.post("/v1/match", json=asked, headers=sign()).json()
            best = found["candidates"][0]
            assert best["uscc"] == uscc
            total = sum(e["bits"] for e in best["evidence"])
            assert best["weight"] == pytest.approx(total, abs=0.01)
        assert best["band"] == "auto"
        assert best["probability"] > 0.99


def test_where_it_is_counts(api: TestClient, sign: Sign, town: Target) -> None:
    [(code, firm)] = rows(
        town,
        "SELECT parcel_code, uscc FROM pub.links WHERE relation = 'OWN' AND band = 'auto'"
        " ORDER BY 1 LIMIT 1",
    )
    [(name,)] = rows(town, f"SELECT name FROM pub.firms WHERE uscc = '{firm}'")  # noqa: S608
    asked = {"name": name, "parcel_code": code}
    best = api.post("/v1/match", json=asked, headers=sign()).json()["candidates"][0]
    assert (best["uscc"], best["parcel_code"]) == (firm, code)


@pytest.mark.parametrize(
    "body",
    [{"name": "x" * 301}, {"longitude": 200}, {"name": "a\x00"}, {"who": "x"}, {"limit": 0},
     {"latitude": "NaN"}, {"datum": "gps"}],
)  # fmt: skip
def test_what_is_no_record_is_refused(api: TestClient, sign: Sign, body: Any) -> None:
    assert api.post("/v1/match", json=body, headers=sign()).status_code == 422


def test_only_with_a_key_and_only_of_ones_divisions(
    api: TestClient, sign: Sign, town: Target
) -> None:
    uscc, name, division = firms(town)[0]
    assert api.post("/v1/match", json={"name": name}).status_code == 401
    assert api.post("/v1/reconcile/tokens", json={}).status_code == 401
    assert division
    own, other = sign("viewer", (division[:6],)), sign("viewer", ("99",))
    found = api.post("/v1/match", json={"name": name, "code": uscc}, headers=own).json()
    assert found["candidates"][0]["uscc"] == uscc
    assert api.post("/v1/match", json={"name": name}, headers=other).json()["candidates"] == []
    base = address(api, other)
    batch = json.dumps({"q": {"query": name}})
    assert api.post(base, data={"queries": batch}).json() == {"q": {"result": []}}
    assert api.get(f"{base}/suggest/entity", params={"prefix": name}).json() == {"result": []}
    assert api.get(f"{base}/preview", params={"id": uscc}).status_code == 404


def test_openrefine_finds_a_service_of_version_0_2(
    api: TestClient, sign: Sign, town: Target
) -> None:
    base = address(api, sign())
    manifest = api.get(base).json()
    valid(MANIFEST, manifest)
    some = firms(town)[:20]
    batch = {f"q{i}": {"query": name, "type": "enterprise", "limit": 3,
                       "properties": [{"pid": "uscc", "v": uscc}]}
             for i, (uscc, name, _) in enumerate(some)}  # fmt: skip
    found = api.post(base, data={"queries": json.dumps(batch)})
    assert found.headers["access-control-allow-origin"] == "*"
    valid(RESULTS, found.json())
    for i, (uscc, _, _) in enumerate(some):
        first = found.json()[f"q{i}"]["result"][0]
        assert (first["id"], first["match"]) == (uscc, True)
    assert api.get(base, params={"queries": json.dumps(batch)}).json() == found.json()
    other = json.dumps({"q": {"query": some[0][1], "type": ["person"]}})
    assert api.post(base, data={"queries": other}).json() == {"q": {"result": []}}


def test_suggest_and_preview(api: TestClient, sign: Sign, town: Target) -> None:
    base = address(api, sign())
    suggest = api.get(base).json()["suggest"]
    uscc, name, _ = firms(town)[0]
    for prefix in (name[:4], name[2:6], uscc[:12].lower()):
        url = suggest["entity"]["service_url"] + suggest["entity"]["service_path"]
        found = api.get(url, params={"prefix": prefix}).json()
        valid(SUGGESTED, found)
        assert uscc in {r["id"] for r in found["result"]}
    for kind in ("type", "property"):
        url = suggest[kind]["service_url"] + suggest[kind]["service_path"]
        found = api.get(url, params={"prefix": ""}).json()
        valid(SUGGESTED, found)
        assert found["result"]
    page = api.get(api.get(base).json()["preview"]["url"].replace("{{id}}", uscc))
    assert page.headers["content-type"].startswith("text/html")
    assert name in page.text
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert api.get(f"{base}/preview?id=none").status_code == 404


def test_a_person_is_found_by_nobody(api: TestClient, sign: Sign, town: Target) -> None:
    known = persons(town)
    assert known
    base, mine = address(api, sign()), sign()
    nobody = api.post("/v1/match", json={"name": "甄不存"}, headers=mine).json()
    for name in known[:20]:
        assert api.post("/v1/match", json={"name": name}, headers=mine).json() == nobody
        assert api.get(f"{base}/suggest/entity", params={"prefix": name}).json()["result"] == []
        batch = json.dumps({"q": {"query": name}})
        assert api.post(base, data={"queries": batch}).json() == {"q": {"result": []}}
    card = {"code": "330106198001011234"}
    assert api.post("/v1/match", json=card, headers=mine).json() == nobody


@pytest.mark.parametrize(
    "queries",
    ["", "x", "[]", '{"q": 1}', '{"q": {}}', '{"q": {"query": "a", "more": 1}}',
     '{"q": {"query": "a", "type_strict": "some"}}', "[" * 5000,
     json.dumps({str(i): {"query": "a"} for i in range(101)})],
)  # fmt: skip
def test_queries_that_are_none_are_refused(api: TestClient, sign: Sign, queries: str) -> None:
    found = api.post(address(api, sign()), data={"queries": queries})
    assert found.status_code in (400, 422)
    assert found.headers["content-type"] == "application/problem+json"


def test_a_token_ends_with_its_time_its_key_and_any_change(
    api: TestClient, sign: Sign, town: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = sign("viewer")
    base = address(api, mine, seconds=60)
    token = base.rsplit("/", 1)[1]
    assert api.get(base).status_code == 200
    number, until, signed = token.split(".")
    for wrong in (f"{number}.{int(until) + 1}.{signed}", f"{int(number) + 1}.{until}.{signed}",
                  f"{number}.{until}.{signed[:-1]}A" if signed[-1] != "A" else "x", "x"):  # fmt: skip
        assert api.get(base.replace(token, wrong)).status_code == 401
    assert api.get("/v1/keys", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    monkeypatch.setattr("geomujun_api.tokens.time.time", lambda: int(until) + 1.0)
    assert api.get(base).status_code == 401
    monkeypatch.undo()
    assert api.get(base).status_code == 200
    with connect(town) as connection:
        connection.execute("UPDATE auth.api_keys SET revoked_at = now()")
    assert api.get(base).status_code == 401


def test_a_token_is_in_no_figure(api: TestClient, sign: Sign) -> None:
    base = address(api, sign())
    api.get(base)
    figures = api.get("/metrics").text
    assert 'route="/reconcile/{token}"' in figures
    assert base.rsplit("/", 1)[1] not in figures
