"""A lessor written loosely, read among the holders of the very parcel that is let.

“芥舟集团” could be any of a dozen enterprises of the register, but of the holders of the parcel at
most one is meant. Who lets a parcel is its holder or a tenant, so the name has to speak only
against that, not against the whole register.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.matching.names import compare, parse_queries
from geomujun.matching.register import Register
from geomujun.matching.weights import Weights

SURE_BITS: Final = 4.0  # odds of 16 to 1 for the holder, before which the two are even


def lessors_there(
    leases: pd.DataFrame, owners: pd.DataFrame, register: Register, weights: Weights
) -> pd.DataFrame:
    """Leases whose unrecognised lessor is a holder of their parcel after all.

    Args:
        leases: ``parcel_resolved lessor lessor_key`` ("" where no enterprise was recognised).
        owners: Holders: ``parcel_code name uscc`` ("" for none).
        register: Its lexicon and rarities.
        weights: Bits per level.

    Returns:
        ``leases`` with ``lets_own`` (bool) and ``lessor_key`` filled where the holder is known.
    """
    asked = (leases["lessor_key"] == "") & (leases["lessor"] != "")
    asked &= leases["parcel_resolved"] != ""
    rows = leases.loc[asked, ["parcel_resolved", "lessor"]].reset_index(names="_row")
    there = owners[["parcel_code", "name", "uscc"]].drop_duplicates()
    pairs = rows.merge(there, left_on="parcel_resolved", right_on="parcel_code")
    if pairs.empty:
        return leases.assign(lets_own=False)
    left = _parsed(pairs["lessor"], register)
    bits = pd.concat(
        [
            _bits(left, _parsed(names, register), register, weights)
            for names in _names(pairs, register)
        ],
        axis=1,
    ).max(axis=1)
    pairs = pairs.assign(bits=bits.to_numpy())[bits.to_numpy() >= SURE_BITS]
    pairs = pairs.sort_values(["_row", "bits", "uscc", "name"], ascending=[True, False, True, True])
    best = pairs.drop_duplicates("_row").set_index("_row")
    keys = leases["lessor_key"].copy()
    keys.loc[best.index] = best["uscc"]
    return leases.assign(lets_own=leases.index.isin(best.index), lessor_key=keys)


def _names(pairs: pd.DataFrame, register: Register) -> list[pd.Series]:
    """The holder as the parcel writes it, and as the register does where it is known."""
    current = register.firms.set_index("uscc")["name"]
    return [pairs["name"], pairs["uscc"].map(current).fillna(pairs["name"]).astype("str")]


def _parsed(texts: pd.Series, register: Register) -> pd.DataFrame:
    parsed = parse_queries(texts, register.lexicon)
    parsed = parsed[~parsed.index.duplicated()]
    return parsed.loc[texts.to_numpy()].reset_index(drop=True)


def _bits(
    left: pd.DataFrame, right: pd.DataFrame, register: Register, weights: Weights
) -> pd.Series:
    return weights.name_bits(compare(left, right, register))["bits"]
