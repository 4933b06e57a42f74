"""The wheel a bureau carries to an offline machine holds all that the program reads at run time."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# In a process that has the wheel's files and not the source tree: what is read, is there.
USES = """
import sys
from pathlib import Path
import geomujun, geomujun_api, geomujun_demo, geomujun_maps, geomujun_migrations
from geomujun.policy import locality, schemes
from geomujun.storage import migrate
for module in (geomujun, geomujun_api, geomujun_demo, geomujun_maps, geomujun_migrations):
    assert Path(module.__file__).is_relative_to(sys.argv[1]), module.__file__
assert schemes.load("zhejiang-2022", 2024).id
assert migrate.head() and len(migrate.sql_files()) > 5
assert (Path(geomujun_maps.__file__).parent / "web" / "index.html").exists()
assert (Path(geomujun_maps.__file__).parent / "site" / "index.html").exists()
from geomujun.cli.main import run
sys.argv = ["geomujun", "demo", "--out", "out", "--size", "town", "--no-serve"]
run()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "maps/geomujun_maps/site/index.html").exists():
        pytest.fail("the web app is not built: run `make web`")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--no-build-isolation", "--wheel-dir", out, ROOT],
        check=True,
    )  # fmt: skip
    return next(out.glob("geomujun-*.whl"))


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    kept = set(zipfile.ZipFile(wheel).namelist())
    for package in (
        "geomujun",
        "api/geomujun_api",
        "maps/geomujun_maps",
        "data/geomujun_demo",
        "migrations/geomujun_migrations",
    ):
        place = ROOT / package
        files = [p for p in place.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        missing = {str(p.relative_to(place.parent)) for p in files} - kept
        assert not missing, sorted(missing)[:5]


def test_the_wheel_works_without_the_source_tree(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    place.mkdir()
    zipfile.ZipFile(wheel).extractall(place)
    done = subprocess.run(
        [sys.executable, "-c", USES, place],
        cwd=tmp_path,
        env={"PYTHONPATH": str(place), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "result" / "map.html").exists()
