"""OGC API – Features 1.0 (Parts 1, 2, 3) on the editions: GeoJSON, CQL2, paging by key.

An edition's number can be given (``edition``); else ``datetime`` chooses the newest edition whose
day (``as_of``) lies in it, else the newest. Links of a page keep the edition they began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from geomujun import __version__
from geomujun.domain.model import Kind
from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.storage import editions
from geomujun_api import cql, features
from geomujun_api.answers import problems
from geomujun_api.collections import COLLECTIONS, Collection, asked, visible
from geomujun_api.deps import Reading
from geomujun_api.features import CRS84, CRS_LIST, EPSG, Asked
from geomujun_api.problems import NotFoundError
from geomujun_api.service import Caller
from geomujun_api.shown import GONE, Edition, newest, shown

PREFIX: Final = "/ogc"
_OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
GEOJSON: Final = "application/geo+json"
LARGEST: Final = 10_000  # features of a page
_BASE: Final = "http://www.opengis.net/spec/"
CONFORMS: Final = [
    *(f"{_BASE}ogcapi-features-1/1.0/conf/{c}" for c in ("core", "geojson", "oas30")),
    f"{_BASE}ogcapi-features-2/1.0/conf/crs",
    *(f"{_BASE}ogcapi-features-3/1.0/conf/{c}"
      for c in ("filter", "features-filter", "queryables", "queryables-query-parameters")),
    *(f"{_BASE}cql2/1.0/conf/{c}"
      for c in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
                "case-insensitive-comparison", "basic-spatial-functions",
                "basic-spatial-functions-plus", "spatial-functions")),
]  # fmt: skip
_JSON_TYPES: Final = {Kind.TEXT: "string", Kind.NUMBER: "number", Kind.INTEGER: "integer",
                      Kind.DATE: "string"}  # fmt: skip
_EXTENTS: Final = 500  # kept
_ANY: Final[dict[str, Any]] = {"schema": {"type": "object"}}
_GEO: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "GeoJSON", "content": {GEOJSON: _ANY}}
}
router: Final = APIRouter(prefix=PREFIX, tags=["OGC API – Features"], responses=problems(404))
Name = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", description="集合", examples=["parcels"])]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="发布号")]
Crs = Annotated[str, Query(max_length=100, description="坐标系", examples=[f"{EPSG}4490"])]


class PageAsked(BaseModel):
    """The standard's parameters of a page; a field's own name is one, too."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
    bbox: str = Field("", max_length=200, description="西,南,东,北")
    bbox_crs: str = Field(CRS84, alias="bbox-crs", max_length=100, description="bbox 的坐标系")
    datetime: str = Field("", max_length=80, description="日期或区间，选发布")
    limit: int = Field(100, ge=1, le=2**31, description=f"至多 {LARGEST}，再大也按 {LARGEST}")
    crs: str = Field(CRS84, max_length=100, description="坐标系")
    filter: str = Field("", max_length=cql.LONGEST, description="CQL2 过滤条件")
    filter_lang: Literal["cql2-text", "cql2-json", "cql-text"] = Field(
        "cql2-text", alias="filter-lang", description="cql-text：GDAL 对 cql2-text 的旧称"
    )
    filter_crs: str = Field(CRS84, alias="filter-crs", max_length=100)
    edition: int | None = Field(None, ge=1, le=2**31 - 1, description="发布号")
    after: str = Field("", max_length=64, description="上一页最后一个要素")


_OWN: Final = {
    "bbox", "bbox-crs", "datetime", "limit", "crs", "filter", "filter-lang", "filter-crs",
    "edition", "after", "f",
}  # fmt: skip


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


_TEXT: Final = {"type": "string"}
_SHARED: Final = [
    *(_parameter(n, _TEXT) for n in ("bbox", "bbox-crs", "crs", "datetime", "filter-crs", "after")),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": 100}),
    _parameter("edition", {"type": "integer", "minimum": 1}),
    _parameter("filter", _TEXT),
    _parameter("filter-lang", {"type": "string", "enum": ["cql2-text", "cql2-json", "cql-text"]}),
]


