"""The private cluster: unprivileged, reached by its socket only, and back after any crash."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from geomujun.errors import MachineError
from geomujun.settings import Settings, from_environment
from geomujun.storage import migrate
from geomujun.storage.cluster import Cluster
from geomujun.storage.target import connect, from_url

RUN = "from geomujun.cli.main import run; run()"


def command(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *words], env=os.environ | env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_it_is_made_started_found_and_stopped(home: Path) -> None:
    private = Cluster(home)
    assert not private.status().made
    target = private.up()
    status = private.status()
    assert status.running
    assert (home / f"pg/{status.major}").stat().st_uid != 0
    assert Path(f"/proc/{status.pid}").stat().st_uid != 0
    assert private.up() == target
    with connect(target) as connection:
        said = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("listen_addresses", "server_encoding", "lc_collate", "lc_ctype")
        }
    assert said == {"listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C.UTF-8",
                    "lc_ctype": "C.UTF-8"}  # fmt: skip
    assert Path(status.socket).stat().st_mode & 0o777 == 0o700
    assert private.down()
    assert not private.down()
    assert not private.status().running
    assert not Path(status.socket).exists()
    assert private.up().identity == target.identity


def test_rows_outlive_a_killed_postmaster_and_its_pid_file_is_left_alone(home: Path) -> None:
    private = Cluster(home)
    target = private.up()
    with connect(target) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with connect(target) as half:
        half.execute("INSERT INTO kept VALUES (8)")
        os.kill(private.status().pid, signal.SIGKILL)
        target = private.up()
        with pytest.raises(psycopg.OperationalError):
            half.execute("SELECT 1")
    with connect(target) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]


def test_a_socket_folder_that_was_cleaned_away_is_made_again(home: Path) -> None:
    private = Cluster(home)
    private.up()
    shutil.rmtree(private.status().socket)
    with connect(private.up()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_another_cluster_is_never_written_to(home: Path) -> None:
    private = Cluster(home)
    target = private.up()
    with pytest.raises(MachineError, match="集群"):
        connect(replace(target, identity="1"))
    private.down()
    state = json.loads((home / "cluster.json").read_text())
    (home / "cluster.json").write_text(json.dumps({**state, "system_identifier": "1"}))
    with pytest.raises(MachineError, match="集群"):
        private.up()
    (home / "cluster.json").unlink()
    private.up()


def test_a_killed_initdb_leaves_nothing_in_the_way(home: Path) -> None:
    part = home / "pg" / "15.part"
    part.mkdir(parents=True)
    (part / "PG_VERSION").write_text("half")
    assert Cluster(home).up().identity


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [(["db", "up"], "没有 PostGIS", "apt-get install"),
     (["--lang", "en", "db", "up"], "no PostGIS", "apt-get install")],
)  # fmt: skip
def test_without_postgis_one_line_says_what_to_do(
    words: list[str], said: str, hint: str, tmp_path: Path
) -> None:
    done = command(*words, GEOMUJUN_PG_BIN=str(tmp_path), GEOMUJUN_HOME=str(tmp_path / "home"))
    assert done.returncode == 4
    assert said in done.stderr
    assert hint in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2


def test_a_copy_is_kept_before_the_schema_changes(home: Path) -> None:
    target = Cluster(home).up()
    migrate.upgrade(target, "0002")
    with connect(target, "owner") as connection:
        connection.execute("INSERT INTO review.claims VALUES ('P', 'U', 'me', now(), now())")
    done = command("db", "upgrade", GEOMUJUN_HOME=str(home), DATABASE_URL="")
    assert done.returncode == 0
    copies = list(home.glob("before-upgrade-0002-*.dump"))
    assert len(copies) == 1
    assert copies[0].name in done.stderr
    assert migrate.drift(target) == []
    with connect(target, "app") as connection:
        assert connection.execute("SELECT reviewer FROM review.claims").fetchall() == [("me",)]


def test_a_server_that_fails_is_told_in_words_and_without_what_rows_hold(home: Path) -> None:
    target = Cluster(home).up()
    with connect(target) as connection:
        connection.execute("CREATE TABLE t (n text UNIQUE)")
    with pytest.raises(MachineError, match="数据库出错") as told, connect(target) as connection:
        connection.execute("INSERT INTO t VALUES ('张三'), ('张三')")
    assert "张三" not in str(told.value) + told.value.hint
    with pytest.raises(MachineError), connect(target) as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_password_is_neither_shown_nor_kept_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://me:hidden-word@127.0.0.1:1/geomujun\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    settings = from_environment()
    target = from_url(settings.database_url)
    assert "hidden-word" not in repr(settings) + repr(target) + target.label
    done = command("db", "status", DATABASE_URL_FILE=str(secret))
    assert done.returncode == 4
    assert "hidden-word" not in done.stdout + done.stderr
    assert Settings().database_url == ""
