"""Grade intervals against the truth, and the speed of evaluation and simulation at city size.

    PYTHONPATH=.:data python -m benchmarks.evaluation intervals [--size county] [--work DIR]
    PYTHONPATH=.:data python -m benchmarks.evaluation speed [--times 13] [--work DIR]

``intervals``: how often the true grade lies in the interval, one queued link at a time (single) and
all together (joint); of everyone the truth grades, and of those the engine evaluates. ``wide``: how
many have an interval of more than one grade. ``speed``: a county repeated side by side until it is
as large as a city; seconds of CPU and of the clock. Overlay tables are counted apart.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geomujun_demo import make

from geomujun.cli.main import collect_rarely
from geomujun.crosscheck.engine import check
from geomujun.evaluation import groups
from geomujun.evaluation.engine import evaluate
from geomujun.geo import overlay
from geomujun.intake.reader import read_case
from geomujun.ledger.book import Book, Inputs, keep
from geomujun.ledger.sight import Sight
from geomujun.matching.engine import match
from geomujun.matching.identity import Identity, settle
from geomujun.pipeline.decisions import no_decisions
from geomujun.pipeline.reconcile import Job, facts_of, inputs_of
from geomujun.pipeline.stakes import weigh
from geomujun.planning.ground import Ground
from geomujun.planning.scenarios import Scenario
from geomujun.planning.simulate import simulate
from geomujun.policy import relief, schemes, targets
from geomujun.screening.engine import screen

WORLDS: Final = (
    ("plain", "a", 21), ("real", "a", 22), ("real", "b", 23), ("hard", "a", 24), ("hard", "b", 25),
)  # fmt: skip
YEAR, DAY, SCHEME = 2024, date(2024, 12, 31), "zhejiang-2022"
CODES: Final = (
    "parcel_code", "uscc", "parent_uscc", "lessor_uscc", "rival_uscc", "lessor_key", "lessee_key",
    "parcel_resolved", "lessor_code", "lessee_code", "patch_code", "code", "contract_no",
    "head_contract_no", "lease_id", "head_lease_id", "written", "real_estate_unit", "division",
)  # fmt: skip
SIDES: Final = (("enterprise", "uscc"), ("parcel", "parcel_code"))


def world(work: Path, size: str, profile: str, noise: str, seed: int) -> Path:
    """A demo world, made when it is not there."""
    place = work / f"{size}-{profile}-{noise}-{seed}"
    if not (place / "truth" / "links.csv").exists():
        make(place, size=size, profile=profile, noise=noise, seed=seed)  # type: ignore[arg-type]
    return place


def matched(place: Path) -> tuple[Identity, Inputs]:
    """A case read, settled and matched."""
    identity = settle(read_case(place / "case").case)
    found = match(identity.case, DAY, no_decisions().live)
    return identity, inputs_of(identity, found)


def read(path: Path) -> pd.DataFrame:
    """A truth table with all cells as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def intervals(work: Path, size: str) -> None:
    """Print how often the intervals hold the true grade."""
    scheme = schemes.load(SCHEME, YEAR)
    head = ("graded", "same", "missing", "single", "of_eval", "wide", "joint", "of_eval", "wide")
    print(f"{'world':<12}{'side':<12}" + "".join(f"{h:>9}" for h in head))
    for profile, noise, seed in WORLDS:
        place = world(work, size, profile, noise, seed)
        _, inputs = matched(place)
        book = keep(inputs, YEAR)
        found = evaluate(inputs.case, book, scheme, YEAR)
        weighed = weigh(inputs, book, found, scheme)
        alias = read(place / "truth" / "uscc_alias.csv")
        names = dict(zip(alias["written"], alias["uscc"], strict=True))
        for side, key in SIDES:
            table = getattr(weighed.evaluation, f"{side}_evaluation")
            mine = table.assign(**{key: table[key].replace(names)}).set_index(key)
            extra = _entering(weighed.stakes, side, names)
            truth = read(place / "truth" / f"{side}_evaluation_{SCHEME}.csv").set_index(key)
            cells = _held(truth["grade"], mine, extra)
            print(f"{profile + ' ' + noise:<12}{side:<12}" + cells, flush=True)


def _entering(stakes: pd.DataFrame, side: str, names: dict[str, str]) -> pd.DataFrame:
    """Best and worst grade of those who are evaluated only if a queued link is confirmed."""
    rows = stakes[(stakes["subject_kind"] == side) & (stakes["before"] == "")]
    rows = rows[(rows["after"] != "").to_numpy()]
    key = rows["subject_id"].replace(names)
    return rows.groupby(key.to_numpy())["after"].agg(["min", "max"])


def _held(truth: pd.Series, mine: pd.DataFrame, entering: pd.DataFrame) -> str:
    graded = truth[truth != ""]
    now = mine["grade"].reindex(graded.index)
    known = now.notna()
    cells = [f"{len(graded):>9}", f"{(now == graded).mean():>9.4f}", f"{(~known).sum():>9}"]
    for kind in ("grade", "joint"):
        best = mine[f"{kind}_best"].reindex(graded.index)
        worst = mine[f"{kind}_worst"].reindex(graded.index)
        best = best.fillna(entering["min"].reindex(graded.index)).fillna("")
        worst = worst.fillna(entering["max"].reindex(graded.index)).fillna("")
        inside = (best != "") & (best <= graded) & (graded <= worst)
        wide = ((best != worst) & known).sum() / max(int(known.sum()), 1)
        cells += [f"{inside.mean():>9.4f}", f"{inside[known].mean():>9.4f}", f"{wide:>9.4f}"]
    return "".join(cells)


