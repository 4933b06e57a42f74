"""The web app's files, out of the package that holds its build; nothing from elsewhere.

Names under ``assets/`` carry a hash of their content and are kept for ever; the page is asked
for each time. A path without a file is a page of the app, so that deep links open.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from geomujun.lang import t
from geomujun_api.problems import NotFoundError

router: Final = APIRouter(include_in_schema=False)
BASE: Final = "/app"
FOR_EVER: Final = "public, max-age=31536000, immutable"
_BUILD: Final = resources.files("geomujun_maps") / "web"
_MEDIA: Final = {
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml", "png": "image/png", "json": "application/json",
}  # fmt: skip


@router.get("/")
async def front() -> Response:
    """The address without a path opens the app."""
    return RedirectResponse(BASE + "/")


@router.get(BASE)
@router.get(BASE + "/{path:path}")
async def file(request: Request, path: str = "") -> Response:
    """A file of the build, or the app's page.

    Raises:
        NotFoundError: a file that is not there, or the app is not built.
    """
    name = path if "." in path.rsplit("/", 1)[-1] else "index.html"
    found = _files().get(name)
    if found is None:
        raise NotFoundError(_missing(name))
    headers = {"cache-control": FOR_EVER if name.startswith("assets/") else "no-cache",
               "vary": "accept-encoding"}  # fmt: skip
    packed = _files().get(name + ".gz")
    if packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        found, headers["content-encoding"] = packed, "gzip"
    media = _MEDIA.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    return Response(found.read_bytes(), media_type=media, headers=headers)


def _missing(name: str) -> str:
    if name == "index.html":
        return t("网页程序没有构建：请运行 make web", "the web app is not built: run `make web`")
    return t("没有这个文件", "no such file")


@cache
def _files() -> dict[str, Traversable]:
    """All files of the build by path: what is not in here cannot be asked for."""
    return dict(_walk(_BUILD, "")) if _BUILD.is_dir() else {}


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for one in folder.iterdir():
        inside = _walk(one, f"{prefix}{one.name}/") if one.is_dir() else [(prefix + one.name, one)]
        found.extend(inside)
    return found
