"""Right holders of parcels, one row per parcel and holder.

From `right_holders` where that table has the parcel, else from the joined cells of `parcels`
(several names in one string, codes and shares likewise). Pure; knows nothing of enterprises.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.text.identifiers import looks_like_person_id, normalise_code, uscc_valid
from geomujun.text.names import holder_kind

_JOINT: Final = re.compile(
    r"[、；;,，|\n]+|/(?!\d)|(?<!\d)/|(?<=[公司厂社])(?:及|和|与)(?=[\u4e00-\u9fff]{2,})"
)
_EQUAL: Final = re.compile(r"等额|均等|平均")
COLUMNS: Final = ("parcel_code", "seq", "name", "holder_id", "share", "kind", "n_holders")


def split_cell(text: str) -> list[str]:
    """Parts of a joined cell outside brackets, blanks stripped; empty parts are kept in place."""
    inside = re.sub(r"[（(][^（()）]*[)）]", lambda m: "\x00" * len(m.group(0)), text)
    parts, start = [], 0
    for found in _JOINT.finditer(inside):
        parts.append(text[start : found.start()].strip())
        start = found.end()
    return [*parts, text[start:].strip()]


def parse_share(text: str) -> float:
    """A share as a fraction in (0, 1], NaN when it says none: "50%", "1/2", "0.33", "各50"."""
    clean = text.replace("\uff05", "%").strip().lstrip("各占")
    found = re.fullmatch(r"(\d+)\s*[/／分之]+\s*(\d+)", clean)
    if found:
        a, b = int(found.group(1)), int(found.group(2))
        if "分之" in clean:
            a, b = b, a
        return a / b if 0 < a <= b else float("nan")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", clean)
    if not found:
        return float("nan")
    value = float(found.group(1))
    if found.group(2) or value > 1:
        value /= 100
    return value if 0 < value <= 1 else float("nan")


def explode(case: Case) -> pd.DataFrame:
    """All holders of all parcels: columns `COLUMNS`, sorted by parcel and order in the cell.

    ``share`` is NaN when unknown; a sole holder has 1. Shares that do not add up to at most 1 (to
    1 % ) are unknown, so that the parcel is not split by a typing error.
    """
    listed = case.right_holders
    in_list = case.parcels["parcel_code"].isin(listed["parcel_code"])
    rows = _from_parcels(case.parcels[~in_list]) + _from_list(listed)
    frame = pd.DataFrame(rows, columns=["parcel_code", "seq", "name", "holder_id", "share"])
    frame = frame[frame["parcel_code"].isin(case.parcels["parcel_code"])]
    frame = frame.sort_values(["parcel_code", "seq", "name"], ignore_index=True)
    frame["holder_id"] = normalise_code(frame["holder_id"].astype("str"))
    frame["kind"] = _kinds(frame)
    return _settle_shares(frame)[list(COLUMNS)]


def _from_parcels(parcels: pd.DataFrame) -> list[tuple[str, int, str, str, float]]:
    columns = ["parcel_code", "holder_names", "holder_ids", "holder_shares"]
    out: list[tuple[str, int, str, str, float]] = []
    for code, names, ids, shares in parcels[columns].itertuples(index=False, name=None):
        holders = split_cell(names)
        id_parts, share_parts = split_cell(ids), split_cell(shares)
        if len(id_parts) != len(holders):
            id_parts = id_parts if len(holders) == 1 else [""] * len(holders)
        if len(share_parts) != len(holders):
            equal = bool(_EQUAL.search(shares)) or (len(share_parts) == 1 and "各" in shares)
            share_parts = [f"1/{len(holders)}" if equal else ""] * len(holders)
        for seq, name in enumerate(holders):
            if name:
                out.append((code, seq, name, id_parts[seq], parse_share(share_parts[seq])))
    return out


def _from_list(listed: pd.DataFrame) -> list[tuple[str, int, str, str, float]]:
    columns = ["parcel_code", "row", "holder_name", "holder_id", "holder_share"]
    rows = listed[columns].itertuples(index=False, name=None)
    return [(code, 0, name, ident, parse_share(share)) for code, _, name, ident, share in rows]


def _kinds(frame: pd.DataFrame) -> pd.Series:
    distinct = pd.unique(frame["name"])
    kinds = frame["name"].map({n: holder_kind(n) for n in distinct}).astype("str")
    person = looks_like_person_id(frame["holder_id"]) & kinds.isin(["person", "firm"]).to_numpy()
    short = (frame["name"].str.len() <= 4).to_numpy()
    coded = uscc_valid(frame["holder_id"]) & ~looks_like_person_id(frame["holder_id"])
    return kinds.mask(person & short, "person").mask((kinds == "person") & coded, "firm")


def _settle_shares(frame: pd.DataFrame) -> pd.DataFrame:
    groups = frame.groupby("parcel_code")
    count = groups["name"].transform("size")
    total = groups["share"].transform("sum")
    known = groups["share"].transform("count") == count
    sane = known & (total <= 1.01) & (total > 0.0)
    share = np.where(count == 1, 1.0, np.where(sane, frame["share"], np.nan))
    return frame.assign(share=share, n_holders=count)
