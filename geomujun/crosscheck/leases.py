"""Findings about leases: users without one, lessors without title, ends, odd parcel codes."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.crosscheck.lessors import has_title
from geomujun.crosscheck.registry import findings, graded, rule
from geomujun.crosscheck.sides import contract_ids
from geomujun.domain.keys import among
from geomujun.domain.words import Relation, Severity
from geomujun.lang import t
from geomujun.ledger.sight import Sight, of_relation
from geomujun.text.normal import normalise

_KEY: Final = ["parcel_resolved", "lessee_key"]


@rule("TENANT_NO_LEASE")
def tenant_no_lease(sight: Sight) -> pd.DataFrame:
    """A real user of land in another's name, without a lease in force."""
    links = of_relation(sight.used, Relation.OCCUPY)
    leased = of_relation(sight.used, Relation.LEASE, Relation.SUBLEASE, Relation.OWN)
    pair = ["parcel_code", "uscc"]
    # A lease whose lessor has no title is LEASE_NO_TITLE, not a missing lease.
    rows = sight.case.leases.loc[sight.leases_in_force, _KEY].set_axis(pair, axis=1)
    known = [_pair(part) for part in (leased, rows)]
    links = links[~among(_pair(links), pd.concat(known))]
    links = links.sort_values(pair, kind="stable").drop_duplicates(pair)
    message = [
        t(
            "{name}在此生产，土地不在其名下，也没有有效租赁合同",
            "{name} produces here on land of another without a lease in force",
            name=name,
        )
        for name in links["name"]
    ]
    return findings(
        ("parcel", links["parcel_code"]),
        (links["area_m2"], float("nan"), "m2"),
        Severity.MEDIUM,
        message,
        links["uscc"],
    )


@rule("LEASE_NO_TITLE")
def lease_no_title(sight: Sight) -> pd.DataFrame:
    """The lessor of a lease in force neither holds nor rents the parcel (`lessors.has_title`)."""
    leases = sight.case.leases[sight.leases_in_force]
    leases = leases[(leases["parcel_resolved"] != "")].sort_values("contract_no", kind="stable")
    found = leases[(leases["lessor"] != "") | (leases["lessor_key"] != "")]
    found = found[~has_title(sight, found)]
    message = [
        t(
            "出租方{name}不是该宗地权利人，也没有承租该宗地",
            "the lessor {name} neither holds nor rents the parcel",
            name=name,
        )
        for name in found["lessor"]
    ]
    return findings(
        ("lease", contract_ids(found)),
        (found["land_area_m2"], float("nan"), "m2"),
        graded(found["lessor_key"] != ""),
        message,
        found["parcel_resolved"],
    )


@rule("LEASE_EXPIRED")
def lease_expired(sight: Sight) -> pd.DataFrame:
    """The lease has ended, and the tenant has no later one on the parcel."""
    leases, day = sight.case.leases, pd.Timestamp(sight.facts.as_of)
    ended = leases[leases["end_on"] < day].copy()
    going = leases[leases["end_on"].isna() | (leases["end_on"] >= day)]
    named = _or_text(leases["lessee_key"], leases["lessee"])
    place = _or_text(leases["parcel_resolved"], leases["location"])
    who = place + "\x1f" + named
    ended = ended[~among(who[ended.index], who[going.index])]
    ended = ended.sort_values("contract_no", kind="stable")
    now = ended["parcel_resolved"] + "|" + ended["lessee_key"]
    stays = pd.Series(among(now, _pair(sight.used)), index=ended.index)
    days = (day - ended["end_on"]).dt.days.astype(float)
    message = [
        t(
            "{name}的租赁合同已于 {end:%Y-%m-%d} 到期，企业仍在使用，未见续租",
            "the lease of {name} ended on {end:%Y-%m-%d}, it is still there, no renewal is known",
            name=name,
            end=end,
        )
        if stay
        else t(
            "{name}的租赁合同已于 {end:%Y-%m-%d} 到期，未见续租",
            "the lease of {name} ended on {end:%Y-%m-%d}, no renewal is known",
            name=name,
            end=end,
        )
        for name, end, stay in zip(ended["lessee"], ended["end_on"], stays, strict=True)
    ]
    severity = graded(stays, days > 365)
    other = ended["parcel_resolved"]
    return findings(("lease", contract_ids(ended)), (days, 0.0, "day"), severity, message, other)


def _pair(links: pd.DataFrame) -> pd.Series:
    return links["parcel_code"] + "|" + links["uscc"]


def _or_text(keys: pd.Series, texts: pd.Series) -> pd.Series:
    """The keys, and the normalised texts where there is none."""
    bare = keys == ""
    return keys.mask(bare, normalise(texts[bare])) if bare.any() else keys


@rule("LEASE_UNPLACED")
def lease_unplaced(sight: Sight) -> pd.DataFrame:
    """A lease in force whose parcel or tenant cannot be told; it counts nowhere."""
    leases = sight.case.leases[sight.leases_in_force].sort_values("contract_no", kind="stable")
    lost = leases[(leases["parcel_resolved"] == "") | (leases["lessee_key"] == "")]
    message = [
        t(
            "无法确定租赁的宗地（宗地代码“{code}”，坐落“{place}”）",
            "the parcel is not to be told (code {code!r}, location {place!r})",
            code=code,
            place=place,
        )
        if not parcel
        else t(
            "承租方{name}不在企业名录中",
            "the tenant {name} is not among the enterprises",
            name=name,
        )
        for parcel, code, place, name in zip(
            lost["parcel_resolved"],
            lost["parcel_code"],
            lost["location"],
            lost["lessee"],
            strict=True,
        )
    ]
    severity = graded(lost["parcel_resolved"] == "")
    value = (lost["land_area_m2"], float("nan"), "m2")
    other = lost["parcel_resolved"]
    return findings(("lease", contract_ids(lost)), value, severity, message, other)


@rule("PARCEL_CODE_VARIANT")
def parcel_code_variant(sight: Sight) -> pd.DataFrame:
    """A lease or supply row writes its parcel's code differently; it was resolved all the same."""
    parts = []
    for kind, table in (("lease", sight.case.leases), ("supply", sight.case.supply)):
        written, code = table["parcel_code"], table["parcel_resolved"]
        odd = table[(code != "") & (written != "") & (written != code)]
        odd = odd.sort_values("contract_no", kind="stable")
        message = [
            t(
                "宗地代码写作“{written}”，按 {code} 处理",
                "the parcel code is written {written!r}, taken as {code}",
                written=text,
                code=right,
            )
            for text, right in zip(odd["parcel_code"], odd["parcel_resolved"], strict=True)
        ]
        value, other = (float("nan"), float("nan"), ""), odd["parcel_resolved"]
        parts.append(findings((kind, contract_ids(odd)), value, Severity.LOW, message, other))
    return pd.concat(parts, ignore_index=True)
