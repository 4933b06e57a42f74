"""The register's names that a text may mean, scored: candidates, comparisons, bits.

Rarity of 字号 and trade is learned from the register itself; comparisons are those of `compare`,
their bits those of `weights`. Worked off in chunks, so that memory does not grow with the pairs.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.matching.candidates import CHUNK
from geomujun.matching.compare import Columns, columns_of, levels
from geomujun.matching.register import Register, worth_of
from geomujun.matching.weights import Weights, shipped
from geomujun.text.lexicon import Lexicon
from geomujun.text.names import parse
from geomujun.text.sound import sounds

FLOOR: Final = -20.0  # bits, prior included; a weaker name is no candidate


def parse_queries(texts: pd.Series, lexicon: Lexicon) -> pd.DataFrame:
    """Distinct texts parsed as the register's names: parts and ``pinyin``, indexed by text.

    A text that says what the firm is called now (变更为…) or was called before (原名…) has a
    further row for that name.
    """
    distinct = pd.Series(pd.unique(texts), dtype="str")
    parts = parse(distinct, lexicon).set_axis(distinct.to_numpy())
    others = [parts.loc[parts[other] != "", other] for other in ("renamed", "former")]
    parts = pd.concat([parts, *(parse(other, lexicon) for other in others)])
    parts["pinyin"] = sounds(parts["trade_name"])
    return parts


def match_names(
    queries: pd.DataFrame,
    register: Register,
    weights: Weights | None = None,
    floor: float = FLOOR,
) -> pd.DataFrame:
    """Candidates of each query name among the register's names.

    Args:
        queries: From `parse_queries`.
        register: From `register.build`.
        weights: Bits per level; None for the shipped ones.
        floor: Bits with the prior, below which a pair is left out; learning keeps all.

    Returns:
        Frame: ``query`` (text), ``name_row`` (row of ``register.names``), ``uscc``, ``former``,
        ``until``, levels ``l_name l_trade l_place l_legal l_whole``, ``rarity`` and
        ``trade_rarity`` (bits), ``b_name b_trade b_place b_legal b_whole`` and their sum ``bits``;
        of one query and enterprise only its best name. Sorted by query, then falling bits.
    """
    weights = weights or shipped()
    queries = queries.iloc[np.argsort(queries.index.to_numpy(object), kind="stable")]
    names = register.names
    least = floor + np.log2(max(register.size, 2))
    chunks = []
    for start, left, right in register.index.search(queries):
        mine = columns_of(queries.iloc[start : start + CHUNK])
        found = levels(_taken(mine, left), _taken(register.compared, right), register.lexicon)
        worth = {name: values[right] for name, values in register.worth.items()}
        bits = weights.bits_of(found, worth["rarity"], worth["trade_rarity"])
        rows = np.flatnonzero(bits["bits"] >= least)
        told: dict[str, Any] = {**found, **worth, **bits}
        told |= {"left": left + start, "name_row": right}
        chunks.append(pd.DataFrame({name: values[rows] for name, values in told.items()}))
    return _best_names(pd.concat(chunks, ignore_index=True), queries, names)


def _taken(columns: Columns, rows: npt.NDArray[np.int64]) -> Columns:
    return {part: values[rows] for part, values in columns.items()}


def _best_names(pairs: pd.DataFrame, queries: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """The best name of each text and enterprise, in the order `match_names` promises."""
    left, right, bits = (pairs[c].to_numpy() for c in ("left", "name_row", "bits"))
    text = pd.factorize(queries.index)[0][left]  # texts are sorted, so their codes are
    firm = pd.factorize(names["uscc"].to_numpy(object)[right], sort=True)[0]
    order = np.lexsort((right, names["former"].to_numpy()[right], -bits, firm, text))
    again = (np.diff(text[order]) == 0) & (np.diff(firm[order]) == 0)
    order = order[~np.concatenate([[False], again])[: len(order)]]
    order = order[np.lexsort((firm[order], -bits[order], text[order]))]
    found = pd.DataFrame({"query": queries.index.take(left[order]), "name_row": right[order]})
    of_name = names[["uscc", "former", "until"]].take(right[order])
    rest = pairs.drop(columns=["left", "name_row"]).take(order)
    parts = [found.astype({"query": "str"}), of_name, rest]
    return pd.concat([part.reset_index(drop=True) for part in parts], axis=1)


def compare(left: pd.DataFrame, right: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Levels and rarities of pairs of parsed names, row by row."""
    found = levels(columns_of(left), columns_of(right), register.lexicon)
    return pd.DataFrame(found, index=right.index).assign(**worth_of(right, register.rare))
