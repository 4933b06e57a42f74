"""One self-contained HTML page: folium's map with every asset inlined and no way out.

folium names scripts and styles on content delivery networks; here its lists are emptied and the
vendored Leaflet stands in the file. A Content-Security-Policy forbids all loading: scripts run only
by their SHA-256, so that nothing a name could smuggle in would run either. Data stand in a JSON
block with ``<`` escaped and never pass through folium's templates.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import folium

_HEAD: Final = "<!--geomujun-head-->"
_BODY: Final = "<!--geomujun-body-->"
_ASSETS: Final = files("geomujun_maps").joinpath("assets")


@cache
def _asset(name: str) -> str:
    return _ASSETS.joinpath(name).read_text("utf-8")


@lru_cache(maxsize=1)
def _leaflet_css() -> str:
    """Leaflet's style sheet with its images inlined; the dead VML rule of old IE is dropped."""
    css = _asset("leaflet.css").replace("behavior: url(#default#VML);", "")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)  # comments name addresses of bug trackers
    return re.sub(r"url\(images/([\w-]+\.png)\)", lambda m: f"url({_data_uri(m[1])})", css)


def _data_uri(name: str) -> str:
    data = _ASSETS.joinpath("images").joinpath(name).read_bytes()
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


@lru_cache(maxsize=1)
def _leaflet_js() -> str:
    """Leaflet without its source map comment, which developer tools would try to fetch.

    The link of its attribution prefix goes too: the control is not shown, the licence stands here.
    """
    code = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", _asset("leaflet.js"))
    code = code.replace("https://leafletjs.com", "#")
    return f"/*! Leaflet 1.9.4\n{_asset('LICENSE').strip()}\n*/\n{code}"


@lru_cache(maxsize=1)
def _skeleton() -> str:
    """Folium's page for an empty map without tiles, its assets removed, with our two marks."""
    leaf = folium.Map(
        location=[30.0, 120.0],
        zoom_start=12,
        tiles=None,
        max_zoom=21,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        attribution_control=False,
    )
    leaf._id = "geomujun"  # folium draws a random id; pages must repeat byte for byte
    leaf.default_js, leaf.default_css = [], []
    root: Any = leaf.get_root()
    root.header.add_child(folium.Element(_HEAD), name="geomujun_head")
    root.html.add_child(folium.Element(_BODY), name="geomujun_body")
    return str(root.render())


def script_json(data: Any) -> str:
    """JSON that may stand inside a script element whatever the data hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _policy(scripts: list[str]) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def page(data: dict[str, Any], *, title: str, lang: str, script: str) -> str:
    """The whole page as text.

    Args:
        data: What the script draws; JSON values only, no NaN.
        title: Plain text of the title bar.
        lang: "zh" or "en".
        script: Asset to run: "map.js" or "overview.js".
    """
    skeleton = _skeleton()
    ours = [_leaflet_js(), _asset("common.js"), _asset(script)]
    every = [*re.findall(r"<script>(.*?)</script>", skeleton, flags=re.DOTALL), *ours]
    start = (
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(every)}">\n'
        f'<meta name="robots" content="noindex">\n<title>{html.escape(title)}</title>\n'
    )
    head = f"<style>{_leaflet_css()}\n{_asset('map.css')}</style>\n" + "\n".join(
        f"<script>{text}</script>" for text in ours
    )
    body = (
        '<div id="panel"></div>\n<script type="application/json" id="geomujun-data">'
        f"{script_json(data)}</script>\n"
    )
    text = skeleton.replace("<html>", f'<html lang="{"zh-CN" if lang == "zh" else "en"}">', 1)
    text = text.replace("<head>", start, 1).replace(_HEAD, head, 1)
    return text.replace(_BODY, body, 1)
