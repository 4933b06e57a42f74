"""Writes `truth/` in the shape of sample-town's: one CSV a table, keys sorted, and `meta.json`."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from geomujun_demo.truth import COMPONENTS, Known, enterprise_bucket, parcel_bucket
from geomujun_demo.truth_evaluation import M2_PER_MU, SCHEMES, Unit
from geomujun_demo.truth_findings import findings, low_efficiency
from geomujun_demo.truth_links import half_up


def write_truth(folder: Path, known: Known, formats: dict[str, str]) -> None:
    """Write every table of the truth; ``formats`` says how the case was written."""
    (folder / "world").mkdir(parents=True, exist_ok=True)
    _links(folder, known)
    _ledger(folder, known)
    _buckets(folder, known)
    for scheme in SCHEMES:
        _evaluations(folder, known, scheme)
    head = ("rule", "subject_id", "other_id", "alias", "grey", "scheme")
    _write(folder / "cross_check.csv", head, findings(known))
    _write(folder / "low_efficiency.csv", ("parcel_code", "rule", "grey"), low_efficiency(known))
    world = known.world
    plots = world.plots
    rows = sorted((plots[p].code, name, kind) for p, name, kind in world.strangers)
    _write(folder / "unregistered.csv", ("parcel_code", "holder", "kind"), rows)
    alias = sorted((f.written_uscc, f.uscc) for f in world.firms if f.written_uscc != f.uscc)
    _write(folder / "uscc_alias.csv", ("written", "uscc"), alias)
    meta = {
        "size": world.size, "profile": world.profile, "noise": world.noise, "seed": world.seed,
        "year": world.year, "as_of": world.day.isoformat(), "county": plots[0].town[:3],
        "schemes": list(SCHEMES), "formats": formats,
        "parcels": sum(p.in_layer for p in plots),
        "enterprises": len(world.firms) + len(world.duplicates),
    }  # fmt: skip
    text = json.dumps(meta, ensure_ascii=False, indent=1)
    (folder / "meta.json").write_text(text + "\n", encoding="utf-8")


def write_holder_text(folder: Path, rows: list[tuple[str, str, str, str]]) -> None:
    """How each right holder was written down: the judge breaks recall down by it."""
    head = ("parcel_code", "uscc", "zjh_kind", "op")
    _write(folder / "world" / "holder_text.csv", head, sorted(rows))


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def _links(folder: Path, known: Known) -> None:
    plots, firms = known.world.plots, known.world.firms
    rows = [
        (
            plots[k.plot].code, firms[k.firm].uscc, k.relation, "" if k.share is None else k.share,
            k.area_m2, k.method, k.start or "", k.end or "", k.scenario, int(k.grey),
            int(plots[k.plot].in_layer),
        )
        for k in known.links.links
    ]  # fmt: skip
    head = (
        "parcel_code", "uscc", "relation", "share", "area_m2", "area_method", "valid_from",
        "valid_to", "scenario", "grey", "in_layer",
    )  # fmt: skip
    _write(folder / "links.csv", head, sorted(rows, key=lambda r: [str(x) for x in r[:3]]))


def _ledger(folder: Path, known: Known) -> None:
    plots, firms = known.world.plots, known.world.firms
    total: dict[int, dict[str, float]] = defaultdict(lambda: dict.fromkeys(COMPONENTS, 0.0))
    unsure: set[int] = set()
    for firm, plot, component, area, _ in known.links.lines:
        total[firm][component] = half_up(total[firm][component] + area)
        if known.links.balances[plot].over:
            unsure.add(firm)
    rows = []
    for at, parts in total.items():
        m2 = known.occupied_m2[at]
        known_area = int(at not in unsure)
        rows.append((firms[at].uscc, *parts.values(), m2, round(m2 / M2_PER_MU, 4), known_area))
    head = ("uscc", *(f"{c}_m2" for c in COMPONENTS), "occupied_m2", "occupied_mu", "area_known")
    _write(folder / "ledger.csv", head, sorted(rows))
    lines = sorted((firms[f].uscc, plots[p].code, c, a, b) for f, p, c, a, b in known.links.lines)
    head = ("uscc", "parcel_code", "component", "area_m2", "basis")
    _write(folder / "ledger_lines.csv", head, lines)


def _buckets(folder: Path, known: Known) -> None:
    world, rows = known.world, []
    for plot in world.plots:
        balance = known.links.balances[plot.index]
        rest = half_up(plot.area_m2 - balance.allocated_m2)
        rows.append(
            (plot.code, *parcel_bucket(known, plot), plot.scenario, plot.area_m2,
             balance.allocated_m2, rest, int(balance.unsplit), int(plot.in_layer))
        )  # fmt: skip
    head = (
        "parcel_code", "bucket", "bucket_alt", "scenario", "area_m2", "allocated_m2",
        "unallocated_m2", "unsplit", "in_layer",
    )  # fmt: skip
    _write(folder / "parcel_reconciliation.csv", head, sorted(rows))
    firms = [
        (f.uscc, f.written_uscc, f.name.full, *enterprise_bucket(known, f.index), f.scenario)
        for f in world.firms
    ]
    columns = ("uscc", "written", "name", "bucket", "bucket_alt", "scenario")
    _write(folder / "enterprise_reconciliation.csv", columns, sorted(firms))


def _evaluations(folder: Path, known: Known, scheme: str) -> None:
    names = list(dict.fromkeys(i.name for c in SCHEMES[scheme].values() for i in c))
    columns = [c for n in names for c in (n, f"{n}_score")]
    firm = {f.uscc: f.name.full for f in known.world.firms}
    rows = [
        (
            uscc, firm[uscc], u.cohort, u.kind, u.id, round(u.area_mu, 4), *_values(u, names),
            u.points("加分"), u.points("减分"), *_result(u),
        )
        for u in known.enterprise[scheme] for uscc in u.members
    ]  # fmt: skip
    head = ["uscc", "name", "cohort", "unit_kind", "unit_id", "area_mu", *columns]
    head += ["bonus", "malus", "score", "rank", "grade"]
    _write(folder / f"enterprise_evaluation_{scheme}.csv", head, sorted(rows, key=lambda r: r[0]))
    plots = [
        (
            u.id, u.cohort, round(u.area_mu, 4), "|".join(u.members), "|".join(u.left_out),
            *_values(u, names), *_result(u),
        )
        for u in known.parcel[scheme]
    ]  # fmt: skip
    head = ["parcel_code", "cohort", "area_mu", "enterprises", "left_out", *columns]
    head += ["score", "rank", "grade"]
    _write(folder / f"parcel_evaluation_{scheme}.csv", head, sorted(plots, key=lambda r: r[0]))


def _values(unit: Unit, names: list[str]) -> list[float | str]:
    found: list[float | str] = []
    for name in names:
        value, part = unit.values.get(name), unit.parts.get(name)
        found += ["" if value is None else round(value, 6), "" if part is None else round(part, 6)]
    return found


def _result(unit: Unit) -> tuple[float | str, int | str, str]:
    score: float | str = "" if unit.score is None else round(unit.score, 6)
    return score, "" if unit.rank is None else unit.rank, unit.grade
