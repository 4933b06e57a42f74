"""The service under load: one firm at 200 requests a second, search, the feed.

    PYTHONPATH=.:api:maps:data python -m benchmarks.service [--firms 120000] [--seconds 20]

Makes a private PostGIS in --work (kept with --keep), puts an edition of invented firms into the
published tables by SQL, serves it as `geomujun serve` does, in a process of its own with keys and
logs on, and asks it over the loopback. Requests of one firm are sent on an open loop: each at its
own moment, whether or not the one before was answered, and latency counts from that moment.
Prints one JSON object; the driver and PostgreSQL share the cores with the service.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from geomujun.pipeline.access import KeyFor, issue_on
from geomujun.storage import editions, migrate
from geomujun.storage.cluster import Cluster
from geomujun.storage.schema.publications import PARTITIONED
from geomujun.storage.target import Target, connect

RATE: Final = 200  # requests a second
WORDS: Final = tuple("华金宏达新源恒通精密机械电子塑料纺织化工科技服饰铝具")


# A firm's row in every table that the routes measured here read. 有限公司 stands in all names, so a
# search for it is the worst one; two characters of the middle are a common one.
_FILL: Final = """
WITH made AS (
  SELECT n, '9133' || lpad(n::text, 14, '0') AS uscc,
         '浙江' || w.words[1 + n %% 24] || w.words[1 + n / 24 %% 24] || w.words[1 + n / 576 %% 24]
         || w.words[1 + n * 7 %% 24] || n %% 97 || '有限公司' AS name
  FROM generate_series(1, %(firms)s) AS n, (SELECT %(words)s::text[] AS words) AS w
), firms AS (
  INSERT INTO pub.firms (edition, uscc, division_code, name, former_names, address, status,
    industry, size, bucket, grade, score, rank, occupied_mu, point_from, geom)
  SELECT 1, uscc, '3301' || lpad((n %% 8)::text, 2, '0'), name, '', name || '厂区', '存续', '3489',
         '规下', 'matched', 'B', n %% 100, n, n %% 50, 'parcel',
         ST_SetSRID(ST_MakePoint(120 + n %% 300 / 1000.0, 30 + n / 300 / 1000.0), 4490) FROM made
), ledger AS (
  INSERT INTO pub.ledger (edition, row_no, division_code, uscc, registered_m2, leased_in_m2,
    other_m2, leased_out_m2, exempt_m2, occupied_m2, occupied_mu)
  SELECT 1, n, '3301' || lpad((n %% 8)::text, 2, '0'), uscc, n %% 9000, 0, 0, 0, 0, n %% 9000,
         n %% 9000 * 0.0015 FROM made
), found AS (
  INSERT INTO pub.enterprise_reconciliation (edition, row_no, division_code, uscc, name, bucket,
    reason)
  SELECT 1, n, '3301' || lpad((n %% 8)::text, 2, '0'), uscc, name, 'matched', '有用地' FROM made
)
INSERT INTO pub.enterprise_evaluation (edition, row_no, division_code, uscc, name, cohort,
  unit_kind, unit_id, area_mu, score, rank, grade, indicators)
SELECT 1, n, '3301' || lpad((n %% 8)::text, 2, '0'), uscc, name, '规下', 'enterprise', uscc,
       n %% 50, n %% 100, n, 'B', '{"tax_per_mu": 12.5, "tax_per_mu_score": 40}' FROM made
"""


def fill(target: Target, firms: int) -> None:
    """Edition 1 with so many invented firms."""
    with connect(target) as connection, connection.transaction():
        load = connection.execute(
            "INSERT INTO raw.loads (case_name, partial, valid_on, actor, version, summary)"
            " VALUES ('bench', false, '2024-12-31', 'bench', '0', '{}') RETURNING id"
        ).fetchone()
        blank: dict[str, Any] = {n: {} for n in ("scheme", "settings", "run", "hashes", "map")}
        editions.begin(connection, 1)
        editions.attach(connection, 1, PARTITIONED)
        editions.insert(
            connection,
            editions.EditionRow(
                number=1, year=2024, as_of="2024-12-31", title="bench", lang="zh", version="0",  # type: ignore[arg-type]
                scheme_id="x", scheme_title="x", indicators=[], load_id=load[0] if load else 0,
                decision_id=0, closing_id=0, built_by="bench", **blank,
            ),
        )  # fmt: skip
        connection.execute(_FILL, {"firms": firms, "words": list(WORDS)})
    with connect(target, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def uscc(n: int) -> str:
    """The code of the n-th invented firm."""
    return "9133" + f"{n:014d}"


FORMS = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


class Served:
    """`geomujun serve` in a process of its own, its log in a file."""

    def __init__(self, home: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "GEOMUJUN_HOME": str(home), "GEOMUJUN_API_RATE": "1000000",
            "GEOMUJUN_API_BURST": "1000000",
        }  # fmt: skip
        self.base = f"http://127.0.0.1:{port}"
        self.log = log.open("w")
        code = "from geomujun.cli.main import run; run()"
        command = [sys.executable, "-c", code, "serve", "--port", str(port)]
        self.process = subprocess.Popen(command, env=environment, stderr=self.log)
        for _ in range(600):
            try:
                if httpx.get(f"{self.base}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise SystemExit("the service did not come up; see " + str(log))

    def usage(self) -> tuple[float, float]:
        """Seconds of processor and MB of memory of the process (Linux)."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        rss = next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS"))
        ticks = os.sysconf("SC_CLK_TCK")
        return (int(stat[11]) + int(stat[12])) / ticks, rss / 1024

    def stop(self) -> None:
        """Ask it to end."""
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(seconds)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        name: round(1000 * ordered[min(len(ordered) - 1, int(q * len(ordered)))], 2)
        for name, q in places.items()
    }


