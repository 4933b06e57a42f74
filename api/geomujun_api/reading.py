"""How a list or a row of an edition is answered: edition, columns, page, form, ETag."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from types import NoneType
from typing import Any, Final

from fastapi import Response
from pydantic import Field as Option

from geomujun import __version__
from geomujun.domain.model import Field
from geomujun.lang import get_lang, t
from geomujun_api import cursors, formats
from geomujun_api.answers import Strict, problems
from geomujun_api.problems import NotFoundError
from geomujun_api.rows import (
    Asked,
    Sort,
    Source,
    Where,
    check_filters,
    chosen,
    page,
    plain,
    schema_of,
)
from geomujun_api.service import Caller
from geomujun_api.shown import Edition, resolve

_NAMES: Final = r"^[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*$"
NOT_CHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "没有变化"}}


class EditionAsked(Strict):
    """Which edition is meant."""

    edition: int | None = Option(
        None, ge=1, le=2**31 - 1, description="发布号；写明它的网址永不变化"
    )
    year: int | None = Option(None, ge=1990, le=2100, description="年度；默认最新")


class OneAsked(EditionAsked):
    """Which edition is meant, and which columns."""

    fields: str | None = Option(
        None, pattern=_NAMES, max_length=1000, description="只要这些字段，逗号分隔"
    )


class ListAsked(OneAsked):
    """A page of a list."""

    cursor: str | None = Option(None, pattern=cursors.PATTERN, description="上一页给出的 next")
    limit: int = Option(100, ge=1, le=20_000, description="每页行数")
    division: str | None = Option(
        None, pattern=r"^[0-9]{2,12}$", description="行政区划代码或前缀", examples=["330108"]
    )


# By which column a list is sorted, downwards with a minus; a model names those with an index.
SORT: Final[Any] = Option(None, description="按哪一列排序，前加减号为从大到小；缺值在最后")
_COMMON: Final = frozenset(ListAsked.model_fields)


def conditions(asked: ListAsked, **more: Any) -> Where:
    """Every filter of a query model that was set, equal to its column; the division as prefix."""
    named = asked.model_dump(exclude={*_COMMON, "sort"}, exclude_none=True)
    begins = {"division_code": asked.division} if asked.division else {}
    return Where(equal=named, begins=begins, **more)


def listed(
    caller: Caller, source: Source, asked: ListAsked, where: Where | None = None
) -> Response:
    """A page of a table, in the form asked for."""
    media = formats.negotiate(
        caller.request.headers.get("accept", ""),
        formats.LAYERS if source.shaped else formats.TABLES,
    )
    exported = media in formats.WRITERS
    visible = source.fields(caller, "export" if exported else "internal")
    where = where or conditions(asked)
    by = sort_of(asked)
    seen = replace(where, looks_at=(*where.looks_at, *([by.column] if by else [])))
    check_filters(seen, visible)  # an order tells of a hidden column as a condition does
    fields = chosen(visible, asked.fields)
    pinned, after = read_cursor(caller, asked, source)
    open_for = caller.service.streaming if exported else caller.service.reading
    with open_for() as connection:
        edition = resolve(caller, connection, asked.edition or pinned, asked.year)
        headers = headers_of(caller, asked, edition, media)
        if unchanged(caller, headers):
            return Response(status_code=304, headers=headers)
        shape = {formats.GEOJSON: "geojson", formats.PARQUET: "wkb"}.get(media, "")
        question = Asked(edition.number, fields, where, after, asked.limit,
                         shape if source.shaped else "", by)  # fmt: skip
        rows, last = page(connection, source, question, caller.reader)
    rows = [caller.told(row) for row in rows]
    following = (
        None
        if last is None
        else cursors.write([edition.number, *(last if by else [last]), _question(caller, asked)])
    )
    if following:
        headers["Link"] = _link(caller, following)
    body = _body(media, rows, fields, edition, following)
    if exported:
        name = f"{source.name}-{edition.number}.{formats.WRITERS[media][0]}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(body, media_type=media, headers=headers)


def sort_of(asked: ListAsked) -> Sort | None:
    """How a list is sorted, where it can be."""
    return Sort.of(getattr(asked, "sort", None))


def _body(
    media: str,
    rows: formats.Rows,
    fields: tuple[Field, ...],
    edition: Edition,
    following: str | None,
) -> bytes:
    if media in formats.WRITERS:
        return formats.WRITERS[media][1](rows, fields)
    if media == formats.GEOJSON:
        return formats.dumps(formats.features(rows, fields) | {"next": following})
    about = {"edition": edition.number, "year": edition.year}
    return formats.dumps({**about, "items": rows, "next": following})


def one(
    caller: Caller, source: Source, asked: OneAsked, key: dict[str, str], *, shaped: bool = False
) -> tuple[Edition, dict[str, Any]]:
    """One row of a table by its key.

    Raises:
        NotFoundError: there is none, or not for this reader.
    """
    fields = chosen(source.fields(caller), asked.fields)
    check_filters(Where(equal=key), source.fields(caller))
    with caller.service.reading() as connection:
        edition = resolve(caller, connection, asked.edition, asked.year)
        question = Asked(edition.number, fields, Where(equal=key), None, 1,
                         "geojson" if shaped else "")  # fmt: skip
        rows, _ = page(connection, source, question, caller.reader)
    if not rows:
        raise NotFoundError(t("没有 {k}", "there is no {k}", k=next(iter(key.values()))))
    return edition, rows[0]


def given(
    caller: Caller, asked: EditionAsked, edition: Edition, body: dict[str, Any], media: str = ""
) -> Response:
    """One thing of an edition, with its ETag, told as `Caller.told` says."""
    media = media or formats.JSON
    headers = headers_of(caller, asked, edition, media)
    if unchanged(caller, headers):
        return Response(status_code=304, headers=headers)
    return Response(formats.dumps(caller.told(body)), media_type=media, headers=headers)


def now(caller: Caller, body: dict[str, Any], media: str = "") -> Response:
    """What is no part of an edition, or changes after it was built: told, and kept by nobody."""
    return Response(
        formats.dumps(caller.told(body)), media_type=media or formats.JSON,
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


# -- ETags, addresses and cursors


def headers_of(
    caller: Caller, asked: EditionAsked, edition: Edition, media: str, *more: Any
) -> dict[str, str]:
    """An edition never changes: what was asked, by whom and of which edition is the content.

    ``more`` is what else an answer hangs on.
    """
    reader = caller.reader
    parts = [
        __version__, edition.number, caller.request.url.path, caller.request.url.query, media,
        reader.divisions, reader.public, sorted(caller.service.policy.public),
        sorted(caller.service.policy.statistical), get_lang(), *more,
    ]  # fmt: skip
    tag = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    keep = "public" if reader.public else "private"
    life = "max-age=31536000, immutable" if asked.edition and not reader.public else "no-cache"
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": f"{keep}, {life}",
        "Vary": "Accept, Accept-Language, Authorization",
        "Geomujun-Edition": str(edition.number),
    }
    if not asked.edition:
        url = caller.request.url.include_query_params(edition=edition.number)
        headers["Content-Location"] = f"{url.path}?{url.query}"
    return headers


def unchanged(caller: Caller, headers: dict[str, str]) -> bool:
    """Whether the caller has just this already."""
    known = caller.request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return known.strip() == "*" or headers["ETag"] in tags


def _question(caller: Caller, asked: ListAsked) -> str:
    """What a cursor belongs to: the path and all but the page."""
    rest = asked.model_dump_json(exclude={"cursor", "limit", "edition", "fields"})
    text = f"{caller.request.url.path} {rest}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_cursor(caller: Caller, asked: ListAsked, source: Source) -> tuple[int | None, Any]:
    """The edition a cursor is pinned to, and the place after which its page begins.

    Raises:
        UsageError: it was made for another question.
    """
    cursor = asked.cursor
    if not cursor:
        return None, None
    kind: type = int if source.order == "row_no" else str
    value = [(int, float, NoneType)] if sort_of(asked) else []
    edition, *last, told = cursors.read(cursor, [int, *value, kind, str])
    if told != _question(caller, asked) or edition < 1:
        raise cursors.foreign()
    return edition, last if value else last[0]


def _link(caller: Caller, following: str) -> str:
    url = caller.request.url.include_query_params(cursor=following)
    return f'<{url.path}?{url.query}>; rel="next"'


# -- what the OpenAPI says of them


def list_answers(source: Source, *codes: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a list of a table's rows."""
    row = schema_of(source.table)
    whole = {
        "type": "object",
        "required": ["edition", "year", "items", "next"],
        "additionalProperties": False,
        "properties": {
            "edition": {"type": "integer", "description": "发布号"},
            "year": {"type": "integer"},
            "items": {"type": "array", "items": row},
            "next": {"type": ["string", "null"], "description": "下一页的 cursor"},
        },
    }
    content: dict[str, Any] = {formats.JSON: {"schema": whole}}
    for media in (formats.PARQUET, formats.XLSX):
        content[media] = {"schema": {"type": "string", "format": "binary"}}
    content[formats.CSV] = {"schema": {"type": "string"}}
    if source.shaped:
        content[formats.GEOJSON] = {"schema": {"type": "object", "required": ["type", "features"]}}
    told: dict[int | str, dict[str, Any]] = {
        200: {"description": source.table.title, "content": content}
    }
    return {**told, **NOT_CHANGED, **problems(404, 406, *codes)}


def one_answers(title: str, schema: dict[str, Any], *codes: int) -> dict[int | str, dict[str, Any]]:
    """The answers of one thing."""
    told: dict[int | str, dict[str, Any]] = {
        200: {"description": title, "content": {formats.JSON: {"schema": schema}}}
    }
    return {**told, **NOT_CHANGED, **problems(404, *codes)}


__all__ = [
    "SORT", "Edition", "EditionAsked", "ListAsked", "OneAsked", "conditions", "given",
    "list_answers", "listed", "now", "one", "one_answers", "plain", "read_cursor", "resolve",
    "sort_of",
]  # fmt: skip
