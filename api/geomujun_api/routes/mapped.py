"""What a map shows beside its tiles: counts of all plots by class, and shapes of a view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, LiteralString

from fastapi import APIRouter, Path, Query, Response
from psycopg import sql
from pydantic import Field

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.storage import editions
from geomujun.storage.tiles import EVERYWHERE
from geomujun_api import formats, reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.kept import kept
from geomujun_api.problems import UnknownReaderError
from geomujun_api.rows import SOURCES
from geomujun_api.service import Caller, Service
from geomujun_api.shown import GONE, newest, shown
from geomujun_api.words import EditionNumber

router: Final = APIRouter(prefix="/v1", responses=problems(404))
M2_PER_MU: Final = 10_000 / 15
MOST: Final = 5_000  # shapes of one answer
_COUNTS: Final = 64  # summaries kept: of editions, and of readers of other divisions

# What plots are put together by: the columns that must be visible for it, and the expression.
BY: Final[dict[str, tuple[tuple[str, ...], LiteralString]]] = {
    "parcel_grade": (("parcel_grade",), "parcel_grade"),
    "grade_state": (  # as the map colours them: of the ungraded, those that lack an enterprise
        ("parcel_grade", "bucket"),
        "CASE WHEN parcel_grade <> '' THEN parcel_grade"
        " WHEN bucket IN ('matched', 'not_industrial') THEN '' ELSE 'none' END",
    ),
    "enterprise_grade": (("enterprise_grade",), "enterprise_grade"),
    "disagree": (
        ("parcel_grade", "enterprise_grade"),
        "(parcel_grade <> '' AND enterprise_grade <> '' AND parcel_grade <> enterprise_grade)::int",
    ),
    "bucket": (("bucket",), "bucket"),
    "kind": (("kind",), "kind"),
    "tax_class": (("tax_class",), "tax_class"),
    "tax_band": (
        ("tax_class", "tax_per_mu"),
        "service.tax_band(tax_per_mu, (SELECT service.tax_breaks(%(edition)s)))",
    ),
    "low_efficiency": (("low_efficiency",), "low_efficiency::int"),
    "review": (("review",), "review::int"),
    "findings": (("findings",), "(findings > 0)::int"),
}


class PlotsAsked(Strict):
    """Of which edition and division."""

    edition: EditionNumber | None = None
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None
    division: Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$")] = None


class PlotCell(Strict):
    """Plots put together; withheld where they are too few for the public."""

    cell: str
    plots: int | None
    area_mu: float | None
    withheld: bool = Field(description="地块过少，不公开")


class PlotSummary(Strict):
    """Plots of an edition by each way to put them together that the reader may see."""

    edition: int
    year: int
    tax_breaks: dict[str, list[float]] = Field(
        description="亩均税收各分档方案的界值（万元/亩）：5、7、own（当地自定），bands 为其并集"
    )
    groups: dict[str, list[PlotCell]]


@router.get("/summary/parcels", tags=["汇总"], summary="按等级、归类、亩均税收等汇总地块数和亩数")
def plots(caller: Reading, asked: Annotated[PlotsAsked, Query()]) -> PlotSummary:
    """Plots and their area by grade, bucket, tax class and marks, in one answer for a legend."""
    visible = SOURCES["plots"].names(caller)
    shown_by = {name: said for name, (needs, said) in BY.items() if visible.issuperset(needs)}
    if not shown_by:
        raise UnknownReaderError(t("没有公开，需要密钥", "not published; a key is needed"))
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
        row = connection.execute(
            "SELECT map FROM pub.editions WHERE number = %s", (edition.number,)
        ).fetchone()
    rows = _counted(
        caller.service, shown_by, edition.number, caller.reader.divisions, asked.division or ""
    )
    groups = {
        name: _cells(caller, rows, at, "area_m2" in visible) for at, name in enumerate(shown_by)
    }
    about = row[0] if row and "tax_class" in groups else {}
    breaks = {"5": "tax_breaks", "7": "tax_breaks_7", "own": "tax_breaks_own", "bands": "tax_bands"}
    told = {name: about[key] for name, key in breaks.items() if about.get(key)}
    return PlotSummary(edition=edition.number, year=edition.year, tax_breaks=told, groups=groups)


def warm(service: Service) -> None:
    """Count the plots of the current edition, so that the first map's legend is no slower."""
    with service.reading() as connection:
        number = editions.current(connection)
    if number:
        _counted(service, {name: said for name, (_, said) in BY.items()}, number, EVERYWHERE, "")


