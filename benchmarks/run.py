"""Each method in its own process, timed, with the peak memory of its whole process tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from benchmarks import metrics
from benchmarks.base_names import Base
from benchmarks.names_generator import make

ROOT: Final = Path(__file__).parents[1]
SAMPLE_S: Final = 0.02
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Method:
    """A peer or the product: where it is, whose environment, the largest size it is run at."""

    title: str
    where: str
    ours: bool = False
    largest: int = 10**9


METHODS: Final = (
    Method("geomujun", "ours:names_only", ours=True),
    Method("rapidfuzz ratio, raw", "peers:rapidfuzz_ratio", largest=20_000),
    Method("rapidfuzz ratio", "peers:rapidfuzz_ratio_n"),
    Method("rapidfuzz Jaro-Winkler", "peers:rapidfuzz_jw_n"),
    Method("rapidfuzz WRatio", "peers:rapidfuzz_wratio_n", largest=5_000),
    Method("2-gram blocked + ratio", "peers:rapidfuzz_block_n"),
    Method("TF-IDF, raw", "peers:tfidf"),
    Method("TF-IDF", "peers:tfidf_n"),
    Method("splink", "peers:splink_n"),
    Method("recordlinkage", "peers:recordlinkage_n"),
    Method("pg_trgm GiST", "peer_postgres:pg_gist_n"),
    Method("pg_trgm GIN", "peer_postgres:pg_gin_n"),
)


def write_task(base: Base, size: int, seed: int, recipe: str, folder: Path) -> pd.DataFrame:
    """Make a task and its files; the parcels are returned for judging."""
    task = make(base, size, seed, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    task.register.to_csv(folder / "register.csv", index=False)
    task.parcels.to_csv(folder / "parcels.csv", index=False)
    return task.parcels


def measure(
    method: Method, task: Path, out: Path, pythons: Mapping[bool, Path], limit_s: float
) -> dict[str, Any]:
    """Run one method in its own process; its cost, or why it could not run under ``missing``."""
    out.mkdir(parents=True, exist_ok=True)
    for old in ("cost.json", "answers.csv"):
        (out / old).unlink(missing_ok=True)
    command = [str(pythons[method.ours]), "-m", "benchmarks.method", method.where]
    command += [str(task), str(out), str(limit_s)]
    load = os.getloadavg()[0]
    with (out / "log.txt").open("w") as log:
        child = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        peak = _Peak(child.pid)
        code = child.wait()
    cost_file = out / "cost.json"
    if code not in (0, 3) or not cost_file.is_file():
        tail = (out / "log.txt").read_text("utf-8").strip().splitlines()[-1:] or ["no message"]
        return {"missing": f"ended with {code}: {tail[0][:200]}"}
    cost: dict[str, Any] = json.loads(cost_file.read_text("utf-8"))
    return cost | {"peak_mb": peak.stop() / 2**20, "load": load}


class _Peak(threading.Thread):
    """Samples the resident memory of a process and its descendants; shared pages count twice."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.going = pid, 0, True
        self.start()

    def run(self) -> None:
        while self.going:
            self.peak = max(self.peak, _tree_rss(self.pid))
            time.sleep(SAMPLE_S)

    def stop(self) -> int:
        """The peak in bytes; 0 where there is no /proc."""
        self.going = False
        self.join()
        return self.peak


def _tree_rss(pid: int) -> int:
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError, ValueError):
            continue  # it ended in between
    return total


def judge(parcels: pd.DataFrame, out: Path, asked: int) -> dict[str, Any]:
    """All measures of one method's answers."""
    answers = pd.read_csv(out / "answers.csv")
    judged = metrics.judge(parcels.iloc[:asked], answers)
    at_f1 = metrics.curve(judged).best()[3]
    return {**metrics.quality(judged), "kinds": metrics.by_kind(judged, at_f1)}


def run_size(
    base: Base, size: int, recipe: str, chosen: list[Method], options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """All chosen methods on one task: a row each."""
    folder = Path(options["out"]) / f"names-{recipe}-{size}"
    parcels = write_task(base, size, options["seed"], recipe, folder)
    rows = []
    for method in chosen:
        if size > method.largest:
            continue
        place = folder / method.where.replace(":", "-")
        cost = measure(method, folder, place, options["pythons"], options["limit_s"])
        row = {"method": method.title, "size": size, "recipe": recipe} | cost
        if "missing" in cost:
            print(f"!!! {method.title} skipped at {size:,}: {cost['missing']}", file=sys.stderr)
        else:
            row |= judge(parcels, place, cost["asked"])
            print(
                f"· {size:>7,} {recipe} {method.title:<24} {row['wall_s']:8.1f} s "
                f"{row['peak_mb']:7.0f} MB  F1 {row['F1']:.3f}  R@.98 {row['R98']:.3f}",
                file=sys.stderr,
            )
        rows.append(row)
    return rows
