"""`geomujun doctor`: what this machine lacks, and the one command that mends it."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, distributions, requires

from geomujun.cli import console
from geomujun.cli.options import Json
from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.settings import from_environment

NEEDED = ("geopandas", "pyogrio", "pyarrow", "python_calamine", "opencc", "folium", "xlsxwriter")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    needed: bool  # without it the main job cannot run
    detail: str
    mend: str


def findings() -> list[Finding]:
    """Everything the product may need, looked at once."""
    packages = [_package(n) for n in NEEDED] + _absent()
    return [_python(), *packages, _drivers(), _space(), _postgis(), _chromium()]


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    detail = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", ok, True, detail, "apt-get install python3.11 python3.11-venv")


def _package(name: str) -> Finding:
    try:
        module = importlib.import_module(name)
    except ImportError as e:
        return Finding(name, False, True, str(e), "make setup")
    return Finding(name, True, True, str(getattr(module, "__version__", "")), "")


def _absent() -> list[Finding]:
    """Packages the installed product asks for that are not there."""
    try:
        wanted = requires("geomujun") or []
    except PackageNotFoundError:
        return [Finding("geomujun", False, True, t("没有安装", "not installed"), "make setup")]
    names = sorted({re.split(r"[^A-Za-z0-9._-]", w)[0] for w in wanted if "extra ==" not in w})
    return [Finding(n, False, True, t("没有安装", "not installed"), "make setup")
            for n in names if not any(distributions(name=n))]  # fmt: skip


def _drivers() -> Finding:
    try:
        import pyogrio
    except ImportError as e:
        return Finding("GDAL", False, True, str(e), "make setup")

    drivers = pyogrio.list_drivers()
    missing = [d for d in ("GPKG", "ESRI Shapefile", "OpenFileGDB", "GeoJSON") if d not in drivers]
    detail = ", ".join(missing) or "GDAL " + ".".join(map(str, pyogrio.__gdal_version__))
    return Finding("GDAL", not missing, True, detail, "make setup")


def _space() -> Finding:
    free = shutil.disk_usage(tempfile.gettempdir()).free >> 20
    mend = t("清理临时目录", "free the temporary folder")
    return Finding("disk", free > 1024, True, f"{free} MB", mend)


def _postgis() -> Finding:
    mend = "apt-get install 'postgresql-*-postgis-3'"
    try:
        from geomujun.storage import binaries
    except ImportError as e:
        return Finding("PostGIS", False, False, str(e), "make setup")
    try:
        found = binaries.find(from_environment().pg_bin)
    except MachineError:
        return Finding(
            "PostGIS", False, False, t("没有，按文件方式工作", "none: working on files"), mend
        )
    return Finding("PostGIS", True, False, f"PostgreSQL {found.major}  {found.folder}", "")


def _chromium() -> Finding:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    detail = path or t("没有，只影响网页测试", "none: only browser tests need it")
    return Finding("chromium", bool(path), False, detail, "apt-get install chromium")


def doctor(
    as_json: Json = False,
) -> None:
    """本机缺什么、怎么补 · what is missing on this machine, and the command that mends it."""
    found = findings()
    if as_json:
        console.out(json.dumps([asdict(f) for f in found], ensure_ascii=False))
    else:
        for f in found:
            mark = "✓" if f.ok else ("✗" if f.needed else "–")
            mend = "" if f.ok else f"  → {f.mend}"
            console.out(f"{mark} {f.what}  {f.detail}{mend}")
    broken = [f.what for f in found if f.needed and not f.ok]
    if broken:
        raise MachineError(t("缺少：{w}", "missing: {w}", w=", ".join(broken)))
