"""What people decide and do, as JSON Lines; every line is checked.

A line that is no object, or is refused, is told with its number and left out, never guessed.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.domain import jsonl
from geomujun.domain.jsonl import Fault
from geomujun.errors import DataError
from geomujun.lang import t

MAX_BYTES: Final = 256 << 20
_CHINA: Final = timezone(timedelta(hours=8))  # where a time that names no zone was written
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=_CHINA)
_DAY: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)日?(?:[T\s]*(\d{1,2})(?=:))?"
)
Row = dict[str, Any]
RowOf = Callable[[Row], tuple[Row, Fault | None]]
Check = Callable[[Row], Fault | None]


@dataclass(frozen=True, slots=True)
class Lines:
    """The objects of a file with their line numbers, and what was no object."""

    name: str
    rows: list[tuple[int, dict[str, Any]]]
    faults: list[tuple[int, Fault]]
    sha256: str

    def rejects(self, faults: list[tuple[int, Fault]]) -> pd.DataFrame:
        """Columns of ``rejects``: these faults and those of lines that are no object."""
        rows = jsonl.rejects(self.name, [*self.faults, *faults])
        return pd.DataFrame(rows, columns=list(jsonl.FAULT))

    def checked(self, row_of: RowOf) -> tuple[list[Row], pd.DataFrame]:
        """The rows that can be used, with their ``line``, and the ``rejects`` of the file."""
        good: list[Row] = []
        faults: list[tuple[int, Fault]] = []
        for number, found in self.rows:
            row, fault = row_of(found)
            if fault:
                faults.append((number, fault))
            else:
                good.append({**row, "line": number})
        return good, self.rejects(faults)

    @property
    def count(self) -> int:
        """Lines that are not blank."""
        return len(self.rows) + len(self.faults)


def read_lines(path: Path) -> Lines:
    """Read a JSON Lines file.

    Raises:
        DataError: the file cannot be read, is too large, or is not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(t("文件过大", "the file is too large"), where=str(path))
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise DataError(
            t("读不出：{e}", "cannot be read: {e}", e=getattr(e, "strerror", None) or e),
            where=str(path),
            hint=t("应为 UTF-8 编码的 JSON Lines", "JSON Lines in UTF-8 is expected"),
        ) from e
    rows, faults = jsonl.objects(text)
    return Lines(path.name, rows, faults, hashlib.sha256(raw).hexdigest())


def read_log(path: Path, columns: Sequence[str], check: Check) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Good lines as a frame of ``columns``, in the order of the file, and the ``rejects``.

    Raises:
        DataError: as `read_lines`.
    """

    def row_of(found: Row) -> tuple[Row, Fault | None]:
        return {name: found.get(name) for name in columns}, check(found)

    rows, faults = read_lines(path).checked(row_of)
    return pd.DataFrame(rows, columns=list(columns)), faults


def instant(text: str) -> float | None:
    """A time as it can be compared: seconds, -inf for "", None for what is no time.

    ISO 8601, also as spreadsheets and people write it (2025/3/1 9:30, 2025年3月1日); without a zone
    it is China's time. Two zones may write one moment differently, so texts are never compared.
    """
    if not text.strip():
        return -math.inf
    try:
        at = datetime.fromisoformat(_DAY.sub(_padded, text.strip(), count=1))
    except ValueError:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=_CHINA)) - _EPOCH).total_seconds()


def _padded(day: re.Match[str]) -> str:
    hour = "" if day[4] is None else f"T{int(day[4]):02}"
    return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}{hour}"


def instants(times: pd.Series) -> pd.Series:
    """`instant` of a column; what is no time counts as the oldest."""
    told = [instant(text) for text in times.astype("str")]
    return pd.Series([-math.inf if at is None else at for at in told], times.index, dtype="float64")


def time_fault(row: Row) -> Fault | None:
    """The fault of a row whose ``decided_at`` is no time."""
    if instant(row["decided_at"]) is not None:
        return None
    what = t("不是时间，应写作 2025-03-01T09:30:00+08:00", "no time: 2025-03-01T09:30:00+08:00")
    return "decided_at", row["decided_at"], what
