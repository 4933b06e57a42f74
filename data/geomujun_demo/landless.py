"""Firms without land: gone, virtual, registered elsewhere, of another county, or simply landless.

Also what belongs to firms as such: addresses, parents' confirmed groups, broken and repeated codes.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from geomujun_demo import lexicon
from geomujun_demo.codes import break_uscc
from geomujun_demo.layout import Town
from geomujun_demo.maker import Maker
from geomujun_demo.noise import PROFILES
from geomujun_demo.world import NOBODY, Firm, Plot, World

SHARES: Final = {  # of the firms without land
    "cancelled": 0.22, "virtual_address": 0.22, "no_land": 0.18, "service": 0.14,
    "registered_only": 0.09, "registered_sibling": 0.05, "out_of_region": 0.10,
}  # fmt: skip
BROKEN, DOUBLED, GROUPED = 0.004, 0.003, 0.012
FORMER: Final = 0.08
DATUMS: Final = ("wgs84", "cgcs2000", "gcj02", "bd09", "?")  # ?: not declared


def fill(m: Maker, where: list[Town], wanted: int) -> None:
    """Bring the register to ``wanted`` firms and finish every firm's address and code."""
    left = max(24, wanted - len(m.world.firms))
    for scenario, share in SHARES.items():
        count = max(2, round(left * share))
        if scenario == "virtual_address":
            _rooms(m, where, max(9, count))
            continue
        for _ in range(count):
            _one(m, where, scenario)
    _site_addresses(m, where)
    _points(m)
    _more_former(m)
    _spoil_codes(m)
    _groups(m)


def _one(m: Maker, where: list[Town], scenario: str) -> None:
    town = m.rng.choice(where)
    division = town.division
    if scenario == "out_of_region":
        division = m.rng.choice(lexicon.OTHER_DIVISIONS)[0]
    firm = m.register.firm(division, service=scenario == "service", scenario=scenario)
    firm.above = firm.above and scenario == "no_land" and m.rng.random() < 0.4
    firm.figures = m.rng.random() < (0.75 if scenario in {"no_land", "out_of_region"} else 0.5)
    if scenario == "service":
        firm.scenario = "no_land"
    if scenario == "cancelled":
        firm.status = m.rng.choice(("注销", "注销", "注销", "吊销", "迁出"))
        firm.cancelled = m.register.day(m.world.year - 8, m.world.year - 1)
        firm.cancelled = max(firm.cancelled, firm.founded + timedelta(days=300))
        firm.figures = False
    firm.registered_address = _desk(m, town, firm, scenario)


def _desk(m: Maker, town: Town, firm: Firm, scenario: str) -> str:
    if scenario == "out_of_region":
        name = next(n for d, n, _ in lexicon.OTHER_DIVISIONS if d == firm.division)
        return f"{name}{m.rng.choice(lexicon.ROAD_NAMES)}路{m.rng.randint(1, 400)}号"
    if scenario in {"registered_only", "registered_sibling"}:
        plot = _plot_for(m, scenario, firm)
        if plot is not None:
            return f"{plot.town}{street(plot)}{plot.number}号"
    road = m.rng.choice(town.across + town.along)
    return f"{town.county}{town.name}{road}{m.rng.randint(2, 98)}号{m.rng.randint(201, 1808)}室"


def _plot_for(m: Maker, scenario: str, firm: Firm) -> Plot | None:
    plots = m.world.plots
    for _ in range(60):
        plot = plots[m.rng.randrange(len(plots))]
        owner = plot.holders[0].firm if len(plot.holders) == 1 else NOBODY
        if plot.scenario in {"own_simple", "own_typo", "lease_land"} and owner != NOBODY:
            if scenario == "registered_only":
                m.world.registered_only.append((plot.index, firm.index))
                firm.division = plot.division
                return plot
            firm.name.trade_name = m.world.firms[owner].name.trade_name
            _make_unique(m, firm)
            return None
    return None


def _make_unique(m: Maker, firm: Firm) -> None:
    while not m.register.claim(firm.name, firm.division):
        firm.name.trade = m.register.trade()[0] + m.rng.choice(("", "科技", "实业"))


def _rooms(m: Maker, where: list[Town], count: int) -> None:
    """Secretary addresses: many firms in one room, or a few."""
    while count > 0:
        town = m.rng.choice(where)
        size = m.rng.choice((5, 9, 11, 14)) if m.world.rooms else 11
        road = m.rng.choice(town.across)
        text = f"{town.county}{town.name}{road}{m.rng.randint(2, 98)}号{m.rng.randint(2, 18)}01室"
        members = []
        for _ in range(size):
            service = m.rng.random() < 0.5
            firm = m.register.firm(town.division, service=service, scenario="virtual_address")
            firm.figures = m.rng.random() < 0.12
            firm.above = False
            firm.registered_address = text
            members.append(firm.index)
        m.world.rooms.append((text, members))
        count -= size


def street(plot: Plot) -> str:
    """The road a plot fronts on."""
    return plot.roads[0] if plot.side[0] == "南" else plot.roads[1]


