"""The real sets: aliases, project names, addresses, parcel texts; their truth is not ours.

Each function returns a plain dict for the report; a set that is not there is said on stderr. Peers
here are the best single methods known on the same set.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import distance, process
from scipy import sparse

from benchmarks import fit_addresses, fit_short, ours
from benchmarks.base_names import data_folder
from benchmarks.metrics import mcnemar
from benchmarks.name_parts import Splitter, learn, place_writings
from geomujun.matching import addresses, mentions
from geomujun.matching import register as registers
from geomujun.text.lexicon import short_place
from geomujun.text.lots import parse_lots
from geomujun.text.normal import normalise_text

Hits = npt.NDArray[np.bool_]
LEAST_RUN: Final = 3  # characters of the holder's own name that a project name must hold


def plain(text: str) -> str:
    """What every method here may have: one normalising, no brackets."""
    return re.sub(r"[()]", "", normalise_text(text))


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV with or without a BOM."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def register_names(folder: Path) -> list[str]:
    """The register of real names."""
    text = (folder / "company_register_part.txt").read_text("utf-8-sig")
    return [line.strip() for line in text.splitlines() if line.strip()]


def tfidf(names: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Cosine of character 1-3-gram TF-IDF (smoothed as scikit-learn does), texts × names."""

    def grams(text: str) -> list[str]:
        return [text[i : i + k] for k in (1, 2, 3) for i in range(len(text) - k + 1)]

    lists = [grams(n) for n in names]
    column = {g: i for i, g in enumerate(sorted({g for found in lists for g in found}))}
    df = np.zeros(len(column))
    for found in lists:
        df[[column[g] for g in set(found)]] += 1
    idf = np.log((1 + len(names)) / (1 + df)) + 1

    def matrix(found: list[list[str]]) -> sparse.csr_matrix:
        pairs = [(i, column[g]) for i, row in enumerate(found) for g in row if g in column]
        at = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        counts = sparse.csr_matrix(
            (np.ones(len(at)), (at[:, 0], at[:, 1])), (len(found), len(column))
        )
        weighted = counts @ sparse.diags(idf)
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sparse.diags(1 / np.maximum(length, 1e-12)) @ weighted

    return np.asarray((matrix([grams(t) for t in texts]) @ matrix(lists).T).toarray())


def short_names(folder: Path) -> dict[str, Any]:
    """Short → full: the first answer in the register of real names."""
    pairs = read_csv(folder / "short_full_names_part.csv")
    names = register_names(folder)
    row_of = {name: i for i, name in enumerate(names)}
    shorts, truth = [p["short"] for p in pairs], np.array([row_of[p["full"]] for p in pairs])
    start = time.perf_counter()
    best = ours.scored(ours.match_texts(names, shorts), len(names)).set_index("parcel")
    engine = best["firm"].reindex(range(len(shorts)), fill_value=-1).to_numpy() == truth
    engine_s = time.perf_counter() - start
    start = time.perf_counter()
    frame, values, _ = fit_short.pairs_of(folder)
    module = fit_short.cross_validated(frame, values, len(shorts))
    module_s = time.perf_counter() - start
    table = process.cdist(
        [plain(s) for s in shorts], [plain(n) for n in names],
        scorer=distance.JaroWinkler.similarity, dtype=np.float32, workers=2,
    )  # fmt: skip
    winkler = table.argmax(axis=1) == truth
    return {
        "cases": len(shorts),
        "geomujun, whole engine": float(engine.mean()),
        "shortnames, cross-validated": float(module.mean()),
        "rapidfuzz Jaro-Winkler": float(winkler.mean()),
        "engine_s": engine_s,
        "module_s": module_s,
        "mcnemar_vs_jw": mcnemar(module.to_numpy(dtype=bool), winkler),
    }


def longest_run(a: str, b: str) -> int:
    """Length of the longest run of characters both texts have."""
    best = 0
    for i in range(len(a)):
        while i + best < len(a) and a[i : i + best + 1] in b:
            best += 1
    return best


def _partial_projects(rows: list[dict[str, str]], splitter: Splitter) -> pd.DataFrame:
    """Land-supply rows whose project name holds a part of the holder's own name, not all of it."""
    out = []
    for row in rows:
        holder, project = plain(row["权利人"]), plain(row["项目名称"])
        parts = splitter.split(row["权利人"])
        own = plain(parts.trade_name + parts.trade)
        named = longest_run(plain(parts.trade_name), project) >= 2
        if holder not in project and named and longest_run(own, project) >= LEAST_RUN:
            near = [short_place(w) for w in (*row["省市"].split(","), row["区县"]) if w]
            out.append((row["项目名称"], row["权利人"], "|".join(sorted(set(near)))))
    frame = pd.DataFrame(out, columns=["text", "holder", "near"], dtype="str")
    return frame.drop_duplicates(["text", "holder"], ignore_index=True)


