"""The low-efficiency plots of a run with all that planning asks of them: one row a plot.

Reads the run's tables only. Tax and energy come from the parcel evaluation (value a mu × registered
mu), or from the year's figures where the caller has them; what no table tells stays unknown (NaN)
and is counted as such, never as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.words import M2_PER_MU
from geomujun.geo.overlay import Plane
from geomujun.planning.clusters import neighbours

GOOD: Final = ("A", "B")


def _none() -> pd.Series:
    return pd.Series(dtype="float64")


@dataclass(frozen=True, slots=True)
class Ground:
    """What planning reads of one run.

    ``plots``: layer of all plots (parcel_code, location, holder, bucket, registered_m2, geometry).
    ``used``: counted links (parcel_code, uscc, relation). ``firms``: index uscc: name, grade, size.
    ``tables``: output tables by name. ``parks``: approved boundaries, may be empty.
    ``tax_wan_yuan``, ``energy_tce``: by parcel code, where the figures of the case were read.
    """

    plots: gpd.GeoDataFrame
    used: pd.DataFrame
    firms: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    parks: gpd.GeoDataFrame
    tax_wan_yuan: pd.Series = field(default_factory=_none)
    energy_tce: pd.Series = field(default_factory=_none)


def plot_table(
    ground: Ground, rules: tuple[str, ...] = (), width_m: float = 0.0
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Low-efficiency plots, sorted by code, and which of them are neighbours.

    Args:
        ground: One run.
        rules: Only plots with a hit of these rules; all when empty.
        width_m: Plots this far apart are neighbours, metres.

    Returns:
        The plots: parcel_code, location, holder, bucket, area_mu, rules ("|"), users, big_users,
        grades (distinct letters, "" when a user has none), owners ("|"), tenants, cohort,
        tax_wan_yuan, median_per_mu, uplift_wan_yuan, energy_tce, in_park (1, 0, NA), neighbour
        (A or B firms beside it, "|"), geometry. And the pairs of `clusters.neighbours`.
    """
    hits = ground.tables["low_efficiency"]
    if rules:
        hits = hits[hits["rule"].isin(rules)]
    every = ground.plots.sort_values("parcel_code", kind="stable", ignore_index=True)
    every = every.drop_duplicates("parcel_code", ignore_index=True)
    low = every["parcel_code"].isin(hits["parcel_code"].unique()).to_numpy(dtype=bool)
    pairs = neighbours(every, width_m)
    plots = every.loc[
        low, ["parcel_code", "location", "holder", "bucket", "registered_m2", "geometry"]
    ].reset_index(drop=True)
    plots["area_mu"] = plots.pop("registered_m2") / M2_PER_MU
    codes = plots["parcel_code"]
    plots["rules"] = _joined(hits["parcel_code"], hits["rule"]).reindex(codes).to_numpy()
    _add_users(plots, ground)
    _add_yield(plots, ground)
    plots["in_park"] = parks_of(plots, ground.parks)
    plots["neighbour"] = _strong_beside(every, pairs, ground).reindex(codes).fillna("").to_numpy()
    return plots, _renumbered(pairs, low)


def _joined(keys: pd.Series, values: pd.Series) -> pd.Series:
    table = pd.DataFrame({"key": keys.to_numpy(), "value": values.to_numpy()}).drop_duplicates()
    table = table.sort_values(["key", "value"], kind="stable")
    many = table.duplicated("key", keep=False)  # most keys have one value: no call for those
    single = table[~many].set_index("key")["value"]
    several = table[many].groupby("key")["value"].agg("|".join)
    out: pd.Series = pd.concat([single, several]).astype("str").sort_index()
    return out


