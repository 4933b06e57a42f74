"""A published edition, read back as a finished run: what simulations, plans and lists start from.

Tables and layers come out of PostGIS as the folder of a run would give them, persons masked; what
the evaluation stood on is as it was kept when the edition was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd

from geomujun.domain.case import CRS
from geomujun.domain.model import Kind
from geomujun.export.sheets_run import RunFolder
from geomujun.planning.ground import Ground
from geomujun.policy.model import Scheme
from geomujun.policy.snapshot import from_data
from geomujun.storage import editions, whatif
from geomujun.storage.tables import copy_out
from geomujun.storage.target import Conn

_TEXT, _NUMBER = Kind.TEXT, Kind.NUMBER
_PLOTS: Final = (
    "SELECT parcel_code, division_code, kind, location, holder, users, bucket, area_m2, geom"
    " FROM pub.plots"
    " WHERE edition = {n} ORDER BY parcel_code",
    {"parcel_code": _TEXT, "division": _TEXT, "kind": _TEXT, "location": _TEXT, "holder": _TEXT,
     "user_names": _TEXT, "bucket": _TEXT, "registered_m2": _NUMBER},
)  # fmt: skip
_FIRMS: Final = (
    "SELECT uscc, name, former_names, address, industry, size, bucket, grade, geom FROM pub.firms"
    " WHERE edition = {n} ORDER BY uscc",
    {"uscc": _TEXT, "name": _TEXT, "former": _TEXT, "address": _TEXT, "industry": _TEXT,
     "size": _TEXT, "bucket": _TEXT, "grade": _TEXT},
)  # fmt: skip
_PARKS: Final = (
    "SELECT name, level, code, geom FROM core.parks WHERE load_from <= {load}"
    " AND (load_to IS NULL OR load_to > {load}) ORDER BY id",
    {"name": _TEXT, "level": _TEXT, "code": _TEXT},
)


@dataclass(frozen=True, slots=True)
class Rules:
    """How an edition was evaluated."""

    scheme: Scheme
    merge_groups: bool


def open_edition(connection: Conn, number: int, tables: Sequence[str]) -> RunFolder:
    """An edition with the tables named and its layers, as `open_run` gives a folder.

    Raises:
        DataError: there is no such edition.
    """
    row = editions.get(connection, number)
    named = {"n": str(int(number)), "load": str(int(row["load_id"]))}
    read = {name: editions.read_result(connection, number, name) for name in tables}
    layers = {
        name: _layer(connection, query.format(**named), kinds)
        for name, (query, kinds) in (
            ("parcels", _PLOTS), ("enterprises", _FIRMS), ("parks", _PARKS),
        )
    }  # fmt: skip
    return RunFolder(Path(), row["run"], read, row["as_of"], row["year"], layers)


def _layer(connection: Conn, query: str, kinds: dict[str, Kind]) -> gpd.GeoDataFrame:
    """The rows of a query whose columns stand in the order of ``kinds``, the shape last."""
    inner = ", ".join([*kinds, "geom"])
    frame = copy_out(connection, f"SELECT * FROM ({query}) AS q ({inner})", kinds)  # noqa: S608
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def rules(connection: Conn, number: int) -> Rules:
    """The rules of an edition.

    Raises:
        DataError: there is no such edition.
    """
    row = editions.get(connection, number)
    return Rules(from_data(row["scheme"]), bool(row["settings"].get("merge_groups")))


def ground(connection: Conn, number: int) -> Ground:
    """What an edition was evaluated on.

    Raises:
        DataError: it was published before that was kept.
    """
    return Ground(**whatif.read_ground(connection, number, Ground.__slots__))
