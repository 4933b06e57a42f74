"""Jobs: one load or publication at a time, seen by everyone who may.

The process that works on a job holds an advisory lock as long as it lives. A job under way whose
lock nobody holds has lost its process: it is failed by whoever looks next, so that none hangs.
That a job is done is written by the transaction that does it: either both are there or neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self

from psycopg import errors as pg
from psycopg.types.json import Jsonb

from geomujun.errors import ConflictError
from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.target import Conn, Target, connect

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
_KEY: Final = "geomujun/job"
_STARTS_WITHIN: Final = "10 minutes"  # then a queued job's process never came to life


def begin(connection: Conn, kind: str, subject: str, about: Mapping[str, Any]) -> int:
    """Note a job that waits for its process; its number.

    Raises:
        ConflictError: another one is under way.
    """
    settle(connection)
    try:
        with connection.transaction():
            row = connection.execute(
                "INSERT INTO raw.jobs (kind, subject, about) VALUES (%s, %s, %s) RETURNING id",
                (kind, subject, Jsonb(dict(about))),
            ).fetchone()
    except pg.UniqueViolation as e:
        raise ConflictError(
            t("已有导入或发布在进行", "a load or publication is under way"),
            hint=t("等它结束再来；GET /v1/jobs 查看", "wait for its end; look at GET /v1/jobs"),
        ) from e
    return int(row[0]) if row else 0


def settle(connection: Conn) -> None:
    """Fail the job under way when its process is gone."""
    found = connection.execute(
        "SELECT id FROM raw.jobs WHERE state = 'running'"
        " OR (state = 'queued' AND asked_at < now() - %s::interval)", (_STARTS_WITHIN,),
    ).fetchall()  # fmt: skip
    for (number,) in found:
        if _held(connection, number):
            continue
        lost(connection, number)


def lost(connection: Conn, number: int) -> None:
    """Note that a job's process is gone; a job that ended before stays as it is."""
    fail(
        connection, number, t("进程中断，没有做完", "its process ended before it was done"),
        t("没有留下半份数据，可以重来", "nothing half-done was left: ask again"),
    )  # fmt: skip


def _held(connection: Conn, number: int) -> bool:
    """Whether a process works on a job; the lock we try for ends with the transaction."""
    row = connection.execute(
        "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", (_KEY, number)
    ).fetchone()
    return not (row and row[0])


def take(connection: Conn, number: int) -> dict[str, Any] | None:
    """Begin a job that waits, and hold its lock while this connection lives; None when it is not.

    The connection is in autocommit: what is noted is seen at once.
    """
    _hold(connection, number)
    return records.first(
        connection,
        "UPDATE raw.jobs SET state = 'running', started_at = now()"
        " WHERE id = %s AND state = 'queued' RETURNING *",
        (number,),
    )


def _hold(connection: Conn, number: int) -> None:
    """Hold a job's lock while a connection lives."""
    connection.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", (_KEY, number))


class Notes:
    """What is noted of a job while it is done, by a connection that holds its lock.

    When that connection dies the job does not: the next note takes a new one, and the lock again.
    """

    def __init__(self, target: Target, number: int) -> None:
        """For a job of a database."""
        self._target, self._number = target, number
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._connection = self._new()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def _new(self) -> Conn:
        made = self._open.enter_context(connect(self._target, autocommit=True))
        _hold(made, self._number)
        return made

    def take(self) -> bool:
        """Begin the job; False when it does not wait."""
        return take(self._connection, self._number) is not None

    def say(self, stage: str, rows: int) -> None:
        """Note how far the job is.

        Raises:
            ConflictError: see `_under_way`.
            MachineError: the database cannot be reached.
        """
        try:
            self._say(stage, rows)
        except pg.OperationalError:
            self._connection = self._new()
            self._say(stage, rows)

    def _say(self, stage: str, rows: int) -> None:
        said = self._connection.execute(
            "UPDATE raw.jobs SET stage = %s, stage_rows = %s WHERE id = %s AND state = 'running'",
            (stage, rows, self._number),
        )
        _under_way(said.rowcount)

    def done(self, connection: Conn, result: Mapping[str, Any]) -> None:
        """Note what the job made, in the transaction that makes it, as the last thing there.

        Raises:
            ConflictError: see `_under_way`.
        """
        said = connection.execute(
            "UPDATE raw.jobs SET state = 'done', ended_at = now(), result = %s"
            " WHERE id = %s AND state = 'running'", (Jsonb(dict(result)), self._number),
        )  # fmt: skip
        _under_way(said.rowcount)


def _under_way(jobs: int) -> None:
    """Go on only with a job that nobody was told to have failed: what was said must stay true."""
    if not jobs:
        raise ConflictError(
            t("任务已判为中断", "the job was told to have failed"),
            hint=t("没有留下半份数据，可以重来", "nothing half-done was left: ask again"),
        )


def fail(connection: Conn, number: int, error: str, hint: str = "") -> None:
    """Note why a job made nothing; a job that ended before stays as it is."""
    connection.execute(
        "UPDATE raw.jobs SET state = 'failed', ended_at = now(), error = %s, hint = %s"
        " WHERE id = %s AND state IN ('queued', 'running')", (error, hint, number),
    )  # fmt: skip


def get(connection: Conn, number: int) -> dict[str, Any] | None:
    """A job as it stands."""
    settle(connection)
    return records.first(connection, "SELECT * FROM raw.jobs WHERE id = %s", (number,))


def listing(
    connection: Conn, divisions: Sequence[str], most: int, before: int | None = None
) -> list[dict[str, Any]]:
    """Jobs on divisions of the reader, the newest first; a publication is one of all divisions."""
    settle(connection)
    return records.every(
        connection,
        "SELECT * FROM raw.jobs WHERE coalesce(about->>'scope', '') ^@ ANY (%s)"
        " AND (%s::bigint IS NULL OR id < %s) ORDER BY id DESC LIMIT %s",
        (list(divisions), before, before, most),
    )
