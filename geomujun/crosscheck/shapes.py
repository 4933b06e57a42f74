"""Findings from layers laid over each other: use, expansion, floor area ratio, overlaps."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely

from geomujun.crosscheck.registry import findings, graded, rule
from geomujun.domain.keys import among, of, rows_of
from geomujun.domain.words import Severity
from geomujun.lang import t
from geomujun.ledger.sight import Sight

# 三调 land classes that bear industry: 工业, 采矿, 仓储 (0604 in older data, 0508 in 三调; the last
# two not confirmed in the standard's text). 1001 and 1101 mean railway and water here.
INDUSTRIAL_CLASSES: Final = ("0601", "0602", "0604", "0508")


@rule("USE_MISMATCH")
def use_mismatch(sight: Sight) -> pd.DataFrame:
    """Registered industrial and surveyed otherwise, or the reverse, by the dominant land class."""
    limits = sight.facts.values("USE_MISMATCH", {"share": 0.5, "covered": 0.5})
    table = sight.patches_on_parcels
    facts = sight.case.patches.drop_duplicates("patch_code").set_index("patch_code")
    names = facts["land_class_name"].where(facts["land_class_name"] != "", facts["land_class"])
    told = facts[["land_class"]].assign(name=names)
    told = rows_of(told, table["patch_code"]).set_axis(table.index)
    table = pd.concat([table, told], axis=1)
    table["works"] = table["land_class"].str.startswith(INDUSTRIAL_CLASSES)
    by_use = table.groupby(["parcel_code", "works"])["overlap_m2"].sum().unstack().fillna(0.0)
    by_use = by_use.reindex(columns=[False, True], fill_value=0.0).sort_index()
    total = by_use.sum(axis=1)
    covered = table.groupby("parcel_code")["parcel_share"].sum().reindex(total.index)
    says = sight.parcels["industrial"].reindex(total.index)
    against = np.where(says, by_use[False], by_use[True]) / total
    odd = (against > limits["share"]) & (covered >= limits["covered"])
    share = pd.Series(against, index=total.index)[odd]
    top = table[among(table["parcel_code"], share.index)]
    top = top.sort_values(["parcel_code", "overlap_m2", "name"], ascending=[True, False, True])
    top = top[top["works"] != says.reindex(top["parcel_code"]).to_numpy()]
    surveyed = top.groupby("parcel_code")["name"].first()
    registered = sight.parcels["land_use"].reindex(share.index)
    message = [
        t(
            "登记用途“{registered}”，调查地类主要是“{surveyed}”（占 {share:.1%}）",
            "registered as {registered!r}, surveyed mainly as {surveyed!r} ({share:.1%})",
            registered=one,
            surveyed=two,
            share=part,
        )
        for one, two, part in zip(registered, surveyed.reindex(share.index), share, strict=True)
    ]
    severity = Severity.MEDIUM
    value = (share, limits["share"], "ratio")
    return findings(
        ("parcel", share.index), value, severity, message, sight.holders_of(share.index)
    )


@rule("EXPANSION")
def expansion(sight: Sight) -> pd.DataFrame:
    """A building reaches beyond the land of its parcel's holder, by area and by its own share."""
    limits = sight.facts.values("EXPANSION", {"area_m2": 20.0, "share": 0.01})
    home = sight.building_parcel.reset_index(drop=True)
    home = home[home != ""]
    if home.empty:
        return _none()
    drawn, inside = _inside(sight, home)
    beyond = drawn - inside
    out = (beyond > limits["area_m2"]) & (beyond > limits["share"] * drawn)
    frame = pd.DataFrame({"parcel_code": home[out], "beyond": beyond[out]})
    frame = frame[sight.concerns_industry(frame["parcel_code"])]
    sums = frame.sort_values(["parcel_code", "beyond"]).groupby("parcel_code")["beyond"]
    area, count = sums.sum(), sums.size()
    message = [
        t(
            "{n} 幢建筑越过宗地界线，越界 {area:.2f} ㎡；复核前不计入面积",
            "{n} building(s) reach {area:.2f} m2 beyond the parcel; not counted before review",
            n=n,
            area=value,
        )
        for value, n in zip(area, count, strict=True)
    ]
    other = sight.holders_of(area.index)
    value = (area, limits["area_m2"], "m2")
    return findings(("parcel", area.index), value, graded(area > 500), message, other)


