"""The published map as plain files for any web server: one page, PMTiles and JSON.

Nothing here decides what is public: the caller gives only what is. Texts are written as JSON and
shown as text, never as markup.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geomujun.errors import MachineError
from geomujun.export import folder
from geomujun.lang import t

DATA: Final = "data"
TILES: Final = "land.pmtiles"
_E7: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Site:
    """What a site holds. ``tables``: columns by name; ``bounds``: west, south, east, north."""

    about: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, list[Any]]]
    tiles: Iterable[tuple[tuple[int, int, int], bytes]]
    bounds: tuple[float, float, float, float]


def write_site(site: Site, page: Traversable, out: Path) -> dict[str, str]:
    """Write a site; the SHA-256 of each file by its path.

    Args:
        site: What it shows.
        page: The built page and its assets.
        out: Folder to make; an earlier site of ours is replaced, anything else refused.

    Raises:
        UsageError: ``out`` holds something that is not ours.
        MachineError: the page is not built, or the place cannot be written.
    """
    if not page.is_dir():
        raise MachineError(
            t("网页程序没有构建", "the web app is not built"), hint=t("运行 make web", "make web")
        )
    with folder.staged(out) as stage:
        _copy(page, stage)
        data = stage / DATA
        data.mkdir()
        _write_tiles(site, data / TILES)
        _write_json(data / "about.json", site.about)
        for name, columns in site.tables.items():
            _write_json(data / f"{name}.json", columns)
        hashes = _hashes(stage)
        _write_json(stage / "run.json", {"made_by": folder.MADE_BY, "kind": "site",
                                         **site.about, "files": hashes})  # fmt: skip
    return hashes


def _copy(page: Traversable, stage: Path) -> None:
    for one in page.iterdir():
        if one.is_dir():
            (stage / one.name).mkdir()
            _copy(one, stage / one.name)
        elif not one.name.endswith(".gz"):  # any server packs by itself, or not at all
            (stage / one.name).write_bytes(one.read_bytes())


def _write_tiles(site: Site, path: Path) -> None:
    """Tiles in the archive's own order, gzipped to the same bytes each time."""
    west, south, east, north = site.bounds
    packed = [
        (zxy_to_tileid(*place), gzip.compress(body, 9, mtime=0)) for place, body in site.tiles
    ]
    with path.open("wb") as file:
        writer = Writer(file)
        for number, body in sorted(packed):
            writer.write_tile(number, body)
        if not packed:
            writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(b"", 9, mtime=0))
        writer.finalize(
            {
                "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
                "min_lon_e7": int(west * _E7), "min_lat_e7": int(south * _E7),
                "max_lon_e7": int(east * _E7), "max_lat_e7": int(north * _E7),
                "center_zoom": 12, "center_lon_e7": int((west + east) / 2 * _E7),
                "center_lat_e7": int((south + north) / 2 * _E7),
            },
            {"name": site.about.get("title", "")},
        )  # fmt: skip


def _write_json(path: Path, content: Any) -> None:
    path.write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n",
        "utf-8",
    )


def _hashes(stage: Path) -> dict[str, str]:
    files = sorted(p for p in stage.rglob("*") if p.is_file())
    return {
        p.relative_to(stage).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
