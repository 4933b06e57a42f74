"""W3C Reconciliation Service API 0.2 (OpenRefine): manifest, queries, suggest, preview.

The tool is given an address with a short-lived token, made with a key by
``POST /v1/reconcile/tokens``; it reads what the key's owner may read. Only enterprises are
reconciled: a natural person's name or number finds nobody, hidden or not.
"""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.matching.lookup import Found
from geomujun.matching.whereabouts import Record
from geomujun.storage import audit
from geomujun_api import rows, tokens, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.indices import register_of
from geomujun_api.problems import NotFoundError
from geomujun_api.routes.match import NAN
from geomujun_api.service import Caller, service_of
from geomujun_api.shown import Edition, newest

MOST: Final = 100  # queries of a batch
TYPE: Final = {"id": "enterprise", "name": "企业"}
PROPERTIES: Final = {
    "uscc": "统一社会信用代码", "parcel_code": "宗地代码", "address": "地址",
    "longitude": "经度", "latitude": "纬度", "datum": "坐标系",
}  # fmt: skip
SPACE: Final = "urn:geomujun:enterprise"
# The page of a preview is shown inside the tool's own window; nothing of ours acts in it.
_FRAMED: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "no-store",
}
_OPEN: Final = {"access-control-allow-origin": "*", "cache-control": "no-store"}
maker: Final = APIRouter(prefix="/v1/reconcile", tags=["OpenRefine"], responses=problems())
router: Final = APIRouter(prefix="/reconcile", tags=["OpenRefine"], responses=problems(404))


class TokenAsked(Strict):
    """How long the address may be used."""

    seconds: int = Field(3600, ge=60, le=tokens.LONGEST_S)


class TokenMade(Strict):
    """An address for OpenRefine, and until when it works."""

    url: str
    expires_at: datetime


@maker.post("/tokens", status_code=201, summary="OpenRefine 用的限时地址")
def token(caller: Reading, asked: TokenAsked) -> TokenMade:
    """An address with a token that may read what the caller may read."""
    within.keyed(caller)
    made, until = tokens.make(caller.service, caller.reader, asked.seconds)
    with caller.service.writing() as connection:
        audit.record(connection, caller.reader.subject, "reconcile", f"key/{caller.reader.key}",
                     {"until": until})  # fmt: skip
    base = str(caller.request.base_url).rstrip("/")
    return TokenMade(url=f"{base}/reconcile/{made}", expires_at=datetime.fromtimestamp(until, UTC))


def _by_token(
    request: Request, token: Annotated[str, Path(max_length=80, description="限时令牌")]
) -> Caller:
    service = service_of(request)
    reader = tokens.reader_of(service, token)
    request.state.reader = reader
    return Caller(reader, service, request)


Holding = Annotated[Caller, Depends(_by_token)]
Prefix = Annotated[str, Query(max_length=100, description="已输入的字")]
Queries = Annotated[str, Query(max_length=20_000, description="JSON：编号 → 查询")]


class Value(BaseModel):
    """A value that was reconciled itself."""

    model_config = ConfigDict(extra="ignore")
    id: str = Field(max_length=300)


Scalar = bool | float | Annotated[str, Field(max_length=300)] | Value


class Told(BaseModel):
    """A property and its value or values."""

    model_config = ConfigDict(extra="forbid")
    pid: str = Field(max_length=60)
    v: Scalar | list[Scalar]

    @property
    def text(self) -> str:
        """The first value as text."""
        first = (self.v or [""])[0] if isinstance(self.v, list) else self.v
        return first.id if isinstance(first, Value) else str(first).strip()


class Asked(BaseModel):
    """One query of a batch."""

    model_config = ConfigDict(extra="forbid")
    query: str = Field("", max_length=300)
    type: str | list[str] | None = None
    limit: float = Field(5, ge=1, le=1000)
    properties: list[Told] = Field(default=[], max_length=20)
    type_strict: str | None = Field(None, pattern="^(any|should|all)$")

    def record(self) -> Record:
        """What the query says of somebody."""
        told = {p.pid: p.text for p in self.properties}
        return Record(
            name=self.query.strip(), code=told.get("uscc", ""),
            parcel_code=told.get("parcel_code", ""), address=told.get("address", ""),
            longitude=_number(told.get("longitude"), 180), datum=told.get("datum", ""),
            latitude=_number(told.get("latitude"), 90),
        )  # fmt: skip

    @property
    def ours(self) -> bool:
        """Whether enterprises are asked for."""
        kinds = [self.type] if isinstance(self.type, str) else self.type
        return not kinds or TYPE["id"] in kinds


_BATCH: Final = TypeAdapter(dict[str, Asked])


def _number(text: str | None, most: float) -> float:
    try:
        found = float(text) if text else NAN
    except ValueError:
        return NAN
    return found if abs(found) <= most else NAN


@router.get("/{token}", summary="服务说明，或一批查询", response_model=None)
def manifest_or_results(caller: Holding, queries: Queries = "") -> Response:
    """The manifest; with ``queries`` their results."""
    body = _results(caller, queries) if queries else _manifest(caller)
    return JSONResponse(body, headers=_OPEN)


@router.post("/{token}", summary="一批查询", response_model=None)
def results(
    caller: Holding, queries: Annotated[str, Form(max_length=500_000, description="JSON")]
) -> Response:
    """Candidates of every query of a batch."""
    return JSONResponse(_results(caller, queries), headers=_OPEN)