def _renumbered(pairs: pd.DataFrame, low: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Pairs of two low-efficiency plots, as rows of the low-efficiency plots."""
    new = np.cumsum(low) - 1
    both = low[pairs["left"]] & low[pairs["right"]]
    kept = pairs[both].reset_index(drop=True)
    return kept.assign(left=new[kept["left"]], right=new[kept["right"]])


def _add_users(plots: gpd.GeoDataFrame, ground: Ground) -> None:
    """Users, their grades and sizes, and the owners to talk to, in place."""
    used = ground.used[ground.used["parcel_code"].isin(plots["parcel_code"])]
    used = used.drop_duplicates(["parcel_code", "uscc"])
    firms = ground.firms.reindex(used["uscc"])
    used = used.assign(
        grade=firms["grade"].fillna("").to_numpy(), big=(firms["size"] == "规上").to_numpy()
    )
    codes = plots["parcel_code"]
    by = used.groupby("parcel_code")
    plots["users"] = by.size().reindex(codes).fillna(0).to_numpy(dtype=np.int64)
    plots["big_users"] = by["big"].sum().reindex(codes).fillna(0).to_numpy(dtype=np.int64)
    ungraded = used.loc[used["grade"] == "", "parcel_code"].unique()
    graded = _joined(used["parcel_code"], used["grade"]).str.replace("|", "", regex=False)
    graded = graded[~graded.index.isin(ungraded)]
    plots["grades"] = graded.reindex(codes).fillna("").astype("str").to_numpy()
    own = used[used["relation"] == "OWN"]
    owners = _joined(own["parcel_code"], own["uscc"]).reindex(codes).to_numpy(dtype=object)
    names = plots["holder"].fillna("").astype("str")
    # A masked name is not the same person twice: with the parcel's code it is one of its own.
    masked = names.str.contains("*", regex=False)
    stand_in = np.where(masked, names + "@" + codes, names)
    plots["owners"] = np.where(pd.isna(owners), stand_in, owners)
    tenants = used[used["relation"] != "OWN"].groupby("parcel_code").size()
    plots["tenants"] = tenants.reindex(codes).fillna(0).to_numpy(dtype=np.int64)


def _add_yield(plots: gpd.GeoDataFrame, ground: Ground) -> None:
    """Tax and energy of the year, and what the cohort's median tax a mu would add, in place."""
    table = ground.tables["parcel_evaluation"].drop_duplicates("parcel_code")
    table = table.set_index("parcel_code")
    told = table.reindex(plots["parcel_code"])
    per_mu = _column(told, "tax_per_mu")
    tax = per_mu * plots["area_mu"].to_numpy()
    tax = np.where(np.isnan(tax), _known(ground.tax_wan_yuan, plots), tax)
    energy = _known(ground.energy_tce, plots)
    plots["cohort"] = told["cohort"].fillna("").astype("str").to_numpy()
    plots["tax_wan_yuan"] = tax
    values = pd.Series(_column(table, "tax_per_mu"), index=table.index)
    median = values.groupby(table["cohort"]).median()
    plots["median_per_mu"] = plots["cohort"].map(median).to_numpy(dtype=float)
    gain = plots["median_per_mu"] * plots["area_mu"] - plots["tax_wan_yuan"]
    plots["uplift_wan_yuan"] = gain.clip(lower=0.0)
    plots["energy_tce"] = np.where(np.isnan(energy), _energy(told, plots), energy)


def _known(values: pd.Series, plots: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    found = values.reindex(plots["parcel_code"])
    return found.to_numpy(dtype="float64", na_value=np.nan)


def _column(table: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    if name not in table.columns:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[name], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def _energy(told: pd.DataFrame, plots: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Energy in tce out of two indicators with one numerator: value a mu and value a tce."""
    out = np.full(len(plots), np.nan)
    mu = plots["area_mu"].to_numpy()
    for name in ("value_added", "gross_output", "revenue", "tax"):
        value, rate = _column(told, f"{name}_per_mu"), _column(told, f"{name}_per_energy")
        with np.errstate(divide="ignore", invalid="ignore"):
            made = value * mu / rate
        good = np.isnan(out) & np.isfinite(made) & (made >= 0)
        out[good] = made[good]
    return out


def parks_of(plots: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> pd.Series:
    """Whether each plot lies in an approved park: 1, 0, or NA where no parks are known."""
    if not len(parks):
        return pd.Series(pd.NA, index=plots.index, dtype="Int64")
    plane = Plane(plots, parks)
    points = shapely.point_on_surface(plane.flat(plots))
    i, _ = shapely.STRtree(plane.flat(parks)).query(points, predicate="intersects")
    inside = np.zeros(len(plots), dtype=np.int64)
    inside[i] = 1
    return pd.Series(inside, index=plots.index, dtype="Int64")


def _strong_beside(every: gpd.GeoDataFrame, pairs: pd.DataFrame, ground: Ground) -> pd.Series:
    """By parcel code: users graded A or B on the plots beside it, who do not use it themselves."""
    codes = every["parcel_code"].to_numpy(dtype=object)
    both = pd.DataFrame(
        {
            "parcel_code": np.r_[codes[pairs["left"]], codes[pairs["right"]]],
            "beside": np.r_[codes[pairs["right"]], codes[pairs["left"]]],
        }
    )
    used = ground.used[["parcel_code", "uscc"]].drop_duplicates()
    good = ground.firms.index[ground.firms["grade"].isin(GOOD).to_numpy()]
    strong = used[used["uscc"].isin(good)].rename(columns={"parcel_code": "beside"})
    found = both.merge(strong, on="beside")
    mine = found.merge(used, on=["parcel_code", "uscc"], how="left", indicator=True)
    found = found[(mine["_merge"] == "left_only").to_numpy()]
    return _joined(found["parcel_code"], found["uscc"])


def spread(used: pd.DataFrame, figure: pd.Series) -> pd.Series:
    """Σ of a figure over a parcel's users, a firm's spread over its parcels by area there.

    Evenly where a firm has no area; a parcel with a user whose figure is unknown is left out.
    """
    rows = used.drop_duplicates(["parcel_code", "uscc"])
    rows = rows.sort_values(["parcel_code", "uscc"], kind="stable")
    area = rows["area_m2"].fillna(0.0)
    total = area.groupby(rows["uscc"]).transform("sum")
    count = rows.groupby("uscc")["parcel_code"].transform("size")
    share = np.where(total > 0, area / total.where(total > 0, 1.0), 1.0 / count)
    value = pd.Series(figure.reindex(rows["uscc"]).to_numpy() * share, index=rows.index)
    sums = value.groupby(rows["parcel_code"])
    made: pd.Series = sums.sum()[sums.count() == sums.size()]
    return made
