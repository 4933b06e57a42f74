"""Every parcel and every enterprise in exactly one bucket, with the reason (CONTRACT §3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import among
from geomujun.domain.landuse import industrial_use
from geomujun.domain.words import UNDECIDED, Band, EnterpriseBucket, ParcelBucket, Relation
from geomujun.lang import t

Tests = dict[str, npt.NDArray[np.bool_]]  # bucket -> which rows it takes, first hit wins

GONE: Final = ("注销", "吊销")
MOVED: Final = "迁出"
PARCEL_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    ParcelBucket.MATCHED: ("有在册企业的确定对应", "an active enterprise is linked"),
    ParcelBucket.AMBIGUOUS: ("仅有待复核的对应", "only links to review"),
    ParcelBucket.NOT_INDUSTRIAL: ("登记用途不是工矿仓储", "registered for another use"),
    ParcelBucket.HOLDER_CANCELLED: ("权利人已注销或吊销", "the holder is dissolved"),
    ParcelBucket.INDIVIDUAL_HOLDER: (
        "权利人是个人，实际使用企业不明",
        "a natural person holds it; user unknown",
    ),
    ParcelBucket.PUBLIC_HOLDER: (
        "权利人是机关、事业单位或储备机构",
        "a public body holds it",
    ),
    ParcelBucket.COLLECTIVE_NO_CERTIFICATE: (
        "集体或未确权土地，无企业权利人",
        "collective land without a certificate",
    ),
    ParcelBucket.VACANT: ("没有权利人登记，也没有使用迹象", "no holder and no sign of use"),
    ParcelBucket.UNMATCHED: ("权利人不在企业名录中", "the holder is not in the register"),
}
ENTERPRISE_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    EnterpriseBucket.CANCELLED: ("已注销或吊销", "dissolved"),
    EnterpriseBucket.MATCHED: ("有确定的用地对应", "linked to land"),
    EnterpriseBucket.AMBIGUOUS: ("仅有待复核的用地对应", "only links to review"),
    EnterpriseBucket.INVALID: ("信用代码无效且没有任何对应", "code invalid, nothing links"),
    EnterpriseBucket.OUT_OF_REGION: (
        "登记在本地以外或已迁出",
        "registered elsewhere or moved away",
    ),
    EnterpriseBucket.REGISTERED_ONLY: (
        "仅注册地址在宗地上",
        "only its registered address is on a parcel",
    ),
    EnterpriseBucket.NO_LAND: ("没有找到用地", "no land found"),
}


def parcel_buckets(case: Case, links: pd.DataFrame, holders: pd.DataFrame) -> pd.DataFrame:
    """``parcel_code bucket reason`` for every kept parcel, in code order.

    Args:
        case: Parcels with their registered use.
        links: Of the book, with ``counted`` and ``holder_cancelled``.
        holders: From `matching.holders.explode`: ``parcel_code kind``.
    """
    parcels = case.parcels.sort_values("parcel_code", ignore_index=True)
    code = parcels["parcel_code"]
    live = links.loc[links["counted"] & ~links["holder_cancelled"], "parcel_code"]
    gone = links.loc[links["holder_cancelled"] & links["counted"], "parcel_code"]

    def has(kind: str) -> npt.NDArray[np.bool_]:
        return among(code, holders.loc[holders["kind"] == kind, "parcel_code"])

    empty = ~among(code, holders["parcel_code"])
    # A blank use says nothing and is not taken for another one.
    named_use = (parcels["land_use"].str.strip() != "").to_numpy(dtype=bool)
    uncertified = code.str.slice(12, 13).isin(["J", "Z"]).to_numpy(dtype=bool)
    tests: Tests = {
        ParcelBucket.MATCHED: among(code, live),
        ParcelBucket.AMBIGUOUS: among(code, _queued(links)["parcel_code"]),
        ParcelBucket.NOT_INDUSTRIAL: ~industrial_use(parcels["land_use"]) & named_use,
        ParcelBucket.HOLDER_CANCELLED: among(code, gone),
        ParcelBucket.INDIVIDUAL_HOLDER: has("person") & ~has("firm"),
        ParcelBucket.PUBLIC_HOLDER: has("public") & ~has("firm"),
        ParcelBucket.COLLECTIVE_NO_CERTIFICATE: has("collective") | (empty & uncertified),
        ParcelBucket.VACANT: empty,
    }
    frame = _first(tests, ParcelBucket.UNMATCHED, len(parcels), PARCEL_REASONS)
    frame.insert(0, "parcel_code", code)
    return frame


def enterprise_buckets(case: Case, links: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """``uscc name bucket reason`` for every kept enterprise, in code order.

    Args:
        case: Enterprises, and parcels for the counties of the case.
        links: Of the book, with ``counted``.
        codes: `matching.identity.Identity.codes`.
    """
    firms = case.enterprises.sort_values("uscc", ignore_index=True)
    code = firms["uscc"]
    address = links.loc[links["relation"] == Relation.REGISTERED_ONLY, "uscc"]
    counties = frozenset(case.parcels["parcel_code"].str.slice(0, 6)) | frozenset(
        case.parcels["division"].str.slice(0, 6)
    )
    known = firms["division"].str.fullmatch(r"\d{6,12}").to_numpy(dtype=bool)
    here = firms["division"].str.slice(0, 6).isin(counties).to_numpy(dtype=bool)
    moved = (firms["status"] == MOVED).to_numpy(dtype=bool)
    tests: Tests = {
        EnterpriseBucket.CANCELLED: firms["status"].isin(GONE).to_numpy(dtype=bool),
        EnterpriseBucket.MATCHED: among(code, links.loc[links["counted"], "uscc"]),
        EnterpriseBucket.AMBIGUOUS: among(code, _queued(links)["uscc"]),
        EnterpriseBucket.INVALID: among(code, codes.loc[codes["state"] == "invalid", "uscc"]),
        EnterpriseBucket.OUT_OF_REGION: (known & ~here) | moved,
        EnterpriseBucket.REGISTERED_ONLY: among(code, address),
    }
    frame = _first(tests, EnterpriseBucket.NO_LAND, len(firms), ENTERPRISE_REASONS)
    frame.insert(0, "uscc", code)
    frame.insert(1, "name", firms["name"])
    return frame


def _queued(links: pd.DataFrame) -> pd.DataFrame:
    """Links a person is asked about."""
    return links[
        (links["band"] == Band.REVIEW)
        & links["decision"].isin(UNDECIDED)
        & (links["relation"] != Relation.REGISTERED_ONLY)
    ]


def _first(tests: Tests, last: str, n: int, reasons: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """``bucket`` and ``reason`` of the first test that holds, row by row."""
    names = [*map(str, tests), str(last)]
    texts = [t(*reasons[key]) for key in (*tests, last)]
    every = np.column_stack([*tests.values(), np.ones(n, dtype=bool)])
    first = every.argmax(axis=1)
    frame = pd.DataFrame({"bucket": np.array(names)[first], "reason": np.array(texts)[first]})
    return frame.astype("str")
