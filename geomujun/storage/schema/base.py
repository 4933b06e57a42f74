"""What all tables share: names of constraints, columns made from the field catalogue."""

from __future__ import annotations

from typing import Any, Final

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    MetaData,
    Text,
    func,
)

from geomujun.domain.model import Field, Kind

SCHEMAS: Final = ("raw", "core", "review", "pub", "audit", "auth")
VIEWS: Final = "service"  # schema of views and functions, dropped and made again at each upgrade
META: Final = "meta"  # schema of alembic's own table
METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_TYPES: Final[dict[Kind, Any]] = {
    Kind.TEXT: Text,
    Kind.NUMBER: Double,
    Kind.INTEGER: BigInteger,
    Kind.DATE: Date,
}


def catalogue_column(field: Field) -> Column[Any]:
    """The column of a catalogue field; text is never NULL, "" stands for missing."""
    text = field.kind is Kind.TEXT
    return Column(
        field.name,
        _TYPES[field.kind](),
        nullable=not text,
        server_default="" if text else None,
        comment=_comment(field),
    )


def _comment(field: Field) -> str:
    """宗地面积；m2；来源：自然资源；public."""
    parts = [field.label, field.unit, f"来源：{field.source}" if field.source else ""]
    return "；".join([*filter(None, parts), field.sensitivity.value])


def number_column(name: str = "id") -> Column[Any]:
    """A growing number that the database gives."""
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def moment(name: str, comment: str, *, now: bool = True) -> Column[Any]:
    """A moment with its zone; now unless told."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=default,
                  comment=comment)  # fmt: skip


def words(name: str, comment: str, default: str | None = None) -> Column[Any]:
    """A text that is never NULL."""
    return Column(name, Text, nullable=False, server_default=default, comment=comment)


def geometry(kind: str = "GEOMETRY") -> Column[Any]:
    """The shape of record, EPSG:4490, lon/lat."""
    shape: Any = Geometry(kind, srid=4490, spatial_index=False)
    return Column("geom", shape, comment="EPSG:4490")


def mercator(kind: str = "GEOMETRY") -> Column[Any]:
    """The same for tiles only, kept by the database; never measure area in it."""
    shape: Any = Geometry(kind, srid=3857, spatial_index=False)
    made = Computed("st_transform(geom, 3857)", persisted=True)
    return Column("geom_3857", shape, made, comment="只用于瓦片，不量面积")


def gist(table: str, column: str) -> Index:
    """A spatial index, named so that alembic finds it again."""
    return Index(f"ix_{table}_{column}", column, postgresql_using="gist")
