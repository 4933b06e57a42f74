"""Vector tiles: `/tiles/{version}/land/{z}/{x}/{y}.mvt`; the version is an edition's number.

An address never changes its content, so it may be kept for ever. Readers of all divisions get the
tiles drawn at publication, out of this process's memory; those of some divisions, and zooms above
the cached ones, are drawn when asked for. The public gets what the locality publishes and no more.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from geomujun.domain.published import PLOTS
from geomujun.lang import t
from geomujun.policy.rights import Reader
from geomujun.storage import public_tiles, tiles
from geomujun.storage.tiles import CACHED_ZOOM, EVERYWHERE, Tile
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.lru import Tiles
from geomujun_api.problems import NotFoundError
from geomujun_api.service import Caller, Service
from geomujun_api.shown import GONE, Edition, newest, shown

MEDIA: Final = "application/vnd.mapbox-vector-tile"
HIGHEST: Final = 22
_MEMORY: Final = "tiles"
_TILE: Final = {"schema": {"type": "string", "format": "binary"}}
_PLACE: Final = "/{version}/{layer}/{z}/{x}/{y}.mvt"
TEMPLATE: Final = f"/tiles{_PLACE}"  # for the log and the figures
_FIELDS: Final = {
    "grid": {
        "plots": "地块数", "area_m2": "登记面积合计", "parcel_a": "宗地A类面积",
        "parcel_b": "宗地B类面积", "parcel_c": "宗地C类面积", "parcel_d": "宗地D类面积",
        "firm_a": "企业A类面积", "firm_b": "企业B类面积", "firm_c": "企业C类面积",
        "firm_d": "企业D类面积", "low": "低效用地提示面积", "tax_class": "亩均税收分档均值",
    },
    "plots": {
        "parcel_code": "宗地代码", "parcel_grade": "宗地等级", "enterprise_grade": "使用企业等级",
        "tax_class": "亩均税收分档 1–5，0为无", "flags": "1 低效提示，2 待复核，4 有疑点",
    },
}  # fmt: skip
Version = Annotated[int, Path(ge=1, le=2**31 - 1, description="发布号")]
Layer = Annotated[Literal["land"], Path(description="图层")]
Zoom = Annotated[int, Path(ge=0, le=HIGHEST, description="层级")]
Column = Annotated[int, Path(ge=0, lt=2**HIGHEST, description="列")]
Row = Annotated[int, Path(ge=0, lt=2**HIGHEST, description="行")]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who sees the same tiles: readers of all divisions, of the same few, or the public."""

    public: tuple[str, ...] | None = None  # its columns; None for readers with a key
    divisions: tuple[str, ...] = EVERYWHERE


EVERYONE: Final = Audience()


def audience_of(service: Service, reader: Reader) -> Audience:
    """Whose tiles a reader gets."""
    if reader.public:
        names = service.policy.fields(PLOTS, public=True)
        return Audience(public=tuple(f.name for f in names))
    return EVERYONE if reader.everywhere else Audience(divisions=tuple(sorted(reader.divisions)))


def memory_of(service: Service) -> Tiles:
    """The tiles this process remembers."""
    found = service.memory.get(_MEMORY)
    if found is None:
        most = service.settings.tile_memory_mb << 20
        found = service.memory.setdefault(_MEMORY, Tiles(most))
    assert isinstance(found, Tiles)  # noqa: S101 - only ours is put there
    return found


def drawn_before(place: tuple[int, int, int], audience: Audience) -> bool:
    """Whether a tile lies in the cache, or is one of the public's; all others are live."""
    return audience.public is not None or (audience == EVERYONE and place[0] <= CACHED_ZOOM[1])


router: Final = APIRouter(prefix="/tiles", tags=["瓦片"], responses=problems(404) | GONE)


@router.get(
    _PLACE,
    summary="矢量瓦片：12级起为地块，以下为等级构成格网",
    response_class=Response,
    responses={200: {"description": "MVT", "content": {MEDIA: _TILE}},
               204: {"description": "此处没有地块"}, 304: {"description": "没有变化"}},
)  # fmt: skip
async def tile(
    caller: Reading, version: Version, layer: Layer, z: Zoom, x: Column, y: Row
) -> Response:
    """One tile. ``version`` is the number of an edition, so the address is immutable."""
    found = await run_in_threadpool(_tile, caller, version, layer, (z, x, y))
    return answer(dict(caller.request.headers.raw), found, public=caller.reader.public)


def _tile(caller: Caller, version: int, _layer: str, place: tuple[int, int, int]) -> Tile | None:
    service = caller.service
    edition = shown(service, caller.reader, version)
    z, x, y = place
    if x >= 2**z or y >= 2**z:
        raise NotFoundError(t("第 {z} 级没有这块瓦片", "there is no such tile at zoom {z}", z=z))
    audience = audience_of(service, caller.reader)
    key = (edition.number, place, audience)
    known, found = memory_of(service).get(key)
    if not known:
        found = _drawn(service, edition, place, audience)
        memory_of(service).put(key, found)
    return found


