"""Strict reading of scheme and locality files.

A mistake names the file, the line, the key, the value seen and what is allowed. YAML is read with
duplicate keys refused. A number is never bare: it is keyed by the day it takes effect, and may be
wrapped as ``{assumed: value}`` (a default of ours, said wherever it shows) or ``{expected: why}``
(the document leaves it open; it loads, and raises only when used). Reads text, never files.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

import yaml

from geomujun.errors import SchemeError
from geomujun.lang import t


class FaultError(SchemeError):
    """One mistake: ``file``, ``line`` (0: unknown), ``key`` (path), ``message``, ``hint``."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.message = message
        self.file, self.line, self.key = "", 0, ""


class FaultsError(SchemeError):
    """Every mistake of one file, a line each; ``faults`` sorted by line."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.faults: tuple[FaultError, ...] = ()


def raise_all(faults: Iterable[FaultError]) -> None:
    """Raise what was gathered: nothing, the one fault, or all of them together.

    Raises:
        SchemeError: a `FaultError`, or `FaultsError` when there are several.
    """
    first: dict[tuple[str, str, str], FaultError] = {}
    for fault in faults:
        first.setdefault((fault.file, fault.key, fault.message), fault)
    found = sorted(first.values(), key=_place)
    alike: dict[tuple[str, str], list[FaultError]] = {}
    for fault in found:
        alike.setdefault((fault.message, fault.hint), []).append(fault)
    if len(found) == 1:
        raise found[0]
    if not found:
        return
    if len(alike) == 1:
        every = FaultsError(_said(found), hint=found[0].hint)
    else:
        gap = t("；", "; ")
        lines = [t("共 {n} 处错误", "{n} faults", n=len(found))]
        for (_, hint), same in alike.items():
            lines.append(_said(same) + (gap + hint if hint else ""))
        every = FaultsError("\n".join(lines))
    every.faults = tuple(found)
    raise every


def _said(same: list[FaultError]) -> str:
    """One line for faults that say the same of several keys."""
    if len(same) == 1:
        return str(same[0])
    keys = ", ".join(f"{f.key}:{f.line}" for f in same[1:])
    return f"{same[0]}{t('；同样的还有 ', '; the same at ')}{keys}"


def _place(fault: FaultError) -> tuple[str, int, str]:
    return fault.file, fault.line, str(fault)


class Lined(dict[Hashable, Any]):
    """A mapping of the file that knows on which line each key stands."""

    __slots__ = ("lines",)

    def __init__(self, values: Mapping[Hashable, Any], lines: Mapping[Hashable, int]) -> None:
        super().__init__(values)
        self.lines = dict(lines)


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Lined:
    seen: dict[Hashable, Any] = {}
    lines: dict[Hashable, int] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable) or key in seen:
            fault = FaultError(t("键 {key!r} 重复", "key {key!r} twice", key=key))
            fault.line = line
            raise fault
        seen[key], lines[key] = loader.construct_object(value_node, deep=True), line
    return Lined(seen, lines)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str, name: str) -> Node:
    """The top mapping of a YAML text; ``name`` is the file's name in messages.

    Raises:
        SchemeError: not YAML, a key twice, or not a mapping.
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader subclass)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        message = t("不是有效的 YAML：{e}", "not valid YAML: {e}", e=said)
        raise Node(None, name, "", mark.line + 1 if mark else 0).fail(message) from error
    except FaultError as error:
        raise Node(None, name, "", error.line).fail(error.message) from error
    node = Node(data, name)
    node.mapping()
    return node


