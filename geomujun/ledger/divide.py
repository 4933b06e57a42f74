"""Divide each parcel among its holders and users; what cannot be told apart stays one unit.

Land is conserved: link areas and what is left unallocated add up to the registered area. Claims
above the parcel are scaled down in proportion. A sublessor's link is net of what it sublets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.words import AreaMethod, Relation
from geomujun.ledger.rounding import round_m2

OVER_TOLERANCE_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class Division:
    """Parcels divided.

    ``own`` and ``use`` are counted links with ``net_m2``, ``gross_m2``, ``let_m2``, ``method``;
    ``over`` are parcels claimed beyond their area.
    """

    own: pd.DataFrame
    use: pd.DataFrame
    over: pd.DataFrame


def unsplit_parcels(own: pd.DataFrame, use: pd.DataFrame) -> pd.Index:
    """Parcels that cannot be split.

    Co-holders without shares, or an industrial user of unknown area beside another industrial user
    or holder.
    """
    joint = own.loc[own["share"].isna(), "parcel_code"]
    unknown = use[use["gross_m2"].isna() & use["industrial"]]
    both = pd.concat(
        [own[["parcel_code", "uscc", "industrial"]], use[["parcel_code", "uscc", "industrial"]]]
    )
    users = both[both["industrial"]].drop_duplicates(["parcel_code", "uscc"])
    count = users.groupby("parcel_code").size()
    shared = unknown["parcel_code"][
        unknown["parcel_code"].map(count).astype("float64").fillna(0) >= 2
    ]
    apart: pd.Index = pd.Index(sorted(set(joint) | set(shared)))
    return apart


def divide(own: pd.DataFrame, use: pd.DataFrame, outside: pd.DataFrame) -> Division:
    """Areas of all counted links of active enterprises.

    Args:
        own: OWN links: ``parcel_code uscc share area_m2 industrial``.
        use: The others with ``gross_m2 method relation lease_id head_lease_id lessor_uscc
            area_m2 industrial``.
        outside: Leases in force to tenants outside the case: ``parcel_code lessor_uscc gross_m2``.
    """
    use = _sole_users(own, use)
    apart = unsplit_parcels(own, use)
    use, over = _scaled(use)
    use = _sublet(use)
    own = _held(own, use, outside)
    for frame in (own, use):
        whole = frame["parcel_code"].isin(apart)
        frame.loc[whole, ["net_m2", "gross_m2", "let_m2"]] = 0.0
        frame.loc[whole, "method"] = AreaMethod.UNSPLIT.value
    use["gross_m2"] = use["gross_m2"].fillna(0.0)
    use["net_m2"] = use["net_m2"].fillna(0.0)
    use.loc[use["method"] == "", "method"] = AreaMethod.UNSPLIT.value
    return Division(own, use, over[~over["parcel_code"].isin(apart)].reset_index(drop=True))


def _sole_users(own: pd.DataFrame, use: pd.DataFrame) -> pd.DataFrame:
    """The one real user of a parcel without a live holder has the whole of it.

    Unless a lease says how much.
    """
    alone = ~use["parcel_code"].duplicated(keep=False) & ~use["parcel_code"].isin(
        own["parcel_code"]
    )
    stated = use["method"].isin([AreaMethod.CONTRACT.value, AreaMethod.FLOOR_SHARE.value])
    whole = alone & ~stated
    return use.assign(
        gross_m2=use["gross_m2"].mask(whole, use["area_m2"]),
        method=use["method"].mask(whole, AreaMethod.REGISTERED.value),
    )


def _scaled(use: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Claims of first degree scaled to fit the parcel; subleases shrink with their head lease."""
    first = use["relation"] != Relation.SUBLEASE.value
    total = use[first].groupby("parcel_code")["gross_m2"].sum()
    area = use.drop_duplicates("parcel_code").set_index("parcel_code")["area_m2"]
    factor = (area.reindex(total.index) / total.where(total > 0)).clip(upper=1.0).fillna(1.0)
    over = pd.DataFrame({"claimed_m2": total, "area_m2": area.reindex(total.index)})
    over = over[over["claimed_m2"] > over["area_m2"] + OVER_TOLERANCE_M2].rename_axis("parcel_code")
    scale = use["parcel_code"].map(factor).astype("float64").fillna(1.0)
    return use.assign(gross_m2=round_m2(use["gross_m2"] * scale)), over.reset_index()


