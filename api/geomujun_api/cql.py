"""CQL2 (text and JSON) to SQL: fields of an allow-list, values bound as parameters, nothing else.

pygeofilter reads the language; what it yields is walked here, so that a function, operator or
field that is not named below is refused instead of reaching PostgreSQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, LiteralString

import shapely
from lark.exceptions import LarkError
from psycopg import sql
from pygeofilter import ast, values
from pygeofilter.parsers.cql2_json import parse as parse_json

from geomujun.domain.model import Kind
from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun_api.cql_text import box_of
from geomujun_api.cql_text import parse as parse_text
from geomujun_api.words import storable

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
    OverflowError, shapely.errors.ShapelyError,
)  # fmt: skip
ALLOWED: Final = (
    "AND OR NOT = <> < > <= >= BETWEEN LIKE IN IS NULL CASEI S_INTERSECTS S_DISJOINT S_WITHIN"
    " S_CONTAINS S_TOUCHES S_CROSSES S_OVERLAPS S_EQUALS BBOX"
)


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
    walk = _Walk(fields, flipped)
    return walk.condition(_tree(text, lang), 0), walk.bound


def _tree(text: str, lang: str) -> Any:
    """Pygeofilter's tree of a filter.

    Raises:
        FilterError: it cannot be read.
    """
    depth = most = 0
    for c in re.sub(r"'[^']*'", "", text) if lang != "cql2-json" else text:
        depth += (c in "([{") - (c in ")]}")
        most = max(most, depth)
    if most > DEEPEST * (2 if lang == "cql2-json" else 1):
        raise FilterError(t("过滤条件嵌套太深", "the filter is nested too deep"))
    try:
        return parse_json(_plain(json.loads(text))) if lang == "cql2-json" else parse_text(text)
    except (*_UNREADABLE, RecursionError) as e:
        column = getattr(e, "column", 0)
        near = t("第 {c} 字附近；", "near character {c}; ", c=column) if column else ""
        raise FilterError(
            t("过滤条件读不懂", "the filter cannot be read"), hint=near + ALLOWED
        ) from None


def _plain(node: Any) -> Any:
    """CQL2 JSON as pygeofilter reads it: BETWEEN of two lists, boxes as shapes.

    Raises:
        ValueError: a key that stands for no expression.
    """
    if isinstance(node, list):
        return [_plain(n) for n in node]
    if not isinstance(node, dict):
        return node
    if not {"op", "property", "bbox", "date", "type"} & set(node) or {
        "filter",
        "filter-lang",
    } & set(node):
        raise ValueError
    if "bbox" in node:
        return box_of([float(n) for n in node["bbox"]]).geometry
    out = {k: v if k == "coordinates" else _plain(v) for k, v in node.items()}
    if node.get("op") == "between" and len(node["args"]) == 3:
        out["args"] = [out["args"][0], out["args"][1:]]
    if node.get("type") == "GeometryCollection":
        out["coordinates"] = []  # by which pygeofilter knows a shape
    return out


class _Walk:
    """One walk over a tree."""

    def __init__(self, fields: Mapping[str, Kind], flipped: bool) -> None:
        self.fields, self.flipped = fields, flipped
        self.bound: dict[str, object] = {}
        self.mixed = False  # whether the shape last read is of points, lines and areas

    def _bind(self, value: object, kind: LiteralString) -> sql.Composed:
        """A parameter of a type."""
        name = f"f{len(self.bound)}"
        self.bound[name] = value
        return sql.SQL("{}::" + kind).format(sql.Placeholder(name))

    def condition(self, node: Any, depth: int) -> sql.Composed:
        """A tree that is true or false."""
        if depth > DEEPEST * 10:
            raise FilterError(t("过滤条件嵌套太深", "the filter is nested too deep"))
        if isinstance(node, bool):
            return sql.SQL("{}").format(sql.Literal(node))
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
        raise FilterError(
            t("不支持 {n}", "not supported: {n}", n=type(node).__name__), hint=ALLOWED
        )

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
        if kind is not Kind.TEXT or not storable(pattern):
            raise FilterError(t("LIKE 只用于文字", "LIKE is for text"))
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise FilterError(t("LIKE 的末尾是 \\", "LIKE ends in a \\"), hint="\\\\")
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
        if isinstance(node, ast.GeometryDisjoint):  # knows no collections of shapes
            return sql.SQL("(NOT ST_Intersects({}, {}))").format(*found)
        if self.mixed and not isinstance(node, ast.GeometryIntersects):
            raise FilterError(
                t("点、线、面混合的图形只能用 S_INTERSECTS、S_DISJOINT",
                  "shapes of several kinds are for S_INTERSECTS and S_DISJOINT")
            )  # fmt: skip
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
        except _UNREADABLE:
            raise FilterError(t("图形读不懂", "the shape cannot be read")) from None
        if shapely.get_num_coordinates(shape) > MOST_POINTS or not shapely.is_valid(shape):
            raise FilterError(t("图形太复杂或无效", "the shape is invalid or too complex"))
        shape = shapely.force_2d(shape)
        if shape.geom_type == "GeometryCollection":
            shape = shapely.union_all(shapely.get_parts(shape))
            self.mixed = shape.geom_type == "GeometryCollection"
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
            return self._bind(_float(node), "float8")
        if kind is Kind.DATE and isinstance(node, date):
            return self._bind(node, "date")
        if kind is Kind.TEXT and storable(node):
            return self._bind(node.lower() if folded else node, "text")
        raise FilterError(t("值的类型不对", "a value of another type"), hint=kind.value)

    _made: Final[Mapping[type[Any], Callable[[_Walk, Any], sql.Composed]]] = {
        ast.Between: _between, ast.Like: _like, ast.In: _in, ast.IsNull: _null,
    }  # fmt: skip


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        raise FilterError(t("数太大", "a number is too large")) from None


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
    if not storable(value):
        raise FilterError(t("值的类型不对", "a value of another type"), hint=kind.value)
    condition = sql.SQL("({} = {})").format(sql.Identifier(name), sql.Placeholder(parameter))
    return condition, {parameter: bound}