def _site_addresses(m: Maker, where: list[Town]) -> None:
    """Registered and working addresses of the firms that have a place."""
    users = {u.firm for u in m.world.uses}
    for firm in m.world.firms:
        if firm.registered_address:
            continue
        if firm.index in users:
            _user_address(m, where, firm)
            continue
        if firm.home == NOBODY:
            firm.registered_address = _desk(m, m.rng.choice(where), firm, "")
            continue
        plot = m.world.plots[firm.home]
        text = place_text(m, plot)
        if m.rng.random() < 0.72:
            firm.registered_address = text
            if m.rng.random() < 0.45:
                firm.site_address = text + m.rng.choice(
                    ("", "（厂区内）", f"{m.rng.randint(1, 4)}幢")
                )
        else:
            firm.registered_address = _desk(m, m.rng.choice(where), firm, "")
            firm.site_address = text


def _user_address(m: Maker, where: list[Town], firm: Firm) -> None:
    """Who uses land without a paper is known by where it works: that address is always given."""
    plot = m.world.plots[firm.home]
    text = f"{plot.town}{plot.village}工业区"
    if plot.number:
        text = f"{plot.town}{street(plot)}{plot.number}号"
    firm.site_address = text + m.rng.choice(("", "（厂区内）"))
    firm.registered_address = (
        text if m.rng.random() < 0.5 else _desk(m, m.rng.choice(where), firm, "")
    )


def place_text(m: Maker, plot: Plot) -> str:
    """Where a plot is, as a firm would write it."""
    roll = m.rng.random()
    if plot.number and roll < 0.5:
        return f"{plot.town}{street(plot)}{plot.number}号"
    if plot.park and roll < 0.65:
        return f"{plot.town}{plot.park}{street(plot)}"
    if plot.number and roll < 0.8:
        return f"{plot.town}{street(plot)}"
    return f"{plot.town}{plot.village}工业区"


def _points(m: Maker) -> None:
    """Which datum each point is declared in, and which it really is in."""
    blank = PROFILES[m.world.profile].blank_point
    users = {u.firm for u in m.world.uses}
    for firm in m.world.firms:
        if firm.index in users:
            numbered = m.world.plots[firm.home].number > 0
            if not numbered or m.rng.random() < 0.8:
                firm.datum = firm.point_as = m.rng.choices(DATUMS[:4], (30, 30, 20, 10))[0]
            continue
        seen = (0.82 if firm.home != NOBODY else 0.4) - blank
        unseen = not firm.active or firm.scenario in {"registered_only", "out_of_region"}
        if m.rng.random() > seen or unseen:
            continue
        firm.datum = m.rng.choices(DATUMS, (30, 30, 20, 10, 10))[0]
        firm.point_as = firm.datum
        if firm.datum == "?":
            firm.point_as = m.rng.choice(("wgs84", "gcj02", "bd09"))
        elif firm.datum in {"wgs84", "cgcs2000"} and m.rng.random() < 0.02:
            firm.point_as = "gcj02"


def _more_former(m: Maker) -> None:
    """Old names that no certificate bears."""
    for firm in m.world.firms:
        if not firm.former and m.rng.random() < FORMER:
            old = m.register.name(firm.division, firm.name.trade)
            until = date(
                m.rng.randint(firm.founded.year + 1, m.world.year), m.rng.randint(1, 12), 9
            )
            firm.former.append((old.full, until if m.rng.random() < 0.8 else None))


def _spoil_codes(m: Maker) -> None:
    world = m.world
    used = {f.uscc for f in world.firms}
    settled = [f for f in world.firms if f.active and f.scenario.startswith("own_")]
    for firm in m.rng.sample(settled, max(1, round(len(world.firms) * BROKEN))):
        wrong = break_uscc(m.rng, firm.uscc)
        if wrong not in used:
            firm.written_uscc = wrong
            used.add(wrong)
    sound = [f for f in world.firms if f.written_uscc == f.uscc and f.scenario == "own_simple"]
    for firm in m.rng.sample(sound, min(len(sound), max(1, round(len(world.firms) * DOUBLED)))):
        world.duplicates.append((firm.index, m.register.stranger(firm.division)))


def _groups(m: Maker) -> None:
    """Groups people have confirmed: mother and sisters that hold land alone, in one county."""
    world = m.world
    by_county: dict[str, list[Firm]] = {}
    for firm in world.firms:
        if (
            firm.scenario == "own_simple"
            and not firm.declared_division
            and firm.written_uscc == firm.uscc
        ):
            by_county.setdefault(firm.division, []).append(firm)
    doubled = {f for f, _ in world.duplicates}
    for division in sorted(by_county):
        pool = [f for f in by_county[division] if f.index not in doubled]
        m.rng.shuffle(pool)
        count = max(1, round(len(pool) * GROUPED))
        for k in range(count):
            _group(world, pool[3 * k : 3 * k + m.rng.choice((2, 2, 3))])


def _group(world: World, members: list[Firm]) -> None:
    if len(members) < 2:
        return
    mother = members[0]
    label = f"{mother.name.trade_name}{mother.name.trade}集团"
    for firm in members:
        world.groups.append((label, firm.index))
        if firm is not mother:
            firm.parent = mother.index
