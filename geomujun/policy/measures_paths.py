"""The paths of remediation (整治路径) as data: `measures_paths.yaml`, and a locality's costs.

Pure: packaged text through importlib.resources, anything else as YAML text the caller read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.reading import Node, parse

FILE: Final = "measures_paths.yaml"
_PATH: Final = ("label", "when", "condition", "basis", "source", "confirmed", "releases", "cost")


@dataclass(frozen=True, slots=True)
class Cost:
    """万元 a mu of land on a path, and who says so."""

    wan_yuan_per_mu: float
    source: str


@dataclass(frozen=True, slots=True)
class RemedyPath:
    """One path. ``when``: alternatives, each a list of conditions that must all hold."""

    id: str
    label: str
    when: tuple[tuple[str, ...], ...]
    condition: str
    basis: str
    source: str
    confirmed: bool
    land: float  # part of the land that becomes free, 0 to 1
    energy: float  # part of the users' energy that becomes free, 0 to 1
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Remedies:
    """All paths in the order in which they are tried, and the width of a road."""

    paths: tuple[RemedyPath, ...]
    road_width_m: float
    road_width_source: str
    road_width_confirmed: bool

    def with_costs(self, costs: dict[str, Cost]) -> Remedies:
        """The same paths with a locality's costs put over them."""
        paths = tuple(replace(p, cost=costs.get(p.id, p.cost)) for p in self.paths)
        return replace(self, paths=paths)


def packaged_text() -> str:
    """The text of the packaged file, to copy and change."""
    return (resources.files("geomujun.policy") / FILE).read_text(encoding="utf-8")


def load(text: str = "", name: str = FILE) -> Remedies:
    """The paths of a YAML text; of the packaged file when none is given.

    Raises:
        SchemeError: an unknown key or source, no path that always holds, a share out of 0 to 1.
    """
    top = parse(text or packaged_text(), name)
    top.only(("id", "title", "road_width", "sources", "paths"))
    sources = _sources(top.child("sources"))
    width = top.child("road_width")
    width.only(("metres", "source", "confirmed"))
    listed = top.child("paths")
    paths = tuple(_path(listed.child(key), str(key), sources) for key in listed.mapping())
    if not paths or () not in paths[-1].when:
        raise listed.fail(
            t("最后一条路径须无条件成立", "the last path must hold without condition"),
            "when: [[]]",
        )
    return Remedies(
        paths=paths,
        road_width_m=width.child("metres").number(0, 500),
        road_width_source=sources[width.child("source").choice(sources)],
        road_width_confirmed=width.child("confirmed").flag(False),
    )


def load_costs(text: str, name: str, remedies: Remedies) -> dict[str, Cost]:
    """A locality's costs: ``costs: {path: {wan_yuan_per_mu: 45, source: …}}``, by id or label.

    Raises:
        SchemeError: an unknown path, no source, or a number out of range.
    """
    top = parse(text, name)
    top.only(("costs",))
    known = {word: p.id for p in remedies.paths for word in (p.id, p.label)}
    out: dict[str, Cost] = {}
    listed = top.child("costs")
    for key in listed.mapping():
        node = listed.child(key)
        if str(key) not in known:
            raise node.fail(
                t("没有路径 {k!r}", "no path {k!r}", k=str(key)),
                t("可用：{a}", "allowed: {a}", a=", ".join(sorted(known))),
            )
        out[known[str(key)]] = _cost(node)
    return out


def _cost(node: Node) -> Cost:
    node.only(("wan_yuan_per_mu", "source"))
    return Cost(node.child("wan_yuan_per_mu").number(0, 1e6), node.child("source").text())


def _sources(node: Node) -> dict[str, str]:
    titles = {}
    for key in node.mapping():
        one = node.child(key)
        one.only(("title", "issuer", "number", "issued", "href", "verified", "note"))
        titles[str(key)] = one.child("title").text()
    return titles


def _path(node: Node, key: str, sources: dict[str, str]) -> RemedyPath:
    node.only(_PATH)
    releases = node.child("releases")
    releases.only(("land", "energy", "source"))
    releases.child("source").choice(sources)
    cost = node.child("cost")
    return RemedyPath(
        id=key,
        label=node.child("label").text(),
        when=_when(node.child("when")),
        condition=node.child("condition").text(),
        basis=node.child("basis").text(),
        source=sources[node.child("source").choice(sources)],
        confirmed=node.child("confirmed").flag(False),
        land=releases.child("land").number(0, 1),
        energy=releases.child("energy").number(0, 1),
        cost=None if cost.value is None else _cost(cost),
    )


def _when(node: Node) -> tuple[tuple[str, ...], ...]:
    value = node.value
    if not isinstance(value, list) or not value:
        raise SchemeError(
            t("应为条件列表的列表", "must be a list of lists of conditions"),
            where=f"{node.file}: {node.path}",
        )
    return tuple(Node(one, node.file, f"{node.path}[{i}]").words() for i, one in enumerate(value))
