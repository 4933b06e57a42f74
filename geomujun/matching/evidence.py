"""Evidence: what two records say for and against each other, in bits.

weight = prior + Σ bits; each item keeps the two values compared and one plain sentence, so that an
official can read the link aloud (ARCHITECTURE §4.3).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PRIOR: Final = "prior"  # the item that is no comparison: what was known before any


@dataclass(frozen=True, slots=True)
class Item:
    """One comparison of one pair."""

    name: str
    bits: float
    left: str
    right: str
    line: str

    def as_dict(self) -> dict[str, object]:
        """Keys of CONTRACT §4 ``evidence``."""
        return {
            "name": self.name,
            "bits": round(self.bits, 3),
            "left": self.left,
            "right": self.right,
            "line": self.line,
        }


def ordered(items: Iterable[Item]) -> list[Item]:
    """Strongest first, the prior last."""
    return sorted(items, key=lambda i: (i.name == PRIOR, -abs(i.bits), i.name, i.right))


def as_json(items: Iterable[Item]) -> str:
    """The ``evidence`` cell, in the order of `ordered`."""
    told = [i.as_dict() for i in ordered(items)]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
