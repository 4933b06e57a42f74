"""Screening against the land supply contract: started, built, and yielding as agreed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geomujun.domain.keys import among
from geomujun.lang import t
from geomujun.ledger.commitments import ITEMS, UNITS, attainment, due, months_past
from geomujun.ledger.sight import Sight
from geomujun.screening.registry import Numbers, hits, screening, sector_limit


@screening("IDLE_1")
def not_started(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """State-owned land not started a year and more after the agreed start."""
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
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
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
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
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
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
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
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
    """After the ramp-up period what the contract agreed is not reached.

    Measured: the lowest of the shares reached, tax, investment and floor area ratio, as far as they
    were agreed and are known. The commitment is the parcel's: its present users answer for it.
    """
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
    built = sight.built["floor_m2"] / sight.parcels["area_m2"].reindex(sight.built.index)
    told = attainment(supply, sight.tax_per_mu, built)
    items = [k for k in ITEMS if numbers.get(k, 0.0) > 0]
    shares = pd.DataFrame({k: told[f"{k}_share"] for k in items}, index=told.index)
    limits = pd.Series([numbers[k] for k in items], index=items, dtype="float64")
    short = shares.lt(limits, axis=1)
    late = due(supply, day, numbers["months"]) & short.any(axis=1)
    lowest = (shares / limits).min(axis=1)[late]
    taken = supply["right_start_on"] > supply["agreed_start_on"] + pd.DateOffset(years=1)
    operands = _unmet(told[late], short[late], supply[late], taken[late])
    return hits(lowest, 1.0, operands)


def _unmet(
    told: pd.DataFrame, short: pd.DataFrame, supply: pd.DataFrame, taken: pd.Series
) -> list[str]:
    """What each contract agreed and what was reached of it."""
    names = {
        "tax": t("亩均税收", "tax per mu"),
        "investment": t("投资", "investment"),
        "floor_area_ratio": t("容积率", "floor area ratio"),
    }
    gap = t("；", "; ")
    lines = np.full(len(told), "", dtype=object)
    for item in map(str, short.columns):
        below = short[item].to_numpy()
        for k, due_, got in zip(
            np.flatnonzero(below),
            told.loc[below, f"{item}_agreed"],
            told.loc[below, f"{item}_reached"],
            strict=True,
        ):
            lines[k] += t(
                "{name}约定 {due:.2f}{unit}、达到 {got:.2f}{unit}",
                "{name}: agreed {due:.2f}{unit}, reached {got:.2f}{unit}",
                name=names[item],
                due=due_,
                got=got,
                unit=f" {UNITS[item]}" if UNITS[item] else "",
            )
            lines[k] += gap
    later = t(
        "；现权利人后来受让，承诺随宗地转移",
        "; the present holder came later, the commitment stays with the parcel",
    )
    done = t("竣工 ", "completed ") + supply["actual_completion_on"].dt.strftime("%Y-%m-%d")
    tails = zip(lines, done, taken, strict=True)
    return [f"{line}{day}{later if moved else ''}" for line, day, moved in tails]


@screening("LOW_FAR_NEW")
def low_ratio_new(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """A supplied project built below the floor area ratio its place asks of new projects.

    Numbers: ``from_year``, the first year of agreed start the demand is for, and limits by prefix
    of the parcel code.
    """
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
    supply = supply.join(sight.built["floor_double_m2"], how="inner")
    limit = pd.Series(np.nan, index=supply.index)
    places = [name for name in numbers if name.isdigit()]
    for prefix in sorted(places, key=len):  # the longer prefix is the nearer place
        here = supply.index.str.startswith(prefix)
        limit = limit.mask(here, numbers[prefix])
    built = supply["floor_double_m2"] / supply["area_m2"]
    new = supply["agreed_start_on"].dt.year >= numbers["from_year"]
    short = (built < limit) & new & (supply["agreed_completion_on"] < day)
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


@screening("INVEST")
def little_invested(sight: Sight, numbers: Numbers) -> pd.DataFrame:
    """Investment per hectare below the lowest limit of the users' sectors, once building is due."""
    supply, day = sight.supplied, pd.Timestamp(sight.facts.as_of)
    limit = sector_limit(sight, numbers).reindex(supply.index)
    made = supply["invested_wan_yuan"] / (supply["area_m2"] / 10_000)
    short = supply["industrial"] & (supply["agreed_completion_on"] < day) & (made < limit)
    operands = [
        t(
            "已投资 {done:.0f} 万元 ÷ {area:.4f} 公顷 = {rate:.0f} 万元/公顷",
            "invested {done:.0f} wan yuan / {area:.4f} ha = {rate:.0f} wan yuan a ha",
            done=done,
            area=area,
            rate=rate,
        )
        for done, area, rate in zip(
            supply.loc[short, "invested_wan_yuan"],
            supply.loc[short, "area_m2"] / 10_000,
            made[short],
            strict=True,
        )
    ]
    return hits(made[short], limit[short], operands)
