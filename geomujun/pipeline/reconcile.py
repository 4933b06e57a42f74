"""The main job on files: match → reconcile → ledger → evaluate → cross-check → screen → outputs.

The only place that knows the order of the steps. Reads through `intake`, writes through `export`;
everything between is pure.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun import __version__
from geomujun.crosscheck.engine import check
from geomujun.domain.case import Case
from geomujun.domain.words import Band, Verdict
from geomujun.evaluation import intervals
from geomujun.evaluation.engine import Evaluation, evaluate
from geomujun.evaluation.indicators import UNITS
from geomujun.export import bundle, folder
from geomujun.export.result import Indicator, Result
from geomujun.intake.reader import Intake, read_case
from geomujun.lang import get_lang
from geomujun.ledger.book import Book, Inputs, flipped, keep
from geomujun.ledger.facts import Facts
from geomujun.matching.engine import Matches, match
from geomujun.matching.identity import Identity, settle
from geomujun.pipeline.decisions import Decisions, no_decisions, read_decisions
from geomujun.pipeline.queue import review_queue
from geomujun.policy import locality as localities
from geomujun.policy.model import Scheme
from geomujun.screening.engine import screen
from geomujun.text.lexicon import divisions

Progress = Callable[[str, int], None]
STAGES: Final = (
    "read",
    "identity",
    "match",
    "ledger",
    "evaluate",
    "stakes",
    "check",
    "screen",
    "write",
)


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


@dataclass(slots=True)
class Clock:
    """Seconds per stage, for run.json; not part of any table."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Close a stage."""
        now = time.perf_counter()
        self.seconds[stage] = round(now - self._last, 3)
        self._last = now


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
    clock.lap("read")
    result = solve(job, intake, decided, say, clock)
    say("write", 0)
    result = replace(result, run=_record(job, intake, decided, result, clock))

    def step(name: str) -> None:
        if name:
            say(f"write {name}", 0)
        else:
            clock.lap("write")

    bundle.write(result, job.out, progress=step, workers=job.workers)
    return result


def solve(job: Job, intake: Intake, decided: Decisions, say: Progress, clock: Clock) -> Result:
    """All tables of a run, nothing written."""
    identity = settle(intake.case)
    clock.lap("identity")
    say("match", len(identity.case.parcels))
    decided = settled_decisions(decided, identity.codes)
    matched = match(identity.case, job.as_of, decided.live)
    clock.lap("match")
    say("ledger", len(matched.links))
    shown, inputs, book = _books(job, identity, matched, decided)
    clock.lap("ledger")
    say("evaluate", len(book.ledger))
    evaluation = evaluate(inputs.case, book, job.scheme, job.year, job.merge_groups)
    clock.lap("evaluate")
    evaluation, queue = _stakes(job, inputs, book, evaluation)
    clock.lap("stakes")
    facts = _facts(job, identity, inputs, book, evaluation, decided)
    say("check", 0)
    findings = check(facts)
    clock.lap("check")
    low = screen(facts)
    clock.lap("screen")
    tables = {
        "links": shown.links,
        "parcel_reconciliation": shown.parcels,
        "enterprise_reconciliation": shown.enterprises,
        "ledger": book.ledger,
        "ledger_lines": book.ledger_lines,
        "enterprise_evaluation": evaluation.enterprise_evaluation,
        "parcel_evaluation": evaluation.parcel_evaluation,
        "region_evaluation": evaluation.region_evaluation,
        "cross_check": findings,
        "low_efficiency": low,
        "rejects": _all_rejects(intake, identity, decided),
        "review_queue": queue,
    }
    return _result(job, inputs, tables)


def settled_decisions(decided: Decisions, codes: pd.DataFrame) -> Decisions:
    """Decisions with the settled code of enterprises whose written code they carry."""
    mended = codes[codes["written"] != codes["uscc"]]
    rename = pd.Series(mended["uscc"].to_numpy(), index=mended["written"].to_numpy(), dtype="str")
    code = decided.live["uscc"]
    live = decided.live.assign(uscc=code.map(rename).astype("str").fillna(code))
    live = live.sort_values(["parcel_code", "uscc", "decided_at"], kind="stable")
    live = live.drop_duplicates(["parcel_code", "uscc"], keep="last")
    return replace(decided, live=live.reset_index(drop=True))


