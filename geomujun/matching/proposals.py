"""Weak ways from a text to the enterprise it may mean: a short form, a mention, a like address.

They are asked when the name itself finds nobody. Each proposes and none links, so nothing found
here is ever in the band `auto`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.words import Band
from geomujun.lang import t
from geomujun.matching.addresses import address_bits
from geomujun.matching.compete import chances
from geomujun.matching.evidence import PRIOR, Item
from geomujun.matching.lookup import Found, Index
from geomujun.matching.mentions import mentioned
from geomujun.matching.names import parse_queries
from geomujun.matching.shortnames import is_short, short_candidates
from geomujun.text.normal import normalise

NEAREST: Final = 200  # addresses that share most pairs of characters are compared

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]


def by_short_form(index: Index, name: str, top: int = 5) -> list[Found]:
    """Enterprises a short form may stand for, likeliest first; none for a name written in full."""
    queries = parse_queries(pd.Series([name], dtype="str"), index.register.lexicon).iloc[:1]
    if not is_short(queries).any():
        return []
    found = short_candidates(queries, index.register.names)
    line = t("可能是该企业的简称", "may be a short form of its name")
    return _by_names(index, found, ("short", name, line), top)


def by_mention(index: Index, text: str, top: int = 5) -> list[Found]:
    """Enterprises a running text (a project's name, a note) may name, likeliest first."""
    found = mentioned(pd.Series([text], dtype="str"), index.register.names)
    line = t("文字中提到该企业名称的一部分", "the text says part of its name")
    return _by_names(index, found, ("mention", text, line), top)


def by_address(index: Index, address: str, top: int = 5) -> list[Found]:
    """Enterprises whose production or registered address is likely the same place."""
    firms = index.register.firms
    texts = pd.concat([firms["site_address"], firms["registered_address"]], ignore_index=True)
    row, distinct = pd.factorize(texts)
    written = pd.Series(distinct, dtype="str")
    mine = _character_pairs(normalise(pd.Series([address], dtype="str"))[0])
    shared = np.array([len(mine & _character_pairs(text)) for text in normalise(written)])
    near = np.argsort(-shared, kind="stable")[:NEAREST]
    near = near[shared[near] > 0]
    asked = pd.Series([address] * len(near), dtype="str")
    bits = np.full(len(written), -np.inf)
    bits[near] = address_bits(asked, written.iloc[near].reset_index(drop=True))["bits"]
    rows = np.flatnonzero(np.isfinite(bits[row]))
    line = t("与该企业的地址可能是同一处", "probably the same place as its address")
    return _proposed(
        index,
        (rows % len(firms), texts.iloc[rows].to_numpy(object), bits[row[rows]]),
        ("address", address, line),
        (0.0, top),
    )


def _character_pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _by_names(
    index: Index, found: pd.DataFrame, said: tuple[str, str, str], top: int
) -> list[Found]:
    """Proposals from rows of the register's names: ``right`` and ``bits``."""
    names, row = index.register.names, found["right"].to_numpy()
    firm, written = names["firm"].to_numpy()[row], names["written"].take(row).to_numpy(object)
    bits = found["bits"].to_numpy(dtype=np.float64)
    return _proposed(index, (firm, written, bits), said, (index.prior, top))


def _proposed(
    index: Index,
    pairs: tuple[Ints, npt.NDArray[np.object_], Floats],
    said: tuple[str, str, str],
    limit: tuple[float, int],
) -> list[Found]:
    """The best text of each enterprise, competing with the others and with none of them.

    Args:
        index: The register.
        pairs: Row of the enterprise, its text that was compared, bits; (n,) each.
        said: Name of the comparison, the text asked, the sentence.
        limit: Bits before any comparison, and how many to give.
    """
    (firm, written, bits), (prior, top) = pairs, limit
    order = np.lexsort((firm, -bits))
    order = order[np.sort(np.unique(firm[order], return_index=True)[1])]
    weight = bits[order] + prior
    chance = chances(weight, np.zeros(len(order), dtype=np.intp), 0.0)
    firms, kind = index.register.firms, said[0]
    line = t("先验：名录企业之一", "prior: one enterprise of the register")
    before = (Item(PRIOR, prior, "", "", line),) if prior else ()
    out = []
    for i, p, w in zip(order[:top], chance.tolist(), weight.tolist(), strict=False):
        band = Band.REVIEW.value if p >= index.weights.limits["review"] else ""
        item = Item(kind, float(bits[i]), said[1], str(written[i]), said[2])
        code, name = (str(firms[c].iloc[firm[i]]) for c in ("uscc", "name"))
        out.append(Found(code, name, "", w, p, band, (item, *before)))
    return out
