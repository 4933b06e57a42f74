"""Processes of our own: one that reads what was sent, bounded; and those that do jobs.

What they are told goes by standard input, never among the arguments. A job's process is in a
session of its own: it lives on when the request, the browser or this server ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import asdict
from typing import Any, Final

import structlog

from geomujun.errors import DataError, GeomujunError, MachineError
from geomujun.intake.shelf import Held
from geomujun.lang import get_lang, t
from geomujun.storage import jobs
from geomujun_api.service import Service

_LOG: Final = structlog.get_logger("geomujun.api")
# All that a reader of foreign files is told of its surroundings: no secret, no address.
_SEEN: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PROJ_DATA",
                "PROJ_LIB", "GDAL_DATA", "VIRTUAL_ENV", "SYSTEMROOT")  # fmt: skip
_ANSWER_BYTES: Final = 100_000


def look(service: Service, held: Held) -> None:
    """Have a case read that was sent.

    Raises:
        DataError: it was refused, or took more than it may.
        MachineError: there is no worker, or the disk has no room.
    """
    own = service.settings
    order = {
        "what": "look", "lang": get_lang(), "held": told(held), "within": [held.scope],
        "bounds": {"unpacked_bytes": own.case_unpacked_bytes,
                   "memory_bytes": own.case_memory_bytes, "seconds": own.case_seconds},
    }  # fmt: skip
    environment = {k: os.environ[k] for k in _SEEN if k in os.environ}
    environment["TMPDIR"] = str(held.folder / "tmp")
    try:
        done = subprocess.run(  # noqa: S603 - the command of our own settings
            _command(service), input=json.dumps(order).encode(), env=environment,
            capture_output=True, timeout=own.case_seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as e:
        raise _too_much() from e
    if done.returncode:
        _LOG.warning("reader ended", code=done.returncode)
        raise _too_much()
    answer = json.loads(done.stdout[:_ANSWER_BYTES] or b"{}")
    if "refused" in answer:
        raise _refused(answer)


def _refused(answer: dict[str, Any]) -> GeomujunError:
    kind = MachineError if answer["status"] == MachineError.http_status else DataError
    return kind(answer["refused"], hint=answer["hint"])


def _too_much() -> DataError:
    return DataError(
        t("读取这个案卷超过了时间或内存的上限",
          "reading the case took more time or memory than it may"),
        hint=t("拆成几次上传，或在本机用 geomujun load",
               "send it in parts, or use geomujun load on the machine"),
    )  # fmt: skip


def told(held: Held) -> dict[str, Any]:
    """A case that waits, as orders carry it."""
    return asdict(held) | {"folder": str(held.folder)}


def start(service: Service, number: int, order: dict[str, Any]) -> None:
    """Let a job begin that was noted and committed.

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
    threading.Thread(target=_reap, args=(process, number), daemon=True).start()


def _write(process: subprocess.Popen[bytes], order: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with process.stdin as pipe:
        pipe.write(order)


def _reap(process: subprocess.Popen[bytes], number: int) -> None:
    """Wait for a job's end, so that no dead process stays in the table of the system."""
    code = process.wait()
    if code not in (0, 1):  # else it said itself what became of it
        _LOG.error("job ended", job=number, code=code)


def _command(service: Service) -> list[str]:
    if not service.settings.worker:
        raise MachineError(t("没有配置工作进程", "no worker is configured"), hint="geomujun serve")
    return [*service.settings.worker]
