"""Facts of a few rows, for rules that are looked at one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from geomujun.domain.case import CRS, DTYPES, Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.ledger.facts import Facts

LON, LAT = 120.0, 30.0
STEP = 0.001  # about 96 m east, 111 m north
CODE = "330603001001GB{:05d}".format


def cell(east: float, north: float = 0.0, width: float = 1.0, height: float = 1.0) -> Any:
    """A rectangle on a grid of STEP degrees."""
    x, y = LON + east * STEP, LAT + north * STEP
    return box(x, y, x + width * STEP, y + height * STEP)


def table(stem: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of an input table, missing columns empty, typed as the catalogue says."""
    fields = TABLES[stem].fields
    out = pd.DataFrame({"row": range(1, len(rows) + 1)})
    for field in fields:
        blank = "" if field.kind is Kind.TEXT else None
        values = [row.get(field.name, blank) for row in rows]
        out[field.name] = pd.Series(values, dtype=object).astype(DTYPES[field.kind])
    extra = {key for row in rows for key in row} - {f.name for f in fields} - {"geometry"}
    for name in sorted(extra):
        out[name] = pd.Series([row.get(name, "") for row in rows], dtype="str")
    if TABLES[stem].shape == "polygon":
        return gpd.GeoDataFrame(out, geometry=[row["geometry"] for row in rows], crs=CRS)
    return out


def frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def link(parcel: str, uscc: str, relation: str = "OWN", **more: Any) -> dict[str, Any]:
    row = {"parcel_code": parcel, "uscc": uscc, "relation": relation, "share": float("nan"),
           "area_m2": 1000.0, "area_method": "registered", "band": "auto", "decision": "",
           "probability": 1.0,
           "in_force": True, "counted": relation != "REGISTERED_ONLY"}  # fmt: skip
    return {**row, **more}


LINKS = (
    "parcel_code uscc relation share area_m2 area_method band probability decision in_force counted"
)
LEDGER = "uscc registered_m2 leased_in_m2 other_m2 leased_out_m2 exempt_m2 occupied_m2 occupied_mu"


def facts(links: list[dict[str, Any]] | None = None, **given: Any) -> Facts:
    """Facts with the given input tables (lists of rows) and derived frames (DataFrames)."""
    stems = {k: table(k, v) for k, v in given.items() if isinstance(v, list)}
    for stem in ("leases", "supply"):
        at = stems.get(stem, table(stem, []))
        if "parcel_resolved" not in at:
            at["parcel_resolved"] = at["parcel_code"]
        if stem == "leases":
            for side in ("lessor", "lessee"):
                at[f"{side}_key"] = at.get(f"{side}_key", at[f"{side}_uscc"])
        stems[stem] = at
    frames = {k: v for k, v in given.items() if not isinstance(v, list)}
    firms = stems.get("enterprises", table("enterprises", []))
    empty: dict[str, Any] = {
        "ledger": frame(LEDGER, []),
        "ledger_lines": frame("uscc parcel_code component area_m2 basis", []),
        "parcels": frame("parcel_code bucket area_m2 allocated_m2 unallocated_m2", []),
        "enterprises": pd.DataFrame({"uscc": firms["uscc"], "bucket": "matched"}),
        "over": frame("parcel_code claimed_m2 area_m2", []),
        "codes": frame("written uscc state reason", []),
        "duplicates": frame("uscc row name", []),
        "enterprise_evaluation": frame("uscc grade", []),
        "parcel_evaluation": frame("parcel_code grade", []),
        "thresholds": {},
        "year": 2024,
        "as_of": date(2024, 12, 31),
    }
    rename = {"buckets": "enterprises", "remainders": "parcels"}
    empty |= {rename.get(k, k): v for k, v in frames.items()}
    rows = pd.DataFrame(links or [], columns=LINKS.split())
    rows = rows.astype({"in_force": bool, "counted": bool})
    return Facts(case=Case(**stems), links=rows, **empty)  # type: ignore[arg-type]
