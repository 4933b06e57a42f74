"""Gathers what is wrong in the rows of one file, for `rejects` and for the counts of its verdict.

Two kinds: a row that is not kept, and a value that is dropped while its row is kept (reason begins
「值已置空」, "value dropped"). Nothing is said of the dropped values of a row that goes anyway.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import DTYPES
from geomujun.domain.catalogue import TABLES
from geomujun.intake.values import Flags
from geomujun.lang import t

VALUE_CHARS: Final = 200  # longer values are shortened in rejects


def empty_rejects() -> pd.DataFrame:
    """A frame with the columns and types of ``rejects`` and no row."""
    fields = TABLES["rejects"].fields
    return pd.DataFrame({f.name: pd.Series(dtype=DTYPES[f.kind]) for f in fields})


def _lines(file: str, rows: Any, field: str, values: Any, reason: str) -> pd.DataFrame:
    text = pd.Series(values, dtype="str").fillna("").str.slice(0, VALUE_CHARS)
    frame = pd.DataFrame({"row": pd.Series(rows, dtype="Int64"), "value": text})
    frame["file"], frame["field"], frame["reason"] = file, field, reason
    return frame


class Issues:
    """Findings on the rows of one file; masks are as long as the rows read."""

    def __init__(self, file: str, rows: npt.NDArray[np.int64]) -> None:
        self.file = file
        self.rows = rows
        self.rejected: Flags = np.zeros(len(rows), dtype=bool)
        self._rejects: list[pd.DataFrame] = []
        self._drops: list[tuple[Flags, str, pd.Series, str]] = []

    def _texts(self, values: pd.Series | None, hit: Flags) -> list[str]:
        if values is None:
            return [""] * int(hit.sum())
        found: list[str] = values.reset_index(drop=True)[hit].astype("str").tolist()
        return found

    def reject(self, hit: Flags, field: str, values: pd.Series | None, reason: str) -> None:
        """Take rows out. A row may be listed for several fields, but counts once."""
        if hit.any():
            self._rejects.append(
                _lines(self.file, self.rows[hit], field, self._texts(values, hit), reason)
            )
            self.rejected = self.rejected | hit

    def drop(self, hit: Flags, field: str, values: pd.Series | None, reason: str) -> None:
        """Blank values of rows that stay."""
        if hit.any():
            shown = pd.Series([""] * len(hit), dtype="str") if values is None else values
            self._drops.append((hit, field, shown.reset_index(drop=True), reason))

    def finish(
        self, broken: list[tuple[int, str, str]]
    ) -> tuple[pd.DataFrame, int, dict[str, int]]:
        """All lines sorted by row, the number of dropped values, and lines per reason.

        Args:
            broken: Rows the reader could not take apart: row, value seen, reason.
        """
        frames = list(self._rejects)
        for row, value, reason in broken:
            frames.append(_lines(self.file, [row], "", [value], reason))
        dropped = 0
        for hit, field, values, reason in self._drops:
            still = hit & ~self.rejected
            if still.any():
                text = t("值已置空：{r}", "value dropped: {r}", r=reason)
                frames.append(
                    _lines(self.file, self.rows[still], field, values[still].tolist(), text)
                )
                dropped += int(still.sum())
        if not frames:
            return empty_rejects(), 0, {}
        columns = TABLES["rejects"].columns
        out = pd.concat(frames, ignore_index=True)[columns]
        out = out.sort_values(["row", "field", "reason", "value"], kind="stable", ignore_index=True)
        out = out.astype({f.name: DTYPES[f.kind] for f in TABLES["rejects"].fields})
        return out, dropped, dict(sorted(Counter(out["reason"].tolist()).items()))
