"""Killed anywhere, the store is as it was before or as it was to be: no third state.

The loader, the publisher, a reviewer and the postmaster are killed with SIGKILL at random moments;
afterwards every table is one of the two known states, each decision that was confirmed to its
reviewer is there, and the audit chain is whole.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgis_fixtures import TOWN, edit, need_postgis

from geomujun.storage import audit, backup, decisions
from geomujun.storage.cluster import Cluster
from geomujun.storage.target import Target, connect

pytestmark = [pytest.mark.long, pytest.mark.postgis]
RUN = "from geomujun.cli.main import run; run()"
KILLS = int(os.environ.get("GEOMUJUN_KILLS", "50"))
# A reviewer that prints each decision once the database has confirmed it.
REVIEW = """
import sys
from pathlib import Path
from geomujun.pipeline import review
from geomujun.storage.cluster import Cluster
from geomujun.storage.decisions import Opinion
target = Cluster(Path(sys.argv[1])).existing()
for i in range(100000):
    review.decide(target, Opinion(f"{sys.argv[2]}-{i}", "U", "same", "r"))
    print(i, flush=True)
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    need_postgis()
    folder = Path(tempfile.mkdtemp(prefix="gmj-kill-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    Cluster(folder).down()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two cases that differ in every enterprise and a tenth of the figures."""
    other = tmp_path_factory.mktemp("cases") / "other"
    shutil.copytree(TOWN, other)
    edit(other / "enterprises.csv", lambda f: f.assign(住所=f["住所"] + "1号楼"))
    edit(other / "indicators.csv", lambda f: f.sample(frac=0.9, random_state=1))
    return TOWN, other


def start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *words], env=os.environ | {"GEOMUJUN_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def run(home: Path, *words: str) -> float:
    begun = time.perf_counter()
    assert start(home, *words).wait() == 0
    return time.perf_counter() - begun


def state(target: Target) -> dict[str, str]:
    """Digests of all tables but those that count attempts."""
    with connect(target) as connection:
        return backup.digests(connection)


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):  # it was done already
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def editions_and_loads(target: Target) -> tuple[int, int, int]:
    """How many editions, loads and audit rows there are, and that each has all that is its own."""
    with connect(target) as connection:
        chain = audit.verify(connection)
        assert chain.broken_at is None
        loads, editions = connection.execute(
            "SELECT (SELECT count(*) FROM raw.loads), (SELECT count(*) FROM pub.editions)"
        ).fetchone()
        parts = connection.execute(
            "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'pub' AND c.relkind = 'r' AND c.relname ~ '_e[0-9]+$'"
        ).fetchone()[0]
        tables = connection.execute(
            "SELECT count(*) FROM pg_partitioned_table AS p JOIN pg_class AS c ON c.oid = p.partrelid"
            " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'pub'"
        ).fetchone()[0]
        assert parts == tables * editions
        shown = connection.execute(
            "SELECT count(*) FROM pub.links AS l"
            " LEFT JOIN pub.editions AS e ON e.number = l.edition WHERE e.number IS NULL"
        ).fetchone()[0]
        assert shown == 0
        firms = connection.execute(
            "SELECT count(*) FILTER (WHERE registered_address LIKE '%1号楼'), count(*)"
            " FROM core.enterprises WHERE load_to IS NULL"
        ).fetchone()
        assert firms[0] in (0, firms[1])
    return loads, editions, chain.rows


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_leaves_the_old_state_or_the_new(
    seed: int, home: Path, cases: tuple[Path, Path]
) -> None:
    rng = random.Random(seed)  # noqa: S311 - when to kill, no secret
    private = Cluster(home)
    if not private.made():
        run(home, "load", str(cases[0]), "--valid-on", "2024-12-31", "--quiet")
        run(home, "publish", "2024", "--quiet", "--workers", "1")
    target = private.up()
    before = editions_and_loads(target)
    what = rng.choice(["load", "publish"])
    words = (
        ("load", str(cases[1 - seed % 2]), "--valid-on", "2025-01-01", "--quiet")
        if what == "load" else ("publish", "2024", "--quiet", "--workers", "1")
    )  # fmt: skip
    reviewer = subprocess.Popen(
        [sys.executable, "-c", REVIEW, str(home), f"s{seed}"], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    process = start(home, *words)
    time.sleep(rng.uniform(0.5, 12.0 if what == "publish" else 8.0))
    if rng.random() < 0.5:
        os.kill(private.status().pid, signal.SIGKILL)
        time.sleep(rng.uniform(0, 0.5))
    kill(process)
    reviewer.kill()
    confirmed = [int(line) for line in (reviewer.communicate()[0] or "").split()]
    target = private.up()
    after = editions_and_loads(target)
    with connect(target) as connection:
        mine = {
            r["parcel_code"] for r in decisions.all_lines(connection)
            if r["parcel_code"].startswith(f"s{seed}-")
        }  # fmt: skip
    assert {f"s{seed}-{i}" for i in confirmed} <= mine
    assert len(mine) - len(confirmed) in (0, 1)  # at most the one whose answer was on its way
    done = (after[0] - before[0], after[1] - before[1])
    assert done in ((0, 0), (1, 0), (0, 1))
    assert after[2] == before[2] + sum(done) + len(mine)


def test_what_was_killed_can_be_done_again(home: Path, cases: tuple[Path, Path]) -> None:
    target = Cluster(home).up()
    run(home, "load", str(cases[1]), "--valid-on", "2025-01-01", "--quiet")
    run(home, "load", str(cases[0]), "--valid-on", "2025-01-02", "--quiet")
    before = state(target)
    run(home, "load", str(cases[0]), "--valid-on", "2025-01-03", "--quiet")
    assert state(target) == before
