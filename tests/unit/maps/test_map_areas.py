"""Pages of a county: every plot on one, none for a handful from next door."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
from geomujun_maps.areas import split


def _view(rows: list[tuple[str, str, float, float]]) -> Any:
    """Plots by code, 坐落, longitude and latitude."""
    frame = pd.DataFrame(rows, columns=["parcel_code", "location", "x", "y"]).assign(kind="parcel")
    at = np.round(frame[["x", "y"]].to_numpy() * 1e6)
    return cast("Any", SimpleNamespace(plots=frame.drop(columns=["x", "y"]), at=at))


def _town(district: str, name: str, x: float, count: int) -> list[tuple[str, str, float, float]]:
    return [(f"{district}001GB{n:05d}", f"{name}第{n}号", x + n / 1e4, 30.0) for n in range(count)]


def test_a_few_plots_of_the_next_county_stand_on_the_nearest_page() -> None:
    east, west = _town("330603001", "东山街道", 120.5, 30), _town("330603002", "西山镇", 120.0, 30)
    strays = [("330604009001GB00001", "路东侧", 120.49, 30.0), ("330605001001GB1", "", 120.01, 30)]
    pages = split(_view([*east, *strays, *west]), 100)
    assert {p.name: len(p.rows) for p in pages} == {"东山街道": 31, "西山镇": 31}
    assert 30 in next(p.rows for p in pages if p.name == "东山街道")
    assert sorted(row for p in pages for row in p.rows) == list(range(62))


def test_a_district_of_some_size_keeps_its_page_without_a_towns_name() -> None:
    rows = [*_town("330603001", "东山街道", 120.5, 30), *_town("330604009", "路东", 120.4, 20)]
    pages = split(_view(rows), 100)
    assert [(p.name, len(p.rows)) for p in pages] == [("东山街道", 30), ("地籍区 330604009", 20)]


def test_a_handful_of_plots_and_nothing_else_have_a_page_of_their_own() -> None:
    pages = split(_view(_town("330603001", "路东", 120.5, 3)), 2)
    assert sorted(row for p in pages for row in p.rows) == [0, 1, 2]
    assert all(p.name.startswith("地籍区 330603001") for p in pages)
