"""The facts of one run on sample-town, built from its right answers instead of from the engine.

So a rule is judged alone: links, ledger, buckets and grades are the true ones, the inputs are the
raw files. Reads the files directly, on purpose without `geomujun.intake`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geomujun.domain.case import CRS, DTYPES, Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.ledger.facts import Facts

TOWN = Path(__file__).parents[2] / "cases" / "sample-town"
YEAR, AS_OF = 2024, date(2024, 12, 31)


def truth(name: str) -> pd.DataFrame:
    return pd.read_csv(TOWN / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


def typed(name: str, raw: pd.DataFrame) -> pd.DataFrame:
    """The raw table under the catalogue's names and types."""
    table = TABLES[name]
    out = pd.DataFrame({"row": range(1, len(raw) + 1)}, index=raw.index)
    for field in table.fields:
        found = next((h for h in (field.standard, field.label, *field.aliases) if h in raw), None)
        values = pd.Series("", index=raw.index) if found is None else raw[found]
        if field.kind is Kind.TEXT:
            out[field.name] = values.fillna("").astype(str).astype("str")
        elif field.kind is Kind.DATE:
            out[field.name] = pd.to_datetime(values.replace("", None)).astype("datetime64[s]")
        else:
            out[field.name] = pd.to_numeric(values.replace("", None)).astype(DTYPES[field.kind])
    if table.shape == "polygon":
        shapes = gpd.GeoSeries(raw["geometry"], crs=raw.crs).to_crs(CRS)
        return gpd.GeoDataFrame(out, geometry=shapes, crs=CRS)
    return out


def layer(stem: str) -> gpd.GeoDataFrame:
    path = TOWN / "case" / f"{stem}.shp"
    return gpd.read_file(path, encoding="GB18030").set_crs(4528, allow_override=True)


def csv(stem: str, encoding: str) -> pd.DataFrame:
    path = TOWN / "case" / f"{stem}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)


def sheet(stem: str, header: int = 0) -> pd.DataFrame:
    path = TOWN / "case" / f"{stem}.xlsx"
    return pd.read_excel(path, dtype=str, keep_default_na=False, header=header, engine="openpyxl")


def tidy(text: object) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", str(text)).upper())


def resolved(code: str, known: list[str]) -> str:
    """The canonical parcel code a text means, "" for none."""
    text = re.sub(r"[宗地号]|F\d{8}$", "", tidy(code))
    text = re.sub(r"GBO", "GB0", text)
    hits = [k for k in known if text and k.endswith(text)]
    return hits[0] if len(hits) == 1 else ""


def settled_enterprises() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Enterprises under their true codes, the codes table, and the dropped duplicates."""
    alias = dict(truth("uscc_alias").itertuples(index=False))
    raw = typed("enterprises", csv("enterprises", "GB18030"))
    codes = pd.DataFrame({"written": raw["uscc"], "uscc": raw["uscc"].replace(alias)})
    codes["state"] = (codes["written"] == codes["uscc"]).map({True: "ok", False: "repaired"})
    codes["reason"] = ""
    raw["uscc"] = codes["uscc"]
    again = raw.duplicated("uscc")
    duplicates = raw.loc[again, ["uscc", "row", "name"]]
    return raw[~again].reset_index(drop=True), codes.drop_duplicates(), duplicates


def settled_leases(firms: pd.DataFrame, parcels: list[str], links: pd.DataFrame) -> pd.DataFrame:
    leases = typed("leases", sheet("leases"))
    by_name = {tidy(n): u for n, u in zip(firms["name"], firms["uscc"], strict=True)}
    known = set(firms["uscc"])
    for side in ("lessor", "lessee"):
        pairs = zip(leases[side], leases[f"{side}_uscc"], strict=True)
        leases[f"{side}_key"] = [c if c in known else by_name.get(tidy(n), "") for n, c in pairs]
    rents = links[links["relation"].isin(["LEASE", "SUBLEASE"])]
    rented = dict(zip(rents["uscc"], rents["parcel_code"], strict=True))
    leases["parcel_resolved"] = [
        resolved(code, parcels) if code else rented.get(lessee, "")
        for code, lessee in zip(leases["parcel_code"], leases["lessee_key"], strict=True)
    ]
    return leases


def settled_links(leases: pd.DataFrame) -> pd.DataFrame:
    """True links in the engine's columns; the lease of each is the one in force for the pair."""
    raw = truth("links")
    links = pd.DataFrame({c: raw[c] for c in ("parcel_code", "uscc", "relation", "area_method")})
    for name in ("share", "area_m2"):
        links[name] = pd.to_numeric(raw[name].replace("", None))
    for name in ("valid_from", "valid_to"):
        links[name] = pd.to_datetime(raw[name].replace("", None)).astype("datetime64[s]")
    links["probability"], links["band"], links["decision"] = 1.0, "auto", ""
    day = pd.Timestamp(AS_OF)
    live = leases[(leases["start_on"] <= day) & (leases["end_on"] >= day)]
    lease = live.drop_duplicates(["parcel_resolved", "lessee_key"])
    lease = lease.set_index(["parcel_resolved", "lessee_key"])
    rent = links["relation"].isin(["LEASE", "SUBLEASE"])
    at = pd.MultiIndex.from_frame(links[["parcel_code", "uscc"]])
    found = lease.reindex(at)
    links["lease_id"] = found["contract_no"].fillna("").to_numpy()
    links["head_lease_id"] = found["head_contract_no"].fillna("").to_numpy()
    links["lessor_uscc"] = found["lessor_key"].fillna("").to_numpy()
    links.loc[~rent, ["lease_id", "head_lease_id", "lessor_uscc"]] = ""
    links["on_patch"] = raw["in_layer"].eq("0") & raw["parcel_code"].str.fullmatch(r"\d{18}")
    links["in_force"] = True
    links["counted"] = links["relation"] != "REGISTERED_ONLY"
    return links


