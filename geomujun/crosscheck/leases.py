"""Findings about leases: users without one, lessors without title, ends, odd parcel codes."""

from __future__ import annotations

from typing import Final

import pandas as pd
from rapidfuzz import fuzz, process

from geomujun.crosscheck.registry import findings, graded, rule
from geomujun.domain.words import Relation, Severity
from geomujun.lang import t
from geomujun.ledger.sight import Sight, among, of_relation
from geomujun.text.normal import normalise

_KEY: Final = ["parcel_resolved", "lessee_key"]
ALIKE: Final = 80.0  # of 100: one wrong character in a name of ten


@rule("TENANT_NO_LEASE")
def tenant_no_lease(sight: Sight) -> pd.DataFrame:
    """A real user of land in another's name, without a lease in force."""
    links = of_relation(sight.used, Relation.OCCUPY)
    leased = of_relation(sight.used, Relation.LEASE, Relation.SUBLEASE, Relation.OWN)
    pair = ["parcel_code", "uscc"]
    known = pd.MultiIndex.from_frame(leased[pair])
    # A lease whose lessor has no title is LEASE_NO_TITLE, not a missing lease.
    rows = sight.case.leases.loc[_in_force(sight), _KEY].set_axis(pair, axis=1)
    known = known.append(pd.MultiIndex.from_frame(rows))
    links = links[~pd.MultiIndex.from_frame(links[pair]).isin(known)]
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


def _in_force(sight: Sight) -> pd.Series:
    leases, day = sight.case.leases, pd.Timestamp(sight.facts.as_of)
    begun = leases["start_on"].isna() | (leases["start_on"] <= day)
    return begun & (leases["end_on"].isna() | (leases["end_on"] >= day))


@rule("LEASE_NO_TITLE")
def lease_no_title(sight: Sight) -> pd.DataFrame:
    """The lessor of a lease in force neither holds nor rents the parcel.

    A lessor has title when it is a linked holder (in review counts: nothing is said against a link
    people have not ruled on), a lessee there itself, or written as right holder.
    """
    leases = sight.case.leases[_in_force(sight)]
    leases = leases[(leases["parcel_resolved"] != "")].sort_values("contract_no", kind="stable")
    links = sight.facts.links
    holds = of_relation(links[links["decision"] != "different"], Relation.OWN)
    rents = sight.case.leases.loc[_in_force(sight), _KEY]
    titled = pd.MultiIndex.from_frame(holds[["parcel_code", "uscc"]])
    titled = titled.append(pd.MultiIndex.from_frame(rents.set_axis(titled.names, axis=1)))
    by_code = pd.MultiIndex.from_frame(leases[["parcel_resolved", "lessor_key"]]).isin(titled)
    found = leases[~(by_code & (leases["lessor_key"] != "")) & ~_named_holder(sight, leases)]
    found = found[(found["lessor"] != "") | (found["lessor_key"] != "")]
    message = [
        t(
            "出租方{name}不是该宗地权利人，也没有承租该宗地",
            "the lessor {name} neither holds nor rents the parcel",
            name=name,
        )
        for name in found["lessor"]
    ]
    return findings(
        ("lease", found["contract_no"]),
        (found["land_area_m2"], float("nan"), "m2"),
        graded(found["lessor_key"] != ""),
        message,
        found["parcel_resolved"],
    )


def _named_holder(sight: Sight, leases: pd.DataFrame) -> pd.Series:
    """Whether each lease's lessor may be a right holder or lessee of its parcel by its writing.

    The same name; for a lessor of no known enterprise also one alike (a typing error is no missing
    title); and a parcel without any recorded holder, against which nothing can be said.
    """
    known = _parties(sight)
    asked = leases[["parcel_resolved", "lessor", "lessor_key"]].reset_index(names="lease")
    asked["lessor"] = normalise(asked["lessor"])
    pairs = asked.merge(known, left_on="parcel_resolved", right_on="code")
    alike = process.cpdist(pairs["lessor"].to_list(), pairs["name"].to_list(), scorer=fuzz.ratio)
    same = pairs["lessor"] == pairs["name"]
    near = (pairs["lessor_key"] == "") & (alike >= ALIKE) & (pairs["lessor"] != "")
    hit = leases.index.isin(pairs.loc[same | near, "lease"])
    linked = of_relation(sight.facts.links, Relation.OWN)["parcel_code"]
    held = pd.concat([known.loc[known["holder"], "code"], linked])
    return pd.Series(hit | ~among(leases["parcel_resolved"], held), index=leases.index)


def _parties(sight: Sight) -> pd.DataFrame:
    """Names written for each parcel: code, name (normalised), holder (else lessee in force)."""
    registry = sight.case.parcels[["parcel_code", "holder_names"]]
    registry = registry[among(registry["parcel_code"], sight.case.leases["parcel_resolved"])]
    names = registry["holder_names"].str.split(r"[、；;,，]", regex=True).explode()
    table = sight.case.right_holders
    force = sight.case.leases[_in_force(sight)]
    parts = [
        pd.DataFrame({"code": registry["parcel_code"].reindex(names.index), "name": names}),
        pd.DataFrame({"code": table["parcel_code"], "name": table["holder_name"]}),
        pd.DataFrame({"code": force["parcel_resolved"], "name": force["lessee"]}),
    ]
    flags = (True, True, False)
    known = pd.concat([p.assign(holder=f) for p, f in zip(parts, flags, strict=True)])
    known["name"] = normalise(known["name"])
    return known[known["name"] != ""].drop_duplicates(ignore_index=True)


@rule("LEASE_EXPIRED")
def lease_expired(sight: Sight) -> pd.DataFrame:
    """The lease has ended, and the tenant has no later one on the parcel."""
    leases, day = sight.case.leases, pd.Timestamp(sight.facts.as_of)
    ended = leases[leases["end_on"] < day].copy()
    going = leases[leases["end_on"].isna() | (leases["end_on"] >= day)]
    named = leases["lessee_key"].where(leases["lessee_key"] != "", normalise(leases["lessee"]))
    place = leases["parcel_resolved"].where(
        leases["parcel_resolved"] != "", normalise(leases["location"])
    )
    who = pd.MultiIndex.from_arrays([place, named])
    ended = ended[
        ~who[leases.index.get_indexer(ended.index)].isin(who[leases.index.get_indexer(going.index)])
    ].sort_values("contract_no", kind="stable")
    used = pd.MultiIndex.from_frame(sight.used[["parcel_code", "uscc"]])
    stays = pd.Series(pd.MultiIndex.from_frame(ended[_KEY]).isin(used), index=ended.index)
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
    return findings(("lease", ended["contract_no"]), (days, 0.0, "day"), severity, message, other)


@rule("LEASE_UNPLACED")
def lease_unplaced(sight: Sight) -> pd.DataFrame:
    """A lease in force whose parcel or tenant cannot be told; it counts nowhere."""
    leases = sight.case.leases[_in_force(sight)].sort_values("contract_no", kind="stable")
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
    return findings(("lease", lost["contract_no"]), value, severity, message, other)


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
        number = odd["contract_no"].where(odd["contract_no"] != "", odd["parcel_code"])
        nan = float("nan")
        parts.append(
            findings((kind, number), (nan, nan, ""), Severity.LOW, message, odd["parcel_resolved"])
        )
    return pd.concat(parts, ignore_index=True)
