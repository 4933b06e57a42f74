"""The names-only task: a register of N firms and N parcels whose holders are miswritten.

Register: 85 % names of the base (composed ones where the base is too small), 15 % siblings: the
same 字号 with another trade or place, or one unlike character. Parcels: 80 % a firm of the register
with one corruption (25 % of them with a second), 4 % two holders, 8 % a firm the register does not
have, 8 % a sibling the register does not have. No corruption may spell another registered firm. The
same seed gives the same task whatever the hash seed. After matching-facts §3, written anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Final

import opencc
import pandas as pd

from benchmarks import corrupt, corrupt_b
from benchmarks.base_names import Base, composed
from benchmarks.corrupt import Corruption, World
from benchmarks.name_parts import Parts

SHARES: Final = {
    "clean": 0.0,
    "firm": 0.80,
    "joint": 0.04,
    "none_random": 0.08,
    "none_sibling": 0.08,
}
SIBLINGS: Final = 0.15
SECOND: Final = 0.25
CLEAN: Final = 0.16
RECIPES: Final[Mapping[str, Mapping[str, tuple[float, Corruption]]]] = {
    "a": corrupt.KINDS,
    "b": corrupt_b.KINDS,
}
_ONE_CHARACTER: Final = frozenset((*corrupt.ONE_CHARACTER, *corrupt_b.ONE_CHARACTER))
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Task:
    """A register and the parcels to match with it.

    ``register``: ``name``. ``parcels``: ``text``, ``truth`` (register rows joined by |, "" for
    none), ``kind``, ``second`` (a second corruption or ""), ``on_trade_name`` (the 字号 itself was
    changed by one character).
    """

    register: pd.DataFrame
    parcels: pd.DataFrame


def make(base: Base, size: int, seed: int, recipe: str = "a") -> Task:
    """A task of ``size`` firms and ``size`` parcels."""
    rng = Random(f"{seed}-{size}-{recipe}")  # noqa: S311 (a task, not a secret)
    maker = _Maker(base, rng, RECIPES[recipe])
    maker.fill_register(size)
    return Task(
        pd.DataFrame({"name": [str(p) for p in maker.register]}),
        pd.DataFrame([maker.parcel() for _ in range(size)], columns=list(_COLUMNS)),
    )


_COLUMNS: Final = ("text", "truth", "kind", "second", "on_trade_name")


def folded(name: str) -> str:
    """A name as the check for other firms' names compares it."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", name)).upper()
    return str(_simplify().convert(re.sub(r"[()]", "", text)))


