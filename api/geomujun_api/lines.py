"""One statement asked by the event loop itself: no thread and no task a question.

Through a thread and psycopg's pool, or through its asynchronous connections, a small tile costs
the process four times what it costs this way, most of it waiting rooms. So libpq is driven by
`psycopg.pq`: a few connections, the statement prepared on each, answers read when their socket has
them. A connection that fails is closed and made anew when it is next needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import psycopg
from fastapi.concurrency import run_in_threadpool
from psycopg import pq
from psycopg.errors import error_from_result
from psycopg_pool import PoolTimeout

from geomujun.storage.target import Conn
from geomujun_api import database
from geomujun_api.settings import ServiceSettings

_NAME = b"asked"


class Lines:
    """A few connections on which one statement of one value stands prepared."""

    def __init__(self, settings: ServiceSettings, statement: str) -> None:
        """``statement``: in libpq's form, with $1, $2 …; its answer is read in binary."""
        self._settings = settings
        self._statement = statement.encode()
        self._free: asyncio.LifoQueue[_Line | None] = asyncio.LifoQueue()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def at_hand(self) -> bool:
        """Whether the running event loop may ask: it is the one they were opened on."""
        return self._loop is asyncio.get_running_loop()

    def open(self) -> None:
        """Begin to take questions, on the running event loop; each line connects when needed."""
        self._free = asyncio.LifoQueue()
        for _ in range(self._settings.tile_lines):
            self._free.put_nowait(None)
        self._loop = asyncio.get_running_loop() if self._settings.tile_lines else None

    def close(self) -> None:
        """Take no more, and end the lines at rest; one that is asked ends with its answer."""
        self._loop = None
        while not self._free.empty():
            line = self._free.get_nowait()
            if line is not None:
                line.close()

    async def ask(self, values: Sequence[bytes]) -> bytes | None:
        """The value of the first row, None when it is null; ``values`` in text form.

        Raises:
            PoolTimeout: all lines stayed busy.
            psycopg.Error: the statement failed, took too long, or the server is away.
        """
        line = await self._take()
        try:
            if line is None or not line.alive:
                line = _Line(await run_in_threadpool(self._connect))
            return await line.ask(values)
        finally:
            if line is not None and not (line.idle and self._loop):
                line.close()  # also when the question was given up: its answer may still come
                line = None
            self._free.put_nowait(line)

    async def _take(self) -> _Line | None:
        if not self._free.empty():
            return self._free.get_nowait()
        try:
            async with asyncio.timeout(self._settings.pool_wait_s):
                return await self._free.get()
        except TimeoutError:
            raise PoolTimeout("no line became free") from None

    def _connect(self) -> Conn:
        made = database.connection(self._settings)
        result = made.pgconn.prepare(_NAME, self._statement)
        if result.status != pq.ExecStatus.COMMAND_OK:
            made.close()
            raise error_from_result(result)
        return made


class _Line:
    """One connection and the question it is asked, if any."""

    def __init__(self, connection: Conn) -> None:
        self._connection, self._pg = connection, connection.pgconn
        self._pg.nonblocking = 1
        self._loop = asyncio.get_running_loop()
        self._result: pq.abc.PGresult | None = None
        self._waiting: asyncio.Future[bytes | None] | None = None
        self.alive = True
        self._socket = self._pg.socket
        self._loop.add_reader(self._socket, self._ready)

    @property
    def idle(self) -> bool:
        """It can be asked."""
        return self.alive and self._waiting is None

    async def ask(self, values: Sequence[bytes]) -> bytes | None:
        self._pg.send_query_prepared(_NAME, values, result_format=pq.Format.BINARY)
        self._waiting = waiting = self._loop.create_future()
        if self._pg.flush():  # a few bytes on a connection at rest always fit
            self.close()
        answer: bytes | None = await waiting
        return answer

    def _ready(self) -> None:
        """The socket has something: a piece of an answer, or the end of the connection."""
        try:
            self._pg.consume_input()
            while not self._pg.is_busy():
                result = self._pg.get_result()
                if result is None:
                    self._answered()
                    return
                self._result = result
        except psycopg.Error as e:
            self.close(e)

    def _answered(self) -> None:
        waiting, result = self._waiting, self._result
        self._waiting = self._result = None
        if waiting is None or result is None or waiting.done():
            return
        if result.status == pq.ExecStatus.TUPLES_OK:
            waiting.set_result(result.get_value(0, 0))
        else:
            waiting.set_exception(error_from_result(result))

    def close(self, reason: psycopg.Error | None = None) -> None:
        """End it; who waits for an answer is told why."""
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._socket)
        with suppress(psycopg.Error):
            self._connection.close()
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(reason or psycopg.OperationalError("the line was closed"))
