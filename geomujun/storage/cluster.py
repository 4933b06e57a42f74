"""The private PostGIS: a cluster of our own in a folder, reached by a unix socket only.

    HOME/pg/<major>/     data, owned by an unprivileged user also when root starts it
    HOME/cluster.json    what was made: major version, system identifier, socket folder
    HOME/log             PostgreSQL's messages
    HOME/lock            held while one process starts or stops it

It listens on no network port, lets in the operating-system users it was made for and nobody else
(peer), and is told from any other server by its system identifier before anything is written.
``postmaster.pid`` is PostgreSQL's own and never removed: after a crash the start is repeated until
the last orphan has left.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.storage import binaries
from geomujun.storage.binaries import Binaries, Runner, call
from geomujun.storage.target import Target, connect, full

DATABASE: Final = "geomujun"
SUPERUSER: Final = "geomujun"
RETRY_SECONDS: Final = 30.0
_NO_ROOM: Final = "No space left on device"  # the server speaks C.UTF-8
_RUNNING, _STOPPED = 0, 3  # exit codes of pg_ctl status
_SETTINGS: Final = """\
# Written by geomujun; read after postgresql.conf.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
jit = off
timezone = 'UTC'
log_min_duration_statement = -1
log_statement = 'none'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


@dataclass(frozen=True, slots=True)
class Status:
    """What `geomujun db status` says of the private cluster."""

    made: bool
    running: bool
    home: str
    major: int
    pid: int
    socket: str
    system_identifier: str


