"""The rule table of low-efficiency screening, read from `policy/localities/screening.yaml`.

Checks that a rule names what it must: scope, threshold, evidence, basis, source, path. What the
locality says in `Facts.thresholds` and `Facts.provenance` is put over it: single numbers, further
keys of a table, its own basis and source, or that the rule is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from geomujun.errors import SchemeError
from geomujun.ledger.facts import Facts

_RESOURCE: Final = "localities/screening.yaml"
_NEEDED: Final = ("title", "scope", "threshold", "evidence", "basis", "source", "confirmed", "path")


@dataclass(frozen=True, slots=True)
class ScreeningRule:
    """One row of the table. ``numbers`` is empty while no threshold is known."""

    rule_id: str
    title: str
    scope: str
    numbers: Mapping[str, float]
    unit: str
    basis: str
    source: str  # title of the document
    confirmed: bool
    path: str
    active: bool  # False: no table of the case can carry its operands; `why` says what is missing
    exemption: str
    needs: tuple[str, ...] = ()  # table or table.field
    why: str = ""
    used: bool = True  # False: the locality has put it to rest


@dataclass(frozen=True, slots=True)
class RuleTable:
    """All rules by id, and the two families that exclude each other."""

    rules: Mapping[str, ScreeningRule]
    idle: tuple[str, ...]
    low: tuple[str, ...]


@lru_cache(maxsize=1)
def rule_table() -> RuleTable:
    """The packaged table.

    Raises:
        SchemeError: a rule lacks a key, names an unknown source, or a threshold is no number.
    """
    text = (files("geomujun.policy") / _RESOURCE).read_text(encoding="utf-8")
    return parse_table(text)


def parse_table(text: str) -> RuleTable:
    """A table from its YAML text; raises as `rule_table` does."""
    top: dict[str, Any] = yaml.safe_load(text)
    sources = {key: str(node["title"]) for key, node in top["sources"].items()}
    rules = {key: _rule(key, node, sources) for key, node in top["rules"].items()}
    exclusive = top["exclusive"]
    for rule_id in [*exclusive["idle"], *exclusive["low"]]:
        if rule_id not in rules:
            raise SchemeError(f"exclusive names the unknown rule {rule_id}", where=_RESOURCE)
    return RuleTable(rules, tuple(exclusive["idle"]), tuple(exclusive["low"]))


def _rule(rule_id: str, node: Mapping[str, Any], sources: Mapping[str, str]) -> ScreeningRule:
    where = f"{_RESOURCE}: {rule_id}"
    missing = [key for key in _NEEDED if key not in node]
    if missing:
        raise SchemeError(f"lacks {', '.join(missing)}", where=where)
    if node["source"] not in sources:
        raise SchemeError(f"unknown source {node['source']!r}", where=where)
    return ScreeningRule(
        rule_id=rule_id,
        title=node["title"],
        scope=node["scope"],
        numbers=_numbers(node["threshold"] or {}, where),
        unit=node.get("unit", ""),
        basis=node["basis"],
        source=sources[node["source"]],
        confirmed=bool(node["confirmed"]),
        path=node["path"],
        active=bool(node.get("active", True)),
        exemption=node.get("exemption", ""),
        needs=tuple(node.get("needs", ())),
        why=node.get("why", ""),
    )


def _numbers(node: Mapping[str, Any], where: str) -> dict[str, float]:
    try:
        return {str(key): float(value) for key, value in node.items()}
    except (TypeError, ValueError) as error:
        raise SchemeError(f"a threshold is no number: {error}", where=where) from error


def in_force(rule: ScreeningRule, facts: Facts) -> ScreeningRule:
    """The rule with what the locality says of it.

    Where the place sets a number, the source and the word whether it was checked are the place's.
    """
    numbers = numbers_in_force(rule, facts.thresholds)
    said = facts.provenance.get(rule.rule_id)
    if said is None:
        return replace(rule, numbers=numbers)
    own = rule.rule_id in facts.thresholds and bool(facts.thresholds[rule.rule_id])
    return replace(
        rule,
        numbers=numbers,
        used=said.active is not False,
        source=said.source if own or said.basis else rule.source,
        confirmed=said.confirmed if own or said.basis else rule.confirmed,
        basis=said.basis or rule.basis,
        path=said.path or rule.path,
        exemption=said.exemption or rule.exemption,
    )


def numbers_in_force(rule: ScreeningRule, thresholds: Mapping[str, Any]) -> dict[str, float]:
    """The rule's numbers with the locality's put over them; {} while none is known.

    A locality may write one number for the rule's first threshold, or a mapping.
    """
    given = thresholds.get(rule.rule_id, {})
    where = f"thresholds: {rule.rule_id}"
    if not isinstance(given, Mapping):
        if not rule.numbers:
            raise SchemeError("write the threshold as name: number", where=where)
        given = {next(iter(rule.numbers)): given}
    return {**rule.numbers, **_numbers(given, where)}
