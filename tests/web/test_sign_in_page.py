"""Signing in from the page: by the issuer with PKCE, and what is told where that is refused."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_tab import Opening, Tab
from serving import Live

from geomujun.pipeline.access import grant_on
from geomujun.storage.target import Target, connect

ISSUER = Path(__file__).parents[1] / "api" / "issuer_process.py"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an issuer in a process of its own, at which 李四 signs in."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = subprocess.Popen([sys.executable, str(ISSUER), "--person", "li|si"],
                            stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert made.stdout
    with made.stdout:
        yield made.stdout.readline().strip()
        made.kill()
    made.wait(60)


@pytest.fixture
def service(town: Target, issuer: str) -> Iterator[Live]:
    """The town's service with that issuer."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    live = Live(town, port, oidc_issuer=issuer, oidc_audience="geomujun", oidc_client="map",
                oidc_redirects=f"http://127.0.0.1:{port}/app/sign-in")  # fmt: skip
    yield live
    live.stop()


def at_issuer(one: Tab, issuer: str) -> None:
    """Going to the issuer is the one way out of the app."""
    one.faults[:] = [f for f in one.faults if f"asked elsewhere: {issuer}/authorize" not in f]


def test_a_person_with_a_role_comes_in_by_the_issuer(
    tab: Opening, town: Target, issuer: str
) -> None:
    with connect(town, "app") as connection, connection.transaction():
        grant_on(connection, "li|si", "reviewer", ["3306"], "admin")
    one = tab("")
    page = one.open("/sign-in")
    page.get_by_role("button", name="统一登录").click()
    page.get_by_role("link", name="复核").wait_for()
    page.wait_for_url("**/app/map*")
    assert "code=" not in page.url, "no code stays in the address"
    assert page.evaluate("Object.keys(sessionStorage)") == ["geomujun.token"]
    at_issuer(one, issuer)


def test_a_person_without_a_role_is_told_their_number(tab: Opening, issuer: str) -> None:
    one = tab("")
    one.expected.append(403)
    page = one.open("/sign-in")
    page.get_by_role("button", name="统一登录").click()
    page.get_by_role("alert").get_by_text("li|si").wait_for()
    assert page.get_by_role("link", name="登录").count() == 1
    at_issuer(one, issuer)


def test_a_code_that_this_tab_did_not_ask_for_is_not_sent_on(tab: Opening) -> None:
    one = tab("")
    asked: list[str] = []
    one.page.on("request", lambda r: asked.append(r.url))
    page = one.open("/sign-in?code=stolen&state=x")
    page.get_by_role("alert").get_by_text("不是从本页开始").wait_for()
    assert not [u for u in asked if u.endswith("/v1/sign-in/oidc")]
    assert page.url.endswith("/app/sign-in")
