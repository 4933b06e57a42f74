"""The land-area feed: rows as a stream, in three forms, with a digest that is signed.

A row's ``version`` is the edition since which it has been as it is: whoever has read edition N asks
``since=N`` and is given what changed, and what ended; what went back, too, when N was withdrawn and
an older edition is shown. The digest is over the lines of the NDJSON form, whatever form was read.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from geomujun.storage.target import Conn

COMPONENTS: Final = ("registered_m2", "leased_in_m2", "other_m2", "leased_out_m2", "exempt_m2",
                     "occupied_m2", "occupied_mu")  # fmt: skip
COLUMNS: Final = ("uscc", *COMPONENTS, "unit", "unit_id", "unit_area_mu", "version", "changed_at",
                  "ended")  # fmt: skip
_CHUNK: Final = 2_000
_GROUP: Final = 20_000  # rows of a Parquet row group
Row = tuple[Any, ...]

# A withdrawn edition between two equal ones is no gap.
_TOLD: Final = """
SELECT number FROM pub.editions
WHERE year = %(year)s AND number <= %(edition)s
  AND (state <> 'withdrawn' OR number = %(edition)s)
ORDER BY number
"""
# Rows with what makes them equal to others.
_SEEN: Final = """
  SELECT s.*, row(registered_m2, leased_in_m2, other_m2, leased_out_m2, exempt_m2, occupied_m2,
                  occupied_mu, unit, unit_id, unit_area_mu)::text AS content
  FROM (SELECT l.uscc, l.edition, l.registered_m2, l.leased_in_m2, l.other_m2, l.leased_out_m2,
               l.exempt_m2, l.occupied_m2, l.occupied_mu,
               coalesce(v.unit_kind, 'enterprise') AS unit, coalesce(v.unit_id, l.uscc) AS unit_id,
               v.area_mu AS unit_area_mu
        FROM pub.ledger AS l
        LEFT JOIN pub.enterprise_evaluation AS v ON v.edition = l.edition AND v.uscc = l.uscc
        WHERE l.division_code ^@ ANY (%(divisions)s) AND l.uscc > %(after)s) AS s
"""
# Every row of these editions, islands of equal rows, and the beginning of the island each row of
# the edition asked for belongs to. Whoever has edition `since` may have read it before it was
# withdrawn, and be ahead of this one: so its rows are compared, too.
_ROWS: Final = f"""
WITH eds AS (
  SELECT number, row_number() OVER (ORDER BY number) AS ord
  FROM pub.editions WHERE number = ANY (%(told)s)
), told AS ({_SEEN} WHERE edition = ANY (%(told)s)
), steps AS (
  SELECT t.*, e.ord,
         CASE WHEN lag(content) OVER w IS DISTINCT FROM content
                OR lag(ord) OVER w IS DISTINCT FROM ord - 1 THEN edition END AS began
  FROM told AS t JOIN eds AS e ON e.number = t.edition WINDOW w AS (PARTITION BY uscc ORDER BY ord)
), versions AS (
  SELECT s.*, max(began) OVER (PARTITION BY uscc ORDER BY ord) AS version FROM steps AS s
)
SELECT v.uscc, v.registered_m2, v.leased_in_m2, v.other_m2, v.leased_out_m2, v.exempt_m2,
       v.occupied_m2, v.occupied_mu, v.unit, v.unit_id, v.unit_area_mu, v.version, e.built_at,
       FALSE AS ended
FROM versions AS v JOIN pub.editions AS e ON e.number = v.version
LEFT JOIN ({_SEEN} WHERE edition = %(since)s) AS held ON held.uscc = v.uscc
WHERE v.edition = %(edition)s
  AND (v.version > %(since)s OR held.content IS DISTINCT FROM v.content)
UNION ALL
SELECT o.uscc, 0, 0, 0, 0, 0, 0, 0, 'enterprise', o.uscc, NULL, %(edition)s, e.built_at, TRUE
FROM pub.ledger AS o JOIN pub.editions AS e ON e.number = %(edition)s
WHERE o.edition = %(since)s AND o.division_code ^@ ANY (%(divisions)s) AND o.uscc > %(after)s
  AND NOT EXISTS (SELECT FROM pub.ledger AS n
                  WHERE n.edition = %(edition)s AND n.uscc = o.uscc
                    AND n.division_code ^@ ANY (%(divisions)s))
ORDER BY 1
"""  # noqa: S608 - fixed text, twice


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows: those of an edition that changed since another, after a 信用代码.

    ``told`` are the editions whose rows are compared, as `editions_told` gives them.
    """

    edition: int
    year: int
    since: int
    after: str
    divisions: tuple[str, ...]
    told: tuple[int, ...]


def rows(connection: Conn, asked: Question) -> Iterator[list[Row]]:
    """Rows by the thousand, in order of ``uscc``, from a cursor that the server keeps."""
    values = {"edition": asked.edition, "told": list(asked.told), "since": asked.since,
              "after": asked.after, "divisions": list(asked.divisions)}  # fmt: skip
    with connection.cursor(name="feed") as cursor:
        cursor.execute(_ROWS, values)
        while chunk := cursor.fetchmany(_CHUNK):
            yield [(*r[:12], r[12].isoformat(), r[13]) for r in chunk]


