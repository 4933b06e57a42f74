"""Doubles: what stays does not depend on the order of the rows."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import intake_files as files
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomujun.intake.reader import examine

USCC = files.USCC


def read(folder: Path, order: tuple[int, ...], rows: list[dict[str, object]]):
    """Parcels in a given order; each row may name the square it is drawn as."""
    files.sound_case(folder)
    shapes = files.squares()
    chosen = [rows[i] for i in order]
    text = files.features(
        [shapely.geometry.mapping(shapes[r.get("square", 0)]) for r in chosen],
        **{
            k: [r.get(k, "") for r in chosen]
            for k in ("ZDDM", "ZDMJ", "QLRMC", "ZJH", "QLBL", "ZL")
        },
    )
    (folder / "parcels.geojson").write_text(text, encoding="utf-8")
    return examine(folder)


ROWS = [
    {"ZDDM": "330603001001GB00001", "ZDMJ": 10000, "QLRMC": "乙公司", "ZJH": "B", "QLBL": "40%"},
    {"ZDDM": "330603 001 001 GB00001", "ZDMJ": 10000, "QLRMC": "甲公司", "ZJH": "A", "QLBL": "60%"},
    {"ZDDM": "330603001001GB00002", "ZDMJ": 500, "QLRMC": "丙公司", "square": 1},
    {"ZDDM": "330603001001GB00002", "ZDMJ": 900, "QLRMC": "丙公司", "ZL": "路", "square": 2},
    {"ZDDM": "330603001001GB00003", "ZDMJ": 700, "QLRMC": "丁公司", "square": 3},
    {"ZDDM": "330603001001GB00003", "ZDMJ": 700, "QLRMC": "丁公司", "square": 3},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(6)))[::37])
def test_holders_of_one_parcel_are_merged_and_conflicts_keep_the_fullest(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    intake = read(tmp_path, order, ROWS)
    layer = intake.case.parcels.sort_values("area_m2").reset_index(drop=True)
    assert layer["area_m2"].tolist() == [700, 900, 10000]
    assert layer["holder_names"].tolist() == ["丁公司", "丙公司", "乙公司、甲公司"]
    assert layer["holder_ids"].tolist()[2] == "B、A"
    assert layer["holder_shares"].tolist()[2] == "40%、60%"
    assert sorted(intake.rejects["reason"]) == sorted(
        [
            "同一宗地的另一权利人行，已并入一行",
            "主键重复而内容不同，保留内容最全的一行",
            "与另一行完全相同",
        ]
    )
    verdict = next(v for v in intake.files if v.stem == "parcels")
    assert (verdict.rows_in, verdict.rows_kept, verdict.rows_rejected) == (6, 3, 3)


def test_polygons_that_start_elsewhere_are_the_same_shape(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    shape = files.squares()[0]
    ring = list(shape.exterior.coords)[:-1]
    turned = shapely.Polygon(ring[2:] + ring[:2])
    text = files.features(
        [shapely.geometry.mapping(shape), shapely.geometry.mapping(turned)],
        ZDDM=[files.CODES[0]] * 2,
        ZDMJ=[1e4] * 2,
        QLRMC=["甲", "乙"],
    )
    (tmp_path / "parcels.geojson").write_text(text, encoding="utf-8")
    layer = examine(tmp_path).case.parcels
    assert [sorted(names.split("、")) for names in layer["holder_names"]] == [sorted("甲乙")]


def test_figures_of_several_sources_stay_side_by_side(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    frame = pd.DataFrame(
        {
            "统一社会信用代码": [USCC[0]] * 3,
            "年度": [2024] * 3,
            "税收": [5, 6, 6],
            "来源": ["税务", "统计", "统计"],
        }
    )
    frame.to_csv(tmp_path / "indicators.csv", index=False)
    intake = examine(tmp_path)
    assert sorted(intake.case.indicators["source"]) == ["税务", "统计"]
    assert intake.rejects["reason"].tolist() == ["与另一行完全相同"]


def test_enterprises_with_one_code_are_left_to_identity(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    files.enterprises(统一社会信用代码=[USCC[0]] * 4).to_csv(
        tmp_path / "enterprises.csv", index=False
    )
    assert len(examine(tmp_path).case.enterprises) == 4


def test_one_contract_over_two_parcels_is_two_rows(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    frame = pd.DataFrame({"合同编号": ["A", "A", "A"], "宗地代码": ["x", "y", "y"]})
    frame.to_csv(tmp_path / "leases.csv", index=False)
    assert examine(tmp_path).case.leases["parcel_code"].tolist() == ["x", "y"]


cells = st.sampled_from(["", "1", "-5", "abc", "９", "1e400", "12,000", "无", "3亩"])
codes = st.sampled_from(["", "a1", "A 1", "b2", "c3"])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(codes, cells, st.integers(0, 3)), min_size=1, max_size=9),
    seed=st.randoms(),
)
def test_rows_in_are_rows_kept_and_rejected_whatever_the_order(
    tmp_path: Path, rows: list[tuple[str, str, int]], seed
) -> None:
    table = [{"ZDDM": c, "ZDMJ": a, "QLRMC": "甲", "square": s} for c, a, s in rows]
    order = list(range(len(table)))
    first = read(tmp_path, tuple(order), table)
    seed.shuffle(order)
    second = read(tmp_path, tuple(order), table)

    def content(intake) -> list[str]:
        layer = intake.case.parcels.drop(columns=["row", "geometry", "parcel_code"])
        return sorted(
            json.dumps(r, default=str, ensure_ascii=False) for r in layer.to_dict("records")
        )

    assert content(first) == content(second)
    for intake in (first, second):
        verdict = next(v for v in intake.files if v.stem == "parcels")
        assert verdict.rows_in == len(rows) == verdict.rows_kept + verdict.rows_rejected
        gone = intake.rejects[~intake.rejects["reason"].str.startswith("值已置空")]
        assert gone["row"].nunique() == verdict.rows_rejected
        assert not set(gone["row"]) & set(intake.case.parcels["row"])
