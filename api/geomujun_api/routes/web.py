"""The web app's files, out of the package that holds its build; nothing from elsewhere.

Names under ``assets/`` carry a hash of their content and are kept for ever; the page is asked
for each time. A path without a file is a page of the app, so that deep links open. A build made
while the service runs is served from the next request on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from geomujun.lang import t
from geomujun_api.problems import NotFoundError

router: Final = APIRouter(include_in_schema=False)
BASE: Final = "/app"
FOR_EVER: Final = "public, max-age=31536000, immutable"
_FIRST: Final = "map"  # the page that the bare address opens
_PAGE: Final = re.compile(r"src/pages/([a-z-]+)(?:/index)?\.tsx")
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
    try:
        return _told(name, path.split("/")[0] or _FIRST, request.headers)
    except FileNotFoundError as e:  # not there, or another build takes its place just now
        raise NotFoundError(_missing(name)) from e


def _told(name: str, page: str, asked: Mapping[str, str]) -> Response:
    build = _build(_stamp())
    found = build.files.get(name)
    if found is None:
        raise FileNotFoundError(name)
    headers = {"cache-control": FOR_EVER if name.startswith("assets/") else "no-cache",
               "vary": "accept-encoding"}  # fmt: skip
    if name == "index.html" and (needed := build.needed.get(page)):
        headers["link"] = needed
    packed = build.files.get(name + ".gz")
    if packed is not None and "gzip" in asked.get("accept-encoding", ""):
        found, headers["content-encoding"] = packed, "gzip"
    media = _MEDIA.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    return Response(found.read_bytes(), media_type=media, headers=headers)


def _missing(name: str) -> str:
    if name == "index.html":
        return t("网页程序没有构建：请运行 make web", "the web app is not built: run `make web`")
    return t("没有这个文件", "no such file")


def warm() -> None:
    """Look at the build, so that the first page is no slower."""
    _build(_stamp())


@dataclass(frozen=True, slots=True)
class _Build:
    """A build's files by path (what is not there cannot be asked for) and links by page."""

    files: dict[str, Traversable]
    needed: dict[str, str]


def _stamp() -> tuple[int, ...]:
    """What changes with a build: some microseconds; a look at all files takes milliseconds."""
    if not isinstance(_BUILD, Path):
        return ()  # a package in an archive stays as it is
    try:
        parts = (_BUILD, _BUILD / "assets", _BUILD / "index.html")
        return tuple(part.stat().st_mtime_ns for part in parts)
    except FileNotFoundError:
        return ()


@lru_cache(maxsize=1)
def _build(_stamp: tuple[int, ...]) -> _Build:
    """The build that is there."""
    files = dict(_walk(_BUILD, "")) if _BUILD.is_dir() else {}
    return _Build(files, _needed(files))


def _needed(files: dict[str, Traversable]) -> dict[str, str]:
    """By a page's name, the ``Link`` header with its code: else it is asked for after the app's.

    The build's manifest tells what each page imports.
    """
    found = files.get("manifest.json")
    manifest: dict[str, Any] = json.loads(found.read_bytes()) if found else {}
    pages = {told[1]: key for key in manifest if (told := _PAGE.fullmatch(key))}
    return {name: _links(manifest, _imported(manifest, key)) for name, key in pages.items()}


def _imported(manifest: dict[str, Any], key: str) -> set[str]:
    """A file of the build and all that it imports at once."""
    found, ahead = set[str](), [key]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += manifest[one].get("imports", [])
    return found


def _links(manifest: dict[str, Any], keys: set[str]) -> str:
    said = [(manifest[key]["file"], "modulepreload") for key in keys]
    said += [
        (style, "preload; as=style; crossorigin")
        for key in keys
        for style in manifest[key].get("css", [])
    ]
    return ", ".join(f"<{BASE}/{file}>; rel={rel}" for file, rel in sorted(said))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for one in folder.iterdir():
        inside = _walk(one, f"{prefix}{one.name}/") if one.is_dir() else [(prefix + one.name, one)]
        found.extend(inside)
    return found
