"""What stands in a park: kind of park, 综合容积率, vacancy of standard workshops (标准厂房空置率).

Kinds of park are told by level and name: 小微企业园 (小微园), 特色小镇, else a development zone. A
parcel belongs to the park its centroid lies in. 综合容积率 is floor area of all buildings ÷ area of
all parcels there. Standard workshops are the buildings of parcels with tenants; used is the floor
let (the contract's, else the leased part of the land applied to the floor) and the part of a holder
that reports figures itself. No document read defines the vacancy rate; this one is ours.

Source: 浙亩均办〔2021〕5号 二(二)(五) (特色小镇, 小微企业园 evaluated apart); domain.md §6.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.case import Case
from geomujun.domain.keys import among, numbered, of
from geomujun.domain.words import Relation
from geomujun.evaluation.points import RENTED
from geomujun.ledger.claims import total_floor

ZONE, SMALL, TOWN = "development_zone", "small_firm_park", "characteristic_town"
COLUMNS: Final = ["park_kind", "level", "floor_area_ratio", "workshop_m2", "workshop_vacancy"]


def kind_of(level: pd.Series, name: pd.Series) -> npt.NDArray[np.object_]:
    """The kind of each park."""
    text = level.astype("str") + " " + name.astype("str")
    return np.select(
        [text.str.contains("小微"), text.str.contains("特色小镇|小镇")], [SMALL, TOWN], ZONE
    ).astype(object)


def built(case: Case, links: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """By row of `parks`: floor_area_ratio, workshop_m2, workshop_vacancy; NaN where unknown.

    Args:
        case: Parks, parcels with their areas, buildings.
        links: parcel_code, uscc, relation, counted, area_m2 and, where known, claim_floor_m2.
        firms: Index uscc: reports.
    """
    empty = pd.DataFrame(index=case.parks.index, columns=COLUMNS[2:], dtype="float64")
    if not len(case.parks) or not len(case.parcels):
        return empty
    inside = _inside(case.parks, case.parcels)
    if inside.empty:
        return empty
    floor = floor_of(case, inside["parcel_code"])
    inside["floor_m2"] = of(floor, inside["parcel_code"]).fillna(0.0)
    inside["let_m2"] = of(_used(links, firms, inside), inside["parcel_code"])
    workshop = inside["let_m2"].notna() & (inside["floor_m2"] > 0)
    inside["workshop_m2"] = inside["floor_m2"].where(workshop, 0.0)
    inside["let_m2"] = inside["let_m2"].where(workshop, 0.0)
    sums = inside.groupby("park")[["area_m2", "floor_m2", "workshop_m2", "let_m2"]].sum()
    made = empty.copy()
    made.loc[sums.index, "floor_area_ratio"] = sums["floor_m2"] / sums["area_m2"].where(
        (sums["area_m2"] > 0) & (sums["floor_m2"] > 0)
    )
    made.loc[sums.index, "workshop_m2"] = sums["workshop_m2"]
    share = sums["let_m2"] / sums["workshop_m2"].where(sums["workshop_m2"] > 0)
    made.loc[sums.index, "workshop_vacancy"] = 1.0 - share
    return made


def _inside(parks: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Row of the park, parcel_code, area_m2: parcels by their centroid; sorted."""
    tree = shapely.STRtree(parks.geometry.to_numpy())
    point, park = tree.query(shapely.centroid(parcels.geometry.to_numpy()), predicate="within")
    made = pd.DataFrame(
        {
            "park": parks.index.to_numpy()[park],
            "parcel_code": parcels["parcel_code"].array[point],
            "area_m2": parcels["area_m2"].to_numpy(dtype=float)[point],
        }
    )
    order = np.lexsort((numbered(made["parcel_code"])[0], made["park"].to_numpy()))
    return made.iloc[order].reset_index(drop=True)


def floor_of(case: Case, codes: pd.Series) -> pd.Series:
    """Floor area by parcel, of the buildings that may stand on these parcels."""
    layer, wanted = case.buildings, pd.Index(codes.unique())
    unit = layer["real_estate_unit"].str[:19]
    written = layer["parcel_code"].where(layer["parcel_code"] != "", unit)
    near = layer[among(written, wanted) | (written == "").to_numpy(dtype=bool)]
    parcels = case.parcels[among(case.parcels["parcel_code"], wanted)]
    return total_floor(case.with_tables(buildings=near, parcels=parcels))


def _used(links: pd.DataFrame, firms: pd.DataFrame, inside: pd.DataFrame) -> pd.Series:
    """By parcel code: floor in use on parcels with tenants, no more than there is."""
    relation = links.get("relation", pd.Series("", index=links.index))
    counted = links["counted"].to_numpy(dtype=bool) & among(
        links["parcel_code"], pd.Index(inside["parcel_code"])
    )
    rented = counted & among(relation, pd.Index(RENTED))
    active = firms.index[firms["reports"].to_numpy(dtype=bool)]
    own = counted & (relation == Relation.OWN).to_numpy() & among(links["uscc"], active)
    own &= among(links["parcel_code"], pd.Index(links["parcel_code"][rented]))
    used = links[rented | own]
    place = inside.drop_duplicates("parcel_code").set_index("parcel_code")
    code = used["parcel_code"]
    area = of(place["area_m2"], code).set_axis(code.index)
    floor = of(place["floor_m2"], code).set_axis(code.index)
    by_land = used["area_m2"].astype("float64") / area.where(area > 0) * floor
    told = used.get("claim_floor_m2", pd.Series(np.nan, index=used.index)).astype("float64")
    part = told.where((told > 0) & rented[rented | own], by_land).fillna(0.0)
    total = part.groupby(code).sum()
    return total.clip(upper=of(place["floor_m2"], total.index).set_axis(total.index))
