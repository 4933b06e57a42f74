"""The main job on files: match → reconcile → ledger → evaluate → cross-check → screen → outputs.

The only place that knows the order of the steps. Reads through `intake`, writes through `export`;
everything between is pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from geomujun import __version__
from geomujun.crosscheck.engine import check
from geomujun.domain.case import Case
from geomujun.domain.keys import among
from geomujun.evaluation import groups
from geomujun.evaluation.engine import Evaluation, evaluate, region_scheme
from geomujun.evaluation.indicators import UNITS
from geomujun.export import bundle, folder
from geomujun.export.parallel import alongside
from geomujun.export.result import Indicator, Result
from geomujun.intake.reader import Intake, read_case
from geomujun.lang import get_lang, t
from geomujun.ledger.book import Book, Inputs, keep
from geomujun.ledger.facts import Facts
from geomujun.ledger.overlays import Overlays, lay_over
from geomujun.ledger.sight import Sight
from geomujun.matching.engine import Matches, match
from geomujun.matching.identity import Identity, settle
from geomujun.matching.weights import Weights
from geomujun.pipeline.closings import read_closings
from geomujun.pipeline.decisions import Decisions, newest, no_decisions, read_decisions
from geomujun.pipeline.record import Clock, peak_mb, record
from geomujun.pipeline.rerun import Basis, earlier
from geomujun.pipeline.scored import leave
from geomujun.pipeline.stakes import weigh
from geomujun.planning.ground import Ground
from geomujun.policy import locality as localities
from geomujun.policy import targets
from geomujun.policy.model import Scheme
from geomujun.screening.engine import Screened, screened
from geomujun.text.identifiers import resolve_parcel_codes
from geomujun.text.lexicon import divisions

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of one run."""

    folder: Path
    out: Path
    scheme: Scheme
    year: int
    as_of: date
    decisions: Path | None = None
    merge_groups: bool = False
    locality: str = localities.DEFAULT
    workers: int = 1
    since: Path | None = None  # output folder of an earlier run to go on from
    closings: Path | None = None  # findings that people have closed
    weights: Weights | None = None  # of this county (`geomujun learn`); None for the shipped ones


def run(job: Job, progress: Progress | None = None) -> Result:
    """Do the whole job and write the outputs.

    Raises:
        DataError: a required input is unusable (nothing is written).
        UsageError: the output folder holds something that is not ours.
        MachineError: no space or permission.
    """
    say = progress or (lambda _stage, _rows: None)
    clock = Clock()
    folder.check(job.out)
    intake = read_case(job.folder, progress=say)
    decided = read_decisions(job.decisions) if job.decisions else no_decisions()
    if job.closings:
        decided = replace(decided, closings=read_closings(job.closings))
    clock.lap("read")
    basis = Basis(earlier(job.since) if job.since else None, job.weights)
    result = solve(job, intake, decided, say, clock, basis)
    say("write", 0)
    run = record(job, intake, decided, result, clock)
    result = replace(result, run=run)
    del intake, decided  # what is written stands in the result

    def step(name: str) -> None:
        if name:
            say(f"write {name}", 0)
            return
        clock.lap("write")
        run["peak_memory_mb"] = peak_mb()

    def beside(masked: Result, place: Path) -> None:
        basis.leave(masked, place)
        if basis.ground is not None:
            leave(job.scheme, basis.ground, place)

    bundle.write(
        result, job.out, progress=step, done=clock.wrote, workers=job.workers, beside=beside
    )
    return result


def ground(job: Job) -> Ground:
    """What a what-if run of a case stands on: matched, kept and evaluated, nothing written.

    Raises:
        DataError: a required input is unusable.
    """
    intake = read_case(job.folder)
    identity = settle(intake.case)
    decided = read_decisions(job.decisions) if job.decisions else no_decisions()
    decided = settled_decisions(decided, identity)
    inputs = inputs_of(identity, match(identity.case, job.as_of, decided.live))
    book = keep(inputs, job.year)
    found = evaluate(inputs.case, book, job.scheme, job.year, job.merge_groups)
    return Ground.of(inputs.case, book, found, job.year)


