"""The page that explains the interface: our own files, nothing from elsewhere."""

from __future__ import annotations

from importlib import resources
from typing import Any, Final

from fastapi import APIRouter, Response

router: Final = APIRouter(tags=["运行"])
_MEDIA: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_FILES: Final = resources.files("geomujun_api") / "assets"


def _answers(kind: str) -> dict[int | str, dict[str, Any]]:
    content = {f"{_MEDIA[kind]}": {"schema": {"type": "string"}}}
    return {200: {"description": "文件", "content": content}}


def _file(kind: str) -> Response:
    body = (_FILES / f"docs.{kind}").read_bytes()
    return Response(body, media_type=f"{_MEDIA[kind]}; charset=utf-8")


@router.get("/docs", summary="接口说明", response_class=Response, responses=_answers("html"))
async def page() -> Response:
    """A page that renders the OpenAPI."""
    return _file("html")


@router.get("/docs/docs.css", summary="接口说明的样式", response_class=Response,
            responses=_answers("css"))  # fmt: skip
async def style() -> Response:
    """Its style."""
    return _file("css")


@router.get("/docs/docs.js", summary="接口说明的程序", response_class=Response,
            responses=_answers("js"))  # fmt: skip
async def script() -> Response:
    """Its program."""
    return _file("js")
