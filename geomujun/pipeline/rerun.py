"""Running again after rows were added, changed or removed: `geomujun run … --since EARLIER`.

The statistics of names and the weights of the earlier run stay in force, so that a link changes
only where its own facts, a rival's or a neighbour's changed, and never because a register that
grew made every name a little less rare. `diff.csv` says what changed and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geomujun import __version__
from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.export.frames import guarded, ordered
from geomujun.export.result import Result
from geomujun.export.sheets_run import read_table
from geomujun.lang import t
from geomujun.matching.diff import Circumstances, difference
from geomujun.matching.register import Frozen, Register, freeze
from geomujun.matching.weights import Weights, shipped
from geomujun.pipeline import state as states
from geomujun.pipeline.state import GEOMETRY, State, digests, public_columns
from geomujun.planning.ground import Ground

DIFF: Final = "diff.csv"


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run: its state and its links as written."""

    state: State
    links: pd.DataFrame


def earlier(out: Path) -> Earlier:
    """The run to go on from.

    Raises:
        UsageError: its folder holds no state.
        DataError: its state or its links cannot be read.
    """
    state = states.read(out)
    return Earlier(state, read_table(out / "tables", "links"))


@dataclass(slots=True)
class Basis:
    """By what names are weighed: an earlier run's statistics and weights, or the case's own."""

    before: Earlier | None = None
    own: Weights | None = None  # of a file; not beside an earlier run
    state: State | None = None  # of this run, once matched
    ground: Ground | None = None  # of this run, once evaluated

    @property
    def weights(self) -> Weights:
        """The weights in force."""
        return self.before.state.weights if self.before else self.own or shipped()

    @property
    def frozen(self) -> Frozen | None:
        """The statistics in force; None for those of the case itself."""
        return self.before.state.frozen if self.before else None

    def done(self, case: Case, register: Register, as_of: date) -> None:
        """Take note of what was matched."""
        self.state = State(freeze(register), self.weights, digests(case), as_of)

    def leave(self, result: Result, folder: Path) -> None:
        """Write the state for the next run and, beside an earlier one, what changed.

        ``result`` is masked; rows were digested before.
        """
        if self.state is None:
            return
        states.write(self.state, folder)
        if self.before:
            found = compared(self.before, self.state, result)
            cells = pd.DataFrame({c: guarded(found[c]) for c in found.columns})
            cells.to_csv(folder / DIFF, index=False, encoding="utf-8-sig", lineterminator="\n")


def compared(before: Earlier, state: State, result: Result) -> pd.DataFrame:
    """`matching.diff.difference` of two runs."""
    old = before.state
    bases = []
    if old.version != __version__:
        bases.append(t("程序版本 {a} → {b}", "version {a} → {b}", a=old.version, b=__version__))
    around = Circumstances(changed_rows(old.rows, state.rows), old.as_of, state.as_of, bases)
    return difference(before.links, ordered(result, "links"), around)


def changed_rows(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Input rows that were added, changed or removed; the order of rows does not matter.

    Args:
        before: `state.digests` of the earlier run.
        after: The same of this one.

    Returns:
        ``stem key parcel_code uscc row how columns``, as `matching.diff.Circumstances` has them.
    """
    keys = ["stem", "key", "digest"]
    before, after = (f.assign(_n=f.groupby(keys).cumcount()) for f in (before, after))
    same = pd.MultiIndex.from_frame(after[[*keys, "_n"]])
    old = pd.MultiIndex.from_frame(before[[*keys, "_n"]])
    gone, come = before[~old.isin(same)], after[~same.isin(old)]
    ends = ["stem", "key"]
    gone, come = (
        f.assign(_n=f.groupby(ends).cumcount()).drop(columns="digest") for f in (gone, come)
    )
    both = gone.merge(come, on=[*ends, "_n"], how="outer", suffixes=("_was", ""), indicator="_side")
    side = both["_side"].astype("str")
    how = side.map({"left_only": "removed", "right_only": "added", "both": "changed"})
    codes = {c: both[c].fillna(both[f"{c}_was"]) for c in ("parcel_code", "uscc")}
    out = both[ends].assign(
        **codes, row=both["row"].fillna(0).astype("int64"), how=how, columns=_columns(both)
    )
    return out.sort_values([*ends, "row"], ignore_index=True)


def _columns(both: pd.DataFrame) -> list[str]:
    """Labels of the columns whose digest differs, per changed row."""
    out = []
    for stem, was, now in both[["stem", "columns_was", "columns"]].itertuples(index=False):
        if not isinstance(was, bytes) or not isinstance(now, bytes):
            out.append("")
            continue
        differ = np.frombuffer(was, "<u4") != np.frombuffer(now, "<u4")
        names = [n for n, d in zip(public_columns(stem), differ, strict=True) if d]
        labels = [_label(stem, n) for n in names]
        out.append("、".join(labels or [t("权利人或当事人", "parties")]))
    return out


def _label(stem: str, column: str) -> str:
    if column == GEOMETRY:
        return t("图形", "geometry")
    return t(TABLES[stem].by_name[column].label, column)
