"""`geomujun load`: a case folder into PostGIS, whole or not at all.

Read by `intake` as for a run, staged, compared with what is in force, swapped in by one
transaction. The same files twice change nothing. A file replaces what its scope held of that
table (figures, flags and grades: of its years and sources only); tables without a file stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from geomujun import __version__
from geomujun.errors import DataError
from geomujun.intake import folder as case_folder
from geomujun.intake.payload import payloads
from geomujun.intake.raw import Raw
from geomujun.intake.reader import Intake, examine
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t
from geomujun.pipeline.beyond import beyond
from geomujun.storage import audit, inputs, room
from geomujun.storage.inputs import Change, FileRow, LoadHead
from geomujun.storage.schema.core import PARTS
from geomujun.storage.target import Conn, Target, connect

Progress = Callable[[str, int], None]
Done = Callable[[Conn, "Loaded"], None]


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of one load."""

    folder: Path
    actor: str
    valid_on: date
    scope: str = ""  # division whose rows it replaces; "" for all
    partial: bool = False  # rows that a file does not have stay in force
    within: tuple[str, ...] = ("",)  # divisions in which all land must lie; ("",) for any


@dataclass(slots=True)
class Loaded:
    """What a load did; ``number`` 0 when all was in force already."""

    number: int = 0
    files: list[FileVerdict] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)  # files in force already


def load(
    target: Target,
    asked: Load,
    progress: Progress | None = None,
    done: Done = lambda _connection, _made: None,
) -> Loaded:
    """Read a folder and bring the database to it; ``done`` is called last in the transaction.

    Raises:
        DataError: a required input is unusable, or older than what is there; nothing is changed.
        MachineError: the database cannot be reached.
    """
    say = progress or (lambda _stage, _rows: None)
    kept: dict[str, pd.DataFrame] = {}

    def keep(verdict: FileVerdict, raw: Raw) -> None:
        kept[verdict.stem] = payloads(raw)

    intake = examine(asked.folder, progress=say, keep=keep)
    mapping = _mapping_digest(asked.folder)
    with connect(target) as connection, connection.transaction():
        inputs.lock(connection)
        _refuse(connection, asked, intake)
        made = Loaded(files=intake.files)
        fresh = _fresh(connection, asked, intake, mapping, made)
        if fresh:
            room.check(connection, _least(asked.folder, [v for v, _ in fresh]))
            say("store", sum(v.rows_kept for v, _ in fresh))
            _store(connection, asked, intake, kept, fresh, made)
        done(connection, made)
    return made


def _least(folder: Path, files: list[FileVerdict]) -> int:
    """Bytes that rows of files take at least: each is kept as it came, and typed."""
    names = {name for v in files for name in (v.file.split("#")[0], *v.parts)}
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and p.name in names)


def _mapping_digest(folder: Path) -> str:
    path = case_folder.find(folder).mapping
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""


def stopping(
    faults: list[tuple[str, str, str]], held: Mapping[str, int]
) -> list[tuple[str, str, str]]:
    """Of a reading's faults those that stop a load: a table may be there from an earlier one.

    Args:
        faults: File, or the stem of a table without one, what is wrong, hint.
        held: Rows in force by stem.
    """
    return [f for f in faults if not held.get(f[0])]


def _refuse(connection: Conn, asked: Load, intake: Intake) -> None:
    """What stops a load: an unusable table, none at all, or land of other divisions."""
    faults = stopping(intake.faults, inputs.counts(connection))
    replace(intake, faults=faults).raise_if_unusable()
    if not any(v.stem for v in intake.files):
        raise DataError(t("文件夹里没有可读的表", "the folder holds no table"))
    away = beyond(intake, asked.within)
    if len(away):
        first = away.iloc[0]
        raise DataError(
            t("有 {n} 行的宗地不在辖区内，如 {f} 第 {r} 行 {v}",
              "{n} rows lie beyond the divisions, as {f} row {r} {v}",
              n=len(away), f=first["file"], r=first["row"], v=first["value"]),
        )  # fmt: skip


def _fresh(
    connection: Conn, asked: Load, intake: Intake, mapping: str, done: Loaded
) -> list[tuple[FileVerdict, str]]:
    """Files whose rows are not in force yet, with the digest of their reading."""
    held = inputs.in_force(connection, asked.scope)
    fresh = []
    for verdict in intake.files:
        if not verdict.stem or verdict.problems:
            continue
        text = f"{verdict.sha256}\n{mapping}\n{__version__}\n{verdict.crs}"
        reading = hashlib.sha256(text.encode()).hexdigest()
        there = held.get(verdict.stem, ())
        several = asked.partial or verdict.stem in PARTS
        if reading in there if several else there == (reading,):
            done.same.append(verdict.file)
        else:
            fresh.append((verdict, reading))
    return fresh


def _store(
    connection: Conn,
    asked: Load,
    intake: Intake,
    kept: dict[str, pd.DataFrame],
    fresh: list[tuple[FileVerdict, str]],
    done: Loaded,
) -> None:
    head = LoadHead(
        asked.folder.resolve().name, asked.scope, asked.partial, asked.valid_on, asked.actor,
        __version__,
    )  # fmt: skip
    done.number = inputs.begin(connection, head)
    for verdict, reading in fresh:
        row = FileRow(
            verdict.stem, verdict.file, verdict.sha256, reading, verdict.rows_in,
            verdict.rows_kept, verdict.rows_rejected, verdict.as_dict(),
        )  # fmt: skip
        file_id = inputs.add_file(connection, done.number, head, row)
        inputs.add_rows(connection, file_id, kept[verdict.stem])
        of_file = intake.rejects[intake.rejects["file"] == verdict.file]
        inputs.add_rejects(connection, file_id, of_file)
        frame = getattr(intake.case, verdict.stem)
        done.changes[verdict.stem] = inputs.swap(
            connection, verdict.stem, frame, file_id, done.number, head
        )
    inputs.settle_parts(connection, asked.scope)
    inputs.finish(connection, done.number, done.changes)
    files = {v.file: v.sha256 for v, _ in fresh}
    audit.record(
        connection, asked.actor, "load", f"load/{done.number}",
        {"case": head.case_name, "scope": head.scope, "partial": head.partial, "files": files},
    )  # fmt: skip
