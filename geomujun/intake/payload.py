"""Rows as a file holds them, for keeping: header → value as read, a JSON object a row."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.intake.raw import Raw

COLUMNS: Final = ("row", "payload")


def payloads(raw: Raw) -> pd.DataFrame:
    """``row`` and ``payload`` of every row of a table, geometry left out.

    Two columns of one header are told apart by a number behind it. U+0000 is left out: no
    database keeps it in JSON.
    """
    columns: dict[str, pd.Series] = {}
    for header, values in zip(raw.headers, raw.columns, strict=True):
        name, n = header.text, 1
        while name in columns:
            n += 1
            name = f"{header.text} ({n})"
        columns[name] = values.reset_index(drop=True)
    if not columns:
        return pd.DataFrame({"row": raw.rows, "payload": "{}"})
    text = pd.DataFrame(columns).to_json(
        orient="records", lines=True, force_ascii=False, date_format="iso", default_handler=str
    )
    lines = [line.replace("\\u0000", "") for line in (text or "").split("\n") if line]
    return pd.DataFrame({"row": raw.rows, "payload": pd.Series(lines, dtype="str")})
