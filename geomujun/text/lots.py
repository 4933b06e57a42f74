"""Parcel texts that name a section and lots: 樹林區東園段1130地號, 霧峰區四德段748、748-2、749地號.

A lot number means nothing without its section (段, 小段); one text often lists several lots and now
and then several sections. The division before the section is kept apart. Characters are those of
`normalise` (simplified script), since a section is a name to be looked up, not to be shown. Which
section code belongs to a name is the register's business, not decided here.

Source of the forms: parcel texts of Taiwan's lists of factories on farmland (open data).
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from geomujun.text.normal import normalise_text

_LOT: Final = r"\d+(?:[-\u2010-\u2014之]\d+)?"
_BETWEEN: Final = r"[、,，;；.及与和\s]*"
_TO: Final = r"(?:至|到|~)"
# The section ends with the 段 right before the numbers: its own name may hold another (丁台三段).
_GROUP: Final = re.compile(
    rf"(?P<name>[^\d、,，;；()]*段(?:[^\d、,，;；()]*?小段)?)\(?第?"
    rf"(?P<lots>{_LOT}(?:地?号)?(?:(?:{_BETWEEN}|{_TO}){_LOT}(?:地?号)?)*)"
)
_PIECE: Final = re.compile(rf"({_LOT})(?:地?号)?(?:{_TO}({_LOT}))?")
_TOWN: Final = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}[县市])?(?:[\u4e00-\u9fff]{2,4}?[区乡镇市]|[东西南北中]区)(?=[\u4e00-\u9fff]+段)"
)
_LEAD: Final = re.compile(r"^[.及与和\s]+(?=[\u4e00-\u9fff]{2,}[区乡镇市段])")
_NOTE: Final = re.compile(r"^(重测[前后]|重划[前后]|原|旧|新)[:为]?")
_LONGEST_RANGE: Final = 500
COLUMNS: Final = ("town", "section", "subsection", "note", "lot", "parent", "sub")
Lot = tuple[str, str, str, str, int, int]


def _section(name: str) -> tuple[str, str, str]:
    """(town, 段, 小段) of the text before the numbers."""
    town = _TOWN.match(name)
    rest = name[town.end() :] if town else name
    cut = rest.rfind("段", 0, -1) + 1 if rest.endswith("小段") else 0
    cut = cut or len(rest)
    return (town.group(0) if town else "", rest[:cut], rest[cut:])


def _numbers(lots: str) -> list[tuple[int, int]]:
    """(lot, sub-lot) of each number; 956至960 is five lots."""
    out: list[tuple[int, int]] = []
    for first, last in _PIECE.findall(lots):
        parent, _, sub = re.sub(r"[\u2010-\u2014之]", "-", first).partition("-")
        out.append((int(parent), int(sub or 0)))
        if last.isdigit() and not sub and 0 < int(last) - int(parent) <= _LONGEST_RANGE:
            out.extend((n, 0) for n in range(int(parent) + 1, int(last) + 1))
    return out


def split_lots(text: str) -> list[Lot]:
    """(town, section, subsection, note, lot, sub-lot) of one text, in the order written.

    ``note`` is what a bracket says of a second designation (``重测后``: after resurvey), "" for the
    main one. A section without a town stands in the town before it. Empty when the text names no
    section with a number.
    """
    out: list[Lot] = []
    town = ""
    norm = normalise_text(text)
    for found in _GROUP.finditer(norm):
        name = _LEAD.sub("", found.group("name")) if out else found.group("name")
        marked = _NOTE.match(name) if norm[: found.start()].endswith("(") else None
        own, section, subsection = _section(name[marked.end() :] if marked else name)
        town = own or town
        note = marked.group(1) if marked else ""
        out += [(town, section, subsection, note, *n) for n in _numbers(found.group("lots"))]
    return out


def parse_lots(texts: pd.Series) -> pd.DataFrame:
    """All lots of a column of texts, one row per lot.

    Returns:
        ``row`` (position in ``texts``), ``town``, ``section`` (with 段), ``subsection`` (with
        小段, "" for none), ``note``, ``lot`` (`lot_code`), ``parent`` and ``sub`` (integers).
        Texts with no lot have no row.
    """
    rows = [
        (row, *names, lot_code(parent, sub), parent, sub)
        for row, text in enumerate(texts.astype("str"))
        for *names, parent, sub in split_lots(text)
    ]
    frame = pd.DataFrame(rows, columns=["row", *COLUMNS])
    kinds: dict[str, str] = {"row": "int64", "parent": "int64", "sub": "int64"}
    return frame.astype(kinds | dict.fromkeys(COLUMNS[:5], "str"))


def lot_code(parent: int, sub: int) -> str:
    """Lot and sub-lot as registers key them, four digits each: 12, 3 → 00120003."""
    return f"{parent:04d}{sub:04d}"
