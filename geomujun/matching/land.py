"""Land an enterprise may use: parcels, and industrial patches of villages that have no parcel.

Village industry stands on 0601 patches without any certificate (domain: 集体土地无证); such land is
keyed by the patch's BSM. Doors (road and house number) are tied to land by the case itself:
standard address points inside it, its own 坐落, and the sites of its sole holder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.case import Case
from geomujun.domain.keys import ByText, shared
from geomujun.geo.overlay import Plane, patch_parcel
from geomujun.matching.vicinity import NAMES, gazetteer, zones
from geomujun.text.locations import door_key, parse_locations

INDUSTRIAL_PATCH: Final = r"^06(?:01|02)"
BARE_SHARE: Final = 0.10  # a patch covered less than this by parcels has no parcel of its own
VILLAGE_INDUSTRY: Final = "203"  # CZCSXM


@dataclass(frozen=True, slots=True)
class Land:
    """All land of a case, in the order of its codes.

    ``rows``: code, area_m2, on_patch, location, town (filled from its
    地籍区), village, road, park, door, plot, zone; ``flat``: their
    polygons in metres of ``plane``; ``tree`` over them; ``position``: code → row;
    ``named``: what lies in which zone.
    """

    rows: pd.DataFrame
    flat: npt.NDArray[np.object_]
    tree: shapely.STRtree
    plane: Plane
    position: pd.Series  # code -> row
    named: frozenset[str]  # vicinity.gazetteer


def bare_patches(case: Case) -> gpd.GeoDataFrame:
    """Industrial patches of villages without a parcel, in order of their BSM."""
    patches = case.patches
    industrial = patches["land_class"].str.match(INDUSTRIAL_PATCH).to_numpy(dtype=bool)
    village = patches["settlement"].str.startswith(VILLAGE_INDUSTRY) | (
        patches["ownership"].str.startswith("3") & (patches["settlement"] == "")
    )
    wanted = patches[industrial & village.to_numpy(dtype=bool)]
    if wanted.empty:
        return wanted
    table = patch_parcel(wanted, case.parcels).table
    covered = table.groupby("patch_code")["patch_share"].sum()
    bare = wanted["patch_code"].map(covered).fillna(0.0).to_numpy() < BARE_SHARE
    kept = wanted[bare & ~wanted["patch_code"].duplicated().to_numpy()]
    return kept.sort_values("patch_code", ignore_index=True)


def build_land(case: Case) -> Land:
    """Parcels and bare patches in one frame with their parsed locations."""
    plane = Plane(case.parcels, case.patches)
    return land_of(case, parcel_rows(case.parcels), plane.flat(case.parcels), plane)


def parcel_rows(parcels: pd.DataFrame) -> pd.DataFrame:
    """The rows of `Land` that parcels give, town and zone not yet filled."""
    place = parse_locations(parcels["location"])
    return pd.DataFrame(
        {
            "code": parcels["parcel_code"],
            "area_m2": parcels["area_m2"],
            "on_patch": False,
            "location": place["norm"],
            "town": place["town"],
            "village": place["village"],
            "road": place["road"],
            "park": place["park"],
            "door": door_key(place),
            "plot": place["plot"],
        }
    )


def land_of(
    case: Case, parcels: pd.DataFrame, shapes: npt.NDArray[np.object_], plane: Plane
) -> Land:
    """Land from `parcel_rows`, their polygons in metres of ``plane``, and the bare patches."""
    patches = bare_patches(case)
    rows = pd.concat(
        [
            parcels,
            pd.DataFrame(
                {
                    "code": patches["patch_code"],
                    "area_m2": patches["area_m2"],
                    "on_patch": True,
                    "location": patches["location_unit"],
                    "town": "",
                    "village": patches["location_unit"].where(
                        patches["location_unit"].str.endswith("村"), ""
                    ),
                    "road": "",
                    "park": "",
                    "door": "",
                    "plot": "",
                }
            ),
        ],
        ignore_index=True,
    )
    flat = np.concatenate([shapes, plane.flat(patches)])
    order = np.argsort(rows["code"].to_numpy(dtype=object), kind="stable")
    rows, flat = rows.iloc[order].reset_index(drop=True), flat[order]
    rows = zones(rows)
    position = pd.Series(np.arange(len(rows)), index=rows["code"])
    named = gazetteer(rows)
    rows = rows.assign(**{name: shared(rows[name]) for name in ("zone", "town", *NAMES)})
    return Land(rows, flat, shapely.STRtree(flat), plane, position, named)


@dataclass(frozen=True, slots=True)
class Doors:
    """A `door_table` by its house numbers."""

    table: pd.DataFrame
    found: ByText
    town: npt.NDArray[np.object_]
    land: npt.NDArray[np.int64]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Doors:
        """Sort a table once."""
        land = table["land"].to_numpy(dtype=np.int64)
        return cls(table, ByText.of(table["door"]), shared(table["town"]).to_numpy(), land)


def door_table(case: Case, land: Land) -> pd.DataFrame:
    """Doors and the land they are on: ``door``, ``town`` ("" unknown), ``land`` (row); sorted.

    From standard address points inside land (or within 15 m of exactly one) and from 坐落. Road
    names repeat from town to town, so a door without its town may be on several.
    """
    return doors_on(land, address_points(case.addresses, land.plane))


def address_points(addresses: pd.DataFrame, plane: Plane) -> pd.DataFrame:
    """``door town point`` (metres of ``plane``) of standard addresses."""
    parts = parse_locations(addresses["address"])
    points = shapely.points(
        *plane.xy(addresses["longitude"].to_numpy(), addresses["latitude"].to_numpy())
    )
    return pd.DataFrame({"door": door_key(parts), "town": parts["town"]}).assign(point=points)


def doors_on(land: Land, addresses: pd.DataFrame) -> pd.DataFrame:
    """`door_table` from `address_points`."""
    own = land.rows.loc[land.rows["door"] != "", ["door", "town"]].reset_index(names="land")
    found = [own]
    if len(addresses):
        doors, towns = addresses["door"].to_numpy(), addresses["town"].to_numpy()
        points = addresses["point"].to_numpy()
        point, place = land.tree.query(points, predicate="dwithin", distance=15.0)
        metres = shapely.distance(points[point], land.flat[place])
        near = pd.DataFrame(
            {"door": doors[point], "town": towns[point], "land": place, "metres": metres}
        )
        near = near[near["door"] != ""].sort_values(["door", "town", "metres", "land"])
        inside = near["metres"] == 0
        alone = ~near.duplicated(["door", "town"], keep=False)
        found.append(near.loc[inside | alone, ["door", "town", "land"]])
    table = pd.concat(found, ignore_index=True).drop_duplicates()
    return table.sort_values(["door", "town", "land"], ignore_index=True)
