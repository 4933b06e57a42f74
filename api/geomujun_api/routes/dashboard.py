"""The first screen: reconciliation, coverage, areas, grades, findings and low-efficiency land.

One answer of an edition within the reader's divisions, made once and kept, for neither changes.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from geomujun.storage import editions, overview
from geomujun_api import reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.kept import kept
from geomujun_api.reading import EditionAsked
from geomujun_api.service import Caller
from geomujun_api.words import EditionNumber

router: Final = APIRouter(prefix="/v1/dashboard", tags=["汇总"], responses=problems())
_KEPT: Final = 64  # answers of some ten kilobytes


class Land(Strict):
    """Land of one bucket or grade."""

    count: int
    area_m2: float


class LandBucket(Land):
    """Parcels, or patches without parcel, of one bucket."""

    bucket: str


class FirmBucket(Strict):
    """Firms of one bucket and the land they occupy."""

    bucket: str
    count: int
    mu: float


class Coverage(Strict):
    """How much of a town or park is reconciled. ``industrial``: not of another registered use."""

    code: str
    name: str
    level: str = ""
    parcels: int
    area_m2: float
    industrial: int
    industrial_m2: float
    matched: int
    matched_m2: float
    ambiguous: int


class Ledger(Strict):
    """Sums of the ledger: occupied = registered + leased in + other - leased out - exempt."""

    enterprises: int
    registered_m2: float
    leased_in_m2: float
    other_m2: float
    leased_out_m2: float
    exempt_m2: float
    occupied_m2: float


class Allocation(Strict):
    """Sums over parcels: registered = allocated + unallocated."""

    parcels: int
    area_m2: float
    allocated_m2: float
    unallocated_m2: float


class LandGrade(Land):
    """Parcels in use of one grade."""

    grade: str


class FirmGrade(Strict):
    """Firms with land of one grade."""

    grade: str
    count: int
    mu: float


class RuleCount(Strict):
    """Findings of a rule that are open, and in how many stories."""

    rule: str
    severity: str
    count: int
    stories: int


class LowTotal(Strict):
    """Low-efficiency plots, each once."""

    plots: int
    mu: float


class LowRule(LowTotal):
    """Those of one rule."""

    rule: str


class TargetRow(Strict):
    """An indicator of a place against its target."""

    kind: str
    id: str
    name: str
    cohort: str
    indicator: str
    target: float
    target_year: int | None
    target_ratio: float | None
    target_source: str


class Dashboard(Strict):
    """The first screen of an edition."""

    edition: int
    year: int
    parcels: list[LandBucket]
    patches: list[LandBucket]
    enterprises: list[FirmBucket]
    towns: list[Coverage]
    parks: list[Coverage]
    ledger: Ledger
    allocation: Allocation
    parcel_grades: list[LandGrade]
    enterprise_grades: list[FirmGrade]
    findings: list[RuleCount]
    low_total: LowTotal
    low_rules: list[LowRule]
    targets: list[TargetRow]


_ONE_ROW: Final = ("ledger", "allocation", "low_total")


@router.get(
    "",
    summary="总览：双向清点、覆盖、面积、等级、疑点、低效用地",
    response_class=Response,
    responses={200: {"model": Dashboard}, **reading.NOT_CHANGED, **problems(404)},
)
def dashboard(caller: Reading, asked: Annotated[EditionAsked, Query()]) -> Response:
    """Everything of the first screen, within the reader's divisions."""
    within.keyed(caller)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
    found: dict[str, Any] = kept(caller.service, "dashboards", _KEPT).get(
        (edition.number, caller.reader.divisions), lambda: _made(caller, edition.number)
    )
    about = {"edition": edition.number, "year": edition.year}
    return reading.given(caller, asked, edition, about | found)


def _made(caller: Caller, number: int) -> dict[str, Any]:
    """The tables; parks tell no division, so they are for readers of all."""
    reader = caller.reader
    with caller.service.streaming() as connection:
        load = editions.get(connection, number)["load_id"]
        found: dict[str, Any] = dict(overview.whole(connection, number, load, reader.divisions))
    if not reader.everywhere:
        found["parks"] = []
    return found | {name: found[name][0] for name in _ONE_ROW}


class MovedAsked(Strict):
    """Between which editions."""

    before: EditionNumber
    after: EditionNumber


class Move(Strict):
    """How many went from a grade to a grade; ``-``: not in that edition, "": not graded."""

    before: str
    after: str
    count: int
    area: float


class Moved(Strict):
    """Grades of two editions side by side; areas of enterprises in mu, of parcels in m²."""

    before: int
    after: int
    enterprises: list[Move]
    parcels: list[Move]


@router.get("/transition", summary="两个发布之间的等级转移", response_class=Response,
            responses={200: {"model": Moved}, **problems(404)})  # fmt: skip
def transition(caller: Reading, asked: Annotated[MovedAsked, Query()]) -> Response:
    """Who was graded what in two editions, of enterprises and of plots."""
    within.keyed(caller)
    with caller.service.reading() as connection:
        for number in (asked.before, asked.after):
            reading.resolve(caller, connection, number)
    key = ("moved", asked.before, asked.after, caller.reader.divisions)

    def made() -> dict[str, Any]:
        with caller.service.streaming() as connection:
            return dict(
                overview.moved(connection, asked.before, asked.after, caller.reader.divisions)
            )

    found: dict[str, Any] = kept(caller.service, "dashboards", _KEPT).get(key, made)
    return reading.now(caller, {"before": asked.before, "after": asked.after} | found)
