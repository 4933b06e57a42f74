"""Learn the shipped weights from demo worlds and write `geomujun/matching/data/weights.yaml`.

    PYTHONPATH=.:data python scripts/learn_weights.py --work DIR [--write]

Worlds: county size, profiles real and hard, noise a, seeds 11, 12, 13; noise b stays unseen. Prints how
the old and the new weights do on each world and, held out, on tests/cases/sample-town.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from geomujun_demo import make

from benchmarks import base_names, names_generator, ours
from geomujun.domain.case import Case
from geomujun.intake.reader import read_case
from geomujun.matching import learn, register
from geomujun.matching.compete import competing
from geomujun.matching.engine import prepare
from geomujun.matching.holders import split_cell
from geomujun.matching.identity import settle
from geomujun.matching.names import match_names, parse_queries
from geomujun.matching.tenure import lets_of
from geomujun.matching.title import own_levels, ranked
from geomujun.matching.use import use_levels, weighed
from geomujun.matching.weights import Weights, shipped, written

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "cases" / "sample-town"
WORLDS = (("real", 11), ("hard", 12), ("hard", 13))
OWN_RIDGE, NAME_RIDGE, USE_RIDGE = 20.0, 2.0, 2.0
NAMES, NAMES_SEED = 10_000, 7
MADE = (
    "learned by scripts/learn_weights.py: demo worlds (county; real 11, hard 12, hard 13; noise a)"
    " and 10,000 names (benchmarks.names_generator, seed 7, recipe a)"
)


def world(work: Path, profile: str, seed: int) -> Path:
    """A demo county, made once."""
    folder = work / f"county-{profile}-a-{seed}"
    if not (folder / "truth" / "links.csv").exists():
        make(folder, size="county", profile=profile, noise="a", seed=seed)
    return folder


def true_pairs(folder: Path, case: Case) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(parcel, code as the case settles it) of true OWN links, and of all true links but addresses."""
    links = pd.read_csv(folder / "truth" / "links.csv", dtype=str, keep_default_na=False)
    alias = pd.read_csv(folder / "truth" / "uscc_alias.csv", dtype=str)
    written_as = dict(zip(alias["uscc"], alias["written"], strict=True))
    have = set(case.enterprises["uscc"])
    code = [u if u in have else written_as.get(u, u) for u in links["uscc"]]
    pairs = pd.DataFrame({"p": links["parcel_code"], "u": code, "r": links["relation"]})
    own, some = pairs[pairs["r"] == "OWN"], pairs[pairs["r"] != "REGISTERED_ONLY"]
    return set(zip(own["p"], own["u"], strict=True)), set(zip(some["p"], some["u"], strict=True))


def examples(
    pairs: pd.DataFrame,
    keys: list[str],
    truth: set[tuple[str, str]],
    prior: float | None,
) -> learn.Examples:
    """Labelled pairs; of several true ones in a group the first is the answer."""
    code = "parcel_code" if "parcel_code" in pairs else "code"
    pairs = pairs.sort_values([*keys, "uscc", code], ignore_index=True)
    group = pairs.groupby(keys, sort=False).ngroup().to_numpy(dtype=np.int64)
    right = np.array([p in truth for p in zip(pairs[code], pairs["uscc"], strict=True)], dtype=bool)
    again = pd.Series(group[right]).duplicated().to_numpy()
    right[np.flatnonzero(right)[again]] = False
    offset = (
        pairs["prior"].to_numpy(dtype=np.float64) if prior is None else np.full(len(pairs), prior)
    )
    return learn.Examples(pairs, group, right, offset)


def collect(folder: Path, weights: Weights) -> tuple[learn.Examples, learn.Examples]:
    """Examples of titles and of use of one world."""
    case = settle(read_case(folder / "case").case).case
    ground = prepare(case, date(2024, 12, 31), weights)
    own, some = true_pairs(folder, case)
    everything = replace(weights, limits={**weights.limits, "keep": -1e9})
    lets = lets_of(case, ground.register)
    titles = own_levels(
        ground.holders, case.parcels, ground.register, ground.places, everything, lets
    )
    uses = use_levels(ground.register, ground.places, ground.doors, ground.known)
    return (
        examples(titles, ["parcel_code", "seq"], own, None),
        examples(uses, ["firm"], some, weights.limits["use_prior"]),
    )


