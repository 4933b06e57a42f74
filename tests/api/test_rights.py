"""Every route × role × own or other division, from the OpenAPI; and what may be seen nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sending import BOOK, ONLY, ZIP, filled, packed, written
from world import APART, MAY, OPEN, OTHER, OWN, SAVED, body, operations, query, real

from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
# What touches all divisions at once is for those who may see all.
WHOLE = {
    ("GET", "/v1/editions/{before}/diff/{after}"),
    ("GET", "/v1/audit/log"),
    ("POST", "/v1/editions"),
    ("POST", "/v1/editions/{number}/states"),
    ("GET", "/v1/leaders"),
    ("GET", "/v1/simulations/rules"),
    ("POST", "/v1/simulations"),
    ("GET", "/v1/scenarios"),
    ("POST", "/v1/scenarios"),
    ("DELETE", "/v1/scenarios/{number}"),
}
# Tell of no division: hashes, states, the chain, one's own keys, the schema of a format.
GENERAL = {"/v1/editions", "/v1/editions/{number}", "/v1/audit/verify", "/v1/keys",
           "/v1/jobs", "/v1/feed/land-area/schema", "/v1/freshness", "/v1/me",
           "/v1/basemaps"}  # fmt: skip


# Rows of these tell no division, or the town has none.
MAY_BE_EMPTY = ("/errors", "/rejects", "/group", "/regions", "/decisions", "/objections",
                "/benchmarks", "/screening-rules", "/grants", "/proposals", "/basemaps",
                "/field-checks/")  # fmt: skip


ONE_BY_QUERY = {"/v1/review/items"}


def ask(
    api: TestClient, method: str, path: str, world: dict[str, Any], headers: dict[str, str]
) -> Any:
    if "/keys/" in path:
        world = world | {"number": world["key"]}
    url = path.format(**world) + query(path, world)
    if (method, path) == ("POST", "/v1/cases"):
        return api.post(f"{url}?scope={OWN}", content=packed(**ONLY), headers=headers | ZIP)
    if (method, path) == ("POST", "/v1/review/sheets"):
        return api.post(url, content=world["sheet"], headers=headers | BOOK)
    json_body = body(path, world) if method == "POST" else None
    return api.request(method, url, json=json_body, headers=headers)


def holds_rows(path: str, answer: Any) -> bool:
    """Whether an answer tells of anything."""
    if path == "/v1/feed/land-area":
        return len(answer.text.splitlines()) > 1
    if path == "/v1/review/sheets":
        return bool(written(answer.content))
    told = answer.json()
    if path == "/v1/feed/land-area/digest":
        return bool(told["rows"])
    if isinstance(told, list):
        return bool(told)
    if path == "/v1/summary/parcels":
        return any(told["groups"].values())
    names = ("items", "cells", "parcels", "stories", "clusters", "features")
    rows = next((told[name] for name in names if name in told), None)
    return bool(told) if rows is None else bool(rows)


def test_every_route_names_its_right_and_every_write_needs_more_than_reading(
    api: TestClient,
) -> None:
    spec = api.get("/openapi.json").json()
    for method, path, rights in operations(spec):
        if path in OPEN:
            assert rights == set(), path
            continue
        assert len(rights) == 1, (method, path)
        if method != "GET":
            assert rights <= {"review", "publish", "keys"}, (method, path)
        for part, right in (
            ("/audit", "audit"),
            ("/keys", "keys"),
            ("/feed", "feed"),
            ("/review", "review"),
        ):
            if part in path:
                assert rights == {right}, (method, path)


def test_every_route_role_and_division(api: TestClient, sign: Sign, town: Target) -> None:
    spare = {"subject": "x", "role": "viewer", "divisions": [OWN], "days": 1}
    made = api.post("/v1/keys", json=spare, headers=sign("admin")).json()
    sent = api.post(f"/v1/cases?scope={OWN}", content=packed(**ONLY),
                    headers=sign("publisher", (OWN,)) | ZIP)  # fmt: skip
    world = real(town) | {"key": made["row"]["id"], "token": sent.json()["token"]}
    book = api.get("/v1/review/sheets", headers=sign("reviewer", (OWN,))).content
    world |= {"sheet": filled(book, [{"结论": "存疑"}])}
    spec = api.get("/openapi.json").json()
    own = {role: sign(role, (OWN,)) for role in MAY}
    other = {role: sign(role, (OTHER,)) for role in MAY}
    leaks, seen = [], 0
    # What deletes comes last: it would leave nothing to ask for.
    for method, path, rights in sorted(operations(spec), key=lambda o: o[0] == "DELETE"):
        if path in OPEN:
            continue
        found = ask(api, method, path, world, {})
        if found.status_code != (200 if path == "/v1/me" else 401):  # the public is told it is
            leaks.append((method, path, "nobody", found.status_code))
        for role, may in MAY.items():
            allowed = rights <= may
            for side, keys in (("other", other), ("own", own)):
                found = ask(api, method, path, world, keys[role])
                seen += 1
                if not fits(method, path, found, allowed=allowed, own=side == "own"):
                    leaks.append((method, path, role, side, found.status_code, found.text[:200]))
    assert leaks == []
    assert seen > 300


@pytest.mark.parametrize("name", ["parcels", "enterprises", "low_efficiency", "findings"])
def test_features_of_other_divisions_are_not_there(
    name: str, api: TestClient, sign: Sign, town: Target
) -> None:
    world = real(town)
    items = f"/ogc/collections/{name}/items?limit=1000"
    told = [world["uscc"] if name == "enterprises" else world["parcel_code"]]
    own = api.get(items, headers=sign("viewer", (OWN,))).text
    other = api.get(items, headers=sign("viewer", (OTHER,))).text
    nobody = api.get(items)
    assert told[0] in own or name == "findings"
    assert len(own) > len(other)
    assert told[0] not in other
    assert told[0] not in nobody.text


def apart(api: TestClient, world: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """What every route that speaks another protocol answers, by address."""
    made = api.post("/v1/reconcile/tokens", json={"seconds": 300}, headers=headers)
    token = made.json()["url"].rsplit("/", 1)[1] if made.status_code == 201 else "1.1.x"
    known = {"version": 1, "layer": "land", "z": world["place"][0], "x": world["place"][1],
             "y": world["place"][2], "token": token}  # fmt: skip
    asked = {"/suggest/entity": {"prefix": world["firm"]}, "/preview": {"id": world["uscc"]},
             "/items": {"limit": 10_000}, "/suggest/": {"prefix": ""}}  # fmt: skip
    out: dict[str, Any] = {}
    for path, methods in api.get("/openapi.json").json()["paths"].items():
        if not path.startswith(APART):
            continue
        names = ("parcels", "enterprises", "low_efficiency", "findings", "parks")
        for name in names if "{name}" in path else ("",):
            key = world["uscc"] if name == "enterprises" else world["parcel_code"]
            url = path.format(**known, name=name, key=key)
            params = next((p for end, p in asked.items() if end in path), {})
            for method in methods:
                form = {"queries": json.dumps({"q": {"query": world["firm"]}})}
                said = {"name": world["firm"]} if "match" in path else {"seconds": 60}
                more = {"data": form} if path == "/reconcile/{token}" else {"json": said}
                more = more if method == "post" else {}
                out[f"{method} {url}"] = api.request(
                    method, url, params=params, headers=headers, **more
                )
    return out


def test_other_protocols_by_role_and_division(api: TestClient, sign: Sign, town: Target) -> None:
    """Own divisions: the plot and the firm are told of; other ones, or nobody: nothing is."""
    world = real(town)
    with connect(town) as connection:
        row: Any = connection.execute(
            "SELECT f.name, (ST_XMin(p.geom_3857) + 20037508.34) / 40075016.68 * 16384,"
            " (20037508.34 - ST_YMax(p.geom_3857)) / 40075016.68 * 16384 FROM pub.firms AS f,"
            " pub.plots AS p WHERE f.uscc = %s AND p.parcel_code = %s",
            (world["uscc"], world["parcel_code"]),
        ).fetchone()
    world |= {"firm": row[0], "place": (14, int(row[1]), int(row[2]))}
    marks = [world[n].encode() for n in ("parcel_code", "uscc", "firm")]

    def told(found: Any) -> bool:
        body = found.content.replace(str(found.request.url).encode(), b"")
        return any(mark in body for mark in marks)

    seen = 0
    for role in MAY:
        own, other = (apart(api, world, sign(role, (d,))) for d in (OWN, OTHER))
        leaks = [at for at, found in other.items() if told(found)]
        assert leaks == [], role
        telling = [at for at, found in own.items() if told(found)]
        for part in (".mvt", "/v1/match", "suggest/entity", "preview", "parcels/items",
                     "enterprises/items", "low_efficiency/items", "post /reconcile"):  # fmt: skip
            assert [at for at in telling if part in at], (role, part)
        assert not [at for at, f in {**own, **other}.items() if f.status_code >= 500]
        seen += len(own) + len(other)
    assert not [at for at, found in apart(api, world, {}).items() if told(found)]
    assert seen >= 5 * 2 * 30


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/v1/match", {"name": "绍兴华联纺织有限公司"}), ("/v1/reconcile/tokens", {"seconds": 300})],
)
def test_asking_for_single_records_needs_a_key(
    path: str, asked: dict[str, Any], api: TestClient
) -> None:
    assert api.post(path, json=asked).status_code == 401


def fits(method: str, path: str, found: Any, *, allowed: bool, own: bool) -> bool:
    """Whether an answer is what role and division allow."""
    status = found.status_code
    if not allowed or (method, path) in WHOLE:
        return status == 403
    if method == "GET":
        return fits_reading(path, found, own=own)
    if own:  # some are 404 since nothing of that number waits
        missing = "{number}" in path or "{token}" in path
        return status in (200, 201, 202, 204, 409) or (missing and status == 404)
    if path == "/v1/review/sheets":  # its rows are named one by one
        return status in (403, 422)
    return status in (403, 404)


def fits_reading(path: str, found: Any, *, own: bool) -> bool:
    """Own divisions: rows, where the town has any; other ones: none."""
    status = found.status_code
    if path in GENERAL or (own and any(part in path for part in MAY_BE_EMPTY)):
        return status == 200
    if ("{" in path or path in ONE_BY_QUERY) and not own and status == 404:
        return True
    return status == 200 and holds_rows(path, found) is own


def test_those_of_all_divisions_do_what_touches_all(
    api: TestClient, sign: Sign, town: Target
) -> None:
    world = real(town)
    kept = api.post("/v1/scenarios", json=SAVED | {"name": "先存的"}, headers=sign("publisher"))
    assert kept.json()["id"] == world["number"]
    for method, path in sorted(WHOLE):
        role = "auditor" if "audit" in path else "publisher"
        done = ask(api, method, path, world, sign(role))
        assert done.status_code in (200, 201, 202, 204), (method, path, done.text)


def test_the_public_sees_what_the_locality_publishes_once_it_is_published(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    open_one, closed = serve(town, locality="zhejiang"), serve(town, locality="xian")
    path = "/v1/evaluations/enterprises"
    assert open_one.get(path).status_code == 404  # a draft is nobody's
    publisher = sign("publisher")
    for state in ("objection", "approved", "published"):
        done = open_one.post("/v1/editions/1/states", json={"state": state}, headers=publisher)
        assert done.status_code == 200
    rows = open_one.get(path).json()["items"]
    assert set(rows[0]) == {"uscc", "name", "cohort", "grade"}
    assert closed.get(path).status_code == 401
    assert closed.get(path, headers=publisher).status_code == 200
    for hidden in ("/v1/ledger", "/v1/links", "/v1/findings", "/v1/rejects", "/v1/feed/land-area",
                   "/v1/summary?by=grade", "/v1/low-efficiency"):  # fmt: skip
        assert open_one.get(hidden).status_code == 401, hidden
    one = open_one.get(f"/v1/enterprises/{rows[0]['uscc']}").json()
    assert set(one) == {
        "edition",
        "year",
        "uscc",
        "name",
        "grade",
        "ledger",
        "evaluation",
        "reconciliation",
    }
    assert one["ledger"] is None
    assert set(one["evaluation"]) == {"uscc", "name", "cohort", "grade"}
    assert open_one.get(f"{path}?fields=score").status_code == 400
    assert open_one.get("/v1/parcels?review=true").status_code == 400  # would tell what is hidden
    assert "holder" not in open_one.get("/v1/parcels").text
    told = open_one.get("/v1/editions").json()[0]
    assert (told["built_by"], told["states"]) == (None, None)


def test_cells_of_few_firms_are_withheld_from_the_public(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    text = (
        'id: t\ntitle: t\nsources: {a: {title: a}}\npublication: {columns: ["firms.*"],'
        " statistical: [internal], source: a, confirmed: false}\n"
    )
    api, publisher = serve(town, locality=text), sign("publisher")
    for state in ("objection", "approved", "published"):
        api.post("/v1/editions/1/states", json={"state": state}, headers=publisher)
    told = {c["cell"]: c for c in api.get("/v1/summary?by=division").json()["cells"]}
    full = {
        c["cell"]: c for c in api.get("/v1/summary?by=division", headers=publisher).json()["cells"]
    }
    few = {cell for cell, c in full.items() if c["firms"] < 3}
    assert few
    for cell in few:
        assert (told[cell]["firms"], told[cell]["occupied_mu"], told[cell]["withheld"]) == (
            None,
            None,
            True,
        )
    withheld = [full[c]["firms"] for c in told if told[c]["withheld"]]
    assert len(withheld) >= 2  # one alone could be told from the total
    assert sum(withheld) >= 3
    assert not any(c["withheld"] for c in full.values())
