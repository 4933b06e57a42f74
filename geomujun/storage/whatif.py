"""What a simulation of an edition stands on, and the scenarios and plans people save."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd
from psycopg import errors as pg
from psycopg.types.json import Jsonb

from geomujun.errors import ConflictError, DataError
from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.target import Conn

Kind = Literal["simulation", "plan"]


@dataclass(frozen=True, slots=True)
class Saving:
    """A scenario or plan to be kept under a name of its kind."""

    kind: Kind
    name: str
    edition: int
    year: int
    body: Mapping[str, Any]
    saved_by: str


def write_ground(connection: Conn, number: int, tables: Mapping[str, pd.DataFrame]) -> None:
    """Keep the tables an edition was evaluated on."""
    for name, frame in tables.items():
        file = io.BytesIO()
        frame.to_parquet(file, index=False, compression="zstd")
        connection.execute(
            "INSERT INTO pub.grounds (edition, name, body) VALUES (%s, %s, %s)",
            (number, name, file.getvalue()),
        )


def read_ground(connection: Conn, number: int, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Those tables by name.

    Raises:
        DataError: the edition was published before they were kept.
    """
    rows = connection.execute(
        "SELECT name, body FROM pub.grounds WHERE edition = %s", (number,)
    ).fetchall()
    found = {str(name): pd.read_parquet(io.BytesIO(body)) for name, body in rows}
    if not set(names) <= set(found):
        raise DataError(
            t("第 {n} 号发布没有留下试算所需的表", "edition {n} left no tables to simulate on",
              n=number),
            hint=t("重新发布一次", "publish once more"),
        )  # fmt: skip
    return {name: found[name] for name in names}


_MAIN_USERS: Final = """
WITH main AS (
  SELECT DISTINCT ON (l.parcel_code) l.parcel_code, l.uscc
  FROM pub.links AS l JOIN pub.editions AS e ON e.number = l.edition
  WHERE l.edition = %s AND (l.band = 'auto' OR l.decision = 'same')
    AND l.decision <> 'different' AND l.relation <> 'REGISTERED_ONLY'
    AND (l.valid_from IS NULL OR l.valid_from <= e.as_of)
    AND (l.valid_to IS NULL OR l.valid_to >= e.as_of)
  ORDER BY l.parcel_code, l.area_m2 DESC NULLS LAST, l.uscc
)
SELECT m.uscc, p.parcel_code, ST_X(p.at), ST_Y(p.at)
FROM main AS m JOIN (
  SELECT q.parcel_code, ST_PointOnSurface(q.geom) AS at
  FROM pub.plots AS q WHERE q.edition = %s AND NOT ST_IsEmpty(q.geom)
) AS p USING (parcel_code)
ORDER BY 1, 2
"""


def main_users(connection: Conn, number: int) -> pd.DataFrame:
    """Plots with their main user, whose grade the map shows: uscc, parcel_code, x, y (degrees)."""
    rows = connection.execute(_MAIN_USERS, (number, number)).fetchall()
    return pd.DataFrame(rows, columns=["uscc", "parcel_code", "x", "y"])


_SHOWN: Final = "id, kind, name, edition, year, body, saved_by, saved_at"


def scenarios(connection: Conn, kind: Kind | None = None) -> list[dict[str, Any]]:
    """What is saved, the newest first."""
    return records.every(
        connection,
        f"SELECT {_SHOWN} FROM review.scenarios"  # noqa: S608 - fixed columns
        " WHERE %s::text IS NULL OR kind = %s ORDER BY id DESC",
        (kind, kind),
    )


def save(connection: Conn, said: Saving) -> dict[str, Any]:
    """Keep a scenario or plan; its row.

    Raises:
        ConflictError: the name is taken.
    """
    try:
        row = records.first(
            connection,
            "INSERT INTO review.scenarios"  # noqa: S608 - fixed columns
            " (kind, name, edition, year, body, saved_by)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
            f" RETURNING {_SHOWN}",
            (said.kind, said.name, said.edition, said.year, Jsonb(dict(said.body)), said.saved_by),
        )
    except pg.UniqueViolation as e:
        raise ConflictError(
            t("已有名为 {n} 的", "the name {n} is taken", n=said.name),
            hint=t("换个名称，或先删除原来的", "take another name, or delete that one first"),
        ) from e
    return row or {}


def remove(connection: Conn, number: int) -> dict[str, Any] | None:
    """Delete what is saved under a number; the row it was, None when there is none."""
    return records.first(
        connection,
        f"DELETE FROM review.scenarios WHERE id = %s RETURNING {_SHOWN}",  # noqa: S608
        (number,),
    )
