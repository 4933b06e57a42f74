"""What every finding and screening rule may look at: the whole of one run, up to the evaluations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from geomujun.domain.case import Case


@dataclass(frozen=True, slots=True)
class Facts:
    """Frames of one run, named and shaped as in docs/reference/engine.md."""

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
