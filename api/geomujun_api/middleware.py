"""Around every request: its number, its log line and figures, bounds on size and rate, headers."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from typing import Any, Final

import structlog
from asgi_correlation_id import correlation_id
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geomujun.lang import set_lang, t
from geomujun_api import problems
from geomujun_api.headers import SECURITY
from geomujun_api.service import Service

_LOG: Final = structlog.get_logger("geomujun.api")
_OWN: Final = tuple((name.encode(), value.encode()) for name, value in SECURITY.items())
_NAMES: Final = frozenset(name for name, _ in _OWN)
_UNTIMED: Final = ("/healthz", "/readyz", "/metrics")


class Observed:
    """One log line and one set of figures a request; nothing of its query, body or key."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        """Wrap an application."""
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # shared with the scopes that routing makes of this one
        set_lang(_lang(scope, self.service.settings.lang))
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message["headers"])
            await send(message)

        self.service.metrics.running.inc()
        try:
            await self.app(scope, receive, watched)
        finally:
            self.service.metrics.running.dec()
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], scope["state"].get("route", "-")
        figures = self.service.metrics
        figures.note(_known_method(method), route, status, seconds)
        if route in _UNTIMED and status < 400:
            return
        reader = scope["state"].get("reader")
        _LOG.info(
            "request", method=_known_method(method), route=route, status=status,
            ms=round(seconds * 1000, 2), request_id=correlation_id.get(),
            role=getattr(reader, "role", "") or "public", key=getattr(reader, "key", None),
        )  # fmt: skip


def _known_method(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "?"


async def note_route(request: Request) -> None:
    """Leave the template of the route that answers: codes and names never reach a log."""
    request.state.route = getattr(request.scope.get("route"), "path", "-")


def _with_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    there = {name for name, _ in headers} & _NAMES
    return [*headers, *(_OWN if not there else (h for h in _OWN if h[0] not in there))]


def _lang(scope: Scope, default: str) -> Any:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            first = value[:2].lower()
            return "en" if first == b"en" else "zh" if first == b"zh" else default
    return default


class Bounded:
    """Refuses bodies that are too large, and more requests than one client may send."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        """Wrap an application."""
        self.app, self.service = app, service
        own = service.settings
        self.keyed = Buckets(own.rate, own.burst)
        self.public = Buckets(own.public_rate, own.public_burst)
        self.refused = Buckets(own.public_rate, own.public_burst)  # keys in force for nobody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        wait = self._wait(scope, headers.get(b"authorization", b""))
        if wait > 0:
            self.service.metrics.refused.labels("rate").inc()
            refusal = problems.answer(
                429, t("请求过于频繁", "too many requests"),
                headers={"Retry-After": str(int(wait) + 1)},
            )  # fmt: skip
            await refusal(scope, receive, send)
            return
        most = self.service.body_bytes.get(scope["path"], self.service.settings.body_bytes)
        told = headers.get(b"content-length", b"0")
        if told.isdigit() and int(told[:20]) > most:
            self.service.metrics.refused.labels("size").inc()
            await _too_large()(scope, receive, send)
            return
        await self.app(scope, _counted(receive, most), self._refusals(scope, send))

    def _wait(self, scope: Scope, authorization: bytes) -> float:
        if scope["path"] in _UNTIMED:
            return 0.0
        client = _address(scope)
        if not authorization:
            return self.public.take(client)
        key = authorization.partition(b" ")[2].decode("latin-1")
        if not self.service.authority.in_force(key) and (wait := self.refused.wait(client)) > 0:
            return wait
        return self.keyed.take(hashlib.sha256(authorization).digest())

    def _refusals(self, scope: Scope, send: Send) -> Send:
        """Count, by address, keys that are none: each new one would have a bucket of its own."""
        if not any(name == b"authorization" for name, _ in scope["headers"]):
            return send

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                self.refused.take(_address(scope))
            await send(message)

        return counted


def _address(scope: Scope) -> bytes:
    client = scope.get("client") or ("", 0)
    return str(client[0]).encode()


def _too_large() -> Any:
    return problems.answer(413, t("请求体过大", "the body is too large"))


def _counted(receive: Receive, most: int) -> Receive:
    """A body sent in pieces, without its length told, is refused where it becomes too large."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413, t("请求体过大", "the body is too large"))
        return message

    return counted


class HeadAsGet:
    """Answers HEAD with the head of what GET answers (RFC 9110, 9.3.2): monitors ask so.

    Inside the bounds and the log, so that it counts as any other request and is logged as HEAD.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        ended = False

        async def head(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self.app({**scope, "method": "GET"}, receive, head)


class Buckets:
    """Token buckets by client, the least recent forgotten."""

    def __init__(self, rate: float, burst: int, most: int = 10_000) -> None:
        """``rate`` a second, ``burst`` at once, ``most`` clients remembered."""
        self.rate, self.burst, self.most = rate, float(burst), most
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def wait(self, client: bytes) -> float:
        """Seconds until there is one, 0 when there is; nothing is taken."""
        left, since = self._left.get(client, (self.burst, 0.0))
        left = min(self.burst, left + (time.monotonic() - since) * self.rate)
        return 0.0 if left >= 1 else (1 - left) / self.rate

    def take(self, client: bytes) -> float:
        """Take one; seconds to wait when there is none, 0 otherwise."""
        wait, now = self.wait(client), time.monotonic()
        left, since = self._left.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        self._left[client] = (left - 1 if wait == 0 else left, now)
        if len(self._left) > self.most:
            self._left.popitem(last=False)
        return wait
