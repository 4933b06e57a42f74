"""What-ifs on an edition: everyone graded under other rules beside the rules it was made by.

The units of an edition are kept in the process for the last few asked about, so that moving a
slider costs only grading anew. Only publishers of all divisions ask: a grade hangs on everybody.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Final, Literal

import pandas as pd
from fastapi import APIRouter, Query, Response
from pydantic import Field

from geomujun.lang import t
from geomujun.pipeline import published
from geomujun.planning import scenarios
from geomujun.planning.outcomes import CLASSES, Outcome, Simulation
from geomujun.planning.scenarios import Scenario
from geomujun.planning.simulate import Simulator
from geomujun.policy import relief as reliefs
from geomujun.policy import schemes
from geomujun.policy.model import Cohort
from geomujun.storage import whatif
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Publishing
from geomujun_api.kept import kept
from geomujun_api.reading import EditionAsked
from geomujun_api.service import Caller, one_at_a_time
from geomujun_api.words import EditionNumber

router: Final = APIRouter(prefix="/v1/simulations", tags=["试算"], responses=problems())
_WAIT_S: Final = 20.0  # sliders move faster than a city is simulated; then 503
_KEPT: Final = 2  # editions; some hundred megabytes each for a city
_PLOTS: Final = 5000  # changed plots told at most: some 600 KB
_NOW: Final = "now"  # name of the scenario asked for
BY: Final = ("enterprises", "area_mu", "tax_wan_yuan")
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
_Percent = Annotated[float, Field(ge=0, le=100)]
_Number = Annotated[float, Field(ge=-1e12, le=1e12)]
_Relief = Annotated[float, Field(ge=0, le=1000)]


class Rules(Strict):
    """What is changed; cohorts by id. What is not named stays as the edition has it."""

    title: Annotated[str, Field(max_length=200)] = ""
    weights: Annotated[dict[Name, dict[Name, _Percent]], Field(max_length=20)] = Field(
        default_factory=dict
    )
    shares: Annotated[
        dict[Name, Annotated[list[_Percent], Field(min_length=4, max_length=4)]],
        Field(max_length=20, description="A、B、C、D 各占百分之几，合计 100"),
    ] = Field(default_factory=dict)
    min_mu: Annotated[dict[Name, Annotated[float, Field(ge=0, le=1e6)]], Field(max_length=20)] = (
        Field(default_factory=dict)
    )
    benchmarks: Annotated[dict[Name, dict[Name, _Number]], Field(max_length=20)] = Field(
        default_factory=dict
    )
    benchmark_year: Annotated[int | None, Field(ge=1990, le=2100)] = None
    merge_groups: bool | None = None
    lease: Literal["user", "holder", "holder_grade"] = "user"
    relief: Annotated[
        dict[Literal["rate_yuan_per_m2", "A", "B", "C", "D"], _Relief], Field(max_length=5)
    ] = Field(default_factory=dict)
    scheme: Annotated[str | None, Field(pattern=r"^[a-z0-9+-]{1,60}$")] = None

    def told(self) -> dict[str, Any]:
        """As a file of scenarios has it: only what is changed."""
        found = self.model_dump()
        found["lease"] = None if self.lease == "user" else self.lease
        return {k: v for k, v in found.items() if v not in ({}, None, "")}


class Asked(Strict):
    """One set of rules, and saved ones to compare it with."""

    edition: EditionNumber | None = None
    rules: Rules = Rules()
    beside: Annotated[
        list[Annotated[int, Field(ge=1, le=2**63 - 1)]],
        Field(max_length=20, description="一起比较的已存情景的编号"),
    ] = Field(default_factory=list)
    limit: Annotated[int, Field(ge=0, le=5000, description="变动企业最多几行")] = 200


class Row(Strict):
    """What a set of rules gives, in all. ``up`` … ``out``: against the rules of the edition."""

    scenario: str
    title: str
    A: int
    B: int
    C: int
    D: int
    no_grade: int
    up: int
    down: int
    into: int
    out: int
    moved_mu: float
    moved_tax_wan_yuan: float
    relief_wan_yuan: float
    relief_change_wan_yuan: float
    mu: list[float] = Field(description="A、B、C、D、未定等级各多少亩")


class Mover(Strict):
    """A firm whose grade is another one."""

    uscc: str
    name: str
    before: str
    after: str
    score_before: float | None
    score_after: float | None
    area_mu: float
    tax_wan_yuan: float | None


class ChangedPlot(Strict):
    """A plot whose main user's grade is another one."""

    parcel_code: str
    uscc: str
    before: str
    after: str
    at: list[float] = Field(description="宗地内一点：经度、纬度", min_length=2, max_length=2)


class Simulated(Strict):
    """``matrix``: rows now, columns then, A–D and no grade last; by firms, mu and tax."""

    edition: int
    comparison: list[Row]
    matrix: dict[str, list[list[float]]]
    movers: list[Mover]
    total: int
    plots: list[ChangedPlot] = Field(description="主要使用企业等级有变化的宗地，面积大的企业在前")
    plots_total: int


@dataclass(slots=True)
class _Desk:
    """An edition's simulator, which is for one thread at a time, names and places as published."""

    simulator: Simulator
    names: dict[str, str]
    plots: pd.DataFrame  # see `whatif.main_users`
    lock: threading.Lock = field(default_factory=threading.Lock)


@router.post("", summary="试算：换一套规则，谁升谁降", response_class=Response,
             responses={200: {"model": Simulated}, **problems(404)})  # fmt: skip
