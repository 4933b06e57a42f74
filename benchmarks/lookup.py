"""One record against a loaded register: milliseconds of a look-up, beside rapidfuzz over the names.

    PYTHONPATH=.:data python -m benchmarks.lookup [--firms 120000] [--records 2000] [--data DIR]
                                                  [--size county|city | --world DIR]

Register and records come from `names_generator`: miswritten holders, an eighth of them unknown.
rapidfuzz answers the same records by `process.extract` over all names, on one core as we do; it is
asked fewer of them, since it is slower. Times are wall and CPU of each call.

With ``--size`` or ``--world`` the holders of a made-up world (`geomujun_demo`; a city has 120,000
enterprises and 150,000 parcels) are asked by name, with code, with parcel, and enterprises with
their production address. ``--world``: a folder that `benchmarks.city --work` has made.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from geomujun_demo import make
from rapidfuzz import fuzz, process

from benchmarks import names_generator, ours
from benchmarks.base_names import ENV, data_folder, load
from geomujun.intake.reader import read_case
from geomujun.matching.holders import explode, split_cell
from geomujun.matching.identity import settle
from geomujun.matching.lookup import Index
from geomujun.matching.whereabouts import Record

PEER_RECORDS = 300
SLOT_PERCENT = (50, 95, 99)


def timed(ask: Callable[[Any], object], texts: Sequence[Any]) -> dict[str, float]:
    """Percentiles of wall and CPU in milliseconds of asking each text once."""
    wall, cpu = np.empty(len(texts)), np.empty(len(texts))
    for i, text in enumerate(texts):
        began, spent = time.perf_counter(), time.process_time()
        ask(text)
        wall[i], cpu[i] = time.perf_counter() - began, time.process_time() - spent
    out = {}
    for name, values in (("wall", wall), ("cpu", cpu)):
        for p in SLOT_PERCENT:
            out[f"{name}_p{p}_ms"] = round(float(np.percentile(values, p)) * 1000, 3)
    return out | {"records": len(texts)}


def megabytes() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def right(found: Sequence[Any], truth: Sequence[str]) -> float:
    """Share of the records with a truth whose first answer is it."""
    known = [(f, t) for f, t in zip(found, truth, strict=True) if t]
    return round(sum(f in t.split("|") for f, t in known) / max(len(known), 1), 4)


def run(firms: int, records: int, data: str | None) -> dict[str, Any]:
    """Build the index, ask it, ask rapidfuzz."""
    base = load(data_folder(data))
    task = names_generator.make(base, firms, 1)
    case = ours.case_of(list(task.register["name"]))
    before, began, spent = megabytes(), time.perf_counter(), time.process_time()
    index = Index(case)
    built = {
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - spent, 2),
        "peak_mb_more": round(megabytes() - before, 1),
        "pickled_mb": round(len(pickle.dumps(index)) / 2**20, 1),
    }
    chosen = task.parcels.sample(records, random_state=1)
    single = chosen[[len(split_cell(t)) == 1 for t in chosen["text"]]]
    texts, truth = single["text"].tolist(), single["truth"].tolist()
    row_of = pd.Series(np.arange(firms), index=case.enterprises["uscc"])
    for text in texts[:50]:
        index.match(Record(text))
    mine = timed(lambda text: index.match(Record(text)), texts)
    first = [index.match(Record(text), top=1) for text in texts]
    mine_first = [str(row_of[f[0].uscc]) if f else "" for f in first]
    mine["first_right"] = right(mine_first, truth)
    mine["first_right_of_the_peers_records"] = right(
        mine_first[:PEER_RECORDS], truth[:PEER_RECORDS]
    )
    names = task.register["name"].tolist()
    fewer, their_truth = texts[:PEER_RECORDS], truth[:PEER_RECORDS]
    peer = timed(lambda text: process.extract(text, names, scorer=fuzz.ratio, limit=5), fewer)
    best = [process.extractOne(text, names, scorer=fuzz.ratio) for text in fewer]
    peer["first_right"] = right([str(b[2]) for b in best], their_truth)
    kind = "real names" if base.real else "INVENTED names"
    return {"names": kind, "firms": firms, "index": built, "geomujun": mine, "rapidfuzz": peer,
            "load": os.getloadavg()[0], "peak_mb": round(megabytes(), 1)}  # fmt: skip


def placed(world: Path, records: int) -> dict[str, Any]:
    """Holders and sites of a made-up world, asked with more and more of what is known of them."""
    case = settle(read_case(world / "case").case).case
    index = Index(case)
    holders = explode(case)
    holders = holders[holders["kind"] != "person"]
    holders = holders.sample(min(records, len(holders)), random_state=1)
    sited = case.enterprises[case.enterprises["site_address"] != ""]
    sited = sited.sample(min(records, len(sited)), random_state=1)
    rows = list(holders[["name", "holder_id", "parcel_code"]].itertuples(index=False, name=None))
    sites = list(sited[["name", "uscc", "site_address"]].itertuples(index=False, name=None))
    asked = {
        "name": [Record(name) for name, _, _ in rows],
        "with code": [Record(name, code) for name, code, _ in rows],
        "with parcel": [Record(name, code, parcel) for name, code, parcel in rows],
        "with address": [Record(name, code, address=text) for name, code, text in sites],
    }
    for record in asked["with parcel"][:50]:
        index.match(record)
    times = {what: timed(index.match, given) for what, given in asked.items()}
    return {"enterprises": len(case.enterprises), "parcels": len(case.parcels), **times}


def world_of(size: str, world: Path | None, records: int) -> dict[str, Any]:
    """`placed` of a folder, or of a world made for it."""
    if world:
        return placed(world, records)
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch), size=size, profile="real", seed=5)
        return placed(Path(scratch), records)


def main() -> int:
    """Run and print as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup", description=__doc__)
    parser.add_argument("--firms", type=int, default=120_000)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--data", help=f"folder of real sets (else {ENV}; else invented names)")
    parser.add_argument("--size", choices=("town", "county", "city"), help="a world to be made")
    parser.add_argument("--world", type=Path, help="a world that is made already")
    given = parser.parse_args()
    if given.size or given.world:
        found = world_of(given.size, given.world, given.records)
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    print(json.dumps(run(given.firms, given.records, given.data), ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
