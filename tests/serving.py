"""Real servers on a free port of the loopback, in a thread of the test, and keys for them."""

from __future__ import annotations

import atexit
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from geomujun_api import ServiceSettings, create_app
from geomujun_api.protocol import Http

from geomujun.pipeline.access import KeyFor, issue_on
from geomujun.storage.target import Target, connect

# What the composition root gives the service (`geomujun.cli.serve`).
INCOMING = tempfile.mkdtemp(prefix="gmj-incoming-")
atexit.register(shutil.rmtree, INCOMING, ignore_errors=True)
WORKER = {"worker": (sys.executable, "-m", "geomujun.cli.work"), "incoming": INCOMING}
# Many requests, and time for each: the machine may be busy. What is refused has tests of its own.
FREELY = {
    "rate": 1e6, "burst": 10**6, "public_rate": 1e6, "public_burst": 10**6,
    "pool_wait_s": 60, "statement_ms": 120_000, "export_ms": 600_000,
}  # fmt: skip
PATIENT = 120.0  # seconds; a test waits for a state, and gives it up then


def until(told: Callable[[], Any], wanted: Callable[[Any], bool] = bool, every: float = 0.1) -> Any:
    """Ask again until what is told is as wanted, and give it; fails with the last that was told."""
    end = time.monotonic() + PATIENT
    while not wanted(found := told()):
        assert time.monotonic() < end, found
        time.sleep(every)
    return found


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The base address of an application while the block runs."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        config = uvicorn.Config(app, http=Http, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENT)


def key_for(
    target: Target, role: str, divisions: tuple[str, ...] = ("",), scopes: tuple[str, ...] = (),
    subject: str = "",
) -> str:  # fmt: skip
    """A new key."""
    with connect(target, "app") as connection, connection.transaction():
        asked = KeyFor(subject or f"a {role}", role, divisions, scopes)
        return issue_on(connection, asked, "tests").key


class Live:
    """A real server on a free port of the loopback."""

    def __init__(self, target: Target, port: int = 0, **settings: Any) -> None:
        self.target = target
        given = WORKER | FREELY | {"log_level": "WARNING"} | settings
        app = create_app(ServiceSettings(target=target, **given))
        self.server = uvicorn.Server(
            uvicorn.Config(app, "127.0.0.1", port, http=Http, access_log=False, log_config=None)
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
            assert self.thread.is_alive()
        bound = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{bound}"

    def stop(self) -> None:
        """Let it end as it does in service."""
        self.server.should_exit = True
        self.thread.join(PATIENT)
        assert not self.thread.is_alive()
