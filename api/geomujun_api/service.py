"""What all requests share, and what one request knows: made once, found on ``app.state``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import Any

from fastapi import Request

from geomujun.lang import t
from geomujun.policy import locality as localities
from geomujun.policy.beyond import WHOLE, row_told
from geomujun.policy.publication import Publication, publication_of
from geomujun.policy.rights import Reader
from geomujun.storage import tiles
from geomujun.storage.target import Conn
from geomujun_api import database
from geomujun_api.auth import Authority
from geomujun_api.issuer import Discovery
from geomujun_api.lines import Lines
from geomujun_api.metrics import Metrics
from geomujun_api.problems import BusyError
from geomujun_api.settings import ServiceSettings


@dataclass(slots=True)
class Service:
    """Settings, pool, keys, policy and metrics of one application."""

    settings: ServiceSettings
    pool: database.Pool = field(init=False)
    lines: Lines = field(init=False)
    authority: Authority = field(init=False)
    locality: str = field(init=False)
    policy: Publication = field(init=False)
    discovery: Discovery = field(init=False)
    metrics: Metrics = field(init=False)
    body_bytes: dict[str, int] = field(default_factory=dict)  # larger bodies, by path
    memory: dict[str, object] = field(default_factory=dict)  # what a route keeps between requests
    feeds: BoundedSemaphore = field(init=False)  # slow readers must leave connections to others

    def __post_init__(self) -> None:
        self.pool = database.make_pool(self.settings)
        self.lines = Lines(self.settings, tiles.LIVE)
        self.authority = Authority(self.settings, self.pool)
        place = localities.load(self.settings.locality)
        self.locality, self.policy = place.id, publication_of(place)
        self.discovery = Discovery(self.settings)
        self.metrics = Metrics()
        self.feeds = BoundedSemaphore(max(1, self.settings.pool_size // 2))
        self.body_bytes = {
            "/v1/cases": self.settings.case_bytes,
            "/v1/review/sheets": self.settings.sheet_bytes,
        }

    def reading(self) -> AbstractContextManager[Conn]:
        """A connection whose statements stand each for itself."""
        return self.pool.connection()

    def writing(self) -> AbstractContextManager[Conn]:
        """A connection in a transaction that commits at the end."""
        return database.writing(self.pool)

    def streaming(self) -> AbstractContextManager[Conn]:
        """A connection for a feed or export."""
        return database.streaming(self.pool, self.settings.export_ms)


@contextmanager
def one_at_a_time(lock: Lock | BoundedSemaphore, seconds: float) -> Iterator[None]:
    """Hold a lock while the block runs.

    Raises:
        BusyError: it could not be had in time: threads that wait would be missing elsewhere.
    """
    if not lock.acquire(timeout=seconds):
        raise BusyError(t("同类请求正在处理", "another such request is under way"),
                        hint=t("稍后再试", "try again later"))  # fmt: skip
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and of which service."""

    reader: Reader
    service: Service
    request: Request

    def told(self, body: Mapping[str, Any], whole: Collection[str] = WHOLE) -> dict[str, Any]:
        """A body as this reader is told it: asked once, where an answer is put together.

        Rows are read as they stand; whatever is sent passes here (`geomujun.policy.beyond`).
        """
        return row_told(body, self.reader, whole)

    def withheld(self, counts: Mapping[str, int]) -> frozenset[str]:
        """Cells of an aggregate that hold too few for the public; none for readers with a key."""
        return self.service.policy.suppressed(counts) if self.reader.public else frozenset()


def service_of(request: Request) -> Service:
    """The service a request came to."""
    found: Service = request.app.state.service
    return found
