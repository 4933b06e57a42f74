"""The application: settings in, FastAPI out. Routers are a list, so that one more is one line."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool

from geomujun import __version__
from geomujun_api import database, logs, middleware, problems, quick
from geomujun_api.described import describe
from geomujun_api.finding_rows import warm
from geomujun_api.headers import REQUEST_ID
from geomujun_api.routes import (
    audit,
    basemap,
    cards,
    cases,
    cells,
    dashboard,
    docs,
    editions,
    enterprises,
    feed,
    field_checks,
    findings,
    freshness,
    grants,
    health,
    jobs,
    keys,
    leaders,
    mapped,
    match,
    objections,
    ogc,
    parcels,
    plan,
    reconcile,
    results,
    review,
    review_items,
    scenarios,
    sheets,
    sign_in,
    simulations,
    stories,
    summary,
    tiles,
    web,
)
from geomujun_api.service import Service
from geomujun_api.settings import ServiceSettings

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    docs.router,
    enterprises.router,
    parcels.router,
    results.router,
    findings.router,
    field_checks.router,
    review.router,
    sheets.router,
    review_items.router,
    objections.router,
    cases.router,
    editions.router,
    jobs.router,
    feed.router,
    summary.router,
    dashboard.router,
    freshness.router,
    leaders.router,
    stories.router,
    simulations.router,
    scenarios.router,
    plan.router,
    cards.router,
    mapped.router,
    cells.router,
    basemap.router,
    audit.router,
    keys.router,
    sign_in.router,
    grants.router,
    tiles.router,
    ogc.router,
    match.router,
    reconcile.maker,
    reconcile.router,
    web.router,
)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """The pool is opened before the first request and closed after the last."""
    service: Service = app.state.service
    await run_in_threadpool(database.check_target, service.settings)
    await run_in_threadpool(service.pool.open)
    await run_in_threadpool(warm, service)
    await run_in_threadpool(mapped.warm, service)
    await run_in_threadpool(web.warm)
    _warm_routes(app)
    service.lines.open()
    gc.collect()
    gc.freeze()  # what stays for ever is not looked through again: that took a tenth of a second
    try:
        yield
    finally:
        service.lines.close()
        await run_in_threadpool(service.pool.close)


def _warm_routes(app: FastAPI) -> None:
    """Look at every route: FastAPI reads what a route takes when it is first looked at.

    Else the first page would wait for all of them, a tenth of a second of the processor's.
    """
    nowhere = {"type": "http", "method": "GET", "path": "", "headers": []}
    for route in app.routes:
        route.matches(nowhere)


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service on a database of this program's revision.

    Raises:
        SchemeError: the locality has a fault.
        MachineError: a file the settings name cannot be read.
    """
    logs.set_up(settings.log_level)
    app = FastAPI(
        title="geomujun 地企对应与亩均评价",
        version=__version__,
        summary="宗地与企业的对应、用地面积、亩均评价、低效用地与人工复核",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_life,
        dependencies=[Depends(middleware.note_route)],
        separate_input_output_schemas=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are in middleware
    )
    service = Service(settings)
    app.state.service = service
    basemap.known(service)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    setattr(app, "openapi", partial(describe, app))  # noqa: B010 - as FastAPI tells to
    app.add_middleware(quick.Shortcut, service=service)
    app.add_middleware(middleware.HeadAsGet)
    app.add_middleware(middleware.Bounded, service=service)
    app.add_middleware(middleware.Observed, service=service)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name=REQUEST_ID,
        update_request_header=False,
        generator=lambda: os.urandom(16).hex(),
    )
    return app
