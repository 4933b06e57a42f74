"""Settings from the environment; read by the composition root (`cli`) only.

``GEOMUJUN_LANG`` zh | en · ``GEOMUJUN_LOCALITY`` id or YAML file of the locality ·
``GEOMUJUN_INDICATORS`` installed modules with a locality's own indicators, joined by commas.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from geomujun.errors import UsageError
from geomujun.lang import Lang


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; every field has a default that works without one."""

    lang: Lang = "zh"
    locality: str = "default"
    indicators: tuple[str, ...] = ()


def from_environment() -> Settings:
    """Read the settings.

    Raises:
        UsageError: a value that is not allowed.
    """
    lang = os.environ.get("GEOMUJUN_LANG", "zh").strip().lower()[:2] or "zh"
    if lang not in ("zh", "en"):
        raise UsageError(f"GEOMUJUN_LANG={lang!r}", hint="zh | en")
    locality = os.environ.get("GEOMUJUN_LOCALITY", "default").strip() or "default"
    named = os.environ.get("GEOMUJUN_INDICATORS", "").split(",")
    indicators = tuple(n.strip() for n in named if n.strip())
    return Settings("en" if lang == "en" else "zh", locality, indicators)
