"""Targets of places (目标任务): `targets.yaml`, an absolute benchmark beside ranks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Final

from geomujun.policy.reading import parse

FILE: Final = "targets.yaml"


@dataclass(frozen=True, slots=True)
class Target:
    """What the firms of one size in a division are to reach in a year, by indicator."""

    indicator: str
    size: str
    division: str  # prefix of division codes
    value: float
    year: int
    source: str


def load(text: str = "", name: str = FILE) -> tuple[Target, ...]:
    """The targets of a YAML text; of the packaged file when none is given.

    Raises:
        SchemeError: an unknown key or source, or a number that is none.
    """
    packaged = (resources.files("geomujun.policy") / FILE).read_text(encoding="utf-8")
    top = parse(text or packaged, name)
    top.only(("id", "title", "sources", "targets"))
    titles = {}
    for key in top.child("sources").mapping():
        titles[str(key)] = top.child("sources").child(key).child("title").text()
    made = []
    for indicator in top.child("targets").mapping():
        node = top.child("targets").child(indicator)
        node.only(("size", "source", "year", "divisions"))
        size = node.child("size").choice(("规上", "规下", ""), "")
        source = titles[node.child("source").choice(titles)]
        year = int(node.child("year").number(1990, 2100))
        places = node.child("divisions")
        made += [
            Target(str(indicator), size, str(k), places.child(k).number(), year, source)
            for k in places.mapping()
        ]
    return tuple(made)
