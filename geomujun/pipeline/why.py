"""Why a parcel and an enterprise are linked, or not, as a finished run tells it."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geomujun.errors import DataError, UsageError
from geomujun.lang import t
from geomujun.matching.waterfall import waterfall
from geomujun.pipeline.finished import Reader

NEAREST: Final = 3  # codes named when the one asked for is not there


def read_pair(table: Reader, parcel: str, uscc: str) -> dict[str, Any]:
    """What a run says of a parcel and an enterprise, in either order.

    Raises:
        UsageError: the run knows no such parcel or enterprise.
        DataError: the run cannot be read.
    """
    links = table("links")
    parcels = table("parcel_reconciliation")
    firms = table("enterprise_reconciliation").drop_duplicates("uscc").set_index("uscc")
    land = pd.Index(parcels["parcel_code"]).union(pd.Index(links["parcel_code"].unique()))
    if parcel not in land and parcel in firms.index:
        parcel, uscc = uscc, parcel
    _known(parcel, land, t("结果中没有宗地 {c}", "the result has no parcel {c}", c=parcel))
    _known(uscc, firms.index, t("结果中没有企业 {c}", "the result has no enterprise {c}", c=uscc))
    here, theirs = links["parcel_code"] == parcel, links["uscc"] == uscc
    names = firms["name"]
    bucket = parcels.loc[parcels["parcel_code"] == parcel]
    return {
        "parcel_code": parcel,
        "uscc": uscc,
        "name": str(names[uscc]),
        "parcel_bucket": "".join(bucket["bucket"]),
        "parcel_reason": "".join(bucket["reason"]),
        "enterprise_bucket": str(firms.loc[uscc, "bucket"]),
        "enterprise_reason": str(firms.loc[uscc, "reason"]),
        "links": [_link(row, names) for row in _rows(links[here & theirs])],
        "links_of_parcel": [_brief(row, names) for row in _rows(links[here & ~theirs])],
        "links_of_enterprise": [_brief(row, names) for row in _rows(links[theirs & ~here])],
    }


def _known(code: str, there: pd.Index, message: str) -> None:
    if code in there:
        return
    found = process.extract(code, sorted(there), scorer=OSA.normalized_similarity, limit=NEAREST)
    near = "、".join(str(choice) for choice, _, _ in found)
    hint = t("相近的代码：{x}", "codes like it: {x}", x=near) if near else ""
    raise UsageError(message, hint=hint)


def _rows(links: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values: None for missing, ISO dates."""
    plain = links.assign(
        **{c: links[c].dt.strftime("%Y-%m-%d") for c in ("valid_from", "valid_to")}
    )
    plain = plain.astype("object").where(plain.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


def _brief(row: dict[str, Any], names: pd.Series) -> dict[str, Any]:
    kept = ("parcel_code", "uscc", "relation", "area_m2", "probability", "band", "decision")
    return {k: row[k] for k in kept} | {"name": names.get(row["uscc"], "")}


def _link(row: dict[str, Any], names: pd.Series) -> dict[str, Any]:
    """One link with its evidence as steps."""
    try:
        steps = waterfall(row["evidence"])
    except ValueError as error:
        raise DataError(
            t("证据读不出", "the evidence cannot be read"), where=f"links {row['parcel_code']}"
        ) from error
    told = [s.item.as_dict() | {"total": round(s.total, 3)} for s in steps]
    return row | {"evidence": told, "rival_name": names.get(row["rival_uscc"], "")}
