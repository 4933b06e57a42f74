"""Screening by what a parcel's real users yield: tax, power, classes, tenants."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geomujun.domain.keys import among
from geomujun.domain.words import Relation
from geomujun.lang import t
from geomujun.ledger.commitments import months_past
from geomujun.ledger.sight import Sight, of_relation
from geomujun.screening.registry import Numbers, hits, screening, sector_limit

_LAST: Final = ("C", "D")


def _industrial_users(sight: Sight) -> pd.DataFrame:
    """Counted links of industrial enterprises on industrial parcels out of their exempt period."""
    used = sight.used[sight.used["is_industry"].eq(True)]
    codes = pd.Index(used["parcel_code"])
    industrial = sight.parcels["industrial"].reindex(codes).eq(True).to_numpy()
    kept: pd.DataFrame = used[industrial & ~sight.fully_exempt(codes)]
    return kept


@screening("LOW_TAX")
def low_tax(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """亩均税收 of an industrial parcel below the local line."""
    tax = sight.tax_per_mu
    tax = tax[among(tax.index, _industrial_users(sight)["parcel_code"])].sort_index()
    tax = tax[tax < numbers["wan_yuan_per_mu"]]
    operands = [
        t(
            "{year} 年亩均税收 {tax:.4f} 万元",
            "{year}: {tax:.4f} wan yuan a mu",
            year=sight.facts.year,
            tax=value,
        )
        for value in tax
    ]
    return hits(tax, numbers["wan_yuan_per_mu"], operands)


@screening("JEWT")
def built_not_running(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Completed long ago, and its users report no tax and no power."""
    day = pd.Timestamp(sight.facts.as_of)
    quiet = sight.silent(numbers["power_wan_kwh"]).sort_index()
    industrial = sight.parcels["industrial"].reindex(quiet.index).eq(True).to_numpy()
    quiet = quiet[industrial & ~sight.fully_exempt(quiet.index)]
    said = sight.supplied["actual_completion_on"].groupby(level=0).max()
    done = said.reindex(quiet.index)
    done = done.where(done.notna(), sight.built["latest"].reindex(quiet.index))
    past = months_past(done, day)
    late = past >= numbers["months"]
    quiet = quiet[late]
    operands = [
        t(
            "{done:%Y-%m-%d} 竣工，{year} 年税收 {tax:.2f} 万元、用电 {power:.3f} 万千瓦时",
            "completed {done:%Y-%m-%d}; {year}: tax {tax:.2f} wan yuan, power {power:.3f} wan kWh",
            done=completed,
            year=sight.facts.year,
            tax=tax,
            power=power,
        )
        for completed, tax, power in zip(
            done[late], quiet["tax_wan_yuan"], quiet["power_wan_kwh"], strict=True
        )
    ]
    return hits(past[late], numbers["months"], operands)


@screening("LOW_CLASS")
def low_class(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Every industrial user graded C or D this year and in each of the years before."""
    years = int(numbers["years"])
    now = sight.facts.enterprise_evaluation.drop_duplicates("uscc").set_index("uscc")["grade"]
    told = sight.case.previous_grades
    used = _industrial_users(sight)
    last = used["uscc"].map(now).isin(_LAST)
    for back in range(1, years):
        rows = told[told["year"] == sight.facts.year - back].drop_duplicates("uscc")
        grade = rows["grade"].str.strip().str.upper().set_axis(rows["uscc"])
        last &= used["uscc"].map(grade).isin(_LAST)
    table = last.groupby(used["parcel_code"]).agg(["all", "size"])
    table = table[table["all"]]
    operands = [
        t(
            "{n} 家使用企业连续 {years} 年均为 C 或 D 档",
            "{n} user(s), all C or D {years} years running",
            n=int(n),
            years=years,
        )
        for n in table["size"]
    ]
    return hits(pd.Series(float(years), index=table.index), years, operands)


@screening("HIGH_LOW")
def high_use_low_yield(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """工业增加值 per tonne of coal equivalent of a parcel's users below the locality's line.

    Numbers: ``value_added_per_tce`` for all sectors, and limits by sector over it.
    """
    added, energy = sight.spread("value_added_wan_yuan"), sight.spread("energy_tce")
    used = _industrial_users(sight)
    big = sight.firms["size"].reindex(used["uscc"]).eq("规上").to_numpy()
    mu = sight.parcels["area_mu"].reindex(used["parcel_code"]).to_numpy()
    scope = sorted(set(used.loc[big | (mu >= 3.0), "parcel_code"]))
    general = numbers.get("value_added_per_tce", float("nan"))
    limit = sector_limit(sight, numbers).reindex(scope).fillna(general)
    rate = (added / energy.where(energy > 0)).reindex(scope)
    low = rate < limit
    rate = rate[low]
    operands = [
        t(
            "增加值 {added:.2f} 万元，能耗 {energy:.2f} 吨标煤",
            "value added {added:.2f} wan yuan, {energy:.2f} tce",
            added=added[code],
            energy=energy[code],
        )
        for code in rate.index
    ]
    return hits(rate, limit[low], operands)


@screening("RENT_LOOP")
def rent_loop(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """An industrial holder lets to many, or a tenant sublets.

    A holder outside industry that lets to many is a park operator, which is no loop.
    """
    used = sight.used
    own = of_relation(used, Relation.OWN)
    makers = own.loc[own["is_industry"].eq(True), "parcel_code"]
    rents = of_relation(used, Relation.LEASE, Relation.SUBLEASE)
    rents = rents[among(rents["parcel_code"], makers)]
    subs = of_relation(rents, Relation.SUBLEASE).groupby("parcel_code")["uscc"].nunique()
    tenants = rents.groupby("parcel_code")["uscc"].nunique().sort_index()
    subs = subs.reindex(tenants.index).fillna(0)
    hit = (tenants >= numbers["tenants"]) | (subs >= numbers["subleases"])
    operands = [
        t(
            "承租企业 {n} 家，其中转租取得 {k} 家",
            "{n} tenant(s), {k} of them by sublease",
            n=int(n),
            k=int(k),
        )
        for n, k in zip(tenants[hit], subs[hit], strict=True)
    ]
    return hits(tenants[hit], numbers["tenants"], operands)
