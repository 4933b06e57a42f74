"""A `Result` for the writers' tests, made from the truth tables of sample-town (no engine needed).

`sample_result` is the town itself; `county_result` repeats it, shifted, to any number of parcels.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomujun.domain.case import DTYPES, Case, empty_table
from geomujun.domain.catalogue import TABLES
from geomujun.export.masking import masked
from geomujun.export.result import Indicator, Result

TOWN = Path(__file__).parent / "cases" / "sample-town"
INDICATORS = (
    Indicator("tax_per_mu", "亩均税收", "万元/亩"),
    Indicator("value_added_per_mu", "亩均增加值", "万元/亩"),
    Indicator("value_added_per_energy", "单位能耗增加值", "万元/吨标煤"),
    Indicator("labour_productivity", "全员劳动生产率", "万元/人"),
    Indicator("value_added_per_emission", "单位排放增加值", "万元/吨"),
    Indicator("rd_intensity", "研发占比", ""),
    Indicator("tax_per_power", "单位电耗税收", "元/千瓦时"),
)


def _standard(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Columns renamed to the catalogue's identifiers and typed, missing ones blank."""
    table = TABLES[name]
    frame = frame.rename(columns={f.standard: f.name for f in table.fields})
    out = empty_table(table).iloc[:0].reindex(range(len(frame)))
    for f in table.fields:
        values = frame[f.name].reset_index(drop=True) if f.name in frame else out[f.name]
        if DTYPES[f.kind] == "str":
            out[f.name] = values.astype("object").where(values.notna(), "").astype("str")
        elif DTYPES[f.kind].startswith("datetime"):
            out[f.name] = pd.to_datetime(values, errors="coerce").astype(DTYPES[f.kind])
        else:
            out[f.name] = pd.to_numeric(values, errors="coerce").astype(DTYPES[f.kind])
    out["row"] = np.arange(1, len(frame) + 1)
    return pd.DataFrame(out[["row", *table.columns]])


