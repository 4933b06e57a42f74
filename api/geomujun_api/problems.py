"""Errors as RFC 9457 problems, each with the number of its request.

geomujun.errors say their status; faults of the database become 503 without a word of its text;
what nobody foresaw becomes 500 and is logged with its trace, never shown.
"""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import Any, Final

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from geomujun.errors import GeomujunError, UsageError
from geomujun.lang import t
from geomujun.storage.target import full
from geomujun_api.headers import REQUEST_ID, SECURITY

MEDIA: Final = "application/problem+json"
_MOST: Final = 5_000  # errors told of one body
_LOG: Final = structlog.get_logger("geomujun.api")


class Wrong(BaseModel):
    """One fault of a request: where it stands, and what is wrong."""

    model_config = ConfigDict(extra="forbid")
    where: str = Field(description="哪一项，如 query.limit", examples=["query.limit"])
    what: str = Field(description="错在哪里")


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"type": "about:blank", "title": "Not Found", "status": 404,
                 "detail": "没有企业 91330000000000000X", "request_id": "0f3c"}
            ]
        },
    )  # fmt: skip
    type: str = Field("about:blank", description="问题的种类")
    title: str = Field(description="状态的名称")
    status: int = Field(ge=400, le=599, description="HTTP 状态")
    detail: str = Field(description="发生了什么")
    hint: str | None = Field(None, description="可以怎么办")
    request_id: str | None = Field(None, description="请求编号，查日志用")
    errors: list[Wrong] | None = Field(None, description="各项错误")


class NotFoundError(GeomujunError):
    """What a URL names is not there, or not for this reader to see: the same answer for both."""

    http_status = 404


class UnknownReaderError(GeomujunError):
    """No key, or none that is in force."""

    http_status = 401


class ForbiddenError(GeomujunError):
    """The reader's role or divisions do not allow it."""

    http_status = 403


class BusyError(GeomujunError):
    """As much of it as is allowed at once is under way; the client comes back."""

    http_status = 503


class NotAcceptableError(GeomujunError):
    """None of the formats asked for is made here."""

    http_status = 406


class UnsupportedError(GeomujunError):
    """A body in a form that is not taken here."""

    http_status = 415


def answer(
    status: int,
    detail: str,
    hint: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem as a response."""
    body: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status,
        "detail": detail,
    }  # fmt: skip
    if hint:
        body["hint"] = hint
    if number := correlation_id.get():
        body["request_id"] = number
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, headers=headers, media_type=MEDIA)


def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GeomujunError)  # noqa: S101 - registered for this class
    status = error.http_status
    if isinstance(error, BusyError):
        return answer(status, str(error), error.hint, headers={"Retry-After": "2"})
    if status >= 500:  # of the machine: paths and the server's words are for the log
        _LOG.error("problem", status=status, kind=type(error).__name__, detail=str(error))
        return _busy(_request, error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    errors = [{"where": where, "what": what} for where, what in error.errors[:_MOST]]
    return answer(status, str(error), error.hint, errors, headers)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """A request that is not as the description says; its values are not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    found = [
        {"where": ".".join(str(p) for p in e["loc"])[:200], "what": str(e["msg"])[:200]}
        for e in error.errors()[:20]
    ]
    return answer(422, t("请求不合接口说明", "the request is not as described"), errors=found)


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    headers = dict(error.headers) if error.headers else None
    return answer(error.status_code, str(error.detail), headers=headers)


def busy(error: Exception) -> JSONResponse:
    """What is answered when the database is away or full, or something took too long."""
    if isinstance(error, pg.DiskFull):
        told = full()
        return answer(503, str(told), told.hint, headers={"Retry-After": "60"})
    _LOG.warning("database", kind=type(error).__name__)
    return answer(
        503, t("数据库忙或不可用", "the database is busy or away"),
        t("稍后再试", "try again later"), headers={"Retry-After": "2"},
    )  # fmt: skip


def _busy(_request: Request, error: Exception) -> JSONResponse:
    return busy(error)


def _unforeseen(_request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw, answered outside all else: its headers are given here.

    The log has where it happened, not its message: that of a database may hold what a row holds.
    """
    _LOG.error(
        "unforeseen", kind=type(error).__name__, sqlstate=getattr(error, "sqlstate", None),
        trace=traceback.format_tb(error.__traceback__),
    )  # fmt: skip
    headers = SECURITY | ({REQUEST_ID: number} if (number := correlation_id.get()) else {})
    return answer(
        500,
        t("内部错误，请凭请求编号查日志", "internal error; the log knows more"),
        headers=headers,
    )


def _unstorable(_request: Request, error: Exception) -> JSONResponse:
    """A text or number that PostgreSQL cannot hold."""
    return _ours(_request, UsageError(t("含有不能存储的字符或数", "a value cannot be stored"),
                                      hint=type(error).__name__))  # fmt: skip


def install(app: FastAPI) -> None:
    """Let an application answer all its errors as problems."""
    app.add_exception_handler(GeomujunError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (PoolTimeout, PoolClosed, pg.OperationalError):
        app.add_exception_handler(kind, _busy)
    app.add_exception_handler(pg.DataError, _unstorable)
    app.add_exception_handler(Exception, _unforeseen)
