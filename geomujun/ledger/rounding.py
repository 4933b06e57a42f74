"""Half-up rounding of areas to 0.01 m², as CONTRACT §4 asks of links and ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd


def round_m2(values: pd.Series) -> pd.Series:
    """Half up at the third decimal; a value a float step under .005 counts as .005."""
    scaled = values.to_numpy(dtype=np.float64) * 100.0
    return pd.Series(np.floor(scaled + 0.5 + 1e-7) / 100.0, index=values.index)
