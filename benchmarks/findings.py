"""Findings and screening hits on demo counties against their truth, rule by rule.

    PYTHONPATH=.:data .venv/bin/python -m benchmarks.findings [--world real-a-22] [--work DIR]

Two runs a world: on the links the matcher finds, and on the true links, which are given to the
engine as decisions of people. In the second run some decisions are made stale on purpose, since
nothing else in a case could make them so. Rows of the truth marked grey count for neither side.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

import pandas as pd
from geomujun_demo import make
from rapidfuzz import fuzz

from geomujun.domain.case import Case
from geomujun.intake.reader import Intake, read_case
from geomujun.matching.engine import match
from geomujun.matching.identity import settle
from geomujun.pipeline.decisions import TEXT, Decisions, no_decisions
from geomujun.pipeline.reconcile import Job, solve
from geomujun.pipeline.record import Clock
from geomujun.policy import schemes

WORLDS: Final = ("real-a-22", "real-b-23", "hard-a-24", "hard-b-25")
SCHEME, YEAR, DAY = "zhejiang-2022", 2024, date(2024, 12, 31)
SYMMETRIC: Final = ("PARCEL_OVERLAP",)
FRESH, STALE = 40, 25  # decisions that carry a digest: of facts as they are, and as they were
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Score:
    """One rule in one run."""

    truth: int
    said: int
    found: int
    right: int
    wrong: int

    @property
    def recall(self) -> float:
        """Share of the sure truth that was said; NaN when there is none."""
        return self.found / self.truth if self.truth else float("nan")

    @property
    def precision(self) -> float:
        """Share of what was said, grey left out, that is true; NaN when nothing was said."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else float("nan")


@dataclass(frozen=True, slots=True)
class World:
    """A demo world: its case as read, and its truth by table name."""

    name: str
    folder: Path
    intake: Intake
    alias: dict[str, str]

    def truth(self, name: str) -> pd.DataFrame:
        """A table of the truth, all cells as text."""
        path = self.folder / "truth" / f"{name}.csv"
        return pd.read_csv(path, dtype=str, keep_default_na=False)


def open_world(name: str, size: str, work: Path) -> World:
    """Make the world unless it is there, and read its case."""
    profile, noise, seed = name.split("-")
    folder = work / f"{size}-{name}"
    if not (folder / "truth" / "links.csv").exists():
        make(folder, size=size, profile=profile, noise=noise, seed=int(seed))  # type: ignore[arg-type]
    alias = pd.read_csv(folder / "truth" / "uscc_alias.csv", dtype=str)
    names = dict(zip(alias["written"], alias["uscc"], strict=True))
    return World(name, folder, read_case(folder / "case"), names)


def run(world: World, decided: Decisions) -> Tables:
    """The tables of one run, nothing written."""
    scheme = schemes.load(SCHEME, YEAR)
    job = Job(world.folder / "case", world.folder / "out", scheme, YEAR, DAY)
    return dict(solve(job, world.intake, decided, lambda _stage, _rows: None, Clock()).tables)


@dataclass(frozen=True, slots=True)
class Given:
    """The truth about links, as people would tell it to the engine."""

    world: World  # with the tenants of contracts that the matcher could not name
    decided: Decisions
    stale: set[tuple[str, str]]  # pairs (firm, parcel) whose facts are not those decided on


def given_truth(world: World, links: pd.DataFrame) -> Given:
    """Every true link as ``same``, every other one the matcher makes as ``different``."""
    true = world.truth("links")
    true = true[true["relation"] != "REGISTERED_ONLY"]
    settled = settle(world.intake.case).case
    case = match(settled, DAY).case
    known = set(case.enterprises["uscc"])
    written = {right: wrong for wrong, right in world.alias.items()}
    codes = [u if u in known else written.get(u, u) for u in true["uscc"]]
    same = pd.DataFrame({"parcel_code": true["parcel_code"].to_numpy(), "uscc": codes})
    same["relation"], same["verdict"] = true["relation"].to_numpy(), "same"
    same["area_m2"] = _told_areas(world, true)
    same = same.drop_duplicates(["parcel_code", "uscc"])
    made = links.loc[links["relation"] != "REGISTERED_ONLY", ["parcel_code", "uscc"]]
    pairs = pd.MultiIndex.from_frame(same[["parcel_code", "uscc"]])
    # A user's area comes with the link only where the matcher has no contract for it.
    names = ["parcel_code", "uscc", "relation"]
    alike = pd.MultiIndex.from_frame(same[names]).isin(pd.MultiIndex.from_frame(links[names]))
    same.loc[alike & (same["relation"] != "OWN"), "area_m2"] = float("nan")
    told = _with_tenants(world, case, same[~alike])
    other = made[~pd.MultiIndex.from_frame(made).isin(pairs)].drop_duplicates()
    live = pd.concat([same, other.assign(relation="", verdict="different")], ignore_index=True)
    live = live.reindex(columns=[*TEXT, "area_m2"]).astype(dict.fromkeys(TEXT, "str"))
    live = live.fillna(dict.fromkeys(TEXT, "")).astype({"area_m2": "float64"})
    live, stale = _with_digests(case, live)
    live = live.sort_values(["parcel_code", "uscc"], kind="stable", ignore_index=True)
    return Given(told, replace(no_decisions(), live=live, lines=len(live)), stale)


