"""坐落 and addresses taken apart: town, village, park, road, house number, building, floor, room.

Half of the 坐落 of real parcels are relative to roads ("以东", "交叉口东北侧"), a third names a
village, one in fifty a house number, and one in fifty names a neighbour's firm, which is not the
holder. So no part is required, and a text never becomes a point here. House number, building and
room are part of the identity of a place: two numbers that differ are two places.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from geomujun.text.normal import normalise, normalise_text

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


_SEARCHES: Final = {p: (re.compile(marks), re.compile(p)) for p, marks in _MARKS.items()}
_STARTS: Final = re.compile(_DIVISION)
_NUMBERED: Final = re.compile(_NUMBER)
_RELATES: Final = re.compile(_RELATIVE)
# A bracket or a house number before the firm's name is no part of it.
_BEFORE: Final = re.compile(r"^.*号[(,、]?|^\((?!.*\))")


def _first(text: str, pattern: str) -> str:
    """The first group of the pattern's first hit, "" for none."""
    marks, wanted = _SEARCHES[pattern]
    found = wanted.search(text) if marks.search(text) else None
    return found[1] or "" if found else ""


def parse_locations(texts: pd.Series) -> pd.DataFrame:
    """Take a column of 坐落 or addresses apart.

    Returns:
        Frame on the index of ``texts``: the text columns of `PARTS`, "" when missing, ``norm``
        (the whole text normalised, without divisions down to the county) and ``relative`` (bool).
    """
    codes, distinct = pd.factorize(normalise(texts))
    rows = [_parts(norm) for norm in distinct.to_numpy(object)]
    names = ("norm", *PARTS, "relative")
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    kinds = {name: "bool" if name == "relative" else "str" for name in names}
    table = pd.DataFrame(
        {n: pd.Series(c, dtype=kinds[n]) for n, c in zip(names, columns, strict=True)}
    )
    return table.take(codes).set_axis(texts.index)


def _parts(norm: str) -> tuple[str | bool, ...]:
    """``norm``, `PARTS` and ``relative`` of one normalised text."""
    local = _STARTS.sub("", norm) or norm
    town = _first(local, _TOWN)
    rest = local[len(town) :]
    neighbour = _BEFORE.sub("", _first(rest, _NEIGHBOUR))
    # A neighbour's name may hold a road or a village; it says nothing about this place's own.
    own = rest.replace(neighbour, "") if neighbour else rest
    park = _first(own, _PARK)
    after_park = own.split(park, 1)[-1] if park else own
    numbered = _NUMBERED.search(after_park)
    building, floor = _first(own, _BUILDING), _first(own, _FLOOR)
    return (
        local,
        town,
        _first(after_park, _VILLAGE) or _first(park, _VILLAGE),
        park,
        numbered[1] if numbered else _first(after_park, _ROAD),
        re.sub("[—之]", "-", numbered[2]) if numbered else "",
        _first(own, _PLOT),
        _NUMERALS.get(building, building),
        _NUMERALS.get(floor, floor),
        _first(own, _ROOM),
        neighbour,
        _RELATES.search(own) is not None,
    )


def parse_location(text: str) -> dict[str, str]:
    """One text taken apart: ``norm`` and `PARTS` as `parse_locations` has them, and its `door`."""
    said = dict(zip(("norm", *PARTS), map(str, _parts(normalise_text(text))), strict=False))
    return said | {"door": door(said["road"], said["number"])}


def door(road: str, number: str) -> str:
    """Road and house number as one key, "" when either is missing.

    The town is left out because half of the writers leave it out, and roads rarely repeat inside a
    county.
    """
    return road + number if road and number else ""


def door_key(parts: pd.DataFrame) -> pd.Series:
    """`door` of every row of `parse_locations`."""
    keys = [door(*both) for both in zip(parts["road"], parts["number"], strict=True)]
    return pd.Series(keys, index=parts.index, dtype="str")
