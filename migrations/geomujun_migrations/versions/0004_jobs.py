"""Work that outlives the request that asked for it.

Revision 0004, after 0003; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("jobs",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False, comment="load | publish"),
    sa.Column("state", sa.Text(), server_default="queued", nullable=False, comment="queued | running | done | failed"),
    sa.Column("subject", sa.Text(), nullable=False, comment="谁要的"),
    sa.Column("about", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="要做什么：年度、方案、案卷名、辖区"),
    sa.Column("stage", sa.Text(), server_default="", nullable=False, comment="做到哪一步"),
    sa.Column("stage_rows", sa.BigInteger(), server_default="0", nullable=False, comment="这一步的行数"),
    sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="做成了什么"),
    sa.Column("error", sa.Text(), server_default="", nullable=False, comment="为什么没有做成"),
    sa.Column("hint", sa.Text(), server_default="", nullable=False, comment="可以怎么办"),
    sa.Column("slot", sa.SmallInteger(), server_default="1", nullable=False, comment="同时只有一个"),
    sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时要的"),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=True, comment="何时开始"),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="何时结束"),
    sa.CheckConstraint("kind IN ('load', 'publish')", name=op.f("ck_jobs_kind")),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    schema="raw",
    comment="导入与发布的任务，同时只有一个"
    )
    op.create_index("uq_jobs_slot", "jobs", ["slot"], unique=True, schema="raw", postgresql_where=sa.text("state IN ('queued', 'running')"))


def downgrade() -> None:
    op.drop_index("uq_jobs_slot", table_name="jobs", schema="raw", postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_table("jobs", schema="raw")
