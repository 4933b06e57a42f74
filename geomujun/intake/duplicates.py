"""Rows that say the same thing twice: which one stays.

Whatever the order of the rows, the same content stays: candidates are ranked by how much they say
and then by their text, never by position. Parcels are told apart by their code with blanks, dashes
and width levelled (the code itself is kept as written; repairing codes is `matching.identity`'s
task, and so are enterprises that share a code).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.intake.issues import Issues
from geomujun.lang import t

# Tables in which a key stands for one thing; in the others only rows equal in every field are
# doubles (one contract may cover several parcels). Enterprises are left to `matching.identity`.
KEYED: Final = {
    "parcels": ("parcel_code",),
    "patches": ("patch_code",),
    "indicators": ("uscc", "year", "source"),
    "region_indicators": ("code", "name", "year"),
    "parks": ("code", "name"),
}
LEFT_ALONE: Final = frozenset({"enterprises"})
HOLDERS: Final = ("holder_names", "holder_ids", "holder_shares")
_EQUAL: Final = ("与另一行完全相同", "equal to another row in every field")
_MERGED: Final = (
    "同一宗地的另一权利人行，已并入一行",
    "another holder of the same parcel, merged into one row",
)
_CONFLICT: Final = (
    "主键重复而内容不同，保留内容最全的一行",
    "same key, other content: the fullest row is kept",
)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Rows that may be doubles, by their index in the frame."""

    texts: pd.DataFrame  # every field as text
    body: pd.Series  # all of them in one text
    shape: pd.Series  # geometry as text, "" for none


def _level_code(text: pd.Series) -> pd.Series:
    plain = text.str.normalize("NFKC").str.upper()
    return plain.str.replace(r"[\s\-_.·/\\]", "", regex=True)


def _texts(frame: pd.DataFrame, stem: str) -> pd.DataFrame:
    """All fields as text, "" for missing; numbers by their shortest exact form."""
    out = {}
    for f in TABLES[stem].fields:
        column = frame[f.name]
        if f.kind is Kind.TEXT:
            out[f.name] = column
        elif f.kind is Kind.DATE:
            out[f.name] = column.dt.strftime("%Y-%m-%d").fillna("")
        else:
            out[f.name] = column.astype("object").where(column.notna(), "").astype("str")
    return pd.DataFrame(out).astype("str")


def _shape_texts(frame: pd.DataFrame) -> pd.Series:
    """Geometry as text, the same for polygons that differ in start point or ring order only."""
    if "geometry" not in frame:
        return pd.Series("", index=frame.index, dtype="str")
    shapes = shapely.set_precision(frame["geometry"].to_numpy(), 1e-9, mode="pointwise")
    keys = shapely.to_wkb(shapely.normalize(shapes), hex=True)
    return pd.Series(keys, index=frame.index, dtype="str").fillna("")


def _candidates(frame: pd.DataFrame, stem: str, group: pd.Series) -> _Candidates:
    fields = TABLES[stem].columns
    maybe = frame.duplicated(fields, keep=False) | (group >= 0)
    part = frame[maybe]
    texts = _texts(part, stem)
    body: pd.Series = texts[fields[0]].str.cat(texts[fields[1:]], sep="\x1f")
    return _Candidates(texts, body, _shape_texts(part))


def _groups(frame: pd.DataFrame, stem: str) -> pd.Series:
    """Group number of rows that share the table's key; -1 where the row stands alone."""
    if stem not in KEYED:
        return pd.Series(-1, index=frame.index)
    keys = pd.DataFrame({k: _level_code(frame[k].astype("str").fillna("")) for k in KEYED[stem]})
    shared = keys.duplicated(keep=False)
    out = pd.Series(-1, index=frame.index)
    if shared.any():
        out[shared] = keys[shared].groupby(list(keys), sort=False).ngroup()
    return out


def _ranked(frame: pd.DataFrame, group: pd.Series, known: _Candidates) -> pd.DataFrame:
    """Rows of all groups, best first within each: shape known, most fields, biggest area, text."""
    rows = group.index
    area = frame.loc[rows, "area_m2"] if "area_m2" in frame else pd.Series(0.0, index=rows)
    order = pd.DataFrame(
        {
            "group": group,
            "no_shape": known.shape.loc[rows] == "",
            "blanks": (known.texts.loc[rows] == "").sum(axis=1),
            "less": -area.fillna(0),
            "body": known.body.loc[rows],
            "shape": known.shape.loc[rows],
        },
        index=rows,
    )
    return order.sort_values(list(order.columns), kind="stable")


