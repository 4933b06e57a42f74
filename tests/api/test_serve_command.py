"""`geomujun serve` and `geomujun keys` as people run them: a process, a port, a graceful end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from postgis_fixtures import DAY, TOWN, publication

from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import publish
from geomujun.storage import migrate
from geomujun.storage.cluster import Cluster

RUN = "from geomujun.cli.main import run; run()"


def command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"GEOMUJUN_HOME": str(home)}
    return subprocess.run([sys.executable, "-c", RUN, *words], env=environment, text=True,
                          capture_output=True, check=False, timeout=120)  # fmt: skip


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def test_keys_are_made_and_the_service_answers_and_ends(home: Path) -> None:
    target = Cluster(home).up()
    migrate.upgrade(target)
    load(target, Load(TOWN, "tester", DAY))
    publish(target, publication())
    made = command(home, "keys", "create", "评价系统", "--division", "330603", "--json")
    key = json.loads(made.stdout)["key"]
    assert command(home, "keys", "create", "x").returncode == 2  # no division named
    assert command(home, "keys", "create", "x", "--role", "king", "--everywhere").returncode == 2
    assert key not in command(home, "keys", "list").stdout
    port = free_port()
    environment = os.environ | {"GEOMUJUN_HOME": str(home)}
    log = home / "serve.log"
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "-c", RUN, "serve", "--port", str(port)],
                                   env=environment, stderr=file)  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{base}/v1/ledger", headers=headers).json()["items"]
    assert httpx.get(f"{base}/v1/ledger").status_code == 401
    sealed = httpx.get(f"{base}/v1/feed/land-area/digest", headers=headers).json()
    assert len(sealed["signature"]) == 64  # signed with the key made beside the cluster
    assert (home / "feed.key").stat().st_mode & 0o077 == 0
    taken = command(home, "serve", "--port", str(port))
    assert taken.returncode == 4
    assert "Traceback" not in taken.stderr
    number = json.loads(made.stdout)["row"]["id"]
    new = json.loads(command(home, "keys", "rotate", str(number), "--json").stdout)["key"]
    assert command(home, "keys", "revoke", str(number)).returncode == 3
    time.sleep(5.5)  # what this process remembers of a key
    assert httpx.get(f"{base}/v1/ledger", headers=headers).status_code == 401
    assert (
        httpx.get(f"{base}/v1/ledger", headers={"Authorization": f"Bearer {new}"}).status_code
        == 200
    )
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    text = log.read_text("utf-8")
    assert key not in text
    assert '"route": "/v1/ledger"' in text
    assert "Traceback" not in text


def test_several_processes_serve_together(home: Path) -> None:
    target = Cluster(home).up()
    migrate.upgrade(target)
    load(target, Load(TOWN, "tester", DAY))
    publish(target, publication())
    made = command(home, "keys", "create", "x", "--role", "publisher", "--everywhere", "--json")
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    port, log = free_port(), home / "serve.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "serve", "--port", str(port), "--workers", "3"],
            env=os.environ | {"GEOMUJUN_HOME": str(home)}, stderr=file,
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        await_ready(base)
        pids = answered(base, headers, log)
        assert len(pids) >= 2
        assert process.pid not in pids  # it only watches
        os.kill(pids.pop(), signal.SIGKILL)
        assert answered(base, headers, log)  # one less, and nobody notices
        for _ in range(100):
            if len(children(process.pid)) == 3:
                break
            time.sleep(0.1)
        assert len(children(process.pid)) == 3
        counted = [n for n in figures(base) if n[0] == "/v1/ledger"]
        assert sum(n for _, n in counted) == 2 * ASKED  # of all processes, the dead one too

        publish(target, publication())
        time.sleep(5)
        seen = {httpx.get(f"{base}/v1/ledger?limit=1", headers=headers).headers["geomujun-edition"]
                for _ in range(ASKED)}  # fmt: skip
        assert seen == {"2"}

        with ThreadPoolExecutor(2) as pool:
            # A body that takes six seconds to arrive; the service is told to stop after two.
            sent = [pool.submit(slowly, base, headers) for _ in range(2)]
            time.sleep(2)
            process.send_signal(signal.SIGTERM)
            answers = [s.result() for s in sent]
        assert [a.status_code for a in answers] == [204, 204], [a.text for a in answers]
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert children(process.pid) == []
    assert "Traceback" not in log.read_text("utf-8")


ASKED = 40


def await_ready(base: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError


def answered(base: str, headers: dict[str, str], log: Path) -> set[int]:
    """Who answers, when each request comes by a connection of its own."""
    before = log.stat().st_size
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(
            lambda _: httpx.get(f"{base}/v1/ledger?limit=1", headers=headers).status_code, range(ASKED)
        ))  # fmt: skip
    assert found == [200] * ASKED
    lines = log.read_bytes()[before:].decode("utf-8").splitlines()
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
    text = httpx.get(f"{base}/metrics").text
    lines = [x for x in text.splitlines() if x.startswith("geomujun_requests_total{")]
    return [(x.split('route="')[1].split('"')[0], float(x.rsplit(" ", 1)[1])) for x in lines]


def slowly(base: str, headers: dict[str, str]) -> httpx.Response:
    queue = httpx.get(f"{base}/v1/review/queue?limit=1", headers=headers, timeout=60).json()
    pair = {k: queue["items"][0][k] for k in ("parcel_code", "uscc")}
    body = json.dumps(pair).encode()

    def pieces() -> Iterator[bytes]:
        for n in range(6):
            yield body[n * len(body) // 6 : (n + 1) * len(body) // 6]
            time.sleep(1)

    json_body = {"Content-Type": "application/json"}
    return httpx.post(
        f"{base}/v1/review/claims", content=pieces(), headers=headers | json_body, timeout=60
    )
