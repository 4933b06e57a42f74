"""CQL2 (text and JSON) to SQL: fields of an allow-list, values bound as parameters, nothing else.

pygeofilter reads the language; what it yields is walked here, so that a function, operator or
field that is not named below is refused instead of reaching PostgreSQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, LiteralString

import shapely
from lark.exceptions import LarkError
from psycopg import sql
from pygeofilter import ast, values  # type: ignore[import-untyped]
from pygeofilter.parsers.cql2_json import parse as parse_json  # type: ignore[import-untyped]
from pygeofilter.parsers.cql2_text import parse as parse_text  # type: ignore[import-untyped]

from geomujun.domain.model import Kind
from geomujun.errors import UsageError
from geomujun.lang import t

LONGEST: Final = 4_000  # characters of a filter
DEEPEST: Final = 20
MOST_VALUES: Final = 500  # of one IN
MOST_POINTS: Final = 5_000  # of one shape
GEOMETRY: Final = "geom"
_COMPARISONS: Final[Mapping[type[Any], LiteralString]] = {
    ast.Equal: "=", ast.NotEqual: "<>", ast.LessThan: "<", ast.LessEqual: "<=",
    ast.GreaterThan: ">", ast.GreaterEqual: ">=",
}  # fmt: skip
_SPATIAL: Final[Mapping[type[Any], LiteralString]] = {
    ast.GeometryIntersects: "ST_Intersects", ast.GeometryDisjoint: "ST_Disjoint",
    ast.GeometryWithin: "ST_Within", ast.GeometryContains: "ST_Contains",
    ast.GeometryTouches: "ST_Touches", ast.GeometryCrosses: "ST_Crosses",
    ast.GeometryOverlaps: "ST_Overlaps", ast.GeometryEquals: "ST_Equals",
}  # fmt: skip
_NUMBERS: Final = (Kind.NUMBER, Kind.INTEGER)
# What pygeofilter raises on what it cannot read; its errors share no base class.
_UNREADABLE: Final = (
    LarkError, ValueError, KeyError, TypeError, IndexError, AttributeError, NotImplementedError,
)  # fmt: skip
_TOKEN: Final = re.compile(r"'[^']*'|\"[^\"]*\"|[()]|\bOR\b|[^'\"()]", re.IGNORECASE | re.DOTALL)


class FilterError(UsageError):
    """A filter that cannot be read, or asks for what is not allowed."""


Condition = tuple[sql.Composed, dict[str, object]]


def where(text: str, lang: str, fields: Mapping[str, Kind], flipped: bool = False) -> Condition:
    """The SQL condition of a filter, and the values bound to its parameters.

    Args:
        text: CQL2.
        lang: "cql2-text" or "cql2-json".
        fields: Fields that may be named; `GEOMETRY` is one beside them.
        flipped: Shapes are written latitude first (filter-crs of EPSG).

    Raises:
        FilterError: it cannot be read or names something else.
    """
    if len(text) > LONGEST:
        raise FilterError(t("过滤条件太长", "the filter is too long"), hint=f"≤ {LONGEST}")
    _bounded(text, lang)
    try:
        tree = parse_json(text) if lang == "cql2-json" else parse_text(_grouped(text))
    except (*_UNREADABLE, RecursionError) as e:
        raise FilterError(
            t("过滤条件读不懂", "the filter cannot be read"), hint=type(e).__name__
        ) from None
    walk = _Walk(fields, flipped)
    return walk.condition(tree, 0), walk.bound


def _bounded(text: str, lang: str) -> None:
    """Refuse deep nesting, and keys of JSON that stand for no expression."""
    depth = most = 0
    for c in re.sub(r"'[^']*'", "", text) if lang != "cql2-json" else text:
        depth += (c in "([{") - (c in ")]}")
        most = max(most, depth)
    if most > DEEPEST * (2 if lang == "cql2-json" else 1):
        raise FilterError(t("过滤条件嵌套太深", "the filter is nested too deep"))
    if lang != "cql2-json":
        return
    try:
        tree = json.loads(text)
    except ValueError:
        raise FilterError(t("不是 JSON", "it is no JSON")) from None
    if not isinstance(tree, dict) or "op" not in tree or '"filter"' in text:
        raise FilterError(t("过滤条件读不懂", "the filter cannot be read"), hint='{"op": …}')
    if '"filter-lang"' in text:
        raise FilterError(t("过滤条件读不懂", "the filter cannot be read"), hint="filter-lang")


def _grouped(text: str) -> str:
    """The text with what AND binds in brackets: pygeofilter reads AND and OR as equals."""
    levels: list[list[str]] = [[""]]
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == "(":  # noqa: S105
            levels.append([""])
        elif token == ")" and len(levels) > 1:  # noqa: S105
            inner = _joined(levels.pop())
            levels[-1][-1] += f"({inner})"
        elif token.upper() == "OR":
            levels[-1].append("")
        else:
            levels[-1][-1] += token
    if len(levels) > 1:
        raise FilterError(t("括号不配对", "a bracket is not closed"))
    return _joined(levels[0])


def _joined(pieces: Sequence[str]) -> str:
    return pieces[0] if len(pieces) == 1 else " OR ".join(f"({p})" for p in pieces)


class _Walk:
    """One walk over a tree."""

    def __init__(self, fields: Mapping[str, Kind], flipped: bool) -> None:
        self.fields, self.flipped = fields, flipped
        self.bound: dict[str, object] = {}

    def _bind(self, value: object, kind: LiteralString) -> sql.Composed:
        """A parameter of a type."""
        name = f"f{len(self.bound)}"
        self.bound[name] = value
        return sql.SQL("{}::" + kind).format(sql.Placeholder(name))

    def condition(self, node: Any, depth: int) -> sql.Composed:
        """A tree that is true or false."""
        if depth > DEEPEST * 10:
            raise FilterError(t("过滤条件嵌套太深", "the filter is nested too deep"))
        if isinstance(node, ast.And | ast.Or):
            word = sql.SQL(" AND " if isinstance(node, ast.And) else " OR ")
            sides = [self.condition(n, depth + 1) for n in (node.lhs, node.rhs)]
            return _bracketed(word.join(sides))
        if isinstance(node, ast.Not):
            return sql.SQL("NOT ") + _bracketed(self.condition(node.sub_node, depth + 1))
        for kind, make in self._made.items():
            if isinstance(node, kind):
                return make(self, node)
        if type(node) in _SPATIAL:
            return self._spatial(node)
        if type(node) in _COMPARISONS:
            return self._comparison(node)
        raise FilterError(t("不支持 {n}", "not supported: {n}", n=type(node).__name__))

    def _comparison(self, node: Any) -> sql.Composed:
        left, kind = self._field(node.lhs)
        right = self._value(node.rhs, kind, folded=_is_folded(node.rhs))
        return sql.SQL("({} " + _COMPARISONS[type(node)] + " {})").format(left, right)

    def _between(self, node: Any) -> sql.Composed:
        left, kind = self._field(node.lhs)
        word = sql.SQL("NOT BETWEEN" if node.not_ else "BETWEEN")
        ends = self._value(node.low, kind), self._value(node.high, kind)
        return sql.SQL("({} {} {} AND {})").format(left, word, *ends)

    def _like(self, node: Any) -> sql.Composed:
        left, kind = self._field(node.lhs)
        pattern = node.pattern
        folded = _is_folded(pattern)
        if folded:
            pattern = pattern.arguments[0]
        if kind is not Kind.TEXT or not isinstance(pattern, str):
            raise FilterError(t("LIKE 只用于文字", "LIKE is for text"))
        word = sql.SQL("NOT LIKE" if node.not_ else "LIKE")
        value = self._bind(pattern.lower() if folded else pattern, "text")
        return sql.SQL("({} {} {})").format(left, word, value)

    def _in(self, node: Any) -> sql.Composed:
        left, kind = self._field(node.lhs)
        if not 1 <= len(node.sub_nodes) <= MOST_VALUES:
            raise FilterError(t("IN 的值太多或没有", "too many values in IN, or none"))
        options = sql.SQL(", ").join(
            self._value(n, kind, folded=_is_folded(n)) for n in node.sub_nodes
        )
        return sql.SQL("({} {} ({}))").format(
            left, sql.SQL("NOT IN" if node.not_ else "IN"), options
        )

    def _null(self, node: Any) -> sql.Composed:
        left, kind = self._field(node.lhs)
        word = sql.SQL("IS NOT NULL" if node.not_ else "IS NULL")
        if kind is Kind.TEXT:  # a text that is missing is kept as ''
            left = sql.SQL("nullif({}, '')").format(left)
        return sql.SQL("({} {})").format(left, word)

    def _spatial(self, node: Any) -> sql.Composed:
        sides = [node.lhs, node.rhs]
        found = [self._shape(side) for side in sides]
        if not any(isinstance(side, ast.Attribute) for side in sides):
            raise FilterError(t("没有写明图形字段", "no geometry field is named"))
        return sql.SQL("(" + _SPATIAL[type(node)] + "({}, {}))").format(*found)

    def _shape(self, node: Any) -> sql.Composable:
        if isinstance(node, ast.Attribute):
            if node.name not in (GEOMETRY, "geometry"):
                raise FilterError(t("不是图形字段：{n}", "no geometry: {n}", n=node.name[:60]))
            return sql.Identifier(GEOMETRY)
        try:
            if isinstance(node, values.Envelope):
                shape = shapely.box(node.x1, node.y1, node.x2, node.y2)
            else:
                shape = shapely.geometry.shape(node.geometry)
        except (*_UNREADABLE, shapely.errors.ShapelyError):
            raise FilterError(t("图形读不懂", "the shape cannot be read")) from None
        if shapely.get_num_coordinates(shape) > MOST_POINTS or not shapely.is_valid(shape):
            raise FilterError(t("图形太复杂或无效", "the shape is invalid or too complex"))
        if self.flipped:
            shape = shapely.transform(shape, lambda xy: xy[:, ::-1])
        return sql.SQL("ST_GeomFromText({}, 4490)").format(self._bind(shape.wkt, "text"))

    def _field(self, node: Any) -> tuple[sql.Composable, Kind]:
        """A field, or CASEI of one."""
        if _is_folded(node):
            inner, kind = self._field(node.arguments[0])
            if kind is not Kind.TEXT:
                raise FilterError(t("CASEI 只用于文字", "CASEI is for text"))
            return sql.SQL("lower({})").format(inner), kind
        if not isinstance(node, ast.Attribute):
            raise FilterError(t("左边应为字段", "a field stands on the left"))
        if node.name not in self.fields:
            raise FilterError(
                t("没有字段 {n}", "no field {n}", n=node.name[:60]), hint=", ".join(self.fields)
            )
        return sql.Identifier(node.name), self.fields[node.name]

    def _value(self, node: Any, kind: Kind, *, folded: bool = False) -> sql.Composable:
        if folded:
            node = node.arguments[0]
        if kind in _NUMBERS and isinstance(node, int | float) and not isinstance(node, bool):
            return self._bind(float(node), "float8")
        if kind is Kind.DATE and isinstance(node, date):
            return self._bind(node, "date")
        if kind is Kind.TEXT and isinstance(node, str) and "\x00" not in node:
            return self._bind(node.lower() if folded else node, "text")
        raise FilterError(t("值的类型不对", "a value of another type"), hint=kind.value)

    _made: Final[Mapping[type[Any], Callable[[_Walk, Any], sql.Composed]]] = {
        ast.Between: _between, ast.Like: _like, ast.In: _in, ast.IsNull: _null,
    }  # fmt: skip


def _is_folded(node: Any) -> bool:
    return isinstance(node, ast.Function) and node.name == "lower" and len(node.arguments) == 1


def _bracketed(inner: sql.Composable) -> sql.Composed:
    return sql.SQL("({})").format(inner)


KEYED: Final = sql.SQL("id = %(key)s")


def equal(name: str, kind: Kind, value: str, parameter: str) -> Condition:
    """The condition that a field has a value, given as text.

    Raises:
        FilterError: the value is of another type.
    """
    try:
        bound: object = float(value) if kind in _NUMBERS else value
        bound = date.fromisoformat(value) if kind is Kind.DATE else bound
    except ValueError:
        raise FilterError(t("值的类型不对", "a value of another type"), hint=kind.value) from None
    if "\x00" in value:
        raise FilterError(t("值的类型不对", "a value of another type"), hint=kind.value)
    condition = sql.SQL("({} = {})").format(sql.Identifier(name), sql.Placeholder(parameter))
    return condition, {parameter: bound}
