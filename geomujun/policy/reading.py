"""Strict reading of scheme and locality files: every mistake names the file, the key and the value.

YAML is read with duplicate keys refused. A number is never bare: it is keyed by the day it takes
effect, and may be wrapped as ``{assumed: value}`` (a default of ours, said wherever it shows) or
``{expected: why}`` (the document leaves it open; it loads, and raises only when used). Reads text,
never files.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from geomujun.errors import SchemeError
from geomujun.lang import t


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            line = key_node.start_mark.line + 1
            raise SchemeError(
                t(
                    "第 {line} 行:键 {key!r} 重复",
                    "line {line}: key {key!r} twice",
                    line=line,
                    key=key,
                )
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str, name: str) -> Node:
    """The top mapping of a YAML text; ``name`` is the file's name in messages.

    Raises:
        SchemeError: not YAML, a key twice, or not a mapping.
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader subclass)
    except yaml.YAMLError as error:
        raise SchemeError(
            t("不是有效的 YAML：{error}", "not valid YAML: {error}", error=error), where=name
        ) from error
    except SchemeError as error:
        raise error.at(name) from error
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

    def fail(self, message: str, hint: str = "") -> SchemeError:
        """The error to raise here."""
        where = f"{self.file}: {self.path}" if self.path else self.file
        return SchemeError(message, where=where, hint=hint)

    def child(self, key: Hashable) -> Node:
        """The value under one key, None when the key is absent."""
        path = f"{self.path}.{_key(key)}" if self.path else _key(key)
        return Node(self.mapping().get(key), self.file, path)

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
        names = list(allowed)
        unknown = [str(k) for k in self.mapping() if k not in names]
        if unknown:
            raise self.fail(
                t("未知的键 {k!r}", "unknown key {k!r}", k=unknown[0]),
                t("可用的键：{a}", "allowed keys: {a}", a=", ".join(names)),
            )

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
                t("可用的值：{a}", "allowed: {a}", a=", ".join(names)),
            )
        return str(self.value)

    def flag(self, default: bool) -> bool:
        """The value as true or false."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.fail(
                t(
                    "应为 true 或 false,读到 {v}",
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
        return tuple(
            Node(v, self.file, f"{self.path}[{i}]").number(0, 100) for i, v in enumerate(self.value)
        )

    def words(self) -> tuple[str, ...]:
        """The value as a list of texts; absent is empty."""
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            raise self.fail(t("应为列表，读到 {v}", "must be a list, got {v}", v=_show(self.value)))
        return tuple(
            Node(v, self.file, f"{self.path}[{i}]").text() for i, v in enumerate(self.value)
        )

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
            return Node(inner.value, self.file, self.path)
        return self


def _key(key: Hashable) -> str:
    return key.isoformat() if isinstance(key, date) else str(key)
