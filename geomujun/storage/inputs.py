"""What came in: files and rows as they were, and input tables with their history.

A load is staged in temporary tables, compared with what is in force, and swapped in by the
transaction of the caller: rows that are the same stay, rows that differ are ended and stand beside
their successors, and a file already in force changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from psycopg import sql
from psycopg.types.json import Jsonb

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind, Sensitivity
from geomujun.errors import DataError
from geomujun.lang import t
from geomujun.storage.schema.core import PARTS, SHAPED, STEMS
from geomujun.storage.tables import copy_in, copy_out
from geomujun.storage.target import Conn

_LOCK: Final = "geomujun/load"


@dataclass(frozen=True, slots=True)
class LoadHead:
    """Who loads what: ``scope`` is the division whose rows it replaces, "" for all."""

    case_name: str
    scope: str
    partial: bool
    valid_on: date
    actor: str
    version: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One table of one file; ``reading`` digests all that its rows depend on."""

    stem: str
    file: str
    sha256: str
    reading: str
    rows_in: int
    rows_kept: int
    rows_rejected: int
    verdict: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What a file did to its table, in rows."""

    added: int
    changed: int
    ended: int
    same: int


def lock(connection: Conn) -> None:
    """One load or publication at a time, until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (_LOCK,))


def in_force(connection: Conn, scope: str) -> dict[str, tuple[str, ...]]:
    """By stem, the readings of the files that a scope's rows come from, oldest first."""
    rows = connection.execute(
        "SELECT stem, array_agg(reading_sha256 ORDER BY id) FROM raw.files"
        " WHERE current AND scope = %s AND stem <> '' GROUP BY stem", (scope,)
    ).fetchall()  # fmt: skip
    return {stem: tuple(readings) for stem, readings in rows}


def begin(connection: Conn, head: LoadHead) -> int:
    """The number of a new load.

    Raises:
        DataError: the data are older than what the scope holds.
    """
    row = connection.execute(
        "SELECT max(valid_on) FROM raw.loads WHERE scope = %s", (head.scope,)
    ).fetchone()
    if row and row[0] and row[0] > head.valid_on:
        raise DataError(
            t("数据的日期 {d} 早于库里的 {m}", "the data are of {d}, before {m} in the database",
              d=head.valid_on, m=row[0]),
            hint="--valid-on YYYY-MM-DD",
        )  # fmt: skip
    made = connection.execute(
        "INSERT INTO raw.loads (case_name, scope, partial, valid_on, actor, version, summary)"
        " VALUES (%(case_name)s, %(scope)s, %(partial)s, %(valid_on)s, %(actor)s, %(version)s,"
        " '{}') RETURNING id",
        asdict(head),
    ).fetchone()
    return int(made[0]) if made else 0


def finish(connection: Conn, load: int, changes: Mapping[str, Change]) -> None:
    """Note what a load did."""
    summary = {stem: asdict(change) for stem, change in changes.items()}
    connection.execute("UPDATE raw.loads SET summary = %s WHERE id = %s", (Jsonb(summary), load))


