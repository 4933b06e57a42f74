"""Firms newly above designated size (新升规), which a scheme may score as 规下 for a while.

浙亩均办〔2022〕2号 二(一)6: “对新升规未满 1 年的企业，可按规下企业评价”. What says so: a flag of
the year that names it, with its first day; else last year's published result, in which the firm
still was 规下.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.case import Case

_NAMED: Final = r"新升规|新上规|小升规|新进规|新增规上"


def newly_above(case: Case, year: int, years: float = 1.0) -> pd.Index:
    """Codes of 规上 enterprises that became so less than ``years`` before 31 December of ``year``.

    Returns:
        Sorted uscc. A flag without a first day counts for its year; last year's result tells
        nothing of less than a year.
    """
    firms = case.enterprises
    above = firms.loc[firms["size"].str.contains("规上|以上"), "uscc"]
    last = pd.Timestamp(year, 12, 31)
    flags = case.flags[(case.flags["year"] == year) & case.flags["reason"].str.contains(_NAMED)]
    start = flags["start_on"]
    since = last - pd.DateOffset(months=round(12 * years))
    fresh = start.isna() | ((start > since) & (start <= last))
    before = case.previous_grades[case.previous_grades["year"] == year - 1]
    small = before.loc[before["size"].str.contains("规下|以下") & (years >= 1), "uscc"]
    named = pd.concat([flags.loc[fresh, "uscc"], small[~small.isin(flags["uscc"])]])
    found: pd.Index = pd.Index(sorted(set(above) & set(named)), dtype="str", name="uscc")
    return found
