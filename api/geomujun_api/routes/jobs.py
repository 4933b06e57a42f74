"""Jobs: how far a load or publication is, and what became of it."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from geomujun.lang import t
from geomujun.storage import jobs
from geomujun_api import cursors
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Publishing
from geomujun_api.problems import NotFoundError

router: Final = APIRouter(prefix="/v1/jobs", tags=["任务"], responses=problems())
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="任务编号")]
_EXAMPLE: Final[Any] = {
    "number": 7, "kind": "publish", "state": "done", "subject": "张三",
    "about": {"year": 2024, "scheme": "zhejiang-2022"}, "stage": "store", "stage_rows": 5210,
    "result": {"edition": 3, "tiles": 84}, "error": "", "hint": "",
    "asked_at": "2025-03-01T08:00:00Z", "started_at": "2025-03-01T08:00:02Z",
    "ended_at": "2025-03-01T08:00:41Z",
}  # fmt: skip


class Job(Strict):
    """A load or publication: queued, running, done, or failed with what to do about it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    number: int = Field(description="任务编号")
    kind: Literal["load", "publish"]
    state: Literal["queued", "running", "done", "failed"]
    subject: str = Field(description="谁要的")
    about: dict[str, Any] = Field(description="要做什么：年度、方案；案卷名、辖区")
    stage: str = Field(description="做到哪一步：文件名，或 match、ledger、evaluate、check、store")
    stage_rows: int = Field(ge=0, description="这一步的行数")
    result: dict[str, Any] | None = Field(
        description="发布：edition、tiles；导入：load（null 为没有变化）、changes、unchanged"
    )
    error: str = Field(description="为什么没有做成")
    hint: str = Field(description="可以怎么办")
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class JobsAsked(cursors.Paged):
    """How many."""

    limit: Annotated[int, Query(ge=1, le=100)] = 20


class Jobs(Strict):
    """A page of jobs."""

    items: list[Job]
    next: cursors.Next


def told(row: dict[str, Any]) -> Job:
    """A row of the store as the service tells it."""
    return Job(number=row["id"], **{k: row[k] for k in Job.model_fields if k != "number"})


@router.get("", summary="导入与发布的任务，新的在前")
def listing(caller: Publishing, asked: Annotated[JobsAsked, Query()]) -> Jobs:
    """Jobs on the reader's divisions; publications are of all divisions."""
    before = cursors.begin(asked, int)
    with caller.service.reading() as connection:
        found = jobs.listing(connection, caller.reader.divisions, asked.limit + 1, before)
    rows, following = cursors.cut(found, asked, itemgetter("id"))
    return Jobs(items=[told(row) for row in rows], next=following)


@router.get("/{number}", summary="任务做到哪一步、成了没有", responses=problems(404))
def one(caller: Publishing, number: Number) -> Job:
    """A job as it stands; one whose process died is told as failed."""
    with caller.service.reading() as connection:
        row = jobs.get(connection, number)
    if row is None or not caller.reader.within(row["about"].get("scope", "")):
        raise NotFoundError(t("没有任务 {n}", "there is no job {n}", n=number))
    return told(row)