def by_name(size: int, seed: int, data: Path | None, weights: Weights) -> learn.Examples:
    """Examples of the names-only task: what two names say when nothing else is known."""
    task = names_generator.make(base_names.load(data), size, seed)
    known = register.build(
        case := ours.case_of(list(task.register["name"])), register.lexicon_of(case)
    )
    texts = [(i, p) for i, text in enumerate(task.parcels["text"]) for p in split_cell(text) if p]
    asked = pd.DataFrame(texts, columns=["parcel", "query"])
    queries = parse_queries(asked["query"], known.lexicon)
    found = match_names(queries, known, weights, floor=-1e9)
    pairs = asked.merge(found, on="query").sort_values(
        ["parcel", "query", "uscc"], ignore_index=True
    )
    firm = pairs["uscc"].map(pd.Series(range(len(known.firms)), index=known.firms["uscc"]))
    truth = task.parcels["truth"].to_numpy()[pairs["parcel"]]
    right = [str(f) in t.split("|") for f, t in zip(firm, truth, strict=True)]
    for part in ("code", "date", "point", "door", "home", "village", "area", "lessor", "held"):
        pairs[f"l_{part}"] = "none"
    pairs["prior"] = -np.log2(len(known.firms))
    group = pairs.groupby(["parcel", "query"], sort=False).ngroup().to_numpy(dtype=np.int64)
    answer = np.array(right, dtype=bool)
    again = pd.Series(group[answer]).duplicated().to_numpy()
    answer[np.flatnonzero(answer)[again]] = False
    return learn.Examples(pairs, group, answer, pairs["prior"].to_numpy(dtype=np.float64))


def joined(parts: Sequence[learn.Examples]) -> learn.Examples:
    """Several worlds as one set of examples."""
    shift = np.cumsum([0, *(int(p.group.max()) + 1 for p in parts[:-1])])
    return learn.Examples(
        pd.concat([p.pairs for p in parts], ignore_index=True),
        np.concatenate([p.group + s for p, s in zip(parts, shift, strict=True)]),
        np.concatenate([p.right for p in parts]),
        np.concatenate([p.offset for p in parts]),
    )


def report(name: str, kind: str, given: learn.Examples, weights: Weights) -> None:
    """Precision and recall of the automatic band, and what is left to review."""
    pairs = given.pairs.assign(right=given.right)
    if kind == "own":
        done = ranked(weights.name_bits(pairs), weights)
    else:
        done = competing(weighed(pairs, weights), ["firm"], 0.0)
    auto = done[(done["rank"] == 1) & (done["probability"] >= weights.limits["auto"])]
    sys.stdout.write(
        f"{name:<18}{kind:<5}auto {len(auto):>6}  right {auto['right'].mean():.4f}"
        f"  of true {auto['right'].sum() / max(given.right.sum(), 1):.4f}\n"
    )


def main() -> int:
    """Learn, compare, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="real names for the names-only task")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    old = shipped()
    folders = [world(args.work, *w) for w in WORLDS]
    sets = [collect(f, old) for f in folders]
    names = by_name(NAMES, NAMES_SEED, args.data, old)
    both = joined([*(s[0] for s in sets), names])
    new = learn.learn(both, learn.OWN_PARTS, old, OWN_RIDGE, NAME_RIDGE)
    use = learn.learn(joined([s[1] for s in sets]), learn.USE_PARTS, old.for_use(), USE_RIDGE)
    new = new.with_use(use)
    held_out = [(SAMPLE, collect(SAMPLE, old))]
    for folder, (own, uses) in [*zip(folders, sets, strict=True), *held_out]:
        for label, weights in (("old", old), ("new", new)):
            report(f"{folder.name[:12]} {label}", "own", own, weights)
            report(f"{folder.name[:12]} {label}", "use", uses, weights)
    if args.write:
        target = ROOT / "geomujun" / "matching" / "data" / "weights.yaml"
        target.write_text(written(new, MADE), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
