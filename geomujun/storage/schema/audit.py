"""Who did what: rows chained by their hash, written in the transaction of the act itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from geomujun.storage.schema.base import METADATA, words

log = Table(
    "log",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False,
           comment="由触发器连续编号"),
    Column("at", DateTime(timezone=True), nullable=False),
    words("actor", "谁"),
    words("action", "做了什么"),
    words("subject", "对什么", ""),
    Column("details", JSONB, nullable=False, server_default="{}"),
    Column("previous", LargeBinary, nullable=False, comment="上一行的摘要"),
    Column("hash", LargeBinary, nullable=False, comment="本行与上一行摘要的 SHA-256"),
    schema="audit",
    comment="审计，只增不改，逐行成链",
)  # fmt: skip
