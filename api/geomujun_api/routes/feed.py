"""What the main evaluation reads: each firm's land, streamed, resumable, with a signed digest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun_api import feed, formats, reading
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Feeding
from geomujun_api.feed import Question, Seal
from geomujun_api.problems import ForbiddenError
from geomujun_api.rows import SOURCES
from geomujun_api.service import Caller, one_at_a_time
from geomujun_api.words import USCC, EditionNumber

router: Final = APIRouter(prefix="/v1/feed", tags=["用地面积"], responses=problems())
_FORMS: Final = (formats.NDJSON, formats.CSV, formats.PARQUET)


class FeedAsked(Strict):
    """Which rows."""

    year: Annotated[int | None, Query(ge=1990, le=2100, description="年度；默认最新")] = None
    since: Annotated[
        int, Query(ge=0, le=2**31 - 1, description="只要这一号发布之后的变化；0 为全部")
    ] = 0
    edition: EditionNumber | None = None
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
        "headers": {"Geomujun-Edition": {"schema": {"type": "string"}, "description": "发布号"}},
        "content": {
            formats.NDJSON: {"schema": {"type": "string"}},
            formats.CSV: {"schema": {"type": "string"}},
            formats.PARQUET: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    **problems(404, 406),
}  # fmt: skip


def _question(caller: Caller, asked: FeedAsked) -> Question:
    visible = SOURCES["ledger"].fields(caller, "feed")
    if not {"uscc", *feed.COMPONENTS} <= {f.name for f in visible}:
        raise ForbiddenError(t("地区的发布规则不许用于此", "the locality does not clear this use"))
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        if asked.since:
            reading.resolve(caller, connection, asked.since, edition.year)
    if asked.since > edition.number:
        raise UsageError(
            t("since 晚于所问的发布", "since is later than the edition asked for"),
            hint=str(edition.number),
        )
    return Question(edition.number, edition.year, asked.since, asked.after or "",
                    caller.reader.divisions)  # fmt: skip


def _seal(caller: Caller, question: Question) -> Seal:
    return Seal(question, caller.service.settings.feed_key.get_secret_value())


@router.get("/land-area", summary="用地面积：按年度，自某一号发布以来", response_class=Response,
            responses=_ANSWERS)  # fmt: skip
def land_area(caller: Feeding, asked: Annotated[FeedAsked, Query()]) -> Response:
    """Rows in order of ``uscc``. A reader cut off goes on with ``edition`` and ``after``."""
    media = formats.negotiate(caller.request.headers.get("accept", ""), _FORMS)
    question = _question(caller, asked)
    headers = {
        "Geomujun-Edition": str(question.edition), "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization",
    }  # fmt: skip
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
    question = _question(caller, asked)
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
