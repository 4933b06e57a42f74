"""What the main evaluation reads: each firm's land, streamed, resumable, with a signed digest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from geomujun.lang import t
from geomujun_api import feed, formats, reading
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Feeding
from geomujun_api.feed import Question, Seal
from geomujun_api.problems import ForbiddenError
from geomujun_api.rows import SOURCES
from geomujun_api.service import Caller, one_at_a_time
from geomujun_api.shown import Edition
from geomujun_api.words import USCC

router: Final = APIRouter(prefix="/v1/feed", tags=["用地面积"], responses=problems())
_FORMS: Final = (formats.NDJSON, formats.CSV, formats.PARQUET)


class FeedAsked(reading.EditionAsked):
    """Which rows."""

    since: Annotated[
        int, Query(ge=0, le=2**31 - 1, description="只要与这一号发布不同的；0 为全部")
    ] = 0
    after: Annotated[str | None, Query(pattern=USCC, description="从这个信用代码之后续传")] = None


class Sealed(Strict):
    """Digest of what a feed holds; see the schema of its last line."""

    edition: int
    year: int
    since: int
    after: str
    rows: int
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    signature: str | None


_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "每家企业一行",
        "headers": {
            "Geomujun-Edition": {"schema": {"type": "string"}, "description": "发布号"},
            "ETag": {"schema": {"type": "string"}, "description": "再问时放入 If-None-Match"},
        },
        "content": {
            formats.NDJSON: {"schema": {"type": "string"}},
            formats.CSV: {"schema": {"type": "string"}},
            formats.PARQUET: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    **reading.NOT_CHANGED,
    **problems(404, 406),
}  # fmt: skip


def _question(caller: Caller, asked: FeedAsked) -> tuple[Edition, Question]:
    visible = SOURCES["ledger"].fields(caller, "feed")
    if not {"uscc", *feed.COMPONENTS} <= {f.name for f in visible}:
        raise ForbiddenError(t("地区的发布规则不许用于此", "the locality does not clear this use"))
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        if asked.since:
            reading.resolve(caller, connection, asked.since, edition.year)
        told = feed.editions_told(connection, edition.number, edition.year)
    return edition, Question(edition.number, edition.year, asked.since, asked.after or "",
                             caller.reader.divisions, told)  # fmt: skip


def _seal(caller: Caller, question: Question) -> Seal:
    return Seal(question, caller.service.settings.feed_key.get_secret_value())


@router.get("/land-area", summary="用地面积：按年度，自某一号发布以来", response_class=Response,
            responses=_ANSWERS)  # fmt: skip
def land_area(caller: Feeding, asked: Annotated[FeedAsked, Query()]) -> Response:
    """Rows in order of ``uscc``. A reader cut off goes on with ``edition`` and ``after``.

    One who has all of this already is told so by the ETag, and sent nothing.
    """
    media = formats.negotiate(caller.request.headers.get("accept", ""), _FORMS)
    edition, question = _question(caller, asked)
    signed = _seal(caller, question).told()["signature"]  # of no rows: tells one key from another
    headers = reading.headers_of(caller, asked, edition, media, question.told, signed)
    headers["Cache-Control"] = "private, no-cache"  # `version` may change of an edition named, too
    if reading.unchanged(caller, headers):
        return Response(status_code=304, headers=headers)
    body = _stream(caller, question, media)
    first = next(body)  # a fault of the question is told before anything is sent
    return StreamingResponse(chain([first], body), media_type=media, headers=headers)


def _stream(caller: Caller, question: Question, media: str) -> Iterator[bytes]:
    own = caller.service
    with one_at_a_time(own.feeds, own.settings.pool_wait_s), own.streaming() as connection:
        chunks = feed.rows(connection, question)
        if media == formats.CSV:
            yield from feed.as_csv(chunks)
        elif media == formats.PARQUET:
            yield from feed.as_parquet(chunks)
        else:
            yield from feed.as_ndjson(chunks, _seal(caller, question))


@router.get("/land-area/digest", summary="用地面积的摘要和签名", responses=problems(404))
def digest(caller: Feeding, asked: Annotated[FeedAsked, Query()]) -> Sealed:
    """Rows, SHA-256 and signature of the feed asked for, to check a copy of it."""
    _, question = _question(caller, asked)
    seal = _seal(caller, question)
    own = caller.service
    with one_at_a_time(own.feeds, own.settings.pool_wait_s), own.streaming() as connection:
        for chunk in feed.rows(connection, question):
            seal.add(chunk)
    return Sealed(**seal.told())


@router.get("/land-area/schema", summary="用地面积一行的 JSON Schema")
async def schema(caller: Feeding) -> dict[str, Any]:  # noqa: ARG001 - a key is needed
    """JSON Schema of the lines of the NDJSON form."""
    return feed.JSON_SCHEMA
