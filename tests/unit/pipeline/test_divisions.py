"""To which division rows belong; what tells none belongs to none."""

from __future__ import annotations

import pandas as pd

from geomujun.domain.case import Case, empty_table
from geomujun.domain.catalogue import TABLES
from geomujun.pipeline.divisions import Divisions


def rows(stem: str, **columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    return frame.reindex(columns=empty_table(TABLES[stem]).columns, fill_value="")


def test_land_firms_leases_and_findings() -> None:
    case = Case().with_tables(
        parcels=rows("parcels", parcel_code=["330102001001GB00001", "乡1"],
                     division=["330199", "330105"]),
        patches=rows("patches", patch_code=["B1", "B2"], location_unit_code=["330106001", ""]),
        enterprises=rows("enterprises", uscc=["913301023333333334", "U2"], division=["", "330108"]),
        leases=rows("leases", contract_no=["L1"], parcel_code=["330102001001GB00001"]),
    )  # fmt: skip
    found = Divisions(case)

    def of(**columns: list[str]) -> list[str]:
        return list(found.of(pd.DataFrame(columns).astype("str")))

    codes = ["330102001001GB00001", "乡1", "B1", "B2", "none"]
    assert of(parcel_code=codes) == ["330102", "330105", "330106", "", ""]
    assert of(uscc=["913301023333333334", "U2", "U3"]) == ["330102", "330108", ""]
    assert of(parcel_code=["乡1", "none"], uscc=["U2", "U2"]) == ["330105", "330108"]
    assert of(subject_id=["L1", "x"], other_id=["", "U2"]) == ["330102", "330108"]
    assert of(kind=["county", "park"], id=["330102", "园区"]) == ["330102", ""]
