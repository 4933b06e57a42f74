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
from geomujun.domain.model import Kind
from geomujun.geo.datum import to_cgcs2000
from geomujun.matching.compete import competing
from geomujun.matching.explain import place_texts
from geomujun.matching.land import build_land, door_table
from geomujun.matching.register import Register
from geomujun.matching.sites import (
    Places,
    area_pairs,
    build_sites,
    door_pairs,
    near_pairs,
    place_levels,
)
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import normalise_parcel_code
from geomujun.text.locations import door_key, parse_locations

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
    """Land, sites of the enterprises, and the doors by house number (rows of the door table)."""

    places: Places
    rows_of: dict[str, npt.NDArray[np.int64]]

    @classmethod
    def of(cls, case: Case, register: Register) -> Whereabouts:
        """Read the land of a case."""
        land = build_land(case)
        doors = door_table(case, land)
        rows = {str(d): np.asarray(r, np.int64) for d, r in doors.groupby("door").indices.items()}
        return cls(Places(land, build_sites(register.firms, land), doors), rows)

    def land_of(self, record: Record) -> int | None:
        """The land a record speaks of (row), None when it says none or no single one."""
        land = self.places.land
        if record.parcel_code:
            known = normalise_parcel_code(pd.Series([record.parcel_code]))[0]
            row = land.position.get(record.parcel_code, land.position.get(known))
            if row is not None:
                return int(row)
        if np.isfinite(record.longitude) and np.isfinite(record.latitude):
            lon, lat, _ = to_cgcs2000(
                np.array([record.longitude]), np.array([record.latitude]), np.array([record.datum])
            )
            x, y = land.plane.xy(lon, lat)
            rows = land.tree.query(shapely.points(x[0], y[0]), predicate="intersects")
            if len(rows):
                return int(rows.min())
        return self._land_at(record.address)

    def _land_at(self, address: str) -> int | None:
        """The one land with the house number of an address."""
        if not address:
            return None
        parts = parse_locations(pd.Series([address], dtype="str"))
        found = door_pairs(parts.assign(door=door_key(parts)), self.doors_of(door_key(parts)))
        return int(found["land"].iloc[0]) if len(found) == 1 else None

    def doors_of(self, *doors: pd.Series) -> pd.DataFrame:
        """The rows of the door table for these house numbers."""
        wanted = sorted({d for column in doors for d in column if d in self.rows_of})
        rows = [self.rows_of[d] for d in wanted]
        return self.places.doors.iloc[np.concatenate(rows) if rows else []]

    def near(self, firms: npt.NDArray[np.int64]) -> Places:
        """The places of some enterprises, in that order."""
        sites = self.places.sites.take(firms)
        doors = self.doors_of(sites.site["door"], sites.home["door"])
        return Places(self.places.land, sites, doors)

    def lands(self, firm: pd.DataFrame, weights: Weights) -> pd.DataFrame:
        """Land at the site of one enterprise (a row of the table), likeliest first.

        Returns:
            ``code uscc`` with levels, bits, ``weight``, ``probability`` and the columns of
            `explain.place_texts`.
        """
        land = self.places.land
        sites = build_sites(firm, land)
        doors = self.doors_of(sites.site["door"], sites.home["door"])
        found = [near_pairs(sites, land), door_pairs(sites.site, doors)[["firm", "land"]]]
        found.append(area_pairs(sites, land))
        pairs = pd.concat(found, ignore_index=True).astype("int64").drop_duplicates()
        pairs = place_levels(pairs.reset_index(drop=True), sites, land, doors)
        use = weights.for_use()
        bits = {f"b_{p}": use.column(p, pairs[f"l_{p}"]) for p in SITE_PARTS}
        pairs = place_texts(pairs, firm, sites, land).assign(**bits, uscc=firm["uscc"].iloc[0])
        pairs["weight"] = weights.limits["use_prior"] + pairs[list(bits)].sum(axis=1)
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
