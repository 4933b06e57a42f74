"""The review queue of a township as a workbook, and the workbook filled in, as decisions."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ConfigDict, Field

from geomujun.errors import ConflictError, DataError, GeomujunError
from geomujun.pipeline import sheet
from geomujun_api import processes, reading, receive
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reviewing
from geomujun_api.routes.cases import shelf_of
from geomujun_api.service import Caller
from geomujun_api.words import ONE_LINE, EditionNumber

router: Final = APIRouter(prefix="/v1/review/sheets", tags=["复核"], responses=problems())
_FILE: Final = "sheet.xlsx"
_BODY: Final = receive.described(receive.XLSX, 1)
_BOOK: Final = {"content": {receive.XLSX: {"schema": {"type": "string", "format": "binary"}}},
                "description": "复核表工作簿"}  # fmt: skip


class SheetAsked(Strict):
    """Which queue."""

    edition: EditionNumber | None = None
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None
    town: Annotated[
        str,
        Query(pattern=ONE_LINE, max_length=60, description="镇街名称，空为全部",
              examples=["兰亭街道"]),
    ] = ""  # fmt: skip


class SheetTaken(Strict):
    """What became of the rows of a workbook."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"rows": 40, "blank": 28, "decided": 11, "proposed": 0, "same": 1}]
        },
    )
    rows: int = Field(ge=0, description="表中的行数")
    blank: int = Field(ge=0, description="没有填写的行")
    decided: int = Field(ge=0, description="成为决定的行")
    proposed: int = Field(ge=0, description="等第二人确认的行")
    same: int = Field(ge=0, description="早已如此决定的行")


@router.get("", summary="下载复核表：一个镇街的复核清单", response_class=Response,
            responses={200: _BOOK, **problems(404)})  # fmt: skip
def download(caller: Reviewing, asked: Annotated[SheetAsked, Query()]) -> Response:
    """The queue within the reader's divisions, yellow columns to be filled in."""
    with caller.service.streaming() as connection, tempfile.TemporaryDirectory() as folder:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        path = Path(folder) / _FILE
        sheet.write_queue(connection, edition.number, caller.reader, asked.town, path)
        body = path.read_bytes()
    headers = {
        "Content-Disposition": f'attachment; filename="review-{edition.number}.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=receive.XLSX, headers=headers)


@router.post("", status_code=201, summary="上传填好的复核表：全部成为决定，或一行也不取",
             responses=problems(409, 413, 415), openapi_extra=_BODY)  # fmt: skip
async def upload(caller: Reviewing, request: Request) -> SheetTaken:
    """Rows with faults, or that others decided meanwhile, are named; then nothing is taken."""
    shelf = shelf_of(caller.service)
    folder = await run_in_threadpool(shelf.aside)
    try:
        await receive.receive(request, folder, (receive.XLSX, _FILE), 1)
        return await run_in_threadpool(_taken, caller, folder)
    finally:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)


def _taken(caller: Caller, folder: Path) -> SheetTaken:
    path = next(folder.iterdir())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    filled = processes.read_sheet(caller.service, path)
    own = caller.service.settings
    who = sheet.Who(caller.reader.subject, caller.reader.divisions, own.two_persons)
    try:
        with caller.service.writing() as connection:
            done = sheet.take_on(connection, filled, digest, who)
    except (DataError, ConflictError) as e:
        _note_refusal(caller, digest, e)
        raise
    return SheetTaken(**{k: getattr(done, k) for k in SheetTaken.model_fields})


def _note_refusal(caller: Caller, digest: str, error: GeomujunError) -> None:
    with caller.service.writing() as connection:
        sheet.note(connection, caller.reader.subject, "sheet refused", digest, len(error.errors))
