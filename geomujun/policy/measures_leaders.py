"""The lists of leaders (领跑者) as data: `measures_leaders.yaml`, or a locality's own file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from geomujun.lang import t
from geomujun.policy.reading import Node, parse

FILE: Final = "measures_leaders.yaml"
KINDS: Final = ("county", "park", "enterprise")
_LIST: Final = (
    "title", "kind", "words", "sectors", "seats", "by_sector", "source", "growth_weight", "note",
    "items",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeaderItem:
    """One item. ``indicator`` "" when no table carries it."""

    indicator: str
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class LeaderList:
    """One list. ``seats`` None: the document gives none, everyone is ranked."""

    id: str
    title: str
    kind: str
    words: tuple[str, ...]
    sectors: tuple[int, int] | None
    seats: int | None
    by_sector: bool
    growth_weight: float
    items: tuple[LeaderItem, ...]
    source: str
    note: str


def load(text: str = "", name: str = FILE) -> tuple[LeaderList, ...]:
    """The lists of a YAML text, in its order; the packaged seven when none is given.

    Raises:
        SchemeError: an unknown key, kind or source, no item, a weight out of range.
    """
    packaged = resources.files("geomujun.policy") / FILE
    top = parse(text or packaged.read_text(encoding="utf-8"), name)
    top.only(("id", "title", "sources", "lists"))
    sources: dict[str, str] = {}
    for key in top.child("sources").mapping():
        sources[str(key)] = top.child("sources").child(key).child("title").text()
    lists = top.child("lists")
    return tuple(_list(lists.child(key), str(key), sources) for key in lists.mapping())


def _list(node: Node, key: str, sources: dict[str, str]) -> LeaderList:
    node.only(_LIST)
    seats = node.child("seats")
    return LeaderList(
        id=key,
        title=node.child("title").text(),
        kind=node.child("kind").choice(KINDS),
        words=node.child("words").words(),
        sectors=_sectors(node.child("sectors")),
        seats=None if seats.value is None else int(seats.number(1, 1e6)),
        by_sector=node.child("by_sector").flag(False),
        growth_weight=node.child("growth_weight").number(0, 1),
        items=_items(node.child("items")),
        source=sources[node.child("source").choice(sources)],
        note=node.child("note").text(""),
    )


def _sectors(node: Node) -> tuple[int, int] | None:
    if node.value is None:
        return None
    low, high = node.numbers(2)
    return int(low), int(high)


def _items(node: Node) -> tuple[LeaderItem, ...]:
    rows: Any = node.value
    if not isinstance(rows, list) or not rows:
        raise node.fail(t("至少要有一个指标", "at least one item is needed"))
    items = []
    for k, row in enumerate(rows):
        one = Node(row, node.file, f"{node.path}[{k}]")
        one.only(("indicator", "label", "weight"))
        weight = one.child("weight")
        items.append(
            LeaderItem(
                one.child("indicator").text(""),
                one.child("label").text(),
                1.0 if weight.value is None else weight.number(0, 1000),
            )
        )
    return tuple(items)