def _link(caller: Caller, path: str, rel: str, media: str = "application/json", title: str = "",
          **query: object) -> dict[str, str]:  # fmt: skip
    base = str(caller.request.base_url).rstrip("/")
    told = urlencode({k: v for k, v in query.items() if v not in ("", None)})
    made = {"href": f"{base}{path}{'?' + told if told else ''}", "rel": rel, "type": media}
    return made | ({"title": title} if title else {})


@router.get("", summary="入口", response_model=None, responses={200: {"content": {}}})
@router.get("/", include_in_schema=False, response_model=None)
def landing(caller: Reading) -> dict[str, Any]:
    """The landing page."""
    return {
        "title": "geomujun 地企对应与亩均评价",
        "description": "宗地、企业、低效用地提示、疑点和园区范围",
        "links": [
            _link(caller, PREFIX, "self"),
            _link(caller, f"{PREFIX}/api", "service-desc", _OPENAPI),
            _link(caller, f"{PREFIX}/conformance", "conformance"),
            _link(caller, f"{PREFIX}/conformance",
                  "http://www.opengis.net/def/rel/ogc/1.0/conformance"),
            _link(caller, f"{PREFIX}/collections", "data"),
        ],
    }  # fmt: skip


@router.get("/api", summary="这一部分的 OpenAPI，按集合列出参数", response_class=Response,
            responses={200: {"content": {_OPENAPI: _ANY}}})  # fmt: skip
def definition(caller: Reading) -> Response:
    """The definition clients like GDAL read: a path a collection, a parameter a field."""
    paths: dict[str, Any] = {}
    for one in visible(caller):
        own = [_parameter(f.name, {"type": _JSON_TYPES[f.kind]}) for f in one.fields(caller)]
        paths[f"/collections/{one.id}/items"] = {
            "get": {"operationId": one.id, "summary": one.title, "parameters": [*_SHARED, *own],
                    "responses": {"200": {"description": "GeoJSON", "content": {GEOJSON: _ANY}}}}
        }  # fmt: skip
    body = {
        "openapi": "3.0.3",
        "info": {"title": "geomujun OGC API – Features", "version": __version__},
        "servers": [{"url": str(caller.request.base_url).rstrip("/") + PREFIX}],
        "paths": paths,
    }
    return JSONResponse(body, media_type=_OPENAPI)


@router.get("/conformance", summary="符合的规范", response_model=None)
def conformance(_caller: Reading) -> dict[str, list[str]]:
    """Conformance classes."""
    return {"conformsTo": CONFORMS}


@router.get("/collections", summary="有哪些集合", response_model=None)
def collections(caller: Reading) -> dict[str, Any]:
    """The collections the reader sees anything of."""
    edition = newest(caller.service, caller.reader)
    return {
        "links": [_link(caller, f"{PREFIX}/collections", "self")],
        "collections": [_described(caller, c, edition) for c in visible(caller)],
        "crs": list(CRS_LIST),
    }


@router.get("/collections/{name}", summary="一个集合", response_model=None)
def collection(caller: Reading, name: Name) -> dict[str, Any]:
    """What a collection holds and where."""
    found = _collection(caller, name)
    return _described(caller, found, newest(caller.service, caller.reader))


@router.get("/collections/{name}/queryables", summary="可过滤的字段", response_class=Response,
            responses={200: {"content": {"application/schema+json": _ANY}}})  # fmt: skip
