"""The service on a real PostGIS: an application on a copy of the published town, and keys for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from geomujun_api import ServiceSettings, create_app
from postgis_fixtures import (  # noqa: F401
    cluster,
    database,
    empty_template,
    home,
    town,
    town_template,
)

from geomujun.pipeline.access import KeyFor, issue_on
from geomujun.storage.target import Target, connect

ROLES = ("viewer", "reviewer", "publisher", "auditor", "admin")
Client = Callable[..., TestClient]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("postgis")


def key_for(
    target: Target, role: str, divisions: tuple[str, ...] = ("",), scopes: tuple[str, ...] = (),
    subject: str = "",
) -> str:  # fmt: skip
    """A new key."""
    with connect(target, "app") as connection, connection.transaction():
        asked = KeyFor(subject or f"a {role}", role, divisions, scopes)
        return issue_on(connection, asked, "tests").key


@pytest.fixture
def serve() -> Iterator[Callable[..., TestClient]]:
    """An application on a database: ``serve(target, locality=…)``; closed at the end."""
    with ExitStack() as stack:

        def make(target: Target, **settings: Any) -> TestClient:
            given = {"rate": 1e6, "burst": 10**6, "public_rate": 1e6, "public_burst": 10**6,
                     "pool_size": 4, "key_memory_s": 0.0} | settings  # fmt: skip
            app = create_app(ServiceSettings(target=target, **given))
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield make


class Live:
    """A real server on a free port of the loopback."""

    def __init__(self, target: Target, **settings: Any) -> None:
        given = {"rate": 1e6, "burst": 10**6, "public_rate": 1e6, "public_burst": 10**6,
                 "log_level": "WARNING"} | settings  # fmt: skip
        app = create_app(ServiceSettings(target=target, **given))
        self.server = uvicorn.Server(
            uvicorn.Config(app, "127.0.0.1", 0, access_log=False, log_config=None)
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
            assert self.thread.is_alive()
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Let it end as it does in service."""
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def live(town: Target) -> Iterator[Live]:  # noqa: F811
    """The town's service behind a real server."""
    made = Live(town)
    yield made
    made.stop()


@pytest.fixture
def api(town: Target, serve: Client) -> TestClient:  # noqa: F811
    """The town's service, without a key."""
    return serve(town)


@pytest.fixture
def sign(town: Target) -> Callable[..., dict[str, str]]:  # noqa: F811
    """Headers with a new key of the town: ``sign("reviewer", ("3301",))``."""

    def headers(
        role: str = "viewer", divisions: tuple[str, ...] = ("",), **more: Any
    ) -> dict[str, str]:
        return {"Authorization": f"Bearer {key_for(town, role, divisions, **more)}"}

    return headers
