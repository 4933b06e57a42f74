"""What run.json says of a run: inputs, decisions, counts, seconds per stage, memory."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomujun import __version__
from geomujun.domain.words import Band, Verdict
from geomujun.export.bundle import TABLES_READY
from geomujun.export.result import Result
from geomujun.intake.reader import Intake
from geomujun.intake.verdict import attention_lines
from geomujun.pipeline.decisions import Decisions
from geomujun.pipeline.unused import unused_lines
from geomujun.policy import locality as localities

if TYPE_CHECKING:
    from geomujun.pipeline.reconcile import Job


@dataclass(slots=True)
class Clock:
    """Seconds per stage, for run.json; not part of any table. Stages may overlap."""

    seconds: dict[str, float] = field(default_factory=dict)
    _begun: float = field(default_factory=time.perf_counter)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Close a stage."""
        now = time.perf_counter()
        self.seconds[stage] = round(now - self._last, 3)
        self._last = now

    def beside(self, seconds: dict[str, float]) -> None:
        """Stages that were done while another one was under way; the next one begins now."""
        self.seconds |= seconds
        self._last = time.perf_counter()

    def wrote(self, step: str, seconds: float) -> None:
        """Seconds of a step of writing; those till the tables are there count from the start."""
        if step == TABLES_READY:
            self.seconds[step] = round(time.perf_counter() - self._begun, 3)
        else:
            self.seconds[f"write_{step}"] = round(seconds, 3)


def peak_mb() -> float:
    """Peak memory of the largest process, in MB: this one, or one that wrote a file."""
    every = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(who).ru_maxrss for who in every) / 1024, 1)


def record(
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
    place = localities.load(job.locality)
    return {
        "version": __version__,
        "scheme": {"id": job.scheme.id, "sha256": job.scheme.sha256},
        "locality": {"id": place.id, "sha256": place.sha256},
        "weights": "local" if job.weights else "shipped",
        "year": job.year,
        "as_of": job.as_of.isoformat(),
        "merge_groups": job.merge_groups,
        "inputs": inputs,
        "attention": [
            *attention_lines(intake.files),
            *unused_lines(result.case, intake.files, job.year),
        ],
        "decisions": {"sha256": decided.sha256, "lines": decided.lines, "live": len(decided.live)},
        "closings": {
            "sha256": decided.closings.sha256,
            "lines": decided.closings.lines,
            "live": len(decided.closings.live),
        },
        "counts": {
            "parcels": _counts(tables["parcel_reconciliation"]["bucket"]),
            "enterprises": _counts(tables["enterprise_reconciliation"]["bucket"]),
            "links": {b.value: int((links["band"] == b).sum()) for b in Band},
            "relations": _counts(links.loc[links["counted"], "relation"]),
            "decisions": {v.value: int((links["decision"] == v).sum()) for v in Verdict if v},
            "grades": _counts(tables["enterprise_evaluation"]["grade"]),
            "findings": _counts(tables["cross_check"]["rule"]),
            "finding_states": _counts(tables["cross_check"]["state"]),
            "low_efficiency": _counts(tables["low_efficiency"]["rule"]),
            "review_queue": len(tables["review_queue"]),
        },
        "seconds": clock.seconds,
        "peak_memory_mb": peak_mb(),
    }


def _counts(column: pd.Series) -> dict[str, int]:
    found = column.value_counts()
    return {str(k): int(found[k]) for k in sorted(found.index, key=str)}
