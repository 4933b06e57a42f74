"""What became of the links between two runs: new, lost or changed, and why.

The cause of a difference is looked for from near to far: a person's decision, a changed row of the
parcel, the enterprise or the lease itself, a lease that began or ended because the day moved, a
rival that came or went, another link of the same parcel or enterprise, then what lies around it.
Several causes stand side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.lang import t

KEY: Final = ("parcel_code", "uscc", "relation", "lease_id")
COMPARED: Final = (
    "share", "area_m2", "area_method", "valid_from", "valid_to", "probability", "band", "tier",
    "rival_uscc", "rival_probability", "decision", "weight_bits", "evidence",
)  # fmt: skip
COLUMNS: Final = (*KEY, "change", "what", "cause")
SHOWN: Final = frozenset(COMPARED) - {"evidence"}  # its text is too long for a cell
TOLD: Final = tuple(c for c in COMPARED if c != "decision")  # it is the cause, said there
HOW: Final = {
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "changed": ("修改", "changed"),
}
CHANGE: Final = {"new": ("新增", "new"), "lost": ("消失", "lost"), "changed": ("变化", "changed")}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What differs between the runs besides their links.

    ``rows``: changed input rows: ``stem key parcel_code uscc row how columns`` (labels joined by
    、). ``bases``: plain words for what else differs: weights, version, settings.
    """

    rows: pd.DataFrame
    before: date
    after: date
    bases: Sequence[str] = ()


def difference(before: pd.DataFrame, after: pd.DataFrame, around: Circumstances) -> pd.DataFrame:
    """Links that differ between two runs.

    Args:
        before: ``links`` of the earlier run as written: rounded, persons masked.
        after: ``links`` of this run, in the same form.
        around: What differs besides.

    Returns:
        `COLUMNS`, sorted by key; ``change`` is new, lost or changed, ``what`` names the columns
        with both values, ``cause`` is never empty; a decision is told there only.
    """
    both = before.merge(after, on=list(KEY), how="outer", suffixes=("", "_now"), indicator="_side")
    different = pd.DataFrame(
        {c: _differs(both[c], both[f"{c}_now"]) for c in COMPARED}, index=both.index
    )
    side = both["_side"].astype("str")
    rows = both[(side != "both") | different.any(axis=1)].copy()
    rows["change"] = side[rows.index].map(
        {"left_only": "lost", "right_only": "new", "both": "changed"}
    )
    rows["what"] = _what(rows, different.loc[rows.index])
    rows["cause"] = _Causes(rows, around).column()
    return rows.sort_values(list(KEY), ignore_index=True)[list(COLUMNS)].astype("str")


def _differs(before: pd.Series, after: pd.Series) -> np.ndarray:
    same = (before == after) | (before.isna() & after.isna())
    return ~same.to_numpy(dtype=bool)


def _what(rows: pd.DataFrame, different: pd.DataFrame) -> list[str]:
    """Per changed row, its columns with the value before and after."""
    specs = TABLES["links"].by_name
    cells: list[list[str]] = [[] for _ in range(len(rows))]
    kept = (rows["change"] == "changed").to_numpy()
    for name in TOLD:
        hit = np.flatnonzero(different[name].to_numpy(dtype=bool) & kept)
        was, now = rows[name].to_numpy(object), rows[f"{name}_now"].to_numpy(object)
        for i in hit:
            values = f" {_plain(was[i])} → {_plain(now[i])}" if name in SHOWN else ""
            cells[i].append(t(specs[name].label, name) + values)
    return ["；".join(c) for c in cells]


def _plain(value: Any) -> str:
    if pd.isna(value) or value == "":
        return "—"
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


