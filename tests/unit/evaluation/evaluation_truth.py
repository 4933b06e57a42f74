"""The sample town's true links and ledger as a book, so that evaluation is tested on its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from evaluation_small import Book

from geomujun.domain.case import DTYPES, Case, empty_table
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind

TOWN = Path(__file__).parents[2] / "cases" / "sample-town"
YEAR = 2024


def typed(raw: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table written with the contract's headers, typed as the catalogue says."""
    table = TABLES[name]
    made = empty_table(table).drop(columns="geometry", errors="ignore").iloc[:0]
    made = made.reindex(range(len(raw)))
    made["row"] = range(1, len(raw) + 1)
    for field in table.fields:
        found = raw[field.standard] if field.standard in raw.columns else pd.Series("", raw.index)
        text = found.fillna("").astype("str").str.strip().reset_index(drop=True)
        if field.kind is Kind.TEXT:
            made[field.name] = text
        elif field.kind is Kind.DATE:
            made[field.name] = pd.to_datetime(text.replace("", None)).astype(DTYPES[Kind.DATE])
        else:
            made[field.name] = pd.to_numeric(text.replace("", None)).astype(DTYPES[field.kind])
    return made


def truth(name: str) -> pd.DataFrame:
    return pd.read_csv(TOWN / "truth" / f"{name}.csv", dtype="str").fillna("")


def _numbers(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    return frame.assign(**{n: pd.to_numeric(frame[n].replace("", None)) for n in names})


def load_town() -> tuple[Case, Book]:
    alias = truth("uscc_alias").set_index("written")["uscc"]
    enterprises = typed(
        pd.read_csv(TOWN / "case" / "enterprises.csv", dtype="str", encoding="gb18030"),
        "enterprises",
    )
    enterprises["uscc"] = enterprises["uscc"].replace(alias.to_dict())
    enterprises = enterprises.sort_values("founded_on").drop_duplicates("uscc", keep="last")
    indicators = typed(pd.read_csv(TOWN / "case" / "indicators.csv", dtype="str"), "indicators")
    indicators["uscc"] = indicators["uscc"].replace(alias.to_dict())
    flags = typed(pd.read_parquet(TOWN / "case" / "flags.parquet"), "flags")
    links = _numbers(truth("links"), "area_m2")
    buckets = truth("enterprise_reconciliation")
    cancelled = buckets.loc[buckets["bucket"] == "cancelled", "uscc"]
    links["counted"] = (links["relation"] != "REGISTERED_ONLY") & ~links["uscc"].isin(cancelled)
    links["on_patch"] = links["in_layer"] == "0"
    book = Book(
        links=links,
        ledger=_numbers(truth("ledger"), "occupied_m2"),
        ledger_lines=_numbers(truth("ledger_lines"), "area_m2"),
        parcels=_numbers(truth("parcel_reconciliation"), "area_m2"),
        enterprises=buckets,
    )
    return Case(enterprises=enterprises, indicators=indicators, flags=flags), book
