"""The scenarios of industrial plots: who holds them and who really uses them.

One function per scenario, found by its name in `SCENARIOS` with its share of the industrial plots.
Shares are near those of a real county's register as `domain.md` and sample-town describe them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from geomujun_demo import lexicon
from geomujun_demo.maker import Maker
from geomujun_demo.world import NOBODY, Firm, Holder, Plot

ABROAD: Final = 0.05  # further parcels of a firm that lie in the next county
Scenario = Callable[[Maker, Plot], None]


def own(m: Maker, plot: Plot) -> None:
    """One live firm holds and uses it; how its name is written is the noise's business."""
    m.owner(plot)


def own_multi(m: Maker, plot: Plot) -> None:
    """One firm with two to four parcels, now and then in another town (一企多地)."""
    if m.multi and m.rng.random() < 0.65:
        firm = m.multi[-1]
        if m.rng.random() < ABROAD:
            _move_abroad(plot)
        m.owner(plot, firm=firm)
        return
    m.multi.append(m.owner(plot))


def _move_abroad(plot: Plot) -> None:
    """Let the parcel lie in the next county: it counts all the same."""
    places = [d for d, _ in lexicon.COUNTIES]
    division, county = lexicon.COUNTIES[(places.index(plot.division) + 1) % len(places)]
    plot.code = division + plot.code[6:9] + "9" + plot.code[10:]
    plot.division, plot.town = division, county + plot.town[3:]


def own_former(m: Maker, plot: Plot) -> None:
    """The certificate still bears the name of before."""
    firm = m.owner(plot)
    start = plot.right_start or firm.founded
    old = m.register.name(plot.division, firm.name.trade)
    if m.rng.random() < 0.6:
        kept = replace(old, trade_name=firm.name.trade_name, trade=m.register.trade()[0])
        old = kept if m.register.claim(kept, plot.division) else old
    until = date(min(m.world.year - 1, start.year + m.rng.randint(1, 4)), m.rng.randint(1, 12), 15)
    firm.former.append((old.full, max(until, start) if m.rng.random() < 0.8 else None))
    plot.holders[-1].name = old.full


def co_owned(m: Maker, plot: Plot) -> None:
    """Two firms with stated shares."""
    part = m.rng.choice((0.5, 0.5, round(m.rng.uniform(0.3, 0.7), 2)))
    m.owner(plot, part)
    m.owner(plot, round(1 - part, 2))


def co_owned_noshare(m: Maker, plot: Plot) -> None:
    """Two firms, no shares stated: the parcel is the unit."""
    m.owner(plot)
    m.owner(plot)


def co_owned_person(m: Maker, plot: Plot) -> None:
    """A firm and a person with shares."""
    part = round(m.rng.uniform(0.3, 0.7), 2)
    m.owner(plot, part)
    m.person(plot, round(1 - part, 2))


def _let_land(m: Maker, plot: Plot, lessor: tuple[int, str], most: int = 3) -> list[Firm]:
    count = m.rng.randint(1, most)
    left, found = m.rng.uniform(0.35, 0.85), []
    for k in range(count):
        part = left / (count - k) * (m.rng.uniform(0.7, 1.1) if k < count - 1 else 1.0)
        left -= part
        tenant = m.tenant(plot, service=m.rng.random() < 0.04)
        m.lease(plot, lessor, tenant).land_m2 = round(plot.area_m2 * part, 1)
        found.append(tenant)
    return found


def _me(firm: Firm) -> tuple[int, str]:
    return firm.index, firm.name.full


def lease_land(m: Maker, plot: Plot) -> None:
    """The holder lets land, areas in the contracts."""
    _let_land(m, plot, _me(m.owner(plot)))


def lease_by_loc(m: Maker, plot: Plot) -> None:
    """The contracts name the place, not the code."""
    before = len(m.world.leases)
    _let_land(m, plot, _me(m.owner(plot)))
    for lease in m.world.leases[before:]:
        lease.write = "location"


