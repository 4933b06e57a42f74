"""What a run reads, out of PostGIS instead of a folder: the same `Intake` and `Decisions`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geomujun.intake.reader import Intake
from geomujun.intake.verdict import FileVerdict
from geomujun.pipeline.closings import TEXT as CLOSING_TEXT
from geomujun.pipeline.closings import Closings, live_of
from geomujun.pipeline.decisions import TEXT as DECISION_TEXT
from geomujun.pipeline.decisions import Decisions, frame_of
from geomujun.pipeline.jsonl import Lines
from geomujun.storage import decisions as decision_rows
from geomujun.storage import findings, inputs
from geomujun.storage.target import Target, connect

EXPORTED = (
    "parcel_code", "uscc", "verdict", "relation", "area_m2", "reason", "reviewer", "decided_at",
    "facts_digest", "replaces",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """Inputs and decisions at one moment, and up to which number of each."""

    intake: Intake
    decided: Decisions
    case_name: str
    load: int
    decision: int
    closing: int


def read(target: Target) -> Stored:
    """Everything a run reads, as of one moment; the connection is closed when it is read."""
    with connect(target) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        load, case_name = inputs.last_load(connection)
        files = [_verdict(verdict) for _, verdict in inputs.read_files(connection)]
        intake = Intake(inputs.read_case(connection), files, inputs.read_rejects(connection))
        lines = decision_rows.all_lines(connection)
        closed = findings.closings(connection)
    decided = _decisions(lines, _closings(closed))
    return Stored(intake, decided, case_name, load, _last(lines), _last(closed))


def _last(rows: Iterable[dict[str, Any]]) -> int:
    return max((int(r["id"]) for r in rows), default=0)


def _verdict(kept: dict[str, Any]) -> FileVerdict:
    """A verdict as `FileVerdict.as_dict` wrote it."""
    fields = {k: v for k, v in kept.items() if k != "usable"}
    fields["units"] = {k: (u["unit"], u["how"]) for k, u in kept["units"].items()}
    return FileVerdict(**fields)


def as_lines(rows: Iterable[dict[str, Any]]) -> str:
    """Decisions as JSON Lines (CONTRACT §2), one a line, sorted by pair and number."""
    out = []
    for row in rows:
        said = {k: row[k] for k in EXPORTED if row[k] not in (None, "")}
        said["id"] = str(row["id"])
        if row["replaces"] is not None:
            said["replaces"] = str(row["replaces"])
        out.append(json.dumps(said, ensure_ascii=False, sort_keys=True))
    return "".join(line + "\n" for line in out)


def _decisions(rows: list[dict[str, Any]], closings: Closings) -> Decisions:
    """What `read_decisions` gives on the exported file; the live row is the unreplaced one."""
    replaced = {r["replaces"] for r in rows}
    made = [
        {k: str(r[k]) if r[k] is not None else "" for k in DECISION_TEXT}
        | {"area_m2": r["area_m2"], "line": r["id"]}
        for r in rows
        if r["id"] not in replaced
    ]
    none = Lines("", [], [], "").rejects([])
    digest = hashlib.sha256(as_lines(rows).encode()).hexdigest() if rows else ""
    return Decisions(frame_of(made), none, digest, len(rows), closings)


def _closings(rows: list[dict[str, Any]]) -> Closings:
    made = [{k: str(r[k]) for k in (*CLOSING_TEXT, "state")} | {"line": r["id"]} for r in rows]
    text = "".join(json.dumps(m, ensure_ascii=False, sort_keys=True) + "\n" for m in made)
    digest = hashlib.sha256(text.encode()).hexdigest() if rows else ""
    return Closings(live_of(made), Lines("", [], [], "").rejects([]), digest, len(rows))
