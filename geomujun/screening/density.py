"""Screening by how densely and with what a parcel is built: 容积率, 建筑系数, 行政办公用地."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.keys import among, rows_of
from geomujun.lang import t
from geomujun.ledger.sight import Sight
from geomujun.screening.registry import Numbers, hits, screening, sector_limit

_OFFICE: Final = r"办公|宿舍|食堂|生活|居住|住宅|综合楼"


def _built_industry(sight: Sight) -> pd.DataFrame:
    """Industrial parcels with buildings, out of their construction and transition period."""
    table = sight.parcels[["industrial", "area_m2"]]
    table = table[table["industrial"] & (table["area_m2"] > 0)]
    built = sight.built[among(sight.built.index, table.index)]
    table = pd.concat([rows_of(table, built.index), built], axis=1)
    return table[~sight.fully_exempt(table.index)]


@screening("LOW_FAR_OLD")
def low_ratio(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Floor area ratio below the lowest limit of its users' sectors.

    A parcel with an industrial user whose sector has no known limit is left out. Of several limits
    the lowest counts: on a shared parcel nobody is held to another's sector.
    """
    table = _built_industry(sight).join(sector_limit(sight, numbers), how="inner")
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


@screening("OFFICE")
def too_much_office(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Share of offices and living quarters in the land, reckoned by floor area.

    Their land is seldom measured apart; then it is shared out as their floor ÷ all floor
    (工业项目建设用地控制指标, 说明). Only parcels where every building has a planned use.
    """
    layer = sight.case.buildings
    floor = layer["floor_area_m2"].where(layer["floor_area_m2"] > 0)
    frame = pd.DataFrame(
        {
            "code": sight.building_parcel,
            "floor_m2": floor,
            "office_m2": floor.where(layer["planned_use"].str.contains(_OFFICE), 0.0),
            "known": (layer["planned_use"] != "") & floor.notna(),
        }
    ).sort_values(["code", "floor_m2"], kind="stable")
    sums = (
        frame[frame["code"] != ""]
        .groupby("code")
        .agg(floor_m2=("floor_m2", "sum"), office_m2=("office_m2", "sum"), known=("known", "all"))
    )
    sums = sums[sums["known"] & (sums["floor_m2"] > 0)]
    table = _built_industry(sight).join(sums[["office_m2", "known"]], how="inner")
    share = table["office_m2"] / sums["floor_m2"].reindex(table.index)
    over = share > numbers["share"]
    operands = [
        t(
            "办公及生活服务建筑面积 {office:.2f} ㎡，占 {share:.1%}",
            "offices and living quarters: {office:.2f} m2 of floor, {share:.1%}",
            office=office,
            share=value,
        )
        for office, value in zip(table.loc[over, "office_m2"], share[over], strict=True)
    ]
    return hits(share[over], numbers["share"], operands)
