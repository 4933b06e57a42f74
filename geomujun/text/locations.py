"""坐落 and addresses taken apart: town, village, park, road, house number, building, floor, room.

Half of the 坐落 of real parcels are relative to roads ("以东", "交叉口东北侧"), a third names a
village, one in fifty a house number, and one in fifty names a neighbour's firm, which is not the
holder. So no part is required, and a text never becomes a point here. House number, building and
room are part of the identity of a place: two numbers that differ are two places.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.text.normal import normalise

_HAN: Final = "\u4e00-\u9fff"
_STEP: Final = rf"(?:(?!街道|镇|乡|村|路|大道)[{_HAN}])"  # a character of a division's name
_DIVISION: Final = (
    rf"^(?:{_STEP}{{2,6}}?(?:省|自治区))?(?:{_STEP}{{2,6}}?(?:市|自治州|地区|盟))?"
    rf"(?:{_STEP}{{1,5}}?(?:县|区|市|旗)(?![{_HAN}]?(?:园|域)))?"
)
_TOWN: Final = rf"^([{_HAN}]{{2,6}}?(?:街道|镇|乡)(?!路|街|道|村))"
_PARK: Final = (
    rf"([{_HAN}]{{2,12}}?(?:小微企业园|工业园区|工业功能区|高新技术产业开发区|经济技术开发区|经济开发区|"
    rf"产业集聚区|产业园区|创业园|产业园|科技园|开发区|高新区|工业园|物流园|园区))"
)
_VILLAGE: Final = rf"([{_HAN}]{{1,5}}?(?:村|社区))(?!委)"
_ROAD: Final = rf"((?:(?![至与和临沿])[{_HAN}]){{1,7}}?(?:大道|大街|路|街(?!道)|巷|弄))"
_NUMBER: Final = rf"{_ROAD}(?:[中东西南北]段)?(\d+(?:[-—之]\d+)?)号"
_RELATIVE: Final = r"以[东南西北]|[东南西北]{1,2}侧|交叉口|交汇处|[东西南北]至|对面|旁"
_BUILDING: Final = (
    r"(?:第)?([A-Z]?\d+|[A-Z]|[一二三四五六七八九十]+)(?:幢|栋|座|号楼|号厂房|号车间|#)"
)
_FLOOR: Final = r"(?:幢|栋|座|楼|厂房)?(\d+|[一二三四五六七八九十]+)(?:层|楼)(?!宇)"
_ROOM: Final = r"(?<!\d)([A-Z]?\d{2,4}(?:-\d+)?)室"
_PLOT: Final = r"([A-Z]{1,3}-?\d+(?:-\d+)?)(?:号)?地块"
_NEIGHBOUR: Final = (
    rf"([{_HAN}()]{{4,30}}?(?:公司|厂|集团|企业)(?:\([{_HAN}]+\))?)"
    r"(?:的)?(?:以?[东南西北]{1,2}(?:侧|面|边)?|对面|旁|隔壁|地块)"
)
_NUMERALS: Final = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
                    "八": "8", "九": "9", "十": "10"}  # fmt: skip
PARTS: Final = (
    "town", "village", "park", "road", "number", "plot", "building", "floor", "room", "neighbour",
)  # fmt: skip


# What a text must hold for a pattern to be tried: most texts hold few of these.
_MARKS: Final = {
    _TOWN: "街道|镇|乡",
    _PARK: "园|能区|发区|聚区|新区",
    _VILLAGE: "村|社区",
    _ROAD: "路|街|巷|弄|大道",
    _BUILDING: "幢|栋|座|号楼|号厂房|号车间|#",
    _FLOOR: "层|楼",
    _ROOM: "室",
    _PLOT: "地块",
    _NEIGHBOUR: "公司|厂|集团|企业",
}


def _first(column: pd.Series, pattern: str) -> pd.Series:
    """The first group of the pattern's first hit in each text, "" for none."""
    found = pd.Series("", index=column.index, dtype="str")
    tried = column.str.contains(_MARKS[pattern], regex=True).to_numpy(dtype=bool)
    if tried.any():
        hits = column[tried].str.extract(pattern, expand=False).fillna("").astype("str")
        found[tried] = hits.to_numpy()
    return found


def _arabic(column: pd.Series) -> pd.Series:
    return column.replace(_NUMERALS).astype("str")


def parse_locations(texts: pd.Series) -> pd.DataFrame:
    """Take a column of 坐落 or addresses apart.

    Returns:
        Frame on the index of ``texts``: the text columns of `PARTS`, "" when missing, ``norm``
        (the whole text normalised, without divisions down to the county) and ``relative`` (bool).
    """
    norm = normalise(texts)
    distinct = pd.Series(pd.unique(norm), dtype="str")
    table = _parse_distinct(distinct).set_axis(distinct.to_numpy())
    return table.loc[norm.to_numpy()].set_axis(texts.index)


def _parse_distinct(norm: pd.Series) -> pd.DataFrame:
    local = norm.str.replace(_DIVISION, "", regex=True)
    local = local.where(local != "", norm)
    town = _first(local, _TOWN)
    rest = pd.Series(
        [text[len(head) :] for text, head in zip(local, town, strict=True)], dtype="str"
    )
    # A bracket or a house number before the firm's name is no part of it.
    neighbour = _first(rest, _NEIGHBOUR).str.replace(r"^.*号[(,、]?|^\((?!.*\))", "", regex=True)
    # A neighbour's name may hold a road or a village; it says nothing about this place's own.
    own = pd.Series(
        [t.replace(n, "") if n else t for t, n in zip(rest, neighbour, strict=True)], dtype="str"
    )
    park = _first(own, _PARK)
    after_park = pd.Series(
        [t.split(p, 1)[-1] if p else t for t, p in zip(own, park, strict=True)], dtype="str"
    )
    numbered = after_park.str.extract(_NUMBER).fillna("").astype("str")
    village = _first(after_park, _VILLAGE)
    road = numbered[0].where(numbered[0] != "", _first(after_park, _ROAD))
    return pd.DataFrame(
        {
            "norm": local,
            "town": town,
            "village": village.where(village != "", _first(park, _VILLAGE)).astype("str"),
            "park": park,
            "road": road.astype("str"),
            "number": numbered[1].str.replace(r"[—之]", "-", regex=True).astype("str"),
            "plot": _first(own, _PLOT),
            "building": _arabic(_first(own, _BUILDING)),
            "floor": _arabic(_first(own, _FLOOR)),
            "room": _first(own, _ROOM),
            "neighbour": neighbour,
            "relative": own.str.contains(_RELATIVE, regex=True).to_numpy(dtype=bool),
        }
    )


def door_key(parts: pd.DataFrame) -> pd.Series:
    """Road and house number as one key, "" when either is missing.

    The town is left out because half of the writers leave it out, and roads rarely repeat inside a
    county.
    """
    both = (parts["road"] != "") & (parts["number"] != "")
    return (parts["road"] + parts["number"]).where(both, "").astype("str")
