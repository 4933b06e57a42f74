"""Divide each parcel among its holders and users; what cannot be told apart stays one unit.

Land is conserved: link areas and what is left unallocated add up to the registered area. Claims
above the parcel, or above what the sublessor itself rents, are scaled down in proportion. A
sublessor's link is net of what it sublets. How far tenants hang on tenants: `ledger.chains`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.domain.words import AreaMethod, Relation
from geomujun.ledger.chains import hang, sublet
from geomujun.ledger.rounding import round_m2

OVER_TOLERANCE_M2: Final = 1.0
PAIR: Final = ["parcel_code", "uscc"]


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
    both = pd.concat([own[[*PAIR, "industrial"]], use[[*PAIR, "industrial"]]])
    users = both[both["industrial"]].drop_duplicates(PAIR)
    count = unknown["parcel_code"].map(users.groupby("parcel_code").size()).astype("float64")
    shared = unknown.loc[count >= 2, "parcel_code"]
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
    use = hang(use)
    tenants = _pairs(outside, "lessor_uscc").isin(_pairs(use)) & ~_pairs(
        outside, "lessor_uscc"
    ).isin(_pairs(own))
    use, first, over = _scaled(use, outside[~tenants])
    use = sublet(use, outside[tenants])
    own = _held(own, use, first)
    for frame in (own, use):
        whole = frame["parcel_code"].isin(apart)
        frame.loc[whole, ["net_m2", "gross_m2", "let_m2"]] = 0.0
        frame.loc[whole, "method"] = AreaMethod.UNSPLIT.value
    use["gross_m2"] = use["gross_m2"].fillna(0.0)
    use["net_m2"] = use["net_m2"].fillna(0.0)
    use.loc[use["method"] == "", "method"] = AreaMethod.UNSPLIT.value
    return Division(own, use, over[~over["parcel_code"].isin(apart)].reset_index(drop=True))


def _pairs(frame: pd.DataFrame, uscc: str = "uscc") -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[["parcel_code", uscc]])


def _sole_users(own: pd.DataFrame, use: pd.DataFrame) -> pd.DataFrame:
    """The one real user of a parcel without a live holder has the whole of it.

    Unless a lease says how much. Of several rows of that user the first has the area.
    """
    facts = ["lease_id", "relation", "head_lease_id", "lessor_uscc", "gross_m2"]
    order = use.sort_values([*PAIR, *facts], kind="stable")  # never as the rows happen to come
    users = use.groupby("parcel_code")["uscc"].transform("nunique")
    alone = (users == 1) & ~among(use["parcel_code"], own["parcel_code"])
    stated = use["method"].isin([AreaMethod.CONTRACT.value, AreaMethod.FLOOR_SHARE.value])
    whole = alone & ~stated.groupby(use["parcel_code"]).transform("any")
    again = order["parcel_code"].duplicated().reindex(use.index)
    area = use["area_m2"].mask(again, 0.0)
    return use.assign(
        gross_m2=use["gross_m2"].mask(whole, area),
        method=use["method"].mask(whole, AreaMethod.REGISTERED.value),
    )


def _scaled(
    use: pd.DataFrame, outside: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Claims of first degree scaled to fit the parcel, and parcels on which they did not.

    Tenants outside the case claim too. Who rents from one of them sits inside its area, so only
    what is left of it counts beside them.
    """
    first = use[use["depth"] == 0]
    area = use.drop_duplicates("parcel_code").set_index("parcel_code")["area_m2"]
    inside = first[first["relation"] == Relation.SUBLEASE.value]
    inside_m2 = inside.groupby("parcel_code")["gross_m2"].sum()
    let_out = outside.sort_values(["parcel_code", "lessor_uscc", "gross_m2"])
    total_out = let_out.groupby("parcel_code")["gross_m2"].sum()
    kept = (total_out - inside_m2.reindex(total_out.index).fillna(0.0)).clip(lower=0.0)
    ratio = (kept / total_out.where(total_out > 0)).fillna(0.0)
    claimed = first.sort_values([*PAIR, "gross_m2"]).groupby("parcel_code")["gross_m2"].sum()
    total = claimed.add(kept, fill_value=0.0)
    room = area.reindex(total.index)
    factor = (room / total.where(total > 0)).clip(upper=1.0).fillna(1.0)
    over = pd.DataFrame({"claimed_m2": total, "area_m2": room})
    over = over[over["claimed_m2"] > over["area_m2"] + OVER_TOLERANCE_M2].rename_axis("parcel_code")
    scale = use["parcel_code"].map(factor).astype("float64").fillna(1.0)
    scale_out = let_out["parcel_code"].map(ratio * factor.reindex(ratio.index).fillna(1.0))
    return (
        use.assign(gross_m2=round_m2(use["gross_m2"] * scale.where(use["depth"] == 0, 1.0))),
        let_out.assign(gross_m2=let_out["gross_m2"] * scale_out.astype("float64")),
        over.reset_index(),
    )


