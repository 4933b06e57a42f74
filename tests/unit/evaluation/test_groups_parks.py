"""Evaluation by industry and place, and what stands in a park."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from evaluation_small import MU, YEAR, Town, table
from shapely.geometry import box

from geomujun.evaluation import engine, groups, parks
from geomujun.policy import schemes, targets
from geomujun.policy.targets import Target

ZHEJIANG = schemes.load("zhejiang-2022", YEAR)


def layer(name: str, rows: list[dict[str, object]], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table(name, rows), geometry=gpd.GeoSeries(shapes, crs="EPSG:4490"))


def two_places() -> Town:
    town = Town()
    code = ("330603001002GB00001", "330603001003GB00002", "330302004001GB00003")
    for n, (industry, division) in enumerate(
        (("C1751", "330603"), ("1761", "330603"), ("C3823", "330302"))
    ):
        town.firm(f"F{n}", industry=industry, division=division)
        town.report(f"F{n}", tax_wan_yuan=100.0 * (n + 1), value_added_wan_yuan=50.0)
        town.use(f"F{n}", code[n], 10, 10)
    rows = [{"parcel_code": c, "location": f"绍兴市柯桥区{w}"} for c, w in
            zip(code, ("钱清街道一号", "钱清街道二号", "杨汛桥镇三号"), strict=True)]  # fmt: skip
    town.extra = {"parcels": layer("parcels", rows, [box(n, 0, n + 1, 1) for n in range(3)])}
    return town


def grouped(given: tuple[Target, ...] = ()) -> pd.DataFrame:
    town = two_places()
    found = engine.evaluate(town.case, town.book, ZHEJIANG, YEAR)
    return groups.evaluate(town.case, found, ZHEJIANG, given).set_index(["kind", "id"])


def test_a_group_is_the_sum_of_its_units() -> None:
    made = grouped()
    assert made.loc[("industry", "17"), "tax_per_mu"] == pytest.approx(300 / 20)
    assert made.loc[("industry", "38"), "tax_per_mu"] == pytest.approx(30)
    assert made.loc[("industry", "17"), ["name", "units"]].to_list() == ["纺织业", 2]
    assert made.loc[("county", "330603"), "tax_wan_yuan"] == pytest.approx(300)
    assert made.loc[("city", "3303"), "name"] == "温州市"
    town = made.loc[("town", "330603001")]
    assert (town["name"], town["units"]) == ("钱清街道", 2)


def test_the_whole_cohort_has_a_hundred_points_and_groups_are_ranked() -> None:
    made = grouped()
    industry = made.loc["industry"]
    share = industry["tax_per_mu"] * industry["area_mu"]
    assert share.sum() / industry["area_mu"].sum() == pytest.approx(20)
    assert industry.loc["38", "tax_per_mu_score"] == pytest.approx(30 / 20 * 30)
    assert industry.loc["38", "rank"] == 1
    assert industry.loc["17", "rank"] == 2
    grades = industry[["a", "b", "c", "d"]].to_numpy().sum()
    assert grades == industry["units"].sum() == 3


def test_the_target_of_a_city_stands_beside() -> None:
    made = grouped(targets.load())
    shaoxing, wenzhou = made.loc[("city", "3306")], made.loc[("city", "3303")]
    assert (shaoxing["target"], shaoxing["target_year"]) == (21, 2022)
    assert shaoxing["target_ratio"] == pytest.approx(15 / 21)
    assert wenzhou["target_ratio"] == pytest.approx(30 / 39)
    assert made.loc["industry"]["target"].isna().all()


def test_the_eleven_targets_are_those_of_the_document() -> None:
    found = {t.division: t.value for t in targets.load()}
    assert len(found) == 11
    assert sum(found.values()) == 57 + 52 + 39 + 34 + 31 + 21 + 17 + 18 + 30 + 25 + 20


def test_without_firms_there_are_no_groups() -> None:
    town = two_places()
    region = schemes.load("xian-2022-park", YEAR)
    found = engine.evaluate(town.case, town.book, region, YEAR)
    assert groups.evaluate(town.case, found, region).empty


def park_town() -> Town:
    """A 小微园 with a let parcel and one of its own; a parcel outside."""
    town = Town()
    for uscc in ("OWNER", "T1", "T2", "SELF"):
        town.firm(uscc)
    for uscc in ("T1", "T2", "SELF"):
        town.report(uscc, tax_wan_yuan=1.0)
    codes = [f"330603001001GB0000{n}" for n in range(3)]
    for uscc, code, mu in (("OWNER", codes[0], 4), ("T1", codes[0], 3), ("T2", codes[0], 3),
                           ("SELF", codes[1], 10)):  # fmt: skip
        town.use(uscc, code, mu, 10)
    for row, relation in zip(town.links, ("OWN", "LEASE", "LEASE", "OWN"), strict=True):
        row["relation"] = relation
    rows: list[dict[str, object]] = [{"parcel_code": c, "area_m2": 10 * MU} for c in codes]
    shapes = [box(120 + n, 30, 120.01 + n, 30.01) for n in range(3)]
    buildings: list[dict[str, object]] = [
        {"parcel_code": c, "floor_area_m2": f} for c, f in zip(codes, (8000, 2000, 9), strict=True)
    ]
    town.extra = {
        "parcels": layer("parcels", rows, shapes),
        "buildings": layer("buildings", buildings, shapes),
        "parks": layer(
            "parks",
            [{"name": "某某小微企业园", "code": "X1", "level": "四星级"},
             {"name": "某某特色小镇", "code": "T1", "level": "省级"}],
            [box(119.9, 29.9, 121.1, 30.1), box(110, 10, 111, 11)],
        ),
    }  # fmt: skip
    return town


def test_floor_ratio_and_vacancy_of_workshops() -> None:
    town = park_town()
    links = pd.DataFrame(town.links).astype({"counted": bool})
    firms = engine.evaluate(town.case, town.book, ZHEJIANG, YEAR).base.firms
    made = parks.built(town.case, links, firms)
    assert made.loc[0, "floor_area_ratio"] == pytest.approx(10_000 / (20 * MU))
    assert made.loc[0, "workshop_m2"] == 8000
    # Tenants have 6 of 10 mu; the owner reports no figures: its floor stands empty.
    assert made.loc[0, "workshop_vacancy"] == pytest.approx(0.4)
    assert np.isnan(made.loc[1, "floor_area_ratio"])
    told = parks.built(town.case, links.assign(claim_floor_m2=[np.nan, 5000, 3500, 1]), firms)
    assert told.loc[0, "workshop_vacancy"] == 0  # no more than there is


def test_kinds_of_park_stand_in_the_region_table() -> None:
    town = park_town()
    found = engine.evaluate(town.case, town.book, ZHEJIANG, YEAR)
    made = found.region_evaluation.set_index("id")
    assert made.loc["X1", "park_kind"] == "small_firm_park"
    assert made.loc["T1", "park_kind"] == "characteristic_town"
    assert (made["kind"] == "park").all()
    assert made.loc["X1", "floor_area_ratio"] == pytest.approx(10_000 / (20 * MU))
    plain = pd.Series(["国家级"])
    assert parks.kind_of(plain, pd.Series(["经济技术开发区"])).tolist() == ["development_zone"]
