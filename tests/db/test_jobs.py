"""What is told of a job is true whatever dies: its connection of notes, its process, its commit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from postgis_fixtures import publication

from geomujun.errors import MachineError
from geomujun.pipeline.jobs import work
from geomujun.pipeline.publish import Published, publish
from geomujun.storage import editions, jobs
from geomujun.storage.jobs import Notes
from geomujun.storage.target import Conn, Target, connect

_END_HOLDERS = """SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND objid = %s AND pid <> pg_backend_pid()"""


@pytest.fixture
def number(town: Target) -> int:
    with connect(town, autocommit=True) as connection:
        return jobs.begin(connection, "publish", "tester", {"year": 2024})


def told(town: Target, number: int) -> tuple[str, list[int]]:
    """The job's state and the editions there are, the newest first."""
    with connect(town, autocommit=True) as connection:
        row = jobs.get(connection, number) or {}
        return row["state"], [e["number"] for e in editions.listing(connection)]


def end_notes(town: Target, number: int) -> None:
    with connect(town, autocommit=True) as connection:
        assert connection.execute(_END_HOLDERS, (number,)).fetchall() == [(True,)]


def building(
    say: Callable[[Notes, str, int], None] = Notes.say, fault: Callable[[], None] = lambda: None
) -> Callable[[Target, Notes], None]:
    """The publication of the town; ``fault`` comes after its commit."""

    def deed(target: Target, notes: Notes) -> None:
        def done(connection: Conn, made: Published) -> None:
            notes.done(connection, {"edition": made.number})

        publish(target, publication(), lambda stage, rows: say(notes, stage, rows), done)
        fault()

    return deed


def test_a_job_whose_notes_die_after_its_commit_is_done(town: Target, number: int) -> None:
    def fault() -> None:
        end_notes(town, number)
        raise MachineError("the connection died")

    assert work(town, number, building(fault=fault))
    assert told(town, number) == ("done", [2, 1])
    with connect(town, autocommit=True) as connection:
        row = jobs.get(connection, number) or {}
    assert (row["result"], row["error"]) == ({"edition": 2}, "")


def test_a_job_whose_process_ends_right_after_its_commit_is_done(town: Target, number: int) -> None:
    def fault() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        work(town, number, building(fault=fault))
    assert told(town, number) == ("done", [2, 1])


def test_a_job_whose_notes_die_on_the_way_goes_on_and_holds_its_lock(
    town: Target, number: int
) -> None:
    held = []

    def say(notes: Notes, stage: str, rows: int) -> None:
        if stage == "store":
            end_notes(town, number)
        notes.say(stage, rows)
        if stage == "store":
            held.append(told(town, number)[0])  # looked at by another: not taken for dead

    assert work(town, number, building(say))
    assert held == ["running"]
    assert told(town, number) == ("done", [2, 1])


def test_a_job_that_was_told_as_lost_leaves_nothing(town: Target, number: int) -> None:
    def say(notes: Notes, stage: str, rows: int) -> None:
        notes.say(stage, rows)
        if stage == "store":  # the last note before the commit
            end_notes(town, number)
            assert told(town, number)[0] == "failed"

    assert not work(town, number, building(say))
    assert told(town, number) == ("failed", [1])
