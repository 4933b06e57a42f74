"""Settings from the environment; read by the composition root (`cli`) only.

``GEOMUJUN_LANG`` zh | en · ``GEOMUJUN_LOCALITY`` id or YAML file of the locality ·
``GEOMUJUN_INDICATORS`` installed modules with a locality's own indicators, joined by commas ·
``DATABASE_URL`` a PostGIS to use, or ``DATABASE_URL_FILE`` a file that holds it (a secret) ·
``GEOMUJUN_HOME`` folder of the private PostGIS · ``GEOMUJUN_DB_USER`` the user it runs as when
started by root · ``GEOMUJUN_PG_BIN`` folder of PostgreSQL's programs ·
``GEOMUJUN_TWO_PERSONS`` 1: a decision counts once a second person confirms it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from geomujun.errors import MachineError, UsageError
from geomujun.lang import Lang


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; every field has a default that works without one."""

    lang: Lang = "zh"
    locality: str = "default"
    indicators: tuple[str, ...] = ()
    database_url: str = field(default="", repr=False)  # may hold a password
    home: Path = Path("/var/lib/geomujun")
    db_user: str = "postgres"
    pg_bin: str = ""
    two_persons: bool = False


def from_environment() -> Settings:
    """Read the settings.

    Raises:
        UsageError: a value that is not allowed.
        MachineError: a secret's file cannot be read.
    """
    lang = os.environ.get("GEOMUJUN_LANG", "zh").strip().lower()[:2] or "zh"
    if lang not in ("zh", "en"):
        raise UsageError(f"GEOMUJUN_LANG={lang!r}", hint="zh | en")
    locality = os.environ.get("GEOMUJUN_LOCALITY", "default").strip() or "default"
    named = os.environ.get("GEOMUJUN_INDICATORS", "").split(",")
    return Settings(
        lang="en" if lang == "en" else "zh",
        locality=locality,
        indicators=tuple(n.strip() for n in named if n.strip()),
        database_url=_secret("DATABASE_URL"),
        home=_home(),
        db_user=os.environ.get("GEOMUJUN_DB_USER", "").strip() or "postgres",
        pg_bin=os.environ.get("GEOMUJUN_PG_BIN", "").strip(),
        two_persons=os.environ.get("GEOMUJUN_TWO_PERSONS", "").strip() in ("1", "true", "yes"),
    )


def _secret(name: str) -> str:
    """A value of the environment, or of the file that ``NAME_FILE`` names."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return os.environ.get(name, "").strip()
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as e:
        why = getattr(e, "strerror", None) or e
        raise MachineError(f"{name}_FILE: {why}", where=path) from e


def _home() -> Path:
    """Where the private PostGIS keeps its data: of the machine for root, else of the user."""
    named = os.environ.get("GEOMUJUN_HOME", "").strip()
    if named:
        return Path(named).resolve()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/geomujun")
    data = os.environ.get("XDG_DATA_HOME", "").strip()
    return (Path(data) if data else Path("~/.local/share").expanduser()) / "geomujun"
