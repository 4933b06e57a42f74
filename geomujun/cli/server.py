"""uvicorn with our settings: no access log of its own, a graceful end, no word of who we are."""

from __future__ import annotations

import os
import signal
import socket
import sys
from functools import partial
from multiprocessing import get_context
from typing import Any, Final

import uvicorn
from geomujun_api import create_app
from geomujun_api.settings import from_environment

from geomujun.errors import MachineError
from geomujun.lang import t

GRACE_S: Final = 20  # requests under way may finish


def run(given: dict[str, Any], host: str, port: int, workers: int = 1) -> None:
    """Serve until told to stop; more workers share one listening socket."""
    listening = _listen(host, port)
    if workers == 1:
        _serve(given, listening)
        return
    context = get_context("fork")
    others = [
        context.Process(target=partial(_serve, given, listening), daemon=True)
        for _ in range(workers - 1)
    ]
    for process in others:
        process.start()
    try:
        _serve(given, listening)
    finally:
        for process in others:
            process.terminate()
        for process in others:
            process.join(GRACE_S)


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
        app, access_log=False, server_header=False, log_config=None, proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_graceful_shutdown=GRACE_S, timeout_keep_alive=30,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])
