"""Screening for idle and low-efficiency industrial land: prompts for a field check, no verdicts.

Only rules whose operands the case has can fire; a rule without a known number stays silent. Every
hit says the operands, the day they stand at, the basis with its source and whether that was read,
and a suggested path. Rules and numbers: `policy/localities/screening.yaml`, domain.md §4.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.case import DTYPES
from geomujun.domain.catalogue import TABLES
from geomujun.lang import t
from geomujun.ledger.facts import Facts
from geomujun.ledger.sight import Sight
from geomujun.screening import density, supply, yields
from geomujun.screening.registry import SCREENS
from geomujun.screening.table import RuleTable, ScreeningRule, numbers_in_force, rule_table

MODULES: Final = (density, supply, yields)  # importing them fills SCREENS
COLUMNS: Final = TABLES["low_efficiency"].columns


def screen(facts: Facts) -> pd.DataFrame:
    """All hits of a run.

    Returns:
        Columns of ``low_efficiency``, sorted by parcel code and rule, one row per pair.
    """
    table, sight = rule_table(), Sight(facts)
    parts = [_empty()]
    for rule_id in sorted(SCREENS):
        rule = table.rules[rule_id]
        numbers = numbers_in_force(rule, facts.thresholds)
        if rule.active and numbers:
            found = SCREENS[rule_id](sight, numbers)
            if len(found):
                parts.append(_rows(found, rule, sight))
    rows = pd.concat(parts, ignore_index=True).astype(_empty().dtypes.to_dict())
    rows = rows.sort_values(["parcel_code", "rule", "measured", "basis"], ignore_index=True)
    return _exclusive(rows.drop_duplicates(["parcel_code", "rule"]), table)


def _rows(found: pd.DataFrame, rule: ScreeningRule, sight: Sight) -> pd.DataFrame:
    rows = found.rename_axis("parcel_code").reset_index()
    rows["rule"], rows["unit"], rows["path"] = rule.rule_id, rule.unit, rule.path
    rows["area_mu"] = sight.parcels["area_mu"].reindex(rows["parcel_code"]).to_numpy()
    rows["basis"] = [_basis(operands, rule, sight.facts) for operands in rows["operands"]]
    return rows[COLUMNS]


def _basis(operands: str, rule: ScreeningRule, facts: Facts) -> str:
    checked = (
        t("已核对文本", "text checked")
        if rule.confirmed
        else t("未核实，由当地确认", "not confirmed")
    )
    return t(
        "{operands}（{year} 年数据，截至 {day}）。依据：{basis}，{source}（{checked}）。"
        "提示，不作认定。",
        "{operands} (figures of {year}, as of {day}). Basis: {basis}, {source} ({checked}). "
        "Screening only, no verdict.",
        operands=operands,
        year=facts.year,
        day=facts.as_of.isoformat(),
        basis=rule.basis,
        source=rule.source,
        checked=checked,
    )


def _exclusive(rows: pd.DataFrame, table: RuleTable) -> pd.DataFrame:
    """Low-efficiency land is land that is not idle: idle parcels lose their LOW_* hits."""
    idle = rows.loc[rows["rule"].isin(table.idle), "parcel_code"]
    drop = rows["rule"].isin(table.low) & rows["parcel_code"].isin(idle)
    return rows[~drop].reset_index(drop=True)


def _empty() -> pd.DataFrame:
    fields = TABLES["low_efficiency"].by_name
    return pd.DataFrame({name: pd.Series(dtype=DTYPES[fields[name].kind]) for name in COLUMNS})
