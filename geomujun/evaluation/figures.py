"""Yearly figures: one value per firm and item out of the rows several departments sent.

Rows of different 来源 stand side by side. For each item the department the catalogue names answers
(`Field.source`); then `ORDER`; other named sources by name; then rows that name none; the firm's
own report last. The values not taken stand beside it in the finding FIGURE_CONFLICT.
Duplicate rows of one source: the smaller value counts, so that file order decides nothing.

Source: S0 五(二) (企业直报 carries 道德风险); 浙亩均办〔2022〕2号 三14 (数源责任部门).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.domain.keys import numbered
from geomujun.domain.model import Kind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ORDER: Final = (
    "税务", "统计", "电力", "生态环境", "人社", "发改", "科技", "自然资源", "经信", "市场监管",
)  # fmt: skip
SELF_REPORTED: Final = "企业直报"
_FIRST, _OTHER, _BLANK, _SELF = -1, 100, 101, 102
COLUMNS: Final = tuple(f.name for f in TABLES["indicators"].fields if f.kind is Kind.NUMBER)
PLEDGED: Final = ("pledged_m2", "attained_m2")  # 标准地: see `evaluation.pledges`
OPERANDS: Final = (*COLUMNS, *PLEDGED)  # what a formula may read, beside the area


def pick(indicators: pd.DataFrame, year: int) -> pd.DataFrame:
    """The figures of one year: index uscc, sorted; one float column per item, NaN missing.

    Args:
        indicators: The case's table; a firm with a row but no value is in the result too.
        year: Year of the figures.
    """
    rows = indicators[(indicators["year"] == year).fillna(False).to_numpy(dtype=bool)]
    rows = rows[(rows["uscc"] != "").to_numpy(dtype=bool)]
    code, names = numbered(rows["uscc"])
    index = names.rename("uscc")
    if len(rows) == len(index):
        return rows.set_index("uscc")[list(COLUMNS)].reindex(index).astype("float64")
    said, sources = numbered(rows["source"].str.strip())
    trusted = _trusted(pd.Series(sources, dtype="str"))
    order = _Order(code, said)
    picked: dict[str, Floats] = {}
    for name in COLUMNS:
        value = rows[name].to_numpy(dtype=float)
        kept = order.counting(trusted[TABLES["indicators"].by_name[name].source], value)
        column = np.full(len(index), np.nan)
        column[code[kept]] = value[kept]
        picked[name] = column
    return pd.DataFrame(picked, index=index)


def _trusted(sources: pd.Series) -> dict[str, Ints]:
    """`trust` of the sources by the department that answers for a field."""
    departments = {TABLES["indicators"].by_name[name].source for name in COLUMNS}
    return {d: trust(sources, d).to_numpy() for d in sorted(departments)}


def trust(source: pd.Series, department: str) -> pd.Series:
    """How far down the list each source stands; smaller counts first."""
    rank = pd.Series(_OTHER, index=source.index, dtype="int64")
    for i, word in reversed(list(enumerate(ORDER))):
        rank[source.str.contains(word, regex=False)] = i
    rank[source.str.contains(department, regex=False)] = _FIRST
    rank[source == ""] = _BLANK
    rank[source.str.contains("直报|自报", regex=True)] = _SELF
    return rank


class _Order:
    """Rows by firm and trust; fields of one department share their order."""

    def __init__(self, code: Ints, said: Ints) -> None:
        """``code``, ``said``: firm and source of every row, as numbers."""
        self.code, self.said = code, said
        pairs = code * (said.max(initial=0) + 1) + said
        self.repeats = len(np.unique(pairs)) < len(pairs)
        self._known: dict[tuple[int, ...], Ints] = {}

    def counting(self, how: Ints, value: Floats) -> Ints:
        """Row positions that count, one per firm.

        Args:
            how: Trust by source (`trust`).
            value: Of every row, NaN missing. Of rows of one source the smaller counts.
        """
        key = tuple(how.tolist())
        if self.repeats:
            order = np.lexsort((value, self.said, how[self.said], self.code))
        elif key in self._known:
            order = self._known[key]
        else:
            order = np.lexsort((self.said, how[self.said], self.code))
            self._known[key] = order
        order = order[~np.isnan(value[order])]
        first = np.ones(len(order), dtype=bool)
        first[1:] = self.code[order][1:] != self.code[order][:-1]
        return order[first]
