"""Screening by how densely a parcel is built: 容积率 and 建筑系数."""

from __future__ import annotations

import pandas as pd

from geomujun.lang import t
from geomujun.ledger.sight import Sight
from geomujun.screening.registry import Numbers, hits, screening


def _built_industry(sight: Sight) -> pd.DataFrame:
    """Industrial parcels with buildings, out of their construction and transition period."""
    table = sight.parcels[sight.parcels["industrial"] & (sight.parcels["area_m2"] > 0)]
    table = table.join(sight.built, how="inner").sort_index()
    return table[~sight.fully_exempt(table.index)]


@screening("LOW_FAR_OLD")
def low_ratio(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Floor area ratio below the lowest limit of its users' sectors.

    A parcel with an industrial user whose sector has no known limit is left out. Of several limits
    the lowest counts: on a shared parcel nobody is held to another's sector.
    """
    used = sight.used[sight.used["is_industry"].eq(True)]
    sector = used["sector"].map(dict(numbers)).astype(float).groupby(used["parcel_code"])
    limit = sector.min()[sector.count() == sector.size()]
    table = _built_industry(sight).join(limit.rename("limit"), how="inner")
    ratio = table["floor_double_m2"] / table["area_m2"]
    low = ratio < table["limit"]
    operands = [
        t(
            "建筑面积 {floor:.2f} ㎡（层高超过8米加倍）÷ 登记面积 {area:.2f} ㎡ = {ratio:.3f}",
            "floor area {floor:.2f} m2 (storeys over 8 m twice) / registered {area:.2f} m2 = "
            "{ratio:.3f}",
            floor=floor,
            area=area,
            ratio=value,
        )
        for floor, area, value in zip(
            table.loc[low, "floor_double_m2"], table.loc[low, "area_m2"], ratio[low], strict=True
        )
    ]
    return hits(ratio[low], table.loc[low, "limit"], operands)


@screening("COV")
def low_coverage(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Building coefficient below the control figure; yards and structures are not in the layer."""
    table = _built_industry(sight)
    share = table["footprint_m2"] / table["area_m2"]
    low = share < numbers["coverage"]
    operands = [
        t(
            "建筑占地 {foot:.2f} ㎡ ÷ 登记面积 {area:.2f} ㎡ = {share:.3f}",
            "footprint {foot:.2f} m2 / registered {area:.2f} m2 = {share:.3f}",
            foot=foot,
            area=area,
            share=value,
        )
        for foot, area, value in zip(
            table.loc[low, "footprint_m2"], table.loc[low, "area_m2"], share[low], strict=True
        )
    ]
    return hits(share[low], numbers["coverage"], operands)
