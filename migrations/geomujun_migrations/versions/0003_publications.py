"""Publications.

Revision 0003, after 0002; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("benchmarks",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("side", sa.Text(), server_default="", nullable=False, comment="评价对象；internal"),
    sa.Column("cohort", sa.Text(), server_default="", nullable=False, comment="评价组；internal"),
    sa.Column("indicator", sa.Text(), server_default="", nullable=False, comment="指标；internal"),
    sa.Column("label", sa.Text(), server_default="", nullable=False, comment="指标名称；internal"),
    sa.Column("how", sa.Text(), server_default="", nullable=False, comment="基准来历；internal"),
    sa.Column("value", sa.Double(), nullable=True, comment="基准值；internal"),
    sa.Column("unit", sa.Text(), server_default="", nullable=False, comment="单位；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_benchmarks")),
    schema="pub",
    comment="评价基准",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_benchmarks_edition_side", "benchmarks", ["edition", "side"], unique=False, schema="pub")
    op.create_table("cross_check",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("rule", sa.Text(), server_default="", nullable=False, comment="规则；internal"),
    sa.Column("subject_kind", sa.Text(), server_default="", nullable=False, comment="对象类型；internal"),
    sa.Column("subject_id", sa.Text(), server_default="", nullable=False, comment="对象；internal"),
    sa.Column("other_id", sa.Text(), server_default="", nullable=False, comment="相关对象；internal"),
    sa.Column("measured", sa.Double(), nullable=True, comment="实测值；internal"),
    sa.Column("threshold", sa.Double(), nullable=True, comment="阈值；internal"),
    sa.Column("unit", sa.Text(), server_default="", nullable=False, comment="单位；internal"),
    sa.Column("severity", sa.Text(), server_default="", nullable=False, comment="程度；internal"),
    sa.Column("message", sa.Text(), server_default="", nullable=False, comment="说明；internal"),
    sa.Column("finding_id", sa.Text(), server_default="", nullable=False, comment="疑点编号；internal"),
    sa.Column("story_id", sa.Text(), server_default="", nullable=False, comment="事项编号；internal"),
    sa.Column("story_order", sa.BigInteger(), nullable=True, comment="事项内次序；internal"),
    sa.Column("headline", sa.Text(), server_default="", nullable=False, comment="事项；internal"),
    sa.Column("rows", sa.Text(), server_default="", nullable=False, comment="依据行；internal"),
    sa.Column("facts_digest", sa.Text(), server_default="", nullable=False, comment="事实摘要；internal"),
    sa.Column("state", sa.Text(), server_default="", nullable=False, comment="状态；internal"),
    sa.Column("state_reason", sa.Text(), server_default="", nullable=False, comment="关闭理由；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_cross_check")),
    schema="pub",
    comment="互校疑点",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_cross_check_edition_finding_id", "cross_check", ["edition", "finding_id"], unique=False, schema="pub")
    op.create_index("ix_cross_check_edition_other_id", "cross_check", ["edition", "other_id"], unique=False, schema="pub")
    op.create_index("ix_cross_check_edition_rule", "cross_check", ["edition", "rule"], unique=False, schema="pub")
    op.create_index("ix_cross_check_edition_subject_id", "cross_check", ["edition", "subject_id"], unique=False, schema="pub")
    op.create_table("enterprise_evaluation",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="企业名称；public"),
    sa.Column("cohort", sa.Text(), server_default="", nullable=False, comment="评价组；public"),
    sa.Column("unit_kind", sa.Text(), server_default="", nullable=False, comment="评价单元类型；public"),
    sa.Column("unit_id", sa.Text(), server_default="", nullable=False, comment="评价单元；public"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="评价用地（亩）；mu；public"),
    sa.Column("bonus", sa.Double(), nullable=True, comment="加分；points；internal"),
    sa.Column("malus", sa.Double(), nullable=True, comment="减分；points；internal"),
    sa.Column("score", sa.Double(), nullable=True, comment="得分；points；internal"),
    sa.Column("rank", sa.BigInteger(), nullable=True, comment="名次；internal"),
    sa.Column("grade", sa.Text(), server_default="", nullable=False, comment="等级；public"),
    sa.Column("grade_reason", sa.Text(), server_default="", nullable=False, comment="等级说明；internal"),
    sa.Column("grade_best", sa.Text(), server_default="", nullable=False, comment="可能最好等级；internal"),
    sa.Column("grade_worst", sa.Text(), server_default="", nullable=False, comment="可能最差等级；internal"),
    sa.Column("joint_best", sa.Text(), server_default="", nullable=False, comment="联合最好等级；internal"),
    sa.Column("joint_worst", sa.Text(), server_default="", nullable=False, comment="联合最差等级；internal"),
    sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False, comment="指标 id 与 id_score → 值"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_enterprise_evaluation")),
    schema="pub",
    comment="企业评价",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_enterprise_evaluation_edition_uscc", "enterprise_evaluation", ["edition", "uscc"], unique=False, schema="pub")
    op.create_table("enterprise_reconciliation",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="企业名称；public"),
    sa.Column("bucket", sa.Text(), server_default="", nullable=False, comment="归类；public"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="原因；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_enterprise_reconciliation")),
    schema="pub",
    comment="企业清点",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_enterprise_reconciliation_edition_bucket", "enterprise_reconciliation", ["edition", "bucket"], unique=False, schema="pub")
    op.create_index("ix_enterprise_reconciliation_edition_uscc", "enterprise_reconciliation", ["edition", "uscc"], unique=False, schema="pub")
    op.create_geospatial_table("firms",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("uscc", sa.Text(), nullable=False),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="企业名称"),
    sa.Column("former_names", sa.Text(), server_default="", nullable=False, comment="曾用名"),
    sa.Column("address", sa.Text(), server_default="", nullable=False, comment="地址"),
    sa.Column("status", sa.Text(), server_default="", nullable=False, comment="登记状态"),
    sa.Column("industry", sa.Text(), server_default="", nullable=False, comment="行业代码"),
    sa.Column("size", sa.Text(), server_default="", nullable=False, comment="规上 | 规下"),
    sa.Column("bucket", sa.Text(), server_default="", nullable=False, comment="清点归类"),
    sa.Column("grade", sa.Text(), server_default="", nullable=False, comment="等级"),
    sa.Column("score", sa.Double(), nullable=True),
    sa.Column("rank", sa.Integer(), nullable=True),
    sa.Column("occupied_mu", sa.Double(), nullable=True),
    sa.Column("point_from", sa.Text(), server_default="", nullable=False, comment="reported | parcel"),
    sa.Column("geom", Geometry(geometry_type="POINT", srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True, comment="EPSG:4490"),
    sa.Column("geom_3857", Geometry(geometry_type="POINT", srid=3857, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), sa.Computed("st_transform(geom, 3857)", persisted=True), nullable=True, comment="只用于瓦片，不量面积"),
    sa.PrimaryKeyConstraint("edition", "uscc", name=op.f("pk_firms")),
    schema="pub",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_geospatial_index("ix_firms_geom", "firms", ["geom"], unique=False, schema="pub", postgresql_using="gist", postgresql_ops={})
    op.create_geospatial_index("ix_firms_geom_3857", "firms", ["geom_3857"], unique=False, schema="pub", postgresql_using="gist", postgresql_ops={})
    op.create_table("grade_stakes",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="待复核宗地；public"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="待复核企业；public"),
    sa.Column("subject_kind", sa.Text(), server_default="", nullable=False, comment="对象类型；public"),
    sa.Column("subject_id", sa.Text(), server_default="", nullable=False, comment="对象代码；public"),
    sa.Column("before", sa.Text(), server_default="", nullable=False, comment="现等级；internal"),
    sa.Column("after", sa.Text(), server_default="", nullable=False, comment="确认后等级；internal"),
    sa.Column("change_mu", sa.Double(), nullable=True, comment="用地变化（亩）；mu；internal"),
    sa.Column("probability", sa.Double(), nullable=True, comment="可信概率；ratio；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_grade_stakes")),
    schema="pub",
    comment="待复核涉及等级",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_grade_stakes_edition_parcel_code", "grade_stakes", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_index("ix_grade_stakes_edition_subject_id", "grade_stakes", ["edition", "subject_id"], unique=False, schema="pub")
    op.create_table("grid",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("z", sa.SmallInteger(), nullable=False),
    sa.Column("x", sa.Integer(), nullable=False, comment="格号：瓦片列 × 32 + 格"),
    sa.Column("y", sa.Integer(), nullable=False),
    sa.Column("division_code", sa.Text(), nullable=False),
    sa.Column("plots", sa.Integer(), nullable=False),
    sa.Column("parcel_a_m2", sa.Double(), nullable=False),
    sa.Column("parcel_b_m2", sa.Double(), nullable=False),
    sa.Column("parcel_c_m2", sa.Double(), nullable=False),
    sa.Column("parcel_d_m2", sa.Double(), nullable=False),
    sa.Column("firm_a_m2", sa.Double(), nullable=False),
    sa.Column("firm_b_m2", sa.Double(), nullable=False),
    sa.Column("firm_c_m2", sa.Double(), nullable=False),
    sa.Column("firm_d_m2", sa.Double(), nullable=False),
    sa.Column("area_m2", sa.Double(), nullable=False),
    sa.Column("low_m2", sa.Double(), nullable=False),
    sa.Column("tax_class_sum", sa.Double(), nullable=False, comment="Σ 分档 × 面积"),
    sa.Column("tax_m2", sa.Double(), nullable=False, comment="有分档的面积"),
    sa.PrimaryKeyConstraint("edition", "z", "x", "y", "division_code", name=op.f("pk_grid")),
    schema="pub",
    comment="低层级的等级构成格网",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_table("group_evaluation",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("kind", sa.Text(), server_default="", nullable=False, comment="类型；public"),
    sa.Column("id", sa.Text(), server_default="", nullable=False, comment="代码；public"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="名称；public"),
    sa.Column("cohort", sa.Text(), server_default="", nullable=False, comment="评价组；public"),
    sa.Column("units", sa.BigInteger(), nullable=True, comment="评价单元数；public"),
    sa.Column("enterprises", sa.BigInteger(), nullable=True, comment="企业数；public"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="评价用地（亩）；mu；public"),
    sa.Column("tax_wan_yuan", sa.Double(), nullable=True, comment="税收（万元）；wan_yuan；statistical"),
    sa.Column("score", sa.Double(), nullable=True, comment="得分；points；internal"),
    sa.Column("rank", sa.BigInteger(), nullable=True, comment="名次；internal"),
    sa.Column("a", sa.BigInteger(), nullable=True, comment="A类单元；internal"),
    sa.Column("b", sa.BigInteger(), nullable=True, comment="B类单元；internal"),
    sa.Column("c", sa.BigInteger(), nullable=True, comment="C类单元；internal"),
    sa.Column("d", sa.BigInteger(), nullable=True, comment="D类单元；internal"),
    sa.Column("target_indicator", sa.Text(), server_default="", nullable=False, comment="目标指标；public"),
    sa.Column("target", sa.Double(), nullable=True, comment="目标值；public"),
    sa.Column("target_year", sa.BigInteger(), nullable=True, comment="目标年度；public"),
    sa.Column("target_ratio", sa.Double(), nullable=True, comment="完成率；ratio；internal"),
    sa.Column("target_source", sa.Text(), server_default="", nullable=False, comment="目标来源；public"),
    sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False, comment="指标 id 与 id_score → 值"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_group_evaluation")),
    schema="pub",
    comment="行业与区划汇总评价",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_group_evaluation_edition_kind", "group_evaluation", ["edition", "kind"], unique=False, schema="pub")
    op.create_table("group_suggestions",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("group_id", sa.Text(), server_default="", nullable=False, comment="疑似集团编号；internal"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="企业名称；public"),
    sa.Column("members", sa.BigInteger(), nullable=True, comment="成员数；internal"),
    sa.Column("why", sa.Text(), server_default="", nullable=False, comment="依据；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_group_suggestions")),
    schema="pub",
    comment="疑似集团",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_group_suggestions_edition_group_id", "group_suggestions", ["edition", "group_id"], unique=False, schema="pub")
    op.create_table("ledger",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("registered_m2", sa.Double(), nullable=True, comment="已登记用地；m2；public"),
    sa.Column("leased_in_m2", sa.Double(), nullable=True, comment="租入用地；m2；public"),
    sa.Column("other_m2", sa.Double(), nullable=True, comment="其他用地；m2；public"),
    sa.Column("leased_out_m2", sa.Double(), nullable=True, comment="租出用地；m2；public"),
    sa.Column("exempt_m2", sa.Double(), nullable=True, comment="暂不计入；m2；public"),
    sa.Column("occupied_m2", sa.Double(), nullable=True, comment="实际占用；m2；public"),
    sa.Column("occupied_mu", sa.Double(), nullable=True, comment="实际占用（亩）；mu；public"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_ledger")),
    schema="pub",
    comment="企业用地台账",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_ledger_edition_uscc", "ledger", ["edition", "uscc"], unique=False, schema="pub")
    op.create_table("ledger_lines",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；public"),
    sa.Column("component", sa.Text(), server_default="", nullable=False, comment="项目；public"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="面积；m2；public"),
    sa.Column("basis", sa.Text(), server_default="", nullable=False, comment="依据；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_ledger_lines")),
    schema="pub",
    comment="用地台账明细",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_ledger_lines_edition_parcel_code", "ledger_lines", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_index("ix_ledger_lines_edition_uscc", "ledger_lines", ["edition", "uscc"], unique=False, schema="pub")
    op.create_table("links",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；public"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("relation", sa.Text(), server_default="", nullable=False, comment="关系；public"),
    sa.Column("share", sa.Double(), nullable=True, comment="份额；ratio；internal"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="对应面积；m2；public"),
    sa.Column("area_method", sa.Text(), server_default="", nullable=False, comment="面积方法；public"),
    sa.Column("valid_from", sa.Date(), nullable=True, comment="起；internal"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="止；internal"),
    sa.Column("probability", sa.Double(), nullable=True, comment="可信概率；ratio；internal"),
    sa.Column("band", sa.Text(), server_default="", nullable=False, comment="档；internal"),
    sa.Column("tier", sa.Text(), server_default="", nullable=False, comment="依据层级；internal"),
    sa.Column("evidence", sa.Text(), server_default="", nullable=False, comment="证据；personal"),
    sa.Column("rival_uscc", sa.Text(), server_default="", nullable=False, comment="竞争企业；internal"),
    sa.Column("rival_probability", sa.Double(), nullable=True, comment="竞争概率；ratio；internal"),
    sa.Column("decision", sa.Text(), server_default="", nullable=False, comment="人工决定；internal"),
    sa.Column("lease_id", sa.Text(), server_default="", nullable=False, comment="合同编号；internal"),
    sa.Column("weight_bits", sa.Double(), nullable=True, comment="总权重；bits；internal"),
    sa.Column("facts_digest", sa.Text(), server_default="", nullable=False, comment="这一对的事实摘要，作决定时引用"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_links")),
    schema="pub",
    comment="地企对应",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_links_edition_parcel_code", "links", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_index("ix_links_edition_uscc", "links", ["edition", "uscc"], unique=False, schema="pub")
    op.create_table("low_efficiency",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；public"),
    sa.Column("rule", sa.Text(), server_default="", nullable=False, comment="规则；public"),
    sa.Column("measured", sa.Double(), nullable=True, comment="实测值；internal"),
    sa.Column("threshold", sa.Double(), nullable=True, comment="阈值；internal"),
    sa.Column("unit", sa.Text(), server_default="", nullable=False, comment="单位；internal"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="面积（亩）；mu；public"),
    sa.Column("basis", sa.Text(), server_default="", nullable=False, comment="依据；public"),
    sa.Column("path", sa.Text(), server_default="", nullable=False, comment="建议路径；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_low_efficiency")),
    schema="pub",
    comment="低效用地提示",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_low_efficiency_edition_parcel_code", "low_efficiency", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_table("parcel_evaluation",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；public"),
    sa.Column("cohort", sa.Text(), server_default="", nullable=False, comment="评价组；public"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="登记面积（亩）；mu；public"),
    sa.Column("enterprises", sa.Text(), server_default="", nullable=False, comment="计入企业；public"),
    sa.Column("left_out", sa.Text(), server_default="", nullable=False, comment="未计入企业；internal"),
    sa.Column("score", sa.Double(), nullable=True, comment="得分；points；internal"),
    sa.Column("rank", sa.BigInteger(), nullable=True, comment="名次；internal"),
    sa.Column("grade", sa.Text(), server_default="", nullable=False, comment="等级；public"),
    sa.Column("grade_best", sa.Text(), server_default="", nullable=False, comment="可能最好等级；internal"),
    sa.Column("grade_worst", sa.Text(), server_default="", nullable=False, comment="可能最差等级；internal"),
    sa.Column("joint_best", sa.Text(), server_default="", nullable=False, comment="联合最好等级；internal"),
    sa.Column("joint_worst", sa.Text(), server_default="", nullable=False, comment="联合最差等级；internal"),
    sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False, comment="指标 id 与 id_score → 值"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_parcel_evaluation")),
    schema="pub",
    comment="宗地评价",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_parcel_evaluation_edition_parcel_code", "parcel_evaluation", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_table("parcel_reconciliation",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；public"),
    sa.Column("bucket", sa.Text(), server_default="", nullable=False, comment="归类；public"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="原因；internal"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="登记面积；m2；public"),
    sa.Column("allocated_m2", sa.Double(), nullable=True, comment="已分配面积；m2；public"),
    sa.Column("unallocated_m2", sa.Double(), nullable=True, comment="未分配面积；m2；public"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_parcel_reconciliation")),
    schema="pub",
    comment="宗地清点",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_parcel_reconciliation_edition_bucket", "parcel_reconciliation", ["edition", "bucket"], unique=False, schema="pub")
    op.create_index("ix_parcel_reconciliation_edition_parcel_code", "parcel_reconciliation", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_geospatial_table("plots",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("parcel_code", sa.Text(), nullable=False, comment="宗地代码，或无证图斑的 BSM"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("kind", sa.Text(), nullable=False, comment="parcel | patch"),
    sa.Column("location", sa.Text(), server_default="", nullable=False, comment="坐落"),
    sa.Column("land_use", sa.Text(), server_default="", nullable=False, comment="用途"),
    sa.Column("holder", sa.Text(), server_default="", nullable=False, comment="权利人（个人已脱敏）"),
    sa.Column("users", sa.Text(), server_default="", nullable=False, comment="实际使用企业"),
    sa.Column("bucket", sa.Text(), server_default="", nullable=False, comment="清点归类"),
    sa.Column("parcel_grade", sa.Text(), server_default="", nullable=False, comment="宗地等级"),
    sa.Column("enterprise_grade", sa.Text(), server_default="", nullable=False, comment="使用企业等级"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="登记面积"),
    sa.Column("tax_per_mu", sa.Double(), nullable=True, comment="宗地亩均税收，万元/亩"),
    sa.Column("tax_class", sa.SmallInteger(), nullable=False, comment="亩均税收五分档 1–5，0 为无"),
    sa.Column("low_efficiency", sa.Boolean(), nullable=False),
    sa.Column("review", sa.Boolean(), nullable=False, comment="有待复核的对应"),
    sa.Column("findings", sa.SmallInteger(), nullable=False, comment="未关闭的疑点数"),
    sa.Column("geom", Geometry(geometry_type="MULTIPOLYGON", srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True, comment="EPSG:4490"),
    sa.Column("geom_3857", Geometry(geometry_type="MULTIPOLYGON", srid=3857, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), sa.Computed("st_transform(geom, 3857)", persisted=True), nullable=True, comment="只用于瓦片，不量面积"),
    sa.PrimaryKeyConstraint("edition", "parcel_code", name=op.f("pk_plots")),
    schema="pub",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_geospatial_index("ix_plots_geom", "plots", ["geom"], unique=False, schema="pub", postgresql_using="gist", postgresql_ops={})
    op.create_geospatial_index("ix_plots_geom_3857", "plots", ["geom_3857"], unique=False, schema="pub", postgresql_using="gist", postgresql_ops={})
    op.create_table("region_evaluation",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("kind", sa.Text(), server_default="", nullable=False, comment="类型；public"),
    sa.Column("id", sa.Text(), server_default="", nullable=False, comment="代码；public"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="名称；public"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="建设用地（亩）；mu；public"),
    sa.Column("score", sa.Double(), nullable=True, comment="得分；points；internal"),
    sa.Column("rank", sa.BigInteger(), nullable=True, comment="名次；internal"),
    sa.Column("park_kind", sa.Text(), server_default="", nullable=False, comment="园区类别；public"),
    sa.Column("level", sa.Text(), server_default="", nullable=False, comment="级别；public"),
    sa.Column("floor_area_ratio", sa.Double(), nullable=True, comment="综合容积率；ratio；public"),
    sa.Column("workshop_m2", sa.Double(), nullable=True, comment="标准厂房建筑面积；m2；internal"),
    sa.Column("workshop_vacancy", sa.Double(), nullable=True, comment="标准厂房空置率；ratio；internal"),
    sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False, comment="指标 id 与 id_score → 值"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_region_evaluation")),
    schema="pub",
    comment="园区与区域评价",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_region_evaluation_edition_kind", "region_evaluation", ["edition", "kind"], unique=False, schema="pub")
    op.create_table("rejects",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("file", sa.Text(), server_default="", nullable=False, comment="文件；internal"),
    sa.Column("row", sa.BigInteger(), nullable=True, comment="行；internal"),
    sa.Column("field", sa.Text(), server_default="", nullable=False, comment="字段；internal"),
    sa.Column("value", sa.Text(), server_default="", nullable=False, comment="值；personal"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="原因；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_rejects")),
    schema="pub",
    comment="剔除记录",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_rejects_edition_file", "rejects", ["edition", "file"], unique=False, schema="pub")
    op.create_table("review_queue",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("order", sa.BigInteger(), nullable=True, comment="次序；internal"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；public"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；public"),
    sa.Column("question", sa.Text(), server_default="", nullable=False, comment="问题；internal"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="涉及面积；m2；internal"),
    sa.Column("grades", sa.Text(), server_default="", nullable=False, comment="涉及等级；internal"),
    sa.Column("probability", sa.Double(), nullable=True, comment="可信概率；ratio；internal"),
    sa.Column("rival_uscc", sa.Text(), server_default="", nullable=False, comment="竞争企业；internal"),
    sa.Column("area_mu", sa.Double(), nullable=True, comment="涉及面积（亩）；mu；internal"),
    sa.Column("enterprises_changed", sa.BigInteger(), nullable=True, comment="等级变化企业数；internal"),
    sa.Column("parcels_changed", sa.BigInteger(), nullable=True, comment="等级变化宗地数；internal"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_review_queue")),
    schema="pub",
    comment="复核清单",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_review_queue_edition_order", "review_queue", ["edition", "order"], unique=False, schema="pub")
    op.create_index("ix_review_queue_edition_parcel_code", "review_queue", ["edition", "parcel_code"], unique=False, schema="pub")
    op.create_index("ix_review_queue_edition_uscc", "review_queue", ["edition", "uscc"], unique=False, schema="pub")
    op.create_table("screening_rules",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("row_no", sa.Integer(), nullable=False, comment="次序，从1起；翻页用"),
    sa.Column("division_code", sa.Text(), server_default="", nullable=False, comment="行政区划代码，按辖区授权用"),
    sa.Column("rule", sa.Text(), server_default="", nullable=False, comment="规则；public"),
    sa.Column("title", sa.Text(), server_default="", nullable=False, comment="名称；public"),
    sa.Column("state", sa.Text(), server_default="", nullable=False, comment="状态；public"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="未查原因；public"),
    sa.Column("hits", sa.BigInteger(), nullable=True, comment="提示宗数；internal"),
    sa.Column("set_aside", sa.BigInteger(), nullable=True, comment="因闲置不再提示；internal"),
    sa.Column("thresholds", sa.Text(), server_default="", nullable=False, comment="阈值；internal"),
    sa.Column("unit", sa.Text(), server_default="", nullable=False, comment="单位；internal"),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="范围；public"),
    sa.Column("basis", sa.Text(), server_default="", nullable=False, comment="依据；public"),
    sa.Column("source", sa.Text(), server_default="", nullable=False, comment="来源；public"),
    sa.Column("confirmed", sa.BigInteger(), nullable=True, comment="是否核实；public"),
    sa.Column("exemption", sa.Text(), server_default="", nullable=False, comment="例外；public"),
    sa.PrimaryKeyConstraint("edition", "row_no", name=op.f("pk_screening_rules")),
    schema="pub",
    comment="筛查规则执行情况",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_index("ix_screening_rules_edition_rule", "screening_rules", ["edition", "rule"], unique=False, schema="pub")
    op.create_table("tile_cache",
    sa.Column("edition", sa.Integer(), nullable=False, comment="发布号"),
    sa.Column("layer", sa.Text(), nullable=False),
    sa.Column("z", sa.SmallInteger(), nullable=False),
    sa.Column("x", sa.Integer(), nullable=False),
    sa.Column("y", sa.Integer(), nullable=False),
    sa.Column("etag", sa.Text(), nullable=False, comment="内容摘要"),
    sa.Column("body", sa.LargeBinary(), nullable=False, comment="gzip 过的 MVT"),
    sa.PrimaryKeyConstraint("edition", "layer", "z", "x", "y", name=op.f("pk_tile_cache")),
    schema="pub",
    comment="预先画好的瓦片（全部辖区）",
    postgresql_partition_by="LIST (edition)"
    )
    op.create_table("editions",
    sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("year", sa.Integer(), nullable=False, comment="数据年度"),
    sa.Column("as_of", sa.Date(), nullable=False, comment="对应关系的日期"),
    sa.Column("state", sa.Text(), server_default="draft", nullable=False, comment="draft | objection | approved | published | withdrawn"),
    sa.Column("title", sa.Text(), nullable=False, comment="地区"),
    sa.Column("lang", sa.Text(), nullable=False, comment="zh | en"),
    sa.Column("version", sa.Text(), nullable=False, comment="程序版本"),
    sa.Column("scheme_id", sa.Text(), nullable=False, comment="评价方案"),
    sa.Column("scheme_title", sa.Text(), nullable=False, comment="评价方案名称"),
    sa.Column("scheme", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="所用方案全文"),
    sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="[[id, 名称, 单位], …]"),
    sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="地区配置等"),
    sa.Column("load_id", sa.BigInteger(), nullable=False, comment="读到哪次导入为止"),
    sa.Column("decision_id", sa.BigInteger(), nullable=False, comment="用到哪条决定为止，0 为没有"),
    sa.Column("closing_id", sa.BigInteger(), nullable=False, comment="用到哪条关闭为止，0 为没有"),
    sa.Column("run", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="run.json"),
    sa.Column("hashes", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="各表 CSV 的 SHA-256"),
    sa.Column("map", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="范围、亩均税收分档"),
    sa.Column("built_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.Column("built_by", sa.Text(), nullable=False, comment="谁"),
    sa.CheckConstraint("state IN ('draft', 'objection', 'approved', 'published', 'withdrawn')", name=op.f("ck_editions_state")),
    sa.ForeignKeyConstraint(["load_id"], ["raw.loads.id"], name=op.f("fk_editions_load_id")),
    sa.PrimaryKeyConstraint("number", name=op.f("pk_editions")),
    schema="pub",
    comment="发布"
    )
    op.create_index("ix_editions_year", "editions", ["year"], unique=False, schema="pub")
    op.create_table("current",
    sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("channel", sa.Text(), nullable=False, comment="internal：最新；public：已发布"),
    sa.Column("edition", sa.Integer(), nullable=False),
    sa.CheckConstraint("channel IN ('internal', 'public')", name=op.f("ck_current_channel")),
    sa.ForeignKeyConstraint(["edition"], ["pub.editions.number"], name=op.f("fk_current_edition")),
    sa.PrimaryKeyConstraint("year", "channel", name=op.f("pk_current")),
    schema="pub",
    comment="各年度现用的发布"
    )
    op.create_table("edition_states",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("edition", sa.Integer(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False, comment="到哪个状态"),
    sa.Column("actor", sa.Text(), nullable=False, comment="谁"),
    sa.Column("note", sa.Text(), server_default="", nullable=False, comment="说明"),
    sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.ForeignKeyConstraint(["edition"], ["pub.editions.number"], name=op.f("fk_edition_states_edition")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_states")),
    schema="pub",
    comment="发布状态的变更，只增不改"
    )
    op.create_table_comment("firms", "企业", schema="pub")
    op.create_table_comment("plots", "地图上的地块", schema="pub")


def downgrade() -> None:
    op.drop_table("edition_states", schema="pub")
    op.drop_table("current", schema="pub")
    op.drop_index("ix_editions_year", table_name="editions", schema="pub")
    op.drop_table("editions", schema="pub")
    op.drop_table("tile_cache", schema="pub")
    op.drop_index("ix_screening_rules_edition_rule", table_name="screening_rules", schema="pub")
    op.drop_table("screening_rules", schema="pub")
    op.drop_index("ix_review_queue_edition_uscc", table_name="review_queue", schema="pub")
    op.drop_index("ix_review_queue_edition_parcel_code", table_name="review_queue", schema="pub")
    op.drop_index("ix_review_queue_edition_order", table_name="review_queue", schema="pub")
    op.drop_table("review_queue", schema="pub")
    op.drop_index("ix_rejects_edition_file", table_name="rejects", schema="pub")
    op.drop_table("rejects", schema="pub")
    op.drop_index("ix_region_evaluation_edition_kind", table_name="region_evaluation", schema="pub")
    op.drop_table("region_evaluation", schema="pub")
    op.drop_geospatial_index("ix_plots_geom_3857", table_name="plots", schema="pub", postgresql_using="gist", column_name="geom_3857")
    op.drop_geospatial_index("ix_plots_geom", table_name="plots", schema="pub", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("plots", schema="pub")
    op.drop_index("ix_parcel_reconciliation_edition_parcel_code", table_name="parcel_reconciliation", schema="pub")
    op.drop_index("ix_parcel_reconciliation_edition_bucket", table_name="parcel_reconciliation", schema="pub")
    op.drop_table("parcel_reconciliation", schema="pub")
    op.drop_index("ix_parcel_evaluation_edition_parcel_code", table_name="parcel_evaluation", schema="pub")
    op.drop_table("parcel_evaluation", schema="pub")
    op.drop_index("ix_low_efficiency_edition_parcel_code", table_name="low_efficiency", schema="pub")
    op.drop_table("low_efficiency", schema="pub")
    op.drop_index("ix_links_edition_uscc", table_name="links", schema="pub")
    op.drop_index("ix_links_edition_parcel_code", table_name="links", schema="pub")
    op.drop_table("links", schema="pub")
    op.drop_index("ix_ledger_lines_edition_uscc", table_name="ledger_lines", schema="pub")
    op.drop_index("ix_ledger_lines_edition_parcel_code", table_name="ledger_lines", schema="pub")
    op.drop_table("ledger_lines", schema="pub")
    op.drop_index("ix_ledger_edition_uscc", table_name="ledger", schema="pub")
    op.drop_table("ledger", schema="pub")
    op.drop_index("ix_group_suggestions_edition_group_id", table_name="group_suggestions", schema="pub")
    op.drop_table("group_suggestions", schema="pub")
    op.drop_index("ix_group_evaluation_edition_kind", table_name="group_evaluation", schema="pub")
    op.drop_table("group_evaluation", schema="pub")
    op.drop_table("grid", schema="pub")
    op.drop_index("ix_grade_stakes_edition_subject_id", table_name="grade_stakes", schema="pub")
    op.drop_index("ix_grade_stakes_edition_parcel_code", table_name="grade_stakes", schema="pub")
    op.drop_table("grade_stakes", schema="pub")
    op.drop_geospatial_index("ix_firms_geom_3857", table_name="firms", schema="pub", postgresql_using="gist", column_name="geom_3857")
    op.drop_geospatial_index("ix_firms_geom", table_name="firms", schema="pub", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("firms", schema="pub")
    op.drop_index("ix_enterprise_reconciliation_edition_uscc", table_name="enterprise_reconciliation", schema="pub")
    op.drop_index("ix_enterprise_reconciliation_edition_bucket", table_name="enterprise_reconciliation", schema="pub")
    op.drop_table("enterprise_reconciliation", schema="pub")
    op.drop_index("ix_enterprise_evaluation_edition_uscc", table_name="enterprise_evaluation", schema="pub")
    op.drop_table("enterprise_evaluation", schema="pub")
    op.drop_index("ix_cross_check_edition_subject_id", table_name="cross_check", schema="pub")
    op.drop_index("ix_cross_check_edition_rule", table_name="cross_check", schema="pub")
    op.drop_index("ix_cross_check_edition_other_id", table_name="cross_check", schema="pub")
    op.drop_index("ix_cross_check_edition_finding_id", table_name="cross_check", schema="pub")
    op.drop_table("cross_check", schema="pub")
    op.drop_index("ix_benchmarks_edition_side", table_name="benchmarks", schema="pub")
    op.drop_table("benchmarks", schema="pub")
