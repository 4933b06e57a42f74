"""Cases sent by their keepers: looked at first, loaded on a second word."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import UTC, date, datetime
from functools import partial
from os import getuid
from pathlib import Path as FilePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ConfigDict, Field

from geomujun.errors import DataError, MachineError, UsageError
from geomujun.intake.shelf import Held, Shelf
from geomujun.lang import t
from geomujun.pipeline import incoming
from geomujun.pipeline.load import stopping
from geomujun.storage import audit, inputs, jobs
from geomujun_api import processes, receive
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Publishing
from geomujun_api.problems import ForbiddenError, NotFoundError
from geomujun_api.routes.jobs import Job, told
from geomujun_api.service import Caller, Service
from geomujun_api.words import ONE_LINE

router: Final = APIRouter(prefix="/v1/cases", tags=["导入"], responses=problems())
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$", description="上传时所得的编号")]
_SHOWN: Final = 1000  # errors told with a verdict; all of them by page
_ONE_AT_A_TIME: Final = "cases being read"


class CaseAsked(Strict):
    """For which division a case is, and what it is called."""

    scope: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{0,12}$", description="替换哪个行政区划的数据；空为全部",
              examples=["330603"]),
    ] = None  # fmt: skip
    name: Annotated[
        str, Query(pattern=ONE_LINE, min_length=1, max_length=60, description="案卷名称",
                   examples=["2024年度"])
    ] = "case"  # fmt: skip


class LoadAsked(Strict):
    """From which day the data hold, and whether rows that are not in the files stay."""

    valid_on: date | None = Field(None, description="数据自哪天起有效，缺省今天")
    partial: bool = Field(False, description="文件里没有的行仍有效")


class Unit(Strict):
    """A unit, and how it was decided."""

    unit: str
    how: str


class FileTold(Strict):
    """The verdict on one table of one file; ``rows_in`` = ``rows_kept`` + ``rows_rejected``."""

    file: str
    stem: str = Field(description="表名；空为没有用到的文件")
    sha256: str
    format: str
    encoding: str
    encoding_how: str
    crs: str
    crs_how: str
    columns: dict[str, str] = Field(description="文件的表头 → 字段")
    extra: list[str] = Field(description="未用的列")
    missing: list[str] = Field(description="缺少的字段")
    units: dict[str, Unit]
    rows_in: int = Field(ge=0)
    rows_kept: int = Field(ge=0)
    rows_rejected: int = Field(ge=0)
    values_dropped: int = Field(ge=0)
    reasons: dict[str, int]
    geometry: dict[str, int]
    notes: list[str]
    problems: list[str]
    hint: str
    usable: bool


class RowError(Strict):
    """What is wrong, where, and what to do; ``row`` is null for a whole file."""

    file: str
    row: int | None
    field: str
    value: str
    what: str
    hint: str


class Fault(Strict):
    """What keeps a case from being loaded."""

    file: str
    what: str
    hint: str


_EXAMPLE: Final[Any] = {
    "token": "q3Zr0yV8bM4uJxT1nWcE6hKpLsA9dFgO2iYvBtRmXeU", "until": "2025-03-01T09:00:00Z",
    "scope": "330603", "name": "2024年度", "loadable": False, "rows_in": 3, "rows_kept": 2,
    "rows_rejected": 1, "files": [], "faults": [{"file": "parcels", "what": "缺少必需的宗地文件",
    "hint": "放入 parcels 文件"}], "errors": [{"file": "indicators.csv", "row": 3, "field": "年度",
    "value": "二〇二四", "what": "不是年份", "hint": "改正后重新上传，否则这一行不导入"}],
    "errors_total": 1, "beyond": 0,
}  # fmt: skip


class CaseTold(Strict):
    """What reading a case gave. Nothing of it is stored yet."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    token: str = Field(description="案卷的编号，只有上传者能用")
    until: datetime = Field(description="到时自动删除")
    scope: str
    name: str
    loadable: bool = Field(description="可以导入；否则见 faults")
    rows_in: int = Field(ge=0)
    rows_kept: int = Field(ge=0)
    rows_rejected: int = Field(ge=0)
    files: list[FileTold]
    faults: list[Fault]
    errors: list[RowError] = Field(description="前 1000 条；其余见 …/errors")
    errors_total: int = Field(ge=0)
    beyond: int = Field(ge=0, description="不在辖区内的行数")


class ErrorsAsked(Strict):
    """A page of errors."""

    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="跳过几条")] = 0
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000


@router.post("", status_code=201, summary="上传案卷（zip，或表单里的多个文件），逐个文件得到结论",
             responses=problems(409, 413, 415),
             openapi_extra=receive.described(receive.ZIP, receive.MOST_FILES))  # fmt: skip
async def send(
    caller: Publishing, request: Request, asked: Annotated[CaseAsked, Query()]
) -> CaseTold:
    """Read a case and tell what was found; it waits under a token until it is loaded."""
    scope = _scope(caller, asked.scope)
    shelf = shelf_of(caller.service)
    token, held = await run_in_threadpool(shelf.put, caller.reader.subject, scope, asked.name)
    try:
        length = int(request.headers.get("content-length") or 0)
        receive.check_room(shutil.disk_usage(held.folder).free, length)
        await receive.receive(request, held.sent, (receive.ZIP, "case.zip"), receive.MOST_FILES)
        async with _turn(caller.service):
            await run_in_threadpool(processes.look, caller.service, held)
        return await run_in_threadpool(_noted, caller, token, shelf.ready(held))
    except BaseException:
        await run_in_threadpool(shelf.drop, held)
        raise


