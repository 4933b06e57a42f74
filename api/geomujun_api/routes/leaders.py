"""Leaders in yield per mu (领跑者) of an edition, list by list."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from geomujun.lang import get_lang
from geomujun.pipeline import leading, published
from geomujun.policy import measures_leaders
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.kept import kept
from geomujun_api.reading import EditionAsked
from geomujun_api.service import Caller

router: Final = APIRouter(prefix="/v1/leaders", tags=["汇总"], responses=problems())
_KEPT: Final = 8
_SHOWN: Final = 50  # of a list whose document gives no number of seats


class Leader(Strict):
    """One who is chosen."""

    rank: int
    id: str
    name: str
    score: float | None


class Leaders(Strict):
    """A list: who stood, who is chosen, and what was missing."""

    id: str
    title: str
    kind: str
    source: str
    candidates: int
    seats: int | None
    chosen: list[Leader]
    notes: list[str]


class LeaderLists(Strict):
    """All lists of an edition."""

    edition: int
    lists: list[Leaders]


@router.get("", summary="领跑者名单", response_class=Response,
            responses={200: {"model": LeaderLists}, **problems(404)})  # fmt: skip
def leaders(caller: Reading, asked: Annotated[EditionAsked, Query()]) -> Response:
    """Everybody stands against everybody: for readers of all divisions."""
    within.keyed(caller)
    within.whole(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
    found: dict[str, Any] = kept(caller.service, "leaders", _KEPT).get(
        (edition.number, get_lang()), lambda: _made(caller, edition.number)
    )
    return reading.now(caller, found)


def _made(caller: Caller, number: int) -> dict[str, Any]:
    with caller.service.streaming() as connection:
        run = published.open_edition(
            connection, number, ("enterprise_evaluation", "region_evaluation")
        )
        ground = published.ground(connection, number)
    lists = measures_leaders.load()
    ranked = leading.rankings(run, ground, lists)
    made = []
    for one in lists:
        table = ranked[one.id].table
        chosen = table[table["chosen"].astype(bool)] if len(table) else table
        score = chosen["score"].astype("object").where(chosen["score"].notna(), None)
        first = chosen.assign(score=score).head(one.seats or _SHOWN)
        made.append({
            "id": one.id, "title": one.title, "kind": one.kind, "source": one.source,
            "candidates": len(table), "seats": one.seats,
            "chosen": first[["rank", "id", "name", "score"]].to_dict("records"),
            "notes": list(ranked[one.id].notes),
        })  # fmt: skip
    return {"edition": number, "lists": made}
