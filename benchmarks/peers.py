"""The peers: what people reach for when names must be matched, each on the plain names.

They run in an environment of their own (requirements/bench.lock): recordlinkage wants pandas 2. `n`
in a name means normalised: NFKC, simplified script, blanks and marks dropped.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import opencc
import pandas as pd

from benchmarks.base_names import division_names
from benchmarks.method import Answers, in_chunks
from benchmarks.name_parts import learn, place_writings

_MARKS: Final = re.compile(r"[\s\"'“”\u2018\u2019《》()\[\]【】{}·.,，。、;；:：\-—_*]+")
DF_CAP: Final = 300
SEED: Final = 1


def norm(texts: Sequence[str]) -> list[str]:
    """The one line of normalising that every peer may have."""
    convert = opencc.OpenCC("t2s").convert
    return [_MARKS.sub("", convert(unicodedata.normalize("NFKC", t))).upper() for t in texts]


def _brute(register: list[str], texts: list[str], scorer: str, limit_s: float) -> Answers:
    from rapidfuzz import distance, fuzz, process

    functions: dict[str, Callable[..., float]] = {
        "ratio": fuzz.ratio,
        "WRatio": fuzz.WRatio,
        "jw": distance.JaroWinkler.similarity,
    }

    def ask(chunk: Sequence[str]) -> tuple[Sequence[int], Sequence[float]]:
        table = process.cdist(
            chunk, register, scorer=functions[scorer], dtype=np.float32, workers=2
        )
        best = table.argmax(axis=1)
        return best.tolist(), table[np.arange(len(chunk)), best].tolist()

    return in_chunks(texts, ask, limit_s, size=500)


def rapidfuzz_ratio(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """Brute `ratio` on raw strings, chunked so that no full matrix stands."""
    return _brute(register, texts, "ratio", limit_s)


def rapidfuzz_ratio_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """Brute `ratio`, normalised."""
    return _brute(norm(register), norm(texts), "ratio", limit_s)


def rapidfuzz_jw_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """Brute Jaro-Winkler, normalised."""
    return _brute(norm(register), norm(texts), "jw", limit_s)


def rapidfuzz_wratio_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """Brute WRatio, normalised: what extractOne does unasked."""
    return _brute(norm(register), norm(texts), "WRatio", limit_s)


def rapidfuzz_block_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """2-gram inverted index with a cap on its postings, then `ratio` on the ten best."""
    from rapidfuzz import fuzz

    names, queries = norm(register), norm(texts)
    start = time.perf_counter()
    index: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        for gram in {name[i : i + 2] for i in range(len(name) - 1)}:
            index[gram].append(row)
    index = {g: rows for g, rows in index.items() if len(rows) <= DF_CAP}
    prepared = time.perf_counter() - start

    def one(text: str) -> tuple[int, float]:
        votes: dict[int, float] = defaultdict(float)
        for gram in sorted({text[i : i + 2] for i in range(len(text) - 1)}):
            rows = index.get(gram, ())
            for row in rows:
                votes[row] += 1 / len(rows)
        near = sorted(votes, key=lambda r: (-votes[r], r))[:10]
        scored = [(fuzz.ratio(text, names[r]), -r) for r in near]
        score, row = max(scored, default=(0.0, 1))
        return -row, score

    def ask(chunk: Sequence[str]) -> tuple[Sequence[int], Sequence[float]]:
        found = [one(text) for text in chunk]
        return [f for f, _ in found], [s for _, s in found]

    answers = in_chunks(queries, ask, limit_s)
    answers.prepare_s = prepared
    return answers


def _tfidf(register: list[str], texts: list[str], limit_s: float) -> Answers:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), dtype=np.float64)
    right = vectors.fit_transform(register).T.tocsr()

    def ask(chunk: Sequence[str]) -> tuple[Sequence[int], Sequence[float]]:
        found = sp_matmul_topn(vectors.transform(chunk), right, top_n=1, sort=True, n_threads=2)
        have = np.diff(found.indptr) > 0
        firms, scores = np.full(len(chunk), -1), np.zeros(len(chunk))
        firms[have], scores[have] = found.indices, found.data
        return firms.tolist(), scores.tolist()

    return in_chunks(texts, ask, limit_s, size=2000)


def tfidf(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """sparse_dot_topn on TF-IDF of character 1-3-grams, raw strings."""
    return _tfidf(register, texts, limit_s)


def tfidf_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """The same, normalised: the yardstick of the generator's fairness."""
    return _tfidf(norm(register), norm(texts), limit_s)