def copied(frame: Any, n: int) -> Any:
    """One copy of a table: codes of its own, layers moved aside by half a degree each."""
    made = frame.copy()
    for name in CODES:
        if name in made.columns:
            text = made[name].astype("str")
            there = (text.str.len() > 4).to_numpy(dtype=bool)
            made[name] = text.where(~there, text.str[:2] + f"{n:02d}" + text.str[4:])
    if isinstance(made, gpd.GeoDataFrame):
        moved = shapely.transform(made.geometry.to_numpy(), lambda xy: np.add(xy, (0.5 * n, 0.0)))
        made = made.set_geometry(gpd.GeoSeries(moved, index=made.index, crs=made.crs))
    return made


def repeated(frame: Any, times: int) -> Any:
    """Copies of a table one below the other."""
    return pd.concat([copied(frame, n) for n in range(times)], ignore_index=True)


def enlarged(identity: Identity, inputs: Inputs, book: Book, times: int) -> tuple[Any, ...]:
    """A county repeated: identity, inputs and book."""
    case = inputs.case.with_tables(
        **{f.name: repeated(getattr(inputs.case, f.name), times) for f in fields(inputs.case)}
    )
    tables = {f.name: repeated(getattr(book, f.name), times) for f in fields(book)}
    rest = {n: repeated(getattr(inputs, n), times) for n in ("holders", "outside", "land", "codes")}
    links = repeated(inputs.links, times)
    big = replace(
        identity,
        case=case,
        codes=rest["codes"],
        duplicates=repeated(identity.duplicates, times),
    )
    return big, Inputs(case=case, links=links, **rest), Book(**tables)


def many(count: int) -> list[Scenario]:
    """Scenarios of weights, shares, smallest areas, merging, charging and benchmark years."""
    made = []
    for n in range(count):
        tax = 20.0 + n % 21
        made.append(
            Scenario(
                name=f"s{n}",
                weights={"above_designated": {"tax_per_mu": tax, "value_added_per_mu": 50 - tax}},
                shares={"below_designated": (20.0 + n % 7, 50.0, 25.0 - n % 7, 5.0)},
                min_mu={"below_designated": float(n % 4)},
                merge_groups=n % 5 == 0,
                lease="holder" if n % 7 == 0 else "user",
                benchmark_year=YEAR - 1 if n % 3 == 0 else None,
            )
        )
    return made


class Overlays:
    """Seconds of CPU inside `geomujun.geo.overlay`, wherever it is called from."""

    def __init__(self) -> None:
        """Put a clock around every function of the module."""
        self.seconds, self._depth = 0.0, 0
        made = {
            f: self._clocked(f)
            for f in vars(overlay).values()
            if callable(f) and getattr(f, "__module__", "") == overlay.__name__
            and not isinstance(f, type)
        }  # fmt: skip
        for module in [m for n, m in sys.modules.items() if n.startswith("geomujun")]:
            for name, value in list(vars(module).items()):
                if callable(value) and not isinstance(value, type) and value in made:
                    setattr(module, name, made[value])
        overlay.Plane.flat = self._clocked(overlay.Plane.flat)  # type: ignore[method-assign]

    def _clocked(self, function: Any) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            self._depth += 1
            start = time.process_time()
            try:
                return function(*args, **more)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.seconds += time.process_time() - start

        return call


@contextmanager
def timed(name: str, totals: dict[str, float], overlays: Overlays) -> Iterator[None]:
    """Print and keep the seconds of CPU of a step, overlays apart."""
    wall, cpu, before = time.perf_counter(), time.process_time(), overlays.seconds
    yield
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    apart = overlays.seconds - before
    totals[name] = cpu - apart
    print(f"{name:<22}{cpu:>9.2f}{wall:>9.2f}{apart:>9.2f}{cpu - apart:>9.2f}", flush=True)


def speed(work: Path, times: int) -> None:
    """Print the seconds of every step at city size, the collector set as in the command line."""
    collect_rarely()
    place = world(work, "county", "real", "a", 22)
    identity, inputs = matched(place)
    book = keep(inputs, YEAR)
    identity, inputs, book = enlarged(identity, inputs, book, times)
    print(f"{len(inputs.case.enterprises)} enterprises, {len(inputs.case.parcels)} parcels")
    print(f"{'step':<22}{'cpu':>9}{'clock':>9}{'overlay':>9}{'rest':>9}")
    scheme, totals, overlays = schemes.load(SCHEME, YEAR), dict[str, float](), Overlays()
    with timed("evaluate", totals, overlays):
        found = evaluate(inputs.case, book, scheme, YEAR)
    with timed("by group", totals, overlays):
        groups.evaluate(inputs.case, found, scheme, targets.load())
    with timed("intervals and queue", totals, overlays):
        weighed = weigh(inputs, book, found, scheme)
    job = Job(place / "case", place, scheme, YEAR, DAY)
    facts = facts_of(job, identity, inputs, book, weighed.evaluation, no_decisions())
    sight = Sight(facts)
    with timed("cross-check", totals, overlays):
        check(facts, sight)
    with timed("screening", totals, overlays):
        screen(facts, sight)
    three = totals["evaluate"] + totals["cross-check"] + totals["screening"]
    print(f"{'evaluation, cross-check and screening, overlays apart':<54}{three:>9.2f}")
    ground = Ground.of(inputs.case, book, found, YEAR)
    with timed("100 scenarios", totals, overlays):
        simulate(ground, scheme, many(100), relief.load())


def main() -> int:
    """Make or find the worlds, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("intervals", "speed"))
    parser.add_argument("--size", default="county", choices=("town", "county"))
    parser.add_argument("--times", type=int, default=13)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = args.work or Path(scratch)
        steps: dict[str, Callable[[], None]] = {
            "intervals": lambda: intervals(work, args.size),
            "speed": lambda: speed(work, args.times),
        }
        steps[args.part]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
