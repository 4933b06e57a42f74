"""Field checks of low-efficiency plots and what became of them.

Revision 0006, after 0005; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geomujun.errors import UsageError
from geomujun.lang import t

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("field_checks",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("parcel_code", sa.Text(), nullable=False, comment="宗地代码，或无证图斑的 BSM"),
    sa.Column("state", sa.Text(), nullable=False, comment="checked | refuted | talking | agreed | done"),
    sa.Column("path", sa.Text(), server_default="", nullable=False, comment="处置路径"),
    sa.Column("checked_on", sa.Date(), nullable=False, comment="哪天核查"),
    sa.Column("reviewer", sa.Text(), nullable=False, comment="谁"),
    sa.Column("note", sa.Text(), server_default="", nullable=False, comment="说明"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="整治面积，亩"),
    sa.Column("released_mu", sa.Double(), nullable=True, comment="腾出土地，亩"),
    sa.Column("energy_tce", sa.Double(), nullable=True, comment="腾出能耗，吨标煤"),
    sa.Column("tax_wan_yuan", sa.Double(), nullable=True, comment="税收提升，万元"),
    sa.Column("edition", sa.Integer(), nullable=False, comment="核查时所见的发布号"),
    sa.Column("replaces", sa.BigInteger(), nullable=True, comment="接在哪一条之后"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时入库"),
    sa.CheckConstraint("area_mu >= 0 AND released_mu >= 0 AND energy_tce >= 0 AND tax_wan_yuan >= 0", name=op.f("ck_field_checks_amounts")),
    sa.CheckConstraint("state IN ('checked', 'refuted', 'talking', 'agreed', 'done')", name=op.f("ck_field_checks_state")),
    sa.ForeignKeyConstraint(["replaces", "parcel_code"], ["review.field_checks.id", "review.field_checks.parcel_code"], name="fk_field_checks_replaces"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_field_checks")),
    sa.UniqueConstraint("id", "parcel_code", name=op.f("uq_field_checks_id_parcel_code")),
    schema="review",
    comment="低效用地的实地核查与整治，只增不改"
    )
    op.create_index("ix_field_checks_parcel_code", "field_checks", ["parcel_code", "id"], unique=False, schema="review")
    op.create_index("uq_field_checks_first", "field_checks", ["parcel_code"], unique=True, schema="review", postgresql_where=sa.text("replaces IS NULL"))
    op.create_index("uq_field_checks_replaces", "field_checks", ["replaces"], unique=True, schema="review", postgresql_where=sa.text("replaces IS NOT NULL"))


def downgrade() -> None:
    count = op.get_bind().execute(sa.text("SELECT count(*) FROM review.field_checks"))
    if count.scalar_one():
        raise UsageError(
            t("库里有实地核查记录，不能退回到没有它们的版本", "field checks would be destroyed"),
            hint="geomujun db backup",
        )
    op.drop_table("field_checks", schema="review")
