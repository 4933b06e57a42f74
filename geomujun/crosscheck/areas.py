"""Findings about areas: claims, remainders, self-reports, exemptions, land that nobody has."""

from __future__ import annotations

import pandas as pd

from geomujun.crosscheck.registry import findings, graded, rule
from geomujun.domain.keys import among, joined, of
from geomujun.domain.words import (
    UNDECIDED,
    AreaMethod,
    EnterpriseBucket,
    ParcelBucket,
    Relation,
    Severity,
)
from geomujun.lang import t
from geomujun.ledger.sight import Sight, of_relation


@rule("AREA_OVER")
def area_over(sight: Sight) -> pd.DataFrame:
    """Leases and shares claim more than the parcel; the ledger has scaled them down."""
    over = sight.facts.over
    over = over[over["area_m2"] > 0].sort_values("parcel_code", kind="stable")
    ratio = over["claimed_m2"] / over["area_m2"]
    message = [
        t(
            "租赁和份额合计主张 {claim:.2f} ㎡，超出宗地登记面积 {area:.2f} ㎡，已按比例折减",
            "leases and shares claim {claim:.2f} m2, more than the registered {area:.2f} m2; "
            "scaled down in proportion",
            claim=claim,
            area=area,
        )
        for claim, area in zip(over["claimed_m2"], over["area_m2"], strict=True)
    ]
    return findings(("parcel", over["parcel_code"]), (ratio, 1.0, "ratio"), Severity.HIGH, message)


@rule("AREA_UNALLOCATED")
def area_unallocated(sight: Sight) -> pd.DataFrame:
    """Remainder above tolerance on a shared parcel (several users, or a part share)."""
    limit = sight.facts.values("AREA_UNALLOCATED", {"share": 0.05})["share"]
    used = sight.used
    users = used.groupby("parcel_code")["uscc"].nunique()
    part = used[used["share"] < 1].groupby("parcel_code").size()
    table = sight.facts.parcels.set_index("parcel_code")
    table = table[table["area_m2"] > 0].sort_index()
    shared = (users.reindex(table.index) >= 2) | (part.reindex(table.index) > 0)
    table["left"] = table["unallocated_m2"] / table["area_m2"]
    table = table[shared & (table["left"] > limit)]
    unsplit = used.loc[used["area_method"] == str(AreaMethod.UNSPLIT), "parcel_code"]
    whole = pd.Series(among(table.index, unsplit), index=table.index)
    message = [
        t(
            "多家共用的宗地无法划分面积，{left:.2f} ㎡ 作为一个评价单元",
            "the shared parcel cannot be split: {left:.2f} m2 stand as one unit",
            left=left,
        )
        if is_whole
        else t(
            "多家共用的宗地还有 {left:.2f} ㎡（{share:.1%}）没有分到任何企业",
            "{left:.2f} m2 ({share:.1%}) of the shared parcel belong to no enterprise",
            left=left,
            share=share,
        )
        for left, share, is_whole in zip(table["unallocated_m2"], table["left"], whole, strict=True)
    ]
    severity = graded((table["left"] > 0.5) & ~whole, whole)
    return findings(("parcel", table.index), (table["left"], limit, "ratio"), severity, message)


@rule("AREA_REPORTED")
def area_reported(sight: Sight) -> pd.DataFrame:
    """上报用地面积 differs from the ledger: the gap over what is occupied."""
    limit = sight.facts.values("AREA_REPORTED", {"share": 0.10})["share"]
    ledger = sight.facts.ledger.set_index("uscc").sort_index()
    ledger["reported"] = sight.firms["reported_area_m2"].reindex(ledger.index)
    ledger = ledger[(ledger["occupied_m2"] > 0) & (ledger["reported"] > 0)]
    gap = (ledger["reported"] - ledger["occupied_m2"]).abs() / ledger["occupied_m2"]
    ledger, gap = ledger[gap > limit], gap[gap > limit]
    message = [
        t(
            "企业上报用地 {told:.2f} ㎡，台账实际占用 {kept:.2f} ㎡，相差 {gap:.1%}",
            "reported {told:.2f} m2, the ledger has {kept:.2f} m2: {gap:.1%} apart",
            told=told,
            kept=kept,
            gap=share,
        )
        for told, kept, share in zip(ledger["reported"], ledger["occupied_m2"], gap, strict=True)
    ]
    severity = graded(gap > 0.5)
    return findings(("enterprise", ledger.index), (gap, limit, "ratio"), severity, message)