@cache
def _simplify() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@dataclass
class _Maker:
    base: Base
    rng: Random
    kinds: Mapping[str, tuple[float, Corruption]]
    register: list[Parts] = field(default_factory=list)
    outside: list[Parts] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    bearers: dict[str, list[str]] = field(default_factory=dict)
    kin: set[tuple[str, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.world = World(
            tuple(self.base.districts),
            tuple(self.base.trade_names),
            self.base.official,
            self.base.above,
        )
        self.trades = [trade for trade, _ in self.base.tails]
        self.names = list(self.kinds)
        self.weights = [self.kinds[k][0] for k in self.names]

    def fill_register(self, size: int) -> None:
        """Names of the base, composed ones, then siblings; the rest of the base stays outside."""
        wanted = size - round(size * SIBLINGS)
        pool = list(self.base.names)
        self.rng.shuffle(pool)
        self.outside = [self.base.splitter.split(name) for name in pool[wanted:]]
        for name in pool[:wanted]:
            self._add(self.base.splitter.split(name))
        more = composed(self.base, self.rng)
        while len(self.register) < wanted:
            self._add(next(more))
        while len(self.register) < size:
            made = self._sibling(self.rng.choice(self.register[:wanted]))
            if made is not None:
                self._add(made)
        self.more = more

    def _add(self, parts: Parts) -> None:
        key = folded(str(parts))
        if key not in self.known:
            row = len(self.register)
            self.known[key] = row
            self.bearers.setdefault(parts.trade_name, []).append(key)
            self.kin.add(_kin(parts))
            self.register.append(parts)

    def _sibling(self, parts: Parts) -> Parts | None:
        """Another firm with the same 字号, or with one character of it changed to an unlike one."""
        place, word, trade, legal = parts.place, parts.trade_name, parts.trade, parts.legal
        how = self.rng.choice(("trade", "trade", "place", "character"))
        if how == "trade":
            trade = self.rng.choice(self.trades)
        elif how == "place" and place:
            place = self.rng.choice(self.base.districts)
            place = place[:-1] if len(place) > 2 and self.rng.random() < 0.75 else place
        elif how == "character" and len(word) >= 2:
            i = self.rng.randrange(len(word))
            other = self.rng.choice(self.rng.choice(self.base.trade_names))
            if corrupt.is_alike(word[i], other):
                return None
            word = word[:i] + other + word[i + 1 :]
        made = Parts(place, word, trade, legal)
        key = folded(str(made))
        return None if key in self.known or self._short_of_a_bearer(key, made) else made

    def parcel(self) -> tuple[str, str, str, str, bool]:
        """One parcel: text, truth, kind, second corruption, whether the 字号 was changed."""
        dice = self.rng.random()
        if dice < SHARES["none_random"]:
            return (self._unregistered(), "", "none_random", "", False)
        if dice < SHARES["none_random"] + SHARES["none_sibling"]:
            return (self._unregistered_sibling(), "", "none_sibling", "", False)
        if dice < 1 - SHARES["firm"]:
            return self._joint()
        return self._miswritten()

    def _unregistered(self) -> str:
        while True:
            if self.outside:
                parts = self.outside[self.rng.randrange(len(self.outside))]
            else:
                parts = next(self.more)
            if _kin(parts) not in self.kin:
                return str(parts)

    def _unregistered_sibling(self) -> str:
        while True:
            made = self._sibling(self.rng.choice(self.register))
            if made is not None:
                return str(made)

    def _joint(self) -> tuple[str, str, str, str, bool]:
        a, b = self.rng.sample(range(len(self.register)), 2)
        text = self.rng.choice("、；,").join((str(self.register[a]), str(self.register[b])))
        return (text, f"{a}|{b}", "joint", "", False)

    def _miswritten(self) -> tuple[str, str, str, str, bool]:
        row = self.rng.randrange(len(self.register))
        parts = self.register[row]
        if self.rng.random() < CLEAN:
            return (str(parts), str(row), "clean", "", False)
        for _ in range(8):
            kind = self.rng.choices(self.names, self.weights)[0]
            text = self.kinds[kind][1](parts, self.rng, self.world)
            if text is None or not self._fair(text, row):
                continue
            hit = kind in _ONE_CHARACTER and parts.trade_name not in text
            if self.rng.random() >= SECOND:
                return (text, str(row), kind, "", hit)
            second = self.rng.choices(self.names, self.weights)[0]
            more = self._again(text, kind, second)
            if more is not None and self._fair(more, row):
                return (more, str(row), kind, second, hit)
            return (text, str(row), kind, "", hit)
        return (str(parts), str(row), "clean", "", False)

    def _again(self, text: str, first: str, second: str) -> str | None:
        """A second corruption, of another kind and never a second wrong character."""
        pair = {first, second}
        if first == second or pair <= _ONE_CHARACTER or first in ("paren", "etal", "branch"):
            return None
        return self.kinds[second][1](self.base.splitter.split(text), self.rng, self.world)

    def _fair(self, text: str, row: int) -> bool:
        """Whether the text spells no other registered firm, nor equally well another one.

        Equally well: all its characters stand in order in another name with the same 字号.
        """
        key = folded(text)
        owner = self.known.get(key)
        if owner is not None:
            return owner == row
        mine = folded(str(self.register[row]))
        others = [n for n in self.bearers[self.register[row].trade_name] if n != mine]
        return not any(_in_order(key, other) for other in others)

    def _short_of_a_bearer(self, key: str, made: Parts) -> bool:
        """Whether a made-up sibling could be read as a short or long form of a registered firm."""
        if _kin(made) in self.kin:
            return True
        bearers = self.bearers.get(made.trade_name, [])
        return any(_in_order(key, other) or _in_order(other, key) for other in bearers)


def _kin(parts: Parts) -> tuple[str, str, str]:
    """What stays of a name whatever the legal form and however the place is written."""
    return (parts.place.rstrip("省市区县"), parts.trade_name, parts.trade)


def _in_order(short: str, full: str) -> bool:
    rest = iter(full)
    return all(char in rest for char in short)
