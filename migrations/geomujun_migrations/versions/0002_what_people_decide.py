"""What people decide.

Revision 0002, after 0001; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from geomujun.errors import UsageError
from geomujun.lang import t

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("log",
    sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False, comment="由触发器连续编号"),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", sa.Text(), nullable=False, comment="谁"),
    sa.Column("action", sa.Text(), nullable=False, comment="做了什么"),
    sa.Column("subject", sa.Text(), server_default="", nullable=False, comment="对什么"),
    sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    sa.Column("previous", sa.LargeBinary(), nullable=False, comment="上一行的摘要"),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="本行与上一行摘要的 SHA-256"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_log")),
    schema="audit",
    comment="审计，只增不改，逐行成链"
    )
    op.create_table("api_keys",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="密钥的 SHA-256"),
    sa.Column("hint", sa.Text(), nullable=False, comment="密钥的前几位，供人辨认"),
    sa.Column("subject", sa.Text(), nullable=False, comment="给谁"),
    sa.Column("role", sa.Text(), nullable=False, comment="viewer | reviewer | publisher | auditor | admin"),
    sa.Column("divisions", sa.ARRAY(sa.Text()), nullable=False, comment="行政区划前缀；'' 为全部"),
    sa.Column("scopes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="空为角色所有"),
    sa.Column("created_by", sa.Text(), nullable=False, comment="谁发的"),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True, comment="到期"),
    sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="何时作废"),
    sa.Column("rotated_from", sa.BigInteger(), nullable=True, comment="替换的密钥"),
    sa.CheckConstraint("role IN ('viewer', 'reviewer', 'publisher', 'auditor', 'admin')", name=op.f("ck_api_keys_role")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    sa.UniqueConstraint("sha256", name=op.f("uq_api_keys_sha256")),
    schema="auth",
    comment="接口密钥，只存摘要"
    )
    op.create_table("grants",
    sa.Column("subject", sa.Text(), nullable=False, comment="OIDC 的 sub"),
    sa.Column("role", sa.Text(), nullable=False, comment="角色"),
    sa.Column("divisions", sa.ARRAY(sa.Text()), nullable=False),
    sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
    sa.Column("granted_by", sa.Text(), nullable=False, comment="谁授的"),
    sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.CheckConstraint("role IN ('viewer', 'reviewer', 'publisher', 'auditor', 'admin')", name=op.f("ck_grants_role")),
    sa.PrimaryKeyConstraint("subject", name=op.f("pk_grants")),
    schema="auth",
    comment="统一登录用户的角色与辖区"
    )
    op.create_table("claims",
    sa.Column("parcel_code", sa.Text(), nullable=False),
    sa.Column("uscc", sa.Text(), nullable=False),
    sa.Column("reviewer", sa.Text(), nullable=False, comment="谁领走"),
    sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("parcel_code", "uscc", name=op.f("pk_claims")),
    schema="review",
    comment="复核任务的领取"
    )
    op.create_index("ix_claims_reviewer", "claims", ["reviewer"], unique=False, schema="review")
    op.create_table("closings",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("finding_id", sa.Text(), server_default="", nullable=False, comment="疑点编号"),
    sa.Column("rule", sa.Text(), server_default="", nullable=False, comment="规则"),
    sa.Column("subject_id", sa.Text(), server_default="", nullable=False, comment="对象"),
    sa.Column("other_id", sa.Text(), server_default="", nullable=False, comment="另一方"),
    sa.Column("facts_digest", sa.Text(), server_default="", nullable=False, comment="所见事实的摘要"),
    sa.Column("state", sa.Text(), nullable=False, comment="closed | open"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="理由"),
    sa.Column("reviewer", sa.Text(), nullable=False, comment="谁"),
    sa.Column("decided_at", sa.Text(), nullable=False, comment="何时，ISO 8601"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时入库"),
    sa.CheckConstraint("finding_id <> '' OR (rule <> '' AND subject_id <> '')", name=op.f("ck_closings_named")),
    sa.CheckConstraint("state IN ('closed', 'open')", name=op.f("ck_closings_state")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
    schema="review",
    comment="疑点的关闭与重开，只增不改"
    )
    op.create_table("decisions",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("parcel_code", sa.Text(), nullable=False, comment="宗地代码"),
    sa.Column("uscc", sa.Text(), nullable=False, comment="统一社会信用代码"),
    sa.Column("verdict", sa.Text(), nullable=False, comment="same | different | unsure"),
    sa.Column("relation", sa.Text(), server_default="", nullable=False, comment="关系，空为引擎所定"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="认定的面积，㎡；空为引擎所定"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="理由"),
    sa.Column("reviewer", sa.Text(), nullable=False, comment="谁"),
    sa.Column("facts_digest", sa.Text(), server_default="", nullable=False, comment="所见事实的摘要"),
    sa.Column("second_reviewer", sa.Text(), server_default="", nullable=False, comment="第二人（双人复核）"),
    sa.Column("decided_at", sa.Text(), nullable=False, comment="何时决定，ISO 8601，按写入者原文"),
    sa.Column("source", sa.Text(), server_default="", nullable=False, comment="从哪里来：api | file | import"),
    sa.Column("edition", sa.Integer(), nullable=True, comment="作决定时所见的发布号"),
    sa.Column("replaces", sa.BigInteger(), nullable=True, comment="替换的决定"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时入库"),
    sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name=op.f("ck_decisions_verdict")),
    sa.CheckConstraint("area_m2 >= 0", name=op.f("ck_decisions_area_m2")),
    sa.ForeignKeyConstraint(["replaces", "parcel_code", "uscc"], ["review.decisions.id", "review.decisions.parcel_code", "review.decisions.uscc"], name="fk_decisions_replaces"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    sa.UniqueConstraint("id", "parcel_code", "uscc", name=op.f("uq_decisions_id_parcel_code_uscc")),
    schema="review",
    comment="人工决定，只增不改"
    )
    op.create_index("uq_decisions_first", "decisions", ["parcel_code", "uscc"], unique=True, schema="review", postgresql_where=sa.text("replaces IS NULL"))
    op.create_index("uq_decisions_replaces", "decisions", ["replaces"], unique=True, schema="review", postgresql_where=sa.text("replaces IS NOT NULL"))
    op.create_table("objections",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("edition", sa.Integer(), nullable=False),
    sa.Column("uscc", sa.Text(), nullable=False, comment="提出异议的企业"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="所涉宗地，空为总面积"),
    sa.Column("claimed_m2", sa.Double(), nullable=True, comment="主张的面积"),
    sa.Column("reason", sa.Text(), nullable=False, comment="理由"),
    sa.Column("filed_by", sa.Text(), nullable=False, comment="谁录入"),
    sa.Column("filed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.Column("deadline", sa.Date(), nullable=False, comment="答复期限"),
    sa.Column("state", sa.Text(), server_default="open", nullable=False, comment="open | upheld | dismissed"),
    sa.Column("answer", sa.Text(), server_default="", nullable=False, comment="答复"),
    sa.Column("answered_by", sa.Text(), server_default="", nullable=False, comment="谁答复"),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="何时答复"),
    sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_objections_state")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    schema="review",
    comment="对面积的异议"
    )
    op.create_index("ix_objections_edition_uscc", "objections", ["edition", "uscc"], unique=False, schema="review")
    op.create_table("proposals",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("parcel_code", sa.Text(), nullable=False, comment="宗地代码"),
    sa.Column("uscc", sa.Text(), nullable=False, comment="统一社会信用代码"),
    sa.Column("verdict", sa.Text(), nullable=False, comment="same | different | unsure"),
    sa.Column("relation", sa.Text(), server_default="", nullable=False, comment="关系，空为引擎所定"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="认定的面积，㎡；空为引擎所定"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="理由"),
    sa.Column("reviewer", sa.Text(), nullable=False, comment="谁"),
    sa.Column("facts_digest", sa.Text(), server_default="", nullable=False, comment="所见事实的摘要"),
    sa.Column("edition", sa.Integer(), nullable=True),
    sa.Column("replaces", sa.BigInteger(), nullable=True, comment="要替换的决定"),
    sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.Column("state", sa.Text(), server_default="waiting", nullable=False, comment="waiting | confirmed | refused"),
    sa.Column("answered_by", sa.Text(), server_default="", nullable=False, comment="第二人"),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="何时答复"),
    sa.Column("decision_id", sa.BigInteger(), nullable=True),
    sa.CheckConstraint("answered_by = '' OR answered_by <> reviewer", name=op.f("ck_proposals_two_persons")),
    sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name=op.f("ck_proposals_verdict")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    schema="review",
    comment="双人复核：等第二人确认的决定"
    )
    op.create_index("uq_proposals_waiting", "proposals", ["parcel_code", "uscc"], unique=True, schema="review", postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    count = op.get_bind().execute(
        sa.text(
            "SELECT (SELECT count(*) FROM review.decisions) + (SELECT count(*) FROM review.closings)"
            " + (SELECT count(*) FROM review.objections) + (SELECT count(*) FROM review.proposals)"
        )
    )
    if count.scalar_one():
        raise UsageError(
            t("库里有人工决定，不能退回到没有它们的版本", "people's decisions would be destroyed"),
            hint="geomujun db backup; geomujun review export",
        )
    op.drop_index("uq_proposals_waiting", table_name="proposals", schema="review", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table("proposals", schema="review")
    op.drop_index("ix_objections_edition_uscc", table_name="objections", schema="review")
    op.drop_table("objections", schema="review")
    op.drop_index("uq_decisions_replaces", table_name="decisions", schema="review", postgresql_where=sa.text("replaces IS NOT NULL"))
    op.drop_index("uq_decisions_first", table_name="decisions", schema="review", postgresql_where=sa.text("replaces IS NULL"))
    op.drop_table("decisions", schema="review")
    op.drop_table("closings", schema="review")
    op.drop_index("ix_claims_reviewer", table_name="claims", schema="review")
    op.drop_table("claims", schema="review")
    op.drop_table("grants", schema="auth")
    op.drop_table("api_keys", schema="auth")
    op.drop_table("log", schema="audit")
