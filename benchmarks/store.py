"""Loading and publishing a demo world in PostGIS, and drawing its tiles.

    PYTHONPATH=.:maps:data:migrations python -m benchmarks.store [--size county] [--case DIR]

A private cluster of its own is made and thrown away. Wall seconds say what a quiet machine would;
CPU seconds (program, its helpers, server) hold on a busy one too. Memory is that of all processes
together, the server's among them; pages they share count once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from geomujun_demo import make

from benchmarks.city import Peak
from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import Publication, publish
from geomujun.policy import schemes
from geomujun.storage import migrate, tiles
from geomujun.storage.cluster import Cluster
from geomujun.storage.target import Target, connect

YEAR, DAY = 2024, date(2024, 12, 31)
TICKS = os.sysconf("SC_CLK_TCK")
SHOWN_ZOOMS = (8, 11, 12, 13, 14, 15, 16)


def server_cpu(private: Cluster) -> float:
    """CPU seconds of the server: its postmaster, living children, and those that ended."""
    pid = private.status().pid
    total = 0.0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(entry.parent.name) == pid:
            total += sum(int(v) for v in fields[11:15])
        elif int(fields[1]) == pid:
            total += sum(int(v) for v in fields[11:13])
    return total / TICKS


def own_cpu() -> float:
    """CPU seconds of this process and of helpers that ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(r.ru_utime + r.ru_stime for r in both)


def tile_times(target: Target) -> dict[int, dict[str, float]]:
    """By zoom: tiles drawn, median milliseconds of one, largest in KB; one connection, no cache."""
    out = {}
    with connect(target, "app", autocommit=True) as connection:
        for zoom in SHOWN_ZOOMS:
            places = connection.execute(
                "SELECT z, x, y FROM service.tiles_of(1, %s, %s)", (zoom, zoom)
            ).fetchall()
            random.Random(1).shuffle(places)  # noqa: S311 - which tiles, no secret
            for place in places[:20]:
                tiles.draw(connection, 1, place, tiles.EVERYWHERE)
            times, sizes = [], []
            for place in places[:200]:
                begun = time.perf_counter()
                sizes.append(len(tiles.draw(connection, 1, place, tiles.EVERYWHERE)))
                times.append(time.perf_counter() - begun)
            out[zoom] = {
                "tiles": len(times),
                "median_ms": round(statistics.median(times) * 1000, 2),
                "largest_kb": round(max(sizes) / 1024, 1),
            }
    return out


def measure(case: Path, home: Path) -> dict[str, object]:
    """Load and publish a case in a cluster below ``home``."""
    private = Cluster(home)
    found: dict[str, object] = {"load_average": os.getloadavg()[0], "cores": os.cpu_count()}
    try:
        target = private.up()
        peak = Peak(os.getpid(), private.status().pid)
        migrate.upgrade(target)
        scheme = schemes.load("zhejiang-2022", YEAR)
        steps = {
            "load": lambda: load(target, Load(case, "bench", DAY)).number,
            "publish": lambda: (
                publish(target, Publication(YEAR, scheme, DAY, "bench", workers=2)).tiles
            ),
        }
        begun = time.perf_counter()
        for name, step in steps.items():
            wall, own, server = time.perf_counter(), own_cpu(), server_cpu(private)
            step()
            found[name] = {
                "wall_s": round(time.perf_counter() - wall, 1),
                "cpu_s": round(own_cpu() - own, 1),
                "server_cpu_s": round(server_cpu(private) - server, 1),
            }
        found["both_s"] = round(time.perf_counter() - begun, 1)
        found["peak_mb"] = peak.kib // 1024
        found["tiles"] = tile_times(target)
    finally:
        private.down()
    return found


def main() -> None:
    """Make the world unless one is given, measure, print JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--size", choices=["town", "county", "city"], default="county")
    parser.add_argument("--case", type=Path, help="a case folder that is there already")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="gmj-bench-", dir="/tmp"))
    home.chmod(0o755)
    try:
        case = options.case
        if case is None:
            make(home / "world", size=options.size)
            case = home / "world" / "case"
        print(json.dumps(measure(case, home / "db"), indent=1))
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