@rule("NO_LAND_ENTERPRISE")
def no_land_enterprise(sight: Sight) -> pd.DataFrame:
    """Active industrial firm with figures and no land; exempt, unsplit or let-out land is land.

    A firm with a link in review is left to the queue when it more likely than not has that land.
    """
    facts = sight.facts
    limit = facts.values("NO_LAND_ENTERPRISE", {"probability": 0.5})["probability"]
    links = facts.links
    asked = (links["band"] == "review") & links["decision"].isin(UNDECIDED)
    asked &= links["in_force"].astype(bool)
    likely = links.loc[asked & (links["probability"] >= limit), "uscc"]
    firms = sight.firms
    ledger = facts.ledger.set_index("uscc")
    land = ledger["occupied_m2"] + ledger["exempt_m2"] + ledger["leased_out_m2"]
    unsplit = sight.used.loc[sight.used["area_method"] == str(AreaMethod.UNSPLIT), "uscc"]
    bare = firms[
        firms["active"]
        & firms["is_industry"]
        & among(firms.index, sight.figures.index)
        & ~among(firms.index, land[land > 0].index)
        & ~among(firms.index, unsplit)
        & ~among(firms.index, likely)
    ].sort_index()
    pending = bare["bucket"] == str(EnterpriseBucket.AMBIGUOUS)
    message = [
        t("有年度指标，对应关系还在复核，暂无计入的用地", "has figures; its links wait for review")
        if waits
        else t(
            "{name}有年度指标，但没有登记、租赁或占用的土地",
            "{name} has figures but no land registered, leased or occupied",
            name=name,
        )
        for name, waits in zip(bare["name"], pending, strict=True)
    ]
    tax = sight.figures["tax_wan_yuan"].reindex(bare.index).fillna(0.0)
    severity = graded((bare["size"] == "规上") & ~pending, pending)
    return findings(("enterprise", bare.index), (tax, float("nan"), "wan_yuan"), severity, message)


@rule("HOLDER_CANCELLED")
def holder_cancelled(sight: Sight) -> pd.DataFrame:
    """The right holder is cancelled or revoked; the land remains."""
    limit = sight.facts.values("HOLDER_CANCELLED", {"probability": 0.5})["probability"]
    columns = ["parcel_code", "uscc", "relation", "band", "decision", "probability"]
    links = of_relation(sight.facts.links[columns], Relation.OWN)
    gone = sight.firms[~sight.firms["active"]]
    # What a person has ruled out is no holder; what waits for review is one more likely than not.
    sure = (links["band"] == "auto") | (links["decision"] == "same")
    likely = sure | (links["decision"].isin(UNDECIDED) & (links["probability"] >= limit))
    links = links.assign(sure=sure)[likely & (links["decision"] != "different")]
    links = links[among(links["uscc"], gone.index)]
    # One row a parcel: co-holders that are gone are joined.
    links = links.sort_values(["parcel_code", "uscc"], kind="stable")
    links = links.drop_duplicates(["parcel_code", "uscc"])
    names = of(gone["name"], links["uscc"])
    table = pd.DataFrame({"uscc": joined(links["parcel_code"], links["uscc"])})
    table["name"] = joined(links["parcel_code"], names, "、")
    table["sure"] = among(table.index, links.loc[links["sure"], "parcel_code"])
    bucket = sight.facts.parcels.set_index("parcel_code")["bucket"]
    lone = bucket.index[bucket == str(ParcelBucket.HOLDER_CANCELLED)].difference(table.index)
    rest = pd.DataFrame({"uscc": "", "name": "", "sure": True}, index=lone)
    table = pd.concat([table, rest]).sort_index()
    area = sight.parcels["area_mu"].reindex(table.index)
    message = [
        t(
            "权利人{name}已注销、吊销或迁出，土地仍在其名下",
            "the holder {name} is cancelled or gone; the land is still in its name",
            name=name,
        )
        if sure
        else t(
            "权利人很可能是{name}（对应关系待复核），该企业已注销、吊销或迁出",
            "the holder is probably {name} (in review), which is cancelled or gone",
            name=name,
        )
        for name, sure in zip(table["name"], table["sure"], strict=True)
    ]
    known = table["sure"].astype(bool)
    value = (area, float("nan"), "mu")
    severity = graded(known, ~known)
    return findings(("parcel", table.index), value, severity, message, table["uscc"])


@rule("EXEMPTION_ENDED")
def exemption_ended(sight: Sight) -> pd.DataFrame:
    """Construction and transition period (2 + 1 years from JSQQ) ended within the year."""
    year = sight.facts.year
    until = sight.exempt_until.dropna().sort_index()
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    until = until[(until >= first) & (until <= last)]
    other = sight.holders_of(until.index)
    left = (last - until).dt.days.astype(float)
    message = [
        t(
            "建设期和过渡期已于 {day:%Y-%m-%d} 届满，本年起计入实际占用",
            "construction and transition ended on {day:%Y-%m-%d}; the land counts from this year",
            day=day,
        )
        for day in until
    ]
    return findings(
        ("parcel", until.index), (left, 0.0, "day"), Severity.MEDIUM, message, other.astype("str")
    )
