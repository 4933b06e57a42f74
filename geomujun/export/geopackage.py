"""result.gpkg: layers, all tables, and the QGIS styles that open them drawn.

Layers: ``parcels`` (both grades, bucket, areas, users, low-efficiency flag, evidence summary; also
linked patches), ``enterprises`` (points), ``link_lines`` (plot to firm), ``patches``,
``buildings``, ``parks``. Output tables stand under their own names without geometry. EPSG:4490,
axes lon/lat. Time stamps are the day of the run, so that the same run gives the same bytes.

Source: OGC 12-128r15 (GeoPackage 1.2); QGIS `layer_styles`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from geomujun_maps import joined

from geomujun.domain.case import CRS
from geomujun.domain.catalogue import TABLES
from geomujun.domain.legend import legend
from geomujun.domain.model import Sensitivity
from geomujun.export import qgis_style
from geomujun.export.frames import OUTPUTS, ordered
from geomujun.export.result import Result
from geomujun.geo.datum import DATUMS, to_cgcs2000
from geomujun.lang import t

Frame = TypeVar("Frame", bound=pd.DataFrame)
_STYLES_TABLE: Final = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME)
"""
_STYLES_CONTENT: Final = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
    " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"
)
_STYLE_ROW: Final = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
    " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
    " VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', NULL, ?)"
)


def write(result: Result, path: Path) -> None:
    """Write the GeoPackage of a masked result to ``path``, which must not exist."""
    stamp = f"{result.as_of.isoformat()}T00:00:00.000Z"
    with _fixed_clock(stamp):
        for name, layer in _layers(result).items():
            _append(_dated(layer), path, name)
        for name in OUTPUTS:
            _append(pd.DataFrame(_dated(ordered(result, name))), path, name)
    _write_styles(path, stamp)
    _count_no_commits(path)


def _append(frame: pd.DataFrame, path: Path, name: str) -> None:
    """One layer more; the first one makes the file, in a version that old QGIS reads silently."""
    options = {} if path.exists() else {"dataset_options": {"VERSION": "1.2"}}
    pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", use_arrow=True, **options)


def _count_no_commits(path: Path) -> None:
    """The file's change counter set to 1: commits follow how columns lie in memory, rows do not.

    Source: SQLite database file format, 1.3.8 and 1.3.17 (both places must agree).
    """
    with path.open("r+b") as file:
        for place in (24, 92):
            file.seek(place)
            file.write(b"\0\0\0\1")