def _held(own: pd.DataFrame, use: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """Holders: registered area × share, less what others use of it."""
    exact = (own["share"] * own["area_m2"]).fillna(0.0)
    own = own.assign(gross_m2=round_m2(exact))
    used = _used(use, outside)
    by_holder = _pairs(used, "lessor_uscc").isin(_pairs(own))
    mine = used[by_holder].groupby(["parcel_code", "lessor_uscc"])["gross_m2"].sum()
    times = own.groupby(PAIR)["gross_m2"].transform("size")
    let = pd.Series(mine.reindex(_pairs(own)).to_numpy(), index=own.index).fillna(0.0) / times
    let = _level(own, let + _unattributed(own, used[~by_holder]))
    let = let.clip(upper=own["gross_m2"])
    # Whatever shares say, holders have no more than users leave.
    net = (exact - let).clip(lower=0.0)
    code = own["parcel_code"]
    taken = code.map(used.groupby("parcel_code")["gross_m2"].sum()).astype("float64").fillna(0.0)
    left = net.groupby(code).transform("sum")
    room = (own["area_m2"] - taken).clip(lower=0.0)
    let = round_m2(let + net * (1.0 - (room / left.where(left > 0)).clip(upper=1.0)).fillna(0.0))
    share = np.where(own["share"] < 1.0, AreaMethod.SHARE.value, AreaMethod.REGISTERED.value)
    method = np.where(let > 0, AreaMethod.RESIDUAL.value, share)
    return own.assign(let_m2=let, net_m2=round_m2(own["gross_m2"] - let), method=method)


def _used(use: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """What users of first degree have of each parcel, and from whom."""
    columns = ["parcel_code", "lessor_uscc", "gross_m2", "rented"]
    first = use[use["depth"] == 0]
    lease = [Relation.LEASE.value, Relation.SUBLEASE.value]
    first = first.assign(rented=first["relation"].isin(lease))
    used = pd.concat([first[columns], outside.assign(rented=True)[columns]], ignore_index=True)
    used["gross_m2"] = used["gross_m2"].fillna(0.0)
    used["rented"] = used["rented"].astype(bool)
    return used.sort_values(columns, ignore_index=True)


def _unattributed(own: pd.DataFrame, used: pd.DataFrame) -> pd.Series:
    """What each holder gives to users whose lessor is none of the linked holders.

    Land rented from somebody else comes off the shares nobody is linked for, the rest, and land
    taken without a lease, off all holders by their shares.
    """
    code, share = own["parcel_code"], own["share"].fillna(0.0)
    sums = used.groupby(["parcel_code", "rented"])["gross_m2"].sum().unstack("rented")
    sums = sums.reindex(columns=[False, True]).fillna(0.0)
    taken = code.map(sums[False]).astype("float64").fillna(0.0)
    rented = code.map(sums[True]).astype("float64").fillna(0.0)
    held = share.groupby(code).transform("sum")
    free = ((1.0 - held) * own["area_m2"]).clip(lower=0.0)
    beyond = (rented - free).clip(lower=0.0)
    return taken * share + beyond * share / held.where(held > 0, 1.0)


def _level(own: pd.DataFrame, let: pd.Series) -> pd.Series:
    """A co-holder that lets more than its share takes the excess from the other holders."""
    excess = (let - own["gross_m2"]).clip(lower=0.0)
    room = (own["gross_m2"] - let).clip(lower=0.0)
    spill = excess.groupby(own["parcel_code"]).transform("sum")
    space = room.groupby(own["parcel_code"]).transform("sum")
    part = np.where(space > 0, np.minimum(spill / space.where(space > 0, 1.0), 1.0), 0.0)
    return let - excess + room * part
