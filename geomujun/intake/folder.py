"""What lies in a case folder: which file, layer or sheet holds which stem, and what is left aside.

Only names and first bytes are looked at. A link that leads out of the folder, a pipe or a device is
refused, since a case folder may come from elsewhere. Inner names of workbooks and geodatabases are
listed by the reader modules (`sheets`, `layers`); nothing is read here.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from geomujun.domain.catalogue import TABLES
from geomujun.lang import t

STEMS: Final = tuple(name for name, table in TABLES.items() if table.role == "input")
MAPPING_FILE: Final = "mapping.yaml"
DECISIONS_FILE: Final = "decisions.jsonl"

# Extension → kind of reader. Longest first, so that `.gdb.zip` is not taken for `.zip`.
KINDS: Final = {
    ".gdb.zip": "gdb.zip",
    ".geojson": "geojson",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".gdb": "gdb",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".shp": "shp",
}
LAYER_KINDS: Final = frozenset({"shp", "gpkg", "gdb", "gdb.zip", "geojson", "parquet"})
TABLE_KINDS: Final = frozenset({"csv", "xlsx", "xls", "parquet", "gpkg", "gdb", "gdb.zip", "shp"})
CONTAINERS: Final = frozenset({"xlsx", "xls", "gpkg", "gdb", "gdb.zip"})
SHAPE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SHAPE_LEFTOVERS: Final = (
    ".sbn",
    ".sbx",
    ".qix",
    ".qpj",
    ".fix",
    ".idm",
    ".ind",
    ".atx",
    ".shp.xml",
)

# Formats departments send that have no open reader, and what to do about them.
CONVERT_FIRST: Final = {
    ".mdb": ("Access 数据库 (PGeo)", "personal geodatabase (Access)"),
    ".accdb": ("Access 数据库", "Access database"),
    ".vct": ("VCT 交换格式 (GB/T 17798)", "VCT exchange format (GB/T 17798)"),
    ".dwg": ("CAD 图", "CAD drawing"),
    ".dxf": ("CAD 图", "CAD drawing"),
    ".kml": ("KML", "KML"),
    ".kmz": ("KMZ", "KMZ"),
    ".gml": ("GML", "GML"),
    ".tab": ("MapInfo", "MapInfo"),
    ".mif": ("MapInfo", "MapInfo"),
    ".zip": ("压缩包", "an archive"),
    ".rar": ("压缩包", "an archive"),
    ".7z": ("压缩包", "an archive"),
    ".et": ("WPS 表格", "WPS spreadsheet"),
    ".ods": ("ODS 表格", "ODS spreadsheet"),
    ".xlsb": ("XLSB 表格", "XLSB spreadsheet"),
    ".vrt": ("VRT 引用文件", "VRT reference file"),
    ".lyr": ("ArcGIS 图层引用", "ArcGIS layer reference"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file that may hold tables. ``parts`` are the files it consists of, itself first."""

    path: Path
    stem: str  # stem of its name in lower case; "" when the name is no stem
    kind: str
    parts: dict[str, Path] = field(default_factory=dict)  # extension → path, shapefiles only

    @property
    def name(self) -> str:
        """Name in the case folder."""
        return self.path.name


@dataclass(slots=True)
class Listing:
    """The folder sorted out; every entry of it is in exactly one of the four."""

    sources: list[Source] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)  # name, why: nobody's loss
    strange: list[tuple[str, str]] = field(default_factory=list)  # name, why: perhaps misnamed
    refused: list[tuple[str, str, str, str]] = field(default_factory=list)  # name, stem, why, hint
    mapping: Path | None = None


def split_name(name: str) -> tuple[str, str]:
    """A file name in lower case as (stem, extension with its dot), `.gdb.zip` as one extension."""
    lower = name.lower()
    for ext in KINDS:
        if lower.endswith(ext):
            return lower[: -len(ext)], ext
    stem, dot, ext = lower.rpartition(".")
    return (stem, dot + ext) if dot else (lower, "")


def escapes(path: Path, folder: Path) -> bool:
    """Whether a path, its links followed, lies outside the folder."""
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return True