def _told_areas(world: World, true: pd.DataFrame) -> list[float]:
    """Area of each true link as a person would state it, a holder's before what it lets.

    NaN where none is known: on parcels that cannot be split, or on which too much is claimed.
    """
    findings = world.truth("cross_check")
    over = set(findings.loc[findings["rule"] == "AREA_OVER", "subject_id"])
    lines = world.truth("ledger_lines").query("component == 'registered'")
    held = lines.set_index(["parcel_code", "uscc"])["area_m2"].astype(float)
    pairs = pd.MultiIndex.from_frame(true[["parcel_code", "uscc"]])
    area = pd.to_numeric(true["area_m2"]).where(
        true["relation"] != "OWN", held.reindex(pairs).to_numpy()
    )
    known = (true["area_method"] != "unsplit") & ~true["parcel_code"].isin(over)
    return list(area.where(known))


def _with_tenants(world: World, case: Case, missed: pd.DataFrame) -> World:
    """The world with the tenant's code in contracts whose tenant the matcher could not name.

    Else the contract stands beside the decided link as one with a tenant outside the register.
    """
    firms = case.enterprises.drop_duplicates("uscc").set_index("uscc")["name"]
    open_rows = case.leases[case.leases["lessee_key"] == ""].sort_values("contract_no")
    rented = missed[missed["relation"].isin(["LEASE", "SUBLEASE"])]
    codes = world.intake.case.leases.set_index("row")["lessee_uscc"]
    for parcel, rows in open_rows.groupby("parcel_resolved"):
        left = list(rented.loc[rented["parcel_code"] == parcel, "uscc"])
        for row, name in zip(rows["row"], rows["lessee"], strict=True):
            if left:
                best = max(left, key=lambda u: (fuzz.ratio(name, firms[u]), u))
                left.remove(best)
                codes[row] = best
    leases = world.intake.case.leases.assign(lessee_uscc=codes.to_numpy())
    case = world.intake.case.with_tables(leases=leases)
    return replace(world, intake=replace(world.intake, case=case))


def _with_digests(case: Case, live: pd.DataFrame) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """Digests on some decisions: of the facts, of facts since changed, of a parcel since gone."""
    rng = Random(len(live))  # noqa: S311 - repeatable, not secret
    own = live.index[(live["relation"] == "OWN") & live["parcel_code"].isin(
        case.parcels["parcel_code"])]  # fmt: skip
    chosen = rng.sample(sorted(own), FRESH + STALE)
    stale = set()
    for k, at in enumerate(chosen):
        code, uscc = live.loc[at, ["parcel_code", "uscc"]]
        live.loc[at, ["reviewer", "decided_at"]] = ["bench", "2024-01-01T00:00:00"]
        live.loc[at, "facts_digest"] = literal_digest(case, code, uscc, former=k < STALE)
        if k < STALE:
            stale.add((uscc, code))
    gone = live.iloc[:1].assign(parcel_code="339999000000GB00001", facts_digest="0" * 64)
    stale.add((gone["uscc"].iloc[0], gone["parcel_code"].iloc[0]))
    return pd.concat([live, gone], ignore_index=True), stale


def literal_digest(case: Case, code: str, uscc: str, *, former: bool) -> str:
    """CONTRACT §6 read literally; ``former``: the firm still bore another name."""
    land = case.parcels[case.parcels["parcel_code"] == code].iloc[0]
    firm = case.enterprises[case.enterprises["uscc"] == uscc].iloc[0]
    leases = case.leases[case.leases["parcel_resolved"] == code]
    lines = []
    for lease in leases.sort_values("contract_no").itertuples(index=False):
        if uscc in (lease.lessor_key, lease.lessee_key):
            areas = [_number(v, 2) for v in (lease.land_area_m2, lease.floor_area_m2)]
            days = ["" if pd.isna(d) else d.date().isoformat() for d in
                    (lease.start_on, lease.end_on)]  # fmt: skip
            lines.append(",".join([lease.contract_no, lease.lessor_key, lease.lessee_key,
                                   lease.head_contract_no, *areas, *days]))  # fmt: skip
    point = f"{_number(firm.longitude, 6)},{_number(firm.latitude, 6)},{firm.datum}"
    name = "旧" + firm["name"] if former else firm["name"]
    facts = [code, land.holder_names, land.holder_ids, _number(land.area_m2, 2), uscc, name,
             firm.former_names, firm.registered_address, firm.site_address, point,
             ";".join(sorted(lines))]  # fmt: skip
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _number(value: float, places: int) -> str:
    return "" if pd.isna(value) else f"{value:.{places}f}"


