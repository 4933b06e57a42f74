"""`POST /v1/match`: which enterprise a name, a code and a place mean, with the evidence in bits."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from pydantic import Field

from geomujun.matching.lookup import Found
from geomujun.matching.whereabouts import Record
from geomujun_api import within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading
from geomujun_api.indices import register_of
from geomujun_api.service import Caller
from geomujun_api.shown import GONE, newest, shown

router: Final = APIRouter(prefix="/v1/match", tags=["匹配"], responses=problems(404) | GONE)
NAN: Final = float("nan")
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f]*$")]


class MatchAsked(Strict):
    """One record: what is known of somebody who holds or uses land."""

    name: Text = Field("", description="企业或权利人名称", examples=["某某机械有限公司"])
    code: Text = Field("", description="统一社会信用代码或组织机构代码")
    parcel_code: Text = Field("", description="宗地代码")
    address: Text = Field("", description="地址或坐落")
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    datum: Literal["", "wgs84", "cgcs2000", "gcj02", "bd09"] = ""
    limit: int = Field(5, ge=1, le=50)
    edition: int | None = Field(None, ge=1, le=2**31 - 1, description="发布号，缺省为最新")


class Evidence(Strict):
    """One comparison, in bits: above zero for, below zero against."""

    name: str
    bits: float
    left: str
    right: str
    line: str


class Candidate(Strict):
    """An enterprise the record may mean."""

    uscc: str
    name: str
    parcel_code: str = Field(description="地址或点位所指的宗地，没有为空")
    weight: float = Field(description="先验与各证据比特之和")
    probability: float = Field(ge=0, le=1)
    band: Literal["auto", "review", ""]
    evidence: list[Evidence]


class Matched(Strict):
    """Candidates, likeliest first."""

    edition: int
    candidates: list[Candidate]


@router.post("", summary="单条匹配：这条记录指哪家企业")
def match(caller: Reading, asked: MatchAsked) -> Matched:
    """The enterprises a record may mean, among those of the reader's divisions."""
    within.keyed(caller)
    number = asked.edition
    edition = (
        shown(caller.service, caller.reader, number)
        if number
        else newest(caller.service, caller.reader)
    )
    record = Record(
        asked.name, asked.code, asked.parcel_code, asked.address,
        NAN if asked.longitude is None else asked.longitude,
        NAN if asked.latitude is None else asked.latitude, asked.datum,
    )  # fmt: skip
    found = register_of(caller.service, edition).match(record, caller.reader, asked.limit)
    return Matched(edition=edition.number, candidates=[_told(caller, f) for f in found])


def _told(caller: Caller, found: Found) -> Candidate:
    said: Any = {
        "uscc": found.uscc, "name": found.name, "parcel_code": found.parcel_code,
        "weight": round(found.weight, 6), "probability": round(found.probability, 6),
        "band": found.band, "evidence": [e.as_dict() for e in found.evidence],
    }  # fmt: skip
    return Candidate(**caller.told(said))