def add_file(connection: Conn, load: int, head: LoadHead, file: FileRow) -> int:
    """Note a file; its number."""
    if not head.partial and file.stem and file.stem not in PARTS:
        connection.execute(
            "UPDATE raw.files SET current = false WHERE scope = %s AND stem = %s AND current",
            (head.scope, file.stem),
        )
    row = connection.execute(
        "INSERT INTO raw.files (load_id, scope, stem, file, sha256, reading_sha256, current,"
        " rows_in, rows_kept, rows_rejected, verdict)"
        " VALUES (%s, %s, %s, %s, %s, %s, true, %s, %s, %s, %s) RETURNING id",
        (load, head.scope, file.stem, file.file, file.sha256, file.reading, file.rows_in,
         file.rows_kept, file.rows_rejected, Jsonb(dict(file.verdict))),
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else 0


def add_rows(connection: Conn, file_id: int, rows: pd.DataFrame) -> None:
    """Keep a file's rows as they were: ``row`` and ``payload`` (JSON text)."""
    frame = rows.assign(file_id=file_id)[["file_id", "row", "payload"]]
    copy_in(connection, sql.Identifier("raw", "rows"), frame)


def add_rejects(connection: Conn, file_id: int, rejects: pd.DataFrame) -> None:
    """Keep what was left out of a file: ``row field value reason``."""
    frame = rejects.assign(file_id=file_id)[["file_id", "row", "field", "value", "reason"]]
    copy_in(connection, sql.Identifier("raw", "rejects"), frame)


def _columns(stem: str) -> list[str]:
    return [*TABLES[stem].columns, *(["geom"] if stem in SHAPED else [])]


def swap(
    connection: Conn, stem: str, frame: pd.DataFrame, file_id: int, load: int, head: LoadHead
) -> Change:
    """Bring one input table to what a file says.

    Args:
        connection: In the load's transaction.
        stem: Table.
        frame: Kept rows of the file: ``row``, the catalogue's columns, ``geometry`` for layers.
        file_id: The file.
        load: The load.
        head: Its scope and day; a partial one ends only rows of keys it names.

    Returns:
        Counts of rows.

    Raises:
        DataError: a row or shape did not arrive as it was sent.
    """
    _stage(connection, stem, frame)
    names = {"t": sql.Identifier("core", stem), "keys": _key_columns(stem)}
    columns = [sql.Identifier(c) for c in _columns(stem)]
    names["columns"] = sql.SQL(", ").join(columns)
    values = {"scope": head.scope, "file": file_id, "load": load, "day": head.valid_on}
    connection.execute(sql.SQL(_PRESENT).format(**names, among=_among(stem, head.partial)), values)
    connection.execute(sql.SQL(_PAIRS).format(**names))
    change = _counted(connection)
    for statement in (_KEEP, _END, _ADD):
        connection.execute(sql.SQL(statement).format(**names), values)
    connection.execute("DROP TABLE staged, present, pairs")
    return change


_PRESENT: Final = """
CREATE TEMP TABLE present ON COMMIT DROP AS
SELECT id, digest, row_number() OVER (PARTITION BY digest ORDER BY row, id) AS n,
       ROW({keys})::text AS key
FROM {t} AS c WHERE load_to IS NULL AND scope = %(scope)s AND {among}
"""
# The n-th of several equal rows meets the n-th.
_PAIRS: Final = """
CREATE TEMP TABLE pairs ON COMMIT DROP AS
SELECT p.id, p.key AS old_key, s.row, s.n, s.digest, s.key AS new_key
FROM present AS p FULL JOIN staged AS s USING (digest, n)
"""
_KEEP: Final = """
UPDATE {t} AS c SET file_id = %(file)s, row = p.row
FROM pairs AS p WHERE p.id = c.id AND p.new_key IS NOT NULL
"""
_END: Final = """
UPDATE {t} AS c SET load_to = %(load)s, valid_to = %(day)s
FROM pairs AS p WHERE p.id = c.id AND p.new_key IS NULL
"""
_ADD: Final = """
INSERT INTO {t} (scope, file_id, row, {columns}, digest, load_from, valid_from)
SELECT %(scope)s, %(file)s, s.row, {columns}, s.digest, %(load)s, %(day)s
FROM staged AS s JOIN pairs AS p ON p.id IS NULL AND p.digest = s.digest AND p.n = s.n
ORDER BY s.row
"""
_COUNTED: Final = """
WITH gone AS (SELECT DISTINCT old_key AS key FROM pairs WHERE new_key IS NULL),
     come AS (SELECT DISTINCT new_key AS key FROM pairs WHERE old_key IS NULL)
SELECT count(*) FILTER (WHERE old_key IS NOT NULL AND new_key IS NOT NULL),
       count(*) FILTER (WHERE old_key IS NULL),
       count(*) FILTER (WHERE new_key IS NULL),
       count(*) FILTER (WHERE old_key IS NULL AND gone.key IS NOT NULL),
       count(*) FILTER (WHERE new_key IS NULL AND come.key IS NOT NULL)
FROM pairs
LEFT JOIN gone ON gone.key = new_key AND old_key IS NULL
LEFT JOIN come ON come.key = old_key AND new_key IS NULL
"""


def _key_columns(stem: str) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(k) for k in TABLES[stem].key)