def numbers(frame: pd.DataFrame, *text: str) -> pd.DataFrame:
    keep = frame.copy()
    for name in keep.columns.difference(text):
        keep[name] = pd.to_numeric(keep[name].replace("", None))
    return keep


def sample_town(scheme: str = "zhejiang-2022") -> Facts:
    """Facts of sample-town on its true links."""
    firms, codes, duplicates = settled_enterprises()
    parcels = typed("parcels", layer("parcels"))
    known = sorted(parcels["parcel_code"])
    raw_links = truth("links")
    leases = settled_leases(firms, known, raw_links)
    supply = typed("supply", sheet("supply", header=2))
    supply["parcel_resolved"] = [resolved(c, known) for c in supply["parcel_code"]]
    case = Case(
        parcels=parcels,
        enterprises=firms,
        leases=leases,
        supply=supply,
        indicators=typed("indicators", csv("indicators", "utf-8-sig")),
        flags=typed("flags", pd.read_parquet(TOWN / "case" / "flags.parquet")),
        patches=typed("patches", layer("patches")),
        buildings=typed("buildings", gpd.read_parquet(TOWN / "case" / "buildings.parquet")),
    )
    recon = truth("parcel_reconciliation")
    over = truth("cross_check").query("rule == 'AREA_OVER'")["subject_id"]
    claims = leases.groupby("parcel_resolved")["land_area_m2"].sum()
    over = pd.DataFrame({"parcel_code": over, "claimed_m2": over.map(claims)})
    over["area_m2"] = over["parcel_code"].map(parcels.set_index("parcel_code")["area_m2"])
    evaluated = truth(f"enterprise_evaluation_{scheme}")
    areas = ["parcel_code", "bucket", "area_m2", "allocated_m2", "unallocated_m2"]
    return Facts(
        case=case,
        links=settled_links(leases),
        ledger=numbers(truth("ledger"), "uscc"),
        ledger_lines=numbers(truth("ledger_lines"), "uscc", "parcel_code", "component", "basis"),
        parcels=numbers(recon[recon["in_layer"] == "1"][areas], "parcel_code", "bucket"),
        enterprises=truth("enterprise_reconciliation")[["uscc", "name", "bucket"]],
        over=over.reset_index(drop=True),
        codes=codes,
        duplicates=duplicates,
        enterprise_evaluation=evaluated[["uscc", "unit_kind", "unit_id", "grade", "cohort"]],
        parcel_evaluation=truth(f"parcel_evaluation_{scheme}")[["parcel_code", "grade", "cohort"]],
        thresholds={},
        year=YEAR,
        as_of=AS_OF,
    )
