"""Which screening rules were checked, and what the others lack: no rule is silently left out."""

from __future__ import annotations

import json

import pandas as pd

from geomujun.domain.case import DTYPES, Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.lang import t
from geomujun.ledger.facts import Facts
from geomujun.screening.table import ScreeningRule, in_force, rule_table

CHECKED, NOT_CHECKED, OFF = "checked", "not_checked", "off"


def lacking(rule: ScreeningRule, case: Case) -> str:
    """What keeps a rule from being checked, in words; "" when nothing does."""
    if not rule.used:
        return t("当地停用，未查", "switched off by the locality, not checked")
    if not rule.active:
        return t("{why}，未查", "{why}; not checked", why=rule.why)
    if not rule.numbers:
        return t(
            "缺门槛值，未查；由当地在地区配置中设定",
            "no threshold is known, not checked; the locality sets one",
        )
    missing = [_label(need) for need in rule.needs if not _have(case, need)]
    if missing:
        return t("缺{what}，未查", "{what} missing, not checked", what=t("、", ", ").join(missing))
    return ""


def _have(case: Case, need: str) -> bool:
    """Whether a table has rows, and the named field a value in one of them."""
    stem, _, name = need.partition(".")
    frame: pd.DataFrame = getattr(case, stem)
    if not name or not len(frame):
        return len(frame) > 0
    values = frame[name]
    if TABLES[stem].by_name[name].kind is Kind.TEXT:
        return bool((values != "").any())
    return bool(values.notna().any())


def _label(need: str) -> str:
    stem, _, name = need.partition(".")
    table = TABLES[stem]
    return f"{table.title}·{table.by_name[name].label}" if name else table.title


def rule_states(facts: Facts, found: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """All rules of the table with what became of them; columns of ``screening_rules``.

    Args:
        facts: Of the run.
        found: ``rule`` of all hits.
        kept: ``rule`` of the hits that idle land does not set aside.
    """
    table = rule_table()
    all_hits, hits = (rows["rule"].value_counts() for rows in (found, kept))
    rows = []
    for rule_id in sorted(table.rules):
        rule = in_force(table.rules[rule_id], facts)
        reason = lacking(rule, facts.case)
        here = int(hits.get(rule_id, 0))
        rows.append(
            {
                "rule": rule_id,
                "title": rule.title,
                "state": (NOT_CHECKED if rule.used else OFF) if reason else CHECKED,
                "reason": reason,
                "hits": here,
                "set_aside": int(all_hits.get(rule_id, 0)) - here,
                "thresholds": json.dumps(dict(rule.numbers), ensure_ascii=False, sort_keys=True),
                "unit": rule.unit,
                "scope": rule.scope,
                "basis": rule.basis,
                "source": rule.source,
                "confirmed": int(rule.confirmed),
                "exemption": rule.exemption,
            }
        )
    fields = TABLES["screening_rules"].fields
    return pd.DataFrame(rows, columns=[f.name for f in fields]).astype(
        {f.name: DTYPES[f.kind] for f in fields}
    )