def _among(stem: str, partial: bool) -> sql.Composable:
    """Which rows in force a file speaks of: all, those of its years and sources, or its keys."""
    if partial:
        return sql.SQL("ROW({})::text IN (SELECT key FROM staged)").format(_key_columns(stem))
    if stem in PARTS:
        part = sql.SQL(", ").join(sql.Identifier(c) for c in PARTS[stem])
        return sql.SQL("ROW({})::text IN (SELECT ROW({})::text FROM staged)").format(part, part)
    return sql.SQL("true")


def _stage(connection: Conn, stem: str, frame: pd.DataFrame) -> None:
    """COPY into ``arrived``, then with digest, key and count of equals into ``staged``."""
    columns = sql.SQL(", ").join(sql.Identifier(c) for c in ["row", *_columns(stem)])
    table = sql.Identifier("core", stem)
    connection.execute(
        sql.SQL("CREATE TEMP TABLE arrived ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
            columns, table
        )
    )
    if stem in SHAPED:
        frame = pd.DataFrame(frame).rename(columns={"geometry": "geom"})
    copy_in(connection, sql.Identifier("arrived"), frame[["row", *_columns(stem)]])
    said = sql.SQL(", ").join(sql.Identifier(c) for c in _columns(stem))
    connection.execute(
        sql.SQL(
            "CREATE TEMP TABLE staged ON COMMIT DROP AS"
            " SELECT *, row_number() OVER (PARTITION BY digest ORDER BY row) AS n FROM ("
            "SELECT *, md5(ROW({})::text)::uuid AS digest, ROW({})::text AS key FROM arrived"
            ") AS a"
        ).format(said, _key_columns(stem))
    )
    _validate(connection, stem, len(frame))
    connection.execute("DROP TABLE arrived")
    connection.execute("ANALYZE staged")


def _validate(connection: Conn, stem: str, sent: int) -> None:
    """What was staged is what was sent, and shapes are polygons on the ground."""
    shape = (
        "count(*) FILTER (WHERE geom IS NOT NULL AND NOT (ST_GeometryType(geom) IN"
        " ('ST_Polygon', 'ST_MultiPolygon') AND ST_XMin(geom) BETWEEN -180 AND 180"
        " AND ST_YMin(geom) BETWEEN -90 AND 90 AND NOT ST_IsEmpty(geom)))"
    )
    found = connection.execute(
        f"SELECT count(*), {shape if stem in SHAPED else '0'} FROM staged"  # noqa: S608 - fixed
    ).fetchone()
    if found != (sent, 0):
        raise DataError(
            t("{s}：暂存的行与送入的不符，未导入", "{s}: staged rows are not those sent", s=stem),
            hint=f"{found} / {sent}",
        )


def _counted(connection: Conn) -> Change:
    """Rows added, changed (a key that ends and comes again), ended and the same."""
    row = connection.execute(_COUNTED).fetchone()
    same, new, old, again, replaced = row or (0, 0, 0, 0, 0)
    return Change(added=new - again, changed=again, ended=old - replaced, same=same)


