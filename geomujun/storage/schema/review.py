"""What people decide: append-only decisions and closings; claims and objections beside them.

A decision is replaced by a later one that names it in ``replaces``. Two unique indexes make the
rule hold without ever changing a row: a pair has at most one first decision, and a decision is
replaced at most once, so that exactly one is live.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geomujun.storage.schema.base import METADATA, moment, number_column, words

_VERDICTS = "verdict IN ('same', 'different', 'unsure')"


def _opinion() -> list[Column[object]]:
    """What a person says of a pair."""
    return [
        words("parcel_code", "宗地代码"),
        words("uscc", "统一社会信用代码"),
        words("verdict", "same | different | unsure"),
        words("relation", "关系，空为引擎所定", ""),
        Column("area_m2", Double, comment="认定的面积，㎡；空为引擎所定"),
        words("reason", "理由", ""),
        words("reviewer", "谁"),
        words("facts_digest", "所见事实的摘要", ""),
    ]


decisions = Table(
    "decisions",
    METADATA,
    number_column(),
    *_opinion(),
    words("second_reviewer", "第二人（双人复核）", ""),
    words("decided_at", "何时决定，ISO 8601，按写入者原文"),
    words("source", "从哪里来：api | file | import", ""),
    Column("edition", Integer, comment="作决定时所见的发布号"),
    Column("replaces", BigInteger, comment="替换的决定"),
    moment("recorded_at", "何时入库"),
    CheckConstraint(_VERDICTS, name="verdict"),
    CheckConstraint("area_m2 >= 0", name="area_m2"),
    UniqueConstraint("id", "parcel_code", "uscc"),
    ForeignKeyConstraint(
        ["replaces", "parcel_code", "uscc"],
        ["review.decisions.id", "review.decisions.parcel_code", "review.decisions.uscc"],
        name="fk_decisions_replaces",
    ),
    Index(
        "uq_decisions_first", "parcel_code", "uscc", unique=True,
        postgresql_where=text("replaces IS NULL"),
    ),
    Index(
        "uq_decisions_replaces", "replaces", unique=True,
        postgresql_where=text("replaces IS NOT NULL"),
    ),
    schema="review",
    comment="人工决定，只增不改",
)  # fmt: skip
proposals = Table(
    "proposals",
    METADATA,
    number_column(),
    *_opinion(),
    Column("edition", Integer),
    Column("replaces", BigInteger, comment="要替换的决定"),
    moment("proposed_at", "何时"),
    words("state", "waiting | confirmed | refused", "waiting"),
    words("answered_by", "第二人", ""),
    moment("answered_at", "何时答复", now=False),
    Column("decision_id", BigInteger),
    CheckConstraint(_VERDICTS, name="verdict"),
    CheckConstraint("answered_by = '' OR answered_by <> reviewer", name="two_persons"),
    Index(
        "uq_proposals_waiting", "parcel_code", "uscc", unique=True,
        postgresql_where=text("state = 'waiting'"),
    ),
    schema="review",
    comment="双人复核：等第二人确认的决定",
)  # fmt: skip
claims = Table(
    "claims",
    METADATA,
    Column("parcel_code", Text, primary_key=True),
    Column("uscc", Text, primary_key=True),
    words("reviewer", "谁领走"),
    moment("claimed_at", "何时"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("ix_claims_reviewer", "reviewer"),
    schema="review",
    comment="复核任务的领取",
)
closings = Table(
    "closings",
    METADATA,
    number_column(),
    words("finding_id", "疑点编号", ""),
    words("rule", "规则", ""),
    words("subject_id", "对象", ""),
    words("other_id", "另一方", ""),
    words("facts_digest", "所见事实的摘要", ""),
    words("state", "closed | open"),
    words("reason", "理由", ""),
    words("reviewer", "谁"),
    words("decided_at", "何时，ISO 8601"),
    moment("recorded_at", "何时入库"),
    CheckConstraint("state IN ('closed', 'open')", name="state"),
    CheckConstraint("finding_id <> '' OR (rule <> '' AND subject_id <> '')", name="named"),
    schema="review",
    comment="疑点的关闭与重开，只增不改",
)
objections = Table(
    "objections",
    METADATA,
    number_column(),
    Column("edition", Integer, nullable=False),
    words("uscc", "提出异议的企业"),
    words("parcel_code", "所涉宗地，空为总面积", ""),
    Column("claimed_m2", Double, comment="主张的面积"),
    words("reason", "理由"),
    words("filed_by", "谁录入"),
    moment("filed_at", "何时"),
    Column("deadline", Date, nullable=False, comment="答复期限"),
    words("state", "open | upheld | dismissed", "open"),
    words("answer", "答复", ""),
    words("answered_by", "谁答复", ""),
    moment("answered_at", "何时答复", now=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name="state"),
    Index("ix_objections_edition_uscc", "edition", "uscc"),
    schema="review",
    comment="对面积的异议",
)
scenarios = Table(
    "scenarios",
    METADATA,
    number_column(),
    words("kind", "simulation | plan"),
    words("name", "名称"),
    Column("edition", Integer, nullable=False, comment="试算时的发布号"),
    Column("year", Integer, nullable=False, comment="数据年度"),
    Column("body", JSONB, nullable=False, comment="改动的规则，或选定的片区和目标"),
    words("saved_by", "谁"),
    moment("saved_at", "何时"),
    CheckConstraint("kind IN ('simulation', 'plan')", name="kind"),
    UniqueConstraint("kind", "name"),
    schema="review",
    comment="保存的试算情景和整治计划",
)
field_checks = Table(
    "field_checks",
    METADATA,
    number_column(),
    words("parcel_code", "宗地代码，或无证图斑的 BSM"),
    words("state", "checked | refuted | talking | agreed | done"),
    words("path", "处置路径", ""),
    Column("checked_on", Date, nullable=False, comment="哪天核查"),
    words("reviewer", "谁"),
    words("note", "说明", ""),
    Column("area_mu", Double, comment="整治面积，亩"),
    Column("released_mu", Double, comment="腾出土地，亩"),
    Column("energy_tce", Double, comment="腾出能耗，吨标煤"),
    Column("tax_wan_yuan", Double, comment="税收提升，万元"),
    Column("edition", Integer, nullable=False, comment="核查时所见的发布号"),
    Column("replaces", BigInteger, comment="接在哪一条之后"),
    moment("recorded_at", "何时入库"),
    CheckConstraint(
        "state IN ('checked', 'refuted', 'talking', 'agreed', 'done')", name="state"
    ),
    CheckConstraint(
        "area_mu >= 0 AND released_mu >= 0 AND energy_tce >= 0 AND tax_wan_yuan >= 0",
        name="amounts",
    ),
    UniqueConstraint("id", "parcel_code"),
    ForeignKeyConstraint(
        ["replaces", "parcel_code"],
        ["review.field_checks.id", "review.field_checks.parcel_code"],
        name="fk_field_checks_replaces",
    ),
    Index(
        "uq_field_checks_first", "parcel_code", unique=True,
        postgresql_where=text("replaces IS NULL"),
    ),
    Index(
        "uq_field_checks_replaces", "replaces", unique=True,
        postgresql_where=text("replaces IS NOT NULL"),
    ),
    Index("ix_field_checks_parcel_code", "parcel_code", "id"),
    schema="review",
    comment="低效用地的实地核查与整治，只增不改",
)  # fmt: skip
