"""result.gpkg opens as a GeoPackage, styled, with the same tables."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from result_builder import masked_sample, sample_result

from geomujun.domain.legend import legend
from geomujun.export import geopackage
from geomujun.export.frames import OUTPUTS, ordered
from geomujun.export.masking import is_person


@pytest.fixture(scope="module")
def gpkg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "result.gpkg"
    geopackage.write(masked_sample(), path)
    return path


def test_layers_are_in_cgcs2000_and_cover_every_parcel(gpkg: Path) -> None:
    parcels = gpd.read_file(gpkg, layer="parcels")
    assert parcels.crs.to_epsg() == 4490
    result = sample_result()
    assert set(result.case.parcels["parcel_code"]) <= set(parcels["parcel_code"])
    assert parcels.geometry.is_valid.all()
    lon, lat = parcels.total_bounds[:2]
    assert 119 < lon < 121
    assert 29 < lat < 31


def test_a_parcel_carries_both_grades_users_areas_and_why(gpkg: Path) -> None:
    parcels = gpd.read_file(gpkg, layer="parcels").set_index("parcel_code")
    row = parcels.loc["330603001001GB00022"]
    truth = sample_result().tables
    grades = truth["parcel_evaluation"].set_index("parcel_code")["grade"]
    assert row["parcel_grade"] == grades["330603001001GB00022"]
    assert row["users"] >= 2
    assert row["main_name"] in row["user_names"]
    firm = truth["enterprise_evaluation"].set_index("uscc")["grade"]
    assert row["enterprise_grade"] == firm[row["main_uscc"]]
    assert row["low_efficiency"] == 1
    assert row["low_rules"] == "LOW_FAR_OLD"
    assert row["evidence"]


def test_land_without_certificate_is_a_plot_too(gpkg: Path) -> None:
    parcels = gpd.read_file(gpkg, layer="parcels").set_index("parcel_code")
    assert parcels.loc["330603000900000000", "kind"] == "patch"
    assert parcels.loc["330603000900000000", "geometry"].area > 0


def test_no_person_stands_in_a_layer(gpkg: Path) -> None:
    holders = (
        gpd.read_file(gpkg, layer="parcels")["holder"].fillna("").str.split("[、；;,，]").explode()
    )
    assert not [h for h in holders if is_person(h) and "*" not in h]


def test_firms_are_points_and_links_are_lines_to_them(gpkg: Path) -> None:
    firms = gpd.read_file(gpkg, layer="enterprises").set_index("uscc")
    assert set(firms["point_from"].fillna("")) == {"reported", "parcel", ""}
    assert firms.geometry[firms["point_from"] == "reported"].notna().all()
    lines = gpd.read_file(gpkg, layer="link_lines")
    drawn = lines[lines.geometry.notna()]
    assert len(drawn) > 200
    end = drawn.geometry.iloc[0].coords[-1]
    point = firms.loc[drawn.iloc[0]["uscc"], "geometry"]
    assert end == pytest.approx((point.x, point.y))


def test_a_point_in_a_vendors_datum_is_brought_home(gpkg: Path) -> None:
    case = sample_result().case.enterprises.set_index("uscc")
    shifted = case[case["datum"] == "gcj02"].index[0]
    firm = gpd.read_file(gpkg, layer="enterprises").set_index("uscc").loc[shifted]
    assert abs(firm.geometry.x - case.loc[shifted, "longitude"]) > 0.002


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_table_is_an_attribute_table_with_the_csvs_rows(gpkg: Path, name: str) -> None:
    got = pyogrio.read_dataframe(gpkg, layer=name, read_geometry=False)
    want = ordered(masked_sample(), name)
    assert list(got.columns) == list(want.columns)
    assert len(got) == len(want)
    for column in want.columns:
        if want[column].dtype.kind == "f":
            pd.testing.assert_series_equal(
                pd.to_numeric(got[column]).astype("float64"), want[column], check_names=False
            )


def test_dates_are_dates_and_time_stamps_are_the_days(gpkg: Path) -> None:
    with closing(sqlite3.connect(gpkg)) as db:
        types = dict(db.execute("SELECT name, type FROM pragma_table_info('links')"))
        stamps = {r[0] for r in db.execute("SELECT last_change FROM gpkg_contents")}
    assert types["valid_to"] == "DATE"
    assert types["area_m2"] == "REAL"
    assert stamps == {"2024-12-31T00:00:00.000Z"}


def _parsed(qml: str) -> ET.Element:
    return ET.fromstring(qml)  # noqa: S314 - our own text


def _styles(gpkg: Path) -> dict[tuple[str, str], tuple[str, int]]:
    with closing(sqlite3.connect(gpkg)) as db:
        rows = db.execute(
            "SELECT f_table_name, styleName, styleQML, useAsDefault FROM layer_styles"
        )
        return {(r[0], r[1]): (r[2], r[3]) for r in rows}


def test_each_layer_has_one_default_style_that_parses(gpkg: Path) -> None:
    styles = _styles(gpkg)
    layers = ["buildings", "enterprises", "link_lines", "parcels", "parks", "patches"]
    assert sorted(name for (name, _), (_, default) in styles.items() if default) == layers
    for qml, _ in styles.values():
        assert _parsed(qml).tag == "qgis"


def test_parcels_are_categorised_by_grade_in_the_legends_colours_with_hatches(gpkg: Path) -> None:
    root = _parsed(_styles(gpkg)["parcels", "parcel_grade"][0])
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "parcel_grade"
    symbols = {s.get("name"): s for s in renderer.findall("symbols/symbol")}
    for category in renderer.findall("categories/category"):
        swatch = legend().grades[category.get("value", "?")]
        layers = symbols[category.get("symbol")].findall("layer")
        fill = layers[0].find("Option/Option[@name='color']")
        assert fill is not None
        red, green, blue = (int(x) for x in fill.get("value", "").split(",")[:3])
        assert f"#{red:02x}{green:02x}{blue:02x}" == swatch.colour
        hatches = [x for x in layers if x.get("class") == "LinePatternFill"]
        assert len(hatches) == (2 if swatch.key == "D" else 1)
        switch = hatches[-1].find(".//Option[@name='expression']")
        assert switch is not None
        assert switch.get("value") == '"low_efficiency" = 1'


def test_gdals_clock_is_given_back(tmp_path: Path) -> None:
    geopackage.write(masked_sample(), tmp_path / "x.gpkg")
    assert not pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
