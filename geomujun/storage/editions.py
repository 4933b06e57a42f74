"""Publications: built beside the live ones, attached when whole, never changed afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.errors import DataError
from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.schema.publications import PARTITIONED, RESULTS
from geomujun.storage.tables import copy_in, copy_out
from geomujun.storage.target import Conn

DRAFT, OBJECTION, APPROVED, PUBLISHED, WITHDRAWN = (
    "draft", "objection", "approved", "published", "withdrawn",
)  # fmt: skip
INTERNAL, PUBLIC = "internal", "public"


@dataclass(frozen=True, slots=True)
class EditionRow:
    """All that is noted of an edition when it is built."""

    number: int
    year: int
    as_of: date
    title: str
    lang: str
    version: str
    scheme_id: str
    scheme_title: str
    scheme: Mapping[str, Any]
    indicators: Sequence[Sequence[str]]
    settings: Mapping[str, Any]
    load_id: int
    decision_id: int
    closing_id: int
    run: Mapping[str, Any]
    hashes: Mapping[str, Any]  # table → {sha256, rows, columns}
    map: Mapping[str, Any]
    built_by: str


_JSON: Final = ("scheme", "indicators", "settings", "run", "hashes", "map")
_FIELDS: Final = tuple(EditionRow.__slots__)


def next_number(connection: Conn) -> int:
    """The number of the next edition; the caller holds `inputs.lock`."""
    row = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM pub.editions").fetchone()
    return int(row[0]) if row else 1


def newest_inputs(connection: Conn, year: int) -> tuple[int, int]:
    """The newest load and decision any edition of a year was built from, 0 for none."""
    row = connection.execute(
        "SELECT coalesce(max(load_id), 0), coalesce(max(decision_id), 0) FROM pub.editions"
        " WHERE year = %s AND state <> 'withdrawn'", (year,),
    ).fetchone()  # fmt: skip
    return (int(row[0]), int(row[1])) if row else (0, 0)


def partition(table: str, number: int) -> sql.Identifier:
    """The partition of a table that holds an edition."""
    return sql.Identifier("pub", f"{table}_e{number}")


def begin(connection: Conn, number: int) -> None:
    """Make the tables of a new edition, beside the others."""
    for table in PARTITIONED:
        connection.execute(
            sql.SQL(
                "CREATE TABLE {} (LIKE {} INCLUDING ALL EXCLUDING INDEXES,"
                " CONSTRAINT this_edition CHECK (edition = {}))"
            ).format(
                partition(table.name, number),
                sql.Identifier("pub", table.name),
                sql.Literal(number),
            )
        )


def attach(connection: Conn, number: int, tables: Sequence[sa.Table]) -> None:
    """Index finished tables of an edition and put them among the others."""
    for table in tables:
        part = partition(table.name, number)
        connection.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(
                sql.Identifier("pub", table.name), part, sql.Literal(number)
            )
        )
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT this_edition").format(part))
        connection.execute(sql.SQL("ANALYZE {}").format(part))


def write_result(
    connection: Conn, number: int, name: str, frame: pd.DataFrame, beside: pd.DataFrame
) -> None:
    """One output table, in the order and form in which it is written.

    Args:
        connection: In the publication's transaction.
        number: Edition.
        name: Output table.
        frame: Columns as written; those beyond the catalogue go into ``indicators``.
        beside: ``division_code`` (and ``facts_digest`` of links), on the frame's index.
    """
    spec = TABLES[name]
    out = frame[spec.columns].copy()
    extra = [c for c in frame.columns if c not in spec.by_name]
    if spec.dynamic_after:
        out["indicators"] = [
            json.dumps(dict(zip(extra, map(_plain, row), strict=True)), ensure_ascii=False)
            for row in frame[extra].itertuples(index=False, name=None)
        ]
    out.insert(0, "edition", number)
    out.insert(1, "row_no", range(1, len(out) + 1))
    copy_in(connection, partition(name, number), pd.concat([out, beside], axis=1))


def _plain(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - NaN


def write_frame(connection: Conn, number: int, table: str, frame: pd.DataFrame) -> None:
    """Any other table of an edition; ``geom`` as shapely objects."""
    out = frame.copy()
    out.insert(0, "edition", number)
    copy_in(connection, partition(table, number), out)


def fill_grid(connection: Conn, number: int) -> None:
    """The grade-mix cells of low zooms, from the edition's plots."""
    connection.execute(
        sql.SQL("INSERT INTO {} SELECT %s, g.* FROM service.grid_of(%s) AS g").format(
            partition("grid", number)
        ),
        (number, number),
    )


def insert(connection: Conn, row: EditionRow) -> None:
    """Note an edition as a draft, and make it the newest of its year."""
    values = {f: getattr(row, f) for f in _FIELDS}
    values |= {f: Jsonb(values[f]) for f in _JSON}
    names = sql.SQL(", ").join(sql.Identifier(f) for f in _FIELDS)
    marks = sql.SQL(", ").join(sql.Placeholder(f) for f in _FIELDS)
    connection.execute(
        sql.SQL("INSERT INTO pub.editions ({}) VALUES ({})").format(names, marks), values
    )
    add_state(connection, row.number, DRAFT, row.built_by, "")
    make_current(connection, row.year, INTERNAL, row.number)


