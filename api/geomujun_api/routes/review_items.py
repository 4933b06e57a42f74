"""What the review workbench reads and writes.

One question with all about it; decisions that stand or fall together; opinions that wait for a
second person; how far a year is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from geomujun.lang import t
from geomujun.pipeline import judging, review
from geomujun.storage import claims, dossier, worklist
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Conn
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reviewing
from geomujun_api.problems import NotFoundError
from geomujun_api.routes.match import Evidence
from geomujun_api.routes.review import Live, Relation, Verdict
from geomujun_api.words import EditionNumber, NumberPath, ParcelCode, Reason, Uscc

router: Final = APIRouter(prefix="/v1/review", tags=["复核"], responses=problems())
Year = Annotated[int | None, Query(ge=1990, le=2100)]


class EditionAsked(Strict):
    """Which edition; the newest by default."""

    edition: EditionNumber | None = None
    year: Year = None


class PairAsked(EditionAsked):
    """Which pair, of which edition."""

    parcel_code: ParcelCode
    uscc: Uscc


class OtherPlot(Strict):
    """Another plot of a candidate, with its distance from the plot in question, metres."""

    parcel_code: str
    relation: str
    area_m2: float | None
    band: str
    holder: str
    distance_m: float | None
    geometry: dict[str, Any] | None


class Candidate(Strict):
    """A firm it may be. Without a name where its division is not the reader's."""

    place: int
    uscc: str
    name: str | None
    former_names: str | None
    address: str | None
    status: str | None
    industry: str | None
    size: str | None
    bucket: str | None
    grade: str | None
    grade_best: str | None
    grade_worst: str | None
    occupied_mu: float | None
    point_from: str | None
    point: dict[str, Any] | None = Field(description="企业上报的点，GeoJSON")
    distance_m: float | None = Field(description="上报的点到宗地，宗地内为 0")
    relation: str | None
    area_m2: float | None
    area_method: str | None
    band: str | None
    tier: str | None
    probability: float | None
    weight_bits: float | None
    evidence: list[Evidence]
    decision: Live | None
    plots: list[OtherPlot]


class OtherUser(Strict):
    """Another firm on the plot."""

    uscc: str
    name: str
    relation: str
    area_m2: float | None
    area_method: str
    band: str
    decision: Live | None


class Stake(Strict):
    """A grade that would change with the answer."""

    subject_kind: Literal["enterprise", "parcel"]
    subject_id: str
    name: str | None
    before: str
    after: str
    change_mu: float | None


class Waiting(Strict):
    """An opinion on a firm of the plot that waits for a second person."""

    number: int
    uscc: str
    verdict: Verdict
    relation: str
    area_m2: float | None
    reason: str
    reviewer: str
    proposed_at: datetime


class Plot(Strict):
    """The plot in question."""

    parcel_code: str
    kind: str
    location: str
    land_use: str
    holder: str
    bucket: str
    parcel_grade: str
    enterprise_grade: str
    area_m2: float | None
    low_efficiency: int | None
    findings: int
    division_code: str
    geometry: dict[str, Any] | None


class Question(Strict):
    """One question with all that is known of it."""

    edition: int
    year: int
    queued: bool = Field(description="在这一号发布的复核清单中")
    question: str
    area_m2: float | None = Field(description="涉及面积")
    enterprises_changed: int | None
    parcels_changed: int | None
    rival_probability: float | None
    claimed_by: str | None
    claimed_until: datetime | None
    plot: Plot
    candidates: list[Candidate] = Field(description="所问企业在前，另一候选在后")
    others: list[OtherUser]
    stakes: list[Stake]
    waiting: list[Waiting]


@router.get("/items", summary="一条待复核及其全部材料", responses=problems(404))
def one(caller: Reviewing, asked: Annotated[PairAsked, Query()]) -> Question:
    """A pair of the reader's divisions, whether it is queued or not."""
    divisions = caller.reader.divisions
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        number = edition.number
        within.pair(caller, connection, number, asked.parcel_code, asked.uscc)
        item = claims.item(connection, number, asked.parcel_code, asked.uscc) or {}
        rival, chance = _rival(connection, number, asked)
        firms = [asked.uscc, *([rival] if rival else [])]
        found = dossier.read(connection, number, asked.parcel_code, firms, divisions)
    names = ("area_m2", "enterprises_changed", "parcels_changed", "claimed_by", "claimed_until")
    told = {name: item.get(name) for name in names}
    about = {"edition": number, "year": edition.year, "queued": bool(item),
             "question": item.get("question", ""), "rival_probability": chance}  # fmt: skip
    return Question.model_validate(caller.told(about | told | found))


