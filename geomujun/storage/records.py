"""Rows of a query as dictionaries by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from psycopg import sql
from psycopg.rows import dict_row

from geomujun.storage.target import Conn

Query = LiteralString | bytes | sql.SQL | sql.Composed
Values = Sequence[Any] | Mapping[str, Any]


def every(connection: Conn, query: Query, values: Values = ()) -> list[dict[str, Any]]:
    """All rows."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values or None).fetchall()


def first(connection: Conn, query: Query, values: Values = ()) -> dict[str, Any] | None:
    """The first row, None where there is none."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values or None).fetchone()
