"""Which coordinate system a layer is in, decided from what it declares and from its coordinates.

The declaration (.prj and the like) is checked against the coordinates; without one the range of
the coordinates and the division code decide; what stays open is refused with what was seen. Swapped
axes are reported and never mended silently; 西安80, 北京54 and local systems are refused unless a
person names an EPSG code. No file is read here.

Zones and their codes: `zones`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geomujun.errors import DataError
from geomujun.geo.places import CHINA, box_of, distance_deg, seat_of
from geomujun.geo.zones import (
    FALSE_EASTING,
    MERIDIANS,
    coordinate_range,
    datum_family,
    gauss_krueger,
    is_northing,
    is_zoned,
    median_point,
    meridian_epsg,
    zone_epsg,
    zone_meridian,
)
from geomujun.lang import t

TARGET: Final = "EPSG:4490"
WEB_MERCATOR: Final = "EPSG:3857"
NEAR_DEG: Final = 1.0  # a candidate may miss the division's seat or box by this much
NEAR_POINT_DEG: Final = 1.4  # other data of the case are nearer than a division's seat
ZONE_REACH_M: Final = 700_000.0  # 7° of longitude; a zone's neighbour lies 860 km off or more
HINT_CRS: Final = ("在 mapping.yaml 中写明 crs: EPSG:编号", "say crs: EPSG:n in mapping.yaml")
HINT_ASKED: Final = ("改正 mapping.yaml 中的 crs 或 axes", "correct crs or axes in mapping.yaml")
HINT_AXES: Final = (
    "核实后在 mapping.yaml 中写 axes: yx，或按东坐标在前重新导出",
    "check, then say axes: yx in mapping.yaml, or export with the easting first",
)


@dataclass(frozen=True, slots=True)
class Place:
    """What else is known of where a case lies."""

    divisions: tuple[str, ...] = ()  # most frequent division codes, the first counts most
    point: tuple[float, float] | None = None  # lon, lat of other data of the case, degrees


@dataclass(frozen=True, slots=True)
class Decision:
    """The coordinate system to read a layer in, and why."""

    crs: CRS
    label: str  # "EPSG:4528", else the name
    how: str
    swap: bool = False  # the first coordinate is the northing
    notes: list[str] = field(default_factory=list)


class CrsRefusedError(DataError):
    """The coordinate system cannot be told, or is one that must not be read as CGCS2000."""


@cache
def _to_target(crs_text: str) -> Transformer:
    return Transformer.from_crs(CRS.from_user_input(crs_text), TARGET, always_xy=True)


def _lands(crs: str, x: float, y: float) -> tuple[float, float]:
    lon, lat = _to_target(crs).transform(x, y)
    return float(lon), float(lat)


def _in_china(lon: float, lat: float) -> bool:
    return math.isfinite(lon) and math.isfinite(lat) and distance_deg(lon, lat, CHINA) == 0


def _refused(
    zh: str, en: str, at: tuple[float, float], hint: tuple[str, str] = HINT_CRS, **values: object
) -> CrsRefusedError:
    """The refusal, with the coordinates that were seen."""
    seen = t("坐标中位数 x={x:.3f}, y={y:.3f}", "median coordinates x={x:.3f}, y={y:.3f}",
             x=at[0], y=at[1])  # fmt: skip
    return CrsRefusedError(t(zh, en, seen=seen, **values), hint=t(*hint))


# ---- what is declared -------------------------------------------------------------------------


def _refuse_datum(crs: CRS, family: str) -> None:
    known = {
        "xian80": t("1980西安坐标系", "Xi'an 1980"),
        "beijing54": t("1954北京坐标系", "Beijing 1954"),
    }
    if family in ("cgcs2000", "wgs84"):
        return
    name = known.get(family, t("地方或未知坐标系", "a local or unknown system"))
    raise CrsRefusedError(
        t("声明的坐标系“{crs}”是{name}，不能当作 CGCS2000",
          "the declared system {crs!r} is {name} and cannot be read as CGCS2000",
          crs=crs.name, name=name),
        hint=t(
            "请先由测绘部门转换到 CGCS2000；确知可用时在 mapping.yaml 中写 crs: EPSG:编号",
            "have it converted to CGCS2000 first, or say crs: EPSG:n in mapping.yaml",
        ),
    )  # fmt: skip


def _declared_zone(crs: CRS, gk: tuple[int, float], x: float, y: float) -> Decision:
    """A declared Gauss–Krüger zone, its false easting checked against the coordinates."""
    meridian, easting = gk
    shape = coordinate_range(x, y)
    declared = t("声明：{crs}", "declared: {crs}", crs=crs.name)
    own_zone = easting > 1e6 and zone_meridian(int(easting // 1e6)) == meridian
    if own_zone and abs(x - easting) <= ZONE_REACH_M:
        # Fits as declared; far from its meridian the easting may run into the next zone's number.
        code, expected = zone_epsg(int(easting // 1e6)), easting
    elif shape == "zoned":
        zone = int(x // 1e6)
        if zone_meridian(zone) != meridian:
            raise _refused(
                "声明的中央经线 {m}° 与东坐标中的带号 {z}（中央经线 {zm}°）矛盾；{seen}",
                "declared meridian {m}° contradicts zone {z} ({zm}°) in the easting; {seen}",
                (x, y),
                m=meridian,
                z=zone,
                zm=zone_meridian(zone),
            )
        code, expected = zone_epsg(zone), zone * 1e6 + FALSE_EASTING
    elif shape == "plain":
        code, expected = meridian_epsg(meridian), FALSE_EASTING
    else:
        raise _contradiction(crs, x, y)
    notes = []
    if easting != expected:
        notes.append(
            t(
                "声明的东偏移 {d:.0f} 与坐标不符，按坐标取 {e:.0f}（{code}）",
                "declared false easting {d:.0f} contradicts the data; {e:.0f} taken ({code})",
                d=easting,
                e=expected,
                code=code,
            )
        )
    return Decision(CRS.from_user_input(code), code, declared, notes=notes)


def _contradiction(crs: CRS, x: float, y: float) -> CrsRefusedError:
    return _refused(
        "坐标与声明的坐标系“{crs}”不符；{seen}",
        "the coordinates contradict the declared system {crs!r}; {seen}",
        (x, y),
        crs=crs.name,
    )


def _label(crs: CRS) -> str:
    code = crs.to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else crs.name


def _from_declared(crs: CRS, x: float, y: float, place: Place) -> Decision:
    _refuse_datum(crs, datum_family(crs))
    shape = coordinate_range(x, y)
    if crs.is_geographic != (shape == "degrees"):
        # Metres under a declaration in degrees, or the reverse: the coordinates decide.
        found = _from_range(x, y, place)
        note = t(
            "声明的“{crs}”与坐标单位不符，按坐标判定",
            "declared {crs!r} does not fit the unit of the coordinates, which decide",
            crs=crs.name,
        )
        return Decision(found.crs, found.label, found.how, notes=[note, *found.notes])
    if crs.is_geographic:
        how = t("声明：{crs}", "declared: {crs}", crs=crs.name)
        return Decision(CRS.from_user_input(TARGET), _label(crs), how)
    gk = gauss_krueger(crs)
    if gk is not None:
        return _declared_zone(crs, gk, x, y)
    if crs.to_epsg(min_confidence=60) is None:
        _refuse_datum(crs, "")
    lon, lat = _lands(crs.to_wkt(), x, y)
    if not _in_china(lon, lat):
        raise _contradiction(crs, x, y)
    return Decision(crs, _label(crs), t("声明：{crs}", "declared: {crs}", crs=crs.name))


# ---- what the coordinates say -----------------------------------------------------------------


def _candidates(x: float, y: float) -> list[str]:
    """Systems whose coordinates may look like this, without regard to place."""
    out = []
    zone = zone_epsg(int(x // 1e6))
    if zone and is_zoned(x) and is_northing(y):
        out.append(zone)
    if 1e5 <= x < 1e6 and 1e6 <= y <= 6.2e6:
        out += [meridian_epsg(m) for m in MERIDIANS]
    if 8.1e6 <= x <= 15.2e6 and 3.3e5 <= y <= 7.2e6:
        out.append(WEB_MERCATOR)
    return [code for code in out if _in_china(*_lands(code, x, y))]


def _gap(code: str, x: float, y: float, place: Place) -> float | None:
    """Degrees between where a candidate puts the layer and where the case lies; None if unknown."""
    lon, lat = _lands(code, x, y)
    division = place.divisions[0] if place.divisions else ""
    seat = place.point or seat_of(division)
    if seat is not None:
        return max(abs(lon - seat[0]), abs(lat - seat[1]) / 2)  # only meridians are in question
    box = box_of(division)
    return None if box is None else distance_deg(lon, lat, box)


def _undecided(options: Sequence[str], x: float, y: float, place: Place) -> CrsRefusedError:
    codes = "、".join(place.divisions[:3]) or t("无", "none")
    return _refused(
        "没有坐标系声明，且坐标不能唯一判定：{seen}；可能是 {n} 个之一：{o}；行政区划代码：{c}",
        "no declared system, and the coordinates fit {n}: {o}; {seen}; division codes: {c}",
        (x, y),
        n=len(options),
        o="、".join(options),
        c=codes,
    )


def _from_range(x: float, y: float, place: Place) -> Decision:
    if coordinate_range(x, y) == "degrees":
        how = t("坐标在经纬度范围内", "the coordinates are degrees")
        return Decision(CRS.from_user_input(TARGET), TARGET, how)
    options = _candidates(x, y)
    if not options:
        raise _refused(
            "坐标不属于任何国家坐标系的取值范围（可能是地方坐标系）：{seen}",
            "the coordinates fit no national system (perhaps a local one): {seen}",
            (x, y),
        )
    chosen, by = options[0], t("坐标范围", "coordinate range")
    if len(options) > 1:
        gaps = [(gap, code) for code in options if (gap := _gap(code, x, y, place)) is not None]
        reach = NEAR_DEG if place.point is None else NEAR_POINT_DEG
        near = [code for gap, code in gaps if gap <= reach]
        if len(near) != 1:
            raise _undecided(near or options, x, y, place)
        chosen = near[0]
        by = (
            t(
                "坐标范围与本案其他数据的位置",
                "coordinate range and where the case's other data lie",
            )
            if place.point is not None
            else t(
                "坐标范围与行政区划代码 {c}",
                "coordinate range and division {c}",
                c=place.divisions[0],
            )
        )
    return Decision(CRS.from_user_input(chosen), chosen, t("按{by} 判定", "by {by}", by=by))


def _asked(text: str, x: float, y: float) -> Decision:
    crs = CRS.from_user_input(text)
    lon, lat = _lands(text, x, y)
    if not _in_china(lon, lat):
        raise _refused(
            "mapping.yaml 指定的 {crs} 与坐标不符；{seen}",
            "{crs} of mapping.yaml does not fit the coordinates; {seen}",
            (x, y),
            HINT_ASKED,
            crs=text,
        )
    notes = []
    if datum_family(crs) not in ("cgcs2000", "wgs84"):
        notes.append(
            t(
                "{crs} 与 CGCS2000 的基准面不同，通用转换参数可能差几米到一百米",
                "{crs} has another datum: general parameters may be metres to 100 m off",
                crs=text,
            )
        )
    return Decision(crs, text, "mapping.yaml", notes=notes)


def _parse(declared: str) -> CRS | None:
    try:
        return CRS.from_user_input(declared) if declared.strip() else None
    except (CRSError, ValueError):  # ValueError: broken PROJJSON
        return None


def _far_note(found: Decision, x: float, y: float, place: Place) -> list[str]:
    boxes = [(code, box) for code in place.divisions[:1] if (box := box_of(code)) is not None]
    lon, lat = _lands(found.crs.to_wkt(), x, y)
    return [
        t(
            "图层位于 ({lon:.3f}, {lat:.3f})，不在行政区划代码 {c} 所属省的范围内，请核实坐标系",
            "the layer lies at ({lon:.3f}, {lat:.3f}), outside the province of {c}: check its CRS",
            lon=lon,
            lat=lat,
            c=code,
        )
        for code, box in boxes
        if distance_deg(lon, lat, box) > NEAR_DEG
    ]


def decide(
    geometry: npt.NDArray[Any],
    declared: str,
    place: Place,
    *,
    asked: str = "",
    axes: str = "",
) -> Decision:
    """Tell a layer's coordinate system.

    Args:
        geometry: Shapely objects as read, x first; None and non-finite ones are passed over.
        declared: WKT or authority text of the declaration, "" for none.
        place: Division codes and a known point of the case, to tell meridians apart.
        asked: "EPSG:n" of mapping.yaml; wins over everything.
        axes: "yx" when a person says that the first coordinate is the northing.

    Returns:
        The system, how it was decided and what is worth noting.

    Raises:
        CrsRefusedError: swapped axes, a refused datum, a contradiction, or no unique system.
    """
    middle = median_point(geometry)
    if middle is None:
        return Decision(CRS.from_user_input(TARGET), TARGET, t("没有坐标", "no coordinates"))
    x, y = reversed(middle) if axes == "yx" else middle
    if coordinate_range(x, y).endswith("_swapped"):
        raise _refused(
            "坐标轴颠倒（北坐标在前）：{seen}",
            "axes swapped (northing first): {seen}",
            (x, y),
            HINT_AXES,
        )
    crs = _parse(declared)
    if asked:
        found = _asked(asked, x, y)
    elif crs is not None:
        found = _from_declared(crs, x, y, place)
    else:
        found = _from_range(x, y, place)
        found = replace(found, how=t("无声明；{how}", "none declared; {how}", how=found.how))
    notes = [*found.notes, *_far_note(found, x, y, place)]
    if declared.strip() and crs is None:
        notes.insert(
            0, t("坐标系声明读不懂，未采用", "the declaration cannot be understood and is not used")
        )
    if axes == "yx":
        notes.append(t("按 mapping.yaml 交换了坐标轴", "axes swapped as mapping.yaml says"))
    return Decision(found.crs, found.label, found.how, axes == "yx", notes)


def to_lonlat(geometry: npt.NDArray[Any], decision: Decision) -> npt.NDArray[Any]:
    """Geometries in EPSG:4490, lon/lat degrees.

    Args:
        geometry: 2D shapely objects or None, as read.
        decision: The system they are in.
    """
    swap = decision.swap
    if decision.crs.is_geographic and datum_family(decision.crs) in ("cgcs2000", "wgs84"):
        # The two datums agree within centimetres, and PROJ knows no transformation between them.
        return shapely.transform(geometry, lambda xy: xy[:, ::-1]) if swap else geometry
    transform = _to_target(decision.crs.to_wkt()).transform

    def forward(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = (xy[:, 1], xy[:, 0]) if swap else (xy[:, 0], xy[:, 1])
        return np.column_stack(transform(x, y))

    moved: npt.NDArray[Any] = shapely.transform(geometry, forward)
    return moved
