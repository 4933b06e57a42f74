"""A bureau's own server, where we own one database and may make neither roles nor extensions."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from postgis_fixtures import DAY, TOWN, publication

from geomujun.errors import ConflictError, MachineError
from geomujun.pipeline import review
from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import publish
from geomujun.storage import audit, backup, binaries, migrate
from geomujun.storage.cluster import Cluster
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect, from_url


@pytest.fixture
def server(home: Path) -> Target:
    """A server whose administrator let the user of the tests in as `bureau`, without rights."""
    target = Cluster(home).up().database("postgres")
    with connect(target, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE bureau LOGIN")
        made = administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = 'geomujun_app'")
        if not made.fetchone():
            administrator.execute("CREATE ROLE geomujun_app NOLOGIN NOINHERIT")
        administrator.execute("GRANT geomujun_app TO bureau")
        row = administrator.execute("SHOW ident_file").fetchone()
        assert row
        with Path(row[0]).open("a", encoding="utf-8") as known:
            known.write(f"own {pwd.getpwuid(os.geteuid()).pw_name} bureau\n")
        administrator.execute("SELECT pg_reload_conf()")
    return target


@pytest.fixture
def ours(server: Target) -> Target:
    """The database of `bureau`, with postgis and nothing else."""
    return given(server, "bureau_db")


def given(server: Target, name: str, postgis: bool = True) -> Target:
    """A database that its administrator made, seen by its owner."""
    with connect(server, autocommit=True) as administrator:
        administrator.execute(
            f"CREATE DATABASE {name} OWNER bureau TEMPLATE template0 ENCODING 'UTF8'"
        )
    if postgis:
        with connect(server.database(name), autocommit=True) as administrator:
            administrator.execute("CREATE EXTENSION postgis")
    socket = str(psycopg.conninfo.conninfo_to_dict(server.conninfo)["host"])
    return from_url(f"postgresql://bureau@/{name}?host={quote(socket)}")


def test_the_whole_job_in_a_database_we_only_own(
    ours: Target, server: Target, tmp_path: Path
) -> None:
    migrate.upgrade(ours)
    load(ours, Load(TOWN, "tester", DAY))
    assert publish(ours, publication()).number == 1
    review.decide(ours, Opinion("P", "U", "same", "甲"))
    with connect(ours, "app") as connection:
        assert audit.verify(connection).broken_at is None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM review.decisions")
    tools, file = binaries.find().folder, tmp_path / "b.dump"
    saved = backup.backup(ours, tools, file)
    for made in (file, tmp_path / "b.dump.json"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o600

    with pytest.raises(MachineError) as refused:
        backup.restore(ours, tools, file, "restored")
    assert "restored" in str(refused.value.hint)
    given(server, "bare", postgis=False)
    with pytest.raises(MachineError, match="postgis"):
        backup.restore(ours, tools, file, "bare")
    given(server, "restored")
    assert backup.restore(ours, tools, file, "restored") == saved
    with pytest.raises(ConflictError):
        backup.restore(ours, tools, file, "restored")


def test_without_postgis_the_upgrade_says_what_is_missing(server: Target) -> None:
    bare = given(server, "bare", postgis=False)
    with pytest.raises(MachineError) as refused:
        migrate.upgrade(bare)
    assert "CREATE EXTENSION postgis" in str(refused.value.hint)
    with connect(bare) as connection:
        assert migrate.holds_ours(connection) == ""


def test_the_label_of_a_socket_names_its_folder_and_no_password() -> None:
    target = from_url("postgresql://u:secret@/geomujun?host=/run/postgresql&port=5433")
    assert target.label == "/run/postgresql:5433/geomujun"
    with pytest.raises(MachineError):
        from_url("postgresql://u@h:port/x?nonsense")
