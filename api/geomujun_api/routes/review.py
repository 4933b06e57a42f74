"""The review queue, claims on its items, decisions, and the second person's word."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from psycopg.rows import dict_row
from pydantic import Field

from geomujun.lang import t
from geomujun.pipeline import review
from geomujun.storage import worklist
from geomujun.storage.decisions import Opinion
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reviewing
from geomujun_api.problems import NotFoundError
from geomujun_api.service import Caller
from geomujun_api.words import EditionNumber, NumberPath, ParcelCode, Reason, Uscc

router: Final = APIRouter(prefix="/v1/review", tags=["复核"], responses=problems())
Verdict = Literal["same", "different", "unsure"]
Relation = Literal["", "OWN", "LEASE", "SUBLEASE", "GROUP_USE", "OCCUPY", "REGISTERED_ONLY"]


class QueueAsked(Strict):
    """A page of the queue."""

    edition: EditionNumber | None = None
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="上一页末条的 row_no")] = 0
    limit: Annotated[int, Query(ge=1, le=1000)] = 50
    mine: Annotated[bool, Query(description="只要我领走的")] = False
    free: Annotated[bool, Query(description="只要没有被别人领走的")] = False
    town: Annotated[
        str | None, Query(pattern=r"^[0-9A-Za-z]{1,20}$", description="宗地代码的前几位")
    ] = None
    kind: Annotated[
        Literal["own", "lease", "use"] | None, Query(description="权属、租赁、实际使用")
    ] = None
    rival: Annotated[bool | None, Query(description="有没有另一候选")] = None
    state: Annotated[
        Literal["open", "settled", "waiting"] | None, Query(description="未定、已定、待第二人")
    ] = None
    at_least_m2: Annotated[
        float | None, Query(ge=0, le=1e9, allow_inf_nan=False, description="涉及面积至少")
    ] = None


class Item(Strict):
    """An item of the queue, with who works on it and what was decided since."""

    row_no: int
    order: int
    parcel_code: str
    uscc: str
    question: str
    area_m2: float | None
    area_mu: float | None
    grades: str
    probability: float | None
    rival_uscc: str
    enterprises_changed: int | None
    parcels_changed: int | None
    division_code: str
    claimed_by: str | None
    claimed_until: datetime | None
    decision_id: int | None = Field(description="现行决定的编号；作新决定时写入 replaces")
    decided: Verdict | None
    decided_by: str | None
    proposal_id: int | None
    proposed_by: str | None
    relation: str | None = Field(description="所问的关系")
    holder: str | None = Field(description="权利人，个人已遮蔽")


class Queue(Strict):
    """A page of the queue; ``next`` goes into ``after``."""

    edition: int
    year: int
    items: list[Item]
    next: int | None


class PairSaid(Strict):
    """A pair of a plot and a firm."""

    parcel_code: ParcelCode
    uscc: Uscc
    edition: EditionNumber | None = None


class DecisionSaid(PairSaid):
    """What a person says of a pair. ``replaces``: the live decision it takes the place of."""

    verdict: Verdict
    relation: Relation = ""
    area_m2: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    reason: Reason = ""
    replaces: Annotated[int, Field(ge=1, le=2**53)] | None = None


class Done(Strict):
    """What became of it: a decision, or an opinion that waits for a second person."""

    kind: Literal["decision", "proposal"]
    number: int


class Answer(Strict):
    """The second person's word."""

    agree: bool


class Live(Strict):
    """The decision that counts for a pair."""

    id: int
    verdict: Verdict
    relation: str
    area_m2: float | None
    reason: str
    reviewer: str
    second_reviewer: str
    decided_at: str


class Decision(Live):
    """A decision as it stands; ``live``: nobody replaced it."""

    parcel_code: str
    uscc: str
    replaces: int | None
    live: bool


@router.get("/queue", summary="复核清单，按先后排列", responses=problems(404))
def queue(caller: Reviewing, asked: Annotated[QueueAsked, Query()]) -> Queue:
    """Items of the reader's divisions, in the order in which they should be taken."""
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        rows = worklist.items(connection, _wanted(caller, asked, edition.number))
        rows = worklist.flips_known(connection, edition.number, rows, caller.reader.divisions)
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    following = rows[-1]["row_no"] if more and rows else None
    items = [Item(**{k: caller.told(r)[k] for k in Item.model_fields}) for r in rows]
    return Queue(edition=edition.number, year=edition.year, items=items, next=following)


def _wanted(caller: Caller, asked: QueueAsked, edition: int) -> worklist.Wanted:
    """What is asked of the store; one row more than the page, to know whether there are more."""
    whose = "mine" if asked.mine else "free" if asked.free else None
    return worklist.Wanted(
        edition, caller.reader.divisions, caller.reader.subject, asked.after, asked.limit + 1,
        asked.town, asked.kind, asked.rival, whose, asked.state, asked.at_least_m2,
    )  # fmt: skip