def _one_parcel(frame: pd.DataFrame, order: pd.DataFrame) -> pd.Series:
    """Rows (in ``order``) that agree with their group's first row in shape and area."""
    area = frame.loc[order.index, "area_m2"].round(2)
    shape = order["shape"]
    first_area = area.groupby(order["group"]).transform("first")
    first_shape = shape.groupby(order["group"]).transform("first")
    same: pd.Series = (area == first_area) & ((shape == first_shape) | (shape == ""))
    return same


def _join(values: pd.Series) -> str:
    texts = values.tolist()
    return "、".join(texts) if any(texts) else ""


def _merge_holders(frame: pd.DataFrame, order: pd.DataFrame, same: pd.Series) -> pd.DataFrame:
    """Put the holders of rows that are one parcel into its first row, joined by 、."""
    members = frame.loc[order.index[same.to_numpy()], list(HOLDERS)].copy()
    members["group"] = order.loc[members.index, "group"]
    members = members.drop_duplicates().sort_values(["group", *HOLDERS], kind="stable")
    members = members[members["group"].duplicated(keep=False)]
    if members.empty:
        return frame
    first = order.index[~order["group"].duplicated()]
    home = pd.Series(first, index=order.loc[first, "group"].to_numpy())
    joined = members.groupby("group", sort=True)[list(HOLDERS)].agg(_join)
    frame = frame.copy()
    frame.loc[home.loc[joined.index].to_numpy(), list(HOLDERS)] = joined.to_numpy()
    return frame


class _Taken:
    """Rows taken out so far, and their lines in `rejects`."""

    def __init__(self, frame: pd.DataFrame, stem: str, at: npt.NDArray[np.intp]) -> None:
        self.gone = pd.Series(False, index=frame.index)
        self.at, self.stem = at, stem
        self.key = KEYED.get(stem, TABLES[stem].key)
        self.label = "、".join(TABLES[stem].by_name[k].standard for k in self.key)

    def take(self, rows: pd.Index[Any], texts: pd.DataFrame, reason: str, issues: Issues) -> None:
        rows = rows[~self.gone.loc[rows].to_numpy()]
        if not len(rows):
            return
        shown = texts.loc[rows, list(self.key)].agg(" ".join, axis=1)
        values: list[Hashable] = [""] * len(issues.rows)
        hit = np.zeros(len(issues.rows), dtype=bool)
        for row, text in zip(rows, shown, strict=True):
            values[self.at[row]] = text
            hit[self.at[row]] = True
        issues.reject(hit, self.label, pd.Series(values, dtype="str"), reason)
        self.gone.loc[rows] = True


def settle_duplicates(
    frame: pd.DataFrame, stem: str, at: npt.NDArray[np.intp], issues: Issues
) -> pd.DataFrame:
    """Take doubles out.

    Args:
        frame: Rows still kept, index 0 … n-1, columns of the catalogue.
        stem: Table.
        at: Positions of these rows among all rows read.
        issues: Where the rows taken out are listed.

    Returns:
        The rows that stay, in their order; parcels with the holders of merged rows joined.
    """
    if stem in LEFT_ALONE or len(frame) < 2:
        return frame
    group = _groups(frame, stem)
    known = _candidates(frame, stem, group)
    if known.texts.empty:
        return frame
    taken = _Taken(frame, stem, at)
    doubles = (known.body + "\x1e" + known.shape).duplicated()
    taken.take(known.body.index[doubles.to_numpy()], known.texts, t(*_EQUAL), issues)
    group = group[(group >= 0) & ~taken.gone]
    if len(group):
        order = _ranked(frame, group, known)
        later = order["group"].duplicated()
        same = later & False
        if stem == "parcels":
            same = _one_parcel(frame, order)
            frame = _merge_holders(frame, order, same)
        taken.take(order.index[(later & same).to_numpy()], known.texts, t(*_MERGED), issues)
        taken.take(order.index[(later & ~same).to_numpy()], known.texts, t(*_CONFLICT), issues)
    return frame[~taken.gone].reset_index(drop=True)
