"""Every parcel and every enterprise in exactly one bucket, with the reason in words (CONTRACT §3)."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.landuse import industrial_use
from geomujun.domain.words import EnterpriseBucket, ParcelBucket, Relation
from geomujun.lang import t

GONE: Final = ("注销", "吊销")
MOVED: Final = "迁出"


def parcel_buckets(case: Case, links: pd.DataFrame, holders: pd.DataFrame) -> pd.DataFrame:
    """``parcel_code bucket reason`` for every kept parcel, in code order."""
    parcels = case.parcels.sort_values("parcel_code", ignore_index=True)
    code = parcels["parcel_code"]
    live = links[links["counted"] & ~links["holder_cancelled"]]
    review = links[(links["band"] == "review") & (links["decision"] == "") & (links["relation"] != Relation.REGISTERED_ONLY)]
    gone = links[links["holder_cancelled"] & links["counted"]]
    kinds = holders.groupby("parcel_code")["kind"].agg(frozenset).reindex(code)

    def has(kind: str) -> np.ndarray:
        return np.array([isinstance(k, frozenset) and kind in k for k in kinds], dtype=bool)

    empty = kinds.isna().to_numpy()
    # A blank use says nothing and is not taken for another one.
    other_use = ~industrial_use(parcels["land_use"]) & (parcels["land_use"] != "").to_numpy()
    uncertified = code.str.slice(12, 13).isin(["J", "Z"]).to_numpy()
    rules = [
        (code.isin(live["parcel_code"]), ParcelBucket.MATCHED, t("有在册企业的确定对应", "an active enterprise is linked")),
        (code.isin(review["parcel_code"]), ParcelBucket.AMBIGUOUS, t("仅有待复核的对应", "only links to review")),
        (other_use, ParcelBucket.NOT_INDUSTRIAL, t("登记用途不是工矿仓储", "registered for another use")),
        (code.isin(gone["parcel_code"]), ParcelBucket.HOLDER_CANCELLED, t("权利人已注销或吊销", "the holder is dissolved")),
        (has("person") & ~has("firm"), ParcelBucket.INDIVIDUAL_HOLDER, t("权利人是个人，实际使用企业不明", "a natural person holds it; user unknown")),
        (has("public") & ~has("firm"), ParcelBucket.PUBLIC_HOLDER, t("权利人是机关、事业单位或储备机构", "a public body holds it")),
        (has("collective") | (empty & uncertified), ParcelBucket.COLLECTIVE_NO_CERTIFICATE, t("集体或未确权土地，无企业权利人", "collective land without a certificate")),
        (empty, ParcelBucket.VACANT, t("没有权利人登记，也没有使用迹象", "no holder and no sign of use")),
    ]  # fmt: skip
    last = (ParcelBucket.UNMATCHED, t("权利人不在企业名录中", "the holder is not in the register"))
    bucket, reason = _first(rules, last, len(parcels))
    return pd.DataFrame({"parcel_code": code, "bucket": bucket, "reason": reason})


def enterprise_buckets(case: Case, links: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """``uscc name bucket reason`` for every kept enterprise, in code order."""
    firms = case.enterprises.sort_values("uscc", ignore_index=True)
    code = firms["uscc"]
    live = links.loc[links["counted"], "uscc"]
    review = links.loc[(links["band"] == "review") & (links["decision"] == "") & (links["relation"] != Relation.REGISTERED_ONLY), "uscc"]
    address = links.loc[links["relation"] == Relation.REGISTERED_ONLY, "uscc"]
    counties = frozenset(case.parcels["parcel_code"].str.slice(0, 6)) | frozenset(case.parcels["division"].str.slice(0, 6))
    known = firms["division"].str.fullmatch(r"\d{6,12}")
    away = (known & ~firms["division"].str.slice(0, 6).isin(counties)) | (firms["status"] == MOVED)
    invalid = frozenset(codes.loc[codes["state"] == "invalid", "uscc"])
    rules = [
        (firms["status"].isin(GONE), EnterpriseBucket.CANCELLED, t("已注销或吊销", "dissolved")),
        (code.isin(live), EnterpriseBucket.MATCHED, t("有确定的用地对应", "linked to land")),
        (code.isin(review), EnterpriseBucket.AMBIGUOUS, t("仅有待复核的用地对应", "only links to review")),
        (code.isin(invalid), EnterpriseBucket.INVALID, t("信用代码无效且没有任何对应", "code invalid, nothing links")),
        (away, EnterpriseBucket.OUT_OF_REGION, t("登记在本地以外或已迁出", "registered elsewhere or moved away")),
        (code.isin(address), EnterpriseBucket.REGISTERED_ONLY, t("仅注册地址在宗地上", "only its registered address is on a parcel")),
    ]  # fmt: skip
    last = (EnterpriseBucket.NO_LAND, t("没有找到用地", "no land found"))
    bucket, reason = _first(rules, last, len(firms))
    return pd.DataFrame({"uscc": code, "name": firms["name"], "bucket": bucket, "reason": reason})


def _first(
    rules: list[tuple[object, str, str]], last: tuple[str, str], n: int
) -> tuple[np.ndarray, np.ndarray]:
    """The first rule that holds, row by row."""
    tests = [np.asarray(test, dtype=bool) for test, _, _ in rules]
    if not n:
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    bucket = np.select(tests, [str(b) for _, b, _ in rules], str(last[0]))
    reason = np.select(tests, [r for _, _, r in rules], last[1])
    return bucket, reason
