"""Tenants of tenants: who hangs on whom on a parcel, and what each sublets.

A sublease hangs on the lease it names, else on its lessor, when that lessor is itself a counted
user of the parcel; any number of steps. One that hangs on nobody counted (its lessor is outside the
case, or the chain is a circle) is a claim of first degree on the parcel.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.domain.words import Relation
from geomujun.ledger.rounding import round_m2


def hang(use: pd.DataFrame) -> pd.DataFrame:
    """``use`` with ``head`` (uscc of the sublessor, "" for none) and ``depth`` (0: no sublessor).

    Args:
        use: Counted links other than OWN: ``parcel_code uscc relation lease_id head_lease_id
            lessor_uscc``.
    """
    head = _heads(use)
    pair = _key(use["parcel_code"], use["uscc"])
    above = _key(use["parcel_code"], head)
    depth = pd.Series(np.where(head == "", 0.0, np.nan), index=use.index)
    while True:
        nearest = depth.groupby(pair).min()
        found = above.map(nearest).astype("float64") + 1.0
        fresh = depth.isna() & found.notna()
        if not fresh.any():
            break
        depth = depth.mask(fresh, found)
    head = head.mask(depth.isna(), "").astype("str")
    return use.assign(head=head, depth=depth.fillna(0.0).astype("int64"))


def _heads(use: pd.DataFrame) -> pd.Series:
    """The sublessor of each sublease among the users of its parcel."""
    sub = use["relation"] == Relation.SUBLEASE.value
    named = use[use["lease_id"] != ""].drop_duplicates(["parcel_code", "lease_id"])
    by_lease = pd.Series(
        named["uscc"].to_numpy(), index=_key(named["parcel_code"], named["lease_id"]).to_numpy()
    )
    first = _key(use["parcel_code"], use["head_lease_id"]).map(by_lease).astype("str").fillna("")
    first = first.where(use["head_lease_id"] != "", "")
    here = among(
        _key(use["parcel_code"], use["lessor_uscc"]), _key(use["parcel_code"], use["uscc"])
    )
    second = use["lessor_uscc"].where(here, "")
    head = first.where(first != "", second)
    return head.where(sub & (head != use["uscc"]), "").astype("str")


def sublet(use: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """Claims of subtenants fitted into their sublessor's land, and what each user keeps.

    Args:
        use: From `hang`, ``gross_m2`` of depth 0 settled (NaN: unknown).
        outside: What users sublet to tenants outside the case: ``parcel_code lessor_uscc
            gross_m2``.

    Returns:
        ``use`` with ``gross_m2`` settled, ``let_m2`` and ``net_m2`` (gross - let).
    """
    pair = _key(use["parcel_code"], use["uscc"])
    above = _key(use["parcel_code"], use["head"])
    away_key = _key(outside["parcel_code"], outside["lessor_uscc"])
    away = outside["gross_m2"].groupby(away_key.to_numpy()).sum()
    gross, let = use["gross_m2"].copy(), pd.Series(dtype="float64")
    nearest = use["depth"].groupby(pair).min()
    at_nearest = use["depth"] == pair.map(nearest)
    deepest = int(use["depth"].max()) if len(use) else -1
    for depth in range(deepest + 1):
        # What users of this depth have, against what is sublet of it.
        keys = pd.Index(sorted(nearest.index[nearest == depth]))
        have = gross[at_nearest].groupby(pair[at_nearest]).sum().reindex(keys).fillna(0.0)
        below = (use["depth"] == depth + 1) & among(above, keys)
        claims = gross[below].groupby(above[below]).sum().reindex(keys).fillna(0.0)
        total = claims + away.reindex(keys).fillna(0.0)
        factor = (have / total.where(total > 0)).clip(upper=1.0).fillna(1.0)
        fitted = round_m2(gross[below] * above[below].map(factor).astype("float64"))
        gross = gross.mask(below, fitted.reindex(use.index))
        let = pd.concat([let, np.minimum(total, have)])
    return _net(use.assign(gross_m2=gross), pair, let)


def _net(use: pd.DataFrame, pair: pd.Series, let: pd.Series) -> pd.DataFrame:
    """Several leases of one tenant on one parcel: the sublet area comes off them in turn."""
    order = use.assign(_pair=pair).sort_values(["parcel_code", "uscc", "depth", "lease_id"])
    before = order.groupby("_pair", sort=False)["gross_m2"].cumsum() - order["gross_m2"]
    wanted = order["_pair"].map(let).astype("float64").fillna(0.0)
    taken = (wanted - before).clip(lower=0.0).clip(upper=order["gross_m2"].fillna(0.0))
    let_m2 = round_m2(taken.fillna(0.0)).reindex(use.index)
    return use.assign(let_m2=let_m2, net_m2=round_m2(use["gross_m2"] - let_m2))


def _key(codes: pd.Series, others: pd.Series) -> pd.Series:
    return (codes.astype("str") + "\t" + others.astype("str")).astype("str")
