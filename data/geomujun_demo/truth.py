"""Puts the truth together: links, ledger, figures, both evaluations under every scheme."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Final

from geomujun_demo.figures import (
    FIELDS,
    Figures,
    Flag,
    Supply,
    make_figures,
    make_flags,
    make_supply,
)
from geomujun_demo.truth_evaluation import (
    SCHEMES,
    Base,
    Row,
    Stake,
    Subject,
    Unit,
    enterprise_units,
    grade,
    parcel_units,
)
from geomujun_demo.truth_links import Link, Truth, find_links, half_up
from geomujun_demo.world import Plot, World

COMPONENTS: Final = ("registered", "leased_in", "other", "leased_out", "exempt")
PUBLIC_LIKE: Final = {"person": "individual_holder", "public": "public_holder"}
REPORTING, MISREPORTING = 0.27, 0.12


@dataclass(frozen=True, slots=True)
class Known:
    """The world and all that follows from it."""

    world: World
    links: Truth
    figures: Figures
    flags: list[Flag]
    supply: list[Supply]
    occupied_m2: dict[int, float]
    matched: dict[int, list[Link]]  # plot -> counted links of live firms
    linked: set[int]  # firms with a counted link
    enterprise: dict[str, list[Unit]]  # scheme -> units
    parcel: dict[str, list[Unit]]


def know(world: World) -> Known:
    """Work everything out. Fills in what firms report of their land, which follows from it."""
    links = find_links(world)
    counted = [k for k in links.links if k.relation != "REGISTERED_ONLY" and not k.grey]
    matched: dict[int, list[Link]] = defaultdict(list)
    for link in counted:
        matched[link.plot].append(link)
    linked = {k.firm for k in counted}
    unsplit = {k.firm for k in counted if k.method == "unsplit"}
    occupied = {
        firm: half_up(math.fsum(-a if c in {"leased_out", "exempt"} else a for c, a in parts))
        for firm, parts in _by_firm(links).items()
    }
    _report(world, occupied, unsplit)
    members = {f for _, f in world.groups}
    figures = make_figures(world, unsplit | members)
    alone = [
        f.index for f in world.firms
        if f.industrial and f.active and figures.present[f.index]
        and occupied.get(f.index, 0) > 0 and f.index not in unsplit | members
    ]  # fmt: skip
    flags = make_flags(world, alone)
    base = evaluation_base(world, links, figures, flags, occupied)
    enterprise = {s: grade(enterprise_units(base), s) for s in SCHEMES}
    parcel = {s: grade(parcel_units(base), s) for s in SCHEMES}
    supply = make_supply(world)
    return Known(
        world, links, figures, flags, supply, occupied, matched, linked, enterprise, parcel
    )


def _by_firm(links: Truth) -> dict[int, list[tuple[str, float]]]:
    found: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for firm, _, component, area, _ in links.lines:
        found[firm].append((component, area))
    return found


def _report(world: World, occupied: dict[int, float], unsplit: set[int]) -> None:
    """Some firms report their land; most of them nearly right."""
    rng = Random(f"{world.seed}/reported")  # noqa: S311
    users = {u.firm for u in world.uses}
    for firm in world.firms:
        area = occupied.get(firm.index, 0.0)
        if firm.index in users or firm.index in unsplit or area <= 0:
            continue
        if rng.random() < REPORTING:
            factor = rng.uniform(0.97, 1.03)
            if rng.random() < MISREPORTING:
                factor = rng.choice((rng.uniform(0.4, 0.8), rng.uniform(1.25, 2.0)))
            firm.reported_m2 = round(area * factor, 1)


def evaluation_base(
    world: World, links: Truth, figures: Figures, flags: list[Flag], occupied: dict[int, float]
) -> Base:
    """The tables both evaluations stand on, keyed as they are written."""
    firms, plots = world.firms, world.plots
    exempt = {(f, p): a for f, p, c, a, _ in links.lines if c == "exempt"}
    stakes = [
        Stake(
            plots[k.plot].code, firms[k.firm].uscc,
            k.area_m2 - exempt.get((k.firm, k.plot), 0.0), k.method == "unsplit",
        )
        for k in links.links if k.relation != "REGISTERED_ONLY" and not k.grey
    ]  # fmt: skip
    told: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for flag in flags:
        if flag.year == world.year:
            told[firms[flag.firm].uscc].append((flag.kind, flag.points or 0.0))
    groups: dict[str, list[str]] = defaultdict(list)
    for label, at in world.groups:
        groups[label].append(firms[at].uscc)
    return Base(
        {f.uscc: Subject(f.name.full, f.active, f.industrial, f.above) for f in firms},
        {p.code: p.area_m2 for p in plots},
        stakes,
        {firms[i].uscc: a for i, a in occupied.items()},
        {f.uscc: _row(figures, f.index) for f in firms if figures.present[f.index]},
        dict(told),
        sorted(groups.items()),
    )


def _row(figures: Figures, at: int) -> Row:
    """Figures of the year; a blank is None."""
    found: Row = {}
    for name in FIELDS:
        value = float(figures.values[name][1, at])
        found[name] = None if math.isnan(value) else value
    return found


def parcel_bucket(known: Known, plot: Plot) -> tuple[str, str]:
    """The bucket of a plot by CONTRACT §3, and others that would be right as well."""
    beneath = _holder_bucket(known, plot)
    industrial = plot.use in {"工业用地", "0601"}
    if known.matched.get(plot.index):
        if not industrial:
            return "matched", "not_industrial"
        return "matched", "" if beneath == "unmatched" else beneath
    return (beneath, "") if industrial else ("not_industrial", beneath)


def _holder_bucket(known: Known, plot: Plot) -> str:
    firms = known.world.firms
    gone = [h for h in plot.holders if h.firm >= 0 and not firms[h.firm].active]
    live = [h for h in plot.holders if h.firm >= 0 and firms[h.firm].active]
    if gone and not live:
        return "holder_cancelled"
    if live or any(h.kind == "stranger" for h in plot.holders):
        return "unmatched"
    for holder in plot.holders:
        return PUBLIC_LIKE[holder.kind]
    if not plot.in_layer or plot.scenario == "collective_nocert":
        return "collective_no_certificate"
    return "vacant"


ALSO: Final = {"virtual_address", "registered_sibling", "no_land", "lessor_no_title"}


def enterprise_bucket(known: Known, at: int) -> tuple[str, str]:
    """The bucket of an enterprise by CONTRACT §3, and others that would be right as well."""
    firm = known.world.firms[at]
    broken = "invalid" if firm.written_uscc != firm.uscc else ""
    if not firm.active:
        return "cancelled", "out_of_region" if firm.status == "迁出" else ""
    if at in known.linked:
        return "matched", broken
    if not firm.division.startswith("33992"):
        return "out_of_region", "no_land"
    if firm.scenario == "registered_only":
        return "registered_only", broken
    return "no_land", "|".join(x for x in ("registered_only", broken) if x)
