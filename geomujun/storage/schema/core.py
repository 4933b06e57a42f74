"""Input tables with their history: a table per file stem of CONTRACT §2.

A row is never changed in what it says: a new version stands beside the one it ended. ``load_from``
and ``load_to`` bound the loads between which it was what we knew; ``valid_from`` and ``valid_to``
(the first day it no longer holds) are the days those loads were for.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import UUID, BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Integer
from sqlalchemy import Table as SqlTable

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Table
from geomujun.storage.schema.base import (
    METADATA,
    catalogue_column,
    geometry,
    gist,
    mercator,
    number_column,
    words,
)

STEMS: Final = tuple(sorted(name for name, table in TABLES.items() if table.role == "input"))
SHAPED: Final = tuple(s for s in STEMS if TABLES[s].shape == "polygon")
# A file with figures of one year, or of one source, replaces those only.
PARTS: Final = {
    "indicators": ("year", "source"),
    "flags": ("year",),
    "previous_grades": ("year",),
    "region_indicators": ("year",),
}
# By what a card finds the rows that a fact came from, beyond parcel and enterprise of a key.
_LOOKED_UP: Final = {
    "buildings": ["parcel_code"],
    "patches": ["patch_code"],
    "leases": ["contract_no"],
}


def _table(spec: Table) -> SqlTable:
    name = spec.name
    shaped = spec.shape == "polygon"
    shape = [geometry()] if shaped else []
    if name == "parcels":
        shape.append(mercator())
    keyed = [k for k in spec.key if k in ("parcel_code", "uscc")] + _LOOKED_UP.get(name, [])
    return SqlTable(
        name,
        METADATA,
        number_column(),
        words("scope", "导入范围", ""),
        Column("file_id", BigInteger, ForeignKey("raw.files.id"), nullable=False,
               comment="最近一次见于哪个文件"),
        Column("row", Integer, nullable=False, comment="在该文件的行号"),
        *(catalogue_column(f) for f in spec.fields),
        *shape,
        Column("digest", UUID, nullable=False, comment="各列摘要"),
        Column("load_from", BigInteger, ForeignKey("raw.loads.id"), nullable=False),
        Column("load_to", BigInteger, ForeignKey("raw.loads.id")),
        Column("valid_from", Date, nullable=False, comment="自哪天起"),
        Column("valid_to", Date, comment="至哪天前，空为现行"),
        CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name="ended"),
        Index(f"ix_{name}_scope_digest", "scope", "digest"),
        *(Index(f"ix_{name}_{k}", k) for k in keyed),
        *([gist(name, "geom")] if shaped else []),
        *([gist(name, "geom_3857")] if name == "parcels" else []),
        schema="core",
        comment=spec.title,
    )  # fmt: skip


INPUTS: Final = {name: _table(TABLES[name]) for name in STEMS}
