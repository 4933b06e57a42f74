"""The review queue out as a workbook, and back as decisions: all of them, or none.

A row names the decision it saw. Where another one counts by now, or somebody else works on the
item, the row is told and nothing of the workbook is taken: people mend it, or download a fresh one.
The same workbook twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.domain.legend import legend
from geomujun.errors import ConflictError, DataError, UsageError
from geomujun.export.sheets_forms import write_form
from geomujun.export.sheets_review import REVIEW, Filled, Line
from geomujun.lang import t
from geomujun.pipeline import review
from geomujun.policy.beyond import row_told
from geomujun.policy.rights import Reader
from geomujun.storage import audit, decisions, editions, records, worklist
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Conn
from geomujun.text.locations import parse_locations

_DISTRICT: Final = 9  # characters of a 宗地代码 that name the cadastral district (地籍区)


@dataclass(frozen=True, slots=True)
class Who:
    """Who brings a workbook back, for which divisions, and by which way."""

    actor: str
    divisions: Sequence[str] = ("",)
    two_persons: bool = False
    source: str = "sheet"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a workbook's rows: they add up to ``rows``."""

    rows: int
    blank: int
    decided: int
    proposed: int
    same: int


def write_queue(connection: Conn, edition: int, reader: Reader, town: str, path: Path) -> int:
    """Write an edition's queue as a workbook; the number of rows.

    Args:
        connection: Of the application.
        edition: Number.
        reader: For whom it is: rows of their divisions, told as `policy.beyond` says.
        town: Name of a township (镇街); "" for all.
        path: The workbook.

    Raises:
        UsageError: the queue has no such township.
        MachineError: the file cannot be written.
    """
    rows = records.every(connection, _QUEUE, {"e": edition, "d": list(reader.divisions)})
    rows = worklist.flips_known(connection, edition, rows, reader.divisions)
    rows = [row_told(row, reader) for row in rows]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    frame["town"] = towns(frame)
    if town:
        names = sorted(set(frame["town"]))
        frame = frame[frame["town"] == town]
        if frame.empty and names:
            raise UsageError(
                t("没有镇街 {n!r}", "no town {n!r}", n=town), hint="、".join(names[:30])
            )
    word = legend().word
    frame["decided"] = [
        word("decision", v) + (f"（{who}）" if who else "") if v else ""
        for v, who in zip(frame["verdict"], frame["decided_by"], strict=True)
    ]
    known = frame.drop(columns=["verdict"])
    made: datetime = editions.get(connection, edition)["built_at"]
    about = "　".join(x for x in (town, t("第 {n} 号发布", "edition {n}", n=edition)) if x)
    write_form(REVIEW, known, path, made.replace(tzinfo=None), about)
    return len(frame)


_COLUMNS: Final = ("order", "parcel_code", "uscc", "name", "location", "holder", "question",
                   "area_mu", "grades", "rival_uscc", "verdict", "decided_by", "edition",
                   "replaces")  # fmt: skip
_QUEUE: Final = """
SELECT q."order"::text, q.parcel_code, q.uscc, coalesce(f.name, '') AS name,
       coalesce(p.location, '') AS location, coalesce(p.holder, '') AS holder, q.question,
       q.area_mu, q.grades, q.rival_uscc, coalesce(q.decided, '') AS verdict,
       coalesce(q.decided_by, '') AS decided_by, q.edition::text,
       coalesce(q.decision_id::text, '') AS replaces
FROM service.queue AS q
LEFT JOIN pub.plots AS p ON p.edition = q.edition AND p.parcel_code = q.parcel_code
LEFT JOIN pub.firms AS f ON f.edition = q.edition AND f.uscc = q.uscc
WHERE q.edition = %(e)s AND q.division_code ^@ ANY (%(d)s) ORDER BY q.row_no
"""


def towns(frame: pd.DataFrame) -> pd.Series:
    """The township of each plot: as its 坐落 names it, else as most of its district's plots do."""
    named = parse_locations(frame["location"].astype("str"))["town"].astype("str")
    district = frame["parcel_code"].astype("str").str[:_DISTRICT]
    votes = pd.DataFrame({"district": district, "town": named})[named != ""]
    counted = votes.value_counts(["district", "town"]).reset_index()
    counted = counted.sort_values(["district", "count", "town"], ascending=[True, False, True])
    usual = counted.drop_duplicates("district").set_index("district")["town"]
    other = district.map(usual).fillna(t("地籍区", "district ") + district)
    return named.where(named != "", other)


