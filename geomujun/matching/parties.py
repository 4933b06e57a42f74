"""The parties of a lease as enterprises: by code, else by name, for tenants also by where they are.

A valid code that no enterprise bears speaks against every name: the tenant is simply not in the
register. A tenant's point, house number, village and reported area speak on the leased parcel.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.matching.compete import competing
from geomujun.matching.names import match_names, parse_queries
from geomujun.matching.namesakes import namesakes
from geomujun.matching.register import Register
from geomujun.matching.sites import Places, place_levels
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import normalise_code, uscc_valid

SURE: Final = 0.5  # a party stands for an enterprise from this probability; below, for nobody
BY_CODE: Final = 0.999
KEEP_BITS: Final = -8.0
PLACE_PARTS: Final = ("point", "door", "village", "area")


def lessors(leases: pd.DataFrame, register: Register, weights: Weights) -> pd.DataFrame:
    """``key`` (uscc or "") and ``p`` of each row's lessor, on the index of ``leases``."""
    codes = _codes(leases["lessor_uscc"], register)
    pairs = _candidates(leases["lessor"], codes, register, weights)
    return _chosen(_best(pairs), codes)


def tenants(
    leases: pd.DataFrame, register: Register, places: Places, weights: Weights
) -> pd.DataFrame:
    """``key``, ``p``, ``maybe``, ``maybe_p``, ``rival`` and ``rival_p`` of each row's tenant.

    ``leases`` carries ``parcel_resolved``. ``maybe`` is the enterprise to ask a person about where
    nobody is sure enough (``key`` is ""), "" when there is none above the review limit; ``rival``
    is the next best of either.
    """
    land = leases["parcel_resolved"].map(places.land.position)
    codes = _codes(leases["lessee_uscc"], register)
    pairs = _candidates(leases["lessee"], codes, register, weights, (land, places))
    firms = pd.Series(np.arange(len(register.firms)), index=register.firms["uscc"])
    pairs["firm"] = pairs["uscc"].map(firms).to_numpy(dtype=np.int64)
    pairs["land"] = pairs["row"].map(land).astype("float64")
    here = pairs[pairs["land"].notna()].astype({"land": "int64"})
    if len(here):
        told = here["firm"].to_numpy(), here["land"].to_numpy()
        levels = place_levels(*told, places.sites, places.land, places.doors)
        use = weights.for_use()
        bits = sum(use.column(part, levels[f"l_{part}"]) for part in PLACE_PARTS)
        pairs.loc[here.index, "weight"] += np.asarray(bits, dtype=np.float64)
    best = _best(pairs)
    sure = _chosen(best, codes)
    best = best.reindex(leases.index)
    named = (sure["key"] == "") & ~codes["valid"]  # a valid code of nobody is an outsider's
    asked = best[named & (best["probability"] >= weights.limits["review"])].reindex(leases.index)
    rivals = best[~codes["known"]].reindex(leases.index)
    return sure.assign(
        maybe=asked["uscc"].fillna("").astype("str"),
        maybe_p=asked["probability"].fillna(0.0),
        rival=rivals["rival_uscc"].fillna("").astype("str"),
        rival_p=rivals["rival_probability"],
    )


def _codes(written: pd.Series, register: Register) -> pd.DataFrame:
    """``code`` of each row, normalised; is it ``known`` in the register, is it ``valid`` at all."""
    code = normalise_code(written)
    known = among(code, register.firms["uscc"])
    return pd.DataFrame({"code": code, "known": known, "valid": uscc_valid(code)})


def _candidates(
    names: pd.Series,
    codes: pd.DataFrame,
    register: Register,
    weights: Weights,
    where: tuple[pd.Series, Places] | None = None,
) -> pd.DataFrame:
    """Row × enterprise pairs by name for the rows whose code is nobody's: ``row uscc weight``.

    ``codes``: from `_codes`. ``where``: the land of each row and all places, for namesakes in the
    town.
    """
    rows = pd.DataFrame({"row": names.index, "query": names, "foreign": codes["valid"]})
    rows = rows[~codes["known"] & (names != "")]
    columns = {"row": "int64", "uscc": "str", "weight": "float64"}
    if rows.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    found = match_names(parse_queries(rows["query"], register.lexicon), register, weights)
    pairs = rows.merge(found[["query", "uscc", "bits", "l_name"]], on="query")
    if where is not None:
        settled = pairs.loc[pairs["l_name"] == "exact", "row"]
        asked = rows[~rows["row"].isin(settled)].assign(key=rows["row"])
        asked["land"] = asked["row"].map(where[0])
        more = namesakes(asked, pairs.rename(columns={"row": "key"}), register, where[1], weights)
        pairs = pd.concat([pairs, rows.merge(more.rename(columns={"key": "row"}), on="row")])
    prior = -np.log2(max(register.size, 2))
    against = np.where(pairs["foreign"], weights.bits["code"]["uscc_other"], 0.0)
    pairs["weight"] = pairs["bits"] + prior + against
    return pairs.loc[pairs["weight"] > KEEP_BITS, list(columns)].reset_index(drop=True)


def _chosen(best: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """The best candidate of each row where it is sure enough; a known code needs none."""
    code, known = codes["code"], codes["known"]
    best = best[best["probability"] >= SURE]
    by_name = best["uscc"].reindex(codes.index).fillna("").astype("str")
    p = best["probability"].reindex(codes.index).fillna(0.0)
    return pd.DataFrame(
        {
            "key": code.where(known, by_name).astype("str"),
            "p": p.where(~known, BY_CODE).astype("float64"),
        },
        index=codes.index,
    )


def _best(pairs: pd.DataFrame) -> pd.DataFrame:
    """The best candidate of each row, by row."""
    ordered = pairs.sort_values(["row", "weight", "uscc"], ascending=[True, False, True])
    scored = competing(ordered.reset_index(drop=True), ["row"], 0.0)
    return scored[scored["rank"] == 1].set_index("row")
