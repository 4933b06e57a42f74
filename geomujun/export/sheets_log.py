"""Logs that people's work is kept in: JSON Lines, one event a line, added to and never changed.

Read again by `geomujun.pipeline.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from geomujun.errors import MachineError
from geomujun.lang import t

Row = Mapping[str, Any]


def line_of(row: Row) -> str:
    """One line: keys in their order, blanks left out."""
    kept = {k: v for k, v in row.items() if v not in (None, "")}
    return json.dumps(kept, ensure_ascii=False)


def add_lines(path: Path, rows: Iterable[Row], in_order: bool = False) -> int:
    """Put lines at the end of a log, those it already has left out; how many were added.

    ``in_order``: the whole file is sorted, as decisions are kept (CONTRACT §1).

    Raises:
        MachineError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_text("utf-8-sig").splitlines() if path.exists() else []
        there = set(old)
        new = [line for line in dict.fromkeys(map(line_of, rows)) if line not in there]
        if new or not path.exists():
            lines = sorted([*old, *new]) if in_order else [*old, *new]
            text = "".join(f"{line}\n" for line in lines if line.strip())
            part = path.with_name(f".{path.name}.part")
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(path)
    except (OSError, UnicodeDecodeError) as e:
        raise MachineError(
            t("写不进去：{e}", "cannot be written: {e}", e=getattr(e, "strerror", None) or e),
            where=str(path),
        ) from e
    return len(new)
