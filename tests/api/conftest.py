"""The service on a real PostGIS: an application on a copy of the published town, and keys for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from geomujun_api import ServiceSettings, create_app
from serving import FREELY, INCOMING, WORKER, Live, key_for

from geomujun.storage.target import Target

ROLES = ("viewer", "reviewer", "publisher", "auditor", "admin")
Client = Callable[..., TestClient]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("postgis")


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    """No test finds the cases that another one sent."""
    yield
    for folder in Path(INCOMING).iterdir():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def serve() -> Iterator[Callable[..., TestClient]]:
    """An application on a database: ``serve(target, locality=…)``; closed at the end."""
    with ExitStack() as stack:

        def make(target: Target, **settings: Any) -> TestClient:
            given = WORKER | FREELY | {"pool_size": 4, "key_memory_s": 0.0} | settings
            app = create_app(ServiceSettings(target=target, **given))
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield make


@pytest.fixture
def live(town: Target) -> Iterator[Live]:
    """The town's service behind a real server."""
    made = Live(town)
    yield made
    made.stop()


@pytest.fixture
def api(town: Target, serve: Client) -> TestClient:
    """The town's service, without a key."""
    return serve(town)


@pytest.fixture
def sign(town: Target) -> Callable[..., dict[str, str]]:
    """Headers with a new key of the town: ``sign("reviewer", ("3301",))``."""

    def headers(
        role: str = "viewer", divisions: tuple[str, ...] = ("",), **more: Any
    ) -> dict[str, str]:
        return {"Authorization": f"Bearer {key_for(town, role, divisions, **more)}"}

    return headers
