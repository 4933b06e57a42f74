"""Jobs that outlive a request: a load or a publication in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

from geomujun.errors import GeomujunError
from geomujun.storage import jobs
from geomujun.storage.jobs import Notes
from geomujun.storage.target import Target, connect

Deed = Callable[[Target, Notes], None]  # notes how far it is and, where it commits, what it made


def work(target: Target, number: int, deed: Deed) -> bool:
    """Do a job that waits, noting how far it is; False when it waits no more, or failed.

    Raises:
        MachineError: the database cannot be reached.
    """
    try:
        with Notes(target, number) as notes:
            if not notes.take():
                return False
            deed(target, notes)
    except GeomujunError as e:
        return _ended(target, number, e)
    return True


def _ended(target: Target, number: int, error: GeomujunError) -> bool:
    """Whether the job was done all the same: its commit may have come before the error."""
    with connect(target, autocommit=True) as notes:
        jobs.fail(notes, number, str(error), error.hint)
        row = jobs.get(notes, number)
    return row is not None and row["state"] == jobs.DONE
