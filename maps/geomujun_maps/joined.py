"""One row per plot and per firm, with all that a layer, a popup or a style asks for.

Plots are the parcels, and the patches (三调图斑) on which a firm without certificate was found.
Joins only: every value comes from the tables of the run. The GeoPackage's layers are made from the
same two frames as the map, so that both show the same.
"""

from __future__ import annotations

import json
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import CRS
from geomujun.domain.catalogue import TABLES
from geomujun.domain.words import Band, Relation, Verdict
from geomujun_maps.source import MapSource

SUMMARY_LINES: Final = 4  # evidence lines kept in a layer's one-cell summary


def table(source: MapSource, name: str) -> pd.DataFrame:
    """An output table of the run, with at least the catalogue's columns (blank when missing)."""
    frame = source.tables.get(name, pd.DataFrame())
    missing = [c for c in TABLES[name].columns if c not in frame.columns]
    blank = {c: pd.Series([None] * len(frame), index=frame.index, dtype="object") for c in missing}
    return frame.assign(**blank)


def text(values: pd.Series) -> pd.Series:
    """A column as text, "" for missing."""
    if values.dtype == "str":
        return values.fillna("")
    return values.astype("object").where(values.notna(), "").astype("str")


def number(values: pd.Series) -> npt.NDArray[np.float64]:
    """A column as float64, NaN for missing."""
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def links(source: MapSource) -> pd.DataFrame:
    """Links with ``use`` = counted · review · other, main user of each plot first.

    Counted is CONTRACT §3: band auto or decision same, in force on the day, not merely registered
    there; a frame that carries ``counted`` is believed.
    """
    frame = table(source, "links").copy()
    for column in ("parcel_code", "uscc", "relation", "band", "decision", "lease_id", "evidence"):
        frame[column] = text(frame[column])
    frame["area"] = number(frame["area_m2"])
    frame["probability"] = number(frame["probability"])
    refused = (frame["decision"] == Verdict.DIFFERENT).to_numpy()
    if "counted" in frame.columns:
        counted = frame["counted"].fillna(False).to_numpy(dtype=bool)
    else:
        counted = _counted(frame, pd.Timestamp(source.as_of)) & ~refused
    review = (frame["band"] == Band.REVIEW).to_numpy() & ~counted & ~refused
    frame["use"] = np.select([counted, review], ["counted", "review"], "other")
    frame["by_area"] = -frame["area"].fillna(-1.0)
    order = ["parcel_code", "by_area", "uscc", "relation", "lease_id"]
    return frame.sort_values(order, kind="stable", ignore_index=True).drop(columns="by_area")


def _counted(frame: pd.DataFrame, day: pd.Timestamp) -> npt.NDArray[np.bool_]:
    sure = (frame["band"] == Band.AUTO) | (frame["decision"] == Verdict.SAME)
    start = pd.to_datetime(frame["valid_from"], errors="coerce")
    end = pd.to_datetime(frame["valid_to"], errors="coerce")
    in_force = (start.isna() | (start <= day)) & (end.isna() | (end >= day))
    used = frame["relation"] != Relation.REGISTERED_ONLY
    return (sure & in_force & used).to_numpy(dtype=bool)


def evidence_lines(cell: str) -> list[tuple[str, float | None]]:
    """The evidence of a link as (Chinese line, bits), in the order the engine gave."""
    if not cell:
        return []
    try:
        items = json.loads(cell)
    except ValueError:
        return [(cell, None)]
    return [_evidence_line(item) for item in items if isinstance(item, dict)]


def _evidence_line(item: dict[str, Any]) -> tuple[str, float | None]:
    line = str(item.get("line") or "")
    if not line:
        sides = " ↔ ".join(str(item[k]) for k in ("left", "right") if item.get(k))
        line = "：".join(x for x in (str(item.get("name", "")), sides) if x)
    bits = item.get("bits")
    return line, float(bits) if isinstance(bits, int | float) else None


