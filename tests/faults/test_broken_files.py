"""Broken and hostile files: each gives a clear message or a listed row, never a crash.

Every case starts from a sound folder and spoils or adds one file. What must come out is one of
- fatal: `read_case` raises `DataError`, whose text names the file and says what was seen;
- problem: an optional file is not read, and its verdict says why;
- reject: a row is listed with file, row, field and reason;
- note: the file is read, and its verdict says what was odd.
Each case is bounded in time; the sums of rows hold in all of them.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import intake_files as files
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geomujun.errors import DataError
from geomujun.intake.reader import examine, read_case
from geomujun.intake.verdict import verdict_lines

SECONDS = 60.0  # generous: the machine may be busy; each case takes well below a second alone


@dataclass(frozen=True)
class Fault:
    """One spoiled file and what must be said of it."""

    id: str
    spoil: Callable[[Path], object]
    file: str
    fatal: str = ""
    problem: str = ""
    note: str = ""
    reject: tuple[int, str, str] | None = None  # row, field, part of the reason
    kept: dict[str, int] = field(default_factory=dict)  # stem → rows kept


def _geojson(folder: Path, text: str) -> None:
    (folder / "parcels.geojson").write_text(text, encoding="utf-8")


def _one_bad(geometry: object) -> Callable[[Path], None]:
    """Parcels of which the second has a given geometry."""

    def spoil(folder: Path) -> None:
        good = [shapely.geometry.mapping(g) for g in files.squares()]
        shapes = [good[0], geometry, good[2], good[3]]
        area = [10000.0] * 4
        _geojson(folder, files.features(shapes, ZDDM=files.CODES, ZDMJ=area, QLRMC=files.HOLDERS))

    return spoil


def _columns(**changed: object) -> Callable[[Path], None]:
    return lambda folder: files.write_geojson(folder / "parcels.geojson", files.parcels(**changed))


def _csv(name: str, text: str | bytes) -> Callable[[Path], None]:
    data = text.encode() if isinstance(text, str) else text
    return lambda folder: (folder / name).write_bytes(data)


def _replace_parcels(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / "parcels.geojson").unlink()
        make(folder / name)

    return spoil


def _replace_enterprises(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / "enterprises.csv").unlink()
        make(folder / name)

    return spoil


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _spoilt_corner(value: float) -> Callable[[Path], None]:
    """GeoParquet whose first polygon has one coordinate that is no finite number."""

    def change(xy):
        xy[1, 0] = value
        return xy

    def make(path: Path) -> None:
        shapes = files.squares()
        shapes[0] = shapely.transform(shapes[0], change)
        files.parcels().set_geometry(shapes).set_crs(4490).to_parquet(path)

    return make


def _gpkg(path: Path) -> None:
    files.parcels().to_file(path, layer="parcels")


def _cut(make: Callable[[Path], object], keep: int) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[:keep])

    return spoil


# ---- shapefiles --------------------------------------------------------------------------------


def _shp(change: Callable[[Path], object], **more: object) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / "parcels.geojson").unlink()
        change(files.write_shapefile(folder, "parcels", files.parcels(4528, **more)))

    return spoil


def _truncate(suffix: str, keep: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        part = path.with_suffix(suffix)
        part.write_bytes(part.read_bytes()[:keep])

    return change


def _rewrite(suffix: str, text: str) -> Callable[[Path], None]:
    return lambda path: path.with_suffix(suffix).write_text(text)


XIAN80 = (
    'PROJCS["Xian_1980_3_Degree_GK_Zone_40",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",'
    'SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
BEIJING54 = XIAN80.replace("Xian_1980", "Beijing_1954").replace(
    "6378140.0,298.257", "6378245.0,298.3"
)
LOCAL = XIAN80.replace("Xian_1980", "Hangzhou_Local").replace("120.0]", "120.166666]")
OTHER_ZONE = (
    XIAN80.replace("D_Xian_1980", "D_China_2000")
    .replace("GCS_Xian_1980", "GCS_China_Geodetic_Coordinate_System_2000")
    .replace(
        'SPHEROID["Xian_1980",6378140.0,298.257]', 'SPHEROID["CGCS2000",6378137.0,298.257222101]'
    )
    .replace("120.0]", "117.0]")
)


def _truncated_tail(folder: Path) -> None:
    """A field of 9 bytes that cuts the fifth Chinese character in half."""
    (folder / "parcels.geojson").unlink()
    path = files.write_shapefile(folder, "parcels", files.parcels(4528))
    name = "绍兴甲纺织有限公司".encode("gb18030")[:9]
    rows = [[c.encode(), b"10000", name] for c in files.CODES]
    files.write_dbf(path.with_suffix(".dbf"), [(b"ZDDM", 19), (b"ZDMJ", 12), (b"QLRMC", 9)], rows)


def _deleted_record(path: Path) -> None:
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    header, record = struct.unpack("<HH", data[8:12])
    data[header + record] = 0x2A
    dbf.write_bytes(bytes(data))


# ---- geodatabases ------------------------------------------------------------------------------


def _gpkg_sql(*statements: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        _gpkg(path)
        with sqlite3.connect(path) as db:
            for statement in statements:
                db.execute(statement)
        db.close()

    return make


_VIEW = (
    "ALTER TABLE parcels RENAME TO hidden",
    "CREATE VIEW parcels AS SELECT * FROM hidden",
)
_VIRTUAL = (
    "DELETE FROM gpkg_contents",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('ft', 'attributes', 'ft', 0)",
    "CREATE VIRTUAL TABLE ft USING rtree(id, a, b)",
)


def _gdb_zip(folder: Path, names: Callable[[str], str] = str, link: bool = False) -> None:
    (folder / "parcels.geojson").unlink()
    made = folder / "made.gdb"
    files.parcels().to_file(made, layer="parcels", driver="OpenFileGDB")
    with zipfile.ZipFile(folder / "parcels.gdb.zip", "w") as z:
        for inner in sorted(made.iterdir()):
            z.writestr(zipfile.ZipInfo(names(f"parcels.gdb/{inner.name}")), inner.read_bytes())
            inner.unlink()
        if link:
            info = zipfile.ZipInfo("parcels.gdb/timestamps2")
            info.external_attr = 0o120777 << 16
            z.writestr(info, "/etc/passwd")
    made.rmdir()


def _zip_of(entries: dict[str, bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for name, data in entries.items():
                z.writestr(name, data)

    return make


def _bomb(name: str, megabytes: int) -> Callable[[Path], None]:
    """One entry of zeros, a thousand times its packed size."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z, z.open(name, "w") as f:
            for _ in range(megabytes):
                f.write(b"\x00" * (1 << 20))

    return make


