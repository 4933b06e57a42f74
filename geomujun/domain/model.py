"""What the field catalogue is made of: one `Field` per column, one `Table` per file stem or output.

The values live in `fields/*.yaml`, a file per table; `scripts/generate_catalogue.py` turns them
into `catalogue.py`, which is checked in and compared by `make check`; no run reads the YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Type of a column's values once read."""

    TEXT = "text"  # str, "" when missing
    NUMBER = "number"  # float64, NaN when missing
    INTEGER = "integer"  # Int64, <NA> when missing
    DATE = "date"  # datetime64[s], NaT when missing


class Sensitivity(StrEnum):
    """Who may see a column; the order is the order of care."""

    PUBLIC = "public"
    INTERNAL = "internal"
    STATISTICAL = "statistical"  # 统计法: no other use unless the locality clears it
    PERSONAL = "personal"  # masked by default everywhere


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``bounds`` are plausible values in ``unit``, inclusive."""

    name: str  # the identifier used in code and in output tables
    label: str  # Chinese header
    kind: Kind = Kind.TEXT
    standard: str = ""  # header of the contract; "" for output columns, whose header is `name`
    aliases: tuple[str, ...] = ()  # other headers seen in the wild
    unit: str = ""
    unit_field: str = ""  # a column of the same row that may name the unit
    bounds: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    source: str = ""  # department that answers for it
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    decimals: int | None = None  # places when written


@dataclass(frozen=True, slots=True)
class Table:
    """One input file stem or one output table."""

    name: str
    title: str
    role: str  # "input" or "output"
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    shape: str = "table"  # "polygon" for layers
    required: bool = False
    dynamic_after: str = ""  # output tables: the column after which a scheme's indicators come
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def columns(self) -> list[str]:
        """Identifiers of all columns, in catalogue order, without the geometry."""
        return [f.name for f in self.fields]
