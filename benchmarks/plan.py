"""How long a county's remediation plan takes, and that the optimiser is right.

    PYTHONPATH=.:data python -m benchmarks.plan [--run FOLDER] [--cases 1000]

``--run``: the output folder of a run; without it the demo county is made and run first (minutes).
A plan is timed from reading the run's folder to the last alternative and what binds; imports and
writing apart. The optimiser is compared with brute force on random cases of up to ten clusters.
Prints JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from geomujun.cli.run_case import load_scheme
from geomujun.cli.run_folder import ground_of, solver_quiet
from geomujun.export.sheets_run import open_run
from geomujun.pipeline import reconcile
from geomujun.planning.plan import Ask, make_plan
from geomujun.planning.select import Limit, Problem, ranked
from geomujun.policy import measures_paths
from geomujun.policy.measures_paths import Cost

# 万元/亩, invented for timing only: no document gives them.
COSTS = {"reserve": 45.0, "close": 30.0, "merge": 2.0, "park": 25.0, "swap": 20.0, "upgrade": 3.0}


def asks(total: dict[str, float]) -> dict[str, Ask]:
    """What is asked, in parts of what the county has."""
    mu, area, tax = total["released_mu"], total["area_mu"], total["uplift_wan_yuan"]
    return {
        "area 40%, fewest owners": Ask(targets={"area": 0.4 * area}, goal="fewest-owners"),
        "area 40%, least cost": Ask(targets={"area": 0.4 * area}),
        "land 60% and tax 25%, least cost": Ask(targets={"mu": 0.6 * mu, "tax": 0.25 * tax}),
        "most tax under a budget": Ask(
            budget_wan_yuan=0.2 * total["cost_wan_yuan"], goal="most-tax"
        ),
    }


def time_plans(folder: Path) -> list[dict[str, Any]]:
    """Seconds of each ask, reading included."""
    remedies = measures_paths.load()
    remedies = remedies.with_costs({k: Cost(v, "benchmark") for k, v in COSTS.items()})
    table = make_plan(ground_of(open_run(folder), None), remedies, Ask()).clusters
    names = ("released_mu", "area_mu", "uplift_wan_yuan", "cost_wan_yuan")
    out = []
    for name, ask in asks({n: float(table[n].sum()) for n in names}).items():
        wall, cpu = time.perf_counter(), time.process_time()
        plan = make_plan(ground_of(open_run(folder), None), remedies, ask)
        out.append(
            {
                "ask": name,
                "status": plan.status,
                "plots": len(plan.plots),
                "clusters": len(plan.clusters),
                "selections": len(plan.choices),
                "cpu_s": round(time.process_time() - cpu, 2),
                "wall_s": round(time.perf_counter() - wall, 2),
            }
        )
    return out


def compare(cases: int) -> dict[str, int]:
    """Random cases in which the best and second-best values equal brute force."""
    equal = 0
    for seed in range(cases):
        r = np.random.default_rng(10_000 + seed)
        n = int(r.integers(2, 11))
        values, mu, cost = (r.integers(1, 10 ** int(r.integers(2, 7)), n) for _ in range(3))
        floor, roof = int(r.uniform(0, 0.8) * mu.sum()), int(r.uniform(0.3, 1) * cost.sum())
        limits = (Limit("mu", mu, floor, True), Limit("budget", cost, roof, False))
        every = np.array(list(itertools.product([False, True], repeat=n)))
        good = every[(every @ mu >= floor) & (every @ cost <= roof)]
        best = sorted(int(v) for v in good @ values)[:2]
        equal += [c.value for c in ranked(Problem(values, "min", limits), 2)] == best
    return {"cases": cases, "equal": equal}


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--cases", type=int, default=1000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, solver_quiet():
        folder = args.run or demo(Path(scratch))
        found = {"plans": time_plans(folder), "brute_force": compare(args.cases)}
    print(json.dumps(found, ensure_ascii=False, indent=2))


def demo(scratch: Path) -> Path:
    """The demo county, made and run."""
    from geomujun_demo import make

    make(scratch / "world", size="county")
    job = reconcile.Job(
        folder=scratch / "world" / "case",
        out=scratch / "run",
        scheme=load_scheme("zhejiang-2022", 2024),
        year=2024,
        as_of=date(2024, 12, 31),
    )
    reconcile.run(job)
    return scratch / "run"


if __name__ == "__main__":
    main()
