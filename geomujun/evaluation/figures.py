"""Yearly figures: one value per firm and item out of the rows several departments sent.

Rows of different 来源 stand side by side. For each item the department the catalogue names answers
(`Field.source`); then `ORDER`; other named sources by name; then rows that name none; the firm's
own report last. The value not taken is never lost: it comes back as a conflict when it differs.
Duplicate rows of one source: the smaller value counts, so that file order decides nothing.

Source: S0 五(二) (企业直报 carries 道德风险); 浙亩均办〔2022〕2号 三14 (数源责任部门).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind

ORDER: Final = (
    "税务", "统计", "电力", "生态环境", "人社", "发改", "科技", "自然资源", "经信", "市场监管",
)  # fmt: skip
SELF_REPORTED: Final = "企业直报"
_FIRST, _OTHER, _BLANK, _SELF = -1, 100, 101, 102
COLUMNS: Final = tuple(f.name for f in TABLES["indicators"].fields if f.kind is Kind.NUMBER)
_CONFLICT: Final = (
    "uscc", "field", "kept_source", "kept_value", "other_source", "other_value", "difference",
)  # fmt: skip


def pick(indicators: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The figures of one year and the values that were not taken.

    Args:
        indicators: The case's table.
        year: Year of the figures.

    Returns:
        ``figures``: index uscc, sorted; one float column per item, NaN missing. A firm with a row
        but no value is there. ``conflicts``: uscc, field, kept_source, kept_value, other_source,
        other_value, difference (other - kept), where the two differ; sorted.
    """
    rows = indicators[(indicators["year"] == year).fillna(False).to_numpy(dtype=bool)]
    rows = rows[rows["uscc"].to_numpy(dtype=str) != ""]
    index = pd.Index(sorted(rows["uscc"].unique()), name="uscc", dtype="str")
    if len(rows) == len(index):
        figures = rows.set_index("uscc")[list(COLUMNS)].reindex(index).astype("float64")
        return figures, pd.DataFrame(columns=list(_CONFLICT))
    source = rows["source"].str.strip()
    picked: dict[str, pd.Series] = {}
    conflicts: list[pd.DataFrame] = []
    for name in COLUMNS:
        column, other = _one(rows["uscc"], source, rows[name], name)
        picked[name] = column.reindex(index)
        conflicts.append(other)
    found = pd.concat(conflicts, ignore_index=True)
    return (
        pd.DataFrame(picked, index=index).astype("float64"),
        found.sort_values([*_CONFLICT[:2], "other_source", "other_value"], ignore_index=True),
    )


def trust(source: pd.Series, department: str) -> pd.Series:
    """How far down the list each source stands; smaller counts first."""
    rank = pd.Series(_OTHER, index=source.index, dtype="int64")
    for i, word in reversed(list(enumerate(ORDER))):
        rank[source.str.contains(word, regex=False)] = i
    rank[source.str.contains(department, regex=False)] = _FIRST
    rank[source == ""] = _BLANK
    rank[source.str.contains("直报|自报", regex=True)] = _SELF
    return rank


def _one(
    uscc: pd.Series, source: pd.Series, value: pd.Series, name: str
) -> tuple[pd.Series, pd.DataFrame]:
    department = TABLES["indicators"].by_name[name].source
    have = value.notna()
    rows = pd.DataFrame({"uscc": uscc, "source": source, "value": value.astype("float64")})[have]
    rows["trust"] = trust(rows["source"], department)
    rows = rows.sort_values(["uscc", "trust", "source", "value"], ignore_index=True)
    first = ~rows.duplicated("uscc")
    kept = rows[first].set_index("uscc")
    other = rows[~first]
    base = kept.reindex(other["uscc"])
    table = pd.DataFrame(
        {
            "uscc": other["uscc"].to_numpy(),
            "field": name,
            "kept_source": base["source"].to_numpy(),
            "kept_value": base["value"].to_numpy(),
            "other_source": other["source"].to_numpy(),
            "other_value": other["value"].to_numpy(),
        }
    )
    table["difference"] = table["other_value"] - table["kept_value"]
    differs = ~np.isclose(table["other_value"], table["kept_value"], rtol=1e-9, atol=1e-9)
    return kept["value"], table[differs]
