"""Counts and areas by cell; to the public, cells of few firms are withheld."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from geomujun.lang import t
from geomujun_api import reading
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.problems import UnknownReaderError
from geomujun_api.rows import SOURCES
from geomujun_api.words import EditionNumber

router: Final = APIRouter(prefix="/v1/summary", tags=["汇总"], responses=problems())
_BY: Final = {
    "division": ("left(division_code, 6)", None),
    "industry": ("left(industry, 2)", "industry"),
    "grade": ("grade", "grade"),
    "size": ("size", "size"),
    "bucket": ("bucket", "bucket"),
}


class SummaryAsked(Strict):
    """By what firms are put together."""

    by: Literal["division", "industry", "grade", "size", "bucket"]
    edition: EditionNumber | None = None
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None


class Cell(Strict):
    """Firms put together; withheld where they are too few for the public."""

    cell: str
    firms: int | None
    occupied_mu: float | None
    withheld: bool = Field(description="企业过少，不公开")


class Summary(Strict):
    """All cells."""

    edition: int
    year: int
    by: str
    cells: list[Cell]


@router.get("", summary="按区划、行业、等级等汇总企业数和用地", responses=problems(404))
def summary(caller: Reading, asked: Annotated[SummaryAsked, Query()]) -> Summary:
    """Firms with a ledger line of the edition, and the land they occupy."""
    expression, column = _BY[asked.by]
    visible = SOURCES["firms"].names(caller)
    if not {"occupied_mu", *([column] if column else [])} <= visible:
        raise UnknownReaderError(t("没有公开，需要密钥", "not published; a key is needed"))
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        rows: list[Any] = connection.execute(
            f"SELECT {expression}, count(*), coalesce(sum(occupied_mu), 0) FROM pub.firms"  # noqa: S608 - fixed expressions
            " WHERE edition = %s AND division_code ^@ ANY (%s) GROUP BY 1 ORDER BY 1",
            (edition.number, list(caller.reader.divisions)),
        ).fetchall()
    held = caller.withheld({r[0]: r[1] for r in rows})
    cells = [
        Cell(cell=name, firms=None, occupied_mu=None, withheld=True) if name in held
        else Cell(cell=name, firms=count, occupied_mu=round(area, 4), withheld=False)
        for name, count, area in rows
    ]  # fmt: skip
    return Summary(edition=edition.number, year=edition.year, by=asked.by, cells=cells)
