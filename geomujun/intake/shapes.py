"""Geometry of a layer: coordinate system, mending, and which rows can do without."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.catalogue import TABLES
from geomujun.geo import crs as geo_crs
from geomujun.geo.area import ellipsoid_area_m2
from geomujun.geo.crs import Place
from geomujun.geo.places import CHINA
from geomujun.geo.validity import AREA_CHANGE, State, mend
from geomujun.intake import units
from geomujun.intake.issues import Issues
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Raw
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t

OUTSIDE: Final = "outside"
SHOWN_ROWS: Final = 5
# A registered area this many times off the drawn one is probably in another unit.
_AREA_UNITS: Final = ("㎡", "亩", "公顷")
_SAME: Final = (0.8, 1.25)  # drawn ÷ registered area of layers whose unit is right


def _reasons() -> dict[str, str]:
    return {
        State.MISSING: t("没有图形，或图形损坏读不出", "no geometry, or one that cannot be read"),
        State.EMPTY: t("图形是空的", "empty geometry"),
        State.NOT_FINITE: t("坐标含有 NaN 或无穷大", "coordinates are NaN or infinite"),
        State.NOT_POLYGON: t("不是面状图形", "not a polygon"),
        State.COLLAPSED: t("图形没有面积", "a geometry without area"),
        OUTSIDE: t("图形落在中国范围之外", "a geometry outside China"),
    }


def place_with(place: Place, codes: pd.Series) -> Place:
    """The place with a layer's own division codes first, the most frequent in front."""
    if not len(codes):
        return place
    counts = codes.value_counts()
    ranked = sorted(counts.index, key=lambda c: (-int(counts[c]), c))[:3]
    return Place(tuple(ranked), place.point)


def locate(raw: Raw, rule: Rule, place: Place, verdict: FileVerdict) -> npt.NDArray[Any]:
    """Geometry in EPSG:4490, the decision written into the verdict.

    Raises:
        CrsRefusedError: the system cannot be told or is refused.
    """
    geometry = shapely.force_2d(raw.geometry)
    found = geo_crs.decide(geometry, raw.crs_wkt, place, asked=rule.crs, axes=rule.axes)
    verdict.crs, verdict.crs_how = found.label, found.how
    verdict.notes += found.notes
    return geo_crs.to_lonlat(geometry, found)


def _outside(geometry: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    west, east, south, north = CHINA
    box = shapely.bounds(geometry)
    with np.errstate(invalid="ignore"):
        beyond = (box[:, 0] < west) | (box[:, 2] > east) | (box[:, 1] < south) | (box[:, 3] > north)
    return np.asarray(beyond, dtype=bool)


def _can_do_without(frame: pd.DataFrame, stem: str) -> npt.NDArray[np.bool_]:
    """Rows that mean something without a shape: parcels, and buildings that name theirs."""
    if stem == "parcels":
        return np.ones(len(frame), dtype=bool)
    if stem == "buildings":
        named = (frame["parcel_code"] != "") | (frame["real_estate_unit"] != "")
        return named.to_numpy(dtype=bool)
    return np.zeros(len(frame), dtype=bool)


def settle(
    geometry: npt.NDArray[Any], frame: pd.DataFrame, stem: str, issues: Issues, verdict: FileVerdict
) -> npt.NDArray[Any]:
    """Mend geometries; list those that cannot be used.

    Args:
        geometry: In EPSG:4490.
        frame: Typed rows, as many.
        stem: Layer.
        issues: Where rows without a usable shape are listed: dropped values where the row can do
            without, rejected rows otherwise.
        verdict: Counts what was mended.

    Returns:
        Polygons and MultiPolygons, or None.
    """
    result = mend(geometry)
    out, state = result.geometry, result.state
    beyond = _outside(out)
    state[beyond], out[beyond] = OUTSIDE, None
    spared = _can_do_without(frame, stem)
    for name, reason in _reasons().items():
        hit = state == name
        if hit.any():
            verdict.geometry[reason] = int(hit.sum())
            issues.drop(hit & spared, "geometry", None, reason)
            issues.reject(hit & ~spared, "geometry", None, reason)
    _note_mended(state, result.area_change, frame, verdict)
    return out


def _note_mended(
    state: Any, change: npt.NDArray[np.float64], frame: pd.DataFrame, verdict: FileVerdict
) -> None:
    mended = state == State.MENDED
    if mended.any():
        verdict.geometry[t("自相交等错误已修复", "invalid, mended")] = int(mended.sum())
    changed = mended & (change > AREA_CHANGE)
    if changed.any():
        rows = "、".join(str(r) for r in frame["row"][changed].head(SHOWN_ROWS))
        verdict.geometry[t("修复后面积变化超过 1%", "area changed by more than 1 %")] = int(
            changed.sum()
        )
        verdict.notes.append(
            t(
                "修复后面积变化超过 1% 的行：{r}",
                "rows whose area mending changed by more than 1 %: {r}",
                r=rows,
            )
        )


def compare_areas(layer: gpd.GeoDataFrame, verdict: FileVerdict) -> None:
    """Warn when the registered areas look like another unit than the one taken."""
    if "area_m2" not in layer or layer.empty:
        return
    known = layer["area_m2"].gt(0).to_numpy() & layer["geometry"].notna().to_numpy()
    if known.sum() < 3:
        return
    drawn = ellipsoid_area_m2(layer["geometry"].to_numpy()[known])
    ratio = float(np.median(drawn / layer["area_m2"].to_numpy()[known]))
    if _SAME[0] <= ratio <= _SAME[1]:
        return
    field = TABLES[verdict.stem].by_name["area_m2"]
    taken = verdict.units.get("area_m2", (units.own_word(field.unit), ""))[0]
    what = t(
        "图形面积约为{f}的 {r:.4g} 倍（{f}按{u}读入）",
        "drawn areas are about {r:.4g} times {s} (read as {u})",
        f=field.label, s=field.standard, r=ratio, u=taken,
    )  # fmt: skip
    perhaps = _unit_of(ratio, field.unit, taken)
    verdict.warn(
        what
        + (
            t(
                "，实际单位可能是{w}；核实后在 mapping.yaml 的 {stem} 下写 units: {{{s}: {w}}}",
                "; perhaps they are {w}: then, under {stem} of mapping.yaml, units: {{{s}: {w}}}",
                w=perhaps, s=field.standard, stem=verdict.stem,
            ) if perhaps
            else t("；请核实面积单位和坐标系", "; check the unit and the coordinate system")
        )
    )  # fmt: skip


def _unit_of(ratio: float, unit: str, taken: str) -> str:
    """The unit in which registered areas would equal the drawn ones; "" for none."""
    now = units.factor(unit, taken) or 1.0
    for word in _AREA_UNITS:
        if _SAME[0] <= ratio * now / (units.factor(unit, word) or np.nan) <= _SAME[1]:
            return word
    return ""
