"""A lease to several enterprises in one cell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ledger_small import frame
from matching_small import uscc

from geomujun.domain.case import Case
from geomujun.matching.cotenants import each_tenant
from geomujun.matching.register import Register, build, lexicon_of

FIRST, SECOND, FORMER = "绍兴华联纺织有限公司", "绍兴丰泰印染有限公司", "绍兴旧名布业有限公司"


@pytest.fixture(scope="module")
def register() -> Register:
    firms = [{"uscc": uscc(1), "name": FIRST},
             {"uscc": uscc(2), "name": SECOND, "former_names": FORMER}]  # fmt: skip
    case = Case(enterprises=frame("enterprises", firms))
    return build(case, lexicon_of(case))


def leases(*cells: tuple[str, str]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"contract_no": f"L{i}", "lessee": name, "lessee_uscc": code, "land_area_m2": 4000.0,
         "floor_area_m2": 800.0}
        for i, (name, code) in enumerate(cells)
    ]  # fmt: skip
    return frame("leases", rows)


@pytest.mark.parametrize(
    "cell", [f"{FIRST}、{SECOND}", f"{FIRST}；{FORMER}", f"{FIRST},{SECOND}", f"{FIRST}和{SECOND}"]
)
def test_each_tenant_has_a_row_and_no_area_of_its_own(register: Register, cell: str) -> None:
    got = each_tenant(leases((SECOND, ""), (cell, ""), (FIRST, "")), register)
    assert got["contract_no"].tolist() == ["L0", "L1", "L1", "L2"]
    assert got["lessee"].tolist()[:2] == [SECOND, FIRST]
    assert got["land_area_m2"].isna().tolist() == [False, True, True, False]
    assert got["floor_area_m2"].isna().tolist() == [False, True, True, False]


def test_codes_go_with_their_names(register: Register) -> None:
    cell = (f"{FIRST}、某某分厂", f"{uscc(1)}；{uscc(2)}")
    got = each_tenant(leases(cell), register)
    assert got[["lessee", "lessee_uscc"]].to_numpy().tolist() == [
        [FIRST, uscc(1)], ["某某分厂", uscc(2)],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    [FIRST, f"{FIRST}、王小明", f"{FIRST}、二号车间", f"{FIRST}（原{FORMER}、某厂）", "、", ""],
)
def test_a_cell_with_a_part_nobody_bears_stays_whole(register: Register, cell: str) -> None:
    told = leases((cell, uscc(1)))
    pd.testing.assert_frame_equal(each_tenant(told, register), told)
