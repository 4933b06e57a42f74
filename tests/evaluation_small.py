"""Little cases built by hand: firms, their land, their figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geomujun.domain.case import DTYPES, Case, empty_table
from geomujun.domain.catalogue import TABLES

MU = 10_000 / 15
YEAR = 2024


@dataclass
class Book:
    links: pd.DataFrame
    ledger: pd.DataFrame
    ledger_lines: pd.DataFrame
    parcels: pd.DataFrame
    enterprises: pd.DataFrame


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A typed frame of the catalogue's table from some of its columns."""
    base = empty_table(TABLES[name]).drop(columns="geometry", errors="ignore")
    made = base.reindex(range(len(rows)))
    for f in TABLES[name].fields:
        values = [r.get(f.name) for r in rows]
        if f.kind == "text":
            values = [v or "" for v in values]
        made[f.name] = pd.Series(values, dtype="object").astype(DTYPES[f.kind])
    made["row"] = range(1, len(rows) + 1)
    return made


@dataclass
class Town:
    """Says who is on which parcel: `firm`, `use`, then `case` and `book`."""

    firms: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    parcels: dict[str, float] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, pd.DataFrame] = field(default_factory=dict)

    def firm(self, uscc: str, industry: str = "C3311", size: str = "规上", **more: Any) -> None:
        self.firms.append(
            {"uscc": uscc, "name": f"{uscc}厂", "industry": industry, "size": size}
            | {"status": "存续", "division": "330603", "bucket": "matched"}
            | more
        )

    def report(self, uscc: str, source: str = "", year: int = YEAR, **figures: float) -> None:
        self.figures.append({"uscc": uscc, "year": year, "source": source} | figures)

    def use(
        self, uscc: str, parcel: str, mu: float | None, parcel_mu: float, exempt: float = 0
    ) -> None:
        """``mu`` None: the parcel cannot be split."""
        self.parcels[parcel] = parcel_mu * MU
        method = "unsplit" if mu is None else "contract"
        self.links.append(
            {"parcel_code": parcel, "uscc": uscc, "area_m2": (mu or 0) * MU}
            | {"area_method": method, "counted": True, "on_patch": False}
        )
        if exempt:
            self.lines.append(
                {"uscc": uscc, "parcel_code": parcel, "component": "exempt", "area_m2": exempt * MU}
            )

    @property
    def case(self) -> Case:
        firms = [{k: v for k, v in f.items() if k != "bucket"} for f in self.firms]
        return Case(
            enterprises=table("enterprises", firms),
            indicators=table("indicators", self.figures),
            flags=table("flags", self.flags),
            groups=table("groups", self.groups),
            **self.extra,
        )

    @property
    def book(self) -> Book:
        links = pd.DataFrame(
            self.links,
            columns=["parcel_code", "uscc", "area_m2", "area_method", "counted", "on_patch"],
        )
        lines = pd.DataFrame(self.lines, columns=["uscc", "parcel_code", "component", "area_m2"])
        land = links.groupby("uscc")["area_m2"].sum()
        land = land.sub(lines.groupby("uscc")["area_m2"].sum(), fill_value=0.0)
        return Book(
            links=links.astype({"counted": bool}),
            ledger=pd.DataFrame({"uscc": land.index, "occupied_m2": land.to_numpy()}),
            ledger_lines=lines,
            parcels=pd.DataFrame(
                {"parcel_code": list(self.parcels), "area_m2": list(self.parcels.values())}
            ).astype({"parcel_code": "str", "area_m2": "float64"}),
            enterprises=pd.DataFrame(
                {
                    "uscc": [f["uscc"] for f in self.firms],
                    "bucket": [f["bucket"] for f in self.firms],
                }
            ),
        )
