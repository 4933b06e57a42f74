"""What the service's map shows of a result: plots and firms as one row each, with their shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from geomujun_maps import joined

from geomujun.crosscheck.closing import CLOSED
from geomujun.export.geopackage import as_multipolygons, firm_points
from geomujun.export.result import Result
from geomujun.pipeline.divisions import Divisions

CLASSES: Final = 5
FINER: Final = 7
TAX: Final = "tax_per_mu"


@dataclass(frozen=True, slots=True)
class Plots:
    """Rows of ``pub.plots``, the joined frame they came from, and the map's extent and breaks."""

    frame: pd.DataFrame
    joined: gpd.GeoDataFrame
    about: dict[str, Any]


def plots(result: Result, divisions: Divisions, own_breaks: Sequence[float] = ()) -> Plots:
    """Plots of a masked result.

    ``own_breaks``: the locality's own values between classes of 亩均税收, 万元/亩, ascending.
    """
    found = joined.plots(result)
    code = found["parcel_code"]
    taxed = result.tables["parcel_evaluation"].drop_duplicates("parcel_code")
    known = taxed.set_index("parcel_code").get(TAX, pd.Series(dtype="float64"))
    tax = known.reindex(code).to_numpy(dtype="float64")
    breaks = _breaks(tax, CLASSES)
    finer, own = _breaks(tax, FINER), [float(b) for b in own_breaks]
    shapes = as_multipolygons(found[["parcel_code", "geometry"]]).geometry
    frame = pd.DataFrame(
        {
            "parcel_code": code,
            "division_code": divisions.of(found[["parcel_code"]]),
            "kind": found["kind"],
            "location": found["location"],
            "land_use": found["land_use"],
            "holder": found["holder"],
            "users": found["user_names"].astype("str"),
            "bucket": found["bucket"].astype("str"),
            "parcel_grade": found["parcel_grade"].astype("str"),
            "enterprise_grade": found["enterprise_grade"].astype("str"),
            "area_m2": found["area_m2"],
            "tax_per_mu": tax,
            "tax_class": _classes(tax, breaks),
            "low_efficiency": found["low_efficiency"] > 0,
            "review": code.isin(result.tables["review_queue"]["parcel_code"]),
            "findings": _open_findings(result, code),
            "geom": shapes.to_numpy(),
        }
    )
    frame = frame.drop_duplicates("parcel_code", ignore_index=True)
    bounds = shapes.total_bounds
    extent = [] if np.isnan(bounds).any() else [round(float(v), 6) for v in bounds]
    about = {
        "bounds": extent, "tax_breaks": breaks, "tax_breaks_7": finer, "tax_breaks_own": own,
        "tax_bands": sorted({*breaks, *finer, *own}),
    }  # fmt: skip
    return Plots(frame, found, about)


def _breaks(tax: npt.NDArray[np.float64], classes: int) -> list[float]:
    """The values between classes of equally many plots with a figure."""
    known = tax[np.isfinite(tax)]
    if not len(known):
        return []
    return [round(float(b), 6) for b in np.quantile(known, np.arange(1, classes) / classes)]


def _classes(tax: npt.NDArray[np.float64], breaks: Sequence[float]) -> npt.NDArray[np.int16]:
    """The class of each plot, 1 lowest; 0 for those without a figure."""
    classes = np.searchsorted(np.asarray(breaks, dtype="float64"), tax, side="right") + 1
    return np.where(np.isfinite(tax), classes, 0).astype(np.int16)


def _open_findings(result: Result, code: pd.Series) -> pd.Series:
    table = result.tables["cross_check"]
    open_ones = table[table["state"] != CLOSED]
    both = pd.concat([open_ones["subject_id"], open_ones["other_id"]])
    return code.map(both.value_counts()).fillna(0).clip(upper=32_000).astype("int64")


def firms(result: Result, divisions: Divisions, drawn: Plots) -> pd.DataFrame:
    """Rows of ``pub.firms`` of a masked result."""
    found = firm_points(result, drawn.joined)
    frame = pd.DataFrame(found.drop(columns="geometry")).rename(columns={"former": "former_names"})
    names = ["uscc", "name", "former_names", "address", "status", "industry", "size", "bucket",
             "grade", "score", "rank", "occupied_mu", "point_from"]  # fmt: skip
    out = frame[names].copy()
    out["rank"] = out["rank"].astype("Int64")
    out.insert(1, "division_code", divisions.of(out[["uscc"]]))
    out["geom"] = found.geometry.to_numpy()
    return out