def projects(folder: Path) -> dict[str, Any]:
    """Project names that hold part of the holder's name: first answer, paired with TF-IDF."""
    rows = read_csv(folder / "land_supply_2017_part.csv")
    names = sorted({*register_names(folder), *(row["权利人"] for row in rows)})
    areas = [row["name"] for row in read_csv(folder / "cn_areas.csv")]
    wanted = _partial_projects(rows, learn(names, place_writings(areas)))
    truth = pd.Series(range(len(names)), index=names).loc[wanted["holder"].tolist()].to_numpy()
    case = ours.case_of(names)
    known = registers.build(case, registers.lexicon_of(case)).names
    firm = known["firm"].to_numpy()

    def first(near: pd.Series | None) -> Hits:
        found = mentions.mentioned(wanted["text"], known, near).drop_duplicates("left")
        right = found.set_index("left")["right"].reindex(range(len(wanted)), fill_value=-1)
        return np.asarray((firm[right.to_numpy()] == truth) & (right >= 0).to_numpy())

    flat = [plain(n) for n in names]
    with_place = [f"{plain(t)}{n.replace('|', '')}" for t, n in zip(
        wanted["text"], wanted["near"], strict=True)]  # fmt: skip
    peer = tfidf(flat, [plain(t) for t in wanted["text"]]).argmax(axis=1) == truth
    peer_place = tfidf(flat, with_place).argmax(axis=1) == truth
    bare, placed = first(None), first(wanted["near"])
    return {
        "cases": len(wanted),
        "mentions, text only": float(bare.mean()),
        "mentions, with the record's division": float(placed.mean()),
        "TF-IDF, text only": float(peer.mean()),
        "TF-IDF, with the record's division": float(peer_place.mean()),
        "mcnemar text only": mcnemar(bare, peer),
        "mcnemar with division": mcnemar(placed, peer_place),
    }


def address_pairs(folder: Path) -> dict[str, Any]:
    """Addresses: a full match ranked first, cross-validated; weighted 2-gram Jaccard beside it."""
    everything = fit_addresses.pairs_of(folder)
    start = time.perf_counter()
    values = addresses.features(everything["left"], everything["right"])
    seconds = time.perf_counter() - start
    wanted = fit_addresses.rankable(everything)
    frame, measured = everything[wanted].reset_index(drop=True), values[wanted]
    mine = fit_addresses.cross_validated(frame, measured)
    left, right = (measured[:, addresses.FEATURES.index(f"{s}_pairs")] for s in ("left", "right"))
    jaccard = 1 / np.maximum(1 / np.maximum(left, 1e-9) + 1 / np.maximum(right, 1e-9) - 1, 1e-9)
    peer = fit_addresses.ranked_first(frame, jaccard).sort_index()
    return {
        "cases": len(mine),
        "addresses, cross-validated": float(mine.mean()),
        "IDF-weighted 2-gram Jaccard": float(peer.mean()),
        "mcnemar": mcnemar(mine.to_numpy(dtype=bool), peer.to_numpy(dtype=bool)),
        "pairs_per_s": len(everything) / max(seconds, 1e-9),
    }


def parcel_texts(folder: Path) -> dict[str, Any]:
    """Parcel-code texts: all lots and a section found.

    ``listed`` lots come from the source's own column, which lost lines broken in the text: texts
    whose listed lots are a part of ours are counted apart.
    """
    rows = read_csv(folder / "tw_parcel_code_text_part.csv")
    found = parse_lots(pd.Series([row["text"] for row in rows], dtype="str"))
    main = found[found["note"] == ""]
    lots = main.groupby("row")["lot"].agg(list).to_dict()
    sections = (
        main.groupby("row")["section"].agg(lambda s: bool((s.str.len() >= 2).all())).to_dict()
    )
    same = more = split = 0
    for i, row in enumerate(rows):
        listed, got = [w.strip() for w in row["land_numbers"].split("|")], lots.get(i, [])
        same += listed == got
        more += listed != got and got[-len(listed) :] == listed
        split += bool(got) and sections.get(i, False)
    return {
        "cases": len(rows),
        "split into section and lots": split / len(rows),
        "lots equal to the source's": same / len(rows),
        "the source's are the last of ours": more / len(rows),
    }


SETS: Final[dict[str, tuple[str, Callable[[Path], dict[str, Any]]]]] = {
    "short to full names": ("short_full_names_part.csv", short_names),
    "project names": ("land_supply_2017_part.csv", projects),
    "addresses": ("address_pairs_part.jsonl", address_pairs),
    "parcel texts": ("tw_parcel_code_text_part.csv", parcel_texts),
}


def run(given: str | None) -> dict[str, dict[str, Any]]:
    """All real sets that are there; what is not is said loudly and left out."""
    folder = data_folder(given)
    out: dict[str, dict[str, Any]] = {}
    for name, (file, measure) in SETS.items():
        if folder is None or not (folder / file).is_file():
            print(f"!!! real set '{name}' skipped: {file} is not there", file=sys.stderr)
            continue
        print(f"· {name}", file=sys.stderr)
        out[name] = measure(folder)
    return out
