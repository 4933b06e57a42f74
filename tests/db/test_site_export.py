"""`export site`: what the locality publishes and nothing else, whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib import resources
from pathlib import Path

import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles

from geomujun.errors import DataError, UsageError
from geomujun.pipeline.publish import advance
from geomujun.pipeline.site import SiteAsked, export_site, odd_approval
from geomujun.policy import locality as localities
from geomujun.storage.target import Target, connect

PAGE = resources.files("geomujun_maps") / "site"
NAMED = """
id: t
title: t
sources: {a: {title: a}}
publication:
  columns: [firms.uscc, firms.name, firms.grade, firms.occupied_mu, plots.parcel_code,
            plots.parcel_grade, links.uscc, links.parcel_code, links.band]
  fewest: 30
  source: a
"""


@pytest.fixture
def published(town: Target) -> Target:
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester", "")
    return town


def data(out: Path, name: str) -> dict[str, list[object]]:
    return json.loads((out / "data" / f"{name}.json").read_text("utf-8"))


def test_the_files_hold_what_is_public_and_no_more(published: Target, tmp_path: Path) -> None:
    out = tmp_path / "site"
    made = export_site(published, SiteAsked(out, "浙S(2024)12号", "tester"),
                       localities.load("zhejiang"), PAGE)  # fmt: skip
    plots, firms = data(out, "plots"), data(out, "firms")
    assert set(plots) == {"parcel_code", "parcel_grade", "enterprise_grade", "at"}
    assert set(firms) == {"uscc", "name", "grade"}, "no land, no links: they are not published"
    assert made.plots == len(plots["parcel_code"]) > 400
    about = data(out, "about")
    assert about["approval"] == "浙S(2024)12号"
    run = json.loads((out / "run.json").read_text("utf-8"))
    for path, digest in run["files"].items():
        assert hashlib.sha256((out / path).read_bytes()).hexdigest() == digest
    with connect(published) as connection:
        row = connection.execute(
            "SELECT actor, action, subject FROM audit.log ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert row == ("tester", "export site", "1")


def test_tiles_carry_public_attributes_only(published: Target, tmp_path: Path) -> None:
    out = tmp_path / "site"
    export_site(published, SiteAsked(out, "", "tester"), localities.load("zhejiang"), PAGE)
    with (out / "data" / "land.pmtiles").open("rb") as file:
        tiles = {place: gzip.decompress(body) for place, body in all_tiles(MmapSource(file))}
        header = Reader(MmapSource(file)).header()
    assert header["max_zoom"] == 14
    near = b"".join(body for (z, _, _), body in tiles.items() if z == 14)
    assert b"parcel_code" in near
    assert b"parcel_grade" in near
    for hidden in (b"tax_class", b"flags", b"bucket", b"holder"):
        assert hidden not in b"".join(tiles.values()), hidden


def test_cells_of_few_firms_are_withheld_and_links_lead_to_plots(
    published: Target, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    made = export_site(published, SiteAsked(out, "", "tester"), localities.load(NAMED), PAGE)
    grades, firms = data(out, "grades"), data(out, "firms")
    counts = dict(zip(grades["grade"], grades["firms"], strict=True))
    assert made.withheld == sum(v is None for v in counts.values()) >= 2
    assert all(v is None or v >= 30 for v in counts.values())
    assert all((n is None) == (m is None) for n, m in
               zip(grades["firms"], grades["mu"], strict=True))  # fmt: skip
    codes = set(data(out, "plots")["parcel_code"])
    linked = [set(p) for p in firms["plots"] if p]
    assert linked
    assert set().union(*linked) <= codes


def test_the_same_edition_gives_the_same_bytes(published: Target, tmp_path: Path) -> None:
    asked = [SiteAsked(tmp_path / name, "", "tester") for name in ("a", "b")]
    made = [export_site(published, one, localities.load("zhejiang"), PAGE) for one in asked]
    assert made[0].files == made[1].files


def test_nothing_is_written_where_nothing_is_published(town: Target, tmp_path: Path) -> None:
    out = tmp_path / "site"
    with pytest.raises(DataError, match="没有已发布"):
        export_site(town, SiteAsked(out, "", "t"), localities.load("zhejiang"), PAGE)
    with pytest.raises(DataError, match="第 1 号"):
        export_site(town, SiteAsked(out, "", "t", 1), localities.load("zhejiang"), PAGE)
    with pytest.raises(UsageError, match="没有公布"):
        export_site(town, SiteAsked(out, "", "t"), localities.load("default"), PAGE)
    assert not out.exists()


def test_a_folder_of_somebody_else_is_left_alone(published: Target, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="别的内容"):
        export_site(published, SiteAsked(tmp_path, "", "t"), localities.load("zhejiang"), PAGE)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("number", ["GS京(2023)1234号", "浙S(2024)12号", "浙杭S〔2024〕3号"])
def test_approval_numbers_are_known(number: str) -> None:
    assert not odd_approval(number)
    assert odd_approval(number[:-3])
