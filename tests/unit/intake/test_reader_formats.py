"""Each format and encoding gives the same table."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import intake_files as files
import pandas as pd
import pytest
import shapely

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Kind
from geomujun.geo.area import ellipsoid_area_m2
from geomujun.intake.reader import Intake, examine, read_case
from geomujun.intake.verdict import FileVerdict, attention_lines, verdict_lines


def case(folder: Path) -> tuple[Intake, dict[str, FileVerdict]]:
    intake = read_case(folder)
    return intake, {v.file: v for v in intake.files}


def without(folder: Path, name: str) -> Path:
    files.sound_case(folder)
    (folder / name).unlink()
    return folder


def check_parcels(intake: Intake) -> None:
    layer = intake.case.parcels
    assert layer["parcel_code"].tolist() == files.CODES
    assert layer["holder_names"].tolist() == files.HOLDERS
    assert layer.crs.to_epsg() == 4490
    assert ellipsoid_area_m2(layer["geometry"].to_numpy()) == pytest.approx([10000] * 4, rel=1e-4)
    assert abs(layer.total_bounds[0] - files.LON) < 1e-6


@pytest.mark.parametrize("epsg", [4490, 4549, 4528, 3857, 4326])
@pytest.mark.parametrize(
    "name", ["parcels.gpkg", "parcels.geojson", "parcels.parquet", "parcels.gdb", "parcels.shp"]
)
def test_layers_come_out_the_same_from_every_format_and_system(
    tmp_path: Path, name: str, epsg: int
) -> None:
    without(tmp_path, "parcels.geojson")
    frame = files.parcels(epsg)
    if name.endswith(".parquet"):
        frame.to_parquet(tmp_path / name)
    elif name.endswith(".shp"):
        files.write_shapefile(tmp_path, "parcels", frame)
    elif name.endswith(".gdb"):
        frame.to_file(tmp_path / name, layer="parcels", driver="OpenFileGDB")
    else:
        frame.to_file(tmp_path / name)
    intake, verdicts = case(tmp_path)
    check_parcels(intake)
    assert verdicts[name].crs_how.startswith("声明")


def test_a_zipped_geodatabase_is_read_wherever_it_lies_in_the_archive(tmp_path: Path) -> None:
    for prefix in ("", "甲县/交付/"):
        folder = tmp_path / (prefix.split("/")[0] or "plain")
        without(folder, "parcels.geojson")
        made = folder / "made.gdb"
        files.parcels(4528).to_file(made, layer="ZD", driver="OpenFileGDB")
        with zipfile.ZipFile(folder / "parcels.gdb.zip", "w") as z:
            for inner in sorted(made.iterdir()):
                z.write(inner, f"{prefix}x.gdb/{inner.name}")
                inner.unlink()
        made.rmdir()
        intake, verdicts = case(folder)
        check_parcels(intake)
        assert verdicts["parcels.gdb.zip"].format == "FileGDB (zip)"


def test_a_geojson_in_gbk_is_read(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    rows = [shapely.geometry.mapping(g) for g in files.squares()]
    text = files.features(rows, ZDDM=files.CODES, ZDMJ=[1e4] * 4, QLRMC=files.HOLDERS)
    (tmp_path / "parcels.geojson").write_bytes(text.encode("gb18030"))
    intake, verdicts = case(tmp_path)
    check_parcels(intake)
    assert verdicts["parcels.geojson"].encoding == "GB18030"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_is_read_in_every_encoding_and_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    files.sound_case(tmp_path)
    files.enterprises(住所=["东 路1号"] * 4).to_csv(
        tmp_path / "enterprises.csv", index=False, encoding=encoding, sep=separator
    )
    intake, verdicts = case(tmp_path)
    assert intake.case.enterprises["name"].tolist() == files.HOLDERS
    assert intake.case.enterprises["registered_address"].tolist() == ["东 路1号"] * 4
    assert (
        verdicts["enterprises.csv"]
        .encoding.lower()
        .startswith(encoding[:5].replace("gb180", "gb180"))
    )


def test_xls_xlsx_and_parquet_give_the_same_table(tmp_path: Path) -> None:
    rows = [list(files.enterprises().columns), *files.enterprises().to_numpy().tolist()]
    tables = []
    for name in ("enterprises.xls", "enterprises.xlsx", "enterprises.parquet"):
        folder = without(tmp_path / name, "enterprises.csv")
        if name.endswith(".xls"):
            files.write_xls(folder / name, rows)
        elif name.endswith(".xlsx"):
            files.write_sheets(folder / name, {"Sheet1": rows})
        else:
            files.enterprises().to_parquet(folder / name)
        tables.append(case(folder)[0].case.enterprises)
    pd.testing.assert_frame_equal(tables[0], tables[1])
    pd.testing.assert_frame_equal(tables[0], tables[2])


def test_one_workbook_may_hold_several_tables(tmp_path: Path) -> None:
    without(tmp_path, "enterprises.csv")
    rows = [list(files.enterprises().columns), *files.enterprises().to_numpy().tolist()]
    files.write_sheets(
        tmp_path / "台账.xlsx",
        {"enterprises": rows, "租赁": [["合同编号"], ["A1"]], "说明": [["x"]]},
    )
    intake, verdicts = case(tmp_path)
    assert len(intake.case.enterprises) == 4
    assert intake.case.leases["contract_no"].tolist() == ["A1"]
    assert verdicts["台账.xlsx#enterprises"].sha256 == verdicts["台账.xlsx#租赁"].sha256 != ""


def test_one_geopackage_may_hold_layers_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "全部.gpkg"
    files.parcels(4549).to_file(path, layer="parcels")
    gpd.GeoDataFrame(files.enterprises()).to_file(path, layer="enterprises")
    intake, verdicts = case(tmp_path)
    check_parcels(intake)
    assert len(intake.case.enterprises) == 4
    assert set(verdicts) == {"全部.gpkg#parcels", "全部.gpkg#enterprises"}


def edit_geopackage(path: Path, statement: str, value: bytes) -> None:
    """Run one statement; the triggers of the spatial index, which need GDAL, are dropped first."""
    with sqlite3.connect(path) as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement, (value,))
    db.close()


def test_arcs_are_read_as_straight_segments(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    path = folder / "parcels.gpkg"
    files.parcels().to_file(path, layer="parcels")
    points = [
        (120.45, 30.08),
        (120.451, 30.081),
        (120.452, 30.08),
        (120.451, 30.079),
        (120.45, 30.08),
    ]
    ring = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *p) for p in points)
    circle = b"GP\x00\x01" + struct.pack("<i", 4490) + struct.pack("<BII", 1, 10, 1) + ring
    edit_geopackage(path, "UPDATE parcels SET geom = ? WHERE fid = 1", circle)
    layer = case(folder)[0].case.parcels
    assert layer["parcel_code"].tolist() == files.CODES
    assert layer.geometry[0].area == pytest.approx(3.14e-6, rel=0.01)


def test_text_of_a_geopackage_that_is_gbk_is_read(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    path = folder / "parcels.gpkg"
    files.parcels().to_file(path, layer="parcels")
    gbk = "绍兴甲公司".encode("gb18030")
    edit_geopackage(path, "UPDATE parcels SET QLRMC = CAST(? AS TEXT)", gbk)
    assert case(folder)[0].case.parcels["holder_names"].tolist() == ["绍兴甲公司"] * 4


def test_the_layer_and_sheet_of_mapping_are_taken(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    files.parcels(4549).to_file(folder / "parcels.gpkg", layer="甲")
    files.parcels(4549, ZDDM=["x1", "x2", "x3", "x4"]).to_file(folder / "parcels.gpkg", layer="乙")
    assert "需要一个图层" in examine(folder).faults[0][1]
    (folder / "mapping.yaml").write_text("parcels: {layer: 甲}", encoding="utf-8")
    check_parcels(case(folder)[0])


def test_a_stated_system_and_axes_are_taken(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    frame = files.parcels(4549)
    shapes = [shapely.transform(g, lambda c: c[:, ::-1]) for g in frame.geometry]
    path = files.write_shapefile(
        folder, "parcels", frame.set_geometry(shapes).set_crs(4549, allow_override=True)
    )
    path.with_suffix(".prj").unlink()
    assert "坐标轴颠倒" in examine(folder).faults[0][1]
    (folder / "mapping.yaml").write_text("parcels: {crs: EPSG:4549, axes: yx}", encoding="utf-8")
    check_parcels(case(folder)[0])


def test_a_six_digit_easting_without_prj_is_placed_by_its_division_code(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    files.write_shapefile(folder, "parcels", files.parcels(4549)).with_suffix(".prj").unlink()
    intake, verdicts = case(folder)
    check_parcels(intake)
    assert "330603" in verdicts["parcels.shp"].crs_how


def test_points_of_the_case_place_a_layer_that_says_nothing(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    frame = files.parcels(4549, ZDDM=["甲1", "甲2", "甲3", "甲4"])
    files.write_shapefile(folder, "parcels", frame).with_suffix(".prj").unlink()
    assert "不能唯一判定" in examine(folder).faults[0][1]
    files.enterprises(经度=["120.5"] * 4, 纬度=["30.1"] * 4).to_csv(
        folder / "enterprises.csv", index=False
    )
    assert case(folder)[1]["parcels.shp"].crs == "EPSG:4549"


def test_area_units_of_rows_headers_and_mapping(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    frame = files.parcels(ZDMJ=[10000, 15, 1, 10000], MJDW=["㎡", "亩", "公顷", ""])
    files.write_geojson(tmp_path / "parcels.geojson", frame)
    assert case(tmp_path)[0].case.parcels["area_m2"].tolist() == pytest.approx([1e4] * 4)
    frame = files.parcels(ZDMJ=[15.0] * 4).rename(columns={"ZDMJ": "宗地面积（亩）"})
    files.write_geojson(tmp_path / "parcels.geojson", frame)
    intake, verdicts = case(tmp_path)
    assert intake.case.parcels["area_m2"].tolist() == pytest.approx([1e4] * 4)
    assert verdicts["parcels.geojson"].units["area_m2"] == ("亩", "表头")


def test_areas_that_look_like_mu_are_warned_of_but_not_converted(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    files.write_geojson(tmp_path / "parcels.geojson", files.parcels(ZDMJ=[15.0] * 4))
    intake, verdicts = case(tmp_path)
    assert intake.case.parcels["area_m2"].tolist() == [15.0] * 4
    assert any("可能是亩" in n for n in verdicts["parcels.geojson"].notes)


def test_square_metres_under_a_header_that_says_mu_are_warned_of(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    frame = files.parcels(ZDMJ=[10000.0] * 4).rename(columns={"ZDMJ": "面积(亩)"})
    files.write_geojson(tmp_path / "parcels.geojson", frame)
    (warning,) = case(tmp_path)[1]["parcels.geojson"].attention
    assert "按亩读入" in warning
    assert "units: {ZDMJ: ㎡}" in warning


def test_what_a_job_would_leave_out_or_misread_is_said_file_by_file(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    assert attention_lines(case(tmp_path)[0].files) == []
    (tmp_path / "leases.xls").write_text("<html><table></table></html>")
    (tmp_path / "租赁.csv").write_text("合同编号\n1\n")
    (tmp_path / ".DS_Store").write_text("x")
    said = attention_lines(case(tmp_path)[0].files)
    assert [line.partition("：")[0] for line in said] == ["leases.xls", "租赁.csv"]


def test_words_of_other_departments_become_the_contracts(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    frame = files.enterprises(
        登记状态=["存续（在营、开业、在册）", "已注销", "吊销，未注销", "外星"],
        坐标系=["百度", "高德地图", "CGCS-2000", "WGS84"],
        规模=["是", "0", "规模以上", ""],
    )
    frame.to_csv(tmp_path / "enterprises.csv", index=False)
    intake, _ = case(tmp_path)
    table = intake.case.enterprises
    assert table["status"].tolist() == ["存续", "注销", "吊销", ""]
    assert table["datum"].tolist() == ["bd09", "gcj02", "cgcs2000", "wgs84"]
    assert table["size"].tolist() == ["规上", "规下", "规上", ""]
    assert intake.rejects[["row", "field", "value"]].to_numpy().tolist() == [
        [4, "登记状态", "外星"]
    ]
    assert intake.rejects["reason"][0].startswith("值已置空")


def test_every_frame_has_the_catalogues_columns_and_types(tmp_path: Path) -> None:
    intake, _ = case(files.sound_case(tmp_path))
    kinds = {
        Kind.TEXT: "str",
        Kind.NUMBER: "float64",
        Kind.INTEGER: "Int64",
        Kind.DATE: "datetime64[s]",
    }
    for name, table in TABLES.items():
        if table.role != "input":
            continue
        frame = getattr(intake.case, name)
        wanted = ["row", *table.columns, *(["geometry"] if table.shape == "polygon" else [])]
        assert list(frame.columns) == wanted
        for f in table.fields:
            assert frame[f.name].dtype == kinds[f.kind], (name, f.name)


def test_files_that_are_no_table_are_listed_as_ignored(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    for name in (
        "说明.docx",
        "~$enterprises.xlsx",
        ".DS_Store",
        "企业.csv",
        "old.prj",
        "decisions.jsonl",
    ):
        (tmp_path / name).write_text("x")
    intake, verdicts = case(tmp_path)
    for name in (
        "说明.docx",
        "~$enterprises.xlsx",
        ".DS_Store",
        "企业.csv",
        "old.prj",
        "decisions.jsonl",
    ):
        assert verdicts[name].stem == ""
        assert verdicts[name].notes
        assert "未使用" in verdict_lines(verdicts[name])[0]
    assert not intake.faults


def test_all_faults_are_gathered_before_failing(tmp_path: Path) -> None:
    files.sound_case(tmp_path)
    (tmp_path / "parcels.geojson").write_text("{}")
    (tmp_path / "enterprises.csv").write_bytes(b"")
    intake = examine(tmp_path)
    assert {f for f, _, _ in intake.faults} == {"parcels.geojson", "enterprises.csv"}


def test_upper_case_names_and_extensions_are_read(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    files.write_shapefile(folder, "parcels", files.parcels(4528))
    for part in list(folder.glob("parcels.*")):
        part.rename(folder / f"PARCELS{part.suffix.upper()}")
    check_parcels(case(folder)[0])


def test_progress_names_each_file_with_its_rows(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    read_case(files.sound_case(tmp_path), progress=lambda name, rows: seen.append((name, rows)))
    assert seen == [("enterprises.csv", 4), ("parcels.geojson", 4)]


def test_the_verdict_of_a_shapefile_has_the_digest_of_each_part(tmp_path: Path) -> None:
    folder = without(tmp_path, "parcels.geojson")
    files.write_shapefile(folder, "parcels", files.parcels(4528))
    before = case(folder)[1]["parcels.shp"]
    assert set(before.parts) == {"parcels.shp", "parcels.shx", "parcels.dbf", "parcels.prj"}
    dbf = folder / "parcels.dbf"
    dbf.write_bytes(dbf.read_bytes().replace("甲".encode("gb18030"), "丁".encode("gb18030"), 1))
    assert case(folder)[1]["parcels.shp"].sha256 != before.sha256