def firms(source: MapSource) -> pd.DataFrame:
    """One row per enterprise, indexed by uscc and sorted by it.

    Columns: name, former_names, address, status, industry, size, bucket, reason, grade, score,
    rank, occupied_mu.
    """
    case = source.case.enterprises
    base = pd.DataFrame(
        {
            "name": text(case["name"]).to_numpy(),
            "former_names": text(case["former_names"]).to_numpy(),
            "address": _address(case).to_numpy(),
            "status": text(case["status"]).to_numpy(),
            "industry": text(case["industry"]).to_numpy(),
            "size": text(case["size"]).to_numpy(),
        },
        index=pd.Index(text(case["uscc"]), name="uscc"),
    )
    base = base[~base.index.duplicated()]
    known = [text(table(source, name)["uscc"]) for name in ("enterprise_reconciliation", "links")]
    every = np.unique(
        np.concatenate([pd.unique(k).astype(object) for k in (base.index.to_series(), *known)])
    )
    every = pd.Index(every[every != ""], dtype="str", name="uscc")
    out = base.reindex(every)
    buckets = _indexed(table(source, "enterprise_reconciliation"), "uscc")
    out["name"] = out["name"].where(out["name"].fillna("") != "", buckets["name"].reindex(every))
    out["bucket"] = buckets["bucket"].reindex(every)
    out["reason"] = buckets["reason"].reindex(every)
    graded = _indexed(table(source, "enterprise_evaluation"), "uscc").reindex(every)
    ledger = _indexed(table(source, "ledger"), "uscc").reindex(every)
    for column in out.columns:
        out[column] = text(out[column])
    out["grade"] = text(graded["grade"])
    out["score"], out["rank"] = number(graded["score"]), number(graded["rank"])
    out["occupied_mu"] = number(ledger["occupied_mu"])
    return out


def _address(case: pd.DataFrame) -> pd.Series:
    """Where a firm produces, then where it is registered when that is elsewhere."""
    site, home = text(case["site_address"]), text(case["registered_address"])
    both = site + "；" + home
    return both.where((site != "") & (home != "") & (site != home), site.where(site != "", home))


def _indexed(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    keyed = frame.set_index(text(frame[key]))
    return keyed[~keyed.index.duplicated()]


def plots(source: MapSource) -> gpd.GeoDataFrame:
    """One row per parcel and per linked patch, in EPSG:4490, sorted by code.

    Columns: parcel_code, kind (parcel | patch), location, land_use, holder, area_m2, bucket,
    reason, allocated_m2, unallocated_m2, parcel_grade, parcel_score, parcel_rank, main_uscc,
    main_name, enterprise_grade (of the user with the largest area), users (count), user_names,
    low_efficiency (0 | 1), low_rules, evidence, geometry.
    """
    base = _ground(source)
    codes = base["parcel_code"]
    buckets = _indexed(table(source, "parcel_reconciliation"), "parcel_code").reindex(codes)
    graded = _indexed(table(source, "parcel_evaluation"), "parcel_code").reindex(codes)
    base["area_m2"] = np.where(
        np.isnan(number(buckets["area_m2"])), base["area_m2"], number(buckets["area_m2"])
    )
    fallback = np.where(base["kind"] == "patch", "matched", "unmatched")
    bucket = text(buckets["bucket"]).to_numpy(dtype=object)
    base["bucket"] = np.where(bucket == "", fallback, bucket)
    base["reason"] = text(buckets["reason"]).to_numpy()
    base["allocated_m2"] = number(buckets["allocated_m2"])
    base["unallocated_m2"] = number(buckets["unallocated_m2"])
    base["parcel_grade"] = text(graded["grade"]).to_numpy()
    base["parcel_score"], base["parcel_rank"] = number(graded["score"]), number(graded["rank"])
    _add_users(base, source)
    _add_low(base, source)
    return base


def _ground(source: MapSource) -> gpd.GeoDataFrame:
    """Geometry and register columns of parcels and linked patches."""
    case = source.case
    parcels = gpd.GeoDataFrame(
        {
            "parcel_code": text(case.parcels["parcel_code"]),
            "kind": "parcel",
            "location": text(case.parcels["location"]),
            "land_use": text(case.parcels["land_use"]),
            "holder": text(case.parcels["holder_names"]),
            "area_m2": number(case.parcels["area_m2"]),
        },
        geometry=case.parcels.geometry,
        crs=CRS,
    )
    codes = set(text(table(source, "links")["parcel_code"])) - set(parcels["parcel_code"])
    patch_codes = text(case.patches["patch_code"])
    found = case.patches[patch_codes.isin(sorted(codes)).to_numpy()]
    patches = gpd.GeoDataFrame(
        {
            "parcel_code": text(found["patch_code"]),
            "kind": "patch",
            "location": text(found["location_unit"]),
            "land_use": text(found["land_class_name"]),
            "holder": text(found["owner_unit"]),
            "area_m2": number(found["area_m2"]),
        },
        geometry=found.geometry,
        crs=CRS,
    )
    parts = [part for part in (parcels, patches) if len(part)] or [parcels]
    out = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=CRS)
    return out.sort_values("parcel_code", kind="stable", ignore_index=True)


