"""What comes in.

Revision 0001, after None; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("loads",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("case_name", sa.Text(), nullable=False, comment="案卷文件夹名"),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="这批数据的范围（行政区划代码），空为全部；只替换同一范围的数据"),
    sa.Column("partial", sa.Boolean(), nullable=False, comment="true：文件里没有的行仍然有效"),
    sa.Column("valid_on", sa.Date(), nullable=False, comment="数据自哪天起有效"),
    sa.Column("actor", sa.Text(), nullable=False, comment="谁"),
    sa.Column("version", sa.Text(), nullable=False, comment="程序版本"),
    sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="何时"),
    sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="各表新增、修改、终止的行数"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_loads")),
    schema="raw",
    comment="一次导入"
    )
    op.create_table("files",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("load_id", sa.BigInteger(), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="范围"),
    sa.Column("stem", sa.Text(), nullable=False, comment="表名，空为未用的文件"),
    sa.Column("file", sa.Text(), nullable=False, comment="文件名"),
    sa.Column("sha256", sa.Text(), nullable=False, comment="文件内容摘要"),
    sa.Column("reading_sha256", sa.Text(), nullable=False, comment="读法摘要：文件内容、mapping.yaml、程序版本"),
    sa.Column("current", sa.Boolean(), nullable=False, comment="其行仍是现行数据的来源"),
    sa.Column("rows_in", sa.Integer(), nullable=False),
    sa.Column("rows_kept", sa.Integer(), nullable=False),
    sa.Column("rows_rejected", sa.Integer(), nullable=False),
    sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="检查结论"),
    sa.ForeignKeyConstraint(["load_id"], ["raw.loads.id"], name=op.f("fk_files_load_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    schema="raw",
    comment="导入的文件"
    )
    op.create_index("ix_files_scope_stem", "files", ["scope", "stem"], unique=False, schema="raw")
    op.create_table("addresses",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("address", sa.Text(), server_default="", nullable=False, comment="地址；来源：民政；public"),
    sa.Column("longitude", sa.Double(), nullable=True, comment="经度；degree；来源：民政；public"),
    sa.Column("latitude", sa.Double(), nullable=True, comment="纬度；degree；来源：民政；public"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_addresses_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_addresses_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_addresses_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_addresses_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    schema="core",
    comment="标准地址点"
    )
    op.create_index("ix_addresses_scope_digest", "addresses", ["scope", "digest"], unique=False, schema="core")
    op.create_geospatial_table("buildings",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("real_estate_unit", sa.Text(), server_default="", nullable=False, comment="不动产单元号；来源：自然资源；internal"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；来源：自然资源；public"),
    sa.Column("building_no", sa.Text(), server_default="", nullable=False, comment="自然幢号；来源：自然资源；public"),
    sa.Column("footprint_m2", sa.Double(), nullable=True, comment="幢占地面积；m2；来源：自然资源；public"),
    sa.Column("floor_area_m2", sa.Double(), nullable=True, comment="实测建筑面积；m2；来源：自然资源；public"),
    sa.Column("floors", sa.Double(), nullable=True, comment="总层数；count；来源：自然资源；public"),
    sa.Column("height_m", sa.Double(), nullable=True, comment="建筑物高度；m；来源：自然资源；public"),
    sa.Column("completed_on", sa.Date(), nullable=True, comment="竣工日期；来源：自然资源；public"),
    sa.Column("planned_use", sa.Text(), server_default="", nullable=False, comment="规划用途；来源：自然资源；public"),
    sa.Column("geom", Geometry(srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True, comment="EPSG:4490"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_buildings_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_buildings_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_buildings_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_buildings_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_buildings")),
    schema="core"
    )
    op.create_geospatial_index("ix_buildings_geom", "buildings", ["geom"], unique=False, schema="core", postgresql_using="gist", postgresql_ops={})
    op.create_index("ix_buildings_scope_digest", "buildings", ["scope", "digest"], unique=False, schema="core")
    op.create_table("enterprises",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；来源：市场监管；public"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="企业名称；来源：市场监管；public"),
    sa.Column("former_names", sa.Text(), server_default="", nullable=False, comment="曾用名；来源：市场监管；public"),
    sa.Column("status", sa.Text(), server_default="", nullable=False, comment="登记状态；来源：市场监管；public"),
    sa.Column("founded_on", sa.Date(), nullable=True, comment="成立日期；来源：市场监管；public"),
    sa.Column("cancelled_on", sa.Date(), nullable=True, comment="注销日期；来源：市场监管；public"),
    sa.Column("registered_address", sa.Text(), server_default="", nullable=False, comment="住所；来源：市场监管；public"),
    sa.Column("site_address", sa.Text(), server_default="", nullable=False, comment="生产经营地址；来源：经信；public"),
    sa.Column("longitude", sa.Double(), nullable=True, comment="经度；degree；来源：经信；internal"),
    sa.Column("latitude", sa.Double(), nullable=True, comment="纬度；degree；来源：经信；internal"),
    sa.Column("datum", sa.Text(), server_default="", nullable=False, comment="坐标系；来源：经信；internal"),
    sa.Column("industry", sa.Text(), server_default="", nullable=False, comment="行业代码；来源：统计；public"),
    sa.Column("size", sa.Text(), server_default="", nullable=False, comment="规模；来源：统计；internal"),
    sa.Column("parent_uscc", sa.Text(), server_default="", nullable=False, comment="母公司代码；来源：市场监管；internal"),
    sa.Column("reported_area_m2", sa.Double(), nullable=True, comment="上报用地面积；m2；来源：企业直报；internal"),
    sa.Column("division", sa.Text(), server_default="", nullable=False, comment="行政区划代码；来源：市场监管；public"),
    sa.Column("declared_division", sa.Text(), server_default="", nullable=False, comment="评价属地；来源：企业直报；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_enterprises_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_enterprises_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_enterprises_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_enterprises_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprises")),
    schema="core",
    comment="企业"
    )
    op.create_index("ix_enterprises_scope_digest", "enterprises", ["scope", "digest"], unique=False, schema="core")
    op.create_index("ix_enterprises_uscc", "enterprises", ["uscc"], unique=False, schema="core")
    op.create_table("flags",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；来源：经信；public"),
    sa.Column("year", sa.BigInteger(), nullable=True, comment="年度；来源：经信；public"),
    sa.Column("kind", sa.Text(), server_default="", nullable=False, comment="类型；来源：经信；internal"),
    sa.Column("points", sa.Double(), nullable=True, comment="分值；points；来源：经信；internal"),
    sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="事由；来源：经信；internal"),
    sa.Column("start_on", sa.Date(), nullable=True, comment="起；来源：经信；internal"),
    sa.Column("end_on", sa.Date(), nullable=True, comment="止；来源：经信；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_flags_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_flags_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_flags_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_flags_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
    schema="core",
    comment="评价调整"
    )
    op.create_index("ix_flags_scope_digest", "flags", ["scope", "digest"], unique=False, schema="core")
    op.create_index("ix_flags_uscc", "flags", ["uscc"], unique=False, schema="core")
    op.create_table("groups",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("group", sa.Text(), server_default="", nullable=False, comment="集团；来源：经信；internal"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；来源：经信；public"),
    sa.Column("division", sa.Text(), server_default="", nullable=False, comment="评价区；来源：经信；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_groups_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_groups_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_groups_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_groups_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    schema="core",
    comment="集团"
    )
    op.create_index("ix_groups_scope_digest", "groups", ["scope", "digest"], unique=False, schema="core")
    op.create_index("ix_groups_uscc", "groups", ["uscc"], unique=False, schema="core")
    op.create_table("indicators",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；来源：统计；public"),
    sa.Column("year", sa.BigInteger(), nullable=True, comment="年度；来源：统计；public"),
    sa.Column("tax_wan_yuan", sa.Double(), nullable=True, comment="税收；wan_yuan；来源：税务；statistical"),
    sa.Column("value_added_wan_yuan", sa.Double(), nullable=True, comment="工业增加值；wan_yuan；来源：统计；statistical"),
    sa.Column("gross_output_wan_yuan", sa.Double(), nullable=True, comment="工业总产值；wan_yuan；来源：统计；statistical"),
    sa.Column("revenue_wan_yuan", sa.Double(), nullable=True, comment="营业收入；wan_yuan；来源：统计；statistical"),
    sa.Column("rd_wan_yuan", sa.Double(), nullable=True, comment="研发经费；wan_yuan；来源：统计；statistical"),
    sa.Column("fixed_investment_wan_yuan", sa.Double(), nullable=True, comment="固定资产投资；wan_yuan；来源：统计；statistical"),
    sa.Column("energy_tce", sa.Double(), nullable=True, comment="综合能耗；tce；来源：统计；statistical"),
    sa.Column("power_wan_kwh", sa.Double(), nullable=True, comment="用电量；wan_kwh；来源：电力；statistical"),
    sa.Column("co2_t", sa.Double(), nullable=True, comment="二氧化碳排放；t；来源：生态环境；statistical"),
    sa.Column("pollutant_kg", sa.Double(), nullable=True, comment="污染物排放；kg；来源：生态环境；statistical"),
    sa.Column("employees", sa.Double(), nullable=True, comment="年平均职工人数；person；来源：人社；statistical"),
    sa.Column("talents", sa.Double(), nullable=True, comment="人才数；person；来源：人社；statistical"),
    sa.Column("source", sa.Text(), server_default="", nullable=False, comment="来源；来源：统计；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_indicators_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_indicators_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_indicators_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_indicators_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_indicators")),
    schema="core",
    comment="年度指标"
    )
    op.create_index("ix_indicators_scope_digest", "indicators", ["scope", "digest"], unique=False, schema="core")
    op.create_index("ix_indicators_uscc", "indicators", ["uscc"], unique=False, schema="core")
    op.create_table("leases",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("contract_no", sa.Text(), server_default="", nullable=False, comment="合同编号；来源：自然资源；internal"),
    sa.Column("lessor", sa.Text(), server_default="", nullable=False, comment="出租方；来源：自然资源；personal"),
    sa.Column("lessor_uscc", sa.Text(), server_default="", nullable=False, comment="出租方代码；来源：自然资源；personal"),
    sa.Column("lessee", sa.Text(), server_default="", nullable=False, comment="承租方；来源：自然资源；personal"),
    sa.Column("lessee_uscc", sa.Text(), server_default="", nullable=False, comment="承租方代码；来源：自然资源；personal"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；来源：自然资源；public"),
    sa.Column("location", sa.Text(), server_default="", nullable=False, comment="坐落；来源：自然资源；internal"),
    sa.Column("land_area_m2", sa.Double(), nullable=True, comment="租赁土地面积；m2；来源：自然资源；internal"),
    sa.Column("floor_area_m2", sa.Double(), nullable=True, comment="租赁建筑面积；m2；来源：自然资源；internal"),
    sa.Column("floor", sa.Text(), server_default="", nullable=False, comment="楼层；来源：自然资源；internal"),
    sa.Column("start_on", sa.Date(), nullable=True, comment="起始日期；来源：自然资源；internal"),
    sa.Column("end_on", sa.Date(), nullable=True, comment="终止日期；来源：自然资源；internal"),
    sa.Column("head_contract_no", sa.Text(), server_default="", nullable=False, comment="上级合同编号；来源：自然资源；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_leases_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_leases_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_leases_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_leases_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_leases")),
    schema="core",
    comment="租赁"
    )
    op.create_index("ix_leases_scope_digest", "leases", ["scope", "digest"], unique=False, schema="core")
    op.create_geospatial_table("parcels",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；来源：自然资源；public"),
    sa.Column("real_estate_unit", sa.Text(), server_default="", nullable=False, comment="不动产单元号；来源：自然资源；internal"),
    sa.Column("location", sa.Text(), server_default="", nullable=False, comment="坐落；来源：自然资源；public"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="宗地面积；m2；来源：自然资源；public"),
    sa.Column("area_unit", sa.Text(), server_default="", nullable=False, comment="面积单位；来源：自然资源；public"),
    sa.Column("land_use", sa.Text(), server_default="", nullable=False, comment="用途；来源：自然资源；public"),
    sa.Column("right_kind", sa.Text(), server_default="", nullable=False, comment="权利类型；来源：自然资源；public"),
    sa.Column("right_nature", sa.Text(), server_default="", nullable=False, comment="权利性质；来源：自然资源；public"),
    sa.Column("floor_area_ratio", sa.Double(), nullable=True, comment="容积率；ratio；来源：自然资源；public"),
    sa.Column("building_coverage", sa.Double(), nullable=True, comment="建筑密度；percent；来源：自然资源；public"),
    sa.Column("right_start_on", sa.Date(), nullable=True, comment="使用权起始；来源：自然资源；internal"),
    sa.Column("right_end_on", sa.Date(), nullable=True, comment="使用权终止；来源：自然资源；internal"),
    sa.Column("division", sa.Text(), server_default="", nullable=False, comment="区县代码；来源：自然资源；public"),
    sa.Column("holder_names", sa.Text(), server_default="", nullable=False, comment="权利人；来源：自然资源；personal"),
    sa.Column("holder_ids", sa.Text(), server_default="", nullable=False, comment="证件号；来源：自然资源；personal"),
    sa.Column("holder_shares", sa.Text(), server_default="", nullable=False, comment="权利比例；来源：自然资源；internal"),
    sa.Column("construction_start_on", sa.Date(), nullable=True, comment="建设期起；来源：自然资源；internal"),
    sa.Column("geom", Geometry(srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True, comment="EPSG:4490"),
    sa.Column("geom_3857", Geometry(srid=3857, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), sa.Computed("st_transform(geom, 3857)", persisted=True), nullable=True, comment="只用于瓦片，不量面积"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_parcels_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_parcels_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_parcels_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_parcels_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_parcels")),
    schema="core"
    )
    op.create_geospatial_index("ix_parcels_geom", "parcels", ["geom"], unique=False, schema="core", postgresql_using="gist", postgresql_ops={})
    op.create_geospatial_index("ix_parcels_geom_3857", "parcels", ["geom_3857"], unique=False, schema="core", postgresql_using="gist", postgresql_ops={})
    op.create_index("ix_parcels_parcel_code", "parcels", ["parcel_code"], unique=False, schema="core")
    op.create_index("ix_parcels_scope_digest", "parcels", ["scope", "digest"], unique=False, schema="core")
    op.create_geospatial_table("parks",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="名称；来源：商务；public"),
    sa.Column("level", sa.Text(), server_default="", nullable=False, comment="级别；来源：商务；public"),
    sa.Column("code", sa.Text(), server_default="", nullable=False, comment="代码；来源：商务；public"),
    sa.Column("geom", Geometry(srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True, comment="EPSG:4490"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_parks_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_parks_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_parks_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_parks_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_parks")),
    schema="core"
    )
    op.create_geospatial_index("ix_parks_geom", "parks", ["geom"], unique=False, schema="core", postgresql_using="gist", postgresql_ops={})
    op.create_index("ix_parks_scope_digest", "parks", ["scope", "digest"], unique=False, schema="core")
    op.create_geospatial_table("patches",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("patch_code", sa.Text(), server_default="", nullable=False, comment="标识码；来源：自然资源；public"),
    sa.Column("patch_no", sa.Text(), server_default="", nullable=False, comment="图斑编号；来源：自然资源；public"),
    sa.Column("land_class", sa.Text(), server_default="", nullable=False, comment="地类编码；来源：自然资源；public"),
    sa.Column("land_class_name", sa.Text(), server_default="", nullable=False, comment="地类名称；来源：自然资源；public"),
    sa.Column("ownership", sa.Text(), server_default="", nullable=False, comment="权属性质；来源：自然资源；public"),
    sa.Column("owner_unit", sa.Text(), server_default="", nullable=False, comment="权属单位名称；来源：自然资源；public"),
    sa.Column("location_unit_code", sa.Text(), server_default="", nullable=False, comment="坐落单位代码；来源：自然资源；public"),
    sa.Column("location_unit", sa.Text(), server_default="", nullable=False, comment="坐落单位名称；来源：自然资源；public"),
    sa.Column("area_m2", sa.Double(), nullable=True, comment="图斑面积；m2；来源：自然资源；public"),
    sa.Column("settlement", sa.Text(), server_default="", nullable=False, comment="城镇村属性码；来源：自然资源；public"),
    sa.Column("geom", Geometry(srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True, comment="EPSG:4490"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_patches_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_patches_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_patches_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_patches_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_patches")),
    schema="core"
    )
    op.create_geospatial_index("ix_patches_geom", "patches", ["geom"], unique=False, schema="core", postgresql_using="gist", postgresql_ops={})
    op.create_index("ix_patches_scope_digest", "patches", ["scope", "digest"], unique=False, schema="core")
    op.create_table("previous_grades",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("uscc", sa.Text(), server_default="", nullable=False, comment="统一社会信用代码；来源：经信；public"),
    sa.Column("year", sa.BigInteger(), nullable=True, comment="年度；来源：经信；public"),
    sa.Column("grade", sa.Text(), server_default="", nullable=False, comment="等级；来源：经信；public"),
    sa.Column("size", sa.Text(), server_default="", nullable=False, comment="规模；来源：统计；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_previous_grades_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_previous_grades_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_previous_grades_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_previous_grades_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_previous_grades")),
    schema="core",
    comment="往年评价结果"
    )
    op.create_index("ix_previous_grades_scope_digest", "previous_grades", ["scope", "digest"], unique=False, schema="core")
    op.create_index("ix_previous_grades_uscc", "previous_grades", ["uscc"], unique=False, schema="core")
    op.create_table("region_indicators",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("name", sa.Text(), server_default="", nullable=False, comment="名称；来源：统计；public"),
    sa.Column("code", sa.Text(), server_default="", nullable=False, comment="代码；来源：统计；public"),
    sa.Column("level", sa.Text(), server_default="", nullable=False, comment="级别；来源：统计；public"),
    sa.Column("year", sa.BigInteger(), nullable=True, comment="年度；来源：统计；public"),
    sa.Column("gdp_wan_yuan", sa.Double(), nullable=True, comment="地区生产总值；wan_yuan；来源：统计；statistical"),
    sa.Column("tax_wan_yuan", sa.Double(), nullable=True, comment="税收；wan_yuan；来源：税务；statistical"),
    sa.Column("fixed_investment_wan_yuan", sa.Double(), nullable=True, comment="固定资产投资；wan_yuan；来源：统计；statistical"),
    sa.Column("rd_wan_yuan", sa.Double(), nullable=True, comment="研发经费；wan_yuan；来源：统计；statistical"),
    sa.Column("energy_tce", sa.Double(), nullable=True, comment="综合能耗；tce；来源：统计；statistical"),
    sa.Column("co2_t", sa.Double(), nullable=True, comment="二氧化碳排放；t；来源：生态环境；statistical"),
    sa.Column("employees", sa.Double(), nullable=True, comment="从业人员；person；来源：人社；statistical"),
    sa.Column("construction_land_m2", sa.Double(), nullable=True, comment="建设用地面积；m2；来源：自然资源；public"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_region_indicators_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_region_indicators_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_region_indicators_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_region_indicators_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_region_indicators")),
    schema="core",
    comment="园区、区域年度指标"
    )
    op.create_index("ix_region_indicators_scope_digest", "region_indicators", ["scope", "digest"], unique=False, schema="core")
    op.create_table("right_holders",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；来源：自然资源；public"),
    sa.Column("holder_name", sa.Text(), server_default="", nullable=False, comment="权利人；来源：自然资源；personal"),
    sa.Column("id_kind", sa.Text(), server_default="", nullable=False, comment="证件种类；来源：自然资源；internal"),
    sa.Column("holder_id", sa.Text(), server_default="", nullable=False, comment="证件号；来源：自然资源；personal"),
    sa.Column("holder_kind", sa.Text(), server_default="", nullable=False, comment="权利人类型；来源：自然资源；internal"),
    sa.Column("co_ownership", sa.Text(), server_default="", nullable=False, comment="共有方式；来源：自然资源；internal"),
    sa.Column("holder_share", sa.Text(), server_default="", nullable=False, comment="权利比例；来源：自然资源；internal"),
    sa.Column("registered_on", sa.Date(), nullable=True, comment="登记时间；来源：自然资源；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_right_holders_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_right_holders_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_right_holders_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_right_holders_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_right_holders")),
    schema="core",
    comment="权利人"
    )
    op.create_index("ix_right_holders_parcel_code", "right_holders", ["parcel_code"], unique=False, schema="core")
    op.create_index("ix_right_holders_scope_digest", "right_holders", ["scope", "digest"], unique=False, schema="core")
    op.create_table("supply",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column("scope", sa.Text(), server_default="", nullable=False, comment="导入范围"),
    sa.Column("file_id", sa.BigInteger(), nullable=False, comment="最近一次见于哪个文件"),
    sa.Column("row", sa.Integer(), nullable=False, comment="在该文件的行号"),
    sa.Column("parcel_code", sa.Text(), server_default="", nullable=False, comment="宗地代码；来源：自然资源；public"),
    sa.Column("contract_no", sa.Text(), server_default="", nullable=False, comment="合同编号；来源：自然资源；internal"),
    sa.Column("agreed_start_on", sa.Date(), nullable=True, comment="约定开工；来源：自然资源；internal"),
    sa.Column("agreed_completion_on", sa.Date(), nullable=True, comment="约定竣工；来源：自然资源；internal"),
    sa.Column("actual_start_on", sa.Date(), nullable=True, comment="实际开工；来源：自然资源；internal"),
    sa.Column("actual_completion_on", sa.Date(), nullable=True, comment="实际竣工；来源：自然资源；internal"),
    sa.Column("agreed_investment_wan_yuan", sa.Double(), nullable=True, comment="约定投资；wan_yuan；来源：自然资源；internal"),
    sa.Column("invested_wan_yuan", sa.Double(), nullable=True, comment="已投资；wan_yuan；来源：自然资源；internal"),
    sa.Column("agreed_tax_wan_yuan_per_mu", sa.Double(), nullable=True, comment="约定亩均税收；wan_yuan_per_mu；来源：自然资源；internal"),
    sa.Column("agreed_floor_area_ratio", sa.Double(), nullable=True, comment="约定容积率；ratio；来源：自然资源；internal"),
    sa.Column("digest", sa.UUID(), nullable=False, comment="各列摘要"),
    sa.Column("load_from", sa.BigInteger(), nullable=False),
    sa.Column("load_to", sa.BigInteger(), nullable=True),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="自哪天起"),
    sa.Column("valid_to", sa.Date(), nullable=True, comment="至哪天前，空为现行"),
    sa.CheckConstraint("(load_to IS NULL) = (valid_to IS NULL)", name=op.f("ck_supply_ended")),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_supply_file_id")),
    sa.ForeignKeyConstraint(["load_from"], ["raw.loads.id"], name=op.f("fk_supply_load_from")),
    sa.ForeignKeyConstraint(["load_to"], ["raw.loads.id"], name=op.f("fk_supply_load_to")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_supply")),
    schema="core",
    comment="供地"
    )
    op.create_index("ix_supply_parcel_code", "supply", ["parcel_code"], unique=False, schema="core")
    op.create_index("ix_supply_scope_digest", "supply", ["scope", "digest"], unique=False, schema="core")
    op.create_table("rejects",
    sa.Column("file_id", sa.BigInteger(), nullable=False),
    sa.Column("row", sa.Integer(), nullable=False),
    sa.Column("field", sa.Text(), nullable=False, comment="字段"),
    sa.Column("value", sa.Text(), nullable=False, comment="原值"),
    sa.Column("reason", sa.Text(), nullable=False, comment="原因"),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_rejects_file_id")),
    schema="raw",
    comment="剔除的行和置空的值"
    )
    op.create_index("ix_rejects_file_id", "rejects", ["file_id"], unique=False, schema="raw")
    op.create_table("rows",
    sa.Column("file_id", sa.BigInteger(), nullable=False),
    sa.Column("row", sa.Integer(), nullable=False, comment="数据行号，从1起"),
    sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="表头→原值"),
    sa.ForeignKeyConstraint(["file_id"], ["raw.files.id"], name=op.f("fk_rows_file_id")),
    schema="raw",
    comment="文件里的每一行，原样"
    )
    op.create_index("ix_rows_file_id_row", "rows", ["file_id", "row"], unique=False, schema="raw")
    op.create_table_comment("buildings", "自然幢", schema="core")
    op.create_table_comment("parcels", "宗地", schema="core")
    op.create_table_comment("parks", "园区批准范围", schema="core")
    op.create_table_comment("patches", "三调图斑", schema="core")


def downgrade() -> None:
    op.drop_index("ix_rows_file_id_row", table_name="rows", schema="raw")
    op.drop_table("rows", schema="raw")
    op.drop_index("ix_rejects_file_id", table_name="rejects", schema="raw")
    op.drop_table("rejects", schema="raw")
    op.drop_index("ix_supply_scope_digest", table_name="supply", schema="core")
    op.drop_index("ix_supply_parcel_code", table_name="supply", schema="core")
    op.drop_table("supply", schema="core")
    op.drop_index("ix_right_holders_scope_digest", table_name="right_holders", schema="core")
    op.drop_index("ix_right_holders_parcel_code", table_name="right_holders", schema="core")
    op.drop_table("right_holders", schema="core")
    op.drop_index("ix_region_indicators_scope_digest", table_name="region_indicators", schema="core")
    op.drop_table("region_indicators", schema="core")
    op.drop_index("ix_previous_grades_uscc", table_name="previous_grades", schema="core")
    op.drop_index("ix_previous_grades_scope_digest", table_name="previous_grades", schema="core")
    op.drop_table("previous_grades", schema="core")
    op.drop_index("ix_patches_scope_digest", table_name="patches", schema="core")
    op.drop_geospatial_index("ix_patches_geom", table_name="patches", schema="core", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("patches", schema="core")
    op.drop_index("ix_parks_scope_digest", table_name="parks", schema="core")
    op.drop_geospatial_index("ix_parks_geom", table_name="parks", schema="core", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("parks", schema="core")
    op.drop_index("ix_parcels_scope_digest", table_name="parcels", schema="core")
    op.drop_index("ix_parcels_parcel_code", table_name="parcels", schema="core")
    op.drop_geospatial_index("ix_parcels_geom_3857", table_name="parcels", schema="core", postgresql_using="gist", column_name="geom_3857")
    op.drop_geospatial_index("ix_parcels_geom", table_name="parcels", schema="core", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("parcels", schema="core")
    op.drop_index("ix_leases_scope_digest", table_name="leases", schema="core")
    op.drop_table("leases", schema="core")
    op.drop_index("ix_indicators_uscc", table_name="indicators", schema="core")
    op.drop_index("ix_indicators_scope_digest", table_name="indicators", schema="core")
    op.drop_table("indicators", schema="core")
    op.drop_index("ix_groups_uscc", table_name="groups", schema="core")
    op.drop_index("ix_groups_scope_digest", table_name="groups", schema="core")
    op.drop_table("groups", schema="core")
    op.drop_index("ix_flags_uscc", table_name="flags", schema="core")
    op.drop_index("ix_flags_scope_digest", table_name="flags", schema="core")
    op.drop_table("flags", schema="core")
    op.drop_index("ix_enterprises_uscc", table_name="enterprises", schema="core")
    op.drop_index("ix_enterprises_scope_digest", table_name="enterprises", schema="core")
    op.drop_table("enterprises", schema="core")
    op.drop_index("ix_buildings_scope_digest", table_name="buildings", schema="core")
    op.drop_geospatial_index("ix_buildings_geom", table_name="buildings", schema="core", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("buildings", schema="core")
    op.drop_index("ix_addresses_scope_digest", table_name="addresses", schema="core")
    op.drop_table("addresses", schema="core")
    op.drop_index("ix_files_scope_stem", table_name="files", schema="raw")
    op.drop_table("files", schema="raw")
    op.drop_table("loads", schema="raw")
