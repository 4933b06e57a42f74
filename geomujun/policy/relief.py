"""城镇土地使用税 and its relief by grade: `relief.yaml`, or a locality's own text. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

from geomujun.lang import t
from geomujun.policy.reading import Node, parse

FILE: Final = "relief.yaml"
GRADES: Final = ("A", "B", "C", "D")
RATE: Final = "rate_yuan_per_m2"
_VALUE: Final = ("value", "source", "confirmed")


@dataclass(frozen=True, slots=True)
class Relief:
    """``rate_yuan_per_m2`` a year; ``percent`` of the tax that A, B, C and D are spared."""

    rate_yuan_per_m2: float
    percent: tuple[float, float, float, float]
    sources: tuple[str, ...] = ()
    confirmed: bool = False

    def with_values(self, node: Node) -> Relief:
        """The same with a scenario's own numbers.

        Raises:
            SchemeError: an unknown key, or a number out of range.
        """
        node.only((RATE, *GRADES))
        given = node.mapping()
        rate = node.child(RATE).number(0, 1000) if RATE in given else self.rate_yuan_per_m2
        a, b, c, d = (
            node.child(g).number(0, 100) if g in given else p
            for g, p in zip(GRADES, self.percent, strict=True)
        )
        return replace(self, rate_yuan_per_m2=rate, percent=(a, b, c, d))


def load(text: str = "", name: str = FILE) -> Relief:
    """The relief of a YAML text; of the packaged file when none is given.

    Raises:
        SchemeError: an unknown key or source, or a number out of range.
    """
    packaged = (resources.files("geomujun.policy") / FILE).read_text(encoding="utf-8")
    top = parse(text or packaged, name)
    top.only(("id", "title", "sources", RATE, "relief_percent"))
    titles = {}
    for key in top.child("sources").mapping():
        titles[str(key)] = top.child("sources").child(key).child("title").text()
    rate, percent = top.child(RATE), top.child("relief_percent")
    for node in (rate, percent):
        node.only(_VALUE)
        if node.child("source").value not in titles:
            raise node.fail(t("缺少来源", "no source"), ", ".join(titles))
    by_grade = percent.child("value")
    by_grade.only(GRADES)
    a, b, c, d = (by_grade.child(g).number(0, 100) for g in GRADES)
    cited = tuple(titles[str(n.child("source").value)] for n in (rate, percent))
    sure = all(n.child("confirmed").flag(False) for n in (rate, percent))
    return Relief(rate.child("value").number(0, 1000), (a, b, c, d), cited, sure)
