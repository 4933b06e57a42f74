"""Writes `case/`: chooses a format per file from seed, size and profile, and writes them all."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geomujun_demo import case_tables, layers
from geomujun_demo.files import Formats, Sheet, write_book, write_layer, write_table
from geomujun_demo.texts import Writer
from geomujun_demo.truth import Known

BIG: Final = ("csv", "csv-bom", "csv-gb18030", "parquet")
SMALL: Final = ("csv", "csv-gb18030", "xlsx", "xlsx-title", "parquet")
LAYERS: Final = ("shp/4528", "shp/4549", "gpkg/4528", "gpkg/4490", "parquet/4490", "geojson/4490")
LABELS: Final = {
    "ZDDM": "宗地代码", "BDCDYH": "不动产单元号", "ZL": "坐落", "ZDMJ": "宗地面积",
    "MJDW": "面积单位", "YT": "用途",
    "QLLX": "权利类型", "QLXZ": "权利性质", "RJL": "容积率", "JZMD": "建筑密度",
    "QSSJ": "使用权起始", "JSSJ": "使用权终止",
    "QXDM": "区县代码", "QLRMC": "权利人", "ZJH": "证件号", "QLBL": "权利比例", "JSQQ": "建设期起",
}  # fmt: skip
HOLDER_COLUMNS: Final = ("ZDDM", "QLRMC", "ZJZL", "ZJH", "QLRLX", "GYFS", "QLBL", "DJSJ")
HARD_MAPPING: Final = """# 厂区面积一列的名称和单位文件里没有写清
enterprises:
  columns: {上报用地面积: 占地（亩）}
  units: {上报用地面积: 亩}
"""


def choose_formats(size: str, profile: str, seed: int) -> Formats:
    """How each stem is written. `plain` is all easy; else seed and profile decide."""
    rng = Random(f"{seed}/{size}/{profile}/formats")  # noqa: S311
    found = Formats()
    for stem in ("parcels", "patches", "buildings", "parks"):
        choice = [k for k in LAYERS if size == "town" or not k.startswith("geojson")]
        found.of[stem] = "gpkg/4490" if profile == "plain" else rng.choice(choice)
    if size == "city":
        found.of |= {"parcels": "gpkg/4528", "buildings": "parquet/4490", "patches": "gpkg/4549"}
    for stem in ("enterprises", "indicators", "addresses"):
        found.of[stem] = "csv-bom" if profile == "plain" else rng.choice(BIG)
    small = BIG if size == "city" else SMALL
    for stem in ("leases", "flags", "supply", "groups", "region_indicators", "right_holders"):
        found.of[stem] = "csv-bom" if profile == "plain" else rng.choice(small)
    if profile == "plain":
        return found
    if size != "city" and rng.random() < 0.6:
        found.book = tuple(rng.sample(("leases", "supply", "flags", "groups"), 3))
        found.of |= dict.fromkeys(found.book, "xlsx-book")
    if size != "city" and rng.random() < 0.3:
        found.package = ("patches", "buildings")
        found.of |= dict.fromkeys(found.package, "gpkg-layer/4490")
    if found.of["parcels"].split("/")[0] != "shp" and rng.random() < 0.5:
        found.labels.add("parcels")
    return found


def write_case(folder: Path, known: Known, write: Writer) -> dict[str, str]:
    """Write every file of the case; what each was written as."""
    folder.mkdir(parents=True, exist_ok=True)
    world = known.world
    formats = choose_formats(world.size, world.profile, world.seed)
    rows, shapes, holders = layers.parcels(known, write)
    if not rows["MJDW"].notna().any():
        rows = rows.drop(columns="MJDW")
    if "parcels" in formats.labels:
        rows = rows.rename(columns=LABELS)
    _layer(folder, formats, "parcels", (rows, shapes))
    del rows, shapes
    _layer(folder, formats, "patches", layers.patches(known))
    _layer(folder, formats, "buildings", layers.buildings(known))
    _layer(folder, formats, "parks", layers.parks(known))
    if write.profile.reuse_holders:
        table = case_tables.frame(HOLDER_COLUMNS, holders)
        write_table(folder, "right_holders", table, formats.of["right_holders"])
    else:
        del formats.of["right_holders"]
    _tables(folder, known, write, formats)
    if world.profile == "hard":
        (folder / "mapping.yaml").write_text(HARD_MAPPING, encoding="utf-8")
    return dict(sorted(formats.of.items()))


def _layer(folder: Path, formats: Formats, stem: str, content: tuple[pd.DataFrame, Any]) -> None:
    kind, epsg = formats.of[stem].split("/")
    layer: gpd.GeoDataFrame = layers.in_crs(*content, int(epsg))
    if kind == "gpkg-layer":
        path = folder / "空间数据.gpkg"
        write_layer(path, layer, layer=stem, append=path.exists())
        return
    write_layer(folder / f"{stem}.{kind}", layer)


def _tables(folder: Path, known: Known, write: Writer, formats: Formats) -> None:
    middle = layers.centres(known)
    points = layers.firm_points(known, middle)
    makers: dict[str, Any] = {
        "enterprises": lambda: case_tables.enterprises(known, write, points),
        "leases": lambda: case_tables.leases(known, write),
        "indicators": lambda: case_tables.indicators(known, write),
        "flags": lambda: case_tables.flags(known),
        "supply": lambda: case_tables.supply(known, write),
        "groups": lambda: case_tables.groups(known),
        "addresses": lambda: case_tables.addresses(known, middle),
        "region_indicators": lambda: case_tables.region_indicators(known),
    }
    sheets: list[Sheet] = []
    for stem, make in makers.items():
        table = make()
        if stem in formats.book:
            sheets.append(
                Sheet(stem, table, "台账" if len(sheets) % 2 else "", as_text=len(sheets) % 2 > 0)
            )
        else:
            write_table(folder, stem, table, formats.of[stem])
    if sheets:
        write_book(folder / "台账.xlsx", sheets)
