"""The tables of an edition, each as a list with the filters that are asked of it.

Annotations here are not postponed: each route has a query model of its own.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import create_model

from geomujun_api import reading
from geomujun_api.answers import problems
from geomujun_api.deps import Reading
from geomujun_api.reading import SORT, ListAsked
from geomujun_api.rows import SOURCES
from geomujun_api.words import Grade, ParcelCode, Uscc

router: Final = APIRouter(prefix="/v1", tags=["结果表"], responses=problems())
_Cohort = Annotated[str, Query(pattern=r"^[a-z0-9_]{1,60}$")]
_Rule = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
_Kind = Annotated[str, Query(pattern=r"^[a-z_]{1,30}$")]
_Relation = Literal["OWN", "LEASE", "SUBLEASE", "GROUP_USE", "OCCUPY", "REGISTERED_ONLY"]
_Word = Annotated[str, Query(pattern=r"^[a-z_]{1,40}$")]
_TABLES: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    ("links", "links", "地企对应及证据",
     {"parcel_code": ParcelCode, "uscc": Uscc, "relation": _Relation,
      "band": Literal["auto", "review"], "decision": Literal["same", "different", "unsure"],
      "sort": Literal["area_m2", "-area_m2", "probability", "-probability"]}),
    ("ledger", "ledger", "企业用地台账", {"uscc": Uscc}),
    ("ledger-lines", "ledger_lines", "企业用地台账明细",
     {"uscc": Uscc, "parcel_code": ParcelCode, "component": _Word}),
    ("evaluations/enterprises", "enterprise_evaluation", "企业评价",
     {"uscc": Uscc, "grade": Grade, "cohort": _Cohort, "unit_kind": _Word}),
    ("evaluations/parcels", "parcel_evaluation", "宗地评价",
     {"parcel_code": ParcelCode, "grade": Grade, "cohort": _Cohort}),
    ("evaluations/regions", "region_evaluation", "园区与区域评价", {"kind": _Kind}),
    ("evaluations/groups", "group_evaluation", "行业与区划汇总评价",
     {"kind": _Kind, "cohort": _Cohort}),
    ("benchmarks", "benchmarks", "评价基准", {"cohort": _Cohort}),
    ("low-efficiency", "low_efficiency", "低效用地提示",
     {"parcel_code": ParcelCode, "rule": _Rule, "sort": Literal["area_mu", "-area_mu"]}),
    ("screening-rules", "screening_rules", "筛查规则执行情况", {"rule": _Rule}),
    ("reconciliation/parcels", "parcel_reconciliation", "宗地清点",
     {"parcel_code": ParcelCode, "bucket": _Word}),
    ("reconciliation/enterprises", "enterprise_reconciliation", "企业清点",
     {"uscc": Uscc, "bucket": _Word}),
    ("grade-stakes", "grade_stakes", "待复核涉及等级",
     {"parcel_code": ParcelCode, "uscc": Uscc}),
    ("group-suggestions", "group_suggestions", "疑似集团", {"uscc": Uscc}),
    ("rejects", "rejects", "剔除记录", {}),
)  # fmt: skip


def _add(path: str, name: str, summary: str, filters: dict[str, Any]) -> None:
    source = SOURCES[name]
    told: dict[str, Any] = {
        column: (kind | None, SORT if column == "sort" else None)
        for column, kind in filters.items()
    }
    model = create_model(f"{name}_asked", __base__=ListAsked, **told)

    def rows(caller: Reading, asked: Annotated[model, Query()]) -> Response:  # type: ignore[valid-type]
        return reading.listed(caller, source, asked)

    router.add_api_route(
        f"/{path}", rows, methods=["GET"], summary=summary, response_class=Response,
        responses=reading.list_answers(source), name=name,
    )  # fmt: skip


for _table in _TABLES:
    _add(*_table)
