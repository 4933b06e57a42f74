"""Keys of the API and grants of people who come by OIDC. A key itself is never stored."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from geomujun.storage.schema.base import METADATA, moment, number_column, words

_ROLES = "role IN ('viewer', 'reviewer', 'publisher', 'auditor', 'admin')"
api_keys = Table(
    "api_keys",
    METADATA,
    number_column(),
    Column("sha256", LargeBinary, nullable=False, comment="密钥的 SHA-256"),
    words("hint", "密钥的前几位，供人辨认"),
    words("subject", "给谁"),
    words("role", "viewer | reviewer | publisher | auditor | admin"),
    Column("divisions", ARRAY(Text), nullable=False, comment="行政区划前缀；'' 为全部"),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{}", comment="空为角色所有"),
    words("created_by", "谁发的"),
    moment("created_at", "何时"),
    moment("expires_at", "到期", now=False),
    moment("revoked_at", "何时作废", now=False),
    Column("rotated_from", BigInteger, comment="替换的密钥"),
    UniqueConstraint("sha256"),
    CheckConstraint(_ROLES, name="role"),
    schema="auth",
    comment="接口密钥，只存摘要",
)
grants = Table(
    "grants",
    METADATA,
    Column("subject", Text, primary_key=True, comment="OIDC 的 sub"),
    words("role", "角色"),
    Column("divisions", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False, server_default="true"),
    words("granted_by", "谁授的"),
    moment("granted_at", "何时"),
    CheckConstraint(_ROLES, name="role"),
    schema="auth",
    comment="统一登录用户的角色与辖区",
)
