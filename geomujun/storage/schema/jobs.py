"""Work that outlives the request that asked for it: loads and publications, one at a time."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, SmallInteger, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from geomujun.storage.schema.base import METADATA, moment, number_column, words

jobs = Table(
    "jobs",
    METADATA,
    number_column(),
    words("kind", "load | publish"),
    words("state", "queued | running | done | failed", "queued"),
    words("subject", "谁要的"),
    Column("about", JSONB, nullable=False, comment="要做什么：年度、方案、案卷名、辖区"),
    words("stage", "做到哪一步", ""),
    Column("stage_rows", BigInteger, nullable=False, server_default="0", comment="这一步的行数"),
    Column("result", JSONB, comment="做成了什么"),
    words("error", "为什么没有做成", ""),
    words("hint", "可以怎么办", ""),
    Column("slot", SmallInteger, nullable=False, server_default="1", comment="同时只有一个"),
    moment("asked_at", "何时要的"),
    moment("started_at", "何时开始", now=False),
    moment("ended_at", "何时结束", now=False),
    CheckConstraint("kind IN ('load', 'publish')", name="kind"),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
    Index("uq_jobs_slot", "slot", unique=True,
          postgresql_where=text("state IN ('queued', 'running')")),
    schema="raw",
    comment="导入与发布的任务，同时只有一个",
)  # fmt: skip
