"""Ground maps below the plots: which there are, and their tiles through this service."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from geomujun.lang import t
from geomujun_api import basemaps, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.lru import Tiles
from geomujun_api.problems import NotFoundError
from geomujun_api.service import Caller, Service

router: Final = APIRouter(tags=["底图"], responses=problems())
MEMORY_BYTES: Final = 32 << 20
KEPT_S: Final = 7 * 86_400
_MEMORY: Final = "basemap tiles"
_KNOWN: Final = "basemaps"
_IMAGES: Final = {
    f"image/{kind}": {"schema": {"type": "string", "format": "binary"}}
    for kind in ("png", "jpeg", "webp")
}


class Basemap(Strict):
    """A ground map, and what has to stand on a map that shows it."""

    id: str
    title: str
    labels: bool = Field(description="另有注记图层")
    approval: str = Field(description="审图号")
    attribution: str
    max_zoom: int


def known(service: Service) -> dict[str, basemaps.Basemap]:
    """The ground maps the settings name, read once: at the start, so that a fault is told then."""
    found = service.memory.get(_KNOWN)
    if found is None:
        found = service.memory[_KNOWN] = basemaps.read(service.settings.basemaps)
    assert isinstance(found, dict)  # noqa: S101 - set above only
    return found


def _offered(caller: Caller) -> dict[str, basemaps.Basemap]:
    within.published(caller)
    return known(caller.service)


@router.get("/v1/basemaps", summary="可用的底图及审图号")
def listing(caller: Reading) -> list[Basemap]:
    """The ground maps; empty where none is configured."""
    return [
        Basemap(id=b.id, title=b.title, labels=bool(b.labels), approval=b.approval,
                attribution=b.attribution, max_zoom=b.max_zoom)
        for b in _offered(caller).values()
    ]  # fmt: skip


@router.get(
    "/basemap/{name}/{z}/{x}/{y}", summary="底图瓦片，由本服务代取", response_class=Response,
    responses={200: {"description": "图片", "content": _IMAGES},
               204: {"description": "此处没有底图"}, **problems(404)},
)  # fmt: skip
def tile(
    caller: Reading,
    name: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,30}$", description="底图")],
    z: Annotated[int, Path(ge=0, le=22, description="层级")],
    x: Annotated[int, Path(ge=0, lt=2**22, description="列")],
    y: Annotated[int, Path(ge=0, lt=2**22, description="行")],
    part: Annotated[Literal["map", "labels"], Query(description="底图或注记")] = "map",
) -> Response:
    """A tile, fetched once and remembered."""
    found = _offered(caller).get(name)
    inside = found and z <= found.max_zoom and x < 2**z and y < 2**z
    if not found or not inside or (part == "labels" and not found.labels):
        raise NotFoundError(t("没有这块底图", "there is no such ground map tile"))
    memory = caller.service.memory.setdefault(_MEMORY, Tiles(MEMORY_BYTES))
    assert isinstance(memory, Tiles)  # noqa: S101 - set above only
    there, kept = memory.get((name, part, z, x, y))
    if not there:
        kept = basemaps.fetch(found.address((z, x, y), part))
        memory.put((name, part, z, x, y), kept)
    headers = {"cache-control": f"private, max-age={KEPT_S}", "vary": "Authorization"}
    if kept is None:
        return Response(status_code=204, headers=headers)
    return Response(kept.body, media_type=basemaps.media(kept.body), headers=headers)
