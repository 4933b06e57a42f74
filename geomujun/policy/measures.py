"""Differential policies by grade (分类施策) as data: `measures.yaml`, or a locality's own file.

Pure: packaged text through importlib.resources, anything else as YAML text the caller read.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Final

from geomujun.lang import t
from geomujun.policy.reading import Node, parse

FILE: Final = "measures.yaml"
GRADES: Final = ("A", "B", "C", "D")
EFFECTS: Final = {
    "incentive": ("激励", "incentive"),
    "service": ("服务", "service"),
    "restraint": ("约束", "restraint"),
}
_MEASURE: Final = (
    "title", "field", "effect", "division", "grades", "needs", "condition", "source", "legal",
    "confirmed",
)  # fmt: skip
_SOURCE: Final = ("title", "issuer", "number", "issued", "href", "verified", "note")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. ``min_mu`` 0, ``size`` "" and ``outside_parks`` False ask nothing."""

    id: str
    title: str
    field: str
    effect: str
    division: str  # prefix of the division codes it is for, "" everywhere
    grades: tuple[str, ...]
    condition: str
    source: str
    legal: str  # clear | weak
    confirmed: bool
    min_mu: float
    size: str
    outside_parks: bool


def packaged_text() -> str:
    """The text of the packaged catalogue, to copy and change."""
    return (resources.files("geomujun.policy") / FILE).read_text(encoding="utf-8")


def load(text: str = "", name: str = FILE) -> tuple[Measure, ...]:
    """The measures of a YAML text, in its order; of the packaged catalogue when none is given.

    Raises:
        SchemeError: an unknown key, grade, effect or source, or a missing basis.
    """
    top = parse(text or packaged_text(), name)
    top.only(("id", "title", "sources", "measures"))
    sources: dict[str, str] = {}
    for key in top.child("sources").mapping():
        one = top.child("sources").child(key)
        one.only(_SOURCE)
        sources[str(key)] = one.child("title").text()
    listed = top.child("measures")
    if not listed.mapping():
        raise listed.fail(t("至少要有一项政策", "at least one measure is needed"))
    return tuple(_measure(listed.child(key), str(key), sources) for key in listed.mapping())


def _measure(node: Node, key: str, sources: dict[str, str]) -> Measure:
    node.only(_MEASURE)
    needs = node.child("needs")
    needs.only(("min_mu", "size", "outside_parks"))
    grades = node.child("grades").words()
    odd = [g for g in grades if g not in GRADES]
    if odd or not grades:
        raise node.child("grades").fail(
            t("等级只能是 A、B、C、D", "grades are A, B, C, D"), ", ".join(odd)
        )
    least = needs.child("min_mu")
    return Measure(
        id=key,
        title=node.child("title").text(),
        field=node.child("field").text(),
        effect=node.child("effect").choice(EFFECTS),
        division=node.child("division").text(""),
        grades=grades,
        condition=node.child("condition").text(),
        source=sources[node.child("source").choice(sources)],
        legal=node.child("legal").choice(("clear", "weak")),
        confirmed=node.child("confirmed").flag(False),
        min_mu=0.0 if least.value is None else least.number(0, 1e6),
        size=needs.child("size").choice(("规上", "规下", ""), ""),
        outside_parks=needs.child("outside_parks").flag(False),
    )
