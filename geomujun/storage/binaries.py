"""PostgreSQL's programs on this machine, and as whom they run."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geomujun.errors import MachineError
from geomujun.lang import t

_PLACES: Final = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql*/bin",
                  "/opt/homebrew/opt/postgresql@*/bin")  # fmt: skip
OLDEST: Final = 14  # partition pruning and CREATE OR REPLACE TRIGGER as used here


@dataclass(frozen=True, slots=True)
class Binaries:
    """PostgreSQL of one major version that has PostGIS beside it."""

    folder: Path
    major: int


@dataclass(frozen=True, slots=True)
class Runner:
    """The unprivileged user that PostgreSQL's programs run as; ``switch`` when we are root."""

    name: str
    uid: int
    gid: int
    switch: bool


def find(folder: str = "", major: int | None = None) -> Binaries:
    """The newest PostgreSQL with PostGIS, or that of a given major version.

    Raises:
        MachineError: there is none.
    """
    found = sorted(_with_postgis(folder), key=lambda b: b.major)
    if major is not None:
        found = [b for b in found if b.major == major]
    if found:
        return found[-1]
    if major is not None:
        raise MachineError(
            t("数据属于 PostgreSQL {m}，本机没有这个版本",
              "the data belong to PostgreSQL {m}, which this machine lacks", m=major),
            hint=f"apt-get install postgresql-{major}-postgis-3",
        )  # fmt: skip
    raise MachineError(
        t("本机没有 PostGIS", "this machine has no PostGIS"),
        hint=t(
            "安装：apt-get install postgresql postgresql-*-postgis-3；"
            "或设 DATABASE_URL 使用已有的库；不用数据库：geomujun run",
            "apt-get install postgresql postgresql-*-postgis-3; or set DATABASE_URL to use"
            " another server; without a database: geomujun run",
        ),
    )


def _with_postgis(folder: str) -> Iterator[Binaries]:
    places = [Path(folder)] if folder else _candidates()
    for place in places:
        if not (place / "initdb").is_file():
            continue
        major = _major(place)
        if major >= OLDEST and _has_postgis(place, major):
            yield Binaries(place, major)


def _candidates() -> list[Path]:
    found = [p for pattern in _PLACES for p in sorted(Path("/").glob(pattern[1:]))]
    on_path = shutil.which("initdb")
    return [*found, Path(on_path).resolve().parent] if on_path else found


def _major(folder: Path) -> int:
    said = _said(folder / "postgres", "--version")
    number = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", said)
    return int(number[1]) if number else 0


def _has_postgis(folder: Path, major: int) -> bool:
    share = _said(folder / "pg_config", "--sharedir") if (folder / "pg_config").is_file() else ""
    places = [Path(f"/usr/share/postgresql/{major}"), *([Path(share)] if share else [])]
    return any((p / "extension" / "postgis.control").is_file() for p in places)


def _said(program: Path, option: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a program of a fixed name, no shell
            [str(program), option], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def runner(db_user: str) -> Runner:
    """As whom to run: ourselves, or ``db_user`` when we are root, which PostgreSQL refuses.

    Raises:
        MachineError: there is no such user, or we ourselves have no name.
    """
    me = os.geteuid()
    try:
        row = pwd.getpwnam(db_user) if me == 0 else pwd.getpwuid(me)
    except KeyError as e:
        who = db_user if me == 0 else str(me)
        raise MachineError(
            t("系统里没有用户 {u}", "the system has no user {u}", u=who),
            hint=t(
                "用有名字的用户运行，或设 GEOMUJUN_DB_USER，或设 DATABASE_URL",
                "run as a user with a name, or set GEOMUJUN_DB_USER, or DATABASE_URL",
            ),
        ) from e
    if row.pw_uid == 0:
        raise MachineError(
            t("数据库不能以 root 运行", "the database cannot run as root"),
            hint="GEOMUJUN_DB_USER=postgres",
        )
    return Runner(row.pw_name, row.pw_uid, row.pw_gid, switch=me == 0)


def environment() -> dict[str, str]:
    """What PostgreSQL's programs see: no PGHOST and the like of the caller, a fixed locale."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "TZ", "TMPDIR", "HOME")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def call(
    command: Sequence[str | Path], who: Runner, *, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program as ``who``, its output kept; the caller looks at the exit code.

    Raises:
        MachineError: it cannot be started or takes too long.
    """
    words = [str(w) for w in command]
    try:
        return subprocess.run(  # noqa: S603 - programs found by `find`, arguments of ours, no shell
            words,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env=environment(),
            cwd="/",
            user=who.uid if who.switch else None,
            group=who.gid if who.switch else None,
            extra_groups=[] if who.switch else None,
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        raise MachineError(str(e), where=Path(words[0]).name) from e
