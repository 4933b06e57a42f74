"""Reads a section of a scheme file by `policy.grammar`, gathering every fault on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from geomujun.lang import t
from geomujun.policy import grammar
from geomujun.policy.grammar import Key
from geomujun.policy.model import Benchmark
from geomujun.policy.reading import FaultError, Node, Notes, Undecided

Values = dict[str, Any]  # plain values, Undecided, or the Node of a map or section
_CODE: Final = re.compile(r"\d{2,4}")
_SHARES: Final = 4
_TOLERANCE: Final = 1e-9
T_ = TypeVar("T_")


@dataclass(slots=True)
class Fields:
    """Reads sections for one day. ``sources``: ids that may be cited; ``faults``: all wrong."""

    day: date
    notes: Notes = field(default_factory=Notes)
    sources: frozenset[str] = frozenset()
    faults: list[FaultError] = field(default_factory=list)

    def section(self, node: Node, name: str) -> Values:
        """Every key of a section; a wrong or absent one by its default, with a fault noted."""
        known = grammar.keys(name)
        mapping = self.mapping(node)
        if not isinstance(node.value, dict | None):
            return {k.name: k.default for k in known.values()}
        self.faults += node.unknown(known)
        values = {k.name: self.value(node.child(k.name), k) for k in known.values()}
        for key in known.values():
            if key.needs_source and key.name in mapping and "source" not in mapping:
                self.fault(
                    node.child(key.name),
                    t("缺少依据 source", "`source` is missing beside it"),
                    t("写上 sources 中的一个 id", "name one of the sources"),
                )
        return values

    def value(self, node: Node, key: Key) -> Any:
        """One value by its key's kind; sections, maps and groups come back as their node."""
        if node.value is None:
            if key.required:
                self.fault(node, t("缺少 {k}", "{k} is missing", k=key.name), key.zh)
            return node if key.kind in ("section", "map", "groups") else key.default
        if key.kind in ("section", "map", "groups", "overlay"):
            return node
        if not key.dated:
            return self.attempt(lambda: self._plain(node, key), key.default)
        found = self.attempt(lambda: node.on(self.day, self.notes), None)
        if found is None or isinstance(found, Undecided):
            return found
        return self.attempt(lambda: self._plain(found, key), key.default)

    def attempt(self, read: Callable[[], T_], otherwise: T_) -> T_:
        """What ``read`` gives, or ``otherwise`` with its fault noted."""
        try:
            return read()
        except FaultError as fault:
            self.faults.append(fault)
            return otherwise

    def mapping(self, node: Node) -> dict[Any, Any]:
        """A mapping by id; {} for what is none."""
        return self.attempt(node.mapping, {})

    def fault(self, node: Node, message: str, hint: str = "") -> None:
        """Note a fault at a node."""
        self.faults.append(node.fail(message, hint))

    def _plain(self, node: Node, key: Key) -> Any:
        readers: dict[str, Callable[[], Any]] = {
            "text": lambda: node.text(key.default),
            "day": lambda: node.value.isoformat() if isinstance(node.value, date) else node.text(),
            "choice": lambda: node.choice(key.choices),
            "flag": lambda: node.flag(bool(key.default)),
            "number": lambda: node.number(key.low, key.high),
            "shares": lambda: shares(node),
            "codes": lambda: codes(node),
            "source": lambda: self._cited(node),
            "benchmark": lambda: benchmark(node),
        }
        return readers[key.kind]()

    def _cited(self, node: Node) -> str:
        name = node.text()
        if name not in self.sources:
            raise node.fail(
                t("sources 中没有 {s!r}", "{s!r} is not among the sources", s=name),
                t("可用：{a}", "allowed: {a}", a=", ".join(sorted(self.sources))),
            )
        return name


def shares(node: Node) -> tuple[float, ...]:
    """Four percentages that add up to 100."""
    found = node.numbers(_SHARES)
    if abs(sum(found) - 100) > _TOLERANCE:
        raise node.fail(
            t("各档占比之和为 {s:g}，应为 100", "shares add up to {s:g}, not 100", s=sum(found))
        )
    return found


def codes(node: Node) -> tuple[str, ...]:
    """Prefixes of industry codes, two to four digits each."""
    found = node.words()
    for i, code in enumerate(found):
        if not _CODE.fullmatch(code):
            raise _bad_code(node.item(i), code)
    return found


def benchmark(node: Node) -> Benchmark:
    """Any of the forms of a benchmark; see `model.Benchmark`."""
    value = node.value
    if value == grammar.BENCHMARK_WORD:
        return Benchmark("k_mean", 1.0)
    if not isinstance(value, dict):
        if isinstance(value, str):
            node.choice((grammar.BENCHMARK_WORD, "{k_mean: 数}", "{top_share: 数}",
                         "{standard: {行业: 数}, otherwise: …}", "数"))  # fmt: skip
        return Benchmark("fixed", node.number(1e-12))
    node.only(grammar.BENCHMARK_KEYS)
    if "standard" in value:
        node.only(("standard", "otherwise"))
        return _standard(node)
    node.only(("k_mean", "top_share"))
    if len(value) != 1:
        raise node.fail(
            t("只能写一种基准值", "one kind of benchmark only"), "k_mean | top_share | standard"
        )
    if "k_mean" in value:
        return Benchmark("k_mean", node.child("k_mean").number(1e-9))
    return Benchmark("top_share", node.child("top_share").number(1e-9, 100))


def _standard(node: Node) -> Benchmark:
    table = node.child("standard")
    if not table.mapping():
        raise table.fail(t("至少要有一个行业的标杆值", "at least one industry is needed"))
    pairs = []
    for code in table.mapping():
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise _bad_code(table.child(code), code)
        pairs.append((code, table.child(code).number(1e-12)))
    rest = node.child("otherwise")
    if rest.value is None:
        raise rest.fail(
            t("其他行业用什么基准值", "which benchmark other industries have is missing"),
            t("写 cohort_mean 或一个数", "cohort_mean or a number"),
        )
    if isinstance(rest.value, dict) and "standard" in rest.value:
        raise rest.fail(t("不能再用 standard", "`standard` is not possible here"))
    longest = sorted(pairs, key=lambda p: (-len(p[0]), p[0]))
    return Benchmark("standard", float("nan"), tuple(longest), benchmark(rest))


def _bad_code(node: Node, code: object) -> FaultError:
    return node.fail(
        t("{c!r} 不是行业代码", "{c!r} is not an industry code", c=code),
        t('两至四位数字，加引号，如 "44"', 'two to four digits in quotes, such as "44"'),
    )