def _rival(connection: Conn, edition: int, asked: PairAsked) -> tuple[str, float | None]:
    """The next best firm of a pair, "" for none, and its probability."""
    row = connection.execute(
        "SELECT rival_uscc, rival_probability FROM pub.links WHERE edition = %s"
        " AND parcel_code = %s AND uscc = %s AND rival_uscc <> '' ORDER BY row_no LIMIT 1",
        (edition, asked.parcel_code, asked.uscc),
    ).fetchone()
    return (str(row[0]), row[1]) if row else ("", None)


class Town(Strict):
    """How far a town is: questions, and land (each plot once)."""

    code: str = Field(description="宗地代码的前九位")
    name: str
    items: int
    settled: int
    same: int
    different: int
    unsure: int
    waiting: int
    mine: int = Field(description="我决定的")
    area_m2: float
    settled_m2: float


class Progress(Strict):
    """How far a year is, by town."""

    edition: int
    year: int
    items: list[Town]


@router.get("/progress", summary="本年度复核进度", responses=problems(404))
def progress(caller: Reviewing, asked: Annotated[EditionAsked, Query()]) -> Progress:
    """The questions of a year within the reader's divisions, settled by whichever edition."""
    reader = caller.reader
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        rows = worklist.towns(
            connection, edition.number, edition.year, reader.divisions, reader.subject
        )
    return Progress(edition=edition.number, year=edition.year, items=[Town(**r) for r in rows])


class Proposal(Waiting):
    """An opinion that waits, wherever."""

    parcel_code: str
    name: str
    holder: str
    location: str
    mine: bool


@router.get("/proposals", summary="待第二人确认的意见", responses=problems(404))
def proposals(caller: Reviewing, asked: Annotated[EditionAsked, Query()]) -> list[Proposal]:
    """Opinions on land of the reader's divisions, the oldest first."""
    reader = caller.reader
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        rows = worklist.waiting(connection, edition.number, reader.divisions)
    return [Proposal(**row, mine=row["reviewer"] == reader.subject) for row in rows]


@router.post("/proposals/{number}/withdrawal", status_code=204, summary="撤回自己的意见",
             responses=problems(404, 409))  # fmt: skip
def withdraw(caller: Reviewing, number: NumberPath) -> Response:
    """Take one's own opinion back before a second person answered it."""
    with caller.service.writing() as connection:
        row = connection.execute(
            "SELECT 1 FROM review.proposals WHERE id = %s AND state = 'waiting'"
            " AND parcel_code ^@ ANY (%s)", (number, list(caller.reader.divisions)),
        ).fetchone()  # fmt: skip
        if row is None:
            raise NotFoundError(t("没有待确认的意见 {n}", "no opinion {n} waits", n=number))
        review.withdraw_proposal_on(connection, number, caller.reader.subject)
    return Response(status_code=204)


class Word(Strict):
    """What is said of one pair. ``replaces``: the live decision it takes the place of."""

    parcel_code: ParcelCode
    uscc: Uscc
    verdict: Verdict
    relation: Relation = ""
    area_m2: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    replaces: Annotated[int, Field(ge=1, le=2**53)] | None = None


class JudgementSaid(Strict):
    """Several firms of one plot, or one firm on plots whose facts are equal; one reason for all."""

    edition: EditionNumber | None = None
    reason: Reason = ""
    items: Annotated[list[Word], Field(min_length=1, max_length=100)]


class JudgedPair(Strict):
    """What became of one of them."""

    parcel_code: str
    uscc: str
    kind: Literal["decision", "proposal"]
    number: int


@router.post("/judgements", status_code=201, summary="几项决定，要么全部记下，要么都不记",
             responses=problems(404, 409))  # fmt: skip
def judge(caller: Reviewing, said: JudgementSaid) -> list[JudgedPair]:
    """Choose between candidates, split a plot, or decide questions of equal facts at once."""
    with caller.service.writing() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        for word in said.items:
            within.pair(caller, connection, edition.number, word.parcel_code, word.uscc)
        opinions = [
            Opinion(
                word.parcel_code, word.uscc, word.verdict, caller.reader.subject, word.relation,
                word.area_m2, said.reason, "", word.replaces, edition.number,
            )
            for word in said.items
        ]  # fmt: skip
        done = judging.judge_on(
            connection, opinions, two_persons=caller.service.settings.two_persons
        )
    return [
        JudgedPair(
            parcel_code=one.parcel_code, uscc=one.uscc, number=made.number,
            kind="proposal" if made.kind == "proposal" else "decision",
        )
        for one, made in zip(opinions, done, strict=True)
    ]  # fmt: skip
