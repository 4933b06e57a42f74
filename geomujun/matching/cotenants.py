"""Leases to several tenants in one cell: one row a tenant.

What the contract lets is let to all of them, and how they part it is not written: the rows have no
area, so that the parcel becomes one unit (浙亩均办〔2022〕2号 二(一)6) unless reports tell.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.matching.holders import split_cell
from geomujun.matching.register import Register
from geomujun.text.identifiers import USCC_LENGTH, normalise_code
from geomujun.text.normal import normalise

_AREAS: Final = ("land_area_m2", "floor_area_m2")


def each_tenant(leases: pd.DataFrame, register: Register) -> pd.DataFrame:
    """The leases in their order, those to several enterprises of the register a row for each.

    A cell is parted only where every part is the name or has the code of an enterprise: what else
    has a comma stays one name.
    """
    parts = [[part for part in split_cell(text) if part] for text in leases["lessee"]]
    many = np.array([len(names) > 1 for names in parts], dtype=bool)
    if not many.any():
        return leases
    rows = pd.DataFrame(
        {"at": np.flatnonzero(many), "lessee": [n for n, m in zip(parts, many, strict=True) if m]}
    )
    rows["lessee_uscc"] = [
        _codes(code, len(names))
        for code, names in zip(leases["lessee_uscc"][many], rows["lessee"], strict=True)
    ]
    rows = rows.explode(["lessee", "lessee_uscc"], ignore_index=True)
    known = among(normalise(rows["lessee"].astype("str")), normalise(register.names["written"]))
    known |= among(rows["lessee_uscc"].astype("str"), register.firms["uscc"])
    rows = rows[pd.Series(known).groupby(rows["at"]).transform("all")]
    return _parted(leases, rows) if len(rows) else leases


def _codes(cell: str, count: int) -> list[str]:
    """The codes of a cell in their order; blanks when they are not one a tenant."""
    code = normalise_code(pd.Series([cell], dtype="str")).iloc[0]
    if len(code) != USCC_LENGTH * count:
        return [""] * count
    return [code[i : i + USCC_LENGTH] for i in range(0, len(code), USCC_LENGTH)]


def _parted(leases: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """``leases`` with the rows at ``at`` replaced by one for each of ``rows``."""
    at = rows["at"].to_numpy()
    fresh = leases.iloc[at].assign(
        lessee=rows["lessee"].astype("str").to_numpy(),
        lessee_uscc=rows["lessee_uscc"].astype("str").to_numpy(),
    )
    fresh[list(_AREAS)] = np.nan
    rest = np.setdiff1d(np.arange(len(leases)), at)
    order = np.argsort(np.concatenate([rest, at]), kind="stable")
    return pd.concat([leases.iloc[rest], fresh]).iloc[order].reset_index(drop=True)
