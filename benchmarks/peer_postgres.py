"""pg_trgm in a private PostgreSQL: unix socket only, C.UTF-8 (in locale C it finds no trigram).

The cluster lives in a temporary folder for one run. A root shell steps down to the account
`postgres`, since the server refuses root.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.method import Answers, MethodMissingError, in_chunks
from benchmarks.peers import norm

WAIT_S: Final = 30
_NEAREST: Final = """
select p.i, r.i, r.d from unnest(%s::int[], %s::text[]) as p(i, t)
left join lateral (select i, 1 - (name <-> p.t) as d from register
                   order by name <-> p.t limit 1) r on true
"""
_SIMILAR: Final = """
select p.i, r.i, r.d from unnest(%s::int[], %s::text[]) as p(i, t)
left join lateral (select i, similarity(name, p.t) as d from register where name %% p.t
                   order by d desc, i limit 1) r on true
"""


def _binaries() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    for folder in reversed(folders):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        raise MethodMissingError("no initdb on this machine")
    return Path(found).parent


def _step_down(folder: Path) -> list[str]:
    """What to put before a command so that it does not run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise MethodMissingError("root shell and no setpriv to step down with")
    try:
        shutil.chown(folder, "postgres", "postgres")
    except LookupError as error:
        raise MethodMissingError("root shell and no account postgres to step down to") from error
    ids = ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    return ["setpriv", *ids, "--reset-env"]


@contextmanager
def _server() -> Iterator[Any]:
    import psycopg

    tools = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="gmj", dir="/tmp"))
    before = _step_down(folder)
    user = "postgres" if before else getpass.getuser()
    data = folder / "d"
    made = subprocess.run(
        [*before, str(tools / "initdb"), "-D", str(data), "-E", "UTF8", "--locale=C.UTF-8",
         "-A", "trust", "-U", user],
        check=False, capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise MethodMissingError(f"initdb: {made.stderr.strip()[-200:]}")
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}",
               "-c", "shared_buffers=256MB", "-c", "fsync=off"]  # fmt: skip
    server = subprocess.Popen(
        [*before, str(tools / "postgres"), "-D", str(data), *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        with _connected(psycopg, folder, user) as connection:
            yield connection
    finally:
        server.terminate()
        server.wait(timeout=WAIT_S)
        shutil.rmtree(folder, ignore_errors=True)


def _connected(psycopg: Any, folder: Path, user: str) -> Any:
    until = time.monotonic() + WAIT_S
    while True:
        try:
            return psycopg.connect(host=str(folder), user=user, dbname="postgres", autocommit=True)
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise MethodMissingError(f"the server does not answer: {error}") from error
            time.sleep(0.1)


def _trigrams(
    register: list[str], texts: list[str], limit_s: float, how: tuple[str, str]
) -> Answers:
    index, query = how
    names, queries = norm(register), norm(texts)
    with _server() as connection:
        try:
            connection.execute("create extension pg_trgm")
        except Exception as error:
            raise MethodMissingError(f"pg_trgm: {error}") from error
        start = time.perf_counter()
        connection.execute("create table register (i int, name text)")
        with connection.cursor().copy("copy register from stdin") as copy:
            for row in enumerate(names):
                copy.write_row(row)
        connection.execute(index)
        connection.execute("analyze register")
        prepared = time.perf_counter() - start

        def ask(chunk: Sequence[str]) -> tuple[Sequence[int], Sequence[float]]:
            rows = connection.execute(query, (list(range(len(chunk))), list(chunk))).fetchall()
            found = {i: (firm, score) for i, firm, score in rows if firm is not None}
            pairs = [found.get(i, (-1, 0.0)) for i in range(len(chunk))]
            return [f for f, _ in pairs], [s for _, s in pairs]

        answers = in_chunks(queries, ask, limit_s, size=200)
    answers.prepare_s = prepared
    return answers


def pg_gist_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """GiST, nearest neighbour by `<->`."""
    index = "create index on register using gist (name gist_trgm_ops)"
    return _trigrams(register, texts, limit_s, (index, _NEAREST))


def pg_gin_n(register: list[str], texts: list[str], limit_s: float) -> Answers:
    """GIN, `%` at 0.3."""
    index = "create index on register using gin (name gin_trgm_ops)"
    return _trigrams(register, texts, limit_s, (index, _SIMILAR))
