"""`geomujun serve` and `geomujun keys` as people run them: a process, a port, a graceful end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
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
