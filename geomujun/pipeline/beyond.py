"""Rows of a reading that speak of land outside given divisions (行政区划 prefixes).

Land counts where its code says, as everywhere (`pipeline.divisions`). Firms may be registered
elsewhere: that is ordinary. A lease or building on another county's plot would change that county's
areas, so every table that names plots is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geomujun.intake.reader import Intake
from geomujun.pipeline.divisions import of_parcels, of_patches
from geomujun.text.identifiers import normalise_parcel_code

COLUMNS: Final = ("file", "row", "field", "value")
_WHOLE: Final = r"^([0-9]{6})[0-9A-Z]{13}$"  # a 宗地代码 with its county
_NAMING: Final = ("right_holders", "leases", "buildings", "supply")


def beyond(intake: Intake, within: Sequence[str]) -> pd.DataFrame:
    """Rows of other divisions, or of none: ``file row field value``; empty when all lie within."""
    if "" in within:
        return pd.DataFrame(columns=[*COLUMNS])
    case = intake.case
    found = [
        _rows(intake, "parcels", "parcel_code", _away(of_parcels(case.parcels), within)),
        _rows(intake, "patches", "patch_code", _away(of_patches(case.patches), within)),
    ]
    for stem in _NAMING:
        code = normalise_parcel_code(getattr(case, stem)["parcel_code"].astype("str"))
        # Blank, or cut short in front: which plot is meant, if any, is for matching to settle.
        named = code.str.extract(_WHOLE, expand=False).fillna("")
        found.append(_rows(intake, stem, "parcel_code", (named != "") & _away(named, within)))
    return pd.concat(found, ignore_index=True)


def _away(divisions: pd.Series, within: Sequence[str]) -> pd.Series:
    away: pd.Series = ~divisions.astype("str").str.startswith(tuple(within))
    return away


def _rows(intake: Intake, stem: str, column: str, away: pd.Series) -> pd.DataFrame:
    frame = getattr(intake.case, stem)
    file = next((v.file for v in intake.files if v.stem == stem), "")
    hit = away.to_numpy(dtype=bool)
    return pd.DataFrame(
        {"file": file, "row": frame["row"][hit], "field": column, "value": frame[column][hit]},
        columns=[*COLUMNS],
    )
