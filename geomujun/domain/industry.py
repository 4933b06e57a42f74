"""Industry codes (行业代码), GB/T 4754-2017.

Industry is B, C and D: two-digit divisions 06 to 46 (浙亩均办〔2022〕2号 counts only these in
parcel and group evaluation). Codes come with or without the letter, with two to four digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

FIRST_INDUSTRIAL, LAST_INDUSTRIAL = 6, 46


def division2(codes: pd.Series) -> pd.Series:
    """Two-digit division of each code, "" when it has none: "C3823" and "3823" give "38"."""
    found = codes.astype("str").str.extract(r"^\s*[A-Ta-t]?(\d{2})\d{0,2}\s*$", expand=False)
    return found.fillna("").astype("str")


def is_industrial(codes: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each code lies in GB/T 4754 B–D (06–46); a blank or broken code does not."""
    number = pd.to_numeric(division2(codes), errors="coerce")
    return number.between(FIRST_INDUSTRIAL, LAST_INDUSTRIAL).to_numpy(dtype=bool)
