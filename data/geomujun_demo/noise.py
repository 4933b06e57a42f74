"""Text noise as pluggable modules: how people spoil names and places when they write them down.

`noise_a` is what the matcher was developed on; `noise_b` is kept apart from it on purpose, with
other kinds and other rates, to see what of the matcher travels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from random import Random
from typing import Final, Protocol, cast

from geomujun_demo.world import Name


class Noise(Protocol):
    """What a noise module must offer."""

    KINDS: tuple[str, ...]  # kinds any name may suffer
    JOINERS: tuple[str, ...]  # between several right holders

    def spoil(self, rng: Random, name: Name, kind: str) -> tuple[str, str]:
        """The name spoilt by ``kind`` (a kind or an ``own_*`` scenario), and what was done."""

    def place(self, rng: Random, text: str) -> str:
        """An address or location as another clerk would write it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Rates of one profile; ``codes`` weighs how a holder's number is written."""

    codes: dict[str, float]  # valid | empty | old | broken | wide
    spoil: float  # of holders whose scenario does not say how they are written
    place: float  # of addresses
    blank_point: float
    sources: float  # firms with figures from several departments
    reuse_holders: bool  # a right_holders table beside the parcels


PROFILES: Final = {
    "plain": Profile(
        {"valid": 88, "empty": 10, "old": 2, "broken": 0, "wide": 0}, 0.0, 0.1, 0.0, 0.0, False
    ),
    "real": Profile(
        {"valid": 48, "empty": 36, "old": 13, "broken": 1.5, "wide": 1.5},
        0.06,
        0.45,
        0.05,
        0.06,
        False,
    ),
    "hard": Profile(
        {"valid": 9, "empty": 62, "old": 24, "broken": 3, "wide": 2}, 0.38, 0.75, 0.25, 0.15, True
    ),
}


def spoiler(
    functions: Mapping[str, Callable[[Random, Name], str]], scenarios: Mapping[str, Sequence[str]]
) -> Callable[[Random, Name, str], tuple[str, str]]:
    """The `Noise.spoil` of a module.

    Args:
        functions: What each kind does to a name.
        scenarios: The kinds each ``own_*`` scenario chooses from.
    """

    def spoil(rng: Random, name: Name, kind: str) -> tuple[str, str]:
        kind = rng.choice(scenarios.get(kind, (kind,)))
        text = functions[kind](rng, name)
        return (text, kind) if text != name.full else (name.full, "")

    return spoil


def load(name: str) -> Noise:
    """The noise module ``noise_<name>``."""
    return cast("Noise", import_module(f"geomujun_demo.noise_{name}"))


def swap_letters(rng: Random, text: str, table: dict[str, str], most: int = 1) -> tuple[str, bool]:
    """Replace up to ``most`` letters that ``table`` knows; whether any was."""
    spots = [i for i, c in enumerate(text) if c in table]
    if not spots:
        return text, False
    letters = list(text)
    for i in rng.sample(spots, min(most, len(spots))):
        letters[i] = table[letters[i]]
    return "".join(letters), True
