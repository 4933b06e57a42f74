"""map.html: who uses which plot, and what it yields, in one file that opens offline.

folium makes the page and Leaflet draws it; both stand inlined in the file (`page`), so that it
opens by double click on a desktop without network. Up to 5,000 plots are one page; above that
map.html is an overview and ``map/`` beside it holds a page per street or town. It only draws: all
values come from the tables of the run, masked before they get here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from geomujun.errors import UsageError
from geomujun.lang import get_lang, set_lang, t
from geomujun_maps import overview, wording
from geomujun_maps.areas import Area, halves, split
from geomujun_maps.page import page
from geomujun_maps.payload import View, page_data, view
from geomujun_maps.source import MapSource

MAX_PLOTS: Final = 5_000
MAX_BYTES: Final = 8_000_000


def write_map(source: MapSource, path: Path, *, max_plots: int = MAX_PLOTS) -> list[Path]:
    """Write the map to ``path`` and, above ``max_plots`` plots, pages to ``map/`` beside it.

    Args:
        source: A finished run with persons masked.
        path: The file to write, usually OUT/map.html; its folder must exist.
        max_plots: Plots on one page.

    Returns:
        All files written, ``path`` first.

    Raises:
        UsageError: the run's persons are not masked yet.
    """
    if not source.masked:
        raise UsageError(
            t("地图只接受已脱敏的结果", "a map is drawn from a masked result only"),
            hint=t(
                "先调用 export.masking.masked(result)", "call export.masking.masked(result) first"
            ),
        )
    before = get_lang()
    set_lang(source.lang)
    try:
        return _write(source, path, max_plots)
    finally:
        set_lang(before)


def _write(source: MapSource, path: Path, max_plots: int) -> list[Path]:
    found = view(source)
    if len(found.plots) <= max_plots:
        text = _single(found)
        if len(text.encode("utf-8")) <= MAX_BYTES or len(found.plots) < 2:
            path.write_text(text, encoding="utf-8", newline="\n")
            return [path]
        max_plots = (len(found.plots) + 1) // 2
    folder = path.parent / "map"
    folder.mkdir(exist_ok=True)
    areas, written = [], [path]
    for area in split(found, max_plots):
        for part, text in _pages(found, area, path.name):
            target = folder / f"{part.slug}.html"
            target.write_text(text, encoding="utf-8", newline="\n")
            areas.append(part)
            written.append(target)
    index = overview.data(found, areas)
    text = page(index, title=source.title, lang=source.lang, script="overview.js")
    path.write_text(text, encoding="utf-8", newline="\n")
    return written


def _single(found: View) -> str:
    rows = list(range(len(found.plots)))
    return _page(found, rows, {"back": "", "area": ""}, whole=True)


def _pages(found: View, area: Area, index: str) -> list[tuple[Area, str]]:
    """The page of an area: without buildings when too large, then in halves."""
    head = {"back": f"../{index}", "area": area.name}
    text = _page(found, area.rows, head, whole=False)
    if len(text.encode("utf-8")) > MAX_BYTES:
        text = _page(found, area.rows, head, whole=False, buildings=False)
    if len(text.encode("utf-8")) <= MAX_BYTES or len(area.rows) < 2:
        return [(area, text)]
    return [page for part in halves(area) for page in _pages(found, part, index)]


def _page(
    found: View, rows: list[int], head: dict[str, str], *, whole: bool, buildings: bool = True
) -> str:
    source = found.source
    data: dict[str, Any] = {
        "ui": wording.texts(),
        "modes": wording.modes(),
        "hatches": wording.hatches(),
        "outlines": wording.outlines(),
        "context": wording.context(found),
        "parks": wording.parks(source),
        "meta": {
            "title": source.title,
            "facts": wording.facts(source),
            "totals": wording.totals(found, rows),
            **head,
        },
        **page_data(found, rows, whole=whole, buildings=buildings),
    }
    title = f"{source.title} · {head['area']}" if head["area"] else source.title
    return page(data, title=title, lang=source.lang, script="map.js")
