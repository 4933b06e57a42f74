"""The engine on demo counties with known truth: links, areas, buckets, grades, balances, time.

    PYTHONPATH=.:data python -m benchmarks.county [--size town|county] [--work DIR]

Every profile and noise of the generator, seeds that the weights were not learned
from. The comparison is a plain reading of the tables against the truth folder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from geomujun_demo import make

WORLDS = (
    ("plain", "a", 21),
    ("real", "a", 22),
    ("real", "b", 23),
    ("hard", "a", 24),
    ("hard", "b", 25),
)
COLUMNS = (
    "precision",
    "recall",
    "f1",
    "review",
    "found",
    "areas",
    "parcels",
    "firms",
    "grades",
    "ece",
)


def read(path: Path) -> pd.DataFrame:
    """A table with all cells as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def compare(truth: Path, out: Path) -> dict[str, float]:
    """Figures of one run against its truth, in (0, 1)."""
    alias = read(truth / "uscc_alias.csv")
    names = dict(zip(alias["written"], alias["uscc"], strict=True))
    links = read(out / "tables" / "links.csv")
    links["uscc"] = links["uscc"].replace(names)
    true = read(truth / "links.csv")
    grey = pairs(true[true["grey"] == "1"])
    true = true[(true["grey"] != "1") & (true["relation"] != "REGISTERED_ONLY")]
    links = links[links["relation"] != "REGISTERED_ONLY"]
    wanted = pairs(true)
    auto = pairs(links[links["band"] == "auto"]) - grey
    both = pairs(links) - grey
    hit = len(auto & wanted)
    precision, recall = hit / max(len(auto), 1), hit / max(len(wanted), 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "review": len(both - auto) / max(len(wanted), 1),
        "found": len(both & wanted) / max(len(wanted), 1),
        **sides(truth, out, names),
        "ece": calibration(links, wanted, grey),
    }


def pairs(links: pd.DataFrame) -> set[tuple[str, str]]:
    """(parcel, enterprise) of link rows."""
    return set(zip(links["parcel_code"], links["uscc"], strict=True))


def sides(truth: Path, out: Path, names: dict[str, str]) -> dict[str, float]:
    """Areas within 1 %, buckets and grades of both sides."""
    led, want = read(out / "tables" / "ledger.csv"), read(truth / "ledger.csv")
    led["uscc"] = led["uscc"].replace(names)
    got = pd.to_numeric(led.drop_duplicates("uscc").set_index("uscc")["occupied_m2"])
    known = want[want["area_known"] == "1"]
    area = pd.to_numeric(known["occupied_m2"])
    mine = known["uscc"].map(got).fillna(0.0)
    near = (mine - area).abs() <= (0.01 * area.abs()).clip(lower=7.0)
    shares = {"areas": float(near.mean())}
    for label, table, key in (
        ("parcels", "parcel_reconciliation", "parcel_code"),
        ("firms", "enterprise_reconciliation", "uscc"),
    ):
        given = read(out / "tables" / f"{table}.csv")
        said = dict(zip(given[key].replace(names), given["bucket"], strict=True))
        right = read(truth / f"{table}.csv")
        right = right[right["in_layer"] == "1"] if "in_layer" in right else right
        rows = zip(right[key], right["bucket"], right["bucket_alt"], strict=True)
        shares[label] = sum(said.get(k, "") in (b, *a.split("|")) for k, b, a in rows) / len(right)
    evaluated = read(truth / "enterprise_evaluation_zhejiang-2022.csv")
    table = read(out / "tables" / "enterprise_evaluation.csv")
    grade = dict(zip(table["uscc"].replace(names), table["grade"], strict=True))
    shares["grades"] = float(
        (evaluated["uscc"].map(grade).fillna("-") == evaluated["grade"]).mean()
    )
    return shares


def calibration(
    links: pd.DataFrame, wanted: set[tuple[str, str]], grey: set[tuple[str, str]]
) -> float:
    """Expected calibration error over ten bins."""
    rows = [p not in grey for p in zip(links["parcel_code"], links["uscc"], strict=True)]
    links = links[pd.Series(rows, index=links.index)].drop_duplicates(["parcel_code", "uscc"])
    p = pd.to_numeric(links["probability"])
    right = pd.Series(
        [q in wanted for q in zip(links["parcel_code"], links["uscc"], strict=True)], index=p.index
    )
    bins = (p * 10).astype(int).clip(upper=9)
    gap = (right.groupby(bins).mean() - p.groupby(bins).mean()).abs()
    return float((gap * p.groupby(bins).size() / max(len(p), 1)).sum())


def main() -> int:
    """Make, run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="county", choices=("town", "county"))
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = args.work or Path(scratch)
        print(f"{'world':<16}" + "".join(f"{c:>10}" for c in (*COLUMNS, "seconds", "MB")))
        for profile, noise, seed in WORLDS:
            world = work / f"{args.size}-{profile}-{noise}-{seed}"
            if not (world / "truth" / "links.csv").exists():
                make(world, size=args.size, profile=profile, noise=noise, seed=seed)
            start = time.perf_counter()
            command = [sys.executable, "-c", "from geomujun.cli.main import run; run()", "run",
                       str(world / "case"), "--out", str(world / "out"), "--scheme",
                       "zhejiang-2022", "--year", "2024", "--quiet"]  # fmt: skip
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds = time.perf_counter() - start
            found = compare(world / "truth", world / "out")
            run = json.loads((world / "out" / "run.json").read_text("utf-8"))
            cells = "".join(f"{found[c]:>10.4f}" for c in COLUMNS)
            print(
                f"{profile + ' ' + noise:<16}{cells}{seconds:>10.1f}{run['peak_memory_mb']:>10.0f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