@dataclass(frozen=True, slots=True)
class Undecided:
    """A value the document leaves open; ``why`` says what is missing."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Assumed:
    """A default of ours in a place where the document is silent."""

    key: str
    value: str
    note: str


@dataclass(slots=True)
class Notes:
    """What a reading met on its way: the defaults of ours it used."""

    assumed: list[Assumed] = field(default_factory=list)


def _show(value: object) -> str:
    return repr(value) if not isinstance(value, date) else value.isoformat()


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file, with the file's name and the key's path."""

    value: Any
    file: str
    path: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        """File, line and key, as editors understand them: ``mine.yaml:12: cohorts.all.label``."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}" if self.path else place

    def fail(self, message: str, hint: str = "") -> FaultError:
        """The error to raise here."""
        fault = FaultError(message, where=self.where, hint=hint)
        fault.file, fault.line, fault.key = self.file, self.line, self.path
        return fault

    def child(self, key: Hashable) -> Node:
        """The value under one key, None when the key is absent."""
        path = f"{self.path}.{_key(key)}" if self.path else _key(key)
        held = self.mapping()
        line = held.lines.get(key, self.line) if isinstance(held, Lined) else self.line
        return Node(held.get(key), self.file, path, line)

    def at(self, value: Any) -> Node:
        """Another value at the same place."""
        return Node(value, self.file, self.path, self.line)

    def item(self, index: int) -> Node:
        """One entry of a list."""
        return Node(self.value[index], self.file, f"{self.path}[{index}]", self.line)

    def mapping(self) -> dict[Any, Any]:
        """The value as a mapping; absent is empty."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise self.fail(
                t("应为映射，读到 {v}", "must be a mapping, got {v}", v=_show(self.value))
            )
        return self.value

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse keys that are not known."""
        for fault in self.unknown(allowed):
            raise fault

    def unknown(self, allowed: Iterable[str]) -> list[FaultError]:
        """One fault per key that is not known, with the nearest known one."""
        names = list(allowed)
        found = []
        for key in self.mapping():
            if key in names:
                continue
            near = get_close_matches(str(key), names, 1)
            hint = t("可用的键：{a}", "allowed keys: {a}", a=", ".join(names))
            if near:
                hint = t("是不是 {n}？", "did you mean {n}? ", n=near[0]) + hint
            found.append(
                self.child(key).fail(t("未知的键 {k!r}", "unknown key {k!r}", k=str(key)), hint)
            )
        return found

    def text(self, default: str | None = None) -> str:
        """The value as text; without a default it must be there."""
        if self.value in (None, "") and default is not None:
            return default
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fail(t("应为文字，读到 {v}", "must be text, got {v}", v=_show(self.value)))
        return self.value.strip()

    def choice(self, allowed: Iterable[str], default: str | None = None) -> str:
        """The value as one of the allowed words."""
        names = list(allowed)
        if self.value is None and default is not None:
            return default
        if self.value not in names:
            raise self.fail(
                t("不认识的值 {v}", "{v} is not a known value", v=_show(self.value)),
                t("可用的值：{a}", "allowed: {a}", a=", ".join(n or '""' for n in names)),
            )
        return str(self.value)

    def flag(self, default: bool) -> bool:
        """The value as true or false."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.fail(
                t(
                    "应为 true 或 false，读到 {v}",
                    "must be true or false, got {v}",
                    v=_show(self.value),
                )
            )
        return self.value

    def number(self, low: float = float("-inf"), high: float = float("inf")) -> float:
        """The value as a finite number within bounds, inclusive."""
        v = self.value
        if isinstance(v, bool) or not isinstance(v, (int, float)) or not math.isfinite(v):
            raise self.fail(t("应为数字，读到 {v}", "must be a number, got {v}", v=_show(v)))
        if not low <= v <= high:
            raise self.fail(
                t("{v} 超出范围", "{v} is out of range", v=v),
                t("允许 {low} 至 {high}", "allowed: {low} to {high}", low=low, high=high),
            )
        return float(v)

    def numbers(self, count: int) -> tuple[float, ...]:
        """The value as a list of so many numbers in [0, 100]."""
        if not isinstance(self.value, list) or len(self.value) != count:
            raise self.fail(
                t(
                    "应为 {n} 个数字，读到 {v}",
                    "must be a list of {n} numbers, got {v}",
                    n=count,
                    v=_show(self.value),
                )
            )
        return tuple(self.item(i).number(0, 100) for i in range(count))

    def words(self) -> tuple[str, ...]:
        """The value as a list of texts; absent is empty."""
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            raise self.fail(t("应为列表，读到 {v}", "must be a list, got {v}", v=_show(self.value)))
        return tuple(self.item(i).text() for i in range(len(self.value)))

    def on(self, day: date, notes: Notes) -> Node | Undecided:
        """The dated value in force on a day, unwrapped from ``assumed`` and ``expected``.

        Raises:
            SchemeError: a key that is no date, or no value in force on that day.
        """
        if not self.mapping():
            raise self.fail(
                t("缺少数值", "no value"),
                t("写成 {2022-01-01: 数值}", "write it as {2022-01-01: value}"),
            )
        for key in self.mapping():
            if not isinstance(key, date):
                raise self.fail(
                    t("{k!r} 不是日期", "{k!r} is not a date", k=key),
                    t("每个数值以生效日为键", "every number is keyed by the day it takes effect"),
                )
        days = sorted(d for d in self.mapping() if d <= day)
        if not days:
            raise self.fail(
                t("{d} 尚无有效数值", "no value in force on {d}", d=day),
                t(
                    "最早生效日 {f}；请换方案或补充数值",
                    "the first takes effect on {f}; choose another scheme or add a value",
                    f=min(self.mapping()),
                ),
            )
        return self.child(days[-1]).settled(notes)

    def settled(self, notes: Notes) -> Node | Undecided:
        """The value without its ``assumed`` or ``expected`` wrapper."""
        if not isinstance(self.value, dict):
            return self
        if "expected" in self.value:
            self.only(("expected",))
            return Undecided(self.path, self.child("expected").text())
        if "assumed" in self.value:
            self.only(("assumed", "note"))
            inner = self.child("assumed")
            notes.assumed.append(Assumed(self.path, str(inner.value), self.child("note").text("")))
            return Node(inner.value, self.file, self.path, inner.line)
        return self


def _key(key: Hashable) -> str:
    return key.isoformat() if isinstance(key, date) else str(key)
