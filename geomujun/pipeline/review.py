"""What people decide, kept in PostGIS: every act with its audit row, in one transaction.

Functions ending in ``_on`` take a connection whose transaction the caller commits; the others open
their own. A write names the decision it replaces; when somebody was first, it is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from geomujun.crosscheck.closing import OPEN
from geomujun.domain.words import Relation, Verdict
from geomujun.errors import ConflictError, DataError, UsageError
from geomujun.lang import t
from geomujun.pipeline.decisions import read_decisions
from geomujun.pipeline.stored import as_lines
from geomujun.storage import audit, claims, decisions, findings
from geomujun.storage.decisions import Opinion
from geomujun.storage.findings import Closing, Objection
from geomujun.storage.target import Conn, Target, connect

_VERDICTS: Final = tuple(v.value for v in Verdict if v)
ANSWERS: Final = ("upheld", "dismissed")


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of an opinion: a decision, or one that waits for a second person."""

    kind: str  # decision | proposal
    number: int


def now() -> str:
    """This moment as decisions carry it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def check(said: Opinion) -> None:
    """Refuse words and areas that are none.

    Raises:
        UsageError: what is wrong.
    """
    if said.verdict not in _VERDICTS:
        raise UsageError(
            t("决定只能是 {w}", "the verdict must be {w}", w="|".join(_VERDICTS)),
            hint=said.verdict,
        )
    if said.relation not in ("", *Relation):
        raise UsageError(
            t("关系只能是 {w}", "the relation must be {w}", w="|".join(Relation)),
            hint=said.relation,
        )
    if said.area_m2 is not None and not (0 <= said.area_m2 < math.inf):
        raise UsageError(t("面积不能为负或无穷", "an area must be finite and not negative"))
    if not (said.parcel_code and said.uscc and said.reviewer):
        raise UsageError(
            t("缺少宗地代码、信用代码或复核人", "parcel_code, uscc or reviewer missing")
        )


def decide_on(
    connection: Conn, said: Opinion, *, two_persons: bool = False, source: str = "api"
) -> Decided:
    """Record what a person says of a pair; with ``two_persons`` it waits for a second one.

    The digest of the facts is that of the edition seen, unless told.

    Raises:
        UsageError: words or areas that are none.
        ConflictError: somebody else holds the item, or decided meanwhile.
    """
    check(said)
    held = claims.holder(connection, said.parcel_code, said.uscc)
    if held and held != said.reviewer:
        raise ConflictError(
            t("这一条由别人领走了", "somebody else works on this item"),
            hint=t("换一条，或等对方释放", "take another, or wait until it is released"),
        )
    said = _with_facts(connection, said)
    if two_persons:
        live = decisions.live(connection, said.parcel_code, said.uscc)
        if (live["id"] if live else None) != said.replaces:
            raise ConflictError(
                t("宗地 {p} 与企业 {u} 已有别的决定", "{p} and {u} were decided meanwhile",
                  p=said.parcel_code, u=said.uscc)
            )  # fmt: skip
        done = Decided("proposal", decisions.propose(connection, said))
    else:
        done = Decided("decision", decisions.append(connection, said, now(), source=source))
    claims.release(connection, said.parcel_code, said.uscc, said.reviewer)
    _note(connection, said.reviewer, done.kind, said, done.number)
    return done


def _with_facts(connection: Conn, said: Opinion) -> Opinion:
    if said.facts_digest or said.edition is None:
        return said
    found = decisions.facts_seen(connection, said.edition, said.parcel_code, said.uscc)
    return replace(said, facts_digest=found)


def _note(connection: Conn, actor: str, action: str, said: Opinion, number: int) -> None:
    details = {
        "id": number, "verdict": said.verdict, "relation": said.relation,
        "area_m2": said.area_m2, "replaces": said.replaces, "edition": said.edition,
    }  # fmt: skip
    audit.record(connection, actor, action, f"pair/{said.parcel_code}/{said.uscc}", details)


def decide(target: Target, said: Opinion, *, two_persons: bool = False) -> Decided:
    """`decide_on` in a transaction of its own."""
    with connect(target, "app") as connection, connection.transaction():
        return decide_on(connection, said, two_persons=two_persons, source="cli")


def answer_proposal_on(connection: Conn, number: int, actor: str, *, agree: bool) -> Decided:
    """The second person's word on an opinion that waits.

    Raises:
        DataError: none of that number waits.
        ConflictError: it is the same person, or the pair was decided meanwhile.
    """
    row = decisions.proposal(connection, number)
    if row is None:
        raise DataError(t("没有待确认的意见 {n}", "no opinion {n} waits", n=number))
    if row["reviewer"] == actor:
        raise ConflictError(t("第二人须是另一个人", "the second person must be another one"))
    names = ("parcel_code", "uscc", "verdict", "reviewer", "relation", "area_m2", "reason",
             "facts_digest", "replaces", "edition")  # fmt: skip
    said = Opinion(**{n: row[n] for n in names})
    made = None
    if agree:
        made = decisions.append(connection, said, now(), second=actor, source="api")
    decisions.answer(connection, number, "confirmed" if agree else "refused", actor, made)
    _note(connection, actor, "confirm" if agree else "refuse", said, made or number)
    return Decided("decision" if agree else "proposal", made or number)


def withdraw_proposal_on(connection: Conn, number: int, actor: str) -> None:
    """Take one's own opinion back before a second person answered it.

    Raises:
        DataError: none of that number waits.
        ConflictError: it is somebody else's.
    """
    row = decisions.proposal(connection, number)
    if row is None:
        raise DataError(t("没有待确认的意见 {n}", "no opinion {n} waits", n=number))
    if row["reviewer"] != actor:
        raise ConflictError(t("只能撤回自己的意见", "only one's own opinion can be taken back"))
    decisions.answer(connection, number, "withdrawn", "")
    audit.record(
        connection, actor, "withdraw", f"pair/{row['parcel_code']}/{row['uscc']}", {"id": number}
    )


def claim_on(connection: Conn, parcel_code: str, uscc: str, reviewer: str) -> None:
    """Take an item of the queue.

    Raises:
        ConflictError: another person holds it.
    """
    if not claims.claim(connection, parcel_code, uscc, reviewer):
        raise ConflictError(t("这一条由别人领走了", "somebody else works on this item"))
    audit.record(connection, reviewer, "claim", f"pair/{parcel_code}/{uscc}")


def release_on(connection: Conn, parcel_code: str, uscc: str, reviewer: str) -> None:
    """Give an item back; nothing happens when it was not ours."""
    if claims.release(connection, parcel_code, uscc, reviewer):
        audit.record(connection, reviewer, "release", f"pair/{parcel_code}/{uscc}")


def close_finding_on(connection: Conn, said: Closing) -> int:
    """Close a finding with a reason, or reopen it.

    Raises:
        UsageError: no reason, or no finding named.
    """
    if said.state != OPEN and not said.reason.strip():
        raise UsageError(t("关闭疑点须写明理由", "a finding is closed with a reason"))
    if not (said.finding_id or (said.rule and said.subject_id)):
        raise UsageError(t("没有说明是哪条疑点", "no finding is named"))
    number = findings.close(connection, said, now())
    subject = f"finding/{said.finding_id or f'{said.rule}/{said.subject_id}'}"
    audit.record(connection, said.reviewer, said.state, subject, {"id": number})
    return number


def object_on(connection: Conn, said: Objection) -> int:
    """Note an objection to an area.

    Raises:
        UsageError: no reason.
    """
    if not said.reason.strip():
        raise UsageError(t("异议须写明理由", "an objection needs a reason"))
    number = findings.object_to(connection, said)
    audit.record(
        connection, said.filed_by, "object", f"objection/{number}",
        {"edition": said.edition, "uscc": said.uscc, "parcel_code": said.parcel_code},
    )  # fmt: skip
    return number


def answer_objection_on(
    connection: Conn, number: int, version: int, state: str, text: str, actor: str
) -> dict[str, Any]:
    """Answer an objection: upheld or dismissed, with the text the firm reads.

    Raises:
        UsageError: another word, or no text.
        ConflictError: it was answered meanwhile.
    """
    if state not in ANSWERS or not text.strip():
        raise UsageError(t("答复须写明结论和理由", "an answer needs a word and a reason"),
                         hint="|".join(ANSWERS))  # fmt: skip
    row = findings.answer(connection, number, version, state, text, actor)
    audit.record(connection, actor, state, f"objection/{number}", {"version": row["version"]})
    return row


# -- in and out as JSON Lines


@dataclass(frozen=True, slots=True)
class Imported:
    """Lines of a file of decisions: taken, already there, older than what is live, rejected."""

    added: int
    same: int
    older: int
    rejected: list[dict[str, Any]]


def export_lines(target: Target) -> str:
    """All decisions as JSON Lines, sorted by pair and number."""
    with connect(target, "app") as connection:
        return as_lines(decisions.all_lines(connection))


def import_lines(target: Target, path: Path, actor: str) -> Imported:
    """Take a file of decisions in: the newest line of each pair, where it is newer than ours.

    Raises:
        DataError: the file cannot be read.
    """
    found = read_decisions(path)
    counts = {"added": 0, "same": 0, "older": 0}
    with connect(target, "app") as connection, connection.transaction():
        for row in found.live.to_dict("records"):
            counts[_take(connection, row, actor)] += 1
        audit.record(
            connection, actor, "import", f"file/{path.name}", {"sha256": found.sha256, **counts}
        )
    rejected = [{str(k): v for k, v in r.items()} for r in found.rejects.to_dict("records")]
    return Imported(**counts, rejected=rejected)


def _take(connection: Conn, row: dict[Any, Any], actor: str) -> str:
    live = decisions.live(connection, row["parcel_code"], row["uscc"])
    area = None if row["area_m2"] != row["area_m2"] else float(row["area_m2"])
    said = Opinion(
        row["parcel_code"], row["uscc"], row["verdict"], row["reviewer"] or actor,
        row["relation"], area, row["reason"], row["facts_digest"], live["id"] if live else None,
    )  # fmt: skip
    if live:
        names = ("verdict", "relation", "area_m2", "reason", "reviewer", "facts_digest")
        if all(live[n] == getattr(said, n) for n in names) and live["decided_at"] == (
            row["decided_at"] or live["decided_at"]
        ):
            return "same"
        if row["decided_at"] and row["decided_at"] < live["decided_at"]:
            return "older"
    number = decisions.append(connection, said, row["decided_at"] or now(), source="import")
    _note(connection, actor, "decision", said, number)
    return "added"