def _split_frame(names: list[str], splitter: Any) -> pd.DataFrame:
    parts = [splitter.split(name) for name in names]
    return pd.DataFrame(
        {
            "unique_id": range(len(names)),
            "name": names,
            "place": [p.place for p in parts],
            "house": [p.trade_name for p in parts],
            "trade": [p.trade for p in parts],
            "house2": [p.trade_name[:2] for p in parts],
            "head4": [n[:4] for n in names],
            "core4": [(p.trade_name + p.trade)[1:5] for p in parts],
        }
    ).replace("", None)


def _frames(register: list[str], texts: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    names, queries = norm(register), norm(texts)
    splitter = learn(names, place_writings(division_names()))
    return _split_frame(names, splitter), _split_frame(queries, splitter)


def splink_n(register: list[str], texts: list[str], _limit_s: float) -> Answers:
    """Splink on DuckDB: name, 字号, trade, place compared, blocked five ways, trained by EM.

    Term-frequency adjustments are off: with them R at P ≥ .98 fell from 0.35 to 0.06 at 5k, since
    an unregistered sibling shares a rare 字号.
    """
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    right, left = _frames(register, texts)
    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.95, 0.9, 0.8]),
            cl.LevenshteinAtThresholds("house", [3, 6]),
            cl.JaroWinklerAtThresholds("trade", [0.8]),
            cl.ExactMatch("place"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("name"),
            block_on("house"),
            block_on("house2", "trade"),
            block_on("head4"),
            block_on("core4"),
        ],
        probability_two_random_records_match=1 / len(register),
        retain_matching_columns=False,
    )
    tables = [
        api.register(left, dataset_display_name="parcels"),
        api.register(right, dataset_display_name="firms"),
    ]
    linker = Linker(tables, settings, log_level=40)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("house"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("head4"))
    table = linker.inference.predict(threshold_match_weight=-8).as_pandas_dataframe()
    left_is_parcel = (table["source_dataset_l"] == "parcels").to_numpy()
    ids = table[["unique_id_l", "unique_id_r"]].to_numpy()
    pairs = pd.DataFrame(
        {
            "parcel": np.where(left_is_parcel, ids[:, 0], ids[:, 1]),
            "firm": np.where(left_is_parcel, ids[:, 1], ids[:, 0]),
            "score": table["match_weight"].to_numpy(),
        }
    )
    return _best(pairs, len(texts))


def _best(pairs: pd.DataFrame, total: int) -> Answers:
    """The best pair of each parcel."""
    best = pairs.sort_values(["parcel", "score", "firm"], ascending=[True, False, True])
    best = best.drop_duplicates("parcel").set_index("parcel")
    answers = Answers(total)
    answers.extend(
        best["firm"].reindex(range(total), fill_value=-1).to_numpy(),
        best["score"].reindex(range(total), fill_value=0.0).to_numpy(),
    )
    return answers


def recordlinkage_n(register: list[str], texts: list[str], _limit_s: float) -> Answers:
    """recordlinkage: three blocks, four comparisons, ECM classifier."""
    import recordlinkage as rl

    right, left = _frames(register, texts)
    right, left = right.fillna(""), left.fillna("")
    index = rl.Index()
    for keys in ("house", ["house2", "trade"], "head4"):
        index.block(keys)
    pairs = index.index(left, right)
    compare = rl.Compare(n_jobs=2)
    compare.string("name", "name", method="jarowinkler", threshold=0.92)
    compare.string("house", "house", method="levenshtein", threshold=0.6)
    compare.string("trade", "trade", method="jarowinkler", threshold=0.8)
    compare.exact("place", "place")
    vectors = compare.compute(pairs, left, right)
    model = rl.ECMClassifier(binarize=0.5)
    model.fit(vectors)
    table = pd.DataFrame(
        {
            "parcel": pairs.get_level_values(0),
            "firm": pairs.get_level_values(1),
            "score": model.prob(vectors).to_numpy(),
        }
    )
    from rapidfuzz import fuzz, process

    # ECM knows few distinct scores; whole-name similarity orders pairs it holds equal.
    a = left["name"].to_numpy()[table["parcel"]]
    b = right["name"].to_numpy()[table["firm"]]
    near = process.cpdist(a.tolist(), b.tolist(), scorer=fuzz.ratio)
    table["score"] = table["score"] + near / 1e6
    return _best(table, len(texts))
