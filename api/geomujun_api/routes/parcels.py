"""Parcels, and land without certificate: list, search, one with its shape, links, evaluation."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from geomujun_api import formats, reading
from geomujun_api.answers import problems
from geomujun_api.deps import Reading
from geomujun_api.finding_rows import searched
from geomujun_api.reading import SORT, ListAsked, OneAsked
from geomujun_api.rows import SOURCES, Where, plain, schema_of
from geomujun_api.words import Grade, ParcelPath, Search

router: Final = APIRouter(prefix="/v1/parcels", tags=["宗地"], responses=problems())
PLOTS: Final = SOURCES["plots"]
Bucket = Literal["matched", "ambiguous", "individual_holder", "public_holder", "holder_cancelled",
                 "collective_no_certificate", "vacant", "not_industrial", "unmatched"]  # fmt: skip


class PlotsAsked(ListAsked):
    """Which plots."""

    q: Search | None = None
    kind: Literal["parcel", "patch"] | None = None
    bucket: Bucket | None = None
    parcel_grade: Grade | None = None
    enterprise_grade: Grade | None = None
    low_efficiency: bool | None = None
    review: bool | None = None
    sort: Literal["area_m2", "-area_m2", "tax_per_mu", "-tax_per_mu"] | None = SORT


@router.get("", summary="宗地列表；q 按代码或坐落的一部分查找", response_class=Response,
            responses=reading.list_answers(PLOTS))  # fmt: skip
def listing(caller: Reading, asked: Annotated[PlotsAsked, Query()]) -> Response:
    """Plots by code; GeoJSON and GeoParquet carry their shapes (EPSG:4490, lon/lat)."""
    return searched(caller, PLOTS, asked, asked.q)


def _schema() -> dict[str, Any]:
    schema = schema_of(PLOTS.table)
    about = {"edition": {"type": "integer"}, "year": {"type": "integer"},
             "geometry": {"type": ["object", "null"], "description": "GeoJSON"}}  # fmt: skip
    return schema | {"properties": {**about, **schema["properties"]}}


_FEATURE: Final = {
    "type": "object", "required": ["type", "id", "geometry", "properties"],
    "properties": {"type": {"const": "Feature"}},
}  # fmt: skip
_ONE: Final = reading.one_answers("宗地", _schema(), 406)
_ONE[200]["content"][formats.GEOJSON] = {"schema": _FEATURE}


@router.get("/{parcel_code}", summary="一块宗地及其形状", response_class=Response, responses=_ONE)
def one(caller: Reading, parcel_code: ParcelPath, asked: Annotated[OneAsked, Query()]) -> Response:
    """A plot with its shape."""
    accept = caller.request.headers.get("accept", "")
    media = formats.negotiate(accept, (formats.JSON, formats.GEOJSON))
    edition, row = reading.one(caller, PLOTS, asked, {"parcel_code": parcel_code}, shaped=True)
    body: dict[str, Any] = {"edition": edition.number, "year": edition.year} | row
    if media == formats.GEOJSON:
        shape = row.pop("geometry")
        properties = {name: plain(value) for name, value in row.items()}
        body = {"type": "Feature", "id": parcel_code, "geometry": shape, "properties": properties}
    return reading.given(caller, asked, edition, body, media)


def _of_plot(name: str, path: str, summary: str) -> None:
    source = SOURCES[name]

    def rows(
        caller: Reading, parcel_code: ParcelPath, asked: Annotated[ListAsked, Query()]
    ) -> Response:
        where = reading.conditions(asked)
        where = Where(equal={**where.equal, "parcel_code": parcel_code}, begins=where.begins)
        return reading.listed(caller, source, asked, where)

    router.add_api_route(
        f"/{{parcel_code}}/{path}", rows, methods=["GET"], summary=summary,
        response_class=Response, responses=reading.list_answers(source), name=f"plot_{name}",
    )  # fmt: skip


_of_plot("links", "links", "地块上的企业及证据")
_of_plot("parcel_evaluation", "evaluation", "宗地评价")
_of_plot("low_efficiency", "low-efficiency", "宗地的低效用地提示")
_of_plot("ledger_lines", "ledger-lines", "涉及宗地的台账明细")
