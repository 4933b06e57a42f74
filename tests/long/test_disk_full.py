"""A full disk: loads and publications fail in words, the old state stays, and all goes on after.

The database lies in a tablespace on a small file system of its own, filled by a ballast file.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from postgis_fixtures import DAY, TOWN, cluster, edit, publication  # noqa: F401
from small_disk import small_disk

from geomujun.errors import MachineError
from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import publish
from geomujun.storage import audit, backup, migrate, room
from geomujun.storage.target import Target, connect

pytestmark = [pytest.mark.long, pytest.mark.postgis]
SIZE_MB = 160
LATER = date(2025, 1, 1)


@dataclass
class Small:
    """A store on a small disk."""

    target: Target
    disk: Path

    def leave(self, free: int) -> None:
        """Fill the disk but for some bytes."""
        self.empty()
        size = shutil.disk_usage(self.disk).free - free
        with (self.disk / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    def empty(self) -> None:
        """Take the ballast away."""
        (self.disk / "ballast").unlink(missing_ok=True)

    def state(self) -> tuple[dict[str, str], int, int]:
        """Digests of all tables, the number of tables of editions, rows of the audit log."""
        with connect(self.target) as connection:
            chain = audit.verify(connection)
            assert chain.broken_at is None
            parts = connection.execute(
                "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'pub' AND c.relkind = 'r' AND c.relname ~ '_e[0-9]+$'"
            ).fetchone()[0]
            return backup.digests(connection), parts, chain.rows


@pytest.fixture
def small(cluster: Target) -> Iterator[Small]:  # noqa: F811
    """A store on a disk of its own, with the sample town and edition 1."""
    with small_disk(SIZE_MB) as disk:
        place = disk / "tables"
        place.mkdir(mode=0o700)
        with connect(cluster, autocommit=True) as connection:
            folder = connection.execute("SHOW data_directory").fetchone()[0]
            shutil.chown(place, Path(folder).owner(), Path(folder).group())
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            connection.execute("CREATE DATABASE on_small TEMPLATE template0 TABLESPACE small")
        target = cluster.database("on_small")
        migrate.upgrade(target)
        load(target, Load(TOWN, "tester", DAY))
        publish(target, publication())
        yield Small(target, disk)
        (disk / "ballast").unlink(missing_ok=True)
        with connect(cluster, autocommit=True) as connection:
            connection.execute("DROP DATABASE on_small WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A case that differs from the town in every enterprise, with a column no packing shortens."""
    case = tmp_path / "other"
    shutil.copytree(TOWN, case)
    noise = random.Random(1)  # noqa: S311 - filling, no secret
    edit(
        case / "enterprises.csv",
        lambda f: f.assign(
            住所=f["住所"] + "1号楼", 备注=[noise.randbytes(3000).hex() for _ in range(len(f))]
        ),
    )
    return case


def test_a_full_disk_stops_loads_and_publications_and_nothing_else(
    small: Small, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = small.state()
    again = Load(changed, "tester", LATER)
    small.leave(500_000)
    with pytest.raises(MachineError, match="至少需要") as told:  # seen before anything is written
        load(small.target, again)
    assert "清理磁盘" in told.value.hint
    with pytest.raises(MachineError, match="至少需要"):
        publish(small.target, publication())
    assert small.state() == before

    monkeypatch.setattr(room, "check", lambda *_: None)  # it passed, and then the disk filled up
    for free in (200_000, 900_000):
        small.leave(free)
        with pytest.raises(MachineError, match="磁盘已满") as told:
            load(small.target, again)
        assert "清理磁盘" in told.value.hint
        assert small.state() == before
    with connect(small.target) as connection:
        takes = room.of_newest_edition(connection)
    for share in (0.1, 0.4, 0.7):
        small.leave(int(takes * share))
        with pytest.raises(MachineError, match="磁盘已满"):
            publish(small.target, publication())
        assert small.state() == before
    monkeypatch.undo()

    small.empty()
    assert (
        load(small.target, again).number > 1
    )  # numbers of loads that were undone are not used again
    assert publish(small.target, publication()).number == 2
    tables, parts, rows = small.state()
    assert tables != before[0]
    assert parts == 2 * before[1]
    assert rows == before[2] + 2