# ---- workbooks ---------------------------------------------------------------------------------

HEADER = ["统一社会信用代码", "企业名称", "登记状态"]


def _book(
    rows: list[list[object]], name: str = "Sheet1", **more: object
) -> Callable[[Path], object]:
    return lambda path: files.write_sheets(path, {name: rows}, **more)


def _sheet_xml(xml: str, shared: str = "") -> Callable[[Path], None]:
    """A workbook whose only sheet is the given XML."""
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    entries = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {ns} xmlns:r="{rel}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{shared}<worksheet {ns}><sheetData>{xml}</sheetData></worksheet>",
    }
    return _zip_of({k: v.encode() for k, v in entries.items()})


def _inline(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


ROW1 = "".join(_inline(f"{c}1", h) for c, h in zip("ABC", HEADER, strict=True))
LAUGHS = (
    '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)


# ---- links, pipes, references -------------------------------------------------------------------


def _link_out(folder: Path) -> None:
    outside = folder.parent / "outside.csv"
    files.enterprises().to_csv(outside, index=False)
    (folder / "enterprises.csv").unlink()
    (folder / "enterprises.csv").symlink_to(outside)


def _link_loop(folder: Path) -> None:
    (folder / "leases.csv").symlink_to(folder / "leases.csv")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "leases.csv")


def _gdb_with_link(folder: Path) -> None:
    (folder / "parcels.geojson").unlink()
    files.parcels().to_file(folder / "parcels.gdb", layer="parcels", driver="OpenFileGDB")
    (folder / "parcels.gdb" / "a00000099.gdbtable").symlink_to("/etc/hostname")


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="parcels"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x.geojson'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
GDALG = json.dumps(
    {
        "type": "gdal_streamed_alg",
        "command_line": "gdal vector pipeline ! read /vsicurl/http://127.0.0.1:9/a",
    }
)


def _mapping(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "mapping.yaml").write_text(text, encoding="utf-8")


YAML_BOMB = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 8)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

ENT = "统一社会信用代码,企业名称,登记状态\n"
GOOD_ROW = f"{files.USCC[0]},绍兴甲纺织有限公司,存续\n"
LEASE = "合同编号,出租方,起始日期,租赁土地面积\n"
IND = "统一社会信用代码,年度,税收\n"
EMPTY_FEATURES = '{"type":"FeatureCollection","features":[]}'

