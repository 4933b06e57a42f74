"""Localities: the thresholds of findings and screenings, and what may be published.

Files are packaged in `localities/`: `default.yaml` holds for everyone, `<id>.yaml` or a text of the
caller overrides single values. Numbers of screening rules stay in `screening.yaml`, which
`screening` reads; here its ids are known so that a locality may override them too. Every value
names its source, and ``confirmed`` says whether someone checked it for the place. A value may say
from which day it holds (``effective``); a screening rule may also be put to rest (``active``) and
given the place's own ``basis``, ``path`` and ``exemption``. Pure; reads packaged files only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any, Final

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.reading import Node, parse

DEFAULT: Final = "default"
SCREENING: Final = "screening"
_TOP: Final = ("id", "title", "division", "sources", "publication", "map", "thresholds")
_SOURCE: Final = ("title", "issuer", "number", "issued", "href", "verified", "note")
_PUBLICATION: Final = ("columns", "statistical", "fewest")
_ABOUT: Final = ("source", "confirmed", "effective")
_OWN: Final = ("active", "basis", "path", "exemption")  # what a place may say of a screening rule
MOST_BREAKS: Final = 8  # nine colours can just be told apart
OPEN_KEYS: Final = {  # rules whose numbers are keyed by something a place may add to
    "sector": r"\d{2}",  # division of GB/T 4754
    "division": r"\d{2,12}",  # prefix of 宗地代码
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a threshold comes from, and what the place says of its rule.

    ``effective``: the day it takes effect, None for always. ``active``: None where the place says
    nothing. ``basis``, ``path`` and ``exemption``: the place's own wording, "" for the table's.
    """

    source: str
    confirmed: bool
    effective: date | None = None
    active: bool | None = None
    basis: str = ""
    path: str = ""
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class Locality:
    """One place's settings.

    ``thresholds``: rule id → name → number, of every finding rule, and of those screening rules
    the place overrides. ``provenance``: by the same ids, the place's own word where it overrides.
    ``publication``: what the place lets the public see; empty lists: nothing. ``tax_breaks``: its
    own values between classes of 亩均税收 on maps, 万元/亩, ascending; none by default.
    """

    id: str
    title: str
    division: str
    thresholds: dict[str, dict[str, Any]]
    provenance: dict[str, Provenance]
    publication: dict[str, Any]
    sha256: str  # of the texts read, in order
    tax_breaks: tuple[float, ...] = ()


def available() -> list[str]:
    """Ids of the packaged localities, sorted."""
    folder = resources.files("geomujun.policy") / "localities"
    names = (f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))
    return sorted(n for n in names if n != SCREENING)


def load(id_or_text: str = DEFAULT, name: str = "", day: date | None = None) -> Locality:
    """A locality: the default values, then the place's own over them.

    Args:
        id_or_text: The id of a packaged locality, or the YAML text of another (it has a colon).
        name: The file's name for messages, when a text is given.
        day: Values that take effect later are left out; None takes all.

    Raises:
        SchemeError: unknown id or key, a rule nobody knows, a missing source.
    """
    packaged = ":" not in id_or_text
    if packaged and id_or_text not in available():
        raise SchemeError(
            t("没有地区配置 {s!r}", "no locality {s!r}", s=id_or_text),
            hint=t("可用：{a}", "allowed: {a}", a=", ".join(available())),
        )
    made = _Merge(day)
    made.add(f"{DEFAULT}.yaml", _text(DEFAULT))
    if not packaged:
        made.add(name or "locality.yaml", id_or_text)
    elif id_or_text != DEFAULT:
        made.add(f"{id_or_text}.yaml", _text(id_or_text))
    return made.locality()


def _text(name: str) -> str:
    file = resources.files("geomujun.policy") / "localities" / f"{name}.yaml"
    return file.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Names:
    """The names a rule's numbers may have: those it has, and those of a kind (`OPEN_KEYS`)."""

    known: tuple[str, ...]
    pattern: str = ""

    def check(self, node: Node, beside: Iterable[str]) -> None:
        """Refuse other names; a rule that has none yet takes any."""
        if not self.known and not self.pattern:
            return
        own = [k for k in node.mapping() if not re.fullmatch(self.pattern or "(?!)", str(k))]
        node.at({k: node.mapping()[k] for k in own}).only((*self.known, *beside))


