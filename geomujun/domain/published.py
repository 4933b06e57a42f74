"""Tables of a publication beside the outputs of a run: plots and firms as the map shows them.

Described like the catalogue's, so that one policy says of all of them who may see which column.
"""

from __future__ import annotations

from typing import Final

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Kind, Sensitivity, Table

_PUBLIC, _INTERNAL = Sensitivity.PUBLIC, Sensitivity.INTERNAL
_GRADES: Final = ("A", "B", "C", "D", "")
INDICATORS: Final = Field(
    "indicators", "各项指标及得分", sensitivity=Sensitivity.STATISTICAL, source="统计、税务、电力"
)
PLOTS: Final = Table(
    "plots",
    "地块",
    "output",
    ("parcel_code",),
    (
        Field("parcel_code", "宗地代码", sensitivity=_PUBLIC),
        Field("kind", "种类", choices=("parcel", "patch"), sensitivity=_PUBLIC),
        Field("location", "坐落", sensitivity=_INTERNAL),
        Field("land_use", "用途", sensitivity=_PUBLIC),
        Field("holder", "权利人（个人已脱敏）", sensitivity=_INTERNAL),
        Field("users", "实际使用企业", sensitivity=_INTERNAL),
        Field("bucket", "清点归类", sensitivity=_PUBLIC,
              choices=(*TABLES["parcel_reconciliation"].by_name["bucket"].choices, "")),
        Field("parcel_grade", "宗地等级", choices=_GRADES, sensitivity=_PUBLIC),
        Field("enterprise_grade", "使用企业等级", choices=_GRADES, sensitivity=_PUBLIC),
        Field("area_m2", "登记面积", Kind.NUMBER, unit="m2", decimals=2, sensitivity=_PUBLIC),
        Field("tax_per_mu", "宗地亩均税收", Kind.NUMBER, unit="万元/亩", sensitivity=_INTERNAL),
        Field("tax_class", "亩均税收分档", Kind.INTEGER, sensitivity=_INTERNAL),
        Field("low_efficiency", "低效用地提示", Kind.INTEGER, sensitivity=_INTERNAL),
        Field("review", "有待复核", Kind.INTEGER, sensitivity=_INTERNAL),
        Field("findings", "未关闭疑点数", Kind.INTEGER, sensitivity=_INTERNAL),
    ),
    shape="polygon",
)  # fmt: skip
FIRMS: Final = Table(
    "firms",
    "企业",
    "output",
    ("uscc",),
    (
        Field("uscc", "统一社会信用代码", sensitivity=_PUBLIC),
        Field("name", "企业名称", sensitivity=_PUBLIC),
        Field("former_names", "曾用名", sensitivity=_PUBLIC),
        Field("address", "地址", sensitivity=_INTERNAL),
        Field("status", "登记状态", sensitivity=_PUBLIC),
        Field("industry", "行业代码", sensitivity=_PUBLIC),
        Field("size", "规模", sensitivity=_PUBLIC),
        Field("bucket", "清点归类", sensitivity=_PUBLIC,
              choices=(*TABLES["enterprise_reconciliation"].by_name["bucket"].choices, "")),
        Field("grade", "等级", choices=_GRADES, sensitivity=_PUBLIC),
        Field("score", "总得分", Kind.NUMBER, sensitivity=_INTERNAL),
        Field("rank", "名次", Kind.INTEGER, sensitivity=_INTERNAL),
        Field("occupied_mu", "实际占用", Kind.NUMBER, unit="mu", decimals=4, sensitivity=_PUBLIC),
        Field("point_from", "点位来源", sensitivity=_INTERNAL),
    ),
    shape="point",
)  # fmt: skip
PUBLISHED: Final[dict[str, Table]] = {
    **{name: table for name, table in TABLES.items() if table.role == "output"},
    "plots": PLOTS,
    "firms": FIRMS,
}