def _counted(
    service: Service,
    by: dict[str, LiteralString],
    edition: int,
    divisions: Sequence[str],
    division: str,
) -> list[tuple[Any, ...]]:
    """All combinations with their plots and m²: one pass over the plots, whatever is asked.

    Kept, since an edition never changes: a city's plots take half a second, at every first map.
    """
    columns = ", ".join(by.values())
    places = ", ".join(str(n + 1) for n in range(len(by)))

    def count() -> list[tuple[Any, ...]]:
        with service.streaming() as connection:
            return connection.execute(
                f"SELECT {columns}, count(*), coalesce(sum(area_m2), 0) FROM pub.plots"  # noqa: S608 - fixed expressions
                " WHERE edition = %(edition)s AND division_code ^@ ANY (%(divisions)s)"
                f" AND division_code ^@ %(division)s GROUP BY {places}",
                {"edition": edition, "divisions": list(divisions), "division": division},
            ).fetchall()

    key = (edition, tuple(sorted(divisions)), division, tuple(by))
    found: list[tuple[Any, ...]] = kept(service, "plots counted", _COUNTS).get(key, count)
    return found


def _cells(caller: Caller, rows: list[tuple[Any, ...]], at: int, with_area: bool) -> list[PlotCell]:
    counts: dict[str, int] = defaultdict(int)
    areas: dict[str, float] = defaultdict(float)
    for row in rows:
        counts[str(row[at])] += row[-2]
        areas[str(row[at])] += row[-1]
    held = caller.withheld(counts)
    return [
        PlotCell(cell=cell, plots=None, area_mu=None, withheld=True)
        if cell in held
        else PlotCell(
            cell=cell, plots=counts[cell], withheld=False,
            area_mu=round(areas[cell] / M2_PER_MU, 4) if with_area else None,
        )
        for cell in sorted(counts)
    ]  # fmt: skip


# -- shapes of a view

_BOX: Final = sql.SQL(
    "(NOT %(boxed)s OR c.geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4490))"
)
# Rows of departments tell no division: a reader of some gets those that lie on their plots.
_KEPT: Final = sql.SQL(
    "SELECT {told}, c.geom FROM {rows} AS c WHERE {box}"
    " AND c.load_from <= %(load)s AND (c.load_to IS NULL OR c.load_to > %(load)s)"
    " AND ('' = ANY (%(divisions)s) OR EXISTS (SELECT FROM pub.plots AS p"
    "  WHERE p.edition = %(edition)s AND p.division_code ^@ ANY (%(divisions)s)"
    "  AND p.geom && c.geom AND ST_Intersects(p.geom, c.geom)))"
    " ORDER BY c.id LIMIT %(limit)s"
)
_TOLD: Final[dict[str, LiteralString]] = {
    "buildings": "jsonb_build_object('kind', 'building', 'parcel_code', c.parcel_code,"
    " 'floors', c.floors, 'floor_area_m2', c.floor_area_m2)",
    "patches": "jsonb_build_object('kind', 'patch', 'code', c.patch_code,"
    " 'land_class', c.land_class, 'name', c.land_class_name)",
    "parks": "jsonb_build_object('kind', 'park', 'name', c.name, 'level', c.level)",
}
_FIRMS: Final = sql.SQL(
    "WITH c AS MATERIALIZED (SELECT c.* FROM pub.firms AS c WHERE c.edition = %(edition)s"
    " AND c.division_code ^@ ANY (%(divisions)s) AND c.geom IS NOT NULL AND {box}"
    " ORDER BY c.uscc LIMIT %(limit)s)"
    " (SELECT jsonb_build_object('kind', 'firm', 'uscc', uscc, 'name', name,"
    " 'grade', grade, 'bucket', bucket), geom FROM c ORDER BY uscc)"
    " UNION ALL (SELECT jsonb_build_object('kind', 'link', 'uscc', c.uscc,"
    " 'parcel_code', l.parcel_code, 'relation', l.relation,"
    " 'counted', l.band = 'auto' OR l.decision = 'same'),"
    " ST_MakeLine(c.geom, ST_PointOnSurface(p.geom)) FROM c"
    " JOIN pub.links AS l ON l.edition = %(edition)s AND l.uscc = c.uscc"
    " AND l.relation <> 'REGISTERED_ONLY' AND l.decision <> 'different'"
    " JOIN pub.plots AS p ON p.edition = %(edition)s AND p.parcel_code = l.parcel_code"
    " AND p.division_code ^@ ANY (%(divisions)s) WHERE p.geom IS NOT NULL ORDER BY l.row_no)"
)