def lease_code_variant(m: Maker, plot: Plot) -> None:
    """The contracts write the parcel code in another way."""
    before = len(m.world.leases)
    _let_land(m, plot, _me(m.owner(plot)))
    for lease in m.world.leases[before:]:
        lease.write = "variant"


def lease_floor(m: Maker, plot: Plot) -> None:
    """The holder lets floor; the land follows by its share of all floor."""
    owner = m.owner(plot)
    total = m.floor_m2(plot)
    for k in range(m.rng.randint(1, 2)):
        lease = m.lease(plot, _me(owner), m.tenant(plot))
        lease.floor_m2 = round(total * m.rng.uniform(0.15, 0.42), 1)
        lease.floor = f"{k + 1}层"


def lease_floor_rjl(m: Maker, plot: Plot) -> None:
    """Floor let, no building on file: the registered floor area ratio must serve."""
    plot.built = "none"
    owner = m.owner(plot)
    m.floor_m2(plot)
    total = plot.area_m2 * (plot.far or 1.0)
    for _ in range(2):
        m.lease(plot, _me(owner), m.tenant(plot)).floor_m2 = round(
            total * m.rng.uniform(0.15, 0.4), 1
        )


def lease_noarea(m: Maker, plot: Plot) -> None:
    """Holder and tenant both produce, the contract has no area: the parcel is the unit."""
    owner = m.owner(plot)
    for _ in range(m.rng.choice((1, 1, 2))):
        m.lease(plot, _me(owner), m.tenant(plot))


