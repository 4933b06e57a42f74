"""Editions: what there is, who brought each where, the next state, and what differs between two."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from geomujun.pipeline import compare, publish
from geomujun.policy import schemes
from geomujun.storage import editions, jobs, records
from geomujun_api import processes, reading, shown, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Publishing, Reading
from geomujun_api.routes.jobs import Job, told
from geomujun_api.service import Caller, one_at_a_time
from geomujun_api.words import NumberPath, Reason

router: Final = APIRouter(prefix="/v1/editions", tags=["发布"], responses=problems())
State = Literal["draft", "objection", "approved", "published", "withdrawn"]
_KEPT: Final = 8  # comparisons remembered: editions never change
_ONE_AT_A_TIME: Final = threading.Lock()


class Step(Strict):
    """Who brought an edition to a state, and when."""

    state: State
    actor: str
    note: str
    at: datetime


class EditionRow(Strict):
    """An edition. Who did what is told to readers with a key only."""

    number: int
    year: int
    as_of: date
    state: State
    title: str
    scheme_id: str
    version: str
    built_at: datetime
    channels: list[Literal["internal", "public"]]
    bounds: list[float] | None = Field(
        None, description="西、南、东、北（度，CGCS2000）；没有图形时为空"
    )
    built_by: str | None = None
    states: list[Step] | None = None


class Whole(EditionRow):
    """An edition with what it was made of: hashes of its tables, counts, extent of its map."""

    scheme_title: str
    indicators: list[list[str]] = Field(description="[[id, 名称, 单位], …]")
    hashes: dict[str, Any] | None = Field(None, description="各表 CSV 的 SHA-256")
    map: dict[str, Any]
    run: dict[str, Any] | None = None


class Next(Strict):
    """The state an edition is brought to."""

    state: Literal["objection", "approved", "published", "withdrawn"]
    note: Reason = ""


class EditionAsked(Strict):
    """What is to be published. Schemes are those installed: none comes with a request."""

    year: int = Field(ge=1990, le=2100, description="年度", examples=[2024])
    scheme: str = Field(
        "zhejiang-2022", pattern=r"^[a-z0-9-]{1,60}(\+[a-z0-9-]{1,60}){0,5}$",
        description="评价方案的 id，可加变体", examples=["zhejiang-2022"],
    )  # fmt: skip
    as_of: date | None = Field(None, description="对应关系的日期，缺省为当年12月31日")
    merge_groups: bool = Field(False, description="母子公司合并评价")


class DiffAsked(Strict):
    """How much of a comparison."""

    limit: Annotated[int, Query(ge=1, le=20_000, description="每张表最多几行")] = 1000


class Diff(Strict):
    """What differs, every row with its cause; ``total`` counts all rows of each table."""

    before: int
    after: int
    total: dict[str, int]
    links: list[dict[str, Any]]
    areas: list[dict[str, Any]]
    grades: list[dict[str, Any]]


def _for(caller: Caller, row: dict[str, Any]) -> dict[str, Any]:
    """What this reader is told of an edition."""
    if not caller.reader.public:
        return row
    hidden = {name: None for name in ("built_by", "states", "hashes", "run") if name in row}
    return row | hidden | {"channels": [c for c in row["channels"] if c == editions.PUBLIC]}


@router.get("", summary="全部发布，新的在前")
def listing(caller: Reading) -> list[EditionRow]:
    """All editions; the public sees published ones, where the locality publishes anything."""
    within.published(caller)
    with caller.service.reading() as connection:
        rows = editions.listing(connection)
    seen = [r for r in rows if not caller.reader.public or r["state"] == editions.PUBLISHED]
    return [EditionRow(**_for(caller, r)) for r in seen]


@router.get("/{number}", summary="一个发布", responses=problems(404))
def one(caller: Reading, number: NumberPath) -> Whole:
    """An edition, with the hash of every table."""
    within.published(caller)
    with caller.service.reading() as connection:
        reading.resolve(caller, connection, number)
        row = next(r for r in editions.listing(connection) if r["number"] == number)
        more = records.first(
            connection,
            "SELECT scheme_title, indicators, hashes, map, run FROM pub.editions WHERE number = %s",
            (number,),
        )
    return Whole(**_for(caller, row | (more or {})))


@router.post("", status_code=202, summary="计算并生成一个新的发布（草稿）：任务",
             responses=problems(409))  # fmt: skip
def build(caller: Publishing, asked: EditionAsked) -> Job:
    """Run the engine in a process of its own; ask the job what became of it."""
    within.whole(caller)
    scheme, *variants = asked.scheme.split(schemes.PLUS)
    schemes.load(
        schemes.text_of(scheme), asked.year, scheme, variants
    )  # refused at once, if at all
    about = asked.model_dump(mode="json")
    with caller.service.writing() as connection:
        number = jobs.begin(connection, "publish", caller.reader.subject, about)
        row = jobs.get(connection, number) or {}
    order = about | {
        "what": "publish", "actor": caller.reader.subject,
        "locality": caller.service.settings.locality,
    }  # fmt: skip
    processes.start(caller.service, number, order)
    return told(row)


@router.post("/{number}/states", summary="转到下一状态", responses=problems(404, 409))
def advance(caller: Publishing, number: NumberPath, said: Next) -> EditionRow:
    """Draft → objection → approved → published; any of them can be withdrawn."""
    within.whole(caller)
    with caller.service.writing() as connection:
        reading.resolve(caller, connection, number)
        publish.advance_on(connection, number, said.state, caller.reader.subject, said.note)
        row = next(r for r in editions.listing(connection) if r["number"] == number)
    shown.forget(caller.service, number)
    return EditionRow(**row)


@router.get("/{before}/diff/{after}", summary="两个发布的差别及原因", response_class=Response,
            responses={200: {"model": Diff}, **problems(404)})  # fmt: skip
def diff(
    caller: Reading, before: NumberPath, after: NumberPath, asked: Annotated[DiffAsked, Query()]
) -> Response:
    """Links, areas and grades that differ, for readers of all divisions."""
    within.keyed(caller)
    within.whole(caller)
    with caller.service.reading() as connection:
        for number in (before, after):
            reading.resolve(caller, connection, number)
    tables = _compared(caller, before, after)
    body = {
        "before": before, "after": after,
        "total": {name: len(rows) for name, rows in tables.items()},
        **{name: rows[: asked.limit] for name, rows in tables.items()},
    }  # fmt: skip
    return reading.now(caller, body)


def _compared(caller: Caller, before: int, after: int) -> dict[str, list[dict[str, Any]]]:
    """A comparison, kept, since neither edition can change; one is made at a time."""
    kept: Any = caller.service.memory.setdefault("diffs", {})
    own = caller.service.settings
    with one_at_a_time(_ONE_AT_A_TIME, own.pool_wait_s):
        if (before, after) not in kept:
            found = compare.compare(own.target, before, after, own.export_ms)
            kept[before, after] = {n: compare.records(f) for n, f in found.tables().items()}
            while len(kept) > _KEPT:
                kept.pop(next(iter(kept)))
        tables: dict[str, list[dict[str, Any]]] = kept[before, after]
    return tables
