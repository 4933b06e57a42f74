"""`geomujun serve` and `geomujun keys` as people run them: a process, a port, a graceful end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import httpx
import pytest
from postgis_fixtures import DAY, TOWN, need_postgis, publication
from serving import PATIENT, until

from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import publish
from geomujun.storage import migrate
from geomujun.storage.cluster import Cluster

RUN = "from geomujun.cli.main import run; run()"


def command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"GEOMUJUN_HOME": str(home)}
    return subprocess.run([sys.executable, "-c", RUN, *words], env=environment, text=True,
                          capture_output=True, check=False, timeout=600)  # fmt: skip


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


@contextmanager
def serving(home: Path, *more: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The service as a process, once it is ready; what it logs goes to ``serve.log``."""
    port = free_port()
    with (home / "serve.log").open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "serve", "--port", str(port), *more],
            env=os.environ | {"GEOMUJUN_HOME": str(home)}, stderr=file,
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            return ask(f"{base}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(ready)
        yield base, process
    finally:
        process.kill()
        process.wait()


def ask(url: str, **more: Any) -> httpx.Response:
    return httpx.get(url, timeout=60, **more)


@pytest.fixture(scope="module")
def settled() -> Iterator[Path]:
    """A home whose store holds the town, published."""
    need_postgis()
    folder = Path(tempfile.mkdtemp(prefix="gmj-home-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        target = Cluster(folder).up()
        migrate.upgrade(target)
        load(target, Load(TOWN, "tester", DAY))
        publish(target, publication())
        yield folder
    finally:
        Cluster(folder).down()
        shutil.rmtree(folder, ignore_errors=True)


def test_keys_are_made_and_the_service_answers_and_ends(settled: Path) -> None:
    home = settled
    made = command(home, "keys", "create", "评价系统", "--division", "330603", "--json")
    key = json.loads(made.stdout)["key"]
    assert command(home, "keys", "create", "x").returncode == 2  # no division named
    assert command(home, "keys", "create", "x", "--role", "king", "--everywhere").returncode == 2
    assert key not in command(home, "keys", "list").stdout
    headers = {"Authorization": f"Bearer {key}"}
    with serving(home) as (base, process):
        ledger = f"{base}/v1/ledger"
        assert ask(ledger, headers=headers).json()["items"]
        assert ask(ledger).status_code == 401
        sealed = ask(f"{base}/v1/feed/land-area/digest", headers=headers).json()
        assert len(sealed["signature"]) == 64  # signed with the key made beside the cluster
        assert (home / "feed.key").stat().st_mode & 0o077 == 0
        taken = command(home, "serve", "--port", base.rsplit(":", 1)[1])
        assert taken.returncode == 4
        assert "Traceback" not in taken.stderr
        number = json.loads(made.stdout)["row"]["id"]
        new = json.loads(command(home, "keys", "rotate", str(number), "--json").stdout)["key"]
        assert command(home, "keys", "revoke", str(number)).returncode == 3
        # What this process remembers of a key ends.
        until(lambda: ask(ledger, headers=headers).status_code, lambda status: status == 401)
        assert ask(ledger, headers={"Authorization": f"Bearer {new}"}).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENT) == 0
    text = (home / "serve.log").read_text("utf-8")
    assert key not in text
    assert '"route": "/v1/ledger"' in text
    assert "Traceback" not in text


def test_several_processes_serve_together(settled: Path) -> None:
    home, log = settled, settled / "serve.log"
    made = command(home, "keys", "create", "x", "--role", "publisher", "--everywhere", "--json")
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    with serving(home, "--workers", "3") as (base, process):
        rounds: list[set[int]] = []

        def answering() -> set[int]:
            rounds.append(answered(base, headers, log))
            return set().union(*rounds)

        pids = until(answering, lambda found: len(found) >= 2)  # the others may still begin
        assert process.pid not in pids  # it only watches
        os.kill(pids.pop(), signal.SIGKILL)
        rounds.append(answered(base, headers, log))  # one less, and nobody notices
        until(lambda: children(process.pid), lambda found: len(found) == 3)

        def counted() -> float:
            return sum(n for route, n in figures(base) if route == "/v1/ledger")

        # Of all processes, the dead one too; an answer is out before it is counted.
        until(counted, lambda n: n >= len(rounds) * ASKED)
        assert counted() == len(rounds) * ASKED

        publish(Cluster(home).up(), publication())

        def shown() -> set[str]:
            url = f"{base}/v1/ledger?limit=1"
            return {ask(url, headers=headers).headers["geomujun-edition"] for _ in range(ASKED)}

        until(shown, lambda editions: editions == {"2"})
        until(shown, lambda editions: editions == {"2"})  # and no process tells the old one again

        begun, told = Barrier(3), Event()
        with ThreadPoolExecutor(2) as pool:
            # Bodies that have begun to arrive when the service is told to stop, and go on after.
            sent = [pool.submit(slowly, base, headers, begun, told) for _ in range(2)]
            begun.wait(PATIENT)
            process.send_signal(signal.SIGTERM)
            time.sleep(1)  # it is being told
            told.set()
            answers = [s.result() for s in sent]
        assert [a.status_code for a in answers] == [204, 204], [a.text for a in answers]
        assert process.wait(PATIENT) == 0
    assert children(process.pid) == []
    assert "Traceback" not in log.read_text("utf-8")


ASKED = 40


def answered(base: str, headers: dict[str, str], log: Path) -> set[int]:
    """Who answers, when each request comes by a connection of its own."""
    before = log.stat().st_size
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(
            lambda _: ask(f"{base}/v1/ledger?limit=1", headers=headers).status_code, range(ASKED)
        ))  # fmt: skip
    assert found == [200] * ASKED
    lines = log.read_bytes()[before:].decode("utf-8").split("\n")[:-1]  # the last is being written
    return {json.loads(x)["pid"] for x in lines if '"route": "/v1/ledger"' in x}


def children(pid: int) -> list[int]:
    """Processes of a process that are alive."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, parent = (folder / "stat").read_text().rsplit(") ", 1)[1].split()[:2]
            except OSError:
                continue
            if int(parent) == pid and state != "Z":
                found.append(int(folder.name))
    return found


def figures(base: str) -> list[tuple[str, float]]:
    """Route and count of requests."""
    lines = [x for x in ask(f"{base}/metrics").text.splitlines()
             if x.startswith("geomujun_requests_total{")]  # fmt: skip
    return [(x.split('route="')[1].split('"')[0], float(x.rsplit(" ", 1)[1])) for x in lines]


def slowly(base: str, headers: dict[str, str], begun: Barrier, told: Event) -> httpx.Response:
    queue = ask(f"{base}/v1/review/queue?limit=1", headers=headers).json()
    pair = {k: queue["items"][0][k] for k in ("parcel_code", "uscc")}
    body = json.dumps(pair).encode()

    def pieces() -> Iterator[bytes]:
        for n in range(6):
            yield body[n * len(body) // 6 : (n + 1) * len(body) // 6]
            time.sleep(0.5)
            if n == 3:
                begun.wait(PATIENT)
                assert told.wait(PATIENT)

    json_body = {"Content-Type": "application/json"}
    return httpx.post(
        f"{base}/v1/review/claims", content=pieces(), headers=headers | json_body, timeout=120
    )
