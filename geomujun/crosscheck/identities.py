"""Findings about who and where an enterprise is: codes, rooms shared by many, points."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geomujun.crosscheck.registry import findings, graded, rule
from geomujun.crosscheck.rooms import room_keys
from geomujun.domain.keys import among, listed, numbered, of, rows_of
from geomujun.domain.words import Severity
from geomujun.geo.datum import DATUMS, read_as
from geomujun.lang import t
from geomujun.ledger.sight import Sight

_SWAPPED: Final = "swapped"
_READINGS: Final = tuple(name for name in DATUMS if name != "wgs84")  # the same as cgcs2000 here
_NAN: Final = float("nan")


@rule("USCC_INVALID")
def uscc_invalid(sight: Sight) -> pd.DataFrame:
    """A code that fails its check; repaired ones too, with what was written."""
    codes = sight.facts.codes
    bad = codes[codes["state"].isin(["repaired", "invalid"])]
    bad = bad.drop_duplicates(["written", "uscc"]).sort_values(["uscc", "written"], kind="stable")
    fixed = bad["state"] == "repaired"
    message = [
        t(
            "信用代码写作“{written}”，校验不通过，按证据改为 {uscc}。{reason}",
            "the code is written {written!r} and fails its check; taken as {uscc}. {reason}",
            written=written,
            uscc=uscc,
            reason=reason,
        )
        if right
        else t(
            "信用代码“{written}”校验不通过，没有可据以更正的证据。{reason}",
            "the code {written!r} fails its check and nothing tells the right one. {reason}",
            written=written,
            reason=reason,
        )
        for written, uscc, reason, right in zip(
            bad["written"], bad["uscc"], bad["reason"], fixed, strict=True
        )
    ]
    other = bad["written"].where(bad["written"] != bad["uscc"], "")
    severity = graded(~fixed, fixed)
    return findings(("enterprise", bad["uscc"]), (_NAN, _NAN, ""), severity, message, other)


@rule("USCC_DUPLICATE")
def uscc_duplicate(sight: Sight) -> pd.DataFrame:
    """Several rows carry one code; one was kept."""
    rows = sight.facts.duplicates.sort_values(["uscc", "row"], kind="stable")
    table = rows.groupby("uscc").agg(n=("row", "size"), names=("name", "、".join))
    message = [
        t(
            "同一信用代码另有 {n} 行（{names}），已列入退回清单",
            "{n} more row(s) carry this code ({names}); they are among the rejects",
            n=n,
            names=names,
        )
        for n, names in zip(table["n"], table["names"], strict=True)
    ]
    count = (table["n"] + 1).astype(float)
    return findings(("enterprise", table.index), (count, 1.0, "count"), Severity.HIGH, message)


@rule("VIRTUAL_ADDRESS")
def virtual_address(sight: Sight) -> pd.DataFrame:
    """Many enterprises registered in one room (or at one desk service)."""
    limit = sight.facts.values("VIRTUAL_ADDRESS", {"firms": 8})["firms"]
    firms = sight.firms
    named = firms["active"] & (firms["registered_address"] != "")
    firms = firms.loc[named, ["registered_address"]].sort_index()
    key = room_keys(firms["registered_address"])
    firms = firms.assign(key=key)[key != ""]
    firms = firms.reset_index()
    members = firms.groupby("key").agg(
        first=("uscc", "min"), n=("uscc", "nunique"), address=("registered_address", "min")
    )
    members = members[members["n"] >= limit].sort_values("first", kind="stable")
    firms = firms[among(firms["key"], members.index)]
    members["all"] = listed(firms["key"], firms["uscc"])
    message = [
        t(
            "{n} 家企业登记在同一地址“{address}”，疑似虚拟地址",
            "{n} enterprises are registered at one address, {address!r}",
            n=n,
            address=address,
        )
        for n, address in zip(members["n"], members["address"], strict=True)
    ]
    value = (members["n"].astype(float), limit, "count")
    return findings(
        ("enterprise", members["first"]), value, Severity.MEDIUM, message, members["all"]
    )


@rule("POINT_DATUM")
def point_datum(sight: Sight) -> pd.DataFrame:
    """A point contradicts its declared datum.

    Read as declared it lies off the enterprise's own land; read in another datum (or with
    longitude and latitude swapped) it lies on it. A point that fits no reading is merely
    elsewhere, an office or a bad geocode; that says nothing about the datum.
    """
    limits = sight.facts.values("POINT_DATUM", {"far_m": 100.0, "near_m": 30.0})
    firms = sight.case.enterprises
    declared = firms["datum"].str.strip().str.lower()
    firms = firms[declared.isin(DATUMS) & firms["longitude"].notna() & firms["latitude"].notna()]
    land = _own_land(sight)
    pairs = sight.used[["uscc", "parcel_code"]].drop_duplicates()
    pairs = pairs[among(pairs["parcel_code"], land.index) & among(pairs["uscc"], firms["uscc"])]
    if pairs.empty:
        return findings(("enterprise", pairs["uscc"]), (_NAN, _NAN, "m"), Severity.LOW, [])
    firm, parcel = numbered(pairs["uscc"])[0], numbered(pairs["parcel_code"])[0]
    pairs = pairs.iloc[np.lexsort((parcel, firm))].reset_index(drop=True)
    points = firms.set_index("uscc")[["longitude", "latitude", "datum"]]
    points = rows_of(points, pairs["uscc"]).reset_index(drop=True)
    pairs = pd.concat([pairs, points], axis=1).assign(shape=of(land, pairs["parcel_code"]))
    reading = pairs["datum"].str.strip().str.lower().replace({"wgs84": "cgcs2000"})
    metres = pd.Series(np.inf, index=pairs.index)
    for name in sorted(reading.unique()):
        mine = (reading == name).to_numpy()
        metres[mine] = _distances(sight, pairs[mine], (name,))[name]
    as_said = metres.groupby(pairs["uscc"]).min()
    off = as_said.index[as_said > limits["far_m"]]
    some = among(pairs["uscc"], off)
    others = _distances(sight, pairs[some], (*_READINGS, _SWAPPED))
    for name in _READINGS:
        others.loc[(reading[some] == name).to_numpy(), name] = np.inf
    near = others.groupby(pairs.loc[some, "uscc"]).min()
    odd = near.min(axis=1) <= limits["near_m"]
    fits = near[odd].idxmin(axis=1)
    away = as_said.reindex(fits.index)
    said = pairs.drop_duplicates("uscc").set_index("uscc")["datum"].str.strip().str.lower()
    told = zip(said.reindex(fits.index), away, fits.astype("str"), strict=True)
    message = [_datum_message(*row) for row in told]
    value = (away.replace(np.inf, np.nan), limits["far_m"], "m")
    return findings(("enterprise", fits.index), value, Severity.MEDIUM, message)


def _datum_message(said: str, away_m: float, fits: str) -> str:
    if fits == _SWAPPED:
        return t(
            "坐标声明为 {said}，不在自己用地上，经纬度对调后正好落在用地上",
            "declared {said}, it lies off its own land; longitude and latitude swapped, on it",
            said=said,
        )
    return t(
        "坐标声明为 {said}，落在自己用地 {away:.0f} m 之外，按 {fits} 解读则正好落在用地上",
        "declared {said}, it lies {away:.0f} m off its own land; read as {fits} it lies on it",
        said=said,
        away=away_m,
        fits=fits,
    )


def _own_land(sight: Sight) -> pd.Series:
    """Flat shapes of used parcels, and of used patches where land has no parcel, by code."""
    case, used = sight.case, sight.used["parcel_code"]
    mine = among(case.parcels["parcel_code"], used)
    parcels = pd.Series(sight.parcel_shapes[mine], index=case.parcels.loc[mine, "parcel_code"])
    bare = gpd.GeoDataFrame(case.patches[among(case.patches["patch_code"], used)])
    patches = pd.Series(sight.plane.flat(bare), index=bare["patch_code"])
    both = pd.concat([parcels.astype(object), patches.astype(object)])
    first: pd.Series = both[~both.index.duplicated()]
    return first


def _distances(sight: Sight, pairs: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Metres from each pair's point to its land, a column per reading; inf for no place."""
    shapes = np.asarray(pairs["shape"].to_numpy(), dtype=object)
    lon, lat = pairs["longitude"].to_numpy(), pairs["latitude"].to_numpy()
    out = {}
    for name in names:
        x, y = (lat, lon) if name == _SWAPPED else read_as(lon, lat, name)
        good = (np.abs(y) <= 90) & np.isfinite(x)
        east, north = sight.plane.xy(np.where(good, x, np.nan), np.where(good, y, np.nan))
        sound = np.isfinite(east) & np.isfinite(north)
        metres = np.full(len(pairs), np.inf)
        inside = np.zeros(len(pairs), dtype=bool)  # most are: told in half the time of a distance
        inside[sound] = shapely.intersects_xy(shapes[sound], east[sound], north[sound])
        metres[inside] = 0.0
        away = sound & ~inside
        metres[away] = shapely.distance(shapely.points(east[away], north[away]), shapes[away])
        out[name] = metres
    return pd.DataFrame(out, index=pairs.index)