def _add_users(base: gpd.GeoDataFrame, source: MapSource) -> None:
    """Main user, its grade, all users' names and the main link's evidence, in place."""
    counted = links(source)
    counted = counted[counted["use"] == "counted"]
    who = firms(source)
    names = who["name"].reindex(counted["uscc"]).fillna("").to_numpy()
    named = counted.assign(name=names)[["parcel_code", "uscc", "name"]].drop_duplicates()
    codes = base["parcel_code"]
    row = pd.Index(codes).get_indexer(pd.Index(named["parcel_code"]))
    main = counted.drop_duplicates("parcel_code").set_index("parcel_code")
    base["main_uscc"] = text(main["uscc"].reindex(codes)).to_numpy()
    base["main_name"] = text(who["name"].reindex(base["main_uscc"])).to_numpy()
    base["enterprise_grade"] = text(who["grade"].reindex(base["main_uscc"])).to_numpy()
    users = np.bincount(row[row >= 0], minlength=len(base)).astype("int32")
    base["users"] = users
    base["user_names"] = _listed(row, named["name"], users)
    cells = text(main["evidence"].reindex(codes))
    base["evidence"] = [_summary(cell) for cell in cells]


def _listed(
    row: npt.NDArray[np.intp], names: pd.Series, users: npt.NDArray[np.int32]
) -> npt.NDArray[np.object_]:
    """The names of each row's users, joined, in the order of ``names``."""
    out = np.full(len(users), "", dtype=object)
    texts = names.to_numpy(dtype=object)
    alone = (row >= 0) & (users[row] == 1)
    out[row[alone]] = texts[alone]
    several = pd.Series(texts)[(row >= 0) & ~alone].groupby(row[(row >= 0) & ~alone])
    joined = several.agg("；".join)
    out[joined.index.to_numpy(dtype=np.intp)] = joined.to_numpy()
    return out


def _summary(cell: str) -> str:
    lines = [line for line, _ in evidence_lines(cell)]
    return "；".join(lines[:SUMMARY_LINES])


def _add_low(base: gpd.GeoDataFrame, source: MapSource) -> None:
    low = table(source, "low_efficiency")
    pairs = pd.DataFrame({"code": text(low["parcel_code"]), "rule": text(low["rule"])})
    rules = pairs.drop_duplicates().sort_values(["code", "rule"]).groupby("code")["rule"]
    base["low_rules"] = text(rules.agg("；".join).reindex(base["parcel_code"])).to_numpy()
    base["low_efficiency"] = (base["low_rules"] != "").astype("int32")
