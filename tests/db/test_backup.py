"""Backup and restore: every table comes back to the last byte, and a spoiled one is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geomujun.errors import ConflictError, DataError, MachineError
from geomujun.pipeline import review
from geomujun.storage import audit, backup, binaries, migrate
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect


@pytest.fixture
def tools() -> Path:
    return binaries.find().folder


def drop(target: Target, name: str) -> None:
    with connect(target.database("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_a_restored_database_is_the_one_backed_up(
    town: Target, tools: Path, tmp_path: Path
) -> None:
    review.decide(town, Opinion("P", "U", "same", "甲"))
    file = tmp_path / "b.dump"
    saved = backup.backup(town, tools, file)
    assert sum(not v.startswith("0:") for v in saved.values()) > 20
    try:
        assert backup.restore(town, tools, file, "restored") == saved
        fresh = town.database("restored")
        assert migrate.drift(fresh) == []
        review.decide(fresh, Opinion("Q", "U", "same", "甲"))
        with connect(fresh, "app") as connection:
            assert audit.verify(connection).broken_at is None
        with pytest.raises(ConflictError):
            backup.restore(town, tools, file, "restored")
    finally:
        drop(town, "restored")
    with pytest.raises(ConflictError):
        backup.backup(town, tools, file)


def test_what_differs_from_the_digests_is_told(
    database: Target, tools: Path, tmp_path: Path
) -> None:
    file = tmp_path / "b.dump"
    backup.backup(database, tools, file)
    note = json.loads((tmp_path / "b.dump.json").read_text())
    note["tables"]["audit.log"] = "1:0"
    (tmp_path / "b.dump.json").write_text(json.dumps(note))
    try:
        with pytest.raises(DataError, match=r"audit\.log"):
            backup.restore(database, tools, file, "restored_bad")
    finally:
        drop(database, "restored_bad")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    try:
        with pytest.raises(MachineError, match="pg_restore"):
            backup.restore(database, tools, file, "restored_half")
    finally:
        drop(database, "restored_half")
    (tmp_path / "b.dump.json").unlink()
    with pytest.raises(DataError):
        backup.restore(database, tools, file, "restored_none")
