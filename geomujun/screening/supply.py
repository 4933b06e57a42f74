"""Screening against the land supply contract: started, built, and yielding as agreed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geomujun.lang import t
from geomujun.ledger.sight import Sight, among
from geomujun.screening.registry import Numbers, hits, months_past, screening, supply_of
from geomujun.screening.yields import parcel_tax


@screening("IDLE_1")
def not_started(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """State-owned land not started a year and more after the agreed start."""
    supply, day = supply_of(sight), pd.Timestamp(sight.facts.as_of)
    past = months_past(supply["agreed_start_on"], day)
    late = supply["state_owned"] & supply["actual_start_on"].isna() & (past >= numbers["months"])
    found, past = supply[late], past[late]
    standing = sight.built["buildings"].reindex(found.index).fillna(0)
    operands = [
        t(
            "约定开工 {day:%Y-%m-%d}，未见实际开工",
            "start agreed for {day:%Y-%m-%d}, none recorded",
            day=agreed,
        )
        + (
            t("；图上有 {n} 幢建筑，须核实", "; {n} building(s) are drawn: check", n=int(n))
            if n
            else ""
        )
        for agreed, n in zip(found["agreed_start_on"], standing, strict=True)
    ]
    return hits(past, numbers["months"], operands)


@screening("IDLE_2")
def hardly_developed(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Started, little of the investment made, and long past the agreed completion."""
    supply, day = supply_of(sight), pd.Timestamp(sight.facts.as_of)
    share = supply["invested_wan_yuan"] / supply["agreed_investment_wan_yuan"].where(
        lambda v: v > 0
    )
    late = (
        supply["state_owned"]
        & supply["actual_start_on"].notna()
        & supply["actual_completion_on"].isna()
        & (share < numbers["invested_share"])
        & (months_past(supply["agreed_completion_on"], day) >= numbers["months"])
    )
    found = supply[late]
    operands = [
        t(
            "已投资 {done:.0f} 万元，约定 {total:.0f} 万元，约定竣工 {day:%Y-%m-%d} 已过",
            "invested {done:.0f} of {total:.0f} wan yuan; completion was due {day:%Y-%m-%d}",
            done=done,
            total=total,
            day=due,
        )
        for done, total, due in zip(
            found["invested_wan_yuan"],
            found["agreed_investment_wan_yuan"],
            found["agreed_completion_on"],
            strict=True,
        )
    ]
    return hits(share[late], numbers["invested_share"], operands)


@screening("GEWY")
def supplied_not_used(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Supplied, past the agreed start, no start recorded and no building drawn."""
    supply, day = supply_of(sight), pd.Timestamp(sight.facts.as_of)
    if not len(sight.case.buildings):
        return hits(pd.Series(dtype=float), 0.0, [])  # no layer: an empty parcel proves nothing
    days = (day - supply["agreed_start_on"]).dt.days.astype(float)
    bare = ~among(supply.index, sight.built.index)
    late = bare & supply["actual_start_on"].isna() & (days > numbers["days"])
    operands = [
        t(
            "约定开工 {day:%Y-%m-%d}，无开工记录，无建筑",
            "start agreed for {day:%Y-%m-%d}; nothing stands",
            day=agreed,
        )
        for agreed in supply.loc[late, "agreed_start_on"]
    ]
    return hits(days[late], numbers["days"], operands)


@screening("YEWJ")
def partly_used(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Built far less than agreed, with empty land left that could be parted off.

    Empty land: what remains when the buildings stand at the required building coefficient.
    """
    supply, day = supply_of(sight), pd.Timestamp(sight.facts.as_of)
    supply = supply.join(sight.built[["footprint_m2", "floor_m2"]], how="inner")
    share = supply["floor_m2"] / (supply["area_m2"] * supply["agreed_floor_area_ratio"])
    need = supply["footprint_m2"] / numbers["coverage"]
    empty = (supply["area_m2"] - need) / supply["area_m2"] * supply["area_mu"]
    late = (
        (share < numbers["far_share"])
        & (empty >= numbers["empty_mu"])
        & (supply["agreed_completion_on"] < day)
    )
    found = supply[late]
    operands = [
        t(
            "建成容积率 {built:.2f}，约定 {due:.2f}，可分割空地约 {empty:.1f} 亩",
            "built ratio {built:.2f}, agreed {due:.2f}, about {empty:.1f} mu empty",
            built=built,
            due=due,
            empty=left,
        )
        for built, due, left in zip(
            found["floor_m2"] / found["area_m2"],
            found["agreed_floor_area_ratio"],
            empty[late],
            strict=True,
        )
    ]
    return hits(share[late], numbers["far_share"], operands)


@screening("TEWD")
def below_commitment(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """After the ramp-up period the agreed tax per mu is not reached."""
    supply, day = supply_of(sight), pd.Timestamp(sight.facts.as_of)
    tax = parcel_tax(sight).reindex(supply.index)
    done = months_past(supply["actual_completion_on"], day) >= numbers["months"]
    agreed = supply["agreed_tax_wan_yuan_per_mu"]
    short = done & (agreed > 0) & (tax < agreed)
    operands = [
        t(
            "{year} 年亩均税收 {tax:.2f} 万元，约定 {due:.2f} 万元，竣工 {day:%Y-%m-%d}",
            "{year}: {tax:.2f} wan yuan a mu, agreed {due:.2f}; completed {day:%Y-%m-%d}",
            year=sight.facts.year,
            tax=value,
            due=due,
            day=completed,
        )
        for value, due, completed in zip(
            tax[short], agreed[short], supply.loc[short, "actual_completion_on"], strict=True
        )
    ]
    return hits(tax[short], agreed[short], operands)


@screening("LOW_FAR_NEW")
def low_ratio_new(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """A supplied project built below the floor area ratio its place asks of new projects."""
    supply, day = supply_of(sight), pd.Timestamp(sight.facts.as_of)
    supply = supply.join(sight.built["floor_double_m2"], how="inner")
    limit = pd.Series(np.nan, index=supply.index)
    for prefix in sorted(numbers, key=len):  # the longer prefix is the nearer place
        here = supply.index.str.startswith(prefix)
        limit = limit.mask(here, numbers[prefix])
    built = supply["floor_double_m2"] / supply["area_m2"]
    short = (built < limit) & (supply["agreed_completion_on"] < day)
    operands = [
        t(
            "建成容积率 {built:.2f}，当地要求 {due:.2f}",
            "built ratio {built:.2f}, required {due:.2f}",
            built=one,
            due=two,
        )
        for one, two in zip(built[short], limit[short], strict=True)
    ]
    return hits(built[short], limit[short], operands)
