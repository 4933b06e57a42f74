"""Region evaluation (园区、区域评价): parks within their approved boundary, and counties.

A region's figures are its own yearly figures, never sums over firms; its area is its 建设用地面积.
When that is not given, the construction land of the survey (三调) is clipped to the approved park
boundary, each patch bringing its surveyed area (TBMJ) in proportion; a county takes the patches
that lie in it (坐落单位代码). Without patches, registered parcels stand in the same way. Ranked
within kind and level (“分不同级别园区进行分类排序”), not graded.

Sources: 市政发〔2022〕11号 二(二) and 附件; construction land by 三调工作分类: 05 商服, 06 工矿,
07 住宅, 08 公共管理, 09 特殊, 10 交通 without 1006 农村道路, 1109 水工建筑, 1201 空闲地.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.words import M2_PER_MU
from geomujun.evaluation import grading, parks, tables
from geomujun.evaluation.indicators import REGION, operands
from geomujun.geo.overlay import Plane, overlaps
from geomujun.policy.model import Scheme

HEAD: Final = ("kind", "id", "name", "area_mu")
TAIL: Final = ("score", "rank", *parks.COLUMNS)
CONSTRUCTION: Final = r"^(?:05|06|07|08|09|10(?!06)|1109|1201)"
_COUNTY: Final = re.compile(r"\d{6}")
DEFAULT_IDS: Final = tuple(REGION)  # shown, unscored, where no scheme says how regions are scored


@dataclass(frozen=True, slots=True)
class RegionSide:
    """``table``: region_evaluation, sorted by kind and id."""

    table: pd.DataFrame
    benchmarks: pd.DataFrame


def evaluate(
    case: Case, book: tables.BookLike, base: tables.Base, scheme: Scheme | None, year: int
) -> RegionSide:
    """Every park of the layer and every region with figures for the year.

    Args:
        case: Tables; `parks`, `region_indicators`, `patches`, `parcels` are read.
        book: Links, for what is let in the parks.
        base: Registered areas.
        scheme: The rules for regions; None: values only, no score.
        year: Year of the figures.
    """
    rows = regions(case, year)
    rows["area_mu"] = _areas(case, base, rows) / M2_PER_MU
    rows = _described(case, book, base, rows)
    rows = rows.set_index(pd.Index(np.arange(len(rows)), name="key"))
    if scheme is None:
        return RegionSide(
            _plain(rows), pd.DataFrame(columns=["cohort", "indicator", "value", "how"])
        )
    made: list[pd.DataFrame] = []
    marks: list[pd.DataFrame] = []
    for (kind, sort, level), part in rows.groupby(["kind", "park_kind", "level"], sort=True):
        frame = part.assign(cohort=scheme.active[0].id, industry="")
        sheet = tables.score_all(frame, scheme, REGION)
        scored = pd.concat([part, sheet.frame.drop(columns=["cohort", "items", "prefer"])], axis=1)
        have = scored[scheme.indicator_ids()].notna().any(axis=1).to_numpy()
        scored["score"] = np.where(have, sheet.frame["items"], np.nan)
        scored["rank"] = _rank(scored, have)
        made.append(scored)
        told = [str(w) for w in (kind, sort, level) if w not in ("", parks.ZONE)]
        marks.append(sheet.benchmarks.assign(cohort=" ".join(told)))
    ids = [c for i in scheme.indicator_ids() for c in (i, f"{i}_score")]
    whole = pd.concat(made) if made else rows.reindex(columns=[*HEAD, *ids, *TAIL])
    whole = whole.sort_values(["kind", "id", "name"], ignore_index=True)
    empty = pd.DataFrame(columns=["cohort", "indicator", "value", "how"])
    return RegionSide(
        whole[[*HEAD, *ids, *TAIL]], pd.concat(marks, ignore_index=True) if marks else empty
    )


def regions(case: Case, year: int) -> pd.DataFrame:
    """One row per region: kind, id, name, level, its figures; sorted by kind, id and name."""
    given = case.region_indicators
    given = given[(given["year"] == year).fillna(False).to_numpy(dtype=bool)].copy()
    given["kind"] = np.where(_is_county(given, case.parks), "county", "park")
    layer = case.parks[["name", "code", "level"]].drop_duplicates(["code", "name"])
    known = layer["name"].isin(given["name"]) | (
        (layer["code"] != "") & layer["code"].isin(given["code"])
    )
    more = pd.DataFrame(layer[~known.to_numpy()]).assign(kind="park")
    rows = pd.concat(
        [given.drop(columns=["row", "year"], errors="ignore"), more], ignore_index=True
    )
    level = layer.drop_duplicates("name").set_index("name")["level"].reindex(rows["name"])
    rows["level"] = rows["level"].where(rows["level"] != "", level.fillna("").to_numpy())
    rows["id"] = rows["code"].where(rows["code"] != "", rows["name"])
    rows = rows.sort_values(["kind", "id", "name"], ignore_index=True)
    return rows.drop_duplicates(["kind", "id"], ignore_index=True)


def _described(
    case: Case, book: tables.BookLike, base: tables.Base, rows: pd.DataFrame
) -> pd.DataFrame:
    """The rows with `parks.COLUMNS`: parks of the layer by code, else by name."""
    named = pd.Series(parks.kind_of(rows["level"], rows["name"]), index=rows.index)
    made = rows.assign(park_kind=named.where(rows["kind"] == "park", ""))
    built = parks.built(case, book.links, base.firms)
    known = case.parks.assign(
        id=case.parks["code"].where(case.parks["code"] != "", case.parks["name"])
    )
    at = pd.Index(known["id"]).get_indexer(pd.Index(rows["id"])) if known["id"].is_unique else None
    for column in built.columns:
        values = built[column].to_numpy(dtype=float)
        if at is None or not len(values):
            made[column] = np.nan
        else:
            made[column] = np.where(
                (at >= 0) & (rows["kind"] == "park").to_numpy(), values[at], np.nan
            )
    return made


def _is_county(given: pd.DataFrame, layer: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """A six-digit division code no park carries."""
    code = given["code"]
    plain = code.map(lambda c: bool(_COUNTY.fullmatch(c))).to_numpy(dtype=bool)
    of_park = code.isin(layer["code"]) | given["name"].isin(layer["name"])
    return plain & ~of_park.to_numpy(dtype=bool)


def _areas(case: Case, base: tables.Base, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Construction land of each region in m²; NaN where nothing tells it."""
    area = rows["construction_land_m2"].to_numpy(dtype=float).copy()
    missing = np.isnan(area) | (area <= 0)
    area[missing] = np.nan
    land, measured, place = _land(case, base)
    if not missing.any() or not len(land):
        return area
    inside = _clipped(case.parks, land, measured)
    by_code, by_name = (
        inside.groupby(case.parks["code"]).sum(),
        inside.groupby(case.parks["name"]).sum(),
    )
    for i in np.flatnonzero(missing):
        row = rows.iloc[i]
        if row["kind"] == "county":
            own = place.str.startswith(row["code"]).to_numpy(dtype=bool)
            area[i] = float(np.sort(measured[own]).sum()) if own.any() else np.nan
        elif row["code"] and row["code"] in by_code.index:
            area[i] = by_code[row["code"]]
        elif row["name"] in by_name.index:
            area[i] = by_name[row["name"]]
    return area


