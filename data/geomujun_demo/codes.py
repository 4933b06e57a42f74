"""Codes of made-up firms, persons and parcels, with right check digits.

Written apart from `geomujun.text.identifiers` on purpose: the demo is a second opinion. Sources:
GB 32100-2015 (统一社会信用代码), GB 11714 (组织机构代码), GB/T 37346 (宗地代码, 不动产单元号).
"""

from __future__ import annotations

from random import Random
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
VALUE: Final = {c: i for i, c in enumerate(ALPHABET)}
ORG_VALUE: Final = {c: i for i, c in enumerate(ORG_ALPHABET)}


def uscc_check(first17: str) -> str:
    """Check character of the first 17 characters of a 统一社会信用代码."""
    total = sum(VALUE[c] * w for c, w in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def org_check(first8: str) -> str:
    """Check character of the first 8 characters of a 组织机构代码."""
    total = sum(ORG_VALUE[c] * w for c, w in zip(first8, ORG_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


class CodeMint:
    """Gives out codes, none twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def uscc(self, division: str, *, young: bool) -> str:
        """A 统一社会信用代码 of a firm of ``division``; ``young``: founded after October 2015."""
        while True:
            if young:
                org = "MA" + "".join(self._rng.choices(ALPHABET, k=6))
            else:
                org = f"{self._rng.randrange(10**8):08d}"
            first = "91" + division + org + org_check(org)
            if first not in self._used:
                self._used.add(first)
                return first + uscc_check(first)


def break_uscc(rng: Random, code: str) -> str:
    """A spoilt writing of a code: one character lost from the end, or O for 0, or a swap."""
    kind = rng.randrange(3)
    if kind == 0 or "0" not in code[8:]:
        return code[:-1]
    if kind == 1:
        at = code.index("0", 8)
        return code[:at] + "O" + code[at + 1 :]
    at = next((i for i in range(9, 16) if code[i] != code[i + 1]), -1)
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :] if at > 0 else code[:-1]


def old_code(rng: Random, uscc: str) -> tuple[str, str]:
    """An older number of the same firm, 组织机构代码 or 15-digit 注册号, with its kind."""
    kind = rng.randrange(3)
    if kind == 0:
        return uscc[8:16] + "-" + uscc[16], "org9"
    if kind == 1:
        return uscc[8:17], "org9"
    return uscc[2:8] + f"{rng.randrange(10**9):09d}", "reg15"


def person_id(rng: Random, division: str) -> str:
    """An identity number as departments mask it: the middle starred."""
    return f"{division}********{rng.randrange(10000):04d}"


def code_variant(rng: Random, code: str) -> str:
    """A parcel code as others write it: blanks, brackets, dashes, lower case, 28 digits."""
    kind = rng.randrange(5)
    if kind == 0:
        return f"{code[:6]} {code[6:9]} {code[9:12]} {code[12:]}"
    if kind == 1:
        return f"{code[:12]}-{code[12:14]}-{code[14:]}"
    if kind == 2:
        return code.lower()
    if kind == 3:
        return f"（{code[:6]}）{code[6:]}"
    return code + "W00000000"
