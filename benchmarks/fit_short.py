"""How the weights of `matching.shortnames` were got: `python -m benchmarks.fit_short --data DIR`.

Conditional logit over each short form's candidates and "none of them". One half of the short forms
learns, the other judges, and the reverse; of the learning half every second truth is hidden from
the register so that "none" is seen as often as a hit. Prints the cross-validated share of first
answers that are right, and the weights (bits) learned from all.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

from benchmarks.base_names import data_folder
from benchmarks.ours import case_of
from geomujun.matching import register as registers
from geomujun.matching import shortnames as sn
from geomujun.matching.names import parse_queries

Floats = npt.NDArray[np.float64]
RIDGE = 0.5
REGISTER = 26_630  # names of the register that the weights were learned against


def pairs_of(folder: Path) -> tuple[pd.DataFrame, Floats, list[str]]:
    """Candidates of all short forms: frame ``query right hit``, features, the short forms."""
    with (folder / "short_full_names_part.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    text = (folder / "company_register_part.txt").read_text("utf-8-sig")
    case = case_of([line.strip() for line in text.splitlines() if line.strip()])
    register = registers.build(case, registers.lexicon_of(case))
    shorts = [row["short"] for row in rows]
    queries = parse_queries(pd.Series(shorts), register.lexicon).loc[shorts]
    position = pd.Series(np.arange(len(register.names)), index=register.names["written"])
    truth = position.loc[[row["full"] for row in rows]].to_numpy()
    codes, table = sn.short_codes(queries), sn.FullNames(register.names)
    left, right = sn.candidates(codes, table.codes)
    frame = pd.DataFrame({"query": left, "right": right, "hit": truth[left] == right})
    return frame, sn.features(codes[left], table, right), shorts


def fit(frame: pd.DataFrame, values: Floats, names: int = REGISTER) -> Floats:
    """Weights in nats, the last one the constant; "none" has the utility 0."""
    query = frame["query"].to_numpy()
    hidden = frame["hit"].to_numpy() & (query % 2 == 0)
    query, hit = query[~hidden], frame["hit"].to_numpy()[~hidden]
    scale = values.std(axis=0) + 1e-9
    z = np.column_stack([values[~hidden] / scale, np.ones(len(query))])
    start = np.flatnonzero(np.r_[True, query[1:] != query[:-1]])
    group = np.repeat(np.arange(len(start)), np.diff(np.r_[start, len(query)]))
    prior = -np.log(names)

    def loss(w: Floats) -> tuple[float, Floats]:
        u = z @ w + prior
        top = np.maximum(np.maximum.reduceat(u, start), 0.0)
        e = np.exp(u - top[group])
        total = np.add.reduceat(e, start) + np.exp(-top)
        p = e / total[group]
        ridge = RIDGE * w[:-1]
        value = (top + np.log(total)).sum() - u[hit].sum() + (ridge @ w[:-1]) / 2
        return float(value), z.T @ p - z[hit].sum(axis=0) + np.append(ridge, 0.0)

    found = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B")
    return np.append(found.x[:-1] / scale, found.x[-1])


def first_right(frame: pd.DataFrame, values: Floats, weights: Floats) -> pd.Series:
    """Whether each query's best candidate is the truth."""
    scored = frame.assign(score=values @ weights[:-1] + weights[-1])
    best = scored.sort_values(["query", "score", "right"], ascending=[True, False, True])
    return best.drop_duplicates("query").set_index("query")["hit"]


def cross_validated(frame: pd.DataFrame, values: Floats, shorts: int) -> pd.Series:
    """`first_right` of each short form by weights that did not see it; False without candidates."""
    half = np.random.default_rng(0).permutation(shorts) % 2
    parts = []
    for part in (0, 1):
        learn = half[frame["query"]] != part
        weights = fit(frame[learn].reset_index(drop=True), values[learn])
        hits = first_right(frame[~learn].reset_index(drop=True), values[~learn], weights)
        parts.append(hits.reindex(np.flatnonzero(half == part), fill_value=False))
    return pd.concat(parts).sort_index()


def main() -> None:
    """Print what was learned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    folder = data_folder(parser.parse_args().data)
    if folder is None:
        parser.error("--data or GEOMUJUN_BENCH_DATA must name the folder of real sets")
    frame, values, shorts = pairs_of(folder)
    held = frame.groupby("query")["hit"].any().sum() / len(shorts)
    print(f"candidates hold the truth: {held:.4f}")
    right = cross_validated(frame, values, len(shorts))
    print(f"first answer right, cross-validated by halves: {right.mean():.4f} of {len(right)}")
    weights = fit(frame, values) / np.log(2)
    for name, weight in zip((*sn.FEATURES, "CONSTANT"), weights, strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