def _noted(caller: Caller, token: str, held: Held) -> CaseTold:
    answer = _told(caller, token, held)
    with caller.service.writing() as connection:
        audit.record(
            connection, caller.reader.subject, "upload", f"case/{held.folder.name[:12]}",
            {"scope": held.scope, "rows": answer.rows_in,
             "files": {f.file: f.sha256 for f in answer.files if f.stem}},
        )  # fmt: skip
    return answer


@router.get("/{token}", summary="已上传案卷的结论", responses=problems(404))
def one(caller: Publishing, token: Token) -> CaseTold:
    """The verdict again, as the store stands now."""
    return _told(caller, token, _held(caller, token))


@router.get("/{token}/errors", summary="案卷的各条错误", responses=problems(404))
def errors(
    caller: Publishing, token: Token, asked: Annotated[ErrorsAsked, Query()]
) -> list[RowError]:
    """A page of all that is wrong, file by file and row by row."""
    held = _held(caller, token)
    return [RowError(**e) for e in incoming.read_errors(held, asked.after, asked.limit)]


@router.delete("/{token}", status_code=204, summary="丢弃已上传的案卷", responses=problems(404))
def drop(caller: Publishing, token: Token) -> Response:
    """Delete a case that waits."""
    shelf_of(caller.service).drop(_held(caller, token))
    return Response(status_code=204)


@router.post("/{token}/load", status_code=202, summary="导入已上传的案卷：全部导入或不留痕迹",
             responses=problems(404, 409))  # fmt: skip
def load(caller: Publishing, token: Token, asked: LoadAsked) -> Job:
    """Load a case in a process of its own; ask the job what became of it."""
    held = _held(caller, token)
    answer = _told(caller, token, held)
    if not answer.loadable:
        first = answer.faults[0]
        raise DataError(
            t("不能导入：{f}：{w}", "cannot be loaded: {f}: {w}", f=first.file, w=first.what),
            hint=first.hint,
        )
    shelf, service = shelf_of(caller.service), caller.service
    about = {"case": held.name, "scope": held.scope, "partial": asked.partial}
    with service.writing() as connection:
        number = jobs.begin(connection, "load", caller.reader.subject, about)
        taken = shelf.take(held)
        row = jobs.get(connection, number) or {}
    order = {
        "what": "load", "held": processes.told(taken), "actor": caller.reader.subject,
        "partial": asked.partial,
        "valid_on": (asked.valid_on or datetime.now(UTC).astimezone().date()).isoformat(),
    }  # fmt: skip
    try:
        processes.start(service, number, order, after=partial(shelf.give_back, taken))
    except MachineError:
        shelf.give_back(taken)
        raise
    return told(row)


def shelf_of(service: Service) -> Shelf:
    """Where cases wait; the same for all processes of one machine."""
    named = service.settings.incoming
    place = FilePath(named) if named else FilePath(tempfile.gettempdir()) / f"geomujun-{getuid()}"
    return Shelf(place, service.settings.case_lasts_s)


def _turn(service: Service) -> asyncio.Semaphore:
    """One case at a time is read by this process."""
    found: Any = service.memory.setdefault(_ONE_AT_A_TIME, asyncio.Semaphore(1))
    turn: asyncio.Semaphore = found
    return turn


def _scope(caller: Caller, asked: str | None) -> str:
    """The division a case replaces: told, or the only one the sender has.

    Raises:
        UsageError: the sender has several, and none is told.
        ForbiddenError: it is not the sender's.
    """
    own = caller.reader.divisions
    if asked is None and len(own) != 1:
        raise UsageError(t("请用 scope 写明行政区划", "name the division with scope"),
                         hint="、".join(own)[:200])  # fmt: skip
    scope = own[0] if asked is None else asked
    if not caller.reader.within(scope):
        raise ForbiddenError(t("不在你的辖区内：{d}", "beyond your divisions: {d}", d=scope or "*"))
    return scope


def _held(caller: Caller, token: str) -> Held:
    held = shelf_of(caller.service).find(token, caller.reader.subject)
    if held is None or not caller.reader.within(held.scope):
        raise NotFoundError(
            t("没有这个案卷，或已过期", "there is no such case, or its time is over")
        )
    return held


def _told(caller: Caller, token: str, held: Held) -> CaseTold:
    try:
        found = held.read(incoming.VERDICT)
    except (OSError, ValueError) as e:  # swept, taken, or still being read
        raise NotFoundError(t("案卷已不在", "the case is gone")) from e
    with caller.service.reading() as connection:
        stored = inputs.counts(connection)
    faults = [
        Fault(file=f, what=w, hint=h)
        for f, w, h in stopping(
            [(x["file"], x["what"], x["hint"]) for x in found["faults"]], stored
        )
    ]
    if not found["readable"] and not faults:
        faults.append(Fault(file="", what=t("没有可读的表", "no table can be read"), hint=""))
    if found["beyond"]:
        faults.append(_foreign(found["beyond"], held.scope))
    rows = {k: found[k] for k in ("rows_in", "rows_kept", "rows_rejected", "beyond")}
    return CaseTold(
        token=token, until=datetime.fromtimestamp(held.until, UTC), scope=held.scope,
        name=held.name, loadable=not faults, files=[FileTold(**f) for f in found["files"]],
        faults=faults, errors_total=found["errors"],
        errors=[RowError(**e) for e in incoming.read_errors(held, 0, _SHOWN)], **rows,
    )  # fmt: skip


def _foreign(rows: int, scope: str) -> Fault:
    return Fault(
        file="", what=t("{n} 行的宗地不在辖区 {d} 内", "{n} rows lie beyond {d}", n=rows, d=scope),
        hint=t("只上传本辖区的行", "send rows of your division only"),
    )  # fmt: skip
