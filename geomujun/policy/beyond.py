"""What a reader of some divisions is told of firms and land of other ones. Pure; the one rule.

A row belongs to a division and is seen by its readers; but it names others: the tenant registered
elsewhere, its rival, the land an evidence line rests on, firms whose grade would change.

- Name and 信用代码 of an enterprise are told wherever such a row names it: they are in the public
  register (企业信息公示暂行条例 art. 6), and whoever answers for land must know who uses it.
- Codes of land beyond the reader's divisions are cut to the county (``330108…``), in every text.
- Grades of firms beyond are left out; figures of theirs stand in no row the reader sees.
- ``unit_id`` stays whole: it is the key of the result of a firm that is the reader's own; and so
  does a row's own ``parcel_code``, by which the row was given to the reader's division.

Readers of all divisions are told everything that is theirs by right, the public what is published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np

from geomujun.policy.rights import Reader
from geomujun.text.identifiers import uscc_valid

WHOLE: Final = frozenset({"unit_id", "parcel_code", "geometry"})
_REST: Final = "2[1-3]|3[1-7]|4[1-6]|6[1-5]"  # provinces whose codes begin no 信用代码
_PROVINCES: Final = f"1[1-5]|5[0-4]|{_REST}"


def _codes(provinces: str, own: str = "") -> str:
    """Codes of plots and, of these provinces, of patches; the county is a group of its own."""
    return (
        rf"(?<![0-9A-Za-z]){own}(?:(\d{{6}})\d{{6}}[A-Z]{{2}}\d{{5}}|((?:{provinces})\d{{4}})\d{{12}})"
        r"(?![0-9A-Za-z])"
    )


_LAND: Final = re.compile(_codes(_PROVINCES))
_COUNTY: Final = 6  # digits
_REGISTERED: Final = re.compile(r"[15]")  # 机构编制, 民政: codes of firms that look like a BSM
_FLIP: Final = re.compile(r"([0-9A-Z]+) [^；;]+")  # of the queue: "CODE B→C；CODE 无→A"


def land_hidden(text: str, reader: Reader) -> str:
    """A text with codes of land beyond the reader's divisions cut to the county."""
    return text if reader.everywhere else _LAND.sub(lambda hit: _cut(hit, reader), text)


def land_pattern(reader: Reader) -> str | None:
    """What `land_hidden` cuts, as a pattern of PostgreSQL: a filter sees no more than is told.

    For ``service.land_hidden`` of the store; None for a reader of all divisions. Patches of
    provinces whose codes may be 信用代码 are left: a pattern knows no check digit.
    """
    if reader.everywhere:
        return None
    own = "|".join(sorted(d for d in reader.divisions if len(d) <= _COUNTY))
    return _codes(_REST, f"(?!{own})" if own else "")


def _cut(hit: re.Match[str], reader: Reader) -> str:
    county = hit[1] or hit[2]
    firm = (
        hit[2]
        and _REGISTERED.match(county)
        and bool(uscc_valid(np.array([hit[0]], dtype=object))[0])
    )
    return hit[0] if firm or reader.within(county) else f"{county}…"


def row_told(
    row: Mapping[str, Any], reader: Reader, whole: Collection[str] = WHOLE
) -> dict[str, Any]:
    """A row as this reader is told it: every text of it, also inside lists and objects.

    ``whole``: what is left as it is, wherever in it.
    """
    if reader.everywhere:
        return dict(row)
    return {name: v if name in whole else _told(v, reader, whole) for name, v in row.items()}


def _told(value: Any, reader: Reader, whole: Collection[str]) -> Any:
    if isinstance(value, str):
        return land_hidden(value, reader)
    if isinstance(value, list):
        return [_told(v, reader, whole) for v in value]
    if isinstance(value, dict):
        return row_told(value, reader, whole)
    return value


def flips_told(text: str, known: Collection[str]) -> str:
    """Changes of grades ("CODE B→C；…") of the firms among ``known`` only."""
    return "；".join(h[0].strip() for h in _FLIP.finditer(text) if h[1] in known)


def flipped(text: str) -> list[str]:
    """The firms such a text names."""
    return [hit[1] for hit in _FLIP.finditer(text)]