def settle_parts(connection: Conn, scope: str) -> None:
    """Files none of whose rows is in force any more are no longer current."""
    for stem in PARTS:
        connection.execute(
            sql.SQL(
                "UPDATE raw.files AS f SET current = false WHERE f.scope = %s AND f.stem = %s"
                " AND f.current AND f.rows_kept > 0 AND NOT EXISTS (SELECT FROM {} AS c"
                " WHERE c.file_id = f.id AND c.load_to IS NULL)"
            ).format(sql.Identifier("core", stem)),
            (scope, stem),
        )


def last_load(connection: Conn) -> tuple[int, str]:
    """Number and case name of the newest load, (0, "") when nothing was loaded."""
    row = connection.execute("SELECT id, case_name FROM raw.loads ORDER BY id DESC LIMIT 1")
    found = row.fetchone()
    return (int(found[0]), str(found[1])) if found else (0, "")


def read_case(connection: Conn, load: int | None = None, *, personal: bool = True) -> Case:
    """The input tables as they stood after a load, the newest by default.

    ``personal``: with the personal columns, which the role of the service may not read; else they
    are blank.
    """
    frames = {stem: _read(connection, stem, load, personal) for stem in STEMS}
    return Case().with_tables(**frames)


def _read(connection: Conn, stem: str, load: int | None, personal: bool) -> pd.DataFrame:
    spec = TABLES[stem]
    kinds = {"row": Kind.INTEGER} | {f.name: f.kind for f in spec.fields}
    hidden = {f.name for f in spec.fields if f.sensitivity is Sensitivity.PERSONAL and not personal}
    columns = sql.SQL(", ").join(
        sql.SQL("'' AS {}").format(sql.Identifier(c)) if c in hidden else sql.Identifier(c)
        for c in ["row", *_columns(stem)]
    )
    held = "load_to IS NULL"
    if load is not None:
        held = "load_from <= %s AND (load_to IS NULL OR load_to > %s)"
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY scope, file_id, row, id").format(
        columns, sql.Identifier("core", stem), sql.SQL(held)
    )
    frame = copy_out(connection, query, kinds, () if load is None else (load, load))
    return frame.assign(row=frame["row"].astype("int64"))


def read_files(connection: Conn) -> list[tuple[int, dict[str, Any]]]:
    """Files in force with their verdicts, by name."""
    rows = connection.execute(
        "SELECT id, verdict FROM raw.files WHERE current ORDER BY stem = '', file, stem, id"
    ).fetchall()
    return [(int(number), verdict) for number, verdict in rows]


def read_rejects(connection: Conn) -> pd.DataFrame:
    """Rejects of the files in force: columns of the output table ``rejects``."""
    kinds = {f.name: f.kind for f in TABLES["rejects"].fields}
    query = (
        "SELECT f.file, r.row, r.field, r.value, r.reason FROM raw.rejects AS r"
        " JOIN raw.files AS f ON f.id = r.file_id WHERE f.current ORDER BY 1, 2, 3, 4, 5"
    )
    frame = copy_out(connection, query, kinds)
    return frame.sort_values(
        ["file", "row", "field", "value", "reason"], kind="stable", ignore_index=True
    )


def touched(connection: Conn, stem: str, after: int, upto: int) -> set[str]:
    """Firms with rows of a table that began or ended after one load, up to another."""
    query = sql.SQL(
        "SELECT DISTINCT uscc FROM {} WHERE (load_from > %(a)s AND load_from <= %(b)s)"
        " OR (load_to > %(a)s AND load_to <= %(b)s)"
    ).format(sql.Identifier("core", stem))
    return {str(r[0]) for r in connection.execute(query, {"a": after, "b": upto})}


def counts(connection: Conn, stems: Sequence[str] = STEMS) -> dict[str, int]:
    """Rows in force by input table."""
    out = {}
    for stem in stems:
        query = sql.SQL("SELECT count(*) FROM {} WHERE load_to IS NULL")
        row = connection.execute(query.format(sql.Identifier("core", stem))).fetchone()
        out[stem] = int(row[0]) if row else 0
    return out
