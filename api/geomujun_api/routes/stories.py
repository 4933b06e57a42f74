"""Stories of the cross-check, the gravest first, each with its findings as they stand now."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from geomujun.policy.beyond import land_pattern
from geomujun.storage import stories as stored
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.reading import EditionAsked
from geomujun_api.rows import SOURCES
from geomujun_api.words import Search

router: Final = APIRouter(prefix="/v1/stories", tags=["疑点"], responses=problems())
Severity = Literal["high", "medium", "low"]


class StoriesAsked(EditionAsked):
    """Which stories: those with a finding that fits."""

    rule: Annotated[str | None, Query(pattern=r"^[A-Z_0-9]{1,40}$")] = None
    severity: Severity | None = None
    state: Literal["open", "closed"] | None = None
    place: Annotated[
        str | None, Query(pattern=r"^[0-9A-Za-z]{2,40}$", description="宗地代码的前几位")
    ] = None
    q: Search | None = None
    story: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_-]{1,64}$")] = None
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1_000_000)


class FindingNow(Strict):
    """A finding and its state now. ``rows``: the rows of the sources it was found in."""

    finding_id: str
    rule: str
    severity: Severity
    subject_kind: str
    subject_id: str
    other_id: str
    measured: float | None
    threshold: float | None
    unit: str
    message: str
    rows: list[dict[str, Any]] | None
    state: str
    reason: str
    closed_by: str
    closed_at: str


class Story(Strict):
    """One matter. ``open``: findings not closed."""

    story_id: str
    headline: str
    severity: Severity
    open: int
    findings: list[FindingNow]


class Stories(Strict):
    """A page of stories; ``total``: of all pages."""

    edition: int
    total: int
    stories: list[Story]


@router.get("", summary="疑点事项：按轻重，含现时状态", response_class=Response,
            responses={200: {"model": Stories}, **problems(404)})  # fmt: skip
def stories(caller: Reading, asked: Annotated[StoriesAsked, Query()]) -> Response:
    """Stories of an edition; what people closed since is told with them, so nothing is kept."""
    within.keyed(caller)
    shown = SOURCES["cross_check"].names(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        total, rows = stored.page(
            connection,
            stored.StoriesAsked(
                edition=edition.number, divisions=caller.reader.divisions,
                beyond=land_pattern(caller.reader), rule=asked.rule,
                severity=asked.severity, state=asked.state, place=asked.place, part=asked.q,
                story=asked.story, limit=asked.limit, offset=asked.offset,
            ),
        )  # fmt: skip
    for row in rows:
        row["severity"] = ("high", "medium", "low")[row.pop("weight") - 1]
        for finding in row["findings"]:
            for name in ("measured", "threshold"):
                if name not in shown:  # figures of statistical origin that are not cleared
                    finding[name] = None
    body = {"edition": edition.number, "total": total, "stories": rows}
    return reading.now(caller, body)