def _entry_fault(path: Path, folder: Path) -> str:
    """Why an entry must not be opened at all; "" when it may."""
    if escapes(path, folder):
        return t(
            "链接指向案卷文件夹之外，拒绝读取", "a link that leads out of the case folder: refused"
        )
    try:
        mode = path.stat().st_mode
    except OSError as e:
        return t("读不到：{e}", "cannot be read: {e}", e=e.strerror or e)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return t(
            "不是普通文件（管道或设备），拒绝读取", "not a regular file (pipe or device): refused"
        )
    return ""


def _shape_parts(stem: str, entries: dict[str, list[Path]]) -> dict[str, Path]:
    parts = {}
    for ext in SHAPE_PARTS:
        found = entries.get(stem + ext)
        if found:
            parts[ext] = found[0]
    return parts


def _unsupported(path: Path, stem: str, ext: str, out: Listing) -> None:
    if stem in STEMS and ext in CONVERT_FIRST:
        what = t(*CONVERT_FIRST[ext])
        why = t("{w} 不能直接读取", "{w} cannot be read directly", w=what)
        hint = t(
            "请先转换：图层转为 GeoPackage 或 FileGDB，表格转为 XLSX 或 CSV，压缩包先解压",
            "convert first: layers to GeoPackage or FileGDB, tables to XLSX or CSV; unpack zips",
        )
        out.refused.append((path.name, stem, why, hint))
        return
    out.strange.append(
        (path.name, t("不是约定的文件名或格式", "not a stem or format of the contract"))
    )


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in ("thumbs.db", "desktop.ini")


def _place(path: Path, entries: dict[str, list[Path]], out: Listing) -> None:
    """Put one readable entry where it belongs."""
    stem, ext = split_name(path.name)
    kind = KINDS.get(ext, "")
    if path.is_dir() != (kind == "gdb"):
        kind = ""
    known = stem if stem in STEMS else ""
    if path.name.lower() == MAPPING_FILE:
        out.mapping = path
    elif ext in SHAPE_PARTS[1:] or path.name.lower().endswith(SHAPE_LEFTOVERS):
        if stem.removesuffix(".shp") + ".shp" not in entries:
            out.strange.append((path.name, t("没有同名的 .shp", "no .shp of the same name")))
    elif not kind:
        _unsupported(path, stem, ext, out)
    elif known or kind in CONTAINERS:
        parts = _shape_parts(stem, entries) if kind == "shp" else {}
        out.sources.append(Source(path, known, kind, parts))
    else:
        out.strange.append(
            (path.name, t("文件名不是约定的表名", "its name is not a stem of the contract"))
        )


def find(folder: Path) -> Listing:
    """Sort out a case folder, without opening any file.

    Args:
        folder: The case folder; sub-folders other than `.gdb` are not entered.

    Returns:
        Sources sorted by name, and every other entry with the reason it is left aside.

    Raises:
        OSError: the folder cannot be listed.
    """
    out = Listing()
    entries: dict[str, list[Path]] = {}
    paths = sorted(folder.iterdir(), key=lambda p: p.name)
    for path in paths:
        entries.setdefault(path.name.lower(), []).append(path)
    for path in paths:
        fault = _entry_fault(path, folder)
        if _is_temporary(path.name):
            out.ignored.append((path.name, t("系统或临时文件", "system or temporary file")))
        elif fault:
            stem = split_name(path.name)[0]
            out.refused.append((path.name, stem if stem in STEMS else "", fault, ""))
            entries.pop(path.name.lower(), None)
        elif path.name.lower() == DECISIONS_FILE:
            out.ignored.append((path.name, t("由 --decisions 读取", "read by --decisions")))
    refused = {name for name, *_ in out.refused} | {name for name, _ in out.ignored}
    for path in paths:
        if path.name not in refused:
            _place(path, entries, out)
    return out


def files_of(source: Source) -> Iterator[tuple[str, Path]]:
    """Name and path of each file a source consists of, sorted by name."""
    if source.parts:
        yield from sorted((p.name, p) for p in source.parts.values())
    elif source.path.is_dir():
        inner = sorted(p for p in source.path.rglob("*") if p.is_file())
        yield from ((p.relative_to(source.path).as_posix(), p) for p in inner)
    else:
        yield source.name, source.path