class Cluster:
    """One private cluster. Making the object touches nothing."""

    def __init__(self, home: Path, db_user: str = "postgres", pg_bin: str = "") -> None:
        """Name the folder, the user it runs as when we are root, and where programs lie."""
        self.home = home
        self._db_user, self._pg_bin = db_user, pg_bin
        self._state = home / "cluster.json"

    # -- what there is

    def made(self) -> int | None:
        """Major version of the data, None when none were made."""
        found = [p.parent for p in self.home.glob("pg/*/PG_VERSION")]
        majors = sorted(int(p.name) for p in found if p.name.isdigit())
        return majors[-1] if majors else None

    def status(self) -> Status:
        """Whether it is there and runs."""
        major = self.made()
        if major is None:
            return Status(False, False, str(self.home), 0, 0, "", "")
        tools, who = self._tools(major)
        running = self._running(tools, who)
        pid, socket = self._pid_file(major) if running else (0, "")
        kept = str(self._kept().get("system_identifier", ""))
        return Status(True, running, str(self.home), major, pid, socket, kept)

    def _data(self, major: int) -> Path:
        return self.home / "pg" / str(major)

    def _tools(self, major: int | None) -> tuple[Binaries, Runner]:
        return binaries.find(self._pg_bin, major), binaries.runner(self._db_user)

    def _kept(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._state.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _keep(self, **values: object) -> None:
        """Write the state file whole or not at all."""
        fresh = self._state.with_suffix(".new")
        fresh.write_text(json.dumps({**self._kept(), **values}, indent=1) + "\n", "utf-8")
        fresh.replace(self._state)

    def _pid_file(self, major: int) -> tuple[int, str]:
        """The postmaster's pid and socket folder, as PostgreSQL itself wrote them."""
        try:
            lines = (self._data(major) / "postmaster.pid").read_text("utf-8").splitlines()
            return int(lines[0]), lines[4].strip()
        except (OSError, ValueError, IndexError):
            return 0, ""

    # -- up and down

    def up(self) -> Target:
        """Make it when it is not there, start it when it does not run, and say how to reach it.

        Raises:
            MachineError: no PostGIS, no right, or it does not start.
        """
        with self._locked():
            major = self.made()
            tools, who = self._tools(major)
            if major is None:
                self._make(tools, who)
            self._check_identity(tools, who)
            self._start(tools, who)
            target = self._target(tools)
            self._ensure_database(target)
        return target.database(DATABASE)

    def down(self) -> bool:
        """Stop it; False when it did not run.

        Raises:
            MachineError: it does not stop.
        """
        major = self.made()
        if major is None:
            return False
        with self._locked():
            tools, who = self._tools(major)
            if not self._running(tools, who):
                return False
            self._stop(tools, who)
            with suppress(OSError):  # empty now; where it is not, it is not only ours
                Path(str(self._kept().get("socket", ""))).rmdir()
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One starter or stopper at a time; the system drops the lock when we die."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            raise MachineError(
                t("写不进数据文件夹：{w}", "the data folder cannot be written: {w}", w=e.strerror),
                where=str(self.home),
                hint=t("设 GEOMUJUN_HOME 为别的文件夹", "set GEOMUJUN_HOME to another folder"),
            ) from e
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _make(self, tools: Binaries, who: Runner) -> None:
        """Initialise beside the place and move it in, so that a killed initdb leaves no cluster."""
        pg = self.home / "pg"
        pg.mkdir(exist_ok=True)
        part = pg / f"{tools.major}.part"
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(mode=0o700)
        if who.switch:
            os.chown(part, who.uid, who.gid)
        self._check_reach(who, part)
        options = ["-E", "UTF8", "--locale=C.UTF-8", "-A", "peer", "-U", SUPERUSER, "-k", "-N"]
        done = call([tools.folder / "initdb", "-D", part, *options], who)
        if done.returncode != 0:
            raise MachineError(
                t("建不起私有数据库", "the private database cannot be made"),
                where=str(self.home),
                hint=(done.stderr or done.stdout).strip()[-400:],
            )
        users = sorted({who.name, pwd.getpwuid(os.geteuid()).pw_name})
        self._write(part / "geomujun.conf", _SETTINGS, who)
        self._append(part / "postgresql.conf", "\ninclude 'geomujun.conf'\n")
        self._write(part / "pg_hba.conf", "local all all peer map=own\n", who)
        rows = "".join(f"own {user} {SUPERUSER}\n" for user in users)
        self._write(part / "pg_ident.conf", rows, who)
        os.sync()  # initdb -N left that to us
        self._keep(
            major=tools.major, system_identifier=self._identifier(tools, who, part), socket=""
        )
        part.rename(self._data(tools.major))

    def _check_reach(self, who: Runner, place: Path) -> None:
        """The unprivileged user must get to the folder; below /root it does not."""
        if call(["/bin/sh", "-c", 'cd "$0"', place], who).returncode != 0:
            raise MachineError(
                t("用户 {u} 进不了数据文件夹", "user {u} cannot enter the data folder", u=who.name),
                where=str(self.home),
                hint="GEOMUJUN_HOME=/var/lib/geomujun",
            )

    @staticmethod
    def _write(path: Path, text: str, who: Runner) -> None:
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        if who.switch:
            os.chown(path, who.uid, who.gid)

    @staticmethod
    def _append(path: Path, text: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    def _identifier(self, tools: Binaries, who: Runner, data: Path) -> str:
        """The system identifier on disk."""
        said = call([tools.folder / "pg_controldata", "-D", data], who).stdout
        rows = (line.partition(":") for line in said.splitlines())
        found = [value.strip() for key, _, value in rows if key == "Database system identifier"]
        if not found:
            said = t("读不出数据库标识", "the cluster's identifier cannot be read")
            raise MachineError(said, where=str(data))
        return found[0]

    def _check_identity(self, tools: Binaries, who: Runner) -> None:
        """The data on disk are those we made."""
        found = self._identifier(tools, who, self._data(tools.major))
        kept = self._kept().get("system_identifier")
        if kept is None:  # killed between initdb and the state file, or the file was lost
            self._keep(major=tools.major, system_identifier=found)
        elif kept != found:
            raise MachineError(
                t("数据文件夹里是另一个数据库集群，不动它",
                  "the folder holds another cluster; it is left alone"),
                where=str(self._data(tools.major)), hint="GEOMUJUN_HOME",
            )  # fmt: skip

    def _running(self, tools: Binaries, who: Runner) -> bool:
        done = call([tools.folder / "pg_ctl", "status", "-D", self._data(tools.major)], who)
        if done.returncode not in (_RUNNING, _STOPPED):
            raise MachineError(
                (done.stderr or done.stdout).strip()[-300:], where=str(self._data(tools.major))
            )
        return done.returncode == _RUNNING

    def _answers(self, tools: Binaries) -> bool:
        """Whether a connection through its socket is taken."""
        _, socket = self._pid_file(tools.major)
        if not socket:
            return False
        try:
            psycopg.connect(self._conninfo(socket), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _socket_folder(self, who: Runner) -> str:
        """A short folder that only the server's user enters: a socket's path has 107 bytes."""
        kept = str(self._kept().get("socket") or "")
        if kept and Path(kept).is_dir() and Path(kept).stat().st_uid == who.uid:
            return kept
        made = tempfile.mkdtemp(prefix="gmj-", dir="/tmp")
        if who.switch:
            os.chown(made, who.uid, who.gid)
        self._keep(socket=made)
        return made

    def _start(self, tools: Binaries, who: Runner) -> None:
        """Start it, again and again while what a crash left behind is in the way."""
        if self._answers(tools):
            return
        end = time.monotonic() + RETRY_SECONDS
        while True:
            said = ""
            if self._running(tools, who):
                self._free_lost_socket(tools, who)
            else:
                said = self._try_start(tools, who)
            if self._answers(tools):
                return
            if _NO_ROOM in said:
                raise full().at(str(self.home))
            if time.monotonic() > end:
                raise MachineError(
                    t("数据库起不来", "the database does not start"),
                    where=str(self.home),
                    hint=_tail(self.home / "log")[-400:].strip(),
                )
            time.sleep(0.5)

    def _free_lost_socket(self, tools: Binaries, who: Runner) -> None:
        """A server whose socket was cleaned away can be reached by nobody: it is stopped."""
        _, socket = self._pid_file(tools.major)
        if socket and not (Path(socket) / ".s.PGSQL.5432").exists():
            self._stop(tools, who)

    def _try_start(self, tools: Binaries, who: Runner) -> str:
        """Start it; what the server writes to its log meanwhile."""
        socket = self._socket_folder(who)
        log = self.home / "log"
        log.touch(mode=0o600)
        if who.switch:
            os.chown(log, who.uid, who.gid)
        command: list[str | Path] = [
            tools.folder / "pg_ctl", "start", "-D", self._data(tools.major), "-w", "-t", "60",
            "-s", "-l", log, "-o", f"-c unix_socket_directories={socket} -c port=5432",
        ]  # fmt: skip
        written = log.stat().st_size
        call(command, who)
        return _tail(log, written)

    def _stop(self, tools: Binaries, who: Runner) -> None:
        """Stop it; at once where it does not come to its end, as the next start recovers.

        A server told to stop while it recovers from a crash may wait for itself for ever.
        """
        data = self._data(tools.major)
        command: list[str | Path] = [tools.folder / "pg_ctl", "stop", "-D", data, "-w", "-s"]
        for mode, seconds in (("fast", "60"), ("immediate", "30")):
            done = call([*command, "-m", mode, "-t", seconds], who)
            if done.returncode == 0 or not self._running(tools, who):
                return
        raise MachineError(
            t("数据库停不下来", "the database does not stop"),
            where=str(self.home),
            hint=done.stderr.strip()[-300:],
        )

    @staticmethod
    def _conninfo(socket: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=socket, port="5432", user=SUPERUSER, dbname="postgres"
        )

    def _target(self, tools: Binaries) -> Target:
        _, socket = self._pid_file(tools.major)
        identity = str(self._kept()["system_identifier"])
        return Target(self._conninfo(socket), str(self.home), identity)

    @staticmethod
    def _ensure_database(target: Target) -> None:
        with connect(target, autocommit=True) as connection:
            there = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if not there:
                connection.execute(
                    f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'"
                    " LOCALE 'C.UTF-8'"
                )

    def existing(self) -> Target:
        """How to reach it while it runs.

        Raises:
            MachineError: it was not made or does not run.
        """
        status = self.status()
        if not status.running:
            raise MachineError(
                t("私有数据库没有启动", "the private database does not run"),
                where=str(self.home),
                hint="geomujun db up",
            )
        tools, _ = self._tools(status.major)
        return self._target(tools).database(DATABASE)

    def bin_folder(self) -> Path:
        """Where its programs lie."""
        return self._tools(self.made())[0].folder


def _tail(log: Path, begin: int = 0) -> str:
    """A log from a byte on, its last 64 KiB at most."""
    try:
        with log.open("rb") as file:
            file.seek(max(begin, log.stat().st_size - 65_536))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