@contextmanager
def _fixed_clock(stamp: str) -> Iterator[None]:
    """GDAL writes this time instead of now; options are global, so they are taken back.

    Waiting for the disk after each table is left out too: a half-written file is thrown away.
    """
    options = {"OGR_CURRENT_DATE": stamp, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _dated(frame: Frame) -> Frame:
    """Dates as dates, not as moments."""
    columns = [c for c in frame.columns if frame[c].dtype.kind == "M"]
    return frame.astype({c: pd.ArrowDtype(pa.date32()) for c in columns})


def _layers(result: Result) -> dict[str, gpd.GeoDataFrame]:
    plots = joined.plots(result)
    firms = firm_points(result, plots)
    layers = {
        "parcels": as_multipolygons(plots.rename(columns={"area_m2": "registered_m2"})),
        "enterprises": firms,
        "link_lines": link_lines(result, plots, firms),
    }
    for name in ("patches", "buildings", "parks"):
        frame = getattr(result.case, name)
        if len(frame):
            fields = [f for f in TABLES[name].fields if f.sensitivity is not Sensitivity.PERSONAL]
            part = frame[[*(f.name for f in fields), "geometry"]]
            key = [k for k in TABLES[name].key if k in part.columns]
            layers[name] = as_multipolygons(part.sort_values(key, kind="stable", ignore_index=True))
    return layers


def as_multipolygons(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One geometry type per layer, as the format asks; what is no polygon is left out."""
    shapes = frame.geometry.to_numpy()
    multi = np.full(len(shapes), None, dtype=object)
    multi[~shapely.is_missing(shapes)] = shapely.MultiPolygon()
    parts, row = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    shapely.multipolygons(parts[polygon], indices=row[polygon], out=multi)
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=multi, crs=CRS)


def firm_points(result: Result, plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Enterprises where they are: ``point_from`` says reported or parcel; none stays without point.

    A point is used with a declared datum only (brought to CGCS2000); else a place on the firm's
    largest counted plot stands for it.
    """
    firms = joined.firms(result)
    case = result.case.enterprises
    case = case[~joined.text(case["uscc"]).duplicated().to_numpy()]
    case = case.set_index(joined.text(case["uscc"])).reindex(firms.index)
    datum = joined.text(case["datum"]).str.lower().to_numpy(dtype=str)
    lon, lat = joined.number(case["longitude"]), joined.number(case["latitude"])
    placed = to_cgcs2000(lon, lat, datum)
    told = np.isin(datum, DATUMS) & ~np.isnan(placed.lon) & ~np.isnan(placed.lat)
    points = np.full(len(firms), None, dtype=object)
    points[told] = shapely.points(placed.lon[told], placed.lat[told])
    main = _main_plot(result, plots).reindex(firms.index).fillna(-1).to_numpy(dtype=np.int64)
    derived = ~told & (main >= 0)
    points[derived] = shapely.point_on_surface(plots.geometry.to_numpy()[main[derived]])
    out = firms.reset_index().rename(columns={"former_names": "former", "bucket": "bucket"})
    out["point_from"] = np.select([told, derived], ["reported", "parcel"], "")
    return gpd.GeoDataFrame(out, geometry=points, crs=CRS)


def _main_plot(result: Result, plots: gpd.GeoDataFrame) -> pd.Series:
    """Row of the largest counted plot of each firm, by uscc."""
    links = joined.links(result)
    links = links[links["use"] == "counted"]
    row = pd.Index(plots["parcel_code"]).get_indexer(links["parcel_code"])
    frame = pd.DataFrame({"uscc": links["uscc"], "row": row, "area": links["area"].fillna(0)})
    frame = frame[frame["row"] >= 0].sort_values(
        ["uscc", "area", "row"], ascending=[True, False, True]
    )
    return frame.drop_duplicates("uscc").set_index("uscc")["row"]


def link_lines(
    result: Result, plots: gpd.GeoDataFrame, firms: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Counted and review links as lines from a place on the plot to the firm's point."""
    links = joined.links(result)
    links = links[links["use"] != "other"].reset_index(drop=True)
    plot = pd.Index(plots["parcel_code"]).get_indexer(links["parcel_code"])
    firm = pd.Index(firms["uscc"]).get_indexer(links["uscc"])
    start = _taken(shapely.point_on_surface(plots.geometry.to_numpy()), plot)
    end = _taken(firms.geometry.to_numpy(), firm)
    columns = ["parcel_code", "uscc", "relation", "area_m2", "area_method", "probability", "band"]
    out = links[[*columns, "decision", "use"]].copy()
    out["area_m2"] = joined.number(out["area_m2"]).round(2)
    out["area_method"] = joined.text(out["area_method"])
    out.insert(2, "name", firms["name"].reindex(firm).fillna("").to_numpy())
    return gpd.GeoDataFrame(out, geometry=_segments(start, end), crs=CRS)


def _taken(points: npt.NDArray[np.object_], rows: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
    out = np.full(len(rows), None, dtype=object)
    out[rows >= 0] = points[rows[rows >= 0]]
    return out


def _segments(
    start: npt.NDArray[np.object_], end: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    out = np.full(len(start), None, dtype=object)
    both = ~(shapely.is_missing(start) | shapely.is_missing(end))
    ends = np.stack([shapely.get_coordinates(start[both]), shapely.get_coordinates(end[both])], 1)
    out[both] = shapely.linestrings(ends)
    return out


def _styles() -> list[tuple[str, str, str, bool, str]]:
    """(layer, style, QML, default, description) of every style."""
    words = legend()
    letter = "CASE WHEN \"{0}\" IN ('A','B','C','D') THEN \"{0}\" END"
    firm = letter.format("enterprise_grade")
    return [
        (
            "parcels", "parcel_grade",
            qgis_style.categorised("parcel_grade", words.grades, letter.format("parcel_grade")),
            True, t("宗地等级", "parcel grade"),
        ),
        (
            "parcels", "enterprise_grade",
            qgis_style.categorised("enterprise_grade", words.grades, firm),
            False, t("企业等级", "enterprise grade"),
        ),
        (
            "parcels", "bucket",
            qgis_style.categorised("bucket", words.parcel_buckets, '"bucket"'),
            False, t("清点归类", "reconciliation bucket"),
        ),
        ("enterprises", "grade", qgis_style.points(), True, t("企业等级", "enterprise grade")),
        ("link_lines", "band", qgis_style.lines(), True, t("地企对应", "links")),
        ("parks", "park", qgis_style.single_fill("park", 0.04), True, t("园区", "parks")),
        ("patches", "patch", qgis_style.single_fill("patch", 0.0), True, t("图斑", "patches")),
        (
            "buildings", "building", qgis_style.single_fill("building", 0.1),
            True, t("自然幢", "buildings"),
        ),
    ]  # fmt: skip


def _write_styles(path: Path, stamp: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        there = {row[0] for row in db.execute("SELECT table_name FROM gpkg_contents")}
        db.execute("PRAGMA synchronous = OFF")
        db.execute(_STYLES_TABLE)
        db.execute(_STYLES_CONTENT, (stamp,))
        for layer, name, qml, default, description in _styles():
            if layer in there:
                db.execute(_STYLE_ROW, (layer, name, qml, default, description, stamp))
