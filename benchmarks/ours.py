"""The product on the same task, by names only, through one door: `match_texts`.

A case of the register's firms and nothing else; holders are split as the main job splits them. The
score of the best candidate is its weight against all others and against no firm at all:
log2 of 2^w ÷ (1 + Σ 2^w of the rivals), w = prior + bits, so a close rival lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.method import Answers
from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.matching import names as engine
from geomujun.matching import register as registers
from geomujun.matching.holders import split_cell
from geomujun.text.identifiers import uscc_check_char


def codes(count: int) -> list[str]:
    """Valid 信用代码 for made-up firms."""
    heads = (f"91330100{i:09d}" for i in range(count))
    return [head + uscc_check_char(head) for head in heads]


def case_of(names: Sequence[str]) -> Case:
    """A case that has enterprises with a name and nothing else."""
    empty = {
        Kind.TEXT: "", Kind.NUMBER: np.nan, Kind.INTEGER: pd.NA, Kind.DATE: pd.NaT,
    }  # fmt: skip
    base = Case()
    columns = {f.name: empty[f.kind] for f in TABLES["enterprises"].fields}
    frame = pd.DataFrame({**columns, "uscc": codes(len(names)), "name": list(names)})
    frame["row"] = np.arange(1, len(names) + 1)
    firms = frame.astype(base.enterprises.dtypes.to_dict())[list(base.enterprises.columns)]
    return base.with_tables(enterprises=firms)


def match_texts(register: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """The adapter: every call of the engine goes through here.

    Returns:
        ``parcel`` (row of ``texts``), ``firm`` (row of ``register``), ``bits``: all candidates.
    """
    case = case_of(register)
    known = registers.build(case, registers.lexicon_of(case))
    parts = [(i, part) for i, text in enumerate(texts) for part in split_cell(text) if part]
    wanted = pd.DataFrame(parts, columns=["parcel", "query"])
    found = engine.match_names(engine.parse_queries(wanted["query"], known.lexicon), known)
    position = pd.Series(np.arange(len(known.firms)), index=known.firms["uscc"])
    found["firm"] = found["uscc"].map(position).to_numpy(dtype=np.int64)
    return wanted.merge(found[["query", "firm", "bits"]], on="query")


def scored(found: pd.DataFrame, firms: int) -> pd.DataFrame:
    """The best candidate of each parcel and its score (module docstring)."""
    weight = (found["bits"] - np.log2(max(firms, 2))).to_numpy(dtype=np.float64)
    parcel, firm = found["parcel"].to_numpy(), found["firm"].to_numpy()
    asked = parcel * (pd.factorize(found["query"])[0].max(initial=0) + 1)
    asked = pd.factorize(asked + pd.factorize(found["query"])[0])[0]
    likes = np.exp2(np.clip(weight, -60, 60))
    order = np.lexsort((firm, -weight, asked))
    best = order[np.concatenate([[True], np.diff(asked[order]) != 0])[: len(order)]]
    total = np.bincount(asked, likes)
    rest = 1.0 + (total[asked[best]] - likes[best]).clip(min=0.0)
    score = weight[best].clip(-60, 60) - np.log2(rest)
    table = pd.DataFrame(
        {"parcel": parcel[best], "firm": firm[best], "score": score, "weight": weight[best]}
    )
    table = table.sort_values(["parcel", "score", "firm"], ascending=[True, False, True])
    return table.drop_duplicates("parcel")


def names_only(register: list[str], texts: list[str], _limit_s: float) -> Answers:
    """The product by names only."""
    best = scored(match_texts(register, texts), len(register)).set_index("parcel")
    answers = Answers(len(texts))
    rows = range(len(texts))
    answers.extend(
        best["firm"].reindex(rows, fill_value=-1).to_numpy(),
        best["score"].reindex(rows, fill_value=-99.0).to_numpy(),
    )
    return answers
