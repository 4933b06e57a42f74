"""Localities: the thresholds of findings and screenings, and what may be published.

Files are packaged in `localities/`: `default.yaml` holds for everyone, `<id>.yaml` or a text of the
caller overrides single values. Numbers of screening rules stay in `screening.yaml`, which
`screening` reads; here its ids are known so that a locality may override them too. Every value
names its source, and ``confirmed`` says whether someone checked it for the place. Pure; reads
packaged files only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.reading import Node, parse

DEFAULT: Final = "default"
SCREENING: Final = "screening"
_TOP: Final = ("id", "title", "division", "sources", "publication", "thresholds")
_SOURCE: Final = ("title", "issuer", "number", "issued", "href", "verified", "note")
_ABOUT: Final = ("source", "confirmed")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a threshold comes from: the document's title, and whether someone checked it."""

    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Locality:
    """One place's settings.

    ``thresholds``: rule id → name → number, of every finding rule, and of those screening rules
    the place overrides. ``provenance``: by the same ids, the place's own word where it overrides.
    ``publication``: what the place lets the public see; empty lists: nothing.
    """

    id: str
    title: str
    division: str
    thresholds: dict[str, dict[str, Any]]
    provenance: dict[str, Provenance]
    publication: dict[str, Any]
    sha256: str  # of the texts read, in order


def available() -> list[str]:
    """Ids of the packaged localities, sorted."""
    folder = resources.files("geomujun.policy") / "localities"
    names = (f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))
    return sorted(n for n in names if n != SCREENING)


def load(id_or_text: str = DEFAULT, name: str = "") -> Locality:
    """A locality: the default values, then the place's own over them.

    Args:
        id_or_text: The id of a packaged locality, or the YAML text of another (it has a colon).
        name: The file's name for messages, when a text is given.

    Raises:
        SchemeError: unknown id or key, a rule nobody knows, a missing source.
    """
    packaged = ":" not in id_or_text
    if packaged and id_or_text not in available():
        raise SchemeError(
            t("没有地区配置 {s!r}", "no locality {s!r}", s=id_or_text),
            hint=t("可用：{a}", "allowed: {a}", a=", ".join(available())),
        )
    made = _Merge()
    made.add(f"{DEFAULT}.yaml", _text(DEFAULT))
    if not packaged:
        made.add(name or "locality.yaml", id_or_text)
    elif id_or_text != DEFAULT:
        made.add(f"{id_or_text}.yaml", _text(id_or_text))
    return made.locality()


def _text(name: str) -> str:
    file = resources.files("geomujun.policy") / "localities" / f"{name}.yaml"
    return file.read_text(encoding="utf-8")


def _screening() -> dict[str, dict[str, Any]]:
    """Rule id → its named numbers, of the screening table; {} where none is set."""
    rules = parse(_text(SCREENING), f"{SCREENING}.yaml").child("rules")
    return {str(r): dict(rules.child(r).child("threshold").mapping()) for r in rules.mapping()}


@dataclass(slots=True)
class _Merge:
    """Files read one over the other; the first one says which finding rules there are."""

    thresholds: dict[str, dict[str, Any]] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    publication: dict[str, Any] = field(default_factory=dict)
    head: Node | None = None
    texts: list[str] = field(default_factory=list)

    def add(self, name: str, text: str) -> None:
        top = parse(text, name)
        top.only(_TOP)
        first, self.head = self.head is None, top
        self.texts.append(text)
        titles = _sources(top.child("sources"))
        rules = top.child("thresholds")
        screening = {} if first else _screening()
        for rule in rules.mapping():
            node = rules.child(rule)
            if not first:
                self._check(node, str(rule), screening)
            values, about = _cited(node, titles)
            self.thresholds[str(rule)] = self.thresholds.get(str(rule), {}) | values
            self.provenance[str(rule)] = about
        published = top.child("publication")
        if published.mapping():
            published.only(("columns", *_ABOUT))
            self.publication |= {"columns": list(published.child("columns").words())}
            self.provenance["publication"] = _cited(published, titles)[1]

    def _check(self, node: Node, rule: str, screening: dict[str, dict[str, Any]]) -> None:
        """Only rules that exist, and only names they have (any, where none is set yet)."""
        known = self.thresholds.get(rule, screening.get(rule))
        if known is None:
            names = sorted({*self.thresholds, *screening})
            raise node.fail(
                t("没有规则 {r!r}", "no rule {r!r}", r=rule),
                t("可用的规则：{a}", "rules: {a}", a=", ".join(names)),
            )
        if known:
            node.only((*known, *_ABOUT))

    def locality(self) -> Locality:
        head = self.head
        if head is None:  # pragma: no cover - default.yaml is always read first
            raise SchemeError("no file read")
        return Locality(
            id=head.child("id").text(),
            title=head.child("title").text(),
            division=head.child("division").text(""),
            thresholds=self.thresholds,
            provenance=self.provenance,
            publication=self.publication,
            sha256=hashlib.sha256("".join(self.texts).encode()).hexdigest(),
        )


def _sources(node: Node) -> dict[str, str]:
    titles = {}
    for key in node.mapping():
        one = node.child(key)
        one.only(_SOURCE)
        titles[str(key)] = one.child("title").text()
    return titles


def _cited(node: Node, titles: dict[str, str]) -> tuple[dict[str, Any], Provenance]:
    """The values of a rule, which are numbers, and where they come from."""
    source = node.child("source").choice(titles)
    about = Provenance(titles[source], node.child("confirmed").flag(False))
    names = [k for k in node.mapping() if k not in (*_ABOUT, "columns")]
    return {str(k): node.child(k).number() for k in names}, about
