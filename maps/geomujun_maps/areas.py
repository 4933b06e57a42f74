"""Splitting a county's plots into pages: by street or town, else by cadastral district.

Locations (坐落) name the town only now and then, so the town is settled per cadastral sub-district
(地籍子区, the first 12 digits of the 宗地代码) by the majority of its plots that name one; a
sub-district in which none does falls to its district (first 9 digits). A few plots of such a
district, say of the county next door, stand on the page of the nearest plots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.lang import t
from geomujun_maps.payload import View

_TOWN: Final = r"(?:^|[省市区县旗])?([^省市区县旗\W\d]{1,5}?(?:街道|镇|乡))(?![市区县])"
_CODE: Final = re.compile(r"\d{12}")
_FEW: Final = 20  # plots of a district without a town's name; below, no page of its own


@dataclass(frozen=True, slots=True)
class Area:
    """One page: ``slug`` is its file name without ending, ``rows`` are plots of the view."""

    slug: str
    name: str
    rows: list[int]


def split(found: View, limit: int) -> list[Area]:
    """Areas of at most ``limit`` plots, every plot in exactly one, in the order of their codes."""
    sub = _subdistricts(found)
    towns = _towns(sub, found.plots["location"], shapely.points(found.at / 1e6))
    out: list[Area] = []
    for name, rows in sorted(_groups(towns).items(), key=lambda item: sub[item[1]].min()):
        out += _cut(name, rows, sub, limit)
    return _unique(out)


def _groups(labels: npt.NDArray[np.object_]) -> dict[str, npt.NDArray[np.intp]]:
    groups = pd.Series(labels).groupby(labels, sort=True).indices
    return {str(key): np.asarray(rows) for key, rows in groups.items()}


def _subdistricts(found: View) -> npt.NDArray[np.object_]:
    """First 12 digits of each plot's code; patches and odd codes take the nearest parcel's."""
    codes = found.plots["parcel_code"]
    sub: npt.NDArray[np.object_] = codes.str.slice(0, 12).to_numpy(dtype=object)
    good = np.array([bool(_CODE.fullmatch(s)) for s in sub])
    good &= (found.plots["kind"] == "parcel").to_numpy()
    if good.any() and not good.all():
        points = shapely.points(found.at / 1e6)
        nearest = shapely.STRtree(points[good]).nearest(points[~good])
        sub[~good] = sub[good][nearest]
    return sub


def _towns(
    sub: npt.NDArray[np.object_], location: pd.Series, points: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    named = location.str.extract(_TOWN, expand=False)
    pairs = pd.DataFrame({"sub": sub, "town": named.to_numpy(dtype=object)}).dropna()
    votes = pairs.value_counts(["sub", "town"]).reset_index()
    votes = votes.sort_values(["sub", "count", "town"], ascending=[True, False, True])
    town = votes.drop_duplicates("sub").set_index("sub")["town"].astype("object")
    found = pd.Series(sub).map(town).astype("object")
    district = pd.Series([s[:9] for s in sub])
    few = district.groupby(district).transform("size") < _FEW
    stray = (found.isna() & few).to_numpy(dtype=bool)
    fallback = [t("地籍区 {code}", "district {code}", code=s) for s in district]
    out: npt.NDArray[np.object_] = found.fillna(pd.Series(fallback)).to_numpy(object, copy=True)
    if stray.any() and not stray.all():
        out[stray] = out[~stray][shapely.STRtree(points[~stray]).nearest(points[stray])]
    return out


def _cut(
    name: str, rows: npt.NDArray[np.intp], sub: npt.NDArray[np.object_], limit: int
) -> list[Area]:
    """One area, or its sub-districts packed in order of code so that each part keeps the limit."""
    if len(rows) <= limit:
        return [Area(str(sub[rows].min()), name, rows.tolist())]
    parts: list[list[int]] = [[]]
    for _, members in sorted(_groups(sub[rows]).items()):
        piece = rows[members].tolist()
        if parts[-1] and len(parts[-1]) + len(piece) > limit:
            parts.append([])
        parts[-1] += piece
    pieces = [part[k : k + limit] for part in parts for k in range(0, len(part), limit)]
    return [
        Area(str(min(sub[piece])), f"{name}（{n}）", piece)
        for n, piece in enumerate(pieces, start=1)
    ]


def halves(area: Area) -> list[Area]:
    """The area in two, for a page that came out too large."""
    middle = len(area.rows) // 2
    return [
        Area(f"{area.slug}-{n}", f"{area.name}-{n}", rows)
        for n, rows in enumerate((area.rows[:middle], area.rows[middle:]), start=1)
    ]


def _unique(areas: list[Area]) -> list[Area]:
    """Slugs made distinct and safe as file names."""
    seen: dict[str, int] = {}
    out = []
    for area in areas:
        slug = re.sub(r"[^0-9A-Za-z-]", "", area.slug) or "area"
        seen[slug] = seen.get(slug, 0) + 1
        out.append(Area(slug if seen[slug] == 1 else f"{slug}-{seen[slug]}", area.name, area.rows))
    return out
