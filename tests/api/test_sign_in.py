"""Signing in from a page: what it is told, a code exchanged with a real issuer, who one is."""

from __future__ import annotations

import base64
import hashlib
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from geomujun.pipeline.access import grant_on
from geomujun.storage.target import Target, connect

BACK = "https://map.example/back"
SCRIPT = Path(__file__).with_name("issuer_process.py")
Start = Callable[..., str]
Serve = Callable[..., TestClient]
Sign = Callable[..., dict[str, str]]


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Issuers in processes of their own: ``issuer("--opaque")`` is an address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ExitStack() as stack:

        def start(*options: str) -> str:
            made = subprocess.Popen([sys.executable, str(SCRIPT), *options],
                                    stdout=subprocess.PIPE, text=True)  # fmt: skip
            stack.callback(made.wait, 10)
            stack.callback(made.kill)
            assert made.stdout
            stack.callback(made.stdout.close)
            return made.stdout.readline().strip()

        yield start


def client(serve: Serve, town: Target, where: str, **more: Any) -> TestClient:
    given = {"oidc_issuer": where, "oidc_audience": "geomujun", "oidc_client": "map",
             "oidc_redirects": f"https://other.example/, {BACK}"} | more  # fmt: skip
    return serve(town, **given)


def code(api: TestClient, subject: str) -> dict[str, str]:
    """What a page does: it makes a verifier, and the person comes back from the issuer with a code."""
    told = api.get("/v1/sign-in").json()["oidc"]
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "response_type": told["response_type"], "client_id": told["client_id"],
        "scope": told["scope"], "redirect_uri": BACK, "state": "s", "login_hint": subject,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": told["code_challenge_method"],
    }  # fmt: skip
    sent = httpx.get(told["authorize"], params=asked, trust_env=False, timeout=60).headers[
        "location"
    ]
    back = parse_qs(urlsplit(sent).query)
    return {"code": back["code"][0], "verifier": verifier, "redirect_uri": BACK}


def grant(town: Target, subject: str = "li") -> None:
    with connect(town, "app") as connection, connection.transaction():
        grant_on(connection, subject, "reviewer", ["330603", "3301"], "admin")


@pytest.mark.parametrize("options", [(), ("--opaque",)])
def test_a_code_is_exchanged_for_a_token_that_works(
    options: tuple[str, ...], issuer: Start, serve: Serve, town: Target,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    api = client(serve, town, issuer(*options))
    grant(town)
    told = api.get("/v1/sign-in").json()
    assert told["ways"] == ["key", "oidc"]
    assert BACK in told["oidc"]["redirect_uris"]
    said = code(api, "li")
    found = api.post("/v1/sign-in/oidc", json=said)
    assert found.status_code == 200, found.text
    assert found.headers["cache-control"] == "no-store"
    token = found.json()["access_token"]
    me = api.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["subject"], me["role"], me["key"], me["everywhere"]) == (
        "li",
        "reviewer",
        None,
        False,
    )
    assert me["divisions"] == [{"code": "330603", "name": "浙江省绍兴市柯桥区"},
                               {"code": "3301", "name": "浙江省杭州市"}]  # fmt: skip
    assert me["rights"] == ["feed", "read", "review"]
    queue = api.get("/v1/review/queue", headers={"Authorization": f"Bearer {token}"})
    assert queue.status_code == 200
    with connect(town) as connection:
        rows = connection.execute("SELECT actor FROM audit.log WHERE action = 'sign-in'").fetchall()
    assert rows == [("li",)]
    assert api.post("/v1/sign-in/oidc", json=said).status_code == 401  # a code is good once
    text = capfd.readouterr().err
    assert not [word for word in (token, said["code"], said["verifier"]) if word in text]


def test_codes_that_are_none_are_refused(issuer: Start, serve: Serve, town: Target) -> None:
    api = client(serve, town, issuer())
    grant(town)
    for wrong, status in (
        ({"verifier": "x" * 43}, 401),
        ({"code": "made-up"}, 401),
        ({"redirect_uri": "https://other.example/"}, 401),  # allowed, but not what was asked with
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"verifier": "short"}, 422),
        ({"issuer": "https://evil.example/"}, 422),
    ):
        found = api.post("/v1/sign-in/oidc", json=code(api, "li") | wrong)
        assert found.status_code == status, (wrong, found.text)
        assert found.headers["content-type"] == "application/problem+json"
    nobody = api.post("/v1/sign-in/oidc", json=code(api, "wang"))
    assert nobody.status_code == 403
    assert "wang" in nobody.json()["detail"]


def test_only_the_issuer_is_asked(issuer: Start, serve: Serve, town: Target) -> None:
    other = issuer()
    api = client(serve, town, issuer("--redirect", f"{other}/token"))
    grant(town)
    found = api.post("/v1/sign-in/oidc", json=code(api, "li"))
    assert found.status_code == 401
    assert "/token" not in httpx.get(f"{other}/seen", trust_env=False, timeout=60).json()
    strange = client(serve, town, issuer("--other-issuer"))
    assert strange.get("/v1/sign-in").json() == {"ways": ["key"], "oidc": None, "down": True}
    plain = client(serve, town, "http://issuer.example")
    assert plain.get("/v1/sign-in").json()["down"] is True  # not without https


def test_an_issuer_that_is_away_stops_nobody_else(serve: Serve, town: Target, sign: Sign) -> None:
    api = client(serve, town, "http://127.0.0.1:9")
    started = time.monotonic()
    for _ in range(5):
        assert api.get("/v1/sign-in").json()["down"] is True
    header = {"Authorization": "Bearer a.b.c"}
    assert api.get("/v1/me", headers=header).status_code in (401, 503)
    assert api.get("/v1/me", headers=sign()).status_code == 200
    assert time.monotonic() - started < 30


def test_made_up_tokens_cost_the_issuer_nothing(issuer: Start, serve: Serve, town: Target) -> None:
    import jwt

    where = issuer()
    api = client(serve, town, where)
    for k in range(30):
        made = jwt.encode({"sub": "li"}, "x" * 32, "HS256", headers={"kid": f"k{k}"})
        assert api.get("/v1/me", headers={"Authorization": f"Bearer {made}"}).status_code == 401
    assert httpx.get(f"{where}/seen", trust_env=False, timeout=60).json()["/jwks"] == 1


def test_without_an_issuer_there_are_keys(api: TestClient, sign: Sign) -> None:
    assert api.get("/v1/sign-in").json() == {"ways": ["key"], "oidc": None, "down": False}
    said = {"code": "x", "verifier": "x" * 43, "redirect_uri": BACK}
    assert api.post("/v1/sign-in/oidc", json=said).status_code == 400
    public = api.get("/v1/me").json()
    assert (public["role"], public["rights"], public["sees"]) == ("", ["read"], False)
    me = api.get("/v1/me", headers=sign("auditor") | {"Accept-Language": "en"}).json()
    assert (me["role"], me["lang"], me["everywhere"]) == ("auditor", "en", True)
    assert me["divisions"] == [{"code": "", "name": "all divisions"}]
    assert me["key"] > 0
