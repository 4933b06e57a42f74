"""A case that was sent, looked at before anything of it is stored.

Runs in a process of its own with bounds on memory, time and file size, since what it reads comes
from elsewhere; it has no way to the database. The same reading as `geomujun check`; faults of all
rows of all files are gathered, persons masked.
"""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.errors import DataError
from geomujun.export.masking import masked_rejects
from geomujun.export.sheets_review import Filled, read_review
from geomujun.intake.archive import check_zip, unpack
from geomujun.intake.limits import MIB, Limits
from geomujun.intake.reader import Intake, examine
from geomujun.intake.shelf import Held, root_of
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t
from geomujun.pipeline.beyond import beyond

VERDICT, ERRORS = "verdict.json", "errors.jsonl"
_HIDDEN: Final = ("sample", "parts")  # a sample of the text may name persons
_SHEET: Final = Limits(file_bytes=20 * MIB, unpacked_bytes=200 * MIB, entries=200)
_DROPPED: Final = ("值已置空", "value dropped")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading a sent case may take."""

    unpacked_bytes: int
    memory_bytes: int
    seconds: int


def confine(bounds: Bounds) -> None:
    """Bound this process for good: memory, processor time, size of a file; no core dump."""
    for what, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_FSIZE, bounds.unpacked_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def look(held: Held, within: Sequence[str], bounds: Bounds) -> None:
    """Make the case folder of what was sent, read it, and leave the verdict beside it.

    Raises:
        DataError: the archive is refused, or is no case.
        MachineError: the disk has no room.
    """
    limits = Limits(
        file_bytes=bounds.unpacked_bytes, text_bytes=bounds.unpacked_bytes,
        unpacked_bytes=bounds.unpacked_bytes, entries=2_000,
    )  # fmt: skip
    _lay_out(held, limits)
    intake = examine(held.case, limits=limits)
    away = beyond(intake, within)
    rejects = masked_rejects(intake.case, intake.rejects)
    errors = [*_errors(intake, rejects), *_foreign(away, within)]
    with (held.folder / ERRORS).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in errors)
    verdict = {
        "files": [_file(v, rejects) for v in intake.files],
        "faults": [{"file": f, "what": w, "hint": h} for f, w, h in intake.faults],
        "rows_in": sum(v.rows_in for v in intake.files),
        "rows_kept": sum(v.rows_kept for v in intake.files),
        "rows_rejected": sum(v.rows_rejected for v in intake.files),
        "errors": len(errors),
        "beyond": len(away),
        "readable": any(v.stem and not v.problems for v in intake.files),
    }
    (held.folder / VERDICT).write_text(json.dumps(verdict, ensure_ascii=False), "utf-8")


def read_sheet(path: Path) -> Filled:
    """A filled workbook of the review queue, its archive looked at before it is opened.

    Raises:
        DataError: it is none of ours, or refused.
    """
    check_zip(path, _SHEET)
    return read_review(path)


def _lay_out(held: Held, limits: Limits) -> None:
    """One archive is unpacked, several files are laid side by side; what was sent is gone then."""
    sent = sorted(held.sent.iterdir())
    if len(sent) == 1 and _is_archive(sent[0]):
        aside = held.folder / "tmp" / "unpacked"
        aside.mkdir()
        unpack(sent[0], aside, limits)
        held.case.rmdir()
        root_of(aside).rename(held.case)
    else:
        for path in sent:
            path.rename(held.case / path.name)
    shutil.rmtree(held.sent)


def _is_archive(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith(".zip") and not name.endswith(".gdb.zip")


def _file(verdict: FileVerdict, rejects: pd.DataFrame) -> dict[str, Any]:
    """A verdict without what may name persons; reasons are those of the masked rejects."""
    told = {k: v for k, v in verdict.as_dict().items() if k not in _HIDDEN}
    reasons = rejects.loc[rejects["file"] == verdict.file, "reason"].value_counts()
    return told | {"reasons": {str(k): int(n) for k, n in sorted(reasons.items())}}


def _errors(intake: Intake, rejects: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """What is wrong, a line each: files that cannot be read, then rows."""
    for verdict in intake.files:
        for problem in verdict.problems:
            yield {"file": verdict.file, "row": None, "field": "", "value": "",
                   "what": problem, "hint": verdict.hint}  # fmt: skip
    for row in rejects.to_dict("records"):
        dropped = str(row["reason"]).startswith(_DROPPED)
        hint = (
            t("改正这个值，或留空", "mend the value, or leave it blank") if dropped
            else t("改正后重新上传，否则这一行不导入",
                   "mend and send again, or the row is left out")
        )  # fmt: skip
        yield {"file": row["file"], "row": _number(row["row"]), "field": row["field"],
               "value": row["value"], "what": row["reason"], "hint": hint}  # fmt: skip


def _foreign(away: pd.DataFrame, within: Sequence[str]) -> Iterator[dict[str, Any]]:
    own = "、".join(within)
    for row in away.to_dict("records"):
        yield {
            "file": row["file"], "row": _number(row["row"]), "field": row["field"],
            "value": str(row["value"]),
            "what": t("宗地不在辖区 {d} 内", "the plot lies beyond {d}", d=own),
            "hint": t("只上传本辖区的行，或请有权限的人导入",
                      "send rows of your divisions only, or ask somebody who may"),
        }  # fmt: skip


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def read_errors(held: Held, after: int, limit: int) -> list[dict[str, Any]]:
    """A page of the errors, in order.

    Raises:
        DataError: they are gone.
    """
    found = []
    try:
        with (held.folder / ERRORS).open(encoding="utf-8") as file:
            for number, line in enumerate(file):
                if number >= after + limit:
                    break
                if number >= after:
                    found.append(json.loads(line))
    except OSError as e:
        raise DataError(t("案卷已不在", "the case is gone")) from e
    return found
