"""To which division a row of a result belongs, so that rights can be asked of it.

Land by its code (宗地代码 begins with the county), patches by the unit they lie in, firms by the
division that registers them. A row that tells none has none, and only readers of all see it.
"""

from __future__ import annotations

import pandas as pd

from geomujun.domain.case import Case


class Divisions:
    """Division codes of a case's land and firms."""

    def __init__(self, case: Case) -> None:
        """Read both from the tables of a case."""
        self.land = _first(
            [
                _by(case.parcels, "parcel_code", of_parcels(case.parcels)),
                _by(case.patches, "patch_code", of_patches(case.patches)),
            ]
        )
        self.firms = _first([_of_firms(case.enterprises)])
        self._leases = _by(case.leases, "contract_no", case.leases["parcel_code"].str[:6])

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """The division of each row, "" where it tells none."""
        out = pd.Series("", index=frame.index, dtype="str")
        for column, codes in (
            ("parcel_code", self.land), ("uscc", self.firms), ("subject_id", self._any()),
            ("other_id", self._any()), ("unit_id", self._any()),
        ):  # fmt: skip
            if column in frame.columns:
                found = frame[column].map(codes).fillna("").astype("str")
                out = out.where(out != "", found)
        if "kind" in frame.columns and "id" in frame.columns:
            region = frame["id"].where(frame["id"].str.fullmatch(r"\d{2,12}"), "")
            out = out.where(out != "", region.astype("str"))
        return out

    def _any(self) -> pd.Series:
        return _first([self.land, self.firms, self._leases])


def _first(parts: list[pd.Series]) -> pd.Series:
    whole = pd.concat(parts)
    once: pd.Series = whole[~whole.index.duplicated()]
    return once


def _by(frame: pd.DataFrame, key: str, code: pd.Series) -> pd.Series:
    found = pd.Series(code.astype("str").to_numpy(), index=pd.Index(frame[key]), dtype="str")
    named: pd.Series = found[found.index != ""]
    return named


def of_parcels(parcels: pd.DataFrame) -> pd.Series:
    """The division of each parcel: of its code, else the one its row names; "" for none."""
    written = parcels["parcel_code"].str.extract(r"^(\d{6})", expand=False)
    found: pd.Series = written.fillna(parcels["division"]).fillna("")
    return found


def of_patches(patches: pd.DataFrame) -> pd.Series:
    """The division of each patch: of the unit it lies in, else of its code; "" for none."""
    unit = patches["location_unit_code"].str.extract(r"^(\d{6})", expand=False)
    own = patches["patch_code"].str.extract(r"^(\d{6})", expand=False)
    found: pd.Series = unit.fillna(own).fillna("")
    return found


def _of_firms(firms: pd.DataFrame) -> pd.Series:
    registered = firms["uscc"].str.extract(r"^..(\d{6})", expand=False).fillna("")
    return _by(firms, "uscc", firms["division"].where(firms["division"] != "", registered))