def queryables(caller: Reading, name: Name) -> Response:
    """The fields a filter may name, as JSON Schema."""
    found = _collection(caller, name)
    path = f"{PREFIX}/collections/{name}/queryables"
    told: dict[str, Any] = {
        f.name: {"title": f.label, "type": _JSON_TYPES[f.kind]}
        | ({"enum": list(f.choices)} if f.choices else {})
        for f in found.fields(caller)
    }
    told[cql.GEOMETRY] = {
        "title": "图形",
        "format": "geometry-any",
        "x-ogc-role": "primary-geometry",
    }
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _link(caller, path, "self")["href"],
        "type": "object",
        "title": found.title,
        "properties": told,
        "queryables": [{"id": f.name} for f in found.fields(caller)],  # where GDAL looks
        "additionalProperties": False,
    }
    return JSONResponse(body, media_type="application/schema+json")


@router.get("/collections/{name}/items", summary="要素（GeoJSON）", response_class=Response,
            responses=_GEO | GONE)  # fmt: skip
def items(caller: Reading, name: Name, told: Annotated[PageAsked, Query()]) -> Response:
    """A page of features."""
    found = _collection(caller, name)
    chosen = _edition(caller, told.edition, told.datetime)
    kinds = found.kinds(caller)
    wanted = Asked(list(kinds), {}, after=told.after, limit=min(told.limit, LARGEST),
                   flipped=features.flips(told.crs))  # fmt: skip
    _narrow(wanted, kinds, caller)
    if told.bbox:
        _add(wanted, features.in_box(told.bbox, features.flips(told.bbox_crs)))
    if told.filter:
        flipped = features.flips(told.filter_crs)
        _add(wanted, cql.where(told.filter, told.filter_lang, kinds, flipped))
    return _page(caller, found, chosen, wanted, told.crs)


def _add(wanted: Asked, condition: tuple[Any, dict[str, object]]) -> None:
    wanted.conditions.append(condition[0])
    wanted.values |= condition[1]


def _narrow(wanted: Asked, kinds: Mapping[str, Kind], caller: Caller) -> None:
    """Equality by a field's own parameter; any other unknown parameter is an error."""
    for at, (name, value) in enumerate(caller.request.query_params.multi_items()):
        if name in _OWN:
            continue
        if name not in kinds:
            raise UsageError(
                t("没有参数 {n}", "no parameter {n}", n=name[:40]), hint=", ".join(kinds)
            )
        _add(wanted, cql.equal(name, kinds[name], value, f"q{at}"))


def _page(
    caller: Caller, found: Collection, chosen: Edition | None, wanted: Asked, crs: str
) -> Response:
    path = f"{PREFIX}/collections/{found.id}/items"
    rows: list[tuple[Any, ...]] = []
    beside: dict[str, Any] = {"numberMatched": 0}
    if chosen:
        wanted.values |= asked(caller, chosen)
        with caller.service.reading() as connection:
            rows = features.page(connection, found, wanted)
            if wanted.after:
                del beside["numberMatched"]
            else:
                beside["numberMatched"] = features.matched(connection, found, wanted)
    more, rows = len(rows) > wanted.limit, rows[: wanted.limit]
    told = dict(caller.request.query_params)
    links = [_link(caller, path, "self", GEOJSON, **told)]
    if more and chosen:
        told |= {"edition": str(chosen.number), "after": str(rows[-1][0])}
        links.append(_link(caller, path, "next", GEOJSON, **told))
    beside |= {"numberReturned": len(rows), "links": links}
    day = {"as_of": chosen.as_of, "edition": chosen.number} if chosen else {}
    body = features.as_collection(
        (features.as_feature(caller, wanted.names, row, day) for row in rows), beside
    )
    return Response(body, media_type=GEOJSON, headers={"content-crs": f"<{crs}>"})


@router.get("/collections/{name}/items/{key}", summary="一个要素", response_class=Response,
            responses=_GEO | GONE)  # fmt: skip
