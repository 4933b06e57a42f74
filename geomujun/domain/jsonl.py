"""JSON Lines: one object a line; a line that is none is told with its number, never guessed."""

from __future__ import annotations

import json
from typing import Any

from geomujun.lang import t

Fault = tuple[str, str, str]  # field, value, reason
FAULT = ("file", "row", "field", "value", "reason")
SHOWN = 80  # characters of a value that are shown


def objects(text: str) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, Fault]]]:
    """The objects of a text and the faults, each with its line number; blank lines left out."""
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
    return rows, faults


def rejects(name: str, faults: list[tuple[int, Fault]]) -> list[tuple[str, int, str, str, str]]:
    """Rows of `FAULT` for the faults of a file, by line."""
    return [(name, n, field, value[:SHOWN], why) for n, (field, value, why) in sorted(faults)]
