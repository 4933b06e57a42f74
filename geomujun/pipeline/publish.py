"""`geomujun publish`: the engine on what PostGIS holds, kept as a numbered edition.

Everything of an edition is written by one transaction: its tables beside the live ones, tiles, the
record of the run, and last the pointer that shows it. Killed anywhere, no trace is left.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.crosscheck.digest import facts_digests
from geomujun.domain.model import Field
from geomujun.errors import ConflictError, DataError, UsageError
from geomujun.export.frames import OUTPUTS, fields_of, ordered, write_csv
from geomujun.export.masking import masked
from geomujun.export.result import Result
from geomujun.lang import t
from geomujun.matching.weights import Weights
from geomujun.pipeline import mapped
from geomujun.pipeline.divisions import Divisions
from geomujun.pipeline.reconcile import Job, solve
from geomujun.pipeline.record import Clock, record
from geomujun.pipeline.rerun import Basis
from geomujun.pipeline.stored import Stored, read
from geomujun.policy import locality as localities
from geomujun.policy.model import Scheme
from geomujun.policy.snapshot import to_data
from geomujun.storage import audit, editions, inputs, room, tiles, whatif
from geomujun.storage.editions import EditionRow
from geomujun.storage.schema import publications
from geomujun.storage.target import Conn, Target, connect

Progress = Callable[[str, int], None]
Done = Callable[[Conn, "Published"], None]
NEXT: Final = {
    editions.OBJECTION: (editions.DRAFT,),
    editions.APPROVED: (editions.OBJECTION,),
    editions.PUBLISHED: (editions.APPROVED,),
    editions.WITHDRAWN: (
        editions.DRAFT, editions.OBJECTION, editions.APPROVED, editions.PUBLISHED,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Publication:
    """What is asked of one publication."""

    year: int
    scheme: Scheme
    as_of: date
    actor: str
    merge_groups: bool = False
    locality: str = localities.DEFAULT
    workers: int = 1
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A new edition: its number, its run and how many tiles were drawn."""

    number: int
    result: Result
    tiles: int


def publish(
    target: Target,
    asked: Publication,
    progress: Progress | None = None,
    done: Done = lambda _connection, _made: None,
) -> Published:
    """Build the next edition and make it the newest of its year, as a draft.

    ``done`` is called last in the transaction that writes it.

    Raises:
        DataError: nothing was loaded.
        ConflictError: an edition of newer data was published while this one was built.
        MachineError: the database cannot be reached.
    """
    say = progress or (lambda _stage, _rows: None)
    clock = Clock()
    stored = read(target)
    if not stored.load:
        raise DataError(t("库里没有数据", "the database holds no data"), hint="geomujun load CASE")
    with connect(target) as connection:
        room.check(connection, room.of_newest_edition(connection))
    clock.lap("read")
    job = Job(
        folder=Path(stored.case_name), out=Path(), scheme=asked.scheme, year=asked.year,
        as_of=asked.as_of, merge_groups=asked.merge_groups, locality=asked.locality,
        workers=asked.workers, weights=asked.weights,
    )  # fmt: skip
    basis = Basis(None, asked.weights)
    result = solve(job, stored.intake, stored.decided, say, clock, basis)
    facts = link_facts(result)
    run = record(job, stored.intake, stored.decided, result, clock)
    result = masked(replace(result, run=run))
    say("store", sum(len(f) for f in result.tables.values()))
    with connect(target) as connection, connection.transaction():
        inputs.lock(connection)
        _refuse_older(connection, asked.year, stored)
        number = editions.next_number(connection)
        drawn = _write(connection, number, asked, stored, result, facts)
        if basis.ground is not None:
            whatif.write_ground(connection, number, basis.ground.tables())
        audit.record(
            connection, asked.actor, "publish", f"edition/{number}",
            {"year": asked.year, "scheme": asked.scheme.id, "load": stored.load,
             "decision": stored.decision, "tiles": drawn},
        )  # fmt: skip
        made = Published(number, result, drawn)
        done(connection, made)
    return made


def _refuse_older(connection: Conn, year: int, stored: Stored) -> None:
    """What was read earlier than another edition's data must not be shown in that one's place."""
    load, decision = editions.newest_inputs(connection, year)
    if stored.load < load or stored.decision < decision:
        raise ConflictError(
            t("期间已有人用更新的数据发布", "newer data were published meanwhile"),
            hint=t("重新发布即可", "publish again"),
        )


def link_facts(result: Result) -> pd.Series:
    """The digest of the facts of each link, by pair; of the unmasked case."""
    pairs = result.tables["links"][["parcel_code", "uscc"]].drop_duplicates(ignore_index=True)
    digests = facts_digests(result.case, pairs)
    return pd.Series(digests.to_numpy(), index=pd.MultiIndex.from_frame(pairs), dtype="str")