def _layer(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    frame = frame.to_crs("EPSG:4490").reset_index(drop=True)
    return gpd.GeoDataFrame(_standard(frame, name), geometry=frame.geometry, crs="EPSG:4490")


def _case() -> Case:
    folder = TOWN / "case"
    shapes = {
        n: gpd.read_file(folder / f"{n}.shp", encoding="GB18030")
        for n in ("parcels", "patches", "parks")
    }
    firms = pd.read_csv(folder / "enterprises.csv", encoding="GB18030", dtype=str)
    leases = pd.read_excel(folder / "leases.xlsx", dtype=str, engine="calamine")
    return Case(
        **{name: _layer(frame, name) for name, frame in shapes.items()},
        buildings=_layer(gpd.read_parquet(folder / "buildings.parquet"), "buildings"),
        enterprises=_standard(firms, "enterprises").drop_duplicates("uscc", ignore_index=True),
        leases=_standard(leases, "leases"),
    )


def _truth(name: str) -> pd.DataFrame:
    frame = pd.read_csv(TOWN / "truth" / f"{name}.csv", dtype={"uscc": str, "parcel_code": str})
    ids = {i.label: i.id for i in INDICATORS}
    return frame.rename(columns={**ids, **{f"{k}_score": f"{v}_score" for k, v in ids.items()}})


def _evidence(link: Any, names: dict[str, str], holders: dict[str, str]) -> str:
    holder, name = holders.get(link.parcel_code, ""), names.get(link.uscc, "")
    items = [
        {"name": "holder_name", "bits": 14.2, "left": holder, "right": name,
         "line": f"权利人「{holder}」与企业「{name}」名称一致（规范后相同）"},
        {"name": "site_address", "bits": 3.4, "left": "", "right": "", "line": "生产经营地址落在本宗地 30 米内"},
        {"name": "rival", "bits": -1.1, "left": "", "right": "", "line": "另有一家同字号企业相距 600 米"},
    ]  # fmt: skip
    if link.relation in ("LEASE", "SUBLEASE"):
        items[0] = {
            "name": "lease",
            "bits": 18.0,
            "left": "",
            "right": name,
            "line": f"租赁合同在有效期内，承租方为「{name}」",
        }
    return json.dumps(items, ensure_ascii=False)


def _links(case: Case) -> pd.DataFrame:
    frame = _truth("links")
    names = dict(zip(case.enterprises["uscc"], case.enterprises["name"], strict=True))
    holders = dict(zip(case.parcels["parcel_code"], case.parcels["holder_names"], strict=True))
    frame["evidence"] = [_evidence(x, names, holders) for x in frame.itertuples()]
    review = np.arange(len(frame)) % 29 == 7
    frame["band"] = np.where(review, "review", "auto")
    frame["probability"] = np.where(review, 0.71, 0.9973)
    frame["lease_id"] = [
        f"ZL{n:05d}" if r == "LEASE" else "" for n, r in enumerate(frame["relation"])
    ]
    return frame


@lru_cache(maxsize=1)
def sample_result() -> Result:
    """sample-town with its true links, ledger, evaluation (zhejiang-2022) and findings."""
    case = _case()
    findings = _truth("cross_check")
    findings["subject_kind"] = np.where(
        findings["subject_id"].str.contains("GB|JB|G"), "parcel", "enterprise"
    )
    findings["severity"] = (
        findings["rule"].map({"AREA_OVER": "high", "GRADE_CONFLICT": "medium"}).fillna("low")
    )
    findings["message"] = "示例：" + findings["rule"] + " " + findings["subject_id"]
    low = _truth("low_efficiency")
    areas = _truth("parcel_reconciliation").set_index("parcel_code")["area_m2"]
    low["area_mu"] = areas.reindex(low["parcel_code"]).to_numpy() * 15 / 10000
    low["basis"], low["path"] = "容积率 0.39，行业下限 0.7", "改造提升"
    links = _links(case)
    queue = links[links["band"] == "review"].reset_index(drop=True)
    queue = queue.assign(order=np.arange(1, len(queue) + 1), question="是否同一家企业？")
    tables = {
        "links": links,
        "cross_check": findings,
        "low_efficiency": low,
        "enterprise_evaluation": _truth("enterprise_evaluation_zhejiang-2022"),
        "parcel_evaluation": _truth("parcel_evaluation_zhejiang-2022"),
        "parcel_reconciliation": _truth("parcel_reconciliation").query("in_layer == 1"),
        "enterprise_reconciliation": _truth("enterprise_reconciliation"),
        "ledger": _truth("ledger"),
        "ledger_lines": _truth("ledger_lines"),
        "review_queue": queue,
        "rejects": pd.DataFrame(
            {
                "file": ["parcels.shp"],
                "row": [7],
                "field": ["QLRMC"],
                "value": ["王小明"],
                "reason": ["示例"],
            }
        ),
    }
    run = {
        "version": "0.1.0",
        "scheme": {"id": "zhejiang-2022", "sha256": "0" * 64},
        "inputs": [
            {
                "file": "parcels.shp",
                "sha256": "1" * 64,
                "rows_in": 401,
                "rows_kept": 400,
                "rows_rejected": 1,
            }
        ],
    }
    return Result(
        tables=tables, case=case, title="兰亭街道 工业用地地企对应与亩均评价", scheme_id="zhejiang-2022",
        scheme_title="浙江省亩均效益综合评价（2022）", year=2024, as_of=date(2024, 12, 31), version="0.1.0",
        indicators=INDICATORS, run=run,
    )  # fmt: skip


@lru_cache(maxsize=1)
def masked_sample() -> Result:
    """`sample_result` with persons hidden."""
    return masked(sample_result())


def empty_result() -> Result:
    """A run in which nothing was found and nothing put in."""
    return replace(sample_result(), tables={}, case=Case())


def with_name(result: Result, uscc: str, name: str) -> Result:
    """The result with one enterprise called ``name`` wherever it has a name."""
    firms = result.case.enterprises
    firms = firms.assign(name=firms["name"].where(firms["uscc"] != uscc, name))
    tables = dict(result.tables)
    for key in ("enterprise_evaluation", "enterprise_reconciliation"):
        frame = tables[key]
        tables[key] = frame.assign(name=frame["name"].where(frame["uscc"] != uscc, name))
    return replace(result, tables=tables, case=result.case.with_tables(enterprises=firms))


def _copies(frame: pd.DataFrame, times: int, columns: list[str], recode: Any) -> pd.DataFrame:
    parts = []
    for n in range(times):
        part = frame.copy()
        for column in columns:
            if column in part:
                part[column] = recode(column, part[column].astype("str"), n)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def county_result(parcels: int) -> Result:
    """The town repeated until it has at least ``parcels`` parcels, each copy its own street."""
    town = sample_result()
    times = -(-parcels // len(town.case.parcels))

    def recode(column: str, values: pd.Series, n: int) -> pd.Series:
        if column == "location":
            return values.str.replace(
                "兰亭街道", f"{'东西南北中上下前后'[n % 9]}{'山河湖'[n // 9 % 3]}街道"
            )
        if column in ("uscc", "other_id"):
            return values.str.slice(0, 12) + f"{n:03d}" + values.str.slice(15)
        return values.str.slice(0, 6) + f"{n + 1:03d}" + values.str.slice(9)

    shapes = {}
    for name in ("parcels", "buildings", "patches"):
        layer = getattr(town.case, name)
        frame = _copies(layer, times, ["parcel_code", "patch_code", "location"], recode)
        turn = np.repeat(np.arange(times), len(layer))
        frame = gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4490")
        moved = [
            g.translate(0.035 * (i % 6), 0.02 * (i // 6))
            for i, g in enumerate([layer.geometry] * times)
        ]
        frame["geometry"] = gpd.GeoSeries(
            np.concatenate([m.to_numpy() for m in moved]), crs="EPSG:4490"
        )
        assert len(turn) == len(frame)
        shapes[name] = frame
    firms = _copies(town.case.enterprises, times, ["uscc"], recode)
    keys = ["parcel_code", "uscc", "subject_id", "other_id"]
    tables = {k: _copies(v, times, keys, recode) for k, v in town.tables.items() if k != "rejects"}
    return replace(town, tables=tables, case=town.case.with_tables(enterprises=firms, **shapes))
