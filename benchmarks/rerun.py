"""Running again after 100 changed rows: how many links stay as they were, and what it costs.

    PYTHONPATH=.:data python -m benchmarks.rerun [--size town|county] [--rows 100] [--seed 31]

A demo world is matched, rows of its parcels, enterprises and leases are added, changed and removed,
and it is matched again twice: under the statistics and weights of the first run, and under its own.
A link is stable when its whole row (evidence, probability, rival) is the same. Then the command
line runs the case and, with `--since` that run, runs it once more: what no change at all costs.
`again_to_full` is a second run's share of the first's CPU seconds, of matching and of the whole.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from geomujun_demo import make

from benchmarks.city import run as whole_run
from geomujun.domain.case import Case
from geomujun.intake.reader import read_case
from geomujun.matching.engine import COLUMNS, match
from geomujun.matching.identity import settle
from geomujun.matching.register import freeze
from geomujun.pipeline.rerun import changed_rows
from geomujun.pipeline.state import digests

DAY = date(2024, 12, 31)
SHARES = {"parcels": 0.3, "enterprises": 0.5, "leases": 0.2}
KEY = ["parcel_code", "uscc", "relation", "lease_id"]
T = TypeVar("T")


def edited(case: Case, rows: int, seed: int) -> Case:
    """The case with about ``rows`` rows changed: half of them in place, a quarter removed.

    A quarter is added again under another code, so that a new row looks like real ones.
    """
    random = np.random.default_rng(seed)
    frames = {}
    for stem, share in SHARES.items():
        frame: pd.DataFrame = getattr(case, stem).reset_index(drop=True).copy()
        count = min(round(rows * share), len(frame))
        chosen = random.choice(len(frame), count, replace=False)
        changed, gone = chosen[: count // 2], chosen[count // 2 : count // 2 + count // 4]
        frames[stem] = _changed(stem, frame, changed).drop(index=gone)
        new = _added(stem, frame.iloc[chosen[count // 2 + count // 4 :]])
        frames[stem] = pd.concat([frames[stem], new], ignore_index=True)
    return case.with_tables(**frames)


def _changed(stem: str, frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    column = {"parcels": "holder_names", "enterprises": "name", "leases": "lessee"}[stem]
    half = len(rows) // 2
    others = frame[column].to_numpy()[np.roll(rows[:half], 1)]
    frame.loc[rows[:half], column] = others
    place = {"parcels": "location", "enterprises": "site_address", "leases": "location"}[stem]
    frame.loc[rows[half:], place] = frame[place].to_numpy()[np.roll(rows[half:], 1)]
    return frame


def _added(stem: str, rows: pd.DataFrame) -> pd.DataFrame:
    key = {"parcels": "parcel_code", "enterprises": "uscc", "leases": "contract_no"}[stem]
    if rows.empty:
        return rows
    if stem == "parcels":
        codes = rows[key].str.slice(0, 14) + (90_000 + np.arange(len(rows))).astype(str)
    else:
        codes = rows[key].str.slice(0, -3) + [f"Y{n:02d}" for n in range(len(rows))]
    return rows.assign(**{key: codes})


def spent(work: Callable[[], T]) -> tuple[T, float]:
    """What a call returns and the CPU seconds it took."""
    began = time.process_time()
    return work(), round(time.process_time() - began, 2)


def stable(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """Share of the links of both runs that are the same in every column."""
    both = before.merge(after, on=KEY, suffixes=("", "_now"))
    rest = [c for c in COLUMNS if c not in KEY]
    same = [
        (both[c] == both[f"{c}_now"]) | (both[c].isna() & both[f"{c}_now"].isna()) for c in rest
    ]
    return round(float(np.mean(np.logical_and.reduce(same))), 4)


def whole(folder: Path, out: Path) -> tuple[float, float]:
    """CPU seconds of `geomujun run` and of running again `--since` it."""
    first = whole_run(folder, out / "first", 1)
    again = whole_run(folder, out / "again", 1, "--since", str(out / "first"))
    return round(first.cpu_s, 1), round(again.cpu_s, 1)


def run(folder: Path, rows: int, seed: int) -> dict[str, Any]:
    """Match, edit, match again twice, run twice."""
    intake, reading = spent(lambda: read_case(folder))
    identity, settling = spent(lambda: settle(intake.case))
    case = identity.case
    match(case, DAY)  # warm: imports, word lists
    first, full = spent(lambda: match(case, DAY))
    later, _ = spent(lambda: settle(edited(intake.case, rows, seed)).case)
    touched, comparing = spent(lambda: changed_rows(digests(case), digests(later)))
    kept, frozen = spent(lambda: match(later, DAY, frozen=freeze(first.register)))
    own, again = spent(lambda: match(later, DAY))
    run_once, run_again = whole(folder, folder.parent)
    return {
        "parcels": len(case.parcels),
        "enterprises": len(case.enterprises),
        "links": len(first.links),
        "rows_changed": touched["how"].value_counts().sort_index().to_dict(),
        "stable_links": {
            "statistics_of_the_earlier_run": stable(first.links, kept.links),
            "statistics_of_its_own": stable(first.links, own.links),
        },
        "cpu_s": {
            "read": reading, "settle": settling, "match": full, "compare_rows": comparing,
            "match_again_frozen": frozen, "match_again_own": again,
            "run": run_once, "run_since": run_again,
        },
        "again_to_full": {
            "match": round(frozen / full, 2), "run": round(run_again / run_once, 2),
        },
        "load": os.getloadavg()[0],
    }  # fmt: skip


def main() -> int:
    """Run and print as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rerun", description=__doc__)
    parser.add_argument("--size", choices=["town", "county"], default="county")
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--seed", type=int, default=31)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        world = Path(place) / "world"
        make(world, size=given.size, profile="real", noise="a", seed=given.seed)
        found = run(world / "case", given.rows, given.seed)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
