"""What somebody tries who means no good: faults, made-up keys and cursors, slow readers, logs."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from serving import Live, key_for
from world import real

from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]


def test_what_nobody_foresaw_has_all_headers_and_tells_nothing(
    api: TestClient, sign: Sign, town: Target, capfd: pytest.CaptureFixture[str]
) -> None:
    headers = sign() | {"X-Request-ID": "b" * 32}
    with connect(town) as connection:
        connection.execute("ALTER TABLE pub.ledger RENAME TO elsewhere")
        connection.commit()
    found = api.get("/v1/ledger", headers=headers)
    assert found.status_code == 500
    usual = api.get("/healthz").headers
    for name in ("content-security-policy", "x-content-type-options", "x-frame-options",
                 "referrer-policy", "permissions-policy", "cross-origin-opener-policy"):  # fmt: skip
        assert found.headers[name] == usual[name]
    assert found.headers["x-request-id"] == found.json()["request_id"] == "b" * 32
    assert found.headers["content-type"] == "application/problem+json"
    assert "ledger" not in found.text
    told = capfd.readouterr().err
    assert '"sqlstate": "42P01"' in told
    assert 'relation "pub.ledger"' not in told  # the server's words may hold what a row holds
    assert 'route="/v1/ledger",status="500"' in api.get("/metrics").text


def test_no_key_or_token_reaches_a_log(town: Target, capfd: pytest.CaptureFixture[str]) -> None:
    live = Live(town, log_level="DEBUG")
    secrets = []
    try:
        key = key_for(town, "admin")
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=live.url, headers=headers, timeout=60) as client:
            made = client.post("/v1/reconcile/tokens", json={}).json()["url"]
            new = client.post(
                "/v1/keys", json={"subject": "x", "role": "viewer", "divisions": [""]}
            )
            token = made.rsplit("/", 1)[1]
            secrets = [key, token, new.json()["key"], "gmj_made-up-one", "某某秘密公司"]
            for url in (made, f"{made}/suggest/entity?prefix=某某秘密公司", f"{made}x", f"{made}/none",
                        "/v1/ledger?cursor=gmj_made-up-one", "/v1/enterprises?q=某某秘密公司"):  # fmt: skip
                client.get(url)
            client.get("/v1/ledger", headers={"Authorization": "Bearer gmj_made-up-one"})
            client.post(made, data={"queries": '{"q":{"query":"某某秘密公司"}}'})
            with connect(town) as connection:
                connection.execute("ALTER TABLE pub.firms RENAME TO elsewhere")
                connection.commit()
            assert client.get(f"{made}/preview?id=x").status_code == 500
    finally:
        live.stop()
    out = capfd.readouterr()
    lines = [line for line in out.err.splitlines() if '"event": "request"' in line]
    assert len(lines) >= 9
    assert any('"route": "/reconcile/{token}"' in line for line in lines)
    assert not [s for s in secrets if s in out.err + out.out]


def test_made_up_keys_are_held_back_by_address_and_push_nobody_out(
    town: Target, serve: Serve, sign: Sign
) -> None:
    client = serve(town, public_burst=5, public_rate=0.01, key_memory_s=60.0)
    mine = sign()
    assert client.get("/v1/editions", headers=mine).status_code == 200
    told = [client.get("/v1/editions", headers={"Authorization": f"Bearer gmj_{k}"}).status_code
            for k in range(9)]  # fmt: skip
    assert told == [401] * 5 + [429] * 4
    assert client.get("/v1/editions", headers=mine).status_code == 200  # known to be in force
    assert len(client.app.state.service.authority._known) == 1


@pytest.mark.parametrize("edition", ["Infinity", "NaN", "1.5", "true", "1e400", '"1"', "[]"])
@pytest.mark.parametrize("last", ['"\\ud800"', '"a\\u0000b"', "{}", "1e999"])
def test_cursors_that_were_written_by_hand_are_400(
    edition: str, last: str, api: TestClient, sign: Sign
) -> None:
    headers = sign()
    good = api.get("/v1/parcels?limit=1", headers=headers).json()["next"]
    first, place, mark = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    for text in (f'[{edition},"{place}","{mark}"]', f'[{first},{last},"{mark}"]'):
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        found = api.get("/v1/parcels", params={"cursor": cursor, "limit": 1}, headers=headers)
        assert found.status_code == 400, (text, found.text)


def test_slow_readers_of_feeds_leave_connections_to_others(
    town: Target, serve: Serve, sign: Sign
) -> None:
    client = serve(town, pool_size=2, pool_wait_s=2)
    headers, service = sign(), client.app.state.service
    assert service.feeds.acquire(blocking=False)  # one reader that never ends
    busy = client.get("/v1/feed/land-area", headers=headers)
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
    assert client.get("/v1/ledger", headers=headers).status_code == 200
    service.feeds.release()
    assert client.get("/v1/feed/land-area", headers=headers).status_code == 200


def test_a_firm_that_leaves_the_readers_divisions_ends_for_them(
    town: Target, serve: Serve, sign: Sign
) -> None:
    from postgis_fixtures import publication

    from geomujun.pipeline.publish import publish

    publish(town, publication())
    api, uscc = serve(town), real(town)["uscc"]
    mine, everything = sign("viewer", ("330603",)), sign("viewer")
    with connect(town) as connection:
        connection.execute("UPDATE pub.ledger SET division_code = '330108' WHERE edition = 2"
                           " AND uscc = %s", (uscc,))  # fmt: skip
        connection.commit()

    def rows(headers: dict[str, str], asked: str = "since=1") -> list[dict[str, Any]]:
        text = api.get(f"/v1/feed/land-area?{asked}", headers=headers).text
        return [json.loads(line) for line in text.splitlines()[:-1]]

    assert [(r["uscc"], r["ended"]) for r in rows(mine)] == [(uscc, True)]
    assert rows(everything) == []
    assert [(r["uscc"], r["ended"]) for r in rows(sign("viewer", ("330108",)))] == [(uscc, False)]
    back = rows(mine, "edition=1&since=2")
    assert [(r["uscc"], r["ended"]) for r in back] == [(uscc, False)]


def test_an_opinion_on_land_of_others_waits_for_others(
    town: Target, serve: Serve, sign: Sign
) -> None:
    """Whose land it is, is what the edition says, not what a code begins with."""
    api = serve(town, two_persons=True)
    world = real(town)
    pair = {"parcel_code": world["parcel_code"], "uscc": world["uscc"], "verdict": "same"}
    number = api.post("/v1/review/decisions", json=pair, headers=sign("reviewer")).json()["number"]
    with connect(town) as connection:
        connection.execute("UPDATE pub.plots SET division_code = '330108' WHERE parcel_code = %s",
                           (world["parcel_code"],))  # fmt: skip
        connection.commit()
    url = f"/v1/review/proposals/{number}/answer"
    agree = {"agree": True}
    own, other = ("330108",), ("330603",)
    wrong = api.post(url, json=agree, headers=sign("reviewer", other, subject="b"))
    assert wrong.status_code == 404
    done = api.post(url, json=agree, headers=sign("reviewer", own, subject="b"))
    assert done.status_code == 201
    for divisions, count in ((own, 1), (other, 0)):
        rows = api.get("/v1/review/decisions", headers=sign("reviewer", divisions)).json()
        assert len(rows) == count


def test_an_objection_names_land_of_the_readers_divisions(
    api: TestClient, sign: Sign, town: Target
) -> None:
    world = real(town)
    said = {"uscc": world["uscc"], "reason": "少算", "deadline": "2025-07-31",
            "parcel_code": "330108001001GB00001"}  # fmt: skip
    headers = sign("reviewer", ("330603",))
    assert api.post("/v1/objections", json=said, headers=headers).status_code == 404
    said["parcel_code"] = world["parcel_code"]
    assert api.post("/v1/objections", json=said, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/ledger?cursor=%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"a" * 70_000),
        b"GET /v1/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /v1/keys HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS to a port without
    ],
    ids=["long address", "zero character", "no such version", "negative length", "TLS"],
)
def test_what_is_no_http_is_refused_as_a_problem_and_the_next_one_is_served(
    live: Live, sent: bytes
) -> None:
    place = live.url.removeprefix("http://").split(":")
    with socket.create_connection((place[0], int(place[1])), timeout=60) as line:
        line.sendall(sent)
        head, _, body = b"".join(iter(lambda: line.recv(65_536), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    for said in (b"application/problem+json", b"nosniff", b"connection: close"):
        assert said in head, head
    told = json.loads(body)
    assert (told["status"], told["title"]) == (400, "Bad Request")
    assert "POST" in told["hint"]
    assert httpx.get(f"{live.url}/healthz", timeout=60).status_code == 200
