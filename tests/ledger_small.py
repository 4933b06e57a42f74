"""Little worlds for the ledger: parcels, firms, links, built by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from geomujun.domain.case import CRS, DTYPES, Case
from geomujun.domain.catalogue import TABLES
from geomujun.ledger.book import Book, Inputs, keep

YEAR = 2024


def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A typed frame of a table of the catalogue from some of its columns; row numbers from 1."""
    columns = {"row": pd.Series([r.get("row", n) for n, r in enumerate(rows, 1)], dtype="int64")}
    for f in TABLES[name].fields:
        values = [r.get(f.name, "" if DTYPES[f.kind] == "str" else None) for r in rows]
        columns[f.name] = pd.Series(values, dtype="object").astype(DTYPES[f.kind])
    return pd.DataFrame(columns)


def layer(name: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """The same as a layer of little squares side by side."""
    shapes = [r.get("geometry", box(120 + n / 100, 30, 120.001 + n / 100, 30.001))
              for n, r in enumerate(rows)]  # fmt: skip
    return gpd.GeoDataFrame(frame(name, rows), geometry=gpd.GeoSeries(shapes, crs=CRS))


@dataclass
class World:
    """Say who has what, then `book`."""

    parcels: list[dict[str, Any]] = field(default_factory=list)
    firms: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    buildings: list[dict[str, Any]] = field(default_factory=list)
    outside: list[dict[str, Any]] = field(default_factory=list)
    holders: list[dict[str, Any]] = field(default_factory=list)

    def parcel(self, code: str = "P", area_m2: float = 3000, **more: Any) -> World:
        """Industrial land; ``more`` are other columns of the catalogue."""
        self.parcels.append(
            {"parcel_code": code, "area_m2": area_m2, "land_use": "工业用地"} | more
        )
        return self

    def firm(self, uscc: str, industry: str = "C1751", **more: Any) -> World:
        """An active industrial firm unless said otherwise."""
        self.firms[uscc] = {
            "uscc": uscc, "name": f"{uscc}厂", "industry": industry, "status": "存续", "division": "330603",
        } | more  # fmt: skip
        return self

    def building(self, code: str, floor_m2: float, **more: Any) -> World:
        self.buildings.append({"parcel_code": code, "floor_area_m2": floor_m2} | more)
        return self

    def out(self, lessor: str, land_m2: float | None = None, floor_m2: float | None = None,
            code: str = "P", number: str = "") -> World:  # fmt: skip
        """A lease in force whose tenant is no enterprise of the case."""
        self.outside.append(
            {"parcel_resolved": code, "lessor_key": lessor, "contract_no": number or f"O{len(self.outside)}",
             "land_area_m2": land_m2, "floor_area_m2": floor_m2}
        )  # fmt: skip
        return self

    def link(self, uscc: str, relation: str = "OWN", code: str = "P", **more: Any) -> World:
        """A counted link in force; unknown firms are made."""
        if uscc not in self.firms:
            self.firm(uscc)
        self.links.append(
            {
                "parcel_code": code, "uscc": uscc, "relation": relation,
                "share": 1.0 if relation == "OWN" else None, "lease_id": "", "head_lease_id": "",
                "lessor_uscc": "", "claim_m2": None, "claim_floor_m2": None, "band": "auto", "decision": "",
                "tier": "", "in_force": True, "counted": True, "holder_cancelled": False,
            }
            | more
        )  # fmt: skip
        return self

    @property
    def case(self) -> Case:
        return Case(
            parcels=layer("parcels", self.parcels),
            enterprises=frame("enterprises", list(self.firms.values())),
            buildings=layer("buildings", self.buildings),
        )

    @property
    def inputs(self) -> Inputs:
        case = self.case
        links = pd.DataFrame(self.links, columns=LINKS).astype(LINKS)
        land = case.parcels[["parcel_code", "area_m2"]].set_axis(["code", "area_m2"], axis=1)
        kinds = {"parcel_resolved": "str", "lessor_key": "str", "contract_no": "str",
                 "land_area_m2": "float64", "floor_area_m2": "float64"}  # fmt: skip
        outside = pd.DataFrame(self.outside, columns=list(kinds)).astype(kinds)
        kinds = {"parcel_code": "str", "kind": "str", "claimed": "float64"}
        holders = pd.DataFrame(self.holders, columns=list(kinds)).astype(kinds)
        codes = pd.DataFrame({"uscc": list(self.firms), "state": "ok"}).astype("str")
        return Inputs(case, links, holders, outside, pd.DataFrame(land), codes)

    def book(self, year: int = YEAR) -> Book:
        return keep(self.inputs, year)


LINKS = {
    "parcel_code": "str", "uscc": "str", "relation": "str", "share": "float64", "lease_id": "str",
    "head_lease_id": "str", "lessor_uscc": "str", "claim_m2": "float64", "claim_floor_m2": "float64",
    "band": "str", "decision": "str", "tier": "str", "in_force": "bool", "counted": "bool",
    "holder_cancelled": "bool",
}  # fmt: skip


def areas(book: Book) -> dict[str, tuple[float, str]]:
    """Area and method of each link, by firm; several links of one firm: by firm and lease."""
    links = book.links
    many = links["uscc"].duplicated(keep=False)
    keys = links["uscc"].where(~many, links["uscc"] + links["lease_id"])
    return {k: (a, m) for k, a, m in zip(keys, links["area_m2"], links["area_method"], strict=True)}


def account(book: Book, uscc: str) -> dict[str, float]:
    """The ledger row of a firm, components that are not 0."""
    row = book.ledger.set_index("uscc").loc[uscc]
    return {k.removesuffix("_m2"): v for k, v in row.items() if k != "occupied_mu" and v}
