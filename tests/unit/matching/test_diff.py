"""What became of links between two runs, and the cause that is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from geomujun.matching.diff import COLUMNS, COMPARED, Circumstances, difference

DAY = date(2024, 12, 31)
LINK = {
    "parcel_code": "P1", "uscc": "A", "relation": "OWN", "lease_id": "", "share": 1.0,
    "area_m2": 100.0, "area_method": "registered", "valid_from": None, "valid_to": None,
    "probability": 0.999, "band": "auto", "tier": "name", "rival_uscc": "",
    "rival_probability": None, "decision": "", "weight_bits": 10.0, "evidence": "[]",
}  # fmt: skip
ROW = {"stem": "parcels", "key": "P1", "parcel_code": "P1", "uscc": "", "row": 7, "how": "changed",
       "columns": "坐落"}  # fmt: skip


def links(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame([LINK | r for r in rows], columns=list(LINK))
    dates = {
        c: pd.to_datetime(frame[c]).astype("datetime64[s]") for c in ("valid_from", "valid_to")
    }
    numbers = {c: frame[c].astype("float64") for c in ("share", "rival_probability", "area_m2")}
    return frame.assign(**dates, **numbers)


def around(*rows: dict[str, Any], after: date = DAY, bases: tuple[str, ...] = ()) -> Circumstances:
    return Circumstances(
        pd.DataFrame([ROW | r for r in rows], columns=list(ROW)), DAY, after, bases
    )


def only(found: pd.DataFrame) -> dict[str, str]:
    assert len(found) == 1
    return {str(k): str(v) for k, v in found.iloc[0].items()}


def test_equal_runs_have_no_difference() -> None:
    same = links({}, {"uscc": "B", "valid_to": "2025-01-01"})
    found = difference(same, same.sample(frac=1, random_state=1), around())
    assert list(found.columns) == list(COLUMNS)
    assert found.empty


def test_what_changed_is_named_with_both_values() -> None:
    now = {"area_m2": 80.5, "valid_to": "2025-06-30", "evidence": '[{"name": "name"}]'}
    found = only(difference(links({}), links(now), around({})))
    assert found["change"] == "changed"
    assert found["what"] == "对应面积 100.0 → 80.5；止 — → 2025-06-30；证据"
    assert found["cause"] == "宗地第7行修改（坐落）"


def test_a_decision_is_told_once() -> None:
    found = only(difference(links({}), links({"decision": "same", "area_m2": 80.5}), around()))
    assert (found["what"], found["cause"]) == ("对应面积 100.0 → 80.5", "人工决定 — → same")


@pytest.mark.parametrize("column", COMPARED)
def test_every_compared_column_is_seen(column: str) -> None:
    value: Any = "x"
    if column.startswith("valid"):
        value = "2020-01-01"
    elif column in ("share", "area_m2", "probability", "rival_probability", "weight_bits"):
        value = 0.25
    assert only(difference(links({}), links({column: value}), around({})))["change"] == "changed"


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ({"stem": "enterprises", "key": "A", "parcel_code": "", "uscc": "A", "how": "added",
          "columns": ""}, "企业第7行新增"),
        ({"how": "removed", "columns": ""}, "宗地 P1 删除"),
        ({"stem": "right_holders", "key": "P1", "columns": "权利人或当事人"},
         "权利人第7行修改（权利人或当事人）"),
        ({"stem": "buildings", "key": "U|1", "columns": "建筑面积"}, "自然幢第7行修改（建筑面积）"),
    ],
)  # fmt: skip
def test_the_links_own_rows_are_the_first_cause(row: dict[str, Any], cause: str) -> None:
    assert only(difference(links(), links({}), around(row)))["cause"].endswith(cause[-6:])
    assert only(difference(links(), links({}), around(row)))["change"] == "new"


def test_a_changed_lease_is_the_cause_of_its_own_link_only() -> None:
    row = {"stem": "leases", "key": "L1", "parcel_code": "P1", "columns": "租赁土地面积"}
    mine = {"relation": "LEASE", "lease_id": "L1"}
    found = difference(
        links(mine, {}), links(mine | {"area_m2": 1.0}, {"area_m2": 2.0}), around(row)
    )
    by = dict(zip(found["relation"], found["cause"], strict=True))
    assert "租赁土地面积" in by["LEASE"]
    assert "租赁土地面积" not in by["OWN"]


def test_a_lease_that_ended_meanwhile() -> None:
    mine = {"relation": "LEASE", "lease_id": "L1"}
    lost = difference(links(mine), links(), around(after=date(2025, 12, 31)))
    assert only(lost)["cause"] == "租约在 2025-12-31 不再有效"
    new = difference(links(), links(mine), around(after=date(2025, 12, 31)))
    assert only(new)["cause"] == "租约在 2025-12-31 有效"


def test_a_decision_a_rival_that_came_and_one_that_went() -> None:
    found = difference(
        links({}, {"uscc": "B", "rival_uscc": "C"}, {"uscc": "D"}),
        links({"decision": "same"}, {"uscc": "B"}, {"uscc": "D", "rival_uscc": "E"}),
        around(),
    )
    assert list(found["cause"]) == ["人工决定 — → same", "竞争企业 C 退出", "竞争企业 E 出现"]


def test_a_changed_record_of_the_rival_is_told_as_the_rivals() -> None:
    row = {"stem": "enterprises", "key": "R", "parcel_code": "", "uscc": "R", "columns": "企业名称"}
    pair = {"rival_uscc": "R"}
    found = only(difference(links(pair), links(pair | {"probability": 0.5}), around(row)))
    assert found["cause"].startswith("竞争企业：")
    assert "企业名称" in found["cause"]


def test_neighbours_then_settings_then_what_lies_around() -> None:
    beside = difference(links({}), links({"area_m2": 50.0}, {"uscc": "B"}), around())
    by = dict(zip(beside["uscc"], beside["cause"], strict=True))
    assert by["A"] == "同宗地其他企业的对应变化"
    moved = difference(
        links({}), links({"uscc": "A", "parcel_code": "P2"}, {"area_m2": 1.0}), around()
    )
    assert set(moved.loc[moved["parcel_code"] == "P1", "cause"]) == {"该企业其他宗地的对应变化"}
    version = around(bases=("程序版本 1 → 2",))
    assert (
        only(difference(links({}), links({"tier": "code"}), version))["cause"] == "程序版本 1 → 2"
    )
    far = around({"stem": "addresses", "key": "x", "parcel_code": ""})
    assert "周边记录变化" in only(difference(links({}), links({"tier": "code"}), far))["cause"]
    assert only(difference(links({}), links({"tier": "code"}), around()))["cause"] == (
        "统计量或设置变化"
    )