def take_on(connection: Conn, filled: Filled, digest: str, who: Who) -> Taken:
    """Make a workbook's rows decisions, in the caller's transaction.

    Args:
        connection: Of the application.
        filled: The workbook as it was read.
        digest: Its SHA-256, for the audit log.
        who: Who brought it.

    Raises:
        DataError: rows have faults; each is named.
        ConflictError: rows were decided, or are worked on, by others; each is named.
    """
    faults = [(f"row.{n}.{column}", reason) for _, n, column, _, reason in filled.faults]
    faults += _unknown(connection, filled.lines, who)
    if faults:
        raise DataError(
            t("表格有 {n} 处错误，没有取用任何一行", "{n} faults; no row was taken", n=len(faults)),
            hint=t("改正后重新上传", "mend them and send it again"), errors=faults,
        )  # fmt: skip
    counts = {"decision": 0, "proposal": 0, "same": 0}
    conflicts = []
    for line in filled.lines:
        try:
            counts[_take(connection, line, who)] += 1
        except ConflictError as e:
            conflicts.append((f"row.{line.row}", _why(connection, line, e)))
    if conflicts:
        raise ConflictError(
            t("有 {n} 行别人已处理，没有取用任何一行", "{n} rows met others; no row was taken",
              n=len(conflicts)),
            hint=t("重新下载表格，或清空这些行再上传",
                   "download a fresh one, or clear these rows and send it again"),
            errors=conflicts,
        )  # fmt: skip
    taken = Taken(filled.rows, filled.blank, counts["decision"], counts["proposal"], counts["same"])
    note(connection, who.actor, "sheet", digest, taken.decided + taken.proposed)
    return taken


def note(connection: Conn, actor: str, action: str, digest: str, rows: int) -> None:
    """Leave word of a workbook in the audit log: taken, or refused."""
    audit.record(
        connection, actor, action, f"sheet/{digest[:16]}", {"sha256": digest, "rows": rows}
    )


def _take(connection: Conn, line: Line, who: Who) -> str:
    said = Opinion(
        line.parcel_code, line.uscc, line.verdict, who.actor, line.relation, line.area_m2,
        line.reason, "", line.replaces, line.edition,
    )  # fmt: skip
    live = decisions.live(connection, line.parcel_code, line.uscc)
    names = ("verdict", "relation", "area_m2", "reason", "reviewer")
    if live and live["id"] != line.replaces and all(live[n] == getattr(said, n) for n in names):
        return "same"
    done = review.decide_on(connection, said, two_persons=who.two_persons, source=who.source)
    return done.kind


def _why(connection: Conn, line: Line, error: ConflictError) -> str:
    """What stands in a row's way, with the decision that counts by now."""
    live = decisions.live(connection, line.parcel_code, line.uscc)
    if live is None or live["id"] == line.replaces:
        return str(error)
    return t(
        "{e}：{v}（{who}，第 {n} 号决定）", "{e}: {v} ({who}, decision {n})",
        e=error, v=legend().word("decision", live["verdict"]), who=live["reviewer"], n=live["id"],
    )  # fmt: skip


def _unknown(connection: Conn, lines: Sequence[Line], who: Who) -> list[tuple[str, str]]:
    """Rows whose pair is in no edition that is shown, or beyond the divisions."""
    values: dict[str, Any] = {
        "rows": [line.row for line in lines], "editions": [line.edition for line in lines],
        "parcels": [line.parcel_code for line in lines], "usccs": [line.uscc for line in lines],
        "d": list(who.divisions),
    }  # fmt: skip
    found = connection.execute(_UNKNOWN, values).fetchall()
    return [
        (
            f"row.{row}",
            t("没有宗地 {p} 与企业 {u} 这一对", "there is no pair {p} and {u}", p=p, u=u),
        )
        for row, p, u in found
    ]


_UNKNOWN: Final = """
SELECT s.row, s.parcel_code, s.uscc
FROM unnest(%(rows)s::int[], %(editions)s::bigint[], %(parcels)s::text[], %(usccs)s::text[])
  AS s (row, edition, parcel_code, uscc)
WHERE NOT EXISTS (SELECT FROM pub.editions AS e WHERE e.number = s.edition
                  AND e.state <> 'withdrawn')
  OR NOT EXISTS (SELECT FROM pub.plots AS p WHERE p.edition = s.edition
                 AND p.parcel_code = s.parcel_code AND p.division_code ^@ ANY (%(d)s))
  OR NOT EXISTS (SELECT FROM pub.firms AS f WHERE f.edition = s.edition AND f.uscc = s.uscc)
ORDER BY s.row
"""