def _sublet(use: pd.DataFrame) -> pd.DataFrame:
    """What each tenant sublets, found by head lease, else by lessor on the same parcel."""
    sub = use[use["relation"] == Relation.SUBLEASE.value]
    heads = use[["parcel_code", "uscc", "lease_id"]].rename(
        columns={"uscc": "head", "lease_id": "head_lease_id"}
    )
    heads = heads[heads["head_lease_id"] != ""].drop_duplicates("head_lease_id")
    named = sub.merge(heads[["head_lease_id", "head"]], on="head_lease_id", how="left")
    lessor = named["head"].where(named["head"].notna(), named["lessor_uscc"])
    let = named.assign(head=lessor).groupby(["parcel_code", "head"])["gross_m2"].sum()
    pairs = pd.MultiIndex.from_frame(use[["parcel_code", "uscc"]])
    wanted = pd.Series(let.reindex(pairs).to_numpy(), index=use.index).fillna(0.0)
    # Several leases of one tenant on one parcel: the sublet area comes off them in turn.
    order = use.sort_values(["parcel_code", "uscc", "lease_id"])
    groups = order.groupby(["parcel_code", "uscc"], sort=False)["gross_m2"]
    before = groups.cumsum() - order["gross_m2"]
    taken = (wanted.reindex(order.index) - before).clip(lower=0.0)
    let_m2 = taken.clip(upper=order["gross_m2"].fillna(0.0)).reindex(use.index)
    return use.assign(let_m2=round_m2(let_m2), net_m2=round_m2(use["gross_m2"] - let_m2))


def _held(own: pd.DataFrame, use: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """Holders: registered area × share, less what others use of it."""
    gross = round_m2(own["share"] * own["area_m2"]).fillna(0.0)
    own = own.assign(gross_m2=gross)
    first = use[use["relation"] != Relation.SUBLEASE.value]
    used = pd.concat(
        [first[["parcel_code", "uscc", "lessor_uscc", "gross_m2"]],
         outside.assign(uscc="")[["parcel_code", "uscc", "lessor_uscc", "gross_m2"]]],
        ignore_index=True,
    )  # fmt: skip
    used["gross_m2"] = used["gross_m2"].fillna(0.0)
    pairs = set(zip(own["parcel_code"], own["uscc"], strict=True))
    by_lessor = [p in pairs for p in zip(used["parcel_code"], used["lessor_uscc"], strict=True)]
    mine = (
        used[np.array(by_lessor, dtype=bool)]
        .groupby(["parcel_code", "lessor_uscc"])["gross_m2"]
        .sum()
    )
    rest = used[~np.array(by_lessor, dtype=bool)].groupby("parcel_code")["gross_m2"].sum()
    keys = pd.MultiIndex.from_frame(own[["parcel_code", "uscc"]])
    let = pd.Series(mine.reindex(keys).to_numpy(), index=own.index).fillna(0.0)
    let = let + own["parcel_code"].map(rest).astype("float64").fillna(0.0) * own["share"].fillna(
        0.0
    )
    let = _level(own, let)
    touched = own["parcel_code"].isin(used.loc[used["gross_m2"] > 0, "parcel_code"])
    method = np.where(
        touched, AreaMethod.RESIDUAL.value,
        np.where(own["share"] < 1.0, AreaMethod.SHARE.value, AreaMethod.REGISTERED.value),
    )  # fmt: skip
    let = round_m2(let.clip(upper=gross))
    return own.assign(let_m2=let, net_m2=round_m2(gross - let), method=method)


def _level(own: pd.DataFrame, let: pd.Series) -> pd.Series:
    """A co-holder that lets more than its share takes the excess from the other holders."""
    excess = (let - own["gross_m2"]).clip(lower=0.0)
    room = (own["gross_m2"] - let).clip(lower=0.0)
    spill = own["parcel_code"].map(excess.groupby(own["parcel_code"]).sum()).astype("float64")
    space = own["parcel_code"].map(room.groupby(own["parcel_code"]).sum()).astype("float64")
    part = np.where(space > 0, np.minimum(spill / space.where(space > 0, 1.0), 1.0), 0.0)
    return let - excess + room * part
