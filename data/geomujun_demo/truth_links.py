"""Second reading of CONTRACT §3 and §5: who truly uses what, how much of it, and why.

A literal walk, parcel by parcel, over the true world; it shares nothing with the engine.
Areas are rounded half up to 0.01 m² as soon as they enter a link.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from geomujun_demo.world import NOBODY, Lease, Plot, Use, World


@dataclass(slots=True)
class Link:
    """A true link in force on 31 December."""

    plot: int
    firm: int
    relation: str
    share: float | None
    area_m2: float
    method: str
    start: date | None = None
    end: date | None = None
    scenario: str = ""
    grey: bool = False
    gross_m2: float = 0.0  # before what is sublet


@dataclass(slots=True)
class Balance:
    """What became of one plot's area."""

    allocated_m2: float = 0.0
    unsplit: bool = False
    over: bool = False
    users: int = 0


@dataclass(slots=True)
class Truth:
    """Links by plot, one balance per plot; the ledger lines that follow."""

    links: list[Link] = field(default_factory=list)
    balances: dict[int, Balance] = field(default_factory=dict)
    lines: list[tuple[int, int, str, float, str]] = field(default_factory=list)


@dataclass(slots=True)
class Claim:
    """What one user says it uses of a plot; ``None``: nobody knows."""

    firm: int
    relation: str
    area_m2: float | None
    method: str
    lease: Lease | None = None


def half_up(value: float) -> float:
    """Rounded half up to 0.01."""
    return math.floor(value * 100 + 0.5 + 1e-7) / 100


def find_links(world: World) -> Truth:
    """All true links, balances and ledger lines of the world on its day."""
    truth = Truth()
    leases, uses = defaultdict(list), defaultdict(list)
    for lease in world.leases:
        if lease.titled and lease.start <= world.day <= lease.end:
            leases[lease.plot].append(lease)
    for use in world.uses:
        uses[use.plot].append(use)
    floors: dict[int, float] = defaultdict(float)
    for building in world.buildings:
        floors[building.plot] += building.floor_m2
    for plot in world.plots:
        claims = _claims(world, plot, leases[plot.index], uses[plot.index], floors[plot.index])
        _settle(world, plot, claims, truth)
    for at, firm in world.registered_only:
        link = Link(at, firm, "REGISTERED_ONLY", None, 0.0, "", scenario="registered_only")
        truth.links.append(link)
    return truth


def _claims(
    world: World, plot: Plot, leases: list[Lease], uses: list[Use], floor_m2: float
) -> list[Claim]:
    claims = []
    for lease in leases:
        area, method = _leased(plot, lease, floor_m2)
        relation = "SUBLEASE" if lease.head else "LEASE"
        claims.append(Claim(lease.lessee, relation, area, method, lease))
    for use in uses:
        told = world.firms[use.firm].reported_m2
        claims += [Claim(use.firm, use.relation, told, "declared")]
    return claims


def _leased(plot: Plot, lease: Lease, floor_m2: float) -> tuple[float | None, str]:
    """Land of a lease: its land area, else floor ÷ all floor × parcel."""
    if lease.land_m2 is not None:
        return lease.land_m2, "contract"
    if lease.floor_m2 is None:
        return None, ""
    if floor_m2 > 0:
        return lease.floor_m2 / floor_m2 * plot.area_m2, "floor_share"
    if plot.far:
        return lease.floor_m2 / (plot.area_m2 * plot.far) * plot.area_m2, "floor_share"
    return min(lease.floor_m2, plot.area_m2), "floor_share"


def _settle(world: World, plot: Plot, claims: list[Claim], truth: Truth) -> None:
    firms = world.firms
    first = len(truth.links)
    live = [h for h in plot.holders if h.firm != NOBODY and firms[h.firm].active]
    for h in plot.holders:
        if h.firm != NOBODY and not firms[h.firm].active:
            link = Link(plot.index, h.firm, "OWN", 1.0, 0.0, "registered", scenario=plot.scenario)
            link.grey = True
            truth.links.append(link)
    if not live and not claims:
        truth.balances[plot.index] = Balance()
        return
    balance = truth.balances[plot.index] = Balance(users=len(claims))
    unknown = [c for c in claims if c.area_m2 is None]
    if unknown and not live and len(claims) == 1:
        unknown[0].area_m2, unknown[0].method = plot.area_m2, "registered"
        unknown = []
    if unknown or (len(live) > 1 and any(h.share is None for h in live)):
        _unsplit(plot, [h.firm for h in live], claims, truth)
        return
    used = _give(plot, claims, truth, balance)
    for h in live:
        _hold(world, plot, (h.firm, h.share), used, truth)
    balance.allocated_m2 = half_up(math.fsum(k.area_m2 for k in truth.links[first:]))


def _unsplit(plot: Plot, owners: list[int], claims: list[Claim], truth: Truth) -> None:
    """The parcel is the unit: every link has area 0, all of the parcel is unallocated."""
    truth.balances[plot.index].unsplit = True
    for firm in owners:
        link = Link(plot.index, firm, "OWN", 1.0, 0.0, "unsplit", scenario=plot.scenario)
        link.share = None if len(owners) > 1 else 1.0
        truth.links.append(link)
    for c in claims:
        start, end = (c.lease.start, c.lease.end) if c.lease else (None, None)
        truth.links.append(
            Link(plot.index, c.firm, c.relation, None, 0.0, "unsplit", start, end, plot.scenario)
        )


def _give(plot: Plot, claims: list[Claim], truth: Truth, balance: Balance) -> float:
    """Links and lines of the users; what the holders lose to them, m²."""
    top = [c for c in claims if c.relation != "SUBLEASE"]
    total = sum(c.area_m2 or 0.0 for c in top)
    factor = 1.0
    if total > plot.area_m2 + 0.005:
        factor, balance.over = plot.area_m2 / total, True
    gross = {id(c): half_up((c.area_m2 or 0.0) * factor) for c in claims}
    for c in claims:
        area, number = gross[id(c)], c.lease.number if c.lease else ""
        sublet = half_up(
            sum(gross[id(s)] for s in claims if s.lease and number and s.lease.head == number)
        )
        start, end = (c.lease.start, c.lease.end) if c.lease else (None, None)
        link = Link(plot.index, c.firm, c.relation, None, half_up(area - sublet), c.method)
        link.start, link.end, link.scenario, link.gross_m2 = start, end, plot.scenario, area
        truth.links.append(link)
        component = "leased_in" if c.lease else "other"
        truth.lines.append((c.firm, plot.index, component, area, c.method))
        if sublet:
            truth.lines.append((c.firm, plot.index, "leased_out", sublet, "sublease"))
    return half_up(sum(gross[id(c)] for c in top))


def _hold(
    world: World, plot: Plot, holder: tuple[int, float | None], used: float, truth: Truth
) -> None:
    """Link and lines of one live holder."""
    firm, share = holder
    part = 1.0 if share is None else share
    registered = half_up(plot.area_m2 * part)
    lost = half_up(used * part)
    net = half_up(registered - lost)
    method = "residual" if used else "share" if share is not None else "registered"
    truth.links.append(Link(plot.index, firm, "OWN", part, net, method, scenario=plot.scenario))
    basis = "share" if share is not None else "registered"
    truth.lines.append((firm, plot.index, "registered", registered, basis))
    if lost:
        truth.lines.append((firm, plot.index, "leased_out", lost, "leases"))
    if plot.exempt_from and _plus_years(plot.exempt_from, 3) > world.day:
        truth.lines.append((firm, plot.index, "exempt", net, "construction"))


def _plus_years(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
