"""What came in, as it came: loads, files with their digest and verdict, rows, rejects."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table
from sqlalchemy.dialects.postgresql import JSONB

from geomujun.storage.schema.base import METADATA, moment, number_column, words

loads = Table(
    "loads",
    METADATA,
    number_column(),
    words("case_name", "案卷文件夹名"),
    words("scope", "这批数据的范围（行政区划代码），空为全部；只替换同一范围的数据", ""),
    Column("partial", Boolean, nullable=False, comment="true：文件里没有的行仍然有效"),
    Column("valid_on", Date, nullable=False, comment="数据自哪天起有效"),
    words("actor", "谁"),
    words("version", "程序版本"),
    moment("loaded_at", "何时"),
    Column("summary", JSONB, nullable=False, comment="各表新增、修改、终止的行数"),
    schema="raw",
    comment="一次导入",
)
files = Table(
    "files",
    METADATA,
    number_column(),
    Column("load_id", ForeignKey("raw.loads.id"), nullable=False),
    words("scope", "范围", ""),
    words("stem", "表名，空为未用的文件"),
    words("file", "文件名"),
    words("sha256", "文件内容摘要"),
    words("reading_sha256", "读法摘要：文件内容、mapping.yaml、程序版本"),
    Column("current", Boolean, nullable=False, comment="其行仍是现行数据的来源"),
    Column("rows_in", Integer, nullable=False),
    Column("rows_kept", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("verdict", JSONB, nullable=False, comment="检查结论"),
    Index("ix_files_scope_stem", "scope", "stem"),
    schema="raw",
    comment="导入的文件",
)
rows = Table(
    "rows",
    METADATA,
    Column("file_id", BigInteger, ForeignKey("raw.files.id"), nullable=False),
    Column("row", Integer, nullable=False, comment="数据行号，从1起"),
    Column("payload", JSONB, nullable=False, comment="表头→原值"),
    Index("ix_rows_file_id_row", "file_id", "row"),
    schema="raw",
    comment="文件里的每一行，原样",
)
rejects = Table(
    "rejects",
    METADATA,
    Column("file_id", BigInteger, ForeignKey("raw.files.id"), nullable=False),
    Column("row", Integer, nullable=False),
    words("field", "字段"),
    words("value", "原值"),
    words("reason", "原因"),
    Index("ix_rejects_file_id", "file_id"),
    schema="raw",
    comment="剔除的行和置空的值",
)