def _inside(sight: Sight, home: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Drawn area of each building, and how much of it lies on land of its parcel's holder."""
    drawn = pd.Series(shapely.area(sight.building_shapes)).reindex(home.index)
    table = sight.buildings_over_parcels
    table = table[table["building"].isin(home.index)]
    names = sight.parcels["holder_names"]
    holder = of(sight.holders, names.index).set_axis(names.index)
    holder = holder.where(holder.notna(), names).fillna("")
    at, base = table["parcel_code"], home.reindex(table["building"])
    whose, mine = of(holder, at).to_numpy(), of(holder, base).to_numpy()
    own = (at.to_numpy() == base.to_numpy()) | ((whose == mine) & (mine != ""))
    inside = table[own].groupby("building")["overlap_m2"].sum()
    return drawn, inside.reindex(home.index, fill_value=0.0)


@rule("FAR_MISMATCH")
def far_mismatch(sight: Sight) -> pd.DataFrame:
    """Built floor area ratio outside a band around the registered one, where both are known."""
    limits = sight.facts.values("FAR_MISMATCH", {"low": 0.7, "high": 1.4})
    parcels = sight.parcels[["floor_area_ratio", "area_m2"]]
    parcels = parcels[(parcels["floor_area_ratio"] > 0) & (parcels["area_m2"] > 0)]
    built = sight.built["floor_m2"][among(sight.built.index, parcels.index)]
    parcels = rows_of(parcels, built.index).assign(floor_m2=built)
    parcels = parcels[sight.concerns_industry(parcels.index)]
    built = parcels["floor_m2"] / parcels["area_m2"]
    ratio = built / parcels["floor_area_ratio"]
    odd = (ratio < limits["low"]) | (ratio > limits["high"])
    message = [
        t(
            "建成容积率 {built:.2f}，登记容积率 {told:.2f}，为登记的 {ratio:.2f} 倍",
            "built floor area ratio {built:.2f}, registered {told:.2f}: {ratio:.2f} times",
            built=one,
            told=two,
            ratio=times,
        )
        for one, two, times in zip(
            built[odd], parcels.loc[odd, "floor_area_ratio"], ratio[odd], strict=True
        )
    ]
    edge = np.where(ratio[odd] < limits["low"], limits["low"], limits["high"])
    other = sight.holders_of(ratio[odd].index)
    value = (ratio[odd], 0.0, "ratio")
    found = findings(("parcel", ratio[odd].index), value, Severity.MEDIUM, message, other)
    return found.assign(threshold=edge)


@rule("AREA_GEOMETRY")
def area_geometry(sight: Sight) -> pd.DataFrame:
    """Registered area (ZDMJ) and the area of the drawn parcel on the ellipsoid are apart."""
    limits = sight.facts.values("AREA_GEOMETRY", {"share": 0.05, "area_m2": 50.0})
    layer = sight.case.parcels
    drawn = pd.Series(shapely.area(sight.parcel_shapes), index=layer.index)
    told = layer["area_m2"]
    gap = (drawn - told).abs()
    odd = (gap > limits["share"] * told) & (gap > limits["area_m2"])
    odd = layer.loc[odd, "parcel_code"].sort_values(kind="stable").index
    share = (gap / told)[odd]
    message = [
        t(
            "登记面积 {told:.2f} ㎡，图形椭球面积 {drawn:.2f} ㎡，相差 {share:.1%}",
            "registered {told:.2f} m2, drawn {drawn:.2f} m2 on the ellipsoid: {share:.1%} apart",
            told=one,
            drawn=two,
            share=part,
        )
        for one, two, part in zip(told[odd], drawn[odd], share, strict=True)
    ]
    code = layer.loc[odd, "parcel_code"]
    value = (share, limits["share"], "ratio")
    return findings(("parcel", code), value, graded(share > 0.5), message, sight.holders_of(code))


@rule("PARCEL_OVERLAP")
def parcel_overlap(sight: Sight) -> pd.DataFrame:
    """Two parcels of one layer (地表 B, 地上 S, 地下 X) overlap by a share of the smaller."""
    limit = sight.facts.values("PARCEL_OVERLAP", {"share": 0.01})["share"]
    table = sight.parcels_on_parcels.copy()
    table["share"] = table[["left_share", "right_share"]].max(axis=1)
    same = table["left_code"].str.slice(13, 14) == table["right_code"].str.slice(13, 14)
    table = table[same & (table["share"] > limit)]
    message = [
        t(
            "与宗地 {other} 重叠 {area:.2f} ㎡，占较小宗地的 {share:.1%}",
            "overlaps parcel {other} by {area:.2f} m2, {share:.1%} of the smaller",
            other=code,
            area=area,
            share=share,
        )
        for code, area, share in zip(
            table["right_code"], table["overlap_m2"], table["share"], strict=True
        )
    ]
    severity = graded(table["share"] > 0.5)
    value = (table["share"], limit, "ratio")
    return findings(("parcel", table["left_code"]), value, severity, message, table["right_code"])


def _none() -> pd.DataFrame:
    nothing = pd.Series(dtype="str")
    return findings(("parcel", nothing), (float("nan"), float("nan"), ""), Severity.LOW, [])
