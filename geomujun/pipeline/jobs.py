"""Jobs that outlive a request: a load or a publication in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geomujun.errors import GeomujunError
from geomujun.storage import jobs
from geomujun.storage.target import Target, connect

Progress = Callable[[str, int], None]
Deed = Callable[[Target, Progress], Mapping[str, Any]]  # gives what is kept as the job's result


def work(target: Target, number: int, deed: Deed) -> bool:
    """Do a job that waits, noting how far it is; False when it waits no more, or failed.

    The connection that notes stays open for the job's whole life: its lock tells others that the
    process lives.
    """
    with connect(target, autocommit=True) as notes:
        if jobs.take(notes, number) is None:
            return False
        try:
            made = deed(target, lambda stage, rows: jobs.say(notes, number, stage, rows))
        except GeomujunError as e:
            _fail(target, number, e)
            return False
        jobs.done(notes, number, made)
    return True


def _fail(target: Target, number: int, error: GeomujunError) -> None:
    """By a new connection: the one before may have died of the same cause."""
    with connect(target, autocommit=True) as notes:
        jobs.fail(notes, number, str(error), error.hint)