def lease_renewed(m: Maker, plot: Plot) -> None:
    """An expired contract and the one that renewed it, same firm, same land."""
    owner = m.owner(plot)
    tenant = m.tenant(plot)
    old, new = (m.lease(plot, _me(owner), tenant) for _ in range(2))
    m.expire(old)
    new.start = date(old.end.year + old.end.month // 12, old.end.month % 12 + 1, 1)
    old.land_m2 = new.land_m2 = round(plot.area_m2 * m.rng.uniform(0.3, 0.6), 1)


def lease_expired_stay(m: Maker, plot: Plot) -> None:
    """The contract is over, the tenant produces on."""
    owner = m.owner(plot)
    tenant = m.tenant(plot)
    lease = m.lease(plot, _me(owner), tenant)
    m.expire(lease)
    part = m.rng.uniform(0.25, 0.5)
    lease.land_m2 = round(plot.area_m2 * part, 1)
    m.use(plot, tenant, "OCCUPY", part)


def lease_expired_gone(m: Maker, plot: Plot) -> None:
    """The contract is over and the tenant has left the place."""
    owner = m.owner(plot)
    tenant = m.tenant(plot)
    tenant.home = NOBODY
    lease = m.lease(plot, _me(owner), tenant)
    m.expire(lease, long_ago=True)
    lease.land_m2 = round(plot.area_m2 * m.rng.uniform(0.25, 0.5), 1)


def lease_no_title(m: Maker, plot: Plot) -> None:
    """Somebody who neither holds nor rents the parcel lets it."""
    m.owner(plot)
    lessor = m.register.firm(plot.division, scenario="lessor_no_title")
    tenant = m.tenant(plot)
    lease = m.lease(plot, _me(lessor), tenant)
    part = m.rng.uniform(0.2, 0.45)
    lease.land_m2, lease.titled = round(plot.area_m2 * part, 1), False
    m.use(plot, tenant, "OCCUPY", part)


def sublease(m: Maker, plot: Plot) -> None:
    """A tenant sublets part of what it rents (二房东)."""
    owner, middle = m.owner(plot), m.tenant(plot)
    head = m.lease(plot, _me(owner), middle)
    part = m.rng.uniform(0.4, 0.75)
    head.land_m2 = round(plot.area_m2 * part, 1)
    for _ in range(m.rng.randint(1, 2)):
        sub = m.lease(plot, _me(middle), m.tenant(plot))
        sub.head = head.number
        sub.land_m2 = round(plot.area_m2 * part * m.rng.uniform(0.2, 0.4), 1)


def std_park(m: Maker, plot: Plot) -> None:
    """Standard workshops let floor by floor (小微园)."""
    trade, code = lexicon.PARK_TRADE
    keeper = m.register.firm(plot.division, service=True, scenario=plot.scenario)
    keeper.name, keeper.industry, keeper.above = m.register.name(plot.division, trade), code, False
    m.owner(plot, firm=keeper)
    total, used = m.floor_m2(plot), 0.0
    for k in range(m.rng.randint(18, 46)):
        part = m.rng.uniform(0.008, 0.03)
        if used + part > 0.92:
            break
        used += part
        lease = m.lease(plot, _me(keeper), m.tenant(plot))
        lease.floor_m2 = round(total * part, 1)
        lease.floor = f"{k % 5 + 1}幢{k // 5 + 1}层"


def area_over(m: Maker, plot: Plot) -> None:
    """The contracts claim more than the parcel."""
    owner = m.owner(plot)
    for part in (m.rng.uniform(0.5, 0.6), m.rng.uniform(0.65, 0.9)):
        m.lease(plot, _me(owner), m.tenant(plot)).land_m2 = round(plot.area_m2 * part, 1)


def occupy_declared(m: Maker, plot: Plot) -> None:
    """Produces on another's land, no lease; it reports how much."""
    m.owner(plot)
    m.use(plot, m.tenant(plot), "OCCUPY", m.rng.uniform(0.2, 0.6))


def occupy_unsplit(m: Maker, plot: Plot) -> None:
    """The same, and nobody says how much."""
    m.owner(plot)
    m.use(plot, m.tenant(plot), "OCCUPY")


def group_use_declared(m: Maker, plot: Plot) -> None:
    """A child firm on its parent's land."""
    child = m.tenant(plot)
    child.parent = m.owner(plot).index
    m.use(plot, child, "GROUP_USE", m.rng.uniform(0.2, 0.6))


def group_use_unsplit(m: Maker, plot: Plot) -> None:
    """The same without an area."""
    child = m.tenant(plot)
    child.parent = m.owner(plot).index
    m.use(plot, child, "GROUP_USE")


def _dead_owner(m: Maker, plot: Plot) -> Firm:
    firm = m.owner(plot)
    firm.status = m.rng.choice(("注销", "注销", "吊销"))
    firm.cancelled = m.register.day(m.world.year - 6, m.world.year - 1)
    firm.figures, firm.home = False, NOBODY
    return firm


def holder_cancelled(m: Maker, plot: Plot) -> None:
    """The holder is gone from the register, the land remains."""
    _dead_owner(m, plot)


def occupy_on_cancelled(m: Maker, plot: Plot) -> None:
    """Another firm produces on the land of a firm that is gone."""
    _dead_owner(m, plot)
    m.use(plot, m.tenant(plot), "OCCUPY")


def indiv_alone(m: Maker, plot: Plot) -> None:
    """A person holds it; no user is known."""
    m.person(plot)


def indiv_occupy(m: Maker, plot: Plot) -> None:
    """A person holds it, one firm produces there."""
    m.person(plot)
    m.use(plot, m.tenant(plot), "OCCUPY")


def indiv_tenants(m: Maker, plot: Plot) -> None:
    """A person lets it."""
    person = m.person(plot)
    _let_land(m, plot, (NOBODY, person.name), most=2)


def collective_nocert(m: Maker, plot: Plot) -> None:
    """Collective land in the cadastre without a right; a firm produces there, or nobody."""
    plot.code = plot.code[:12] + "JB" + f"7{plot.code[15:]}"
    if m.rng.random() < 0.65:
        m.use(plot, m.tenant(plot), "OCCUPY")


def exempt(m: Maker, plot: Plot) -> None:
    """Project land with 建设期: inside, outside, or at the edge of two years and one."""
    m.owner(plot)
    year = m.world.year
    days = {
        "exempt_in": m.register.day(year - 1, year - 1),
        "exempt_out": m.register.day(year - 6, year - 4),
        "exempt_edge_in": date(year - 2, m.rng.randint(1, 3), m.rng.randint(1, 28)),
        "exempt_edge_out": date(year - 3, 12, m.rng.randint(1, 31)),
    }
    plot.exempt_from = days[plot.scenario]


def idle_land(m: Maker, plot: Plot) -> None:
    """Held by a live firm that pays no tax and draws no power."""
    m.owner(plot).idle = True


def vacant(m: Maker, plot: Plot) -> None:
    """Nobody holds it, nothing stands on it."""
    plot.built = "none"
    m.floor_m2(plot)


def public(m: Maker, plot: Plot) -> None:
    """A public body holds it."""
    county, town = plot.town[:3], plot.town[3:]
    text = m.rng.choice(lexicon.PUBLIC_HOLDERS)
    name = text.format(county=county, town=town, n="一二三四五"[m.rng.randrange(5)])
    plot.holders.append(Holder("public", name))
    m.grant(plot)


def unregistered(m: Maker, plot: Plot) -> None:
    """The holder is a firm that is not in the register, or a sibling of one that is."""
    kind = plot.scenario.removeprefix("unreg_")
    live = m.world.firms
    like = m.rng.choice(live) if kind == "sibling" and live else None
    name = m.register.stranger(plot.division, like)
    plot.holders.append(Holder("stranger", name))
    m.world.strangers.append((plot.index, name, kind))
    m.grant(plot)


def far_mismatch(m: Maker, plot: Plot) -> None:
    """Built much more, or much less, than the certificate says."""
    plot.built = m.rng.choice(("over_far", "under_far"))
    m.owner(plot)


def expansion(m: Maker, plot: Plot) -> None:
    """A building stands over the line."""
    plot.built = "beyond"
    m.owner(plot)


SCENARIOS: Final[dict[str, tuple[Scenario, float]]] = {
    "own_simple": (own, 56), "own_multi": (own_multi, 20), "own_former": (own_former, 7),
    "own_typo": (own, 4), "own_region": (own, 3.2), "own_legal": (own, 3),
    "own_branch": (own, 2.6), "own_bracket": (own, 3), "own_fullwidth": (own, 2),
    "own_trad": (own, 1.5), "own_abbrev": (own, 2), "own_note": (own, 1.4),
    "co_owned": (co_owned, 4.6), "co_owned_noshare": (co_owned_noshare, 1.2),
    "co_owned_person": (co_owned_person, 1.2), "lease_land": (lease_land, 10),
    "lease_floor": (lease_floor, 5), "lease_floor_rjl": (lease_floor_rjl, 1),
    "lease_by_loc": (lease_by_loc, 3), "lease_code_variant": (lease_code_variant, 3),
    "lease_noarea": (lease_noarea, 3.6), "lease_renewed": (lease_renewed, 1.2),
    "lease_expired_stay": (lease_expired_stay, 1.2), "lease_expired_gone": (lease_expired_gone, 1),
    "lease_no_title": (lease_no_title, 1), "sublease": (sublease, 2), "std_park": (std_park, 0.6),
    "area_over": (area_over, 1), "occupy_declared": (occupy_declared, 2),
    "occupy_unsplit": (occupy_unsplit, 1), "occupy_on_cancelled": (occupy_on_cancelled, 1),
    "group_use_declared": (group_use_declared, 2), "group_use_unsplit": (group_use_unsplit, 1),
    "indiv_alone": (indiv_alone, 3), "indiv_occupy": (indiv_occupy, 2),
    "indiv_tenants": (indiv_tenants, 3), "collective_nocert": (collective_nocert, 3),
    "exempt_in": (exempt, 2), "exempt_out": (exempt, 1), "exempt_edge_in": (exempt, 1),
    "exempt_edge_out": (exempt, 1), "holder_cancelled": (holder_cancelled, 4),
    "idle_land": (idle_land, 2), "vacant": (vacant, 4), "public": (public, 4.6),
    "use_mismatch": (own, 1), "use_mismatch_rev": (own, 1), "far_mismatch": (far_mismatch, 2),
    "expansion": (expansion, 2), "overlap": (own, 1.4), "sx_layer": (own, 1.4),
    "unreg_random": (unregistered, 7), "unreg_sibling": (unregistered, 7),
}  # fmt: skip
