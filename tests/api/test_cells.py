"""Cells of low zooms follow the legend: classes left out, marks asked for, divisions, the public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
GROUPS = ("grade_state", "enterprise_grade", "bucket", "tax_class", "tax_band")


def cells(api: TestClient, header: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = api.get("/v1/summary/cells", params={"edition": 1, "zoom": 9, **query}, headers=header)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["more"] is False
    found: list[dict[str, Any]] = told["cells"]
    return found


def sums(found: list[dict[str, Any]]) -> dict[str, float]:
    out: dict[str, float] = {}
    for cell in found:
        for name, m2 in cell["m2"].items():
            out[name] = out.get(name, 0) + m2
    return out


def expected(town: Target, where: str = "true") -> dict[str, float]:
    with connect(town, "app") as connection:
        rows = connection.execute(
            "SELECT bucket, sum(area_m2)::float8 FROM pub.plots"  # noqa: S608 - fixed conditions
            f" WHERE edition = 1 AND geom IS NOT NULL AND {where} GROUP BY 1"
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize("group", GROUPS)
def test_classes_of_all_cells_add_up_to_the_plots(
    town: Target, api: TestClient, sign: Sign, group: str
) -> None:
    found = cells(api, sign(), by=group)
    whole = sum(expected(town).values())
    assert sum(sums(found).values()) == pytest.approx(whole, abs=len(found) * 5)


def test_a_filter_leaves_the_plots_of_the_legend(town: Target, api: TestClient, sign: Sign) -> None:
    own = sign()
    every = expected(town)
    gone = sorted(every)[:2]
    left = sums(cells(api, own, by="bucket", hide=",".join(gone)))
    assert set(left) == set(every) - set(gone)
    for name, m2 in left.items():
        assert m2 == pytest.approx(every[name], abs=50)
    marked = sums(cells(api, own, by="bucket", only="low_efficiency,findings"))
    wanted = expected(town, "low_efficiency AND findings > 0")
    assert marked == pytest.approx(wanted, abs=50)
    assert marked
    graded = sums(cells(api, own, by="grade_state", hide="-,none"))
    assert graded
    assert set(graded) <= set("ABCD")


def test_a_cell_holds_the_middles_of_its_plots(town: Target, api: TestClient, sign: Sign) -> None:
    found = cells(api, sign(), by="bucket", zoom=11)
    with connect(town, "app") as connection:
        for cell in found[:20]:
            n = 2**16 / 40075016.685578488
            row = connection.execute(
                "WITH at AS (SELECT ST_Transform(ST_SetSRID(ST_Point(%(x)s, %(y)s), 4326), 3857) AS g)"
                " SELECT sum(area_m2)::float8 FROM pub.plots, at WHERE edition = 1"
                " AND abs(ST_X(ST_Centroid(geom_3857)) - ST_X(g)) * %(n)s < 0.5"
                " AND abs(ST_Y(ST_Centroid(geom_3857)) - ST_Y(g)) * %(n)s < 0.5",
                {"x": cell["at"][0], "y": cell["at"][1], "n": n},
            ).fetchone()
            assert row
            assert sum(cell["m2"].values()) == pytest.approx(row[0], abs=10)


def test_cells_keep_to_the_view_and_the_readers_divisions(api: TestClient, sign: Sign) -> None:
    every = cells(api, sign(), by="bucket", zoom=11)
    x, y = every[0]["at"]
    near = cells(api, sign(), by="bucket", zoom=11,
                 bbox=f"{x - 0.01},{y - 0.01},{x + 0.01},{y + 0.01}")  # fmt: skip
    assert 0 < len(near) < len(every)
    assert cells(api, sign("viewer", ("99",)), by="bucket") == []


def test_the_public_and_wrong_questions_are_refused(api: TestClient, sign: Sign) -> None:
    url = "/v1/summary/cells"
    assert api.get(url, params={"zoom": 9, "by": "bucket"}).status_code == 401
    for wrong in ({"by": "holder"}, {"zoom": 14}, {"only": "a;b"}, {"bbox": "1,2,3"}):
        asked = {"zoom": 9, "by": "bucket"} | wrong
        assert api.get(url, params=asked, headers=sign()).status_code == 422
