"""CQL2 text to pygeofilter's tree, by the grammar of the standard.

pygeofilter 0.4 reads a text of its own: AND and OR bind alike, NOT takes no AND or OR in its
brackets, a quote cannot stand in a string, BBOX is no shape, and points of a MULTIPOINT are printed
to the standard output. Its tree and its reader of CQL2 JSON are used as they are.

Source: OGC 21-065r2 (CQL2 1.0), annex B; arithmetic, arrays, temporal and own functions are left
out, as the conformance classes of `/ogc/conformance` say.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import shapely
from lark import Lark, Token, Transformer, v_args
from pygeofilter import ast, values

_GRAMMAR: Final = r"""
?start: disjunction
?disjunction: conjunction ("OR"i conjunction)*
?conjunction: factor ("AND"i factor)*
?factor: primary | "NOT"i primary -> negated
?primary: predicate | "(" disjunction ")" | BOOLEAN
?predicate: scalar COMPARISON scalar -> comparison
          | scalar not_? "BETWEEN"i scalar "AND"i scalar -> between
          | scalar not_? "LIKE"i scalar -> like
          | scalar not_? "IN"i "(" scalar ("," scalar)* ")" -> among
          | scalar "IS"i not_? "NULL"i -> missing
          | SPATIAL "(" shape "," shape ")" -> spatial
not_: "NOT"i
?scalar: attribute | STRING | NUMBER | BOOLEAN | day | "CASEI"i "(" scalar ")" -> folded
attribute: NAME | QUOTED
day: "DATE"i "(" STRING ")"
?shape: attribute | geometry | box
box: "BBOX"i "(" NUMBER ("," NUMBER)* ")"
geometry: GEOMETRY inside
inside: "(" part ("," part)* ")"
part: inside | geometry | NUMBER+
COMPARISON: "<>" | "<=" | ">=" | "=" | "<" | ">"
SPATIAL.3: /S_(INTERSECTS|DISJOINT|CONTAINS|WITHIN|TOUCHES|CROSSES|OVERLAPS|EQUALS)\b/i
GEOMETRY.3: /(MULTI)?(POINT|LINESTRING|POLYGON)( *Z)?(?= *\()|GEOMETRYCOLLECTION( *Z)?(?= *\()/i
BOOLEAN.3: /(TRUE|FALSE)\b/i
STRING: /'(?:''|\\'|[^'])*'/
QUOTED: /"[^"]+"/
NUMBER: /[+-]?(\d+(\.\d*)?|\.\d+)(E[+-]?\d+)?/i
NAME: /[a-z_][a-z0-9_.:]*/i
%import common.WS
%ignore WS
"""
_COMPARISONS: Final = {
    "=": ast.Equal, "<>": ast.NotEqual, "<": ast.LessThan, "<=": ast.LessEqual,
    ">": ast.GreaterThan, ">=": ast.GreaterEqual,
}  # fmt: skip
_SPATIAL: Final = {
    "S_INTERSECTS": ast.GeometryIntersects, "S_DISJOINT": ast.GeometryDisjoint,
    "S_CONTAINS": ast.GeometryContains, "S_WITHIN": ast.GeometryWithin,
    "S_TOUCHES": ast.GeometryTouches, "S_CROSSES": ast.GeometryCrosses,
    "S_OVERLAPS": ast.GeometryOverlaps, "S_EQUALS": ast.GeometryEquals,
}  # fmt: skip
_NOT: Final = object()


def box_of(bounds: list[float]) -> values.Envelope:
    """A box of west, south, east, north (or of six numbers, heights left out).

    Raises:
        ValueError: other than four or six.
    """
    if len(bounds) == 6:
        bounds = [bounds[0], bounds[1], bounds[3], bounds[4]]
    west, south, east, north = bounds
    return values.Envelope(west, east, south, north)


@v_args(inline=True)
class _Tree(Transformer[Token, Any]):
    """What each rule makes."""

    def disjunction(self, *sides: Any) -> Any:
        return ast.Or.from_items(*sides)

    def conjunction(self, *sides: Any) -> Any:
        return ast.And.from_items(*sides)

    def negated(self, inner: Any) -> Any:
        return ast.Not(inner)

    def comparison(self, left: Any, sign: str, right: Any) -> Any:
        return _COMPARISONS[sign](left, right)

    def not_(self) -> Any:
        return _NOT

    def between(self, left: Any, *more: Any) -> Any:
        *no, low, high = more
        return ast.Between(left, low, high, bool(no))

    def like(self, left: Any, *more: Any) -> Any:
        *no, pattern = more
        return ast.Like(left, pattern, False, "%", "_", "\\", bool(no))

    def among(self, left: Any, *more: Any) -> Any:
        no = more[0] is _NOT
        return ast.In(left, list(more[no:]), no)

    def missing(self, left: Any, *no: Any) -> Any:
        return ast.IsNull(left, bool(no))

    def spatial(self, name: str, left: Any, right: Any) -> Any:
        return _SPATIAL[name.upper()](left, right)

    def folded(self, inner: Any) -> Any:
        return ast.Function("lower", [inner])

    def attribute(self, name: str) -> Any:
        return ast.Attribute(str(name))

    def day(self, text: str) -> date:
        return date.fromisoformat(text)

    def box(self, *bounds: float) -> Any:
        return box_of(list(bounds))

    def geometry(self, kind: str, inside: str) -> Any:
        text = f"{kind.upper()} {inside}"
        return values.Geometry(shapely.geometry.mapping(shapely.from_wkt(text)) | {"wkt": text})

    def inside(self, *parts: str) -> str:
        return f"({', '.join(parts)})"

    def part(self, *pieces: Any) -> str:
        if isinstance(pieces[0], values.Geometry):
            return str(pieces[0].geometry["wkt"])
        return " ".join(p if isinstance(p, str) else repr(float(p)) for p in pieces)

    def BOOLEAN(self, text: str) -> bool:  # noqa: N802 - lark's way
        return text.upper() == "TRUE"

    def STRING(self, text: str) -> str:  # noqa: N802 - lark's way
        return text[1:-1].replace("''", "'").replace("\\'", "'")

    def QUOTED(self, text: str) -> str:  # noqa: N802 - lark's way
        return text[1:-1]

    def NUMBER(self, text: str) -> float:  # noqa: N802 - lark's way
        return float(text)


_PARSER: Final = Lark(_GRAMMAR, parser="lalr", transformer=_Tree())


def parse(text: str) -> Any:
    """The tree of a filter.

    Raises:
        lark.exceptions.LarkError: it is no CQL2 of the classes named above.
        ValueError: a date that is none, a shape that cannot be.
    """
    return _PARSER.parse(text)
