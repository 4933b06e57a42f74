"""uvicorn with our settings: no access log of its own, a graceful end, no word of who we are."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any, Final

import uvicorn
from geomujun_api import create_app
from geomujun_api.metrics import mark_process_dead
from geomujun_api.protocol import Http
from geomujun_api.settings import from_environment

from geomujun.errors import MachineError
from geomujun.lang import t

GRACE_S: Final = 20  # requests under way may finish
_LOOK_S: Final = 1.0
_SHORT_S: Final = 5.0
_SHORT_LIVES: Final = 5


def run(given: dict[str, Any], host: str, port: int, workers: int = 1) -> None:
    """Serve until told to stop; more workers share one listening socket.

    Raises:
        MachineError: the address is taken, or workers die as soon as they begin.
    """
    listening = _listen(host, port)
    if workers == 1:
        _serve(given, listening)
    else:
        _Workers(given, listening, workers).run()


class _Workers:
    """Processes that serve, and this one that watches them: who dies is replaced.

    Told to stop, all are told at once; each answers what it has under way, then ends.
    """

    def __init__(self, given: dict[str, Any], listening: socket.socket, number: int) -> None:
        self._begin = partial(get_context("fork").Process, target=_serve, args=(given, listening))
        self._number = number
        self._stopping = False
        self._running: list[tuple[BaseProcess, float]] = []
        self._short = 0  # workers in a row that died as soon as they began

    def run(self) -> None:
        self._running = [self._one() for _ in range(self._number)]
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            wait([process.sentinel for process, _ in self._running], timeout=_LOOK_S)
            if not self._stopping:
                self._running = [self._kept(*each) for each in self._running]
        self._end()
        if self._short >= _SHORT_LIVES:
            raise MachineError(
                t("服务进程一启动就退出", "workers die as soon as they begin"),
                hint=t("看上面的日志", "look at the log above"),
            )

    def _one(self) -> tuple[BaseProcess, float]:
        process = self._begin()
        process.start()
        return process, time.monotonic()

    def _kept(self, process: BaseProcess, since: float) -> tuple[BaseProcess, float]:
        if process.is_alive():
            return process, since
        mark_process_dead(process.pid)
        self._short = self._short + 1 if time.monotonic() - since < _SHORT_S else 0
        if self._short >= _SHORT_LIVES:
            self._stop()
            return process, since
        return self._one()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for process, _since in self._running:
            if process.is_alive():
                process.terminate()

    def _end(self) -> None:
        until = time.monotonic() + GRACE_S + _LOOK_S
        for process, _ in self._running:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket that says it is TCP.

    asyncio switches Nagle's algorithm off on such only; with it, every small answer would wait
    40 ms for the client's acknowledgement.

    Raises:
        MachineError: the address is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as e:
        made.close()
        raise MachineError(
            t("不能监听：{e}", "cannot listen: {e}", e=e.strerror or e), where=f"{host}:{port}",
            hint="--port",
        ) from e  # fmt: skip
    return made


def _serve(given: dict[str, Any], listening: socket.socket) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):  # raised again once all is answered and closed
        signal.signal(number, lambda *_: sys.exit(0))
    app = create_app(from_environment(**given))
    config = uvicorn.Config(
        app, http=Http, access_log=False, server_header=False, log_config=None, proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_graceful_shutdown=GRACE_S, timeout_keep_alive=30,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])
