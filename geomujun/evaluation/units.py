"""Units (评价单元): what is evaluated as one.

A firm is its own unit, unless it shares an unsplittable parcel with other industrial firms, or
belongs to a confirmed group (集团) inside one county; such firms are joined, also in a chain. The
unit's area is the registered area of its unsplit parcels plus the land its members occupy
elsewhere, since their figures are whole. Firms outside GB/T 4754 B–D never join a unit.

Source: 浙亩均办〔2022〕2号 二(一)6; CONTRACT §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geomujun.domain.case import Case
from geomujun.domain.keys import among
from geomujun.domain.words import M2_PER_MU, AreaMethod, UnitKind

_SEP: Final = "\x1f"  # no name has it: separates group and county in a node's key
COUNTY_DIGITS: Final = 6
Edges = list[tuple[npt.NDArray[np.intp], pd.Series]]


@dataclass(frozen=True, slots=True)
class Joins:
    """Who is joined with whom: `unsplit_links` of industrial firms, and `group_links`."""

    unsplit: pd.DataFrame
    groups: pd.DataFrame


def county_of(enterprises: pd.DataFrame) -> pd.Series:
    """Six-digit county of each firm: the declared one (评价属地), else its division."""
    declared = enterprises["declared_division"].str.strip()
    return declared.where(declared != "", enterprises["division"].str.strip()).str[:COUNTY_DIGITS]


def unsplit_links(links: pd.DataFrame, members: pd.Index) -> pd.DataFrame:
    """Counted links of members whose area cannot be told: parcel_code, uscc, once each, sorted."""
    here = links["counted"].to_numpy(dtype=bool) & (
        links["area_method"] == AreaMethod.UNSPLIT
    ).to_numpy(dtype=bool)
    pairs = links.loc[here & among(links["uscc"], members), ["parcel_code", "uscc"]]
    return pairs.drop_duplicates().sort_values(["parcel_code", "uscc"], ignore_index=True)


def group_links(case: Case, members: pd.Index, merge_groups: bool) -> pd.DataFrame:
    """Pairs of uscc and group node, ``key`` being "name⟂county"; sorted.

    Confirmed groups first; with ``merge_groups`` also each child whose parent is in the case and in
    the same county, under the parent's code. A member or parent may be any live firm: a holding
    company joins its subsidiaries, and its own figures stay out where it is no industry.
    """
    firms = case.enterprises.drop_duplicates("uscc").set_index("uscc")
    county = county_of(firms.reset_index()).set_axis(firms.index)
    named = case.groups[among(case.groups["uscc"], firms.index)]
    place = named["division"].str.strip().str[:COUNTY_DIGITS]
    own = county.reindex(named["uscc"]).set_axis(named.index)
    place = place.where(place != "", own)
    confirmed = named[(place == own).to_numpy()]
    pairs = [pd.DataFrame({"uscc": confirmed["uscc"], "key": confirmed["group"] + _SEP + place})]
    if merge_groups:
        child = firms[among(firms["parent_uscc"], firms.index)]
        parent = child["parent_uscc"]
        same = (county.reindex(parent).to_numpy() == county.reindex(child.index).to_numpy()) & (
            parent.to_numpy() != child.index.to_numpy()
        )
        key = (parent + _SEP + county.reindex(child.index))[same]
        pairs.append(pd.DataFrame({"uscc": key.index, "key": key.to_numpy()}))
        pairs.append(pd.DataFrame({"uscc": parent[same].to_numpy(), "key": key.to_numpy()}))
    found = pd.concat(pairs, ignore_index=True).drop_duplicates()
    return found[among(found["uscc"], members)].sort_values(["uscc", "key"], ignore_index=True)


def form(members: pd.DataFrame, joins: Joins, parcel_m2: pd.Series) -> pd.DataFrame:
    """Join members to units.

    Args:
        members: Every live firm that may belong to a unit: uscc, occupied_m2, reports (it has
            figures), industrial; one row each.
        joins: Who shares a parcel or a group.
        parcel_m2: Registered area by parcel code.

    Returns:
        uscc, unit_kind, unit_id, area_mu (of the whole unit), members (how many firms share it),
        sorted by uscc. Firms that are no industry are left out.
    """
    firms = members.sort_values("uscc", ignore_index=True)
    component, parcels, keys = components(firms["uscc"], joins)
    firms = firms.assign(component=component[: len(firms)])
    n = len(firms)
    shared = pd.DataFrame({"component": component[n : n + len(parcels)], "parcel_code": parcels})
    shared["area_m2"] = parcel_m2.reindex(shared["parcel_code"]).to_numpy(dtype=float)
    named = pd.DataFrame({"component": component[n + len(parcels) :], "key": keys})
    firms = firms[firms["industrial"].to_numpy(dtype=bool)]
    kinds = _kinds(firms, shared, named)
    firms = firms.merge(kinds, left_on="component", right_index=True, how="left")
    single = (firms["unit_kind"] == UnitKind.ENTERPRISE).to_numpy()
    firms["unit_id"] = firms["unit_id"].where(~single, firms["uscc"])
    # A group's land counts whole; on a shared parcel only firms whose figures are in bring land.
    counts = firms["reports"].to_numpy(dtype=bool) | (firms["unit_kind"] == UnitKind.GROUP)
    land = firms["occupied_m2"].where(counts, 0.0).groupby(firms["component"]).sum()
    land = land.add(shared.groupby("component")["area_m2"].sum(), fill_value=0.0)
    firms["area_mu"] = land.reindex(firms["component"]).to_numpy() / M2_PER_MU
    return firms[["uscc", "unit_kind", "unit_id", "area_mu", "members"]].reset_index(drop=True)


def components(uscc: pd.Series, joins: Joins) -> tuple[npt.NDArray[np.int32], list[str], list[str]]:
    """Component of every firm, then of every unsplit parcel, then of every group node."""
    unsplit, groups = joins.unsplit, joins.groups
    parcels = sorted(unsplit["parcel_code"].unique())
    keys = sorted(groups["key"].unique())
    firm = pd.Index(uscc)
    left = [firm.get_indexer(unsplit["uscc"]), firm.get_indexer(groups["uscc"])]
    right = [
        pd.Index(parcels, dtype="str").get_indexer(unsplit["parcel_code"]) + len(firm),
        pd.Index(keys, dtype="str").get_indexer(groups["key"]) + len(firm) + len(parcels),
    ]
    i, j = np.concatenate(left), np.concatenate(right)
    size = len(firm) + len(parcels) + len(keys)
    graph = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    return component, parcels, keys


def _kinds(firms: pd.DataFrame, shared: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Per component: unit_kind, unit_id, members. A group of one industrial firm is a firm."""
    members = firms.groupby("component").size().rename("members")
    made = pd.DataFrame({"members": members, "unit_kind": str(UnitKind.ENTERPRISE), "unit_id": ""})
    smallest = shared.groupby("component")["parcel_code"].min()
    on_parcel = made.index.isin(smallest.index)
    made.loc[on_parcel, "unit_kind"] = str(UnitKind.PARCEL)
    made.loc[on_parcel, "unit_id"] = smallest.reindex(made.index[on_parcel]).to_numpy()
    first = named.groupby("component")["key"].min()
    in_group = made.index.isin(first.index) & (made["members"] > 1).to_numpy()
    made.loc[in_group, "unit_kind"] = str(UnitKind.GROUP)
    made.loc[in_group, "unit_id"] = _names(first.reindex(made.index[in_group])).to_numpy()
    return made


def _names(keys: pd.Series) -> pd.Series:
    """Group names; one that stands in two counties carries the county behind it."""
    if keys.empty:
        return keys
    parts = keys.str.split(_SEP, n=1, expand=True, regex=False)
    twice = parts[0].duplicated(keep=False).to_numpy()
    return parts[0].where(~twice, parts[0] + "·" + parts[1].fillna(""))
