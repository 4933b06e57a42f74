"""What all requests share, and what one request knows: made once, found on ``app.state``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from fastapi import Request

from geomujun.policy import locality as localities
from geomujun.policy.publication import Publication, publication_of
from geomujun.policy.rights import Reader
from geomujun.storage import tiles
from geomujun.storage.target import Conn
from geomujun_api import database
from geomujun_api.auth import Authority
from geomujun_api.lines import Lines
from geomujun_api.metrics import Metrics
from geomujun_api.settings import ServiceSettings


@dataclass(slots=True)
class Service:
    """Settings, pool, keys, policy and metrics of one application."""

    settings: ServiceSettings
    pool: database.Pool = field(init=False)
    lines: Lines = field(init=False)
    authority: Authority = field(init=False)
    policy: Publication = field(init=False)
    metrics: Metrics = field(init=False)
    body_bytes: dict[str, int] = field(default_factory=dict)  # larger bodies, by prefix of the path
    memory: dict[str, object] = field(default_factory=dict)  # what a route keeps between requests

    def __post_init__(self) -> None:
        self.pool = database.make_pool(self.settings)
        self.lines = Lines(self.settings, tiles.LIVE)
        self.authority = Authority(self.settings, self.pool)
        self.policy = publication_of(localities.load(self.settings.locality))
        self.metrics = Metrics()

    def reading(self) -> AbstractContextManager[Conn]:
        """A connection whose statements stand each for itself."""
        return self.pool.connection()

    def writing(self) -> AbstractContextManager[Conn]:
        """A connection in a transaction that commits at the end."""
        return database.writing(self.pool)

    def streaming(self) -> AbstractContextManager[Conn]:
        """A connection for a feed or export."""
        return database.streaming(self.pool, self.settings.export_ms)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and of which service."""

    reader: Reader
    service: Service
    request: Request


def service_of(request: Request) -> Service:
    """The service a request came to."""
    found: Service = request.app.state.service
    return found
