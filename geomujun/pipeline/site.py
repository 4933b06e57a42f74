"""The use case `export site`: a published edition as plain files, within the locality's word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.domain.published import FIRMS, PLOTS
from geomujun.errors import DataError, UsageError
from geomujun.export.site import Site, write_site
from geomujun.lang import t
from geomujun.policy.locality import Locality
from geomujun.policy.publication import Publication, publication_of
from geomujun.storage import audit, editions, public
from geomujun.storage.target import Conn, Target, connect

# 审图号 as printed on maps: GS京(2023)1234号, 浙S(2024)12号. From memory: only warned of.
APPROVAL: Final = re.compile(r"\w{0,4}S\w{0,2}\s*[(（〔\[]\d{4}[)）〕\]]\s*\d{1,6}\s*号")
_SEEN: Final = ("parcel_code", "parcel_grade", "enterprise_grade", "land_use", "area_m2",
                "tax_class", "low_efficiency")  # fmt: skip
_FIRM: Final = ("uscc", "name", "former_names", "grade", "occupied_mu")


@dataclass(frozen=True, slots=True)
class SiteAsked:
    """What to write. ``approval``: 审图号, "" for a net that is not public; ``edition``: newest."""

    out: Path
    approval: str
    actor: str
    edition: int | None = None


@dataclass(frozen=True, slots=True)
class SiteMade:
    """What was written."""

    edition: int
    plots: int
    firms: int
    withheld: int  # cells of too few firms
    files: dict[str, str]


def odd_approval(approval: str) -> bool:
    """Whether a 审图号 does not look like one."""
    return bool(approval) and APPROVAL.fullmatch(approval.strip()) is None


def export_site(
    target: Target,
    asked: SiteAsked,
    locality: Locality,
    page: Traversable,
    say: Callable[[str], None] = lambda _: None,
) -> SiteMade:
    """Write the public's view of a published edition; a row of the audit log says so.

    Raises:
        DataError: there is no published edition.
        UsageError: the locality publishes nothing of the map, or ``out`` is somebody else's.
        MachineError: the place cannot be written.
    """
    policy = publication_of(locality)
    plots = _columns(policy, PLOTS.name, _SEEN)
    if not {"parcel_code"} < set(plots):
        raise UsageError(
            t("当地没有公布地图内容", "this locality publishes nothing of the map"),
            where=locality.id,
            hint=t("在地区文件的 publication.columns 里写明，如 plots.parcel_grade",
                   "name it in publication.columns of the locality, as plots.parcel_grade"),
        )  # fmt: skip
    with connect(target, "app") as connection:
        connection.execute("SET TRANSACTION READ ONLY")
        row = _edition(connection, asked.edition)
        number = row["number"]
        say(t("地块", "plots"))
        tables, withheld = _tables(connection, number, policy, plots)
        say(t("瓦片", "tiles"))
        bounds = _bounds(connection, number)
        site = Site(
            about=_about(row, asked, plots, tables) | {"bounds": list(bounds)},
            tables=tables,
            tiles=public.tiles(connection, number, plots, policy),
            bounds=bounds,
        )
        files = write_site(site, page, asked.out)
    with connect(target, "app") as connection, connection.transaction():
        audit.record(connection, asked.actor, "export site", str(number),
                     {"approval": asked.approval, "files": len(files)})  # fmt: skip
    return SiteMade(number, len(tables["plots"]["parcel_code"]),
                    len(tables.get("firms", {}).get("uscc", [])), withheld, files)  # fmt: skip


def _columns(policy: Publication, table: str, wanted: Sequence[str]) -> tuple[str, ...]:
    spec = {"plots": PLOTS, "firms": FIRMS}.get(table) or TABLES[table]
    shown = {f.name for f in policy.fields(spec, public=True)}
    return tuple(name for name in wanted if name in shown)


def _edition(connection: Conn, number: int | None) -> dict[str, Any]:
    wanted = number or editions.current(connection, None, editions.PUBLIC)
    found = [r for r in editions.listing(connection) if r["number"] == wanted]
    if not found or found[0]["state"] != editions.PUBLISHED:
        raise DataError(
            t("没有已发布的结果", "nothing is published yet")
            if wanted is None
            else t(
                "第 {n} 号不是已发布状态", "edition {n} is not in the state published", n=wanted
            ),
            hint="geomujun edition",
        )
    return found[0]


def _tables(
    connection: Conn, number: int, policy: Publication, plots: tuple[str, ...]
) -> tuple[dict[str, dict[str, list[Any]]], int]:
    """Plots with a point each; firms with their plots where links are public; sums by grade."""
    middles = public.middles(connection, number)
    rows = public.rows(connection, number, "plots", plots)
    tables = {"plots": _by_column(rows, plots)}
    codes = tables["plots"]["parcel_code"]
    tables["plots"]["at"] = [middles.get(code) for code in codes]
    firms = _columns(policy, "firms", _FIRM)
    withheld = 0
    if "uscc" in firms or "name" in firms:
        rows = public.rows(connection, number, "firms", firms)
        tables["firms"] = _by_column(rows, firms)
        linked = _columns(policy, "links", ("parcel_code", "uscc", "band"))
        if len(linked) == 3 and "uscc" in firms:
            tables["firms"]["plots"] = _linked(connection, number, rows)
    if "grade" in firms:
        tables["grades"], withheld = _grades(tables["firms"], policy)
    return tables, withheld


def _by_column(rows: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _linked(connection: Conn, number: int, firms: list[dict[str, Any]]) -> list[list[str]]:
    by: dict[str, list[str]] = {}
    for link in public.rows(connection, number, "links", ("uscc", "parcel_code", "band")):
        if link["band"] == "auto":
            by.setdefault(link["uscc"], []).append(link["parcel_code"])
    return [sorted(set(by.get(firm["uscc"], []))) for firm in firms]


def _grades(firms: dict[str, list[Any]], policy: Publication) -> tuple[dict[str, list[Any]], int]:
    """Firms and mu by grade; cells of too few firms are withheld, as in the service."""
    counts = Counter(firms["grade"])
    held = policy.suppressed(counts)
    order = sorted(counts)
    told: dict[str, list[Any]] = {
        "grade": order,
        "firms": [None if g in held else counts[g] for g in order],
    }
    if "occupied_mu" in firms:
        land = pd.Series(firms["occupied_mu"], dtype="float64").groupby(firms["grade"]).sum()
        told["mu"] = [None if g in held else round(float(land[g]), 2) for g in order]
    return told, len(held)


def _bounds(connection: Conn, number: int) -> tuple[float, float, float, float]:
    row = connection.execute(
        "SELECT map -> 'bounds' FROM pub.editions WHERE number = %s", (number,)
    ).fetchone()
    west, south, east, north = row[0] if row and row[0] else (73.0, 18.0, 135.0, 54.0)
    return float(west), float(south), float(east), float(north)


def _about(
    row: dict[str, Any], asked: SiteAsked, plots: tuple[str, ...], tables: dict[str, Any]
) -> dict[str, Any]:
    return {
        "title": row["title"], "year": row["year"], "edition": row["number"],
        "as_of": row["as_of"].isoformat(), "scheme": row["scheme_id"],
        "approval": asked.approval, "columns": list(plots), "tables": sorted(tables),
    }  # fmt: skip
