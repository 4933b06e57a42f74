"""Long faults: files with flipped bytes, and runs killed at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from geomujun_demo import make

from geomujun.errors import GeomujunError
from geomujun.intake.reader import examine

SAMPLE = Path(__file__).parent.parent / "cases" / "sample-town" / "case"
RUN = "from geomujun.cli.main import run; run()"
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    make(folder, size="town", profile="plain", seed=3)
    return folder / "case"


@pytest.mark.parametrize("seed", range(120))
def test_flipped_bytes_give_a_verdict_and_never_a_crash(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)  # noqa: S311 - which bytes to spoil, no secret
    case = tmp_path / "case"
    shutil.copytree(SAMPLE, case)
    victim = rng.choice(sorted(case.iterdir()))
    data = bytearray(victim.read_bytes())
    for _ in range(rng.randint(1, 40)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    victim.write_bytes(bytes(data[: rng.randint(1, len(data))] if rng.random() < 0.2 else data))
    try:
        files = examine(case).files
    except GeomujunError:
        files = []  # the folder as a whole was refused, in words
    for verdict in files:
        assert verdict.rows_in == verdict.rows_kept + verdict.rows_rejected
        if verdict.stem and not verdict.usable:
            assert verdict.problems or verdict.rows_kept == 0


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.9, 0.95, 0.98, 1.0])
def test_a_killed_run_leaves_the_old_output_or_none(
    share: float, town: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", RUN, "run", str(town), "--out", str(out), "--scheme",
               "zhejiang-2022", "--year", "2024", "--quiet"]  # fmt: skip
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - start
    before = (out / "run.json").read_bytes()
    tables = {p.name: p.read_bytes() for p in (out / "tables").iterdir()}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(whole * share)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert {p.name: p.read_bytes() for p in (out / "tables").iterdir()} == tables
    assert (out / "run.json").read_bytes()[:20] == before[:20]
    assert (out / "map.html").stat().st_size > 100_000
