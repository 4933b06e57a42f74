"""What a simulation stands on, and the scenarios and plans people save.

Revision 0005, after 0004; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from geomujun.errors import UsageError
from geomujun.lang import t

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("grounds",
    sa.Column("edition", sa.Integer(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False, comment="表名"),
    sa.Column("body", sa.LargeBinary(), nullable=False, comment="Parquet；含未脱敏的企业数据"),
    sa.ForeignKeyConstraint(["edition"], ["pub.editions.number"], name=op.f("fk_grounds_edition")),
    sa.PrimaryKeyConstraint("edition", "name", name=op.f("pk_grounds")),
    schema="pub",
    comment="评价所依据的表，供试算"
    )
    op.create_table("scenarios",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False, comment="simulation | plan"),
    sa.Column("name", sa.Text(), nullable=False, comment="名称"),
    sa.Column("edition", sa.Integer(), nullable=False, comment="试算时的发布号"),
    sa.Column("year", sa.Integer(), nullable=False, comment="数据年度"),
    sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="改动的规则，或选定的片区和目标"),
    sa.Column("saved_by", sa.Text(), nullable=False, comment="谁"),
    sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.CheckConstraint("kind IN ('simulation', 'plan')", name=op.f("ck_scenarios_kind")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_scenarios")),
    sa.UniqueConstraint("kind", "name", name=op.f("uq_scenarios_kind_name")),
    schema="review",
    comment="保存的试算情景和整治计划"
    )


def downgrade() -> None:
    count = op.get_bind().execute(sa.text("SELECT count(*) FROM review.scenarios"))
    if count.scalar_one():
        raise UsageError(
            t("库里有保存的情景和计划，不能退回到没有它们的版本", "saved scenarios would be destroyed"),
            hint="geomujun db backup",
        )
    op.drop_table("scenarios", schema="review")
    op.drop_table("grounds", schema="pub")
