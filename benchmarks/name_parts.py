"""A register name cut into place · 字号 · trade · legal form, for the generator only.

On purpose not the parser of the product: a benchmark that shared it would hide its mistakes. Places
come from the division list; trade words are not a list at all but the suffixes that many names
of the base share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_LEGAL: Final = re.compile(
    r"((?:集团)?股份有限责任公司|(?:集团)?股份有限公司|(?:集团)?有限责任公司|(?:集团)?有限公司|集团公司"
    r"|(?:合伙)?企业[(（](?:有限|普通)合伙[)）]|专业合作社|公司|总厂|厂|事务所|经营部|商行)$"
)
_PLACE_END: Final = re.compile(r"(?:省|市|区|县|自治区|自治州|地区|盟|旗)$")
_HAN: Final = re.compile(r"^[\u4e00-\u9fff]+$")
LEAST_TAIL: Final = 6  # names that must share a suffix before it counts as a trade word


@dataclass(frozen=True, slots=True)
class Parts:
    """One name in pieces; joined in order they give the name again."""

    place: str
    trade_name: str
    trade: str
    legal: str

    def __str__(self) -> str:
        return self.place + self.trade_name + self.trade + self.legal


@dataclass(frozen=True, slots=True)
class Splitter:
    """Places (every writing) and trade suffixes with their counts."""

    places: frozenset[str]
    longest_place: int
    tails: frozenset[str]

    def split(self, name: str) -> Parts:
        """Cut one name; a piece that is not there is "". The 字号 keeps two characters."""
        found = _LEGAL.search(name)
        legal = found.group(1) if found and len(found.group(1)) < len(name) - 1 else ""
        rest = name[: len(name) - len(legal)]
        place = self._place(rest)
        core = rest[len(place) :]
        cut = next((i for i in range(2, len(core)) if core[i:] in self.tails), len(core))
        return Parts(place, core[:cut], core[cut:], legal)

    def _place(self, rest: str) -> str:
        taken = 0
        while True:
            room = min(self.longest_place, len(rest) - taken - 2)
            size = next(
                (n for n in range(room, 1, -1) if rest[taken : taken + n] in self.places), 0
            )
            if not size:
                return rest[:taken]
            taken += size


def place_writings(names: Iterable[str]) -> frozenset[str]:
    """Division names with and without 省, 市, 区, 县 (two characters at least)."""
    out = set()
    for name in names:
        bare = _PLACE_END.sub("", name)
        out.update(word for word in (name, bare) if len(word) >= 2 and _HAN.match(word))
    return frozenset(out)


def learn(names: Sequence[str], places: frozenset[str]) -> Splitter:
    """A splitter whose trade words are the suffixes that many of the names share."""
    first = Splitter(places, max(map(len, places)), frozenset())
    counts: Counter[str] = Counter()
    for name in names:
        core = first.split(name).trade_name
        counts.update(core[i:] for i in range(2, len(core) - 1))
    tails = frozenset(t for t, n in counts.items() if n >= LEAST_TAIL and len(t) <= 8)
    return Splitter(places, first.longest_place, tails)
