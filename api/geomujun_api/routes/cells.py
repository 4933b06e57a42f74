"""Cells of low zooms as a legend filters them: the area of each class, of the plots that are left.

Tiles carry the mix of grades of all plots; what is left of them by a filter, and the classes they
do not carry, are added up when asked for.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import APIRouter, Query
from psycopg import sql
from pydantic import Field

from geomujun_api import within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.routes.mapped import BY, box_of
from geomujun_api.shown import GONE, newest, shown
from geomujun_api.words import EditionNumber

router: Final = APIRouter(prefix="/v1", responses=problems(404))
MOST: Final = 20_000  # cells and classes of one answer
CELLS: Final = 5  # zooms between a tile and its cells: 32 × 32
_ROWS: Final = """
SELECT floor((ST_X(p.middle) / 40075016.685578488 + 0.5) * %(side)s)::int AS x,
       floor((0.5 - ST_Y(p.middle) / 40075016.685578488) * %(side)s)::int AS y,
       ({by})::text AS class, round(sum(p.area_m2))::float8 AS m2
FROM (SELECT c.*, ST_Centroid(c.geom_3857) AS middle FROM pub.plots AS c
      WHERE c.edition = %(edition)s AND c.geom_3857 IS NOT NULL
        AND c.division_code ^@ ANY (%(divisions)s)
        AND (NOT %(boxed)s OR c.geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4490))) AS p
WHERE NOT ({by})::text = ANY (%(hide)s) {only}
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT %(limit)s
"""
Group = Literal["grade_state", "enterprise_grade", "bucket", "tax_class", "tax_band"]
Mark = Literal["low_efficiency", "review", "findings", "disagree"]


class CellsAsked(Strict):
    """Of which view, put together by what, and which plots are left out."""

    edition: EditionNumber | None = None
    zoom: Annotated[int, Query(ge=0, le=13, description="地图层级：每块瓦片 32 × 32 格")]
    by: Annotated[Group, Query(description="按什么分类")]
    hide: Annotated[
        str, Query(max_length=400, description="不计的类，逗号分隔；- 为空的类")
    ] = ""  # fmt: skip
    only: Annotated[
        str, Query(pattern=r"^[a-z_,]{0,60}$", description="只计有这些标记的，逗号分隔")
    ] = ""
    bbox: Annotated[
        str | None,
        Query(pattern=r"^-?[0-9.]{1,20}(,-?[0-9.]{1,20}){3}$", description="西,南,东,北"),
    ] = None


class Cell(Strict):
    """A cell: its middle, and m² by class."""

    at: list[float] = Field(description="格子中心：经度、纬度", min_length=2, max_length=2)
    m2: dict[str, float]


class Cells(Strict):
    """The cells of a view; ``more`` when it holds more than an answer tells."""

    edition: int
    more: bool
    cells: list[Cell]


@router.get(
    "/summary/cells", tags=["地图"], summary="低层级的格子：按图例筛选后的各类面积", responses=GONE
)
def cells(caller: Reading, asked: Annotated[CellsAsked, Query()]) -> Cells:
    """Cells with the area of each class, of plots in no hidden class that bear all marks asked."""
    within.keyed(caller)
    service, reader = caller.service, caller.reader
    edition = shown(service, reader, asked.edition) if asked.edition else newest(service, reader)
    marks = [name for name in get_args(Mark) if name in asked.only.split(",")]
    query = sql.SQL(_ROWS).format(
        by=sql.SQL(BY[asked.by][1]),
        only=sql.SQL("").join(sql.SQL(" AND ({}) = 1").format(sql.SQL(BY[m][1])) for m in marks),
    )
    side = 2 ** (asked.zoom + CELLS)
    hidden = ["" if one == "-" else one for one in asked.hide.split(",") if one]
    given = {"edition": edition.number, "divisions": list(reader.divisions), "side": side,
             "hide": hidden, "limit": MOST + 1, **box_of(asked.bbox)}  # fmt: skip
    with service.reading() as connection:
        rows = connection.execute(query, given).fetchall()
    return Cells(edition=edition.number, more=len(rows) > MOST, cells=_told(rows[:MOST], side))


def _told(rows: list[tuple[Any, ...]], side: int) -> list[Cell]:
    found: dict[tuple[int, int], dict[str, float]] = {}
    for x, y, name, m2 in rows:
        found.setdefault((x, y), {})[name or ""] = m2 or 0.0
    return [Cell(at=_middle(x, y, side), m2=m2) for (x, y), m2 in found.items()]


def _middle(x: int, y: int, side: int) -> list[float]:
    """Degrees of the middle of a cell of the Mercator square."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + 0.5) / side))))
    return [round((x + 0.5) / side * 360 - 180, 6), round(lat, 6)]
