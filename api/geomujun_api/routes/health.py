"""Whether the process lives, whether it can work, and its figures."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from psycopg import Error
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, ConfigDict, Field

from geomujun import __version__
from geomujun.storage import migrate
from geomujun.storage.target import Conn
from geomujun_api import metrics
from geomujun_api.service import service_of

router: Final = APIRouter(tags=["运行"])


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(extra="forbid")
    status: str = Field("ok", pattern="^ok$")
    version: str = Field(examples=["0.1.0"])


class Ready(BaseModel):
    """Each check by name: ok, or what is wrong."""

    model_config = ConfigDict(extra="forbid")
    ready: bool
    checks: dict[str, str] = Field(examples=[{"postgis": "ok", "locale": "ok", "revision": "ok"}])


@router.get("/healthz", summary="进程是否活着")
async def alive() -> Alive:
    """Answers as long as the process does; asks nothing of the database."""
    return Alive(status="ok", version=__version__)


@router.get(
    "/readyz", summary="能否工作：PostGIS、字符集、库的版本", response_model=Ready,
    responses={503: {"description": "不能工作", "model": Ready}},
)  # fmt: skip
def ready(request: Request) -> JSONResponse:
    """Looks at PostGIS, its locale and the revision of the schema."""
    try:
        with service_of(request).pool.connection(timeout=2) as connection:
            checks = _checks(connection)
    except (Error, PoolTimeout) as e:
        checks = {"postgis": type(e).__name__}
    whole = all(found == "ok" for found in checks.values())
    return JSONResponse({"ready": whole, "checks": checks}, 200 if whole else 503)


def _checks(connection: Conn) -> dict[str, str]:
    row: Any = connection.execute(
        "SELECT PostGIS_Lib_Version(), current_setting('server_encoding'), datcollate"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    revision, head = migrate.revision(connection), migrate.head()
    return {
        "postgis": "ok" if row[0] else "missing",
        "locale": "ok" if row[1] == "UTF8" else f"{row[1]} {row[2]}",
        "revision": "ok" if revision == head else f"{revision or '-'} (head {head})",
    }


@router.get(
    "/metrics", summary="运行指标（Prometheus）", response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)  # fmt: skip
async def figures(request: Request) -> Response:
    """Counts and times by route template. Keep it inside the network."""
    return Response(service_of(request).metrics.text(), media_type=metrics.MEDIA)