class _Causes:
    """Finds the causes of differing rows."""

    def __init__(self, rows: pd.DataFrame, around: Circumstances) -> None:
        self._rows = rows
        self._around = around
        texts = [_row_text(r) for r in around.rows.to_dict("records")]
        told = around.rows.assign(text=texts)
        leases = told["stem"] == "leases"
        self._parcel = _by(told[~leases], "parcel_code")
        self._firm = _by(told[~leases], "uscc")
        self._lease = _by(told[leases], "key")
        self._elsewhere = sorted(set(told["stem"]))
        self._near = {
            side: {str(k): set(g) for k, g in rows.groupby(side)[other]}
            for side, other in (("parcel_code", "uscc"), ("uscc", "parcel_code"))
        }

    def column(self) -> list[str]:
        """The cause of each row."""
        return ["；".join(self._of(r)) for r in self._rows.to_dict("records")]

    def _of(self, row: Mapping[Any, Any]) -> list[str]:
        direct = [*self._decision(row), *self._own(row), *self._day(row), *self._rival(row)]
        found = direct or self._beside(row) or list(self._around.bases) or self._far()
        return list(dict.fromkeys(found))

    def _decision(self, row: Mapping[Any, Any]) -> list[str]:
        was, now = row["decision"], row["decision_now"]
        was, now = ("" if pd.isna(v) else v for v in (was, now))
        if was == now:
            return []
        return [t("人工决定 {a} → {b}", "decision {a} → {b}", a=was or "—", b=now or "—")]

    def _own(self, row: Mapping[Any, Any]) -> list[str]:
        """Changed rows of the link's own parcel, enterprise and lease."""
        return [
            *self._parcel.get(row["parcel_code"], ()),
            *self._firm.get(row["uscc"], ()),
            *(self._lease.get(row["lease_id"], ()) if row["lease_id"] else ()),
        ]

    def _day(self, row: Mapping[Any, Any]) -> list[str]:
        """A lease in force on one of the two days only."""
        before, after = self._around.before, self._around.after
        if before == after or not row["lease_id"]:
            return []
        if row["change"] == "lost":
            return [t("租约在 {d} 不再有效", "the lease is not in force on {d}", d=after)]
        return [t("租约在 {d} 有效", "the lease is in force on {d}", d=after)]

    def _rival(self, row: Mapping[Any, Any]) -> list[str]:
        was, now = row["rival_uscc"], row["rival_uscc_now"]
        was, now = ("" if pd.isna(v) else v for v in (was, now))
        out = []
        if row["change"] == "changed" and was != now:
            if was:
                out.append(t("竞争企业 {u} 退出", "the rival {u} is gone", u=was))
            if now:
                out.append(t("竞争企业 {u} 出现", "a rival {u} came", u=now))
        for uscc in dict.fromkeys([was, now]):
            out += [t("竞争企业：", "rival: ") + text for text in self._firm.get(uscc, ())]
        return out

    def _beside(self, row: Mapping[Any, Any]) -> list[str]:
        """Links beside this one that differ too."""
        here = self._near["parcel_code"].get(row["parcel_code"], set()) - {row["uscc"]}
        theirs = self._near["uscc"].get(row["uscc"], set()) - {row["parcel_code"]}
        out = []
        if here:
            out.append(t("同宗地其他企业的对应变化", "links of other firms to the parcel changed"))
        if theirs:
            out.append(t("该企业其他宗地的对应变化", "links of the firm to other land changed"))
        return out

    def _far(self) -> list[str]:
        names = "、".join(t(TABLES[s].title, s) for s in self._elsewhere)
        if names:
            return [t("周边记录变化：{n}", "records nearby changed: {n}", n=names)]
        return [t("统计量或设置变化", "statistics or settings changed")]


def _by(told: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """Texts of the changed rows by a code they carry."""
    known = told[told[column] != ""].sort_values(["stem", "key", "row"])
    return {str(k): list(g) for k, g in known.groupby(column)["text"]}


def _row_text(row: Mapping[Any, Any]) -> str:
    """One changed input row in words: 企业 第12行修改（企业名称、住所）."""
    title = t(TABLES[row["stem"]].title, row["stem"])
    where = t("第{n}行", " row {n} ", n=row["row"]) if row["how"] != "removed" else ""
    what = t(*HOW[row["how"]])
    columns = f"（{row['columns']}）" if row["columns"] else ""
    key = f" {row['key']} " if row["how"] == "removed" else ""
    return f"{title}{key}{where}{what}{columns}"