def findings_scores(world: World, tables: Tables, stale: set[tuple[str, str]]) -> dict[str, Score]:
    """Each finding rule of the truth against ``cross_check``."""
    truth = world.truth("cross_check")
    truth = truth[truth["scheme"].isin(["", SCHEME])]
    extra = pd.DataFrame(sorted(stale), columns=["subject_id", "other_id"])
    extra = extra.assign(rule="DECISION_STALE", alias="", grey="0", scheme="")
    truth = pd.concat([truth, extra], ignore_index=True)
    said = tables["cross_check"]
    scores = {}
    for rule in sorted(truth["rule"].unique()):
        scores[rule] = _score(world, rule, truth[truth["rule"] == rule], said[said["rule"] == rule])
    return scores


def _score(world: World, rule: str, truth: pd.DataFrame, said: pd.DataFrame) -> Score:
    """A finding is the truth's when its subject is, and the other side where both name one."""

    def ids(text: str) -> frozenset[str]:
        return frozenset(world.alias.get(x, x) for x in text.split("|") if x)

    made = [(ids(s), ids(o)) for s, o in zip(said["subject_id"], said["other_id"], strict=True)]
    true = [
        (ids(s), ids(a), ids(o), g == "1")
        for s, a, o, g in zip(truth["subject_id"], truth["alias"], truth["other_id"], truth["grey"],
                              strict=True)
    ]  # fmt: skip
    by_id: dict[str, list[int]] = {}
    for k, (subject, _, other, _) in enumerate(true):
        for one in subject | (other if rule in SYMMETRIC else frozenset()):
            by_id.setdefault(one, []).append(k)
    found: set[int] = set()
    right = wrong = 0
    for subject, other in made:
        near = {k for one in subject for k in by_id.get(one, [])}
        hits = {k for k in near if _same_other(rule, true[k], subject, other)}
        sure = {k for k in hits if not true[k][3]}
        found |= sure
        right += bool(sure)
        wrong += not hits
    return Score(sum(not t[3] for t in true), len(made), len(found), right, wrong)


def _same_other(
    rule: str,
    true: tuple[frozenset[str], frozenset[str], frozenset[str], bool],
    subject: frozenset[str],
    other: frozenset[str],
) -> bool:
    wanted_subject, alias, wanted, _ = true
    if rule in SYMMETRIC:
        return wanted_subject | wanted == subject | other
    return not wanted or not other or bool(other & (wanted | alias))


def screening_scores(world: World, tables: Tables) -> dict[str, Score]:
    """Each screening rule of the truth against ``low_efficiency``, by parcel."""
    truth, said = world.truth("low_efficiency"), tables["low_efficiency"]
    scores = {}
    for rule in sorted(truth["rule"].unique()):
        rows = truth[truth["rule"] == rule]
        sure = set(rows.loc[rows["grey"] == "0", "parcel_code"])
        grey = set(rows.loc[rows["grey"] == "1", "parcel_code"]) - sure
        made = set(said.loc[said["rule"] == rule, "parcel_code"])
        hit = len(made & sure)
        scores[rule] = Score(len(sure), len(made), hit, hit, len(made - sure - grey))
    return scores


def show(title: str, worlds: Iterable[dict[str, Score]], limit: float) -> bool:
    """Print all worlds summed up, and whether every rule keeps the limit."""
    total: dict[str, list[Score]] = {}
    for scores in worlds:
        for rule, score in scores.items():
            total.setdefault(rule, []).append(score)
    print(f"\n{title} (wanted {limit:.2f})")
    print(f"{'rule':<22}{'worlds':>7}{'truth':>7}{'said':>7}{'recall':>9}{'precision':>10}")
    good = True
    for rule, parts in sorted(total.items()):
        fields = ("truth", "said", "found", "right", "wrong")
        one = Score(*(sum(getattr(p, f) for p in parts) for f in fields))
        kept = one.recall >= limit and one.precision >= limit
        good &= kept
        mark = "" if kept else "  <"
        print(f"{rule:<22}{len(parts):>7}{one.truth:>7}{one.said:>7}{one.recall:>9.4f}"
              f"{one.precision:>10.4f}{mark}")  # fmt: skip
    return good


def main() -> int:
    """Make, run twice, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="county", choices=("town", "county"))
    parser.add_argument("--world", action="append", help=f"profile-noise-seed; default {WORLDS}")
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    given, matched, screened = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        for name in args.world or WORLDS:
            start = time.perf_counter()
            world = open_world(name, args.size, args.work or Path(scratch))
            tables = run(world, no_decisions())
            matched.append(findings_scores(world, tables, set()))
            truth = given_truth(world, tables["links"])
            tables = run(truth.world, truth.decided)
            given.append(findings_scores(world, tables, truth.stale))
            screened.append(screening_scores(world, tables))
            print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    good = show("findings given the true links", given, 0.98)
    good &= show("screening given the true links", screened, 0.98)
    good &= show("findings on matched links", matched, 0.95)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
