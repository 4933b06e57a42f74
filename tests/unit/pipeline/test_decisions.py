"""Decisions of people as JSON Lines."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ledger_small import frame, layer

from geomujun.domain.case import Case
from geomujun.errors import DataError
from geomujun.matching.identity import Identity
from geomujun.pipeline.decisions import TEXT, no_decisions, read_decisions
from geomujun.pipeline.jsonl import instant
from geomujun.pipeline.reconcile import settled_decisions

LINE = {"parcel_code": "330603001002GB00018", "uscc": "91350100M000100Y43", "verdict": "same"}


def read(tmp_path: Path, *lines: dict[str, Any] | str) -> Any:
    texts = [x if isinstance(x, str) else json.dumps(x, ensure_ascii=False) for x in lines]
    path = tmp_path / "decisions.jsonl"
    path.write_text("\n".join(texts), "utf-8")
    return read_decisions(path)


def test_a_decision_is_read_with_all_its_fields(tmp_path: Path) -> None:
    line = LINE | {"relation": "LEASE", "area_m2": 120.5, "reason": "现场核实", "reviewer": "李",
                   "decided_at": "2025-03-01", "facts_digest": "0" * 64, "replaces": None}  # fmt: skip
    found = read(tmp_path, line)
    assert list(found.live.columns) == [*TEXT, "area_m2"]
    row = found.live.iloc[0]
    assert (row["relation"], row["area_m2"], row["reason"]) == ("LEASE", 120.5, "现场核实")
    assert row["replaces"] == ""
    assert found.rejects.empty


def test_codes_are_normalised_and_blank_lines_and_a_bom_do_not_matter(tmp_path: Path) -> None:
    written = LINE | {"parcel_code": " 330603001002gb00018 ", "uscc": "91350100-m000100y43"}
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(written).encode() + b"\r\n\r\n  \n")
    found = read_decisions(path)
    assert found.live[["parcel_code", "uscc"]].to_numpy().tolist() == [
        [LINE["parcel_code"], LINE["uscc"]]
    ]
    assert found.lines == 1
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_newest_decision_on_a_pair_counts_and_at_one_moment_the_later_line(
    tmp_path: Path,
) -> None:
    old = LINE | {"verdict": "different", "decided_at": "2025-01-01"}
    new = LINE | {"verdict": "same", "decided_at": "2025-02-01"}
    assert read(tmp_path, new, old).live["verdict"].tolist() == ["same"]
    again = LINE | {"verdict": "unsure", "decided_at": "2025-02-01"}
    assert read(tmp_path, new, again).live["verdict"].tolist() == ["unsure"]


def test_decisions_on_other_pairs_stay_and_are_sorted(tmp_path: Path) -> None:
    lines = [LINE | {"parcel_code": p} for p in ("Q", "P", "R")]
    assert read(tmp_path, *lines).live["parcel_code"].tolist() == ["P", "Q", "R"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{broken", ""),
        ("[1, 2]", ""),
        ("[" * 100_000, ""),
        (LINE | {"parcel_code": ""}, "parcel_code"),
        ({k: v for k, v in LINE.items() if k != "uscc"}, "uscc"),
        (LINE | {"verdict": "maybe"}, "verdict"),
        (LINE | {"relation": "RENT"}, "relation"),
        (LINE | {"area_m2": "much"}, "area_m2"),
        (LINE | {"area_m2": -1}, "area_m2"),
        (LINE | {"area_m2": [1]}, "area_m2"),
        (LINE | {"area_m2": True}, "area_m2"),
        (LINE | {"area_m2": 10**400}, "area_m2"),
        ('{"parcel_code":"P","uscc":"U","verdict":"same","area_m2":NaN}', "area_m2"),
        ('{"parcel_code":"P","uscc":"U","verdict":"same","area_m2":Infinity}', "area_m2"),
    ],
)
def test_a_line_that_cannot_be_used_is_a_reject_with_its_number(
    tmp_path: Path, line: Any, field: str
) -> None:
    found = read(tmp_path, LINE, "", line)
    assert found.rejects[["file", "row", "field"]].to_numpy().tolist() == [
        ["decisions.jsonl", 3, field]
    ]
    assert found.rejects["reason"].str.len().gt(0).all()
    assert len(found.live) == 1


@pytest.mark.parametrize("area", [None, "", 0, "12.5"])
def test_an_area_may_be_missing_nothing_or_text(tmp_path: Path, area: Any) -> None:
    found = read(tmp_path, LINE | {"area_m2": area})
    assert found.rejects.empty
    wanted = {None: None, "": None, 0: 0.0, "12.5": 12.5}[area]
    got = found.live["area_m2"][0]
    assert pd.isna(got) if wanted is None else got == wanted


def test_a_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.jsonl") as e:
        read_decisions(tmp_path / "gone.jsonl")
    assert e.value.exit_code == 3
    (tmp_path / "gbk.jsonl").write_bytes("不".encode("gb18030"))
    with pytest.raises(DataError, match=r"gbk\.jsonl"):
        read_decisions(tmp_path / "gbk.jsonl")


def test_no_file_is_no_decision() -> None:
    assert no_decisions().live.empty
    assert no_decisions().sha256 == ""


def identity_of(parcels: list[str], codes: pd.DataFrame) -> Identity:
    case = Case(
        parcels=layer("parcels", [{"parcel_code": code} for code in parcels]),
        enterprises=frame("enterprises", []),
    )
    none = pd.DataFrame()
    return Identity(case, none, codes, none)


@pytest.mark.parametrize("written", ["330603-001002-GB-00018", "330603001002gb00018"])
def test_a_decision_follows_the_way_the_case_writes_a_parcel(tmp_path: Path, written: str) -> None:
    found = read(tmp_path, LINE | {"parcel_code": written})
    codes = pd.DataFrame({"written": [], "uscc": []}, dtype="str")
    (code,) = settled_decisions(found, identity_of([written], codes)).live["parcel_code"]
    assert code == written


def test_the_newest_is_told_by_the_moment_and_not_by_its_text(tmp_path: Path) -> None:
    found = read(tmp_path, LINE | {"verdict": "same", "decided_at": "2025-01-01T00:30:00Z"},
                 LINE | {"verdict": "different", "decided_at": "2025-01-01T08:00:00+08:00"})  # fmt: skip
    assert found.live["verdict"].tolist() == ["same"]
    found = read(tmp_path, LINE | {"verdict": "same", "decided_at": "2025/10/1"},
                 LINE | {"verdict": "different", "decided_at": "2025-9-30 23:59"})  # fmt: skip
    assert found.live["verdict"].tolist() == ["same"]


@pytest.mark.parametrize(
    "written",
    ["2025-03-01T09:30:00+08:00", "2025-03-01T01:30Z", "2025-03-01 09:30", "2025/3/1 9:30",
     "2025.3.1T9:30:00", "2025年3月1日 9:30", "2025年3月1日9:30", "20250301T0930"],
)  # fmt: skip
def test_times_are_read_as_people_and_spreadsheets_write_them(written: str) -> None:
    whole = datetime.fromisoformat("2025-03-01T09:30:00+08:00")
    day = datetime.fromisoformat("2025-03-01T00:00:00+08:00")
    assert instant(written) == pytest.approx(instant("2025年3月1日") + (whole - day).seconds)
    assert instant("2025-03-01") == instant("2025/3/1") == instant("2025年3月1日")


def test_what_is_no_time_is_a_reject(tmp_path: Path) -> None:
    found = read(tmp_path, LINE | {"decided_at": "yesterday"}, LINE | {"decided_at": "2025-02-30"})
    assert found.live.empty
    assert found.rejects[["row", "field", "value"]].to_numpy().tolist() == [
        [1, "decided_at", "yesterday"], [2, "decided_at", "2025-02-30"],
    ]  # fmt: skip


def test_a_decision_on_a_broken_code_follows_its_mending(tmp_path: Path) -> None:
    found = read(tmp_path, LINE | {"uscc": "BROKEN", "decided_at": "2025-01-01"},
                 LINE | {"verdict": "different", "decided_at": "2025-02-01"})  # fmt: skip
    codes = pd.DataFrame({"written": ["BROKEN"], "uscc": [LINE["uscc"]], "state": ["repaired"]})
    live = settled_decisions(found, identity_of([LINE["parcel_code"]], codes)).live
    assert live[["uscc", "verdict"]].to_numpy().tolist() == [[LINE["uscc"], "different"]]
