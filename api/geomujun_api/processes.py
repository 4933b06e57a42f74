"""Processes of our own: one that reads what was sent, bounded; and those that do jobs.

What they are told goes by standard input, never among the arguments. A job's process is in a
session of its own: it lives on when the request, the browser or this server ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import structlog
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout

from geomujun.errors import DataError, GeomujunError, MachineError
from geomujun.export.sheets_review import Filled, from_plain
from geomujun.intake.shelf import Held
from geomujun.lang import get_lang, t
from geomujun.storage import jobs
from geomujun_api.service import Service

_LOG: Final = structlog.get_logger("geomujun.api")
# All that a reader of foreign files is told of its surroundings: no secret, no address.
_SEEN: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PROJ_DATA",
                "PROJ_LIB", "GDAL_DATA", "VIRTUAL_ENV", "SYSTEMROOT")  # fmt: skip


def look(service: Service, held: Held) -> None:
    """Have a case read that was sent; see `_ask` for what may be wrong."""
    order = {"what": "look", "held": told(held), "within": [held.scope]}
    _ask(service, order, held.folder / "tmp")


def read_sheet(service: Service, path: Path) -> Filled:
    """Have a workbook of decisions read; see `_ask` for what may be wrong."""
    return from_plain(_ask(service, {"what": "sheet", "path": str(path)}, path.parent))


def _ask(service: Service, order: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """What a bounded process answers to an order.

    Raises:
        DataError: it refused what it read, or that took more than it may.
        MachineError: there is no worker, or the disk has no room.
    """
    own = service.settings
    whole = order | {
        "lang": get_lang(),
        "bounds": {"unpacked_bytes": own.case_unpacked_bytes,
                   "memory_bytes": own.case_memory_bytes, "seconds": own.case_seconds},
    }  # fmt: skip
    environment = {k: os.environ[k] for k in _SEEN if k in os.environ}
    environment["TMPDIR"] = str(scratch)
    try:
        done = subprocess.run(  # noqa: S603 - the command of our own settings
            _command(service), input=json.dumps(whole).encode(), env=environment,
            capture_output=True, timeout=own.case_seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as e:
        raise _too_much() from e
    if done.returncode:
        _LOG.warning("reader ended", code=done.returncode)
        raise _too_much()
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise _refused(answer)
    return answer


def _refused(answer: dict[str, Any]) -> GeomujunError:
    kind = MachineError if answer["status"] == MachineError.http_status else DataError
    return kind(answer["refused"], hint=answer["hint"])


def _too_much() -> DataError:
    return DataError(
        t("读取这份文件超过了时间或内存的上限",
          "reading it took more time or memory than it may"),
        hint=t("拆成几次上传，或在本机用 geomujun load",
               "send it in parts, or use geomujun load on the machine"),
    )  # fmt: skip


def told(held: Held) -> dict[str, Any]:
    """A case that waits, as orders carry it."""
    return asdict(held) | {"folder": str(held.folder)}


def start(
    service: Service, number: int, order: dict[str, Any], after: Callable[[], None] = lambda: None
) -> None:
    """Let a job begin that was noted and committed; ``after`` is called when its process ended.

    Raises:
        MachineError: its process does not come to life; the job is failed.
    """
    target = service.settings.target
    command = _command(service)
    whole = order | {
        "job": number, "lang": get_lang(),
        "target": {"conninfo": target.conninfo, "label": target.label,
                   "identity": target.identity},
    }  # fmt: skip
    try:
        process = subprocess.Popen(  # noqa: S603 - the command of our own settings
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        _write(process, json.dumps(whole).encode())
    except OSError as e:
        broken = MachineError(
            t("任务不能开始：{e}", "the job cannot begin: {e}", e=e.strerror or e)
        )
        with service.writing() as connection:
            jobs.fail(connection, number, str(broken))
        raise broken from e
    threading.Thread(target=_reap, args=(service, process, number, after), daemon=True).start()


def _write(process: subprocess.Popen[bytes], order: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with process.stdin as pipe:
        pipe.write(order)


def _reap(
    service: Service, process: subprocess.Popen[bytes], number: int, after: Callable[[], None]
) -> None:
    """Wait for a job's end: no dead process stays, and one that died without a word is told."""
    code = process.wait()
    after()
    if code in (0, 1):  # it said itself what became of it
        return
    _LOG.error("job ended", job=number, code=code)
    # Where the database is away too, whoever asks for the job next finds that its process is gone.
    with suppress(pg.OperationalError, PoolClosed, PoolTimeout), service.writing() as connection:
        jobs.lost(connection, number)


def _command(service: Service) -> list[str]:
    if not service.settings.worker:
        raise MachineError(t("没有配置工作进程", "no worker is configured"), hint="geomujun serve")
    return [*service.settings.worker]
