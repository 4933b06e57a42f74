"""Second reading of CONTRACT §6 and the low-efficiency table: what a perfect run would find.

``grey`` findings may be reported or not: the contract leaves them open, or the data do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from geomujun_demo.truth import Known
from geomujun_demo.truth_evaluation import Unit
from geomujun_demo.world import NOBODY, Plot

Finding = tuple[str, str, str, str, int, str]  # rule, subject, other, alias, grey, scheme
GRADES: Final = {"A": 0, "B": 1, "C": 2, "D": 3}
# Lowest 容积率 by division; codes 13–28 of the old edition mean the same in GB/T 4754-2017.
OLD_FAR: Final = {
    **dict.fromkeys((13, 14, 15, 16, 18, 19, 24), 1.0),
    **dict.fromkeys((17, 20, 21, 22, 23, 28), 0.8),
    25: 0.5, 26: 0.6, 27: 0.7,
}  # fmt: skip
ROOM_FIRMS: Final = 8


def findings(known: Known) -> list[Finding]:
    """All findings, sorted."""
    found: list[Finding] = []
    for rule in (_areas, _reported, _holders, _uses, _leases, _firms, _codes, _grounds, _rooms):
        found += rule(known)
    for scheme in known.enterprise:
        found += _conflicts(known, scheme)
    return sorted(found)


def _areas(known: Known) -> Iterator[Finding]:
    for at, balance in known.links.balances.items():
        plot = known.world.plots[at]
        if balance.over:
            yield "AREA_OVER", plot.code, "", "", 0, ""
        shared = balance.users > 0 or len(plot.holders) > 1
        if shared and plot.area_m2 - balance.allocated_m2 > 0.05 * plot.area_m2:
            sure = balance.users > 1 and not balance.unsplit
            yield "AREA_UNALLOCATED", plot.code, "", "", 0 if sure else 1, ""


def _reported(known: Known) -> Iterator[Finding]:
    for firm in known.world.firms:
        area = known.occupied_m2.get(firm.index, 0.0)
        if firm.reported_m2 is not None and area > 0:
            off = abs(firm.reported_m2 - area) / area
            if off > 0.1:
                yield "AREA_REPORTED", firm.uscc, "", "", 0, ""


def _holders(known: Known) -> Iterator[Finding]:
    """Holders that are gone, idle or done building."""
    world = known.world
    for plot in world.plots:
        for holder in plot.holders:
            if holder.firm == NOBODY:
                continue
            firm = world.firms[holder.firm]
            if not firm.active:
                yield "HOLDER_CANCELLED", plot.code, "", firm.uscc, 0, ""
            elif firm.idle or not known.figures.present[firm.index]:
                # "No tax and no power" is told of figures; without any, nothing is known.
                sure = firm.idle and known.figures.present[firm.index]
                yield "IDLE_LAND", plot.code, firm.uscc, "", int(not sure), ""
        if plot.exempt_from:
            ends = plot.exempt_from.replace(
                year=plot.exempt_from.year + 3, day=min(28, plot.exempt_from.day)
            )
            if ends.year <= world.year:
                yield "EXEMPTION_ENDED", plot.code, "", "", int(ends.year < world.year), ""


SURE_USES: Final = ("occupy_declared", "occupy_unsplit", "indiv_occupy")


def _uses(known: Known) -> Iterator[Finding]:
    world = known.world
    for use in world.uses:
        grey = 0 if use.scenario in SURE_USES else 1
        code, uscc = world.plots[use.plot].code, world.firms[use.firm].uscc
        yield "TENANT_NO_LEASE", code, uscc, "", grey, ""


def _leases(known: Known) -> Iterator[Finding]:
    world = known.world
    for lease in world.leases:
        code, uscc = world.plots[lease.plot].code, world.firms[lease.lessee].uscc
        if lease.end < world.day:
            yield (
                "LEASE_EXPIRED",
                lease.number,
                code,
                uscc,
                int(lease.scenario == "lease_renewed"),
                "",
            )
        if not lease.titled:
            yield "LEASE_NO_TITLE", lease.number, code, uscc, 0, ""
        if lease.write == "variant":
            yield "PARCEL_CODE_VARIANT", lease.number, code, "", 0, ""
    for row in known.supply:
        if row.variant:
            yield "PARCEL_CODE_VARIANT", row.contract, world.plots[row.plot].code, "", 0, ""


def _firms(known: Known) -> Iterator[Finding]:
    exempt = {f for f, _, component, _, _ in known.links.lines if component == "exempt"}
    for firm in known.world.firms:
        landless = known.occupied_m2.get(firm.index, 0.0) <= 0
        if firm.active and firm.industrial and known.figures.present[firm.index] and landless:
            unsplit = firm.index in known.linked and firm.index not in known.occupied_m2
            if not unsplit and firm.index not in exempt:
                grey = firm.scenario == "out_of_region" or firm.index in known.linked
                yield "NO_LAND_ENTERPRISE", firm.uscc, "", "", int(grey), ""
        if firm.datum and firm.datum == "?":
            yield "POINT_DATUM", firm.uscc, "", "", 1, ""
        elif firm.datum != firm.point_as:
            yield "POINT_DATUM", firm.uscc, "", "", int(firm.index not in known.linked), ""


def _codes(known: Known) -> Iterator[Finding]:
    firms = known.world.firms
    for firm in firms:
        if firm.written_uscc != firm.uscc:
            yield "USCC_INVALID", firm.uscc, firm.written_uscc, "", 0, ""
    for at, _ in known.world.duplicates:
        yield "USCC_DUPLICATE", firms[at].uscc, "", "", 0, ""


def _grounds(known: Known) -> Iterator[Finding]:
    plots = known.world.plots
    for plot in plots:
        if plot.scenario == "expansion":
            yield "EXPANSION", plot.code, "", "", 0, ""
        if plot.overlaps != NOBODY:
            yield "PARCEL_OVERLAP", plot.code, plots[plot.overlaps].code, "", 0, ""
        if plot.scenario in {"use_mismatch", "use_mismatch_rev"}:
            yield "USE_MISMATCH", plot.code, "", "", 0, ""
        if plot.scenario == "far_mismatch":
            yield "FAR_MISMATCH", plot.code, "", "", 0, ""
        elif plot.built == "none" and plot.far:
            yield "FAR_MISMATCH", plot.code, "", "", 1, ""


def _rooms(known: Known) -> Iterator[Finding]:
    firms = known.world.firms
    for _, members in known.world.rooms:
        codes = sorted(firms[i].uscc for i in members)
        if len(codes) >= ROOM_FIRMS:
            yield "VIRTUAL_ADDRESS", codes[0], "|".join(codes), "", 0, ""


def _conflicts(known: Known, scheme: str) -> Iterator[Finding]:
    graded: dict[str, str] = {
        m: u.grade for u in known.enterprise[scheme] if u.grade for m in u.members
    }
    units: dict[str, Unit] = {u.id: u for u in known.parcel[scheme]}
    for code, unit in units.items():
        for member in unit.members:
            mine = graded.get(member, "")
            if mine and unit.grade and abs(GRADES[mine] - GRADES[unit.grade]) >= 2:
                yield "GRADE_CONFLICT", member, code, "", 0, scheme


def low_efficiency(known: Known) -> list[tuple[str, str, int]]:
    """Screening hits: parcel, rule, grey."""
    world = known.world
    found: list[tuple[str, str, int]] = []
    day_before = world.day - timedelta(days=365)
    late = [s for s in known.supply if s.start is None and s.agreed_start <= day_before]
    found += [(world.plots[s.plot].code, "IDLE_1", 0) for s in late]
    built: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    for b in world.buildings:
        tall = 2.0 if b.floors == 1 and b.height_m > 8 else 1.0
        built[b.plot].append((b.footprint_m2, b.floor_m2, b.floor_m2 * tall))
    for plot in world.plots:
        if plot.industrial and plot.in_layer and plot.use == "工业用地":
            found += [
                (plot.code, r, g) for r, g in _screen(known, plot, built[plot.index], world.day)
            ]
    return sorted(found)


def _screen(
    known: Known, plot: Plot, built: list[tuple[float, float, float]], day: date
) -> Iterator[tuple[str, int]]:
    users = known.matched.get(plot.index, [])
    young = plot.exempt_from is not None and plot.exempt_from.year >= day.year - 3
    unsure = int(not users or not built or young)
    if sum(b[0] for b in built) / plot.area_m2 < 0.3:
        yield "COV", unsure
    firms = [known.world.firms[k.firm] for k in users]
    told = all(known.figures.present[f.index] for f in firms)
    if built and told and any(f.idle for f in firms):
        yield "JEWT", 0
    elif not told:
        yield "JEWT", 1
    least = [OLD_FAR.get(int(f.industry[:2])) for f in firms]
    low = [x for x in least if x is not None]
    clear = bool(low) and len(low) == len(least) and not unsure
    if clear and sum(b[2] for b in built) / plot.area_m2 < min(low):
        yield "LOW_FAR_OLD", 0
    elif sum(b[1] for b in built) / plot.area_m2 < 1.0 or not clear:
        yield "LOW_FAR_OLD", 1