def solve(
    job: Job,
    intake: Intake,
    decided: Decisions,
    say: Progress,
    clock: Clock,
    basis: Basis | None = None,
) -> Result:
    """All tables of a run, nothing written."""
    basis = basis or Basis()
    identity = settle(intake.case)
    clock.lap("identity")
    layers = t("叠置图层", "laying layers over each other")
    overlaid = alongside(layers, lambda: _overlaid(identity.case), job.workers)
    say("match", len(identity.case.parcels))
    decided = settled_decisions(decided, identity)
    matched = match(identity.case, job.as_of, decided.live, basis.weights, basis.frozen)
    basis.done(identity.case, matched.register, job.as_of)
    clock.lap("match")
    say("ledger", len(matched.links))
    shown, inputs, book = _books(job, identity, matched, decided, basis)
    clock.lap("ledger")
    say("evaluate", len(book.ledger))
    evaluation = evaluate(inputs.case, book, job.scheme, job.year, job.merge_groups)
    clock.lap("evaluate")
    basis.ground = Ground.of(inputs.case, book, evaluation, job.year)
    say("check", 0)
    facts = facts_of(job, identity, inputs, book, evaluation, decided)
    overlays, seconds = overlaid()
    clock.beside(seconds)
    look = alongside(t("互校", "cross-checking"), lambda: _looked(facts, overlays), job.workers)
    weighed = weigh(inputs, book, evaluation, job.scheme)
    evaluation = weighed.evaluation
    clock.lap("stakes")
    findings, low, seconds = look()
    clock.beside(seconds)
    tables = {
        **_kept(shown, book),
        **_evaluated(job.scheme, inputs.case, evaluation),
        "cross_check": findings,
        "low_efficiency": low.hits,
        "screening_rules": low.rules,
        "rejects": _all_rejects(intake, identity, decided),
        "review_queue": weighed.queue,
        "grade_stakes": weighed.stakes,
        "group_suggestions": matched.groups,
    }
    return _result(job, inputs, tables)


def _kept(shown: Book, book: Book) -> dict[str, pd.DataFrame]:
    """Links and buckets as they hold on the day, the ledger at the year's end."""
    return {
        "links": shown.links,
        "parcel_reconciliation": shown.parcels,
        "enterprise_reconciliation": shown.enterprises,
        "ledger": book.ledger,
        "ledger_lines": book.ledger_lines,
    }


def _evaluated(scheme: Scheme, case: Case, found: Evaluation) -> dict[str, pd.DataFrame]:
    return {
        "enterprise_evaluation": found.enterprise_evaluation,
        "parcel_evaluation": found.parcel_evaluation,
        "region_evaluation": found.region_evaluation,
        "group_evaluation": groups.evaluate(case, found, scheme, targets.load()),
        "benchmarks": _benchmarks(scheme, found.benchmarks),
    }


def _overlaid(case: Case) -> tuple[Overlays, dict[str, float]]:
    """The overlap tables of the case's layers, and the seconds they took."""
    clock = Clock()
    overlays = lay_over(case)
    clock.lap("overlay")
    return overlays, clock.seconds


def _looked(facts: Facts, overlays: Overlays) -> tuple[pd.DataFrame, Screened, dict[str, float]]:
    """Findings and low-efficiency hints, and the seconds of both."""
    clock = Clock()
    sight = Sight(facts, overlays)
    findings = check(facts, sight)
    clock.lap("check")
    low = screened(facts, sight)
    clock.lap("screen")
    return findings, low, clock.seconds


def settled_decisions(decided: Decisions, identity: Identity) -> Decisions:
    """Decisions with the codes the case goes by.

    Those of enterprises whose written code was mended, and of parcels whose code the case writes
    otherwise (with dashes, in small or wide letters).
    """
    codes, case = identity.codes, identity.case
    mended = codes[codes["written"] != codes["uscc"]]
    rename = pd.Series(mended["uscc"].to_numpy(), index=mended["written"].to_numpy(), dtype="str")
    code = decided.live["uscc"]
    parcel = decided.live["parcel_code"]
    found = resolve_parcel_codes(parcel, pd.Index(case.parcels["parcel_code"]))
    same = found["how"].isin(["exact", "variant"]) & ~among(parcel, case.patches["patch_code"])
    live = decided.live.assign(
        uscc=code.map(rename).astype("str").fillna(code),
        parcel_code=found["code"].where(same, parcel),
    )
    return replace(decided, live=newest(live))


