"""Health, keys, problems, headers, bounds and logs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from geomujun.storage import audit
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]


def test_it_lives_and_is_ready(api: TestClient) -> None:
    assert api.get("/healthz").json()["status"] == "ok"
    assert api.get("/readyz").json() == {
        "ready": True, "checks": {"postgis": "ok", "locale": "ok", "revision": "ok"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", 200), ("/v1/enterprises?limit=1", 200), ("/v1/feed/land-area", 200),
     ("/v1/enterprises/nobody", 404), ("/tiles/land.json", 200), ("/ogc/collections", 200),
     ("/v1/match", 405)],
)  # fmt: skip
def test_head_says_what_get_would_without_its_body(
    path: str, status: int, api: TestClient, sign: Sign
) -> None:
    viewer = sign("viewer")
    head, whole = api.head(path, headers=viewer), api.get(path, headers=viewer)
    assert (head.status_code, head.content) == (status, b"")
    assert whole.status_code == status
    assert whole.content
    for name in ("content-type", "etag", "cache-control", "content-length"):
        assert head.headers.get(name) == whole.headers.get(name), name
    assert api.head("/v1/enterprises").status_code == 401


def test_it_is_not_ready_on_another_revision(
    town: Target, serve: Callable[..., TestClient]
) -> None:
    client = serve(town)
    with connect(town) as connection:
        connection.execute("UPDATE meta.alembic_version SET version_num = 'older'")
    found = client.get("/readyz")
    assert found.status_code == 503
    assert found.json()["checks"]["revision"].startswith("older")


def test_a_key_is_given_used_replaced_and_taken_back(
    api: TestClient, sign: Sign, town: Target
) -> None:
    admin = sign("admin")
    asked = {"subject": "评价系统", "role": "viewer", "divisions": [""], "days": 30}
    made = api.post("/v1/keys", json=asked, headers=admin).json()
    key, number = made["key"], made["row"]["id"]
    with connect(town) as connection:
        row = connection.execute("SELECT * FROM auth.api_keys WHERE id = %s", (number,)).fetchone()
    assert key not in str(row)
    assert len(key) == 47
    other = {"Authorization": f"Bearer {key}"}
    assert api.get("/v1/keys", headers=other).status_code == 403
    new = api.post(f"/v1/keys/{number}/rotate", json={"days": 5}, headers=admin).json()
    assert api.get("/v1/keys", headers=other).status_code == 401
    assert new["row"]["rotated_from"] == number
    other = {"Authorization": f"Bearer {new['key']}"}
    assert api.delete(f"/v1/keys/{new['row']['id']}", headers=admin).status_code == 204
    assert api.get("/v1/keys", headers=other).status_code == 401
    assert api.delete(f"/v1/keys/{new['row']['id']}", headers=admin).status_code == 404
    assert key not in api.get("/v1/keys", headers=admin).text
    with connect(town, "app") as connection:
        assert audit.verify(connection).broken_at is None


def test_an_administrator_of_a_division_gives_keys_within_it_only(
    api: TestClient, sign: Sign
) -> None:
    admin = sign("admin", ("3301",))
    asked = {"subject": "x", "role": "viewer", "divisions": ["330108"], "days": 1}
    assert api.post("/v1/keys", json=asked, headers=admin).status_code == 201
    for beyond in (["33"], [""], ["330108", "3302"]):
        refused = api.post("/v1/keys", json=asked | {"divisions": beyond}, headers=admin)
        assert refused.status_code == 403
    assert {r["subject"] for r in api.get("/v1/keys", headers=admin).json()["items"]} == {
        "a admin",
        "x",
    }


def test_an_expired_key_and_a_narrowed_one(api: TestClient, sign: Sign, town: Target) -> None:
    narrow = sign("admin", scopes=("read",))
    assert api.get("/v1/keys", headers=narrow).status_code == 403
    admin = sign("admin")
    with connect(town) as connection:
        connection.execute("UPDATE auth.api_keys SET expires_at = now() - interval '1 s'")
    assert api.get("/v1/keys", headers=admin).status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic eDp5", "Bearer", "Bearer x", "gmj_abc", "Bearer " + "a.b.c"]
)
def test_what_is_no_key_is_refused(api: TestClient, header: str) -> None:
    found = api.get("/v1/keys", headers={"Authorization": header})
    assert found.status_code == 401
    assert found.headers["www-authenticate"] == "Bearer"


def test_two_keys_in_one_request_are_none(api: TestClient, sign: Sign) -> None:
    given = sign("admin")["Authorization"]
    for second in ("Bearer x", given, ""):
        both = [("Authorization", given), ("Authorization", second)]
        assert api.get("/v1/keys", headers=both).status_code == 401


def test_problems_tell_their_request_and_not_their_input(api: TestClient, sign: Sign) -> None:
    hidden = "小明的秘密"
    found = api.post(
        "/v1/keys", json={"subject": hidden * 50, "role": hidden}, headers=sign("admin")
    )
    body = found.json()
    assert found.status_code == body["status"] == 422
    assert found.headers["content-type"] == "application/problem+json"
    assert body["request_id"] == found.headers["x-request-id"]
    assert {e["where"] for e in body["errors"]} == {"body.subject", "body.role", "body.divisions"}
    assert hidden not in found.text
    english = api.get("/v1/keys", headers={"Accept-Language": "en"}).json()
    assert english["detail"] == "a key is needed"
    assert api.get("/nowhere").headers["content-type"] == "application/problem+json"


def test_headers_of_every_answer(api: TestClient) -> None:
    for path in ("/healthz", "/nowhere", "/v1/keys"):
        headers = api.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "server" not in headers


def test_too_much_and_too_often(town: Target, serve: Callable[..., TestClient], sign: Sign) -> None:
    client = serve(town, body_bytes=1000, public_burst=3, public_rate=0.01)
    admin = sign("admin")
    assert client.post("/v1/keys", content=b"x" * 2000, headers=admin).status_code == 413
    pieces = client.post("/v1/keys", content=(b"x" * 500 for _ in range(5)), headers=admin)
    assert pieces.status_code == 413
    answers = [client.get("/v1/keys").status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]
    assert client.get("/healthz").status_code == 200
    assert client.get("/v1/keys", headers=admin).status_code == 200


def test_a_busy_database_is_503(town: Target, serve: Callable[..., TestClient], sign: Sign) -> None:
    client = serve(town, pool_size=1, pool_wait_s=2)
    admin = sign("admin")
    pool = client.app.state.service.pool
    with pool.connection():
        found = client.get("/v1/keys", headers=admin)
    assert (found.status_code, found.headers["retry-after"]) == (503, "2")


def test_logs_are_json_and_hold_neither_key_nor_query(
    capsys: pytest.CaptureFixture[str], api: TestClient, sign: Sign
) -> None:
    headers = sign("admin")
    capsys.readouterr()
    api.get("/v1/enterprises?q=王小明", headers=headers | {"X-Request-ID": "a" * 32})
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines() if '"event": "request"' in line]
    assert lines[-1]["route"] == "/v1/enterprises"
    assert (lines[-1]["role"], lines[-1]["status"]) == ("admin", 200)
    assert headers["Authorization"].split()[1] not in text
    assert "王小明" not in text
    figures = api.get("/metrics").text
    assert (
        'geomujun_requests_total{method="GET",route="/v1/enterprises",status="200"} 1.0' in figures
    )
