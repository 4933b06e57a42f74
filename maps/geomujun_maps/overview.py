"""The index page of a county too large for one map: cells with their grade mix, pages, search."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun_maps import wording
from geomujun_maps.areas import Area
from geomujun_maps.payload import View, classes

CELLS_ACROSS: Final = 40
INDEX_BYTES: Final = 6_500_000  # of the search index; addresses are left out above it


def data(found: View, areas: list[Area]) -> dict[str, Any]:
    """What overview.js draws."""
    page_of = np.zeros(len(found.plots), dtype=np.int64)
    for n, area in enumerate(areas):
        page_of[area.rows] = n
    klass = np.array(classes(found.plots)["pg"], dtype=np.int64)
    points = found.at / 1e6
    low, high = points.min(axis=0), points.max(axis=0)
    return {
        "ui": wording.texts(),
        "modes": wording.modes(),
        "hatches": wording.hatches(),
        "meta": {
            "title": found.source.title,
            "facts": wording.facts(found.source),
            "totals": wording.totals(found, list(range(len(found.plots)))),
        },
        "pages": [_page(found, area, klass) for area in areas],
        "cells": _cells(points, klass, found.mu, page_of),
        "total": _mix(klass, found.mu),
        "bounds": [[low[1], low[0]], [high[1], high[0]]],
        "index": _index(found, page_of),
    }


def _mix(klass: npt.NDArray[np.int64], mu: npt.NDArray[np.float64]) -> dict[str, list[Any]]:
    size = len(wording.modes()[0]["classes"])
    return {
        "count": np.bincount(klass, minlength=size).tolist(),
        "mu": np.round(np.bincount(klass, weights=mu, minlength=size), 2).tolist(),
    }


def _page(found: View, area: Area, klass: npt.NDArray[np.int64]) -> dict[str, Any]:
    mix = _mix(klass[area.rows], found.mu[area.rows])
    middle = np.median(found.at[area.rows], axis=0) / 1e6
    return {
        "name": area.name,
        "href": f"map/{area.slug}.html",
        "plots": len(area.rows),
        "mu": round(float(found.mu[area.rows].sum()), 2),
        "mix": mix["mu"],
        "at": np.round(middle, 6).tolist(),
    }


def _cells(
    points: npt.NDArray[np.float64],
    klass: npt.NDArray[np.int64],
    mu: npt.NDArray[np.float64],
    page_of: npt.NDArray[np.int64],
) -> list[dict[str, Any]]:
    """Square cells that hold plots, with count and mu per grade and the pages they lie on."""
    low = points.min(axis=0)
    flat = np.cos(np.radians(points[:, 1].mean()))
    extent = (points.max(axis=0) - low) * [flat, 1.0]
    size = max(float(extent.max()) / CELLS_ACROSS, 1e-4)
    step = np.array([size / flat, size])
    frame = pd.DataFrame(np.floor((points - low) / step).astype(np.int64), columns=["x", "y"])
    out = []
    for rows in frame.groupby(["x", "y"], sort=True).indices.values():
        west, south = low + step * frame.iloc[rows[0]].to_numpy()
        box = [west, south, west + step[0], south + step[1]]
        pages = sorted(set(page_of[rows].tolist()))
        out.append(
            {"box": np.round(box, 6).tolist(), "pages": pages, **_mix(klass[rows], mu[rows])}
        )
    return out


def _index(found: View, page_of: npt.NDArray[np.int64]) -> list[list[Any]]:
    """Search entries: text, second line, further words, page (-1 none), plot code."""
    codes = found.plots["parcel_code"].tolist()
    firms = found.firms
    second = firms.index + np.where(firms["former_names"] != "", " · ", "") + firms["former_names"]
    first_plot = [plots[0] if plots else -1 for plots in found.firm_plots]
    entries: list[list[Any]] = [
        [name, sub, address, int(page_of[p]) if p >= 0 else -1, codes[p] if p >= 0 else ""]
        for name, sub, address, p in zip(
            firms["name"], second, firms["address"], first_plot, strict=True
        )
    ]
    entries += [
        [code, place, "", int(page), code]
        for code, place, page in zip(codes, found.plots["location"], page_of, strict=True)
    ]
    return _lighter(entries)


def _lighter(entries: list[list[Any]]) -> list[list[Any]]:
    """The index within its size: first addresses go, then locations and former names."""
    for column in (2, 1):
        size = sum(len(str(x).encode()) for entry in entries for x in entry)
        if size <= INDEX_BYTES:
            break
        for entry in entries:
            entry[column] = ""
    return entries
