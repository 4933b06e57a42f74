"""Publications: numbered, immutable results. Every table is LIST-partitioned by edition.

A partition is built and indexed beside the others, then attached, so that readers of other
editions wait for nothing; dropping an edition is dropping its partitions.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.postgresql import JSONB

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Table
from geomujun.storage.schema.base import (
    METADATA,
    catalogue_column,
    geometry,
    gist,
    mercator,
    moment,
    number_column,
    words,
)

OUTPUTS: Final = tuple(sorted(name for name, table in TABLES.items() if table.role == "output"))
STATES: Final = ("draft", "objection", "approved", "published", "withdrawn")
_BY_EDITION: Final[dict[str, Any]] = {
    "schema": "pub",
    "postgresql_partition_by": "LIST (edition)",
}
# Columns that requests ask by, besides the first of the key.
_LOOKED_UP: Final = {
    "links": ("uscc",),
    "ledger_lines": ("parcel_code",),
    "cross_check": ("subject_id", "other_id", "finding_id"),
    "review_queue": ("parcel_code", "uscc"),
    "grade_stakes": ("subject_id",),
    "enterprise_reconciliation": ("bucket",),
    "parcel_reconciliation": ("bucket",),
}
# Columns that lists are sorted by, each with an index in that order. Blank ones stand last.
SORTED: Final[dict[str, tuple[str, ...]]] = {
    "plots": ("area_m2", "tax_per_mu"),
    "firms": ("occupied_mu", "score"),
    "links": ("area_m2", "probability"),
    "low_efficiency": ("area_mu",),
}

editions = SqlTable(
    "editions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False, comment="数据年度"),
    Column("as_of", Date, nullable=False, comment="对应关系的日期"),
    words("state", " | ".join(STATES), "draft"),
    words("title", "地区"),
    words("lang", "zh | en"),
    words("version", "程序版本"),
    words("scheme_id", "评价方案"),
    words("scheme_title", "评价方案名称"),
    Column("scheme", JSONB, nullable=False, comment="所用方案全文"),
    Column("indicators", JSONB, nullable=False, comment="[[id, 名称, 单位], …]"),
    Column("settings", JSONB, nullable=False, comment="地区配置等"),
    Column("load_id", BigInteger, ForeignKey("raw.loads.id"), nullable=False,
           comment="读到哪次导入为止"),
    Column("decision_id", BigInteger, nullable=False, comment="用到哪条决定为止，0 为没有"),
    Column("closing_id", BigInteger, nullable=False, comment="用到哪条关闭为止，0 为没有"),
    Column("run", JSONB, nullable=False, comment="run.json"),
    Column("hashes", JSONB, nullable=False, comment="各表 CSV 的 SHA-256"),
    Column("map", JSONB, nullable=False, comment="范围、亩均税收分档"),
    moment("built_at", "何时"),
    words("built_by", "谁"),
    CheckConstraint(f"state IN {STATES}", name="state"),
    Index("ix_editions_year", "year"),
    schema="pub",
    comment="发布",
)  # fmt: skip
edition_states = SqlTable(
    "edition_states",
    METADATA,
    number_column(),
    Column("edition", Integer, ForeignKey("pub.editions.number"), nullable=False),
    words("state", "到哪个状态"),
    words("actor", "谁"),
    words("note", "说明", ""),
    moment("at", "何时"),
    schema="pub",
    comment="发布状态的变更，只增不改",
)
current = SqlTable(
    "current",
    METADATA,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("channel", Text, primary_key=True, comment="internal：最新；public：已发布"),
    Column("edition", Integer, ForeignKey("pub.editions.number"), nullable=False),
    CheckConstraint("channel IN ('internal', 'public')", name="channel"),
    schema="pub",
    comment="各年度现用的发布",
)

grounds = SqlTable(
    "grounds",
    METADATA,
    Column("edition", Integer, ForeignKey("pub.editions.number"), primary_key=True),
    Column("name", Text, primary_key=True, comment="表名"),
    Column("body", LargeBinary, nullable=False, comment="Parquet；含未脱敏的企业数据"),
    schema="pub",
    comment="评价所依据的表，供试算",
)


def _edition() -> Column[Any]:
    return Column("edition", Integer, primary_key=True, comment="发布号")


def _division() -> Column[Any]:
    return words("division_code", "行政区划代码，按辖区授权用", "")


def _sorted(name: str, key: str) -> list[Index]:
    return [Index(f"ix_{name}_by_{c}", "edition", c, key) for c in SORTED.get(name, ())]


def _output(spec: Table) -> SqlTable:
    name = spec.name
    asked = dict.fromkeys([spec.key[0], *_LOOKED_UP.get(name, ())])
    seen = [words("facts_digest", "这一对的事实摘要，作决定时引用", "")] if name == "links" else []
    measured = (
        [
            Column(
                "indicators",
                JSONB,
                nullable=False,
                server_default="{}",
                comment="指标 id 与 id_score → 值",
            )
        ]
        if spec.dynamic_after
        else []
    )
    return SqlTable(
        name,
        METADATA,
        _edition(),
        Column("row_no", Integer, primary_key=True, comment="次序，从1起；翻页用"),
        _division(),
        *(catalogue_column(f) for f in spec.fields),
        *measured,
        *seen,
        *(Index(f"ix_{name}_edition_{c}", "edition", c) for c in asked),
        *_sorted(name, "row_no"),
        comment=spec.title,
        **_BY_EDITION,
    )  # fmt: skip


RESULTS: Final = {name: _output(TABLES[name]) for name in OUTPUTS}

plots = SqlTable(
    "plots",
    METADATA,
    _edition(),
    Column("parcel_code", Text, primary_key=True, comment="宗地代码，或无证图斑的 BSM"),
    _division(),
    words("kind", "parcel | patch"),
    words("location", "坐落", ""),
    words("land_use", "用途", ""),
    words("holder", "权利人（个人已脱敏）", ""),
    words("users", "实际使用企业", ""),
    words("bucket", "清点归类", ""),
    words("parcel_grade", "宗地等级", ""),
    words("enterprise_grade", "使用企业等级", ""),
    Column("area_m2", Double, comment="登记面积"),
    Column("tax_per_mu", Double, comment="宗地亩均税收，万元/亩"),
    Column("tax_class", SmallInteger, nullable=False, comment="亩均税收五分档 1–5，0 为无"),
    Column("low_efficiency", Boolean, nullable=False),
    Column("review", Boolean, nullable=False, comment="有待复核的对应"),
    Column("findings", SmallInteger, nullable=False, comment="未关闭的疑点数"),
    geometry("MULTIPOLYGON"),
    mercator("MULTIPOLYGON"),
    gist("plots", "geom"),
    gist("plots", "geom_3857"),
    *_sorted("plots", "parcel_code"),
    comment="地图上的地块",
    **_BY_EDITION,
)
firms = SqlTable(
    "firms",
    METADATA,
    _edition(),
    Column("uscc", Text, primary_key=True),
    _division(),
    words("name", "企业名称", ""),
    words("former_names", "曾用名", ""),
    words("address", "地址", ""),
    words("status", "登记状态", ""),
    words("industry", "行业代码", ""),
    words("size", "规上 | 规下", ""),
    words("bucket", "清点归类", ""),
    words("grade", "等级", ""),
    Column("score", Double),
    Column("rank", Integer),
    Column("occupied_mu", Double),
    words("point_from", "reported | parcel", ""),
    geometry("POINT"),
    mercator("POINT"),
    gist("firms", "geom"),
    gist("firms", "geom_3857"),
    *_sorted("firms", "uscc"),
    comment="企业",
    **_BY_EDITION,
)
grid = SqlTable(
    "grid",
    METADATA,
    _edition(),
    Column("z", SmallInteger, primary_key=True),
    Column("x", Integer, primary_key=True, comment="格号：瓦片列 × 32 + 格"),
    Column("y", Integer, primary_key=True),
    Column("division_code", Text, primary_key=True),
    Column("plots", Integer, nullable=False),
    *(Column(f"{side}_{g}_m2", Double, nullable=False)
      for side in ("parcel", "firm") for g in ("a", "b", "c", "d")),
    Column("area_m2", Double, nullable=False),
    Column("low_m2", Double, nullable=False),
    Column("tax_class_sum", Double, nullable=False, comment="Σ 分档 × 面积"),
    Column("tax_m2", Double, nullable=False, comment="有分档的面积"),
    comment="低层级的等级构成格网",
    **_BY_EDITION,
)  # fmt: skip
tile_cache = SqlTable(
    "tile_cache",
    METADATA,
    _edition(),
    Column("layer", Text, primary_key=True),
    Column("z", SmallInteger, primary_key=True),
    Column("x", Integer, primary_key=True),
    Column("y", Integer, primary_key=True),
    words("etag", "内容摘要"),
    Column("body", LargeBinary, nullable=False, comment="gzip 过的 MVT"),
    comment="预先画好的瓦片（全部辖区）",
    **_BY_EDITION,
)
PARTITIONED: Final = (*RESULTS.values(), plots, firms, grid, tile_cache)
