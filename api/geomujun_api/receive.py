"""Bodies that are files: written to disk as they arrive, never held in memory whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from geomujun.errors import DataError, MachineError, UsageError
from geomujun.intake.shelf import file_name, unwritable
from geomujun.lang import t
from geomujun_api.problems import UnsupportedError

ZIP: Final = "application/zip"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM: Final = "multipart/form-data"
MOST_FILES: Final = 200
_CHUNK: Final = 1 << 20
_BINARY: Final[dict[str, str]] = {"type": "string", "format": "binary"}


def described(whole: str, most_files: int) -> dict[str, Any]:
    """For the OpenAPI: a body that is one file, or a form of files."""
    files = {"type": "array", "items": _BINARY, "minItems": 1, "maxItems": most_files}
    form = {"type": "object", "properties": {"files": files}, "required": ["files"],
            "additionalProperties": False}  # fmt: skip
    content = {whole: {"schema": _BINARY}, FORM: {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


async def receive(request: Request, folder: Path, whole: tuple[str, str], most_files: int) -> None:
    """Write the file, or the files of a form, of a request's body into a folder.

    Args:
        request: Its body was not read yet; the rights of its sender were.
        folder: An empty folder.
        whole: Media type of a body that is one file, and the name it is given.
        most_files: Of a form.

    Raises:
        UnsupportedError: another media type.
        DataError: a body that is one file is no archive.
        UsageError: no file, two of one name, a name that cannot be, or the sender broke off.
        MachineError: the disk has no room.
    """
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if media == whole[0]:
            await _write(folder / whole[1], request.stream())
            await run_in_threadpool(_check_archive, folder / whole[1])
        elif media == FORM:
            await _form(request, folder, most_files)
        else:
            raise UnsupportedError(
                t("不收 {m}", "{m} is not taken", m=media[:80] or "—"), hint=f"{whole[0]} | {FORM}"
            )
    except ClientDisconnect as e:
        raise UsageError(t("没有传完", "the body broke off")) from e
    except OSError as e:
        raise unwritable(folder.parent.parent, e) from e


async def _form(request: Request, folder: Path, most_files: int) -> None:
    async with request.form(max_files=most_files, max_fields=most_files) as form:
        files = [v for _, v in form.multi_items() if isinstance(v, UploadFile)]
        if not files or len(files) != len(form.multi_items()):
            raise UsageError(
                t("表单里应当只有文件", "the form should hold files, and nothing else")
            )
        for file in files:
            place = folder / file_name(file.filename or "")
            if place.exists():
                raise UsageError(t("两个文件同名：{n}", "two files of one name: {n}", n=place.name))
            await _write(place, _chunks(file))


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk


async def _write(place: Path, chunks: AsyncIterator[bytes]) -> None:
    """Write pieces, a megabyte at a time, by a thread: requests never wait for a disk."""
    with place.open("xb") as file:
        held = bytearray()
        async for chunk in chunks:
            held += chunk
            if len(held) >= _CHUNK:
                await run_in_threadpool(_put, file, bytes(held))
                held.clear()
        await run_in_threadpool(_put, file, bytes(held))


def _check_archive(path: Path) -> None:
    """Both bodies that are one file are archives: others cost no process to be refused."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise DataError(t("不是压缩包或工作簿", "neither an archive nor a workbook"))


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def check_room(folder_free: int, length: int) -> None:
    """Refuse a body that the disk has no room for, before it is read.

    Raises:
        MachineError: so.
    """
    if length > folder_free:
        raise MachineError(
            t("磁盘空间不足：上传 {m} MB", "no room on the disk for {m} MB", m=(length >> 20) + 1),
            hint=t("请管理员清理磁盘", "ask the administrator to make room"),
        )