def _books(
    job: Job, identity: Identity, matched: Matches, decided: Decisions, basis: Basis
) -> tuple[Book, Inputs, Book]:
    """The book shown (links of the day asked for) and the evaluated one of 31 December."""
    inputs = inputs_of(identity, matched)
    book = keep(inputs, job.year)
    last = date(job.year, 12, 31)
    if job.as_of == last:
        return book, inputs, book
    final = inputs_of(
        identity, match(identity.case, last, decided.live, basis.weights, basis.frozen)
    )
    return book, final, keep(final, job.year)


def inputs_of(identity: Identity, matched: Matches) -> Inputs:
    """What the ledger is kept from, of a matched case."""
    return Inputs(
        case=matched.case,
        links=matched.links,
        holders=matched.holders,
        outside=matched.outside,
        land=matched.land.rows,
        codes=identity.codes,
    )


def _benchmarks(scheme: Scheme, found: pd.DataFrame) -> pd.DataFrame:
    """The benchmarks used, with what people read."""
    rules = [scheme, *filter(None, [region_scheme(scheme)])]
    labels = {i: s.label(i) for s in reversed(rules) for i in s.indicator_ids()}
    name = found["indicator"]
    return found.assign(label=name.map(labels).fillna(name), unit=name.map(UNITS).fillna(""))


def facts_of(
    job: Job,
    identity: Identity,
    inputs: Inputs,
    book: Book,
    evaluation: Evaluation,
    decided: Decisions,
) -> Facts:
    """What findings and screening may look at, of an evaluated run."""
    place = localities.load(job.locality, day=job.as_of)
    return Facts(
        case=inputs.case,
        links=book.links,
        ledger=book.ledger,
        ledger_lines=book.ledger_lines,
        parcels=book.parcels,
        enterprises=book.enterprises,
        over=book.over,
        codes=identity.codes,
        duplicates=identity.duplicates,
        enterprise_evaluation=evaluation.enterprise_evaluation,
        parcel_evaluation=evaluation.parcel_evaluation,
        thresholds=place.thresholds,
        provenance=place.provenance,
        year=job.year,
        as_of=job.as_of,
        decisions=decided.live,
        closings=decided.closings.live,
    )


def _all_rejects(intake: Intake, identity: Identity, decided: Decisions) -> pd.DataFrame:
    """Rejects of reading, of settling codes, and of the files of decisions and closings."""
    files = {f.stem: f.file for f in intake.files if f.stem}
    settled = identity.rejects.assign(file=identity.rejects["stem"].map(files)).drop(columns="stem")
    parts = [intake.rejects, settled, decided.rejects, decided.closings.rejects]
    return pd.concat([p for p in parts if len(p)] or [intake.rejects], ignore_index=True)


def _result(job: Job, inputs: Inputs, tables: dict[str, pd.DataFrame]) -> Result:
    shown = {
        r.id: Indicator(r.id, r.label, UNITS.get(r.id, ""))
        for c in job.scheme.active
        for r in c.indicators
    }
    return Result(
        tables=tables,
        case=inputs.case,
        title=_title(job.folder, inputs.case),
        scheme_id=job.scheme.id,
        scheme_title=job.scheme.title,
        year=job.year,
        as_of=job.as_of,
        version=__version__,
        lang=get_lang(),
        indicators=list(shown.values()),
    )


def _title(folder: Path, case: Case) -> str:
    """The county of most parcels, by code, else by addresses; else the folder's name."""
    code = case.parcels["parcel_code"].str.slice(0, 6)
    names = {d.code: d.name for d in divisions()}
    known = code.map(names).dropna()
    if len(known):
        return str(known.value_counts().sort_index().idxmax())
    texts = pd.concat([case.enterprises["registered_address"], case.parcels["location"]])
    county = texts.str.extract(r"[省市州]([\u4e00-\u9fff]{1,4}?[县区旗])", expand=False)
    found = county.dropna()
    if len(found) * 10 > len(texts):
        return str(found.value_counts().sort_index().idxmax())
    return folder.resolve().name
