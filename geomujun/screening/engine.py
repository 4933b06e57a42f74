"""Screening for idle and low-efficiency industrial land: prompts for a field check, no verdicts.

Only rules whose operands the case has can fire; what the others lack is said, rule by rule. Every
hit says the operands, the day they stand at, the basis with its source and whether that was read,
and a suggested path. Rules and numbers: `policy/localities/screening.yaml`, over which the
locality puts its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import pandas as pd

from geomujun.domain.case import DTYPES
from geomujun.domain.catalogue import TABLES
from geomujun.lang import t
from geomujun.ledger.facts import Facts
from geomujun.ledger.sight import Sight
from geomujun.screening import density, supply, yields
from geomujun.screening.coverage import lacking, rule_states
from geomujun.screening.registry import SCREENS
from geomujun.screening.table import RuleTable, ScreeningRule, in_force, rule_table

MODULES: Final = (density, supply, yields)  # importing them fills SCREENS
COLUMNS: Final = TABLES["low_efficiency"].columns


class Screened(NamedTuple):
    """Hits (columns of ``low_efficiency``) and what became of each rule (``screening_rules``)."""

    hits: pd.DataFrame
    rules: pd.DataFrame


def screened(facts: Facts, sight: Sight | None = None) -> Screened:
    """All hits of a run, sorted by parcel code and rule, one row per pair; and all rules.

    Args:
        facts: Of the run.
        sight: What has been derived from ``facts`` already, to derive it once.
    """
    table, sight = rule_table(), sight or Sight(facts)
    parts = [_empty()]
    for rule_id in sorted(SCREENS):
        rule = in_force(table.rules[rule_id], facts)
        if not lacking(rule, facts.case):
            found = SCREENS[rule_id](sight, rule.numbers)
            if len(found):
                parts.append(_rows(found, rule, sight))
    rows = pd.concat(parts, ignore_index=True).astype(_empty().dtypes.to_dict())
    rows = rows.sort_values(["parcel_code", "rule", "measured", "basis"], ignore_index=True)
    rows = rows.drop_duplicates(["parcel_code", "rule"])
    kept = _exclusive(rows, table)
    return Screened(kept, rule_states(facts, rows, kept))


def screen(facts: Facts, sight: Sight | None = None) -> pd.DataFrame:
    """The hits of `screened`."""
    return screened(facts, sight).hits


def _rows(found: pd.DataFrame, rule: ScreeningRule, sight: Sight) -> pd.DataFrame:
    rows = found.rename_axis("parcel_code").reset_index()
    rows["rule"], rows["unit"], rows["path"] = rule.rule_id, rule.unit, rule.path
    rows["area_mu"] = sight.parcels["area_mu"].reindex(rows["parcel_code"]).to_numpy()
    rows["basis"] = rows["operands"].astype("str") + _basis(rule, sight.facts)
    return rows[COLUMNS]


def _basis(rule: ScreeningRule, facts: Facts) -> str:
    """What stands behind the operands of every hit of a rule."""
    checked = (
        t("已核对文本", "text checked")
        if rule.confirmed
        else t("未核实，由当地确认", "not confirmed")
    )
    exemption = rule.exemption and t("例外：{e}。", "Except: {e}. ", e=rule.exemption)
    return t(
        "（{year} 年数据，截至 {day}）。依据：{basis}，{source}（{checked}）。"
        "{exemption}提示，不作认定。",
        " (figures of {year}, as of {day}). Basis: {basis}, {source} ({checked}). "
        "{exemption}Screening only, no verdict.",
        year=facts.year,
        day=facts.as_of.isoformat(),
        basis=rule.basis,
        source=rule.source,
        checked=checked,
        exemption=exemption,
    )


def _exclusive(rows: pd.DataFrame, table: RuleTable) -> pd.DataFrame:
    """Low-efficiency land is land that is not idle: idle parcels lose their LOW_* hits."""
    idle = rows.loc[rows["rule"].isin(table.idle), "parcel_code"]
    drop = rows["rule"].isin(table.low) & rows["parcel_code"].isin(idle)
    return rows[~drop].reset_index(drop=True)


def _empty() -> pd.DataFrame:
    fields = TABLES["low_efficiency"].by_name
    return pd.DataFrame({name: pd.Series(dtype=DTYPES[fields[name].kind]) for name in COLUMNS})