FAULTS = [
    # nothing there, nothing in it
    Fault(
        "no parcels at all",
        lambda d: (d / "parcels.geojson").unlink(),
        "parcels",
        fatal="缺少必需的宗地文件",
    ),
    Fault(
        "no enterprises at all",
        lambda d: (d / "enterprises.csv").unlink(),
        "enterprises",
        fatal="缺少必需的企业文件",
    ),
    Fault("empty csv", _csv("enterprises.csv", b""), "enterprises.csv", fatal="文件是空的"),
    Fault(
        "only a BOM",
        _csv("enterprises.csv", b"\xef\xbb\xbf\r\n"),
        "enterprises.csv",
        fatal="文件是空的",
    ),
    Fault("only a header", _csv("enterprises.csv", ENT), "enterprises.csv", fatal="没有可用的行"),
    Fault(
        "no header",
        _csv("enterprises.csv", GOOD_ROW),
        "enterprises.csv",
        fatal="没有找到企业的表头",
    ),
    Fault(
        "every row rejected",
        _csv("enterprises.csv", ENT + ",无码公司,存续\n"),
        "enterprises.csv",
        fatal="缺少必填的统一社会信用代码",
    ),
    Fault(
        "empty feature collection",
        lambda d: _geojson(d, EMPTY_FEATURES),
        "parcels.geojson",
        fatal="缺少必需的列",
    ),
    Fault("empty geojson", lambda d: _geojson(d, ""), "parcels.geojson", fatal="文件是空的"),
    Fault(
        "empty xlsx",
        _replace_enterprises("enterprises.xlsx", _bytes(b"")),
        "enterprises.xlsx",
        fatal="文件是空的",
    ),
    Fault(
        "empty parquet",
        _replace_parcels("parcels.parquet", _bytes(b"")),
        "parcels.parquet",
        fatal="不是完整的 Parquet",
    ),
    Fault(
        "empty sheet",
        _replace_enterprises("enterprises.xlsx", _book([])),
        "enterprises.xlsx",
        fatal="是空的",
    ),
    # cut off
    Fault(
        "truncated geojson",
        lambda d: _geojson(d, (d / "parcels.geojson").read_text()[:900]),
        "parcels.geojson",
        fatal="读不出",
    ),
    Fault(
        "truncated geopackage",
        _replace_parcels("parcels.gpkg", _cut(_gpkg, 30_000)),
        "parcels.gpkg",
        fatal="损坏",
    ),
    Fault(
        "truncated xlsx",
        _replace_enterprises("enterprises.xlsx", _cut(_book([HEADER]), 2000)),
        "enterprises.xlsx",
        fatal="不是完整的压缩包",
    ),
    Fault(
        "truncated parquet",
        _replace_parcels("parcels.parquet", _cut(lambda p: files.parcels().to_parquet(p), 900)),
        "parcels.parquet",
        fatal="不是完整的 Parquet",
    ),
    Fault(
        "truncated zip",
        _replace_parcels("parcels.gdb.zip", _cut(_zip_of({"a": b"x" * 4000}), 60)),
        "parcels.gdb.zip",
        fatal="不是完整的压缩包",
    ),
    Fault(
        "shp cut in a record",
        _shp(_truncate(".shp", 320)),
        "parcels.shp",
        reject=(3, "geometry", "没有图形"),
        kept={"parcels": 4},
    ),
    Fault("shp cut in its header", _shp(_truncate(".shp", 60)), "parcels.shp", fatal="被截断"),
    Fault(
        "shp without dbf",
        _shp(lambda p: p.with_suffix(".dbf").unlink()),
        "parcels.shp",
        fatal="缺少同名的 .dbf",
    ),
    Fault(
        "shp without shx",
        _shp(lambda p: p.with_suffix(".shx").unlink()),
        "parcels.shp",
        note="缺少 .shx",
        kept={"parcels": 4},
    ),
    Fault("dbf cut in a record", _shp(_truncate(".dbf", 1150)), "parcels.shp", note="属性表被截断"),
    Fault(
        "dbf cut in its header",
        _shp(_truncate(".dbf", 20)),
        "parcels.shp",
        fatal="属性表 .dbf 是空的或被截断",
    ),
    Fault(
        "dbf of zeros",
        _shp(lambda p: p.with_suffix(".dbf").write_bytes(b"\x00" * 500)),
        "parcels.shp",
        fatal="不是 dBASE",
    ),
    Fault(
        "deleted record in dbf",
        _shp(_deleted_record),
        "parcels.shp",
        note="已标记删除",
        kept={"parcels": 3},
    ),
    Fault(
        "character cut by a field's width",
        _truncated_tail,
        "parcels.shp",
        note="被字段宽度截断",
        kept={"parcels": 4},
    ),
    # not what the name says
    Fault(
        "html called xls",
        _replace_enterprises(
            "enterprises.xls", _bytes(b"<html><table><tr><td>1</td></tr></table>")
        ),
        "enterprises.xls",
        fatal="网页或 XML",
    ),
    Fault(
        "csv called xlsx",
        _replace_enterprises("enterprises.xlsx", _bytes(ENT.encode())),
        "enterprises.xlsx",
        fatal="不是 Excel 工作簿",
    ),
    Fault(
        "xlsx called xls",
        _replace_enterprises("enterprises.xls", lambda p: _book([HEADER])(p)),
        "enterprises.xls",
        fatal="其实是 .xlsx",
    ),
    Fault(
        "encrypted workbook",
        _replace_enterprises(
            "enterprises.xlsx", _bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
        ),
        "enterprises.xlsx",
        fatal="有密码",
    ),
    Fault(
        "zip called gpkg",
        _replace_parcels("parcels.gpkg", _zip_of({"a": b"b"})),
        "parcels.gpkg",
        fatal="不是 GeoPackage",
    ),
    Fault(
        "png called shp",
        _shp(lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 300)),
        "parcels.shp",
        fatal="不是 shapefile",
    ),
    Fault(
        "binary called csv",
        _csv("enterprises.csv", b"\x7fELF" + b"\x00\x01" * 500),
        "enterprises.csv",
        fatal="不是文本文件",
    ),
    Fault(
        "text in no known encoding",
        _csv("enterprises.csv", bytes(range(128, 256)) * 40),
        "enterprises.csv",
        fatal="既不是 UTF-8 也不是 GB18030",
    ),
    Fault(
        "json that is no collection",
        lambda d: _geojson(d, '{"a": 1}'),
        "parcels.geojson",
        fatal="不是 GeoJSON",
    ),
    Fault(
        "folder called csv",
        lambda d: (d / "leases.csv").mkdir(),
        "leases.csv",
        note="不是约定的文件名或格式",
    ),
    Fault(
        "folder that is no gdb",
        _replace_parcels("parcels.gdb", lambda p: p.mkdir()),
        "parcels.gdb",
        fatal="不是 FileGDB",
    ),
    Fault(
        "access database",
        _replace_parcels("parcels.mdb", _bytes(b"\x00\x01\x00\x00Standard Jet DB")),
        "parcels.mdb",
        fatal="Access 数据库",
    ),
    Fault("vct", _replace_parcels("parcels.vct", _bytes(b"HeadBegin")), "parcels.vct", fatal="VCT"),
    Fault(
        "layer given as csv",
        _replace_parcels("parcels.csv", _bytes(b"ZDDM,ZDMJ\n1,2\n")),
        "parcels.csv",
        fatal="不能是 .csv",
    ),
    Fault(
        "two files for one table",
        lambda d: files.enterprises().to_parquet(d / "enterprises.parquet"),
        "enterprises.csv",
        fatal="同一张表有 2 份",
    ),
    # references to elsewhere
    Fault(
        "vrt under its own name",
        _replace_parcels("parcels.vrt", _bytes(VRT.encode())),
        "parcels.vrt",
        fatal="VRT 引用文件",
    ),
    Fault(
        "vrt called geojson", lambda d: _geojson(d, VRT), "parcels.geojson", fatal="不是 GeoJSON"
    ),
    Fault(
        "vrt called gpkg",
        _replace_parcels("parcels.gpkg", _bytes(VRT.encode())),
        "parcels.gpkg",
        fatal="不是 GeoPackage",
    ),
    Fault(
        "gdal pipeline called geojson",
        lambda d: _geojson(d, GDALG),
        "parcels.geojson",
        fatal="不是 GeoJSON",
    ),
    Fault("link out of the folder", _link_out, "enterprises.csv", fatal="链接指向案卷文件夹之外"),
    Fault("link to itself", _link_loop, "leases.csv", problem="链接"),
    Fault("pipe", _pipe, "leases.csv", problem="不是普通文件"),
    Fault("link inside a gdb", _gdb_with_link, "parcels.gdb", fatal="指向外部的链接"),
    Fault(
        "zip entry that climbs out",
        lambda d: _gdb_zip(d, lambda n: "../" + n),
        "parcels.gdb.zip",
        fatal="指向包外",
    ),
    Fault(
        "zip entry with an absolute name",
        lambda d: _gdb_zip(d, lambda n: "/outside/" + n),
        "parcels.gdb.zip",
        fatal="指向包外",
    ),
    Fault(
        "zip entry with a drive letter",
        lambda d: _gdb_zip(d, lambda n: "C:\\" + n),
        "parcels.gdb.zip",
        fatal="指向包外",
    ),
    Fault("link in a zip", lambda d: _gdb_zip(d, link=True), "parcels.gdb.zip", fatal="是链接"),
    Fault(
        "view in a geopackage",
        _replace_parcels("parcels.gpkg", _gpkg_sql(*_VIEW)),
        "parcels.gpkg",
        fatal="视图或虚拟表",
    ),
    Fault(
        "virtual table in a geopackage",
        _replace_parcels("parcels.gpkg", _gpkg_sql(*_VIRTUAL)),
        "parcels.gpkg",
        fatal="视图或虚拟表",
    ),
    Fault(
        "geopackage without contents",
        _replace_parcels("parcels.gpkg", _gpkg_sql("DROP TABLE gpkg_contents")),
        "parcels.gpkg",
        fatal="GeoPackage 损坏",
    ),
    # bombs
    Fault(
        "zip bomb as gdb",
        _replace_parcels("parcels.gdb.zip", _bomb("parcels.gdb/a00000001.gdbtable", 64)),
        "parcels.gdb.zip",
        fatal="压缩炸弹",
    ),
    Fault(
        "zip bomb as xlsx",
        _replace_enterprises("enterprises.xlsx", _bomb("xl/worksheets/sheet1.xml", 64)),
        "enterprises.xlsx",
        fatal="压缩炸弹",
    ),
    Fault(
        "workbook with a cell at the far corner",
        _replace_enterprises(
            "enterprises.xlsx",
            _sheet_xml(
                f'<row r="1">{ROW1}</row><row r="1048576">{_inline("XFD1048576", "x")}</row>'
            ),
        ),
        "enterprises.xlsx",
        fatal="超过上限",
    ),
    Fault(
        "workbook with a row number beyond Excel",
        _replace_enterprises(
            "enterprises.xlsx",
            _sheet_xml(
                f'<row r="1">{ROW1}</row><row r="4294967290">{_inline("A4294967290", "x")}</row>'
            ),
        ),
        "enterprises.xlsx",
        fatal="超过上限",
    ),
    Fault(
        "entity bomb in a workbook",
        _replace_enterprises(
            "enterprises.xlsx", _sheet_xml(f'<row r="1">{_inline("A1", "&d;")}</row>', LAUGHS)
        ),
        "enterprises.xlsx",
        fatal="enterprises.xlsx",
    ),
    Fault(
        "header of a million columns",
        _csv("enterprises.csv", ",".join(["列"] * 1_000_000) + "\n"),
        "enterprises.csv",
        fatal="列，超过上限",
    ),
    Fault(
        "sheet of many columns",
        _replace_enterprises("enterprises.xlsx", _book([[f"c{i}" for i in range(1500)]])),
        "enterprises.xlsx",
        fatal="列，超过上限",
    ),
    Fault(
        "csv cell of megabytes",
        _csv("enterprises.csv", ENT + '"' + "x" * 2_000_000 + '",a,b\n'),
        "enterprises.csv",
        fatal="CSV 结构损坏",
    ),
    Fault(
        "quote that never closes",
        _csv("leases.csv", LEASE + 'A1,"甲方,2020-01-01,5\nA2,乙方,2020-01-01,5\n'),
        "leases.csv",
        problem="引号不成对",
    ),
    # mapping.yaml
    Fault("yaml bomb", _mapping(YAML_BOMB), "mapping.yaml", fatal="aliases"),
    Fault(
        "yaml that makes objects",
        _mapping("parcels: !!python/object/apply:os.system ['true']\n"),
        "mapping.yaml",
        fatal="不是可用的 YAML",
    ),
    Fault(
        "yaml nested deep",
        _mapping("parcels: " + "[" * 3000 + "\n"),
        "mapping.yaml",
        fatal="不是可用的 YAML",
    ),
    Fault(
        "yaml in gbk",
        lambda d: (d / "mapping.yaml").write_bytes("parcels: {sheet: 宗地}".encode("gbk")),
        "mapping.yaml",
        fatal="UTF-8",
    ),
    Fault(
        "unknown stem in mapping",
        _mapping("parcel: {crs: EPSG:4490}\n"),
        "mapping.yaml",
        fatal="键 parcel",
    ),
    Fault(
        "unknown key in mapping",
        _mapping("parcels: {csr: EPSG:4490}\n"),
        "mapping.yaml",
        fatal="键 parcels.csr",
    ),
    Fault(
        "unknown field in mapping",
        _mapping("parcels: {columns: {ZDBM: 代码}}\n"),
        "mapping.yaml",
        fatal="键 parcels.columns.ZDBM",
    ),
    Fault(
        "unknown unit in mapping",
        _mapping("parcels: {units: {ZDMJ: 英亩}}\n"),
        "mapping.yaml",
        fatal="键 parcels.units.ZDMJ",
    ),
    Fault(
        "unknown crs in mapping",
        _mapping("parcels: {crs: EPSG:999999}\n"),
        "mapping.yaml",
        fatal="键 parcels.crs",
    ),
    Fault(
        "unknown encoding in mapping",
        _mapping("enterprises: {encoding: latin9}\n"),
        "mapping.yaml",
        fatal="键 enterprises.encoding",
    ),
    Fault(
        "header rows with a gap",
        _mapping("enterprises: {header_rows: [1, 3]}\n"),
        "mapping.yaml",
        fatal="键 enterprises.header_rows",
    ),
    Fault(
        "key twice in mapping",
        _mapping("parcels: {}\nparcels: {}\n"),
        "mapping.yaml",
        fatal="twice",
    ),
    Fault(
        "mapping to a header that is not there",
        _mapping("parcels: {columns: {ZDDM: 编码}}\n"),
        "parcels.geojson",
        fatal="“编码”",
    ),
    # headers and columns
    Fault(
        "required column missing",
        _csv("enterprises.csv", "企业名称\n甲\n"),
        "enterprises.csv",
        fatal="缺少必需的列：统一社会信用代码",
    ),
    Fault(
        "one header twice, other content",
        _csv("enterprises.csv", "统一社会信用代码,企业名称,企业名称\n1,甲,乙\n"),
        "enterprises.csv",
        fatal="有 2 列都是",
    ),
    Fault(
        "one header twice, same content",
        _csv("enterprises.csv", f"统一社会信用代码,企业名称,企业名称\n{files.USCC[0]},甲,甲\n"),
        "enterprises.csv",
        note="内容相同",
        kept={"enterprises": 1},
    ),
    Fault(
        "two units in one header",
        _csv("indicators.csv", "统一社会信用代码,年度,税收（万元）（元）\n1,2024,3\n"),
        "indicators.csv",
        problem="单位有两种说法",
    ),
    Fault(
        "header and unit row disagree",
        lambda d: files.write_sheets(
            d / "indicators.xlsx",
            {"s": [["统一社会信用代码", "年度", "税收（元）"], ["", "", "万元"], ["1", 2024, 3]]},
        ),
        "indicators.xlsx",
        problem="单位有两种说法",
    ),
    Fault(
        "several sheets that fit",
        lambda d: files.write_sheets(
            d / "leases.xlsx", {"一": [["合同编号"], ["1"]], "二": [["合同编号"], ["2"]]}
        ),
        "leases.xlsx",
        problem="2 个工作表",
    ),
    Fault(
        "unknown sheet in mapping",
        lambda d: (
            files.write_sheets(d / "leases.xlsx", {"一": [["合同编号"], ["1"]]}),
            _mapping("leases: {sheet: 三}\n")(d),
        ),
        "leases.xlsx",
        problem="没有 mapping.yaml 指定的工作表",
    ),
    # coordinate systems
    Fault(
        "declared xian 1980", _shp(_rewrite(".prj", XIAN80)), "parcels.shp", fatal="1980西安坐标系"
    ),
    Fault(
        "declared beijing 1954",
        _shp(_rewrite(".prj", BEIJING54)),
        "parcels.shp",
        fatal="1954北京坐标系",
    ),
    Fault(
        "declared local system",
        _shp(_rewrite(".prj", LOCAL)),
        "parcels.shp",
        fatal="地方或未知坐标系",
    ),
    Fault(
        "declared zone against the easting",
        _shp(_rewrite(".prj", OTHER_ZONE)),
        "parcels.shp",
        fatal="带号 40",
    ),
    Fault(
        "prj that is no crs",
        _shp(_rewrite(".prj", "讠")),
        "parcels.shp",
        note="声明读不懂",
        kept={"parcels": 4},
    ),
    Fault(
        "swapped axes",
        lambda d: files.write_geojson(
            d / "parcels.geojson",
            files.parcels()
            .set_geometry([shapely.transform(g, lambda c: c[:, ::-1]) for g in files.squares()])
            .set_crs(4490),
        ),
        "parcels.geojson",
        fatal="坐标轴颠倒",
    ),
    Fault(
        "coordinates of no system",
        lambda d: files.write_geojson(
            d / "parcels.geojson",
            gpd.GeoDataFrame(
                files.parcels().drop(columns="geometry"), geometry=[shapely.box(10, 20, 30, 40)] * 4
            ),
        ),
        "parcels.geojson",
        fatal="坐标",
    ),
    Fault(
        "mapping crs against the coordinates",
        _mapping("parcels: {crs: EPSG:4528}\n"),
        "parcels.geojson",
        fatal="与坐标不符",
    ),
    # geometry
    Fault(
        "null geometry",
        _one_bad(None),
        "parcels.geojson",
        reject=(2, "geometry", "没有图形"),
        kept={"parcels": 4},
    ),
    Fault(
        "empty polygon",
        _one_bad({"type": "Polygon", "coordinates": []}),
        "parcels.geojson",
        reject=(2, "geometry", "图形"),
        kept={"parcels": 4},
    ),
    Fault(
        "point among polygons",
        _one_bad({"type": "Point", "coordinates": [120.45, 30.08]}),
        "parcels.geojson",
        reject=(2, "geometry", "不是面状图形"),
        kept={"parcels": 4},
    ),
    Fault(
        "line among polygons",
        _one_bad({"type": "LineString", "coordinates": [[120.45, 30.08], [120.46, 30.08]]}),
        "parcels.geojson",
        reject=(2, "geometry", "不是面状图形"),
        kept={"parcels": 4},
    ),
    Fault(
        "polygon far away",
        _one_bad({"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}),
        "parcels.geojson",
        reject=(2, "geometry", "中国范围之外"),
        kept={"parcels": 4},
    ),
    Fault(
        "ring without area",
        _one_bad(
            {
                "type": "Polygon",
                "coordinates": [
                    [[120.45, 30.08], [120.46, 30.08], [120.45, 30.08], [120.45, 30.08]]
                ],
            }
        ),
        "parcels.geojson",
        reject=(2, "geometry", "图形"),
        kept={"parcels": 4},
    ),
    Fault(
        "bow tie",
        _one_bad(
            {
                "type": "Polygon",
                "coordinates": [
                    [
                        [120.45, 30.08],
                        [120.46, 30.09],
                        [120.46, 30.08],
                        [120.45, 30.09],
                        [120.45, 30.08],
                    ]
                ],
            }
        ),
        "parcels.geojson",
        note="面积变化",
        kept={"parcels": 4},
    ),
    Fault(
        "nan coordinates",
        _replace_parcels("parcels.parquet", _spoilt_corner(float("nan"))),
        "parcels.parquet",
        reject=(1, "geometry", "NaN"),
        kept={"parcels": 4},
    ),
    Fault(
        "infinite coordinates",
        _replace_parcels("parcels.parquet", _spoilt_corner(float("inf"))),
        "parcels.parquet",
        reject=(1, "geometry", "NaN"),
        kept={"parcels": 4},
    ),
    Fault(
        "points only in an optional layer",
        lambda d: (d / "parks.geojson").write_text(
            files.features([{"type": "Point", "coordinates": [120.4, 30.1]}], 名称=["某园"])
        ),
        "parks.geojson",
        reject=(1, "geometry", "不是面状图形"),
        kept={"parks": 0},
    ),
    Fault(
        "layer without geometry",
        _replace_parcels(
            "parcels.parquet",
            lambda p: pd.DataFrame(files.parcels().drop(columns="geometry")).to_parquet(p),
        ),
        "parcels.parquet",
        fatal="没有图形",
    ),
    Fault(
        "geoparquet with broken metadata",
        _replace_parcels(
            "parcels.parquet",
            lambda p: pq.write_table(
                pa.table({"ZDDM": ["1"]}).replace_schema_metadata({"geo": '{"columns": 3}'}), p
            ),
        ),
        "parcels.parquet",
        fatal="geo 元数据",
    ),
    Fault(
        "garbage in a wkb column",
        _replace_parcels(
            "parcels.parquet",
            lambda p: pq.write_table(
                pa.table(
                    {
                        "ZDDM": files.CODES,
                        "ZDMJ": [1.0] * 4,
                        "geometry": [b"\x01\x02", None, b"", b"\xff" * 40],
                    }
                ),
                p,
            ),
        ),
        "parcels.parquet",
        reject=(1, "geometry", "没有图形"),
        kept={"parcels": 4},
    ),
    # values
    Fault(
        "negative parcel area",
        _columns(ZDMJ=[-5.0, 1e4, 1e4, 1e4]),
        "parcels.geojson",
        reject=(1, "ZDMJ", "超出合理范围"),
        kept={"parcels": 3},
    ),
    Fault(
        "zero parcel area",
        _columns(ZDMJ=[0.0, 1e4, 1e4, 1e4]),
        "parcels.geojson",
        reject=(1, "ZDMJ", "超出合理范围"),
        kept={"parcels": 3},
    ),
    Fault(
        "area that is no number",
        _columns(ZDMJ=["约三亩", "1e4", "10,000", "１００００"]),
        "parcels.geojson",
        reject=(1, "ZDMJ", "不是数值"),
        kept={"parcels": 3},
    ),
    Fault(
        "area written as infinity",
        _columns(ZDMJ=["inf", "1e4", "1e4", "1e4"]),
        "parcels.geojson",
        reject=(1, "ZDMJ", "不是数值"),
        kept={"parcels": 3},
    ),
    Fault(
        "unknown area unit in a row",
        _columns(MJDW=["英亩", "㎡", "", "亩"], ZDMJ=[1, 1e4, 1e4, 15]),
        "parcels.geojson",
        reject=(1, "ZDMJ", "面积单位不认识"),
        kept={"parcels": 3},
    ),
    Fault(
        "row unit against the header",
        lambda d: files.write_geojson(
            d / "parcels.geojson",
            files.parcels(MJDW=["㎡", "亩", "", "亩"]).rename(columns={"ZDMJ": "宗地面积（亩）"}),
        ),
        "parcels.geojson",
        reject=(1, "ZDMJ", "矛盾"),
        kept={"parcels": 3},
    ),
    Fault(
        "parcel without code",
        _columns(ZDDM=["", *files.CODES[1:]]),
        "parcels.geojson",
        reject=(1, "ZDDM", "缺少必填的宗地代码"),
        kept={"parcels": 3},
    ),
    Fault(
        "parcel code twice, other shape",
        _columns(ZDDM=[files.CODES[0], files.CODES[0].lower(), *files.CODES[2:]]),
        "parcels.geojson",
        reject=(2, "ZDDM", "主键重复"),
        kept={"parcels": 3},
    ),
    Fault(
        "lookalike letters in a code",
        _csv(
            "enterprises.csv",
            ENT
            + "9133O603MA288OOO1A,甲公司,存续\n"
            + "９１３３０６０３ＭＡ２８８０００１Ａ,乙公司,存续\n",
        ),
        "enterprises.csv",
        kept={"enterprises": 2},
    ),
    Fault(
        "row with too many cells",
        _csv("enterprises.csv", ENT + GOOD_ROW + "1,乙,存续,多,余\n"),
        "enterprises.csv",
        reject=(2, "", "列数多于表头"),
        kept={"enterprises": 1},
    ),
    Fault(
        "row with too few cells",
        _csv("enterprises.csv", ENT + GOOD_ROW + files.USCC[1] + "\n"),
        "enterprises.csv",
        reject=(2, "企业名称", "缺少必填"),
        kept={"enterprises": 1},
    ),
    Fault(
        "header again among the rows",
        _csv("enterprises.csv", ENT + GOOD_ROW + ENT + GOOD_ROW),
        "enterprises.csv",
        reject=(2, "", "重复的表头行"),
        kept={"enterprises": 2},
    ),
    Fault(
        "total line at the end",
        _csv("enterprises.csv", ENT + GOOD_ROW + ",合计,\n"),
        "enterprises.csv",
        reject=(2, "统一社会信用代码", "缺少必填"),
        kept={"enterprises": 1},
    ),
    Fault(
        "nul bytes in a cell",
        _csv("enterprises.csv", (ENT + GOOD_ROW).encode() + b"x" * 4096 + b"\x00,b,c\n"),
        "enterprises.csv",
        fatal="不是文本文件",
    ),
    Fault(
        "formula in a csv",
        _csv("enterprises.csv", ENT + files.USCC[0] + ',"=HYPERLINK(""http://x"",""甲"")",存续\n'),
        "enterprises.csv",
        kept={"enterprises": 1},
    ),
    Fault(
        "impossible date",
        _csv("leases.csv", LEASE + "A1,甲,2021-02-30,5\n"),
        "leases.csv",
        reject=(1, "起始日期", "值已置空：不是可用的日期"),
        kept={"leases": 1},
    ),
    Fault(
        "excel error as a number",
        _csv("leases.csv", LEASE + "A1,甲,2021-02-03,#DIV/0!\n"),
        "leases.csv",
        reject=(1, "租赁土地面积", "值已置空：不是数值"),
        kept={"leases": 1},
    ),
    Fault(
        "number far beyond bounds",
        _csv("indicators.csv", IND + f"{files.USCC[0]},2024,1e300\n"),
        "indicators.csv",
        reject=(1, "税收", "值已置空：超出合理范围"),
        kept={"indicators": 1},
    ),
    Fault(
        "year that is no year",
        _csv("indicators.csv", IND + f"{files.USCC[0]},20245,1\n{files.USCC[0]},2024.5,1\n"),
        "indicators.csv",
        reject=(2, "年度", "不是整数"),
        kept={"indicators": 0},
    ),
    Fault(
        "the same figures twice",
        _csv("indicators.csv", IND + f"{files.USCC[0]},2024,1\n" * 2),
        "indicators.csv",
        reject=(2, "统一社会信用代码、年度、来源", "与另一行完全相同"),
        kept={"indicators": 1},
    ),
    Fault(
        "other figures for one year",
        _csv("indicators.csv", IND + f"{files.USCC[0]},2024,1\n{files.USCC[0]},2024,\n"),
        "indicators.csv",
        reject=(2, "统一社会信用代码、年度、来源", "主键重复"),
        kept={"indicators": 1},
    ),
    Fault(
        "unknown kind of flag",
        _csv("flags.csv", "统一社会信用代码,类型\n1,警告\n2,否决\n"),
        "flags.csv",
        reject=(1, "类型", "词语不在约定之内"),
        kept={"flags": 1},
    ),
    Fault(
        "longitude and latitude swapped",
        _csv("enterprises.csv", "统一社会信用代码,企业名称,经度,纬度\n1,甲,30.1,120.4\n"),
        "enterprises.csv",
        reject=(1, "经度", "疑似颠倒"),
        kept={"enterprises": 1},
    ),
    Fault(
        "codes stored as numbers",
        lambda d: files.write_sheets(
            d / "leases.xlsx",
            {"leases": [["合同编号", "出租方代码"], ["A1", 913306030460886265.0]]},
        ),
        "leases.xlsx",
        note="15 位以后的数字已丢失",
        kept={"leases": 1},
    ),
]


def _verdict(folder: Path, file: str):
    intake = examine(folder)
    found = [v for v in intake.files if v.file == file]
    assert found, [v.file for v in intake.files]
    return intake, found[0]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.id)
