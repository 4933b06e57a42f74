"""Logs as JSON lines on stderr, each with the number of its request; secrets never reach them."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any, Final

import structlog

_HIDDEN: Final = ("authorization", "password", "secret", "token", "conninfo", "dsn", "cookie")


@lru_cache(1_000)
def _hidden(name: str) -> bool:
    return any(word in name.lower() for word in _HIDDEN)


def _no_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
    for name in event:
        if _hidden(name):
            event[name] = "***"
    return event


def _without_message(record: logging.LogRecord) -> bool:
    """Our own line says where a fault happened; its message may hold what a row holds."""
    record.exc_info, record.exc_text = None, None
    return True


def _with_pid(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
    """Which process wrote a line, where several serve together."""
    event["pid"] = os.getpid()
    return event


_LINE: Final = json.JSONEncoder(ensure_ascii=False, default=repr)  # made once, not for each line


def _line(event: Any, **_: Any) -> str:
    return _LINE.encode(event)


def set_up(level: str = "INFO") -> None:
    """Let structlog, and what the server and libraries log, come out as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_pid,
        _no_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(_line)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(_line),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel("WARNING")  # they log whole addresses
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.filters[:] = [_without_message]
        logger.propagate = name != "uvicorn.access"  # our own line says it without the query
