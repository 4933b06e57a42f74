"""sample-town is read whole: every row accounted for, every oddity of its files told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from geomujun.geo.area import ellipsoid_area_m2
from geomujun.intake.reader import Intake, as_dict, read_case
from geomujun.intake.verdict import verdict_lines

CASE = Path(__file__).parents[2] / "cases" / "sample-town" / "case"
ROWS = {
    "parcels.shp": 401,
    "enterprises.csv": 350,
    "leases.xlsx": 93,
    "indicators.csv": 598,
    "patches.shp": 340,
    "buildings.parquet": 440,
    "parks.shp": 2,
    "flags.parquet": 10,
    "supply.xlsx": 16,
    "addresses.csv": 174,
}


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_case(CASE)


def test_every_row_of_every_file_is_kept(intake: Intake) -> None:
    assert {v.file: v.rows_in for v in intake.files} == ROWS
    assert all(v.rows_kept == v.rows_in and v.rows_rejected == 0 for v in intake.files)
    assert not intake.faults


def test_encodings_and_systems_are_told(intake: Intake) -> None:
    by_file = {v.file: v for v in intake.files}
    assert {f for f, v in by_file.items() if v.encoding == "GB18030"} == {
        "parcels.shp", "patches.shp", "parks.shp", "enterprises.csv", "addresses.csv",
    }  # fmt: skip
    assert {f: v.crs for f, v in by_file.items() if v.crs} == {
        "parcels.shp": "EPSG:4528",
        "patches.shp": "EPSG:4528",
        "parks.shp": "EPSG:4549",
        "buildings.parquet": "EPSG:4490",
    }


def test_drawn_areas_agree_with_registered_ones(intake: Intake) -> None:
    layer = intake.case.parcels
    ratio = ellipsoid_area_m2(layer["geometry"].to_numpy()) / layer["area_m2"]
    assert ratio.median() == pytest.approx(1, abs=0.01)


def test_swapped_points_are_listed_and_nothing_else(intake: Intake) -> None:
    assert intake.rejects["file"].unique().tolist() == ["enterprises.csv"]
    assert intake.rejects["reason"].unique().tolist() == ["值已置空：经度与纬度疑似颠倒"]
    assert len(intake.rejects) == 4


def test_values_agree_with_a_plain_reading_of_the_csv(intake: Intake) -> None:
    plain = pd.read_csv(CASE / "indicators.csv", dtype={"统一社会信用代码": "str"})
    table = intake.case.indicators
    assert table["uscc"].tolist() == plain["统一社会信用代码"].tolist()
    for name, header in (
        ("tax_wan_yuan", "税收"),
        ("energy_tce", "综合能耗"),
        ("employees", "年平均职工人数"),
    ):
        pd.testing.assert_series_equal(
            table[name], plain[header].astype("float64"), check_names=False
        )


def test_digests_are_those_of_the_files(intake: Intake) -> None:
    by_file = {v.file: v for v in intake.files}
    data = (CASE / "leases.xlsx").read_bytes()
    assert by_file["leases.xlsx"].sha256 == hashlib.sha256(data).hexdigest()
    assert (
        by_file["parcels.shp"].parts["parcels.dbf"]
        == hashlib.sha256((CASE / "parcels.dbf").read_bytes()).hexdigest()
    )


def test_the_verdicts_are_plain_json_and_plain_lines(intake: Intake) -> None:
    text = json.dumps(as_dict(intake), ensure_ascii=False)
    assert json.loads(text)["files"][0]["file"] == "addresses.csv"
    for v in intake.files:
        assert "可用" in verdict_lines(v)[0]


def test_reading_twice_gives_the_same(intake: Intake) -> None:
    again = read_case(CASE)
    assert as_dict(again) == as_dict(intake)
    for name in ("parcels", "enterprises", "leases", "patches", "buildings"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(again.case, name)), pd.DataFrame(getattr(intake.case, name))
        )
