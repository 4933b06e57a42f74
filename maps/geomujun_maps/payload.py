"""The data of map pages as plain JSON values: plots, users with their evidence, firms, findings.

A `View` is worked out once per run; pages take the part of it they show. Coordinates are whole
numbers of 1e-6 degree (about 0.1 m), each point as the step from the one before, which is a third
of the size of plain GeoJSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.legend import GRADES, legend
from geomujun.domain.words import M2_PER_MU, Band
from geomujun_maps import joined
from geomujun_maps.source import MapSource

SCALE: Final = 1e6
MAX_LINES: Final = 10  # evidence lines of one link in a popup
User = list[Any]  # firm, relation, area_m2, method, probability, note, [[line, bits], …]


@dataclass(slots=True)
class View:
    """A run as the pages need it; positions of plots and firms are rows of their frames."""

    source: MapSource
    plots: gpd.GeoDataFrame
    firms: pd.DataFrame
    shapes: list[Any]
    at: npt.NDArray[np.int64]  # (n, 2) label points in 1e-6 degree
    users: list[list[User]]
    review: list[list[User]]
    low: list[list[list[str]]]
    findings: list[list[str]]
    plot_findings: list[list[int]]
    firm_findings: list[list[int]]
    firm_plots: list[list[int]]
    buildings: list[Any] = field(default_factory=list)
    building_plot: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def mu(self) -> npt.NDArray[np.float64]:
        """Registered area of each plot in mu, 0 where unknown."""
        return np.asarray(np.nan_to_num(joined.number(self.plots["area_m2"])) / M2_PER_MU)


def encode(geometry: npt.NDArray[np.object_]) -> list[Any]:
    """Polygons as ``[[ring, …], …]`` per geometry; a ring is flat steps in 1e-6 degree, open."""
    parts, of_geometry = shapely.get_parts(geometry, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    out: list[Any] = [[] for _ in range(len(geometry))]
    if not len(rings):
        return out
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(points * SCALE).astype(np.int64)
    first = np.r_[True, of_ring[1:] != of_ring[:-1]]
    steps = np.where(first[:, None], grid, np.diff(grid, axis=0, prepend=grid[:1]))
    last = np.r_[of_ring[1:] != of_ring[:-1], True]  # rings close themselves when drawn
    flat = np.split(steps[~last].ravel(), 2 * np.flatnonzero(first[~last])[1:])
    polygons: list[list[Any]] = [[] for _ in range(len(parts))]
    for ring, part in zip(flat, of_part, strict=True):
        polygons[part].append(ring.tolist())
    for polygon, owner in zip(polygons, of_geometry, strict=True):
        if polygon:
            out[owner].append(polygon)
    return out


def view(source: MapSource) -> View:
    """Join and encode everything once."""
    plots, firms = joined.plots(source), joined.firms(source)
    geometry = plots.geometry.to_numpy()
    at = shapely.get_coordinates(shapely.point_on_surface(geometry))
    if len(at) != len(plots):  # empty shapes have no point: keep rows aligned
        at = np.array([_point(g) for g in geometry]).reshape(-1, 2)
    users, review, firm_plots = _links(source, plots, firms)
    texts, per_plot, per_firm = _findings(source, plots["parcel_code"], firms.index)
    found = View(
        source, plots, firms, encode(geometry), np.rint(at * SCALE).astype(np.int64),
        users, review, _low(source, plots["parcel_code"]), texts, per_plot, per_firm, firm_plots,
    )  # fmt: skip
    _add_buildings(found)
    return found


def _point(geometry: shapely.Geometry | None) -> tuple[float, float]:
    if geometry is None or geometry.is_empty:
        return 0.0, 0.0
    point = geometry.representative_point()
    return point.x, point.y


def value(x: float, places: int = 2) -> float | None:
    """A number for JSON: rounded, None for missing."""
    return None if np.isnan(x) else round(float(x), places)


def _links(
    source: MapSource, plots: gpd.GeoDataFrame, firms: pd.DataFrame
) -> tuple[list[list[User]], list[list[User]], list[list[int]]]:
    frame = joined.links(source)
    frame = frame[frame["use"] != "other"]
    plot_row = pd.Index(plots["parcel_code"]).get_indexer(pd.Index(frame["parcel_code"]))
    firm_row = firms.index.get_indexer(pd.Index(frame["uscc"]))
    counted = (frame["use"] == "counted").to_numpy()
    users: list[list[User]] = [[] for _ in range(len(plots))]
    review: list[list[User]] = [[] for _ in range(len(plots))]
    firm_plots: list[list[int]] = [[] for _ in range(len(firms))]
    entries = _user_entries(frame, firm_row)
    for plot, firm, sure, entry in zip(plot_row, firm_row, counted, entries, strict=True):
        if plot < 0 or firm < 0:
            continue
        (users if sure else review)[plot].append(entry)
        if plot not in firm_plots[firm]:
            firm_plots[firm].append(int(plot))
    return users, review, firm_plots


def _user_entries(frame: pd.DataFrame, firm_row: npt.NDArray[np.intp]) -> list[User]:
    words = legend().word
    relation = [words("relation", w) for w in frame["relation"]]
    method = [words("area_method", w) for w in joined.text(frame["area_method"])]
    note = [_note(b, d) for b, d in zip(frame["band"], frame["decision"], strict=True)]
    lines = [joined.evidence_lines(cell)[:MAX_LINES] for cell in frame["evidence"]]
    return [
        [int(f), r, value(a), m, value(p, 4), n, [[text, _bits(b)] for text, b in e]]
        for f, r, a, m, p, n, e in zip(
            firm_row, relation, frame["area"], method, frame["probability"], note, lines,
            strict=True,
        )
    ]  # fmt: skip


def _bits(bits: float | None) -> float | None:
    return None if bits is None else value(bits)


def _note(band: str, decision: str) -> str:
    if decision:
        return legend().word("decision", decision)
    return legend().word("band", band) if band == Band.REVIEW else ""


def _low(source: MapSource, codes: pd.Series) -> list[list[list[str]]]:
    frame = joined.table(source, "low_efficiency")
    frame = frame.assign(
        parcel_code=joined.text(frame["parcel_code"]), rule=joined.text(frame["rule"])
    ).sort_values(["parcel_code", "rule"], kind="stable")
    rows = pd.Index(codes).get_indexer(pd.Index(frame["parcel_code"]))
    out: list[list[list[str]]] = [[] for _ in range(len(codes))]
    basis, path = joined.text(frame["basis"]), joined.text(frame["path"])
    for row, rule, why, way in zip(rows, frame["rule"], basis, path, strict=True):
        if row >= 0:
            out[row].append([legend().word("rule", rule), why, way])
    return out


def _findings(
    source: MapSource, codes: pd.Series, firms: pd.Index
) -> tuple[list[list[str]], list[list[int]], list[list[int]]]:
    """Texts of all findings, and which of them concern each plot and each firm."""
    frame = joined.table(source, "cross_check")
    keys = ["rule", "subject_id", "other_id", "severity", "message"]
    frame = pd.DataFrame({k: joined.text(frame[k]) for k in keys}).sort_values(
        keys, kind="stable", ignore_index=True
    )
    rules = [legend().word("rule", w) for w in frame["rule"]]
    texts = [list(x) for x in zip(rules, frame["severity"], frame["message"], strict=True)]
    ids = (frame["subject_id"] + "|" + frame["other_id"]).str.split("|").explode()
    pairs = pd.DataFrame({"id": ids.to_numpy(), "n": ids.index}).drop_duplicates()
    return texts, _by_row(pairs, pd.Index(codes)), _by_row(pairs, firms)


def _by_row(pairs: pd.DataFrame, index: pd.Index) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in range(len(index))]
    for row, n in zip(index.get_indexer(pd.Index(pairs["id"])), pairs["n"], strict=True):
        if row >= 0:
            out[row].append(int(n))
    return out


def _add_buildings(found: View) -> None:
    """Building outlines and the plot each stands on, -1 for none."""
    shapes = found.source.case.buildings.geometry.to_numpy()
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    found.buildings = encode(shapes)
    found.building_plot = np.full(len(shapes), -1, dtype=np.int64)
    tree = shapely.STRtree(found.plots.geometry.to_numpy())
    which, plot = tree.query(shapely.point_on_surface(shapes), predicate="within")
    found.building_plot[which[::-1]] = plot[::-1]


def classes(plots: pd.DataFrame) -> dict[str, list[int]]:
    """Class positions of plots: ``pg`` and ``eg`` among the grades, ``bucket`` likewise."""
    grades = {g: i for i, g in enumerate(GRADES)}
    buckets = {b: i for i, b in enumerate(legend().parcel_buckets)}
    return {
        "pg": [grades.get(g, grades[""]) for g in plots["parcel_grade"]],
        "eg": [grades.get(g, grades[""]) for g in plots["enterprise_grade"]],
        "bucket": [buckets.get(b, buckets["unmatched"]) for b in plots["bucket"]],
    }


def page_data(found: View, rows: Sequence[int], *, whole: bool, buildings: bool) -> dict[str, Any]:
    """Plots, firms and findings of one page.

    Args:
        found: The run.
        rows: Plots to show, rows of ``found.plots``.
        whole: The page is the only one: firms without a plot are searchable too.
        buildings: Whether to draw building outlines.
    """
    here = {int(row): n for n, row in enumerate(rows)}
    used = sorted({u[0] for row in rows for u in [*found.users[row], *found.review[row]]})
    firm_rows = list(range(len(found.firms))) if whole else used
    firm_at = {row: n for n, row in enumerate(firm_rows)}
    notes = sorted(
        {n for row in rows for n in found.plot_findings[row]}
        | {n for row in firm_rows for n in found.firm_findings[row]}
    )
    note_at = {row: n for n, row in enumerate(notes)}
    on_page = np.zeros(len(found.plots) + 1, dtype=bool)
    on_page[list(here)] = True
    on_page[-1] = whole
    drawn = np.flatnonzero(on_page[found.building_plot] & buildings)
    return {
        "plots": _plot_columns(found, rows, firm_at, note_at),
        "firms": _firm_columns(found, firm_rows, here, note_at),
        "findings": [found.findings[n] for n in notes],
        "buildings": [part for n in drawn for part in found.buildings[n]],
    }


def _plot_columns(
    found: View, rows: Sequence[int], firm_at: dict[int, int], note_at: dict[int, int]
) -> dict[str, list[Any]]:
    plots = found.plots.iloc[list(rows)]

    def users(lists: list[list[User]]) -> list[list[User]]:
        return [[[firm_at[u[0]], *u[1:]] for u in lists[row]] for row in rows]

    return {
        "code": plots["parcel_code"].tolist(),
        "patch": [int(k == "patch") for k in plots["kind"]],
        "loc": plots["location"].tolist(),
        "use": plots["land_use"].tolist(),
        "holder": plots["holder"].tolist(),
        "area": _numbers(plots["area_m2"]),
        "rest": _numbers(plots["unallocated_m2"]),
        "reason": plots["reason"].tolist(),
        "score": _numbers(plots["parcel_score"]),
        "rank": _numbers(plots["parcel_rank"], 0),
        **classes(plots),
        "low": [found.low[row] for row in rows],
        "find": [[note_at[n] for n in found.plot_findings[row]] for row in rows],
        "users": users(found.users),
        "review": users(found.review),
        "at": [found.at[row].tolist() for row in rows],
        "geom": [found.shapes[row] for row in rows],
    }


def _firm_columns(
    found: View, rows: Sequence[int], here: dict[int, int], note_at: dict[int, int]
) -> dict[str, list[Any]]:
    firms = found.firms.iloc[list(rows)]
    grades: dict[str, int] = {g: i for i, g in enumerate(GRADES)}
    bucket: Callable[[str], str] = legend().bucket
    plots = [[here[p] for p in found.firm_plots[row] if p in here] for row in rows]
    return {
        "uscc": firms.index.tolist(),
        "name": firms["name"].tolist(),
        "former": firms["former_names"].tolist(),
        "addr": firms["address"].tolist(),
        "grade": [grades.get(g, grades[""]) for g in firms["grade"]],
        "bucket": [bucket(b) for b in firms["bucket"]],
        "reason": firms["reason"].tolist(),
        "find": [[note_at[n] for n in found.firm_findings[row]] for row in rows],
        "plots": plots,
        "elsewhere": [
            len(found.firm_plots[row]) - len(p) for row, p in zip(rows, plots, strict=True)
        ],
    }


def _numbers(values: pd.Series, places: int = 2) -> list[float | int | None]:
    numbers = [value(x, places) for x in joined.number(values)]
    return [int(x) if x is not None and places == 0 else x for x in numbers]
