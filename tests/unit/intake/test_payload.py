"""Rows kept as a file holds them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from geomujun.intake.payload import payloads
from geomujun.intake.raw import Header, Raw


def test_headers_values_and_row_numbers_stay() -> None:
    raw = Raw(
        headers=[Header("名称", []), Header("名称", []), Header("面积", [])],
        columns=[pd.Series(["甲\u2028乙", "丙\x00丁"]), pd.Series(["x", None]), pd.Series([1.5, np.nan])],
        rows=np.array([3, 5]),
    )  # fmt: skip
    out = payloads(raw)
    assert list(out["row"]) == [3, 5]
    found = [json.loads(p) for p in out["payload"]]
    assert found[0] == {"名称": "甲\u2028乙", "名称 (2)": "x", "面积": 1.5}
    assert found[1] == {"名称": "丙丁", "名称 (2)": None, "面积": None}


def test_a_table_without_columns_still_has_its_rows() -> None:
    out = payloads(Raw([], [], np.array([1, 2])))
    assert list(out["payload"]) == ["{}", "{}"]
