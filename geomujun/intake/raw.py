"""A table as a file holds it: headers as found, values unconverted, geometry untouched.

Readers make it, `table` turns it into a typed frame. A reader that cannot go on raises
`UnreadableError`, which becomes a problem of the file's verdict and never a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.errors import DataError


class UnreadableError(DataError):
    """A file, or the part of it that holds a table, cannot be read; ``hint`` says what to do."""


@dataclass(slots=True)
class Header:
    """One column's header: its text as found and the units claimed for it, nearest claim first."""

    text: str
    names: list[str]  # normalised texts to look up, best first
    units: list[tuple[str, str]] = field(default_factory=list)  # (unit word, who claims it)
    truncated: bool = False  # a DBF name that fills its 10 bytes and may be cut


@dataclass(slots=True)
class Raw:
    """Columns of a file. ``rows`` are 1-based numbers of the data rows, as ``row`` in rejects."""

    headers: list[Header]
    columns: list[pd.Series]
    rows: npt.NDArray[np.int64]
    geometry: npt.NDArray[Any] | None = None  # shapely objects or None
    crs_wkt: str = ""  # declared CRS, "" when the file declares none
    crs_from: str = ""  # where the declaration stands, e.g. ".prj"
    broken: list[tuple[int, str, str]] = field(default_factory=list)  # row, value seen, reason
    table_units: list[str] = field(default_factory=list)  # of a line 「单位：…」 above the header
    filled: dict[int, set[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Facts:
    """What a reader learned on the way, copied into the verdict."""

    format: str = ""
    encoding: str = ""
    encoding_how: str = ""
    notes: list[str] = field(default_factory=list)