def simulate(caller: Publishing, said: Asked) -> Response:
    """Grades under other rules, the matrix of who goes where, and who they are."""
    within.whole(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, said.edition)
        saved = whatif.scenarios(connection, "simulation") if said.beside else []
    desk = _desk(caller, edition.number)
    asked = {_NOW: said.rules.told()}
    asked |= {f"saved-{s['id']}": {**s["body"], "title": s["name"]}
              for s in saved if s["id"] in said.beside}  # fmt: skip
    found = _run(desk, asked)
    first = found.outcomes[0]
    movers = found.movers(first).sort_values(["area_mu", "uscc"], ascending=[False, True])
    changed = movers[["uscc", "before", "after"]].merge(desk.plots, on="uscc")
    body = {
        "edition": edition.number,
        "comparison": _comparison(found),
        "matrix": {by: found.transition(first, by).to_numpy().tolist() for by in BY},
        "movers": _movers(movers, desk.names, said.limit),
        "total": len(movers),
        "plots": _changed(changed.head(_PLOTS)),
        "plots_total": len(changed),
    }
    return reading.now(caller, body)


def _run(desk: _Desk, asked: dict[str, dict[str, Any]]) -> Simulation:
    simulator = desk.simulator
    text = json.dumps({"scenarios": asked}, ensure_ascii=False)  # JSON is YAML too
    listed: list[Scenario] = scenarios.read(
        text, simulator.scheme, simulator.relief, t("试算", "simulation")
    )
    with one_at_a_time(desk.lock, _WAIT_S):
        return simulator.run(listed)


def _desk(caller: Caller, number: int) -> _Desk:
    def made() -> _Desk:
        with caller.service.streaming() as connection:
            rules = published.rules(connection, number)
            ground = published.ground(connection, number)
            names: dict[str, str] = dict(
                connection.execute(
                    "SELECT uscc, name FROM pub.firms WHERE edition = %s", (number,)
                ).fetchall()
            )
            plots = whatif.main_users(connection, number)
        simulator = Simulator(ground, rules.scheme, reliefs.load(), rules.merge_groups)
        return _Desk(simulator, names, plots)

    found: _Desk = kept(caller.service, "simulators", _KEPT).get(number, made)
    return found


def _comparison(found: Simulation) -> list[dict[str, Any]]:
    rows = found.comparison().rename(columns={"in": "into"})
    listed: list[dict[str, Any]] = [
        {str(k): v for k, v in r.items()} for r in rows.to_dict("records")
    ]
    every = (found.base, *found.outcomes)
    return [{**row, "mu": _mu(found, o)} for row, o in zip(listed, every, strict=True)]


def _mu(found: Simulation, outcome: Outcome) -> list[float]:
    """Evaluated land by grade."""
    table = found.transition(outcome, "area_mu")
    return [float(v) for v in table.to_numpy().sum(axis=0)[: len(CLASSES)]]


def _movers(frame: pd.DataFrame, names: dict[str, str], limit: int) -> list[dict[str, Any]]:
    """Names as the edition shows them, persons masked."""
    rows = frame.head(limit)
    made: list[dict[str, Any]] = json.loads(rows.to_json(orient="records", force_ascii=False))
    return [row | {"name": names.get(row["uscc"], "")} for row in made]


def _changed(frame: pd.DataFrame) -> list[dict[str, Any]]:
    told: Any = frame[["parcel_code", "uscc", "before", "after"]].to_dict("records")
    at = frame[["x", "y"]].round(6).to_numpy().tolist()
    return [{**row, "at": place} for row, place in zip(told, at, strict=True)]


class IndicatorNow(Strict):
    """An indicator of a cohort and its weight."""

    id: str
    label: str
    weight: float


class CohortNow(Strict):
    """A cohort as the edition has it."""

    id: str
    label: str
    shares: list[float]
    min_mu: float
    indicators: list[IndicatorNow]


class SchemeName(Strict):
    """A scheme that can stand beside."""

    id: str
    title: str


class Standing(Strict):
    """The rules of an edition: where the sliders stand."""

    edition: int
    scheme: str
    title: str
    merge_groups: bool
    years: list[int] = Field(description="有数据的年度，可取其均值为基准")
    cohorts: list[CohortNow]
    schemes: list[SchemeName]
    rate_yuan_per_m2: float
    relief_percent: list[float]
    relief_confirmed: bool


@router.get("/rules", summary="一个发布所用的规则：试算的起点", responses=problems(404))
def standing(caller: Publishing, asked: Annotated[EditionAsked, Query()]) -> Standing:
    """Cohorts, weights and shares of the edition."""
    within.whole(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
    simulator = _desk(caller, edition.number).simulator
    scheme, relief = simulator.scheme, simulator.relief
    return Standing(
        edition=edition.number, scheme=scheme.id, title=scheme.title,
        merge_groups=simulator.merge,
        years=sorted(int(y) for y in simulator.ground.figures["year"].unique()),
        cohorts=[_cohort(c, scheme.label) for c in scheme.active if c.shares],
        schemes=_schemes(edition.year, scheme.id),
        rate_yuan_per_m2=relief.rate_yuan_per_m2, relief_percent=list(relief.percent),
        relief_confirmed=relief.confirmed,
    )  # fmt: skip


def _cohort(cohort: Cohort, label: Any) -> CohortNow:
    items = [IndicatorNow(id=r.id, label=label(r.id), weight=r.weight) for r in cohort.indicators]
    return CohortNow(id=cohort.id, label=cohort.label, shares=list(cohort.shares),
                     min_mu=cohort.min_mu, indicators=items)  # fmt: skip


@cache
def _schemes(year: int, own: str) -> list[SchemeName]:
    """The packaged schemes that grade enterprises."""
    loaded = [schemes.load(name, year) for name in schemes.available() if name != own]
    return [SchemeName(id=s.id, title=s.title) for s in loaded
            if any(c.shares for c in s.active)]  # fmt: skip