def item(
    caller: Reading,
    name: Name,
    key: Annotated[str, Path(max_length=64, description="要素编号")],
    crs: Crs = CRS84,
    edition: Number = None,
) -> Response:
    """One feature."""
    found = _collection(caller, name)
    chosen = _edition(caller, edition, "")
    number = features.key_of(found, key)
    rows: list[tuple[Any, ...]] = []
    if chosen and number is not None:
        names = list(found.kinds(caller))
        wanted = Asked(names, asked(caller, chosen) | {"key": number}, limit=1,
                       conditions=[cql.KEYED], flipped=features.flips(crs))  # fmt: skip
        with caller.service.reading() as connection:
            rows = features.page(connection, found, wanted)
    if not rows or chosen is None:
        raise NotFoundError(t("没有这个要素", "no such feature"))
    day = {"as_of": chosen.as_of, "edition": chosen.number}
    body = features.as_feature(caller, names, rows[0], day)
    return Response(body, media_type=GEOJSON, headers={"content-crs": f"<{crs}>"})


def _collection(caller: Caller, name: str) -> Collection:
    found = COLLECTIONS.get(name)
    if found is None or not found.fields(caller):
        raise NotFoundError(t("没有集合 {n}", "no collection {n}", n=name))
    return found


def _edition(caller: Caller, number: int | None, when: str) -> Edition | None:
    """The edition asked for; None when no edition lies in the time asked for."""
    if number is not None:
        return shown(caller.service, caller.reader, number)
    if not when:
        return newest(caller.service, caller.reader)
    first, last = _interval(when)
    channel = editions.PUBLIC if caller.reader.public else editions.INTERNAL
    with caller.service.reading() as connection:
        row = connection.execute(
            "SELECT e.number FROM pub.current AS c JOIN pub.editions AS e ON e.number = c.edition"
            " WHERE c.channel = %s AND e.as_of BETWEEN %s::date AND %s::date"
            " ORDER BY e.as_of DESC, e.number DESC LIMIT 1", (channel, first, last),
        ).fetchone()  # fmt: skip
    return shown(caller.service, caller.reader, int(row[0])) if row else None


def _interval(text: str) -> tuple[date, date]:
    """First and last day of an instant or interval of RFC 3339, ".." for an open end."""
    ends = text.split("/")
    try:
        days = [_day(e) for e in ends]
    except ValueError:
        days = []
    if len(days) == 1 and days[0]:
        return days[0], days[0]
    if len(days) != 2 or not any(days) or (days[0] and days[1] and days[0] > days[1]):
        raise UsageError(t("datetime 不对", "no such datetime"), hint="2024-12-31 | 2024-01-01/..")
    return days[0] or date.min, days[1] or date.max


def _day(text: str) -> date | None:
    if text in ("", ".."):
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text.upper()).date()


def _extent(caller: Caller, found: Collection, edition: Edition) -> list[float] | None:
    """Where a reader's features lie: kept, since it is a walk over all of them."""
    kept: Any = caller.service.memory.setdefault("extents", {})
    mark = (found.id, edition.number, edition.load, tuple(sorted(caller.reader.divisions)))
    known: list[float] | None = kept.get(mark)
    if known is not None:
        return known
    with caller.service.reading() as connection:
        box = features.extent(connection, found, asked(caller, edition))
    if len(kept) >= _EXTENTS:
        kept.clear()
    kept[mark] = box
    return box


def _described(caller: Caller, found: Collection, edition: Edition) -> dict[str, Any]:
    box = _extent(caller, found, edition)
    path = f"{PREFIX}/collections/{found.id}"
    when = f"{edition.as_of}T00:00:00Z"
    space = {"spatial": {"bbox": [box], "crs": CRS84}} if box else {}
    return {
        "id": found.id,
        "title": found.title,
        "itemType": "feature",
        "extent": space | {"temporal": {"interval": [[when, when]]}},
        "crs": list(CRS_LIST),
        "storageCrs": f"{EPSG}4490",
        "links": [
            _link(caller, path, "self"),
            _link(caller, f"{path}/items", "items", GEOJSON, found.title),
            _link(caller, f"{path}/queryables",
                  "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json"),
        ],
    }  # fmt: skip
