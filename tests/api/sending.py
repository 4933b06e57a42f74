"""Cases as archives, and waiting for jobs; for tests of the routes that take cases in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from fastapi.testclient import TestClient
from postgis_fixtures import TOWN
from serving import INCOMING, until

# In place of the files of a case that need not be read for what is tested.
ONLY = {p.name: None for p in TOWN.iterdir() if p.stem not in ("flags", "supply")}
BOOK = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
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


def left() -> list[str]:
    """What lies where cases come in."""
    return sorted(p.name for p in Path(INCOMING).iterdir())


def written(book: bytes) -> list[dict[str, Any]]:
    """Rows of a review workbook by header, hidden columns too."""
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True))
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:] if row[1]]


def filled(book: bytes, answers: list[dict[str, Any] | None]) -> bytes:
    """A review workbook with answers in its first rows; None leaves one blank."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    sheet = opened.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[3]}
    for number, answer in enumerate(answers, start=4):
        for header, value in (answer or {}).items():
            sheet.cell(number, columns[header]).value = value
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def ended(api: TestClient, headers: dict[str, str], number: int) -> dict[str, Any]:
    """A job once it is done or failed, and what it worked on is cleared."""

    def told() -> dict[str, Any]:
        job: dict[str, Any] = api.get(f"/v1/jobs/{number}", headers=headers).json()
        return job

    job = dict(until(told, lambda job: job["state"] in ("done", "failed")))
    until(lambda: [name for name in left() if name.startswith("taken-")], lambda taken: not taken)
    return job
