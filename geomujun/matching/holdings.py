"""What an enterprise surely holds or lets elsewhere, as evidence for one more parcel.

A firm's second plot lies beside its first (一期, 二期), and who lets a parcel by contract holds it
as a rule. Both are known before names are weighed a second time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.keys import among
from geomujun.matching.land import Land

BESIDE_M: Final = 50.0
_LEVELS: Final = np.array(["beside", "zone", "town", "elsewhere"], dtype=object)


def held_level(pairs: pd.DataFrame, sure: pd.DataFrame, land: Land) -> npt.NDArray[np.object_]:
    """Where the nearest other land is that each pair's enterprise surely holds.

    Args:
        pairs: ``uscc`` and ``land`` (row of ``land``) of holder × enterprise pairs.
        sure: The same columns of titles that are certain already.
        land: The land.

    Returns:
        (n,): ``beside`` (within `BESIDE_M`) · ``zone`` (same 地籍子区) · ``town`` · ``elsewhere`` ·
        ``none`` (holds nothing else).
    """
    mine = pd.DataFrame({"pair": np.arange(len(pairs)), "uscc": pairs["uscc"].to_numpy()})
    mine["land"] = pairs["land"].to_numpy()
    both = mine.merge(sure[["uscc", "land"]].drop_duplicates(), on="uscc", suffixes=("", "_held"))
    both = both[both["land"] != both["land_held"]]
    here, there = both["land"].to_numpy(np.int64), both["land_held"].to_numpy(np.int64)
    zone, town = land.rows["zone"].to_numpy(object), land.rows["town"].to_numpy(object)
    near = np.asarray(shapely.dwithin(land.flat[here], land.flat[there], BESIDE_M))
    rank = np.select(
        [
            near,
            (zone[here] == zone[there]) & (zone[here] != ""),
            (town[here] == town[there]) & (town[here] != ""),
        ],
        [0, 1, 2],
        3,
    )
    best = pd.Series(rank).groupby(both["pair"].to_numpy()).min()
    level = np.full(len(pairs), "none", dtype=object)
    level[best.index.to_numpy(np.int64)] = _LEVELS[best.to_numpy(np.int64)]
    return level


def letting(leases: pd.DataFrame, names: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Enterprises that let parcels by contract, subleases left out.

    Args:
        leases: Lease rows with ``parcel_resolved`` ("" unknown), ``lessor_uscc`` and the lessor's
            name normalised as ``lessor_norm``.
        names: Names of the register: ``norm uscc former``.
        known: Enterprises: ``uscc``.

    Returns:
        ``parcel_code uscc``, sorted, once each.
    """
    head = leases[(leases["head_contract_no"] == "") & (leases["parcel_resolved"] != "")]
    current = names[~names["former"]].drop_duplicates("norm", keep=False)
    by_name = head["lessor_norm"].map(current.set_index("norm")["uscc"].astype("object"))
    code = head["lessor_uscc"].where(among(head["lessor_uscc"], known["uscc"]), by_name)
    found = pd.DataFrame({"parcel_code": head["parcel_resolved"], "uscc": code.astype("object")})
    found = found.dropna().drop_duplicates()
    return found.sort_values(["parcel_code", "uscc"], ignore_index=True).astype("str")