@router.post("/claims", status_code=204, summary="领取一条", responses=problems(404, 409))
def claim(caller: Reviewing, said: PairSaid) -> Response:
    """Take an item for eight hours; again: longer."""
    with caller.service.writing() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        within.pair(caller, connection, edition.number, said.parcel_code, said.uscc)
        review.claim_on(connection, said.parcel_code, said.uscc, caller.reader.subject)
    return Response(status_code=204)


@router.post("/releases", status_code=204, summary="放回一条", responses=problems(404))
def release(caller: Reviewing, said: PairSaid) -> Response:
    """Give an item back; nothing happens when it is not the caller's."""
    with caller.service.writing() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        within.pair(caller, connection, edition.number, said.parcel_code, said.uscc)
        review.release_on(connection, said.parcel_code, said.uscc, caller.reader.subject)
    return Response(status_code=204)


@router.post("/decisions", status_code=201, summary="作出决定；写明所替换的决定",
             responses=problems(404, 409))  # fmt: skip
def decide(caller: Reviewing, said: DecisionSaid) -> Done:
    """A decision names the one it replaces; 409 when somebody was first."""
    with caller.service.writing() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        within.pair(caller, connection, edition.number, said.parcel_code, said.uscc)
        opinion = Opinion(
            said.parcel_code, said.uscc, said.verdict, caller.reader.subject, said.relation,
            said.area_m2, said.reason, "", said.replaces, edition.number,
        )  # fmt: skip
        done = review.decide_on(
            connection, opinion, two_persons=caller.service.settings.two_persons
        )
    return Done(kind="proposal" if done.kind == "proposal" else "decision", number=done.number)


class PairAsked(Strict):
    """The decisions of one pair, or of all."""

    parcel_code: ParcelCode | None = None
    uscc: Uscc | None = None
    live: Annotated[bool | None, Query(description="只要现行的")] = None
    after: Annotated[int, Query(ge=0, le=2**53)] = 0
    limit: Annotated[int, Query(ge=1, le=1000)] = 100


@router.get("/decisions", summary="决定，含被替换的")
def decisions(caller: Reviewing, asked: Annotated[PairAsked, Query()]) -> list[Decision]:
    """Decisions on land of the reader's divisions, by number."""
    values: dict[str, Any] = asked.model_dump() | {"divisions": list(caller.reader.divisions)}
    with (
        caller.service.reading() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        rows = cursor.execute(_DECISIONS, values).fetchall()
    return [Decision(**row) for row in rows]


# A decision has the division of its plot, in the edition it was taken on or, where none is noted,
# the newest that has the plot; decisions on land no edition knows are for readers of all.
_DECISIONS: Final = """
SELECT d.id, d.parcel_code, d.uscc, d.verdict, d.relation, d.area_m2, d.reason, d.reviewer,
       d.second_reviewer, d.decided_at, d.replaces, n.id IS NULL AS live
FROM review.decisions AS d LEFT JOIN review.decisions AS n ON n.replaces = d.id
WHERE d.id > %(after)s AND ('' = ANY (%(divisions)s) OR (
    SELECT p.division_code FROM pub.plots AS p
    WHERE p.parcel_code = d.parcel_code AND p.edition <= coalesce(d.edition, p.edition)
    ORDER BY p.edition DESC LIMIT 1) ^@ ANY (%(divisions)s))
  AND (%(parcel_code)s::text IS NULL OR d.parcel_code = %(parcel_code)s)
  AND (%(uscc)s::text IS NULL OR d.uscc = %(uscc)s)
  AND (%(live)s::boolean IS NULL OR (n.id IS NULL) = %(live)s)
ORDER BY d.id LIMIT %(limit)s
"""


@router.post("/proposals/{number}/answer", status_code=201, summary="第二人确认或否定",
             responses=problems(404, 409))  # fmt: skip
def answer(caller: Reviewing, number: NumberPath, said: Answer) -> Done:
    """Confirm or refuse an opinion that waits; never one's own."""
    with caller.service.writing() as connection:
        row = connection.execute(
            "SELECT 1 FROM review.proposals AS r JOIN pub.plots AS p"
            " ON p.edition = r.edition AND p.parcel_code = r.parcel_code"
            " WHERE r.id = %s AND r.state = 'waiting' AND p.division_code ^@ ANY (%s)",
            (number, list(caller.reader.divisions)),
        ).fetchone()  # fmt: skip
        if row is None:
            raise NotFoundError(t("没有待确认的意见 {n}", "no opinion {n} waits", n=number))
        done = review.answer_proposal_on(
            connection, number, caller.reader.subject, agree=said.agree
        )
    return Done(kind="proposal" if done.kind == "proposal" else "decision", number=done.number)