def editions_told(connection: Conn, edition: int, year: int) -> tuple[int, ...]:
    """The editions a row of this one can have as its ``version``; fewer once one is withdrawn."""
    found = connection.execute(_TOLD, {"edition": edition, "year": year})
    return tuple(number for (number,) in found)


_dumps: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def lines(chunk: Iterable[Row]) -> bytes:
    """Rows as NDJSON."""
    return "".join(_dumps(dict(zip(COLUMNS, r, strict=True))) + "\n" for r in chunk).encode()


class Seal:
    """Counts and digests the lines that pass, and signs the result."""

    def __init__(self, asked: Question, key: str) -> None:
        """``key`` signs; "" leaves the signature out."""
        self.asked, self.count = asked, 0
        self._key = key.encode()
        self._sha = hashlib.sha256()

    def add(self, chunk: list[Row]) -> bytes:
        """Take rows in; their lines."""
        text = lines(chunk)
        self._sha.update(text)
        self.count += len(chunk)
        return text

    def told(self) -> dict[str, Any]:
        """Edition, bounds, rows, SHA-256 and HMAC-SHA256 over these, a line each."""
        digest = self._sha.hexdigest()
        parts = [self.asked.edition, self.asked.since, self.asked.after, self.count, digest]
        text = "\n".join(map(str, parts)).encode()
        signed = hmac.new(self._key, text, hashlib.sha256).hexdigest() if self._key else None
        return {
            "edition": self.asked.edition, "year": self.asked.year, "since": self.asked.since,
            "after": self.asked.after, "rows": self.count, "sha256": digest, "signature": signed,
        }  # fmt: skip


def as_ndjson(chunks: Iterable[list[Row]], seal: Seal) -> Iterator[bytes]:
    """Rows a line each; the last line says that all were sent."""
    for chunk in chunks:
        yield seal.add(chunk)
    yield (_dumps({"end": True, **seal.told()}) + "\n").encode()


def as_csv(chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """A header and rows, with the mark by which spreadsheets know UTF-8."""
    yield ("\ufeff" + ",".join(COLUMNS) + "\n").encode()
    for chunk in chunks:
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows((*r[:13], "true" if r[13] else "false") for r in chunk)
        yield file.getvalue().encode()


SCHEMA: Final = pa.schema(
    [
        ("uscc", pa.string()),
        *((name, pa.float64()) for name in COMPONENTS),
        ("unit", pa.string()),
        ("unit_id", pa.string()),
        ("unit_area_mu", pa.float64()),
        ("version", pa.int64()),
        ("changed_at", pa.string()),
        ("ended", pa.bool_()),
    ]
)


class _Sink(io.RawIOBase):
    """A file that gives away what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """All since the last time."""
        out, self._parts = b"".join(self._parts), []
        return out


def as_parquet(chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """Row groups as they fill, so that memory stays flat."""
    sink, waiting = _Sink(), []
    with pq.ParquetWriter(sink, SCHEMA) as writer:
        for chunk in chunks:
            waiting += chunk
            if len(waiting) >= _GROUP:
                writer.write_table(_table(waiting))
                waiting = []
                yield sink.taken()
        if waiting:
            writer.write_table(_table(waiting))
    yield sink.taken()


def _table(some: list[Row]) -> Any:
    columns = zip(*some, strict=True)
    arrays = [pa.array(c, type=f.type) for c, f in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": said, **more}


def _number(said: str, *more: str) -> dict[str, Any]:
    return {"type": ["number", *more], "description": said}


_ROW: Final = {
    "uscc": _text("统一社会信用代码"),
    "registered_m2": _number("已登记用地，平方米"),
    "leased_in_m2": _number("租入用地，平方米"),
    "other_m2": _number("其他用地，平方米"),
    "leased_out_m2": _number("租出用地，平方米"),
    "exempt_m2": _number("暂不计入，平方米"),
    "occupied_m2": _number("实际占用：已登记、租入、其他之和，减去租出、暂不计入，平方米"),
    "occupied_mu": _number("实际占用，亩"),
    "unit": {
        "enum": ["enterprise", "parcel", "group"],
        "description": "评价单元的种类；不可分割的宗地、集团按单元评价",
    },
    "unit_id": _text("评价单元"),
    "unit_area_mu": _number("评价单元的面积，亩；不评价的为空", "null"),
    "version": {"type": "integer", "minimum": 1, "description": "自哪一号发布起是这个样子"},
    "changed_at": _text("那一号发布的时刻", format="date-time"),
    "ended": {"type": "boolean", "description": "since 之后不再有台账"},
}
_END: Final = {
    "end": {"const": True},
    "edition": {"type": "integer"},
    "year": {"type": "integer"},
    "since": {"type": "integer"},
    "after": {"type": "string"},
    "rows": {"type": "integer", "description": "本次发出的行数"},
    "sha256": _text("以上各行（含换行）的 SHA-256", pattern="^[0-9a-f]{64}$"),
    "signature": {
        "type": ["string", "null"],
        "description": "edition、since、after、rows、sha256 各占一行，作 HMAC-SHA256；没有密钥为空",
    },
}


def _closed(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title, "type": "object", "required": list(properties),
        "additionalProperties": False, "properties": properties,
    }  # fmt: skip


JSON_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "用地面积：一行 · one line of the land-area feed",
    "oneOf": [_closed("一家企业", _ROW), _closed("末行", _END)],
}