class Line:
    """One kept-alive connection: the least a client can do, so that the driver is not measured."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def status(self, request: bytes) -> int:
        """Send a request, read its answer to the end; the status."""
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await self.reader.readexactly(length)
        return int(head.split(b" ", 2)[1])


async def open_loop(base: str, key: str, urls: list[str], rate: float) -> dict[str, Any]:
    """Each URL at its moment; latency from that moment."""
    host, port = base.removeprefix("http://").split(":")
    free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
    for _ in range(32):
        free.put_nowait(Line(*await asyncio.open_connection(host, int(port))))
    taken: list[float] = []
    wrong: list[int] = []
    began = time.perf_counter() + 0.5

    async def ask(number: int, url: str) -> None:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        line = await free.get()
        told = f"GET {quote(url, safe='/?=&')} HTTP/1.1\r\nHost: {host}\r\n"
        status = await line.status(f"{told}Authorization: Bearer {key}\r\n\r\n".encode())
        free.put_nowait(line)
        taken.append(time.perf_counter() - due)
        if status != 200:
            wrong.append(status)

    await asyncio.gather(*(ask(n, url) for n, url in enumerate(urls)))
    seconds = time.perf_counter() - began
    return {"requests": len(urls), "rate": round(len(urls) / seconds, 1), "not_200": len(wrong),
            **quantiles(taken)}  # fmt: skip


def feed(base: str, key: str, accept: str, since: int = 0) -> dict[str, Any]:
    """The feed since an edition, read to its end."""
    headers = {"Authorization": f"Bearer {key}", "Accept": accept}
    began, size, lines = time.perf_counter(), 0, 0
    url = f"{base}/v1/feed/land-area?since={since}"
    with httpx.stream("GET", url, headers=headers, timeout=300) as answer:
        for part in answer.iter_bytes(1 << 20):
            size += len(part)
            lines += part.count(b"\n")
    return {"seconds": round(time.perf_counter() - began, 3), "lines": lines, "bytes": size}


def measure(served: Served, key: str, firms: int, seconds: int) -> dict[str, Any]:
    """All figures."""
    chance = random.Random(1)  # noqa: S311 - which firm is asked
    ask = [f"/v1/enterprises/{uscc(chance.randint(1, firms))}" for _ in range(RATE * seconds)]
    asyncio.run(open_loop(served.base, key, ask[: RATE * 2], RATE))  # warm
    cpu = served.usage()[0]
    out: dict[str, Any] = {"one_firm": asyncio.run(open_loop(served.base, key, ask, RATE))}
    out["one_firm"]["service_cpu_ms"] = round(1000 * (served.usage()[0] - cpu) / len(ask), 3)
    parts = [chance.choice(WORDS) + chance.choice(WORDS) for _ in range(280)]
    parts += ["有限公司"] * 10 + ["无此企业"] * 10
    search = [f"/v1/enterprises?limit=20&q={part}" for part in parts]
    out["search"] = asyncio.run(open_loop(served.base, key, search, 20))
    memory = [served.usage()[1]]
    for again in range(3):  # what the first reading of each form takes is kept, and no more
        for name, accept in FORMS.items():
            found = feed(served.base, key, accept)
            rate = {"rows_per_second": round(firms / found["seconds"])}
            out[f"feed_{name}"] = found | rate if not again else out[f"feed_{name}"]
        memory.append(served.usage()[1])
    out["feed_nothing_new"] = feed(served.base, key, FORMS["ndjson"], since=1)
    out["feed_memory_growth_mb"] = [round(b - a, 1) for a, b in pairwise(memory)]
    return out


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("--firms", type=int, default=120_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    folder = given.work or Path(tempfile.mkdtemp(prefix="geomujun-bench-", dir="/tmp"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    home = folder / "home"
    cluster = Cluster(home)
    try:
        target = cluster.up()
        migrate.upgrade(target)
        if not _filled(target):
            fill(target, given.firms)
        with connect(target, "app") as connection, connection.transaction():
            key = issue_on(connection, KeyFor("bench", "viewer", [""], days=1), "bench").key
        served = Served(home, folder / "serve.log")
        try:
            found = measure(served, key, given.firms, given.seconds)
        finally:
            served.stop()
        own = resource.getrusage(resource.RUSAGE_SELF)
        about = {"firms": given.firms, "cores": os.cpu_count(), "load": os.getloadavg()[0],
                 "driver_cpu_s": round(own.ru_utime + own.ru_stime, 1)}  # fmt: skip
        print(json.dumps(about | found, indent=1))
    finally:
        cluster.down()
        if not given.keep and given.work is None:
            shutil.rmtree(folder, ignore_errors=True)


def _filled(target: Target) -> bool:
    with connect(target) as connection:
        return editions.current(connection) is not None


if __name__ == "__main__":
    main()
