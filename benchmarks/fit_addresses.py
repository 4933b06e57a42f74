"""How the weights of `geomujun.matching.addresses` were got: `python -m benchmarks.fit_addresses`.

Conditional logit over the candidates of each query with a full match (完全匹配). Queries are halved
by a seeded draw; one half learns, the other judges, and the reverse. In the file a full match often
stands first, so ties are broken against it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

from benchmarks.base_names import data_folder
from geomujun.matching import addresses

Floats = npt.NDArray[np.float64]
RIDGE = 2.0


def pairs_of(folder: Path) -> pd.DataFrame:
    """Frame ``query left right full`` of all queries."""
    text = (folder / "address_pairs_part.jsonl").read_text("utf-8")
    rows = [
        (i, entry["query"], option["text"], option["label"] == "完全匹配")
        for i, entry in enumerate(map(json.loads, text.splitlines()))
        for option in entry["candidate"]
    ]
    return pd.DataFrame(rows, columns=["query", "left", "right", "full"])


def rankable(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows of queries that have a full match."""
    return frame.groupby("query")["full"].transform("any").to_numpy(dtype=bool)


def ranked_first(frame: pd.DataFrame, score: Floats) -> pd.Series:
    """Whether a full match has the best score of its query; a tie with another counts as no."""
    table = frame.assign(score=np.round(score, 9))
    table = table.sort_values(["query", "score", "full"], ascending=[True, False, True])
    return table.drop_duplicates("query").set_index("query")["full"]


def fit(frame: pd.DataFrame, values: Floats) -> Floats:
    """Weights in nats of the features."""
    scale = values.std(axis=0) + 1e-9
    z, full, query = values / scale, frame["full"].to_numpy(), frame["query"].to_numpy()
    start = np.flatnonzero(np.r_[True, query[1:] != query[:-1]])
    group = np.repeat(np.arange(len(start)), np.diff(np.r_[start, len(query)]))

    def loss(w: Floats) -> tuple[float, Floats]:
        u = z @ w
        e = np.exp(u - np.maximum.reduceat(u, start)[group])
        total = np.add.reduceat(e, start)
        good = np.add.reduceat(np.where(full, e, 0.0), start)
        p, p_good = e / total[group], np.where(full, e, 0.0) / good[group]
        value = (np.log(total) - np.log(good)).sum() + RIDGE * (w @ w) / 2
        return float(value), z.T @ (p - p_good) + RIDGE * w

    found = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / scale)


def calibrate(full: npt.NDArray[np.bool_], score: Floats) -> tuple[float, float]:
    """Slope and constant (bits) that make the score evidence: log2 odds less the base rate's."""
    sign = np.where(full, 1.0, -1.0)

    def loss(p: Floats) -> float:
        return float(np.logaddexp(0.0, -sign * (p[0] * score + p[1])).sum())

    slope, constant = minimize(loss, np.array([0.5, 0.0]), method="L-BFGS-B").x
    base = np.log(full.mean() / (1 - full.mean()))
    return float(slope), float((constant - base) / np.log(2))


def cross_validated(frame: pd.DataFrame, values: Floats) -> pd.Series:
    """`ranked_first` of each query by weights that did not see it."""
    queries = np.sort(frame["query"].unique())
    draw = pd.Series(np.random.default_rng(0).permutation(len(queries)) % 2, index=queries)
    half = frame["query"].map(draw).to_numpy()
    parts = []
    for part in (0, 1):
        weights = fit(frame[half != part], values[half != part])
        parts.append(ranked_first(frame[half == part], values[half == part] @ weights))
    return pd.concat(parts).sort_index()


def main() -> None:
    """Print what was learned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    folder = data_folder(parser.parse_args().data)
    if folder is None:
        parser.error("--data or GEOMUJUN_BENCH_DATA must name the folder of real sets")
    everything = pairs_of(folder)
    all_values = addresses.features(everything["left"], everything["right"])
    wanted = rankable(everything)
    frame, values = everything[wanted].reset_index(drop=True), all_values[wanted]
    right = cross_validated(frame, values)
    print(f"full match ranked first, cross-validated: {right.mean():.4f} of {len(right)} queries")
    weights = fit(frame, values)
    slope, constant = calibrate(everything["full"].to_numpy(), all_values @ weights)
    for name, weight in zip(addresses.FEATURES, weights * slope / np.log(2), strict=True):
        print(f'    "{name}": {weight:.2f},')
    print(f"CONSTANT {constant:.2f}")


if __name__ == "__main__":
    main()
