"""Rows of an edition by page: columns by the policy, rows by the reader's divisions.

Every name in a statement is the catalogue's, every value a bound parameter. A filter on a column
that the reader may not see is refused: it would tell what the column holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from psycopg import sql

from geomujun.domain.model import Field, Kind, Table
from geomujun.domain.published import INDICATORS, PUBLISHED
from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.policy.publication import Use
from geomujun.policy.rights import Reader
from geomujun.storage import records
from geomujun.storage.target import Conn
from geomujun_api.problems import UnknownReaderError
from geomujun_api.service import Caller

_OWN_ORDER: Final = {"plots": "parcel_code", "firms": "uscc"}
# Kept for the engine and told to nobody: a digest of facts among which stand a holder's name and
# document number lets anybody who guesses them see that the guess was right.
UNTOLD: Final = frozenset({"facts_digest"})
# Rows that tell of somebody else than their division does.
_ALSO_WITHIN: Final = {
    "grade_stakes": sql.SQL(
        "(EXISTS (SELECT FROM pub.firms AS o WHERE o.edition = %(edition)s"
        " AND o.uscc = subject_id AND o.division_code ^@ ANY (%(divisions)s))"
        " OR EXISTS (SELECT FROM pub.plots AS o WHERE o.edition = %(edition)s"
        " AND o.parcel_code = subject_id AND o.division_code ^@ ANY (%(divisions)s)))"
    )
}


@dataclass(frozen=True, slots=True)
class Source:
    """A table of an edition, as it is asked: its columns and its order."""

    table: Table

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def relation(self) -> sql.Identifier:
        """Where the rows lie."""
        return sql.Identifier("pub", self.name)

    @property
    def order(self) -> str:
        """The column pages go by; unique within an edition."""
        return _OWN_ORDER.get(self.name, "row_no")

    @property
    def shaped(self) -> bool:
        """Whether rows have a shape."""
        return self.name in _OWN_ORDER

    def fields(self, caller: Caller, use: Use = "internal") -> tuple[Field, ...]:
        """The columns the caller sees.

        Raises:
            UnknownReaderError: none: the public sees nothing of the table.
        """
        found = self.some(caller, use)
        if caller.reader.public and not found:
            raise UnknownReaderError(
                t("这类数据没有公开，需要密钥", "this is not published; a key is needed")
            )
        return found

    def some(self, caller: Caller, use: Use = "internal") -> tuple[Field, ...]:
        """As `fields`, and () where the public sees nothing of the table."""
        return visible(caller, self.table, use)

    def names(self, caller: Caller) -> frozenset[str]:
        """Names of the columns of `fields`."""
        return frozenset(f.name for f in self.fields(caller))


def visible(caller: Caller, table: Table, use: Use = "internal") -> tuple[Field, ...]:
    """What the locality's policy shows the caller of a published table."""
    found = caller.service.policy.fields(table, public=caller.reader.public, use=use)
    return tuple(f for f in found if f.name not in UNTOLD)


