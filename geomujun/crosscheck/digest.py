"""Digest of the facts a reviewer saw on a pair of parcel and enterprise (facts_digest).

CONTRACT §6: SHA-256 of parcel code, holder name, holder code, registered area, firm code, name,
former names, addresses, point, leases between them, joined by newline. Areas are written with two
decimals, degrees with six, dates as ISO, missing values as "", leases sorted by their number: the
same facts give the same digest in every run, whatever the row order. Weights, probabilities and
other derived values are no facts and not in it.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among


def facts_digests(case: Case, pairs: pd.DataFrame) -> pd.Series:
    """The digest of each pair, on the index of ``pairs``.

    Args:
        case: With leases resolved (``parcel_resolved``, ``lessor_key``, ``lessee_key``).
        pairs: ``parcel_code`` (or the BSM of a patch) and ``uscc``.

    Returns:
        64 hex characters; "" when the parcel or the enterprise is not in the case.
    """
    if pairs.empty:
        return pd.Series(index=pairs.index, dtype="str")
    left = _land_text(case, pairs["parcel_code"]).reindex(pairs["parcel_code"])
    right = _firm_text(case, pairs["uscc"]).reindex(pairs["uscc"])
    between = _lease_text(case, pairs)
    out = [
        ""
        if pd.isna(land) or pd.isna(firm)
        else hashlib.sha256(f"{land}\n{firm}\n{lease}".encode()).hexdigest()
        for land, firm, lease in zip(left, right, between, strict=True)
    ]
    return pd.Series(out, index=pairs.index, dtype="str")


def _number(values: pd.Series, places: int) -> pd.Series:
    texts = ["" if v != v else f"{v:.{places}f}" for v in values.to_numpy(dtype=float)]  # noqa: PLR0124
    return pd.Series(texts, index=values.index, dtype="str")


def _day(values: pd.Series) -> pd.Series:
    texts: pd.Series = values.dt.strftime("%Y-%m-%d").fillna("").astype("str")
    return texts


def _land_text(case: Case, wanted: pd.Series) -> pd.Series:
    """Code, holder name, holder code and registered area of parcels and patches, by code."""
    parcels = pd.DataFrame(case.parcels)[
        ["parcel_code", "holder_names", "holder_ids", "area_m2"]
    ].set_axis(["code", "name", "id", "area_m2"], axis=1)
    patches = pd.DataFrame(case.patches)[["patch_code", "owner_unit", "area_m2"]].set_axis(
        ["code", "name", "area_m2"], axis=1
    )
    both = pd.concat([parcels, patches.assign(id="")], ignore_index=True)
    both = both[among(both["code"], wanted)].drop_duplicates("code")
    text = both["code"] + "\n" + both["name"] + "\n" + both["id"] + "\n"
    return (text + _number(both["area_m2"], 2)).set_axis(both["code"])


def _firm_text(case: Case, wanted: pd.Series) -> pd.Series:
    """Code, name, former names, addresses and point of enterprises, by uscc."""
    firms = case.enterprises
    firms = firms[among(firms["uscc"], wanted)].drop_duplicates("uscc")
    point = _number(firms["longitude"], 6) + "," + _number(firms["latitude"], 6)
    columns = [firms[c] for c in ("name", "former_names", "registered_address", "site_address")]
    text = firms["uscc"]
    for column in [*columns, point + "," + firms["datum"]]:
        text = text + "\n" + column
    return text.set_axis(firms["uscc"])


def _lease_text(case: Case, pairs: pd.DataFrame) -> pd.Series:
    """Leases of each pair, the enterprise on either side, joined by ";"; "" for none."""
    leases = case.leases.sort_values("contract_no", kind="stable")
    line = leases["contract_no"]
    for name in ("lessor_key", "lessee_key", "head_contract_no"):
        line = line + "," + leases[name]
    for name in ("land_area_m2", "floor_area_m2"):
        line = line + "," + _number(leases[name], 2)
    for name in ("start_on", "end_on"):
        line = line + "," + _day(leases[name])
    sides = [
        pd.DataFrame({"parcel": leases["parcel_resolved"], "uscc": leases[side], "line": line})
        for side in ("lessor_key", "lessee_key")
    ]
    table = pd.concat(sides, ignore_index=True).drop_duplicates()
    table = table[(table["parcel"] != "") & (table["uscc"] != "")]
    joined = table.groupby(["parcel", "uscc"])["line"].agg(lambda lines: ";".join(sorted(lines)))
    found = joined.reindex(pd.MultiIndex.from_frame(pairs[["parcel_code", "uscc"]]))
    return found.fillna("").set_axis(pairs.index)
