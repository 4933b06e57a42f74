"""Little worlds for matching: firms, land, leases and decisions, built by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from ledger_small import frame
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geomujun.domain.case import CRS, Case
from geomujun.matching.engine import Matches, match
from geomujun.matching.identity import settle
from geomujun.matching.land import Doors, build_land, door_table
from geomujun.matching.register import Register, build
from geomujun.matching.sites import Places, build_sites
from geomujun.text.identifiers import uscc_check_char
from geomujun.text.lexicon import case_lexicon

DAY = date(2024, 12, 31)
HOLDER_RIGHT = "2015-06-01"
# Nobody of the tests bears these 字号; they make the register large enough for rarity to speak.
_FIRST, _SECOND = "宏泰瑞祥福盛嘉颖", "隆昊翔鹏锦煜骏霖"
_TRADES = ("机械", "纺织", "塑料制品", "印染", "化纤", "五金", "包装", "电子")


def uscc(n: int) -> str:
    """A valid 信用代码 whose 9-character part has a right check character too."""
    body = f"MA{n:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = [int(c, 36) for c in body]
    check = (11 - sum(w * v for w, v in zip(weights, values, strict=True)) % 11) % 11
    first17 = "91330603" + body + ("X" if check == 10 else str(check))
    return first17 + uscc_check_char(first17)


def parcel_code(n: int) -> str:
    return f"330603001002GB{n:05d}"


def square(n: float, metres: float = 100) -> BaseGeometry:
    """A square of about ``metres``; neighbours in ``n`` are 300 m apart."""
    side = metres / 111_320
    return box(120.5 + n * 0.003, 30.0, 120.5 + n * 0.003 + side * 1.1547, 30.0 + side)


def inside(n: float, share: float = 0.5) -> dict[str, Any]:
    """A point in the square ``n`` with a declared datum: 0 its western edge, 1 its eastern."""
    west, south, east, north = square(n).bounds
    where = {"longitude": west + share * (east - west), "latitude": (south + north) / 2}
    return where | {"datum": "cgcs2000"}


@cache
def crowd() -> tuple[tuple[str, str], ...]:
    """64 enterprises without any address: (code, name)."""
    names = [a + b for a in _FIRST for b in _SECOND]
    return tuple(
        (uscc(9000 + n), f"绍兴{name}{_TRADES[n % len(_TRADES)]}有限公司")
        for n, name in enumerate(names)
    )


@cache
def _background() -> pd.DataFrame:
    rows = [{"uscc": c, "name": n, "industry": "C1751", "status": "存续"} for c, n in crowd()]
    return frame("enterprises", rows)


@cache
def _empty_case() -> Case:
    return Case()


@dataclass
class Town:
    """Say what there is, then `links`."""

    others: bool = True
    firms: list[dict[str, Any]] = field(default_factory=list)
    parcels: list[dict[str, Any]] = field(default_factory=list)
    leases: list[dict[str, Any]] = field(default_factory=list)
    holders: list[dict[str, Any]] = field(default_factory=list)
    patches: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)

    def firm(self, name: str, **more: Any) -> str:
        """An active textile maker unless said otherwise; its code."""
        code = str(more.pop("uscc", uscc(len(self.firms) + 1)))
        self.firms.append(
            {"uscc": code, "name": name, "industry": "C1751", "status": "存续"} | more
        )
        return code

    def parcel(self, holder: str = "", ids: str = "", **more: Any) -> str:
        """Industrial land, a square of 100 m; its code."""
        n = len(self.parcels)
        row = {"parcel_code": parcel_code(n), "holder_names": holder, "holder_ids": ids,
               "area_m2": 10_000.0 + n, "land_use": "工业用地", "right_start_on": HOLDER_RIGHT,
               "geometry": square(n)} | more  # fmt: skip
        self.parcels.append(row)
        return str(row["parcel_code"])

    def lease(self, lessor: str, lessee: str, parcel: str = "", **more: Any) -> str:
        """A lease from 2020 to 2029; its number."""
        row = {"contract_no": f"L{len(self.leases) + 1}", "lessor": lessor, "lessee": lessee,
               "parcel_code": parcel, "start_on": "2020-01-01", "end_on": "2029-12-31",
               "land_area_m2": 1000.0} | more  # fmt: skip
        self.leases.append(row)
        return str(row["contract_no"])

    def patch(self, **more: Any) -> str:
        """Village industry on a 0601 patch beside the last parcel; its BSM."""
        n = len(self.parcels) + len(self.patches)
        row = {"patch_code": f"33060300000000{n:04d}", "land_class": "0601", "ownership": "30",
               "settlement": "203", "location_unit": "岭陈村", "area_m2": 5000.0,
               "geometry": square(n)} | more  # fmt: skip
        self.patches.append(row)
        return str(row["patch_code"])

    def decide(self, parcel: str, firm: str, verdict: str, **more: Any) -> Town:
        row = {
            "parcel_code": parcel,
            "uscc": firm,
            "verdict": verdict,
            "relation": "",
            "area_m2": None,
        }
        self.decided.append(row | more)
        return self

    @property
    def case(self) -> Case:
        """The tables that were said; the others are empty."""
        firms = frame("enterprises", self.firms)
        if self.others:
            firms = pd.concat([firms, _background()], ignore_index=True)
        given: dict[str, pd.DataFrame] = {"enterprises": firms}
        for stem in ("leases", "addresses"):
            if rows := getattr(self, stem):
                given[stem] = frame(stem, rows)
        if self.holders:
            given["right_holders"] = frame("right_holders", self.holders)
        for stem in ("parcels", "patches"):
            if rows := getattr(self, stem):
                given[stem] = _layer(stem, rows)
        return _empty_case().with_tables(**given)

    def run(self, day: date = DAY) -> Matches:
        """`engine.match` on the settled case."""
        kinds = {"parcel_code": "str", "uscc": "str", "verdict": "str", "relation": "str", "area_m2": "float64"}  # fmt: skip
        decisions = pd.DataFrame(self.decided, columns=list(kinds)).astype(kinds)
        return match(settle(self.case).case, day, decisions if self.decided else None)

    def links(self, day: date = DAY) -> pd.DataFrame:
        return self.run(day).links


def _layer(name: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    shapes = gpd.GeoSeries([r["geometry"] for r in rows], crs=CRS)
    return gpd.GeoDataFrame(frame(name, rows), geometry=shapes)


@cache
def register_of(*names: str, addresses: tuple[str, ...] = (), former: str = "") -> Register:
    """A register of these names before the crowd; ``former`` belongs to the first."""
    rows = [{"uscc": uscc(n), "name": name} for n, name in enumerate(names, 1)]
    rows[0]["former_names"] = former
    rows += [{"uscc": code, "name": name} for code, name in crowd()]
    lexicon = case_lexicon([pd.Series(addresses, dtype="str")])
    return build(Case(enterprises=frame("enterprises", rows)), lexicon)


def places_of(town: Town) -> Places:
    """Land, sites and doors of a town, in the order of its firms."""
    case = town.case
    land = build_land(case)
    firms = case.enterprises.reset_index(drop=True)
    return Places(land, build_sites(firms, land), Doors.of(door_table(case, land)))


def one(links: pd.DataFrame, parcel: str, firm: str) -> pd.Series:
    """The only link of a pair."""
    found = links[(links["parcel_code"] == parcel) & (links["uscc"] == firm)]
    assert len(found) == 1, found[["parcel_code", "uscc", "relation"]]
    return found.iloc[0]


def pairs(links: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """(parcel, firm, relation, band) of every link."""
    columns = ["parcel_code", "uscc", "relation", "band"]
    return [(a, b, str(c), str(d)) for a, b, c, d in links[columns].itertuples(index=False)]


def evidence(link: pd.Series) -> dict[str, float]:
    """Bits by the name of the item; every name once."""
    items = json.loads(link["evidence"])
    assert len({i["name"] for i in items}) == len(items)
    return {i["name"]: i["bits"] for i in items}


def probability(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What a single candidate gets: 2^w / (1 + 2^w), without overflow."""
    bounded = np.clip(weight, -60.0, 60.0)
    return np.asarray(1.0 / (1.0 + np.exp2(-bounded)))