def add_state(connection: Conn, number: int, state: str, actor: str, note: str) -> None:
    """Note who brought an edition to a state, and when."""
    connection.execute(
        "INSERT INTO pub.edition_states (edition, state, actor, note) VALUES (%s, %s, %s, %s)",
        (number, state, actor, note),
    )


def set_state(connection: Conn, number: int, state: str) -> None:
    """The state of an edition."""
    connection.execute("UPDATE pub.editions SET state = %s WHERE number = %s", (state, number))


def make_current(connection: Conn, year: int, channel: str, number: int) -> None:
    """Let a channel (internal, public) of a year show an edition."""
    connection.execute(
        "INSERT INTO pub.current (year, channel, edition) VALUES (%s, %s, %s)"
        " ON CONFLICT (year, channel) DO UPDATE SET edition = excluded.edition",
        (year, channel, number),
    )


def step_back(connection: Conn, year: int, withdrawn: int) -> None:
    """Let the channels that showed a withdrawn edition show the one before it, or none."""
    connection.execute(_STEP_BACK, {"year": year, "gone": withdrawn})
    connection.execute(_SHOW_NONE, {"gone": withdrawn})


_STEP_BACK: Final = """
UPDATE pub.current AS c SET edition = older.number
FROM (
  SELECT channel, max(e.number) AS number
  FROM pub.editions AS e, unnest(ARRAY['internal', 'public']) AS channel
  WHERE e.year = %(year)s AND e.number <> %(gone)s AND e.state <> 'withdrawn'
    AND (channel = 'internal' OR e.state = 'published')
  GROUP BY channel
) AS older
WHERE c.edition = %(gone)s AND c.channel = older.channel
"""
_SHOW_NONE: Final = "DELETE FROM pub.current WHERE edition = %(gone)s"


def current(connection: Conn, year: int | None = None, channel: str = INTERNAL) -> int | None:
    """The edition a channel shows for a year, of the newest year by default."""
    row = connection.execute(
        "SELECT edition FROM pub.current WHERE channel = %s AND (%s::int IS NULL OR year = %s)"
        " ORDER BY year DESC LIMIT 1", (channel, year, year),
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else None


def listing(connection: Conn) -> list[dict[str, Any]]:
    """Editions, newest first, with the channels that show them and their states."""
    return records.every(
        connection,
        "SELECT e.number, e.year, e.as_of, e.state, e.title, e.scheme_id, e.version,"
        " e.built_at, e.built_by, nullif(e.map -> 'bounds', '[]') AS bounds,"
        " ARRAY(SELECT c.channel FROM pub.current AS c WHERE c.edition = e.number"
        "  ORDER BY 1) AS channels,"
        " (SELECT jsonb_agg(jsonb_build_object('state', s.state, 'actor', s.actor,"
        "  'note', s.note, 'at', s.at) ORDER BY s.id)"
        "  FROM pub.edition_states AS s WHERE s.edition = e.number) AS states"
        " FROM pub.editions AS e ORDER BY e.number DESC",
    )


_GET: Final = "SELECT * FROM pub.editions WHERE number = %s"
_GET_LOCKED: Final = "SELECT * FROM pub.editions WHERE number = %s FOR UPDATE"


def get(connection: Conn, number: int, *, lock: bool = False) -> dict[str, Any]:
    """An edition's row.

    Raises:
        DataError: there is no such edition.
    """
    row = records.first(connection, _GET_LOCKED if lock else _GET, (number,))
    if row is None:
        raise DataError(
            t("没有第 {n} 号发布", "there is no edition {n}", n=number),
            hint="geomujun edition list",
        )
    return row


def read_result(connection: Conn, number: int, name: str) -> pd.DataFrame:
    """An output table of an edition, as it was written: columns, order, types."""
    spec = TABLES[name]
    columns = list(get(connection, number)["hashes"][name]["columns"])
    kinds = {f.name: f.kind for f in spec.fields}
    if spec.dynamic_after:
        kinds["indicators"] = Kind.TEXT
    query = sql.SQL("SELECT {} FROM {} WHERE edition = {} ORDER BY row_no").format(
        sql.SQL(", ").join(sql.Identifier(c) for c in kinds),
        sql.Identifier("pub", RESULTS[name].name),
        sql.Literal(number),
    )
    frame = copy_out(connection, query, kinds)
    extra = [c for c in columns if c not in spec.by_name]
    if extra:
        rows = [json.loads(cell) for cell in frame["indicators"]]
        made = {c: pd.Series([r.get(c) for r in rows], dtype="float64") for c in extra}
        frame = pd.concat([frame, pd.DataFrame(made, index=frame.index)], axis=1)
    return frame[columns]


def knows(connection: Conn, number: int, parcel_code: str, uscc: str) -> bool:
    """Whether an edition has both the plot and the firm."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pub.plots WHERE edition = %(n)s AND parcel_code = %(p)s)"
        " AND EXISTS (SELECT FROM pub.firms WHERE edition = %(n)s AND uscc = %(u)s)",
        {"n": number, "p": parcel_code, "u": uscc},
    ).fetchone()
    return bool(row and row[0])
