"""Tiles answered before a request is looked at in full: most of a map's requests are tiles."""

from __future__ import annotations

import re
from typing import Final

from fastapi.concurrency import run_in_threadpool
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geomujun.errors import GeomujunError
from geomujun.policy.rights import PUBLIC, READ, Reader
from geomujun.storage import tiles
from geomujun.storage.tiles import LAYER, Tile
from geomujun_api import problems
from geomujun_api.routes.tiles import (
    HIGHEST,
    TEMPLATE,
    Audience,
    answer,
    audience_of,
    drawn_before,
    memory_of,
)
from geomujun_api.service import Service
from geomujun_api.shown import allowed, remembered

Place = tuple[int, int, int]
_PREFIX: Final = "/tiles/"
_ADDRESS: Final = re.compile(
    rf"/tiles/(\d{{1,9}})/{LAYER}/(\d{{1,2}})/(\d{{1,7}})/(\d{{1,7}})\.mvt"
)
_LARGE: Final = 50_000  # bytes: packing more takes a millisecond, which others would wait


class Shortcut:
    """Tiles in memory, and live tiles, without the framework, a thread or the pool.

    It stands inside the bounds, the log and the figures, and leaves to the route all that is not
    plain: another way to say who asks, an error, an edition not looked up a moment ago, a tile
    of the cache that is not in memory yet, the public's tiles before they were drawn once.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        """Wrap an application."""
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"].startswith(_PREFIX):
            response = await self._at_once(scope)
            if response is not None:
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _at_once(self, scope: Scope) -> Response | None:
        told = _ADDRESS.fullmatch(scope["path"])
        if told is None or scope["method"] != "GET":
            return None
        number, place = int(told[1]), (int(told[2]), int(told[3]), int(told[4]))
        headers = dict(scope["headers"])
        reader = await self._reader(number, headers.get(b"authorization", b"").decode("latin-1"))
        if reader is None or place[0] > HIGHEST or max(place[1:]) >= 1 << place[0]:
            return None
        audience = audience_of(self.service, reader)
        key = (number, place, audience)
        known, found = memory_of(self.service).get(key)
        if not known:
            values = self._asked(number, place, audience)
            if values is None:
                return None
            try:
                found = await self._drawn(values)
            except (OperationalError, PoolTimeout) as e:
                return problems.busy(e)
            memory_of(self.service).put(key, found)
        state = scope.setdefault("state", {})
        state["reader"], state["route"] = reader, TEMPLATE
        return answer(headers, found, public=reader.public)

    async def _reader(self, number: int, authorization: str) -> Reader | None:
        """Who asks, if he is shown this edition; None where the route must look closer."""
        edition = remembered(self.service, number)
        if edition is None:
            return None
        scheme, _, key = authorization.partition(" ")
        if authorization and not (scheme == "Bearer" and key):
            return None
        try:
            reader = await self.service.authority.reader(key) if authorization else PUBLIC
            allowed(edition, reader, number)
        except GeomujunError:
            return None  # the route says it
        return reader if READ in reader.rights else None

    def _asked(self, number: int, place: Place, audience: Audience) -> list[bytes] | None:
        """What the line is asked for a live tile; None for tiles that are not live."""
        if not self.service.lines.at_hand or drawn_before(place, audience):
            return None
        if not all(code == "" or code.isdecimal() for code in audience.divisions):
            return None
        array = "{" + ",".join(f'"{code}"' for code in audience.divisions) + "}"
        return [b"%d" % value for value in (number, *place)] + [array.encode()]

    async def _drawn(self, values: list[bytes]) -> Tile | None:
        body = await self.service.lines.ask(values)
        if not body:
            return None
        if len(body) > _LARGE:
            return await run_in_threadpool(tiles.packed, body, tiles.QUICK)
        return tiles.packed(body, tiles.QUICK)
