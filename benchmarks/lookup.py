"""One record against a loaded register: milliseconds of a look-up, beside rapidfuzz over the names.

    PYTHONPATH=. python -m benchmarks.lookup [--firms 120000] [--records 2000] [--data DIR]

Register and records come from `names_generator`: miswritten holders, an eighth of them unknown.
rapidfuzz answers the same records by `process.extract` over all names, on one core as we do; it is
asked fewer of them, since it is slower. Times are wall and CPU of each call.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from benchmarks import names_generator, ours
from benchmarks.base_names import ENV, data_folder, load
from geomujun.matching.holders import split_cell
from geomujun.matching.lookup import Index
from geomujun.matching.whereabouts import Record

PEER_RECORDS = 300
SLOT_PERCENT = (50, 95, 99)


def timed(ask: Callable[[str], object], texts: Sequence[str]) -> dict[str, float]:
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


def main() -> int:
    """Run and print as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup", description=__doc__)
    parser.add_argument("--firms", type=int, default=120_000)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--data", help=f"folder of real sets (else {ENV}; else invented names)")
    given = parser.parse_args()
    print(json.dumps(run(given.firms, given.records, given.data), ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