def _drawn(
    service: Service, edition: Edition, place: tuple[int, int, int], audience: Audience
) -> Tile | None:
    """A tile out of the database: the one drawn at publication, or drawn now."""
    number = edition.number
    with service.reading() as connection:
        if audience.public is None and drawn_before(place, audience):
            return tiles.cached(connection, number, place)
        if audience.public is None:
            body = tiles.draw(connection, number, place, audience.divisions)
        else:
            body = public_tiles.draw(connection, number, place, audience.public, service.policy)
    return tiles.packed(body, tiles.QUICK) if body else None


class Answer(Response):
    """A tile as it lies in memory: its headers are made here, in as few steps as can be."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
        """``headers``: names in lower case."""
        self.status_code, self.raw_headers, self.body = status, headers, body
        self.background = None


_WHOSE: Final = {
    public: (
        (b"cache-control", f"{whose}, max-age=31536000, immutable".encode()),
        (b"vary", b"Authorization, Accept-Encoding"),
    )
    for public, whose in ((True, "public"), (False, "private"))
}
_TYPE: Final = (b"content-type", MEDIA.encode())
_GZIP: Final = (b"content-encoding", b"gzip")


def answer(asked: Mapping[bytes, bytes], tile: Tile | None, *, public: bool) -> Answer:
    """A tile gzipped, for those who read gzip; 204 where nothing is.

    Args:
        asked: Headers of the request, names in lower case.
        tile: The tile, None for an empty one.
        public: Whether anyone may keep it.
    """
    headers = [*_WHOSE[public]]
    if tile is None:
        return Answer(204, headers)
    mark = b'"%s"' % tile.etag.encode()
    headers.append((b"etag", mark))
    if mark in asked.get(b"if-none-match", b""):
        return Answer(304, headers)
    body = tile.body
    if b"gzip" in asked.get(b"accept-encoding", b""):
        headers.append(_GZIP)
    else:
        body = gzip.decompress(body)
    headers += (_TYPE, (b"content-length", b"%d" % len(body)))
    return Answer(200, headers, body)


class VectorLayer(Strict):
    """A layer inside the tiles, and what its features carry."""

    id: str
    description: str
    minzoom: int = Field(ge=0, le=HIGHEST)
    maxzoom: int = Field(ge=0, le=HIGHEST)
    fields: dict[str, str]


class TileJSON(Strict):
    """TileJSON 3.0.0."""

    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    version: str = Field(description="第几号发布", examples=["7.0.0"])
    scheme: Literal["xyz"] = "xyz"
    tiles: list[str]
    minzoom: int = 0
    maxzoom: int = 16
    bounds: list[float] | None = Field(None, min_length=4, max_length=4)
    vector_layers: list[VectorLayer]


@router.get("/{version}/{layer}.json", summary="某一号发布的 TileJSON")
def described(caller: Reading, version: Version, layer: Layer) -> TileJSON:
    """What the tiles of an edition hold and where they are."""
    return _described(caller, shown(caller.service, caller.reader, version), layer)


@router.get("/{layer}.json", summary="现用发布的 TileJSON")
def described_now(
    caller: Reading,
    layer: Layer,
    year: Annotated[int | None, Query(ge=1990, le=2200, description="数据年度，缺省为最新")] = None,
) -> TileJSON:
    """The tiles of the edition the reader's channel shows."""
    return _described(caller, newest(caller.service, caller.reader, year), layer)


def _described(caller: Caller, edition: Edition, layer: str) -> TileJSON:
    base = str(caller.request.base_url).rstrip("/")
    audience = audience_of(caller.service, caller.reader)
    below = public_tiles.GRID_BELOW
    layers = [
        VectorLayer(id=name, description=said, minzoom=low, maxzoom=high,
                    fields=_fields(name, audience))
        for name, said, low, high in (("grid", "等级构成格网", 0, below - 1),
                                      ("plots", "地块", below, HIGHEST))
    ]  # fmt: skip
    return TileJSON(
        name=edition.title or layer,
        version=f"{edition.number}.0.0",
        tiles=[f"{base}/tiles/{edition.number}/{layer}/{{z}}/{{x}}/{{y}}.mvt"],
        bounds=list(edition.bounds) or None,
        vector_layers=layers,
    )


def _fields(layer: str, audience: Audience) -> dict[str, str]:
    every = _FIELDS[layer]
    if audience.public is None:
        return every
    zoom = 0 if layer == "grid" else HIGHEST
    said = public_tiles.attributes(zoom, audience.public)
    return {name: text for name, text in every.items() if name in said}
