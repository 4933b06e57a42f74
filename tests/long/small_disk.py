"""A small file system of a test's own, to be filled; only root can have one."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder with so much room; skips, saying so, where nothing can be mounted."""
    disk = Path(tempfile.mkdtemp(prefix="gmj-disk-", dir="/tmp"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "none", str(disk)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        disk.rmdir()
        pytest.skip("no file system can be mounted here: run as root")
    try:
        yield disk
    finally:
        (disk / "ballast").unlink(missing_ok=True)
        subprocess.run(["umount", "-l", str(disk)], check=False)
        disk.rmdir()
