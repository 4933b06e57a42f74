"""Land use (用途) words and codes that mean industry and storage.

By code: class 06 of GB/T 21010-2017 (工矿仓储用地) and 0508; six-digit 用地用海分类 1001xx 工业,
1002xx 采矿, 1101xx 仓储 (not confirmed in its text). Four-digit 1001, 1002 and 1101 are railways
and water in GB/T 21010, so they are not taken. By name: 工业, 采矿, 仓储, 工矿.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import distinct

_INDUSTRIAL = r"工业|工矿|采矿|仓储|^06\d{0,2}\b|^0508\b|^(?:100[12]|1101)\d\d\b"


def industrial_use(uses: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each registered use (code or name, perhaps several) is industrial; blank is not."""
    at, names = distinct(uses)
    fits = names.str.strip().str.contains(_INDUSTRIAL, regex=True).to_numpy(dtype=bool)
    return np.asarray(fits[at], dtype=bool)
