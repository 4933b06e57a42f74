"""Variants of a scheme: what a document offers as a choice, laid over the scheme's own keys.

A variant's ``change`` is written like the scheme; mappings are merged key by key, a dated value is
replaced whole, null takes a key away.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import date
from typing import Any

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.fields import Fields
from geomujun.policy.reading import Lined, Node


def offered(fields: Fields, node: Node) -> tuple[tuple[str, str], ...]:
    """Id and label of every variant of a file."""
    made = []
    for key in fields.mapping(node):
        v = fields.section(node.child(key), "variant")
        made.append((str(key), v["label"] or str(key)))
    return tuple(made)


def apply(top: Node, wanted: Collection[str]) -> Node:
    """The file with the wanted variants laid over it, its id telling so.

    Raises:
        SchemeError: a variant the file does not offer, or a change of what makes the file itself.
    """
    if not wanted:
        return top
    listed = top.child("variants")
    value = top.value
    for name in wanted:
        if name not in listed.mapping():
            allowed = ", ".join(str(k) for k in listed.mapping()) or t("没有变体", "none")
            raise SchemeError(
                t("方案没有变体 {v!r}", "the scheme has no variant {v!r}", v=name),
                where=top.file,
                hint=t("可用：{a}", "allowed: {a}", a=allowed),
            )
        change = listed.child(name).child("change")
        for key in ("id", "sources", "variants"):
            if key in change.mapping():
                raise change.child(key).fail(t("变体不能改动此键", "a variant cannot change this"))
        value = merged(value, change.value)
    names = "+".join([str(top.value.get("id", "")), *wanted])
    return top.at(merged(value, {"id": names}))


def merged(base: Any, change: Any) -> Any:
    """``change`` laid over ``base``; neither is altered."""
    if not (_plain(base) and _plain(change)):
        return change
    values: dict[Hashable, Any] = dict(base)
    lines = dict(base.lines) if isinstance(base, Lined) else {}
    for key, value in change.items():
        if value is None:
            values.pop(key, None)
            continue
        values[key] = merged(base.get(key), value)
        if isinstance(change, Lined):
            lines[key] = change.lines[key]
    return Lined(values, lines)


def _plain(value: Any) -> bool:
    """A mapping of names, not of days."""
    return isinstance(value, dict) and not any(isinstance(k, date) for k in value)
