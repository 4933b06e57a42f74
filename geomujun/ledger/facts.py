"""What every finding and screening rule may look at: one run, up to the evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from geomujun.domain.case import Case
from geomujun.policy.locality import Provenance


def _no_decisions() -> pd.DataFrame:
    names = ["parcel_code", "uscc", "verdict", "reviewer", "decided_at", "facts_digest"]
    return pd.DataFrame({name: pd.Series(dtype="str") for name in names})


def _no_closings() -> pd.DataFrame:
    names = ("finding_id", "rule", "subject_id", "other_id", "facts_digest", "reason", "reviewer",
             "decided_at")  # fmt: skip
    return pd.DataFrame({name: pd.Series(dtype="str") for name in names})


@dataclass(frozen=True, slots=True)
class Facts:
    """Frames of one run, named and shaped as in docs/reference/engine.md.

    ``case.leases`` and ``case.supply`` also carry ``parcel_resolved`` (canonical parcel code, "")
    beside ``parcel_code`` as written; leases also ``lessor_key`` and ``lessee_key`` (uscc or "").
    """

    case: Case
    links: pd.DataFrame
    ledger: pd.DataFrame
    ledger_lines: pd.DataFrame
    parcels: pd.DataFrame  # parcel_reconciliation
    enterprises: pd.DataFrame  # enterprise_reconciliation
    over: pd.DataFrame  # parcel_code, claimed_m2, area_m2: claims above the parcel
    codes: pd.DataFrame  # written, uscc, state (ok | repaired | invalid), reason
    duplicates: pd.DataFrame  # uscc, row, name of rows dropped with USCC_DUPLICATE
    enterprise_evaluation: pd.DataFrame
    parcel_evaluation: pd.DataFrame
    thresholds: dict[str, Any]  # of the locality in force: rule id -> values
    year: int
    as_of: date
    decisions: pd.DataFrame = field(default_factory=_no_decisions)  # the live ones, see review
    closings: pd.DataFrame = field(default_factory=_no_closings)  # findings closed by people
    provenance: Mapping[str, Provenance] = field(default_factory=dict)  # of the thresholds

    def values(self, rule: str, defaults: Mapping[str, float]) -> dict[str, float]:
        """Numbers a rule works with: the locality's where it has some, else the defaults.

        A locality may write one number for the rule's first default, or a mapping.
        """
        given = self.thresholds.get(rule)
        if given is None:
            return dict(defaults)
        if not isinstance(given, Mapping):
            given = {next(iter(defaults)): given}
        return {name: float(given.get(name, value)) for name, value in defaults.items()}