def _screening() -> dict[str, _Names]:
    """The names of each screening rule's numbers."""
    rules = parse(_text(SCREENING), f"{SCREENING}.yaml").child("rules")
    found = {}
    for rule in rules.mapping():
        node = rules.child(rule)
        kind = node.child("keys").text("")
        names = tuple(str(k) for k in node.child("threshold").mapping())
        found[str(rule)] = _Names(names, OPEN_KEYS.get(kind, ""))
    return found


@dataclass(slots=True)
class _Merge:
    """Files read one over the other; the first one says which finding rules there are."""

    day: date | None = None
    thresholds: dict[str, dict[str, Any]] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    publication: dict[str, Any] = field(default_factory=dict)
    tax_breaks: tuple[float, ...] = ()
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
            if self.day and about.effective and about.effective > self.day:
                continue
            self.thresholds[str(rule)] = self.thresholds.get(str(rule), {}) | values
            self.provenance[str(rule)] = about
        published = top.child("publication")
        if published.mapping():
            published.only((*_PUBLICATION, *_ABOUT))
            self.publication |= _published(published)
            self.provenance["publication"] = _cited(published, titles)[1]
        drawn = top.child("map")
        if drawn.mapping():
            drawn.only(("tax_breaks", *_ABOUT))
            self.tax_breaks = _breaks(drawn.child("tax_breaks"))
            drawn.child("source").choice(titles)

    def _check(self, node: Node, rule: str, screening: dict[str, _Names]) -> None:
        """Only rules that exist, and only names they have."""
        if rule in screening:
            screening[rule].check(node, (*_ABOUT, *_OWN))
        elif rule in self.thresholds:
            node.only((*self.thresholds[rule], *_ABOUT))
        else:
            names = sorted({*self.thresholds, *screening})
            raise node.fail(
                t("没有规则 {r!r}", "no rule {r!r}", r=rule),
                t("可用的规则：{a}", "rules: {a}", a=", ".join(names)),
            )

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
            tax_breaks=self.tax_breaks,
        )


def _published(node: Node) -> dict[str, Any]:
    """What the place says of publication; `policy.publication` knows what the words mean."""
    out: dict[str, Any] = {"columns": list(node.child("columns").words())}
    if node.child("statistical").value is not None:
        out["statistical"] = list(node.child("statistical").words())
    if node.child("fewest").value is not None:
        out["fewest"] = max(1, int(node.child("fewest").number()))
    return out


def _breaks(node: Node) -> tuple[float, ...]:
    """One to eight values, each above the one before."""
    given = node.value if isinstance(node.value, list) else []
    if not 1 <= len(given) <= MOST_BREAKS:
        raise node.fail(
            t("要1到{n}个界值", "1 to {n} values are wanted", n=MOST_BREAKS), "[5, 10, 20]"
        )
    found = tuple(node.item(n).number(low=0) for n in range(len(given)))
    if list(found) != sorted(set(found)):
        raise node.fail(t("界值要从小到大", "the values must ascend"), "[5, 10, 20]")
    return found


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
    active = node.child("active")
    about = Provenance(
        titles[source],
        node.child("confirmed").flag(False),
        _day(node.child("effective")),
        None if active.value is None else active.flag(True),
        *(node.child(name).text("") for name in _OWN[1:]),
    )
    names = [k for k in node.mapping() if k not in (*_ABOUT, *_OWN, *_PUBLICATION)]
    return {str(k): node.child(k).number() for k in names}, about


def _day(node: Node) -> date | None:
    if node.value is None or type(node.value) is date:
        return node.value
    raise node.fail(t("不是日期：{v!r}", "not a date: {v!r}", v=node.value), "2024-01-01")