def _land(
    case: Case, base: tables.Base
) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.float64], pd.Series]:
    """Construction land: shapes, measured areas in m², and the division each lies in."""
    built = case.patches["land_class"].str.contains(CONSTRUCTION, regex=True).to_numpy(dtype=bool)
    if built.any():
        land = case.patches[built].sort_values("patch_code", ignore_index=True)
        return land, land["area_m2"].to_numpy(dtype=float), land["location_unit_code"]
    land = case.parcels.sort_values("parcel_code", ignore_index=True)
    measured = base.parcel_m2.reindex(land["parcel_code"]).fillna(0.0).to_numpy(dtype=float)
    return land, measured, land["parcel_code"]


def _clipped(
    layer: gpd.GeoDataFrame, land: gpd.GeoDataFrame, measured: npt.NDArray[np.float64]
) -> pd.Series:
    """Measured area of the land inside each park, by the park's row."""
    if not len(layer):
        return pd.Series(0.0, index=layer.index)
    plane = Plane(layer, land)
    found = overlaps(plane.flat(layer), plane.flat(land), 0.0).table
    part = found["right_share"].to_numpy() * measured[found["right"].to_numpy()]
    got = pd.Series(part).groupby(found["left"].to_numpy()).sum()
    return pd.Series(got.reindex(range(len(layer))).fillna(0.0).to_numpy(), index=layer.index)


def _rank(scored: pd.DataFrame, have: npt.NDArray[np.bool_]) -> pd.Series:
    keys = scored["id"].to_numpy(dtype=object)
    rank = grading.ranks(scored["score"].to_numpy(dtype=float), have, keys)
    made = pd.Series(pd.array(rank, dtype="Int64"), index=scored.index)
    return made.where(have)


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    num, den = operands(rows, DEFAULT_IDS, REGION)
    made = rows[[*HEAD, *parks.COLUMNS]].copy()
    with np.errstate(invalid="ignore"):
        made[list(DEFAULT_IDS)] = num / den
    made["score"] = np.nan
    made["rank"] = pd.Series(pd.NA, index=made.index, dtype="Int64")
    return made.reset_index(drop=True)
