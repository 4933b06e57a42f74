"""Right holders of parcels, one row per parcel and holder.

From `right_holders` where that table has the parcel, else from the joined cells of `parcels`
(several names in one string, codes and shares likewise). Pure; knows nothing of enterprises.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among
from geomujun.text.identifiers import (
    looks_like_person_id,
    normalise_code,
    org_code_valid,
    resolve_parcel_codes,
    uscc_valid,
)
from geomujun.text.names import holder_kind
from geomujun.text.normal import normalise

_JOINT: Final = re.compile(
    r"[、；;,，|\n]|/(?!\d)|(?<!\d)/|(?<=[公司厂社])(?:及|和|与)(?=(?!其)[\u4e00-\u9fff]{2,})"
    r"|(?:(?<=\s)|^)[&\uff06+](?=\s|$)|(?<=[公司厂社])[&\uff06+](?=[\u4e00-\u9fff]{2,})"
)
_MAY_JOIN: Final = re.compile(r"[、；;,，|/&\uff06+\n及和与]")
_OPEN_END: Final = re.compile(r"[、；;,，|/&\uff06+]\s*$")
_NUMERALS: Final = str.maketrans("一二两三四五六七八九", "1223456789")
# 证件种类 and 权利人类型 of 《不动产登记数据库标准》, as code or in words.
_PERSON_ID: Final = r"[1-5]|.*(?:身份证|护照|户口|军官证|士兵证|通行证).*"
_PERSON_KIND: Final = r"1|个人|自然人"
_EQUAL: Final = re.compile(r"等额|均等|平均")
COLUMNS: Final = (
    "parcel_code", "seq", "name", "holder_id", "share", "kind", "n_holders", "claimed",
)  # fmt: skip
SHARES_SLACK: Final = 0.01  # what rounding of shares may add to the whole


def split_cell(text: str) -> list[str]:
    """Parts of a joined cell outside brackets, blanks stripped; empty parts keep their place.

    A separator at the end adds no part.
    """
    if not _MAY_JOIN.search(text):
        return [text.strip()]
    inside = re.sub(r"[（(][^（()）]*[)）]", lambda m: "\x00" * len(m.group(0)), text)
    parts, start = [], 0
    for found in _JOINT.finditer(inside):
        parts.append(text[start : found.start()].strip())
        start = found.end()
    parts.append(text[start:].strip())
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _aligned(text: str, names: list[str]) -> list[str]:
    """Parts of a cell that belong to the holders in order; blanks when their number differs.

    ``names`` are the parts of the cell of names, "" between separators written twice.
    """
    n = len([name for name in names if name])
    if n == 1:
        return [text.strip()]
    parts = split_cell(text)
    if len(parts) == len(names):
        return [part for part, name in zip(parts, names, strict=True) if name]
    if len(parts) < n and _OPEN_END.search(text):
        parts += [""] * (n - len(parts))  # the last holders have none: "91…X、"
    if len(parts) == n:
        return parts
    filled = [part for part in parts if part]  # "0.57；；0.43": a separator written twice
    return filled if len(filled) == n else [""] * n


def _shares(text: str, names: list[str]) -> list[str]:
    """The share of each holder in order, also of 1/2/1/2 and 0.45/0.55."""
    n = len([name for name in names if name])
    if _EQUAL.search(text) or (len(split_cell(text)) == 1 and "各" in text):
        return [f"1/{n}"] * n
    parts = _aligned(text, names)
    if any(parts) or n == 1:
        bare = [float(part) for part in parts if re.fullmatch(r"\d+(?:\.\d+)?", part)]
        mixed = bool(bare) and min(bare) <= 1 < max(bare)  # "1、2": neither percent nor fractions
        return [""] * n if mixed else parts
    numbers = [part.strip() for part in re.split(r"[/／]", text)]
    if len(numbers) == 2 * n:
        return [f"{a}/{b}" for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
    return numbers if len(numbers) == n else parts


def parse_share(text: str) -> float:
    """A share as a fraction in (0, 1], NaN when it says none: "50%", "1/2", "0.33", "各50"."""
    clean = text.replace("\uff05", "%").strip().lstrip("各占").removesuffix("份额")
    clean = clean.translate(_NUMERALS) if "分之" in clean else clean
    found = re.fullmatch(r"(\d{1,9})\s*([/／]|分之)\s*(\d{1,9})", clean)
    if found:
        a, b = int(found.group(1)), int(found.group(3))
        if found.group(2) == "分之":
            a, b = b, a
        return a / b if 0 < a <= b else float("nan")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", clean)
    if not found:
        return float("nan")
    value = float(found.group(1))
    if found.group(2) or value > 1:
        value /= 100
    return value if 0 < value <= 1 else float("nan")


def explode(
    case: Case, places: tuple[str, ...] = (), heads: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """All holders of all parcels: columns `COLUMNS`, sorted by parcel and order in the cell.

    ``places`` and ``heads`` as `kinds_of`.

    ``share`` is NaN when unknown; a sole holder has 1. Shares that add up to more than 1 (by more
    than 1 %) claim more than the parcel: they are scaled down in proportion (CONTRACT §5), and
    ``claimed`` tells what they add up to; it is NaN everywhere else.
    """
    known = pd.Index(case.parcels["parcel_code"])
    found = resolve_parcel_codes(case.right_holders["parcel_code"], known)
    listed = case.right_holders.assign(parcel_code=found["code"])
    in_list = among(case.parcels["parcel_code"], listed["parcel_code"])
    columns = ["parcel_code", "seq", "name", "holder_id", "share"]
    cells = pd.DataFrame(_from_parcels(case.parcels[~in_list]), columns=columns)
    frame = pd.concat([cells.assign(person=False), _from_list(listed)], ignore_index=True)
    frame = frame[among(frame["parcel_code"], known) & (frame["name"] != "")]
    frame["holder_id"] = normalise_code(frame["holder_id"].astype("str"))
    frame = frame.sort_values(["parcel_code", "seq", "name", "holder_id"], ignore_index=True)
    # One holder written twice is one holder, not a co-owner of itself.
    frame = frame.drop_duplicates(["parcel_code", "name", "holder_id"], ignore_index=True)
    frame["kind"] = kinds_of(frame, places, heads)
    return _settle_shares(frame)[list(COLUMNS)]


def _from_parcels(parcels: pd.DataFrame) -> list[tuple[str, int, str, str, float]]:
    columns = ["parcel_code", "holder_names", "holder_ids", "holder_shares"]
    out: list[tuple[str, int, str, str, float]] = []
    values = (parcels[column].to_numpy(object) for column in columns)
    for code, names, ids, shares in zip(*values, strict=True):
        written = split_cell(names)
        if len(written) == 1:  # whose share is the whole, whatever is written
            if written[0]:
                out.append((code, 0, written[0], ids.strip(), 1.0))
            continue
        holders = [n for n in written if n]
        id_parts, share_parts = _aligned(ids, written), _shares(shares, written)
        for seq, name in enumerate(holders):
            out.append((code, seq, name, id_parts[seq], parse_share(share_parts[seq])))
    return out


def _from_list(listed: pd.DataFrame) -> pd.DataFrame:
    """Rows of the holder table, numbered within their parcel by their values, not by row order."""
    keys = ["parcel_code", "holder_name", "holder_id", "holder_share"]
    listed = listed.sort_values(keys).drop_duplicates(keys)
    person = listed["id_kind"].str.strip().str.fullmatch(_PERSON_ID)
    person |= listed["holder_kind"].str.strip().str.fullmatch(_PERSON_KIND)
    return pd.DataFrame(
        {
            "parcel_code": listed["parcel_code"],
            "seq": listed.groupby("parcel_code").cumcount(),
            "name": listed["holder_name"].str.strip(),
            "holder_id": listed["holder_id"],
            "share": listed["holder_share"].map(parse_share).astype("float64"),
            "person": person.to_numpy(dtype=bool),
        }
    )


def named_ids(case: Case) -> pd.DataFrame:
    """Names and codes of holders as parcels and right holders write them: ``name``, ``uscc``."""
    cells = pd.DataFrame(
        _from_parcels(case.parcels), columns=["parcel_code", "seq", "name", "uscc", "share"]
    )
    listed = case.right_holders[["holder_name", "holder_id"]].set_axis(["name", "uscc"], axis=1)
    return pd.concat([cells[["name", "uscc"]], listed], ignore_index=True)


def kinds_of(
    frame: pd.DataFrame, places: tuple[str, ...], heads: frozenset[str] = frozenset()
) -> pd.Series:
    """What each holder is: `text.names.holder_kind` of its ``name``, mended by its ``holder_id``.

    ``person`` says that the table itself calls it a person; ``places`` are the places of the case,
    ``heads`` four characters with which 字号 and trade of its enterprises begin: nobody is called
    霁琮糕点.
    """
    distinct = pd.unique(frame["name"])
    kinds = frame["name"].map({n: holder_kind(n) for n in distinct}).astype("str")
    identity = looks_like_person_id(frame["holder_id"]) | frame["person"].to_numpy(dtype=bool)
    person = identity & kinds.isin(["person", "firm"]).to_numpy()
    short = (frame["name"].str.len() <= 4).to_numpy()
    inner = (frame["holder_id"].str.len() == 9).to_numpy() & org_code_valid(frame["holder_id"])
    coded = (uscc_valid(frame["holder_id"]) | inner) & ~identity
    norm = normalise(frame["name"])  # 云岫磊珩… is cut, and four characters all the same
    local = norm.str.startswith(places) if places else pd.Series(False, index=frame.index)
    firm = (kinds == "person") & (coded | (local & (norm.str.len() == 4)) | norm.isin(heads))
    return kinds.mask(person & short, "person").mask(firm, "firm")


def _settle_shares(frame: pd.DataFrame) -> pd.DataFrame:
    groups = frame.groupby("parcel_code")
    count = groups["name"].transform("size")
    total = groups["share"].transform("sum")
    known = groups["share"].transform("count") == count
    over = known & (count > 1) & (total > 1.0 + SHARES_SLACK)
    told = frame["share"].where(known) / total.where(over, 1.0)
    share = told.mask(count == 1, 1.0)
    return frame.assign(share=share, n_holders=count, claimed=total.where(over))
