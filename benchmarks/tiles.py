"""`python -m benchmarks.tiles`: tiles a second over HTTP, ours and tipg's, one after the other.

A private PostGIS in a folder of its own is filled with one edition of invented plots (13-point
rings near Hangzhou), served by `geomujun serve`, and asked by wrk (one thread, four connections)
through a key, with logs on. Cached tiles: z8, z10, z12, z14 for a reader of all divisions, out of
the process's memory. Live ones: z12 to z16 for a reader limited to divisions, of which the table
holds no other, drawn each time (the service is told to remember none). tipg, asked in turn at
each zoom, reads the same table, the same attributes, the stored 3857 column, 300,000 features.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import pandas as pd
import shapely

from geomujun import __version__
from geomujun.pipeline.access import KeyFor, issue_on
from geomujun.storage import editions, migrate, tiles
from geomujun.storage.cluster import Cluster
from geomujun.storage.schema import publications
from geomujun.storage.target import Conn, Target, connect

COUNTIES: Final = ("330102", "330105", "330106", "330108")
WEST, SOUTH, STEP = 119.8, 29.9, 0.0014  # a full tile of z12 still shows plots, not cells
LIVE_ZOOMS: Final = (12, 13, 14, 15, 16)
WANTED: Final = {"cached": 5_000, ("live", 14): 300, ("live", 16): 1_500}
TIMES_THE_PEER: Final = {12: 1.5, 13: 1.3, 14: 1.5, 15: 1.5, 16: 1.5}
LARGEST: Final = 300_000  # bytes unpacked, below z14
ATTRIBUTES: Final = "parcel_code,parcel_grade,enterprise_grade,tax_class"
_LUA: Final = """
local paths, i = {}, 0
for line in io.lines(os.getenv("TILE_PATHS")) do paths[#paths + 1] = line end
request = function()
  i = i % #paths + 1
  return wrk.format("GET", paths[i])
end
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it is, its process, the path of a tile, what is sent along."""

    name: str
    base: str
    process: int
    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second of one run, and its largest tile in bytes, unpacked and gzipped."""

    what: str
    zoom: int
    rate: float
    cpu_us: float
    largest: int
    packed: int
    failed: int


def plots(count: int) -> pd.DataFrame:
    """Invented plots in a square of counties: rings of 13 points, grades at random (seeded)."""
    side = int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    column, row = at % side, at // side
    rng = np.random.default_rng(1)
    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    radius = STEP * 0.5 * (1 + 0.1 * np.sin(4 * turn))
    x = WEST + column * STEP
    y = SOUTH + row * STEP
    rings = np.stack([x[:, None] + radius * np.cos(turn), y[:, None] + radius * np.sin(turn)], -1)
    county = np.array(COUNTIES)[column * len(COUNTIES) // side]
    grade = np.array(["A", "B", "C", "D", ""])
    return pd.DataFrame({
        "parcel_code": [f"{c}001001GB{n:05d}" for c, n in zip(county, at, strict=True)],
        "division_code": county, "kind": "parcel", "area_m2": 9_000.0,
        "parcel_grade": grade[rng.integers(0, 5, count)],
        "enterprise_grade": grade[rng.integers(0, 5, count)],
        "tax_class": rng.integers(0, 6, count).astype("int16"),
        "low_efficiency": rng.random(count) < 0.05, "review": rng.random(count) < 0.05,
        "findings": 0,
        "geom": shapely.multipolygons(shapely.polygons(rings)[:, None]),
    })  # fmt: skip


def fill(target: Target, count: int) -> dict[str, float]:
    """Edition 1 of a new database; seconds and sizes of what was made."""
    frame = plots(count)
    started = time.perf_counter()
    with connect(target) as connection, connection.transaction():
        connection.execute(
            "INSERT INTO raw.loads (case_name, scope, partial, valid_on, actor, version, summary)"
            " VALUES ('benchmark', '', false, '2024-12-31', 'benchmark', '', '{}')"
        )
        editions.begin(connection, 1)
        editions.write_frame(connection, 1, "plots", frame)
        every = (*publications.RESULTS.values(), publications.plots, publications.firms)
        editions.attach(connection, 1, every)
        editions.fill_grid(connection, 1)
        editions.attach(connection, 1, [publications.grid])
        stored = time.perf_counter()
        made = tiles.fill_cache(connection, 1)
        editions.attach(connection, 1, [publications.tile_cache])
        editions.insert(connection, _row(connection))
    done = time.perf_counter()
    return {"store_s": stored - started, "cache_s": done - stored, "tiles": made}


def _row(connection: Conn) -> editions.EditionRow:
    load = connection.execute("SELECT max(id) FROM raw.loads").fetchone()
    return editions.EditionRow(
        number=1, year=2024, as_of=date(2024, 12, 31), title="benchmark", lang="zh",
        version=__version__, scheme_id="", scheme_title="", scheme={}, indicators=[], settings={},
        load_id=int(load[0]) if load else 0, decision_id=0, closing_id=0, run={}, hashes={},
        map={"bounds": [], "tax_breaks": []}, built_by="benchmark",
    )  # fmt: skip


def places(connection: Conn, zoom: int, most: int) -> list[tuple[int, int, int]]:
    """Tiles of a zoom that hold a plot of the second county, spread evenly; at most ``most``."""
    found = connection.execute(
        "SELECT DISTINCT floor((ST_X(ST_PointOnSurface(geom)) + 180) / 360 * 2 ^ %(z)s)::int,"
        " floor((1 - asinh(tan(radians(ST_Y(ST_PointOnSurface(geom))))) / pi()) / 2"
        "  * 2 ^ %(z)s)::int"
        " FROM pub.plots WHERE edition = 1 AND division_code = %(c)s ORDER BY 1, 2",
        {"z": zoom, "c": COUNTIES[1]},
    ).fetchall()
    step = max(1, len(found) // most)
    return [(zoom, x, y) for x, y in found[::step][:most]]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serving(command: Sequence[str], env: dict[str, str], probe: str, log: Path) -> Iterator[int]:
    """A server as a process of its own once its probe answers, ended afterwards; its number."""
    with log.open("wb") as out:
        process = subprocess.Popen(list(command), env=os.environ | env, stdout=out, stderr=out)
    try:
        for _ in range(300):
            with suppress(OSError), urllib.request.urlopen(probe, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    break
            if process.poll() is not None:
                raise SystemExit(f"the server ended: {log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def largest(base: str, paths: Sequence[str], headers: dict[str, str]) -> int:
    """Bytes of the largest tile; also fills the memory of a server that has one."""
    found = 0
    for path in paths:
        asked = urllib.request.Request(base + path, headers=headers)  # noqa: S310 - our own server
        with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
            found = max(found, len(answer.read()))
    return found


def spent(process: int) -> float:
    """Seconds of processor time a process has used, without its database's."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wrk(
    base: str, paths: Sequence[str], headers: dict[str, str], seconds: int, process: int
) -> tuple[float, float, int]:
    """Requests a second, processor time of the server a request, answers not 2xx or 3xx."""
    before = spent(process)
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder, "paths"), Path(folder, "tiles.lua")
        listed.write_text("".join(f"{p}\n" for p in paths), "ascii")
        script.write_text(_LUA, "ascii")
        command = ["wrk", "-t1", "-c4", f"-d{seconds}s", "-s", str(script)]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        done = subprocess.run(
            [*command, base], env=os.environ | {"TILE_PATHS": str(listed)}, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    asked = re.search(r"(\d+) requests in", done.stdout)
    each = (spent(process) - before) / max(1, int(asked[1]) if asked else 1) * 1e6
    return float(rate[1]) if rate else 0.0, each, int(failed[1]) if failed else 0


def keys(target: Target) -> dict[str, str]:
    """A key that sees all divisions, for cached tiles; one that names all there are, for live."""
    made = {}
    with connect(target, "app") as connection, connection.transaction():
        for name, divisions in (("cached", [""]), ("live", [COUNTIES[0][:4]])):
            asked = KeyFor(f"benchmark {name}", "viewer", divisions, days=1)
            made[name] = issue_on(connection, asked, "benchmark").key
    return made


@contextmanager
def ours(home: Path, key: str, **settings: str) -> Iterator[Server]:
    """Our service on the cluster below ``home``."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {"GEOMUJUN_HOME": str(home), "DATABASE_URL": "", "GEOMUJUN_API_RATE": "1000000",
           "GEOMUJUN_API_BURST": "1000000"} | settings  # fmt: skip
    command = [sys.executable, "-c", "from geomujun.cli.main import run; run()", "serve",
               "--port", str(port)]  # fmt: skip
    with serving(command, env, f"{base}/readyz", home / "serve.log") as process:
        yield Server("geomujun", base, process, "/tiles/1/land/{z}/{x}/{y}.mvt",
                     {"Authorization": f"Bearer {key}"})  # fmt: skip


@contextmanager
def tipg(target: Target, home: Path, python: Path) -> Iterator[Server]:
    """The peer on the same table, the same attributes and the stored 3857 column."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with connect(target) as connection:
        info = connection.info
        url = f"postgresql://{info.user}@{quote(info.host, safe='')}:{info.port}/{info.dbname}"
    env = {
        "DATABASE_URL": url, "TIPG_DB_SCHEMAS": '["pub"]', "TIPG_CATALOG_TTL": "86400",
        "TIPG_MAX_FEATURES_PER_TILE": "300000", "TIPG_DB_ONLY_SPATIAL_TABLES": "TRUE",
    }  # fmt: skip
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--port", str(port),
               "--no-access-log"]  # fmt: skip
    path = (
        "/collections/pub.plots_e1/tiles/WebMercatorQuad/{z}/{x}/{y}"
        f"?properties={ATTRIBUTES}&geom-column=geom_3857"
    )
    with serving(command, env, f"{base}/healthz", home / "tipg.log") as process:
        yield Server("tipg", base, process, path, {})


def rate(server: Server, what: str, at: Sequence[tuple[int, int, int]], seconds: int) -> Rate:
    """One run of wrk on tiles of one zoom, each asked once before."""
    paths = [server.path.format(z=z, x=x, y=y) for z, x, y in at]
    gzipped = server.headers | {"Accept-Encoding": "gzip"}
    plain = server.headers | {"Accept-Encoding": "identity"}
    sizes = largest(server.base, paths[:60], plain), largest(server.base, paths, gzipped)
    *found, failed = wrk(server.base, paths, gzipped, seconds, server.process)
    return Rate(f"{server.name} {what}", at[0][0], *found, *sizes, failed)


def measure(target: Target, home: Path, python: Path | None, seconds: int) -> list[Rate]:
    """Cached tiles; then live ones, at each zoom ours and the peer's in turn."""
    with connect(target) as connection:
        at = {zoom: places(connection, zoom, 200) for zoom in (8, 10, *LIVE_ZOOMS)}
    key, out = keys(target), []
    with ours(home, key["cached"]) as server:
        out += [rate(server, "cached", at[zoom], seconds) for zoom in (8, 10, 12, 14)]
    with ExitStack() as stack:
        servers = [stack.enter_context(ours(home, key["live"], GEOMUJUN_API_TILE_MEMORY_MB="0"))]
        if python:
            servers.append(stack.enter_context(tipg(target, home, python)))
        out += [rate(s, "live", at[zoom], seconds) for zoom in LIVE_ZOOMS for s in servers]
    return out


def told(rates: Sequence[Rate]) -> str:
    """The table as Markdown, with what was wanted."""
    lines = [
        "| server | zoom | tiles/s | server µs each | largest KB | gzipped | failed | wanted |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.what} | {r.zoom} | {r.rate:,.0f} | {r.cpu_us:,.0f} | {r.largest / 1000:,.0f}"
        f" | {r.packed / 1000:,.0f} | {r.failed} | {'; '.join(verdicts(r, rates))} |"
        for r in rates
    ]
    return "\n".join(lines)


def verdicts(r: Rate, rates: Sequence[Rate]) -> list[str]:
    """What is wanted of one of our rates, and whether it is so."""
    name, kind = r.what.split()
    if name != "geomujun":
        return []
    out = []
    wish = WANTED.get("cached" if kind == "cached" else (kind, r.zoom))
    if wish:
        out.append(f"≥ {wish}: {_word(r.rate >= wish)}")
    peer = [p.rate for p in rates if p.what == "tipg live" and p.zoom == r.zoom]
    if kind == "live" and peer:
        times = TIMES_THE_PEER[r.zoom]
        out.append(f"{r.rate / peer[0]:.1f} × tipg, ≥ {times}: {_word(r.rate >= times * peer[0])}")
    if r.zoom < 14 and r.largest > LARGEST:
        out.append(f"≤ {LARGEST // 1000} KB: NO")
    return out


def _word(right: bool) -> str:
    return "yes" if right else "NO"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tiles", description=__doc__)
    parser.add_argument("--plots", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=5, help="of each run of wrk")
    parser.add_argument("--tipg-python", type=Path, help="interpreter that has tipg and uvicorn")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    return parser.parse_args(given)


def main() -> int:
    """Measure; 1 when a figure is missed, 4 without wrk."""
    options = arguments()
    if shutil.which("wrk") is None:
        print("!!! wrk is not installed: apt-get install wrk", file=sys.stderr)
        return 4
    home = Path(tempfile.mkdtemp(prefix="gmj-bench-", dir="/tmp"))  # sockets want a short path
    home.chmod(0o755)
    cluster = Cluster(home)
    try:
        target = cluster.up()
        migrate.upgrade(target)
        made = fill(target, options.plots)
        print(f"{options.plots:,} plots stored in {made['store_s']:.1f} s,"
              f" {made['tiles']:.0f} tiles drawn in {made['cache_s']:.1f} s;"
              f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
        rates = measure(target, home, options.tipg_python, options.seconds)
        print(told(rates))
        if not options.tipg_python:
            print("· no peer: --tipg-python was not given")
    finally:
        cluster.down()
        shutil.rmtree(home, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(_plain(rates), indent=1), "utf-8")
    said = [v for r in rates for v in verdicts(r, rates)]
    return int(any(v.endswith("NO") for v in said) or any(r.failed for r in rates))


def _plain(rates: Sequence[Rate]) -> list[dict[str, Any]]:
    return [{n: getattr(r, n) for n in Rate.__slots__} for r in rates]


if __name__ == "__main__":
    sys.exit(main())
