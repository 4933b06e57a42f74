"""Connections of the service: a pool with the application's rights and bounded statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from geomujun.storage.target import APP_ROLE, Conn, connect
from geomujun_api.settings import ServiceSettings

Pool = ConnectionPool[Conn]
_CONNECTING: Final[dict[str, Any]] = {
    "autocommit": True, "application_name": "geomujun-api", "connect_timeout": 5,
}  # fmt: skip


def make_pool(settings: ServiceSettings) -> Pool:
    """A pool that is not open yet; each connection commits statement by statement."""
    return ConnectionPool(
        settings.target.conninfo,
        min_size=min(2, settings.pool_size),
        max_size=settings.pool_size,
        timeout=settings.pool_wait_s,
        kwargs=dict(_CONNECTING),
        configure=partial(_configure, settings),
        open=False,
        name="geomujun",
    )


def connection(settings: ServiceSettings) -> Conn:
    """A connection as the pool's, which the caller closes."""
    made = psycopg.connect(settings.target.conninfo, **_CONNECTING)
    try:
        _configure(settings, made)
    except psycopg.Error:
        made.close()
        raise
    return made


def _configure(settings: ServiceSettings, connection: Connection[Any]) -> None:
    connection.execute(f"SET ROLE {APP_ROLE}")
    connection.execute(f"SET statement_timeout = {settings.statement_ms:d}")
    connection.execute("SET idle_in_transaction_session_timeout = '30s'")


def check_target(settings: ServiceSettings) -> None:
    """Refuse another cluster, an old server or another encoding before the pool is opened.

    Raises:
        MachineError: see `geomujun.storage.target.connect`.
    """
    connect(settings.target, "app").close()


@contextmanager
def writing(pool: Pool) -> Iterator[Conn]:
    """A connection in a transaction: committed at the end, undone by an error."""
    with pool.connection() as connection, connection.transaction():
        yield connection


@contextmanager
def streaming(pool: Pool, milliseconds: int) -> Iterator[Conn]:
    """A connection in a read-only transaction that may take longer, for feeds and exports."""
    with pool.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        connection.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
        yield connection
