"""Where things are, for `lookup`: the land a record speaks of, and the land at a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.case import DTYPES, Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.keys import of
from geomujun.domain.model import Kind
from geomujun.geo.datum import to_cgcs2000
from geomujun.matching.compete import competing, total_bits
from geomujun.matching.explain import place_texts
from geomujun.matching.land import Doors, build_land, door_table
from geomujun.matching.register import Register
from geomujun.matching.sites import Places, build_sites, door_pairs, place_levels, site_pairs
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import normalise_parcel_code
from geomujun.text.locations import parse_location

SITE_PARTS: Final = ("point", "door", "village", "area")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of somebody who holds or uses land; "" and NaN for what is not."""

    name: str = ""
    code: str = ""  # 统一社会信用代码 or 组织机构代码
    parcel_code: str = ""
    address: str = ""
    longitude: float = float("nan")
    latitude: float = float("nan")
    datum: str = ""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Land, sites of the enterprises, and the doors by house number."""

    places: Places
    row_of: dict[str, int]  # land by its code
    began: npt.NDArray[np.datetime64]  # the day the right to each land began, NaT unknown

    @classmethod
    def of(cls, case: Case, register: Register) -> Whereabouts:
        """Read the land of a case."""
        land = build_land(case)
        places = Places(land, build_sites(register.firms, land), Doors.of(door_table(case, land)))
        dates = case.parcels.set_index("parcel_code")["right_start_on"]
        began = of(dates, land.rows["code"]).to_numpy()
        return cls(places, {code: row for row, code in enumerate(land.rows["code"])}, began)

    def land_of(self, record: Record) -> int | None:
        """The land a record speaks of (row), None when it says none or no single one."""
        row = self._land_coded(record.parcel_code)
        if row is None:
            row = self._land_under(record)
        return self._land_at(record.address) if row is None else row

    def _land_coded(self, code: str) -> int | None:
        if not code or code in self.row_of:
            return self.row_of.get(code)
        return self.row_of.get(normalise_parcel_code(pd.Series([code], dtype="str"))[0])

    def _land_under(self, record: Record) -> int | None:
        """The land under a point."""
        if not (np.isfinite(record.longitude) and np.isfinite(record.latitude)):
            return None
        land = self.places.land
        lon, lat, _ = to_cgcs2000(
            np.array([record.longitude]), np.array([record.latitude]), np.array([record.datum])
        )
        x, y = land.plane.xy(lon, lat)
        rows = land.tree.query(shapely.points(x[0], y[0]), predicate="intersects")
        return int(rows.min()) if len(rows) else None

    def _land_at(self, address: str) -> int | None:
        """The one land with the house number of an address."""
        said = parse_location(address)
        door, town = (np.array([said[part]], dtype=object) for part in ("door", "town"))
        _, land, alone = door_pairs(door, town, self.places.doors)
        return int(land[0]) if alone.any() else None

    def lands(self, firm: pd.DataFrame, weights: Weights) -> pd.DataFrame:
        """Land at the site of one enterprise (a row of the table), likeliest first.

        Returns:
            ``code uscc`` with levels, bits, ``weight``, ``probability`` and the columns of
            `explain.place_texts`.
        """
        land, doors = self.places.land, self.places.doors
        sites = build_sites(firm, land)
        found = pd.concat(site_pairs(sites, land, doors), ignore_index=True)
        pairs = found.astype("int64").drop_duplicates().reset_index(drop=True)
        told = pairs["firm"].to_numpy(), pairs["land"].to_numpy()
        levels = place_levels(*told, sites, land, doors)
        use = weights.for_use()
        bits = {f"b_{p}": use.column(p, levels[f"l_{p}"]) for p in SITE_PARTS}
        pairs = pairs.assign(**levels, **place_texts(*told, firm, land), **bits)
        pairs = pairs.assign(uscc=firm["uscc"].iloc[0])
        pairs["weight"] = weights.limits["use_prior"] + total_bits(pairs, list(bits))
        order = pairs.sort_values(["weight", "code"], ascending=[False, True], ignore_index=True)
        return competing(order, ["firm"], 0.0)


def as_firm(record: Record, reported_m2: float) -> pd.DataFrame:
    """A record as a row of the enterprise table: its address is its production site."""
    table = TABLES["enterprises"]
    said = {
        "uscc": record.code, "name": record.name, "site_address": record.address,
        "longitude": record.longitude, "latitude": record.latitude, "datum": record.datum,
        "reported_area_m2": reported_m2,
    }  # fmt: skip
    blank = {f.name: "" for f in table.fields if f.kind is Kind.TEXT}
    row = pd.DataFrame([blank | said])
    kinds = {f.name: DTYPES[f.kind] for f in table.fields if f.name in row}
    return row.astype(kinds).reindex(columns=table.columns)