def _manifest(caller: Caller) -> dict[str, Any]:
    base = str(caller.request.url.replace(query="")).rstrip("/")
    return {
        "versions": ["0.2"],
        "name": "geomujun 企业",
        "identifierSpace": SPACE,
        "schemaSpace": "urn:geomujun:schema",
        "defaultTypes": [TYPE],
        "view": {"url": f"{base}/preview?id={{{{id}}}}"},
        "preview": {"url": f"{base}/preview?id={{{{id}}}}", "width": 420, "height": 260},
        "suggest": {
            kind: {"service_url": base, "service_path": f"/suggest/{kind}"}
            for kind in ("entity", "type", "property")
        },
    }


def _results(caller: Caller, text: str) -> dict[str, Any]:
    try:
        batch = _BATCH.validate_python(json.loads(text))
    except (ValueError, RecursionError) as e:
        first = e.errors(include_input=False)[0] if isinstance(e, ValidationError) else None
        where = ".".join(str(p) for p in first["loc"][1:]) if first else "JSON"
        raise UsageError(t("查询读不懂", "the queries cannot be read"), hint=where[:80]) from None
    if len(batch) > MOST:
        raise UsageError(t("一批至多 {n} 条", "at most {n} queries at once", n=MOST))
    if not all(q.query.strip() or q.properties for q in batch.values()):
        raise UsageError(t("有空的查询", "a query is empty"))
    register = register_of(caller.service, newest(caller.service, caller.reader))
    return {
        key: {"result": [
            _candidate(f)
            for f in register.match(q.record(), caller.reader, min(int(q.limit), 25))
        ] if q.ours else []}
        for key, q in batch.items()
    }  # fmt: skip


def _candidate(found: Found) -> dict[str, Any]:
    return {
        "id": found.uscc,
        "name": found.name,
        "score": round(100 * found.probability, 3),
        "match": found.band == "auto",
        "type": [TYPE],
        "features": [{"id": e.name, "value": round(e.bits, 3)} for e in found.evidence],
    }


@router.get("/{token}/suggest/entity", summary="按名称或代码提示企业", response_model=None)
def suggest_entity(
    caller: Holding, prefix: Prefix, cursor: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> Response:
    """Enterprises whose name holds what is typed, or whose code begins with it."""
    if not prefix.strip():
        return JSONResponse({"result": []}, headers=_OPEN)
    edition = newest(caller.service, caller.reader)
    with caller.service.reading() as connection:
        firms = connection.execute(
            "SELECT uscc, name, address FROM pub.firms WHERE edition = %(e)s"
            " AND division_code ^@ ANY (%(d)s)"
            " AND (strpos(name, %(p)s) > 0 OR uscc ^@ upper(%(p)s))"
            " ORDER BY NOT name ^@ %(p)s, name, uscc LIMIT 20 OFFSET %(o)s",
            {"e": edition.number, "d": list(caller.reader.divisions), "p": prefix.strip(),
             "o": cursor},
        ).fetchall()  # fmt: skip
    found = [
        {"id": uscc, "name": name, "description": address, "notable": [TYPE]}
        for uscc, name, address in firms
    ]
    return JSONResponse({"result": found}, headers=_OPEN)


@router.get("/{token}/suggest/type", summary="提示类型", response_model=None)
def suggest_type(_caller: Holding, prefix: Prefix = "") -> Response:
    """The one type there is."""
    wanted = prefix.strip() in TYPE["name"] or TYPE["id"].startswith(prefix.strip().lower())
    return JSONResponse({"result": [TYPE] if wanted else []}, headers=_OPEN)


@router.get("/{token}/suggest/property", summary="提示属性", response_model=None)
def suggest_property(_caller: Holding, prefix: Prefix = "") -> Response:
    """The properties a query may tell."""
    typed = prefix.strip().lower()
    found = [
        {"id": key, "name": name}
        for key, name in PROPERTIES.items()
        if typed in name or key.startswith(typed)
    ]
    return JSONResponse({"result": found}, headers=_OPEN)


@router.get("/{token}/preview", summary="企业简介（小窗）", response_class=HTMLResponse)
def preview(caller: Holding, id: Annotated[str, Query(max_length=60)]) -> HTMLResponse:
    """An enterprise on a few lines."""
    edition = newest(caller.service, caller.reader)
    row = _firm(caller, edition, id)
    if row is None:
        raise NotFoundError(t("没有这家企业", "no such enterprise"))
    lines = "".join(
        f"<tr><th>{html.escape(label)}</th><td>{html.escape(str(row[name]))}</td></tr>"
        for name, label in _SHOWN.items()
        if row.get(name) not in (None, "")
    )
    page = (
        '<!doctype html><html lang="zh"><meta charset="utf-8"><title>企业</title><style>body{font:'
        "14px sans-serif;margin:8px}th{text-align:left;padding-right:12px;font-weight:normal;"
        f'color:#555}}</style><h1 style="font-size:16px">{html.escape(row["name"])}</h1>'
        f"<table>{lines}</table></html>"
    )
    return HTMLResponse(page, headers=_FRAMED)


_SHOWN: Final = {
    "uscc": "统一社会信用代码", "former_names": "曾用名", "status": "登记状态", "address": "地址",
    "industry": "行业代码", "grade": "等级", "occupied_mu": "实际占用（亩）",
}  # fmt: skip


def _firm(caller: Caller, edition: Edition, uscc: str) -> dict[str, Any] | None:
    source = rows.SOURCES["firms"]
    fields = source.fields(caller)
    asked = rows.Asked(edition.number, fields, rows.Where(equal={"uscc": uscc}), None, 1)
    with caller.service.reading() as connection:
        found, _ = rows.page(connection, source, asked, caller.reader)
    return found[0] if found else None
