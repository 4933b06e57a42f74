"""The cut-out of the map on a sheet: plots with their neighbours as SVG, scale bar, north arrow.

Drawn from the geometry of the run on an equal-area plane centred on it; north is up to within a
degree for a county. No tiles, no fonts, no scripts.
"""

from __future__ import annotations

import math
from html import escape
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geomujun.domain.legend import legend
from geomujun.geo.overlay import Plane
from geomujun.lang import t

WIDTH: Final = 340
HEIGHT: Final = 250
_MARGIN: Final = 0.35  # around the plots, part of their extent
_LEAST_M: Final = 60.0  # never closer than this
_MOST_M: Final = 1200.0  # plots farther apart are not drawn together
_MOST_SHAPES: Final = 400
_LABELS: Final = 14
_STEPS: Final = (1, 2, 5)


class Atlas:
    """Geometry of a run in metres with its indexes, made once for many sheets."""

    def __init__(self, plots: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> None:
        """Lay the layers on one plane."""
        plane = Plane(plots, buildings)
        kept = plots.drop_duplicates("parcel_code").reset_index(drop=True)
        self.codes = kept["parcel_code"].to_numpy(dtype=object)
        self.grades = kept["parcel_grade"].fillna("").to_numpy(dtype=object)
        self.row = {code: n for n, code in enumerate(self.codes)}
        self.shapes = plane.flat(kept)
        self.tree = shapely.STRtree(self.shapes)
        self.houses = plane.flat(buildings)
        self.house_tree = shapely.STRtree(self.houses)

    def cutout(self, codes: list[str]) -> tuple[str, int]:
        """SVG around some plots, the first the most important, and how many lie outside it."""
        rows = [
            self.row[c] for c in codes if c in self.row and self.shapes[self.row[c]] is not None
        ]
        if not rows:
            return "", len(codes)
        rows = self._near(rows)
        box = _frame(shapely.total_bounds(self.shapes[rows]))
        area = shapely.box(*box)
        around = np.sort(self.tree.query(area, predicate="intersects"))
        houses = np.sort(self.house_tree.query(area, predicate="intersects"))[:_MOST_SHAPES]
        scale = WIDTH / (box[2] - box[0])
        draw = _Pen(box, scale)
        mine = set(rows)
        parts = [_head()]
        parts += [
            draw.polygon(self.shapes[n], 'fill="#f4f5f6" stroke="#9aa5ac" stroke-width=".6"')
            for n in around[:_MOST_SHAPES]
            if n not in mine
        ]
        for n in rows:
            swatch = legend().grades.get(self.grades[n], legend().grades[""])
            parts.append(
                draw.polygon(
                    self.shapes[n],
                    f'fill="{swatch.colour}" fill-opacity=".55" stroke="#00707d" '
                    'stroke-width="2.2"',
                )
            )
        parts += [
            draw.polygon(
                self.houses[n],
                'fill="#20262c" fill-opacity=".28" stroke="#20262c" stroke-width=".3"',
            )
            for n in houses
        ]
        labelled = [*rows, *(n for n in around if n not in mine)][:_LABELS]
        parts += [
            draw.label(self.shapes[n], str(self.codes[n])[-7:], n in mine, area) for n in labelled
        ]
        parts += [_north(), draw.bar(), "</svg>"]
        return "".join(parts), len(codes) - len(rows)

    def _near(self, rows: list[int]) -> list[int]:
        """The plots that can be drawn together with the first one."""
        first = shapely.centroid(self.shapes[rows[0]])
        return [n for n in rows if shapely.distance(first, self.shapes[n]) <= _MOST_M / 2]


def _frame(bounds: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """A frame of the sheet's shape around some bounds, with room for neighbours."""
    west, south, east, north = (float(b) for b in bounds)
    wide = max(east - west, _LEAST_M) * (1 + 2 * _MARGIN)
    high = max(north - south, _LEAST_M) * (1 + 2 * _MARGIN)
    wide, high = max(wide, high * WIDTH / HEIGHT), max(high, wide * HEIGHT / WIDTH)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


class _Pen:
    """Turns metres into the SVG's pixels."""

    def __init__(self, box: tuple[float, float, float, float], scale: float) -> None:
        self.box, self.scale = box, scale

    def xy(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(
            [(points[:, 0] - self.box[0]) * self.scale, (self.box[3] - points[:, 1]) * self.scale]
        )

    def polygon(self, shape: Any, style: str) -> str:
        if shape is None or shapely.is_empty(shape):
            return ""
        rings = []
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                rings += [part.exterior, *part.interiors]
        steps = []
        for ring in rings:
            points = self.xy(shapely.get_coordinates(ring)[:-1])
            steps.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
        return f'<path d="{"".join(steps)}" fill-rule="evenodd" {style}/>'

    def label(self, shape: Any, text: str, mine: bool, area: Any) -> str:
        seen = shapely.intersection(shape, area)
        if shapely.is_empty(seen):
            return ""
        point = shapely.get_coordinates(shapely.point_on_surface(seen))
        x, y = self.xy(point)[0]
        weight = ' font-weight="700"' if mine else ""
        colour = "#000" if mine else "#5b6670"
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="7.5" text-anchor="middle" fill="{colour}"'
            f'{weight} paint-order="stroke" stroke="#fff" stroke-width="2">{escape(text)}</text>'
        )

    def bar(self) -> str:
        metres = _round_length(WIDTH / self.scale / 4)
        long = metres * self.scale
        y = HEIGHT - 9
        word = (
            f"{metres:g} {t('米', 'm')}"
            if metres < 1000
            else f"{metres / 1000:g} {t('千米', 'km')}"
        )
        return (
            f'<g><rect x="6" y="{y - 12}" width="{long + 50:.1f}" height="18" '
            'fill="#fff" fill-opacity=".8"/>'
            f'<path d="M10 {y - 4}V{y}H{10 + long:.1f}V{y - 4}" '
            'fill="none" stroke="#000" stroke-width="1.4"/>'
            f'<text x="{14 + long:.1f}" y="{y}" font-size="9">{escape(word)}</text></g>'
        )


def _round_length(metres: float) -> float:
    """The largest 1, 2 or 5 × 10ⁿ that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in _STEPS if step * power <= metres)


def _head() -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(t("位置图", "map"))}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    )


def _north() -> str:
    x, y = WIDTH - 18, 26
    return (
        f'<g><path d="M{x} {y - 18}L{x + 6} {y}L{x} {y - 4}L{x - 6} {y}Z" fill="#000"/>'
        f'<text x="{x}" y="{y + 10}" font-size="9" text-anchor="middle">'
        f"{escape(t('北', 'N'))}</text></g>"
    )