def _write(
    connection: Conn,
    number: int,
    asked: Publication,
    stored: Stored,
    result: Result,
    facts: pd.Series,
) -> int:
    """All of an edition; the number of tiles."""
    editions.begin(connection, number)
    divisions = Divisions(result.case)
    hashes = {}
    for name in OUTPUTS:
        frame = ordered(result, name)
        hashes[name] = {
            "sha256": csv_digest(frame, fields_of(result, name)),
            "rows": len(frame),
            "columns": list(frame.columns),
        }
        beside = pd.DataFrame({"division_code": divisions.of(frame)})
        if name == "links":
            pairs = pd.MultiIndex.from_frame(frame[["parcel_code", "uscc"]])
            beside["facts_digest"] = facts.reindex(pairs).fillna("").to_numpy()
        editions.write_result(connection, number, name, frame, beside)
    drawn = mapped.plots(result, divisions, localities.load(asked.locality).tax_breaks)
    editions.write_frame(connection, number, "plots", drawn.frame)
    editions.write_frame(connection, number, "firms", mapped.firms(result, divisions, drawn))
    editions.attach(connection, number, [*publications.RESULTS.values(), publications.plots,
                                         publications.firms])  # fmt: skip
    editions.fill_grid(connection, number)
    editions.attach(connection, number, [publications.grid])
    # before the tiles, which ask the edition for the breaks of its tax bands
    editions.insert(connection, _row(number, asked, stored, result, hashes, drawn.about))
    filled = tiles.fill_cache(connection, number)
    editions.attach(connection, number, [publications.tile_cache])
    return filled


def _row(
    number: int,
    asked: Publication,
    stored: Stored,
    result: Result,
    hashes: dict[str, Any],
    about: dict[str, Any],
) -> EditionRow:
    return EditionRow(
        number=number,
        year=result.year,
        as_of=result.as_of,
        title=result.title,
        lang=result.lang,
        version=result.version,
        scheme_id=result.scheme_id,
        scheme_title=result.scheme_title,
        scheme=to_data(asked.scheme),
        indicators=[list(i) for i in result.indicators],
        settings={
            "locality": asked.locality,
            "merge_groups": asked.merge_groups,
            "weights": asdict(asked.weights) if asked.weights else None,
        },
        load_id=stored.load,
        decision_id=stored.decision,
        closing_id=stored.closing,
        run=dict(result.run),
        hashes=hashes,
        map=about,
        built_by=asked.actor,
    )


class _Digest(io.StringIO):
    """A text file that keeps only its SHA-256."""

    def __init__(self) -> None:
        super().__init__()
        self.sha = hashlib.sha256()

    def write(self, text: str) -> int:
        self.sha.update(text.encode())
        return len(text)


def csv_digest(frame: pd.DataFrame, fields: list[Field]) -> str:
    """SHA-256 of an ordered output table as `geomujun run` writes it."""
    file = _Digest()
    write_csv(frame, fields, file)
    return file.sha.hexdigest()


def advance(target: Target, number: int, state: str, actor: str, note: str = "") -> None:
    """Bring an edition to its next state; see `advance_on`."""
    with connect(target, "app") as connection, connection.transaction():
        advance_on(connection, number, state, actor, note)


def advance_on(connection: Conn, number: int, state: str, actor: str, note: str = "") -> None:
    """Bring an edition to its next state: draft → objection → approved → published.

    A published one becomes what the public channel shows; a withdrawn one is shown by none.

    Raises:
        UsageError: there is no such state.
        DataError: there is no such edition.
        ConflictError: the edition is not in the state before.
    """
    if state not in NEXT:
        raise UsageError(t("没有状态 {s!r}", "no state {s!r}", s=state), hint=" | ".join(NEXT))
    row = editions.get(connection, number, lock=True)
    if row["state"] not in NEXT[state]:
        raise ConflictError(
            t("第 {n} 号现为 {was}，不能转为 {now}", "edition {n} is {was}, it cannot become {now}",
              n=number, was=row["state"], now=state),
            hint=" → ".join((editions.DRAFT, editions.OBJECTION, editions.APPROVED,
                             editions.PUBLISHED)),
        )  # fmt: skip
    editions.set_state(connection, number, state)
    editions.add_state(connection, number, state, actor, note)
    if state == editions.PUBLISHED:
        editions.make_current(connection, row["year"], editions.PUBLIC, number)
    if state == editions.WITHDRAWN:
        editions.step_back(connection, row["year"], number)
    audit.record(connection, actor, state, f"edition/{number}", {"note": note})
