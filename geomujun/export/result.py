"""What a run hands to the writers: all tables, the case they came from, and how they were made.

Frames carry the columns of the output tables (docs/reference/engine.md), unrounded and in any
order; rounding, sorting and masking belong to the writers. Nothing here reads or writes files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from geomujun.domain.case import Case
from geomujun.lang import Lang


class Indicator(NamedTuple):
    """An evaluation indicator, as dynamic columns ``<id>`` and ``<id>_score``."""

    id: str
    label: str  # Chinese
    unit: str  # as people read it: 万元/亩


@dataclass(frozen=True, slots=True)
class Result:
    """One finished run.

    ``tables`` is keyed by the names of the output tables of the catalogue; a missing one is
    written empty. ``links`` may carry ``counted`` and ``on_patch`` beside its columns; without
    them they are worked out. ``valid_to`` is the last day, inclusive. ``masked`` says that names
    of persons are already hidden; writers mask when it is False.
    """

    tables: Mapping[str, pd.DataFrame]
    case: Case
    title: str
    scheme_id: str
    scheme_title: str
    year: int
    as_of: date
    version: str = ""
    lang: Lang = "zh"
    indicators: Sequence[Indicator] = ()
    run: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)  # further lines of the summary sheet
    masked: bool = False