def _layer(name: str) -> sql.Composed:
    inner = (
        _FIRMS.format(box=_BOX)
        if name == "firms"
        else _KEPT.format(told=sql.SQL(_TOLD[name]), rows=sql.Identifier("core", name), box=_BOX)
    )
    return sql.SQL(
        "SELECT told, ST_AsGeoJSON(geom, 7, 0)::jsonb FROM ({}) AS v (told, geom)"
    ).format(inner)


Overlay = Literal["buildings", "patches", "parks", "firms"]


class ViewAsked(Strict):
    """Which view of which edition."""

    edition: EditionNumber | None = None
    bbox: Annotated[
        str | None,
        Query(pattern=r"^-?[0-9.]{1,20}(,-?[0-9.]{1,20}){3}$", description="西,南,东,北",
              examples=["119.60,28.94,119.70,29.00"]),
    ] = None  # fmt: skip
    limit: Annotated[int, Query(ge=1, le=MOST)] = 3_000


_GEO: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "GeoJSON；more 为真时还有没给出的",
          "content": {formats.GEOJSON: {"schema": {
              "type": "object", "required": ["type", "features", "more"],
              "properties": {"type": {"const": "FeatureCollection"}, "more": {"type": "boolean"},
                             "features": {"type": "array", "items": {"type": "object"}}}}}}}
}  # fmt: skip


@router.get("/map/{layer}", tags=["地图"], summary="视野内的自然幢、图斑、园区、企业点及对应线",
            response_class=Response, responses=_GEO | GONE)  # fmt: skip
def view(
    caller: Reading,
    layer: Annotated[Overlay, Path(description="图层")],
    asked: Annotated[ViewAsked, Query()],
) -> Response:
    """Shapes for the map, EPSG:4490; for readers with a key.

    ``firms`` are points, and a line to each plot a firm is linked with.
    """
    within.keyed(caller)
    service, reader = caller.service, caller.reader
    box = box_of(asked.bbox)
    edition = shown(service, reader, asked.edition) if asked.edition else newest(service, reader)
    given = {"edition": edition.number, "load": edition.load, "limit": asked.limit + 1,
             "divisions": list(reader.divisions), **box}  # fmt: skip
    with service.reading() as connection:
        rows = connection.execute(_layer(layer), given).fetchall()
    more = sum(told["kind"] != "link" for told, _ in rows) > asked.limit
    # What departments drew on the reader's plots may be another county's by its code.
    features = [{"type": "Feature", "properties": caller.told(told, ()), "geometry": shape}
                for told, shape in rows]  # fmt: skip
    body = {"type": "FeatureCollection", "features": features, "more": more}
    headers = {"cache-control": "private, max-age=600", "vary": "Authorization"}
    return Response(formats.dumps(body), media_type=formats.GEOJSON, headers=headers)


def box_of(text: str | None) -> dict[str, Any]:
    """The corners of a view, of at most some tens of kilometres.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return {"boxed": False, "w": 0.0, "s": 0.0, "e": 0.0, "n": 0.0}
    try:
        w, s, e, n = (float(part) for part in text.split(","))
    except ValueError:
        w, s, e, n = 0.0, 0.0, -1.0, -1.0
    if not (-180 <= w < e <= 180 and -90 <= s < n <= 90):
        raise UsageError(t("bbox 不对", "no such bbox"), hint="119.60,28.94,119.70,29.00")
    return {"boxed": True, "w": w, "s": s, "e": e, "n": n}
