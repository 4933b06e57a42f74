"""What the service is told: from ``GEOMUJUN_API_*`` and, for secrets, from files.

``GEOMUJUN_API_FEED_KEY_FILE`` names a file that holds the secret; so for every field whose value is
one. The database and the locality are given by the composition root, which knows them already.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from geomujun.errors import MachineError, UsageError
from geomujun.policy import locality as localities
from geomujun.storage.target import Target

_PREFIX: Final = "GEOMUJUN_API_"
_SECRETS: Final = ("feed_key", "oidc_secret")


class ServiceSettings(BaseSettings):
    """Every field has a default that is safe; times in seconds or as named."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="ignore", frozen=True, arbitrary_types_allowed=True
    )

    target: Target
    locality: str = Field(localities.DEFAULT, description="id or YAML text of the locality")
    two_persons: bool = Field(False, description="a decision waits for a second person")
    lang: str = Field("zh", pattern="^(zh|en)$")

    pool_size: int = Field(8, ge=1, le=200)
    pool_wait_s: float = Field(3.0, gt=0, le=60, description="then 503")
    tile_lines: int = Field(4, ge=0, le=200, description="connections for live tiles")
    tile_memory_mb: int = Field(64, ge=0, le=65_536, description="tiles remembered; 0 for none")
    statement_ms: int = Field(5_000, ge=10, description="longest statement of a request")
    export_ms: int = Field(120_000, ge=10, description="longest statement of a feed or export")
    body_bytes: int = Field(1_000_000, ge=1_000, description="largest body of a request")
    case_bytes: int = Field(512_000_000, ge=1_000, description="largest case sent, packed")
    case_unpacked_bytes: int = Field(2_000_000_000, ge=1_000, description="the same, unpacked")
    case_memory_bytes: int = Field(6_000_000_000, ge=10**9, description="memory to read one")
    case_seconds: int = Field(600, ge=5, le=7200, description="time to read one")
    case_lasts_s: int = Field(3600, ge=1, le=86_400, description="a case waits so long")
    incoming: str = Field("", description="folder for cases sent; all processes share it")
    sheet_bytes: int = Field(20_000_000, ge=1_000, description="largest workbook of decisions")
    worker: tuple[str, ...] = Field((), description="command that reads cases and does jobs")

    rate: float = Field(300.0, gt=0, description="requests a second of one key")
    burst: int = Field(600, ge=1)
    public_rate: float = Field(20.0, gt=0, description="requests a second of one address")
    public_burst: int = Field(60, ge=1)
    key_memory_s: float = Field(5.0, ge=0, le=60, description="a revoked key may live so long")

    feed_key: SecretStr = Field(SecretStr(""), description="signs the digest of the feed")
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_jwks: str = Field(
        "", description="file, or https address, of the issuer's keys; empty: as the issuer tells"
    )
    oidc_client: str = Field("", description="client id of the web page; empty: no sign-in there")
    oidc_secret: SecretStr = Field(SecretStr(""), description="where the issuer wants one of it")
    oidc_scope: str = "openid profile"
    oidc_authorize: str = Field("", description="address; empty: as the issuer tells")
    oidc_token: str = Field("", description="address; empty: as the issuer tells")
    oidc_redirects: str = Field("", description="where sign-in may come back to, comma-separated")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")


def from_environment(target: Target, **given: Any) -> ServiceSettings:
    """The settings of the environment, beside those given.

    Raises:
        UsageError: a value that is not allowed.
        MachineError: a secret's file cannot be read.
    """
    found = {name: value for name in _SECRETS if (value := _secret(name)) is not None}
    told: dict[str, Any] = {**given, **found, "target": target}
    try:
        return ServiceSettings(**told)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(p) for p in first["loc"])
        raise UsageError(f"{_PREFIX}{name.upper()}: {first['msg']}") from None


def _secret(name: str) -> SecretStr | None:
    variable = f"{_PREFIX}{name.upper()}_FILE"
    path = os.environ.get(variable, "").strip()
    if not path:
        return None
    try:
        return SecretStr(Path(path).read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as e:
        raise MachineError(f"{variable}: {getattr(e, 'strerror', None) or e}", where=path) from e
