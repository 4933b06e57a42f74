"""Cases as archives, and waiting for jobs; for tests of the routes that take cases in."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from postgis_fixtures import TOWN

# In place of the files of a case that need not be read for what is tested.
ONLY = {p.name: None for p in TOWN.iterdir() if p.stem not in ("flags", "supply")}
ZIP = {"Content-Type": "application/zip"}


def packed(folder: Path = TOWN, inside: str = "", **other: bytes | str | None) -> bytes:
    """A folder as a zip; ``other`` files are added or put in place of its own (None: left out)."""
    made = io.BytesIO()
    files: dict[str, Any] = {p.name: p.read_bytes() for p in sorted(folder.iterdir())} | other
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            if data is not None:
                z.writestr(f"{inside}{name}", data)
    return made.getvalue()


def ended(api: TestClient, headers: dict[str, str], number: int) -> dict[str, Any]:
    """A job once it is done or failed."""
    for _ in range(1200):
        job: dict[str, Any] = api.get(f"/v1/jobs/{number}", headers=headers).json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)
