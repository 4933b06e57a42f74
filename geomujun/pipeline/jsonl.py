"""What people decide, as JSON Lines; a line that is no object is told with its number."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.errors import DataError
from geomujun.lang import t

MAX_BYTES: Final = 256 << 20
Fault = tuple[str, str, str]  # field, value, reason


@dataclass(frozen=True, slots=True)
class Lines:
    """The objects of a file with their line numbers, and what was no object."""

    name: str
    rows: list[tuple[int, dict[str, Any]]]
    faults: list[tuple[int, Fault]]
    sha256: str

    def rejects(self, faults: list[tuple[int, Fault]]) -> pd.DataFrame:
        """Columns of ``rejects``: these faults and those of lines that are no object."""
        rows = [(self.name, n, field, value[:80], why) for n, (field, value, why) in
                sorted([*self.faults, *faults])]  # fmt: skip
        return pd.DataFrame(rows, columns=["file", "row", "field", "value", "reason"])


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
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[tuple[int, Fault]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as e:
            why = t("不是一行 JSON：{e}", "not a line of JSON: {e}", e=e)
            faults.append((number, ("", line, why)))
            continue
        if isinstance(found, dict):
            rows.append((number, found))
        else:
            faults.append((number, ("", line, t("应为对象", "an object is expected"))))
    return Lines(path.name, rows, faults, hashlib.sha256(raw).hexdigest())
