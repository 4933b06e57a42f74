"""What two editions differ in, in words."""

from __future__ import annotations

import pandas as pd

from geomujun.matching.diff import Circumstances
from geomujun.pipeline.compare import _areas


def test_a_cause_that_several_links_of_a_firm_share_is_said_once() -> None:
    ledgers = [pd.DataFrame({"uscc": ["A"], "occupied_m2": [m2]}) for m2 in (10.0, 30.0)]
    links = pd.DataFrame(
        {"parcel_code": ["P", "Q", "R"], "uscc": ["A"] * 3, "cause": ["甲；乙", "乙", "丙；甲"]}
    )
    around = Circumstances(pd.DataFrame(), pd.Timestamp("2024-12-31"), pd.Timestamp("2024-12-31"))
    found = _areas({"ledger": ledgers, "links": [links, links]}, links, around)
    assert list(found["cause"]) == ["甲；乙；丙"]
