"""The finding rules by id, and the frame a rule gives back.

A rule is a function from `Sight` to findings, registered under the id of CONTRACT §6. Modules of
rules are imported by `crosscheck.engine`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from geomujun.domain.words import Severity
from geomujun.ledger.sight import Sight

# What a rule says; the engine adds ids, rows, stories and states (CONTRACT §4: more may follow).
COLUMNS: Final = (
    "rule", "subject_kind", "subject_id", "other_id", "measured", "threshold", "unit", "severity",
    "message",
)  # fmt: skip
Rule = Callable[[Sight], pd.DataFrame]
RULES: Final[dict[str, Rule]] = {}


def rule(rule_id: str) -> Callable[[Rule], Rule]:
    """Register a function as the rule of an id; two rules of one id are a programming error."""

    def register(function: Rule) -> Rule:
        if rule_id in RULES:
            msg = f"two finding rules are called {rule_id}"
            raise ValueError(msg)
        RULES[rule_id] = function
        return function

    return register


def findings(
    subject: tuple[str, pd.Series | pd.Index],
    measured: tuple[pd.Series | float, float, str],
    severity: Severity | pd.Series,
    message: Sequence[str],
    other: pd.Series | str = "",
) -> pd.DataFrame:
    """Findings of one rule, a row each.

    Args:
        subject: Kind (parcel, enterprise, lease, supply, patch) and the ids.
        measured: Measured value, threshold (NaN when the rule has none), unit.
        severity: One for all, or one a row.
        message: The plain sentence of each row.
        other: Id of the other side, "" when there is none.
    """
    kind, ids = subject
    value, threshold, unit = measured

    def plain(column: pd.Series | pd.Index | float | str) -> Any:
        return column.to_numpy() if isinstance(column, pd.Series | pd.Index) else column

    said = {"measured": plain(value), "threshold": threshold, "unit": unit}
    said |= {"severity": plain(severity), "message": list(message)}
    sides = {"subject_kind": kind, "subject_id": plain(ids), "other_id": plain(other)}
    return pd.DataFrame({"rule": "", **sides, **said}, columns=list(COLUMNS))


def graded(high: pd.Series, low: pd.Series | None = None) -> pd.Series:
    """Severity of each row: high where ``high``, else low where ``low``, else medium."""
    faint = np.zeros(len(high), dtype=bool) if low is None else low.to_numpy(dtype=bool)
    words = np.where(faint, str(Severity.LOW), str(Severity.MEDIUM))
    words = np.where(high.to_numpy(dtype=bool), str(Severity.HIGH), words)
    return pd.Series(words, index=high.index, dtype="str")