def _books(
    job: Job, identity: Identity, matched: Matches, decided: Decisions
) -> tuple[Book, Inputs, Book]:
    """The book shown (links of the day asked for) and the evaluated one of 31 December."""
    inputs = _inputs(identity, matched)
    book = keep(inputs, job.year)
    last = date(job.year, 12, 31)
    if job.as_of == last:
        return book, inputs, book
    final = _inputs(identity, match(identity.case, last, decided.live))
    return book, final, keep(final, job.year)


def _inputs(identity: Identity, matched: Matches) -> Inputs:
    return Inputs(
        case=matched.case,
        links=matched.links,
        holders=matched.holders,
        outside=matched.outside,
        land=matched.land.rows,
        codes=identity.codes,
    )


def _stakes(
    job: Job, inputs: Inputs, book: Book, evaluation: Evaluation
) -> tuple[Evaluation, pd.DataFrame]:
    """Grade intervals over the queued links, and the queue that follows from them."""
    flips = flipped(inputs, book, job.year)
    areas = inputs.land.drop_duplicates("code").set_index("code")["area_m2"]
    table = evaluation.enterprise_evaluation
    if job.scheme.subject != "enterprise":
        nothing = pd.DataFrame(columns=["flip", "uscc", "before", "after"])
        return evaluation, review_queue(book.links, inputs.case, areas, flips, nothing)
    stakes = intervals.prepare(inputs.case, book, job.scheme, job.merge_groups)
    found = intervals.flip(stakes, flips)
    for column in ("grade_best", "grade_worst"):
        moved = table["uscc"].map(found.grades[column])
        table[column] = moved.where(moved.notna(), table["grade"]).astype("str")
    queue = review_queue(book.links, inputs.case, areas, flips, found.changes)
    return replace(evaluation, enterprise_evaluation=table), queue


def _facts(
    job: Job,
    identity: Identity,
    inputs: Inputs,
    book: Book,
    evaluation: Evaluation,
    decided: Decisions,
) -> Facts:
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
        thresholds=localities.load(job.locality).thresholds,
        year=job.year,
        as_of=job.as_of,
        decisions=decided.live,
    )


def _all_rejects(intake: Intake, identity: Identity, decided: Decisions) -> pd.DataFrame:
    """Rejects of reading, of settling codes, and of the decisions file."""
    files = {f.stem: f.file for f in intake.files if f.stem}
    settled = identity.rejects.assign(file=identity.rejects["stem"].map(files)).drop(columns="stem")
    parts = [intake.rejects, settled, decided.rejects]
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


def _record(
    job: Job, intake: Intake, decided: Decisions, result: Result, clock: Clock
) -> dict[str, Any]:
    """What run.json says."""
    extra = result.tables["rejects"]
    inputs = []
    for f in sorted((f for f in intake.files if f.stem), key=lambda f: f.file):
        late = 0
        if f.stem == "enterprises":
            late = int(extra["reason"].str.startswith("USCC_DUPLICATE").sum())
        inputs.append(
            {
                "file": f.file,
                "stem": f.stem,
                "sha256": f.sha256,
                "rows_in": f.rows_in,
                "rows_kept": f.rows_kept - late,
                "rows_rejected": f.rows_rejected + late,
            }
        )
    tables = result.tables
    links = tables["links"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "version": __version__,
        "scheme": {"id": job.scheme.id, "sha256": job.scheme.sha256},
        "locality": job.locality,
        "year": job.year,
        "as_of": job.as_of.isoformat(),
        "merge_groups": job.merge_groups,
        "inputs": inputs,
        "decisions": {"sha256": decided.sha256, "lines": decided.lines, "live": len(decided.live)},
        "counts": {
            "parcels": _counts(tables["parcel_reconciliation"]["bucket"]),
            "enterprises": _counts(tables["enterprise_reconciliation"]["bucket"]),
            "links": {b.value: int((links["band"] == b).sum()) for b in Band},
            "relations": _counts(links.loc[links["counted"], "relation"]),
            "decisions": {v.value: int((links["decision"] == v).sum()) for v in Verdict if v},
            "grades": _counts(tables["enterprise_evaluation"]["grade"]),
            "findings": _counts(tables["cross_check"]["rule"]),
            "low_efficiency": _counts(tables["low_efficiency"]["rule"]),
            "review_queue": len(tables["review_queue"]),
        },
        "seconds": clock.seconds,
        "peak_memory_mb": round(peak, 1),
    }


def _counts(column: pd.Series) -> dict[str, int]:
    found = column.value_counts()
    return {str(k): int(found[k]) for k in sorted(found.index, key=str)}