SOURCES: Final = {name: Source(table) for name, table in PUBLISHED.items()}


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions of a question: equal to, one of, or beginning with; and any others.

    ``also``: SQL with named parameters of its own, and the columns it looks at.
    """

    equal: Mapping[str, Any] = field(default_factory=dict)
    among: Mapping[str, Sequence[str]] = field(default_factory=dict)
    begins: Mapping[str, str] = field(default_factory=dict)
    also: tuple[sql.Composable, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    looks_at: tuple[str, ...] = ()

    @property
    def columns(self) -> set[str]:
        """All columns the conditions look at."""
        return {*self.equal, *self.among, *self.begins, *self.looks_at} - {"division_code"}


@dataclass(frozen=True, slots=True)
class Sort:
    """The column a list is sorted by, an index of it being there; blank values come last."""

    column: str
    down: bool = False

    @classmethod
    def of(cls, text: str | None) -> Sort | None:
        """``area_m2`` up, ``-area_m2`` down, None for the table's own order."""
        return cls(text.removeprefix("-"), text.startswith("-")) if text else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a source: which edition, columns, rows, from where and how many.

    ``after``: the key of the last row seen; of a sorted list its value and key.
    """

    edition: int
    fields: tuple[Field, ...]
    where: Where = Where()
    after: Any = None
    limit: int = 100
    shape: str = ""  # "" none | geojson | wkb
    by: Sort | None = None


def check_filters(where: Where, visible: Sequence[Field]) -> None:
    """Refuse conditions on columns that are hidden from the reader.

    Raises:
        UsageError: the first of them.
    """
    hidden = sorted(where.columns - {f.name for f in visible})
    if hidden:
        raise UsageError(t("不能按 {c} 查询", "cannot be asked by {c}", c=hidden[0]))


def chosen(visible: tuple[Field, ...], wanted: str | None) -> tuple[Field, ...]:
    """The columns asked for, in the table's order; all by default.

    Raises:
        UsageError: a column that is not there, or hidden.
    """
    if not wanted:
        return visible
    names = set(wanted.split(","))
    unknown = sorted(names - {f.name for f in visible})
    if unknown:
        raise UsageError(
            t("没有字段 {c}", "no field {c}", c=unknown[0]),
            hint=", ".join(f.name for f in visible),
        )
    return tuple(f for f in visible if f.name in names)


def page(
    connection: Conn, source: Source, asked: Asked, reader: Reader
) -> tuple[list[dict[str, Any]], Any]:
    """Rows in order, and the place after which the next page begins (None: no more).

    As they stand: `Caller.told` says what of them is sent.
    """
    read = _sorted if asked.by else _read
    rows = read(connection, source, asked, reader)
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    last = _place(rows[-1], asked.by) if rows and more else None
    for row in rows:
        del row["_at"]
        row.pop("_by", None)
    return rows, last


def _place(row: Mapping[str, Any], by: Sort | None) -> Any:
    return [row["_by"], row["_at"]] if by else row["_at"]


def _read(
    connection: Conn, source: Source, asked: Asked, reader: Reader, blank: bool | None = None
) -> list[dict[str, Any]]:
    query, values = _select(source, asked, reader, blank)
    return records.every(connection, query, values)


def _sorted(connection: Conn, source: Source, asked: Asked, reader: Reader) -> list[dict[str, Any]]:
    """Rows with a value by it, then those without: each part in the order of its index."""
    in_blank = asked.after is not None and asked.after[0] is None
    rows = [] if in_blank else _read(connection, source, asked, reader, blank=False)
    missing = asked.limit + 1 - len(rows)
    if missing > 0:
        rest = replace(asked, limit=missing - 1, after=asked.after if in_blank else None)
        rows += _read(connection, source, rest, reader, blank=True)
    return rows


def _sorting(
    source: Source, asked: Asked, blank: bool | None, values: dict[str, Any]
) -> tuple[list[sql.Composable], sql.Composable]:
    """Conditions of the place a page begins at, and its order; both by one index."""
    key, by = sql.Identifier(source.order), asked.by
    if by is None:
        if asked.after is None:
            return [], key
        values["after"] = asked.after
        return [sql.SQL("{} > %(after)s").format(key)], key
    way, column = sql.SQL("<" if by.down else ">"), sql.Identifier(by.column)
    found: list[sql.Composable] = [
        sql.SQL("{} IS NULL" if blank else "{} IS NOT NULL").format(column)
    ]
    if asked.after is not None:
        values["after_value"], values["after"] = asked.after
        both = "({column}, {key}) {way} (%(after_value)s, %(after)s)"
        form = "{key} {way} %(after)s" if blank else both
        found.append(sql.SQL(form).format(key=key, way=way, column=column))
    end = sql.SQL(" DESC" if by.down else "")
    order = [key + end] if blank else [column + end, key + end]
    return found, sql.SQL(", ").join(order)


def _select(
    source: Source, asked: Asked, reader: Reader, blank: bool | None
) -> tuple[sql.Composed, dict[str, Any]]:
    values: dict[str, Any] = {
        **asked.where.values, "edition": asked.edition, "divisions": list(reader.divisions),
        "limit": asked.limit + 1,
    }  # fmt: skip
    conditions = [
        sql.SQL("edition = %(edition)s"), sql.SQL("division_code ^@ ANY (%(divisions)s)"),
        *asked.where.also,
    ]  # fmt: skip
    if not reader.everywhere and source.name in _ALSO_WITHIN:
        conditions.append(_ALSO_WITHIN[source.name])
    for kind, form in (("equal", "{} = {}"), ("among", "{} = ANY ({})"), ("begins", "{} ^@ {}")):
        for number, (column, value) in enumerate(getattr(asked.where, kind).items()):
            name = f"{kind}_{number}"
            conditions.append(sql.SQL(form).format(sql.Identifier(column), sql.Placeholder(name)))
            values[name] = value
    begins, order = _sorting(source, asked, blank, values)
    conditions += begins
    columns = [_column(f) for f in asked.fields]
    columns.append(sql.SQL("{} AS _at").format(sql.Identifier(source.order)))
    if asked.by:
        columns.append(sql.SQL("{} AS _by").format(sql.Identifier(asked.by.column)))
    if asked.shape:
        columns.append(sql.SQL(_SHAPES[asked.shape]))
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT %(limit)s").format(
        sql.SQL(", ").join(columns), source.relation, sql.SQL(" AND ").join(conditions),
        order,
    )  # fmt: skip
    return query, values


_SHAPES: Final = {
    "geojson": "ST_AsGeoJSON(geom, 7, 0)::json AS geometry",
    "wkb": "ST_AsBinary(geom) AS geometry",
}


def _column(spec: Field) -> sql.Composable:
    name = sql.Identifier(spec.name)
    if spec.name == "evidence":
        return sql.SQL("nullif({}, '')::json AS {}").format(name, name)
    if spec.kind is Kind.INTEGER:
        return sql.SQL("{}::int AS {}").format(name, name)  # flags of the map are booleans
    return name


def plain(value: Any) -> Any:
    """A value as JSON has it: days and moments in ISO 8601, no infinity."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float) and value - value != 0:
        return None
    return value


def schema_of(table: Table) -> dict[str, Any]:
    """JSON Schema of a row; no column is required, since policy and ``fields`` leave some out."""
    fields = [*table.fields, *([INDICATORS] if table.dynamic_after else [])]
    return {
        "type": "object",
        "title": table.title,
        "properties": {f.name: _schema(f) for f in fields if f.name not in UNTOLD},
        "additionalProperties": False,
    }


def _schema(spec: Field) -> dict[str, Any]:
    out: dict[str, Any] = {"title": spec.label}
    if spec.name == INDICATORS.name:
        return out | {"type": "object", "additionalProperties": {"type": ["number", "null"]}}
    if spec.name == "evidence":
        return out | {"type": ["array", "null"], "items": {"type": "object"}}
    kinds = {Kind.TEXT: "string", Kind.NUMBER: "number", Kind.INTEGER: "integer"}
    out["type"] = kinds.get(spec.kind, "string")
    if spec.kind is Kind.DATE:
        out["format"] = "date"
    if spec.kind is not Kind.TEXT:
        out["type"] = [out["type"], "null"]
    if spec.choices:
        out["enum"] = list(dict.fromkeys([*spec.choices, ""]))  # "" stands for missing
    if spec.unit:
        out["description"] = spec.unit
    return out
