"""Ground maps of others, fetched by the service: their keys stay here, browsers ask nobody else.

A YAML file lists them. Only http and https to the very host that is configured, no redirect, a few
seconds, images only. Sources in GCJ-02 or BD-09 are refused: plots would lie hundreds of metres
off.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from geomujun.errors import GeomujunError, MachineError
from geomujun.lang import t
from geomujun.policy.reading import Node, parse
from geomujun.storage.tiles import Tile

LARGEST: Final = 2_000_000  # bytes of a tile
PATIENCE_S: Final = 6.0
HIGHEST: Final = 18
_KEYS: Final = ("id", "title", "preset", "url", "labels", "datum", "approval", "attribution",
                "key_file", "max_zoom")  # fmt: skip
_DATUMS: Final = ("cgcs2000", "wgs84")
_SHIFTED: Final = re.compile(
    r"(^|\.)(amap\.com|autonavi\.com|gaode\.com|gtimg\.com|map\.qq\.com|bdimg\.com|baidu\.com"
    r"|google\.cn|geoq\.cn|mapbox\.cn)$"
)
_TIANDITU: Final = (
    "http://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)
_PRESETS: Final = {
    "tianditu-vec": ("vec", "cva"), "tianditu-img": ("img", "cia"), "tianditu-ter": ("ter", "cta"),
}  # fmt: skip
_MAGIC: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg",
                 b"RIFF": "image/webp"}  # fmt: skip


class BasemapError(GeomujunError):
    """The source of a ground map gives no tile now."""

    http_status = 503


@dataclass(frozen=True, slots=True)
class Basemap:
    """A ground map. ``url`` and ``labels`` hold {z} {x} {y} and {key}; labels "" for none."""

    id: str
    title: str
    url: str
    labels: str = ""
    approval: str = ""
    attribution: str = ""
    key: str = ""
    max_zoom: int = HIGHEST

    def address(self, place: tuple[int, int, int], part: str) -> str:
        """Where a tile lies. ``part``: map or labels."""
        z, x, y = place
        told = {"z": str(z), "x": str(x), "y": str(y), "key": quote(self.key, safe="")}
        template = self.labels if part == "labels" else self.url
        return re.sub(r"\{(z|x|y|key)\}", lambda m: told[m[1]], template)


def read(path: str) -> dict[str, Basemap]:
    """The ground maps of a file, by id; none without a file.

    Raises:
        MachineError: the file, or one with a key, cannot be read.
        SchemeError: something in it is not allowed, such as a source in GCJ-02.
    """
    if not path:
        return {}
    top = parse(_text(Path(path), path), Path(path).name)
    top.only(("basemaps",))
    node = top.child("basemaps")
    listed = node.value if isinstance(node.value, list) else []
    found = [_one(node.item(n), Path(path).parent) for n in range(len(listed))]
    return {one.id: one for one in found}


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        said = getattr(e, "strerror", None) or str(e)
        raise MachineError(
            t("底图配置读不了：{e}", "ground map file: {e}", e=said), where=shown
        ) from e


def _one(node: Node, beside: Path) -> Basemap:
    node.only(_KEYS)
    name = node.child("id").text()
    if not re.fullmatch(r"[a-z0-9-]{1,30}", name):
        raise node.child("id").fail(t("只用小写字母、数字和-", "a-z, 0-9 and - only"))
    preset = node.child("preset").choice((*_PRESETS, ""), "")
    url, labels = node.child("url").text(""), node.child("labels").text("")
    if preset:
        ground, names = _PRESETS[preset]
        url, labels = _TIANDITU.format(layer=ground), _TIANDITU.format(layer=names)
    datum = "cgcs2000" if preset else node.child("datum").text()
    if datum not in _DATUMS:
        raise node.child("datum").fail(_why_not(), ", ".join(_DATUMS))
    for key, address in (("url", url), ("labels", labels)):
        if address or key == "url":
            _check(node.child(key), address)
    key_file = node.child("key_file").text("")
    highest = node.child("max_zoom")
    return Basemap(
        id=name, title=node.child("title").text(), url=url, labels=labels,
        approval=node.child("approval").text(""), attribution=node.child("attribution").text(""),
        key=_text(beside / key_file, key_file).strip() if key_file else "",
        max_zoom=HIGHEST if highest.value is None else int(highest.number(0, 22)),
    )  # fmt: skip


def _check(node: Node, address: str) -> None:
    """An address of http or https, a fixed host that is not known to be shifted, z, x and y."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or "{" in parts.netloc:
        raise node.fail(t("要 http 或 https 的固定地址", "a fixed http or https address is wanted"))
    if _SHIFTED.search(parts.hostname.lower()):
        raise node.fail(_why_not())
    rest = address.split(parts.netloc, 1)[1]
    if any(mark not in rest for mark in ("{z}", "{x}", "{y}")):
        raise node.fail(t("地址里要有 {z} {x} {y}", "the address lacks {z} {x} {y}",
                          z="{z}", x="{x}", y="{y}"))  # fmt: skip


def _why_not() -> str:
    return t(
        "不能用 GCJ-02 或 BD-09 的底图：宗地会偏移几百米",
        "no ground map in GCJ-02 or BD-09: plots would lie hundreds of metres off",
    )


class _Stay(urllib.request.HTTPRedirectHandler):
    """No redirect: it could lead to another host."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


def fetch(address: str, opened: Callable[..., Any] = _OPENER.open) -> Tile | None:
    """A tile of a source; None where it has none.

    Raises:
        BasemapError: it does not answer, or with something that is no image.
    """
    request = urllib.request.Request(address, headers={"User-Agent": "geomujun"})  # noqa: S310 - checked when read
    try:
        with opened(request, timeout=PATIENCE_S) as answer:
            body: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as e:
        if e.code == http.client.NOT_FOUND:
            return None
        raise BasemapError(_silent(str(e.code))) from None  # no address: it may hold the key
    except (OSError, http.client.HTTPException) as e:
        raise BasemapError(_silent(type(e).__name__)) from None
    if len(body) > LARGEST or not media(body):
        raise BasemapError(_silent(t("不是图片", "no image")))
    return Tile(body, hashlib.sha256(body).hexdigest()[:32])


def _silent(why: str) -> str:
    return t("底图服务没有给出瓦片：{w}", "the ground map gives no tile: {w}", w=why)


def media(body: bytes) -> str:
    """The media type of an image by its first bytes, "" for anything else."""
    return next((said for magic, said in _MAGIC.items() if body.startswith(magic)), "")
