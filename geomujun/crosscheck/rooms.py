"""One room, many writings: a key of the room an address names.

Clerks leave out divisions, put the town behind in brackets, write # for 号, or add a remark behind
the room. The key is the text between the town and the room; the town is part of it only where the
same text stands in two towns.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.keys import distinct
from geomujun.text.normal import normalise

_DESK: Final = r"集群|托管|商务秘书|秘书公司|虚拟地址|众创空间"
_HAN: Final = "\u4e00-\u9fff"
_BEHIND: Final = rf"^([^()]*)\(([{_HAN}]*(?:省|市|县|区|旗|街道|街|镇|乡))\)$"
_MARKED: Final = r"(\d)#(?=\D{0,3}\d)"  # 71#1301室: a house number, not a building
_DIVISIONS: Final = (
    rf"^(?:[{_HAN}]{{2,6}}?(?:省|自治区))?(?:[{_HAN}]{{2,6}}?(?:市|自治州|地区|盟))?"
    rf"(?:[{_HAN}]{{1,5}}?(?:县|区|市|旗)(?![{_HAN}]?(?:园|域)))?"
)
_TOWN: Final = rf"^([{_HAN}]{{1,5}}?(?:街道|镇|乡))(?=[{_HAN}A-Z0-9])"
_UP_TO_ROOM: Final = r"^(.*?\d室)"
_PLACED: Final = r"[路街道巷弄村园区厦城号幢栋座楼].*室$"  # 101室 alone is every office's


def room_keys(addresses: pd.Series) -> pd.Series:
    """The room of each address, "" for an address that names none; on its index.

    An address of a desk service (商务秘书, 集群注册 …) without a room is a room of its own.
    """
    keys = pd.Series("", index=addresses.index, dtype="str")
    some = addresses.str.contains(f"室|{_DESK}", regex=True)
    if some.any():
        keys[some] = _keys(addresses[some])
    return keys


def _keys(addresses: pd.Series) -> pd.Series:
    at, norm = distinct(normalise(addresses))
    turned = norm.str.replace(_BEHIND, r"\2\1", regex=True)
    turned = turned.str.replace(_MARKED, r"\1号", regex=True)
    turned_at, texts = distinct(turned)
    return _distinct_keys(texts).take(turned_at[at]).set_axis(addresses.index)


def _distinct_keys(texts: pd.Series) -> pd.Series:
    local = texts.str.replace(_DIVISIONS, "", regex=True)
    local = local.where(local != "", texts)
    town = local.str.extract(_TOWN, expand=False).fillna("")
    rest = pd.Series([a[len(b) :] for a, b in zip(local, town, strict=True)], dtype="str")
    room = rest.str.extract(_UP_TO_ROOM, expand=False).fillna("")
    room = room.where(room.str.contains(_PLACED, regex=True), "")
    desk = rest.where(rest.str.contains(_DESK, regex=True), "")
    key = room.where(room != "", desk)
    towns = town.where(town != "").groupby(key).nunique()
    return key.where((key == "") | (key.map(towns) < 2), town + "|" + key).astype("str")
