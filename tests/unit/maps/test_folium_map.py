"""map.html as a file: self-contained, safe, repeatable, split when a county is large."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from geomujun_maps.folium_map import MAX_BYTES, write_map
from geomujun_maps.page import script_json
from geomujun_maps.payload import encode
from result_builder import county_result, empty_result, masked_sample, sample_result, with_name

from geomujun.domain.legend import GRADES, legend
from geomujun.errors import UsageError
from geomujun.export.masking import masked
from geomujun.lang import get_lang

EVIL = "</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}"


def _data(path: Path) -> dict[str, Any]:
    found = re.findall(
        r'<script type="application/json" id="geomujun-data">(.*?)</script>',
        path.read_text("utf-8"),
        re.DOTALL,
    )
    assert len(found) == 1
    data: dict[str, Any] = json.loads(found[0])
    return data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    assert write_map(masked_sample(), path) == [path]
    return path


def test_the_page_names_no_outside_address(page: Path) -> None:
    text = page.read_text("utf-8")
    assert set(re.findall(r"https?://[^\"'\s)<>]*", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.findall(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=", text)
    assert not re.findall(
        r"url\((?!data:|#|['\"]?\" *\+|#hatch)[^)]*\)", text.replace('"url(#hatch-"', "")
    )
    assert "@import" not in text
    assert "sourceMappingURL" not in text


def test_a_policy_forbids_all_loading_and_foreign_scripts(page: Path) -> None:
    policy = re.search(
        r'http-equiv="Content-Security-Policy" content="([^"]+)"', page.read_text("utf-8")
    )
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy[1].split("style-src")[0]
    assert "img-src data:" in policy[1]


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    uscc = sample_result().case.enterprises["uscc"].iloc[0]
    path = tmp_path / "map.html"
    write_map(masked(with_name(replace(sample_result(), title=EVIL), uscc, EVIL)), path)
    text = path.read_text("utf-8")
    assert "<img src=x" not in text
    assert "49" not in re.findall(r"<title>(.*?)</title>", text)[0]
    assert EVIL in _data(path)["firms"]["name"]


def test_json_in_a_script_holds_no_tag_and_reads_back() -> None:
    value = {"a": "</script><!--", "b": "\u2028"}
    assert "<" not in script_json(value)
    assert json.loads(script_json(value)) == value


def test_every_plot_has_its_grades_bucket_users_and_reasons(page: Path) -> None:
    data = _data(page)
    plots, firms = data["plots"], data["firms"]
    truth = sample_result().tables
    at = {code: n for n, code in enumerate(plots["code"])}
    assert len(at) == len(sample_result().case.parcels) + 4
    grades = dict(
        zip(
            truth["parcel_evaluation"]["parcel_code"],
            truth["parcel_evaluation"]["grade"].fillna(""),
            strict=True,
        )
    )
    for code, n in at.items():
        assert GRADES[plots["pg"][n]] == grades.get(code, "")
    buckets = list(legend().parcel_buckets)
    for row in truth["parcel_reconciliation"].itertuples():
        assert buckets[plots["bucket"][at[row.parcel_code]]] == row.bucket
    links = truth["links"].query("band == 'auto' and relation != 'REGISTERED_ONLY'")
    for code, part in links.groupby("parcel_code"):
        users = plots["users"][at[code]]
        assert sorted(firms["uscc"][u[0]] for u in users) == sorted(part["uscc"])
        assert all(u[6] for u in users)
    assert sum(len(x) for x in plots["review"]) == (truth["links"]["band"] == "review").sum()


def test_the_sums_tell_parcels_from_patches(page: Path, tmp_path: Path) -> None:
    """The tables count parcels only, and must be seen to agree."""
    parcels = len(sample_result().case.parcels)
    whole, patches, *_ = _data(page)["meta"]["totals"]
    assert whole.startswith(f"共 {parcels + 4} 宗，")
    assert patches.startswith("其中无证图斑 4 块，")
    write_map(masked(empty_result()), tmp_path / "map.html")
    assert not [x for x in _data(tmp_path / "map.html")["meta"]["totals"] if "图斑" in x]


def test_coordinates_decode_to_the_parcels_within_a_millionth_of_a_degree(page: Path) -> None:
    plots = _data(page)["plots"]
    shapes = sample_result().case.parcels.set_index("parcel_code").geometry
    for code, parts in zip(plots["code"], plots["geom"], strict=True):
        if code not in shapes:
            continue
        ring = np.cumsum(np.array(parts[0][0]).reshape(-1, 2), axis=0) / 1e6
        want = np.array(shapes[code].exterior.coords)[:-1]
        assert np.abs(ring - want).max() <= 0.5001e-6


def test_holes_and_parts_survive_encoding() -> None:
    hole = shapely.Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2)]])
    both = shapely.MultiPolygon([hole, shapely.box(5, 5, 6, 6)])
    got = encode(np.array([shapely.box(0, 0, 1, 1), both, shapely.Polygon()], dtype=object))
    assert [[len(p) for p in shape] for shape in got] == [[1], [2, 1], []]
    assert got[1][0][1] == [1_000_000, 1_000_000, 1_000_000, 0, 0, 1_000_000]


def test_an_unmasked_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="脱敏"):
        write_map(sample_result(), tmp_path / "map.html")


def test_no_person_of_the_register_is_in_the_page(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "何强涛" in set(sample_result().case.parcels["holder_names"].str.split("、").explode())
    assert "何强涛" not in text


def test_the_same_result_gives_the_same_bytes(page: Path, tmp_path: Path) -> None:
    turned = {k: v.iloc[::-1] for k, v in masked_sample().tables.items()}
    write_map(replace(masked_sample(), tables=turned), tmp_path / "map.html")
    assert (tmp_path / "map.html").read_bytes() == page.read_bytes()


def test_english_is_spoken_when_asked(tmp_path: Path) -> None:
    write_map(replace(masked_sample(), lang="en"), tmp_path / "map.html")
    data = _data(tmp_path / "map.html")
    assert data["ui"]["internal"] == "INTERNAL"
    assert data["modes"][0]["label"] == "Parcel grade"
    assert get_lang() == "zh"


def test_a_run_with_nothing_in_it_still_makes_a_page(tmp_path: Path) -> None:
    write_map(masked(empty_result()), tmp_path / "map.html")
    assert _data(tmp_path / "map.html")["plots"]["code"] == []


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], float]:
    path = tmp_path_factory.mktemp("county") / "map.html"
    result = masked(county_result(12_000))
    start = time.process_time()
    files = write_map(result, path)
    return path, files, time.process_time() - start


def test_a_county_becomes_an_index_and_a_page_per_street(
    county: tuple[Path, list[Path], float],
) -> None:
    path, files, _ = county
    index = _data(path)
    assert files[0] == path
    assert sorted(p["href"] for p in index["pages"]) == sorted(f"map/{f.name}" for f in files[1:])
    assert all(f.stat().st_size <= MAX_BYTES for f in files)
    codes = [code for f in files[1:] for code in _data(f)["plots"]["code"]]
    assert (
        len(codes)
        == len(set(codes))
        == index["total"]["count"][0] + sum(index["total"]["count"][1:])
    )
    assert len(codes) >= 12_000
    assert {p["name"] for p in index["pages"]} >= {"东山街道", "西山街道"}


def test_the_countys_search_leads_to_the_page_that_has_the_plot(
    county: tuple[Path, list[Path], float],
) -> None:
    path, _, _ = county
    index = _data(path)
    firm = next(e for e in index["index"] if e[3] >= 0 and len(e[1]) >= 18)
    data = _data(path.parent / index["pages"][firm[3]]["href"])
    assert firm[4] in data["plots"]["code"]
    assert firm[0] in data["firms"]["name"]
    assert data["meta"]["back"] == "../map.html"


def test_the_cells_of_the_overview_add_up_to_the_county(
    county: tuple[Path, list[Path], float],
) -> None:
    index = _data(county[0])
    count = np.sum([c["count"] for c in index["cells"]], axis=0)
    assert count.tolist() == index["total"]["count"]
    mu = np.sum([c["mu"] for c in index["cells"]], axis=0)
    assert mu == pytest.approx(index["total"]["mu"], rel=1e-4)


def test_twelve_thousand_parcels_take_few_seconds(county: tuple[Path, list[Path], float]) -> None:
    assert county[2] <= 6


def test_without_a_town_in_any_location_the_districts_code_names_the_area(tmp_path: Path) -> None:
    result = masked_sample()
    parcels = result.case.parcels.assign(location="路东侧")
    write_map(
        replace(result, case=result.case.with_tables(parcels=parcels)),
        tmp_path / "map.html",
        max_plots=150,
    )
    pages = _data(tmp_path / "map.html")["pages"]
    assert all(p["name"].startswith("地籍区 330603001") for p in pages)
    assert all(p["plots"] <= 150 for p in pages)
    assert sum(p["plots"] for p in pages) == len(parcels) + 4
