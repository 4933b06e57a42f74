"""加分 and 减分 of units: flags within the scheme's limits, and 出租扣分 (letting out).

A lease penalty is computed from the links: every counted LEASE or SUBLEASE whose lessor belongs to
the unit makes its user a tenant, once each; members of the same unit are no tenants of each other.
The lessor is the one the lease names, else the user under the head lease, else the parcel's holder.
Tenants outside the register have no size and do not count. ``malus_max`` limits flags only.

Source: 温岭市 2022-07-29 通知 二 (出租扣分, 不设上限).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import among, plain
from geomujun.domain.words import Relation
from geomujun.evaluation import tables
from geomujun.policy.model import LeasePenalty, Scheme

RENTED: Final = (Relation.LEASE.value, Relation.SUBLEASE.value)
ALL_SIZES: Final = "all"


@dataclass(frozen=True, slots=True)
class Units:
    """``members``: uscc, unit_id of every evaluated firm. ``cohort``: id by unit_id."""

    members: pd.DataFrame
    cohort: pd.Series


def per_unit(
    units: Units, states: pd.DataFrame, links: pd.DataFrame, base: tables.Base, scheme: Scheme
) -> pd.DataFrame:
    """Index as ``states``: bonus, malus (with lease_malus), tenants, lease_malus.

    Args:
        units: Who is evaluated as what.
        states: Index unit_id: bonus, malus of the flags.
        links: parcel_code, uscc, counted, relation, lease_id, head_lease_id, lessor_uscc; the last
            four only when a cohort has a lease penalty.
        base: Firms with their size.
        scheme: Limits and penalties.
    """
    made = pd.DataFrame(index=states.index)
    made["bonus"] = states["bonus"].clip(upper=scheme.bonus_max)
    made["malus"] = states["malus"].clip(upper=scheme.malus_max)
    made["tenants"], made["lease_malus"] = 0, 0.0
    rules = {c.id: c.lease for c in scheme.active if c.lease is not None}
    if not rules:
        return made
    pairs = _lettings(links, units.members)
    cohort = units.cohort.reindex(made.index)
    for key, rule in rules.items():
        here = (cohort == key).to_numpy(dtype=bool)
        count = _tenants(pairs, rule.tenants, base).reindex(made.index[here]).fillna(0)
        made.loc[here, "tenants"] = count.astype("int64").to_numpy()
        made.loc[here, "lease_malus"] = penalty(rule, count.to_numpy(dtype=float))
    made["malus"] += made["lease_malus"]
    return made


def penalty(rule: LeasePenalty, tenants: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Points lost by the number of tenants."""
    lost = np.where(tenants > 0, rule.first + rule.each_further * (tenants - 1), 0.0)
    return lost if rule.max is None else np.minimum(lost, rule.max)


def _lettings(links: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """unit_id of the landlord and uscc of the tenant, once each, neighbours of one unit apart."""
    counted = links[links["counted"].to_numpy(dtype=bool)]
    rented = counted[among(counted["relation"], pd.Index(RENTED))]
    named = rented["lessor_uscc"]
    leases = rented[rented["lease_id"] != ""].drop_duplicates("lease_id").set_index("lease_id")
    above = rented["head_lease_id"].map(leases["uscc"]).astype("str").fillna("")
    lessor = named.where(named != "", above)
    holders = counted.loc[counted["relation"] == Relation.OWN.value, ["parcel_code", "uscc"]]
    blank = rented[(lessor == "").to_numpy()][["parcel_code", "uscc"]]
    by_right = blank.merge(holders.rename(columns={"uscc": "lessor"}), on="parcel_code")
    told = rented.assign(lessor=lessor)[["lessor", "uscc"]]
    pairs = pd.concat([told, by_right[["lessor", "uscc"]]], ignore_index=True)
    unit = pd.Series(plain(members["unit_id"]), index=plain(members["uscc"]), dtype="str")
    pairs["unit_id"] = pairs["lessor"].map(unit)
    home = pairs["uscc"].map(unit)
    pairs = pairs[pairs["unit_id"].notna().to_numpy() & (home != pairs["unit_id"]).to_numpy()]
    return pairs[["unit_id", "uscc"]].drop_duplicates()


def _tenants(pairs: pd.DataFrame, size: str, base: tables.Base) -> pd.Series:
    known = pairs[among(pairs["uscc"], base.firms.index)]
    if size != ALL_SIZES:
        own = base.firms["size"].reindex(known["uscc"]).to_numpy()
        known = known[own == size]
    return known.groupby("unit_id", sort=True).size()
