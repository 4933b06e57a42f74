"""Where a fact came from: the row of a file that was read, its cells as the catalogue names them.

Columns with personal data are named, never shown: the service's role cannot read them. Those that
the locality's policy bars from this use are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg import sql

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Sensitivity, Table
from geomujun.export.masking import mask_numbers
from geomujun.storage import records
from geomujun.storage.target import Conn
from geomujun_api.answers import exactly
from geomujun_api.rows import plain
from geomujun_api.service import Caller

MOST: Final = 60  # rows of one table on a card
# Tables with facts on a thing, and the column that names it there. Leases go by their number.
OF_PARCEL: Final = {
    "parcels": "parcel_code",
    "right_holders": "parcel_code",
    "supply": "parcel_code",
    "buildings": "parcel_code",
    "patches": "patch_code",
}
OF_FIRM: Final = {
    "enterprises": "uscc",
    "indicators": "uscc",
    "flags": "uscc",
    "previous_grades": "uscc",
    "groups": "uscc",
}
LEASES: Final = ("leases", "contract_no")
_TEXT: Final = {"type": "string"}
SCHEMA: Final[dict[str, Any]] = {
    "type": "array",
    "title": "来源：哪个文件的哪一行",
    "items": exactly({
        "table": _TEXT, "title": _TEXT, "file": _TEXT, "sha256": _TEXT,
        "row": {"type": "integer", "title": "数据行号，从1起"},
        "cells": {"type": "array", "items": exactly({
            "field": _TEXT, "label": _TEXT | {"title": "列名"},
            "value": {"type": ["string", "number", "null"]}, "unit": _TEXT,
        })},
        "hidden": {"type": "array", "items": _TEXT, "title": "含个人信息的列"},
    }),
}  # fmt: skip


def rows(
    caller: Caller, connection: Conn, load: int, keys: Iterable[tuple[str, str, Sequence[str]]]
) -> list[dict[str, Any]]:
    """Source rows as they stood at a load, by (table, column, values); none for the public."""
    if caller.reader.public:
        return []
    return [
        row
        for name, column, values in keys
        if values
        for row in _of_table(caller, connection, load, TABLES[name], column, list(values))
    ]


def _of_table(
    caller: Caller, connection: Conn, load: int, table: Table, column: str, values: list[str]
) -> list[dict[str, Any]]:
    visible = caller.service.policy.fields(table, public=False)
    fields = [f for f in visible if f.sensitivity is not Sensitivity.PERSONAL]
    hidden = [f.label for f in visible if f.sensitivity is Sensitivity.PERSONAL]
    query = sql.SQL(
        'SELECT f.file, f.sha256, c."row" AS "row", {} FROM core.{} AS c'
        " JOIN raw.files AS f ON f.id = c.file_id WHERE c.{} = ANY (%(keys)s)"
        " AND c.load_from <= %(load)s AND (c.load_to IS NULL OR c.load_to > %(load)s)"
        " ORDER BY f.file, c.row LIMIT %(most)s"
    ).format(
        sql.SQL(", ").join(sql.Identifier("c", f.name) for f in fields),
        sql.Identifier(table.name), sql.Identifier(column),
    )  # fmt: skip
    got = records.every(connection, query, {"keys": values, "load": load, "most": MOST})
    return [
        {
            "table": table.name, "title": table.title, "file": row["file"],
            "sha256": row["sha256"], "row": row["row"], "hidden": hidden,
            "cells": [_cell(f, row[f.name]) for f in fields if row[f.name] not in (None, "")],
        }
        for row in got
    ]  # fmt: skip


def _cell(spec: Field, value: Any) -> dict[str, Any]:
    shown = mask_numbers(value) if isinstance(value, str) else plain(value)
    return {"field": spec.name, "label": spec.label, "value": shown, "unit": spec.unit}
