"""Field checks of low-efficiency plots, and how far the year's programme is.

What people recorded changes at any time, so nothing here is kept; it is for holders of keys.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from geomujun.lang import t
from geomujun.pipeline import fieldwork
from geomujun.planning.progress import NUMBERS, TARGETS
from geomujun.storage import field_checks, whatif
from geomujun.storage.field_checks import FieldCheck
from geomujun.storage.target import Conn
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading, Reviewing
from geomujun_api.problems import NotFoundError
from geomujun_api.reading import Edition, EditionAsked
from geomujun_api.service import Caller
from geomujun_api.words import ONE_LINE, EditionNumber, ParcelPath, Reason

router: Final = APIRouter(prefix="/v1/field-checks", tags=["低效用地"], responses=problems())
State = Literal["checked", "refuted", "talking", "agreed", "done"]
_Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
_ORDER: Final = ("to_check", "checked", "refuted", "talking", "agreed", "done")


class Stage(Strict):
    """Plots of one state, their land, and the amounts checkers wrote."""

    state: Literal["to_check", "checked", "refuted", "talking", "agreed", "done"]
    plots: int
    mu: float = Field(description="宗地面积，亩")
    area_mu: float
    released_mu: float
    energy_tce: float
    tax_wan_yuan: float


class Aim(Strict):
    """A target of the year. ``planned``: by the saved plan; ``done``: of finished plots."""

    id: Literal["mu", "area", "tax", "tce"]
    target: float | None
    planned: float | None
    done: float


class Programme(Strict):
    """How far the year is: every listed plot in one state."""

    edition: int
    year: int
    items: list[Stage]
    plan: str = Field(description="计划名称，没有时为空；全部辖区的读者可见")
    plan_id: int | None
    aims: list[Aim]


class Amounts(Strict):
    """What was treated and gained, as the checker found it."""

    area_mu: _Amount | None = Field(None, description="整治面积，亩")
    released_mu: _Amount | None = Field(None, description="腾出土地，亩")
    energy_tce: _Amount | None = Field(None, description="腾出能耗，吨标煤")
    tax_wan_yuan: _Amount | None = Field(None, description="税收提升，万元")


class CheckSaid(Amounts):
    """What was found on the ground, or became of the plot since."""

    state: State
    checked_on: date = Field(description="哪天核查")
    note: Reason = ""
    path: Annotated[str, Field(pattern=ONE_LINE, max_length=60)] = ""
    edition: EditionNumber | None = None
    replaces: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="所见的最新一条；没有时不填"
    )


class Checked(Amounts):
    """A check as it is kept."""

    id: int
    state: State
    checked_on: date
    note: str
    path: str
    reviewer: str
    recorded_at: datetime
    edition: int
    year: int


@router.get("", summary="低效用地整治进度：待核查到已完成", responses=problems(404))
def programme(caller: Reading, asked: Annotated[EditionAsked, Query()]) -> Programme:
    """Listed plots and their land by state, within the reader's divisions; targets of the plan."""
    within.keyed(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        rows = field_checks.programme(
            connection, edition.number, edition.year, caller.reader.divisions
        )
        plan = _plan(caller, connection, edition.year)
    stages = sorted((Stage(**row) for row in rows), key=lambda s: _ORDER.index(s.state))
    done = next((s for s in stages if s.state == "done"), None)
    body = plan["body"] if plan else {}
    aims = [
        {"id": name, "target": body.get("targets", {}).get(name),
         "planned": body.get("totals", {}).get(name),
         "done": getattr(done, column) if done else 0.0}
        for name, column in TARGETS.items()
    ]  # fmt: skip
    return Programme(edition=edition.number, year=edition.year, items=stages,
                     plan=plan["name"] if plan else "", plan_id=plan["id"] if plan else None,
                     aims=[Aim.model_validate(aim) for aim in aims])  # fmt: skip


def _plan(caller: Caller, connection: Conn, year: int) -> dict[str, Any] | None:
    """The newest saved plan of the year; plans are told to readers of all divisions."""
    if not caller.reader.everywhere:
        return None
    saved = whatif.scenarios(connection, "plan")
    return next((one for one in saved if one["year"] == year), None)


@router.get("/{parcel_code}", summary="一块宗地的核查记录，新的在前", responses=problems(404))
def history(
    caller: Reading, parcel_code: ParcelPath, asked: Annotated[EditionAsked, Query()]
) -> list[Checked]:
    """What was found on a plot of the reader's divisions, by whom and when."""
    within.keyed(caller)
    with caller.service.reading() as connection:
        _listed(caller, connection, asked, parcel_code)
        rows = field_checks.history(connection, parcel_code)
    return [_told(row, row["year"]) for row in rows]


@router.post("/{parcel_code}", status_code=201, summary="记一次实地核查或整治进展",
             responses=problems(404, 409))  # fmt: skip
def record(caller: Reviewing, parcel_code: ParcelPath, said: CheckSaid) -> Checked:
    """Add a check; it names the newest one its writer saw."""
    asked = EditionAsked(edition=said.edition, year=None)
    with caller.service.writing() as connection:
        edition, plot_mu = _listed(caller, connection, asked, parcel_code)
        given = said.model_dump(exclude={"edition"})
        check = FieldCheck(parcel_code=parcel_code, reviewer=caller.reader.subject,
                           edition=edition.number, **given)  # fmt: skip
        row = fieldwork.record_on(connection, check, plot_mu, datetime.now(UTC).date())
    return _told(row, edition.year)


def _listed(
    caller: Caller, connection: Conn, asked: EditionAsked, parcel_code: str
) -> tuple[Edition, float]:
    edition = reading.resolve(caller, connection, asked.edition, asked.year)
    divisions = caller.reader.divisions
    mu = field_checks.listed_mu(connection, edition.number, parcel_code, divisions)
    if mu is None:
        raise NotFoundError(
            t("宗地 {p} 没有低效用地提示", "{p} has no low-efficiency prompt", p=parcel_code)
        )
    return edition, mu


def _told(row: dict[str, Any], year: int) -> Checked:
    names = ("id", "state", "checked_on", "note", "path", "reviewer", "recorded_at", "edition",
             *NUMBERS)  # fmt: skip
    return Checked(year=year, **{name: row[name] for name in names})