def test_a_broken_file_gives_a_clear_message(fault: Fault, tmp_path: Path) -> None:
    folder = files.sound_case(tmp_path / "case")
    fault.spoil(folder)
    before = {p.name for p in folder.rglob("*")}
    start = time.monotonic()
    if fault.fatal:
        with pytest.raises(DataError) as caught:
            read_case(folder)
        text = str(caught.value)
        assert fault.file in text
        assert fault.fatal in text
        assert caught.value.exit_code == 3
        assert caught.value.hint, "a message says what to do"
    else:
        read_case(folder)
    assert time.monotonic() - start < SECONDS
    assert {p.name for p in folder.rglob("*")} == before, "reading changes nothing in the folder"
    if fault.file == "mapping.yaml" or fault.file in ("parcels", "enterprises"):
        return
    intake, verdict = _verdict(folder, fault.file)
    for v in intake.files:
        assert v.rows_in == v.rows_kept + v.rows_rejected
        assert verdict_lines(v)
        json.dumps(v.as_dict())
    assert not fault.problem or fault.problem in " ".join(verdict.problems)
    assert not fault.note or fault.note in " ".join([*verdict.notes, *verdict.geometry])
    if fault.reject is not None:
        row, name, reason = fault.reject
        lines = intake.rejects[
            (intake.rejects["file"] == fault.file) & (intake.rejects["row"] == row)
        ]
        assert name in lines["field"].tolist(), intake.rejects.to_string()
        assert any(reason in text for text in lines["reason"])
    for stem, kept in fault.kept.items():
        assert len(getattr(intake.case, stem)) == kept


def test_there_are_at_least_sixty_hostile_files() -> None:
    assert len(FAULTS) >= 60
    assert len({f.id for f in FAULTS}) == len(FAULTS)
