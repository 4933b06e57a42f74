"""uvicorn with our settings: no access log of its own, a graceful end, no word of who we are."""

from __future__ import annotations

import os
from functools import partial
from multiprocessing import get_context
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any, Final

import uvicorn
from geomujun_api import create_app
from geomujun_api.settings import from_environment

GRACE_S: Final = 20  # requests under way may finish


def run(given: dict[str, Any], host: str, port: int, workers: int = 1) -> None:
    """Serve until told to stop; more workers share one listening socket."""
    socket = uvicorn.Config("", host, port).bind_socket()
    # asyncio sets this on sockets it made itself only; without it an answer in two writes waits
    # 40 ms for the client's acknowledgement.
    socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    if workers == 1:
        _serve(given, socket)
        return
    context = get_context("fork")
    others = [
        context.Process(target=partial(_serve, given, socket), daemon=True)
        for _ in range(workers - 1)
    ]
    for process in others:
        process.start()
    try:
        _serve(given, socket)
    finally:
        for process in others:
            process.terminate()
        for process in others:
            process.join(GRACE_S)


def _serve(given: dict[str, Any], socket: Any) -> None:
    app = create_app(from_environment(**given))
    config = uvicorn.Config(
        app, access_log=False, server_header=False, log_config=None, proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_graceful_shutdown=GRACE_S, timeout_keep_alive=30,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[socket])
