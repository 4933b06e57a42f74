"""The whole job at county and city size: seconds per stage, growth, memory, and the balances.

    PYTHONPATH=.:data python -m benchmarks.city [--work DIR] [--sizes county,city] [--workers 2]

Makes each demo once (a city: 150,000 parcels, 120,000 enterprises; takes minutes), runs it in a
process of its own and prints the seconds that run.json gives per stage, with the exponent of their
growth over the number of parcels, the processor time, and the most memory that all processes held
together. Then every balance of CONTRACT §4 is checked on the tables as written. With two workers
stages overlap: layers are laid over each other beside matching, checking and screening run beside
the grade intervals, and files are written side by side.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from geomujun_demo import make

STAGES: Final = (
    "read", "identity", "match", "overlay", "ledger", "evaluate", "stakes", "check", "screen",
    "tables_ready", "write_geopackage", "write_tables", "write_map", "write_workbook",
    "write_state", "write",
)  # fmt: skip
SAMPLE_S: Final = 0.25
SLACK_M2: Final = 1.0
CENT_M2: Final = 0.0051  # half a cent of rounding, and the binary digits
COMPONENTS: Final = ("registered", "leased_in", "other", "leased_out", "exempt")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run cost, and its run.json."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    record: dict[str, Any]

    @property
    def parcels(self) -> int:
        """Kept parcels."""
        return sum(self.record["counts"]["parcels"].values())


class Peak(threading.Thread):
    """Samples what processes and their descendants hold; pages they share count once (Linux)."""

    def __init__(self, *pids: int) -> None:
        super().__init__(daemon=True)
        self.pids, self.kib, self.going = pids, 0, True
        self.start()

    def run(self) -> None:
        while self.going:
            self.kib = max(self.kib, sum(_pss(one) for pid in self.pids for one in _tree(pid)))
            time.sleep(SAMPLE_S)


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it ended in between
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def run(case: Path, out: Path, workers: int, *more: str) -> Run:
    """Run the job on a case in a process of its own; ``more``: further options."""
    command = [sys.executable, "-c", "from geomujun.cli.main import run; run()", "run", str(case),
               "--out", str(out), "--scheme", "zhejiang-2022", "--year", "2024", "--quiet",
               "--workers", str(workers), *more]  # fmt: skip
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = Peak(child.pid)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    peak.going = False
    if status:
        message = f"the run ended with status {status}"
        raise RuntimeError(message)
    record = json.loads((out / "run.json").read_text("utf-8"))
    return Run(wall, used.ru_utime + used.ru_stime, peak.kib / 1024, record)


def broken(out: Path, record: dict[str, Any]) -> list[str]:
    """The balances of CONTRACT §4 that do not hold in the tables of a run."""
    tables = {p.stem: _read(p) for p in sorted((out / "tables").glob("*.csv"))}
    return [*_files(tables, record), *_parcels(tables), *_ledger(tables)]


def _read(path: Path) -> pd.DataFrame:
    codes = {"parcel_code": str, "uscc": str}
    return pd.read_csv(path, encoding="utf-8-sig", low_memory=False, dtype=codes)


def _files(tables: dict[str, pd.DataFrame], record: dict[str, Any]) -> list[str]:
    faults = [
        f"{f['file']}: {f['rows_in']} rows in"
        for f in record["inputs"]
        if f["rows_in"] != f["rows_kept"] + f["rows_rejected"]
    ]
    for stem, name, key in (
        ("parcels", "parcel_reconciliation", "parcel_code"),
        ("enterprises", "enterprise_reconciliation", "uscc"),
    ):
        table = tables[name]
        kept = sum(f["rows_kept"] for f in record["inputs"] if f["stem"] == stem)
        if len(table) != kept or table[key].duplicated().any() or table["bucket"].isna().any():
            faults.append(f"{name}: {len(table)} buckets for {kept} rows kept")
    return faults


def _parcels(tables: dict[str, pd.DataFrame]) -> list[str]:
    parcels = tables["parcel_reconciliation"].set_index("parcel_code")
    given = tables["links"].groupby("parcel_code")["area_m2"].sum()
    given = given.reindex(parcels.index).fillna(0.0)
    over = given > parcels["area_m2"] + SLACK_M2
    gap = (given + parcels["unallocated_m2"] - parcels["area_m2"]).abs() > SLACK_M2
    told = (given - parcels["allocated_m2"]).abs() > SLACK_M2
    return [
        f"{code}: {what}"
        for mask, what in ((over, "links claim too much"), (gap, "does not add up"),
                           (told, "allocated_m2 is not the sum of links"))
        for code in parcels.index[mask]
    ]  # fmt: skip


def _ledger(tables: dict[str, pd.DataFrame]) -> list[str]:
    ledger = tables["ledger"].set_index("uscc")
    lines = tables["ledger_lines"].groupby(["uscc", "component"])["area_m2"].sum().unstack()
    lines = lines.reindex(index=ledger.index, columns=list(COMPONENTS)).fillna(0.0)
    faults = []
    for name in COMPONENTS:
        gap = (lines[name] - ledger[f"{name}_m2"]).abs() > SLACK_M2
        faults += [f"{code}: {name} is not the sum of its lines" for code in ledger.index[gap]]
    plus = ledger["registered_m2"] + ledger["leased_in_m2"] + ledger["other_m2"]
    net = plus - ledger["leased_out_m2"] - ledger["exempt_m2"]
    gap = (net - ledger["occupied_m2"]).abs() > CENT_M2
    return faults + [f"{code}: occupied does not add up" for code in ledger.index[gap]]


def report(runs: dict[str, Run]) -> None:
    """Seconds per stage and their growth from each size to the next."""
    names = list(runs)
    print(f"{'':<18}" + "".join(f"{n:>12}" for n in names) + f"{'exponent':>12}")
    for stage in STAGES:
        seconds = [runs[n].record["seconds"].get(stage, math.nan) for n in names]
        _line(stage, seconds, [runs[n].parcels for n in names])
    sizes = [runs[n].parcels for n in names]
    _line("whole run", [runs[n].wall_s for n in names], sizes)
    _line("processor", [runs[n].cpu_s for n in names], sizes)
    _line("memory MB", [runs[n].peak_mb for n in names], sizes)


def _line(title: str, values: list[float], sizes: list[int]) -> None:
    growth = ""
    if len(values) > 1 and min(values[0], values[-1]) > 0:
        exponent = math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])
        growth = f"{exponent:>12.2f}"
    print(f"{title:<18}" + "".join(f"{v:>12.1f}" for v in values) + growth)


def main() -> int:
    """Make, run, print; 1 when a balance does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="county,city", help="of town, county, city")
    parser.add_argument("--profile", default="real", choices=("plain", "real", "hard"))
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, help="kept, and used again; else a temporary folder")
    args = parser.parse_args()
    runs, faults = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        for size in args.sizes.split(","):
            world = (args.work or Path(scratch)) / f"{size}-{args.profile}-{args.seed}"
            if not (world / "truth" / "links.csv").exists():
                make(world, size=size, profile=args.profile, seed=args.seed)
            runs[size] = run(world / "case", world / "out", args.workers)
            faults += [f"{size}: {f}" for f in broken(world / "out", runs[size].record)]
        report(runs)
    print(f"balances: {len(faults)} broken" if faults else "balances: all hold")
    for fault in faults[:20]:
        print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
