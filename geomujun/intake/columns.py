"""Which unit each number column is in: claims weighed, contradictions refused.

Rank of claims: mapping.yaml, the row (MJDW), the header and the unit row, a line 「单位：…」
above the header (areas and money only), the contract's unit. Two different claims of one rank are
refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.model import Field, Kind, Table
from geomujun.intake import units
from geomujun.intake.headers import Match
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Header, Raw, UnreadableError
from geomujun.intake.values import Flags
from geomujun.lang import t

# Units a line above the header can give to every column of a kind. 吨 is left out: it may mean coal
# equivalent, carbon dioxide or pollutants.
_TABLE_WIDE: Final = ("m2", "wan_yuan", "wan_yuan_per_mu")
# 《不动产登记数据库标准》 面积单位代码; the standard's table was not seen: unconfirmed.
AREA_UNIT_CODES: Final = {"1": "㎡", "2": "亩", "3": "公顷"}


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a column: word, factor to the catalogue's unit, who says so."""

    unit: str  # of the catalogue
    word: str
    factor: float
    how: str
    fixed: bool = False  # mapping.yaml: the row's own unit does not count
    claimed: bool = False  # the file says it


def _distinct(f: Field, claims: list[tuple[str, str]]) -> dict[float, str]:
    out: dict[float, str] = {}
    for word, _ in claims:
        factor = units.factor(f.unit, word)
        if factor is not None:
            out.setdefault(factor, word)
    return out


def _ambiguous(f: Field, words: list[str], where: str) -> UnreadableError:
    return UnreadableError(
        t(
            "“{f}”的单位有两种说法（{w}，{where}），不能判定",
            "the unit of {f} is claimed twice ({w}, {where})",
            f=f.standard,
            w="、".join(words),
            where=where,
        ),
        hint=t(
            "在 mapping.yaml 中写 units: {{{f}: 单位}}",
            "say units: {{{f}: unit}} in mapping.yaml",
            f=f.standard,
        ),
    )


def _choose(f: Field, header: Header, raw: Raw, rule: Rule) -> Unit:
    if f.name in rule.units:
        word = rule.units[f.name]
        factor = units.WORDS[f.unit][units.unit_word(word)]
        return Unit(f.unit, word, factor, "mapping.yaml", fixed=True)
    own = _distinct(f, header.units)
    if len(own) > 1:
        raise _ambiguous(f, list(own.values()), header.text)
    if own:
        factor, word = next(iter(own.items()))
        how = t("表头", "header")
        if any(who == "unit row" for _, who in header.units):
            how = t("单位行", "unit row")
        return Unit(f.unit, word, factor, how, claimed=True)
    wide = _distinct(f, [(w, "") for w in raw.table_units]) if f.unit in _TABLE_WIDE else {}
    if len(wide) > 1:
        raise _ambiguous(f, list(wide.values()), t("表头上方的单位行", "the line above the header"))
    if wide:
        factor, word = next(iter(wide.items()))
        return Unit(
            f.unit, word, factor, t("表头上方“单位：”", "line above the header"), claimed=True
        )
    return Unit(f.unit, units.own_word(f.unit), 1.0, t("约定", "contract"))


def choose_units(table: Table, raw: Raw, found: Match, rule: Rule) -> dict[str, Unit]:
    """The unit of every number column that is there and has one.

    Raises:
        UnreadableError: two claims of one rank differ.
    """
    out = {}
    for f in table.fields:
        at = found.columns.get(f.name)
        if at is not None and f.kind is Kind.NUMBER and f.unit in units.WORDS:
            out[f.name] = _choose(f, raw.headers[at], raw, rule)
    return out


Broken = list[tuple[Flags, pd.Series, str]]


def row_units(
    unit: Unit, words: pd.Series | None, n: int
) -> tuple[npt.NDArray[np.float64], Broken]:
    """Factor per row, where a column of the row (MJDW) may name the unit.

    Args:
        unit: Unit of the column.
        words: The row's unit words, "" for none; None when there is no such column.
        n: Number of rows.

    Returns:
        Factors, and the rows that cannot be read: mask, words shown, reason.
    """
    factor = np.full(n, unit.factor)
    if words is None or unit.fixed:
        return factor, []
    known: dict[str, float] = {}
    for word in sorted(words.unique().tolist()):
        found = units.factor(unit.unit, AREA_UNIT_CODES.get(word, word))
        known[word] = unit.factor if not word else (np.nan if found is None else found)
    own = words.map(known).to_numpy(dtype="float64")
    unknown = np.isnan(own)
    against = ~unknown & (words != "").to_numpy(dtype=bool) & (own != unit.factor) & unit.claimed
    broken = [
        (unknown, words, t("面积单位不认识", "an unknown unit")),
        (
            against,
            words,
            t(
                "本行的面积单位与{how}的单位矛盾",
                "the row's unit contradicts the {how}",
                how=unit.how,
            ),
        ),
    ]
    return np.where(unknown, 1.0, own), broken
