"""Firms newly above designated size (新升规), which a scheme may score as 规下 for a year.

浙亩均办〔2022〕2号 二(一)6: rated as 规下 while less than a year has passed. What says so: a flag
of the year that names it, with its first day; else last year's published result, in which the
firm still was 规下.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.case import Case

_NAMED: Final = r"新升规|新上规|小升规|新进规|新增规上"


def newly_above(case: Case, year: int) -> pd.Index:
    """Codes of 规上 enterprises that became so less than a year before 31 December of ``year``.

    Returns:
        Sorted uscc. A flag without a first day counts for its year.
    """
    firms = case.enterprises
    above = firms.loc[firms["size"].str.contains("规上|以上"), "uscc"]
    last = pd.Timestamp(year, 12, 31)
    flags = case.flags[(case.flags["year"] == year) & case.flags["reason"].str.contains(_NAMED)]
    start = flags["start_on"]
    fresh = start.isna() | ((start > last - pd.DateOffset(years=1)) & (start <= last))
    before = case.previous_grades[case.previous_grades["year"] == year - 1]
    small = before.loc[before["size"].str.contains("规下|以下"), "uscc"]
    named = pd.concat([flags.loc[fresh, "uscc"], small[~small.isin(flags["uscc"])]])
    found: pd.Index = pd.Index(sorted(set(above) & set(named)), dtype="str", name="uscc")
    return found
