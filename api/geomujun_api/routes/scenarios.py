"""Saved what-ifs and plans: who kept what under which name. A name is taken once for each kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field, model_validator

from geomujun.lang import t
from geomujun.storage import audit, whatif
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Publishing
from geomujun_api.problems import NotFoundError
from geomujun_api.routes.simulations import Rules
from geomujun_api.words import ONE_LINE, EditionNumber, NumberPath

router: Final = APIRouter(prefix="/v1/scenarios", tags=["试算"], responses=problems())
Name = Annotated[str, Field(pattern=ONE_LINE, min_length=1, max_length=60, description="名称")]
Cluster = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,60}$")]
_Amount = Annotated[float, Field(gt=0, le=1e9)]


class Chosen(Strict):
    """A plan: the clusters taken, the year's target, and what they give in all."""

    targets: Annotated[
        dict[Literal["mu", "area", "tax", "tce"], _Amount],
        Field(max_length=4, description="年度目标：腾出亩数、整治亩数、税收万元、吨标煤"),
    ] = Field(default_factory=dict)
    clusters: Annotated[list[Cluster], Field(min_length=1, max_length=5000)]
    totals: Annotated[dict[Literal["mu", "area", "tax", "tce"], float], Field(max_length=4)] = (
        Field(default_factory=dict)
    )


class SaveAsked(Strict):
    """Keep a scenario, or a plan; exactly one of them."""

    name: Name
    edition: EditionNumber
    rules: Rules | None = None
    plan: Chosen | None = None

    @model_validator(mode="after")
    def _one(self) -> SaveAsked:
        if (self.rules is None) == (self.plan is None):
            raise ValueError(t("rules 与 plan 须恰有其一", "give either rules or plan"))
        return self


class Saved(Strict):
    """What is kept."""

    id: int
    kind: Literal["simulation", "plan"]
    name: str
    edition: int
    year: int
    body: dict[str, Any]
    saved_by: str
    saved_at: datetime


class ListAsked(Strict):
    """Of which kind."""

    kind: Literal["simulation", "plan"] | None = None


@router.get("", summary="保存的情景和计划，新的在前")
def listing(caller: Publishing, asked: Annotated[ListAsked, Query()]) -> list[Saved]:
    """What is kept, by whom and since when."""
    within.whole(caller)
    with caller.service.reading() as connection:
        return [Saved(**row) for row in whatif.scenarios(connection, asked.kind)]


@router.post("", status_code=201, summary="保存情景或计划", responses=problems(404, 409))
def save(caller: Publishing, said: SaveAsked) -> Saved:
    """Keep it under a name that is free."""
    within.whole(caller)
    body = said.plan.model_dump() if said.plan else (said.rules or Rules()).told()
    with caller.service.writing() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        row = whatif.save(
            connection,
            whatif.Saving("plan" if said.plan else "simulation", said.name, edition.number,
                          edition.year, body, caller.reader.subject),
        )  # fmt: skip
        audit.record(connection, caller.reader.subject, "save", f"scenario/{row['id']}",
                     {"kind": row["kind"], "edition": edition.number})  # fmt: skip
    return Saved(**row)


@router.delete("/{number}", status_code=204, summary="删除保存的情景或计划",
               response_class=Response, responses=problems(404))  # fmt: skip
def remove(caller: Publishing, number: NumberPath) -> Response:
    """Delete it; the audit log says who did."""
    within.whole(caller)
    with caller.service.writing() as connection:
        row = whatif.remove(connection, number)
        if row is None:
            raise NotFoundError(t("没有第 {n} 号情景", "there is no scenario {n}", n=number))
        audit.record(connection, caller.reader.subject, "delete", f"scenario/{number}",
                     {"kind": row["kind"]})  # fmt: skip
    return Response(status_code=204)
