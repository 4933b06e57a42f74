"""Jobs: one load or publication at a time, seen by everyone who may.

The process that works on a job holds an advisory lock as long as it lives. A job under way whose
lock nobody holds has lost its process: it is failed by whoever looks next, so that none hangs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import errors as pg
from psycopg.types.json import Jsonb

from geomujun.errors import ConflictError
from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.target import Conn

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
    connection.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", (_KEY, number))
    return records.first(
        connection,
        "UPDATE raw.jobs SET state = 'running', started_at = now()"
        " WHERE id = %s AND state = 'queued' RETURNING *",
        (number,),
    )


def say(connection: Conn, number: int, stage: str, rows: int) -> None:
    """Note how far a job is."""
    connection.execute(
        "UPDATE raw.jobs SET stage = %s, stage_rows = %s WHERE id = %s", (stage, rows, number)
    )


def done(connection: Conn, number: int, result: Mapping[str, Any]) -> None:
    """Note what a job made."""
    connection.execute(
        "UPDATE raw.jobs SET state = 'done', ended_at = now(), result = %s WHERE id = %s",
        (Jsonb(dict(result)), number),
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
