"""The peers' own environment, `.venv-bench`, from requirements/bench.lock.

Apart from the product's, because recordlinkage wants pandas 2.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / ".venv-bench"
LOCK: Final = ROOT / "requirements" / "bench.lock"


def python(given: str | None, may_make: bool) -> Path | None:
    """The peers' interpreter: as given, as found, or made now; None (said loudly) otherwise."""
    if given:
        return Path(given)
    found = FOLDER / "bin" / "python"
    stamp = FOLDER / "bench.stamp"
    ready = found.exists() and stamp.exists() and stamp.read_bytes() == LOCK.read_bytes()
    if ready:
        return found
    if not may_make:
        print(f"!!! no peers: {FOLDER.name} is not there and --no-setup was given", file=sys.stderr)
        return None
    print("· installing the peers (once)", file=sys.stderr)
    shutil.rmtree(FOLDER, ignore_errors=True)
    steps = (
        [sys.executable, "-m", "venv", str(FOLDER)],
        [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--require-hashes", "--no-deps", "-r", str(LOCK)],
    )  # fmt: skip
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            print(f"!!! no peers: {' '.join(step[:4])} … failed", file=sys.stderr)
            return None
    (FOLDER / ".gitignore").write_text("*\n", "utf-8")
    stamp.write_bytes(LOCK.read_bytes())
    return found
