"""A case in memory: the kept rows of every input table, typed as the catalogue says.

Text is `str` with "" for missing, numbers are float64 with NaN, integers are Int64, dates are
datetime64[s] with NaT. Layers are GeoDataFrames in EPSG:4490, lon/lat order. A table the folder
does not have is an empty frame with all its columns, so that no rule asks whether a file exists.
Every frame carries ``row`` (1-based data row of its file) beside the catalogue's columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import geopandas as gpd
import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind, Table

CRS: Final = "EPSG:4490"
DTYPES: Final = {
    Kind.TEXT: "str",
    Kind.NUMBER: "float64",
    Kind.INTEGER: "Int64",
    Kind.DATE: "datetime64[s]",
}


@cache
def _template(table: Table) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {"row": pd.Series(dtype="int64")}
    columns |= {f.name: pd.Series(dtype=DTYPES[f.kind]) for f in table.fields}
    frame = pd.DataFrame(columns)
    if table.shape == "polygon":
        layer: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=CRS))
        return layer
    return frame


def empty_table(table: Table) -> pd.DataFrame:
    """An empty frame with the table's columns and types, and ``row``."""
    return _template(table).copy()


def _empty(name: str) -> pd.DataFrame:
    return empty_table(TABLES[name])


@dataclass(frozen=True, slots=True)
class Case:
    """All input tables of one case; a frame per stem of CONTRACT §2."""

    parcels: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(_empty("parcels")))
    enterprises: pd.DataFrame = field(default_factory=lambda: _empty("enterprises"))
    right_holders: pd.DataFrame = field(default_factory=lambda: _empty("right_holders"))
    leases: pd.DataFrame = field(default_factory=lambda: _empty("leases"))
    indicators: pd.DataFrame = field(default_factory=lambda: _empty("indicators"))
    region_indicators: pd.DataFrame = field(default_factory=lambda: _empty("region_indicators"))
    flags: pd.DataFrame = field(default_factory=lambda: _empty("flags"))
    patches: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(_empty("patches")))
    buildings: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame(_empty("buildings"))
    )
    supply: pd.DataFrame = field(default_factory=lambda: _empty("supply"))
    parks: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(_empty("parks")))
    addresses: pd.DataFrame = field(default_factory=lambda: _empty("addresses"))
    groups: pd.DataFrame = field(default_factory=lambda: _empty("groups"))
    previous_grades: pd.DataFrame = field(default_factory=lambda: _empty("previous_grades"))

    def with_tables(self, **frames: pd.DataFrame) -> Case:
        """The same case with some frames replaced."""
        return replace(self, **frames)
