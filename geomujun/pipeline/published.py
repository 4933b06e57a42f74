"""A published edition, read back as a finished run: what simulations, plans and lists start from.

Tables and layers come out of PostGIS as the folder of a run would give them, persons masked; what
the evaluation stood on is as it was kept when the edition was built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class _Layer:
    """Rows of a table with their shape. ``columns``: names of the run, and here where different."""

    relation: str
    where: str
    order: str
    columns: Mapping[str, str]

    def read(self, connection: Conn, edition: int, load: int) -> gpd.GeoDataFrame:
        """The layer of an edition, as a run has it."""
        where = self.where.format(n=int(edition), load=int(load))
        columns = ", ".join(f"{here or name} AS {name}" for name, here in self.columns.items())
        query = f"SELECT {columns}, geom FROM {self.relation} WHERE {where} ORDER BY {self.order}"  # noqa: S608 - fixed names and two numbers
        kinds = {n: Kind.NUMBER if n == "registered_m2" else Kind.TEXT for n in self.columns}
        return gpd.GeoDataFrame(copy_out(connection, query, kinds), geometry="geometry", crs=CRS)


def _names(text: str) -> dict[str, str]:
    """Columns of a layer: names, with ``:here`` where it is another one here."""
    parts = (word.partition(":") for word in text.split())
    return {name: here for name, _, here in parts}


_LAYERS: Final = {
    "parcels": _Layer(
        "pub.plots", "edition = {n}", "parcel_code",
        _names("parcel_code division:division_code kind location holder user_names:users bucket"
               " registered_m2:area_m2"),
    ),
    "enterprises": _Layer(
        "pub.firms", "edition = {n}", "uscc",
        _names("uscc name former:former_names address industry size bucket grade"),
    ),
    "parks": _Layer(
        "core.parks", "load_from <= {load} AND (load_to IS NULL OR load_to > {load})", "id",
        _names("name level code"),
    ),
}  # fmt: skip


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
    read = {name: editions.read_result(connection, number, name) for name in tables}
    layers = {n: layer.read(connection, number, row["load_id"]) for n, layer in _LAYERS.items()}
    return RunFolder(Path(), row["run"], read, row["as_of"], row["year"], layers)


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
