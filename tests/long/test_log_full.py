"""The server's own log (pg_wal) fills its disk: it dies, and afterwards is as it was or as asked.

pg_wal lies on a small file system of its own that has no room left, and a replica that is gone keeps
every segment; others write on while a load, a publication or a reviewer is at work. Without room for
the next segment PostgreSQL stops at once, and does not start before there is some.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from postgis_fixtures import DAY, TOWN, edit, publication
from small_disk import small_disk

from geomujun.errors import MachineError
from geomujun.pipeline import review
from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import publish
from geomujun.storage import audit, backup, decisions, migrate
from geomujun.storage.cluster import Cluster
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect

pytestmark = [pytest.mark.long, pytest.mark.postgis]
SIZE_MB, LATER = 256, date(2025, 1, 1)


@dataclass
class Logged:
    """A store whose server writes its log to a small disk."""

    home: Path
    target: Target
    disk: Path
    seconds: float  # a publication takes

    def fill(self) -> None:
        """Let no segment go, and no other be made."""
        with connect(self.target, autocommit=True) as connection:
            connection.execute("SELECT pg_create_physical_replication_slot('gone', true)")
        with (self.disk / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.disk).free)

    def write_on(self) -> None:
        """Write to the log until the server is no more."""
        with contextlib.suppress(MachineError), connect(self.target, autocommit=True) as others:
            while True:
                others.execute("SELECT pg_logical_emit_message(false, '', repeat('x', 500000))")

    def again(self) -> list[str]:
        """Bring the server back; what it said while there was no room."""
        said = []
        try:
            Cluster(self.home).up()
        except MachineError as e:
            said.append(f"{e} {e.hint}")
        (self.disk / "ballast").unlink()
        self.target = Cluster(self.home).up()
        with connect(self.target, autocommit=True) as connection:
            connection.execute("SELECT pg_drop_replication_slot('gone')")
            connection.execute("CHECKPOINT")
        return said

    def state(self) -> dict[str, str]:
        """Digests of all tables; the audit chain is whole."""
        with connect(self.target) as connection:
            assert audit.verify(connection).broken_at is None
            return backup.digests(connection)


@pytest.fixture
def logged(home: Path) -> Iterator[Logged]:
    """A store with the sample town and edition 1; few segments are kept for later."""
    cluster = Cluster(home)
    with small_disk(SIZE_MB) as disk:
        try:
            with connect(cluster.up(), autocommit=True) as connection:
                for name, value in (("min_wal_size", "32MB"), ("max_wal_size", "64MB")):
                    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
                data = Path(connection.execute("SHOW data_directory").fetchone()[0])
            cluster.down()
            shutil.move(data / "pg_wal", disk / "pg_wal")
            (data / "pg_wal").symlink_to(disk / "pg_wal")
            for path in (disk / "pg_wal", *(disk / "pg_wal").rglob("*")):
                shutil.chown(path, data.owner(), data.group())
            target = cluster.up()
            migrate.upgrade(target)
            load(target, Load(TOWN, "tester", DAY))
            begun = time.monotonic()
            publish(target, publication())
            yield Logged(home, target, disk, time.monotonic() - begun)
        finally:
            (disk / "ballast").unlink(missing_ok=True)  # else it cannot be told to stop
            cluster.down()


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A case that differs from the town in every enterprise."""
    case = tmp_path / "other"
    shutil.copytree(TOWN, case)
    edit(case / "enterprises.csv", lambda f: f.assign(住所=f["住所"] + "1号楼"))
    return case


def _decide_on_and_on(target: Target) -> None:
    for i in range(100_000):
        review.decide(target, Opinion(f"P{i}", "U", "same", "tester", reason="x" * 1900))


def _while_the_log_fills(logged: Logged, deed: Callable[[], object], after: float) -> str:
    """What a deed was told; "" when it was done before the server died."""
    logged.fill()
    others = threading.Timer(after, logged.write_on)
    others.start()
    try:
        deed()
    except MachineError as e:
        return f"{e} {e.hint}"
    finally:
        others.join()
    return ""


def _explains(said: str) -> bool:
    """The disk is named, or what will name it: who connects while the server recovers cannot know."""
    return "磁盘" in said or "geomujun db up" in said


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_full_log_stops_the_server_and_nothing_is_lost_or_half_done(
    logged: Logged, changed: Path, share: float
) -> None:
    refusals = []
    for deed in (
        lambda: load(logged.target, Load(changed, "tester", LATER)),
        lambda: publish(logged.target, publication()),
    ):
        before = logged.state()
        said = _while_the_log_fills(logged, deed, share * logged.seconds)
        refusals += logged.again()
        assert (logged.state() == before) == bool(said)
        assert not said or _explains(said), said

    said = _while_the_log_fills(logged, lambda: _decide_on_and_on(logged.target), share)
    assert _explains(said), said
    refusals += logged.again()
    logged.state()
    with connect(logged.target) as connection:
        kept = {f"pair/{d['parcel_code']}/U" for d in decisions.all_lines(connection)}
        noted = {s for (s,) in connection.execute(
            "SELECT subject FROM audit.log WHERE subject LIKE 'pair/P%'")}  # fmt: skip
    assert kept == noted
    assert kept
    assert refusals
    for said in refusals:
        assert "磁盘已满" in said
        assert "清理磁盘" in said
        assert str(logged.home) in said
    assert publish(logged.target, publication()).number >= 2
